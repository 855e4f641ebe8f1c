"""A table of fields with two values each: one of the two is chosen by a click or by keyboard."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.services.record_comparison import GEOMETRY, FieldPair
from qhd_riskmap.services.record_merge import Comparison
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import plain_tip

_CHOOSING_KEYS: Final = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter})
_LONGEST_TITLE: Final = 24


class FieldChoice(QTableWidget):
    """What each of two records says; the value that holds is bold and has the dot.

    Signals:
        picked: Another value was chosen.
    """

    picked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setObjectName("merge-fields")
        self.setAccessibleName(_("逐项对照"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._pairs: list[FieldPair] = []
        self._by_hand: dict[str, int] = {}
        self._preferred = 0
        self._all = False
        self.clicked.connect(self._clicked)

    def show_pairs(self, compared: Comparison, *, keep: bool) -> None:
        """Show the fields of two records.

        Args:
            compared: The left one surviving.
            keep: What was chosen before stays so.
        """
        if not keep:
            self._by_hand = {}
        self._pairs = list(compared.fields)
        names = (compared.survivor.name, compared.absorbed.name)
        self.setHorizontalHeaderLabels([_("项目"), *(name[:_LONGEST_TITLE] for name in names)])
        self._fill()

    def show_all(self, *, on: bool) -> None:
        """Show the fields that say the same, too."""
        self._all = on
        self._fill()

    def prefer(self, side: int) -> None:
        """The record that survives gives the value where nobody has chosen one."""
        self._preferred = side
        self._fill()

    def side_of(self, pair: FieldPair) -> int:
        """Which value holds: 0 the left, 1 the right."""
        if not pair.first or not pair.second:
            return 0 if pair.first else 1
        return self._by_hand.get(pair.key, self._preferred)

    def taken_from(self, side: int) -> set[str]:
        """Keys of the fields in question whose value comes from one side."""
        return {
            pair.key for pair in self._pairs if _in_question(pair) and self.side_of(pair) == side
        }

    def pick(self, row: int, side: int) -> None:
        """Take the value of one side for the field shown in a row."""
        pair = self.shown()[row]
        if _in_question(pair):
            self._by_hand[pair.key] = side
            self._mark(row, pair)
            self.picked.emit()

    def shown(self) -> list[FieldPair]:
        """The fields in the order of the rows."""
        return [pair for pair in self._pairs if self._all or pair.differ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space and Enter take the value under the cursor."""
        if event.key() in _CHOOSING_KEYS:
            self._clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _clicked(self, index: QModelIndex) -> None:
        if index.isValid() and index.column() > 0:
            self.pick(index.row(), index.column() - 1)

    def _fill(self) -> None:
        shown = self.shown()
        row, column = self.currentRow(), self.currentColumn()
        self.setRowCount(len(shown))
        for number, pair in enumerate(shown):
            self.setItem(number, 0, QTableWidgetItem(pair.label))
            for side, text in enumerate(_texts(pair), start=1):
                item = QTableWidgetItem(" ".join(text.split()) or "—")
                item.setToolTip(plain_tip(text))
                self.setItem(number, side, item)
            self._mark(number, pair)
        if 0 <= row < len(shown):
            self.setCurrentCell(row, column)

    def _mark(self, row: int, pair: FieldPair) -> None:
        holds = self.side_of(pair)
        for side in range(2):
            item = self.item(row, side + 1)
            if item is None:
                continue
            taken = pair.differ and side == holds
            font = item.font()
            font.setBold(taken)
            item.setFont(font)
            item.setIcon(_sign(pair, taken=taken))
            state = _("保留") if taken else _("不保留")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{item.text()} {state}")


def _in_question(pair: FieldPair) -> bool:
    return pair.differ and bool(pair.first) and bool(pair.second)


def _sign(pair: FieldPair, *, taken: bool) -> QIcon:
    if _in_question(pair):
        if taken:
            return icon("radiobox-marked", colour="accent")
        return icon("radiobox-blank", colour="muted")
    return icon("check", colour="success") if taken else QIcon()


def _texts(pair: FieldPair) -> tuple[str, str]:
    """What both say; of places also how far apart they are."""
    if pair.key != GEOMETRY or not pair.differ:
        return pair.first, pair.second
    apart = _("{text}　相距 {length}").format(text=pair.second, length=length_text(pair.metres))
    return pair.first, apart
