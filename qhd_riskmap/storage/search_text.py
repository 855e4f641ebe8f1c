"""The text a search looks through: everything a hazard is called by, and pinyin initials.

Plain substring search, because full-text trigrams do not find words of two characters, which is
what people type in Chinese.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from qhd_riskmap.domain.hazard import Hazard

_SEPARATOR = "\x1f"
_CJK = ("\u3400", "\u9fff")


def folded(text: str) -> str:
    """Lower case, full-width forms as ASCII, without control characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().replace(_SEPARATOR, " ").strip()


def search_text(hazard: Hazard) -> str:
    """Names, codes, unit, place and telephone of a hazard, folded, and initials of its names."""
    text = _SEPARATOR.join(
        (
            hazard.name,
            hazard.code,
            hazard.unit,
            hazard.address,
            hazard.township,
            hazard.phone,
            _name_initials(hazard.name),
            initials(hazard.unit),
            initials(hazard.township),
            *hazard.alias_codes,
        )
    )
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """Pinyin initials of the Chinese characters of ``text``; other characters stay.

    Where a character has several readings, the initials by its most common reading and the
    initials by its neighbours are both given.

    >>> initials("秦皇岛液氨")
    'qhdya'
    """
    return _name_initials(text)


def _name_initials(text: str) -> str:
    """`initials` without remembering the answer: names seldom occur twice."""
    if text.isascii():
        return ""
    plain = text.translate(_INITIALS)
    ambiguous = _AMBIGUOUS.intersection(text)
    if not ambiguous:
        return plain
    letters = list(plain)  # positions agree: every character gives exactly one
    for char in ambiguous:
        at = text.find(char)
        while at >= 0:
            letters[at] = _in_context(text[at - 1 : at], char, text[at + 1 : at + 2])
            at = text.find(char, at + 1)
    in_context = "".join(letters)
    return plain if in_context == plain else plain + _SEPARATOR + in_context


_AMBIGUOUS: set[str] = set()  # characters met so far whose readings begin with different letters


class _Initials(dict[int, str]):
    """Code point → initial by the most common reading, found when first asked for."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        if not _CJK[0] <= char <= _CJK[1]:
            self[point] = char
            return char
        from pypinyin import Style, pinyin  # noqa: PLC0415 - 0.15 s for its dictionaries

        readings = pinyin(char, style=Style.FIRST_LETTER, heteronym=True)[0]
        if len(set(readings)) > 1:
            _AMBIGUOUS.add(char)
        self[point] = readings[0]
        return readings[0]


_INITIALS = _Initials()


@lru_cache(maxsize=65_536)
def _in_context(before: str, char: str, after: str) -> str:
    """Initial of ``char`` between its neighbours: 长 is c in 长城 and z in 校长."""
    from pypinyin import Style, pinyin  # noqa: PLC0415

    if before and not _CJK[0] <= before <= _CJK[1]:
        before = ""
    if after and not _CJK[0] <= after <= _CJK[1]:
        after = ""
    return str(pinyin(before + char + after, style=Style.FIRST_LETTER)[len(before)][0])
