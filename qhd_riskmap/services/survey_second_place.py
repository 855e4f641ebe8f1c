"""Sheets that say twice where a row is: both are read, compared, and each speaks for the other.

The first place counts; the other stays among the extras. Where both lie further apart than the rule says,
the row is warned of with the metres. Where only the other one's reference is known, it is a witness for the
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.import_rules import import_rules
from qhd_riskmap.domain.schema import Issue
from qhd_riskmap.domain.survey_columns import recognise_header
from qhd_riskmap.domain.survey_data_rows import DataRows
from qhd_riskmap.domain.survey_headers import SHEET_FIELDS, MappedColumn, SheetMapping
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.geo.datum_words import named_datums
from qhd_riskmap.geo.diagnosis import NOBODY
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.geo.witnesses import NAME_WEIGHT, PlaceWitness
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_columns_read import SheetColumns
from qhd_riskmap.services.survey_datum import DatumDecision, DatumEvidence, SheetPlaces, settle
from qhd_riskmap.services.survey_geometry import PlacedRows
from qhd_riskmap.services.survey_issues import IssueLog, warning
from qhd_riskmap.services.survey_positions import Positions, read_positions

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
CODE: Final = "places-differ"
_KINDS: Final = (("lon", "lat"), ("y_east", "x_north"), ("coordinates",))
_MIDDLE_LATITUDE: Final = 39.95
# What old datums that nobody can shift here are off at most.
_UNSHIFTED_M: Final = 150.0
_MOSTLY: Final = 0.5


class SecondPlaceWitness(PlaceWitness):
    """The other place of each row, where its own reference is known."""

    weight = NAME_WEIGHT
    sentence = N_("按“{name}”，有 {count} 行与表中另一组坐标位置相符。")


@dataclass(frozen=True, slots=True)
class _Group:
    """Columns that hold one place: one of a text, or two of numbers.

    Attributes:
        keys: Fields of the columns.
        spare: They found their fields taken, so they never hold the place that counts.
    """

    keys: tuple[str, ...]
    columns: tuple[MappedColumn, ...]
    spare: bool = False

    @property
    def title(self) -> str:
        ordered = sorted(self.columns, key=lambda column: column.index)
        return _("、").join(column.header for column in ordered)


@dataclass(frozen=True, slots=True, eq=False)
class _Other:
    """One group read by itself, and the rows in which it is not the place that counts.

    Attributes:
        rows: Data rows.
        x: First number of each of them.
        y: Second.
        decision: What its numbers are; None where they are what those of the sheet are.
    """

    group: _Group
    rows: npt.NDArray[np.intp]
    x: FloatArray
    y: FloatArray
    decision: DatumDecision | None


class SecondPlaces:
    """The further places of a sheet's rows."""

    def __init__(
        self, sheet: SurveySheet, mapping: SheetMapping, data: DataRows, main: Positions
    ) -> None:
        """Find them; a sheet with one place costs nothing.

        Args:
            sheet: The sheet.
            mapping: What its columns are.
            data: Its rows.
            main: The places that count.
        """
        self._sheet, self._data, self._main = sheet, data, main
        groups = list(_groups(mapping))
        several = len(groups) > 1 or (bool(groups) and bool(main.parts or main.shapes))
        self._groups = groups if several else []
        self._others: list[_Other] = []

    @property
    def unused(self) -> frozenset[str]:
        """Keys of columns that hold no place that counts in any row.

        The centre of a shape is of the system of its corners, so what its header says holds for both.
        """
        found: set[str] = set()
        drawn = bool(self._main.parts or self._main.shapes)
        metres = bool(self._main.plane[self._main.found].any())
        for group in self._groups:
            if group.spare:
                continue
            if drawn and metres == (group.keys[0] == "y_east"):
                continue
            texts = zip(_texts(group, self._data), self._main.texts, strict=True)
            if not any(a and a == b for a, b in texts):
                found.update(c.field.key for c in group.columns if c.field is not None)
        return frozenset(found)

    def read(self, evidence: DatumEvidence) -> DatumEvidence:
        """Read them all; the evidence on the main place, with those that can bear it out."""
        witnesses = []
        for group in self._groups:
            other = self._read(group, evidence)
            if other is None:
                continue
            self._others.append(other)
            decision = other.decision
            if (
                decision is not None
                and decision.decided is not None
                and decision.places is not None
            ):
                lon, lat = decision.places.after()
                known = np.zeros(len(lon), np.bool_)
                known[other.rows] = True
                witnesses.append(
                    SecondPlaceWitness(np.where(known, lon, np.nan), np.where(known, lat, np.nan))
                )
        if not witnesses:
            return evidence
        return replace(evidence, further=lambda: (*evidence.further(), *witnesses))

    def _read(self, group: _Group, evidence: DatumEvidence) -> _Other | None:
        rows = self._beside(group)
        if not len(rows):
            return None
        headers = tuple(column.header for column in group.columns)
        named = named_datums(headers).named
        own = bool(named) and named != named_datums(evidence.headers).named
        silent = IssueLog(self._sheet, list(self._data.indices))
        found = self._positions(group, rows, silent)
        rows, x, y = rows[found.found], found.x[found.found], found.y[found.found]
        if not len(rows):
            return None
        same = bool(found.plane.mean() > _MOSTLY) == bool(self._main.plane[rows].mean() > _MOSTLY)
        if same and not own:
            return _Other(group, rows, x, y, None)
        case = replace(
            evidence, headers=headers, words=() if own else evidence.words,
            declared=None if own else evidence.declared, answered=None, row_words=None,
            row_remarks=None, row_answers={},
            further=lambda: NOBODY,
        )  # fmt: skip
        everything = self._positions(group, np.arange(len(self._main.texts)), silent)
        decision = settle(everything, case, silent).decision
        return _Other(group, rows, everything.x[rows], everything.y[rows], decision)

    def _beside(self, group: _Group) -> npt.NDArray[np.intp]:
        """Rows in which the group is not the place that counts."""
        if group.spare:
            return np.flatnonzero(self._main.found)
        if group is self._groups[0]:  # before it only shapes count
            return np.array(sorted({*self._main.parts, *self._main.shapes}), dtype=np.intp)
        texts = _texts(group, self._data)
        differs = np.fromiter(map(str.__ne__, texts, self._main.texts), np.bool_, len(texts))
        return np.flatnonzero(self._main.found & differs)

    def _positions(self, group: _Group, rows: npt.NDArray[np.intp], silent: IssueLog) -> Positions:
        chosen = rows.tolist()
        columns = [self._data.columns[column.index] for column in group.columns]
        texts = {
            key: [column[row] for row in chosen]
            for key, column in zip(group.keys, columns, strict=True)
        }
        return read_positions(texts, len(chosen), silent)

    def compare(
        self, placed: PlacedRows, references: Sequence[Reference | None], log: IssueLog
    ) -> tuple[str, ...]:
        """Warn of rows whose places lie apart; a Chinese sentence for each other place.

        Args:
            placed: The places that count.
            references: What they were understood as, by row.
            log: Takes the warnings; rows an officer has placed are passed over.
        """
        said = []
        for other in self._others:
            there = np.isfinite(placed.lon[other.rows])
            there &= ~np.isin(other.rows, list(log.placed))
            rows = other.rows[there]
            if not len(rows):
                continue
            label, metres, limit = _apart(other, there, placed.geometries, references)
            apart = metres > limit
            count = int(apart.sum())
            said.append(_sentence(other.group.title, label, len(rows), count, limit))
            unknown = other.decision is not None and other.decision.decided is None
            if unknown and count > _MOSTLY * len(rows):
                continue  # nothing is known of the other one: its sentence says that it does not fit
            column = min(one.index for one in other.group.columns)
            for row, away in zip(rows[apart].tolist(), metres[apart].tolist(), strict=True):
                log.on_row(row, _warned(other.group.title, away), column=column)
        return tuple(said)

    def keep(self, columns: SheetColumns) -> None:
        """Keep the texts of places that do not count, where no extra holds them already."""
        for other in self._others:
            for column in other.group.columns:
                if column.field is not None:
                    columns.keep_column(column, other.rows.tolist())


def _groups(mapping: SheetMapping) -> Iterator[_Group]:
    """Every place of the sheet's rows: of mapped columns first, then of those that found theirs taken."""
    for keys in _KINDS:
        own = [column for key in keys if (column := mapping.column(key)) is not None]
        if len(own) == len(keys):
            yield _Group(keys, tuple(own))
    spare: dict[str, list[MappedColumn]] = {}
    for column in mapping.columns:
        if column.known or column.source == "choice":
            continue
        field = recognise_header(column.header, SHEET_FIELDS)
        if field is not None:
            spare.setdefault(field.key, []).append(column)
    for keys in _KINDS:
        for columns in zip(*(spare.get(key, []) for key in keys), strict=False):
            yield _Group(keys, columns, spare=True)


def _texts(group: _Group, data: DataRows) -> list[str]:
    columns = [data.columns[column.index] for column in group.columns]
    return [", ".join(text or "" for text in texts) for texts in zip(*columns, strict=True)]


def _apart(
    other: _Other,
    there: BoolArray,
    geometries: npt.NDArray[Any],
    of_row: Sequence[Reference | None],
) -> tuple[str, FloatArray, float]:
    """Name of the reading, metres of each row from its geometry, and how many are too many."""
    rows, limit = other.rows[there], import_rules()[CODE].metres
    used: set[Reference] = set()
    if other.decision is None:
        used = {r for row in rows.tolist() if (r := of_row[row]) is not None}
        lon, lat = SheetPlaces(
            other.x[there], other.y[there], [of_row[r] for r in rows.tolist()]
        ).after()
        metres = _metres(geometries[rows], lon, lat, limit)
    else:
        places = SheetPlaces(other.x[there], other.y[there], [])
        texts = (
            [other.decision.decided] if other.decision.decided else list(other.decision.candidates)
        )
        measured = []
        for text in texts or ["cgcs2000"]:
            found = _metres(geometries[rows], *places.read_as(text.partition("+")[0]), limit)
            measured.append((float(np.median(found)), text, found))
        _median, text, metres = min(measured, key=lambda one: one[0])
        used = {parse_reference(part) for part in text.split("+")}
    if any(reference.unshifted for reference in used):
        limit += _UNSHIFTED_M
    return _("、").join(sorted({r.label for r in used})), metres, limit


def _metres(
    geometries: npt.NDArray[Any], lon: FloatArray, lat: FloatArray, limit: float
) -> FloatArray:
    """Metres from each place to its geometry, 0 where they cannot exceed the limit; infinite without any."""
    scale = np.array(metres_per_degree(_MIDDLE_LATITUDE))
    west, south, east, north = (shapely.bounds(geometries) * np.tile(scale, 2)).T
    sound = np.isfinite(lon) & np.isfinite(lat)
    x, y = np.where(sound, lon, 0.0) * scale[0], np.where(sound, lat, 0.0) * scale[1]
    # No further than to the far corner of the box around it: enough for nearly all.
    farthest = np.hypot(np.maximum(x - west, east - x), np.maximum(y - south, north - y))
    metres = np.where(sound, 0.0, np.inf)
    asked = np.flatnonzero(sound & (farthest > limit))
    if len(asked):
        flat = shapely.transform(geometries[asked], lambda points: points * scale)
        metres[asked] = shapely.distance(flat, shapely.points(x[asked], y[asked]))
    return metres


def _warned(title: str, metres: float) -> Issue:
    if np.isfinite(metres):
        message = _("另一组坐标“{title}”与登记的位置相差 {metres:,.0f} 米，请核对哪一个对。")
        return warning("", CODE, message.format(title=title, metres=metres))
    message = _("另一组坐标“{title}”不在本地范围内，请核对哪一个对。")
    return warning("", CODE, message.format(title=title))


def _sentence(title: str, label: str, rows: int, apart: int, limit: float) -> str:
    if apart == rows:
        message = _("另一组坐标“{title}”（最接近“{name}”）与登记的位置都相差 {limit:.0f} 米以上。")
    elif apart:
        message = _(
            "另一组坐标“{title}”按“{name}”有 {fit} 行与登记的位置相符，{apart} 行相差 {limit:.0f} 米以上。"
        )
    else:
        message = _("另一组坐标“{title}”按“{name}”，{fit} 行都与登记的位置相符。")
    return message.format(title=title, name=label, fit=rows - apart, apart=apart, limit=limit)
