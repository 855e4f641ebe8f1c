"""The dialog for place reports: says what is wrong in place, writes what is right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtWidgets import QFileDialog

from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder
from qhd_riskmap.ui.pages.release.place_report_dialog import PlaceReportDialog


@pytest.fixture
def dialog(qtbot, desk, tmp_path):
    shown = PlaceReportDialog(desk, tmp_path)
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    shown.name.setText("示范村")
    shown.place.setText("119.05,39.66")
    return shown


def said(qtbot, dialog, text):
    qtbot.waitUntil(lambda: text in dialog.note.text(), timeout=60000)
    qtbot.waitUntil(dialog.write_button.isEnabled, timeout=60000)


def publish(desk, folder):
    order = ReleaseOrder(
        title="分布图", formats=(ProductFormat.GEOJSON,), out_dir=folder / "公开",
        data_date=date(2026, 10, 31), unit="甲单位", publisher="乙单位", source="丙来源",
        approval_no="冀S(2026)012号", approval_date=date(2026, 1, 2), prepared_by="甲", reviewed_by="乙",
        secrecy_reviewed_by="丙", control_dir=folder / "内部",
    )  # fmt: skip
    return desk.app.release.release(replace(order))


def test_a_report_is_written_where_asked(qtbot, desk, dialog, tmp_path, monkeypatch):
    publish(desk, tmp_path)
    path = tmp_path / "告知单.pdf"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: (str(path), ""))
    dialog.write_button.click()
    said(qtbot, dialog, "已做成 告知单.pdf")
    assert path.read_bytes().startswith(b"%PDF")


def test_what_is_wrong_is_said_in_the_dialog(qtbot, desk, dialog, tmp_path):
    dialog.write(tmp_path / "a.pdf")
    said(qtbot, dialog, "没有包含这个地点的公开发布")
    dialog.place.setText("不是坐标")
    dialog.write(tmp_path / "a.pdf")
    assert dialog.note.text()
    assert not (tmp_path / "a.pdf").exists()


def test_given_up_is_given_up(dialog, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a: ("", ""))
    dialog.ask_file()
    assert list(tmp_path.glob("*.pdf")) == []
