"""Remediation tasks with their history and files, numbers of documents, the office's working days."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE remediation_task (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT NOT NULL UNIQUE,
        hazard_fid INTEGER NOT NULL REFERENCES hazard (fid),
        batch_id TEXT REFERENCES batch (id),
        source_hash TEXT DEFAULT '' NOT NULL,
        state TEXT NOT NULL, since TEXT NOT NULL, registered_on TEXT NOT NULL,
        problem TEXT DEFAULT '' NOT NULL, basis TEXT DEFAULT '' NOT NULL,
        grade TEXT DEFAULT '' NOT NULL, measures TEXT DEFAULT '' NOT NULL,
        funds DOUBLE CHECK (funds >= 0), fund_source TEXT DEFAULT '' NOT NULL,
        owner_unit TEXT DEFAULT '' NOT NULL, owner TEXT DEFAULT '' NOT NULL,
        phone TEXT DEFAULT '' NOT NULL, deputy TEXT DEFAULT '' NOT NULL,
        regulator TEXT DEFAULT '' NOT NULL, deadline TEXT,
        contingency TEXT DEFAULT '' NOT NULL, supervision TEXT DEFAULT '' NOT NULL,
        supervision_no TEXT DEFAULT '' NOT NULL,
        suspended INTEGER NOT NULL CHECK (suspended BETWEEN 0 AND 1),
        percent INTEGER NOT NULL CHECK (percent BETWEEN 0 AND 100),
        progress TEXT DEFAULT '' NOT NULL, assigned_on TEXT, started_on TEXT, done_on TEXT,
        accepted_on TEXT, closed_on TEXT, acceptor TEXT DEFAULT '' NOT NULL,
        opinion TEXT DEFAULT '' NOT NULL, extension_to TEXT,
        extension_reason TEXT DEFAULT '' NOT NULL, receiver TEXT DEFAULT '' NOT NULL,
        remark TEXT DEFAULT '' NOT NULL,
        revision INTEGER NOT NULL CHECK (revision > 0),
        created_at TEXT NOT NULL, created_by TEXT NOT NULL,
        updated_at TEXT NOT NULL, updated_by TEXT NOT NULL, deleted_at TEXT,
        CHECK (state <> 'closed' OR closed_on IS NOT NULL))""",
    "CREATE INDEX ix_remediation_task_hazard_fid ON remediation_task (hazard_fid)",
    "CREATE INDEX ix_remediation_task_state ON remediation_task (state, deadline)",
    "CREATE INDEX ix_remediation_task_batch_id ON remediation_task (batch_id)",
    # A row of a sheet makes one task of a hazard, however often it is imported.
    """CREATE UNIQUE INDEX ix_remediation_task_source ON remediation_task (hazard_fid, source_hash)
        WHERE source_hash <> '' AND deleted_at IS NULL""",
    """CREATE TABLE remediation_event (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        task_seq INTEGER NOT NULL REFERENCES remediation_task (seq),
        kind TEXT NOT NULL, move TEXT DEFAULT '' NOT NULL,
        state_before TEXT NOT NULL, state_after TEXT NOT NULL, happened_on TEXT NOT NULL,
        percent INTEGER CHECK (percent BETWEEN 0 AND 100), note TEXT DEFAULT '' NOT NULL,
        detail TEXT NOT NULL, revision INTEGER NOT NULL,
        recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
    """CREATE UNIQUE INDEX ix_remediation_event_task_revision
        ON remediation_event (task_seq, revision)""",
    """CREATE TABLE remediation_file (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        task_seq INTEGER NOT NULL REFERENCES remediation_task (seq),
        attachment_seq INTEGER NOT NULL REFERENCES attachment (seq),
        stage TEXT NOT NULL, name TEXT NOT NULL CHECK (length(name) > 0),
        added_at TEXT NOT NULL, added_by TEXT NOT NULL, removed_at TEXT,
        removed_by TEXT DEFAULT '' NOT NULL)""",
    """CREATE UNIQUE INDEX ix_remediation_file_live
        ON remediation_file (task_seq, attachment_seq, stage) WHERE removed_at IS NULL""",
    # Numbers per kind of document, office and year: drawn with what they are for, in one transaction.
    """CREATE TABLE number_series (
        kind TEXT NOT NULL, office TEXT NOT NULL, year INTEGER NOT NULL,
        next_number INTEGER NOT NULL CHECK (next_number > 1), PRIMARY KEY (kind, office, year))""",
    """CREATE TABLE calendar_day (
        day TEXT NOT NULL PRIMARY KEY CHECK (length(day) = 10),
        working INTEGER NOT NULL CHECK (working BETWEEN 0 AND 1),
        note TEXT DEFAULT '' NOT NULL, updated_at TEXT NOT NULL, updated_by TEXT NOT NULL)""",
    """CREATE TRIGGER remediation_task_no_delete BEFORE DELETE ON remediation_task
        BEGIN SELECT RAISE(ABORT, 'tasks are removed softly'); END""",
    """CREATE TRIGGER remediation_event_no_update BEFORE UPDATE ON remediation_event
        BEGIN SELECT RAISE(ABORT, 'events do not change'); END""",
    """CREATE TRIGGER remediation_event_no_delete BEFORE DELETE ON remediation_event
        BEGIN SELECT RAISE(ABORT, 'events stay'); END""",
    """CREATE TRIGGER remediation_file_no_delete BEFORE DELETE ON remediation_file
        BEGIN SELECT RAISE(ABORT, 'files are removed softly'); END""",
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
