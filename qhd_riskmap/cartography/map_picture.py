"""The map of some hazards as a picture for a document, painted as on paper; no window is needed."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF
from PySide6.QtGui import QImage, QImageWriter, QPainter

from qhd_riskmap.cartography.basemap_painter import prepare_basemap
from qhd_riskmap.cartography.fonts import prepare_fonts
from qhd_riskmap.cartography.mini_map import MINI_PROJECTION, paint_mini_map
from qhd_riskmap.cartography.paper_pages import MM
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import FeatureTable

DPI: Final = 200
_MM_PER_INCH: Final = 25.4
_NAMES_UP_TO: Final = 40


def map_picture(table: FeatureTable, width_mm: float, height_mm: float, dpi: int = DPI) -> bytes:
    """The whole city with these hazards, as PNG.

    Args:
        table: The hazards; their names are written while they are few.
        width_mm: As wide as it is to stand on the paper.
        height_mm: As high.
        dpi: Dots per inch at that size.
    """
    prepare_fonts()
    dots = dpi / _MM_PER_INCH
    image = QImage(round(width_mm * dots), round(height_mm * dots), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    try:
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        painter.scale(dots / MM, dots / MM)
        known = boundaries()
        paint_mini_map(
            painter,
            QRectF(0, 0, width_mm, height_mm),
            known.city.bounds,
            features=prepare(table, MINI_PROJECTION),
            basemap=prepare_basemap(known, MINI_PROJECTION),
            names=len(table) <= _NAMES_UP_TO,
        )
    finally:
        painter.end()
    stored = QByteArray()
    buffer = QBuffer(stored)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(stored.data())
