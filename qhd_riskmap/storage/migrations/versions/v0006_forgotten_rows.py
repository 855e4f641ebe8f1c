"""Rows of an undone import may come back: their fingerprints stay, marked as forgotten."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the mark."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE batch_row ADD COLUMN forgotten INTEGER DEFAULT 0 NOT NULL"
    )
