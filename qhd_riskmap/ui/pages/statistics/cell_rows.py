"""The cells of a form as rows: sheet, cell, figure and what narrows it, each chosen from a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QTableWidget, QTableWidgetItem

from qhd_riskmap.domain.cell_mapping import HEADERS, TEXTS, MappedCell, label_of
from qhd_riskmap.domain.figures import FIGURES
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _

_KEYS: Final = tuple(HEADERS)
_WIDTHS: Final = (130, 74, 140, 120, 150, 100, 96, 84)
_EVERYTHING: Final = ""


class CellRows(QTableWidget):
    """Rows that can be edited, added and removed."""

    def __init__(self) -> None:
        super().__init__(0, len(_KEYS))
        self.setObjectName("form-cells")
        self.setAccessibleName(_("单元格与指标"))
        self.setHorizontalHeaderLabels([_(HEADERS[key]) for key in _KEYS])
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self._sheets: tuple[str, ...] = ()
        for number, width in enumerate(_WIDTHS):
            self.setColumnWidth(number, width)

    def set_sheets(self, sheets: Sequence[str]) -> None:
        """Offer the worksheets of a form."""
        self._sheets = tuple(sheets)
        for row in range(self.rowCount()):
            combo = self._combo(row, "sheet")
            text = combo.currentText()
            combo.clear()
            combo.addItems(list(self._sheets))
            combo.setEditText(text or (self._sheets[0] if self._sheets else ""))

    def show_cells(self, cells: Sequence[MappedCell]) -> None:
        """Show other cells."""
        self.setRowCount(0)
        for cell in cells:
            self.add_row(cell)

    def add_row(self, cell: MappedCell | None = None) -> None:
        """Add a row; a new one is like the one above it."""
        row = self.rowCount()
        before = self.entries()[-1] if row and cell is None else {}
        entry: dict[str, Any] = cell.to_json() if cell is not None else {**before, "cell": ""}
        self.insertRow(row)
        sheet = _list([(name, name) for name in self._sheets], entry.get("sheet", ""))
        sheet.setEditable(True)
        sheet.setEditText(str(entry.get("sheet") or (self._sheets[0] if self._sheets else "")))
        self.setCellWidget(row, 0, sheet)
        self.setItem(row, 1, QTableWidgetItem(str(entry.get("cell", ""))))
        for key, choices in (
            ("figure", _figures()),
            ("county", _counties()),
            ("type", _types()),
            ("level", _levels()),
        ):
            self.setCellWidget(row, _KEYS.index(key), _list(choices, str(entry.get(key) or "")))
        self.setItem(row, _KEYS.index("back"), QTableWidgetItem(str(entry.get("back") or 0)))
        percent = QTableWidgetItem()
        percent.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
        on = bool(entry.get("percent"))
        percent.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.setItem(row, _KEYS.index("percent"), percent)

    def remove_chosen(self) -> None:
        """Take the selected rows out."""
        for row in sorted({index.row() for index in self.selectedIndexes()}, reverse=True):
            self.removeRow(row)

    def entries(self) -> list[dict[str, Any]]:
        """The rows as `cell_mapping.read_cells` takes them."""
        return [self._entry(row) for row in range(self.rowCount())]

    def _entry(self, row: int) -> dict[str, Any]:
        found: dict[str, Any] = {"sheet": self._combo(row, "sheet").currentText().strip()}
        for key in ("figure", "county", "type", "level"):
            found[key] = str(self._combo(row, key).currentData())
        for key in ("cell", "back"):
            item = self.item(row, _KEYS.index(key))
            found[key] = item.text().strip() if item is not None else ""
        percent = self.item(row, _KEYS.index("percent"))
        checked = percent is not None and percent.checkState() is Qt.CheckState.Checked
        return {**found, "percent": checked}

    def _combo(self, row: int, key: str) -> QComboBox:
        widget = self.cellWidget(row, _KEYS.index(key))
        if not isinstance(widget, QComboBox):
            raise TypeError(f"no list in row {row} for {key}")
        return widget


Choices = list[tuple[str, str]]


def _list(choices: Choices, chosen: str) -> QComboBox:
    combo = QComboBox()
    for label, key in choices:
        combo.addItem(label, key)
    combo.setCurrentIndex(max(0, combo.findData(chosen)))
    return combo


def _figures() -> Choices:
    return [(_(label_of(key)), key) for key in (*FIGURES, *TEXTS)]


def _counties() -> Choices:
    return [(_("全部"), _EVERYTHING), *((_(r.name), r.code) for r in regions().current())]


def _types() -> Choices:
    return [(_("全部"), _EVERYTHING), *((_(kind.label), kind.key) for kind in taxonomy().types)]


def _levels() -> Choices:
    return [(_("全部"), _EVERYTHING), *((_(level.label), level.value) for level in RiskLevel)]
