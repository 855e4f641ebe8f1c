"""Writes many hazards at once, guards lifted for geometries this module made and checked itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.storage.connection import quoted
from qhd_riskmap.storage.hazard_columns import STAMPS, StoredHazards
from qhd_riskmap.storage.hazard_history import ADD
from qhd_riskmap.storage.hazard_rows import STORED
from qhd_riskmap.storage.packed_rtree import replace_index, stored_boxes
from qhd_riskmap.storage.spatial_blob import checked, to_blobs

if TYPE_CHECKING:
    from sqlalchemy import Connection

INDEX = "idx_hazard_geometry"
# Below this, SpatiaLite's triggers cost less than changing the schema twice.
WITH_TRIGGERS = 200
# Rebuilding the index costs as much per old box as packing; adding one box costs five times that.
_REBUILD_UP_TO = 4
_CHUNK = 5000
_LIFTED = ("ggi_hazard_geometry", "gii_hazard_geometry", "tmi_hazard_geometry")
_COLUMNS = ("fid", *STORED, "action", "geometry")
_LONGEST_LITERAL = 100
Progress = Callable[[int], None]


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
        _insert_rows(connection, hazards, geometries, progress)
        return
    with guards_lifted(connection):
        _insert_rows(connection, hazards, geometries, progress)
        fids = range(hazards.first_fid, hazards.first_fid + len(hazards))
        _extend_index(connection, fids, shapely.bounds(geometries).reshape(-1, 4))
        connection.exec_driver_sql(
            "UPDATE geometry_columns_time SET last_insert = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')"
            " WHERE f_table_name = 'hazard'"
        )


def _insert_rows(
    connection: Connection,
    hazards: StoredHazards,
    geometries: npt.NDArray[Any],
    progress: Progress | None,
) -> None:
    """Write the rows; what is the same in all of them is not bound anew for each."""
    fixed = _fixed(hazards)
    bound = [at for at, name in enumerate(_COLUMNS) if name not in fixed]
    values = ", ".join(fixed.get(name, "?") for name in _COLUMNS)
    statement = f"INSERT INTO hazard ({', '.join(_COLUMNS)}) VALUES ({values})"  # noqa: S608 - names and quoted literals
    chosen = itemgetter(*bound)

    for start in range(0, len(hazards), _CHUNK):
        stop = min(start + _CHUNK, len(hazards))
        blobs = to_blobs(geometries[start:stop])
        rows = [
            chosen((*row, ADD, blob))
            for row, blob in zip(hazards.rows(start, stop), blobs, strict=True)
        ]
        connection.exec_driver_sql(statement, rows)
        if progress is not None:
            progress(stop)


def _fixed(hazards: StoredHazards) -> dict[str, str]:
    """SQL literals of the columns that hold one short plain value in all rows."""
    columns: dict[str, Sequence[Any]] = {
        **hazards.columns.facts,
        **{name: (value,) for name, value in zip(STAMPS, hazards.stamps, strict=True)},
        "action": (ADD,),
    }
    columns.pop("code")
    found = {}
    for name, column in columns.items():
        first = column[0]
        literal = _literal(first)
        if literal and column[-1] == first and column.count(first) == len(column):
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
