"""The first schema of the register."""

from __future__ import annotations

from alembic import op

from qhd_riskmap.storage import spatialite

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A SpatiaLite blob: little-endian, SRID 4490, end of the bounding box, a flat point to multipolygon
# (class types 1 to 6; SpatiaLite's guard lets Z through). Costs nothing, and holds even where the
# guards are lifted for a bulk load.
_GEOMETRY = """geometry GEOMETRY NOT NULL
    CHECK (substr(geometry, 1, 6) = x'00018A110000' AND substr(geometry, 39, 1) = x'7C'
           AND substr(geometry, 40, 1) BETWEEN x'01' AND x'06'
           AND substr(geometry, 41, 3) = x'000000' AND length(geometry) >= 60)"""

_TABLES = (
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE office (
        id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1), division TEXT NOT NULL,
        unit TEXT DEFAULT '' NOT NULL, publisher TEXT DEFAULT '' NOT NULL,
        source TEXT DEFAULT '' NOT NULL)""",
    """CREATE TABLE batch (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, imported_at TEXT NOT NULL,
        imported_by TEXT NOT NULL, decisions TEXT NOT NULL, counts TEXT NOT NULL,
        notes TEXT DEFAULT '' NOT NULL)""",
    """CREATE TABLE batch_file (
        seq INTEGER NOT NULL PRIMARY KEY, batch_id TEXT NOT NULL REFERENCES batch (id),
        name TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL)""",
    "CREATE INDEX ix_batch_file_sha256 ON batch_file (sha256)",
    """CREATE TABLE batch_row (
        seq INTEGER NOT NULL PRIMARY KEY, batch_id TEXT NOT NULL REFERENCES batch (id),
        fingerprint TEXT NOT NULL)""",
    "CREATE INDEX ix_batch_row_fingerprint ON batch_row (fingerprint)",
    # OR chains, because IN (…) in a CHECK is four times as slow as the rest of the insert.
    f"""CREATE TABLE hazard (
        fid INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, code TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL CHECK (length(name) > 0), type_key TEXT NOT NULL,
        sub_kind TEXT DEFAULT '' NOT NULL,
        level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
        status TEXT NOT NULL CHECK (status = 'registered' OR status = 'assessed' OR status = 'closed'),
        secrecy TEXT NOT NULL CHECK (secrecy = 'public' OR secrecy = 'internal' OR secrecy = 'secret'),
        county TEXT NOT NULL, township TEXT DEFAULT '' NOT NULL, address TEXT DEFAULT '' NOT NULL,
        unit TEXT DEFAULT '' NOT NULL, regulator TEXT DEFAULT '' NOT NULL,
        contact TEXT DEFAULT '' NOT NULL, phone TEXT DEFAULT '' NOT NULL, found_on TEXT,
        batch_id TEXT,
        attributes TEXT NOT NULL, extras TEXT NOT NULL, notes TEXT DEFAULT '' NOT NULL,
        alias_codes TEXT NOT NULL, original_text TEXT DEFAULT '' NOT NULL,
        declared_reference TEXT DEFAULT '' NOT NULL, location_method TEXT NOT NULL,
        accuracy TEXT NOT NULL, revision INTEGER NOT NULL CHECK (revision > 0),
        action TEXT NOT NULL,
        created_at TEXT NOT NULL, created_by TEXT NOT NULL, updated_at TEXT NOT NULL,
        updated_by TEXT NOT NULL, deleted_at TEXT, search_text TEXT NOT NULL, {_GEOMETRY},
        FOREIGN KEY (batch_id) REFERENCES batch (id) DEFERRABLE INITIALLY DEFERRED)""",
    "CREATE INDEX ix_hazard_batch_id ON hazard (batch_id)",
    """CREATE TABLE hazard_version (
        seq INTEGER NOT NULL PRIMARY KEY, hazard_fid INTEGER NOT NULL REFERENCES hazard (fid),
        revision INTEGER NOT NULL, action TEXT NOT NULL, changed_at TEXT NOT NULL,
        changed_by TEXT NOT NULL, record TEXT NOT NULL, wkb BLOB NOT NULL,
        CONSTRAINT uq_hazard_version_fid_revision UNIQUE (hazard_fid, revision))""",
    """CREATE TABLE assessment (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        hazard_fid INTEGER NOT NULL REFERENCES hazard (fid), method TEXT NOT NULL,
        method_version TEXT NOT NULL, inputs TEXT NOT NULL, score DOUBLE,
        level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 4), reasons TEXT NOT NULL,
        assessor TEXT NOT NULL, assessed_on TEXT NOT NULL)""",
    "CREATE INDEX ix_assessment_hazard_fid ON assessment (hazard_fid)",
    """CREATE TABLE audit (
        seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL,
        action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL,
        prev_hash TEXT NOT NULL, hash TEXT NOT NULL)""",
    "CREATE INDEX ix_audit_subject ON audit (subject)",
    """CREATE TABLE code_sequence (
        division TEXT NOT NULL, type_code TEXT NOT NULL, year INTEGER NOT NULL,
        next_number INTEGER NOT NULL, PRIMARY KEY (division, type_code, year))""",
    f"""CREATE TABLE receptor (
        fid INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        kind TEXT NOT NULL, people INTEGER NOT NULL CHECK (people >= 0),
        county TEXT DEFAULT '' NOT NULL, township TEXT DEFAULT '' NOT NULL,
        address TEXT DEFAULT '' NOT NULL, contact TEXT DEFAULT '' NOT NULL,
        phone TEXT DEFAULT '' NOT NULL, extras TEXT NOT NULL, {_GEOMETRY})""",
    f"""CREATE TABLE township (
        fid INTEGER NOT NULL PRIMARY KEY, code TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        county TEXT NOT NULL, source TEXT DEFAULT '' NOT NULL, {_GEOMETRY})""",
    f"""CREATE TABLE resource (
        fid INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        kind TEXT NOT NULL, quantity DOUBLE NOT NULL, unit_of_measure TEXT DEFAULT '' NOT NULL,
        owner TEXT DEFAULT '' NOT NULL, county TEXT DEFAULT '' NOT NULL,
        address TEXT DEFAULT '' NOT NULL, contact TEXT DEFAULT '' NOT NULL,
        phone TEXT DEFAULT '' NOT NULL, extras TEXT NOT NULL, {_GEOMETRY})""",
    """CREATE TABLE "release" (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL, released_at TEXT NOT NULL, released_by TEXT NOT NULL,
        data_date TEXT DEFAULT '' NOT NULL, approval_no TEXT DEFAULT '' NOT NULL,
        content_hash TEXT NOT NULL, rules_version TEXT DEFAULT '' NOT NULL, status TEXT NOT NULL,
        definition TEXT NOT NULL, sign_offs TEXT NOT NULL, revealed TEXT NOT NULL,
        products TEXT NOT NULL)""",
    'CREATE INDEX ix_release_approval_no ON "release" (approval_no)',
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
        BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
        BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END""",
    """CREATE TRIGGER hazard_version_no_update BEFORE UPDATE ON hazard_version
        BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    """CREATE TRIGGER hazard_version_no_delete BEFORE DELETE ON hazard_version
        BEGIN SELECT RAISE(ABORT, 'history is append-only'); END""",
    """CREATE TRIGGER hazard_no_delete BEFORE DELETE ON hazard
        BEGIN SELECT RAISE(ABORT, 'hazards are deleted softly'); END""",
)
_SPATIAL = ("hazard", "receptor", "township", "resource")


def upgrade() -> None:
    """Create everything in an empty file."""
    connection = op.get_bind()
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    for table in _SPATIAL:
        spatialite.add_geometry(connection, table)
