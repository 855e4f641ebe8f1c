"""Which cells of other offices' workbooks take which figures."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.get_bind().exec_driver_sql(
        """CREATE TABLE cell_mapping (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL UNIQUE CHECK (length(name) > 0), cells TEXT NOT NULL,
        updated_at TEXT NOT NULL, updated_by TEXT NOT NULL)"""
    )
