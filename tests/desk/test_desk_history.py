"""Ctrl+Z and Ctrl+Y over form, map and ledger, against the register itself."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from qhd_riskmap.errors import ConflictError
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.services.changes import Changes
from tests.desk.conftest import SAMPLES, hazard_id


@pytest.fixture
def detail(qtbot, map_page, desk, settled):
    desk.selection.set([hazard_id(1)])
    qtbot.waitUntil(lambda: map_page.detail.hazard is not None, timeout=5000)
    settled()
    return map_page.detail


def rename(qtbot, detail, app, settled, name):
    editor = detail.findChild(QLineEdit, "field-name")
    editor.setText(name)
    editor.textEdited.emit(name)
    detail.save()
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).name == name, timeout=5000)
    settled()


def press(window, settled, command):
    window.registry.action(command).trigger()
    settled()


def test_edits_are_undone_one_after_the_other_and_done_again(qtbot, detail, app, window, settled):
    rename(qtbot, detail, app, settled, "石门甲")
    rename(qtbot, detail, app, settled, "石门乙")
    names = []
    for command in ("edit.undo", "edit.undo", "edit.redo", "edit.redo"):
        press(window, settled, command)
        names.append(app.registry.get(hazard_id(1)).name)
    assert names == ["石门甲", "石门泥石流", "石门甲", "石门乙"]
    assert detail.title.text() == "石门乙"
    assert not window.desk.errors


def test_ctrl_z_takes_a_move_back_with_its_original_coordinate_text(
    qtbot, map_page, window, app, settled
):
    before = app.registry.get(hazard_id(1))
    desk = window.desk
    desk.selection.set([hazard_id(1)])
    map_page.canvas.take_tool("move")
    editor = map_page.canvas.editor
    qtbot.waitUntil(lambda: editor.sketch is not None, timeout=5000)
    editor.change(lambda shape: shape.shifted((119.05, 39.95), (119.10, 39.90)), "平移")
    editor.save()
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).revision == 2, timeout=5000)
    settled()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=2000)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).revision == 3, timeout=5000)
    settled()
    after = app.registry.get(hazard_id(1))
    assert after.geometry.equals(before.geometry)
    assert after.provenance == before.provenance


def test_a_deletion_of_many_is_one_step(qtbot, register_page, window, app, settled):
    register_page.table.selectAll()
    register_page.delete_selected()
    qtbot.waitUntil(lambda: len(app.registry.features()) == 0, timeout=5000)
    settled()
    press(window, settled, "edit.undo")
    assert len(app.registry.features()) == len(SAMPLES)
    press(window, settled, "edit.redo")
    assert len(app.registry.features()) == 0


def test_a_new_hazard_can_be_taken_back(qtbot, map_page, window, app, settled):
    map_page.editing.registering.create(
        lambda: None, replace(SAMPLES[0], id=UUID(int=99), code="", name="新增点")
    )
    qtbot.waitUntil(lambda: len(app.registry.features()) == 6, timeout=5000)
    settled()
    assert "新增点" in window.registry.action("edit.undo").text()
    press(window, settled, "edit.undo")
    assert len(app.registry.features()) == 5


def test_what_someone_else_saved_since_is_never_overwritten(qtbot, detail, app, window, settled):
    rename(qtbot, detail, app, settled, "石门甲")
    app.registry.update(replace(app.registry.get(hazard_id(1)), name="别人改的"))
    press(window, settled, "edit.undo")
    assert app.registry.get(hazard_id(1)).name == "别人改的"
    assert isinstance(window.desk.errors[-1], ConflictError)
    assert not window.registry.action("edit.undo").isEnabled()


def test_grading_ends_the_undoing_of_earlier_edits(qtbot, detail, app, window, settled):
    rename(qtbot, detail, app, settled, "石门甲")
    detail.grading.store(AssessmentForm(method="ls", inputs={"L": 1, "S": 1}))
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).level.value == "blue", timeout=5000)
    settled()
    assert not window.registry.action("edit.undo").isEnabled()


def test_a_second_ctrl_z_before_the_first_is_stored_undoes_nothing_twice(
    qtbot, detail, app, window, settled
):
    rename(qtbot, detail, app, settled, "石门甲")
    rename(qtbot, detail, app, settled, "石门乙")
    window.desk.history.undo()
    window.desk.history.undo()
    settled()
    assert app.registry.get(hazard_id(1)).name == "石门甲"
    assert not window.desk.errors


def test_with_nothing_done_undo_is_grey(window):
    assert not window.registry.action("edit.undo").isEnabled()
    assert not window.registry.action("edit.redo").isEnabled()


def test_one_refusal_deletes_none(app):
    with pytest.raises(ConflictError):
        app.registry.delete_many([(SAMPLES[0].id, 1), (SAMPLES[1].id, 7)])
    assert len(app.registry.features()) == len(SAMPLES)


def test_many_deleted_ones_are_named_in_the_changes(app):
    gone, changes = app.registry.delete_many([(each.id, 1) for each in SAMPLES[:2]])
    assert changes == Changes(hazards=True, hazard_ids=(SAMPLES[0].id, SAMPLES[1].id))
    back, _changes = app.registry.restore_many([each.id for each in gone])
    assert [each.deleted_at for each in back] == [None, None]


def test_escape_closes_the_manual(qtbot, window):
    window.show_manual()
    qtbot.waitUntil(window.manual.isVisible, timeout=2000)
    window.manual.activateWindow()
    qtbot.waitUntil(window.manual.isActiveWindow, timeout=2000)
    qtbot.keyClick(window.manual, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.manual.isVisible(), timeout=2000)
