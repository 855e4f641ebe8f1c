"""Hands out permanent codes ``{division6}-{type2}-{yyyy}-{seq}``; a number is never used twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import repeat
from typing import TYPE_CHECKING

from qhd_riskmap.domain.taxonomy import taxonomy

if TYPE_CHECKING:
    from sqlalchemy import Connection

_PATTERN = re.compile(r"(\d{6})-([A-Z]{2})-(\d{4})-(\d{4,9})")
Series = tuple[str, str, int]


def codes_for(
    connection: Connection,
    given: Sequence[str],
    counties: Sequence[str],
    type_keys: Sequence[str],
    year: int,
) -> list[str]:
    """The codes of hazards to be added: their own, or the next ones of their series.

    The caller holds the write lock, so two desks never draw the same number. Codes that came from
    elsewhere move their series past them.

    Args:
        connection: Connection inside a write transaction.
        given: Codes of the hazards to be added, "" where they have none yet.
        counties: Their divisions.
        type_keys: Their types.
        year: Year of registration.
    """
    _respect_given(connection, list(filter(None, given)))
    types = {entry.key: entry.code for entry in taxonomy().types}
    series = list(zip(counties, type_keys, strict=True))
    wanted = Counter(
        series
        if not any(given)
        else [item for item, code in zip(series, given, strict=True) if not code]
    )
    missing = {type_key for _county, type_key in wanted} - types.keys()
    if missing:
        taxonomy().get(missing.pop())  # raises the error that lists the types
    numbers = {}
    for (county, type_key), count in wanted.items():
        series_code = (county, types[type_key], year)
        first = _draw(connection, series_code, count)
        prefix = f"{county}-{series_code[1]}-{year}-"
        numbers[county, type_key] = map(
            "{}{:04d}".format, repeat(prefix), range(first, first + count)
        )
    return [code or next(numbers[item]) for item, code in zip(series, given, strict=True)]


def _draw(connection: Connection, series: Series, count: int) -> int:
    """Take ``count`` numbers; returns the first."""
    after: int = connection.exec_driver_sql(
        "INSERT INTO code_sequence (division, type_code, year, next_number) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (division, type_code, year)"
        " DO UPDATE SET next_number = next_number + ? RETURNING next_number",
        (*series, count + 1, count),
    ).scalar_one()
    return after - count


def _respect_given(connection: Connection, codes: Sequence[str]) -> None:
    highest: dict[Series, int] = {}
    for code in codes:
        found = _PATTERN.fullmatch(code)
        if found:
            series = (found[1], found[2], int(found[3]))
            highest[series] = max(highest.get(series, 0), int(found[4]))
    for series, number in highest.items():
        connection.exec_driver_sql(
            "INSERT INTO code_sequence (division, type_code, year, next_number)"
            " VALUES (?, ?, ?, ?) ON CONFLICT (division, type_code, year)"
            " DO UPDATE SET next_number = max(next_number, excluded.next_number)",
            (*series, number + 1),
        )
