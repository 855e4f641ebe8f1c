"""What must be known of the schema before SQLAlchemy is loaded."""

from __future__ import annotations

SCHEMA_VERSION = "0019"  # newest revision under migrations/versions
VERSION_TABLE = "schema_version"
SPATIAL_TABLES = ("hazard", "receptor", "township", "resource")
