"""Inserts many rows by one statement for a thousand of them.

The driver lets other threads run while a statement works; with a statement per row it would ask for the
interpreter lock a hundred thousand times, and wait for whoever holds it each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qhd_riskmap.storage.connection import quoted
from qhd_riskmap.storage.made_ahead import made_ahead

if TYPE_CHECKING:
    from sqlalchemy import Connection

AT_ONCE: Final = 1000
_LONGEST_LITERAL: Final = 100
Columns = Mapping[str, Sequence[Any]]
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Bound:
    """Some rows: the names of their columns, their values one row after the other, where they end."""

    names: tuple[str, ...]
    values: tuple[Any, ...]
    stop: int


def insert_many(  # noqa: PLR0917 - what, where to and how much
    connection: Connection,
    table: str,
    fixed: Mapping[str, str],
    make: Callable[[int, int], Columns],
    count: int,
    progress: Progress | None = None,
) -> None:
    """Insert rows whose columns are made some at a time, while those before are written.

    Args:
        connection: Connection inside a write transaction.
        table: Its name.
        fixed: SQL literals of the columns that are the same in all rows.
        make: The other columns of the rows from one up to another.
        count: Rows.
        progress: Called with the number of rows written so far; may raise to stop.
    """

    def bound(start: int) -> _Bound:
        stop = min(start + AT_ONCE, count)
        columns = make(start, stop)
        values: list[Any] = [None] * (len(columns) * (stop - start))
        for place, column in enumerate(columns.values()):
            values[place :: len(columns)] = column
        return _Bound(tuple(columns), tuple(values), stop)

    done = 0
    for chunk in made_ahead(bound, range(0, count, AT_ONCE)):
        statement = _statement(table, fixed, chunk.names, chunk.stop - done)
        connection.exec_driver_sql(statement, chunk.values)
        done = chunk.stop
        if progress is not None:
            progress(done)


def _statement(table: str, fixed: Mapping[str, str], names: tuple[str, ...], rows: int) -> str:
    marks = ", ".join([f"({', '.join('?' * len(names))})"] * rows)
    given = [f"v.column{number}" for number in range(1, len(names) + 1)]
    return (
        f"INSERT INTO {table} ({', '.join([*names, *fixed])})"  # noqa: S608 - own names, quoted literals
        f" SELECT {', '.join([*given, *fixed.values()])} FROM (VALUES {marks}) AS v"
    )


def fixed_columns(columns: Columns) -> dict[str, str]:
    """SQL literals of the columns that hold one short plain value in all rows."""
    found = {}
    for name, column in columns.items():
        literal = _literal(column[0])
        if literal and column[-1] == column[0] and column.count(column[0]) == len(column):
            found[name] = literal
    return found


def _literal(value: object) -> str:
    """``value`` as an SQL literal, "" where it had better be bound."""
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    plain = isinstance(value, str) and len(value) <= _LONGEST_LITERAL and value.isprintable()
    return quoted(str(value)) if plain else ""
