"""Two records side by side, and the list of pairs that wait."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.storage.look_alike_repository import FoundPair
from qhd_riskmap.ui.map.look_alikes_dialog import LookAlikesDialog
from qhd_riskmap.ui.map.record_merge_dialog import RecordMergeDialog
from tests.desk.conftest import make_hazard

OLD, NEW, OTHER = UUID(int=1), UUID(int=11), UUID(int=12)


@pytest.fixture
def pairs(app):
    """Two newcomers that look like the first sample."""
    newcomers = [
        make_hazard(
            11,
            name="石门泥石流沟<b>粗</b>",
            type_key="geological",
            geometry=shapely.Point(119.0512, 39.9505),
            county="130324",
            unit="卢龙县水务局",
            phone="13903350002",
            level=RiskLevel.BLUE,
        ),
        make_hazard(
            12,
            name="石门泥石流点",
            type_key="geological",
            geometry=shapely.Point(119.0508, 39.9498),
            county="130324",
            level=RiskLevel.YELLOW,
        ),
    ]
    with app.register.unit_of_work() as work:
        work.hazards.add_many(newcomers, app.actor)
        found = [
            FoundPair(first=OLD, second=each.id, likeness="name", metres=metres)
            for each, metres in zip(newcomers, (117.4, 71.0), strict=True)
        ]
        work.look_alikes.add_many(found, app.actor, "batch")
        work.commit()
    return newcomers


@pytest.fixture
def listed(qtbot, desk, pairs, settled):
    dialog = keep(qtbot, LookAlikesDialog(desk))
    settled()
    return dialog


@pytest.fixture
def side_by_side(qtbot, desk, pairs, settled):
    dialog = keep(qtbot, RecordMergeDialog(desk, OLD, NEW))
    settled()
    settled(dialog.maps.later)
    former = dialog.maps.former
    qtbot.waitUntil(lambda: former.scene is not None and len(former.scene.table.names) > 0)
    yield dialog
    dialog.close()


def keep(qtbot, dialog):
    """The test looks at the dialog after it is closed."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def press(qtbot, owner, name, kind=QPushButton):
    button = owner.findChild(kind, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def click_cell(qtbot, table, row, column):
    place = table.visualRect(table.model().index(row, column)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def field_rows(dialog):
    return {pair.key: row for row, pair in enumerate(dialog.fields.shown())}


def test_both_records_stand_side_by_side_with_what_differs(side_by_side):
    dialog = side_by_side
    assert dialog.findChild(QRadioButton, "merge-keep-left").isChecked()  # the worse graded
    assert [label.text().splitlines()[0] for label in dialog.titles] == [
        f"石门泥石流（{dialog.compared().survivor.code}）",
        f"石门泥石流沟<b>粗</b>（{dialog.compared().absorbed.code}）",
    ]
    assert dialog.titles[1].textFormat() is Qt.TextFormat.PlainText
    rows = field_rows(dialog)
    assert {"name", "unit", "phone", "geometry"} <= set(rows)
    assert "county" not in rows
    assert "相距 1" in dialog.fields.item(rows["geometry"], 2).text()
    # The table's tips would render mark-up; ours is shown as it was written.
    assert "&lt;b&gt;" in dialog.fields.item(rows["name"], 2).toolTip()
    assert dialog.maps.former.scene.table.names[0] == "石门泥石流"


def test_values_are_chosen_by_mouse_and_keyboard_and_the_merge_obeys(
    qtbot, side_by_side, desk, app, settled
):
    dialog, rows = side_by_side, field_rows(side_by_side)
    changes = []
    desk.changed.connect(changes.append)
    click_cell(qtbot, dialog.fields, rows["name"], 2)
    dialog.fields.setCurrentCell(rows["geometry"], 2)
    qtbot.keyClick(dialog.fields, Qt.Key.Key_Space)
    press(qtbot, dialog, "merge-yes")
    settled()
    kept = app.registry.get(OLD)
    assert (kept.name, kept.unit, kept.phone) == (
        "石门泥石流沟<b>粗</b>",
        "石门镇人民政府",
        "13903350001",
    )
    assert kept.anchor() == pytest.approx((119.0512, 39.9505))
    assert any(each.hazards and each.look_alikes for each in changes)
    assert not dialog.isVisible()
    desk.history.undo()
    settled()
    assert app.registry.get(NEW).unit == "卢龙县水务局"
    assert app.registry.get(OLD).name == "石门泥石流"
    assert not desk.errors


def test_the_officer_may_keep_the_other_record(qtbot, side_by_side, app, settled):
    dialog = side_by_side
    code, gone = app.registry.get(NEW).code, app.registry.get(OLD).code
    button = dialog.findChild(QRadioButton, "merge-keep-right")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    said = dialog.findChild(QLabel, "merge-summary").text()
    assert f"保留 {code}" in said
    assert "重大" in said
    press(qtbot, dialog, "merge-yes")
    settled()
    kept = app.registry.get(NEW)
    assert (kept.code, kept.level, kept.unit) == (code, RiskLevel.RED, "卢龙县水务局")
    assert gone in kept.alias_codes


def test_photos_of_both_are_shown_and_hang_on_the_survivor(qtbot, desk, app, pairs, settled):
    app.attachments.attach(NEW, "说明.txt", "甲".encode())
    dialog = keep(qtbot, RecordMergeDialog(desk, OLD, NEW))
    settled()
    assert [dialog.files[side].item(0).text() for side in (0, 1)] == ["没有照片和文件", "说明.txt"]
    press(qtbot, dialog, "merge-yes")
    settled()
    assert [entry.name for entry in app.attachments.attachments_of(OLD)] == ["说明.txt"]
    desk.history.undo()
    settled()
    assert app.attachments.attachments_of(OLD) == []
    desk.history.redo()
    settled()
    assert [entry.name for entry in app.attachments.attachments_of(OLD)] == ["说明.txt"]


def test_when_somebody_saved_meanwhile_it_is_said_and_read_anew_with_the_choices(
    qtbot, side_by_side, desk, app, settled
):
    dialog, rows = side_by_side, field_rows(side_by_side)
    click_cell(qtbot, dialog.fields, rows["name"], 2)
    app.registry.update(replace(app.registry.get(OLD), unit="别人改的单位"))
    press(qtbot, dialog, "merge-yes")
    settled()
    assert [type(error) for error in desk.errors] == [ConflictError]
    assert dialog.isVisible()
    assert dialog.fields.item(field_rows(dialog)["unit"], 1).text() == "别人改的单位"
    press(qtbot, dialog, "merge-yes")
    settled()
    kept = app.registry.get(OLD)
    assert (kept.name, kept.unit) == ("石门泥石流沟<b>粗</b>", "别人改的单位")


def test_the_list_names_reason_and_distance_and_opens_a_pair(qtbot, listed, settled, app):
    model = listed.model
    assert [model.index(row, 5).data() for row in range(2)] == ["名称相近，位置相近"] * 2
    assert [model.index(row, 6).data() for row in range(2)] == ["117.4 m", "71.0 m"]
    listed.table.sortByColumn(6, Qt.SortOrder.AscendingOrder)
    assert [pair.metres for pair in model.shown()] == [71.0, 117.4]
    place = listed.table.visualRect(model.index(0, 0)).center()
    qtbot.mouseClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(listed.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settled()
    assert listed.dialog is not None
    press(qtbot, listed.dialog, "merge-yes")
    settled()
    assert [pair.later.id for pair in model.shown()] == [NEW]
    assert app.registry.get(OLD).alias_codes


def test_told_apart_once_it_is_remembered_and_can_be_listed_again(qtbot, listed, settled, app):
    listed.table.selectRow(0)
    press(qtbot, listed, "look-alikes-part")
    settled()
    assert [pair.later.id for pair in listed.model.shown()] == [OTHER]
    assert app.look_alikes.count_open() == 1
    listed.apart.click()
    assert [pair.later.id for pair in listed.model.shown()] == [NEW]
    listed.table.selectRow(0)
    press(qtbot, listed, "look-alikes-again")
    settled()
    assert app.look_alikes.count_open() == 2


def test_not_the_same_place_can_be_said_side_by_side(qtbot, listed, settled, app):
    listed.table.selectRow(0)
    press(qtbot, listed, "look-alikes-compare")
    settled()
    press(qtbot, listed.dialog, "merge-apart")
    settled()
    assert app.look_alikes.count_open() == 1
    assert {hazard.id for hazard in app.registry.find()} >= {OLD, NEW, OTHER}


def test_both_records_are_shown_on_the_map(qtbot, listed, desk):
    pages = []
    desk.page_wanted.connect(pages.append)
    listed.table.selectRow(0)
    press(qtbot, listed, "look-alikes-map")
    assert pages == ["map"]
    assert set(desk.selection.ids) == {str(OLD), str(NEW)}


def test_a_reader_compares_and_decides_nothing(qtbot, desk, app, pairs, settled):
    app.actor = Actor(name="查阅员", permissions=frozenset({Permission.READ}))
    dialog = keep(qtbot, LookAlikesDialog(desk))
    settled()
    dialog.table.selectRow(0)
    assert dialog.compare_button.isEnabled()
    assert not dialog.part_button.isEnabled()
    dialog.close()


def test_nothing_waits_where_nothing_was_found(qtbot, desk, settled):
    dialog = keep(qtbot, LookAlikesDialog(desk))
    settled()
    assert "没有待合并的隐患" in dialog.note.text()
    dialog.close()


def test_the_import_page_counts_the_pairs_and_opens_the_list(qtbot, window, pairs, settled):
    window.go_to("import")
    settled()
    page = window.pages["import"]
    button = page.findChild(QPushButton, "import-look-alikes")
    assert button.text() == "待合并 2"
    press(qtbot, page, "import-look-alikes")
    settled()
    dialog = page.after.dialog
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    dialog.table.selectRow(0)
    press(qtbot, dialog, "look-alikes-part")
    settled()
    assert button.text() == "待合并 1"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    window.go_to("register")
    window.registry.action("register.look-alikes").trigger()
    settled()
    (other,) = [each for each in window.findChildren(LookAlikesDialog) if each.isVisible()]
    assert [pair.later.id for pair in other.model.shown()] == [OTHER]
    other.close()
