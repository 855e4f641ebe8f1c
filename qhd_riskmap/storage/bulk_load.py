"""Writes many hazards at once, guards lifted for geometries this module made and checked itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.storage.hazard_history import ADD
from qhd_riskmap.storage.hazard_rows import STORED, values_of
from qhd_riskmap.storage.packed_rtree import replace_index, stored_boxes
from qhd_riskmap.storage.spatial_blob import checked, to_blobs

INDEX = "idx_hazard_geometry"
# Below this, SpatiaLite's triggers cost less than changing the schema twice.
_WITH_TRIGGERS = 200
# Rebuilding the index costs as much per old box as packing; adding one box costs five times that.
_REBUILD_UP_TO = 4
_CHUNK = 5000
_LIFTED = ("ggi_hazard_geometry", "gii_hazard_geometry", "tmi_hazard_geometry")
_INSERT = (
    f"INSERT INTO hazard (fid, {', '.join(STORED)}, action, geometry)"  # noqa: S608 - constants
    f" VALUES ({', '.join('?' * (len(STORED) + 3))})"
)


def insert(connection: Connection, hazards: Sequence[Hazard]) -> None:
    """Insert stamped hazards.

    The caller wraps it in a savepoint, so that an error also puts lifted guards back.

    Raises:
        InvalidInputError: A geometry cannot be stored; nothing was written.
    """
    geometries = checked([hazard.geometry for hazard in hazards])
    first = connection.exec_driver_sql("SELECT coalesce(max(fid), 0) FROM hazard").scalar_one() + 1
    fids = range(first, first + len(hazards))
    if len(hazards) < _WITH_TRIGGERS:
        _insert_rows(connection, fids, hazards, geometries)
        return
    with _guards_lifted(connection):
        _insert_rows(connection, fids, hazards, geometries)
        _extend_index(connection, fids, shapely.bounds(geometries).reshape(-1, 4))
        connection.exec_driver_sql(
            "UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
            " WHERE f_table_name = 'hazard'"
        )


def _insert_rows(
    connection: Connection, fids: range, hazards: Sequence[Hazard], geometries: npt.NDArray[Any]
) -> None:
    for start in range(0, len(fids), _CHUNK):
        part = slice(start, start + _CHUNK)
        blobs = to_blobs(geometries[part])
        rows = [
            (fid, *values_of(hazard), ADD, blob)
            for fid, hazard, blob in zip(fids[part], hazards[part], blobs, strict=True)
        ]
        connection.exec_driver_sql(_INSERT, rows)


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
