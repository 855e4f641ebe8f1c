"""How the sheets of an import are laid out: tables, columns, what is hidden; shown and correctable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.import_rules import severity_of
from qhd_riskmap.domain.schema import Field, FieldKind, Severity
from qhd_riskmap.domain.survey_headers import (
    NO_CHOICE,
    POSITION_KEYS,
    SHEET_FIELDS,
    ColumnChoice,
    MappedColumn,
    MappingSource,
    SheetMapping,
    lettered,
)
from qhd_riskmap.domain.survey_sheet import SurveySheet, column_letters
from qhd_riskmap.domain.survey_tables import split_tables
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.survey_template import TEMPLATE_SHEET, TEMPLATE_VERSION, template_version
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_candidates import ImportTerms
from qhd_riskmap.services.survey_issues import RowIssue
from qhd_riskmap.services.survey_rows import SheetReading, read_sheet
from qhd_riskmap.storage.survey_mapping_repository import StoredMapping

SheetKey = tuple[Path, str]
# Workbooks carry our own hidden sheet, and 填写说明 which is prose.
GUIDES: Final = frozenset({"填写说明", "导入结果", "说明"})
_SHOWN_SAMPLES: Final = 3
_SHOWN_ROWS: Final = 12
_LOOKED_AT: Final = 50
_OTHER_CASTS: Final = frozenset({FieldKind.NUMBER, FieldKind.INTEGER, FieldKind.PHONE})
# 1.30302E+17 in a text file: what a spreadsheet saved of an id.
_SHORTENED: Final = re.compile(r"[1-9](\.\d+)?[eE]\+(1[1-9]|2\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layouts:
    """What is known of how sheets are to be read.

    Attributes:
        choices: What the officer says of single sheets, by file and sheet name.
        for_all: What the officer says of every sheet that `choices` does not name.
        remembered: Header → field key by fingerprint, from earlier imports.
    """

    choices: Mapping[SheetKey, ColumnChoice] = field(default_factory=dict)
    for_all: ColumnChoice = NO_CHOICE
    remembered: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, sheet: SurveySheet) -> ColumnChoice:
        """What the officer says of a sheet."""
        return self.choices.get((sheet.file, sheet.name), self.for_all)


NO_LAYOUTS: Final = Layouts()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """One column of a sheet and what it is taken for, for people to check.

    Attributes:
        column: Index in the sheet as read.
        letters: The sender's own name of the column.
        header: As `ColumnChoice.fields` spells it.
        key: Field key; "" where the column is kept as an extra.
        label: Chinese name of the field; "" for an extra.
        source: How the meaning was found.
        samples: The first few values.
        conversion: In Chinese, what is done to numbers in another unit; "" for nothing.
    """

    column: int
    letters: str
    header: str
    key: str
    label: str
    source: MappingSource
    samples: tuple[str, ...]
    conversion: str = ""


def remembered_by_headers(
    stored: Iterable[StoredMapping], sender: str
) -> dict[str, Mapping[str, str]]:
    """What holds for each fingerprint: the sender's own word, else the newest of anybody."""
    ranked = sorted(
        stored, key=lambda m: (m.sender == sender, m.updated_at.timestamp() if m.updated_at else 0)
    )
    return {mapping.fingerprint: mapping.fields for mapping in ranked}


def read_tables(
    sheet: SurveySheet, terms: ImportTerms, type_key: str, layouts: Layouts
) -> list[SheetReading]:
    """Read every table of a sheet."""
    choice = layouts.of(sheet)
    tables = split_tables(sheet, choice, layouts.remembered)
    return [read_sheet(t, terms, type_key, choice, layouts.remembered) for t in tables]


def reference_of(
    sheet: SurveySheet, answers: Mapping[tuple[Path, str], Reference]
) -> Reference | None:
    """What the user said when asked, else what the file itself declares."""
    answer = answers.get((sheet.file, sheet.name))
    return answer or (parse_reference(sheet.declared) if sheet.declared else None)


def corrections(
    readings: Sequence[SheetReading], layouts: Layouts, sender: str
) -> tuple[StoredMapping, ...]:
    """What is to be remembered once the import is committed."""
    found: dict[str, StoredMapping] = {}
    for reading in readings:
        choice = layouts.of(reading.sheet)
        said = choice.fields
        if reading.mapping is None or not (said or choice.afresh):
            continue
        header = reading.mapping.header
        headers = tuple(header.headers.values())
        known = layouts.remembered.get(header.fingerprint, {})
        there = {*headers, *(column.header for column in reading.mapping.columns)}
        kept = {} if choice.afresh else known
        fields = {h: key for h, key in {**kept, **said}.items() if h in there}
        # Nothing at all in place of what was remembered is remembered, too.
        if fields != known:
            found[header.fingerprint] = StoredMapping(
                # A sheet that names its office is remembered as that office's.
                sender=sender or (reading.decision.sender if reading.decision else ""),
                fingerprint=header.fingerprint,
                headers=headers,
                fields=fields,
            )
    return tuple(found.values())


def shown_columns(reading: SheetReading) -> tuple[ShownColumn, ...]:
    """The columns of one table, those with values and no header too; empty where no header was found."""
    mapping, sheet = reading.mapping, reading.sheet
    if mapping is None:
        return ()
    names = mapping.header.headers
    mapped = {column.index: column for column in mapping.columns}
    first = mapping.header.bottom + 1
    shown = []
    for index in range(sheet.width):
        column = mapped.get(index)
        below = sheet.columns[index][first : first + _LOOKED_AT]
        samples = [text for text in below if text and not text.isspace()]
        if column is None and (index in names or not samples):
            continue
        own = None
        if column is not None:
            own = column.field or next(iter(column.type_fields.values()), None)
        shown.append(
            ShownColumn(
                column=index,
                letters=column_letters(sheet.first_column + index),
                header=names.get(index) or lettered(sheet, index),
                key=own.key if own is not None else "",
                label=_(own.label) if own is not None else "",
                source=column.source if column is not None else "none",
                samples=tuple(samples[:_SHOWN_SAMPLES]),
                conversion=_conversion(column, own),
            )
        )
    return tuple(shown)


def _conversion(column: MappedColumn | None, own: Field | None) -> str:
    if column is None or own is None or not column.given_unit:
        return ""
    return _("{given} → {own}（×{factor}）").format(
        given=column.given_unit, own=own.unit, factor=f"{column.factor:.6g}"
    )


def first_rows(reading: SheetReading) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """The first rows with their numbers, down to some below the header, to point at it."""
    sheet = reading.sheet
    below = reading.mapping.header.bottom + 1 if reading.mapping is not None else 0
    rows = range(min(sheet.height, max(_SHOWN_ROWS, below + _SHOWN_ROWS // 2)))
    return tuple((sheet.first_row + row, tuple(sheet.row(row))) for row in rows)


def field_choices(type_key: str = "") -> tuple[tuple[str, str], ...]:
    """Key and Chinese name of every field a column may be taken for.

    Args:
        type_key: Adds the own fields of this type; "" those of all types.
    """
    types = [t for t in taxonomy().types if type_key in {"", t.key}]
    own = {f.key: _(f.label) for t in types for f in t.fields}
    return (*((f.key, _(f.label)) for f in SHEET_FIELDS), *own.items())


def choice_of(fields: Mapping[str, str], header_row: int = 0, type_text: str = "") -> ColumnChoice:
    """A choice from what an officer typed: fields and the type by key or by Chinese name.

    Raises:
        InvalidInputError: A field is not known.
        NotFoundError: The type is not known.
    """
    kind = taxonomy().recognise(type_text) if type_text else None
    if type_text and kind is None:
        # Says which there are.
        taxonomy().get(type_text)
    names = {name: key for key, label in field_choices() for name in (label, key)}
    found = {}
    for header, name in fields.items():
        if name and name not in names:
            raise InvalidInputError(
                _("没有名为“{name}”的字段。").format(name=name),
                hint=_("请写模板中的列名，如“隐患名称”；留空表示作为附加信息保留。"),
            )
        found[header] = names[name] if name else ""
    type_key = kind[0].key if kind is not None else ""
    return ColumnChoice(fields=found, header_row=header_row, type_key=type_key)


def template_issues(path: Path, sheets: Sequence[SurveySheet]) -> list[RowIssue]:
    """What is to be said of a workbook made from our template by another version of the program."""
    version = template_version(sheets)
    if not version.isdecimal() or version == TEMPLATE_VERSION:
        return []
    if int(version) > int(TEMPLATE_VERSION):
        severity = Severity.WARNING
        message = _("这份表用的是更新的第 {version} 版模板，本程序按列名读入，请核对或升级本程序。")
    else:
        severity = Severity.INFO
        message = _("这份表用的是第 {version} 版模板，已照常读入；以后请发放新模板。")
    return [
        RowIssue(
            path=path,
            sheet="",
            cell="",
            row=0,
            code="template-version",
            severity=severity_of("template-version", severity),
            message=message.format(version=version),
        )
    ]


def sheets_passed_over(sheets: Iterable[SurveySheet]) -> list[RowIssue]:
    """Sheets of a workbook that hold no survey, or that the sender has hidden: said, not read."""
    found = []
    for sheet in sheets:
        if sheet.name in GUIDES or sheet.name == TEMPLATE_SHEET:
            continue
        if sheet.hidden:
            message = _("工作表“{name}”是隐藏的，没有读入；要报送请取消隐藏后再导入。")
        else:
            message = _("工作表“{name}”不像排查表（没有认出名称和坐标列），没有读入。")
        text = message.format(name=sheet.name)
        found.append(_of_sheet(sheet, "sheet-passed-over", Severity.INFO, text))
    return found


def stray_cells(sheets: Iterable[SurveySheet]) -> list[RowIssue]:
    """Cells far off the table of their sheet, which were not read."""
    found = []
    for sheet in sheets:
        if not sheet.stray:
            continue
        names = [f"{column_letters(column)}{row}" for row, column in sheet.stray]
        message = _(
            "离表格很远的 {count} 个单元格（{cells}）没有读入；请在“名称框”里输入它的地址找到它，"
            "没有用就清除，有用就移到表格里再导入。"
        ).format(count=len(names), cells=_listed(names))
        found.append(_of_sheet(sheet, "stray-cells", Severity.WARNING, message))
    return found


def layout_issues(reading: SheetReading) -> list[RowIssue]:
    """What is to be said of a table's layout besides its header."""
    sheet, mapping = reading.sheet, reading.mapping
    if mapping is None:
        return []
    found = []
    if mapping.remembered:
        message = _("列的含义按以前更正过的同样表头读入，请核对。")
        found.append(_of_sheet(sheet, "mapping-remembered", Severity.INFO, message))
    first = sheet.first_row + mapping.header.bottom + 1
    rows = [n for n in sheet.hidden_rows if first <= n < sheet.first_row + sheet.height]
    rows = [n for n in rows if any(sheet.row(n - sheet.first_row))]
    if rows:
        message = _("隐藏的 {count} 行（{rows}）也已读入，请核对是否要报送。").format(
            count=len(rows), rows=_listed([str(row) for row in rows])
        )
        found.append(_of_sheet(sheet, "hidden-rows", Severity.WARNING, message))
    hidden = [n - sheet.first_column for n in sheet.hidden_columns]
    columns = [c.index for c in mapping.columns if c.index in hidden]
    if columns:
        names = [column_letters(sheet.first_column + index) for index in columns]
        message = _("隐藏的列（{columns}）也已读入，请核对是否要报送。").format(
            columns=_listed(names)
        )
        found.append(_of_sheet(sheet, "hidden-columns", Severity.WARNING, message))
    found += _struck_names(reading, mapping)
    found += _merged_names(reading, mapping)
    found += _lost_digits(sheet, mapping)
    return found


def _struck_names(reading: SheetReading, mapping: SheetMapping) -> list[RowIssue]:
    """Rows whose name is struck through: on paper that cancels them."""
    sheet, name = reading.sheet, mapping.column("name")
    if name is None or not sheet.struck:
        return []
    column = sheet.first_column + name.index
    return [
        RowIssue(
            path=sheet.file,
            sheet=sheet.name,
            cell=sheet.address(row - sheet.first_row, name.index),
            row=row,
            code="struck-row",
            severity=severity_of("struck-row", Severity.WARNING),
            message=_("名称划了删除线，仍按一处登记；若已作废，请删去这一行再导入。"),
        )
        for row in reading.numbers
        if (row, column) in sheet.struck
    ]


def _merged_names(reading: SheetReading, mapping: SheetMapping) -> list[RowIssue]:
    """Names merged over several rows: several places of one name, or the corners of one."""
    sheet, name = reading.sheet, mapping.column("name")
    first, found = sheet.first_row, []
    for top, left, bottom, _right in sheet.merged_indices() if name is not None else ():
        rows = [n for n in reading.numbers if first + top <= n <= first + bottom]
        if name is None or left != name.index or len(rows) < 2:  # noqa: PLR2004
            continue
        message = _(
            "“{name}”的名称合并了第 {first}–{last} 行，每行按一处登记；若是同一处的拐点，请加“拐点号”一列再导入。"
        ).format(name=(sheet.columns[left][top] or "")[:40], first=rows[0], last=rows[-1])
        found.append(
            RowIssue(
                path=sheet.file,
                sheet=sheet.name,
                cell=sheet.address(top, left),
                row=rows[0],
                code="merged-name",
                severity=severity_of("merged-name", Severity.WARNING),
                message=message,
            )
        )
    return found


def _lost_digits(sheet: SurveySheet, mapping: SheetMapping) -> list[RowIssue]:
    """Ids typed as numbers, of which a spreadsheet keeps the first fifteen digits only."""
    start = mapping.header.bottom + 1
    columns = {c.index for c in mapping.columns if not _is_numeric(c)}
    cells = {(row - sheet.first_row, column - sheet.first_column) for row, column in sheet.rounded}
    for index in columns:
        texts = {text for text in sheet.columns[index] if text and "+" in text}
        shortened = {text for text in texts if _SHORTENED.fullmatch(text)}
        if shortened:
            column = enumerate(sheet.columns[index])
            cells.update((row, index) for row, text in column if text in shortened)
    found = []
    for row, index in sorted(cells):
        if index not in columns or not start <= row < sheet.height:
            continue
        message = _("“{text}”的末几位已被表格软件改写，请把该列设为文本格式后重新填写。").format(
            text=sheet.columns[index][row] or ""
        )
        found.append(
            RowIssue(
                path=sheet.file,
                sheet=sheet.name,
                cell=sheet.address(row, index),
                row=sheet.first_row + row,
                code="digits-lost",
                severity=severity_of("digits-lost", Severity.WARNING),
                message=message,
            )
        )
    return found


def _is_numeric(column: MappedColumn) -> bool:
    fields = (*([column.field] if column.field else []), *column.type_fields.values())
    return any(f.kind in _OTHER_CASTS or f.key in POSITION_KEYS for f in fields)


def _listed(names: Sequence[str]) -> str:
    more = _("等") if len(names) > _SHOWN_ROWS else ""
    return _("、").join(names[:_SHOWN_ROWS]) + more


def _of_sheet(sheet: SurveySheet, code: str, severity: Severity, message: str) -> RowIssue:
    return RowIssue(
        path=sheet.file,
        sheet=sheet.name,
        cell="",
        row=0,
        code=code,
        severity=severity_of(code, severity),
        message=message,
    )
