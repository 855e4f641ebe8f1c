"""A table to read: what was and what will be, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget


def comparison_table(object_name: str, name: str, titles: Sequence[str]) -> QTableWidget:
    """An empty table that shares its width among the columns after the first.

    Args:
        object_name: For tests and style sheets.
        name: What a screen reader calls it.
        titles: Of the columns.
    """
    table = QTableWidget(0, len(titles))
    table.setObjectName(object_name)
    table.setAccessibleName(name)
    table.setHorizontalHeaderLabels(list(titles))
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    return table
