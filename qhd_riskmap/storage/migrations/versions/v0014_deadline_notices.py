"""Notices of the deadline clock, and which deadline of which task each one told of."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE deadline_notice (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT NOT NULL UNIQUE,
        unit TEXT DEFAULT '' NOT NULL, step TEXT NOT NULL,
        dated TEXT NOT NULL CHECK (length(dated) = 10),
        content TEXT NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL)""",
    "CREATE INDEX ix_deadline_notice_dated ON deadline_notice (dated)",
    # One deadline of one task is told of once per step, whoever tells it.
    """CREATE TABLE deadline_notice_task (
        task_seq INTEGER NOT NULL REFERENCES remediation_task (seq),
        deadline TEXT NOT NULL CHECK (length(deadline) = 10), step TEXT NOT NULL,
        notice_seq INTEGER NOT NULL REFERENCES deadline_notice (seq), due_on TEXT NOT NULL,
        PRIMARY KEY (task_seq, deadline, step))""",
    "CREATE INDEX ix_deadline_notice_task_notice_seq ON deadline_notice_task (notice_seq)",
    *(
        f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
            BEGIN SELECT RAISE(ABORT, 'notices stay as they were sent'); END"""
        for table in ("deadline_notice", "deadline_notice_task")
        for verb in ("update", "delete")
    ),
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
