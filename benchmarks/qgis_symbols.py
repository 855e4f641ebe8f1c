"""Layers and symbols of the QGIS side of the benchmarks; imported inside Debian's python3-qgis only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsFeature,
    QgsFillSymbol,
    QgsGeometry,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

KINDS = ("Point", "LineString", "Polygon")
COLOURS = ("#E60000", "#FF7F00", "#FFE600", "#0070FF")
MARKERS = ("circle", "square", "triangle", "diamond", "star", "pentagon", "hexagon", "cross",
           "cross_fill", "cross2", "arrow", "filled_arrowhead", "semi_circle", "third_circle",
           "quarter_circle", "cross")  # fmt: skip
TYPES = 16


def symbol(kind: str, style: int) -> Any:
    """One plain symbol per level and type, as like the product's plain look as QGIS has it."""
    colour = COLOURS[style // TYPES]
    if kind == "Point":
        return QgsMarkerSymbol.createSimple(
            {
                "name": MARKERS[style % TYPES],
                "color": colour,
                "outline_color": "#1F1F1F",
                "size": "12",
                "size_unit": "Pixel",
                "outline_width": "1",
                "outline_width_unit": "Pixel",
            }
        )
    if kind == "LineString":
        return QgsLineSymbol.createSimple({"color": colour, "width": "1", "width_unit": "Pixel"})
    fill = QColor(colour)
    return QgsFillSymbol.createSimple(
        {
            "color": f"{fill.red()},{fill.green()},{fill.blue()},90",
            "outline_color": colour,
            "outline_width": "1",
            "outline_width_unit": "Pixel",
        }
    )


def layer(kind: str, folder: Path) -> Any:
    """A memory layer with a spatial index."""
    made = QgsVectorLayer(f"{kind}?crs=EPSG:4326&field=st:integer", kind, "memory")
    features = []
    with (folder / f"{kind}.txt").open(encoding="ascii") as lines:
        for line in lines:
            style, wkb = line.split()
            geometry = QgsGeometry()
            geometry.fromWkb(bytes.fromhex(wkb))
            feature = QgsFeature(made.fields())
            feature.setGeometry(geometry)
            feature.setAttributes([int(style)])
            features.append(feature)
    made.dataProvider().addFeatures(features)
    made.dataProvider().createSpatialIndex()
    made.updateExtents()
    return styled(made, kind)


def styled(made: Any, kind: str) -> Any:
    """The layer with one symbol per level and type."""
    categories = [QgsRendererCategory(s, symbol(kind, s), str(s)) for s in range(4 * TYPES)]
    made.setRenderer(QgsCategorizedSymbolRenderer("st", categories))
    return made
