"""The tables of inspections (private to storage); `rows` has the others."""

from __future__ import annotations

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, MetaData, Table, Text, text

from qhd_riskmap.storage.row_columns import text_column, word


def add_tables(metadata: MetaData) -> None:
    """Describe the tables to ``metadata``, which knows hazard, remediation_task and attachment."""
    Table(
        "inspection",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        Column("hazard_fid", Integer, ForeignKey("hazard.fid"), nullable=False),
        word("inspected_on"),
        word("inspector"),
        text_column("phone"),
        word("result"),
        text_column("note"),
        word("answers"),
        text_column("checklist"),
        text_column("sheet"),
        word("recorded_at"),
        word("recorded_by"),
        Index("ix_inspection_hazard_fid", "hazard_fid", "inspected_on"),
        Index("ix_inspection_sheet", "sheet", unique=True, sqlite_where=text("sheet <> ''")),
    )
    _of_inspection(metadata)
    Table(
        "inspection_round",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        word("planned_on"),
        text_column("inspector"),
        text_column("phone"),
        Column("start_lon", Double, nullable=False),
        Column("start_lat", Double, nullable=False),
        Column("route_m", Double, nullable=False),
        word("stops"),
        word("made_at"),
        word("made_by"),
    )


def _of_inspection(metadata: MetaData) -> None:
    """What came of inspections."""
    Table(
        "inspection_task",
        metadata,
        Column("seq", Integer, primary_key=True),
        Column("inspection_seq", Integer, ForeignKey("inspection.seq"), nullable=False),
        Column("task_seq", Integer, ForeignKey("remediation_task.seq"), nullable=False),
        text_column("question"),
        Index("ix_inspection_task_pair", "inspection_seq", "task_seq", unique=True),
        Index(
            "ix_inspection_task_question",
            "inspection_seq",
            "question",
            unique=True,
            sqlite_where=text("question <> ''"),
        ),
    )
    Table(
        "inspection_file",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("id", unique=True),
        Column("inspection_seq", Integer, ForeignKey("inspection.seq"), nullable=False),
        Column("attachment_seq", Integer, ForeignKey("attachment.seq"), nullable=False),
        word("kind"),
        word("name"),
        word("added_at"),
        word("added_by"),
        Column("removed_at", Text),
        text_column("removed_by"),
        Index(
            "ix_inspection_file_live",
            "inspection_seq",
            "attachment_seq",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
        ),
    )
