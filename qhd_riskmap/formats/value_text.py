"""Typed values of other programs' files written the way sheets are read: as text."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Any, Final

_DECIMALS: Final = 9  # 0.1 mm in degrees; what fastexcel writes too


def value_text(value: Any) -> str:
    """The text of one value; "" for none.

    >>> value_text(118.950000), value_text(dt.date(2014, 3, 5)), value_text(None)
    ('118.95', '2014-03-05 00:00:00', '')
    """
    for kind, text_of in _KINDS:
        if isinstance(value, kind):
            return text_of(value)
    return str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    text = f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _list(values: Sequence[Any]) -> str:
    return "、".join(text for value in values if (text := value_text(value)))


# In this order: a bool is an int, a moment is a day.
_KINDS: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (str, str),
    (bool, lambda value: "true" if value else "false"),
    (float, _number),
    (type(None), lambda _value: ""),
    (dt.datetime, lambda value: value.strftime("%Y-%m-%d %H:%M:%S") if value.year else ""),
    (dt.date, lambda value: f"{value.isoformat()} 00:00:00"),
    (list, _list),
    (tuple, _list),
)
