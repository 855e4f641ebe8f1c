"""Texts that may safely stand in a cell or a text table, whatever they start with.

A text that starts with ``= + - @`` is run as a formula by spreadsheet programs; names and notes come
from strangers.
"""

from __future__ import annotations

import re
from typing import Any, Final

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
# What XML 1.0 cannot hold; openpyxl refuses it.
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_LONGEST: Final = 32_767


def storable(text: str) -> str:
    """The text without characters a workbook cannot hold, cut to a cell's limit."""
    return _ILLEGAL.sub("", text)[:_LONGEST]


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet program may run the text.

    >>> is_formula_like("=1+1"), is_formula_like("-3.5"), is_formula_like("示例")
    (True, False, False)
    """
    return text.startswith(_FORMULA_STARTS) and _NUMBER.fullmatch(text) is None


def csv_text(text: str) -> str:
    """The text for a CSV cell; an apostrophe in front keeps it a text."""
    return f"'{text}" if is_formula_like(text) else text


def put_text(cell: Any, text: str) -> None:
    """Set an openpyxl cell to a text that stays a text."""
    cell.value = storable(text)
    cell.data_type = "s"
    cell.number_format = "@"
    if is_formula_like(text):
        cell.quotePrefix = True
