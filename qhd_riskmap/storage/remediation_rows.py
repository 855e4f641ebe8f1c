"""The tables of remediation (private to storage); `rows` has the others."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, MetaData, Table, Text, text

from qhd_riskmap.storage.row_columns import number, text_column, word


def add_tables(metadata: MetaData) -> None:
    """Describe the tables to ``metadata``, which knows hazard, batch and attachment."""
    _task(metadata)
    _event(metadata)
    _file(metadata)
    _notices(metadata)
    _documents(metadata)
    Table(
        "number_series",
        metadata,
        Column("kind", Text, primary_key=True),
        Column("office", Text, primary_key=True),
        Column("year", Integer, primary_key=True),
        number("next_number"),
    )
    Table(
        "calendar_day",
        metadata,
        Column("day", Text, primary_key=True),
        number("working"),
        text_column("note"),
        word("updated_at"),
        word("updated_by"),
    )


def _task(metadata: MetaData) -> None:
    facts = (
        text_column("problem"), text_column("basis"), text_column("grade"), text_column("measures"),
        Column("funds", Double), text_column("fund_source"), text_column("owner_unit"),
        text_column("owner"), text_column("phone"), text_column("deputy"), text_column("regulator"),
        Column("deadline", Text), text_column("contingency"), text_column("supervision"),
        text_column("supervision_no"), number("suspended"), number("percent"),
        text_column("progress"),
    )  # fmt: skip
    days = [
        Column(name, Text)
        for name in ("assigned_on", "started_on", "done_on", "accepted_on", "closed_on")
    ]
    Table(
        "remediation_task",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        word("number", unique=True),
        Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
        Column("batch_id", Text, ForeignKey("batch.id")),
        text_column("source_hash"),
        word("state"),
        word("since"),
        word("registered_on"),
        *facts,
        *days,
        text_column("acceptor"),
        text_column("opinion"),
        Column("extension_to", Text),
        text_column("extension_reason"),
        text_column("receiver"),
        text_column("remark"),
        number("revision"),
        word("created_at"),
        word("created_by"),
        word("updated_at"),
        word("updated_by"),
        Column("deleted_at", Text),
        Index("ix_remediation_task_hazard_fid", "hazard_fid"),
        Index("ix_remediation_task_state", "state", "deadline"),
        Index("ix_remediation_task_batch_id", "batch_id"),
        Index(
            "ix_remediation_task_source",
            "hazard_fid",
            "source_hash",
            unique=True,
            sqlite_where=text("source_hash <> '' AND deleted_at IS NULL"),
        ),
    )


def _event(metadata: MetaData) -> None:
    Table(
        "remediation_event",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        Column("task_seq", Integer, ForeignKey("remediation_task.seq"), nullable=False),
        word("kind"),
        text_column("move"),
        word("state_before"),
        word("state_after"),
        word("happened_on"),
        Column("percent", Integer),
        text_column("note"),
        word("detail"),
        number("revision"),
        word("recorded_at"),
        word("recorded_by"),
        Index("ix_remediation_event_task_revision", "task_seq", "revision", unique=True),
    )


def _file(metadata: MetaData) -> None:
    Table(
        "remediation_file",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        Column("task_seq", Integer, ForeignKey("remediation_task.seq"), nullable=False),
        Column("attachment_seq", Integer, ForeignKey("attachment.seq"), nullable=False),
        word("stage"),
        word("name"),
        word("added_at"),
        word("added_by"),
        Column("removed_at", Text),
        text_column("removed_by"),
        Index(
            "ix_remediation_file_live",
            "task_seq",
            "attachment_seq",
            "stage",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
        ),
    )


def _notices(metadata: MetaData) -> None:
    Table(
        "deadline_notice",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        word("number", unique=True),
        text_column("unit"),
        word("step"),
        word("dated"),
        word("content"),
        word("made_at"),
        word("made_by"),
        Index("ix_deadline_notice_dated", "dated"),
    )
    Table(
        "deadline_notice_task",
        metadata,
        Column("task_seq", Integer, ForeignKey("remediation_task.seq"), primary_key=True),
        Column("deadline", Text, primary_key=True),
        Column("step", Text, primary_key=True),
        Column("notice_seq", Integer, ForeignKey("deadline_notice.seq"), nullable=False),
        word("due_on"),
        Index("ix_deadline_notice_task_notice_seq", "notice_seq"),
    )


def _documents(metadata: MetaData) -> None:
    Table(
        "office_document",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        word("kind"),
        text_column("series"),
        word("office"),
        number("year"),
        number("ordinal"),
        text_column("number"),
        text_column("unit"),
        word("dated"),
        word("content"),
        word("made_at"),
        word("made_by"),
        Index(
            "ix_office_document_ordinal", "series", "office", "year", "ordinal", unique=True,
            sqlite_where=text("ordinal > 0"),
        ),
        Index("ix_office_document_number", "number", unique=True, sqlite_where=text("number <> ''")),
    )  # fmt: skip
    Table(
        "office_document_task",
        metadata,
        Column("document_seq", Integer, ForeignKey("office_document.seq"), primary_key=True),
        Column("task_seq", Integer, ForeignKey("remediation_task.seq"), primary_key=True),
        Index("ix_office_document_task_task_seq", "task_seq"),
    )
    Table(
        "number_pattern",
        metadata,
        Column("series", Text, primary_key=True),
        word("pattern"),
        word("updated_at"),
        word("updated_by"),
    )
    Table(
        "notice_receipt",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        Column("notice_seq", Integer, ForeignKey("deadline_notice.seq"), nullable=False),
        Column("task_seq", Integer, ForeignKey("remediation_task.seq"), nullable=False),
        word("signer"),
        word("signed_on"),
        text_column("progress"),
        word("recorded_at"),
        word("recorded_by"),
        Index(
            "ix_notice_receipt_once", "notice_seq", "task_seq", "signer", "signed_on", "progress",
            unique=True,
        ),
        Index("ix_notice_receipt_task_seq", "task_seq"),
    )  # fmt: skip
