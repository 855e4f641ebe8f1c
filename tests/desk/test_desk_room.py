"""Nothing of the map page is cut or covered on the small screens of county offices."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolButton, QToolTip, QWidget

from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import ENGLISH
from qhd_riskmap.ui.map.map_toolbar import MapToolbar
from qhd_riskmap.ui.map.tools import TOOLS
from qhd_riskmap.ui.toolkit.filter_header import FUNNEL_ROOM
from qhd_riskmap.ui.toolkit.schema_form import SchemaForm
from tests.desk.conftest import SAMPLES, hazard_id


def laid_out(bar: MapToolbar) -> list[tuple[str, QRect]]:
    """What stands on the bar, by object name."""
    children = bar.findChildren(QWidget)
    shown = [each for each in children if each.parent() is bar and each.isVisible()]
    return [(each.objectName(), each.geometry()) for each in shown if each.objectName()]


def buttons(bar: MapToolbar) -> list[QToolButton]:
    """Its own buttons; the search box has one inside."""
    return [each for each in bar.findChildren(QToolButton) if each.parent() is bar]


def collisions(bar: MapToolbar) -> list[tuple[str, str]]:
    placed = laid_out(bar)
    return [
        (name, other)
        for number, (name, rect) in enumerate(placed)
        for other, there in placed[number + 1 :]
        if rect.intersects(there)
    ]


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (1280, 720)])
@pytest.mark.parametrize("with_form", [False, True])
def test_nothing_on_the_tool_bar_overlaps_or_is_cut(window, desk, settled, size, with_form):
    window.resize(*size)
    map_page = window.pages["map"]
    if with_form:
        desk.selection.set([hazard_id(1)])
    settled(map_page.canvas)
    bar = map_page.toolbar
    assert collisions(bar) == []
    outside = [name for name, rect in laid_out(bar) if not bar.rect().contains(rect)]
    assert outside == []
    assert map_page.bench.search_box.width() >= 100


def test_the_bar_can_be_as_narrow_as_the_window_allows(qtbot, map_page, settled):
    bar = map_page.toolbar
    bar.setParent(None)
    bar.show()
    for width in range(1500, 520, -37):
        bar.resize(width, 64)
        qtbot.wait(1)
        assert collisions(bar) == [], width
    bar.close()


def test_every_tool_has_its_word_at_1366_px_beside_the_form(map_page, desk, settled):
    desk.selection.set([hazard_id(1)])
    settled(map_page.canvas)
    for button in buttons(map_page.toolbar):
        if button.isVisible():
            assert button.text()
            assert button.toolTip()
            assert button.toolButtonStyle().name == "ToolButtonTextUnderIcon"


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_the_tools_keep_their_words_in_english_beside_the_form(window, desk, settled, size):
    window.set_language(ENGLISH)
    window.resize(*size)
    desk.selection.set([hazard_id(1)])
    map_page = window.pages["map"]
    settled(map_page.canvas)
    bar = map_page.toolbar
    map_page.filter_panel.show()
    settled(map_page.canvas)
    assert bar.width() < size[0] - 600
    shown = [button for button in buttons(bar) if button.isVisible()]
    there = {button.objectName() for button in shown}
    bar.more.menu().aboutToShow.emit()
    there |= {action.objectName().removeprefix("more-") for action in bar.more.menu().actions()}
    assert {f"tool-{tool.key}" for tool in TOOLS} <= there
    assert {"tool-pan", "tool-select", "tool-draw-point", "tool-nodes"} <= {
        b.objectName() for b in shown
    }
    for button in shown:
        assert button.text()
        assert button.toolTip()
        assert button.toolButtonStyle().name == "ToolButtonTextUnderIcon"
    assert collisions(bar) == []
    # What had to go is in the menu, in words.
    assert all(action.text() and action.toolTip() for action in bar.more.menu().actions())


def test_what_finds_no_room_is_behind_more(map_page, desk, settled):
    desk.selection.set([hazard_id(1)])
    settled(map_page.canvas)
    bar = map_page.toolbar
    menu = bar.more.menu()
    menu.aboutToShow.emit()
    hidden = [each for each in buttons(bar) if each.isHidden()]
    assert hidden
    assert {f"more-{each.objectName()}" for each in hidden} == {
        action.objectName() for action in menu.actions()
    }
    (legend,) = (each for each in menu.actions() if each.objectName() == "more-switch-legend")
    legend.trigger()
    assert map_page.canvas.legend_plate.isVisible()
    menu.aboutToShow.emit()
    (legend,) = (each for each in menu.actions() if each.objectName() == "more-switch-legend")
    assert legend.isChecked()


def test_no_field_of_the_form_is_wider_than_the_form(map_page, desk, settled):
    for number in range(1, len(SAMPLES) + 1):
        desk.selection.set([hazard_id(number)])
        settled()
        viewport = map_page.detail.findChild(QWidget, "detail-scroll").viewport()
        for form in map_page.detail.findChildren(SchemaForm):
            for field in form.fields:
                editor = form.editor(field.key)
                right = editor.mapTo(viewport, QPoint(editor.width(), 0)).x()
                assert right <= viewport.width(), field.key


def test_the_form_of_every_type_fits_the_narrowest_panel(map_page, desk, settled):
    desk.selection.set([hazard_id(1)])
    settled()
    viewport = map_page.detail.findChild(QWidget, "detail-scroll").viewport()
    room = map_page.detail.minimumWidth() - (map_page.detail.width() - viewport.width())
    for hazard_type in taxonomy().types:
        form = SchemaForm(hazard_type.fields)
        assert form.minimumSizeHint().width() <= room, hazard_type.key
        form.deleteLater()


def test_a_long_name_among_the_filters_is_whole_in_its_tip(map_page, settled):
    settled(map_page.canvas)
    types = map_page.filter_panel.lists["type"]
    for row in range(types.count()):
        assert types.item(row).toolTip() == types.item(row).text()


def test_a_column_keeps_room_for_its_funnel_and_a_letter(map_page, settled):
    settled(map_page.canvas)
    header = map_page.table.horizontalHeader()
    header.resizeSection(1, 3)
    assert header.sectionSize(1) >= 2 * FUNNEL_ROOM


def test_the_title_of_a_column_is_whole_in_its_tip(qtbot, map_page, settled, monkeypatch):
    settled(map_page.canvas)
    header = map_page.table.horizontalHeader()
    said = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, words, *_rest: said.append(words))
    for column, inside in ((5, QPoint(12, 8)), (5, header.funnel_rect(5).center())):
        left = header.sectionViewportPosition(column) if inside.x() == 12 else 0
        place = QPoint(left, 0) + inside
        event = QHelpEvent(QEvent.Type.ToolTip, place, header.viewport().mapToGlobal(place))
        QApplication.sendEvent(header.viewport(), event)
    assert said == ["乡镇（街道）", "筛选此列（Alt+↓）"]


@pytest.mark.parametrize("size", [(1366, 768), (910, 512)])
def test_no_word_of_the_rail_is_cut_in_half_however_low_the_screen(window, qtbot, size):
    """1366 × 768 at 150 % leaves 512 px: icons with tips, not halves of words."""
    window.resize(*size)
    qtbot.wait(20)
    rail = window.findChild(QWidget, "rail")
    shown = rail.findChildren(QToolButton)
    assert all(button.height() >= button.sizeHint().height() for button in shown)
    assert all(button.toolTip() and button.accessibleName() for button in shown)
    words = {button.toolButtonStyle().name for button in shown}
    assert words == {"ToolButtonTextUnderIcon" if size[1] > 512 else "ToolButtonIconOnly"}
