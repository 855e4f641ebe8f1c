"""Columns of texts cast to values, each distinct text once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.schema import (
    EMPTY_WORDS,
    GREATEST_NUMBER,
    Field,
    FieldKind,
    Issue,
    clean_text,
    parse_value,
)
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_amounts import with_remarks
from qhd_riskmap.services.survey_issues import warning

Texts = Sequence[str | None]
_SHORT: Final = 1000  # no text field refuses these
_AT_ONCE: Final = 10_000
_MANY: Final = 200  # distinct texts from which looking at all together pays
_BAR: Final = "|"
_NUMBERS: Final = frozenset({FieldKind.INTEGER, FieldKind.NUMBER})
_PLAIN_SIGNS: Final = frozenset("0123456789.-")
_EARLIEST: Final = date(1949, 10, 1)


def cleaned(column: Texts) -> list[str | None]:
    """`clean_text` over a column; texts that are clean already are recognised fast."""
    distinct = [text for text in dict.fromkeys(column) if text]
    tidy: list[str | None] = []
    # In pieces: nobody else can run while one of them is looked at.
    for start in range(0, len(distinct), _AT_ONCE):
        piece = distinct[start : start + _AT_ONCE]
        found = _tidied_together(piece) if len(piece) >= _MANY else None
        tidy += found if found is not None else map(clean, piece)
    if tidy == distinct:
        return [text or None for text in column]
    known: dict[str | None, str | None] = dict(zip(distinct, tidy, strict=True))
    known[None] = known[""] = None
    return [known[text] for text in column]


def _tidied_together(texts: list[str]) -> list[str] | None:
    """Many texts tidied as one, the list itself where nothing was to do; None: go one by one.

    Nothing composes with the bar between them, so they normalise as they would alone. Texts that
    mean nothing, or need more than normalising and stripping, are left to `clean`.
    """
    whole = _BAR.join(texts)
    if not whole.isascii() and not unicodedata.is_normalized("NFKC", whole):
        whole = unicodedata.normalize("NFKC", whole)
        tidy = whole.split(_BAR)
    else:
        tidy = texts
    if whole.count(_BAR) != len(texts) - 1 or not whole.isprintable():
        return None
    if " |" in whole or "| " in whole or whole[0] == " " or whole[-1] == " ":
        tidy = [text.strip(" ") for text in tidy]
    return None if not EMPTY_WORDS.isdisjoint(map(str.casefold, tidy)) else tidy


def clean(text: str) -> str | None:
    """`clean_text` of one text that is not empty."""
    if _is_clean(text):
        return text
    tidy = unicodedata.normalize("NFKC", text).strip()
    # Printable texts hold no control characters, the slow part of `clean_text`.
    if not tidy.isprintable():
        return clean_text(text)
    return None if tidy.casefold() in EMPTY_WORDS else tidy


def _is_clean(text: str) -> bool:
    return (
        text.isprintable()
        and (text.isascii() or unicodedata.is_normalized("NFKC", text))
        and text[0] != " "
        and text[-1] != " "
        and text.casefold() not in EMPTY_WORDS
    )


def cast(
    field: Field,
    texts: Texts,
    report: Callable[[int, Issue], None],
    *,
    factor: float = 1.0,
) -> list[AttributeValue | None]:
    """Values of one cleaned column; a text that cannot be cast is reported, never dropped silently.

    Args:
        field: What the column holds.
        texts: Cleaned texts.
        report: Called with the row and the issue.
        factor: Multiplies numbers, where the header names another unit.
    """
    if field.kind is FieldKind.TEXT and max(map(len, filter(None, texts)), default=0) < _SHORT:
        return list(texts)
    if factor == 1.0 and field.kind in _NUMBERS:
        numbers = _plain_numbers(field, texts)
        if numbers is not None:
            return numbers
    parsed = _scaled(field, factor)
    if field.kind in _NUMBERS:
        parsed = with_remarks(field, factor, parsed)
    known = {text: parsed(text) for text in dict.fromkeys(texts) if text is not None}
    if any(issue is not None for _value, issue in known.values()):
        for row, text in enumerate(texts):
            issue = known[text][1] if text is not None else None
            if issue is not None:
                report(row, issue)
    found = {text: value for text, (value, _issue) in known.items()}
    return [found[text] if text is not None else None for text in texts]


def _plain_numbers(field: Field, texts: Texts) -> list[AttributeValue | None] | None:
    """Values of a column of bare numbers within the limits; None: go one by one.

    Of digits, points and minus signs alone, `float` takes exactly what `parse_value` takes.
    """
    given = [text for text in texts if text is not None]
    if not given or not _PLAIN_SIGNS.issuperset("".join(given)):
        return None
    try:
        numbers = np.array(list(map(float, given)))
    except ValueError:
        return None
    least = -GREATEST_NUMBER if field.minimum is None else field.minimum
    most = GREATEST_NUMBER if field.maximum is None else field.maximum
    if numbers.min() < max(least, -GREATEST_NUMBER) or numbers.max() > min(most, GREATEST_NUMBER):
        return None
    if field.kind is FieldKind.INTEGER:
        if not np.array_equal(numbers, np.trunc(numbers)):
            return None
        values: Iterator[AttributeValue] = map(int, numbers.tolist())
    else:
        values = iter(numbers.tolist())
    return [next(values) if text is not None else None for text in texts]


def _scaled(
    field: Field, factor: float
) -> Callable[[str], tuple[AttributeValue | None, Issue | None]]:
    if factor == 1.0:
        return lambda text: parse_value(field, text)
    bare = replace(field, unit="", minimum=None, maximum=None, kind=FieldKind.NUMBER)

    def parse(text: str) -> tuple[AttributeValue | None, Issue | None]:
        value, issue = parse_value(bare, text)
        if not isinstance(value, float):
            return value, issue
        # Twelve digits: 0.5 km is 500 m, not 500.00000000000006.
        return parse_value(field, f"{value * factor:.12g}")

    return parse


def dated(
    texts: Texts, field: Field, today: date, report: Callable[[int, Issue], None]
) -> list[date | None]:
    """Days of one cleaned column; days to come and days before 1949 are doubted."""
    values = cast(field, texts, report)
    known = {value: date.fromisoformat(value) for value in set(values) if isinstance(value, str)}
    days = [known.get(value) if isinstance(value, str) else None for value in values]
    if all(_EARLIEST <= day <= today for day in known.values()):
        return days
    for row, day in enumerate(days):
        if day is None:
            continue
        if day > today:
            message = _("{label}：{day} 晚于今天，请核对。")
        elif day < _EARLIEST:
            message = _("{label}：{day} 过早，请核对。")
        else:
            continue
        text = message.format(label=_(field.label), day=day.isoformat())
        report(row, warning(field.key, "unlikely-date", text))
    return days
