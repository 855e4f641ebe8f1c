"""The text a search looks through: everything a hazard is called by, and pinyin initials.

Plain substring search, because full-text trigrams do not find words of two characters, which is
what people type in Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.pinyin_readings import pinyin_library
from qhd_riskmap.domain.text_search import SEPARATOR

_LINE = "\x1e"
_RUN = re.compile("[\u3400-\u9fff]+")
Texts = Sequence[str]


def search_text(hazard: Hazard) -> str:
    """Names, codes, unit, place and telephone of a hazard, folded, and initials of its names."""
    return search_texts(
        names=[hazard.name],
        codes=[hazard.code],
        units=[hazard.unit],
        addresses=[hazard.address],
        townships=[hazard.township],
        phones=[hazard.phone],
        aliases=[hazard.alias_codes],
    )[0]


def search_texts(
    *,
    names: Texts,
    codes: Texts,
    units: Texts,
    addresses: Texts,
    townships: Texts,
    phones: Texts,
    aliases: Sequence[Sequence[str]],
) -> list[str]:
    """`search_text` of many hazards, by column.

    All texts are folded as one: Python's own loop over them costs more than the folding.
    """
    known = {text: initials(text) for text in {*units, *townships}}
    lines = map(
        SEPARATOR.join,
        zip(
            names,
            codes,
            units,
            addresses,
            townships,
            phones,
            _all_initials(names),
            map(known.__getitem__, units),
            map(known.__getitem__, townships),
            strict=True,
        ),
    )
    whole = [
        SEPARATOR.join((line, *others)) if others else line
        for line, others in zip(lines, aliases, strict=True)
    ]
    joined = _LINE.join(whole)
    if joined.count(_LINE) != len(whole) - 1:
        return [_folded_whole(text) for text in whole]
    # Nothing composes with a control character, so the lines fold as they would alone.
    return _folded_whole(joined).split(_LINE) if whole else []


def _folded_whole(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=65_536)
def initials(text: str) -> str:
    """Pinyin initials of the Chinese characters of ``text``; other characters stay.

    Where a character has several readings, the initials by its most common reading and the
    initials by its neighbours are both given.

    >>> initials("秦皇岛液氨")
    'qhdya'
    """
    return _all_initials([text])[0]


def _all_initials(texts: Texts) -> list[str]:
    """`initials` of many texts that seldom repeat; their Chinese runs do: 号, 村, 滑坡."""
    joined = _LINE.join(texts)
    if joined.isascii():
        return [""] * len(texts)
    if joined.count(_LINE) != len(texts) - 1:
        return [_all_initials([text.replace(_LINE, " ")])[0] for text in texts]
    runs = {run: _run_initials(run) for run in set(_RUN.findall(joined))}
    plain = _RUN.sub(lambda found: runs[found[0]][0], joined).split(_LINE)
    if all(first == second for first, second in runs.values()):
        context = plain
    else:
        context = _RUN.sub(lambda found: runs[found[0]][1], joined).split(_LINE)
    return [
        "" if text.isascii() else (one if one == two else one + SEPARATOR + two)
        for text, one, two in zip(texts, plain, context, strict=True)
    ]


@lru_cache(maxsize=65_536)
def _run_initials(run: str) -> tuple[str, str]:
    """Initials of a run of Chinese characters: by the commonest readings, and by the neighbours."""
    plain = run.translate(_INITIALS)
    letters = list(plain)  # positions agree: every character gives exactly one
    for at, char in enumerate(run):
        if char in _AMBIGUOUS:
            letters[at] = _in_context(run[max(at - 1, 0) : at], char, run[at + 1 : at + 2])
    return plain, "".join(letters)


_AMBIGUOUS: set[str] = set()  # characters met so far whose readings begin with different letters


class _Initials(dict[int, str]):
    """Code point → initial by the most common reading, found when first asked for."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        library = pinyin_library()
        readings: list[str] = library.pinyin(
            char, style=library.Style.FIRST_LETTER, heteronym=True
        )[0]
        if len(set(readings)) > 1:
            _AMBIGUOUS.add(char)
        self[point] = readings[0]
        return readings[0]


_INITIALS = _Initials()


@lru_cache(maxsize=65_536)
def _in_context(before: str, char: str, after: str) -> str:
    """Initial of ``char`` between its neighbours: 长 is c in 长城 and z in 校长."""
    library = pinyin_library()
    found = library.pinyin(before + char + after, style=library.Style.FIRST_LETTER)
    return str(found[len(before)][0])
