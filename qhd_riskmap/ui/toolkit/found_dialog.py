"""What a returned file says, looked at before it is taken: one sentence, a table, one button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M

_SIZE: Final = (980, 480)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is to be looked at.

    Attributes:
        title: What came back.
        summary: One sentence on it.
        heads: Titles of the columns.
        rows: Texts of the cells.
        take: Word of the button.
        may: Whether there is anything to take, and the office may.
        widths: Of the columns, pixels; () for as wide as their texts.
    """

    title: str
    summary: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    take: str
    may: bool
    widths: Sequence[int] = ()


class FoundDialog(QDialog):
    """A table of what was found, and one button that takes it."""

    def __init__(self, found: Found, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("found-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(found.title)
        size_on_screen(self, *_SIZE)
        self.summary = words(found.summary, name="found-summary")
        self.table = QTableWidget(len(found.rows), len(found.heads))
        self.table.setObjectName("found-rows")
        self.table.setAccessibleName(found.title)
        self.table.setHorizontalHeaderLabels([_(head) for head in found.heads])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setStretchLastSection(True)
        for at, texts in enumerate(found.rows):
            for number, text in enumerate(texts):
                self.table.setItem(at, number, QTableWidgetItem(text))
        if not found.widths:
            self.table.resizeColumnsToContents()
        for number, width in enumerate(found.widths):
            self.table.setColumnWidth(number, width)
        box = QDialogButtonBox()
        self.take = box.addButton(found.take, QDialogButtonBox.ButtonRole.AcceptRole)
        self.take.setObjectName("found-take")
        self.take.setEnabled(found.may)
        close = box.addButton(_("关闭"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setObjectName("found-close")
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.summary)
        layout.addWidget(self.table, 1)
        layout.addWidget(box)
