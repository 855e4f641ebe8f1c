"""A map beside something else: it is looked at and moved, and takes no tools of the large map."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.map_keys import navigated
from qhd_riskmap.ui.toolkit.selection import Selection


class SideMap(MapCanvas):
    """A map with a selection of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Selection(), parent)
        self.selection.setParent(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves and zooms; no letter takes a tool."""
        if not navigated(self, Qt.Key(event.key())):
            event.ignore()
