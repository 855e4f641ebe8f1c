"""Imports as a whole, from the desk: listed, taken back, read anew in another datum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import BD09
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_batches import BatchService
from qhd_riskmap.ui.pages.survey_import.batches_dialog import BatchesDialog

NAMES = ("东沟滑坡", "西沟滑坡", "南沟滑坡", "北沟滑坡")
PLACES = ((118.95, 40.407), (118.97, 40.41), (118.99, 40.415), (119.01, 40.42))


@pytest.fixture
def sheet(tmp_path):
    """Numbers of 百度, in a sheet that says 高德."""
    book = openpyxl.Workbook()
    book.active.append(["隐患名称", "类别", "县区", "经度（高德）", "纬度（高德）"])
    x, y = from_cgcs2000(*np.array(PLACES).T, BD09)
    for name, a, b in zip(NAMES, x.tolist(), y.tolist(), strict=True):
        book.active.append([name, "滑坡", "青龙县", round(a, 7), round(b, 7)])
    path = tmp_path / "国土局&lt;i&gt;.xlsx"
    book.save(path)
    book.close()
    return path


@pytest.fixture
def imported(app, sheet):
    found = app.survey_import.preview([sheet], datum=None, job=SilentJob())
    return app.survey_import.commit(found, SilentJob())


def keep(qtbot, dialog):
    """The test looks at the dialog after it is closed."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


@pytest.fixture
def batches(qtbot, desk, imported, settled):
    dialog = keep(qtbot, BatchesDialog(desk))
    settled()
    return dialog


def press(qtbot, owner, name):
    button = owner.findChild(QPushButton, name)
    assert button is not None, name
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def column(table, number):
    model = table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def live(app):
    return {h.name: h for h in app.registry.find() if h.name in NAMES}


def opened(batches, settled):
    batches.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    settled()
    return batches.dialog


def test_every_import_is_listed_with_files_counts_and_state(batches):
    table = batches.table
    assert [column(table, n)[0] for n in (1, 3, 4, 5, 6, 7, 8, 9, 10)] == [
        "测试员", "4", "0", "0", "0", "0", "4", "0", "在库",
    ]  # fmt: skip
    assert column(table, 2) == ["国土局&lt;i&gt;.xlsx"]
    assert "国土局&lt;i&gt;.xlsx" in batches.about.text()
    assert batches.about.textFormat() is Qt.TextFormat.PlainText
    assert "火星坐标" in batches.about.text()
    assert not batches.revert_button.isEnabled()
    assert "共 1 次导入" in batches.note.text()


def test_an_import_is_undone_and_the_undo_taken_back(qtbot, batches, app, settled):
    press(qtbot, batches, "batch-undo")
    dialog = opened(batches, settled)
    assert "将移除 4 条" in dialog.note.text()
    assert not dialog.edited.isVisible()
    press(qtbot, dialog, "undo-yes")
    settled()
    assert not dialog.isVisible()
    assert live(app) == {}
    assert column(batches.table, 10) == ["已撤销"]
    assert not batches.undo_button.isEnabled()
    assert column(batches.changes, 1) == ["撤销导入"]
    press(qtbot, batches, "batch-revert")
    settled()
    assert set(live(app)) == set(NAMES)
    assert column(batches.table, 10) == ["在库"]
    assert column(batches.changes, 1) == ["撤回", "撤销导入"]
    assert column(batches.changes, 4) == ["", "已撤回"]


def test_what_became_of_the_imports_is_read_once_after_each_deed(
    qtbot, batches, settled, monkeypatch
):
    readings = []
    read = BatchService.all

    def counted(service):
        readings.append(service)
        return read(service)

    monkeypatch.setattr(BatchService, "all", counted)
    press(qtbot, batches, "batch-undo")
    press(qtbot, opened(batches, settled), "undo-yes")
    settled()
    assert column(batches.table, 10) == ["已撤销"]
    assert len(readings) == 1
    press(qtbot, batches, "batch-revert")
    settled()
    assert column(batches.table, 10) == ["在库"]
    assert len(readings) == 2
    batches.reload()
    batches.reload()
    batches.reload()
    settled()
    assert len(readings) == 4  # what is asked for during a reading is read once more, not twice


def test_rows_worked_on_since_are_listed_and_each_is_kept_or_included(qtbot, batches, app, settled):
    for name in NAMES[:2]:
        app.registry.update(replace(live(app)[name], notes="核实过"))
    batches.reload()
    settled()
    assert column(batches.table, 9) == ["2"]
    press(qtbot, batches, "batch-undo")
    dialog = opened(batches, settled)
    assert column(dialog.edited.table, 0) == list(NAMES[:2])
    assert "测试员 改过" in column(dialog.edited.table, 2)[0]
    assert "将移除 2 条" in dialog.note.text()
    model = dialog.edited.model
    model.setData(model.index(1, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert "将移除 3 条" in dialog.note.text()
    press(qtbot, dialog, "undo-yes")
    settled()
    assert set(live(app)) == {NAMES[0]}
    kept = batches.dialog
    assert kept.objectName() == "kept-rows"
    assert kept.isVisible()
    press(qtbot, kept, "kept-close")
    assert not kept.isVisible()


def test_all_are_kept_or_included_at_once(qtbot, batches, app, settled):
    app.registry.update(replace(live(app)[NAMES[0]], notes="核实过"))
    press(qtbot, batches, "batch-undo")
    dialog = opened(batches, settled)
    press(qtbot, dialog, "edited-include")
    assert "将移除 4 条" in dialog.note.text()
    press(qtbot, dialog, "edited-keep")
    assert "将移除 3 条" in dialog.note.text()
    press(qtbot, dialog, "edited-include")
    press(qtbot, dialog, "undo-yes")
    settled()
    assert live(app) == {}


def test_a_row_edited_while_the_question_stands_is_asked_about_too(
    qtbot, batches, app, desk, settled
):
    press(qtbot, batches, "batch-undo")
    dialog = opened(batches, settled)
    app.registry.update(replace(live(app)[NAMES[2]], notes="刚改"))
    press(qtbot, dialog, "undo-yes")
    settled()
    assert [type(error) for error in desk.errors] == [ConflictError]
    assert len(live(app)) == 4
    assert dialog.isVisible()
    assert column(dialog.edited.table, 0) == [NAMES[2]]
    press(qtbot, dialog, "undo-yes")
    settled()
    assert set(live(app)) == {NAMES[2]}


def test_another_datum_is_looked_at_before_it_is_applied(qtbot, batches, app, settled):
    before = live(app)
    press(qtbot, batches, "batch-reread")
    dialog = opened(batches, settled)
    assert dialog.was.currentData() == "gcj02"
    assert not dialog.was.isEnabled()
    assert dialog.now.findData("EPSG:4528") == -1  # metres are no degrees
    dialog.now.setFocus()
    dialog.now.setCurrentIndex(dialog.now.findData("bd09"))
    settled()
    assert "4 条将移动" in dialog.note.text()
    assert dialog.map.before[0] == pytest.approx(before[NAMES[0]].anchor())
    assert float(distance_m(*dialog.map.after[0], *PLACES[0])) < 0.2
    metres = [float(text.split()[0]) for text in column(dialog.table, 1)]
    assert min(metres) > 700
    assert {n: h.geometry for n, h in live(app).items()} == {
        n: h.geometry for n, h in before.items()
    }
    dialog.table.selectRow(2)
    assert dialog.map._marked == 2
    press(qtbot, dialog, "reinterpret-yes")
    settled()
    for name, place in zip(NAMES, PLACES, strict=True):
        assert float(distance_m(*live(app)[name].anchor(), *place)) < 0.2
    assert column(batches.table, 10) == ["已重新解读"]
    assert "百度坐标" in column(batches.changes, 1)[0]
    press(qtbot, batches, "batch-revert")
    settled()
    assert live(app)[NAMES[0]].geometry == before[NAMES[0]].geometry


def test_rows_kept_are_not_read_anew(qtbot, batches, app, settled):
    app.registry.update(replace(live(app)[NAMES[0]], notes="核实过"))
    before = live(app)
    press(qtbot, batches, "batch-reread")
    dialog = opened(batches, settled)
    dialog.now.setCurrentIndex(dialog.now.findData("bd09"))
    settled()
    assert "3 条将移动" in dialog.note.text()
    press(qtbot, dialog, "edited-include")
    settled()
    assert "4 条将移动" in dialog.note.text()
    press(qtbot, dialog, "edited-keep")
    settled()
    press(qtbot, dialog, "reinterpret-yes")
    settled()
    assert live(app)[NAMES[0]].geometry == before[NAMES[0]].geometry
    assert live(app)[NAMES[0]].notes == "核实过"
    assert live(app)[NAMES[1]].geometry != before[NAMES[1]].geometry


def test_the_records_of_an_import_are_shown_on_the_map(qtbot, batches, app, desk, settled):
    pages = []
    desk.page_wanted.connect(pages.append)
    press(qtbot, batches, "batch-map")
    settled()
    assert pages == ["map"]
    assert set(desk.selection.ids) == {str(h.id) for h in live(app).values()}


def test_a_reader_looks_and_changes_nothing(qtbot, desk, app, imported, settled):
    app.actor = Actor(name="查阅员", permissions=frozenset({Permission.READ}))
    dialog = keep(qtbot, BatchesDialog(desk))
    settled()
    assert column(dialog.table, 3) == ["4"]
    assert not dialog.undo_button.isEnabled()
    assert not dialog.reread_button.isEnabled()
    assert dialog.map_button.isEnabled()


def test_without_imports_the_list_says_so(qtbot, desk, settled):
    dialog = keep(qtbot, BatchesDialog(desk))
    settled()
    assert dialog.note.text() == "还没有导入过。"
    assert not dialog.undo_button.isEnabled()
