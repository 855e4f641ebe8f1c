"""The tables of what releases are made by (private to storage); `rows` has the others."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from qhd_riskmap.storage.row_columns import text_column, word


def add_tables(metadata: MetaData) -> None:
    """Describe the tables to ``metadata``."""
    Table(
        "release_definition",
        metadata,
        Column("seq", Integer, primary_key=True),
        Column("name", Text, nullable=False, unique=True),
        word("content"),
        word("saved_at"),
        word("saved_by"),
    )
    Table(
        "release_decision",
        metadata,
        Column("seq", Integer, primary_key=True),
        word("hazard_id"),
        word("release_class"),
        word("reason"),
        word("reviewer"),
        word("decided_on"),
        word("recorded_at"),
        word("recorded_by"),
        text_column("basis"),
        text_column("type_key"),
        Index("ix_release_decision_hazard_id", "hazard_id"),
    )
