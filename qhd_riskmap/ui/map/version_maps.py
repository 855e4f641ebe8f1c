"""Two maps side by side that move together: a hazard before and after a change."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from qhd_riskmap.cartography.viewport import Bounds
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable, empty_table, feature_table
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.ghost import paint_ghost, paint_shift
from qhd_riskmap.ui.map.side_map import SideMap
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_PAD: Final = 0.002  # degrees around a single place
_HEIGHT: Final = 220


class GhostMap(SideMap):
    """A hazard on a map of its own, with where it was, or what it is held against, as a ghost."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ghost: Hazard | None = None
        self._shown: Hazard | None = None
        self.decorations.append(self._decorate)

    def show_hazard(self, hazard: Hazard, ghost: Hazard | None) -> None:
        """Show a hazard and bring both into view."""
        self._ghost, self._shown = ghost, hazard
        self.show_table(_table(hazard))
        self.fit_bounds(_around(ghost, hazard))
        self.update()

    def show_nothing(self) -> None:
        """Empty the map."""
        self._ghost = self._shown = None
        self.show_table(empty_table())
        self.update()

    def _decorate(self, painter: QPainter) -> None:
        if self._ghost is None or self._shown is None:
            return
        if self._ghost.geometry.equals_exact(self._shown.geometry, 0.0):
            return
        view = self.viewport
        paint_shift(painter, self._ghost.anchor(), self._shown.anchor(), view)
        paint_ghost(painter, self._ghost.geometry, view)


class VersionMaps(QWidget):
    """The former state on the left; the later one on the right, with the former as a ghost."""

    def __init__(
        self, captions: tuple[str, str] | None = None, parent: QWidget | None = None
    ) -> None:
        """Two maps.

        Args:
            captions: What stands above each; None says before and after.
            parent: Owner.
        """
        super().__init__(parent)
        former, later = captions or (_("之前"), _("之后（虚线为之前的位置）"))
        self.former, self.later = SideMap(), GhostMap()
        self._former_words = former
        self._following = False
        self._captions: list[QLabel] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for canvas, words, name in (
            (self.former, former, "version-former"),
            (self.later, later, "version-later"),
        ):
            canvas.setObjectName(name)
            canvas.setAccessibleName(words)
            canvas.setMinimumHeight(_HEIGHT)
            caption = QLabel(words)
            caption.setProperty("role", "muted")
            column = QVBoxLayout()
            column.setSpacing(SPACE_XS)
            self._captions.append(caption)
            column.addWidget(caption)
            column.addWidget(canvas, 1)
            row.addLayout(column, 1)
        self.former.moved.connect(partial(self._follow, self.former, self.later))
        self.later.moved.connect(partial(self._follow, self.later, self.former))

    def show_versions(self, before: Hazard | None, after: Hazard) -> None:
        """Show two states of one hazard; without a former one the left map is empty."""
        self._captions[0].setText(
            self._former_words if before is not None else _("之前（还没有登记）")
        )
        self.former.show_table(_table(before) if before is not None else empty_table())
        self.later.show_hazard(after, before)

    def close_down(self) -> None:
        """Stop painting."""
        self.former.close_down()
        self.later.close_down()

    def _follow(self, leader: MapCanvas, follower: MapCanvas) -> None:
        if not self._following:
            self._following = True
            lon, lat = leader.viewport.centre
            follower.centre_on(lon, lat, leader.viewport.scale_denominator())
            self._following = False


def _table(hazard: Hazard) -> FeatureTable:
    shapes = np.empty(1, dtype=object)
    shapes[0] = hazard.geometry
    return feature_table(
        ids=[str(hazard.id)],
        codes=[hazard.code],
        names=[hazard.name],
        type_keys=[hazard.type_key],
        sub_kinds=[hazard.sub_kind],
        levels=[hazard.level.rank if hazard.level is not None else NO_LEVEL],
        counties=[hazard.county],
        units=[hazard.unit],
        townships=[hazard.township],
        revisions=[hazard.revision],
        geometries=shapes,
    )


def _around(before: Hazard | None, after: Hazard) -> Bounds:
    boxes = np.array([each.geometry.bounds for each in (before, after) if each is not None])
    west, south = (boxes[:, :2].min(axis=0) - _PAD).tolist()
    east, north = (boxes[:, 2:].max(axis=0) + _PAD).tolist()
    return west, south, east, north
