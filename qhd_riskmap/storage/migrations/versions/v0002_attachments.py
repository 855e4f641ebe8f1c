"""Files kept with hazards, and places of the map that officers come back to."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # The content comes last: SQLite reads a row from the front and stops at the column it wants.
    """CREATE TABLE attachment (
        seq INTEGER NOT NULL PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
        media_type TEXT NOT NULL, size INTEGER NOT NULL CHECK (size > 0),
        lon DOUBLE CHECK (lon BETWEEN -180 AND 180), lat DOUBLE CHECK (lat BETWEEN -90 AND 90),
        taken_at TEXT, thumbnail BLOB, content BLOB NOT NULL CHECK (length(content) = size))""",
    """CREATE TABLE hazard_attachment (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        hazard_fid INTEGER NOT NULL REFERENCES hazard (fid),
        attachment_seq INTEGER NOT NULL REFERENCES attachment (seq),
        name TEXT NOT NULL CHECK (length(name) > 0),
        added_at TEXT NOT NULL, added_by TEXT NOT NULL, removed_at TEXT,
        removed_by TEXT DEFAULT '' NOT NULL)""",
    "CREATE INDEX ix_hazard_attachment_hazard_fid ON hazard_attachment (hazard_fid)",
    # One live entry per hazard and content, whatever two desks do at once.
    """CREATE UNIQUE INDEX ix_hazard_attachment_live
        ON hazard_attachment (hazard_fid, attachment_seq) WHERE removed_at IS NULL""",
    """CREATE TABLE bookmark (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
        west DOUBLE NOT NULL, south DOUBLE NOT NULL, east DOUBLE NOT NULL, north DOUBLE NOT NULL,
        created_at TEXT NOT NULL, created_by TEXT NOT NULL,
        CHECK (west <= east AND south <= north))""",
    """CREATE TRIGGER attachment_no_update BEFORE UPDATE ON attachment
        BEGIN SELECT RAISE(ABORT, 'attachments do not change'); END""",
    """CREATE TRIGGER attachment_no_delete BEFORE DELETE ON attachment
        BEGIN SELECT RAISE(ABORT, 'attachments stay'); END""",
    """CREATE TRIGGER hazard_attachment_no_delete BEFORE DELETE ON hazard_attachment
        BEGIN SELECT RAISE(ABORT, 'attachments are removed softly'); END""",
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
