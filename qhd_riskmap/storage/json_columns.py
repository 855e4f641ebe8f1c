"""Columns of plain values as one JSON object per row, as `hazard_rows.flat_json` writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.storage.hazard_rows import to_json

Values = Sequence[AttributeValue | None]
_ONE_TEXT: Final = 2  # quotation marks


def flat_json_columns(columns: Mapping[str, Values], rows: int) -> list[str]:
    """The objects of all rows; a value that is None is left out of its row.

    Args:
        columns: Key → values by row.
        rows: How many rows there are.

    >>> flat_json_columns({"b": [1, None], "a": ["x", None]}, 2)
    ['{"a":"x","b":1}', '{}']
    """
    filled = [
        _pairs(key, columns[key])
        for key in sorted(columns)
        if any(value is not None for value in columns[key])
    ]
    if not filled:
        return ["{}"] * rows
    if any("" in pairs for pairs in filled):
        return ["{" + ",".join(filter(None, pairs)) + "}" for pairs in zip(*filled, strict=True)]
    return ["{" + pairs + "}" for pairs in map(",".join, zip(*filled, strict=True))]


def lists_of_texts(column: Sequence[str]) -> list[Sequence[str]]:
    """The lists of texts that JSON arrays hold, by row; nearly all have one text or none.

    >>> lists_of_texts(['["A-1"]', "[]", '["A","B"]'])
    [('A-1',), (), ['A', 'B']]
    """
    return [
        (text[2:-2],)
        if text.count('"') == _ONE_TEXT and "\\" not in text
        else (json.loads(text) if text != "[]" else ())
        for text in column
    ]


def _pairs(key: str, values: Values) -> list[str]:
    """``"key":value`` by row, "" where there is none."""
    head = f"{encode_basestring(key)}:"
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        known = {
            text: head + encode_basestring(str(text)) for text in set(values) if text is not None
        }
        known[None] = ""  # type: ignore[index]
        return [known[text] for text in values]  # type: ignore[index]
    if kinds == {float}:
        return [f"{head}{value!r}" if value is not None else "" for value in values]
    if kinds == {int}:
        return [f"{head}{value}" if value is not None else "" for value in values]
    return [head + to_json(value) if value is not None else "" for value in values]
