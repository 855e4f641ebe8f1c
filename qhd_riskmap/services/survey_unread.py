"""Says which cells hold errors, or formulas without a result, before anything takes them for missing."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.domain.survey_data_rows import DataRows
from qhd_riskmap.domain.survey_headers import (
    POSITION_KEYS,
    START_KEYS,
    MappedColumn,
    SheetMapping,
)
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import IssueLog, error, warning

NO_RESULT: Final = "formula-without-value"
IS_ERROR: Final = "error-value"
# Without these a row is nothing, or another place than its sender meant.
_VITAL: Final = frozenset({"name", "category", *POSITION_KEYS, *START_KEYS})
_IGNORED: Final = frozenset({"seq"})


def note_unread(sheet: SurveySheet, data: DataRows, mapping: SheetMapping, log: IssueLog) -> None:
    """Note every cell of a data row that reads as empty and is not; of a vital column it rejects."""
    if not sheet.unread:
        return
    row_of = {index: row for row, index in enumerate(data.indices)}
    columns = {column.index: column for column in mapping.columns}
    for number, letter in sorted(sheet.unread):
        row = row_of.get(number - sheet.first_row)
        column = columns.get(letter - sheet.first_column)
        if row is not None and column is not None:
            _note(row, column, sheet.failed.get((number, letter), ""), log)


def _note(row: int, column: MappedColumn, said: str, log: IssueLog) -> None:
    """Note one cell.

    Args:
        row: Data row.
        column: Where it stands.
        said: The error that stands there; "" for a formula without a result.
        log: Takes the issue.
    """
    key = column.field.key if column.field is not None else ""
    if key in _IGNORED:
        return
    if said:
        message = _("“{header}”是错误值 {text}，按空读入，请改正原表中的公式或补填。")
    else:
        message = _(
            "“{header}”是公式，文件里没有保存计算结果。请用 Excel 或 WPS 打开原表，保存后再导入。"
        )
    make = error if key in _VITAL else warning
    issue = make(
        key, IS_ERROR if said else NO_RESULT, message.format(header=column.header, text=said)
    )
    log.on_row(row, issue, column=column.index)
    # Of a type's own field nobody shall say that it is missing.
    log.noted.update((row, field.key) for field in column.type_fields.values())
