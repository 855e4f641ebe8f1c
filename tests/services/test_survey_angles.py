"""度.分秒 in a sheet: asked about, answered for the sheet or the import, remembered, never taken in silence."""

from datetime import date

import numpy as np
import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.references import WGS84
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_corrections import Corrections
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

HEADERS = ["隐患名称", "类别", "县区", "经度", "纬度"]
PLACES = [(118.95, 40.407), (118.97, 40.425), (118.99, 40.443)]
TITLE = ["青龙满族自治县水务局隐患表（GPS坐标）"]


def packed(value):
    total = round(value * 3600)
    return f"{total // 3600}.{total % 3600 // 60:02d}{total % 60:02d}"


def sheet(path, places=PLACES, *, title=TITLE, headers=HEADERS, write=packed):
    book = Workbook()
    book.active.append(title)
    book.active.append(headers)
    for number, place in enumerate(places):
        book.active.append([f"第{number}沟滑坡", "滑坡", "青龙县", *(write(v) for v in place)])
    book.save(path)
    return path


@pytest.fixture
def survey(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        yield SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))


def look(survey, path, datum=None, **fixes):
    return survey.preview([path], datum=datum, job=SilentJob(), fixes=Corrections(**fixes))


def anchors(preview):
    return np.array([hazard.anchor() for hazard in preview.hazards])


@pytest.mark.parametrize("datum", [None, WGS84])
def test_nothing_is_taken_before_it_is_known_how_to_read_it(survey, tmp_path, datum):
    found = look(survey, sheet(tmp_path / "a.xlsx"), datum)
    (told,) = found.datums
    assert (found.accepted, found.undecided, told.decided) == (0, 3, None)
    assert (told.asks, told.angles) == ("angles", "")
    assert told.question.startswith("这些数怎么读？")
    assert told.to_json()["asks"] == "angles"
    assert [i.code for i in found.issues] == ["datum-undecided"]


def test_an_answer_of_the_sheet_or_of_the_import_settles_it(survey, tmp_path):
    path = sheet(tmp_path / "a.xlsx")
    key = (path, "Sheet")
    for fixes in (
        {"angles": {key: TextForm.PACKED_FRACTION}},
        {"all_angles": TextForm.PACKED_FRACTION},
    ):
        found = look(survey, path, **fixes)
        assert found.accepted == 3
        assert anchors(found) == pytest.approx(np.array(PLACES), abs=2e-4)
        assert found.datums[0].angles == "packed"
    found = look(survey, path, angles={key: TextForm.DECIMAL})
    assert found.datums[0].angles == "decimal"
    assert (found.undecided, found.accepted + found.rejected) == (0, 3)
    assert {tuple(place) for place in anchors(found).round(4)} <= {
        (float(packed(x)), float(packed(y))) for x, y in PLACES
    }


def test_the_original_text_stays(survey, tmp_path):
    found = look(survey, sheet(tmp_path / "a.xlsx"), all_angles=TextForm.PACKED_FRACTION)
    assert found.hazards[0].provenance.original_text == "118.5700, 40.2425"


def test_the_answer_is_suggested_to_the_senders_next_sheet_and_never_taken(survey, tmp_path):
    first = look(survey, sheet(tmp_path / "a.xlsx"), all_angles=TextForm.PACKED_FRACTION)
    survey.commit(first, SilentJob())
    other = sheet(tmp_path / "b.xlsx", [(119.01, 40.461), (119.03, 40.479)])
    (told,) = look(survey, other).datums
    assert (told.sender, told.suggestion, told.asks) == ("青龙满族自治县水务局", "packed", "angles")
    assert told.decided is None


def test_words_settle_it_and_then_the_datum_may_still_be_asked(survey, tmp_path):
    path = sheet(tmp_path / "a.xlsx", title=["坐标为度.分秒"])
    (told,) = look(survey, path).datums
    assert (told.asks, told.angles, told.decided) == ("datum", "packed", None)
    assert "坐标从哪里来" in told.question


def test_a_number_that_cannot_be_minutes_and_seconds_is_named(survey, tmp_path):
    path = sheet(tmp_path / "a.xlsx")
    book = Workbook()
    for row in (TITLE, HEADERS, ["甲沟", "滑坡", "青龙县", "118.9599", "40.2425"]):
        book.active.append(row)
    book.save(path)
    found = look(survey, path, all_angles=TextForm.PACKED_FRACTION)
    assert [(i.cell, i.code) for i in found.issues] == [("D3", "bad-coordinate")]
    assert (found.accepted, found.rejected) == (0, 1)
    assert "118.9599" in found.issues[0].message


def test_vertex_lists_wkt_and_rows_with_signs_are_read_each_in_its_way(survey, tmp_path):
    ring = ";".join(
        f"{packed(x)},{packed(y)}" for x, y in [*PLACES[:2], (118.99, 40.40), PLACES[0]]
    )
    wkt = f"LINESTRING ({packed(118.95)} {packed(40.407)}, {packed(118.97)} {packed(40.425)})"
    book = Workbook()
    rows = [
        ["甲沟", ring],
        ["乙管线", wkt],
        ["丙沟", "118°57′00″,40°24′25″"],
        ["丁沟", "E118.5824 N40.2425"],
    ]
    for row in (["GPS"], ["隐患名称", "坐标"], *rows):
        book.active.append(row)
    book.active.title = "地质灾害"
    book.save(tmp_path / "a.xlsx")
    found = look(survey, tmp_path / "a.xlsx", all_angles=TextForm.PACKED_FRACTION)
    shapes = {h.name: h for h in found.hazards}
    assert shapes["甲沟"].geometry.geom_type == "Polygon"
    assert shapes["甲沟"].geometry.bounds == pytest.approx((118.95, 40.4, 118.99, 40.425), abs=3e-4)
    assert shapes["乙管线"].geometry.bounds == pytest.approx(
        (118.95, 40.407, 118.97, 40.425), abs=3e-4
    )
    assert shapes["丙沟"].anchor() == pytest.approx((118.95, 40.406944), abs=1e-5)
    assert shapes["丁沟"].anchor() == pytest.approx((118.9733, 40.4069), abs=1e-4)


def test_numbers_of_a_vector_file_are_never_in_question(survey, tmp_path):
    points = ",".join(
        f'{{"type":"Feature","properties":{{"名称":"沟{n}","类别":"滑坡"}},"geometry":{{"type":"Point",'
        f'"coordinates":[{packed(x)},{packed(y)}]}}}}'
        for n, (x, y) in enumerate([(118.95, 40.407), (119.01, 40.5)])
    )
    crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4490"}}'
    path = tmp_path / "a.geojson"
    path.write_text(f'{{"type":"FeatureCollection",{crs},"features":[{points}]}}', encoding="utf-8")
    (told,) = look(survey, path).datums
    assert (told.asks, told.decided) == ("", "cgcs2000")


def test_seconds_of_sixty_are_carried_and_said(survey, tmp_path):
    written = {118.95: "118°57′00″", 118.97: "118°57′60″", 40.407: "40°24′25.2″"}
    places = [(118.95, 40.407), (118.97, 40.407)]
    path = sheet(tmp_path / "a.xlsx", places, write=written.get)
    found = look(survey, path, WGS84)
    assert found.accepted == 2
    np.testing.assert_allclose(anchors(found)[1], [118 + 58 / 60, 40.407], atol=1e-6)
    (told,) = [issue for issue in found.issues if issue.code == "sixty-carried"]
    assert (told.cell, told.severity.value) == ("D4", "warning")


def test_more_than_sixty_seconds_stay_refused(survey, tmp_path):
    path = sheet(tmp_path / "a.xlsx", [(1, 2)], write={1: "118°57′61″", 2: "40°24′25″"}.get)
    found = look(survey, path, WGS84)
    assert (found.accepted, found.rejected) == (0, 1)
    assert {issue.code for issue in found.issues} == {"bad-coordinate"}
