"""Forms are filled with the page's own figures; mappings travel between offices."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest
import shapely
from openpyxl import Workbook, load_workbook

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.cell_mapping import read_cells
from qhd_riskmap.domain.figures import FigureScope
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.errors import (
    InvalidInputError,
    NotFoundError,
    OutputFileError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.services.summary_forms import SummaryForms
from qhd_riskmap.storage.engine import create_register

ACTOR = Actor(name="张三")
DAY = date(2026, 10, 31)
CELLS = [
    {"sheet": "汇总", "cell": "A1", "figure": "office"},
    {"sheet": "汇总", "cell": "B1", "figure": "day"},
    {"sheet": "汇总", "cell": "B4", "figure": "tasks", "county": "130304"},
    {"sheet": "汇总", "cell": "C4", "figure": "rate", "county": "130304"},
    {"sheet": "汇总", "cell": "D4", "figure": "rate", "county": "130304", "percent": True},
    {"sheet": "汇总", "cell": "B5", "figure": "tasks", "county": "130322"},
    {"sheet": "汇总", "cell": "C5", "figure": "rate", "county": "130322"},
    {"sheet": "汇总", "cell": "B6", "figure": "tasks", "back": 1},
    {"sheet": "汇总", "cell": "E4", "figure": "mean_days"},
    {"sheet": "汇总", "cell": "F4", "figure": "hazards", "type": "flood", "level": "red"},
]


@pytest.fixture
def forms(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="示例县应急局")
    ) as register:
        hazard = Hazard(
            id=uuid4(), name="滑坡", type_key="geological", geometry=shapely.Point(119.47, 39.83),
            county="130304",
            provenance=Provenance(
                original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
                accuracy=AccuracyClass.UNKNOWN,
            ),
        )  # fmt: skip
        with register.unit_of_work() as work:
            work.hazards.add(hazard, ACTOR)
            for state, day in (
                (TaskState.RECTIFYING, date(2026, 9, 10)),
                (TaskState.RECTIFYING, date(2026, 10, 10)),
                (TaskState.ACCEPTED, date(2026, 10, 1)),
            ):
                done = {"done_on": date(2026, 10, 8), "accepted_on": date(2026, 10, 9)}
                work.tasks.add(
                    RemediationTask(
                        id=uuid4(), hazard_id=hazard.id, problem="裂缝", state=state, since=day,
                        registered_on=day, **(done if state is TaskState.ACCEPTED else {}),
                    ),
                    ACTOR,
                )  # fmt: skip
            work.commit()
        yield SummaryForms(register, ACTOR)


@pytest.fixture
def form(tmp_path):
    book = Workbook()
    book.active.title = "汇总"
    book.active["A4"], book.active["C5"] = "北戴河区", 0.9  # last month's number
    path = tmp_path / "省厅.xlsx"
    book.save(path)
    return path


def test_every_cell_takes_its_figure(forms, form, tmp_path):
    out = tmp_path / "填好.xlsx"
    filled = forms.fill(form, out, read_cells(CELLS), FigureScope(on=DAY))
    sheet = load_workbook(out)["汇总"]
    got = {each["cell"]: sheet[each["cell"]].value for each in CELLS}
    assert got == {
        "A1": "示例县应急局", "B1": "2026-10-31", "B4": 3, "C4": 0.333333, "D4": 33.3333, "B5": 0,
        "C5": None, "B6": 1, "E4": 7, "F4": 0,
    }  # fmt: skip
    assert [each.text for each in filled][2:7] == ["3", "33.3 %", "33.3 %", "0", "—"]


def test_a_mapping_is_kept_handed_on_and_read_again(forms, tmp_path):
    assert forms.save(" 省厅 月报 ", read_cells(CELLS)) == "省厅 月报"
    assert [each.name for each in forms.mappings()] == ["省厅 月报"]
    path = tmp_path / "对应.json"
    forms.write_file("省厅 月报", path)
    assert forms.read_file(path) == forms.mapping("省厅 月报").cells
    forms.remove("省厅 月报")
    with pytest.raises(NotFoundError):
        forms.mapping("省厅 月报")


def test_a_mapping_may_be_a_table_with_chinese_heads(forms, tmp_path):
    path = tmp_path / "对应.csv"
    path.write_text(
        "省厅月报对应\n工作表,单元格,指标,县区,类型,等级,几个月前,写百分数\n"
        "汇总,B4,整改率,昌黎,,,1,是\n\n汇总,B5,在册隐患,,洪水,红,,\n",
        encoding="gb18030",
    )
    first, second = forms.read_file(path)
    assert (first.figure, first.county, first.back, first.percent) == ("rate", "130322", 1, True)
    assert (second.figure, second.type_key, second.level) == ("hazards", "flood", "red")


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.json", "{", UnreadableFileError),
        ("a.json", "[" * 100_000, UnreadableFileError),
        ("a.json", '{"cells": 3}', UnreadableFileError),
        ("a.json", "[]", InvalidInputError),
        ("a.json", '[{"sheet": "汇总", "cell": "B4", "figure": "x"}]', InvalidInputError),
        ("a.csv", "甲,乙\n1,2\n", UnreadableFileError),
    ],
)
def test_a_file_that_is_no_mapping_is_said(forms, tmp_path, name, content, error):
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    with pytest.raises(error):
        forms.read_file(path)


def test_no_file_takes_the_register_s_place(forms, form):
    cells = read_cells(CELLS)
    with pytest.raises(OutputFileError):
        forms.fill(form, forms._register.path, cells, FigureScope(on=DAY))
    forms.save("月报", cells)
    with pytest.raises(OutputFileError):
        forms.write_file("月报", forms._register.path)


def test_each_use_asks_for_its_permission(forms, form, tmp_path):
    nobody = SummaryForms(forms._register, Actor(name="访客", permissions=frozenset()))
    reader = SummaryForms(
        forms._register, Actor(name="读者", permissions=frozenset({Permission.READ}))
    )
    cells = read_cells(CELLS)
    for refused in (
        nobody.mappings,
        lambda: nobody.mapping("月报"),
        lambda: reader.save("月报", cells),
        lambda: reader.remove("月报"),
        lambda: reader.fill(form, tmp_path / "o.xlsx", cells, FigureScope(on=DAY)),
    ):
        with pytest.raises(PermissionDeniedError):
            refused()


def test_filling_is_on_record(forms, form, tmp_path):
    forms.fill(form, tmp_path / "填好.xlsx", read_cells(CELLS), FigureScope(on=DAY))
    with forms._register.unit_of_work() as work:
        (entry,) = work.audit.of("填好.xlsx")
    assert (entry.action, entry.detail) == (
        "register.export", {"format": "summary", "count": len(CELLS)},
    )  # fmt: skip
    assert json.dumps(entry.detail)
