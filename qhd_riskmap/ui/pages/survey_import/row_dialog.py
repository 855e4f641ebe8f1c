"""One row of the sender's sheet as it stands there, with what is wrong about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.survey_sheet import column_letters
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_issues import RowIssue
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.ui.toolkit.issue_table import SEVERITY_GLYPHS
from qhd_riskmap.ui.toolkit.page_parts import glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, theme

_SIZE: Final = (680, 520)
_TITLES: Final = (N_("列"), N_("表头"), N_("表里写的"))


class RowDialog(QDialog):
    """Shows a row; changes nothing: the sheet is mended where it was written."""

    def __init__(
        self,
        reading: SheetReading,
        row: int,
        issues: Sequence[RowIssue],
        parent: QWidget | None = None,
    ) -> None:
        """Build the dialog.

        Args:
            reading: The sheet.
            row: Row number as people count.
            issues: What is wrong with the row.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("row-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = reading.sheet
        where = " · ".join(part for part in (sheet.file.name, sheet.name) if part)
        self.setWindowTitle(_("{where} 第 {row} 行").format(where=where, row=row))
        self.resize(*_SIZE)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        for issue in issues:
            column.addLayout(_issue_line(issue))
        self.table = _row_table(reading, row, {issue.cell for issue in issues})
        column.addWidget(self.table, 1)
        close = push_button(_("关闭"), "row-close", self.accept, primary=True)
        close.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        column.addLayout(foot)


def _issue_line(issue: RowIssue) -> QHBoxLayout:
    glyph, colour = SEVERITY_GLYPHS[issue.severity]
    row = QHBoxLayout()
    row.setSpacing(SPACE_M)
    row.addWidget(glyph_label(glyph, 20, colour=colour), 0, Qt.AlignmentFlag.AlignTop)
    cell = f"{issue.cell}：" if issue.cell else ""
    row.addWidget(words(cell + issue.message), 1)
    return row


def _row_table(reading: SheetReading, row: int, bad: set[str]) -> QTableWidget:
    sheet = reading.sheet
    index = row - sheet.first_row
    texts = sheet.row(index) if 0 <= index < sheet.height else []
    headers = sheet.row(reading.mapping.header.bottom) if reading.mapping else []
    table = QTableWidget(len(texts), len(_TITLES))
    table.setObjectName("row-table")
    table.setHorizontalHeaderLabels([_(title) for title in _TITLES])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.verticalHeader().hide()
    table.horizontalHeader().setDefaultAlignment(
        Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    )
    table.setColumnWidth(0, 48)
    table.setColumnWidth(1, 190)
    table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
    bad_columns = {re.sub(r"\d+$", "", cell) for cell in bad}
    for place, text in enumerate(texts):
        letters = column_letters(sheet.first_column + place)
        for at, shown in enumerate((letters, headers[place] if headers else "", text)):
            item = QTableWidgetItem(shown)
            item.setToolTip(shown)
            if letters in bad_columns:
                item.setForeground(QColor(theme().error))
                font = item.font()
                font.setBold(True)
                item.setFont(font)
            table.setItem(place, at, item)
        if letters in bad_columns and table.currentRow() < 0:
            table.setCurrentCell(place, 0)
    return table
