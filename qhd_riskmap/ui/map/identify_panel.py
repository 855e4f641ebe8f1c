"""Everything stacked at the place that was clicked, and why each is listed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidgetItem, QToolButton, QVBoxLayout

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.place_index import Found, Nearness
from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.canvas_selection import identify
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.toolkit.hit_list import Hit, HitList
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS

_WIDTH: Final = 330
_AT_THE_PLACE_M: Final = 0.5
_PIPELINES: Final = frozenset({"oil_gas_pipeline", "ammonia_pipeline"})
_REASONS: Final = {
    Nearness.POINT: N_("距此 {length}"),
    Nearness.LINE: N_("距线 {length}"),
    Nearness.INSIDE: N_("在区域内"),
    Nearness.EDGE: N_("距区域边界 {length}"),
}
_PIPELINE_REASON: Final = N_("距管线 {length}")


class IdentifyPanel(QFrame):
    """A small list in the corner of the map; choosing a line selects, a double click flies.

    Signals:
        opened: Fly to a hazard (its id).
    """

    opened = Signal(str)

    def __init__(self, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self.setObjectName("identify-panel")
        self.setProperty("plate", True)  # noqa: FBT003 - Qt's signature
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._canvas = canvas
        self.title = QLabel()
        self.title.setObjectName("identify-title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        close = QToolButton()
        close.setObjectName("identify-close")
        close.setIcon(icon("close"))
        close.setToolTip(_("关闭（Esc）"))
        close.setAccessibleName(_("关闭"))
        close.clicked.connect(self.hide)
        self.list = HitList(most_shown=6)
        self.list.setObjectName("identify-list")
        self.list.setAccessibleName(_("此处的隐患"))
        self.list.currentRowChanged.connect(self._select)
        self.list.itemDoubleClicked.connect(self._open)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_XS, SPACE_XS, SPACE_S)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(head)
        layout.addWidget(self.list)
        self._filling = False
        self.setFixedWidth(_WIDTH)
        self.hide()
        canvas.place_clicked.connect(self.identify)
        canvas.selection.changed.connect(self._selection_changed)

    def identify(self, lon: float, lat: float) -> None:
        """List what lies at a place; a single hazard needs no list."""
        scene = self._canvas.scene
        found = identify(self._canvas, lon, lat)
        if scene is None or len(found) < 2:  # noqa: PLR2004 - one is simply selected
            self.hide()
            return
        self.title.setText(
            _("此处共 {number} 处隐患　{place}").format(
                number=len(found), place=format_dms(lon, lat)
            )
        )
        self._filling = True
        self.list.show_hits([_hit(scene.table, each) for each in found])
        self._mark(self._canvas.selection.current)
        self._filling = False
        self.adjustSize()
        self.place()
        self.show()
        self.raise_()

    def place(self) -> None:
        """The upper left corner of the map."""
        self.move(SPACE_M, SPACE_M)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes, Enter flies."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            self._canvas.setFocus()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._open(self.list.currentItem())
        else:
            super().keyPressEvent(event)

    def _select(self, row: int) -> None:
        hit = self.list.hit_at(row)
        if hit is not None and not self._filling:
            self._canvas.selection.set([str(hit.key)], by=self._canvas)

    def _open(self, item: QListWidgetItem | None) -> None:
        hit = self.list.hit_at(self.list.row(item)) if item is not None else None
        if hit is not None:
            self.opened.emit(str(hit.key))

    def _selection_changed(self, _by: object) -> None:
        current = self._canvas.selection.current
        if current is None or current not in {hit.key for hit in self.list.hits()}:
            self.hide()
        elif self.isVisible():
            self._filling = True
            self._mark(current)
            self._filling = False

    def _mark(self, hazard_id: str | None) -> None:
        keys = [hit.key for hit in self.list.hits()]
        self.list.setCurrentRow(keys.index(hazard_id) if hazard_id in keys else -1)


def reason(found: Found, type_key: str) -> str:
    """Why a hazard is listed, in words."""
    if found.nearness is Nearness.POINT and found.metres < _AT_THE_PLACE_M:
        return _("就在此处")
    words = _REASONS[found.nearness]
    if found.nearness is Nearness.LINE and type_key in _PIPELINES:
        words = _PIPELINE_REASON
    return _(words).format(length=length_text(found.metres))


def _hit(table: FeatureTable, found: Found) -> Hit:
    type_key = str(table.type_keys[found.row])
    return Hit(
        key=str(table.ids[found.row]),
        title=str(table.names[found.row]),
        detail=f"{reason(found, type_key)} · {type_label(type_key)} · {table.codes[found.row]}",
        rank=int(table.levels[found.row]),
    )
