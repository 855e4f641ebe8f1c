"""The columns of one sheet as cleaned texts and cast values, by data row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.schema import Field, Issue
from qhd_riskmap.domain.survey_data_rows import DataRows
from qhd_riskmap.domain.survey_headers import (
    POSITION_KEYS,
    SHEET_FIELDS,
    START_KEYS,
    MappedColumn,
    SheetMapping,
)
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import IssueLog, information, warning
from qhd_riskmap.services.survey_values import Texts, cast, cleaned, dated
from qhd_riskmap.storage.hazard_rows import flat_json
from qhd_riskmap.storage.json_columns import flat_json_columns

# Common columns that the hazard itself, its grades or its place take up; the rest become extras.
_TAKEN: Final = frozenset(
    {
        "seq", "code", "name", "category", "sub_kind", "county", "township", "address", "found_date",
        "unit", "regulator", "contact", "phone", "risk_level", "ls_l", "ls_s", "lec_l", "lec_e",
        "lec_c", "remark", "secrecy", "datum", "geometry_kind", *POSITION_KEYS, *START_KEYS,
    }
)  # fmt: skip
_MOST_STRAY_CELLS: Final = 5_000_000
_FIELDS: Final = {field.key: field for field in SHEET_FIELDS}


class SheetColumns:
    """Lazy access to the columns of one sheet; every failed cast is logged and kept as an extra.

    Attributes:
        rows: Number of data rows.
    """

    def __init__(self, mapping: SheetMapping, data: DataRows, log: IssueLog) -> None:
        self.rows = len(data.indices)
        self._strays: dict[int, dict[str, str]] = {}
        self._whole: dict[str, Texts] = {}
        self._data = data
        self._bottom = mapping.header.bottom
        self._log = log
        self._common: dict[str, MappedColumn] = {}
        self._own: list[MappedColumn] = []
        self._unknown: list[MappedColumn] = []
        for column in mapping.columns:
            if column.field is not None:
                self._common[column.field.key] = column
            elif column.type_fields:
                self._own.append(column)
            else:
                self._unknown.append(column)
        self._texts: dict[str, Texts] = {}
        self._headers = _unique_headers(mapping.columns)

    def has(self, key: str) -> bool:
        """Whether the sheet has the common column."""
        return key in self._common

    def raw(self, keys: Sequence[str]) -> dict[str, Texts]:
        """Texts as they stand, of those of the columns that exist."""
        return {
            key: self._data.columns[self._common[key].index] for key in keys if key in self._common
        }

    def index(self, key: str) -> int:
        """Column index of a common column, 0 where there is none."""
        return self._common[key].index if key in self._common else 0

    def header(self, key: str) -> str:
        """Header of a common column, or ""."""
        return self._common[key].header if key in self._common else ""

    def texts(self, key: str) -> Texts | None:
        """Cleaned texts of a common column, or None where the sheet has none."""
        if key not in self._common:
            return None
        if key not in self._texts:
            self._texts[key] = cleaned(self._data.columns[self._common[key].index])
        return self._texts[key]

    def values(self, key: str) -> list[AttributeValue | None] | None:
        """Cast values of a common column."""
        texts = self.texts(key)
        if texts is None:
            return None
        column = self._common[key]
        return cast(_FIELDS[key], texts, self._reporter(column, texts), factor=column.factor)

    def numbers(self, key: str) -> list[AttributeValue | None] | None:
        """Numbers of a common column, whatever their size: the grading methods judge them."""
        texts = self.texts(key)
        if texts is None:
            return None
        field = replace(_FIELDS[key], minimum=None, maximum=None)
        return cast(field, texts, self._reporter(self._common[key], texts))

    def own_numbers(self, key: str) -> list[float | None]:
        """Numbers of a type's own column where they can be read; nothing is reported here."""
        found: list[float | None] = [None] * self.rows
        for column in self._own:
            for field in column.type_fields.values():
                if field.key == key:
                    texts = cleaned(self._data.columns[column.index])
                    values = cast(field, texts, _unheard, factor=column.factor)
                    found = [float(v) if isinstance(v, (int, float)) else None for v in values]
        return found

    def days(self, key: str, today: date) -> list[date | None] | None:
        """Days of a common column."""
        texts = self.texts(key)
        if texts is None:
            return None
        report = self._reporter(self._common[key], texts)
        return dated(texts, _FIELDS[key], today, report)

    def reporter(self, key: str) -> Callable[[int, Issue], None]:
        """Takes what a reader of a common column finds, and keeps the texts it could not take whole."""
        return self._reporter(self._common[key], self.texts(key) or ())

    def keep_extras(self) -> None:
        """Keep every column without a place of its own."""
        others = [c for key, c in self._common.items() if key not in _TAKEN]
        for column in (*self._unknown, *others):
            texts = cleaned(self._data.columns[column.index])
            if any(texts):
                self._whole[self._headers[column.index]] = texts
        self._keep_headless()

    def _keep_headless(self) -> None:
        """Columns with values and no header are kept under their letters, and said."""
        for index in sorted(set(range(len(self._data.columns))) - self._headers.keys()):
            texts = cleaned(self._data.columns[index])
            if any(texts) and not _is_running_number(texts):
                letters = self._log.column_letters(index)
                header = _("{letters}列").format(letters=letters)
                self._whole[header] = texts
                message = _("{letters} 列没有表头，内容已作为附加信息“{header}”保留。").format(
                    letters=letters, header=header
                )
                self._log.on_cell(
                    self._bottom, index, information("", "column-without-header", message)
                )

    def keep(self, row: int, header: str, text: str) -> None:
        """Keep one text of a row that the register has no place for."""
        self._strays.setdefault(row, {})[header] = text

    def keep_column(self, column: MappedColumn, rows: Sequence[int]) -> None:
        """Keep the texts of some rows of a column of which the others are the place that counts."""
        texts = self._data.columns[column.index]
        kept: list[str | None] = [None] * self.rows
        for row, text in zip(rows, cleaned([texts[row] for row in rows]), strict=True):
            kept[row] = text
        self._whole[self._headers[column.index]] = kept

    def extras(self) -> list[str]:
        """Per row the JSON of header → text of what the register has no place for."""
        headers = {header for strays in self._strays.values() for header in strays}
        if len(headers) * self.rows <= _MOST_STRAY_CELLS:
            return flat_json_columns(self._whole | self._stray_columns(headers), self.rows)
        found = flat_json_columns(self._whole, self.rows)
        for row, strays in self._strays.items():
            whole = {header: text for header, c in self._whole.items() if (text := c[row])}
            found[row] = flat_json({**strays, **whole})
        return found

    def _stray_columns(self, headers: Collection[str]) -> dict[str, Texts]:
        """Single texts kept of rows, by column; what a whole column says goes before."""
        columns = {header: list(self._whole.get(header, [None] * self.rows)) for header in headers}
        for row, strays in self._strays.items():
            for header, text in strays.items():
                column = columns[header]
                column[row] = column[row] or text
        return {**columns}

    def attributes(self, types: Sequence[HazardType | None]) -> list[str]:
        """JSON of the types' own fields by row; texts of other types' fields become extras."""
        result: dict[str, list[AttributeValue | None]] = {}
        present = {t.key for t in {id(t): t for t in types}.values() if t is not None}
        for column in self._own:
            texts = cleaned(self._data.columns[column.index])
            for key in present & column.type_fields.keys():
                field = column.type_fields[key]
                mine = _only(texts, types, key) if len(present) > 1 else texts
                report = self._reporter(column, texts)
                values = cast(field, mine, report, factor=column.factor)
                before = result.get(field.key)
                if before is not None:
                    values = [
                        new if old is None else old for old, new in zip(before, values, strict=True)
                    ]
                result[field.key] = values
            if not present <= column.type_fields.keys():
                self._keep_strangers(column, texts, types)
        self._warn_missing(types, present, result)
        return flat_json_columns(result, self.rows)

    def row_hashes(self) -> list[str]:
        """A hash of everything each row holds, whatever its number and place in the sheet."""
        skipped = self._common["seq"].index if "seq" in self._common else -1
        columns = [
            column if all(column) else [text or "" for text in column]
            for i, column in enumerate(self._data.columns)
            if i != skipped
        ]
        blake2b = hashlib.blake2b
        return [
            blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
            for whole in map("\x1f".join, zip(*columns, strict=True))
        ]

    def _keep_strangers(
        self, column: MappedColumn, texts: Texts, types: Sequence[HazardType | None]
    ) -> None:
        for row, text in enumerate(texts):
            owner = types[row]
            if text is not None and owner is not None and owner.key not in column.type_fields:
                self.keep(row, self._headers[column.index], text)

    def _reporter(self, column: MappedColumn, texts: Texts) -> _Reporter:
        return _Reporter(self, self._log, column, self._headers[column.index], texts)

    def _warn_missing(
        self,
        types: Sequence[HazardType | None],
        present: set[str],
        values: Mapping[str, Sequence[AttributeValue | None]],
    ) -> None:
        """Fields that the row's other values require."""
        for key in present:
            fields = [
                field
                for field in taxonomy().get(key).fields
                if field.required or field.required_if is not None
            ]
            if not fields:
                continue
            rows = [
                row for row, owner in enumerate(types) if owner is not None and owner.key == key
            ]
            for field in fields:
                message = _("缺少“{label}”，请补填。").format(label=_(field.label))
                for row in _lacking(field, rows, values):
                    if (row, field.key) not in self._log.noted:
                        self._log.on_row(row, warning(field.key, "missing", message))


def _unheard(_row: int, _issue: Issue) -> None:
    """Takes what is reported elsewhere."""


class _Reporter:
    """Logs what a cast found, and keeps the text that could not be cast."""

    def __init__(
        self, columns: SheetColumns, log: IssueLog, column: MappedColumn, header: str, texts: Texts
    ) -> None:
        self._columns = columns
        self._log = log
        self._column = column
        self._header = header
        self._texts = texts

    def __call__(self, row: int, issue: Issue) -> None:
        self._log.on_row(row, issue, column=self._column.index)
        text = self._texts[row]
        if text is not None and issue.code not in _VALUE_KEPT:
            self._columns.keep(row, self._header, text)


_VALUE_KEPT: Final = frozenset({"unlikely-date", "odd-phone"})


def _lacking(
    field: Field, rows: Sequence[int], values: Mapping[str, Sequence[AttributeValue | None]]
) -> Sequence[int]:
    """Those of the rows that should have the field and have not."""
    own = values.get(field.key)
    lacking = rows if own is None else [row for row in rows if own[row] is None]
    if field.required_if is None:
        return lacking if field.required else ()
    other, wanted = values.get(field.required_if.field), field.required_if.values
    if other is None:
        return lacking if "" in wanted else ()
    return [row for row in lacking if str(_or_blank(other[row])) in wanted]


def _or_blank(value: AttributeValue | None) -> AttributeValue:
    return "" if value is None else value


def _only(texts: Texts, types: Sequence[HazardType | None], key: str) -> list[str | None]:
    return [
        text if owner is not None and owner.key == key else None
        for text, owner in zip(texts, types, strict=True)
    ]


def _is_running_number(texts: Texts) -> bool:
    """Whether a column only counts the rows, as 序号 does."""
    numbers = [int(text) for text in texts if text and text.isdecimal()]
    filled = sum(1 for text in texts if text)
    return len(numbers) == filled and all(b == a + 1 for a, b in pairwise(numbers))


def _unique_headers(columns: Sequence[MappedColumn]) -> dict[int, str]:
    """Headers by column index; the second of one name gets a number."""
    seen: dict[str, int] = {}
    unique: dict[int, str] = {}
    for column in columns:
        seen[column.header] = seen.get(column.header, 0) + 1
        count = seen[column.header]
        unique[column.index] = column.header if count == 1 else f"{column.header}({count})"
    return unique
