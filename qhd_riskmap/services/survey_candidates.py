"""Makes hazards and their assessments out of the rows that nothing speaks against."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import accumulate
from json.encoder import encode_basestring
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from qhd_riskmap.collector import look_over
from qhd_riskmap.domain.grading.method import DECLARED
from qhd_riskmap.domain.hazard import HazardStatus, Secrecy
from qhd_riskmap.domain.remediation.workdays import WorkCalendar, shipped_calendar
from qhd_riskmap.domain.survey_data_rows import DataRows, RowRole
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.taxonomy import HazardType
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import RowGrades, SheetCandidates
from qhd_riskmap.services.survey_columns_read import SheetColumns
from qhd_riskmap.services.survey_deadlines import DeadlineTerms, sheet_day
from qhd_riskmap.services.survey_issues import IssueLog, warning
from qhd_riskmap.services.survey_levels import FACTORS, SheetGrade, grades
from qhd_riskmap.services.survey_location import DeclaredCounties
from qhd_riskmap.services.survey_provenance import accuracy_of, method_of
from qhd_riskmap.services.survey_remedies import kept_remedies, read_remedies
from qhd_riskmap.services.survey_values import Texts
from qhd_riskmap.services.survey_witnesses import NOTHING_AROUND, Surroundings
from qhd_riskmap.storage.fresh_ids import fresh_ids
from qhd_riskmap.storage.hazard_columns import HazardColumns

_LOOKED_OVER: Final = 6  # columns
_PUBLIC_WORDS: Final = frozenset({"公开", "主动公开", "是", "可公开"})
_SECRET_WORDS: Final = ("秘密", "机密", "绝密", "涉密")
_OWN_TEXTS: Final = (
    "township", "address", "unit", "regulator", "contact", "phone", "remark", "code",
)  # fmt: skip
_COLUMN_OF: Final = {key: key for key in _OWN_TEXTS} | {"remark": "notes", "code": "alias_codes"}


def _go_on() -> None:
    """Nobody stops the import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportTerms:
    """What holds for all sheets of one import.

    Attributes:
        declared: Reference the user gave for everything, or None to let the evidence decide.
        today: Later dates are doubted.
        assessor: Recorded with grades.
        batch_id: Of the batch to come.
        townships: Names the office loaded; empty where it loaded none.
        answered: What the user said of the sheet in hand when asked; holds for the rows that do
            not say it themselves.
        angles: How the user says that plain degrees of the sheet in hand are to be read.
        row_datums: What the user said of single rows of the sheet in hand, by row number.
        row_places: Where the user put single rows on the map, CGCS2000 degrees, by row number.
        around: What the register knows of the places.
        sender: Office or department the files come from; "" takes what a sheet says.
        calendar: Working days, for deadlines that count them.
        pulse: Called between the steps of reading a sheet; may raise to stop.
    """

    declared: Reference | None
    today: date
    assessor: str
    batch_id: UUID
    townships: frozenset[str]
    answered: Reference | None = None
    angles: TextForm | None = None
    row_datums: Mapping[int, Reference] = field(default_factory=dict)
    row_places: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    around: Surroundings = NOTHING_AROUND
    sender: str = ""
    calendar: WorkCalendar = field(default_factory=shipped_calendar)
    pulse: Callable[[], None] = _go_on


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RowFacts:
    """What is known of the data rows of one sheet, by row.

    Attributes:
        names: None where missing.
        types: None where unknown.
        sub_kinds: "" where none.
        days: Dates found; None without such a column.
        declared: Divisions the rows say they lie in.
        texts: Coordinates as written.
        references: None where undecided.
        geometries: CGCS2000, None where there is none.
        anchors: (n, 2) longitude and latitude of a point on each.
        counties: Division codes.
        closed: Rows that may not become hazards yet.
    """

    names: Texts
    types: Sequence[HazardType | None]
    sub_kinds: Sequence[str]
    days: Sequence[date | None] | None
    declared: DeclaredCounties
    texts: Sequence[str]
    references: Sequence[Reference | None]
    geometries: npt.NDArray[Any]
    anchors: npt.NDArray[np.float64]
    counties: Sequence[str]
    closed: frozenset[int]


class CandidateMaker:
    """Reads the remaining columns and puts the rows together."""

    def __init__(
        self,
        sheet: SurveySheet,
        data: DataRows,
        columns: SheetColumns,
        log: IssueLog,
        terms: ImportTerms,
    ) -> None:
        self._sheet = sheet
        self._data = data
        self._columns = columns
        self._log = log
        self._terms = terms
        self._count = columns.rows

    def make(self, facts: RowFacts) -> SheetCandidates:
        """One candidate for every row without an error."""
        columns = self._columns
        attributes = columns.attributes(facts.types)
        blank: list[None] = [None] * self._count
        own = {key: columns.values(key) or blank for key in _OWN_TEXTS}
        secrecies = self._secrecies()
        graded = self._grades()
        self._check_townships(own["township"])
        self._keep_counties(facts)
        remedies = read_remedies(columns, self._log, facts.days, self._deadline_terms())
        columns.keep_extras()
        hashes, extras = columns.row_hashes(), columns.extras()
        kept = self._kept(facts)
        whole = len(kept) == self._count

        def some(values: Sequence[Any]) -> Sequence[Any]:
            return values if whole else [values[row] for row in kept]

        count = len(kept)
        levels = some(graded) if graded is not None else None
        days = some(facts.days) if facts.days is not None else [None] * count
        iso = {day: day.isoformat() if day is not None else None for day in set(days)}
        texts = {
            _COLUMN_OF[key]: [text or "" for text in some(values)] for key, values in own.items()
        }
        codes = texts.pop("alias_codes")
        found_on = [iso[day] for day in days]
        columns_of_facts = {
            **texts,
            **self._located(some(facts.texts), some(facts.references)),
            "id": fresh_ids(count),
            "code": [""] * count,
            "name": some(facts.names),
            "type_key": [kind.key for kind in some(facts.types)],
            "sub_kind": some(facts.sub_kinds),
            "level": [0] * count if levels is None else _ranks(levels),
            "status": [HazardStatus.REGISTERED.value] * count
            if levels is None
            else _states(levels),
            "secrecy": [Secrecy.PUBLIC.value] * count
            if secrecies is None
            else [item.value for item in some(secrecies)],
            "county": some(facts.counties),
            "found_on": found_on,
            "batch_id": [str(self._terms.batch_id)] * count,
            "attributes": some(attributes),
            "extras": some(extras),
            "alias_codes": [f"[{encode_basestring(code)}]" if code else "[]" for code in codes],
        }
        first, indices = self._sheet.first_row, self._data.indices
        return SheetCandidates(
            sheet=self._sheet,
            rows=tuple(first + indices[row] for row in kept),
            name_column=columns.index("name"),
            hashes=tuple(some(hashes)),
            hazards=_for_long(columns_of_facts, facts.geometries[kept]),
            anchors=facts.anchors[kept],
            grades=self._row_grades(levels, found_on) if levels is not None else None,
            remedies=kept_remedies(remedies, kept),
        )

    def _deadline_terms(self) -> DeadlineTerms:
        """From which day deadlines count: titles and notes may give the sheet one."""
        titles = (
            text
            for row in self._data.skipped
            if row.role is RowRole.TITLE
            for text in self._sheet.row(row.index)
            if text
        )
        today = self._terms.today
        said = (*titles, *self._sheet.context, *self._data.notes)
        return DeadlineTerms(
            today=today, sheet_day=sheet_day(said, today), calendar=self._terms.calendar
        )

    def _kept(self, facts: RowFacts) -> list[int]:
        """Rows that nothing speaks against."""
        self._terms.pulse()
        complete = np.ones(self._count, dtype=bool)
        complete[list(self._log.rejected | facts.closed)] = False
        for values in (facts.names, facts.types, facts.references, facts.geometries):
            complete &= np.array([value is not None for value in values], dtype=bool)
        kept: list[int] = np.flatnonzero(complete).tolist()
        return kept

    def _located(
        self, texts: Sequence[str], references: Sequence[Reference]
    ) -> dict[str, Sequence[str]]:
        """How the places were found, by column; most rows share one reference."""
        sources = {id(reference): reference for reference in references}
        names = {key: reference.text for key, reference in sources.items()}
        methods = {key: method_of(reference).value for key, reference in sources.items()}
        accuracies = {key: accuracy_of(reference).value for key, reference in sources.items()}
        keys = list(map(id, references))
        return {
            "original_text": texts,
            "declared_reference": [names[key] for key in keys],
            "location_method": [methods[key] for key in keys],
            "accuracy": [accuracies[key] for key in keys],
        }

    def _row_grades(
        self, grades: Sequence[tuple[SheetGrade, ...]], days: Sequence[str | None]
    ) -> RowGrades:
        starts = list(accumulate(map(len, grades), initial=0))
        today = self._terms.today.isoformat()
        return RowGrades(
            grades=tuple(grades),
            ids=tuple(fresh_ids(starts[-1])),
            starts=tuple(starts),
            days=tuple(day or today for day in days),
            assessor=self._terms.assessor,
        )

    def _keep_counties(self, facts: RowFacts) -> None:
        """Keep what a row called its division where the register calls it otherwise."""
        texts = self._columns.texts("county")
        for row, text in enumerate(texts or ()):
            region = facts.declared.regions[row]
            if text is not None and (region is None or region.code != facts.counties[row]):
                self._columns.keep(row, self._columns.header("county"), text)

    def _grades(self) -> list[tuple[SheetGrade, ...]] | None:
        """Grades by row; what could not be graded stays among the extras."""
        self._terms.pulse()
        columns = self._columns
        declared = columns.texts("risk_level")
        keys = [key for factors in FACTORS.values() for key in factors.values()]
        factors = {k: values for k in keys if (values := columns.numbers(k)) is not None}
        if declared is None and not factors:
            return None
        result = []
        known: dict[str, tuple[SheetGrade, ...]] = {}
        for row in range(self._count):
            text = declared[row] if declared is not None else None
            given = {key: v for key, values in factors.items() if (v := values[row]) is not None}
            if not given and text in known:
                result.append(known[text])
                continue
            levels = grades(text, given, partial(self._log.on_row, row))
            result.append(levels)
            methods = {level.method for level in levels}
            if text is not None and DECLARED not in methods:
                columns.keep(row, columns.header("risk_level"), text)
            elif text is not None and not given:
                known[text] = levels
            for method, own in FACTORS.items():
                for key in own.values() if method not in methods else ():
                    if key in given:
                        columns.keep(row, columns.header(key), f"{given[key]:g}")
        return result

    def _secrecies(self) -> list[Secrecy] | None:
        self._terms.pulse()
        texts = self._columns.texts("secrecy")
        if texts is None:
            return None
        result = []
        for row, text in enumerate(texts):
            secrecy = _secrecy(text)
            if secrecy is None:
                message = _("不认识密级“{text}”，先按内部处理，请核对。").format(
                    text=(text or "")[:40]
                )
                self._log.on_row(row, warning("secrecy", "unknown-secrecy", message))
            result.append(secrecy or Secrecy.INTERNAL)
        return result

    def _check_townships(self, townships: Sequence[object]) -> None:
        known = self._terms.townships
        if not known:
            return
        for row, name in enumerate(townships):
            if name is not None and row not in self._log.rejected and str(name) not in known:
                message = _("乡镇“{name}”不在本单位载入的乡镇之中，请核对。").format(name=name)
                self._log.on_row(row, warning("township", "unknown-township", message))


def _for_long(columns: Mapping[str, Sequence[Any]], geometries: npt.NDArray[Any]) -> HazardColumns:
    """Columns as tuples: the garbage collector looks them over once, lists ever again."""
    facts: dict[str, tuple[Any, ...]] = {}
    for name, column in columns.items():
        facts[name] = tuple(column)
        if len(facts) % _LOOKED_OVER == 0:
            look_over()
    return HazardColumns(facts=facts, geometries=geometries)


def _secrecy(text: str | None) -> Secrecy | None:
    if text is None or text in _PUBLIC_WORDS:
        return Secrecy.PUBLIC
    if any(word in text for word in _SECRET_WORDS):
        return Secrecy.SECRET
    if "内部" in text or text in {"否", "不公开", "依申请公开"}:
        return Secrecy.INTERNAL
    return None


def _ranks(grades: Sequence[tuple[SheetGrade, ...]]) -> list[int]:
    return [found[-1].level.rank if found else 0 for found in grades]


def _states(grades: Sequence[tuple[SheetGrade, ...]]) -> list[str]:
    words = {True: HazardStatus.ASSESSED.value, False: HazardStatus.REGISTERED.value}
    return [words[bool(found)] for found in grades]
