"""Changes of many hazards of a batch at once: each keeps its history, one audit entry tells of all."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import shapely

from qhd_riskmap.collector import collector_paused
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.storage import bulk_load, hazard_history
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import (
    COLUMNS,
    SETTINGS,
    hazard_of,
    values_of,
    values_of_record,
)
from qhd_riskmap.storage.spatial_blob import checked, from_blobs, to_blobs
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_IDS = "id IN (SELECT value FROM json_each(?))"
_UPDATE_TRIGGERS = ("ggu_hazard_geometry", "giu_hazard_geometry", "tmu_hazard_geometry")
_STATES = (
    "SELECT id, code, name, revision, deleted_at, updated_at, updated_by, action FROM hazard WHERE "
)
_EARLIER = (
    "SELECT v.record, v.wkb FROM json_each(?) AS wanted"
    " CROSS JOIN hazard AS h ON h.id = json_extract(wanted.value, '$[0]')"
    " CROSS JOIN hazard_version AS v ON v.hazard_fid = h.fid"
    " AND v.revision = json_extract(wanted.value, '$[1]')"
    " ORDER BY wanted.key"
)
_RESTATE = f"UPDATE hazard SET {SETTINGS} WHERE id = ?"  # noqa: S608 - constants
_REPLACE = (
    "UPDATE hazard SET geometry = ?, county = ?, original_text = ?, declared_reference = ?,"
    " location_method = ?, accuracy = ?, revision = revision + 1, action = 'save',"
    " updated_at = ?, updated_by = ? WHERE id = ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchHazard:
    """Where one hazard of a batch stands.

    Attributes:
        row: Its place in the order asked for, from 0.
        action: What made its present revision.
    """

    row: int
    id: UUID
    code: str
    name: str
    revision: int
    deleted: bool
    updated_at: datetime
    updated_by: str
    action: str


class BatchHazards:
    """Reads and changes hazards of one batch by the thousand."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def states(self, batch_id: UUID) -> list[BatchHazard]:
        """The hazards of a batch in the order of its rows, deleted ones included."""
        return self._states("batch_id = ?", str(batch_id))

    def states_of(self, ids: Sequence[UUID]) -> list[BatchHazard]:
        """The hazards with these ids in order of registration, deleted ones included."""
        return self._states(_IDS, _array(ids))

    def _states(self, condition: str, parameter: str) -> list[BatchHazard]:
        statement = f"{_STATES}{condition} ORDER BY fid"
        rows = self._transaction.reading().exec_driver_sql(statement, (parameter,)).all()
        return [
            BatchHazard(
                row=number,
                id=UUID(row[0]),
                code=row[1],
                name=row[2],
                revision=row[3],
                deleted=row[4] is not None,
                updated_at=datetime.fromisoformat(row[5]),
                updated_by=row[6],
                action=row[7],
            )
            for number, row in enumerate(rows)
        ]

    def counts(self) -> dict[UUID, tuple[int, int]]:
        """How many live hazards each batch has, and how many of them were saved since."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT batch_id, count(*), sum(revision <> 1) FROM hazard"
            " WHERE batch_id IS NOT NULL AND deleted_at IS NULL GROUP BY batch_id"
        )
        return {UUID(batch_id): (present, saved) for batch_id, present, saved in rows}

    def load(self, ids: Sequence[UUID]) -> list[Hazard]:
        """The hazards with these ids, in order of registration."""
        # Whoever collects garbage among ten thousand new objects holds up the window.
        with collector_paused():
            rows = (
                self._transaction.reading()
                .exec_driver_sql(
                    f"SELECT {', '.join(COLUMNS)}, AsBinary(geometry) FROM hazard WHERE {_IDS}"  # noqa: S608 - constants
                    " ORDER BY fid",
                    (_array(ids),),
                )
                .all()
            )
            geometries = from_blobs([row[-1] for row in rows])
            return [hazard_of(row[:-1], g) for row, g in zip(rows, geometries, strict=True)]

    def references(self, batch_id: UUID) -> list[tuple[str, str, int]]:
        """What the live hazards of a batch were read in: reference, location method, how many."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT declared_reference, location_method, count(*) FROM hazard"
            " WHERE batch_id = ? AND deleted_at IS NULL"
            " GROUP BY declared_reference, location_method ORDER BY count(*) DESC",
            (str(batch_id),),
        )
        return [(row[0], row[1], row[2]) for row in rows]

    def earlier(self, rows: Sequence[tuple[UUID, int]]) -> list[Hazard]:
        """The hazards as they were at these revisions."""
        wanted = json.dumps([(str(hazard_id), revision) for hazard_id, revision in rows])
        found = self._transaction.reading().exec_driver_sql(_EARLIER, (wanted,)).all()
        geometries = shapely.from_wkb([row[1] for row in found])
        return [
            hazard_of(values_of_record(record), geometry)
            for _row, (record, _wkb), geometry in zip(rows, found, geometries, strict=True)
        ]

    def delete(self, ids: Sequence[UUID], actor: Actor, subject: str) -> None:
        """Delete softly; the callers have made sure that nobody changed them."""
        now = self._transaction.now().isoformat()
        self._set(ids, "deleted_at = ?, action = 'delete'", (now,), actor, subject)

    def restore(self, ids: Sequence[UUID], actor: Actor, subject: str) -> None:
        """Undo a soft delete."""
        self._set(ids, "deleted_at = NULL, action = 'restore'", (), actor, subject)

    def place_anew(self, hazards: Sequence[Hazard], actor: Actor, subject: str) -> None:
        """Store geometry, county and provenance of the hazards; everything else stays as it is."""
        blobs = to_blobs(checked([hazard.geometry for hazard in hazards]))
        now = self._transaction.now().isoformat()
        rows = []
        for hazard, blob in zip(hazards, blobs, strict=True):
            source = hazard.provenance
            rows.append(
                (
                    blob,
                    hazard.county,
                    source.original_text,
                    source.declared_reference,
                    source.method.value,
                    source.accuracy.value,
                    now,
                    actor.name,
                    str(hazard.id),
                )
            )
        self._write(_REPLACE, rows, hazards)
        self._tell(actor, "hazard.place_many", subject, [hazard.id for hazard in hazards])

    def restate(self, hazards: Sequence[Hazard], actor: Actor, subject: str) -> list[Hazard]:
        """Store whole records; the callers have made sure that nobody changed them.

        Permanent codes stay theirs, and none of the records is deleted or restored by it.

        Args:
            hazards: As they shall be, each with the revision that is stored.
            actor: Who changes them.
            subject: What the audit entry is about.

        Returns:
            The records as they are now.
        """
        blobs = to_blobs(checked([hazard.geometry for hazard in hazards]))
        now = self._transaction.now()
        after = [
            replace(hazard, revision=hazard.revision + 1, updated_at=now, updated_by=actor.name)
            for hazard in hazards
        ]
        rows = [
            (*values_of(hazard), hazard_history.SAVE, blob, str(hazard.id))
            for hazard, blob in zip(after, blobs, strict=True)
        ]
        self._write(_RESTATE, rows, after)
        self._tell(actor, "hazard.save_many", subject, [hazard.id for hazard in after])
        return after

    def _write(
        self, statement: str, rows: Sequence[tuple[Any, ...]], hazards: Sequence[Hazard]
    ) -> None:
        """Put the present states into the history and the new ones into their place."""
        with self._transaction.step() as connection:
            _keep(connection, [hazard.id for hazard in hazards])
            if len(rows) < bulk_load.WITH_TRIGGERS:
                for row in rows:
                    connection.exec_driver_sql(statement, row)
                return
            # SpatiaLite's triggers take longer with every row they have already indexed anew.
            with bulk_load.guards_lifted(connection, _UPDATE_TRIGGERS):
                connection.exec_driver_sql(statement, list(rows))
                _index_anew(connection, hazards)

    def _set(
        self,
        ids: Sequence[UUID],
        settings: str,
        values: tuple[Any, ...],
        actor: Actor,
        subject: str,
    ) -> None:
        now = self._transaction.now().isoformat()
        action = "hazard.delete_many" if values else "hazard.restore_many"
        with self._transaction.step() as connection:
            _keep(connection, ids)
            connection.exec_driver_sql(
                f"UPDATE hazard SET {settings}, revision = revision + 1,"  # noqa: S608 - constants
                f" updated_at = ?, updated_by = ? WHERE {_IDS}",
                (*values, now, actor.name, _array(ids)),
            )
            self._tell(actor, action, subject, ids)

    def _tell(self, actor: Actor, action: str, subject: str, ids: Sequence[UUID]) -> None:
        self._audit.record(actor, action, subject, {"count": len(ids)})


def _index_anew(connection: Connection, hazards: Sequence[Hazard]) -> None:
    rows = connection.exec_driver_sql(
        f"SELECT id, fid FROM hazard WHERE {_IDS}",  # noqa: S608 - constants
        (_array([hazard.id for hazard in hazards]),),
    ).all()
    fids = {row[0]: row[1] for row in rows}
    keys = [fids[str(hazard.id)] for hazard in hazards]
    boxes = shapely.bounds([hazard.geometry for hazard in hazards]).tolist()
    connection.exec_driver_sql(
        f"DELETE FROM {bulk_load.INDEX} WHERE pkid = ?",  # noqa: S608 - constants
        [(key,) for key in keys],
    )
    connection.exec_driver_sql(
        f"INSERT INTO {bulk_load.INDEX} (pkid, xmin, ymin, xmax, ymax) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - constants
        [(key, *box) for key, box in zip(keys, boxes, strict=True)],
    )


def _keep(connection: Connection, ids: Sequence[UUID]) -> None:
    connection.exec_driver_sql(hazard_history.keep_many_sql(_IDS), (_array(ids),))


def _array(ids: Sequence[UUID]) -> str:
    return json.dumps([str(each) for each in ids])
