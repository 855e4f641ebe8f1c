"""Places around the hazards: people to protect, townships, and what helps in an emergency."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.spatial_blob import checked, from_blobs, to_blobs
from qhd_riskmap.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Township:
    """A township as the office loaded it.

    Attributes:
        code: Division code, unique.
        county: Code of the division above.
        geometry: Area, CGCS2000 degrees.
        source: Where the outline comes from.
    """

    code: str
    name: str
    county: str
    geometry: BaseGeometry
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyResource:
    """Something that helps in an emergency: shelter, store, rescue team.

    Attributes:
        quantity: How much of it, in `unit_of_measure`.
        geometry: CGCS2000 degrees.
    """

    id: UUID
    name: str
    kind: str
    geometry: BaseGeometry
    quantity: float = 0.0
    unit_of_measure: str = ""
    owner: str = ""
    county: str = ""
    address: str = ""
    contact: str = ""
    phone: str = ""
    extras: Mapping[str, str] = field(default_factory=dict)


Bounds = tuple[float, float, float, float]
_RECEPTOR = (
    "id", "name", "kind", "people", "county", "township", "address", "contact", "phone",
    "households",
)  # fmt: skip
_TOWNSHIP = ("code", "name", "county", "source")
_RESOURCE = (
    "id", "name", "kind", "quantity", "unit_of_measure", "owner", "county", "address", "contact",
    "phone",
)  # fmt: skip


class PlaceRepository:
    """Writes and reads tables ``receptor``, ``township`` and ``resource``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add_receptors(self, receptors: Sequence[Receptor], actor: Actor) -> int:
        """Store receptors; one whose id is known replaces the stored one. How many were given."""
        rows = [(*_fields(item, _RECEPTOR), to_json(dict(item.extras))) for item in receptors]
        return self._put("receptor", (*_RECEPTOR, "extras"), rows, receptors, actor)

    def add_townships(self, townships: Sequence[Township], actor: Actor) -> int:
        """Store townships; one whose code is known replaces the stored one."""
        rows = [_fields(item, _TOWNSHIP) for item in townships]
        return self._put("township", _TOWNSHIP, rows, townships, actor)

    def add_resources(self, resources: Sequence[EmergencyResource], actor: Actor) -> int:
        """Store emergency resources; one whose id is known replaces the stored one."""
        rows = [(*_fields(item, _RESOURCE), to_json(dict(item.extras))) for item in resources]
        return self._put("resource", (*_RESOURCE, "extras"), rows, resources, actor)

    def receptors(self, bounds: Bounds | None = None) -> list[Receptor]:
        """The receptors in force, in order of entry.

        Args:
            bounds: Only those that may touch this box (west, south, east, north in degrees).
        """
        condition, parameters = " WHERE removed_at IS NULL", tuple[float, ...]()
        if bounds is not None:
            west, south, east, north = bounds
            condition += (
                " AND fid IN (SELECT pkid FROM idx_receptor_geometry"
                " WHERE xmin <= ? AND xmax >= ? AND ymin <= ? AND ymax >= ?)"
            )
            parameters = (east, west, north, south)
        return [
            Receptor(**values, geometry=geometry)
            for values, geometry in self._all(
                "receptor", (*_RECEPTOR, "extras"), condition, parameters
            )
        ]

    def receptor_kinds(self) -> dict[str, int]:
        """How many receptors in force the register has of each word for a kind."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT kind, count(*) FROM receptor WHERE removed_at IS NULL GROUP BY kind ORDER BY kind"
        )
        return {row[0]: row[1] for row in rows}

    def remove_receptors(self, ids: Sequence[UUID], actor: Actor) -> int:
        """Take receptors out of force; how many were."""
        now = self._transaction.now().isoformat()
        with self._transaction.step() as connection:
            gone = connection.exec_driver_sql(
                "UPDATE receptor SET removed_at = ? WHERE removed_at IS NULL"
                " AND id IN (SELECT value FROM json_each(?))",
                (now, json.dumps([str(each) for each in ids])),
            ).rowcount
            self._audit.record(actor, "receptor.remove", "receptor", {"count": gone})
        return int(gone)

    def townships(self) -> list[Township]:
        """All townships, in order of entry."""
        return [
            Township(**values, geometry=geometry)
            for values, geometry in self._all("township", _TOWNSHIP)
        ]

    def resources(self) -> list[EmergencyResource]:
        """All emergency resources, in order of entry."""
        return [
            EmergencyResource(**values, geometry=geometry)
            for values, geometry in self._all("resource", (*_RESOURCE, "extras"))
        ]

    def _put(
        self,
        table: str,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
        items: Sequence[Receptor | Township | EmergencyResource],
        actor: Actor,
    ) -> int:
        if not rows:
            return 0
        blobs = to_blobs(checked([item.geometry for item in items]))
        names = (*columns, "geometry")
        updates = ", ".join(f"{name} = excluded.{name}" for name in names[1:])
        if table == "receptor":  # named again, it is in force again
            updates += ", removed_at = NULL"
        statement = (
            f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608 - constants
            f" VALUES ({', '.join('?' * len(names))})"
            f" ON CONFLICT ({names[0]}) DO UPDATE SET {updates}"
        )
        with self._transaction.step() as connection:
            try:
                connection.exec_driver_sql(
                    statement, [(*row, blob) for row, blob in zip(rows, blobs, strict=True)]
                )
            except integrity_error() as error:
                raise ConflictError(_("地点数据不能入库。"), detail=str(error.orig)) from error
            self._audit.record(actor, f"{table}.add", table, {"count": len(rows)})
        return len(rows)

    def _all(
        self,
        table: str,
        columns: tuple[str, ...],
        condition: str = "",
        parameters: tuple[Any, ...] = (),
    ) -> list[tuple[dict[str, Any], BaseGeometry]]:
        rows = (
            self._transaction.reading()
            .exec_driver_sql(
                f"SELECT {', '.join(columns)}, AsBinary(geometry) FROM {table}"  # noqa: S608 - constants
                f"{condition} ORDER BY fid",
                parameters,
            )
            .all()
        )
        geometries = from_blobs([row[-1] for row in rows])
        found = []
        for row, geometry in zip(rows, geometries, strict=True):
            values: dict[str, Any] = dict(zip(columns, row[:-1], strict=True))
            if "id" in values:
                values["id"] = UUID(values["id"])
            if "extras" in values:
                values["extras"] = json.loads(values["extras"])
            found.append((values, geometry))
        return found


def _fields(item: object, names: tuple[str, ...]) -> tuple[Any, ...]:
    values = (getattr(item, name) for name in names)
    return tuple(str(value) if isinstance(value, UUID) else value for value in values)
