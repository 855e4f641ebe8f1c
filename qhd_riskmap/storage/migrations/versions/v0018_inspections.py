"""Inspections of hazards, the tasks and files that came of them, and the rounds they were planned in.

What was inspected stays as it was told; only the record it belongs to changes when records are merged.
"""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE inspection (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        hazard_fid INTEGER NOT NULL REFERENCES hazard (fid),
        inspected_on TEXT NOT NULL CHECK (length(inspected_on) = 10),
        inspector TEXT NOT NULL CHECK (length(inspector) > 0),
        phone TEXT NOT NULL DEFAULT '', result TEXT NOT NULL, note TEXT NOT NULL DEFAULT '',
        answers TEXT NOT NULL, checklist TEXT NOT NULL DEFAULT '', sheet TEXT NOT NULL DEFAULT '',
        recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
    "CREATE INDEX ix_inspection_hazard_fid ON inspection (hazard_fid, inspected_on)",
    "CREATE UNIQUE INDEX ix_inspection_sheet ON inspection (sheet) WHERE sheet <> ''",
    """CREATE TRIGGER inspection_no_update BEFORE UPDATE OF seq, id, inspected_on, inspector, phone, result,
        note, answers, checklist, sheet, recorded_at, recorded_by ON inspection
        BEGIN SELECT RAISE(ABORT, 'inspections do not change'); END""",
    """CREATE TRIGGER inspection_no_delete BEFORE DELETE ON inspection
        BEGIN SELECT RAISE(ABORT, 'inspections stay'); END""",
    """CREATE TABLE inspection_task (
        seq INTEGER NOT NULL PRIMARY KEY,
        inspection_seq INTEGER NOT NULL REFERENCES inspection (seq),
        task_seq INTEGER NOT NULL REFERENCES remediation_task (seq),
        question TEXT NOT NULL DEFAULT '')""",
    "CREATE UNIQUE INDEX ix_inspection_task_pair ON inspection_task (inspection_seq, task_seq)",
    """CREATE UNIQUE INDEX ix_inspection_task_question ON inspection_task (inspection_seq, question)
        WHERE question <> ''""",
    """CREATE TABLE inspection_file (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        inspection_seq INTEGER NOT NULL REFERENCES inspection (seq),
        attachment_seq INTEGER NOT NULL REFERENCES attachment (seq),
        kind TEXT NOT NULL, name TEXT NOT NULL, added_at TEXT NOT NULL, added_by TEXT NOT NULL,
        removed_at TEXT, removed_by TEXT NOT NULL DEFAULT '')""",
    """CREATE UNIQUE INDEX ix_inspection_file_live ON inspection_file (inspection_seq, attachment_seq)
        WHERE removed_at IS NULL""",
    """CREATE TABLE inspection_round (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        planned_on TEXT NOT NULL CHECK (length(planned_on) = 10),
        inspector TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL DEFAULT '',
        start_lon DOUBLE NOT NULL, start_lat DOUBLE NOT NULL, route_m DOUBLE NOT NULL,
        stops TEXT NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL)""",
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
