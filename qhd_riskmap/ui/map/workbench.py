"""What stands around the map to find, select, measure and look back; one object for the page."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from qhd_riskmap.cartography.viewport import Bounds
from qhd_riskmap.domain.attribute_query import Condition, matching
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.map.attribute_dialog import AttributeDialog, attribute_words
from qhd_riskmap.ui.map.bookmark_menu import BookmarkMenu
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.history_dialog import HistoryDialog
from qhd_riskmap.ui.map.identify_panel import IdentifyPanel
from qhd_riskmap.ui.map.map_toolbar import MapToolbar
from qhd_riskmap.ui.map.overlay import paint_pin
from qhd_riskmap.ui.map.search_box import SearchBox
from qhd_riskmap.ui.map.time_slider import TimeSlider
from qhd_riskmap.ui.map.tool_options import ToolOptions
from qhd_riskmap.ui.toolkit.desk import Desk

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.decision_dialog import DecisionDialog

PLACE_SCALE: Final = 10_000.0


class MapWorkbench(QObject):
    """Search box, list under a click, options of tools, bookmarks, time slider, history.

    Signals:
        hazard_wanted: Fly to a hazard, even if a filter hides it (its id).
        opened: Fly to a hazard that is shown (its id).
        past_wanted: The map is to show this table of a past day (`FeatureTable`).
        past_closed: The map is to show the present again.
    """

    hazard_wanted = Signal(str)
    opened = Signal(str)
    past_wanted = Signal(object)
    past_closed = Signal()

    def __init__(self, desk: Desk, canvas: MapCanvas, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._canvas = canvas
        self._window = window
        self.dialog: HistoryDialog | AttributeDialog | DecisionDialog | None = None
        self.search_box = SearchBox(desk)
        self.identify_panel = IdentifyPanel(canvas)
        self.options = ToolOptions(canvas, self.ask_attribute)
        self.bookmarks = BookmarkMenu(desk, canvas)
        self.time = TimeSlider(desk)
        self.found_place: tuple[float, float] | None = None
        canvas.decorations.append(self._paint_found)
        canvas.place_clicked.connect(lambda *_place: self._forget_place())
        desk.selection.changed.connect(lambda _by: self._forget_place())
        self.search_box.hazard_chosen.connect(self.hazard_wanted)
        self.search_box.ground_chosen.connect(self._show_ground)
        self.search_box.place_chosen.connect(self.go_to_place)
        self.search_box.left.connect(canvas.setFocus)
        self.identify_panel.opened.connect(self.opened)
        self.time.past_wanted.connect(self.past_wanted)
        self.time.closed.connect(self.past_closed)
        # After the hazards, so that the first picture does not wait for a menu.
        desk.drawn.connect(self.bookmarks.read, Qt.ConnectionType.SingleShotConnection)

    def fill_toolbar(self, bar: MapToolbar) -> None:
        """Add the buttons that stand before the search box, and the box."""
        bar.add_menu(
            "map-bookmarks",
            "bookmark-multiple-outline",
            _("书签"),
            _("保存和查看常用的地图范围"),
            self.bookmarks.menu,
            rare=True,
        )
        bar.add(
            "map-time",
            "clock-outline",
            _("时间"),
            _("看过去某一天各处隐患的等级"),
            self.toggle_time,
            rare=True,
        )
        bar.add_stretch()
        bar.add_widget(self.search_box)

    # -- going ----------------------------------------------------------------------------------

    def go_to_place(self, lon: float, lat: float) -> None:
        """Bring a place to the middle at 1:10,000 and mark it until something else is looked at."""
        self.found_place = (lon, lat)
        self._canvas.centre_on(lon, lat, PLACE_SCALE)
        self._canvas.setFocus()
        self._canvas.update()

    def _paint_found(self, painter: QPainter) -> None:
        if self.found_place is not None:
            x, y = self._canvas.viewport.to_screen(*self.found_place)
            paint_pin(painter, QPointF(float(x), float(y)), format_dms(*self.found_place))

    def _forget_place(self) -> None:
        if self.found_place is not None:
            self.found_place = None
            self._canvas.update()

    def _show_ground(self, bounds: Bounds) -> None:
        self._canvas.fit_bounds(bounds)
        self._canvas.setFocus()

    # -- past -----------------------------------------------------------------------------------

    def toggle_time(self) -> None:
        """Open or close the time slider."""
        if self.time.active:
            self.time.close_bar()
        else:
            self.time.open_bar()

    def show_history(self, hazard: Hazard) -> None:
        """Open the past of one hazard."""
        dialog = HistoryDialog(self._desk, hazard, self._window)
        self.dialog = dialog
        dialog.show()

    def show_publishing(self, hazard_id: str) -> None:
        """Open how one hazard is published."""
        from qhd_riskmap.ui.map.decision_dialog import DecisionDialog  # noqa: PLC0415 - rarely

        dialog = DecisionDialog(self._desk, hazard_id, self._window)
        self.dialog = dialog
        dialog.open()

    # -- selecting by attribute -----------------------------------------------------------------

    def ask_attribute(self) -> None:
        """Ask by which field to select."""
        dialog = AttributeDialog(self._window)
        dialog.wanted.connect(self.select_by_attribute)
        self.dialog = dialog
        dialog.open()

    def select_by_attribute(self, type_key: str, wanted: Condition, how: str) -> None:
        """Select the hazards that answer a condition, among those shown."""
        registry = self._desk.app.registry
        types = frozenset({type_key}) if type_key else frozenset()

        def work(_job: JobContext) -> list[str]:
            return matching(registry.find(HazardFilter(type_keys=types)), wanted)

        self._desk.run(
            work,
            title=_("正在按属性选择…"),
            on_success=partial(self._selected, wanted, how),
        )

    def _selected(self, wanted: Condition, how: str, found: Sequence[str]) -> None:
        table = self._canvas.table
        shown = [each for each in found if table.row_of(each) is not None]
        self._desk.selection.combine(shown, how, by=self)
        self._desk.notify(attribute_words(wanted, len(shown)))
