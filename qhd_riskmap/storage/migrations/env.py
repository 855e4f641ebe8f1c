"""Alembic's entry: runs the versions on the connection that `schema_upgrade` hands over."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import Connection

from qhd_riskmap.storage.rows import metadata
from qhd_riskmap.storage.schema_number import VERSION_TABLE


def _is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    # SpatiaLite's own tables (KNN, SpatialIndex, data_licenses…) must never be proposed for dropping.
    return kind != "table" or name in metadata.tables


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        include_name=_is_ours,
        # Batch mode rebuilds tables, which loses SpatiaLite's registration: native ALTER only.
        render_as_batch=False,
        transactional_ddl=True,
    )
    context.run_migrations()


_run(context.config.attributes["connection"])
