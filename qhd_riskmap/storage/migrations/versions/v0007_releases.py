"""Releases keep their content, their purpose and their end."""

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
)


def upgrade() -> None:
    """Add the columns."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
