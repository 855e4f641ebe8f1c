"""Rows that can be registered, by column; a single `Candidate` is made when it is looked at."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, overload
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.remediation.sheet_proof import SheetRemedy
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.services.survey_levels import SheetGrade
from qhd_riskmap.storage import hazard_columns
from qhd_riskmap.storage.assessment_columns import AssessmentColumns, GradeValues
from qhd_riskmap.storage.hazard_columns import HazardColumns

RowArray = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One row that can be registered.

    Attributes:
        hazard: Without a permanent code yet.
        assessments: Of its levels, the one that counts last.
        sheet: Where the row stands.
        row: Row number as people count.
        name_column: Index of the column with the name.
        row_hash: Hash of the whole row, by which it is known again.
    """

    hazard: Hazard
    assessments: tuple[Assessment, ...]
    sheet: SurveySheet
    row: int
    name_column: int
    row_hash: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowGrades:
    """The grades of the rows of one sheet.

    Attributes:
        grades: By row, the one that counts last; None where no row has any.
        ids: Identities of the assessments, by row and grade.
        days: By row, the ISO day they are of.
        assessor: Recorded with them.
    """

    grades: Sequence[tuple[SheetGrade, ...]]
    ids: Sequence[str]
    starts: Sequence[int]
    days: Sequence[str]
    assessor: str

    @property
    def single(self) -> bool:
        """Whether every row has exactly one."""
        return len(self.ids) == len(self.grades) and all(map(len, self.grades))

    def of(self, row: int, hazard_id: UUID) -> tuple[Assessment, ...]:
        """The assessments of one row."""
        day = date.fromisoformat(self.days[row])
        ids = self.ids[self.starts[row] :]
        return tuple(
            grade.bound(hazard_id, self.assessor, day, UUID(key))
            for grade, key in zip(self.grades[row], ids, strict=False)
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SheetCandidates:
    """The candidates of one sheet, or of single rows, all columns of one length.

    Attributes:
        sheet: Where the rows stand.
        rows: Row numbers as people count.
        name_column: Index of the column with the name.
        hashes: Hashes of the whole rows.
        hazards: Without permanent codes yet.
        anchors: (n, 2) longitude and latitude of a point on each (`Hazard.anchor`).
        grades: Their grades; None where no row has any.
        remedies: What is being done about them, of those rows that say so.
    """

    sheet: SurveySheet
    rows: Sequence[int]
    name_column: int
    hashes: Sequence[str]
    hazards: HazardColumns
    anchors: npt.NDArray[np.float64]
    grades: RowGrades | None = None
    remedies: Mapping[int, SheetRemedy] = field(default_factory=dict)

    def candidate(self, row: int) -> Candidate:
        """One row by itself."""
        hazard = self.hazards[row]
        return Candidate(
            hazard=hazard,
            assessments=self.grades.of(row, hazard.id) if self.grades is not None else (),
            sheet=self.sheet,
            row=self.rows[row],
            name_column=self.name_column,
            row_hash=self.hashes[row],
        )


class Candidates(Sequence[Candidate]):
    """Candidates of several sheets after each other, or some of them.

    Attributes:
        hazards: Them all as columns.
        hashes: Hashes of their rows.
    """

    def __init__(self, parts: Sequence[SheetCandidates], chosen: RowArray | None = None) -> None:
        """Chain the candidates of some sheets.

        Args:
            parts: The sheets.
            chosen: Which of them, by their place in the chain; None takes all.
        """
        self._parts = parts
        self._ends = np.cumsum([len(part.rows) for part in parts], dtype=np.intp)
        total = int(self._ends[-1]) if len(parts) else 0
        self._chosen = np.arange(total) if chosen is None else chosen
        self._whole = len(self._chosen) == total
        self._cached: HazardColumns | None = None

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> Candidates: ...
    def __getitem__(self, index: int | slice) -> Candidate | Candidates:
        if isinstance(index, slice):
            return Candidates(self._parts, self._chosen[index])
        part, row = self._place(index)
        return part.candidate(row)

    def taken(self, rows: Sequence[int] | npt.NDArray[Any]) -> Candidates:
        """Those at some places among these."""
        chosen = np.asarray(rows, dtype=np.intp)
        if np.array_equal(chosen, np.arange(len(self))):
            return self  # with the columns made so far
        return Candidates(self._parts, self._chosen[chosen])

    def joined(self, others: Candidates) -> Candidates:
        """These and others, in the order of the sheets where they come from the same ones."""
        if not others:
            return self
        if self._parts is others._parts:
            return Candidates(self._parts, np.union1d(self._chosen, others._chosen))
        total = sum(len(part.rows) for part in self._parts)
        chosen = np.concatenate([self._chosen, others._chosen + total])
        return Candidates([*self._parts, *others._parts], chosen)

    def recoded(self, codes: Mapping[int, tuple[str, ...]]) -> Candidates:
        """The same, some of them with other former codes."""
        columns: dict[int, list[str]] = {}
        parts = list(self._parts)
        for index, aliases in codes.items():
            at = int(self._chosen[index])
            number = int(np.searchsorted(self._ends, at, side="right"))
            part = parts[number]
            column = columns.setdefault(number, list(part.hazards.facts["alias_codes"]))
            column[at - (int(self._ends[number]) - len(part.rows))] = json.dumps(
                list(aliases), ensure_ascii=False
            )
        for number, column in columns.items():
            hazards = parts[number].hazards
            facts = {**hazards.facts, "alias_codes": column}
            parts[number] = replace(parts[number], hazards=replace(hazards, facts=facts))
        return Candidates(parts, self._chosen)

    def without(self, hashes: frozenset[str]) -> Candidates:
        """Those whose row is none of some."""
        if hashes.isdisjoint(self.hashes):
            return self
        return self.taken([at for at, found in enumerate(self.hashes) if found not in hashes])

    @property
    def places(self) -> RowArray:
        """Their places in the chain of all rows of the sheets."""
        return self._chosen

    def source(self, index: int) -> tuple[SurveySheet, int, int]:
        """Sheet, row number and column of the name of one candidate."""
        part, row = self._place(index)
        return part.sheet, part.rows[row], part.name_column

    @property
    def sources(self) -> list[tuple[SurveySheet, int]]:
        """Sheet and row number of every candidate."""
        return self._picked(
            list(chain.from_iterable([(p.sheet, row) for row in p.rows] for p in self._parts))
        )

    def among(self, keys: Collection[tuple[Path, str, int]]) -> npt.NDArray[np.bool_]:
        """Which of them are named by file, sheet name and row number."""
        wanted: dict[tuple[Path, str], list[int]] = {}
        for file, name, row in keys:
            wanted.setdefault((file, name), []).append(row)
        found = [np.zeros(0, np.bool_)]
        for part in self._parts:
            own = wanted.get((part.sheet.file, part.sheet.name))
            rows = np.array(part.rows, np.intp) if own else np.zeros(len(part.rows), np.intp)
            found.append(np.isin(rows, own) if own else rows.astype(np.bool_))
        picked: npt.NDArray[np.bool_] = np.concatenate(found)[self._chosen]
        return picked

    @property
    def hashes(self) -> list[str]:
        """Hashes of their rows."""
        return self._picked(list(chain.from_iterable(part.hashes for part in self._parts)))

    @property
    def hazards(self) -> HazardColumns:
        """Them all as columns."""
        if self._cached is None:
            columns = hazard_columns.chained([part.hazards for part in self._parts])
            self._cached = columns if self._whole else columns.taken(self._chosen.tolist())
        return self._cached

    @property
    def anchors(self) -> npt.NDArray[np.float64]:
        """(n, 2) longitude and latitude of a point on each (`Hazard.anchor`)."""
        if not self._parts:
            return np.empty((0, 2))
        whole = np.concatenate([part.anchors for part in self._parts])
        return whole if self._whole else whole[self._chosen]

    @property
    def assessments(self) -> AssessmentColumns | None:
        """All assessments, None where there are none."""
        known: dict[int, GradeValues] = {}
        rows: list[int] = []
        ids: list[str] = []
        grades: list[GradeValues] = []
        days: list[str] = []
        assessor = ""
        for part, first, local in self._by_part():
            found = part.grades
            if found is None:
                continue
            assessor = found.assessor
            if found.single:
                ranks = [found.grades[row][0] for row in local]
                known |= {id(grade): grade.values() for grade in {id(g): g for g in ranks}.values()}
                rows += range(first, first + len(local))
                grades += [known[id(grade)] for grade in ranks]
                ids += [found.ids[row] for row in local]
                days += [found.days[row] for row in local]
                continue
            for place, row in enumerate(local, start=first):
                for number, grade in enumerate(found.grades[row], start=found.starts[row]):
                    values = known.get(id(grade))
                    if values is None:
                        values = known[id(grade)] = grade.values()
                    rows.append(place)
                    ids.append(found.ids[number])
                    grades.append(values)
                    days.append(found.days[row])
        if not rows:
            return None
        return AssessmentColumns(rows=rows, ids=ids, grades=grades, days=days, assessor=assessor)

    @property
    def remedies(self) -> list[tuple[int, SheetRemedy]]:
        """What is being done about some of them, by their place among these."""
        if not any(part.remedies for part in self._parts):
            return []
        return [
            (at, part.remedies[row])
            for part, first, local in self._by_part()
            if part.remedies
            for at, row in enumerate(local, start=first)
            if row in part.remedies
        ]

    def _by_part(self) -> Iterator[tuple[SheetCandidates, int, list[int]]]:
        """Every sheet with the place of its first candidate and the rows chosen from it."""
        begin = first = 0
        for part, end in zip(self._parts, self._ends.tolist(), strict=True):
            local = self._chosen[(self._chosen >= begin) & (self._chosen < end)] - begin
            yield part, first, local.tolist()
            begin, first = end, first + len(local)

    def _place(self, index: int) -> tuple[SheetCandidates, int]:
        at = int(self._chosen[index])
        number = int(np.searchsorted(self._ends, at, side="right"))
        part = self._parts[number]
        return part, at - (int(self._ends[number]) - len(part.rows))

    def _picked(self, values: list[Any]) -> list[Any]:
        return values if self._whole else [values[row] for row in self._chosen.tolist()]


class RowPlaces(Sequence[tuple[Path, str, int]]):
    """Source file, sheet name and row number of every candidate, each made when it is looked at."""

    def __init__(self, candidates: Candidates) -> None:
        self._candidates = candidates

    def __len__(self) -> int:
        return len(self._candidates)

    @overload
    def __getitem__(self, index: int) -> tuple[Path, str, int]: ...
    @overload
    def __getitem__(self, index: slice) -> list[tuple[Path, str, int]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        sheet, row, _column = self._candidates.source(range(len(self))[index])
        return sheet.file, sheet.name, row

    def __iter__(self) -> Iterator[tuple[Path, str, int]]:
        for sheet, row in self._candidates.sources:
            yield sheet.file, sheet.name, row


def as_candidates(rows: Sequence[Candidate]) -> Candidates:
    """The columns of candidates that may come one by one."""
    if isinstance(rows, Candidates):
        return rows
    return Candidates([_single(candidate) for candidate in rows])


def _single(candidate: Candidate) -> SheetCandidates:
    made = candidate.assessments
    grades = RowGrades(
        grades=[tuple(SheetGrade.found_in(item) for item in made)],
        ids=[str(item.id) for item in made],
        starts=[0],
        days=[item.assessed_on.isoformat() for item in made[:1]] or [""],
        assessor=made[0].assessor if made else "",
    )
    return SheetCandidates(
        sheet=candidate.sheet,
        rows=[candidate.row],
        name_column=candidate.name_column,
        hashes=[candidate.row_hash],
        hazards=hazard_columns.columns_of([candidate.hazard]),
        anchors=np.array([candidate.hazard.anchor()]),
        grades=grades if made else None,
    )


def anchor_points(geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A point on each geometry, as `Hazard.anchor` finds it; None stays None."""
    points = geometries.copy()
    other = shapely.get_type_id(geometries) != shapely.GeometryType.POINT
    points[other] = shapely.point_on_surface(geometries[other])
    return points
