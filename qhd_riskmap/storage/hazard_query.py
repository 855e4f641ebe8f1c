"""Turns a `HazardFilter` into SQL and reads what matches."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.flat_shapes import anchors_of
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import BoundingBox, HazardFilter
from qhd_riskmap.domain.text_search import folded
from qhd_riskmap.storage.flat_errors import UnusualBlobError
from qhd_riskmap.storage.hazard_rows import COLUMNS, hazard_of
from qhd_riskmap.storage.spatial_blob import from_blobs
from qhd_riskmap.storage.straight_read import Reading, table_of, table_with

if TYPE_CHECKING:
    from sqlalchemy import Connection

_CHUNK = 2000
_SELECTED = ", ".join(COLUMNS)
_READABLE = frozenset(COLUMNS) | {"search_text"}
_ATTRIBUTE_PREFIX = "attributes."
_ATTRIBUTE = re.compile(re.escape(_ATTRIBUTE_PREFIX) + "[a-z][a-z0-9_]{0,62}")
Where = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What tells one live hazard from another when a sheet is matched against the register.

    Attributes:
        lon: Longitude of the anchor, CGCS2000 degrees.
        lat: Latitude of the anchor, CGCS2000 degrees.
        wkb: The geometry, well-known binary.
    """

    id: UUID
    code: str
    alias_codes: tuple[str, ...]
    name: str
    type_key: str
    county: str
    lon: float
    lat: float
    wkb: bytes


def where_of(wanted: HazardFilter) -> Where:
    """The WHERE clause and its parameters; the bounding box only by the boxes of geometries."""
    clauses = ["deleted_at IS NOT NULL" if wanted.deleted else "deleted_at IS NULL"]
    parameters: list[Any] = []

    def any_of(column: str, values: list[Any]) -> None:
        clauses.append(f"{column} IN ({', '.join('?' * len(values))})")
        parameters.extend(values)

    levels = sorted(level.rank for level in wanted.levels) + ([0] if wanted.ungraded else [])
    if levels:
        any_of("level", levels)
    if wanted.type_keys:
        any_of("type_key", sorted(wanted.type_keys))
    if wanted.counties:
        any_of("county", sorted(wanted.counties))
    if wanted.batch_id is not None:
        any_of("batch_id", [str(wanted.batch_id)])
    if wanted.ids is not None:
        clauses.append("id IN (SELECT value FROM json_each(?))")
        parameters.append(json.dumps(sorted(map(str, wanted.ids))))
    for word in folded(wanted.text).split():
        clauses.append("instr(search_text, ?) > 0")
        parameters.append(word)
    if wanted.bbox is not None:
        west, south, east, north = wanted.bbox
        clauses.append(
            "fid IN (SELECT pkid FROM idx_hazard_geometry"
            " WHERE xmin <= ? AND xmax >= ? AND ymin <= ? AND ymax >= ?)"
        )
        parameters.extend([east, west, north, south])
    return " AND ".join(clauses), tuple(parameters)


def stream(connection: Connection, wanted: HazardFilter) -> Iterator[Hazard]:
    """The hazards that match, in order of registration, a chunk at a time."""
    where, parameters = where_of(wanted)
    # ``where`` is made of constants; every value is a parameter.
    result = connection.exec_driver_sql(
        f"SELECT {_SELECTED}, AsBinary(geometry) FROM hazard WHERE {where} ORDER BY fid",  # noqa: S608
        parameters,
    )
    for rows in result.partitions(_CHUNK):
        geometries = from_blobs([row[-1] for row in rows])
        keep = _inside(geometries, wanted.bbox)
        for row, geometry, kept in zip(rows, geometries, keep, strict=True):
            if kept:
                yield hazard_of(row[:-1], geometry)


def find(connection: Connection, wanted: HazardFilter, limit: int | None) -> list[Hazard]:
    """The first ``limit`` hazards that match."""
    return list(islice(stream(connection, wanted), limit))


def features(connection: Connection, wanted: HazardFilter) -> FeatureTable:
    """The columns of all hazards that match, in order of registration."""
    where, parameters = where_of(wanted)
    # The driver's cursor: the joined columns need no row objects.
    cursor = connection.connection.cursor()
    try:
        pieces, words = Reading(cursor, where, parameters).whole()
        try:
            table = table_of(pieces, lambda: words)
        except UnusualBlobError:
            table = table_with(
                pieces, lambda: words, _read_by_spatialite(cursor, where, parameters)
            )
    finally:
        cursor.close()
    return table if wanted.bbox is None else table.take(_inside(table.geometries, wanted.bbox))


def _read_by_spatialite(cursor: Any, where: str, parameters: tuple[Any, ...]) -> npt.NDArray[Any]:
    """Geometries that other programs wrote in ways of their own, e.g. compressed."""
    cursor.execute(
        f"SELECT AsBinary(geometry) FROM hazard WHERE {where} ORDER BY fid",  # noqa: S608
        parameters,
    )
    return from_blobs([row[0] for row in cursor.fetchall()])


def text_columns(
    connection: Connection, names: Sequence[str], *, deleted: bool = False
) -> tuple[list[str], list[tuple[str, ...]]]:
    """Ids and some plain columns of all hazards, in order of registration; None reads as "".

    ``attributes.KEY`` names one field of the hazards' types.

    Raises:
        ValueError: A name is no column.
    """
    unknown = {name for name in names if name not in _READABLE and not _ATTRIBUTE.fullmatch(name)}
    if unknown:
        raise ValueError(f"no such columns: {sorted(unknown)}")
    where, _none = where_of(HazardFilter(deleted=deleted))
    chosen = ", ".join(f"coalesce({_expression(name)}, '')" for name in names)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"SELECT id, {chosen} FROM hazard WHERE {where} ORDER BY fid")  # noqa: S608 - checked names
        rows = cursor.fetchall()
    finally:
        cursor.close()
    found: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * (len(names) + 1)
    return list(found[0]), found[1:]


def _expression(name: str) -> str:
    if name in _READABLE:
        return name
    key = name.removeprefix(_ATTRIBUTE_PREFIX)
    return f"CAST(json_extract(attributes, '$.{key}') AS TEXT)"


def count(connection: Connection, wanted: HazardFilter) -> int:
    """How many hazards match."""
    where, parameters = where_of(wanted)
    if wanted.bbox is None:
        total: int = connection.exec_driver_sql(
            f"SELECT count(*) FROM hazard WHERE {where}",  # noqa: S608
            parameters,
        ).scalar_one()
        return total
    blobs = connection.exec_driver_sql(
        f"SELECT AsBinary(geometry) FROM hazard WHERE {where}",  # noqa: S608
        parameters,
    )
    return int(_inside(from_blobs(list(blobs.scalars())), wanted.bbox).sum())


def fingerprints(connection: Connection, keys: Iterable[int]) -> list[Fingerprint]:
    """What duplicate detection compares, one entry per live hazard among some, in order of keys."""
    rows = connection.exec_driver_sql(
        "SELECT h.id, h.code, h.alias_codes, h.name, h.type_key, h.county, AsBinary(h.geometry)"
        " FROM json_each(?) AS wanted CROSS JOIN hazard AS h ON h.fid = wanted.value"
        " WHERE h.deleted_at IS NULL ORDER BY h.fid",
        (json.dumps(sorted(keys)),),
    ).all()
    anchors = anchors_of(from_blobs([row[-1] for row in rows])).tolist()
    return [
        Fingerprint(
            id=UUID(row[0]),
            code=row[1],
            alias_codes=tuple(json.loads(row[2])),
            name=row[3],
            type_key=row[4],
            county=row[5],
            lon=lon,
            lat=lat,
            wkb=row[6],
        )
        for row, (lon, lat) in zip(rows, anchors, strict=True)
    ]


def _inside(geometries: npt.NDArray[Any], bbox: BoundingBox | None) -> npt.NDArray[np.bool_]:
    if bbox is None or not len(geometries):
        return np.ones(len(geometries), dtype=bool)
    return np.asarray(shapely.intersects(geometries, shapely.box(*bbox)), dtype=bool)
