"""Numbers that people write with something beside them: 0（无需资金）, 约5万, 3.5万元（区财政）.

The number is taken, the text is kept and warned of. What is a range or a limit (3-5万, 10万以内) is no
number, and said so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from qhd_riskmap.domain.schema import Field, Issue, Parsed, parse_value
from qhd_riskmap.domain.survey_units import factor_to
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import warning

_LONGEST: Final = 80
_DIGITS: Final = r"\d+(?:,\d{3})*(?:\.\d*)?"
_ABOUT: Final = r"(?:大约|约|大概|近|暂估|估计|估算|预计|预估|共计|合计|共)"
_WHOLE: Final = re.compile(
    rf"{_ABOUT}?:?(?P<number>[+-]?{_DIGITS})(?P<unit>[^\d()\s,.;:~-]{{0,6}}?)(?:左右|上下)?"
    r"(?:\((?P<remark>[^()]*)\))?"
)
_RANGE: Final = re.compile(r"\d\s*[^\d\s()]{0,3}?\s*(?:[-~\u2013\u2014]|至|到)\s*\d")
_LIMIT: Final = re.compile(
    r"\d[^\d()]{0,4}?(?:以上|以下|以内|之内|多|余)|(?:不超过|不少于|不低于|至少|最多|[<>≤≥])\D{0,3}\d"
)
_SHORT_UNITS: Final = {"万": "万元", "亿": "亿元"}
_MONEY: Final = frozenset({"元", "万元", "亿元"})

_Parser = Callable[[str], Parsed]


def with_remarks(field: Field, factor: float, parse: _Parser) -> _Parser:
    """``parse`` for one field of numbers, with a second look at what it takes for none.

    Args:
        field: What the column holds.
        factor: Multiplies numbers without a unit of their own, where the header names another unit.
        parse: Reads plain numbers, in the header's unit.
    """

    def read(text: str) -> Parsed:
        value, issue = parse(text)
        if issue is None or issue.code != "not-a-number":
            return value, issue
        return _second_look(field, factor, parse, text) or (None, _sharpened(field, text, issue))

    return read


def _second_look(field: Field, factor: float, parse: _Parser, text: str) -> Parsed | None:
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = _WHOLE.fullmatch(plain) if len(plain) <= _LONGEST else None
    if found is None:
        return None
    own = _own_factor(field, found["unit"])
    in_brackets = _own_factor(field, found["remark"] or "")
    if own is None and found["unit"]:
        return None
    if own is None and in_brackets is not None:
        own = in_brackets
    number = found["number"].replace(",", "")
    if own is None:
        value, issue = parse(number)
    else:
        # The cell's own unit goes before the header's.
        value, issue = parse_value(field, f"{float(number) * own:.12g}")
    if value is None:
        return value, issue
    message = _("{label}：“{text}”按 {value}{unit} 读入，原文作为附加信息保留，请核对。").format(
        label=_(field.label), text=text[:40], value=f"{value:g}", unit=field.unit
    )
    return value, warning(field.key, "number-remark", message)


def _own_factor(field: Field, unit: str) -> float | None:
    """What a number in ``unit`` is multiplied with to be in the field's; None where it is no unit of it."""
    plain = unit.casefold()
    if unicodedata.normalize("NFKC", field.unit) in _MONEY:
        plain = _SHORT_UNITS.get(plain, plain)
    return factor_to(field, plain) if plain else None


def _sharpened(field: Field, text: str, issue: Issue) -> Issue:
    plain = unicodedata.normalize("NFKC", text)
    if _RANGE.search(plain):
        message = _("{label}：“{text}”是一个范围，不知道取哪个数，没有读入，请只填一个数。")
    elif _LIMIT.search(plain):
        message = _("{label}：“{text}”是一个限度，不是确定的数，没有读入，请只填一个数。")
    else:
        return issue
    told = message.format(label=_(field.label), text=text[:40])
    return replace(issue, code="ambiguous-number", message=told)
