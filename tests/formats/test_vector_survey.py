"""Layers of vector files read as sheets; hostile ones refused."""

import json
import shutil
import warnings
import zipfile
from datetime import date

import numpy as np
import pyogrio.raw
import pytest
import shapely

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.formats.value_text import value_text
from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

HOLED = shapely.Polygon(
    [(118.9, 40.4), (118.99, 40.4), (118.99, 40.49), (118.9, 40.49)],
    [[(118.93, 40.43), (118.96, 40.43), (118.96, 40.46), (118.93, 40.46)]],
)
PLACES = [shapely.Point(118.95, 40.407), shapely.LineString([(119.0, 40.4), (119.1, 40.4)]), HOLED]
NAMES = ["东沟", "北线", "西片"]
FIELDS = {
    "名称": NAMES,
    "类别": ["泥石流", "地质灾害", "地质灾害"],
    "威胁人数": [3, None, 5],
    "证件号": [130302198001011234, None, 130302198001011235],
    "发现日期": np.array(["2014-01-02", "NaT", "2014-01-04"], dtype="datetime64[ms]"),
}


def save(path, shapes=PLACES, crs="EPSG:4490", driver=None, fields=FIELDS, **more):
    data, masks = [], []
    for values in fields.values():
        numbers = isinstance(values, list) and any(isinstance(v, int) for v in values)
        lacking = [v is None for v in values] if isinstance(values, list) else np.isnat(values)
        filled = [0 if v is None else v for v in values] if numbers else values
        data.append(
            np.array(
                filled,
                dtype=np.int64 if numbers else None if isinstance(values, np.ndarray) else object,
            )
        )
        masks.append(
            np.array(lacking) if any(lacking) and not isinstance(values, np.ndarray) else None
        )
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.raw.write(
            path, geometry=shapely.to_wkb(np.array(shapes, dtype=object)), field_data=data,
            fields=np.array(list(fields), dtype=object), field_mask=masks,
            geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown", crs=crs,
            driver=driver or pyogrio.detect_write_driver(path), **more,
        )  # fmt: skip
    return path


def imported(tmp_path, *paths):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        survey = SurveyImport(register, Actor(name="a"), date(2014, 7, 1))
        return survey.commit(survey.preview(paths, datum=None, job=SilentJob()), SilentJob())


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_attributes_become_columns_and_shapes_come_whole_with_their_datum(tmp_path, name):
    outcome = imported(tmp_path, save(tmp_path / name))
    assert (outcome.accepted, outcome.rejected, outcome.undecided) == (3, 0, 0)
    by_name = {hazard.name: hazard for hazard in outcome.hazards}
    assert by_name["西片"].geometry.equals_exact(HOLED, 1e-8), "the hole is kept"
    assert by_name["北线"].geometry.geom_type == "LineString"
    assert by_name["东沟"].attributes["threat_people"] == 3
    assert by_name["东沟"].found_on == date(2014, 1, 2)
    assert by_name["西片"].extras["证件号"] == "130302198001011235"
    assert by_name["东沟"].provenance.declared_reference == "cgcs2000"


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [True, False])
def test_shapefiles_in_every_encoding_alone_or_zipped(tmp_path, encoding, cpg):
    fields = {"名称": ["东沟"], "类别": ["泥石流"]}
    folder = tmp_path / "图"
    folder.mkdir()
    path = save(folder / "灾害.shp", PLACES[:1], "EPSG:4549", fields=fields, encoding=encoding)
    x, y = from_cgcs2000(118.95, 40.407, parse_reference("EPSG:4549"))
    save(path, [shapely.Point(float(x), float(y))], "EPSG:4549", fields=fields, encoding=encoding)
    if not cpg:
        path.with_suffix(".cpg").unlink()
    archive = tmp_path / "图.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for part in folder.iterdir():
            packed.write(part, f"数据/{part.name}")
    for source in (path, archive):
        (sheet,) = read_survey(source)
        assert sheet.name == "灾害"
        assert sheet.declared == "EPSG:4549"
        assert sheet.row(0) == ["横坐标 Y", "纵坐标 X", "名称", "类别"]
    (hazard,) = imported(tmp_path, archive).hazards
    assert hazard.name == "东沟"
    assert hazard.geometry.distance(PLACES[0]) < 1e-8


@pytest.mark.parametrize(
    ("encoding", "cpg"), [("UTF-8", "UTF-8"), ("GBK", "GBK"), ("GBK", "UTF-8")]
)
def test_names_and_texts_cut_by_the_width_of_a_shapefile_are_read_as_far_as_they_go(
    tmp_path, encoding, cpg
):
    """Ten bytes hold three and a third of these letters: no reader may stop at the third of one."""
    fields = {"隐患点名称": ["东" * 100], "隐患类别": ["泥石流"], "A所在县区": ["青龙县"]}
    path = save(tmp_path / "a.shp", PLACES[:1], "EPSG:4490", fields=fields, encoding=encoding)
    path.with_suffix(".cpg").write_text(cpg, "ascii")
    (sheet,) = read_survey(path)
    whole = {"UTF-8": 3, "GBK": 2}[encoding]
    letters = [name[: (10 - (name[0] == "A")) // whole + (name[0] == "A")] for name in fields]
    assert sheet.row(0)[2:] == letters
    assert sheet.row(1)[2:] == ["东" * min(100, 254 // whole), "泥石流", "青龙县"]
    assert imported(tmp_path, path).accepted == 1


def test_a_letter_that_no_encoding_knows_is_shown_as_wrong_and_the_rest_is_read(tmp_path):
    fields = {"名称": ["东沟"], "类别": ["泥石流"]}
    path = save(tmp_path / "a.shp", PLACES[:1], "EPSG:4490", fields=fields, encoding="GBK")
    table = path.with_suffix(".dbf")
    table.write_bytes(
        table.read_bytes().replace("东沟".encode("gbk"), b"\xff\xff" + "沟".encode("gbk"))
    )
    (sheet,) = read_survey(path)
    assert sheet.row(1)[2].endswith("沟")
    assert "\ufffd" in sheet.row(1)[2]
    assert sheet.row(1)[3] == "泥石流"


def test_a_shapefile_without_projection_is_asked_like_a_sheet_without_a_word(tmp_path):
    path = save(tmp_path / "a.shp", PLACES[:1], fields={"名称": ["东沟"], "类别": ["泥石流"]})
    path.with_suffix(".prj").unlink()
    outcome = imported(tmp_path, path)
    assert (outcome.accepted, outcome.undecided) == (0, 1)
    assert outcome.datums[0].question


def test_geojson_that_declares_nothing_is_asked(tmp_path):
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [118.95, 40.407, 12.5]},
        "properties": {"隐患名称": "东沟", "类别": "泥石流", "标签": ["a", "b"]},
    }
    (tmp_path / "a.json").write_text(
        "\ufeff" + json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8"
    )
    outcome = imported(tmp_path, tmp_path / "a.json")
    assert (outcome.accepted, outcome.undecided) == (0, 1)


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>地质灾害隐患</name>
<Folder><name>北片地质灾害</name><Placemark><name>东沟</name><description>陡坡</description>
<ExtendedData><Data name="威胁人数"><value>7</value></Data></ExtendedData>
<Point><coordinates>118.95,40.407,0</coordinates></Point></Placemark></Folder>
<Folder><name>南片地质灾害</name><Placemark><name>西沟</name>
<Point><coordinates>118.96,40.417,0</coordinates></Point></Placemark></Folder>
</Document></kml>"""


@pytest.mark.parametrize("packed", [False, True])
def test_kml_and_kmz_are_wgs84_and_every_folder_is_a_sheet(tmp_path, packed):
    path = tmp_path / ("a.kmz" if packed else "a.kml")
    if packed:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", KML)
            archive.writestr("files/icon.png", b"x")
    else:
        path.write_text(KML, encoding="utf-8")
    outcome = imported(tmp_path, path)
    assert {hazard.name for hazard in outcome.hazards} == {"东沟", "西沟"}
    east = next(hazard for hazard in outcome.hazards if hazard.name == "东沟")
    assert east.provenance.declared_reference == "wgs84"
    assert east.attributes["threat_people"] == 7
    assert east.extras == {"隐患描述": "陡坡"}


def test_every_shape_of_kml_comes_over(tmp_path):
    def mark(name, shape):
        return f"<Placemark><name>{name}</name><address>某村</address>{shape}</Placemark>"

    ring = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
    outer = ring.format("118.9,40.4 118.99,40.4 118.99,40.49 118.9,40.49 118.9,40.4")
    inner = ring.format("118.93,40.43 118.96,40.43 118.96,40.46 118.93,40.43")
    area = f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs><innerBoundaryIs>{inner}</innerBoundaryIs></Polygon>"
    line = "<LineString><coordinates>118.9,40.4,0 118.95,40.45,0</coordinates></LineString>"
    point = "<Point><coordinates>118.9,40.4</coordinates></Point>"
    marks = [
        mark("area", area), mark("line", line), mark("none", ""),
        mark("areas", f"<MultiGeometry>{area}{point}{area}</MultiGeometry>"),
        mark("points", f"<MultiGeometry>{point}{point}</MultiGeometry>"),
    ]  # fmt: skip
    schema = (
        '<ExtendedData><SchemaData><SimpleData name="x">1</SimpleData></SchemaData></ExtendedData>'
    )
    (tmp_path / "地质灾害.kml").write_text(
        f"<kml>{''.join(marks)}{mark('data', schema)}</kml>", encoding="utf-8"
    )
    (sheet,) = read_survey(tmp_path / "地质灾害.kml")
    heads = sheet.row(0)
    kinds = {
        row[heads.index("名称")]: row[heads.index("拐点坐标")].split(" (")[0]
        for row in sheet.rows[1:]
    }
    assert kinds == {
        "area": "POLYGON", "line": "LINESTRING", "none": "", "areas": "MULTIPOLYGON",
        "points": "MULTIPOINT", "data": "",
    }  # fmt: skip
    assert sheet.rows[-1][heads.index("x")] == "1"
    assert sheet.name == "地质灾害"


def dxf(*entities):
    body = "".join(f"{code}\n{value}\n" for entity in entities for code, value in entity)
    return f"0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n"


def text_at(x, y, text, layer="地质灾害"):
    return [(0, "TEXT"), (8, layer), (100, "AcDbText"), (10, x), (20, y), (40, 1), (1, text)]


def ring(*points, layer="地质灾害"):
    head = [(0, "LWPOLYLINE"), (8, layer), (100, "AcDbPolyline"), (90, len(points)), (70, 1)]
    return head + [pair for x, y in points for pair in ((10, x), (20, y))]


def test_drawings_take_the_name_from_the_text_inside_and_are_asked_for_their_datum(tmp_path):
    square = [(118.9, 40.4), (118.92, 40.4), (118.92, 40.42), (118.9, 40.42)]
    lone = [(119.0, 40.4), (119.02, 40.4), (119.02, 40.42), (119.0, 40.42)]
    (tmp_path / "地质灾害.dxf").write_text(
        dxf(
            ring(*square),
            text_at(118.91, 40.41, "East gully"),
            ring(*lone),
            text_at(118.5, 40.1, "Note"),
        ),
        encoding="utf-8",
    )
    (sheet,) = read_survey(tmp_path / "地质灾害.dxf")
    rows = {row[sheet.row(0).index("名称")]: row for row in sheet.rows[1:]}
    assert set(rows) == {"East gully", "", "Note"}
    assert rows["East gully"][0].startswith("POLYGON")
    assert sheet.declared == ""
    outcome = imported(tmp_path, tmp_path / "地质灾害.dxf")
    assert (outcome.undecided, outcome.rejected) == (2, 1)
    assert "no-name" in {issue.code for issue in outcome.issues}


def test_a_layer_without_geometry_or_with_holes_in_it_is_told_row_by_row(tmp_path):
    path = save(tmp_path / "a.gpkg", [PLACES[0], None, shapely.Point()])
    outcome = imported(tmp_path, path)
    assert outcome.accepted == 1
    assert [i.code for i in outcome.issues if i.row > 2] == ["no-geometry", "no-geometry"]


def test_several_layers_are_several_sheets(tmp_path):
    path = save(tmp_path / "a.gpkg", layer="地质灾害")
    save(path, layer="其他图层", append=True)
    assert {sheet.name for sheet in read_survey(path)} == {"地质灾害", "其他图层"}


def refused(path, match):
    with pytest.raises(UnreadableFileError, match=match):
        read_survey(path)


@pytest.mark.parametrize("crs", ["EPSG:4267", "+proj=tmerc +lon_0=118.5 +x_0=1234 +ellps=GRS80"])
def test_references_without_a_way_to_cgcs2000_are_refused_by_name(tmp_path, crs):
    refused(save(tmp_path / "a.gpkg", crs=crs), "坐标系")


def test_a_shapefile_without_its_table_is_refused(tmp_path):
    path = save(tmp_path / "a.shp", PLACES[:1], fields={"名称": ["东沟"]})
    shutil.copy(path, tmp_path / "b.shp")
    refused(tmp_path / "b.shp", r"\.dbf")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.kml", '<!DOCTYPE kml [<!ENTITY a "b">]><kml xmlns="http://www.opengis.net/kml/2.2"/>'),
        (
            "a.kml",
            "<kml><Placemark><Point><coordinates>119</coordinates></Point></Placemark></kml>",
        ),
        (
            "a.kml",
            "<kml><Placemark><Point><coordinates>nan,1</coordinates></Point></Placemark></kml>",
        ),
        ("a.kml", "<kml>" + "<Folder>" * 100),
        ("a.kml", "<kml><Placemark>"),
        ("a.geojson", '{"type":"FeatureCollection","x":"/vsicurl/http://x","features":[]}'),
        ("a.geojson", '{"type":"FeatureCollection","features":[{'),
        ("a.dxf", "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n90\nx"),
        ("a.dxf", "0\nSEC\x02IOX5]\x13]\n0\nEOF"),
        ("a.dxf", "0\nSECTION\n2\nENTITIES\n99999\nX\n0\nEOF"),
        ("a.dxf", "AutoCAD Binary DXF\r\n\x1a\x00"),
        ("a.gpkg", "SQLite format 3\x00garbage"),
        ("a.shp", "\x00\x00\x27\x0agarbage"),
        ("a.kml", "<html>no map</html>"),
    ],
)
def test_hostile_and_broken_files_are_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    refused(tmp_path / name, "损坏|实体|没有任何内容|dbf|过大")


def test_a_query_posing_as_a_layer_is_never_run(tmp_path):
    import sqlite3  # noqa: PLC0415

    path = save(tmp_path / "a.gpkg", layer="good")
    connection = sqlite3.connect(path)
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM t) SELECT n AS fid, NULL AS geom FROM t WHERE n < 0"
    connection.execute(f'CREATE VIEW "bad" AS {endless}')
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('bad', 'features', 'bad', 4490)"
    )
    connection.execute(
        "INSERT INTO gpkg_geometry_columns VALUES ('bad', 'geom', 'GEOMETRY', 4490, 0, 0)"
    )
    connection.commit()
    connection.close()
    refused(path, "视图")


def test_a_zip_without_layers_is_no_survey(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../说明.txt", "x")
        archive.writestr("a.prj", "x")
    refused(tmp_path / "a.zip", "损坏")


def test_names_in_an_archive_lead_nowhere(tmp_path):
    path = save(tmp_path / "a.gpkg")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(path, "../../../../evil.gpkg")
    before = set(tmp_path.rglob("*"))
    assert len(read_survey(tmp_path / "b.zip")) == 1
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (float("nan"), ""),
        (-0.0, "0"),
        (1e15, "1000000000000000"),
        ([1, None, "a"], "1、a"),
        (True, "true"),
        (12, "12"),
    ],
)
def test_values_are_written_as_people_write_them(value, text):
    assert value_text(value) == text
