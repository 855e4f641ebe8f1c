"""Documents of the office with their numbers, and receipts of the notices that came back."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """CREATE TABLE office_document (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        series TEXT DEFAULT '' NOT NULL, office TEXT NOT NULL, year INTEGER NOT NULL,
        ordinal INTEGER NOT NULL CHECK (ordinal >= 0), number TEXT DEFAULT '' NOT NULL,
        unit TEXT DEFAULT '' NOT NULL, dated TEXT NOT NULL CHECK (length(dated) = 10),
        content TEXT NOT NULL, made_at TEXT NOT NULL, made_by TEXT NOT NULL)""",
    # Some documents go without a number; those with one never share it.
    """CREATE UNIQUE INDEX ix_office_document_ordinal
        ON office_document (series, office, year, ordinal) WHERE ordinal > 0""",
    """CREATE UNIQUE INDEX ix_office_document_number
        ON office_document (number) WHERE number <> ''""",
    """CREATE TABLE office_document_task (
        document_seq INTEGER NOT NULL REFERENCES office_document (seq),
        task_seq INTEGER NOT NULL REFERENCES remediation_task (seq),
        PRIMARY KEY (document_seq, task_seq))""",
    "CREATE INDEX ix_office_document_task_task_seq ON office_document_task (task_seq)",
    """CREATE TABLE number_pattern (
        series TEXT NOT NULL PRIMARY KEY, pattern TEXT NOT NULL CHECK (length(pattern) > 0),
        updated_at TEXT NOT NULL, updated_by TEXT NOT NULL)""",
    """CREATE TABLE notice_receipt (
        seq INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        notice_seq INTEGER NOT NULL REFERENCES deadline_notice (seq),
        task_seq INTEGER NOT NULL REFERENCES remediation_task (seq),
        signer TEXT NOT NULL CHECK (length(signer) > 0),
        signed_on TEXT NOT NULL CHECK (length(signed_on) = 10), progress TEXT DEFAULT '' NOT NULL,
        recorded_at TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
    # The same receipt read twice is one receipt.
    """CREATE UNIQUE INDEX ix_notice_receipt_once
        ON notice_receipt (notice_seq, task_seq, signer, signed_on, progress)""",
    "CREATE INDEX ix_notice_receipt_task_seq ON notice_receipt (task_seq)",
    *(
        f"""CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
            BEGIN SELECT RAISE(ABORT, 'documents and receipts stay as they were made'); END"""
        for table in ("office_document", "office_document_task", "notice_receipt")
        for verb in ("update", "delete")
    ),
)


def upgrade() -> None:
    """Add the tables."""
    connection = op.get_bind()
    for statement in _STATEMENTS:
        connection.exec_driver_sql(statement)
