"""The statements of the figures: one each, counted by groups, or read as the rows behind a number.

Two facts queries say what is true of every hazard and every task on each day asked about; a figure is a
condition on such facts. Page, report, sheets and the public table all come here, so a number and the
rows behind it cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.figures import (
    NOTHING,
    Cell,
    Dimension,
    Figure,
    FigureScope,
    Measured,
    Population,
)
from qhd_riskmap.storage.hazard_rows import RECORD_LAYOUTS
from qhd_riskmap.storage.transaction import Transaction

# The days asked about: the day, its month's first day, the first instant after it.
_DAYS: Final = (
    "days(day, month, after) AS MATERIALIZED (SELECT value, substr(value, 1, 8) || '01',"
    " date(value, '+1 day') || ' 00:00:00' FROM json_each(:days))"
)
# What gave a hazard its level, as `storage.level_events` reads it for the time slider: of several at
# one instant the heavier counts.
_PAST: Final = " UNION ALL ".join(
    "SELECT hazard_fid, datetime(substr(changed_at, 1, 19), :offset), 2, revision,"  # noqa: S608 - constants
    f" json_extract(record, '$[{1 + names.index('level')}]'),"
    f" json_extract(record, '$[{1 + names.index('deleted_at')}]') IS NULL FROM hazard_version"
    f" WHERE json_extract(record, '$[0]') = {layout}"
    for layout, names in RECORD_LAYOUTS.items()
)
# Of every event only this matters: how many of the days asked about ended before it. What it gave
# holds from that day on, up to the one on which the next event counts.
_HAZARDS: Final = (
    "WITH events(fid, at, weight, seq, level, alive) AS ("  # noqa: S608 - constants
    "SELECT fid, found_on || ' 00:00:00', 0, 0, 0, 1 FROM hazard WHERE found_on <> ''"
    " UNION ALL SELECT hazard_fid, assessed_on || ' 00:00:00', 1, seq, level, 1 FROM assessment"
    f" UNION ALL {_PAST}"
    " UNION ALL SELECT fid, datetime(substr(updated_at, 1, 19), :offset), 3, 0, level,"
    " deleted_at IS NULL FROM hazard),"
    " placed AS (SELECT fid, {ended} AS since, at, weight, seq, level, alive FROM events),"
    " spans AS (SELECT fid, level, alive, since, lead(since, 1, {count}) OVER"
    " (PARTITION BY fid ORDER BY at, weight, seq) AS until FROM placed),"
    " facts AS (SELECT s.since AS since, s.until AS until, h.id AS member, h.fid AS place,"
    " h.county AS county, h.type_key AS type, s.level AS level, h.unit AS unit,"
    " coalesce(nullif(h.found_on, ''), date(substr(h.created_at, 1, 19), :offset)) AS entered"
    " FROM spans s JOIN hazard h ON h.fid = s.fid WHERE s.alive AND s.since < s.until)"
)
_TASKS: Final = (
    f"WITH {_DAYS}, dated AS MATERIALIZED (SELECT t.number AS number, t.seq AS seq, t.state AS state, t.since AS since,"  # noqa: S608 - constants
    " t.grade AS grade, t.registered_on AS registered_on, t.deadline AS deadline,"
    " coalesce(t.assigned_on, t.registered_on) AS begun, h.county AS county, h.type_key AS type,"
    " h.level AS level, coalesce(nullif(t.owner_unit, ''), h.unit) AS unit,"
    " CASE WHEN t.state IN ('accepted', 'closed')"
    " THEN coalesce(t.accepted_on, t.closed_on, t.since) END AS finished_on,"
    " CASE WHEN t.state IN ('accepted', 'closed')"
    " THEN coalesce(t.done_on, t.accepted_on, t.closed_on, t.since)"
    " WHEN t.state = 'pending' THEN coalesce(t.done_on, t.accepted_on) END AS worked_on"
    " FROM remediation_task t JOIN hazard h ON h.fid = t.hazard_fid"
    " WHERE t.deleted_at IS NULL AND h.deleted_at IS NULL),"
    " standing AS (SELECT d.day AS day, d.month AS month, t.number AS member, t.seq AS place,"
    " t.county AS county, t.type AS type, t.level AS level, t.unit AS unit, t.grade AS grade,"
    " t.registered_on AS entered, t.deadline AS deadline,"
    " t.begun AS begun, t.finished_on AS finished_on,"
    " t.worked_on AS worked_on, ifnull(t.finished_on <= d.day, 0) AS finished,"
    " ifnull(t.worked_on <= d.day, 0) AS worked,"
    " t.state = 'monitored' AND t.since <= d.day AS monitored"
    " FROM days d JOIN dated t ON t.registered_on <= d.day"
    " WHERE NOT (t.state IN ('void', 'transferred') AND t.since <= d.day)),"
    " facts AS (SELECT *, deadline IS NOT NULL AND NOT monitored"
    " AND (worked OR deadline < day) AS decided,"
    " deadline IS NOT NULL AND NOT monitored AND NOT finished"
    " AND deadline < CASE WHEN worked THEN worked_on ELSE day END AS late FROM standing)"
)
# Condition on the members of each figure, and what is summed over them.
_STATEMENTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "hazards": ("1", "1"),
        "tasks": ("1", "1"),
        "finished": ("finished", "1"),
        "open": ("NOT finished", "1"),
        "late": ("late", "1"),
        "rate": ("1", "finished"),
        "on_time_rate": ("decided", "worked AND worked_on <= deadline"),
        "mean_days": ("finished", "max(0, julianday(worked_on) - julianday(begun))"),
        "new": ("entered >= month", "1"),
        "done": ("finished AND finished_on >= month", "1"),
        "major": ("grade = 'major'", "1"),
        "major_open": ("grade = 'major' AND NOT finished", "1"),
    }
)


class FigureRepository:
    """Counts hazards and tasks; writes nothing."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def measured(
        self,
        wanted: Figure,
        scope: FigureScope,
        by: Sequence[Dimension],
        days: Sequence[date],
        utc_offset: timedelta,
    ) -> dict[Cell, Measured]:
        """The figure in every cell that has members.

        Args:
            wanted: The figure.
            scope: What is counted at all; its day does not count, ``days`` do.
            by: Dimensions of the cells.
            days: The days asked about, each once, oldest first; with several, ``by`` names the day.
            utc_offset: How far the office's clock is ahead of UTC.
        """
        return self.together([wanted], scope, by, days, utc_offset)[wanted.key]

    def together(
        self,
        wanted: Sequence[Figure],
        scope: FigureScope,
        by: Sequence[Dimension],
        days: Sequence[date],
        utc_offset: timedelta,
    ) -> dict[str, dict[Cell, Measured]]:
        """Several figures as `measured` gives each, by key; those of one population in one reading."""
        found: dict[str, dict[Cell, Measured]] = {}
        for population in dict.fromkeys(each.population for each in wanted):
            own = [each for each in wanted if each.population is population]
            read = self._hazards if population is Population.HAZARD else self._tasks
            found.update(read(own, scope, by, days, utc_offset))
        return found

    def members(
        self,
        wanted: Figure,
        scope: FigureScope,
        cell: Mapping[Dimension, str],
        utc_offset: timedelta,
    ) -> tuple[str, ...]:
        """Ids of the hazards, or numbers of the tasks, that a number was counted over.

        Args:
            wanted: The figure.
            scope: What is counted at all, and the day.
            cell: Value of each dimension that narrows it.
            utc_offset: How far the office's clock is ahead of UTC.
        """
        condition, _summed = _STATEMENTS[wanted.key]
        where, given = _where(scope)
        day = date.fromisoformat(cell.get(Dimension.DAY, scope.on.isoformat()))
        narrowed = {key: value for key, value in cell.items() if key is not Dimension.DAY}
        for at, (key, value) in enumerate(sorted(narrowed.items())):
            where += f" AND {key.value} = :cell{at}"
            given[f"cell{at}"] = int(value) if key is Dimension.LEVEL else value
        facts, asked = _facts(wanted.population, [day], utc_offset)
        rows = self._transaction.reading().exec_driver_sql(
            f"{facts} SELECT member FROM facts WHERE ({condition}){where} ORDER BY place",  # noqa: S608 - constants
            {**asked, **given},
        )
        return tuple(str(member) for (member,) in rows)

    # Inside

    def _hazards(
        self,
        wanted: Sequence[Figure],
        scope: FigureScope,
        by: Sequence[Dimension],
        days: Sequence[date],
        utc_offset: timedelta,
    ) -> dict[str, dict[Cell, Measured]]:
        """Counted by stretches of days, then told for each of the days."""
        keys = [each for each in by if each is not Dimension.DAY]
        at = by.index(Dimension.DAY) if Dimension.DAY in by else None
        names = [day.isoformat() for day in days]
        found: dict[str, dict[Cell, Measured]] = {each.key: {} for each in wanted}
        rows = self._grouped(wanted, scope, [*keys, "since", "until"], days, utc_offset)
        for (*plain, since, until), told in rows:
            for day in names[since:until]:
                cell = plain if at is None else [*plain[:at], day, *plain[at:]]
                _add(found, wanted, cell, told)
        return found

    def _tasks(
        self,
        wanted: Sequence[Figure],
        scope: FigureScope,
        by: Sequence[Dimension],
        days: Sequence[date],
        utc_offset: timedelta,
    ) -> dict[str, dict[Cell, Measured]]:
        found: dict[str, dict[Cell, Measured]] = {each.key: {} for each in wanted}
        for cell, told in self._grouped(wanted, scope, list(by), days, utc_offset):
            _add(found, wanted, cell, told)
        return found

    def _grouped(
        self,
        wanted: Sequence[Figure],
        scope: FigureScope,
        keys: Sequence[str],
        days: Sequence[date],
        utc_offset: timedelta,
    ) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
        """The keys; then number of members and sum of each figure, all of one population."""
        where, given = _where(scope)
        facts, asked = _facts(wanted[0].population, days, utc_offset)
        # What several figures count alike is counted once.
        told = [
            part
            for each in wanted
            for condition, summed in (_STATEMENTS[each.key],)
            for part in (
                f"count(*) FILTER (WHERE {condition})",
                f"total({summed}) FILTER (WHERE {condition})" if summed != "1" else
                f"count(*) FILTER (WHERE {condition})",
            )
        ]  # fmt: skip
        columns = list(dict.fromkeys(told))
        grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
        # Made of constants: names of dimensions, conditions; every value is a parameter.
        rows = self._transaction.reading().exec_driver_sql(
            f"{facts} SELECT {', '.join([*keys, *columns])} FROM facts WHERE 1{where}{grouped}",  # noqa: S608 - constants
            {**asked, **given},
        )
        places = [len(keys) + columns.index(each) for each in told]
        for row in rows:
            yield row[: len(keys)], [row[place] for place in places]


def _add(
    found: dict[str, dict[Cell, Measured]],
    wanted: Sequence[Figure],
    values: Sequence[Any],
    told: Sequence[Any],
) -> None:
    cell = tuple(map(str, values))
    for each, n, part in zip(wanted, told[::2], told[1::2], strict=True):
        if n:
            cells = found[each.key]
            cells[cell] = cells.get(cell, NOTHING) + Measured(n, float(part))


def _facts(
    population: Population, days: Sequence[date], utc_offset: timedelta
) -> tuple[str, dict[str, Any]]:
    """The facts of a population on days, and their parameters."""
    offset = {"offset": f"{utc_offset.total_seconds():+.0f} seconds"}
    if population is Population.TASK:
        return _TASKS, {"days": json.dumps([day.isoformat() for day in days]), **offset}
    # "2026-11-25 24" comes after every instant of the day and before every other day.
    ends = {f"end{at}": f"{day.isoformat()} 24" for at, day in enumerate(days)}
    cases = [f"WHEN at > :{name} THEN {at}" for at, name in enumerate(ends, start=1)]
    ended = f"CASE {' '.join(reversed(cases))} ELSE 0 END"
    return _HAZARDS.replace("{ended}", ended).replace("{count}", str(len(days))), {**ends, **offset}


def _where(scope: FigureScope) -> tuple[str, dict[str, Any]]:
    """What a scope adds to the condition, and its parameters."""
    clauses, given = "", {}
    for column, values in (
        ("county", sorted(scope.counties)),
        ("type", sorted(scope.types)),
        ("level", sorted(level.rank for level in scope.levels)),
    ):
        if values:
            clauses += f" AND {column} IN (SELECT value FROM json_each(:{column}))"  # noqa: S608 - constants
            given[column] = json.dumps(values)
    for name, sign, day in (("first", ">=", scope.first), ("last", "<=", scope.last)):
        if day is not None:
            clauses += f" AND entered {sign} :{name}"
            given[name] = day.isoformat()
    return clauses, given
