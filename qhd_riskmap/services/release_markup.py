"""Readings of JSON, markup and binary numbers for the release checker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser

import numpy as np


def json_values(value: object) -> Iterator[str]:
    """Every key and text of a JSON value."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)


# Elements that do not part a word; what stands on two sides of any other does not belong together.
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "em",
        "font",
        "g",  # a drawing puts every line of a broken text into a group of its own
        "i",
        "ins",
        "mark",
        "r",
        "rpr",
        "rt",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "t",
        "text",
        "tspan",
        "u",
    ]
)
_PARTED = "¦"


class _Markup(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.flow: list[str] = []
        self._code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for _, value in attrs if value]
        self._code = tag in {"script", "style"}
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._code = False
        self._part(tag)

    def _part(self, tag: str) -> None:
        if tag.rpartition(":")[2] not in _INLINE and self.flow[-1:] != [_PARTED]:
            self.flow.append(_PARTED)

    def handle_data(self, data: str) -> None:
        self.found.append(data)
        if not self._code:
            self.flow.append(data)

    def handle_comment(self, data: str) -> None:
        self.found.append(data)


def markup_values(text: str) -> tuple[Iterator[str], str]:
    """Attributes and texts one by one, and all text with words joined across inline elements.

    A name cut by ``<b>`` or into the runs of a workbook cell reads whole to people.
    """
    parser = _Markup()
    parser.feed(text)
    parser.close()
    return _found_values(parser.found), "".join(parser.flow)


def _found_values(found: list[str]) -> Iterator[str]:
    for value in found:
        stripped = value.strip()
        if stripped[:1] in {"{", "["}:
            try:
                yield from json_values(json.loads(stripped))
            except (ValueError, RecursionError):
                yield stripped
        elif stripped:
            yield stripped


_STORED = ("<f8", ">f8", "<f4", ">f4")
_SMALLEST = 8  # bytes of two numbers in single precision
_LON, _LAT = (117.5, 121.0), (38.5, 41.5)
_APART = "\n" + " " * 60 + "\n"  # more than may stand between the two numbers of a pair


def stored_pairs(data: bytes) -> str:
    """Runs of binary numbers that could be degrees of the region, spelled out.

    Well-known binary, shapefiles, GeoPackages and typed arrays hold positions without a digit. Numbers
    that follow one another stay together, so that what reads them can tell the pairs of a list of
    positions from the chance pairs between two of them.
    """
    if len(data) < _SMALLEST or data.isascii():
        return ""
    runs: list[str] = []
    with np.errstate(invalid="ignore"):  # any bytes are read as numbers, most are none
        for form in _STORED:
            size = np.dtype(form).itemsize
            for offset in range(min(size, len(data) - size)):
                values = np.frombuffer(data, form, (len(data) - offset) // size, offset)
                runs += _runs(values.astype(np.float64))
    return _APART.join(runs)


def _runs(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[str]:
    fits = ((values > _LON[0]) & (values < _LON[1])) | ((values > _LAT[0]) & (values < _LAT[1]))
    rows = np.flatnonzero(fits)
    if len(rows) < 2:  # noqa: PLR2004 - a pair
        return
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        if len(run) > 1:
            yield " ".join(f"{value:.7f}" for value in values[run].tolist())
