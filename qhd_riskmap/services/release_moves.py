"""Places that are told as steps from one to the next: paths of drawings, TopoJSON, encoded lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

_LON, _LAT = (117.5, 121.0), (38.5, 41.5)
_EAST, _NORTH = (100_000.0, 50_000_000.0), (4_200_000.0, 5_000_000.0)
_PATH = re.compile(r"""\bd\s*=\s*["']\s*([Mm][^"']{3,})["']""")
_STEP = re.compile(r"([A-Za-z])|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_NUMBERS_OF: Final = {
    "m": 2,
    "l": 2,
    "t": 2,
    "h": 1,
    "v": 1,
    "c": 6,
    "s": 4,
    "q": 4,
    "a": 7,
    "z": 0,
}
_FIRST = re.compile(r"[Mm]\s*([-+]?[\d.]+)[\s,]+([-+]?[\d.]+)")
_LINE = re.compile(r"[?-~]{8,}")
# Degrees of the region take five characters or more, all but the last of them above the letter ^.
_LINE_START = re.compile(r"(?:[_-~]{4,}[?-^]){2}")
_SCALES: Final = (1e5, 1e6)
_LEAST, _FIVE_BITS, _MORE = 63, 0x1F, 0x20
_LONGEST: Final = 100_000
_LONGEST_JSON: Final = 4_000_000


def moved_places(text: str) -> str:
    """The places of all such lists, spelled out one a line; "" where there are none."""
    found = [*_paths(text), *_encoded_lines(text)]
    if '"arcs"' in text and len(text) <= _LONGEST_JSON:
        found += _topology(text)
    return spelled_places(found)


def spelled_places(places: Iterable[tuple[float, float]]) -> str:
    """One place a line, so far apart that no two of them make a pair."""
    return "\n".join(f"{x:.7f} {y:.7f}" + " " * 400 for x, y in places)


def _fits(x: float, y: float) -> bool:
    """Whether two numbers could be a place of the region, either first."""
    return any(
        (_LON[0] <= a <= _LON[1] and _LAT[0] <= b <= _LAT[1])
        or (_EAST[0] <= a <= _EAST[1] and _NORTH[0] <= b <= _NORTH[1])
        for a, b in ((x, y), (y, x))
    )


# -- paths ----------------------------------------------------------------------------------------------


def _paths(text: str) -> Iterator[tuple[float, float]]:
    for match in _PATH.finditer(text):
        first = _FIRST.match(match[1])
        try:
            if first and _fits(float(first[1]), float(first[2])):
                yield from _followed(match[1])
        except ValueError:
            continue


def _followed(path: str) -> Iterator[tuple[float, float]]:
    x = y = 0.0
    command, numbers = "", list[float]()
    for letter, number in _STEP.findall(path):
        if letter:
            command, numbers = letter, []
            continue
        numbers.append(float(number))
        wanted = _NUMBERS_OF.get(command.lower(), 0)
        if wanted and len(numbers) == wanted:
            x, y = _ended(command, numbers, x, y)
            numbers = []
            yield x, y


def _ended(command: str, numbers: Sequence[float], x: float, y: float) -> tuple[float, float]:
    """Where a command of a path ends."""
    base = (x, y) if command.islower() else (0.0, 0.0)
    if command in "hH":
        return base[0] + numbers[0], y
    if command in "vV":
        return x, base[1] + numbers[0]
    return base[0] + numbers[-2], base[1] + numbers[-1]


# -- TopoJSON -------------------------------------------------------------------------------------------


def _topology(text: str) -> Iterator[tuple[float, float]]:
    try:
        document = json.loads(text)
        scale, translate = (document["transform"][key] for key in ("scale", "translate"))
        for arc in document["arcs"]:
            x = y = 0.0
            for step in arc:
                x, y = x + step[0], y + step[1]
                yield x * scale[0] + translate[0], y * scale[1] + translate[1]
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return


# -- encoded lines ----------------------------------------------------------------------------------------


def _encoded_lines(text: str) -> Iterator[tuple[float, float]]:
    for match in _LINE.finditer(text):
        run = match.group().replace("\\\\", "\\")
        if not _LINE_START.match(run):
            continue
        for scale in _SCALES:
            values = _values(run)
            lat, lon = next(values, 0) / scale, next(values, 0) / scale
            if not (_LON[0] <= lon <= _LON[1] and _LAT[0] <= lat <= _LAT[1]):
                continue
            yield lon, lat
            for step in values:
                lat, lon = lat + step / scale, lon + next(values, 0) / scale
                yield lon, lat


def _values(run: str) -> Iterator[Any]:
    """Whole numbers of a line as map services encode it: five bits a character, least first."""
    value = shift = 0
    for character in run[:_LONGEST]:
        code = ord(character) - _LEAST
        value |= (code & _FIVE_BITS) << shift
        shift += 5
        if code < _MORE:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
