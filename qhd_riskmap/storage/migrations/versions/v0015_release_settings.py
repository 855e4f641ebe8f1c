"""Saved release definitions, and decisions that publish single records closer than their type."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE release_definition (
        seq INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE, content TEXT NOT NULL,
        saved_at TEXT NOT NULL, saved_by TEXT NOT NULL)""",
    # Never overwritten: the newest decision of a record counts, also one that takes another back.
    """CREATE TABLE release_decision (
        seq INTEGER NOT NULL PRIMARY KEY, hazard_id TEXT NOT NULL, release_class TEXT NOT NULL,
        reason TEXT NOT NULL, reviewer TEXT NOT NULL,
        decided_on TEXT NOT NULL CHECK (length(decided_on) = 10),
        recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
    "CREATE INDEX ix_release_decision_hazard_id ON release_decision (hazard_id)",
    *(
        f"""CREATE TRIGGER release_decision_no_{verb} BEFORE {verb.upper()} ON release_decision
            BEGIN SELECT RAISE(ABORT, 'decisions stay as they were recorded'); END"""
        for verb in ("update", "delete")
    ),
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
