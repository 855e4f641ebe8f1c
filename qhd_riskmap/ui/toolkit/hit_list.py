"""A short list of places: a name, and below it in small type why it stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from qhd_riskmap.cartography.symbols import level_label
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import LEVEL_FILLS, RADIUS, SPACE_S, SPACE_XS, theme

_HIT_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
_SIGN: Final = 18
_SMALLER: Final = 0.9


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the list.

    Attributes:
        key: What it stands for; opaque to the list.
        title: First line.
        detail: Second line.
        rank: Level chip in front; None shows `icon_name` instead.
    """

    key: object
    title: str
    detail: str
    rank: int | None = None
    icon_name: str = "map-marker-outline"


class HitList(QListWidget):
    """Shows hits; as high as they are, up to a limit."""

    def __init__(self, parent: QWidget | None = None, *, most_shown: int = 10) -> None:
        super().__init__(parent)
        self._most_shown = most_shown
        self.setItemDelegate(_HitDelegate(self))
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_hits(self, hits: Sequence[Hit]) -> None:
        """Show other hits, the first one current."""
        self.clear()
        for hit in hits:
            item = QListWidgetItem(f"{hit.title}\n{hit.detail}")
            item.setData(_HIT_ROLE, hit)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                "，".join(
                    part
                    for part in (
                        hit.title,
                        level_label(hit.rank) if hit.rank is not None else "",
                        hit.detail,
                    )
                    if part
                ),
            )
            item.setToolTip(plain_tip(f"{hit.title}\n{hit.detail}"))
            self.addItem(item)
        if hits:
            self.setCurrentRow(0)
        self.setFixedHeight(self.height_wanted())

    def hit_at(self, row: int) -> Hit | None:
        """The hit in a row, or None."""
        found = self.item(row).data(_HIT_ROLE) if 0 <= row < self.count() else None
        return found if isinstance(found, Hit) else None

    def hits(self) -> list[Hit]:
        """All hits in order."""
        return [hit for row in range(self.count()) if (hit := self.hit_at(row)) is not None]

    def height_wanted(self) -> int:
        """Height that shows all hits, or as many as may be shown."""
        rows = max(1, min(self.count(), self._most_shown))
        return rows * _row_height(self.font()) + 2 * self.frameWidth() + 2


class _HitDelegate(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        del index
        return QSize(0, _row_height(option.font))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        hit = index.data(_HIT_ROLE)
        if not isinstance(hit, Hit):
            super().paint(painter, option, index)
            return
        shown = theme()
        area = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(area, QColor(shown.selected))
        sign = QRectF(area.left() + SPACE_S, area.center().y() - _SIGN / 2, _SIGN, _SIGN)
        if hit.rank is None:
            icon(hit.icon_name, colour="muted").paint(painter, sign.toRect())
        else:
            _paint_rank(painter, sign, hit.rank)
        left, room = int(sign.right()) + SPACE_S, area.right() - int(sign.right()) - 2 * SPACE_S
        font = QFont(option.font)
        line = QFontMetrics(font).height()
        top = area.top() + (area.height() - 2 * line) // 2
        for text, colour, scale in (
            (hit.title, shown.text, 1.0),
            (hit.detail, shown.muted, _SMALLER),
        ):
            font.setPointSizeF(option.font.pointSizeF() * scale)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            words = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(left, top, room, line, int(Qt.AlignmentFlag.AlignVCenter), words)
            top += line
        painter.restore()


def _paint_rank(painter: QPainter, box: QRectF, rank: int) -> None:
    shown = theme()
    if rank == NO_LEVEL:
        painter.setPen(QPen(QColor(shown.border), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        return
    fill, ink = LEVEL_FILLS[RiskLevel.from_rank(rank)]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(fill))
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(ink))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(rank))


def _row_height(font: QFont) -> int:
    return 2 * QFontMetrics(font).height() + 2 * SPACE_XS
