"""Vector files of other programs, made here by GDAL, read back; hostile ones are refused."""

from __future__ import annotations

import json
import sqlite3
import zipfile

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats import vector_reading
from qhd_riskmap.formats.vector_reading import dbf_encoding, read_vector, vector_parts
from qhd_riskmap.geo.datums import wgs84_to_gcj02

PLACE = (119.6, 39.935)
NAMES = ["抚宁区石门寨镇", "海港区", "ABC"]
KML = (
    '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    "{}</Document></kml>"
)
PLACEMARK = (
    "<Placemark><name>学校</name><Point><coordinates>119.6,39.935,12</coordinates></Point>"
    "</Placemark>"
)


def write(path, shapes, driver, *, names=None, crs="EPSG:4549", kind="Point", **options):
    columns = [np.array(names or NAMES[: len(shapes)], dtype=object)]
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=columns,
        fields=np.array(["名称"], dtype=object),
        geometry_type=kind,
        crs=crs,
        driver=driver,
        **options,
    )
    return path


def plane(lon, lat, epsg=4549):
    """By pyproj alone."""
    return Transformer.from_crs("EPSG:4490", f"EPSG:{epsg}", always_xy=True).transform(lon, lat)


def points(epsg=4549):
    return [shapely.Point(plane(PLACE[0] + n / 100, PLACE[1], epsg)) for n in range(3)]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", ["as written", "missing", "lying"])
def test_a_shapefile_is_read_whatever_its_encoding_and_its_cpg(tmp_path, encoding, cpg):
    path = write(tmp_path / "村.shp", points(), "ESRI Shapefile", encoding=encoding)
    if cpg == "missing":
        path.with_suffix(".cpg").unlink()
    elif cpg == "lying":
        path.with_suffix(".cpg").write_text("UTF-8" if encoding == "GBK" else "GBK")
    content = read_vector(path)
    if cpg == "lying" and encoding == "UTF-8":
        # Some UTF-8 texts are valid GBK as well; these are not.
        assert dbf_encoding(path) in {"UTF-8", "GB18030"}
    else:
        assert content.attributes["名称"].tolist() == NAMES
    lonlat = shapely.get_coordinates(content.geometries)
    np.testing.assert_allclose(lonlat[:, 0], [119.6, 119.61, 119.62], atol=1e-9)
    np.testing.assert_allclose(lonlat[:, 1], 39.935, atol=1e-9)


def test_a_letter_cut_by_the_width_of_its_field_does_not_change_the_encoding(tmp_path):
    long = "石" * 84 + "xx"  # 254 bytes in UTF-8, all that a field holds
    path = write(
        tmp_path / "长.shp", points()[:1], "ESRI Shapefile", names=[long], encoding="UTF-8"
    )
    path.with_suffix(".cpg").unlink()
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace(b"xx", "石".encode()[:2]))
    assert dbf_encoding(path) == "UTF-8"
    assert read_vector(path).attributes["名称"][0].startswith("石" * 84)


def test_the_office_may_declare_another_system_than_the_file(tmp_path):
    east, north = (float(v) for v in wgs84_to_gcj02(*PLACE))
    path = write(tmp_path / "a.gpkg", [shapely.Point(east, north)], "GPKG", crs="EPSG:4326")
    plain = shapely.get_coordinates(read_vector(path).geometries)[0]
    true = shapely.get_coordinates(read_vector(path, reference="gcj02").geometries)[0]
    assert plain.tolist() == pytest.approx([east, north], abs=1e-9)
    assert true.tolist() == pytest.approx(list(PLACE), abs=1e-8)


def test_a_geopackage_tells_its_layers(tmp_path):
    path = write(tmp_path / "两层.gpkg", points(), "GPKG", layer="村")
    write(path, [shapely.LineString([(0, 0), (1, 1)])], "GPKG", layer="路", kind="LineString",
          crs="EPSG:4490", append=True)  # fmt: skip
    parts = vector_parts(path)
    assert [(p.name, p.features, p.reference) for p in parts] == [
        ("村", 3, "EPSG:4549"), ("路", 1, "cgcs2000"),
    ]  # fmt: skip
    assert parts[0].fields == ("名称",)
    assert len(read_vector(path, "路")) == 1


def test_geojson_is_wgs84_and_collections_are_taken_apart(tmp_path):
    path = tmp_path / "a.geojson"
    point = {"type": "Point", "coordinates": list(PLACE)}
    line = {"type": "LineString", "coordinates": [[119, 39], [120, 40]]}
    features = [
        {"type": "Feature", "properties": {"n": "甲"}, "geometry": shape}
        for shape in (
            {"type": "GeometryCollection", "geometries": [point, line]}, None, point,
        )
    ]  # fmt: skip
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    content = read_vector(path)
    kinds = sorted(shape.geom_type for shape in content.geometries)
    assert kinds == ["LineString", "Point", "Point"]
    assert content.skipped == 1
    assert content.attributes["n"].tolist() == ["甲"] * 3


def test_kml_folders_are_read_together_also_from_a_kmz(tmp_path):
    folder = "<Folder><name>{}</name>{}</Folder>"
    text = KML.format(folder.format("一", PLACEMARK) + folder.format("二", PLACEMARK * 2))
    path = tmp_path / "a.kml"
    path.write_text(text, encoding="utf-8")
    packed = tmp_path / "a.kmz"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/other.kml", KML.format(""))
        archive.writestr("doc.kml", text)
    for file in (path, packed):
        assert [p.features for p in vector_parts(file)] == [3]
        content = read_vector(file)
        assert len(content) == 3
        assert shapely.get_coordinates(content.geometries)[0].tolist() == pytest.approx(PLACE)


def test_chinese_names_of_kml_data_are_kept_apart(tmp_path):
    data = "".join(
        f'<Data name="{name}"><value>{value}</value></Data>'
        for name, value in (("级别", 2), ("单位", "学校"), ("a&amp;乙", 3), ("plain", 4))
    )
    mark = PLACEMARK.replace("<Point>", f"<ExtendedData>{data}</ExtendedData><Point>")
    path = tmp_path / "a.kml"
    path.write_text(KML.format(mark), encoding="utf-8")
    attributes = read_vector(path).attributes
    found = {key: str(attributes[key][0]) for key in ("级别", "单位", "a&乙", "plain", "Name")}
    assert found == {"级别": "2", "单位": "学校", "a&乙": "3", "plain": "4", "Name": "学校"}
    assert "级别" in vector_parts(path)[0].fields


def test_a_drawing_must_be_told_its_system(tmp_path):
    path = tmp_path / "a.dxf"
    x, y = plane(*PLACE)
    path.write_text(
        f"0\nSECTION\n2\nENTITIES\n0\nLINE\n8\n0\n10\n{x}\n20\n{y}\n11\n{x + 100}\n21\n{y}\n"
        "0\nENDSEC\n0\nEOF\n"
    )
    assert vector_parts(path)[0].reference == ""
    with pytest.raises(UnreadableFileError, match="没有注明坐标系"):
        read_vector(path)
    content = read_vector(path, reference="EPSG:4549")
    assert shapely.get_coordinates(content.geometries)[0].tolist() == pytest.approx(PLACE)


def kmz(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return path


def test_harmful_files_are_refused_with_a_sentence(tmp_path):
    bomb = kmz(tmp_path / "bomb.kmz", [("doc.kml", b" " * (260 * 2**20))])
    outside = kmz(tmp_path / "outside.kmz", [("../../evil.kml", KML.format(PLACEMARK))])
    entities = tmp_path / "entities.kml"
    entities.write_text('<!DOCTYPE k [<!ENTITY a "b">]>' + KML.format(PLACEMARK))
    virtual = tmp_path / "virtual.geojson"
    virtual.write_text('<OGRVRTDataSource><OGRVRTLayer name="x"/></OGRVRTDataSource>')
    disguised = tmp_path / "disguised.kml"
    disguised.write_text("<OGRVRTDataSource><kml></kml></OGRVRTDataSource>")
    headless = tmp_path / "headless.shp"
    headless.write_bytes(b"\x00\x00\x27\x0a" + b"\x00" * 96)
    cut = write(tmp_path / "cut.gpkg", points(), "GPKG")
    cut.write_bytes(cut.read_bytes()[:9000])
    viewed = write(tmp_path / "viewed.gpkg", points(), "GPKG")
    connection = sqlite3.connect(viewed)
    connection.execute("CREATE VIEW endless AS SELECT 1")
    connection.commit()
    connection.close()
    unknown = tmp_path / "a.exe"
    unknown.write_bytes(b"MZ")
    empty = tmp_path / "empty.kmz"
    empty.write_bytes(b"")
    other_kml = kmz(tmp_path / "none.kmz", [("readme.txt", "x")])
    expected = {
        bomb: "太大", outside: "损坏", entities: "实体声明", virtual: "损坏", disguised: "损坏",
        headless: ".shx", cut: "损坏", viewed: "查询视图", unknown: "不是可以加入", empty: "损坏", other_kml: "损坏",
        tmp_path / "gone.shp": "无法打开",
    }  # fmt: skip
    for path, words in expected.items():
        with pytest.raises(UnreadableFileError, match=words) as caught:
            vector_parts(path)
        assert path.name in caught.value.message
        assert caught.value.hint


def test_crowds_beyond_reason_are_refused_before_they_are_read(tmp_path, monkeypatch):
    path = write(tmp_path / "a.gpkg", points(), "GPKG")
    monkeypatch.setattr(vector_reading, "MAX_FEATURES", 2)
    with pytest.raises(UnreadableFileError, match="太大"):
        vector_parts(path)
    monkeypatch.setattr(vector_reading, "MAX_FEATURES", 3)
    monkeypatch.setattr(vector_reading, "MAX_VERTICES", 2)
    with pytest.raises(UnreadableFileError, match="太大"):
        read_vector(path)


def test_places_off_the_globe_are_left_out(tmp_path):
    shapes = [*points()[:2], shapely.Point(1e12, 1e12)]
    content = read_vector(write(tmp_path / "a.gpkg", shapes, "GPKG"))
    assert (len(content), content.skipped) == (2, 1)
    assert content.attributes["名称"].tolist() == NAMES[:2]
