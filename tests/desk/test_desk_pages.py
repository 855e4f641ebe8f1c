"""Pages and window: selection linked both ways, filter, edit, assess, delete, search, language."""

from __future__ import annotations

import threading
from dataclasses import replace
from operator import attrgetter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPlainTextEdit

from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.main_window import PAGES
from tests.desk.conftest import SAMPLES, hazard_id, type_text


def names(view):
    model = view.records
    return [model.index(row, 1).data() for row in range(model.rowCount())]


@pytest.fixture
def detail(qtbot, map_page, desk, settled):
    """The form, showing hazard 1."""
    desk.selection.set([hazard_id(1)])
    qtbot.waitUntil(lambda: map_page.detail.hazard is not None, timeout=5000)
    settled()
    return map_page.detail


# -- linked selection ---------------------------------------------------------------------------


def test_a_row_chosen_in_the_table_is_chosen_on_the_map(qtbot, map_page, desk, settled):
    row = map_page.model.row_of(hazard_id(2))
    place = map_page.table.visualRect(map_page.model.index(row, 1)).center()
    qtbot.mouseClick(map_page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert map_page.canvas.selection.ids == (hazard_id(2),)
    settled()
    assert map_page.detail.title.text() == "海港液氨库"
    assert map_page.detail.isVisible()


def test_a_hazard_chosen_on_the_map_is_chosen_in_both_tables(qtbot, map_page, window, settled):
    settled(map_page.canvas)
    x, y = map_page.canvas.viewport.to_screen(*SAMPLES[1].anchor())
    place = QPoint(round(float(x)), round(float(y)))
    qtbot.mouseClick(map_page.canvas, Qt.MouseButton.LeftButton, pos=place)
    for view in (map_page.table, window.pages["register"].table):
        rows = view.selected_rows()
        assert [view.records.id_at(row) for row in rows] == [hazard_id(2)]


def test_closing_the_form_clears_the_selection(qtbot, detail, desk):
    detail.findChild(QAbstractButton, "detail-close").click()
    assert len(desk.selection) == 0
    assert not detail.isVisible()


# -- filter -------------------------------------------------------------------------------------


def test_filters_thin_map_table_and_counts(qtbot, map_page, settled):
    panel = map_page.filter_panel
    panel.lists["level"].set_checked(frozenset({"1", "2"}))
    assert set(names(map_page.table)) == {"石门泥石流", "海港液氨库"}
    qtbot.waitUntil(lambda: len(map_page.canvas.scene.table) == 2, timeout=5000)
    assert panel.count.text() == "显示 2 / 5"
    shown = {panel.lists["county"].item(row).text() for row in range(panel.lists["county"].count())}
    assert "海港区  1" in shown
    assert "昌黎县  0" in shown
    panel.clear_button.click()
    assert len(names(map_page.table)) == 5
    assert not panel.clear_button.isEnabled()


def test_a_click_on_the_word_checks_the_value(qtbot, map_page):
    values = map_page.filter_panel.lists["type"]
    place = values.visualItemRect(values.item(0)).center()
    qtbot.mouseClick(values.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(values.checked()) == 1
    assert len(names(map_page.table)) == 1
    qtbot.mouseClick(values.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(names(map_page.table)) == 5


def test_the_legend_lists_what_is_in_view(qtbot, map_page, settled):
    settled(map_page.canvas)
    labels = [entry.label for entry in map_page.filter_panel.legend.entries]
    assert "地质灾害 · 泥石流" in labels
    assert "雾霾" not in labels
    map_page.canvas.centre_on(118.7, 40.5, 5000)
    settled(map_page.canvas)
    assert map_page.filter_panel.legend.entries == ()
    map_page.filter_panel.legend.grab()


def test_the_legend_can_be_laid_over_the_map(qtbot, map_page, settled):
    settled(map_page.canvas)
    plate = map_page.canvas.legend_plate
    assert not plate.isVisible()
    map_page.findChild(QAbstractButton, "switch-legend").click()
    assert plate.isVisible()
    assert map_page.canvas.rect().contains(plate.geometry())
    assert plate.entries == map_page.filter_panel.legend.entries
    plate.grab()


def test_layers_can_be_switched_off(qtbot, map_page, settled):
    settled(map_page.canvas)
    with_ground = map_page.canvas.frame.image.copy()
    map_page.filter_panel.layer_boxes["basemap"].setChecked(False)
    qtbot.waitUntil(lambda: map_page.canvas.frame.image != with_ground, timeout=5000)
    assert not map_page.canvas.options.basemap


# -- editing ------------------------------------------------------------------------------------


def test_an_edit_lands_in_the_database(qtbot, detail, app, map_page, settled):
    assert not detail.save_button.isEnabled()
    editor = detail.findChild(QLineEdit, "field-unit")
    editor.clear()
    type_text(editor, "卢龙县水务局")
    detail.findChild(QComboBox, "field-sub_kind").setCurrentText("滑坡")
    qtbot.mouseClick(detail.save_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).revision == 2, timeout=5000)
    stored = app.registry.get(hazard_id(1))
    assert (stored.unit, stored.sub_kind) == ("卢龙县水务局", "滑坡")
    assert stored.phone == SAMPLES[0].phone
    settled()
    assert "卢龙县水务局" in map_page.model.table.units
    assert not detail.save_button.isEnabled()


def test_the_types_own_fields_are_stored(qtbot, detail, app, settled):
    editor = detail.findChild(QLineEdit, "field-threat_people")
    type_text(editor, "１２０")
    detail.save_button.click()
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).revision == 2, timeout=5000)
    assert app.registry.get(hazard_id(1)).attributes["threat_people"] == 120
    settled()


def test_bad_values_are_marked_and_nothing_is_stored(qtbot, detail, app, window):
    detail.findChild(QLineEdit, "field-name").clear()
    day = detail.findChild(QLineEdit, "field-found_on")
    day.selectAll()
    type_text(day, "昨天")
    people = detail.findChild(QLineEdit, "field-threat_people")
    type_text(people, "许多")
    detail.save_button.click()
    for key in ("name", "found_on", "threat_people"):
        assert detail.findChild(QLabel, f"error-{key}").text()
    assert app.registry.get(hazard_id(1)).revision == 1
    assert window.message_bar.isVisible()
    assert detail.save_button.isEnabled()


def test_a_conflict_keeps_the_edit_and_offers_the_newest(qtbot, detail, app, window, settled):
    stored = app.registry.get(hazard_id(1))
    app.registry.update(replace(stored, unit="别人的单位"))
    type_text(detail.findChild(QPlainTextEdit, "field-notes"), "我的备注")
    detail.save_button.click()
    qtbot.waitUntil(window.message_bar.isVisible, timeout=5000)
    assert detail.findChild(QPlainTextEdit, "field-notes").toPlainText() == "我的备注"
    assert app.registry.get(hazard_id(1)).notes == ""
    assert detail.save_button.isEnabled()
    window.message_bar._button.click()
    qtbot.waitUntil(
        lambda: detail.findChild(QLineEdit, "field-unit").text() == "别人的单位", timeout=5000
    )
    assert not detail.save_button.isEnabled()


def test_an_unsaved_edit_waits_for_its_hazard_and_for_the_question(  # noqa: PLR0917 - fixtures
    qtbot, detail, desk, window, app, settled
):
    type_text(detail.findChild(QPlainTextEdit, "field-notes"), "草稿")
    desk.selection.set([hazard_id(2)])
    settled()
    assert detail.title.text() == "海港液氨库"
    assert detail.findChild(QPlainTextEdit, "field-notes").toPlainText() == ""
    desk.selection.set([hazard_id(1)])
    settled()
    assert detail.findChild(QPlainTextEdit, "field-notes").toPlainText() == "草稿"
    assert detail.save_button.isEnabled()
    asked = []
    window.confirm_loss = lambda words: bool(asked.append(words))
    assert not window.close()
    assert "石门泥石流" in asked[0]
    window.confirm_loss = lambda _words: True
    detail.revert_button.click()
    settled()
    assert detail.findChild(QPlainTextEdit, "field-notes").toPlainText() == ""
    assert window.pages["map"].unsaved() == ""


def test_assessing_changes_level_colour_and_history(qtbot, map_page, desk, app, settled):
    desk.selection.set([hazard_id(5)])
    settled()
    detail = map_page.detail
    assert detail.chip.rank == 0
    detail.assess_button.click()
    dialog = detail.grading.dialog
    dialog.take_method("ls")
    for factor, value in (("L", 4.0), ("S", 5.0)):
        dialog.box(factor).setCurrentIndex(dialog.box(factor).findData(value))
    dialog.findChild(QAbstractButton, "assess-save").click()
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(5)).level is RiskLevel.RED, timeout=5000)
    qtbot.waitUntil(lambda: detail.chip.rank == 1, timeout=5000)
    qtbot.waitUntil(
        lambda: (
            map_page.canvas.scene.table.levels[map_page.canvas.scene.table.row_of(hazard_id(5))]
            == 1
        ),
        timeout=5000,
    )
    assert "重大风险" in detail.findChild(QLabel, "detail-history").text()
    (assessment,) = app.assessment.of(app.registry.get(hazard_id(5)).id)
    assert assessment.score == 20


def test_grading_while_typing_is_no_conflict_with_oneself(qtbot, detail, app, settled):
    type_text(detail.findChild(QPlainTextEdit, "field-notes"), "草稿")
    detail.grading.store(AssessmentForm(method="ls", inputs={"L": 1.0, "S": 1.0}))
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).level is RiskLevel.BLUE, timeout=5000)
    settled()
    assert detail.findChild(QPlainTextEdit, "field-notes").toPlainText() == "草稿"
    detail.save_button.click()
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(1)).notes == "草稿", timeout=5000)
    assert app.registry.get(hazard_id(1)).level is RiskLevel.BLUE


def test_a_deleted_hazard_comes_back_by_the_button(qtbot, detail, app, window, settled):
    detail.delete_button.click()
    qtbot.waitUntil(lambda: len(app.registry.features()) == 4, timeout=5000)
    settled()
    window.message_bar._button.click()
    qtbot.waitUntil(lambda: len(app.registry.features()) == 5, timeout=5000)
    settled()
    assert len(window.pages["map"].model.rows) == 5


# -- ledger -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("qhdya", set()),
        ("hgya", {"海港液氨库"}),
        ("泥石", {"石门泥石流"}),
        ("冷链", {"海港液氨库"}),
        ("石门镇", {"石门泥石流"}),
        ("13903350001", {"石门泥石流"}),
        ("130322", {"昌黎林区"}),
        ("林业局", {"昌黎林区"}),
    ],
)
def test_search_finds_by_every_column_and_the_phone(qtbot, register_page, settled, text, expected):
    settled()
    type_text(register_page.search, text)
    qtbot.waitUntil(lambda: not register_page._timer.isActive(), timeout=3000)
    settled()
    assert set(names(register_page.table)) == expected


def test_no_hit_teaches_how_to_get_back(qtbot, register_page, settled):
    register_page.search.setText("没有这样的")
    qtbot.waitUntil(lambda: not register_page._timer.isActive(), timeout=3000)
    settled()
    note = register_page._stack.currentWidget()
    assert note.objectName() == "empty-note"
    note.button.click()
    settled()
    assert len(names(register_page.table)) == 5


def test_facet_buttons_filter_the_ledger(register_page):
    register_page.facets["county"].list.set_checked(frozenset({"130302"}))
    assert names(register_page.table) == ["海港液氨库"]
    assert "1" in register_page.facets["county"].text()
    register_page.clear_button.click()
    assert len(names(register_page.table)) == 5


def test_deleting_several_and_restoring_them(qtbot, register_page, app, window, settled):
    for number in (1, 2):
        register_page.desk.selection.toggle(hazard_id(number))
    register_page.delete_button.click()
    qtbot.waitUntil(lambda: len(app.registry.features()) == 3, timeout=5000)
    settled()
    register_page.trash.setChecked(True)
    settled()
    assert set(names(register_page.table)) == {"石门泥石流", "海港液氨库"}
    assert register_page.restore_button.isVisible()
    register_page.table.selectAll()
    register_page.restore_button.click()
    qtbot.waitUntil(lambda: len(app.registry.features()) == 5, timeout=5000)
    settled()
    register_page.trash.setChecked(False)
    settled()
    assert len(names(register_page.table)) == 5
    assert len(app.registry.features(HazardFilter(deleted=True))) == 0


def test_what_is_shown_is_exported(qtbot, register_page, desk, tmp_path, settled):
    settled()
    register_page.search.setText("hgya")
    qtbot.waitUntil(lambda: not register_page._timer.isActive(), timeout=3000)
    settled()
    register_page.export(tmp_path / "台账.csv")
    settled()
    assert desk.errors == []
    text = (tmp_path / "台账.csv").read_text(encoding="utf-8-sig")
    assert "海港液氨库" in text
    assert "石门泥石流" not in text


def test_enter_goes_to_the_map(qtbot, register_page, window, settled):
    register_page.table.selectRow(0)
    chosen = register_page.desk.selection.current
    qtbot.keyClick(register_page.table, Qt.Key.Key_Return)
    assert window.current_page().key == "map"
    assert window.pages["map"].canvas.selection.current == chosen


def test_an_empty_register_teaches(qtbot, map_page, register_page, desk, app, settled):  # noqa: PLR0917 - fixtures
    for row in range(5):
        app.registry.delete(SAMPLES[row].id, revision=1)
    desk.announce(Changes(hazards=True))
    settled()
    assert map_page._below.currentWidget().objectName() == "empty-note"
    assert register_page._stack.currentWidget().objectName() == "empty-note"


# -- window -------------------------------------------------------------------------------------


def test_every_command_is_bound_and_titled(window):
    assert window.registry.unbound() == ()
    for command in window.registry.commands():
        assert window.registry.action(command.id).text()


def test_pages_have_numbers(qtbot, window):
    for number, page in enumerate(PAGES, start=1):
        qtbot.keyClick(
            window, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.ControlModifier
        )
        assert window.current_page().key == page.key
        assert window.rail.button(page.key).isChecked()


def test_the_rail_changes_the_page(qtbot, window):
    qtbot.mouseClick(window.rail.button("register"), Qt.MouseButton.LeftButton)
    assert window.current_page().key == "register"


@pytest.mark.parametrize(("page_key", "box"), [("map", "bench.search_box"), ("register", "search")])
def test_find_goes_to_the_search_box_of_the_page(qtbot, window, page_key, box):
    window.activateWindow()
    window.go_to(page_key)
    window.registry.action("edit.find").trigger()
    page = window.current_page()
    assert page.key == page_key
    qtbot.waitUntil(attrgetter(box)(page).hasFocus, timeout=2000)


def test_every_control_can_be_named_and_reached(window):
    for page in window.pages.values():
        for control in page.findChildren(QAbstractButton):
            if control.objectName().startswith("qt_") or not control.objectName():
                continue
            assert control.text() or control.accessibleName(), control.objectName()
        for editor in page.findChildren(QLineEdit):
            if not isinstance(editor.parent(), QComboBox):
                assert editor.accessibleName() or editor.objectName().startswith("qt_")


def test_the_language_changes_without_closing_the_register(qtbot, window, desk, app, settled):
    desk.selection.set([hazard_id(1)])
    settled()
    type_text(window.pages["map"].detail.findChild(QPlainTextEdit, "field-notes"), "草稿")
    window.go_to("register")
    window.pages["register"].search.setText("石门")
    window.set_language("en")
    settled()
    assert window.current_page().key == "register"
    assert window.pages["register"].search.text() == "石门"
    assert window.desk.app is app
    assert desk.selection.ids == (hazard_id(1),)
    notes = window.pages["map"].detail.findChild(QPlainTextEdit, "field-notes")
    assert notes.toPlainText() == "草稿"
    assert window.registry.unbound() == ()
    window.set_language("zh_CN")
    settled()
    qtbot.waitUntil(lambda: window.pages["map"].canvas.scene is not None, timeout=10000)
    assert len([t for t in threading.enumerate() if t.name.startswith("map")]) == 1
    assert desk.errors == []


def test_both_panels_beside_the_map_stay_when_the_language_changes(window, desk, settled):
    desk.selection.set([hazard_id(1)])
    settled()
    page = window.pages["map"]
    assert page.detail.isVisible()
    for shown in (True, False):
        window.pages["map"]._filter_switch.setChecked(shown)
        window.set_language("en" if shown else "zh_CN")
        settled()
        assert window.pages["map"].filter_panel.isVisible() is shown
        assert window.pages["map"].detail.isVisible()


def test_the_theme_changes_at_once(qtbot, window, desk, settled):
    window.registry.action("view.theme.dark").trigger()
    settled(window.pages["map"].canvas)
    assert window.grab().toImage().pixelColor(30, 700).lightness() < 80
    assert desk.settings.theme == "dark"
    window.set_theme("light")


def test_a_register_is_named_with_its_lock_and_officer(window):
    assert window.status.register.text() == "县.sqlite"
    assert window.status.lock.toolTip() == "未加密"
    assert "测试员" in window.status.actor.text()


def test_an_error_is_shown_in_a_dialog_that_does_not_block(qtbot, window, desk):

    desk.show_error(ConflictError("甲已被修改。", hint="请重新载入。"))
    assert window.error.isVisible()
    window.error.reject()


def test_the_shortcut_page_lists_every_shortcut(window):
    box = window.show_shortcuts()
    for command in window.registry.commands():
        if command.shortcut:
            assert command.shortcut in box.text()
    box.reject()
    window.show_about().reject()


def test_what_an_empty_page_offers_leads_to_the_import(  # noqa: PLR0917 - fixtures
    qtbot, register_page, window, desk, app, settled
):
    for hazard in SAMPLES:
        app.registry.delete(hazard.id, revision=1)
    desk.announce(Changes(hazards=True))
    settled()
    register_page._stack.currentWidget().button.click()
    assert window.current_page().key == "import"


@pytest.mark.parametrize("page", [p.key for p in PAGES])
def test_f1_opens_the_manual_at_the_page_in_front(qtbot, window, page):
    window.go_to(page)
    window.registry.action("help.manual").trigger()
    assert window.manual.isVisible()
    assert len(window.manual.browser.toPlainText()) > 100


@pytest.mark.parametrize("text", ["119°36′00″E 39°56′00″N", "119.6, 39.93"])
def test_a_coordinate_in_the_search_box_is_shown_on_the_map(
    qtbot, register_page, window, settled, text
):
    type_text(register_page.search, text)
    qtbot.keyClick(register_page.search, Qt.Key.Key_Return)
    settled()
    assert window.current_page().key == "map"
    dialog = window.pages["map"].dialog
    assert dialog.edit.text() == text
    assert dialog.go.isEnabled()
    dialog.reject()


def test_words_and_codes_are_no_coordinates(qtbot, register_page, window, settled):
    for text in ("zzzz", "13903359999", "130399-XX-2026-0009"):
        register_page.search.setText(text)
        qtbot.keyClick(register_page.search, Qt.Key.Key_Return)
        settled()
        assert window.current_page().key == "register"


@pytest.mark.parametrize("command", ["map.assess", "map.delete"])
def test_a_key_that_needs_a_hazard_says_so(window, desk, command):
    window.registry.action(command).trigger()
    assert "选中" in window.message_bar._text.text()
