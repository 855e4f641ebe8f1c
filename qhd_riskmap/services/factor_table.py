"""Many assessments, or the factor defaults of many areas, from one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.grading.defaults import FactorDefault, known_factors
from qhd_riskmap.domain.grading.method import Methods, method
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.schema import clean_text
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.domain.worksheet import Worksheet
from qhd_riskmap.errors import InvalidInputError, RiskMapError, UnreadableFileError
from qhd_riskmap.formats.shown_table import write_shown
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import (
    AssessmentForm,
    AssessmentService,
    methods_in_force,
    rules_in_force,
)
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import QUIET_JOB, JobContext
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_CODE: Final = frozenset({"编号", "隐患编号", "code", "id"})
_NAME: Final = frozenset({"名称", "隐患名称", "name"})
_METHOD: Final = frozenset({"方法", "评估方法", "method"})
_OPINION: Final = frozenset({"意见", "评估意见", "opinion"})
_AREA: Final = frozenset({"区域", "乡镇", "县区", "area", "township"})
_TYPE: Final = frozenset({"类型", "隐患类型", "type"})
_FACTOR: Final = frozenset({"因素", "factor"})
_VALUE: Final = frozenset({"取值", "值", "value"})
_REASON: Final = frozenset({"依据", "理由", "reason"})
_EVERYWHERE: Final = frozenset({"", "全部", "全市", "本单位"})
_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """One row of a table of assessments.

    Attributes:
        row: Number of the row in the sheet.
        problem: Why it was not graded, or "".
    """

    row: int
    code: str
    name: str
    method: str
    assessment: Assessment | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutcome:
    """What became of a table.

    Attributes:
        stored: Whether the assessments are in the register.
    """

    rows: tuple[BatchRow, ...]
    stored: bool

    @property
    def problems(self) -> tuple[BatchRow, ...]:
        """Rows that were not graded."""
        return tuple(row for row in self.rows if row.problem)


class FactorTableService:
    """Use cases of tables of factors, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def assess(
        self,
        path: Path,
        *,
        on: date,
        keep_good: bool = False,
        job: JobContext = QUIET_JOB,
    ) -> tuple[BatchOutcome, Changes]:
        """Grade every hazard of a table: one row each, factors in columns by key or Chinese name.

        What a row leaves empty is taken from the hazard's own fields and the defaults of its area.

        Args:
            path: A sheet (xlsx, xls, ods, csv).
            on: Day of the assessments.
            keep_good: Store the good rows although others have problems; otherwise all or none.
            job: Progress.

        Raises:
            UnreadableFileError: The file is no such table.
            JobCancelledError: The officer stopped it; nothing is stored.
        """
        self._actor.require(Permission.ASSESS)
        table = _table(path, _METHOD)
        service = AssessmentService(self._register, self._actor)
        with self._register.unit_of_work() as work:
            grader = _Grader(work, service, on)
            rows = []
            for number, (row, cells) in enumerate(table):
                job.advance(number, len(table))
                rows.append(grader.graded(row, cells))
            good = [row.assessment for row in rows if row.assessment is not None]
            store = bool(good) and (keep_good or len(good) == len(rows))
            if store:
                for assessment in good:
                    work.assessments.add(assessment, self._actor)
                work.commit()
        ids = tuple(item.hazard_id for item in good) if store else ()
        outcome = BatchOutcome(rows=tuple(rows), stored=store)
        return outcome, Changes(hazards=bool(ids), hazard_ids=ids)

    def import_defaults(self, path: Path) -> int:
        """Load factor defaults: columns 区域 (township, county or empty), 类型, 方法, 因素, 取值, 依据.

        All rows or none.

        Raises:
            UnreadableFileError: The file is no such table.
            InvalidInputError: Some rows cannot be used; the message names them.
        """
        self._actor.require(Permission.ADMINISTER)
        table = _table(path, _FACTOR)
        with self._register.unit_of_work() as work:
            known = methods_in_force(work)
            places = {township.name for township in work.places.townships()}
            defaults, problems = [], []
            for row, cells in table:
                try:
                    defaults.append(_default(known, places, cells))
                except RiskMapError as error:
                    problems.append(_("第 {row} 行：{why}").format(row=row, why=error.message))
            if problems:
                raise InvalidInputError(
                    _("{n} 行默认值不能用：{problems}").format(
                        n=len(problems), problems="；".join(problems[:_MOST_SHOWN])
                    ),
                    hint=_("请改正后重新导入；没有存入任何一行。"),
                )
            work.factor_defaults.put(defaults, self._actor)
            work.commit()
        return len(defaults)

    def defaults(self) -> list[FactorDefault]:
        """All factor defaults."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.factor_defaults.all()


def write_outcome(path: Path, outcome: BatchOutcome) -> None:
    """The result as a table.

    Raises:
        OutputFileError: The file cannot be written.
    """
    titles = [
        _("行"),
        _("编号"),
        _("名称"),
        _("方法"),
        _("等级"),
        _("分档"),
        _("分值"),
        _("结论或原因"),
    ]
    rows = []
    for row in outcome.rows:
        item = row.assessment
        level, band, score, why = "", "", "", row.problem
        if item is not None:
            level, band = _(item.level.label), _(item.worksheet.band)
            score = f"{item.score:g}" if item.score is not None else ""
            why = item.reasons[-1]
        rows.append([str(row.row), row.code, row.name, row.method, level, band, score, why])
    write_shown(path, titles, rows, [6, 22, 24, 12, 12, 16, 10, 60])


class _Grader:
    """Grades the rows of one table."""

    def __init__(self, work: UnitOfWork, service: AssessmentService, on: date) -> None:
        self._work = work
        self._service = service
        self._on = on
        self._rules = rules_in_force(work)
        self._defaults = work.factor_defaults.all()
        self._names = _Names()

    def graded(self, row: int, cells: dict[str, str]) -> BatchRow:
        """The assessment of a row, or why there is none."""
        code, name, key = (_cell(cells, heads) for heads in (_CODE, _NAME, _METHOD))
        try:
            hazard = self._names.find(self._work, code, name)
            code, name = hazard.code, hazard.name
            form = self._form(hazard, key, row, cells)
            assessment = self._service.graded(self._work, hazard, form, self._rules, on=self._on)
        except RiskMapError as error:
            return BatchRow(row=row, code=code, name=name, method=key, problem=error.message)
        return BatchRow(row=row, code=code, name=name, method=key, assessment=assessment)

    def _form(self, hazard: Hazard, key: str, row: int, cells: dict[str, str]) -> AssessmentForm:
        known = self._rules.methods
        grading = method(_method_key(known, key), known)
        names = {factor.key: factor.key for factor in grading.factors}
        names |= {_(factor.label): factor.key for factor in grading.factors}
        given = {names[head]: text for head, text in cells.items() if head in names and text}
        before = known_factors(grading, hazard, self._defaults)
        return AssessmentForm(
            method=grading.key,
            inputs={**{k: v.value for k, v in before.items()}, **given},
            worksheet=Worksheet(
                evidence={k: v.evidence for k, v in before.items() if k not in given}
                | {k: _("评估表第 {row} 行").format(row=row) for k in given},
                opinion=_cell(cells, _OPINION),
            ),
        )


class _Names:
    """Hazards by name, read when a row first has no code."""

    def __init__(self) -> None:
        self._by_name: dict[str, list[Hazard]] | None = None

    def find(self, work: UnitOfWork, code: str, name: str) -> Hazard:
        """The one hazard a row means.

        Raises:
            NotFoundError: No hazard has this code.
            InvalidInputError: The row has neither, or several hazards have the name.
        """
        if code:
            return work.hazards.require(code)
        if not name:
            raise InvalidInputError(_("缺少编号。"))
        if self._by_name is None:
            self._by_name = {}
            for hazard in work.hazards.find():
                self._by_name.setdefault(hazard.name, []).append(hazard)
        found = self._by_name.get(name, [])
        if len(found) != 1:
            raise InvalidInputError(
                _("名称“{name}”对应 {n} 处隐患，请写编号。").format(name=name[:40], n=len(found))
            )
        return found[0]


def _method_key(known: Methods, text: str) -> str:
    return next((key for key, each in known.items() if text in {key, _(each.label)}), text)


def _default(known: Methods, places: set[str], cells: dict[str, str]) -> FactorDefault:
    grading = method(_method_key(known, _cell(cells, _METHOD)), known)
    word = _cell(cells, _FACTOR)
    factor = next((f for f in grading.factors if word in {f.key, _(f.label)}), None)
    if factor is None:
        raise InvalidInputError(
            _("{method} 没有“{factor}”这个因素。").format(method=_(grading.label), factor=word[:40])
        )
    value = _cell(cells, _VALUE)
    if factor.read(value) is None:
        raise InvalidInputError(_("缺少取值。"))
    kind = _cell(cells, _TYPE)
    return FactorDefault(
        area=_area(_cell(cells, _AREA), places),
        type_key=_type_key(kind) if kind else "",
        method=grading.key,
        factor=factor.key,
        value=value,
        reason=_cell(cells, _REASON),
    )


def _type_key(text: str) -> str:
    for each in taxonomy().types:
        if text in {each.key, each.label, _(each.label)}:
            return each.key
    return taxonomy().get(text).key


def _area(text: str, places: set[str]) -> str:
    if text in _EVERYWHERE:
        return ""
    if text in places:
        return text
    found = regions().recognise(text)
    if found is not None:
        return found.code
    raise InvalidInputError(
        _("没有“{area}”这个乡镇或县区。").format(area=text[:40]),
        hint=_("乡镇须先导入。"),
    )


def _cell(cells: dict[str, str], heads: frozenset[str]) -> str:
    return next((text for head, text in cells.items() if head in heads and text), "")


def _table(path: Path, telling: frozenset[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows with their numbers, cells by header, of the first sheet that has a telling column."""
    for sheet in read_survey(path):
        rows = sheet.rows
        for place, head in enumerate(rows):
            names = [(clean_text(cell) or "") for cell in head]
            if telling & set(names):
                return list(_rows(names, rows[place + 1 :], sheet.first_row + place + 1))
    raise UnreadableFileError(
        _("{name} 里没有“{column}”这一列。").format(name=path.name, column=sorted(telling)[-1]),
        hint=_("请对照手册里的表样。"),
    )


def _rows(
    names: Sequence[str], rows: Sequence[Sequence[str | None]], first: int
) -> Iterator[tuple[int, dict[str, str]]]:
    for number, row in enumerate(rows):
        cells = {
            name: clean_text(cell) or "" for name, cell in zip(names, row, strict=False) if name
        }
        if any(cells.values()):
            yield first + number, cells
