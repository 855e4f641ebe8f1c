"""Finds the header of a sheet: below titles, over one row, two or three, merged or not."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from qhd_riskmap.domain.schema import Field
from qhd_riskmap.domain.survey_columns import recognise_header
from qhd_riskmap.domain.survey_sheet import SurveySheet

_SEARCHED_ROWS: Final = 40
_DEEPEST: Final = 3
_FEWEST_KNOWN: Final = 2
_LONGEST_HEADER: Final = 60
Names = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRows:
    """Where the header stands.

    Attributes:
        top: Index of its first row.
        bottom: Index of its last row; at most two more than `top`.
        names: Per column, the texts it may be known by, most telling first.
    """

    top: int
    bottom: int
    names: Names

    def header(self, column: int) -> str:
        """The column's own header, or "" where it has none."""
        return self.names[column][0] if self.names[column] else ""

    @property
    def headers(self) -> dict[int, str]:
        """Headers by column index, those that have one; the second of one name gets a number.

        >>> HeaderRows(top=0, bottom=0, names=(("坐标",), (), ("坐标",))).headers
        {0: '坐标', 2: '坐标(2)'}
        """
        seen: dict[str, int] = {}
        unique: dict[int, str] = {}
        for index, options in enumerate(self.names):
            if options:
                count = seen[options[0]] = seen.get(options[0], 0) + 1
                unique[index] = options[0] if count == 1 else f"{options[0]}({count})"
        return unique

    @property
    def fingerprint(self) -> str:
        """Tells sheets with the same headers, in whatever order, from all others."""
        return fingerprint_of(self.headers.values())


def fingerprint_of(headers: Iterable[str]) -> str:
    """The fingerprint of a set of headers; their order, width and case do not matter.

    >>> fingerprint_of(["名称", "Ｘ"]) == fingerprint_of(["x", "名 称"])
    True
    """
    plain = sorted(header_text(header).casefold() for header in headers)
    return hashlib.sha256("\x1f".join(plain).encode("utf-8", "surrogatepass")).hexdigest()


def find_header(
    sheet: SurveySheet, fields: Sequence[Field], remembered: Collection[str] = ()
) -> HeaderRows | None:
    """The header row, or block of two or three, that names most fields.

    Args:
        sheet: The sheet.
        fields: What headers may name.
        remembered: Fingerprints of headers an officer has explained before; such a row is a header
            whatever it names.

    Returns:
        None where no row names two fields and none is remembered.
    """
    blocks = _Blocks(sheet, fields)
    best: HeaderRows | None = None
    best_score = _FEWEST_KNOWN - 1
    for top in range(blocks.height):
        for depth in range(1, min(_DEEPEST, blocks.height - top) + 1):
            if depth > 1 and not (remembered or blocks.telling(top, depth)):
                break
            found = blocks.at(top, depth)
            if found is None:
                break
            if remembered and found.header.fingerprint in remembered:
                return found.header
            if found.score > max(best_score, blocks.best_part(top, depth)):
                best, best_score = found.header, found.score
    return best if best is None else _merged_down(sheet, blocks, best)


def _merged_down(sheet: SurveySheet, blocks: _Blocks, header: HeaderRows) -> HeaderRows:
    """The header down to where its own cells are merged, whether or not what stands there is known.

    A row of sub-headings nobody knows (户, 人) would else be read as a hazard.
    """
    ends = [
        lower
        for upper, left, lower, right in sheet.merged_indices()
        if upper == header.top and lower > header.bottom and left == right and header.names[left]
    ]
    depth = max(ends, default=0) - header.top + 1
    if len(ends) < _FEWEST_KNOWN or depth > min(_DEEPEST, blocks.height - header.top):
        return header
    deeper = blocks.at(header.top, depth)
    return header if deeper is None else deeper.header


class _Scored(NamedTuple):
    header: HeaderRows
    score: int


class _Blocks:
    """Every block of rows that could be a header, scored once."""

    def __init__(self, sheet: SurveySheet, fields: Sequence[Field]) -> None:
        self.height = min(sheet.height, _SEARCHED_ROWS)
        self._sheet = sheet
        self._fields = fields
        self._rows = [sheet.row(index) for index in range(self.height)]
        self._known: dict[tuple[int, int], _Scored | None] = {}

    def at(self, top: int, depth: int) -> _Scored | None:
        """The block of ``depth`` rows; None where it cannot be a header."""
        if (top, depth) not in self._known:
            rows = self._rows
            names = _single(rows[top]) if depth == 1 else _joined(self._sheet, rows, top, depth)
            self._known[top, depth] = None
            if names is not None:
                header = HeaderRows(top=top, bottom=top + depth - 1, names=names)
                self._known[top, depth] = _Scored(header, _score(names, self._fields))
        return self._known[top, depth]

    def telling(self, top: int, depth: int) -> bool:
        """Whether any of its rows names a field by itself; saves joining rows of hazards."""
        singles = [self.at(top + level, 1) for level in range(depth)]
        return any(single is not None and single.score > 0 for single in singles)

    def best_part(self, top: int, depth: int) -> int:
        """The score to beat: a block must say more than its parts, or a title would belong to it."""
        parts = [self.at(top, level) for level in range(1, depth)]
        parts += [self.at(top + level, depth - level) for level in range(1, depth)]
        return max((part.score for part in parts if part is not None), default=0)


def header_at(sheet: SurveySheet, row: int, depth: int = 1) -> HeaderRows | None:
    """The header an officer pointed at.

    Args:
        sheet: The sheet.
        row: Row number, as people count, of its first row.
        depth: Rows it takes up.

    Returns:
        None where the sheet has no such rows.
    """
    top = row - sheet.first_row
    if not 0 <= top < sheet.height or not 1 <= depth <= min(_DEEPEST, sheet.height - top):
        return None
    rows = [sheet.row(index) for index in range(top + depth)]
    names = _single(rows[top]) if depth == 1 else _joined(sheet, rows, top, depth)
    return None if names is None else HeaderRows(top=top, bottom=top + depth - 1, names=names)


def header_text(text: str) -> str:
    r"""A header on one line without the marks of required columns.

    >>> header_text("  *隐患\n名称 ")
    '隐患名称'
    """
    plain = unicodedata.normalize("NFKC", text[: _LONGEST_HEADER * 2])
    return "".join(plain.split()).strip("*★☆:").replace("(必填)", "").replace("(选填)", "")


def _single(row: Sequence[str]) -> Names:
    return tuple((tidy,) if (tidy := header_text(text)) else () for text in row)


def _joined(
    sheet: SurveySheet, rows: Sequence[Sequence[str]], top: int, depth: int
) -> Names | None:
    """Names from several rows, or None where the last row cannot be a header's lowest part."""
    lines = [[header_text(text) for text in rows[top + level]] for level in range(depth)]
    children = lines[-1]
    if not any(children) or any(len(text) > _LONGEST_HEADER for text in children):
        return None
    spread = [list(line) for line in lines]
    for upper, left, lower, right in sheet.merged_indices():
        for level in range(depth - 1):
            if upper <= top + level <= lower and right > left:
                for column in range(left, right + 1):
                    spread[level][column] = spread[level][left]
    for level in range(depth - 2, -1, -1):
        for column in range(len(children)):
            below = any(spread[lower][column] for lower in range(level + 1, depth))
            if not spread[level][column] and below:
                spread[level][column] = _to_the_left(lines, level, column)
    return tuple(_options([line[column] for line in spread]) for column in range(len(children)))


def _options(stack: Sequence[str]) -> tuple[str, ...]:
    """What a column may be called: all its words, the lower ones of them, the lowest alone."""
    words = [text for text in stack if text]
    together = ["".join(words[start:]) for start in range(len(words))]
    # Upper words may be plain headings of a group: 位置 · 坐标 · 经度.
    outer = [words[0] + words[-1]] if len(words) == _DEEPEST else []
    return tuple(dict.fromkeys((*together, *outer)))


def _to_the_left(lines: Sequence[Sequence[str]], level: int, column: int) -> str:
    """The parent of a column under a spread heading that no merge declares (text files).

    A heading further left that is merged downwards or has nothing below it heads its own column only.
    """
    line = lines[level]
    for index in range(column, -1, -1):
        if line[index]:
            lower = any(lines[below][index] for below in range(level + 1, len(lines)))
            return line[index] if lower else ""
    return ""


def _score(names: Sequence[Sequence[str]], fields: Sequence[Field]) -> int:
    keys = set()
    for options in names:
        for text in options:
            if len(text) <= _LONGEST_HEADER and (found := recognise_header(text, fields)):
                keys.add(found.key)
                break
    return len(keys)
