"""Lists of risk points and of major dangers from the desk, and what came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import openpyxl
import pytest

from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.remediation.task import RemediationTask


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "清单.xlsx"
    dialogs = "PySide6.QtWidgets.QFileDialog"
    monkeypatch.setattr(f"{dialogs}.getSaveFileName", lambda *_given: (str(path), ""))
    monkeypatch.setattr(f"{dialogs}.getOpenFileName", lambda *_given: (str(path), ""))
    return path


def test_the_risk_points_shown_go_out_and_come_back_with_a_correction(
    window, register_page, app, file, settled
):
    register_page.show_rows("三处", [str(UUID(int=n)) for n in (1, 2, 3)])
    window.registry.action("register.risk-list").trigger()
    settled()
    book = openpyxl.load_workbook(file)
    sheet = book.active
    assert sheet.max_row == 4
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("责任单位") + 1).value = "新单位"
    sheet.cell(3, heads.index("等级颜色") + 1).value = "低风险"
    sheet.cell(4, heads.index("风险点编号") + 1).value = "没有-01"
    book.save(file)
    window.registry.action("register.risk-list-read").trigger()
    settled()
    dialog = register_page.risk_list.dialog
    assert dialog.table.rowCount() == 3
    assert "1 行对不上" in dialog.summary.text()
    dialog.take.click()
    settled()
    assert app.registry.get(str(UUID(int=1))).unit == "新单位"
    assert window.desk.errors == []


def test_a_list_that_says_nothing_new_offers_nothing_to_take(window, register_page, file, settled):
    window.registry.action("register.risk-list").trigger()
    settled()
    window.registry.action("register.risk-list-read").trigger()
    settled()
    assert not register_page.risk_list.dialog.take.isEnabled()


def test_only_major_dangers_are_in_their_list(window, app, file, settled):
    with app.register.unit_of_work() as work:
        for grade in HiddenDangerGrade:
            plain = RemediationTask(
                id=uuid4(), hazard_id=UUID(int=1), problem="裂缝", since=date(2026, 1, 1),
                registered_on=date(2026, 1, 1),
            )  # fmt: skip
            work.tasks.add(replace(plain, grade=grade), app.actor)
        work.commit()
    window.go_to("remediation")
    settled()
    window.registry.action("remediation.major").trigger()
    settled()
    sheet = openpyxl.load_workbook(file).active
    assert (sheet.title, sheet.max_row) == ("重大隐患清单", 2)
