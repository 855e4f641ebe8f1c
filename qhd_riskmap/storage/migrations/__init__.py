"""Alembic environment and versions; run by `qhd_riskmap.storage.schema_upgrade`, never by hand."""
