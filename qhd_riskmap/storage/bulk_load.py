"""Writes many hazards at once, guards lifted for geometries this module made and checked itself."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.storage.hazard_columns import STAMPS, StoredHazards
from qhd_riskmap.storage.hazard_history import ADD
from qhd_riskmap.storage.many_rows import Progress, fixed_columns, insert_many
from qhd_riskmap.storage.packed_rtree import replace_index, stored_boxes
from qhd_riskmap.storage.spatial_blob import checked, to_blobs

if TYPE_CHECKING:
    from sqlalchemy import Connection

INDEX = "idx_hazard_geometry"
# Below this, SpatiaLite's triggers cost less than changing the schema twice.
WITH_TRIGGERS = 200
# Rebuilding the index costs as much per old box as packing; adding one box costs five times that.
_REBUILD_UP_TO = 4
_LIFTED = ("ggi_hazard_geometry", "gii_hazard_geometry", "tmi_hazard_geometry")


def first_free(connection: Connection) -> int:
    """The key that the next hazard gets."""
    last: int = connection.exec_driver_sql("SELECT coalesce(max(fid), 0) FROM hazard").scalar_one()
    return last + 1


def insert(
    connection: Connection, hazards: StoredHazards, progress: Progress | None = None
) -> None:
    """Insert hazards that have their codes and keys.

    The caller wraps it in a savepoint, so that an error also puts lifted guards back.

    Args:
        connection: Connection inside a write transaction.
        hazards: What to insert.
        progress: Called with the number of rows written so far; may raise to stop.

    Raises:
        InvalidInputError: A geometry cannot be stored; nothing was written.
    """
    geometries = checked(hazards.columns.geometries)
    if len(hazards) < WITH_TRIGGERS:
        insert_rows(connection, hazards, geometries, progress)
        return
    with guards_lifted(connection):
        insert_rows(connection, hazards, geometries, progress)
        fids = range(hazards.first_fid, hazards.first_fid + len(hazards))
        index_rows(connection, fids, shapely.bounds(geometries).reshape(-1, 4))


def index_rows(connection: Connection, fids: range, boxes: npt.NDArray[Any]) -> None:
    """Put hazards whose rows were written without guards into the spatial index."""
    _extend_index(connection, fids, boxes)
    connection.exec_driver_sql(
        "UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
        " WHERE f_table_name = 'hazard'"
    )


def insert_rows(
    connection: Connection,
    hazards: StoredHazards,
    geometries: npt.NDArray[Any],
    progress: Progress | None,
) -> None:
    """Write the rows; what is the same in all of them is not bound anew for each."""
    stamps = dict(zip(STAMPS, [(value,) for value in hazards.stamps], strict=True))
    alike = {**hazards.columns.facts, **stamps, "action": (ADD,)}
    fixed = fixed_columns({name: column for name, column in alike.items() if name != "code"})

    def columns(start: int, stop: int) -> dict[str, Sequence[Any]]:
        found = hazards.written(start, stop)
        found["geometry"] = to_blobs(geometries[start:stop])
        return {name: column for name, column in found.items() if name not in fixed}

    insert_many(connection, "hazard", fixed, columns, len(hazards), progress)


def digest(ids: Iterable[str]) -> str:
    """SHA-256 over the bytes of ids in order, so that an audit entry names a whole batch."""
    return hashlib.sha256(bytes.fromhex("".join(ids).replace("-", ""))).hexdigest()


@contextmanager
def guards_lifted(connection: Connection, names: Sequence[str] = _LIFTED) -> Iterator[None]:
    """Drop per-row triggers, by default those of an insert, and re-create them exactly as they were."""
    saved = {
        name: connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (name,)
        ).scalar()
        for name in names
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
