"""The selected rows of a record table, linked both ways with the shared selection."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject
from PySide6.QtWidgets import QTableView

from qhd_riskmap.ui.toolkit.record_table import RecordTableModel
from qhd_riskmap.ui.toolkit.selection import Selection

# More runs of rows would make Qt's selection model the slowest part of a click.
MOST_RUNS: Final = 500
Rows = npt.NDArray[np.intp]
_NO_ROWS: Final[Rows] = np.empty(0, np.intp)


class LinkedRows(QObject):
    """Marks the rows of the selected hazards, and selects the hazards of the marked rows.

    Where the rows lie so scattered that Qt's selection model would be slow, it knows a part of them
    only; the others are painted as selected all the same (`is_marked`) and are never lost by
    adding or taking away single rows.
    """

    def __init__(self, view: QTableView, records: RecordTableModel, selection: Selection) -> None:
        super().__init__(view)
        self._view = view
        self._records = records
        self.selection = selection
        self._following = False
        self._partly = False
        self._known: Rows = _NO_ROWS
        view.selectionModel().selectionChanged.connect(self._tell)
        selection.changed.connect(self._follow)
        records.modelReset.connect(self.mark)

    def rows(self) -> list[int]:
        """Numbers of the selected rows, from top to bottom."""
        found: list[int] = (np.sort(self._selected()) if self._partly else self._told()).tolist()
        return found

    def is_marked(self, row: int) -> bool:
        """Whether a row is selected though Qt's selection model does not know it."""
        return self._partly and self._records.id_at(row) in self.selection

    def mark(self) -> None:
        """Mark the rows of the selected hazards."""
        rows = self._selected()
        runs = _runs(rows)
        self._partly = len(runs) > MOST_RUNS
        marked = QItemSelection()
        last = self._records.columnCount() - 1
        for top, bottom in runs[-MOST_RUNS:]:
            marked.select(self._records.index(top, 0), self._records.index(bottom, last))
        self._following = True
        try:
            flags = QItemSelectionModel.SelectionFlag
            self._view.selectionModel().select(marked, flags.ClearAndSelect)
            if len(rows):
                current = self._records.index(int(rows[-1]), self._first_visible_column())
                self._view.selectionModel().setCurrentIndex(current, flags.NoUpdate)
                self._view.scrollTo(current)
        finally:
            self._following = False
        self._known = self._told() if self._partly else _NO_ROWS
        self._view.viewport().update()

    def _selected(self) -> Rows:
        return self._records.rows_of(self.selection.ids)

    def _told(self) -> Rows:
        """What Qt's selection model knows, from top to bottom."""
        # Whole rows are selected, so the ranges say it: `selectedRows` asks the model for every
        # cell and takes seconds with 100,000 rows.
        ranges = self._view.selectionModel().selection()
        spans = (ranges.at(number) for number in range(ranges.count()))
        told = np.zeros(self._records.rowCount(), bool)
        for span in spans:
            told[span.top() : span.bottom() + 1] = True
        return np.flatnonzero(told)

    def _tell(self) -> None:
        if self._following:
            return
        now = self._told()
        if self._partly:
            added, removed = np.setdiff1d(now, self._known), np.setdiff1d(self._known, now)
            if not len(removed) or (not len(added) and len(now) > 1):
                gone = frozenset(self._records.ids_at(removed))
                kept = [each for each in self.selection.ids if each not in gone]
                self._known = now
                self.selection.set([*kept, *self._records.ids_at(added)], by=self)
                self._view.viewport().update()
                return
        self._partly = False
        # A selected hazard that the filter hides stays with the map; choosing rows replaces it.
        self.selection.set(self._records.ids_at(now), by=self)

    def _follow(self, by: object) -> None:
        if by is not self:
            self.mark()

    def _first_visible_column(self) -> int:
        header = self._view.horizontalHeader()
        order = (header.logicalIndex(place) for place in range(header.count()))
        return next((column for column in order if not header.isSectionHidden(column)), 0)


def _runs(rows: Rows) -> list[tuple[int, int]]:
    """First and last row of every run of neighbouring rows, in order of the rows."""
    if not len(rows):
        return []
    ordered = np.sort(rows)
    breaks = np.flatnonzero(np.diff(ordered) != 1)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(ordered) - 1]))
    return list(zip(ordered[starts].tolist(), ordered[ends].tolist(), strict=True))
