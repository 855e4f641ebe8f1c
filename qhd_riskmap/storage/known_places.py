"""Where things of a given name are known to lie, and lines that are registered: one look at the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.storage.spatial_blob import from_blobs
from qhd_riskmap.storage.transaction import Transaction

# Class types of a SpatiaLite blob: linestring and multilinestring.
_LINES = (
    "SELECT AsBinary(geometry) FROM hazard WHERE deleted_at IS NULL"
    " AND substr(geometry, 40, 1) IN (x'02', x'05') LIMIT ?"
)
_NAMED = (
    "SELECT name, AsBinary(geometry) FROM hazard"
    " WHERE deleted_at IS NULL AND name IN (SELECT value FROM json_each(?1))"
    " UNION ALL SELECT name, AsBinary(geometry) FROM receptor"
    " WHERE removed_at IS NULL AND name IN (SELECT value FROM json_each(?1))"
    " UNION ALL SELECT name, AsBinary(geometry) FROM resource"
    " WHERE name IN (SELECT value FROM json_each(?1))"
)


class KnownPlaces:
    """Reads hazards, receptors and resources by name."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def named(self, names: Iterable[str]) -> list[tuple[str, float, float]]:
        """Name, longitude and latitude (CGCS2000 degrees) of everything with one of the names."""
        wanted = json.dumps(sorted(set(names)), ensure_ascii=False)
        rows = self._transaction.reading().exec_driver_sql(_NAMED, (wanted,)).all()
        anchors: Any = shapely.point_on_surface(from_blobs([row[1] for row in rows]))
        return [
            (row[0], float(lon), float(lat))
            for row, lon, lat in zip(
                rows, shapely.get_x(anchors), shapely.get_y(anchors), strict=True
            )
        ]

    def loose_texts(self) -> Iterator[tuple[UUID, str]]:
        """Id, and attributes and unknown columns as JSON texts, of live hazards that have any to speak of."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT id, extras || attributes FROM hazard"
            " WHERE deleted_at IS NULL AND length(extras) + length(attributes) > 22"
        )
        return ((UUID(row[0]), row[1]) for row in rows)

    def lines(self, limit: int) -> list[BaseGeometry]:
        """Registered lines, at most ``limit``; CGCS2000 degrees."""
        rows = self._transaction.reading().exec_driver_sql(_LINES, (limit,)).all()
        return list(from_blobs([row[0] for row in rows]))
