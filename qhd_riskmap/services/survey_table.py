"""A preview row by row, as its sender wrote it: what becomes of each row, and what is wrong with each cell.

Everything is kept by column or only for the rows that have something; a sheet of a hundred thousand rows
makes no object per row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.candidate_columns import as_candidates
from qhd_riskmap.services.survey_issues import RowIssue, RowKey
from qhd_riskmap.services.survey_preview import ImportPreview
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.services.survey_updates import UpdateOffer

IntArray = npt.NDArray[np.intp]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
# Sound rows in the wrong place: mended on the map, not in the sheet.
QUARANTINE_CODES: Final = frozenset({"outside-county", "in-sea", "outside-city"})


class RowFate(IntEnum):
    """What would become of a row."""

    READY = 0
    REJECTED = 1
    QUARANTINED = 2
    UNDECIDED = 3
    REPEATED = 4
    UPDATE = 5

    @property
    def label(self) -> str:
        """Chinese word for it."""
        return _(_FATES[self])


_FATES: Final = (
    N_("可入库"),
    N_("退回"),
    N_("隔离"),
    N_("未定"),
    N_("重复"),
    N_("可更新"),
)


class RowFilter(IntEnum):
    """Which rows to look at."""

    ALL = 0
    READY = 1
    ERRORS = 2
    WARNINGS = 3
    REPEATS = 4
    UNDECIDED = 5
    QUARANTINED = 6

    @property
    def label(self) -> str:
        """Chinese word for it."""
        return _(_FILTERS[self])


_FILTERS: Final = (
    N_("全部"),
    N_("可入库"),
    N_("错误"),
    N_("警告"),
    N_("重复"),
    N_("未定"),
    N_("隔离"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class TableRows:
    """The rows of one table.

    Attributes:
        reading: The table.
        numbers: Row numbers, ascending.
        fates: `RowFate` of each.
        warned: Rows with a warning.
        suspected: Rows that may be the same as something else.
        issues: By row number, of the rows that have any.
        offers: By row number, what the row would change of a record.
    """

    reading: SheetReading
    numbers: IntArray
    fates: npt.NDArray[np.uint8]
    warned: BoolArray
    suspected: BoolArray
    issues: Mapping[int, Sequence[RowIssue]]
    offers: Mapping[int, UpdateOffer] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def key(self, row: int) -> RowKey:
        """By which a row is named all over an import."""
        sheet = self.reading.sheet
        return sheet.file, sheet.name, int(self.numbers[row])

    def fate(self, row: int) -> RowFate:
        """What would become of a row."""
        return RowFate(int(self.fates[row]))

    def row_of(self, number: int) -> int | None:
        """The row of a row number."""
        at = int(np.searchsorted(self.numbers, number))
        return at if at < len(self.numbers) and self.numbers[at] == number else None

    def text(self, row: int, column: int) -> str:
        """What stands in a cell, an error of the spreadsheet included."""
        sheet, number = self.reading.sheet, int(self.numbers[row])
        text = sheet.columns[column][number - sheet.first_row] or ""
        return text or sheet.failed.get((number, sheet.first_column + column), "")

    def texts(self, column: int) -> list[str]:
        """What stands in a whole column."""
        sheet = self.reading.sheet
        cells = sheet.columns[column]
        texts = [cells[number - sheet.first_row] or "" for number in self.numbers.tolist()]
        for number, letter in sheet.failed:
            row = self.row_of(number) if letter == sheet.first_column + column else None
            if row is not None:
                texts[row] = texts[row] or sheet.failed[number, letter]
        return texts

    def of_row(self, row: int) -> Sequence[RowIssue]:
        """What is wrong with a row."""
        return self.issues.get(int(self.numbers[row]), ())

    def of_cell(self, row: int, column: int) -> list[RowIssue]:
        """What is wrong with one cell."""
        found = self.of_row(row)
        if not found:
            return []
        wanted = self.reading.sheet.first_column + column
        return [issue for issue in found if _column(issue) == wanted]

    def shown_by(self, wanted: RowFilter) -> IntArray:
        """The rows that pass a filter."""
        return np.flatnonzero(self._passing(wanted))

    def counts(self) -> dict[RowFilter, int]:
        """How many rows pass each filter."""
        return {wanted: int(np.count_nonzero(self._passing(wanted))) for wanted in RowFilter}

    @cached_property
    def places(self) -> tuple[FloatArray, FloatArray]:
        """CGCS2000 degrees of every row; those of open rows as their numbers stand, NaN without any."""
        decision = self.reading.decision
        if decision is None or decision.places is None:
            return self.before
        lon, lat = decision.places.after()
        before_lon, before_lat = self.before
        still_open = np.isnan(lon)
        return np.where(still_open, before_lon, lon), np.where(still_open, before_lat, lat)

    @cached_property
    def before(self) -> tuple[FloatArray, FloatArray]:
        """The numbers of every row taken for CGCS2000 degrees, NaN for metres."""
        decision = self.reading.decision
        if decision is None or decision.places is None:
            nowhere = np.full(len(self), np.nan)
            return nowhere, nowhere
        return decision.places.before()

    @cached_property
    def ground(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of where nearly all rows lie; None where none lies anywhere."""
        lon, lat = self.places
        there = np.isfinite(lon) & np.isfinite(lat)
        if not there.any():
            return None
        near = there & boundaries().inside_context(lon, lat)
        # Of few rows one far away would be the whole extent.
        shown = near if near.any() else there
        west, east = np.quantile(lon[shown], [0.01, 0.99]).tolist()
        south, north = np.quantile(lat[shown], [0.01, 0.99]).tolist()
        return west, south, east, north

    def _passing(self, wanted: RowFilter) -> Any:
        fates = self.fates
        if wanted is RowFilter.ALL:
            return np.ones(len(self), dtype=bool)
        if wanted is RowFilter.WARNINGS:
            return self.warned
        if wanted is RowFilter.REPEATS:
            return (fates == RowFate.REPEATED) | (fates == RowFate.UPDATE) | self.suspected
        return fates == _FATE_OF[wanted]


_FATE_OF: Final = {
    RowFilter.READY: RowFate.READY,
    RowFilter.ERRORS: RowFate.REJECTED,
    RowFilter.UNDECIDED: RowFate.UNDECIDED,
    RowFilter.QUARANTINED: RowFate.QUARANTINED,
}


def preview_tables(preview: ImportPreview) -> tuple[TableRows, ...]:
    """Every table of a preview that has rows."""
    issues: dict[RowKey, list[RowIssue]] = {}
    for issue in preview.issues:
        if issue.row:
            issues.setdefault((issue.path, issue.sheet, issue.row), []).append(issue)
    repeated: dict[tuple[Any, str], set[int]] = {}
    for sheet, row in as_candidates(preview.repeats).sources:
        repeated.setdefault((sheet.file, sheet.name), set()).add(row)
    offers = {offer.key: offer for offer in preview.updates}
    suspects = {pair.key for pair in preview.suspects}
    return tuple(
        _table(reading, issues, repeated, offers, suspects)
        for reading in preview.readings
        if reading.numbers
    )


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row that is passed over and offers nothing.

    Attributes:
        other: What it repeats, in words.
    """

    key: RowKey
    name: str
    other: str


def repeated_rows(preview: ImportPreview) -> tuple[RepeatedRow, ...]:
    """The rows of a preview that are passed over and offer nothing."""
    offered = {offer.key for offer in preview.updates}
    found = as_candidates(preview.repeats)
    rows = zip(found.sources, found.hazards.facts["name"], preview.repeated, strict=True)
    made = (RepeatedRow((s.file, s.name, row), name, other) for (s, row), name, other in rows)
    return tuple(each for each in made if each.key not in offered)


@dataclass(frozen=True, slots=True)
class SeenPreview:
    """A preview and what is shown of it, made where nobody waits for it."""

    preview: ImportPreview
    tables: tuple[TableRows, ...]
    repeats: tuple[RepeatedRow, ...]


def seen_preview(preview: ImportPreview) -> SeenPreview:
    """A preview with all that takes long before it can be shown."""
    tables = preview_tables(preview)
    for table in tables:
        # Kept by the table: the map asks for them on the thread that draws.
        _kept = table.places, table.ground
    return SeenPreview(preview, tables, repeated_rows(preview))


def _table(
    reading: SheetReading,
    issues: Mapping[RowKey, list[RowIssue]],
    repeated: Mapping[tuple[Any, str], set[int]],
    offers: Mapping[RowKey, UpdateOffer],
    suspects: Collection[RowKey],
) -> TableRows:
    sheet = reading.sheet
    own = (sheet.file, sheet.name)
    numbers = np.array(reading.numbers, dtype=np.intp)
    mine = {key[2]: found for key, found in issues.items() if key[:2] == own}
    my_offers = {key[2]: offer for key, offer in offers.items() if key[:2] == own}
    fates = np.full(len(numbers), RowFate.READY, dtype=np.uint8)
    for fate, rows in (
        (RowFate.REPEATED, repeated.get(own, ())),
        (RowFate.UPDATE, my_offers),
        (RowFate.UNDECIDED, reading.undecided),
        (RowFate.REJECTED, reading.rejected),
        (RowFate.QUARANTINED, [n for n in reading.rejected if _only_misplaced(mine.get(n, ()))]),
    ):
        fates[_among(numbers, rows)] = fate
    return TableRows(
        reading=reading,
        numbers=numbers,
        fates=fates,
        warned=_among(numbers, [n for n, found in mine.items() if _has_warning(found)]),
        suspected=_among(numbers, [key[2] for key in suspects if key[:2] == own]),
        issues=mine,
        offers=my_offers,
    )


def _among(numbers: IntArray, rows: Collection[int]) -> BoolArray:
    return np.isin(numbers, np.fromiter(rows, dtype=np.intp, count=len(rows)))


def _only_misplaced(found: Sequence[RowIssue]) -> bool:
    errors = {issue.code for issue in found if issue.severity is Severity.ERROR}
    return bool(errors) and errors <= QUARANTINE_CODES


def _has_warning(found: Sequence[RowIssue]) -> bool:
    return any(issue.severity is Severity.WARNING for issue in found)


def _column(issue: RowIssue) -> int:
    return column_number(issue.cell.rstrip("0123456789"))
