"""Digits as people spell them, for the release checker."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_CHINESE = dict(
    zip(
        map(ord, "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺点"),
        "001234567891234567891.",
        strict=True,
    )
)
_CHINESE_RUN = re.compile(r"[〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖幺点]{4,}")
# What stands between digits and is not seen; white space is seen.
_UNSEEN = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]+"
)
_FOREIGN = re.compile(r"[^\D0-9]")  # digits of other scripts
_GROUPED = re.compile(r"(\d(?<!\d\d))(?=(\d{1,4})[^\d\n]{1,3}(\d{3,4})[^\d\n]{1,3}(\d{3,5})(?!\d))")
_THOUSANDS = re.compile(r"\d(?<![\d,]\d)\d{0,2}(?:,\d{3}){2,}(?![\d,])")
_POWER = re.compile(r"(\d(?<![\d.]\d))\.(\d{5,})[eE]\+?(\d{1,2})(?!\d)")


@lru_cache(maxsize=1)
def compatible(text: str) -> str:
    """The text in compatibility forms (NFKC); every passage is wanted so twice in a row."""
    return unicodedata.normalize("NFKC", text)


def with_digits(text: str) -> str:
    """The text in compatibility forms with every digit as 0-9, Chinese ones read out behind it.

    >>> with_digits("١٢号 一三八五").split(), with_digits("③")
    (['12号', '一三八五', '1385'], '3')
    """
    if text.isascii():
        return text
    plain = _UNSEEN.sub("", compatible(text))
    if plain.isascii():
        return plain
    spoken = [run.translate(_CHINESE) for run in _CHINESE_RUN.findall(plain)]
    plain = _FOREIGN.sub(_digit, plain)
    return "\n".join((plain, " ".join(spoken))) if spoken else plain


def _digit(match: re.Match[str]) -> str:
    return str(unicodedata.decimal(match.group()))


def grouped_numbers(text: str) -> Iterator[str]:
    """Digits of numbers cut by any marks into three groups, as tables print them, or as a power of ten.

    >>> list(grouped_numbers("138.5550.1234")), list(grouped_numbers("1.3855501234E+10"))
    (['13855501234'], ['13855501234'])
    """
    for match in _GROUPED.finditer(text):
        yield "".join(match.groups())
    for match in _THOUSANDS.finditer(text):
        yield match.group().replace(",", "")
    for match in _POWER.finditer(text):
        first, decimals, power = match.groups()
        if len(decimals) <= int(power):
            yield (first + decimals).ljust(int(power) + 1, "0")
