"""Rows that are in the register already, or twice in the sheets, and rows that only look so."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from rapidfuzz import fuzz

from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import Candidates
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


class _Places:
    """Everything that is compared, by column: the register first, then the candidates."""

    def __init__(self, candidates: Candidates, register: Sequence[Fingerprint]) -> None:
        facts = candidates.hazards.facts
        self.offset = len(register)
        self.names = [*(item.name for item in register), *facts["name"]]
        self.kinds = [*(item.type_key for item in register), *facts["type_key"]]
        self.counties = [*(item.county for item in register), *facts["county"]]
        aliases: list[list[str]] = json.loads(f"[{','.join(facts['alias_codes'])}]")
        self.codes = [*((item.code, *item.alias_codes) for item in register), *aliases]
        own = np.array([(item.lon, item.lat) for item in register], dtype=float).reshape(-1, 2)
        self.metres: PlaneArray = np.concatenate([own, candidates.anchors]) * _SCALE
        self._candidates = candidates
        self._register = register

    def __len__(self) -> int:
        return len(self.names)

    def label(self, index: int) -> str:
        """What to call one of them in a message."""
        if index < self.offset:
            return f"{self.names[index]}（{self._register[index].code}）"
        sheet, row, _column = self._candidates.source(index - self.offset)
        where = f"{sheet.file.name} {sheet.name}".strip()
        return _("{name}（{where} 第 {row} 行）").format(
            name=self.names[index], where=where, row=row
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
    candidates: Candidates,
    register: Sequence[Fingerprint],
    known_rows: frozenset[str],
) -> Matches:
    """Compare candidates with the register and with each other.

    An exact repeat has the same code (or the same row was imported before), or the same name, type
    and county within `SAME_PLACE_M`. A suspect has a similar name within `NEAR_M`; names that differ
    in a number are different things.
    """
    places = _Places(candidates, register)
    repeats = _repeats(places)
    row_hashes = candidates.hashes
    if not (known_rows.isdisjoint(row_hashes) and len(set(row_hashes)) == len(row_hashes)):
        hashes: dict[str, int] = {}
        for index, row_hash in enumerate(row_hashes):
            if row_hash in known_rows:
                repeats.setdefault(index, _("以前导入过的同一行"))
            elif row_hash in hashes:
                repeats.setdefault(index, places.label(places.offset + hashes[row_hash]))
            else:
                hashes[row_hash] = index
    return Matches(repeats=repeats, suspects=_suspects(places, repeats))


def _repeats(places: _Places) -> dict[int, str]:
    """Exact repeats; only places that share a code or a name with another are looked at."""
    codes: dict[tuple[str, str, str], int] = {}
    names: dict[tuple[str, str, str], list[int]] = {}
    found: dict[int, str] = {}
    keys = list(zip(places.names, places.kinds, places.counties, strict=True))
    for index in _shared(keys, places):
        name, kind, county = keys[index]
        earlier = _same_code(index, places, codes)
        same = names.get(keys[index])
        if earlier is None and same is not None:
            earlier = _same_place(index, places.metres, same)
        if earlier is not None and index >= places.offset:
            found[index - places.offset] = places.label(earlier)
            continue
        for code in places.codes[index]:
            codes.setdefault((code, kind, county), index)
        if same is None:
            names[name, kind, county] = [index]
        else:
            same.append(index)
    return found


def _shared(keys: Sequence[tuple[str, str, str]], places: _Places) -> Iterable[int]:
    """Places whose name or one of whose codes occurs again in the same type and county."""
    names = Counter(keys)
    coded = [
        (code, kind, county)
        for codes, kind, county in zip(places.codes, places.kinds, places.counties, strict=True)
        for code in codes
    ]
    if len(names) == len(keys) and len(set(coded)) == len(coded):
        return ()
    often = {code for code, count in Counter(coded).items() if count > 1}
    return [
        index
        for index, key in enumerate(keys)
        if names[key] > 1 or any((code, *key[1:]) in often for code in places.codes[index])
    ]


def _same_code(index: int, places: _Places, codes: dict[tuple[str, str, str], int]) -> int | None:
    for code in places.codes[index]:
        if not code:
            continue
        earlier = codes.get((code, places.kinds[index], places.counties[index]))
        if earlier is None or earlier == index:
            continue
        if len(code) >= _DISTINCTIVE_CODE or places.names[earlier] == places.names[index]:
            return earlier
    return None


def _same_place(index: int, metres: PlaneArray, same: Sequence[int]) -> int | None:
    away = np.hypot(*(metres[same] - metres[index]).T)
    nearest = int(np.argmin(away))
    return same[nearest] if away[nearest] <= SAME_PLACE_M else None


def _suspects(places: _Places, repeats: Iterable[int]) -> dict[int, str]:
    offset = places.offset
    if len(places) <= 1 or offset >= len(places):
        return {}
    skipped = set(repeats)
    names = places.names
    kinds = np.unique(np.array(places.kinds, dtype=object).astype(str), return_inverse=True)[1]
    points: Any = shapely.points(places.metres)
    tree: Any = shapely.STRtree(points)
    found: dict[int, str] = {}
    pairs = 0
    for start in range(offset, len(places), _CHUNK):
        chunk = points[start : start + _CHUNK]
        left, right = tree.query(chunk, predicate="dwithin", distance=NEAR_M)
        pairs += len(left)
        if pairs > _MOST_PAIRS:
            break
        left = left + start
        earlier = (right < left) & (kinds[left] == kinds[right])
        for a, b in zip(left[earlier].tolist(), right[earlier].tolist(), strict=True):
            row = a - offset
            if row in skipped or row in found or (b >= offset and b - offset in skipped):
                continue
            if _alike(names[a], names[b]):
                found[row] = places.label(b)
    return found


def _alike(first: str, second: str) -> bool:
    """Whether two names may mean one thing.

    >>> _alike("示例沟1号泥石流", "示例沟2号泥石流")
    False
    """
    if _DIGITS.findall(first) != _DIGITS.findall(second):
        return False
    return first == second or fuzz.ratio(first, second) >= SIMILAR
