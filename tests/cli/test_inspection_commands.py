"""Inspections on the command line."""

from __future__ import annotations

import pytest

from qhd_riskmap.cli import inspection_arguments
from qhd_riskmap.domain.inspection.record import InspectionResult
from qhd_riskmap.domain.levels import RiskLevel


def test_the_grammar_knows_the_words_of_the_domain():
    assert tuple(each.value for each in InspectionResult) == inspection_arguments.RESULTS
    assert tuple(each.value for each in RiskLevel) == inspection_arguments.LEVELS


@pytest.fixture
def register(tmp_path, answer):
    path, sheet = tmp_path / "r.qhd", tmp_path / "s.csv"
    answer("init", path, "--county", "130304")
    sheet.write_text(
        "隐患名称,类别,经度,纬度,坐标系,责任单位,风险等级\n"
        "联峰山滑坡,地质灾害,119.47,39.83,国家2000,海滨镇政府,一般风险\n",
        encoding="utf-8",
    )
    answer("import", path, sheet)
    return path


def test_due_hazards_are_listed_and_an_inspection_is_recorded(register, answer):
    found = answer("inspections", register, "--on", "2099-01-01", "--route", "119.6,39.93")
    assert [each["name"] for each in found["due"]] == ["联峰山滑坡"]
    assert found["route_m"] > 20_000
    code = found["due"][0]["code"]
    done = answer(
        "inspect", register, code, "--on", "2020-01-01", "--by", "李四", "--result", "problems",
        "--finding", "挡墙开裂",
    )  # fmt: skip
    assert [task["number"] for task in answer("tasks", register)] == done["tasks"]
    other = answer("inspections", register, "--on", "2099-01-01", "--level", "red")
    assert other == {"due": [], "route_m": None}
