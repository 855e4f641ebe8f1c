"""Writes many hazards at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.storage.hazard_rows import COLUMNS, STORED, values_of
from qhd_riskmap.storage.spatial_blob import checked, to_blobs

_INSERT = (
    f"INSERT INTO hazard (fid, {', '.join(STORED)}, geometry)"  # noqa: S608 - constants
    f" VALUES ({', '.join('?' * (len(STORED) + 2))})"
)
# History is made from the row itself, in SQL: it cannot differ from what was stored.
_VERSION = (
    "INSERT INTO hazard_version"  # noqa: S608 - constants
    " (hazard_fid, revision, action, changed_at, changed_by, record, wkb)"
    " SELECT fid, revision, ?, ?, ?, json_object("
    + ", ".join(f"'{name}', {name}" for name in COLUMNS)
    + "), AsBinary(geometry) FROM hazard WHERE fid BETWEEN ? AND ? ORDER BY fid"
)


def insert(connection: Connection, hazards: Sequence[Hazard]) -> range:
    """Insert stamped hazards; returns their row numbers.

    Raises:
        InvalidInputError: A geometry cannot be stored; nothing was written.
    """
    geometries = checked([hazard.geometry for hazard in hazards])
    first = connection.exec_driver_sql("SELECT coalesce(max(fid), 0) FROM hazard").scalar_one() + 1
    fids = range(first, first + len(hazards))
    rows = [
        (fid, *values_of(hazard), blob)
        for fid, hazard, blob in zip(fids, hazards, to_blobs(geometries), strict=True)
    ]
    connection.exec_driver_sql(_INSERT, rows)
    return fids


def keep_versions(
    connection: Connection, fids: range, action: str, actor: Actor, now: datetime
) -> None:
    """Keep the present state of the rows as a revision."""
    connection.exec_driver_sql(
        _VERSION, (action, now.isoformat(), actor.name, fids.start, fids.stop - 1)
    )


def digest(ids: Iterable[UUID]) -> str:
    """SHA-256 over ids in order, so that an audit entry names a whole batch."""
    return hashlib.sha256(b"".join(item.bytes for item in ids)).hexdigest()
