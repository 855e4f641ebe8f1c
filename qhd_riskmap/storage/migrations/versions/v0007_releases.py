"""Releases keep their content and their end; decisions per record, saved orders, survey coverage."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE \"release\" ADD COLUMN purpose TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE \"release\" ADD COLUMN supersedes TEXT DEFAULT '' NOT NULL",
    'ALTER TABLE "release" ADD COLUMN ended_at TEXT',
    "ALTER TABLE \"release\" ADD COLUMN ended_by TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE \"release\" ADD COLUMN ended_why TEXT DEFAULT '' NOT NULL",
    # The public content as released, so that any release can be made again bit for bit.
    'ALTER TABLE "release" ADD COLUMN content BLOB',
    """CREATE TABLE release_decision (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, hazard_id TEXT NOT NULL,
        representation TEXT NOT NULL, reviewer TEXT NOT NULL CHECK (length(reviewer) > 0),
        reason TEXT NOT NULL CHECK (length(reason) > 0), decided_at TEXT NOT NULL,
        decided_by TEXT NOT NULL, revoked_at TEXT, revoked_by TEXT DEFAULT '' NOT NULL)""",
    "CREATE INDEX ix_release_decision_hazard_id ON release_decision (hazard_id)",
    """CREATE TABLE release_definition (
        seq INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (length(name) > 0),
        definition TEXT NOT NULL, saved_at TEXT NOT NULL, saved_by TEXT NOT NULL)""",
    # Never overwritten: the newest entry of an area and type counts.
    """CREATE TABLE survey_coverage (
        seq INTEGER NOT NULL PRIMARY KEY, area TEXT NOT NULL, type_key TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state = 'surveyed' OR state = 'none' OR state = 'not_surveyed'),
        surveyed_on TEXT, surveyed_by TEXT DEFAULT '' NOT NULL, note TEXT DEFAULT '' NOT NULL,
        recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
    "CREATE INDEX ix_survey_coverage_area_type ON survey_coverage (area, type_key)",
)


def upgrade() -> None:
    """Add columns and tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
