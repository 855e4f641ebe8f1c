"""How long a passphrase would withstand guessing, as a hint while it is typed."""

from __future__ import annotations

import math
import unicodedata
from enum import IntEnum
from typing import Final

# Bits of guessing work. The key derivation of the file adds about 18 more to each guess.
_FAIR_BITS: Final = 36
_GOOD_BITS: Final = 56
_POOLS: Final = {"digit": 10, "lower": 26, "upper": 26, "sign": 32, "ideograph": 3000}
# Sheets of passphrases tried first by everybody; a longer text that holds one is judged without it.
_WELL_KNOWN: Final = (
    "password",
    "passwd",
    "qwerty",
    "asdfgh",
    "admin",
    "iloveyou",
    "woaini",
    "qinhuangdao",
    "yingji",
    "abc",
)


class Strength(IntEnum):
    """Three grades are all an officer can act on."""

    WEAK = 0
    FAIR = 1
    GOOD = 2


def strength(passphrase: str) -> Strength:
    """Grade a passphrase by its guessing work.

    >>> strength("12345678").name, strength("qhd-sample-2014").name
    ('WEAK', 'GOOD')
    """
    bits = guessing_bits(passphrase)
    if bits < _FAIR_BITS:
        return Strength.WEAK
    return Strength.FAIR if bits < _GOOD_BITS else Strength.GOOD


def guessing_bits(passphrase: str) -> float:
    """Bits of work to guess a passphrase, repeats, runs and well-known words counted as one."""
    text = unicodedata.normalize("NFC", passphrase)
    for word in _WELL_KNOWN:
        place = text.casefold().find(word)
        if place >= 0:
            text = text[: place + 1] + text[place + len(word) :]
    pool = sum(_POOLS[kind] for kind in {_kind(c) for c in text})
    return _telling(text) * math.log2(pool) if pool else 0.0


def _telling(text: str) -> int:
    """Characters that do not follow from the one before them (111, 123, cba)."""
    count = 0
    step = 99
    for place, character in enumerate(text):
        before = step
        step = ord(character) - ord(text[place - 1]) if place else 99
        if abs(step) > 1 or step != before:
            count += 1
    return count


def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return "digit"
    return {"Ll": "lower", "Lu": "upper", "Lo": "ideograph"}.get(category, "sign")
