"""Which schema this program writes; alone, so that a register can be judged before SQLAlchemy is loaded."""

from __future__ import annotations

SCHEMA_VERSION = "0007"  # newest revision under migrations/versions
VERSION_TABLE = "schema_version"
