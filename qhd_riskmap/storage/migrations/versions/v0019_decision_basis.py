"""What a decision about a single record rests on, and for which type it was taken."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "ALTER TABLE release_decision ADD COLUMN basis TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE release_decision ADD COLUMN type_key TEXT DEFAULT '' NOT NULL",
)


def upgrade() -> None:
    """Add the columns; decisions from before say nothing of either."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
