"""Definitions and the release register at the desk."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtWidgets import QFileDialog, QInputDialog

from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.storage.release_repository import ReleaseStatus
from qhd_riskmap.ui.pages.release import ReleasePage


@pytest.fixture
def page(qtbot, desk):
    shown = ReleasePage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.notices = []
    desk.noticed.connect(lambda *said: shown.notices.append(said[0]))
    return shown


def filled(page):
    for key, text in {
        "title": "汛前分布图", "unit": "甲单位", "publisher": "乙单位", "source": "排查成果",
        "approval_no": "冀S(2026)012号", "prepared_by": "编制甲", "reviewed_by": "审核乙",
        "secrecy_reviewed_by": "保密丙", "purpose": "汛前公告",
    }.items():  # fmt: skip
        page.form.field(key).setText(text)
    page.form.set_data_date(date(2026, 10, 31))
    for product, box in page.form.products.items():
        box.setChecked(product is ProductFormat.GEOJSON)
    page.form.emergency.setChecked(True)


def test_the_form_says_what_the_release_is_for_and_what_it_replaces(page):
    filled(page)
    page.form.field("supersedes").setText("2026-003")
    order = page.form.order()
    assert (order.purpose, order.supersedes, order.emergency) == ("汛前公告", "2026-003", True)
    kept = page.form.keep()
    page.form.emergency.setChecked(False)
    page.form.resume(kept)
    assert page.form.order() == order


def test_a_definition_is_saved_chosen_and_removed(qtbot, page, monkeypatch):
    filled(page)
    order = page.form.order()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_words: ("汛前", True))
    page.definitions.keep.click()
    qtbot.waitUntil(lambda: page.definitions.box.currentData() == "汛前", timeout=20000)
    page.form.field("title").setText("别的")
    page.form.emergency.setChecked(False)
    page.definitions.box.setCurrentIndex(1)
    page.definitions._choose(1)
    assert page.form.order() == order
    page.definitions.forget.click()
    qtbot.waitUntil(lambda: page.definitions.box.count() == 1, timeout=20000)
    assert page.desk.app.release_definitions.all() == []


def test_the_register_lists_remakes_and_withdraws(qtbot, page, monkeypatch, tmp_path):
    filled(page)
    order = page.form.order()
    page.desk.app.release.release(order)
    page.open_register()
    dialog = page.register
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 1, timeout=20000)
    text = dialog.details.toPlainText()
    assert "汛前公告" in text
    assert dialog.records[0].products[0].sha256 in text
    assert dialog.paper.isEnabled()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "重制"))
    dialog.again.click()
    qtbot.waitUntil(lambda: any("逐字节" in said for said in page.notices), timeout=30000)
    assert [p.suffix for p in (tmp_path / "重制").iterdir()] == [".geojson"]
    monkeypatch.setattr(QInputDialog, "getText", lambda *_args, **_words: ("图上有误", True))
    dialog.end.click()
    qtbot.waitUntil(lambda: dialog.records[0].status is ReleaseStatus.WITHDRAWN, timeout=20000)
    assert not dialog.end.isEnabled()
    assert "图上有误" in dialog.details.toPlainText()
    dialog.reject()


def test_an_empty_register_says_so(qtbot, page):
    page.open_register()
    qtbot.waitUntil(lambda: "还没有" in page.register.details.toPlainText(), timeout=20000)
    assert not page.register.again.isEnabled()
    page.register.reject()


def test_a_cell_of_the_coverage_is_recorded_at_the_desk(qtbot, page):
    page.open_coverage()
    dialog = page.coverage
    qtbot.waitUntil(lambda: dialog.table.rowCount() >= 7, timeout=20000)
    dialog.table.setCurrentCell(1, 2)
    cell = dialog.chosen()
    dialog.state.setCurrentIndex(dialog.state.findData("surveyed"))
    dialog.on.set_day(date(2026, 5, 1))
    dialog.by.setText("勘查员")
    dialog.record_button.click()
    shown = lambda: dialog.rows[1][2].entry  # noqa: E731 - asked again and again
    qtbot.waitUntil(lambda: shown() is not None, timeout=20000)
    assert (shown().area, shown().type_key) == (cell.area.code, cell.type_key)
    assert (shown().surveyed_by, shown().surveyed_on) == ("勘查员", date(2026, 5, 1))
    assert "勘查员" in dialog.told.text()
    dialog.state.setCurrentIndex(dialog.state.findData("not_surveyed"))
    dialog.record_button.click()
    qtbot.waitUntil(lambda: dialog.rows[1][2].standing.value == "not_surveyed", timeout=20000)
    dialog.reject()
