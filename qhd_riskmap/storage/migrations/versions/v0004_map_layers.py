"""Layers added to the map, and the keys of the office for tile services."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE map_layer (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        name TEXT NOT NULL CHECK (length(name) > 0), source TEXT NOT NULL CHECK (length(source) > 0),
        relative TEXT DEFAULT '' NOT NULL, part TEXT DEFAULT '' NOT NULL,
        reference TEXT DEFAULT '' NOT NULL, encoding TEXT DEFAULT '' NOT NULL,
        position INTEGER NOT NULL, visible INTEGER NOT NULL CHECK (visible BETWEEN 0 AND 1),
        opacity DOUBLE NOT NULL CHECK (opacity BETWEEN 0 AND 1),
        closest DOUBLE NOT NULL CHECK (closest >= 0), farthest DOUBLE NOT NULL CHECK (farthest >= 0),
        style TEXT NOT NULL, condition TEXT NOT NULL, control TEXT NOT NULL,
        max_zoom INTEGER NOT NULL, provider TEXT DEFAULT '' NOT NULL,
        approval_no TEXT DEFAULT '' NOT NULL)""",
    # Never part of an audit entry, a plain copy or an exchange package.
    "CREATE TABLE service_key (service TEXT NOT NULL PRIMARY KEY, secret TEXT NOT NULL)",
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
