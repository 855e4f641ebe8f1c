"""Rows that are in the register already, or twice in the sheets, and rows that only look so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from rapidfuzz import fuzz

from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_candidates import Candidate
from qhd_riskmap.storage.hazard_query import Fingerprint

SAME_PLACE_M: Final = 1.0
NEAR_M: Final = 200.0
SIMILAR: Final = 90.0
# Shorter codes ("1", "LX-01") are numbered by every department for itself.
_DISTINCTIVE_CODE: Final = 8
_MOST_PAIRS: Final = 2_000_000
_CHUNK: Final = 5000
_DIGITS: Final = re.compile(r"\d+|[一二三四五六七八九十百]+")
_SCALE: Final = np.array(metres_per_degree(39.95))
PlaneArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Known:
    """One place that a candidate is compared with: of the register, or an earlier row."""

    name: str
    type_key: str
    county: str
    codes: tuple[str, ...]
    source: Fingerprint | Candidate

    @property
    def label(self) -> str:
        """What to call it in a message."""
        if isinstance(self.source, Fingerprint):
            return f"{self.name}（{self.source.code}）"
        sheet = self.source.sheet
        where = f"{sheet.file.name} {sheet.name}".strip()
        return _("{name}（{where} 第 {row} 行）").format(
            name=self.name, where=where, row=self.source.row
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What the comparison gave, by index of the candidate.

    Attributes:
        repeats: Exact repeats → what they repeat.
        suspects: Candidates that look like another → what they look like.
    """

    repeats: dict[int, str]
    suspects: dict[int, str]


def match(
    candidates: Sequence[Candidate],
    register: Sequence[Fingerprint],
    known_rows: frozenset[str],
) -> Matches:
    """Compare candidates with the register and with each other.

    An exact repeat has the same code (or the same row was imported before), or the same name, type
    and county within `SAME_PLACE_M`. A suspect has a similar name within `NEAR_M`; names that differ
    in a number are different things.
    """
    places = [_of_register(item) for item in register]
    places += [_of_candidate(item) for item in candidates]
    anchors = np.array(
        [(f.lon, f.lat) for f in register] + [c.hazard.anchor() for c in candidates], dtype=float
    ).reshape(-1, 2)
    metres = anchors * _SCALE
    offset = len(register)
    repeats = _repeats(places, metres, offset)
    hashes: dict[str, int] = {}
    for index, candidate in enumerate(candidates):
        if candidate.row_hash in known_rows:
            repeats.setdefault(index, _("以前导入过的同一行"))
        elif candidate.row_hash in hashes:
            repeats.setdefault(index, places[offset + hashes[candidate.row_hash]].label)
        else:
            hashes[candidate.row_hash] = index
    return Matches(repeats=repeats, suspects=_suspects(places, metres, offset, repeats))


def _of_register(item: Fingerprint) -> Known:
    return Known(item.name, item.type_key, item.county, (item.code, *item.alias_codes), item)


def _of_candidate(item: Candidate) -> Known:
    hazard = item.hazard
    return Known(hazard.name, hazard.type_key, hazard.county, hazard.alias_codes, item)


def _repeats(places: Sequence[Known], metres: PlaneArray, offset: int) -> dict[int, str]:
    codes: dict[tuple[str, str, str], int] = {}
    names: dict[tuple[str, str, str], list[int]] = {}
    found: dict[int, str] = {}
    for index, place in enumerate(places):
        earlier = _same_code(index, place, places, codes)
        if earlier is None:
            earlier = _same_place(index, place, metres, names)
        if earlier is not None and index >= offset:
            found[index - offset] = places[earlier].label
            continue
        for code in place.codes:
            codes.setdefault((code, place.type_key, place.county), index)
        names.setdefault((place.name, place.type_key, place.county), []).append(index)
    return found


def _same_code(
    index: int,
    place: Known,
    places: Sequence[Known],
    codes: dict[tuple[str, str, str], int],
) -> int | None:
    for code in place.codes:
        earlier = codes.get((code, place.type_key, place.county)) if code else None
        if earlier is None or earlier == index:
            continue
        if len(code) >= _DISTINCTIVE_CODE or places[earlier].name == place.name:
            return earlier
    return None


def _same_place(
    index: int, place: Known, metres: PlaneArray, names: dict[tuple[str, str, str], list[int]]
) -> int | None:
    same = names.get((place.name, place.type_key, place.county))
    if not same:
        return None
    away = np.hypot(*(metres[same] - metres[index]).T)
    nearest = int(np.argmin(away))
    return same[nearest] if away[nearest] <= SAME_PLACE_M else None


def _suspects(
    places: Sequence[Known], metres: PlaneArray, offset: int, repeats: Iterable[int]
) -> dict[int, str]:
    if len(places) <= 1 or offset >= len(places):
        return {}
    skipped = set(repeats)
    points: Any = shapely.points(metres)
    tree: Any = shapely.STRtree(points)
    found: dict[int, str] = {}
    pairs = 0
    for start in range(offset, len(places), _CHUNK):
        chunk = points[start : start + _CHUNK]
        left, right = tree.query(chunk, predicate="dwithin", distance=NEAR_M)
        pairs += len(left)
        if pairs > _MOST_PAIRS:
            break
        earlier = right < left + start
        for a, b in zip((left[earlier] + start).tolist(), right[earlier].tolist(), strict=True):
            row = a - offset
            if row in skipped or row in found or (b >= offset and b - offset in skipped):
                continue
            if places[a].type_key == places[b].type_key and _alike(places[a].name, places[b].name):
                found[row] = places[b].label
    return found


def _alike(first: str, second: str) -> bool:
    """Whether two names may mean one thing.

    >>> _alike("示例沟1号泥石流", "示例沟2号泥石流")
    False
    """
    if _DIGITS.findall(first) != _DIGITS.findall(second):
        return False
    return first == second or fuzz.ratio(first, second) >= SIMILAR
