"""How the columns of each sender's sheets are to be read, as an officer corrected it."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add table ``survey_mapping``."""
    op.get_bind().exec_driver_sql(
        """CREATE TABLE survey_mapping (
        seq INTEGER NOT NULL PRIMARY KEY, sender TEXT DEFAULT '' NOT NULL,
        fingerprint TEXT NOT NULL, headers TEXT NOT NULL, fields TEXT NOT NULL,
        updated_at TEXT NOT NULL, updated_by TEXT NOT NULL,
        CONSTRAINT uq_survey_mapping_sender_fingerprint UNIQUE (sender, fingerprint))"""
    )
