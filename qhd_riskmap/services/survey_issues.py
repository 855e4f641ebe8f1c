"""What is wrong with which cell of which sheet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from qhd_riskmap.domain.import_rules import ruled, severity_of
from qhd_riskmap.domain.schema import Issue, Severity
from qhd_riskmap.domain.survey_headers import POSITION_KEYS, START_KEYS
from qhd_riskmap.domain.survey_sheet import SurveySheet, column_letters

RowKey = tuple[Path, str, int]
"""File, sheet and row number: by this a row is named all over an import."""
_PLACE_FIELDS = frozenset({*POSITION_KEYS, *START_KEYS})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIssue:
    """Something wrong with a cell, a row or a sheet of the sender's file.

    Attributes:
        path: The file.
        sheet: Sheet name; "" for text files.
        cell: The sender's own address, e.g. ``D17``; of the row's first cell where no single cell
            is at fault; "" for the sheet as a whole.
        row: Row number as people count, 0 for the sheet as a whole.
        code: Stable key.
        message: One Chinese sentence.
    """

    path: Path
    sheet: str
    cell: str
    row: int
    code: str
    severity: Severity
    message: str

    @property
    def file(self) -> str:
        """File name without folder."""
        return self.path.name

    @property
    def key(self) -> RowKey:
        """By which its row is named."""
        return self.path, self.sheet, self.row

    def to_json(self) -> dict[str, str]:
        """The object of the command-line contract."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "cell": self.cell,
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
        }


class IssueLog:
    """Collects the issues of one sheet by data row.

    Attributes:
        issues: In order of finding.
        rejected: Data rows with at least one error.
        noted: Data row and field of every issue.
        placed: Data rows an officer has placed on the map: what is wrong with the position they
            came with is no longer of interest.
    """

    def __init__(
        self, sheet: SurveySheet, rows: list[int], column_of: Mapping[str, int] | None = None
    ) -> None:
        """Start empty.

        Args:
            sheet: The sheet.
            rows: Sheet row index of every data row.
            column_of: Field key → column index.
        """
        self.issues: list[RowIssue] = []
        self.rejected: set[int] = set()
        self.noted: set[tuple[int, str]] = set()
        self.placed: frozenset[int] = frozenset()
        self._sheet = sheet
        self._rows = rows
        self._column_of = dict(column_of or {})
        self._name_column = self._column_of.get("name", 0)
        places = [self._column_of[key] for key in POSITION_KEYS if key in self._column_of]
        self._place_column = min(places, default=self._name_column)

    def on_row(self, row: int, issue: Issue, *, column: int | None = None) -> None:
        """Note an issue of data row ``row``; an error rejects the row.

        Args:
            row: Data row.
            issue: What is wrong.
            column: Column index; None takes the column of the issue's field, for a place that of the
                first column with a place.
        """
        if row in self.placed and issue.field in _PLACE_FIELDS:
            return
        issue = ruled(issue)
        if column is None:
            column = self._column_of.get(issue.field)
        if column is None:
            column = self._place_column if issue.field in POSITION_KEYS else self._name_column
        if issue.severity is Severity.ERROR:
            self.rejected.add(row)
        self.noted.add((row, issue.field))
        self.on_cell(self._rows[row], column, issue)

    def on_cell(self, row: int, column: int, issue: Issue) -> None:
        """Note an issue of a cell, by its place in the sheet."""
        issue = ruled(issue)
        self.issues.append(
            RowIssue(
                path=self._sheet.file,
                sheet=self._sheet.name,
                cell=self._sheet.address(row, column),
                row=self._sheet.first_row + row,
                code=issue.code,
                severity=issue.severity,
                message=issue.message,
            )
        )

    def column_letters(self, column: int) -> str:
        """The sender's own letters of a column, by its place in the sheet."""
        return column_letters(self._sheet.first_column + column)

    def on_sheet(self, code: str, severity: Severity, message: str) -> None:
        """Note an issue of the whole sheet."""
        self.issues.append(
            RowIssue(
                path=self._sheet.file,
                sheet=self._sheet.name,
                cell="",
                row=0,
                code=code,
                severity=severity_of(code, severity),
                message=message,
            )
        )


def error(field: str, code: str, message: str) -> Issue:
    """An issue that rejects its row."""
    return Issue(field=field, code=code, severity=Severity.ERROR, message=message)


def warning(field: str, code: str, message: str) -> Issue:
    """An issue that lets its row in."""
    return Issue(field=field, code=code, severity=Severity.WARNING, message=message)


def information(field: str, code: str, message: str) -> Issue:
    """A remark."""
    return Issue(field=field, code=code, severity=Severity.INFO, message=message)
