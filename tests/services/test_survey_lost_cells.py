"""Cells that used to vanish on the way in without a word."""

from datetime import date

import openpyxl
import pytest
import shapely

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

PLACE = ["滑坡", 118.95, 40.407]
HEADERS = ["隐患名称", "类别", "经度(GPS)", "纬度(GPS)"]


@pytest.fixture
def brought_in(tmp_path):
    """Import a sheet of these rows: outcome."""

    def bring(*rows):
        book = openpyxl.Workbook()
        for line in rows:
            book.active.append(list(line))
        book.save(tmp_path / "a.xlsx")
        with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as register:
            survey = SurveyImport(register, Actor(name="张三"), date(2014, 7, 1))
            preview = survey.preview([tmp_path / "a.xlsx"], datum=None, job=SilentJob())
            return survey.commit(preview, job=SilentJob())

    return bring


def told(outcome):
    return [(issue.cell, issue.code) for issue in outcome.issues]


def test_a_column_without_a_header_is_kept_under_its_letters_and_told(brought_in):
    outcome = brought_in([*HEADERS, None, "备注"], ["东沟滑坡", *PLACE, "有人住", "a"])
    assert outcome.hazards[0].extras == {"E列": "有人住"}
    assert told(outcome) == [("E1", "column-without-header")]


def test_a_running_number_without_a_header_is_nothing_to_keep(brought_in):
    outcome = brought_in(
        [None, *HEADERS], [1, "东沟滑坡", *PLACE], [2, "西沟滑坡", "滑坡", 118.97, 40.42]
    )
    assert [hazard.extras for hazard in outcome.hazards] == [{}, {}]
    assert told(outcome) == []


def test_a_row_for_every_corner_makes_one_area(brought_in):
    outcome = brought_in(
        ["隐患名称", "类别", "拐点号", *HEADERS[2:]],
        ["东沟滑坡", "滑坡", "J1", 118.95, 40.407],
        [None, None, "J2", 118.96, 40.407],
        [None, None, "J3", 118.96, 40.417],
    )
    (hazard,) = outcome.hazards
    ring = shapely.Polygon([(118.95, 40.407), (118.96, 40.407), (118.96, 40.417)])
    assert hazard.geometry.equals_exact(ring, 1e-7) or hazard.geometry.equals(ring)
    assert hazard.extras == {"拐点号": "J1;J2;J3"}
    assert told(outcome) == [("", "vertices-gathered")]


def test_a_lone_number_with_two_points_is_told_in_words(brought_in):
    outcome = brought_in(HEADERS, ["东沟滑坡", "滑坡", "119.05.12", "39.75"])
    (issue,) = outcome.issues
    assert issue.message == (
        "“119.05.12”有两个点，可能是度分秒，也可能是写错的小数，请改写成 118°57′30″ 这样。"
    )
    assert (issue.cell, outcome.rejected) == ("C2", 1)


def test_dotted_degrees_in_both_columns_are_read_said_and_kept_as_written(brought_in):
    outcome = brought_in(
        HEADERS,
        ["东沟滑坡", "滑坡", "118.57.00", "40.24.25.2"],
        ["西沟滑坡", "滑坡", "118.58.12", "40.25.30"],
        ["北沟滑坡", "滑坡", "118.58.12", "见附图"],
    )
    assert [hazard.anchor() for hazard in outcome.hazards] == [
        pytest.approx((118.95, 40.407), abs=1e-9),
        pytest.approx((118.97, 40.425), abs=1e-9),
    ]
    assert outcome.hazards[0].provenance.original_text == "118.57.00, 40.24.25.2"
    messages = {issue.code: issue.message for issue in outcome.issues}
    assert messages["dotted-angles"] == "“118.57.00”等 2 行按度.分.秒读作“118°57′00″”，请核对。"
    assert messages["bad-coordinate"] == "看不懂坐标“见附图”。"


def test_dotted_degrees_beside_decimals_are_asked_about(brought_in):
    outcome = brought_in(
        HEADERS,
        ["东沟滑坡", "滑坡", "118.57.00", "40.24.25"],
        ["西沟滑坡", "滑坡", 118.97, 40.425],
    )
    assert [hazard.name for hazard in outcome.hazards] == ["西沟滑坡"]
    assert outcome.rejected == 1


def test_dotted_degrees_of_a_line_in_one_cell(brought_in):
    outcome = brought_in(
        [*HEADERS[:2], "拐点坐标(GPS)"],
        ["输气管线甲段", "输气管线", "118.57.00,40.24.25.2;118.58.12,40.25.30"],
    )
    (hazard,) = outcome.hazards
    assert hazard.geometry.equals_exact(
        shapely.LineString([(118.95, 40.407), (118.97, 40.425)]), 1e-9
    )
    assert hazard.provenance.original_text == "118.57.00,40.24.25.2;118.58.12,40.25.30"


def test_zeros_are_no_place_and_do_not_speak_against_the_other_rows(brought_in):
    outcome = brought_in(
        HEADERS,
        ["东沟滑坡", "滑坡", 118.9512, 40.4071],
        ["西沟滑坡", "滑坡", 0, 0],
        ["北沟滑坡", "滑坡", "0°0′0″", "0.0"],
    )
    assert [hazard.name for hazard in outcome.hazards] == ["东沟滑坡"]
    assert [(i.cell, i.message) for i in outcome.issues if i.code == "bad-coordinate"] == [
        ("C3", "坐标填的是 0，等于没有填，请补填。"),
        ("C4", "坐标填的是 0，等于没有填，请补填。"),
    ]
