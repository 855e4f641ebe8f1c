"""The register of public releases: what went out, from what, and who signed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COLUMNS = (
    "id, number, title, released_at, released_by, data_date, approval_no, content_hash,"
    " rules_version, status, definition, sign_offs, revealed, products, purpose, supersedes,"
    " ended_at, ended_by, ended_why"
)


class ReleaseStatus(StrEnum):
    """What became of a release."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """送审样图, 已发布, 已被替代, 已撤回."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    ReleaseStatus.DRAFT: N_("送审样图"),
    ReleaseStatus.PUBLISHED: N_("已发布"),
    ReleaseStatus.SUPERSEDED: N_("已被替代"),
    ReleaseStatus.WITHDRAWN: N_("已撤回"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasedProduct:
    """One finished file.

    Attributes:
        sha256: Hash of its content, hexadecimal.
        size: Bytes.
    """

    name: str
    format: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """One release as it was made.

    Attributes:
        number: ``{year}-{nnn}`` by order of entry; "" until the register gave one.
        data_date: 截止日期 printed on the products.
        approval_no: 审图号, or "" for a draft.
        content_hash: SHA-256 of the frozen public content; the first one binds an approval number.
        rules_version: Version of the release rules applied.
        definition: What was asked for; JSON values.
        sign_offs: Role → name (编制, 审核, 保密审查, …).
        revealed: What the release reveals of each record, by hazard id; JSON values. The guard
            against differencing reads it again.
        products: The files.
        purpose: What the release is for, in the office's words.
        supersedes: Number of the release it takes the place of, or "".
        ended_at: When it was superseded or withdrawn.
        ended_why: Why, in the officer's words.
    """

    id: UUID
    number: str = ""
    title: str
    data_date: date | None = None
    approval_no: str = ""
    content_hash: str
    rules_version: str = ""
    status: ReleaseStatus = ReleaseStatus.PUBLISHED
    definition: Mapping[str, Any] = field(default_factory=dict)
    sign_offs: Mapping[str, str] = field(default_factory=dict)
    revealed: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[ReleasedProduct, ...] = ()
    released_at: datetime | None = None
    released_by: str = ""
    purpose: str = ""
    supersedes: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_why: str = ""


class ReleaseRepository:
    """Writes and reads table ``release``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def add(self, release: ReleaseRecord, actor: Actor, content: bytes = b"") -> ReleaseRecord:
        """Record a release; gives it the next number of its year if it has none.

        Args:
            release: The entry.
            actor: Who releases.
            content: The public content as `domain.redaction.frozen` packs it.
        """
        now = self._transaction.now()
        with self._transaction.step() as connection:
            stored = replace(
                release,
                number=release.number or _next_number(connection, now.year),
                released_at=now,
                released_by=actor.name,
            )
            connection.exec_driver_sql(
                f'INSERT INTO "release" ({_COLUMNS}, content) VALUES ({", ".join("?" * 20)})',  # noqa: S608 - constants
                (*_values(stored), content or None),
            )
            self._audit.record(
                actor,
                "release.add",
                str(release.id),
                {
                    "number": stored.number,
                    "title": stored.title,
                    "status": stored.status.value,
                    "content_hash": stored.content_hash,
                    "products": {item.name: item.sha256 for item in stored.products},
                },
            )
        return stored

    def end(self, number: str, status: ReleaseStatus, why: str, actor: Actor) -> None:
        """Mark a release as superseded or withdrawn; what it revealed stays known.

        Raises:
            NotFoundError: There is no such release.
        """
        with self._transaction.step() as connection:
            changed = connection.exec_driver_sql(
                'UPDATE "release" SET status = ?, ended_at = ?, ended_by = ?, ended_why = ?'
                " WHERE number = ?",
                (status.value, self._transaction.now().isoformat(), actor.name, why, number),
            ).rowcount
            if not changed:
                raise NotFoundError(_("没有编号为 {number} 的发布。").format(number=number))
            self._audit.record(actor, "release.end", number, {"status": status.value, "why": why})

    def content(self, number: str) -> bytes:
        """The frozen public content of a release, empty for those made before it was kept."""
        found = (
            self._transaction.reading()
            .exec_driver_sql('SELECT content FROM "release" WHERE number = ?', (number,))
            .scalar()
        )
        return bytes(found) if found else b""

    def numbered(self, number: str) -> ReleaseRecord:
        """One release by its number.

        Raises:
            NotFoundError: There is no such release.
        """
        found = self._releases(" WHERE number = ?", (number,))
        if not found:
            raise NotFoundError(_("没有编号为 {number} 的发布。").format(number=number))
        return found[0]

    def list(self) -> Sequence[ReleaseRecord]:
        """All releases, newest first."""
        return self._releases("", ())

    def get(self, release_id: UUID) -> ReleaseRecord | None:
        """One release, or None."""
        found = self._releases(" WHERE id = ?", (str(release_id),))
        return found[0] if found else None

    def by_approval(self, approval_no: str) -> Sequence[ReleaseRecord]:
        """The releases made under a 审图号, newest first."""
        return self._releases(" WHERE approval_no = ?", (approval_no,))

    def _releases(self, condition: str, parameters: tuple[Any, ...]) -> Sequence[ReleaseRecord]:
        rows = self._transaction.reading().exec_driver_sql(
            f'SELECT {_COLUMNS} FROM "release"{condition} ORDER BY seq DESC',  # noqa: S608 - constants
            parameters,
        )
        return [_release(row) for row in rows]


def _next_number(connection: Connection, year: int) -> str:
    taken = connection.exec_driver_sql(
        'SELECT count(*), max(CAST(substr(number, 6) AS INTEGER)) FROM "release"'
        " WHERE number GLOB ?",
        (f"{year}-[0-9]*",),
    ).one()
    return f"{year}-{(taken[1] or 0) + 1:03d}"


def _values(item: ReleaseRecord) -> tuple[Any, ...]:
    return (
        str(item.id),
        item.number,
        item.title,
        item.released_at.isoformat() if item.released_at else "",
        item.released_by,
        item.data_date.isoformat() if item.data_date else "",
        item.approval_no,
        item.content_hash,
        item.rules_version,
        item.status.value,
        to_json(dict(item.definition)),
        to_json(dict(item.sign_offs)),
        to_json(dict(item.revealed)),
        to_json(
            [
                {"name": p.name, "format": p.format, "sha256": p.sha256, "size": p.size}
                for p in item.products
            ]
        ),
        item.purpose,
        item.supersedes,
        item.ended_at.isoformat() if item.ended_at else None,
        item.ended_by,
        item.ended_why,
    )


def _release(row: Any) -> ReleaseRecord:
    return ReleaseRecord(
        id=UUID(row[0]),
        number=row[1],
        title=row[2],
        released_at=datetime.fromisoformat(row[3]),
        released_by=row[4],
        data_date=date.fromisoformat(row[5]) if row[5] else None,
        approval_no=row[6],
        content_hash=row[7],
        rules_version=row[8],
        status=ReleaseStatus(row[9]),
        definition=json.loads(row[10]),
        sign_offs=json.loads(row[11]),
        revealed=json.loads(row[12]),
        products=tuple(ReleasedProduct(**item) for item in json.loads(row[13])),
        purpose=row[14],
        supersedes=row[15],
        ended_at=datetime.fromisoformat(row[16]) if row[16] else None,
        ended_by=row[17],
        ended_why=row[18],
    )
