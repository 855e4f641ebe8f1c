"""Makes hazards and their assessments out of the rows that nothing speaks against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

import numpy.typing as npt

from qhd_riskmap.domain.grading.method import DECLARED
from qhd_riskmap.domain.hazard import (
    NO_ATTRIBUTES,
    NO_EXTRAS,
    AccuracyClass,
    Assessment,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
    Secrecy,
)
from qhd_riskmap.domain.survey_data_rows import DataRows
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.taxonomy import HazardType
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_columns_read import SheetColumns
from qhd_riskmap.services.survey_issues import IssueLog, warning
from qhd_riskmap.services.survey_levels import FACTORS, SheetGrade, grades
from qhd_riskmap.services.survey_location import DeclaredCounties
from qhd_riskmap.services.survey_values import Texts
from qhd_riskmap.services.survey_witnesses import NOTHING_AROUND, Surroundings

_PUBLIC_WORDS: Final = frozenset({"公开", "主动公开", "是", "可公开"})
_SECRET_WORDS: Final = ("秘密", "机密", "绝密", "涉密")
_OWN_TEXTS: Final = (
    "township", "address", "unit", "regulator", "contact", "phone", "remark", "code",
)  # fmt: skip


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
        row_datums: What the user said of single rows of the sheet in hand, by row number.
        row_places: Where the user put single rows on the map, CGCS2000 degrees, by row number.
        around: What the register knows of the places.
        sender: Office or department the files come from; "" takes what a sheet says.
    """

    declared: Reference | None
    today: date
    assessor: str
    batch_id: UUID
    townships: frozenset[str]
    answered: Reference | None = None
    row_datums: Mapping[int, Reference] = field(default_factory=dict)
    row_places: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    around: Surroundings = NOTHING_AROUND
    sender: str = ""


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

    def make(self, facts: RowFacts) -> tuple[Candidate, ...]:
        """One candidate for every row without an error."""
        columns, log = self._columns, self._log
        attributes = columns.attributes(facts.types)
        blank: list[None] = [None] * self._count
        own = {key: columns.values(key) or blank for key in _OWN_TEXTS}
        secrecies = self._secrecies()
        graded = self._grades()
        self._check_townships(own["township"])
        self._keep_counties(facts)
        columns.keep_extras()
        hashes = columns.row_hashes()
        found = []
        for row in range(self._count):
            hazard_type, reference = facts.types[row], facts.references[row]
            geometry, name = facts.geometries[row], facts.names[row]
            if row in log.rejected or row in facts.closed or hazard_type is None or name is None:
                continue
            if reference is None or geometry is None:
                continue
            levels = graded[row] if graded is not None else ()
            day = facts.days[row] if facts.days is not None else None
            code = str(own["code"][row] or "")
            hazard = Hazard(
                id=uuid4(),
                name=name,
                type_key=hazard_type.key,
                sub_kind=facts.sub_kinds[row],
                geometry=geometry,
                provenance=_provenance(facts.texts[row], reference),
                county=facts.counties[row],
                township=str(own["township"][row] or ""),
                address=str(own["address"][row] or ""),
                unit=str(own["unit"][row] or ""),
                regulator=str(own["regulator"][row] or ""),
                contact=str(own["contact"][row] or ""),
                phone=str(own["phone"][row] or ""),
                found_on=day,
                batch_id=self._terms.batch_id,
                attributes=attributes[row] or NO_ATTRIBUTES,
                extras=columns.extras[row] or NO_EXTRAS,
                level=levels[-1].level if levels else None,
                secrecy=secrecies[row] if secrecies is not None else Secrecy.PUBLIC,
                status=HazardStatus.ASSESSED if levels else HazardStatus.REGISTERED,
                notes=str(own["remark"][row] or ""),
                alias_codes=(code,) if code else (),
            )
            found.append(
                Candidate(
                    hazard=hazard,
                    assessments=self._assessments(hazard, levels),
                    sheet=self._sheet,
                    row=self._sheet.first_row + self._data.indices[row],
                    name_column=columns.index("name"),
                    row_hash=hashes[row],
                )
            )
        return tuple(found)

    def _assessments(self, hazard: Hazard, levels: Sequence[SheetGrade]) -> tuple[Assessment, ...]:
        day = hazard.found_on or self._terms.today
        return tuple(level.bound(hazard.id, self._terms.assessor, day) for level in levels)

    def _keep_counties(self, facts: RowFacts) -> None:
        """Keep what a row called its division where the register calls it otherwise."""
        texts = self._columns.texts("county")
        for row, text in enumerate(texts or ()):
            region = facts.declared.regions[row]
            if text is not None and (region is None or region.code != facts.counties[row]):
                self._columns.keep(row, self._columns.header("county"), text)

    def _grades(self) -> list[tuple[SheetGrade, ...]] | None:
        """Grades by row; what could not be graded stays among the extras."""
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


def _secrecy(text: str | None) -> Secrecy | None:
    if text is None or text in _PUBLIC_WORDS:
        return Secrecy.PUBLIC
    if any(word in text for word in _SECRET_WORDS):
        return Secrecy.SECRET
    if "内部" in text or text in {"否", "不公开", "依申请公开"}:
        return Secrecy.INTERNAL
    return None


def _provenance(text: str, reference: Reference) -> Provenance:
    return Provenance(
        original_text=text,
        declared_reference=reference.text,
        method=_method(reference),
        accuracy=_accuracy(reference),
    )


def _method(reference: Reference) -> LocationMethod:
    if reference.digitised:
        return LocationMethod.MOVED
    return LocationMethod.IMPORTED if reference.text == "cgcs2000" else LocationMethod.CONVERTED


def _accuracy(reference: Reference) -> AccuracyClass:
    for holds, accuracy in (
        (reference.is_gcj02, AccuracyClass.GCJ_CONVERTED),
        (reference.is_bd09, AccuracyClass.BD_CONVERTED),
        (reference.unshifted, AccuracyClass.LEGACY_DATUM_UNSHIFTED),
        (reference.shift is not None, AccuracyClass.LEGACY_DATUM_SHIFTED),
        (reference.digitised, AccuracyClass.DIGITISED),
        (reference.cgcs, AccuracyClass.SURVEYED_CGCS),
        (reference.gnss, AccuracyClass.GNSS_WGS),
    ):
        if holds:
            return accuracy
    return AccuracyClass.UNKNOWN
