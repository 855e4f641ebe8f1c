"""Two places in one row: the first counts, the other is compared and kept, and each speaks for the other."""

from datetime import date

import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.import_rules import import_rules
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_corrections import Corrections
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

PLACES = [(118.95, 40.407), (118.97, 40.425), (118.99, 40.443), (119.01, 40.461)]
STEP = 0.004  # 340 m to the east


@pytest.fixture
def look(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
        survey = SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))

        def preview(headers, cells, title="排查表", fixes=None):
            book = Workbook()
            book.active.append([title])
            book.active.append(["隐患名称", "类别", "县区", *headers])
            for number, place in enumerate(PLACES):
                line = [f"第{number}沟", "滑坡", "青龙县", *cells(number, *place)]
                book.active.append(line)
            book.save(tmp_path / "a.xlsx")
            more = {"fixes": fixes(tmp_path / "a.xlsx")} if fixes else {}
            return survey.preview([tmp_path / "a.xlsx"], datum=None, job=SilentJob(), **more)

        yield preview


def written(place, code, digits=6):
    return [round(float(value), digits) for value in from_cgcs2000(*place, parse_reference(code))]


def plane(place, code):
    return written(place, code, 2)[::-1]


def differing(found):
    return {i.cell: i.message for i in found.issues if i.code == "places-differ"}


def reasons(found):
    return "".join(found.datums[0].reasons)


def test_two_maps_that_agree_say_so(look):
    found = look(
        ["高德经度", "高德纬度", "GPS经度", "GPS纬度"],
        lambda _n, x, y: [*written((x, y), "gcj02"), x, y],
    )
    assert (found.accepted, differing(found)) == (4, {})
    assert found.datums[0].decided == "gcj02"
    assert "“GPS经度、GPS纬度”" in reasons(found)
    assert "4 行都与登记的位置相符" in reasons(found)
    assert dict(found.hazards[0].extras).keys() >= {"GPS经度", "GPS纬度"}


def test_a_row_whose_places_lie_apart_is_warned_of_with_the_metres(look):
    found = look(
        ["经度(GPS)", "纬度(GPS)", "X", "Y"],
        lambda n, x, y: [x, y, *plane((x + (STEP if n == 1 else 0), y), "EPSG:4549")],
    )
    assert found.accepted == 4
    assert list(differing(found)) == ["F4"]
    assert "相差 34" in differing(found)["F4"] or "相差 33" in differing(found)["F4"]
    assert "3 行与登记的位置相符，1 行相差 100 米以上" in reasons(found)
    assert "X" in dict(found.hazards[0].extras)
    warned = next(i for i in found.issues if i.code == "places-differ")
    assert warned.severity is Severity.WARNING


def test_how_far_is_too_far_is_a_rule(look, monkeypatch):
    assert import_rules()["places-differ"].metres == 100
    found = look(
        ["经度(GPS)", "纬度(GPS)", "经度2", "纬度2"], lambda _n, x, y: [x, y, x + 0.0005, y]
    )
    assert differing(found) == {}
    rule = import_rules()["places-differ"]
    strict = {**import_rules(), "places-differ": rule.__class__(**{**_facts(rule), "metres": 30.0})}
    monkeypatch.setattr("qhd_riskmap.services.survey_second_place.import_rules", lambda: strict)
    found = look(
        ["经度(GPS)", "纬度(GPS)", "经度2", "纬度2"], lambda _n, x, y: [x, y, x + 0.0005, y]
    )
    assert len(differing(found)) == 4
    assert "都相差 30 米以上" in reasons(found)


def _facts(rule):
    names = ("code", "severity", "optional", "found", "text", "basis")
    return {name: getattr(rule, name) for name in names}


@pytest.mark.parametrize("hidden", ["gcj02", "bd09", "wgs84"])
def test_a_known_place_tells_what_the_other_is(look, hidden):
    found = look(
        ["经度", "纬度", "GPS经度", "GPS纬度"], lambda _n, x, y: [*written((x, y), hidden), x, y]
    )
    assert found.datums[0].decided == hidden
    assert "表中另一组坐标" in reasons(found)
    assert found.hazards[0].anchor() == pytest.approx(PLACES[0], abs=2e-5)


def test_a_word_on_the_other_place_does_not_hold_for_the_first(look):
    """经度 and 纬度 from a map beside 坐标(GPS): the word belongs to the one column."""
    found = look(
        ["经度", "纬度", "坐标(GPS)"], lambda _n, x, y: [*written((x, y), "gcj02"), f"{x},{y}"]
    )
    assert found.datums[0].decided == "gcj02"
    found = look(
        ["经度", "纬度", "X(西安80)", "Y(西安80)"],
        lambda _n, x, y: [x, y, *plane((x, y), "EPSG:2385")],
    )
    assert (found.datums[0].decided, differing(found)) == ("wgs84", {})


def test_two_unknown_places_leave_the_question_open(look):
    found = look(["经度", "纬度", "经度2", "纬度2"], lambda _n, x, y: [x, y, x, y])
    assert (found.undecided, found.datums[0].asks) == (4, "datum")


def test_a_second_place_that_fits_nothing_is_told_once(look):
    found = look(
        ["经度(GPS)", "纬度(GPS)", "X", "Y"],
        lambda _n, x, y: [x, y, *plane((x + 0.1, y), "EPSG:4549")],
    )
    assert (found.accepted, differing(found)) == (4, {})
    assert "都相差 100 米以上" in reasons(found)


def test_the_centre_of_an_area_is_compared_with_the_area(look):
    def ring(x, y):
        return f"{x - 0.01},{y - 0.01};{x + 0.01},{y - 0.01};{x},{y + 0.01}"

    found = look(
        ["经度(GPS)", "纬度(GPS)", "拐点坐标"],
        lambda n, x, y: [x + (0.03 if n == 2 else 0), y, ring(x, y)],
    )
    assert found.accepted == 4
    assert found.hazards[0].geometry.geom_type == "Polygon"
    assert list(differing(found)) == ["D5"]
    assert dict(found.hazards[0].extras)["经度(GPS)"] == "118.95"


def test_a_place_outside_of_everything_is_named(look):
    found = look(
        ["经度(GPS)", "纬度(GPS)", "X(2000坐标)", "Y(2000坐标)"],
        lambda n, x, y: [x, y, *(plane((x, y), "EPSG:4549") if n else [4422388, 9999999])],
    )
    assert found.accepted == 4
    assert list(differing(found)) == ["F3"]
    assert "不在本地范围内" in differing(found)["F3"]


def test_rows_placed_on_the_map_are_not_warned_of(look):
    def fixes(path):
        return Corrections(places={(path, "Sheet", 3): (118.96, 40.41)})

    cells = lambda _n, x, y: [x, y, x + STEP, y]  # noqa: E731 - one sheet, looked at twice
    headers = ["经度(GPS)", "纬度(GPS)", "经度2", "纬度2"]
    assert set(differing(look(headers, cells))) == {f"F{row}" for row in (3, 4, 5, 6)}
    assert set(differing(look(headers, cells, fixes=fixes))) == {"F4", "F5", "F6"}


def test_blank_second_places_are_nothing(look):
    found = look(["经度(GPS)", "纬度(GPS)", "X", "Y"], lambda _n, x, y: [x, y, None, "/"])
    assert (found.accepted, [i.code for i in found.issues], "另一组" in reasons(found)) == (
        4,
        [],
        False,
    )


@pytest.mark.parametrize(
    "headers",
    [
        ["高德经度", "高德纬度"], ["GPS经度", "GPS纬度"], ["经度_百度", "纬度_百度"], ["WGS84经度", "WGS84纬度"],
        ["CGCS2000经度", "CGCS2000纬度"], ["手机经度", "手机纬度"], ["经度1", "纬度1"],
    ],
)  # fmt: skip
def test_a_column_of_places_may_be_headed_by_its_source(look, headers):
    found = look(headers, lambda _n, x, y: [x, y])
    assert found.datums[0].columns == tuple(headers)
    assert found.accepted + found.undecided + found.rejected == 4
