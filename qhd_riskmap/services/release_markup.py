"""Readings of JSON, markup and binary numbers for the release checker."""

from __future__ import annotations

import html
import json
import re
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
_OF_PAGES = {
    # A drawing puts every line of a broken text into a group of its own.
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del",
    "dfn", "em", "font", "g", "i", "ins", "kbd", "label", "mark", "nobr", "q", "rb", "rp", "rt",
    "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "text", "time",
    "tspan", "tt", "u", "var", "wbr",
}  # fmt: skip
_OF_RUNS = {
    # Runs of workbooks and documents, and what is between and inside them.
    "r", "rpr", "t", "charset", "color", "family", "outline", "rfont", "scheme", "sz",
    "vertalign", "bcs", "bookmarkend", "bookmarkstart", "caps", "deltext", "fldchar",
    "highlight", "hyperlink", "ics", "instrtext", "kern", "lang", "lastrenderedpagebreak",
    "noproof", "position", "prooferr", "rfonts", "rstyle", "shadow", "shd", "smarttag",
    "spacing", "szcs", "w", "cs", "ea", "latin", "solidfill", "srgbclr", "sym",
}  # fmt: skip
_INLINE = frozenset(_OF_PAGES | _OF_RUNS)
_PARTED = "¦"
_RAW = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


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
    parser.feed(_RAW.sub(lambda raw: html.escape(raw.group(1)), text))
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
_EAST, _NORTH = (100_000.0, 50_000_000.0), (4_200_000.0, 5_000_000.0)
_NEAR = 3  # a height or a measure may stand between the numbers of a position
_APART = "\n" + " " * 60 + "\n"  # more than may stand between the two numbers of a pair


def stored_pairs(data: bytes) -> str:
    """Runs of binary numbers that could be degrees of the region, or metres of a plane, spelled out.

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
                wide = values.astype(np.float64)
                runs += _runs(wide)
                runs += _metres(wide)
    return _APART.join(runs)


def _runs(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[str]:
    fits = _between(values, _LON) | _between(values, _LAT)
    rows = np.flatnonzero(fits)
    if len(rows) < 2:  # noqa: PLR2004 - a pair
        return
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > _NEAR) + 1):
        if len(run) > 1:
            yield _spelled(values[run])


def _metres(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Iterator[str]:
    """Northings are few by chance; what may be an easting is looked for beside them."""
    for row in np.flatnonzero(_between(values, _NORTH)).tolist():
        near = values[max(0, row - _NEAR) : row + _NEAR + 1]
        beside = near[_between(near, _EAST)]
        if len(beside) > 1:
            yield _spelled(beside)


def _between(
    values: np.ndarray[tuple[int], np.dtype[np.float64]], bounds: tuple[float, float]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return (values > bounds[0]) & (values < bounds[1])


def _spelled(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> str:
    return " ".join(f"{value:.7f}" for value in values.tolist())
