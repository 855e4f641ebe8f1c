"""Indexes by which an import finds the few records that its rows may repeat."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_STATEMENTS = (
    # Names without the long rows around them. By key, so that it grows at its end, and so that the
    # planner takes it for no filter by type.
    "CREATE INDEX ix_hazard_names ON hazard (fid, type_key, name)",
    "CREATE INDEX ix_hazard_alias ON hazard (alias_codes) WHERE alias_codes <> '[]'",
    # Those of more than one code: few, and looked into one by one.
    "CREATE INDEX ix_hazard_aliases ON hazard (alias_codes) WHERE instr(alias_codes, '\",\"') > 0",
)


def upgrade() -> None:
    """Add the indexes."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
