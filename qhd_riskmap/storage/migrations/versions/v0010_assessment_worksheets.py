"""Rule profiles of the office, worksheets and sign-offs of assessments, factor defaults by area."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # Every version ever adopted stays, so that an old assessment can be explained for ever.
    """CREATE TABLE rule_profile (
        seq INTEGER NOT NULL PRIMARY KEY, key TEXT NOT NULL, version TEXT NOT NULL,
        content TEXT NOT NULL, reason TEXT DEFAULT '' NOT NULL, adopted_at TEXT NOT NULL,
        adopted_by TEXT NOT NULL, CONSTRAINT uq_rule_profile_key_version UNIQUE (key, version))""",
    """CREATE TABLE factor_default (
        seq INTEGER NOT NULL PRIMARY KEY, area TEXT NOT NULL, type_key TEXT NOT NULL,
        method TEXT NOT NULL, factor TEXT NOT NULL, value TEXT NOT NULL,
        reason TEXT DEFAULT '' NOT NULL, recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL,
        CONSTRAINT uq_factor_default_place UNIQUE (area, type_key, method, factor))""",
    "ALTER TABLE assessment ADD COLUMN residual_level INTEGER",
    "ALTER TABLE assessment ADD COLUMN next_review TEXT",
    "ALTER TABLE assessment ADD COLUMN worksheet TEXT DEFAULT '{}' NOT NULL",
    """CREATE TABLE assessment_sign_off (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        assessment_seq INTEGER NOT NULL REFERENCES assessment (seq), level INTEGER NOT NULL
        CHECK (level BETWEEN 1 AND 4), opinion TEXT DEFAULT '' NOT NULL, signed_at TEXT NOT NULL,
        signed_by TEXT NOT NULL)""",
    "CREATE INDEX ix_assessment_sign_off_assessment_seq ON assessment_sign_off (assessment_seq)",
    "ALTER TABLE receptor ADD COLUMN households INTEGER",
    "ALTER TABLE receptor ADD COLUMN removed_at TEXT",
)


def upgrade() -> None:
    """Add tables and columns."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
