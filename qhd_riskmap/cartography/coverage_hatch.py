"""Hatches divisions on a sheet that were not surveyed: a blank there means that nobody looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.geometry_arrays import Ragged, ragged_of
from qhd_riskmap.cartography.hatching import Hatch, hatch_box, hatch_rings
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.public_coverage import AreaState

# Grey and wide apart: colours and narrow hatches mean risk.
_COLOUR: Final = "#8C8577"
_HATCHES: Final = {
    AreaState.UNSURVEYED: Hatch.LATTICE,
    AreaState.IN_PART: Hatch.RISING,
    AreaState.STALE: Hatch.COARSE_DOTS,
}
_SPACING: Final = 1.4  # in heights of a label


@dataclass(frozen=True, slots=True)
class HatchedArea:
    """One marked division.

    Attributes:
        code: Division code.
        state: How it is marked.
    """

    code: str
    state: AreaState


def states_shown(areas: Sequence[HatchedArea]) -> Iterator[AreaState]:
    """The marks that a legend has to explain, in their order."""
    present = {area.state for area in areas}
    yield from (state for state in AreaState if state in present)


def paint_hatched_areas(canvas: Canvas, areas: Sequence[HatchedArea]) -> None:
    """Hatch the divisions over the ground and below everything else."""
    counties = boundaries().counties
    for area in areas:
        if area.code in counties:
            shape = np.array([counties[area.code]], dtype=object)
            rings = ragged_of(shape, closed=True)
            x, y = canvas.viewport.to_screen(rings.xy[:, 0], rings.xy[:, 1])
            on_page = Ragged(np.column_stack((x, y)), rings.offsets, rings.owner)
            spacing = canvas.options.label_size * _SPACING
            hatch_rings(canvas.painter, on_page, _HATCHES[area.state], QColor(_COLOUR), spacing)


def paint_area_sign(painter: QPainter, state: AreaState, box: QRectF) -> None:
    """The sign of the legend: a small division with its hatch."""
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawRect(box)
    hatch_box(painter, box, _HATCHES[state], QColor(_COLOUR))
    painter.setPen(QPen(QColor(_COLOUR), box.height() * 0.05))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)
    painter.restore()
