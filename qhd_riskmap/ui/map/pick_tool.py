"""Asks for one place on the map."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent

from qhd_riskmap.i18n import N_
from qhd_riskmap.ui.map.navigation_tools import PanTool

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas


class PickTool(PanTool):
    """A click answers; dragging still moves the map; Escape gives up."""

    key = "pick"
    title = N_("指点")
    hint = N_("在地图上点一下")
    icon_name = "target"
    shortcut = ""
    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self, canvas: MapCanvas, picked: Callable[[float, float], object], back: str
    ) -> None:
        """Make the tool.

        Args:
            canvas: The map.
            picked: Called with longitude and latitude.
            back: Key of the tool taken afterwards.
        """
        super().__init__(canvas)
        self._picked = picked
        self._back = back

    def clicked(self, place: QPointF, event: QMouseEvent) -> None:
        """Answer with the place."""
        del event
        self.canvas.take_tool(self._back)
        self._picked(*self.canvas.place_at(place.x(), place.y()))

    def key_press(self, event: QKeyEvent) -> bool:
        """Escape gives up."""
        if event.key() == Qt.Key.Key_Escape:
            self.canvas.take_tool(self._back)
            return True
        return super().key_press(event)
