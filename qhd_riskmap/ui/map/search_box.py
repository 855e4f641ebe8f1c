"""The search box of the map: type a name, a code, a telephone, initials or a coordinate, and go."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QListWidgetItem, QSizePolicy, QWidget

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.place_readings import place_readings
from qhd_riskmap.domain.text_search import folded
from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.i18n import _
from qhd_riskmap.services.lookup import Division
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.hit_list import Hit, HitList
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.record_columns import county_label

_MOST: Final = 60
_MOST_DIVISIONS: Final = 5
_PAUSE_MS: Final = 60
_NARROWEST: Final = 120
_WIDEST: Final = 340
_SIGNS_WIDTH: Final = 48  # magnifier and cross
_LIST_WIDTH: Final = 380


class SearchBox(QLineEdit):
    """Searches while typing; the list below flies to what is chosen.

    Signals:
        hazard_chosen: Go to a hazard (its id).
        ground_chosen: Go to a piece of ground (west, south, east, north).
        place_chosen: Go to longitude, latitude.
        left: Esc in an empty box: the map should have the keyboard again.
    """

    hazard_chosen = Signal(str)
    ground_chosen = Signal(object)
    place_chosen = Signal(float, float)
    left = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setObjectName("map-search")
        self.setAccessibleName(_("查找"))
        self.setToolTip(
            _("名称、编号、电话、拼音首字母或坐标（Ctrl+F）")
            + "\n"
            + _("查找隐患、乡镇或坐标，按回车键前往（Ctrl+F）")
        )
        self.setClearButtonEnabled(True)
        self.setMinimumWidth(_NARROWEST)
        self.setMaximumWidth(_WIDEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.addAction(icon("magnify", colour="muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = HitList(self)
        self.list.setObjectName("map-search-list")
        self.list.setAccessibleName(_("查找结果"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.hide()
        self.list.itemClicked.connect(self._clicked)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.search)
        self.textEdited.connect(self._edited)
        desk.search.ready.connect(self._index_ready)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say as much about what can be typed as there is room for."""
        super().resizeEvent(event)
        wordy = _("名称、编号、电话、拼音首字母或坐标（Ctrl+F）")
        room = event.size().width() - _SIGNS_WIDTH
        fits = self.fontMetrics().horizontalAdvance(wordy) <= room
        self.setPlaceholderText(wordy if fits else _("查找"))

    def search(self) -> None:
        """List what the text stands for."""
        self._timer.stop()
        text = self.text().strip()
        if not text:
            self.list.hide()
            return
        ready = self._desk.search.want()
        hits = [*_places(text), *self._divisions(text), *self._hazards(text)]
        if not hits:
            words = _("没有找到“{text}”").format(text=text) if ready else _("正在准备查找…")
            hits = [Hit(None, words, _("可以输入名称、编号、单位、电话、乡镇、拼音首字母或坐标"))]
        self.list.show_hits(hits)
        self._drop()

    def start(self) -> None:
        """Take the keyboard and offer to overwrite what stands here."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self._desk.search.want()

    # -- finding --------------------------------------------------------------------------------

    def _hazards(self, text: str) -> list[Hit]:
        index, table = self._desk.search.index, self._desk.features.table
        if index is None:
            return []
        found = index.find(text, _MOST + 1)
        rows = table.rows_of(index.ids[each] for each in found[:_MOST])
        hits = [_hazard_hit(table, row) for row in rows]
        if len(found) > _MOST:
            words = _("只列出前 {most} 处").format(most=_MOST)
            hits.append(Hit(None, words, _("再多输入几个字，就能找得更准")))
        return hits

    def _divisions(self, text: str) -> list[Hit]:
        word = folded(text)
        found = [each for each in self._desk.search.divisions if word in folded(each.name)]
        return [_division_hit(each) for each in found[:_MOST_DIVISIONS]]

    def _index_ready(self) -> None:
        if self.list.isVisible():
            self.search()

    # -- choosing -------------------------------------------------------------------------------

    def choose(self, row: int) -> None:
        """Go to what stands in a row."""
        hit = self.list.hit_at(row)
        if hit is None or hit.key is None:
            return
        self.list.hide()
        if isinstance(hit.key, str):
            self.hazard_chosen.emit(hit.key)
        elif isinstance(hit.key, Division):
            self.ground_chosen.emit(hit.key.bounds)
        elif isinstance(hit.key, tuple):
            self.place_chosen.emit(*hit.key)

    def _clicked(self, item: QListWidgetItem) -> None:
        self.choose(self.list.row(item))

    def _edited(self) -> None:
        self._timer.start()

    # -- events ---------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down walk the list, Enter goes, Esc closes, clears, and leaves."""
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up} and self.list.isVisible():
            step = 1 if key == Qt.Key.Key_Down else -1
            row = self.list.currentRow() + step
            self.list.setCurrentRow(int(np.clip(row, 0, self.list.count() - 1)))
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if self._timer.isActive() or not self.list.isVisible():
                self.search()
            self.choose(self.list.currentRow())
        elif key == Qt.Key.Key_Escape:
            self._escape()
        else:
            super().keyPressEvent(event)

    def _escape(self) -> None:
        if self.list.isVisible():
            self.list.hide()
        elif self.text():
            self.clear()
        else:
            self.left.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The list goes with the focus."""
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.list.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list stays below the box when the window changes."""
        if event.type() == QEvent.Type.Resize and self.list.isVisible():
            self._place_list()
        return super().eventFilter(watched, event)

    def _drop(self) -> None:
        window = self.window()
        if self.list.parentWidget() is not window:
            # Over everything in the window, but no window of its own: it takes no focus.
            self.list.setParent(window)
            window.installEventFilter(self)
        self._place_list()
        self.list.show()
        self.list.raise_()

    def _place_list(self) -> None:
        window = self.window()
        # Below the whole tool bar, not only below the box.
        above = self.parentWidget() or self
        foot = above.mapTo(window, QPoint(0, above.height())).y()
        corner = QPoint(self.mapTo(window, QPoint(0, 0)).x(), foot)
        width = min(max(self.width(), _LIST_WIDTH), window.width())
        self.list.setFixedWidth(width)
        self.list.setFixedHeight(min(self.list.height_wanted(), window.height() - corner.y()))
        self.list.move(min(corner.x(), window.width() - width), corner.y())


def _hazard_hit(table: FeatureTable, row: int) -> Hit:
    parts = (
        type_label(table.type_keys[row]),
        str(table.codes[row]),
        county_label(table.counties[row]),
        str(table.townships[row]),
        str(table.units[row]),
    )
    return Hit(
        key=str(table.ids[row]),
        title=str(table.names[row]),
        detail=" · ".join(part for part in parts if part),
        rank=int(table.levels[row]),
    )


def _division_hit(division: Division) -> Hit:
    return Hit(key=division, title=division.name, detail=division.above, icon_name="vector-square")


def _places(text: str) -> list[Hit]:
    readings = place_readings(text)
    ask = len(readings) > 1
    hits = []
    for reading in readings:
        words = format_dms(reading.lon, reading.lat)
        detail = _("按{datum}定位") if not ask else _("没有写明坐标系，请选择：{datum}")
        detail = detail.format(datum=_(reading.label))
        if not reading.nearby:
            detail = _("{reading}；不在本市附近，请核对").format(reading=detail)
        hits.append(Hit((reading.lon, reading.lat), words, detail, icon_name="crosshairs-gps"))
    return hits
