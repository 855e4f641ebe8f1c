"""The board: a column per state; a card dragged to another column asks for the step between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from qhd_riskmap.domain.remediation.flow import flow
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.pages.remediation.board_column import LINE_ROLE, BoardColumn, paint_card
from qhd_riskmap.ui.toolkit.theme import SPACE_XS, theme

# In the order of the work; the last three are where tasks leave it.
ORDER: Final = (
    TaskState.REGISTERED,
    TaskState.ASSESSED,
    TaskState.ASSIGNED,
    TaskState.RECTIFYING,
    TaskState.PENDING,
    TaskState.REJECTED,
    TaskState.ACCEPTED,
    TaskState.CLOSED,
    TaskState.MONITORED,
    TaskState.TRANSFERRED,
    TaskState.VOID,
)


class Board(QWidget):
    """Columns of cards.

    Signals:
        chosen: A card was clicked or reached by the keys (`TaskLine`).
        opened: A card was double-clicked, or Enter pressed on it (`TaskLine`).
        moved: A card was dropped on a state it can go to (`TaskLine`, `Move`).
        refused: A card was dropped where it cannot go (`TaskLine`, `TaskState`).
    """

    chosen = Signal(object)
    opened = Signal(object)
    moved = Signal(object, object)
    refused = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board")
        self.columns = {state: BoardColumn(state) for state in ORDER}
        self.ghost = QLabel(self)
        self.ghost.setObjectName("board-ghost")
        self.ghost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.ghost.hide()
        self._pressed: tuple[TaskLine, QPoint] | None = None
        self._dragged: TaskLine | None = None
        self._selecting = False
        inner = QWidget()
        inner.setObjectName("scroll-body")
        row = QHBoxLayout(inner)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for column in self.columns.values():
            row.addWidget(column)
            column.view.viewport().installEventFilter(self)
            column.view.installEventFilter(self)
            column.view.selectionModel().currentChanged.connect(self._current_changed)
        row.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.area)
        self.restyle()

    def show_lines(self, lines: Sequence[TaskLine]) -> None:
        """Show the tasks, each in the column of its state."""
        by_state: dict[TaskState, list[TaskLine]] = {state: [] for state in ORDER}
        for line in lines:
            by_state[line.task.state].append(line)
        self._selecting = True
        for state, column in self.columns.items():
            column.show_lines(by_state[state])
        self._selecting = False

    def select(self, number: str) -> None:
        """Mark the card of a task."""
        self._selecting = True
        for column in self.columns.values():
            row = column.model.row_of(number) if number else None
            if row is None:
                column.view.clearSelection()
            else:
                column.view.setCurrentIndex(column.model.index(row))
        self._selecting = False

    def column_at(self, place: QPoint) -> BoardColumn | None:
        """The column at a place on the screen."""
        for column in self.columns.values():
            if column.rect().contains(column.mapFromGlobal(place)):
                return column
        return None

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        t = theme()
        frame = f"background: {t.raised}; border-radius: 4px; border: 2px solid"
        self.setStyleSheet(
            f"BoardColumn {{ {frame} {t.raised}; }}"
            f'BoardColumn[drop="yes"] {{ border-color: {t.accent}; }}'
            f'BoardColumn[drop="no"] {{ background: {t.window}; }}'
            f"BoardColumn QListView {{ background: {t.raised}; border: none; }}"
        )

    # -- mouse and keys ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cards are dragged by hand: the view's own dragging knows no steps and no reasons."""
        if isinstance(event, QMouseEvent):
            return self._mouse(watched, event)
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(watched, event)
        return super().eventFilter(watched, event)

    def _mouse(self, watched: QObject, event: QMouseEvent) -> bool:
        column = self._column_of(watched)
        if column is None or watched is not column.view.viewport():
            return False
        kind, place = event.type(), event.position().toPoint()
        on_screen = event.globalPosition().toPoint()
        if kind is QEvent.Type.MouseButtonPress and event.button() is Qt.MouseButton.LeftButton:
            line = column.view.indexAt(place).data(LINE_ROLE)
            self._pressed = (line, place) if line is not None else None
        elif kind is QEvent.Type.MouseMove and self._pressed is not None:
            self._drag(self._pressed, place, on_screen)
            return True
        elif kind is QEvent.Type.MouseButtonRelease:
            dragged, self._pressed = self._dragged, None
            if dragged is not None:
                self._end()
                self._drop(dragged, on_screen)
                return True
        elif kind is QEvent.Type.MouseButtonDblClick:
            line = column.view.indexAt(place).data(LINE_ROLE)
            if line is not None:
                self.opened.emit(line)
        return False

    def _key(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Escape and self._dragged is not None:
            self._pressed = None
            self._end()
            return True
        column = self._column_of(watched)
        if column is not None and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            line = column.view.currentIndex().data(LINE_ROLE)
            if line is not None:
                self.opened.emit(line)
                return True
        return False

    def _column_of(self, watched: QObject) -> BoardColumn | None:
        return next(
            (c for c in self.columns.values() if watched in {c.view, c.view.viewport()}), None
        )

    def _drag(self, pressed: tuple[TaskLine, QPoint], place: QPoint, on_screen: QPoint) -> None:
        line, start = pressed
        far = (place - start).manhattanLength() >= QApplication.startDragDistance()
        if self._dragged is None and far:
            self._begin(line)
        if self._dragged is not None:
            middle = QPoint(self.ghost.width() // 2, 2 * SPACE_XS)
            self.ghost.move(self.mapFromGlobal(on_screen) - middle)

    def _begin(self, line: TaskLine) -> None:
        self._dragged = line
        column = self.columns[line.task.state]
        size = column.view.visualRect(column.model.index(0)).size()
        picture = QPixmap(size)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setFont(self.font())
        painter.setOpacity(0.95)
        paint_card(painter, picture.rect(), line, selected=True)
        painter.end()
        self.ghost.setPixmap(picture)
        self.ghost.resize(size)
        self.ghost.show()
        self.ghost.raise_()
        for state, target in self.columns.items():
            if state is not line.task.state:
                target.mark("yes" if flow().between(line.task.state, state) else "no")

    def _end(self) -> None:
        self._dragged = None
        self.ghost.hide()
        for column in self.columns.values():
            column.mark("")

    def _drop(self, line: TaskLine, place: QPoint) -> None:
        column = self.column_at(place)
        if column is None or column.state is line.task.state:
            return
        move = flow().between(line.task.state, column.state)
        if move is None:
            self.refused.emit(line, column.state)
        else:
            self.moved.emit(line, move)

    def _current_changed(self, current: QModelIndex) -> None:
        line = current.data(LINE_ROLE)
        if not self._selecting and line is not None:
            self.chosen.emit(line)


def refusal(line: TaskLine, target: TaskState) -> str:
    """Why a card cannot be dropped on a column, and where it can go."""
    targets = [m.target for m in flow().moves_from(line.task.state) if m.target is not None]
    can = "、".join(_(state.label) for state in dict.fromkeys(targets))
    text = _("“{state}”的任务不能直接变为“{target}”。").format(
        state=_(line.task.state.label), target=_(target.label)
    )
    return text + (_("可以变为：{states}。").format(states=can) if can else "")
