"""Moving about on the map by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from qhd_riskmap.ui.map.canvas import MapCanvas

ZOOM_STEP: Final = 1.3
_PAN_PX: Final = 80
_MOVES: Final = {
    Qt.Key.Key_Left: (_PAN_PX, 0),
    Qt.Key.Key_Right: (-_PAN_PX, 0),
    Qt.Key.Key_Up: (0, _PAN_PX),
    Qt.Key.Key_Down: (0, -_PAN_PX),
}


def navigated(canvas: MapCanvas, key: Qt.Key) -> bool:
    """Do what a key means on the map; False if it means nothing."""
    if key in _MOVES:
        canvas.pan(*_MOVES[key])
    elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
        canvas.zoom(ZOOM_STEP)
    elif key == Qt.Key.Key_Minus:
        canvas.zoom(1 / ZOOM_STEP)
    elif key == Qt.Key.Key_Home:
        canvas.fit_city()
    elif key == Qt.Key.Key_Escape:
        canvas.selection.clear(by=canvas)
    else:
        return False
    return True
