"""A table in which the rows of a rule profile are edited: a column says which value it holds."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHeaderView, QTableWidget, QTableWidgetItem

from qhd_riskmap.domain.citation import Confidence
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import plain_tip

_ROW_HEIGHT: Final = 32  # a box with choices fits in
_BETWEEN: Final = re.compile(r"[、,，;；\s]+")


class CellKind(Enum):
    """What a cell holds."""

    TEXT = auto()
    NUMBER = auto()
    WHOLE = auto()
    WHOLES = auto()
    CONFIDENCE = auto()
    FIXED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowColumn:
    """One column.

    Attributes:
        title: Chinese head, marked with `i18n.N_`.
        path: Keys that lead to the value inside a row.
        width: Pixels; 0 takes the room that is left.
    """

    title: str
    path: tuple[str, ...]
    kind: CellKind = CellKind.TEXT
    width: int = 90


class RowsTable(QTableWidget):
    """Edits a list of mappings.

    What is no number stays as it was typed: the profile's own check tells what is wrong with it.

    Signals:
        edited_by_hand: A cell was changed by the officer.
    """

    edited_by_hand = Signal()

    def __init__(self, columns: Sequence[RowColumn], name: str, title: str) -> None:
        super().__init__(0, len(columns))
        self.setObjectName(name)
        self.setAccessibleName(title)
        self._columns = tuple(columns)
        self._rows: list[dict[str, Any]] = []
        self.setHorizontalHeaderLabels([_(each.title) for each in columns])
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(_ROW_HEIGHT)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setWordWrap(True)
        for at, each in enumerate(columns):
            if each.width:
                self.setColumnWidth(at, each.width)
            else:
                self.horizontalHeader().setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)
        self.itemChanged.connect(lambda _item: self.edited_by_hand.emit())

    def show_rows(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Show rows."""
        self._rows = [copy.deepcopy(dict(row)) for row in rows]
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.setRowCount(len(self._rows))
        for at, row in enumerate(self._rows):
            for column, each in enumerate(self._columns):
                self._put(at, column, each, _value(row, each.path))
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def rows(self) -> list[dict[str, Any]]:
        """The rows with what stands in the table."""
        found = copy.deepcopy(self._rows)
        for at, row in enumerate(found):
            for column, each in enumerate(self._columns):
                if each.kind is not CellKind.FIXED:
                    _set(row, each.path, self._typed(at, column, each.kind))
        return found

    def add_row(self, row: Mapping[str, Any]) -> None:
        """Another row at the end, in hand."""
        self.show_rows([*self.rows(), row])
        self.setCurrentCell(len(self._rows) - 1, 0)
        self.edited_by_hand.emit()

    def remove_row(self) -> None:
        """Take the row in hand away."""
        at = self.currentRow()
        if at >= 0:
            left = self.rows()
            del left[at]
            self.show_rows(left)
            self.edited_by_hand.emit()

    def _put(self, at: int, column: int, each: RowColumn, value: object) -> None:
        if each.kind is CellKind.CONFIDENCE:
            box = QComboBox()
            for known in Confidence:
                box.addItem(_(known.label), known.value)
            box.setCurrentIndex(box.findData(value))
            box.setAccessibleName(_(each.title))
            box.currentIndexChanged.connect(lambda _index: self.edited_by_hand.emit())
            self.setCellWidget(at, column, box)
            return
        text = _text(value)
        item = QTableWidgetItem(_(text) if each.kind is CellKind.FIXED and text else text)
        item.setToolTip(plain_tip(item.text()))
        if each.kind is CellKind.FIXED:
            item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
        if each.kind in {CellKind.NUMBER, CellKind.WHOLE}:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setItem(at, column, item)

    def _typed(self, at: int, column: int, kind: CellKind) -> Any:
        box = self.cellWidget(at, column)
        if isinstance(box, QComboBox):
            return box.currentData()
        item = self.item(at, column)
        text = item.text().strip() if item is not None else ""
        if kind is CellKind.WHOLES:
            return [_number(each, whole=True) for each in _BETWEEN.split(text) if each]
        if kind is CellKind.TEXT:
            return text
        return _number(text, whole=kind is CellKind.WHOLE)


def _value(row: Mapping[str, Any], path: Sequence[str]) -> Any:
    found: Any = row
    for key in path:
        found = found.get(key, "") if isinstance(found, Mapping) else ""
    return found


def _set(row: dict[str, Any], path: Sequence[str], value: object) -> None:
    for key in path[:-1]:
        row = row.setdefault(key, {})
    row[path[-1]] = value


def _text(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(text: str, *, whole: bool) -> float | int | str:
    try:
        return int(text) if whole or text.isdecimal() else float(text)
    except ValueError:
        return text
