"""The text a search looks through: everything a hazard is called by, and pinyin initials.

Plain substring search, because full-text trigrams do not find words of two characters, which is
what people type in Chinese.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from qhd_riskmap.domain.hazard import Hazard

_SEPARATOR = "\x1f"
_CJK = ("\u3400", "\u9fff")


def folded(text: str) -> str:
    """Lower case, full-width forms as ASCII, without control characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return text.casefold().replace(_SEPARATOR, " ")


def search_text(hazard: Hazard) -> str:
    """Names, codes, unit, place and telephone of a hazard, folded, and initials of its names."""
    parts = [
        hazard.name,
        hazard.code,
        *hazard.alias_codes,
        hazard.unit,
        hazard.address,
        hazard.township,
        hazard.phone,
        initials(hazard.name),
        initials(hazard.unit),
        initials(hazard.township),
    ]
    return folded(_SEPARATOR.join([part.replace(_SEPARATOR, " ") for part in parts if part]))


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """Pinyin initials of the Chinese characters of ``text``; other characters stay.

    Where a character has several readings, the initials in context and the initials by the most
    common readings are both given.

    >>> initials("秦皇岛液氨")
    'qhdya'
    """
    if not text or text.isascii():
        return ""
    plain = "".join([_initial(char)[0] for char in text])
    if not any(len(_initial(char)) > 1 for char in text):
        return plain
    in_context = _in_context(text)
    return plain if in_context == plain else plain + _SEPARATOR + in_context


@cache
def _initial(char: str) -> tuple[str, ...]:
    """Initials of one character, the most common reading first."""
    if not _CJK[0] <= char <= _CJK[1]:
        return (char,)
    from pypinyin import Style, pinyin  # noqa: PLC0415 - loads its dictionaries on import

    readings = pinyin(char, style=Style.FIRST_LETTER, heteronym=True)[0]
    return tuple(dict.fromkeys(readings))


def _in_context(text: str) -> str:
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415

    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER))
