"""Finds the header of a sheet: below titles, over one row or two, merged or not."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qhd_riskmap.domain.schema import Field
from qhd_riskmap.domain.survey_columns import recognise_header
from qhd_riskmap.domain.survey_sheet import SurveySheet

_SEARCHED_ROWS: Final = 40
_FEWEST_KNOWN: Final = 2
_LONGEST_HEADER: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderRows:
    """Where the header stands.

    Attributes:
        top: Index of its first row.
        bottom: Index of its last row; one more than `top` for a two-row header.
        names: Per column, the texts it may be known by, most telling first.
    """

    top: int
    bottom: int
    names: tuple[tuple[str, ...], ...]

    def header(self, column: int) -> str:
        """The column's own header, or "" where it has none."""
        return self.names[column][0] if self.names[column] else ""


def find_header(sheet: SurveySheet, fields: Sequence[Field]) -> HeaderRows | None:
    """The header row, or pair of rows, that names most fields; None where no row names two."""
    height = min(sheet.height, _SEARCHED_ROWS)
    rows = [sheet.row(index) for index in range(height)]
    singles = [tuple((tidy,) if (tidy := header_text(t)) else () for t in row) for row in rows]
    scores = [_score(names, fields) for names in singles]
    best, best_score = None, _FEWEST_KNOWN - 1
    for top in range(height):
        if scores[top] > best_score:
            best, best_score = HeaderRows(top=top, bottom=top, names=singles[top]), scores[top]
        # Two rows must say more than either alone, or a title would become part of the header.
        if top + 1 < height and (pair := _joined(sheet, rows, top)) is not None:
            score = _score(pair, fields)
            if score > max(best_score, scores[top], scores[top + 1]):
                best, best_score = HeaderRows(top=top, bottom=top + 1, names=pair), score
    return best


def header_text(text: str) -> str:
    r"""A header on one line without the marks of required columns.

    >>> header_text("  *隐患\n名称 ")
    '隐患名称'
    """
    plain = unicodedata.normalize("NFKC", text[: _LONGEST_HEADER * 2])
    return "".join(plain.split()).strip("*★☆:").replace("(必填)", "").replace("(选填)", "")


def _joined(
    sheet: SurveySheet, rows: Sequence[Sequence[str]], top: int
) -> tuple[tuple[str, ...], ...] | None:
    """Names from two rows, or None where the second row cannot be a header's lower half."""
    parents = [header_text(text) for text in rows[top]]
    children = [header_text(text) for text in rows[top + 1]]
    spread = list(parents)
    for upper, left, lower, right in sheet.merged_indices():
        if upper <= top <= lower and right > left:
            for column in range(left, right + 1):
                spread[column] = spread[left]
    if not any(children) or any(len(text) > _LONGEST_HEADER for text in children):
        return None
    names = []
    for column, child in enumerate(children):
        parent = spread[column] or _to_the_left(parents, children, column)
        together = parent + child if parent and child else ""
        options = (together, child, parent if not child else "")
        names.append(tuple(text for text in options if text))
    return tuple(names)


def _to_the_left(parents: Sequence[str], children: Sequence[str], column: int) -> str:
    """The parent of a column under a spread heading that no merge declares (text files)."""
    if not children[column]:
        return ""
    return next((parents[index] for index in range(column, -1, -1) if parents[index]), "")


def _score(names: Sequence[Sequence[str]], fields: Sequence[Field]) -> int:
    keys = set()
    for options in names:
        for text in options:
            if len(text) <= _LONGEST_HEADER and (found := recognise_header(text, fields)):
                keys.add(found.key)
                break
    return len(keys)
