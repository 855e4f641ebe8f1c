"""Documents of the office: each with its number, what filled it and its tasks; never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.remediation.documents import (
    GIVEN,
    DocumentKind,
    OfficeDocument,
    shipped_patterns,
    written,
)
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.number_series import document_ordinal
from qhd_riskmap.storage.transaction import Transaction

if TYPE_CHECKING:
    from sqlalchemy import Connection


class DocumentRepository:
    """Writes and reads ``office_document``, ``office_document_task`` and ``number_pattern``."""

    def __init__(self, transaction: Transaction, audit: AuditLog) -> None:
        self._transaction = transaction
        self._audit = audit

    def of_task(self, task: RemediationTask) -> list[OfficeDocument]:
        """The documents about a task, oldest first."""
        return self._documents(
            " WHERE d.seq IN (SELECT l.document_seq FROM office_document_task l"
            " JOIN remediation_task t ON t.seq = l.task_seq WHERE t.id = ?)",
            (str(task.id),),
        )

    def every(self) -> list[OfficeDocument]:
        """All documents, oldest first."""
        return self._documents("", ())

    def given(self) -> list[dict[str, str]]:
        """What officers filled in and the numbers given, of all documents; blanks are left out."""
        return [
            {
                key: str(document.content[key])
                for key in ("number", *GIVEN)
                if str(document.content.get(key, "")).strip("＿")
            }
            for document in self.every()
        ]

    def patterns(self) -> dict[str, str]:
        """How numbers are written, by series."""
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT series, pattern FROM number_pattern"
        )
        return {**shipped_patterns(), **{row[0]: row[1] for row in rows}}

    def set_pattern(self, series: str, pattern: str, actor: Actor) -> None:
        """Write numbers of a series otherwise from now on."""
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "INSERT INTO number_pattern (series, pattern, updated_at, updated_by)"
                " VALUES (?, ?, ?, ?) ON CONFLICT (series) DO UPDATE SET pattern = excluded.pattern,"
                " updated_at = excluded.updated_at, updated_by = excluded.updated_by",
                (series, pattern, self._transaction.now().isoformat(), actor.name),
            )
            self._audit.record(actor, "document.pattern", series, {"pattern": pattern})

    def add(  # noqa: PLR0917 - all that a document is
        self,
        kind: DocumentKind,
        unit: str,
        dated: date,
        tasks: Sequence[RemediationTask],
        content: Mapping[str, Any],
        actor: Actor,
    ) -> OfficeDocument:
        """Keep a document; it gets the next number of its series in the office's year.

        Args:
            kind: What it is.
            unit: The responsible unit.
            dated: The day on the paper.
            tasks: What it is about.
            content: What fills the template; number, year and ordinal are set here.
            actor: Who makes it.

        Raises:
            ConflictError: The pattern writes a number that another document has.
        """
        with self._transaction.step() as connection:
            office = str(connection.exec_driver_sql("SELECT division FROM office").scalar_one())
            ordinal, number = 0, ""
            if kind.series:
                ordinal = document_ordinal(connection, kind.series, office, dated.year)
                number = written(self.patterns()[kind.series], office, dated.year, ordinal)
            numbered = {
                **content, "number": number, "year": str(dated.year),
                "ordinal": str(ordinal) if ordinal else "",
            }  # fmt: skip
            made = OfficeDocument(
                id=uuid4(), kind=kind.key, number=number, unit=unit, dated=dated,
                tasks=tuple(task.number for task in tasks), content=numbered,
                made_at=self._transaction.now(), made_by=actor.name,
            )  # fmt: skip
            seq = _insert(connection, made, (kind.series, office, dated.year, ordinal))
            connection.exec_driver_sql(
                "INSERT INTO office_document_task (document_seq, task_seq)"
                " VALUES (?, (SELECT seq FROM remediation_task WHERE id = ?))",
                [(seq, str(task.id)) for task in tasks],
            )
            detail = {"kind": kind.key, "number": number, "unit": unit, "tasks": list(made.tasks)}
            self._audit.record(actor, "document.make", str(made.id), detail)
        return made

    def _documents(self, condition: str, parameters: tuple[Any, ...]) -> list[OfficeDocument]:
        rows = self._transaction.reading().exec_driver_sql(
            "SELECT d.id, d.kind, d.number, d.unit, d.dated, d.content, d.made_at, d.made_by,"  # noqa: S608 - constants
            " (SELECT json_group_array(number) FROM (SELECT t.number FROM office_document_task l"
            "  JOIN remediation_task t ON t.seq = l.task_seq WHERE l.document_seq = d.seq"
            f"  ORDER BY t.seq)) FROM office_document d{condition} ORDER BY d.seq",
            parameters,
        )
        return [
            OfficeDocument(
                id=UUID(row[0]), kind=row[1], number=row[2], unit=row[3],
                dated=date.fromisoformat(row[4]), content=json.loads(row[5]),
                made_at=datetime.fromisoformat(row[6]), made_by=row[7],
                tasks=tuple(json.loads(row[8])),
            )
            for row in rows
        ]  # fmt: skip


def _insert(connection: Connection, made: OfficeDocument, place: tuple[str, str, int, int]) -> int:
    """The row of a document; ``place`` is its series, office, year and ordinal."""
    try:
        seq: int = connection.exec_driver_sql(
            "INSERT INTO office_document (id, kind, series, office, year, ordinal, number,"
            " unit, dated, content, made_at, made_by)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
            (
                str(made.id), made.kind, *place, made.number, made.unit, made.dated.isoformat(),
                json.dumps(made.content, ensure_ascii=False), made.made_at.isoformat(), made.made_by,
            ),
        ).scalar_one()  # fmt: skip
    except integrity_error() as error:
        raise ConflictError(
            _("文号“{number}”已经用过。").format(number=made.number),
            hint=_("请改文号写法，使各种文书的文号不同。"),
            detail=str(error.orig),
        ) from error
    return seq
