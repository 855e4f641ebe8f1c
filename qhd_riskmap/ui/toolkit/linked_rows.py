"""The selected rows of a record table, linked both ways with the shared selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QObject
from PySide6.QtWidgets import QTableView

from qhd_riskmap.ui.toolkit.record_table import RecordTableModel
from qhd_riskmap.ui.toolkit.selection import Selection

# More runs of rows would make Qt's selection model the slowest part of a click.
MOST_RUNS: Final = 500


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
        self._known: frozenset[int] = frozenset()
        view.selectionModel().selectionChanged.connect(self._tell)
        selection.changed.connect(self._follow)
        records.modelReset.connect(self.mark)

    def rows(self) -> list[int]:
        """Numbers of the selected rows, from top to bottom."""
        if self._partly:
            return sorted(self._selected())
        return sorted(self._told())

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
            if rows:
                current = self._records.index(rows[-1], self._first_visible_column())
                self._view.selectionModel().setCurrentIndex(current, flags.NoUpdate)
                self._view.scrollTo(current)
        finally:
            self._following = False
        self._known = self._told() if self._partly else frozenset()
        self._view.viewport().update()

    def _selected(self) -> list[int]:
        rows = (self._records.row_of(each) for each in self.selection.ids)
        return [row for row in rows if row is not None]

    def _told(self) -> frozenset[int]:
        """What Qt's selection model knows."""
        # Whole rows are selected, so the ranges say it: `selectedRows` asks the model for every
        # cell and takes seconds with 100,000 rows.
        ranges = self._view.selectionModel().selection()
        spans = (ranges.at(number) for number in range(ranges.count()))
        return frozenset(row for span in spans for row in range(span.top(), span.bottom() + 1))

    def _tell(self) -> None:
        if self._following:
            return
        now, before = self._told(), self._known
        added, removed = now - before, before - now
        if self._partly and (not removed or (not added and len(now) > 1)):
            gone = frozenset(self._records.ids_at(sorted(removed)))
            kept = [each for each in self.selection.ids if each not in gone]
            self._known = now
            self.selection.set([*kept, *self._records.ids_at(sorted(added))], by=self)
            self._view.viewport().update()
            return
        self._partly = False
        # A selected hazard that the filter hides stays with the map; choosing rows replaces it.
        self.selection.set(self._records.ids_at(sorted(now)), by=self)

    def _follow(self, by: object) -> None:
        if by is not self:
            self.mark()

    def _first_visible_column(self) -> int:
        header = self._view.horizontalHeader()
        order = (header.logicalIndex(place) for place in range(header.count()))
        return next((column for column in order if not header.isSectionHidden(column)), 0)


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """First and last row of every run of neighbouring rows, in order of the rows."""
    if not rows:
        return []
    ordered = np.unique(np.asarray(rows, dtype=np.intp))
    breaks = np.flatnonzero(np.diff(ordered) != 1)
    starts = np.concatenate(([0], breaks + 1))
    ends = np.concatenate((breaks, [len(ordered) - 1]))
    return list(zip(ordered[starts].tolist(), ordered[ends].tolist(), strict=True))
