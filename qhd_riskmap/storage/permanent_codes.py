"""Hands out permanent codes ``{division6}-{type2}-{yyyy}-{seq}``; a number is never used twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.taxonomy import taxonomy

_PATTERN = re.compile(r"(\d{6})-([A-Z]{2})-(\d{4})-(\d{4,9})")
Series = tuple[str, str, int]


def codes_for(connection: Connection, hazards: Sequence[Hazard], year: int) -> list[str]:
    """The codes of hazards to be added: their own, or the next ones of their series.

    The caller holds the write lock, so two desks never draw the same number. Codes that came from
    elsewhere move their series past them.

    Args:
        connection: Connection inside a write transaction.
        hazards: Hazards to be added.
        year: Year of registration.
    """
    _respect_given(connection, [hazard.code for hazard in hazards if hazard.code])
    types = {entry.key: entry.code for entry in taxonomy().types}
    missing = {hazard.type_key for hazard in hazards if not hazard.code} - types.keys()
    if missing:
        taxonomy().get(missing.pop())  # raises the error that lists the types
    series: list[Series | None] = [
        None if hazard.code else (hazard.county, types[hazard.type_key], year) for hazard in hazards
    ]
    wanted = Counter(item for item in series if item is not None)
    following = {item: _draw(connection, item, count) for item, count in wanted.items()}
    codes = []
    for hazard, item in zip(hazards, series, strict=True):
        if item is None:
            codes.append(hazard.code)
            continue
        number = following[item]
        following[item] = number + 1
        codes.append(f"{item[0]}-{item[1]}-{item[2]}-{number:04d}")
    return codes


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
