"""Draws levels in tables: coloured chip, number and name."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.ui.toolkit.record_table import LEVEL_ROLE
from qhd_riskmap.ui.toolkit.theme import LEVEL_FILLS, RADIUS, SPACE_S, theme

_CHIP: Final = 18


class LevelDelegate(QStyledItemDelegate):
    """Draws a level as a coloured chip with its number, then its name: never colour alone."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint one cell."""
        rank = index.data(LEVEL_ROLE)
        if rank is None:
            super().paint(painter, option, index)
            return
        shown = theme()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(shown.selected))
        paint_level_chip(
            painter,
            option.rect,
            int(rank),
            str(index.data()),
        )


def paint_level_chip(painter: QPainter, rect: QRect, rank: int, text: str) -> None:
    """Paint chip and name into ``rect``."""
    shown = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(rect.left() + SPACE_S, rect.center().y() - _CHIP / 2 + 1, _CHIP, _CHIP)
    if rank == NO_LEVEL:
        painter.setPen(QPen(QColor(shown.border), 1, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(QColor(shown.muted))
    else:
        fill, ink = LEVEL_FILLS[RiskLevel.from_rank(rank)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        font = QFont(painter.font())
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(rank))
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(shown.text))
    words = QRect(rect)
    words.setLeft(int(box.right()) + SPACE_S)
    painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), text)
    painter.restore()
