"""Remediation columns of a sheet: read where there are any, made into tasks when the rows come in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.remediation.sheet_proof import (
    ProvenTask,
    SheetRemedy,
    claims_supervision,
    proven_task,
)
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import Candidates
from qhd_riskmap.services.survey_columns_read import SheetColumns
from qhd_riskmap.services.survey_deadlines import DeadlineTerms, deadlines
from qhd_riskmap.services.survey_issues import IssueLog, RowKey, warning
from qhd_riskmap.storage.unit_of_work import UnitOfWork

# One of these filled in means that somebody remedies something there.
_PROOF: Final = (
    "deadline", "progress", "done_date", "acceptor", "accept_date", "accept_opinion", "close_date",
    "fund", "owner",
)  # fmt: skip
# 防控措施, 管控措施 and 防治措施 are kept under the same field, but they are how a risk is lived with.
_REMEDY_WORDS: Final = ("整改", "治理", "整治")
# Column of a sheet → field of a task.
_FACTS: Final = {
    "description": "problem", "basis": "basis", "measures": "measures", "fund": "funds",
    "unit": "owner_unit", "owner": "owner", "owner_phone": "phone", "regulator": "regulator",
    "interim": "contingency", "progress": "progress", "acceptor": "acceptor",
    "accept_opinion": "opinion", "remark": "remark",
}  # fmt: skip
_PAST_DAYS: Final = {
    "done_date": "done_on",
    "accept_date": "accepted_on",
    "close_date": "closed_on",
}
_NO_REMEDIES: Final[Mapping[int, SheetRemedy]] = {}


def read_remedies(
    columns: SheetColumns,
    log: IssueLog,
    found_on: Sequence[date | None] | None,
    terms: DeadlineTerms,
) -> Mapping[int, SheetRemedy]:
    """What the remediation columns say, by data row; rows that say nothing of it are left out.

    Without such columns, which is most sheets, nothing is read.

    Args:
        columns: Of the sheet.
        log: Takes what cannot be read or is not proven.
        found_on: By data row, the day the problem was found.
        terms: Later days than today prove nothing; from which day deadlines count.
    """
    keys = [key for key in _PROOF if columns.has(key)]
    if columns.has("measures") and any(w in columns.header("measures") for w in _REMEDY_WORDS):
        keys.append("measures")
    supervise = columns.texts("supervise") or ()
    proof = [texts for key in keys if (texts := columns.texts(key)) is not None]
    filled = {row for texts in proof for row, text in enumerate(texts) if text}
    filled |= {row for row, text in enumerate(supervise) if text and claims_supervision(text)}
    rows = sorted(filled)
    if not rows:
        return _NO_REMEDIES
    facts = {
        field: values
        for key, field in _FACTS.items()
        if (values := columns.values(key)) is not None
    }
    today = terms.today
    days = _days(columns, found_on, terms)
    grades = columns.texts("hidden_danger_grade") or ()
    found: dict[int, SheetRemedy] = {}
    for row in rows:
        own: dict[str, date] = {field: day for field, c in days.items() if (day := c[row])}
        seen = found_on[row] if found_on is not None else None
        found[row] = SheetRemedy(
            facts={field: v for field, c in facts.items() if (v := c[row]) is not None},
            days=own,
            found_on=seen if seen is not None and seen <= today else today,
            grade=(grades[row] or "") if grades else "",
            supervise=(supervise[row] or "") if supervise else "",
        )
    _say_doubts(found, log)
    return found


def kept_remedies(
    remedies: Mapping[int, SheetRemedy], kept: Sequence[int]
) -> Mapping[int, SheetRemedy]:
    """Those of the rows kept, by their place among these."""
    if not remedies:
        return _NO_REMEDIES
    return {at: remedies[row] for at, row in enumerate(kept) if row in remedies}


def tasks_of_new(candidates: Candidates) -> list[ProvenTask]:
    """The tasks of rows that become hazards."""
    found = candidates.remedies
    ids = candidates.hazards.facts["id"] if found else []
    return [proven_task(remedy, UUID(ids[at])) for at, remedy in found]


def tasks_of_known(
    work: UnitOfWork, candidates: Candidates, registered: Mapping[int, UUID]
) -> dict[RowKey, ProvenTask]:
    """The tasks, not registered yet, of rows that repeat a record of the register."""
    found = [(at, remedy) for at, remedy in candidates.remedies if at in registered]
    known = work.tasks.known_sources({registered[at] for at, _remedy in found}) if found else set()
    tasks: dict[RowKey, ProvenTask] = {}
    for at, remedy in found:
        if (registered[at], remedy.identity) not in known:
            sheet, row, _column = candidates.source(at)
            tasks[sheet.file, sheet.name, row] = proven_task(remedy, registered[at])
    return tasks


def register_tasks(
    work: UnitOfWork, proven: Sequence[ProvenTask], batch_id: UUID, actor: Actor
) -> int:
    """Store the tasks that are not there yet, each hazard and identity once; how many there were."""
    if not proven:
        return 0
    known = work.tasks.known_sources({each.task.hazard_id for each in proven})
    fresh: dict[tuple[UUID, str], ProvenTask] = {}
    for each in proven:
        key = (each.task.hazard_id, each.source)
        if key not in known:
            fresh.setdefault(key, each)
    tasks = [each.task for each in fresh.values()]
    sources = [each.source for each in fresh.values()]
    return len(work.tasks.add_many(tasks, sources, batch_id, actor))


def _days(
    columns: SheetColumns, found_on: Sequence[date | None] | None, terms: DeadlineTerms
) -> dict[str, list[date | None]]:
    found: dict[str, list[date | None]] = {}
    today = terms.today
    texts = columns.texts("deadline")
    if texts is not None:
        found["deadline"] = deadlines(texts, found_on, terms, columns.reporter("deadline"))
    for key, field in _PAST_DAYS.items():
        days = columns.days(key, today)
        if days is not None:
            found[field] = [day if day is not None and day <= today else None for day in days]
    return found


def _say_doubts(found: Mapping[int, SheetRemedy], log: IssueLog) -> None:
    anybody = UUID(int=0)
    for row, remedy in found.items():
        if not remedy.claims:
            continue
        for doubt in proven_task(remedy, anybody).doubts:
            log.on_row(row, warning("progress", "remedy-not-proven", _("整改：") + doubt))
