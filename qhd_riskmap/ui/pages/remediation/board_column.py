"""One column of the board: the tasks of one state as cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.remediation.lateness import late_text
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import CHINESE, _, language
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.page_parts import set_look
from qhd_riskmap.ui.toolkit.theme import RADIUS, SPACE_S, SPACE_XS, theme

LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
WIDE: Final = 176
NARROW: Final = 36
_CARD_LINES: Final = 4
_STRIPE: Final = 4
Index = QModelIndex | QPersistentModelIndex
_NOWHERE: Final = QModelIndex()


class CardModel(QAbstractListModel):
    """The tasks of one state, the most urgent first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines: list[TaskLine] = []

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Show other tasks."""
        self.beginResetModel()
        self.lines = sorted(lines, key=lambda line: line.late.urgency, reverse=True)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many there are."""
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """The task, or what a screen reader says of it."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == LINE_ROLE:
            return line
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return f"{line.name}，{line.task.problem}，{late_text(line.late)}，{line.unit}"
        return None

    def row_of(self, number: str) -> int | None:
        """Where a task stands."""
        rows = (row for row, line in enumerate(self.lines) if line.task.number == number)
        return next(rows, None)


class CardDelegate(QStyledItemDelegate):
    """Paints a card: name, problem, unit, deadline; a stripe in the colour of lateness."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Four lines and their frame."""
        del index
        font: QFont = option.font
        height = QFontMetrics(font).height() * _CARD_LINES + 2 * SPACE_S + SPACE_XS
        return QSize(WIDE - 2 * SPACE_S, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one card."""
        line: TaskLine = index.data(LINE_ROLE)
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        paint_card(painter, box, line, selected=bool(state & QStyle.StateFlag.State_Selected))


def paint_card(painter: QPainter, rect: QRect, line: TaskLine, *, selected: bool) -> None:
    """Paint a card into a rectangle."""
    shown = theme()
    box = rect.adjusted(2, 2, -2, -SPACE_XS)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(shown.accent if selected else shown.line), 2 if selected else 1))
    painter.setBrush(QColor(shown.selected if selected else shown.surface))
    painter.drawRoundedRect(box, RADIUS, RADIUS)
    colour = late_colour(line.late.stage)
    painter.fillRect(QRect(box.left() + 1, box.top() + 3, _STRIPE, box.height() - 6), colour)
    metrics = painter.fontMetrics()
    left, width = box.left() + _STRIPE + SPACE_S, box.width() - _STRIPE - 2 * SPACE_S
    texts = (
        (line.name, QColor(shown.text)),
        (line.task.problem or line.task.measures or _("（未写隐患描述）"), QColor(shown.muted)),
        (line.unit or _("（未填责任单位）"), QColor(shown.muted)),
        (late_text(line.late), colour),
    )
    top = box.top() + SPACE_XS
    for text, ink in texts:
        painter.setPen(ink)
        place = QRect(left, top, width, metrics.height())
        shortened = metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, width)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), shortened)
        top += metrics.height()
    painter.restore()


class BoardColumn(QWidget):
    """Heading with the count, and the cards; narrow while it is empty."""

    def __init__(self, state: TaskState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"column-{state.value}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setToolTip(_(state.label))
        self.state = state
        self.model = CardModel(self)
        self.heading = QLabel()
        self.heading.setObjectName(f"heading-{state.value}")
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setProperty("role", "section")
        self.heading.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.view = QListView()
        self.view.setObjectName(f"cards-{state.value}")
        self.view.setAccessibleName(_(state.label))
        self.view.setModel(self.model)
        self.view.setItemDelegate(CardDelegate(self.view))
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setUniformItemSizes(True)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_XS, SPACE_S, SPACE_XS, SPACE_XS)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.heading)
        layout.addWidget(self.view, 1)
        layout.addStretch(0)
        self.show_lines(())

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Show the tasks of this state."""
        self.model.show_lines(lines)
        count, label = len(lines), _(self.state.label)
        # Written downwards, a Chinese word fits an empty column; a Latin one is cut to its start.
        narrow = "\n".join(label) if language() == CHINESE else label[:3] + "…"
        self.heading.setText(f"{label} {count}" if count else narrow)
        self.setFixedWidth(WIDE if count else NARROW)
        self.view.setVisible(bool(count))

    def mark(self, look: str) -> None:
        """Say while a card is dragged whether it may be dropped here: ``yes``, ``no`` or ""."""
        set_look(self, "drop", look)
