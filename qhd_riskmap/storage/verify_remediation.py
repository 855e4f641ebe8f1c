"""Whether remediation is whole: numbers without gaps, histories complete, states that tell the truth."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from qhd_riskmap.domain.remediation.flow import flow
from qhd_riskmap.domain.remediation.task import TaskState
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.number_series import DOCUMENTS, NOTICES, TASKS

if TYPE_CHECKING:
    from sqlalchemy import Connection

SHOWN: Final = 20
_NUMBER: Final = re.compile(r"(\d{4,6})-(ZG|TZ)-(\d{4})-(\d{4,9})")


def remediation_problems(connection: Connection) -> Iterator[str]:
    """Every problem found, one Chinese sentence each."""
    for kind, letters, table, name in (
        (TASKS, "ZG", "remediation_task", _("整改编号")),
        (NOTICES, "TZ", "deadline_notice", _("通知编号")),
    ):
        yield from _numbers(connection, kind, letters, table, name)
    yield from _document_numbers(connection)
    yield from _receipts(connection)
    yield from _histories(connection)
    yield from _states(connection)


def _numbers(
    connection: Connection, kind: str, letters: str, table: str, name: str
) -> Iterator[str]:
    """Each series runs from 1 to the last number drawn, none left out."""
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for (number,) in connection.exec_driver_sql(f"SELECT number FROM {table}"):  # noqa: S608 - constants
        parts = _NUMBER.fullmatch(number)
        if parts is None or parts[2] != letters:
            yield _("{name} {number} 的写法不对。").format(name=name, number=number)
        else:
            found[parts[1], int(parts[3])].add(int(parts[4]))
    series = {
        (office, year): next_number
        for office, year, next_number in connection.exec_driver_sql(
            "SELECT office, year, next_number FROM number_series WHERE kind = ?", (kind,)
        )
    }
    for key in sorted(found.keys() | series.keys()):
        expected = set(range(1, series.get(key, 1)))
        if found.get(key, set()) != expected:
            yield _("{office} {year} 年的{name}有缺号，或超出了编号序列。").format(
                office=key[0], year=key[1], name=name
            )


def _document_numbers(connection: Connection) -> Iterator[str]:
    """The same of every series of documents."""
    found: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for series, office, year, ordinal in connection.exec_driver_sql(
        "SELECT series, office, year, ordinal FROM office_document WHERE series <> ''"
    ):
        found[series, office, year].add(ordinal)
    drawn = {
        (kind.removeprefix(DOCUMENTS), office, year): next_number
        for kind, office, year, next_number in connection.exec_driver_sql(
            "SELECT kind, office, year, next_number FROM number_series"
        )
        if kind.startswith(DOCUMENTS)
    }
    for key in sorted(found.keys() | drawn.keys()):
        if found.get(key, set()) != set(range(1, drawn.get(key, 1))):
            yield _("{office} {year} 年的{name}有缺号，或超出了编号序列。").format(
                office=key[1], year=key[2], name=_("文号（{series}）").format(series=key[0])
            )


def _receipts(connection: Connection) -> Iterator[str]:
    """Nobody signed for a task that the notice did not tell of."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT n.number, t.number FROM notice_receipt r"
        " JOIN deadline_notice n ON n.seq = r.notice_seq"
        " JOIN remediation_task t ON t.seq = r.task_seq WHERE NOT EXISTS"
        " (SELECT 1 FROM deadline_notice_task d"
        "  WHERE d.notice_seq = r.notice_seq AND d.task_seq = r.task_seq)"
    ).all()
    for notice, task in rows[:SHOWN]:
        yield _("通知 {notice} 的回执签收了它没有列出的任务 {task}。").format(
            notice=notice, task=task
        )


def _histories(connection: Connection) -> Iterator[str]:
    """Every revision of a task has its event, and the last one ends where the task stands."""
    rows = connection.exec_driver_sql(
        "SELECT t.number FROM remediation_task t WHERE t.revision <>"
        " (SELECT count(*) FROM remediation_event e WHERE e.task_seq = t.seq"
        "  AND e.revision BETWEEN 1 AND t.revision)"
        " OR t.state <> (SELECT e.state_after FROM remediation_event e"
        "  WHERE e.task_seq = t.seq AND e.revision = t.revision)"
    ).all()
    for (number,) in rows[:SHOWN]:
        yield _("整改任务 {number} 的办理记录不完整，或与现在的状态不符。").format(number=number)


def _states(connection: Connection) -> Iterator[str]:
    """States are known ones, and every move in a history is one of the flow."""
    known = {state.value for state in TaskState}
    for number, state in connection.exec_driver_sql("SELECT number, state FROM remediation_task"):
        if state not in known:
            yield _("整改任务 {number} 的状态“{state}”不认识。").format(number=number, state=state)
    allowed = {
        (move.key, source.value, (move.target or source).value)
        for move in flow().moves.values()
        for source in move.sources
    }
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT t.number, e.move, e.state_before, e.state_after FROM remediation_event e"
        " JOIN remediation_task t ON t.seq = e.task_seq WHERE e.kind = 'move'"
    ).all()
    for number, *step in rows:
        if tuple(step) not in allowed:
            yield _("整改任务 {number} 的办理记录里有不允许的一步。").format(number=number)
