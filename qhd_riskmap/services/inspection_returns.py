"""Workbooks of rounds that come back filled in, and scanned sheets: matched, checked, recorded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.planned_round import read_mark, sheet_parts
from qhd_riskmap.domain.inspection.record import (
    Finding,
    Inspection,
    InspectionFileKind,
    refuse_contradiction,
)
from qhd_riskmap.domain.inspection.returned_sheet import (
    CellIssue,
    ReturnedVisit,
    returned_visits,
)
from qhd_riskmap.errors import InvalidInputError, NotFoundError, UnreadableFileError
from qhd_riskmap.formats.scanned_pages import ScannedPage, scanned_pages
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.inspection import store
from qhd_riskmap.services.inspection_rounds import stops_of
from qhd_riskmap.services.jobs import QUIET_JOB, JobContext
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork


class ReturnState(StrEnum):
    """What a row or a page comes to."""

    NEW = "new"
    RECORDED = "recorded"
    EMPTY = "empty"
    WRONG = "wrong"
    WAITING = "waiting"
    UNREADABLE = "unreadable"

    @property
    def label(self) -> str:
        """Chinese words."""
        return _STATES[self]


_STATES = {
    ReturnState.NEW: N_("可以登记"),
    ReturnState.RECORDED: N_("已经登记"),
    ReturnState.EMPTY: N_("没有填写"),
    ReturnState.WRONG: N_("有错误"),
    ReturnState.WAITING: N_("检查还没有登记"),
    ReturnState.UNREADABLE: N_("认不出"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedRow:
    """One visit of a workbook against the register."""

    visit: ReturnedVisit
    state: ReturnState
    hazard: Hazard | None = None
    issues: tuple[CellIssue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReading:
    """A workbook that came back.

    Attributes:
        taken: Inspections recorded from it.
        tasks: Numbers of the tasks that its findings became.
    """

    rows: tuple[ReturnedRow, ...]
    taken: int = 0
    tasks: tuple[str, ...] = ()

    def count(self, state: ReturnState) -> int:
        """Rows that come to this."""
        return sum(row.state is state for row in self.rows)

    @property
    def issues(self) -> list[CellIssue]:
        """Everything that is wrong, in order."""
        return [issue for row in self.rows for issue in row.issues]

    def to_json(self) -> dict[str, Any]:
        """The document of the command-line contract."""
        return {
            **{state.value: self.count(state) for state in list(ReturnState)[:4]},
            "taken": self.taken,
            "tasks": list(self.tasks),
            "issues": [{"cell": i.cell, "message": i.message} for i in self.issues],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPage:
    """One scanned page against the register.

    Attributes:
        why: Why it is not attached, "" where it is or can be.
        inspection: What it belongs to, None where that is not recorded.
    """

    page: ScannedPage
    state: ReturnState
    sheet: str = ""
    hazard: Hazard | None = None
    inspection: UUID | None = None
    why: str = ""

    def to_json(self) -> dict[str, Any]:
        """The document of the command-line contract."""
        return {
            "file": self.page.file, "page": self.page.number, "state": self.state.value,
            "sheet": self.sheet, "code": self.hazard.code if self.hazard else "", "why": self.why,
        }  # fmt: skip


class InspectionReturns:
    """Use cases of what comes back of rounds, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    def read(self, path: Path) -> ReturnReading:
        """Check a workbook against the register; nothing is stored.

        Raises:
            UnreadableFileError: It cannot be read, or is no workbook of a round.
        """
        self._actor.require(Permission.READ)
        visits = self._visits(path)
        with self._register.unit_of_work() as work:
            return ReturnReading(rows=tuple(self._row(work, each) for each in visits))

    def take(self, path: Path) -> tuple[ReturnReading, Changes]:
        """Record the good rows of a workbook in one transaction; what was recorded before is passed over.

        Raises:
            UnreadableFileError: It cannot be read, or is no workbook of a round.
        """
        self._actor.require(Permission.REMEDY)
        visits = self._visits(path)
        rows, numbers, hazards = [], list[str](), set[UUID]()
        with self._register.unit_of_work() as work:
            work.lock()
            for visit in visits:
                row = self._row(work, visit)
                rows.append(row)
                if row.state is ReturnState.NEW and row.hazard and visit.told:
                    told = replace(visit.told, id=uuid4())
                    _done, tasks = store(work, row.hazard, told, visit.findings, self._actor)
                    numbers += [task.number for task in tasks]
                    hazards.add(row.hazard.id)
            work.commit()
        taken = sum(row.state is ReturnState.NEW for row in rows)
        reading = ReturnReading(rows=tuple(rows), taken=taken, tasks=tuple(numbers))
        ids = tuple(sorted(hazards))
        return reading, Changes(inspections=bool(taken), tasks=bool(numbers), hazard_ids=ids)

    def match(self, paths: Iterable[Path], job: JobContext = QUIET_JOB) -> list[MatchedPage]:
        """Say which sheets are on scanned pages; nothing is stored."""
        self._actor.require(Permission.READ)
        pages = _pages(list(paths), job)
        with self._register.unit_of_work() as work:
            return [_matched(work, page) for page in pages]

    def attach(
        self, paths: Iterable[Path], job: JobContext = QUIET_JOB
    ) -> tuple[list[MatchedPage], int, Changes]:
        """Hang scanned pages on their inspections; how many were not there before.

        Raises:
            JobCancelledError: The officer stopped it; nothing is stored.
        """
        self._actor.require(Permission.REMEDY)
        pages = _pages(list(paths), job)
        added, hazards = 0, set[UUID]()
        with self._register.unit_of_work() as work:
            work.lock()
            found = [_matched(work, page) for page in pages]
            for each in found:
                content = each.page.content
                if each.inspection is None or each.hazard is None or content is None:
                    continue
                entry = work.inspection_files.add(
                    each.inspection, InspectionFileKind.SCAN, each.page.name, content, self._actor
                )
                added += entry is not None
                hazards.add(each.hazard.id)
            work.commit()
        ids = tuple(sorted(hazards))
        return found, added, Changes(inspections=bool(added), hazard_ids=ids)

    # Inside

    def _visits(self, path: Path) -> list[ReturnedVisit]:
        visits = returned_visits(list(read_survey(path)))
        if visits is None:
            raise UnreadableFileError(
                _("“{name}”不是检查路线的工作簿。").format(name=path.name),
                hint=_("请用“检查”页导出的工作簿填写，不要改动表头。"),
            )
        return visits

    def _row(self, work: UnitOfWork, visit: ReturnedVisit) -> ReturnedRow:
        if visit.issues:
            return ReturnedRow(visit=visit, state=ReturnState.WRONG, issues=visit.issues)
        try:
            hazard = _hazard_of(work, visit.sheet, visit.code)
            if visit.empty or visit.told is None:
                return ReturnedRow(visit=visit, state=ReturnState.EMPTY, hazard=hazard)
            before = work.inspections.on_sheet(visit.sheet)
            if before is None:
                refuse_contradiction(visit.told, visit.findings, self._today())
                return ReturnedRow(visit=visit, state=ReturnState.NEW, hazard=hazard)
        except (InvalidInputError, NotFoundError) as error:
            issue = CellIssue(cell=visit.cell, message=f"{error.message}{error.hint}")
            return ReturnedRow(visit=visit, state=ReturnState.WRONG, issues=(issue,))
        if _says_the_same(work, before, visit.told, visit.findings):
            return ReturnedRow(visit=visit, state=ReturnState.RECORDED, hazard=hazard)
        message = _("检查单 {sheet} 已经登记过，这里的内容不同；登记后不能改，请另登记一次检查。")
        issue = CellIssue(cell=visit.cell, message=message.format(sheet=visit.sheet))
        return ReturnedRow(visit=visit, state=ReturnState.WRONG, hazard=hazard, issues=(issue,))


def _says_the_same(
    work: UnitOfWork, before: Inspection, told: Inspection, findings: Sequence[Finding]
) -> bool:
    plain = replace(before, id=told.id, hazard_id=told.hazard_id, recorded_at=None, recorded_by="")
    written = [task for task in work.inspections.tasks_of(before.id) if not task.question]
    return plain == told and len(written) == len(findings)


def _hazard_of(work: UnitOfWork, sheet: str, code: str) -> Hazard:
    """The hazard that a sheet was printed for.

    Raises:
        NotFoundError: There is no such sheet, or its hazard is deleted.
        InvalidInputError: The code beside it is of another hazard.
    """
    parts = sheet_parts(sheet)
    planned = work.rounds.get(parts[0]) if parts is not None else None
    if parts is None or planned is None or parts[1] > len(planned.stops):
        raise NotFoundError(
            _("登记库里没有检查单 {sheet}。").format(sheet=sheet[:20]),
            hint=_("它可能是另一个登记库的。"),
        )
    hazard = stops_of(work, planned).get(parts[1])
    if hazard is None:
        raise NotFoundError(_("检查单 {sheet} 的隐患已删除。").format(sheet=sheet))
    if code and code != hazard.code and code not in hazard.alias_codes:
        raise InvalidInputError(
            _("检查单 {sheet} 是 {code} 的，不是 {other} 的。").format(
                sheet=sheet, code=hazard.code, other=code[:30]
            )
        )
    return hazard


def _pages(paths: Sequence[Path], job: JobContext) -> list[ScannedPage]:
    found: list[ScannedPage] = []
    for number, path in enumerate(paths):
        job.advance(number, len(paths), path.name)
        found += scanned_pages(path)
    return found


def _matched(work: UnitOfWork, page: ScannedPage) -> MatchedPage:
    marks = {mark for text in page.codes if (mark := read_mark(text)) is not None}
    if page.problem or len(marks) != 1:
        why = page.problem or (
            _("一页上有几张检查单的二维码。") if marks else _("没有找到检查单的二维码。")
        )
        return MatchedPage(page=page, state=ReturnState.UNREADABLE, why=why)
    ((code, sheet),) = marks
    try:
        hazard = _hazard_of(work, sheet, code)
    except (InvalidInputError, NotFoundError) as error:
        return MatchedPage(
            page=page, state=ReturnState.WRONG, sheet=sheet, why=f"{error.message}{error.hint}"
        )
    done = work.inspections.on_sheet(sheet)
    if done is None:
        why = _("先登记这次检查，再附上扫描件。")
        return MatchedPage(
            page=page, state=ReturnState.WAITING, sheet=sheet, hazard=hazard, why=why
        )
    digests = {entry.sha256 for entry in work.inspection_files.of(done.id)}
    state = ReturnState.RECORDED if page.sha256 in digests else ReturnState.NEW
    return MatchedPage(page=page, state=state, sheet=sheet, hazard=hazard, inspection=done.id)
