"""Numbers of documents and tasks per office and year: without gaps, none twice.

A number is drawn in the transaction that stores what it is for. That transaction holds the write lock, so
two desks never draw the same one, and a transaction that fails gives its number back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

TASKS = "task"
NOTICES = "notice"
DOCUMENTS = "document-"  # followed by the series


def draw_numbers(connection: Connection, kind: str, office: str, year: int, count: int) -> range:
    """Take the next ``count`` numbers of a series.

    Args:
        connection: Connection inside a write transaction.
        kind: What is numbered, such as `TASKS`.
        office: Division code of the office that numbers.
        year: Each year begins with 1.
        count: At least 1.
    """
    after: int = connection.exec_driver_sql(
        "INSERT INTO number_series (kind, office, year, next_number) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (kind, office, year)"
        " DO UPDATE SET next_number = next_number + ? RETURNING next_number",
        (kind, office, year, count + 1, count),
    ).scalar_one()
    return range(after - count, after)


def task_numbers(connection: Connection, office: str, year: int, count: int) -> list[str]:
    """The next 整改编号: ``{office}-ZG-{yyyy}-{seq}``."""
    drawn = draw_numbers(connection, TASKS, office, year, count)
    return [f"{office}-ZG-{year}-{number:04d}" for number in drawn]


def notice_number(connection: Connection, office: str, year: int) -> str:
    """The next number of a notice: ``{office}-TZ-{yyyy}-{seq}``."""
    (number,) = draw_numbers(connection, NOTICES, office, year, 1)
    return f"{office}-TZ-{year}-{number:04d}"


def document_ordinal(connection: Connection, series: str, office: str, year: int) -> int:
    """The next number of a series of documents, as a number."""
    (number,) = draw_numbers(connection, f"{DOCUMENTS}{series}", office, year, 1)
    return number
