"""Hazards in the register: every change is numbered, kept and audited in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import shapely

from qhd_riskmap.collector import collector_paused
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.hazard_filter import EVERYTHING, HazardFilter
from qhd_riskmap.domain.timeline import Timeline
from qhd_riskmap.errors import ConflictError, InvalidInputError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage import bulk_load, hazard_history, hazard_query
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.hazard_columns import HazardColumns, StoredHazards, columns_of
from qhd_riskmap.storage.hazard_history import HazardVersion
from qhd_riskmap.storage.hazard_load import HazardLoad, Written, numbered, taken
from qhd_riskmap.storage.hazard_query import Fingerprint
from qhd_riskmap.storage.hazard_rows import (
    COLUMNS,
    SETTINGS,
    hazard_of,
    stamped,
    values_of,
)
from qhd_riskmap.storage.level_events import level_events
from qhd_riskmap.storage.many_rows import Progress
from qhd_riskmap.storage.spatial_blob import checked, to_blobs
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_SELECT = f"SELECT {', '.join(COLUMNS)}, AsBinary(geometry) FROM hazard"  # noqa: S608 - constants
_HAD_CODE = "deleted_at IS NULL AND EXISTS (SELECT 1 FROM json_each(alias_codes) WHERE value = ?)"
# What an edit does not change by itself.
_STAMPS = frozenset({"revision", "created_at", "created_by", "updated_at", "updated_by"})


class HazardRepository:
    """Translates between `Hazard` values and ``hazard`` rows."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    # Reading

    def get(self, hazard_id: UUID) -> Hazard | None:
        """The hazard with this id, deleted ones included, or None."""
        return self._one("id = ?", str(hazard_id))

    def by_code(self, code: str) -> Hazard | None:
        """The hazard with this permanent code, deleted ones included, or None."""
        return self._one("code = ?", code)

    def require(self, id_or_code: str) -> Hazard:
        """The live hazard named by id, permanent code or a code it had elsewhere.

        The code of a hazard that was merged into another one leads to that one.

        Raises:
            NotFoundError: There is none, or it is deleted.
        """
        name = id_or_code.strip()
        found = self._one("id = ?", name.lower()) or self._one("code = ?", name)
        if name and (found is None or found.deleted_at is not None):
            found = self._one(_HAD_CODE, name) or found
        if found is None:
            raise NotFoundError(
                _("登记库里没有“{name}”。").format(name=name),
                hint=_("请用隐患编号或 ID 查找；可先用列表或搜索核对。"),
            )
        if found.deleted_at is not None:
            raise NotFoundError(
                _("“{name}”（{code}）已被删除。").format(name=found.name, code=found.code),
                hint=_("如需使用，请先恢复。"),
            )
        return found

    def find(self, wanted: HazardFilter = EVERYTHING, limit: int | None = None) -> list[Hazard]:
        """The hazards that match, in order of registration."""
        with collector_paused():
            return hazard_query.find(self._transaction.reading(), wanted, limit)

    def stream(self, wanted: HazardFilter = EVERYTHING) -> Iterator[Hazard]:
        """Like `find`, without holding all of them; use it up inside the unit of work."""
        return hazard_query.stream(self._transaction.reading(), wanted)

    def features(self, wanted: HazardFilter = EVERYTHING) -> FeatureTable:
        """The columns of all hazards that match, in order of registration."""
        with collector_paused():
            return hazard_query.features(self._transaction.reading(), wanted)

    def text_columns(
        self, names: Sequence[str], *, deleted: bool = False
    ) -> tuple[list[str], list[tuple[str, ...]]]:
        """Ids and some plain columns of all hazards, in order of registration."""
        with collector_paused():
            return hazard_query.text_columns(self._transaction.reading(), names, deleted=deleted)

    def count(self, wanted: HazardFilter = EVERYTHING) -> int:
        """How many hazards match."""
        return hazard_query.count(self._transaction.reading(), wanted)

    def fingerprints(self, keys: Iterable[int]) -> list[Fingerprint]:
        """What duplicate detection compares, one entry per live hazard among some keys (`rivals`)."""
        with collector_paused():
            return hazard_query.fingerprints(self._transaction.reading(), keys)

    def level_events(self, utc_offset: timedelta | None) -> Timeline:
        """Every event that ever gave a hazard its level, deleted hazards included."""
        with collector_paused():
            return level_events(self._transaction.reading(), utc_offset or timedelta())

    def history(self, hazard_id: UUID) -> list[HazardVersion]:
        """All revisions of a hazard, oldest first."""
        return hazard_history.history(self._transaction.reading(), str(hazard_id))

    # Writing

    def add(self, hazard: Hazard, actor: Actor) -> Hazard:
        """Register a hazard; gives it a code if it has none, and revision 1.

        Raises:
            ConflictError: Its id or code is already registered.
            InvalidInputError: Its geometry cannot be stored.
        """
        with self._transaction.step() as connection:
            stored = self._register(columns_of([hazard]), actor, connection)
            self._audit.record(
                actor,
                "hazard.add",
                str(hazard.id),
                {"code": stored.codes[0], "name": hazard.name, "revision": 1},
            )
        return stamped(hazard, code=stored.codes[0], now=stored.now, actor=actor.name)

    def add_many(self, hazards: Sequence[Hazard], actor: Actor) -> list[Hazard]:
        """Register many hazards at once, all or none; like `add`, with one audit entry.

        Raises:
            ConflictError: An id or code is already registered, or occurs twice.
            InvalidInputError: A geometry cannot be stored.
        """
        stored = self.add_columns(columns_of(hazards), actor)
        return [
            stamped(hazard, code=code, now=stored.now, actor=actor.name)
            for hazard, code in zip(hazards, stored.codes, strict=True)
        ]

    def add_columns(
        self, columns: HazardColumns, actor: Actor, progress: Progress | None = None
    ) -> StoredHazards:
        """`add_many` for hazards that come as columns.

        Args:
            columns: The hazards.
            actor: Who registers them.
            progress: Called with the number of rows written so far; may raise to stop.

        Raises:
            ConflictError: An id or code is already registered, or occurs twice.
            InvalidInputError: A geometry cannot be stored.
        """
        if not len(columns):
            now = self._transaction.now()
            return StoredHazards(columns=columns, codes=(), first_fid=0, now=now, actor=actor.name)
        with self._transaction.step() as connection, collector_paused():
            stored = self._register(columns, actor, connection, progress)
            facts = columns.facts
            brought = set(facts["batch_id"])
            written = Written(ids=facts["id"], codes=stored.codes, batches=brought)
            self._record_many(written, actor)
        return stored

    @contextmanager
    def loading(self, actor: Actor) -> Iterator[HazardLoad]:
        """`add_columns` for hazards that come piece by piece; other tables may be written meanwhile.

        All or none; the audit entry of them all is written at the end.
        """
        with self._transaction.step() as connection, collector_paused():
            with bulk_load.guards_lifted(connection):
                load = HazardLoad(connection, self._transaction.now(), actor.name)
                yield load
                load.index()
            written = load.written()
            if written.ids:
                self._record_many(written, actor)

    def save(self, hazard: Hazard, actor: Actor) -> Hazard:
        """Store a changed hazard; its revision must be the one in the register.

        Raises:
            ConflictError: Someone else saved first, or the record is deleted.
            NotFoundError: The record does not exist.
            InvalidInputError: The permanent code was changed, or the geometry cannot be stored.
        """
        with self._transaction.step() as connection:
            before = self._current(hazard.id, hazard.revision)
            _refuse_deleted(before)
            after = self._write(connection, before, hazard, hazard_history.SAVE, actor)
            self._audit.record(actor, "hazard.save", str(hazard.id), _change_detail(before, after))
        return after

    def soft_delete(self, hazard_id: UUID, actor: Actor, revision: int) -> Hazard:
        """Take a hazard out of all lists; its code stays taken and its history stays.

        Raises:
            ConflictError: Someone else saved first, or it is deleted already.
            NotFoundError: The record does not exist.
        """
        with self._transaction.step() as connection:
            before = self._current(hazard_id, revision)
            _refuse_deleted(before)
            gone = replace(before, deleted_at=self._transaction.now())
            after = self._write(connection, before, gone, hazard_history.DELETE, actor)
            self._audit.record(
                actor, "hazard.delete", str(hazard_id), _change_detail(before, after)
            )
        return after

    def restore(self, hazard_id: UUID, actor: Actor) -> Hazard:
        """Bring a deleted hazard back.

        Raises:
            NotFoundError: The record does not exist.
        """
        with self._transaction.step() as connection:
            before = self._current(hazard_id, None)
            if before.deleted_at is None:
                return before
            back = replace(before, deleted_at=None)
            after = self._write(connection, before, back, hazard_history.RESTORE, actor)
            self._audit.record(
                actor, "hazard.restore", str(hazard_id), _change_detail(before, after)
            )
        return after

    def set_level(self, hazard: Hazard, actor: Actor) -> Hazard:
        """Store the level and status an assessment found; part of `assessments.add`."""
        with self._transaction.step() as connection:
            before = self._current(hazard.id, hazard.revision)
            return self._write(connection, before, hazard, hazard_history.ASSESS, actor)

    # Inside

    def _one(self, condition: str, value: str) -> Hazard | None:
        row = (
            self._transaction.reading()
            .exec_driver_sql(f"{_SELECT} WHERE {condition}", (value,))
            .first()
        )
        return hazard_of(row[:-1], shapely.from_wkb(row[-1])) if row is not None else None

    def _current(self, hazard_id: UUID, revision: int | None) -> Hazard:
        stored = self.get(hazard_id)
        if stored is None:
            raise NotFoundError(_("登记库里没有这条记录。"), detail=str(hazard_id))
        if revision is not None and stored.revision != revision:
            raise ConflictError(
                _("“{name}”（{code}）刚被 {actor} 修改过。").format(
                    name=stored.name, code=stored.code, actor=stored.updated_by
                ),
                hint=_("请重新载入，核对对方的修改后再保存。"),
                detail=f"revision {revision} != {stored.revision}",
            )
        return stored

    def _register(
        self,
        columns: HazardColumns,
        actor: Actor,
        connection: Connection,
        progress: Progress | None = None,
    ) -> StoredHazards:
        stored = numbered(connection, columns, self._transaction.now(), actor.name)
        try:
            bulk_load.insert(connection, stored, progress)
        except integrity_error() as error:
            raise taken(stored.codes, error) from error
        return stored

    def _record_many(self, written: Written, actor: Actor) -> None:
        batches = sorted(filter(None, written.batches))
        self._audit.record(
            actor,
            "hazard.add_many",
            batches[0] if len(batches) == 1 else "hazards",
            {
                "count": len(written.codes),
                "first": written.codes[0],
                "last": written.codes[-1],
                "ids_sha256": bulk_load.digest(written.ids),
            },
        )

    def _write(
        self, connection: Connection, before: Hazard, hazard: Hazard, action: str, actor: Actor
    ) -> Hazard:
        if hazard.code != before.code:
            raise InvalidInputError(
                _("隐患编号 {code} 是永久编号，不能修改。").format(code=before.code),
                hint=_("旧编号可填入“曾用编号”。"),
            )
        after = replace(
            hazard,
            revision=before.revision + 1,
            created_at=before.created_at,
            created_by=before.created_by,
            updated_at=self._transaction.now(),
            updated_by=actor.name,
        )
        blob = to_blobs(checked([after.geometry]))[0]
        hazard_history.keep(connection, str(after.id))
        connection.exec_driver_sql(
            f"UPDATE hazard SET {SETTINGS} WHERE id = ?",  # noqa: S608 - constants
            (*values_of(after), action, blob, str(after.id)),
        )
        return after


def _refuse_deleted(hazard: Hazard) -> None:
    if hazard.deleted_at is not None:
        raise ConflictError(
            _("“{name}”（{code}）已被 {actor} 删除。").format(
                name=hazard.name, code=hazard.code, actor=hazard.updated_by
            ),
            hint=_("如需修改，请先恢复。"),
        )


def _change_detail(before: Hazard, after: Hazard) -> dict[str, Any]:
    old, new = values_of(before), values_of(after)
    changed = [
        name
        for name, was, now in zip(COLUMNS, old, new, strict=False)
        if was != now and name not in _STAMPS
    ]
    if not before.geometry.equals_exact(after.geometry, 0.0):
        changed.append("geometry")
    return {"code": after.code, "revision": after.revision, "changed": changed}
