"""Says which cells hold formulas without a result, before anything takes them for missing."""

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

CODE: Final = "formula-without-value"
# Without these a row is nothing, or another place than its sender meant.
_VITAL: Final = frozenset({"name", "category", *POSITION_KEYS, *START_KEYS})
_IGNORED: Final = frozenset({"seq"})


def note_unsolved(sheet: SurveySheet, data: DataRows, mapping: SheetMapping, log: IssueLog) -> None:
    """Note every formula without a stored result in a data row; of a vital column it rejects."""
    if not sheet.unsolved:
        return
    row_of = {index: row for row, index in enumerate(data.indices)}
    columns = {column.index: column for column in mapping.columns}
    for number, letter in sorted(sheet.unsolved):
        row = row_of.get(number - sheet.first_row)
        column = columns.get(letter - sheet.first_column)
        if row is not None and column is not None:
            _note(row, column, log)


def _note(row: int, column: MappedColumn, log: IssueLog) -> None:
    key = column.field.key if column.field is not None else ""
    if key in _IGNORED:
        return
    message = _(
        "“{header}”是公式，文件里没有保存计算结果。请用 Excel 或 WPS 打开原表，保存后再导入。"
    ).format(header=column.header)
    make = error if key in _VITAL else warning
    log.on_row(row, make(key, CODE, message), column=column.index)
    # Of a type's own field nobody shall say that it is missing.
    log.noted.update((row, field.key) for field in column.type_fields.values())
