"""How senders write degrees: what they answered when 119.3524 could be read in two ways."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; an empty text is no answer."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE sender_datum ADD COLUMN angles TEXT DEFAULT '' NOT NULL"
    )
