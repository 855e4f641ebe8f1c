"""What was done to a batch later, what senders said of their coordinates, an office's own datum shifts."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # A change of a whole batch, with the revision it made of each record, so that it can be undone.
    """CREATE TABLE batch_change (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        batch_id TEXT NOT NULL REFERENCES batch (id), kind TEXT NOT NULL,
        changed_at TEXT NOT NULL, changed_by TEXT NOT NULL, reference TEXT DEFAULT '' NOT NULL,
        reverted_at TEXT)""",
    "CREATE INDEX ix_batch_change_batch_id ON batch_change (batch_id)",
    """CREATE TABLE batch_change_row (
        seq INTEGER NOT NULL PRIMARY KEY,
        change_id TEXT NOT NULL REFERENCES batch_change (id),
        hazard_id TEXT NOT NULL, revision INTEGER NOT NULL)""",
    "CREATE INDEX ix_batch_change_row_change_id ON batch_change_row (change_id)",
    """CREATE TABLE sender_datum (
        seq INTEGER NOT NULL PRIMARY KEY, sender TEXT NOT NULL CHECK (length(sender) > 0),
        plane INTEGER NOT NULL CHECK (plane IN (0, 1)), reference TEXT NOT NULL,
        answered_at TEXT NOT NULL, answered_by TEXT NOT NULL,
        CONSTRAINT uq_sender_datum_sender_plane UNIQUE (sender, plane))""",
    """CREATE TABLE datum_parameters (
        seq INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
        datum TEXT NOT NULL UNIQUE, numbers TEXT NOT NULL,
        entered_at TEXT NOT NULL, entered_by TEXT NOT NULL)""",
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
