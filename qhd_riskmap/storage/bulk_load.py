"""Writes many hazards at once, guards lifted for geometries this module made and checked itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.storage.hazard_rows import COLUMNS, STORED, values_of
from qhd_riskmap.storage.packed_rtree import replace_index, stored_boxes
from qhd_riskmap.storage.spatial_blob import checked, to_blobs

INDEX = "idx_hazard_geometry"
# Below this, SpatiaLite's triggers cost less than changing the schema twice.
_WITH_TRIGGERS = 200
# Rebuilding the index costs as much per old box as packing; adding one box costs five times that.
_REBUILD_UP_TO = 4
_LIFTED = ("ggi_hazard_geometry", "gii_hazard_geometry", "tmi_hazard_geometry")
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

    The caller wraps it in a savepoint, so that an error also puts lifted guards back.

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
    if len(rows) < _WITH_TRIGGERS:
        connection.exec_driver_sql(_INSERT, rows)
        return fids
    with _guards_lifted(connection):
        connection.exec_driver_sql(_INSERT, rows)
        _extend_index(connection, fids, shapely.bounds(geometries).reshape(-1, 4))
        connection.exec_driver_sql(
            "UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
            " WHERE f_table_name = 'hazard'"
        )
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


@contextmanager
def _guards_lifted(connection: Connection) -> Iterator[None]:
    """Drop the per-row triggers of an insert and re-create them exactly as they were."""
    saved = {
        name: connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (name,)
        ).scalar()
        for name in _LIFTED
    }
    # A name is missing where another SpatiaLite laid the metadata (no statistics, no tmi_).
    present = {name: sql for name, sql in saved.items() if sql}
    for name in present:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for sql in present.values():
        connection.exec_driver_sql(sql)


def _extend_index(connection: Connection, fids: range, boxes: npt.NDArray[Any]) -> None:
    stored = connection.exec_driver_sql(f"SELECT count(*) FROM {INDEX}_rowid").scalar_one()  # noqa: S608
    if stored > _REBUILD_UP_TO * len(fids):
        connection.exec_driver_sql(
            f"INSERT INTO {INDEX} (pkid, xmin, ymin, xmax, ymax) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
            [(fid, *box) for fid, box in zip(fids, boxes.tolist(), strict=True)],
        )
        return
    old_ids, old_boxes = stored_boxes(connection, INDEX)
    ids = np.concatenate([old_ids, np.arange(fids.start, fids.stop, dtype=np.int64)])
    replace_index(connection, INDEX, ids, np.concatenate([old_boxes, boxes]))
