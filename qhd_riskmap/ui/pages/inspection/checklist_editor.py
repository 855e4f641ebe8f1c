"""The check lists as a table: questions with their clauses, added, taken away, reworded."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_GENERAL: Final = ""
_HEADS: Final = (N_("检查项目"), N_("依据"))
_SOURCE_WIDTH: Final = 360
_KEY: Final = Qt.ItemDataRole.UserRole


class ChecklistEditor(QWidget):
    """Edits the profile of check lists, one type at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._lists: dict[str, list[dict[str, str]]] = {}
        self._shown = _GENERAL
        self.kind = QComboBox()
        self.kind.setObjectName("checklist-kind")
        self.kind.setAccessibleName(_("类型"))
        self.kind.addItem(_("各类（通用）"), _GENERAL)
        for each in taxonomy().types:
            self.kind.addItem(_(each.label), each.key)
        self.table = QTableWidget(0, len(_HEADS))
        self.table.setObjectName("checklist-questions")
        self.table.setAccessibleName(_("检查项目"))
        self.table.setHorizontalHeaderLabels([_(head) for head in _HEADS])
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(1, _SOURCE_WIDTH)
        self.table.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.kind)
        row.addWidget(words(_("打印的检查单先列本类的项目，再列通用的"), role="muted"), 1)
        row.addWidget(push_button(_("增加一项"), "checklist-add", self.add, glyph="plus"))
        row.addWidget(push_button(_("删去"), "checklist-remove", self.remove, glyph="minus"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        self.kind.currentIndexChanged.connect(self._turn)

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""
        lists = {_GENERAL: profile["general"], **profile["types"]}
        self._lists = copy.deepcopy({key: list(questions) for key, questions in lists.items()})
        self._fill()

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what was edited; its own check says what is wrong with it."""
        self._keep()
        profile["general"] = self._lists.get(_GENERAL, [])
        profile["types"] = {key: own for key, own in self._lists.items() if key}
        return profile

    def add(self) -> None:
        """Another question, to be written."""
        self._keep()
        own = self._lists.setdefault(self._shown, [])
        used = {question["key"] for each in self._lists.values() for question in each}
        number = next(n for n in range(1, len(used) + 2) if f"own_{n}" not in used)
        own.append({"key": f"own_{number}", "text": "", "source": ""})
        self._fill()
        self.table.setCurrentCell(len(own) - 1, 0)
        self.table.edit(self.table.currentIndex())

    def remove(self) -> None:
        """Take the question in hand away."""
        row = self.table.currentRow()
        if row >= 0:
            self._keep()
            del self._lists[self._shown][row]
            self._fill()

    def _turn(self) -> None:
        self._keep()
        self._shown = str(self.kind.currentData())
        self._fill()

    def _keep(self) -> None:
        """What stands in the table belongs to the type shown."""
        found = [
            {
                "key": self._cell(row, 0, _KEY),
                "text": self._cell(row, 0),
                "source": self._cell(row, 1),
            }
            for row in range(self.table.rowCount())
        ]
        self._lists[self._shown] = found

    def _cell(self, row: int, column: int, role: int = Qt.ItemDataRole.DisplayRole) -> str:
        item = self.table.item(row, column)
        return str(item.data(role)).strip() if item is not None else ""

    def _fill(self) -> None:
        own = self._lists.get(self._shown, [])
        self.table.setRowCount(len(own))
        for row, question in enumerate(own):
            text = QTableWidgetItem(question["text"])
            text.setData(_KEY, question["key"])
            self.table.setItem(row, 0, text)
            self.table.setItem(row, 1, QTableWidgetItem(question.get("source", "")))
        self.table.resizeRowsToContents()
