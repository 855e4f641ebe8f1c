"""统一社会信用代码 (GB 32100-2015): found in texts and checked by its last character."""

from __future__ import annotations

import re
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_SHAPE: Final = re.compile(
    r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])"
)


def is_credit_code(text: str) -> bool:
    """Whether 18 characters are a credit code with a right check character.

    >>> is_credit_code("91350100M000100Y43"), is_credit_code("91350100M000100Y44")
    (True, False)
    """
    if _SHAPE.fullmatch(text) is None:
        return False
    total = sum(_ALPHABET.index(c) * weight for c, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _ALPHABET[(31 - total % 31) % 31] == text[17]  # GB 32100-2015, 5.2: modulus 31


def credit_codes(text: str) -> frozenset[str]:
    """Every valid credit code in a text."""
    return frozenset(found for found in _SHAPE.findall(text.upper()) if is_credit_code(found))
