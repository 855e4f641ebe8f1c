"""Every event that ever gave a hazard its level, read as columns for the time slider."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.timeline import Timeline, timeline
from qhd_riskmap.storage.hazard_rows import RECORD_LAYOUTS

if TYPE_CHECKING:
    from sqlalchemy import Connection

_INSTANT = len("2026-03-01T08:00:01")  # stored in UTC; the offset that follows is always zero
_VERSIONS = (
    "SELECT hazard_fid, changed_at, json_extract(record, '$[{level}]'),"
    " json_extract(record, '$[{deleted_at}]') FROM hazard_version"
    " WHERE json_extract(record, '$[0]') = {layout} ORDER BY revision"
)
Events = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Any, Any]


def level_events(connection: Connection, utc_offset: timedelta) -> Timeline:
    """The timeline of all hazards, deleted ones included.

    Args:
        connection: Any connection to the register.
        utc_offset: How far the office's clock is ahead of UTC.
    """
    offset = int(utc_offset.total_seconds())
    present = _rows(
        connection, "SELECT fid, id, updated_at, level, deleted_at, found_on FROM hazard"
    )
    fids, ids, updated, levels, deleted, found = present
    rows_of = {fid: row for row, fid in enumerate(fids)}

    def rows(keys: Iterable[int]) -> npt.NDArray[np.int64]:
        return np.fromiter((rows_of[key] for key in keys), dtype=np.int64)

    # In order of their weight: of two at one instant the one given last counts.
    known = [(row, day) for row, day in enumerate(found) if day]
    events: list[Events] = [
        (
            np.array([row for row, _day in known], dtype=np.int64),
            _instants([day for _row, day in known]),
            np.full(len(known), NO_LEVEL),
            np.ones(len(known), dtype=bool),
        )
    ]
    key, level, day = _rows(
        connection, "SELECT hazard_fid, level, assessed_on FROM assessment ORDER BY seq"
    )
    events.append((rows(key), _instants(day), level, np.ones(len(key), dtype=bool)))
    for layout, names in RECORD_LAYOUTS.items():
        key, at, level, gone = _rows(
            connection,
            _VERSIONS.format(
                layout=layout,
                level=1 + names.index("level"),
                deleted_at=1 + names.index("deleted_at"),
            ),
        )
        events.append((rows(key), _instants(at) + offset, level, [each is None for each in gone]))
    events.append(
        (
            np.arange(len(ids), dtype=np.int64),
            _instants(updated) + offset,
            levels,
            [each is None for each in deleted],
        )
    )
    parts = list(zip(*events, strict=True))
    return timeline(
        ids=ids,
        hazards=np.concatenate(parts[0]),
        instants=np.concatenate(parts[1]),
        levels=np.concatenate([np.asarray(part, dtype=np.int8) for part in parts[2]]),
        alive=np.concatenate([np.asarray(part, dtype=bool) for part in parts[3]]),
    )


def _rows(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    """The columns of a query, without an object per row."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        width = len(cursor.description)
        found = cursor.fetchall()
    finally:
        cursor.close()
    return list(zip(*found, strict=True)) if found else [()] * width


def _instants(texts: Iterable[str]) -> npt.NDArray[np.int64]:
    """Seconds since 1970 of ISO days or instants."""
    plain = [text[:_INSTANT] for text in texts]
    return np.array(plain, dtype="datetime64[s]").astype(np.int64)
