"""Columns of texts cast to values, each distinct text once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.schema import (
    EMPTY_WORDS,
    Field,
    FieldKind,
    Issue,
    clean_text,
    parse_value,
)
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import warning

Texts = Sequence[str | None]
_SHORT: Final = 1000  # no text field refuses these
_EARLIEST: Final = date(1949, 10, 1)


def cleaned(column: Texts) -> list[str | None]:
    """`clean_text` over a column; texts that are clean already are recognised fast."""
    known = {text: _cleaned(text) if text else None for text in dict.fromkeys(column)}
    return [known[text] for text in column]


def _cleaned(text: str) -> str | None:
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
    known: dict[str, tuple[AttributeValue | None, Issue | None]] = {}
    parsed = _scaled(field, factor)
    values: list[AttributeValue | None] = []
    for row, text in enumerate(texts):
        if text is None:
            values.append(None)
            continue
        found = known.get(text)
        if found is None:
            found = known[text] = parsed(text)
        values.append(found[0])
        if found[1] is not None:
            report(row, found[1])
    return values


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
    days: list[date | None] = []
    for row, value in enumerate(cast(field, texts, report)):
        day = date.fromisoformat(value) if isinstance(value, str) else None
        days.append(day)
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
