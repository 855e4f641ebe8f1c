"""Which rows below the header are hazards, and which are totals, notes, examples or blank."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.survey_header_rows import header_text
from qhd_riskmap.domain.survey_headers import SheetMapping
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.i18n import N_, _

EXAMPLE_MARK: Final = "示例"
_TOTAL: Final = re.compile(
    r"(本页|全县|全区|全市)?(合计|总计|小计|共计|累计|总和)[:：]?"
    r"([(（]?\d+[)）]?)?(处|个|条|项|行|家|户)?"
)
# 青龙县小计, 地质灾害类合计: sums where no name stands beside them.
_SUM_OF: Final = re.compile(r".{0,12}(合计|总计|小计|共计|累计)[:：]?.{0,6}")
_EXAMPLES: Final = frozenset({EXAMPLE_MARK, "例", "例:", "样例", "填写示例", "Example"})
_EXAMPLE_OF: Final = re.compile(r"(?:填写)?(?:示例|样例|例):.")  # 示例：某某滑坡
_EXAMPLE_STARTS: Final = frozenset(word[0] for word in _EXAMPLES)
_LONGEST_EXAMPLE: Final = max(map(len, _EXAMPLES))
_TELLING: Final = frozenset("合总小共累本全示例样填E \u3000")
_NOTE: Final = re.compile(
    r"^(注\d*[:：.、 ]|备注[:：]|说明[:：]|填表|制表|审核人?[:：]|填报|单位负责人[:：]|负责人[:：]|联系人[:：]|"
    r"坐标(系|来源|采用|均)|本表|以上)"
)
_UNIT_CELL: Final = re.compile(
    r"^[(（]?(度|m|米|km|公里|mm|MPa|t|吨|万元|元|人|户|个|℃|%|°|分|秒|′|″|'|\"|m3|m³|公顷|亩)[)）]?$"
)
_NUMBER_CELL: Final = re.compile(r"^[(（]?(\d{1,3})[)）]?$")
_LEADING_MARKS: Final = ("甲", "乙", "丙", "丁", "A", "B", "栏次", "序号", "列号", "")
# 同上, ditto marks and their look-alikes; a lone straight quote is a mark as well.
_SAME: Final = frozenset({"同上", "同 上", "〃", "″", "”", "“", '"', "''", "〞", "々", "如上"})
_FIRST_CELLS: Final = 6
_NOTE_CELLS: Final = 3
_REPEATED: Final = 3
_NUMBERED: Final = 4
Columns = tuple[Sequence[str | None], ...]


class RowRole(StrEnum):
    """What a row that is no hazard is instead."""

    TITLE = "title"
    HEADER = "header"
    TOTAL = "total"
    EXAMPLE = "example"
    NOTE = "note"
    UNITS = "units"
    NUMBERING = "numbering"
    CORNER = "corner"
    UNREAD = "unread"

    @property
    def label(self) -> str:
        """Chinese word for it."""
        return _(_ROLES[self])


_ROLES: Final = {
    RowRole.TITLE: N_("标题"),
    RowRole.HEADER: N_("表头"),
    RowRole.TOTAL: N_("合计"),
    RowRole.EXAMPLE: N_("示例"),
    RowRole.NOTE: N_("说明"),
    RowRole.UNITS: N_("单位行"),
    RowRole.NUMBERING: N_("列号行"),
    RowRole.CORNER: N_("拐点，已并入上面的图形"),
    RowRole.UNREAD: N_("所在的表未读入"),
}


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that holds something and is no hazard: its index in the sheet, and what it is."""

    index: int
    role: RowRole


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRows:
    """The rows of hazards.

    Attributes:
        indices: Row indices in the sheet, ascending.
        columns: The sheet's columns cut to these rows, merged blocks and 同上 filled downwards.
        notes: Texts of note rows.
        skipped: Every other row that holds something: titles, headers, totals, notes, examples.
    """

    indices: Sequence[int]
    columns: Columns
    notes: tuple[str, ...]
    skipped: tuple[SkippedRow, ...]


def data_rows(sheet: SurveySheet, mapping: SheetMapping) -> DataRows:
    """Sort the rows below the header."""
    start = mapping.header.bottom + 1
    columns = _filled(sheet, start)
    counts = np.zeros(max(sheet.height - start, 0), dtype=np.int64)
    for column in columns:
        counts += np.fromiter(map(bool, column), bool, len(column))
    # A formula without a stored result, or with an error, reads as empty; its sender sees something.
    unsolved = [row - sheet.first_row - start for row, _column in sheet.unread]
    unsolved = [row for row in unsolved if 0 <= row < len(counts)]
    np.add.at(counts, unsolved, 1)
    valued = frozenset(unsolved)
    headers = {c.index: c.header for c in mapping.columns}
    named = mapping.column("name")
    name = named.index if named is not None else None
    # A spoilt sheet may have a million rows without a cell.
    empty = counts == 0
    dropped = set(np.flatnonzero(empty).tolist())
    notes: list[str] = []
    skipped = _above(sheet, mapping)
    for row in _suspects(columns, counts, headers, name):
        count = int(counts[row])
        cells = [column[row] for column in columns]
        if all(not cell or cell.isspace() for cell in cells):
            if row not in valued:
                dropped.add(row)  # nothing but blanks
            continue
        role = _role(cells, count, name, headers, second=row <= 1)
        if role is None:
            continue
        if role is RowRole.NOTE:
            notes.append("".join(cell or "" for cell in cells))
        dropped.add(row)
        skipped.append(SkippedRow(start + row, role))
    kept = ~empty
    kept[list(dropped)] = False
    keep = np.flatnonzero(kept).tolist()
    cut = columns if not dropped else _taken(columns, keep)
    return DataRows(
        indices=[start + row for row in keep],
        columns=cut,
        notes=tuple(notes),
        skipped=tuple(skipped),
    )


def _above(sheet: SurveySheet, mapping: SheetMapping) -> list[SkippedRow]:
    """The titles and the header."""
    header = mapping.header
    return [
        SkippedRow(row, RowRole.TITLE if row < header.top else RowRole.HEADER)
        for row in range(header.bottom + 1)
        if any(text and not text.isspace() for text in sheet.row(row))
    ]


def _role(
    cells: Sequence[str | None],
    count: int,
    name: int | None,
    headers: dict[int, str],
    *,
    second: bool,
) -> RowRole | None:
    """What a row is, None for a hazard.

    Args:
        cells: Its texts.
        count: How many it has.
        name: Column of the names.
        headers: Of all columns.
        second: One of the first two rows below the header.
    """
    if count <= _NOTE_CELLS and _is_note(cells, count, name):
        return RowRole.NOTE
    total = _is_total(cells, name)
    if total is not None:
        return total
    if _is_repeated(cells, headers):
        return RowRole.HEADER
    if second and _is_units(cells):
        return RowRole.UNITS
    return RowRole.NUMBERING if second and _is_numbering(cells) else None


def _suspects(
    columns: Columns, counts: npt.NDArray[np.int64], headers: dict[int, str], name: int | None
) -> list[int]:
    """The few rows that may be something else than hazards; only these are looked at in full."""
    filled = counts > 0
    rows = set(np.flatnonzero(filled & (counts <= _NOTE_CELLS)).tolist())
    rows.update(row for row in range(min(2, len(counts))) if filled[row])
    for column in columns[:_FIRST_CELLS]:
        few = {text for text in column if text and text[0] in _TELLING}
        telling = {text for text in few if not _says_more(text)}
        if telling:
            rows.update(i for i, text in enumerate(column) if text in telling)
    if name is not None:
        firsts = frozenset((headers[name][0], "*", "★", "☆", "\n"))
        rows.update(
            i
            for i, text in enumerate(columns[name])
            if (not text and filled[i]) or (text and text[0] in firsts)
        )
    return sorted(rows)


def _says_more(text: str) -> bool:
    """Whether a text begins like 示例 and is certainly longer: 示例村三组滑坡."""
    return len(text) > _LONGEST_EXAMPLE and text[0] in _EXAMPLE_STARTS and text.isalnum()


def _filled(sheet: SurveySheet, start: int) -> Columns:
    """Columns below the header; a block merged over several rows means "same as above"."""
    columns: list[Sequence[str | None]] = [column[start:] for column in sheet.columns]
    for top, left, bottom, _right in sheet.merged_indices():
        if top >= start and bottom > top:
            column = list(columns[left])
            column[top - start : bottom - start + 1] = [column[top - start]] * (bottom - top + 1)
            columns[left] = column
    return tuple(
        column if _SAME.isdisjoint(column) else _repeated_down(column) for column in columns
    )


def _repeated_down(column: Sequence[str | None]) -> list[str | None]:
    """The column with 同上 replaced by what stands above it; a sum between them is passed over."""
    filled: list[str | None] = []
    last: str | None = None
    for text in column:
        same = text in _SAME
        filled.append(last if same and last is not None else text)
        if not same and not (text and _SUM_OF.fullmatch(header_text(text))):
            last = text
    return filled


def _is_total(cells: Sequence[str | None], name: int | None) -> RowRole | None:
    """A row of sums or an example: its first text says so, or another where no name stands."""
    total = RowRole.TOTAL
    first = True
    for index, cell in enumerate(cells[:_FIRST_CELLS]):
        if not cell or cell.isspace():
            continue
        text = header_text(cell)
        if first and text in _EXAMPLES:
            return RowRole.EXAMPLE
        if (first or index == name) and _EXAMPLE_OF.match(text):
            return RowRole.EXAMPLE
        if _TOTAL.fullmatch(text):
            return total if first or _nameless(cells, name, index) else None
        if _SUM_OF.fullmatch(text) and name is not None and name != index:
            return total if _nameless(cells, name, index) else None
        first = False
    return None


def _nameless(cells: Sequence[str | None], name: int | None, index: int) -> bool:
    own = cells[name] if name is not None and name != index else None
    return not own or own.isspace()


def _is_note(cells: Sequence[str | None], count: int, name: int | None) -> bool:
    text = next((cell.strip() for cell in cells[:_FIRST_CELLS] if cell and cell.strip()), "")
    if _TOTAL.fullmatch(header_text(text)) or header_text(text) in _EXAMPLES:
        return False
    if _NOTE.match(text):
        return True
    # One lone cell is a remark, unless it is a name whose place was forgotten.
    return count == 1 and len(cells) > _NOTE_CELLS and (name is None or not cells[name])


def _is_repeated(cells: Sequence[str | None], headers: dict[int, str]) -> bool:
    same = 0
    for index, header in headers.items():
        text = cells[index]
        if text and text.strip().lstrip("*")[:1] == header[:1] and header_text(text) == header:
            same += 1
            if same >= _REPEATED:
                return True
        elif text:
            return False
    return False


def _is_units(cells: Sequence[str | None]) -> bool:
    """The row of units some sheets put under the header."""
    texts = ["".join(text.split()) for text in cells if text]
    return bool(texts) and all(_UNIT_CELL.match(text) for text in texts)


def _is_numbering(cells: Sequence[str | None]) -> bool:
    """The row of column numbers statistical forms put under the header, as in 甲 乙 1 2 3."""
    texts = [text.strip() for text in cells if text and text.strip()]
    while texts and texts[0] in _LEADING_MARKS:
        texts.pop(0)
    found = [_NUMBER_CELL.match(text) for text in texts]
    numbers = [int(match[1]) for match in found if match]
    return (
        len(numbers) == len(texts) >= _NUMBERED
        and numbers[0] <= 1
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    )


def _taken(columns: Columns, rows: Sequence[int]) -> Columns:
    return tuple([column[row] for row in rows] for column in columns)
