"""Pairs of records that may be one thing, and what was decided of them."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # Each pair once, whichever was found first: the smaller id stands first.
    """CREATE TABLE look_alike (
        seq INTEGER NOT NULL PRIMARY KEY,
        first_id TEXT NOT NULL, second_id TEXT NOT NULL CHECK (first_id < second_id),
        likeness TEXT NOT NULL, metres DOUBLE NOT NULL,
        found_at TEXT NOT NULL, found_by TEXT NOT NULL,
        parted_at TEXT, parted_by TEXT DEFAULT '' NOT NULL,
        CONSTRAINT uq_look_alike_first_id_second_id UNIQUE (first_id, second_id))""",
)


def upgrade() -> None:
    """Add the table."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
