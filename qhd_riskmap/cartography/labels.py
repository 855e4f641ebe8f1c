"""Names on the map: placed by priority without collisions, written with a pale halo."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from qhd_riskmap.cartography.fonts import sheet_font

_KEPT_IMAGES: Final = 2_000
_SLACK: Final = 0.15
_HALO: Final = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1))


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How a name is written; sizes in painter units."""

    size: float
    colour: str
    halo: str
    bold: bool = False
    spacing: float = 0.0


@dataclass(frozen=True, slots=True)
class Label:
    """A wish to write a name.

    Attributes:
        text: The name.
        x: Painter units of the place it belongs to.
        y: The same, downwards.
        gap: Free room around the place (half a symbol); 0 writes the name over its place.
        style: How it is written.
        reach: How far its middle may be moved to leave something free.
    """

    text: str
    x: float
    y: float
    gap: float
    style: LabelStyle
    reach: float = 0.0


class OccupiedGround:
    """Which parts of the picture are taken, on a coarse grid."""

    def __init__(self, width: float, height: float, cell: float) -> None:
        self._cell = cell
        self._grid: npt.NDArray[np.bool_] = np.zeros(
            (max(1, math.ceil(height / cell)), max(1, math.ceil(width / cell))), dtype=bool
        )
        self._width, self._height = width, height

    def copy(self) -> OccupiedGround:
        """An independent copy."""
        other = OccupiedGround(self._width, self._height, self._cell)
        other._grid[:] = self._grid
        return other

    def with_all_of(self, other: OccupiedGround) -> OccupiedGround:
        """A copy in which what is taken in ``other`` is taken too."""
        both = self.copy()
        both._grid |= other._grid  # noqa: SLF001 - one class
        return both

    def nearest(self, wish: QRectF, reach: float, rim: float = 0.0) -> QRectF | None:
        """The free box of the size of ``wish`` nearest to it, moved no farther than ``reach``.

        Every place of the grid is tried, by a table of sums; none nearer to the upper and lower edge of
        the picture than ``rim``.
        """
        cell = self._cell
        high, wide = math.ceil(wish.height() / cell), math.ceil(wish.width() / cell)
        rows, columns = self._grid.shape
        if rows < high or columns < wide:
            return None
        sums = np.zeros((rows + 1, columns + 1), np.int32)
        sums[1:, 1:] = self._grid.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
        taken = (
            sums[high:, wide:] - sums[:-high, wide:] - sums[high:, :-wide] + sums[:-high, :-wide]
        )
        top, left = np.nonzero(taken == 0)
        # The box stands in the middle of its cells.
        x = left * cell + (wide * cell - wish.width()) / 2
        y = top * cell + (high * cell - wish.height()) / 2
        inside = (x + wish.width() <= self._width) & (y >= rim)
        inside &= y + wish.height() + rim <= self._height
        away = np.where(inside, np.hypot(x - wish.left(), y - wish.top()), np.inf)
        if not len(away) or away.min() > reach:
            return None
        best = int(np.argmin(away))
        return QRectF(float(x[best]), float(y[best]), wish.width(), wish.height())

    def room(self, box: QRectF) -> bool:
        """Whether ``box`` lies inside the picture and is free."""
        part = self._part(box)
        return part is not None and not part.any()

    def occupy(self, box: QRectF) -> None:
        """Take ``box`` whatever lies there."""
        part = self._part(box)
        if part is not None:
            part[:] = True

    def _part(self, box: QRectF) -> npt.NDArray[np.bool_] | None:
        if box.left() < 0 or box.top() < 0:
            return None
        if box.right() > self._width or box.bottom() > self._height:
            return None
        left, top = int(box.left() / self._cell), int(box.top() / self._cell)
        right, bottom = int(box.right() / self._cell) + 1, int(box.bottom() / self._cell) + 1
        return self._grid[top:bottom, left:right]

    def block_marks(self, xy: npt.NDArray[np.float64], half: float) -> None:
        """Take the squares of ``half`` side around many places."""
        rows, columns = self._grid.shape
        reach = max(1, round(half / self._cell))
        middle = np.floor(xy / self._cell).astype(np.int64)
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                x, y = middle[:, 0] + dx, middle[:, 1] + dy
                inside = (x >= 0) & (x < columns) & (y >= 0) & (y < rows)
                self._grid[y[inside], x[inside]] = True

    def block_discs(self, xy: npt.NDArray[np.float64], diameters: npt.NDArray[np.float64]) -> None:
        """Take the cells that round symbols touch."""
        rows, columns = self._grid.shape
        half_cell = self._cell * math.sqrt(0.5)
        for (x, y), size in zip(xy.tolist(), diameters.tolist(), strict=True):
            reach = size / 2 + half_cell
            left, right = _cells(x, reach, self._cell, columns)
            top, bottom = _cells(y, reach, self._cell, rows)
            across = (np.arange(left, right) + 0.5) * self._cell - x
            down = (np.arange(top, bottom) + 0.5) * self._cell - y
            near = across[None, :] ** 2 + down[:, None] ** 2 <= reach * reach
            self._grid[top:bottom, left:right] |= near

    def take(self, box: QRectF) -> bool:
        """Take ``box`` if it is free and inside the picture; whether it worked."""
        if not self.room(box):
            return False
        self.occupy(box)
        return True


def _cells(middle: float, reach: float, cell: float, count: int) -> tuple[int, int]:
    """First cell and the one after the last of a stretch, inside the picture."""
    first, last = math.floor((middle - reach) / cell), math.floor((middle + reach) / cell) + 1
    return min(max(first, 0), count), min(max(last, 0), count)


@dataclass(frozen=True, slots=True)
class PlacedLabel:
    """A name with its box."""

    label: Label
    box: QRectF


def place_labels(
    labels: Iterable[Label], ground: OccupiedGround, shunned: OccupiedGround | None = None
) -> list[PlacedLabel]:
    """Find room for as many labels as possible; earlier ones first.

    Args:
        labels: The wishes.
        ground: What must not be written over; takes up the labels.
        shunned: What a label with a reach moves away from; where there is no way out it is left out.
    """
    placed = []
    for label in labels:
        if not label.text:
            continue
        width, height = text_size(label.text, label.style)
        if shunned is None or label.reach <= 0:
            boxes = (QRectF(x, y, width, height) for x, y in _candidates(label, width, height))
            box = next((each for each in boxes if ground.room(each)), None)
        else:
            box = beside(label, width, height, ground.with_all_of(shunned))
        if box is not None:
            ground.occupy(box)
            placed.append(PlacedLabel(label, box))
    return placed


def beside(
    label: Label, width: float, height: float, ground: OccupiedGround, farther: float = 1.0
) -> QRectF | None:
    """The free box nearest to the wish, within ``farther`` times its reach."""
    slack = height * _SLACK  # the line is higher than its characters
    line = QRectF(label.x - width / 2, label.y - height / 2, width, height)
    if ground.room(line):
        return line
    wish = line.adjusted(0, slack, 0, -slack)
    found = ground.nearest(wish, label.reach * farther, slack)
    return found.adjusted(0, -slack, 0, slack) if found is not None else None


def _candidates(label: Label, width: float, height: float) -> list[tuple[float, float]]:
    x, y, gap = label.x, label.y, label.gap
    if gap <= 0:
        return [(x - width / 2, y - height / 2), (x - width / 2, y - 1.8 * height),
                (x - width / 2, y + 0.8 * height)]  # fmt: skip
    return [
        (x + gap, y - height / 2), (x - gap - width, y - height / 2),
        (x - width / 2, y - gap - height), (x - width / 2, y + gap),
        (x + gap * 0.8, y - gap * 0.8 - height), (x + gap * 0.8, y + gap * 0.8),
    ]  # fmt: skip


def text_size(text: str, style: LabelStyle) -> tuple[float, float]:
    """Width and height of a name in painter units."""
    metrics = QFontMetricsF(sheet_font(style.size, bold=style.bold))
    width = metrics.horizontalAdvance(text) + style.spacing * len(text)
    return width + style.size * 0.3, metrics.height()


def paint_label(painter: QPainter, placed: PlacedLabel, *, vector: bool) -> None:
    """Write a placed label: as searchable text on paper, as a cached picture on the screen."""
    style = placed.label.style
    if vector:
        _paper_halo(painter, placed)
        _write(painter, placed.label.text, style, placed.box)
        return
    ratio = painter.transform().m11() or 1.0
    image = _label_image(placed.label.text, style, ratio)
    painter.drawImage(placed.box.topLeft(), image)


def _paper_halo(painter: QPainter, placed: PlacedLabel) -> None:
    """A pale edge as outlines: written text would be found several times by a search."""
    style = placed.label.style
    path = QPainterPath()
    path.addText(_baseline(style, placed.box), _font(style), placed.label.text)
    # Opaque: Qt writes translucent strokes into a PDF as outlines of their outlines.
    pen = QPen(QColor(style.halo), style.size * 0.2)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)


_images: OrderedDict[tuple[str, LabelStyle, float], QImage] = OrderedDict()
_lock = threading.Lock()


def _label_image(text: str, style: LabelStyle, ratio: float) -> QImage:
    key = (text, style, round(ratio, 3))
    with _lock:
        image = _images.get(key)
        if image is not None:
            _images.move_to_end(key)
            return image
    image = _make_image(text, style, ratio)
    with _lock:
        _images[key] = image
        if len(_images) > _KEPT_IMAGES:
            _images.popitem(last=False)
    return image


def _make_image(text: str, style: LabelStyle, ratio: float) -> QImage:
    width, height = text_size(text, style)
    image = QImage(
        math.ceil(width * ratio) + 1, math.ceil(height * ratio) + 1,
        QImage.Format.Format_ARGB32_Premultiplied,
    )  # fmt: skip
    image.fill(QColor(0, 0, 0, 0))
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    box = QRectF(0, 0, width, height)
    halo = LabelStyle(style.size, style.halo, style.halo, style.bold, style.spacing)
    for dx, dy in _HALO:
        _write(painter, text, halo, box.translated(dx, dy))
    _write(painter, text, style, box)
    painter.end()
    return image


def _write(painter: QPainter, text: str, style: LabelStyle, box: QRectF) -> None:
    painter.setFont(_font(style))
    painter.setPen(QColor(style.colour))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawText(_baseline(style, box), text)


def _font(style: LabelStyle) -> QFont:
    font = sheet_font(style.size, bold=style.bold)
    if style.spacing:
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, style.spacing)
    return font


def _baseline(style: LabelStyle, box: QRectF) -> QPointF:
    return QPointF(box.left() + style.size * 0.15, box.top() + QFontMetricsF(_font(style)).ascent())
