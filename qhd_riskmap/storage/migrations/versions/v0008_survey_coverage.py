"""Where has been surveyed for what."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # Never overwritten: the newest entry of an area and type counts.
    """CREATE TABLE survey_coverage (
        seq INTEGER NOT NULL PRIMARY KEY, area TEXT NOT NULL, type_key TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state = 'surveyed' OR state = 'none' OR state = 'not_surveyed'),
        surveyed_on TEXT, surveyed_by TEXT DEFAULT '' NOT NULL, note TEXT DEFAULT '' NOT NULL,
        recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
    "CREATE INDEX ix_survey_coverage_area_type ON survey_coverage (area, type_key)",
)


def upgrade() -> None:
    """Add the table."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
