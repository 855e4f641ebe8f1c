"""Rows that are in the register already, or twice in the sheets, and rows that only look so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely
from rapidfuzz import fuzz

from qhd_riskmap.domain.credit_code import credit_codes
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.near_pairs import near_pairs
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.candidate_columns import Candidates
from qhd_riskmap.storage.hazard_query import Fingerprint
from qhd_riskmap.storage.json_columns import lists_of_texts

SAME_PLACE_M: Final = 1.0
NEAR_M: Final = 200.0
SIMILAR: Final = 90.0
ALONG_M: Final = 50.0
_SHORT_NAME: Final = 3
# Shorter codes ("1", "LX-01") are numbered by every department for itself.
_DISTINCTIVE_CODE: Final = 8
_AT_ONCE: Final = 10_000  # names; nobody else can run meanwhile
_MOST_PAIRS: Final = 2_000_000
# Every text with a credit code fits: capitals may be made of three times fewer letters (ﬃ).
_MAYBE_CODE: Final = r"[0-9]{6}[^\W_]{4}"
_LINE_WKB: Final = frozenset({2, 5})
_DIGITS: Final = re.compile(r"\d+|[一二三四五六七八九十百]+")
_NO_DIGITS: Final = re.compile(r"[^\d一二三四五六七八九十百\n]+")
_SEAM: Final = re.compile(
    r"(?<=\d)(?=[一二三四五六七八九十百])|(?<=[一二三四五六七八九十百])(?=\d)"
)
SCALE: Final = np.array(metres_per_degree(39.95))
PlaneArray = npt.NDArray[np.float64]


class Likeness(StrEnum):
    """Why two places may be one."""

    NAME = "name"
    CREDIT_CODE = "credit-code"
    LINE = "line"

    @property
    def label(self) -> str:
        """Chinese words for it."""
        return _(_LIKENESS[self])


_LIKENESS: Final = {
    Likeness.NAME: N_("名称相近，位置相近"),
    Likeness.CREDIT_CODE: N_("统一社会信用代码相同"),
    Likeness.LINE: N_("线路走向重合"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A candidate that may be the same as something else.

    Attributes:
        label: What to call the other.
        other_id: Identity of the other: a record of the register, or another candidate.
        registered: Whether the other is in the register.
        metres: Between the two.
    """

    label: str
    other_id: UUID
    registered: bool
    likeness: Likeness
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCodes:
    """Who has which credit codes.

    Attributes:
        own: By candidate, of those that have any.
        holders: By record, those of them that are codes of a candidate too.
    """

    own: Mapping[int, frozenset[str]]
    holders: Mapping[UUID, frozenset[str]]


def row_codes(candidates: Candidates) -> dict[int, frozenset[str]]:
    """Credit codes by candidate, of those that have any."""
    import polars as pl  # noqa: PLC0415 - 60 ms that only an import pays

    facts = candidates.hazards.facts
    extras, attributes = facts["extras"], facts["attributes"]
    maybe = np.zeros(len(candidates), dtype=bool)
    for texts in (extras, attributes):
        maybe |= pl.Series(texts, dtype=pl.String).str.contains(_MAYBE_CODE).to_numpy()
    found = {}
    for row in np.flatnonzero(maybe).tolist():
        codes = credit_codes(extras[row] + attributes[row])
        if codes:
            found[row] = codes
    return found


class _Places:
    """Everything that is compared, by column: the register first, then the candidates."""

    def __init__(self, candidates: Candidates, register: Sequence[Fingerprint]) -> None:
        facts = candidates.hazards.facts
        self.offset = len(register)
        self.names = [*(item.name for item in register), *facts["name"]]
        self.kinds = [*(item.type_key for item in register), *facts["type_key"]]
        self.counties = [*(item.county for item in register), *facts["county"]]
        self.codes = [
            *((item.code, *item.alias_codes) for item in register),
            *lists_of_texts(facts["alias_codes"]),
        ]
        own = np.array([(item.lon, item.lat) for item in register], dtype=float).reshape(-1, 2)
        self.metres: PlaneArray = np.concatenate([own, candidates.anchors]) * SCALE
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

    def id(self, index: int) -> UUID:
        """Identity of one of them."""
        if index < self.offset:
            return self._register[index].id
        return UUID(self._candidates.hazards.facts["id"][index - self.offset])

    def suspicion(
        self, index: int, other: int, likeness: Likeness, metres: float | None = None
    ) -> Suspicion:
        """Says that one may be another."""
        away = float(np.hypot(*(self.metres[index] - self.metres[other])))
        return Suspicion(
            label=self.label(other),
            other_id=self.id(other),
            registered=other < self.offset,
            likeness=likeness,
            metres=round(away if metres is None else metres, 1),
        )

    def lines(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
        """All lines in metres, the register's first, and the index of each."""
        own = [i for i, item in enumerate(self._register) if item.wkb[1] in _LINE_WKB]
        geometries = self._candidates.hazards.geometries
        new = np.flatnonzero(shapely.get_dimensions(geometries) == 1)
        if not new.size:
            return np.empty(0, object), np.empty(0, np.intp)
        known: Any = shapely.from_wkb([self._register[i].wkb for i in own])
        both = np.concatenate([np.asarray(known, dtype=object), geometries[new]])
        flat: Any = shapely.transform(both, lambda points: points * SCALE)
        return flat, np.concatenate([np.array(own, np.intp), new + self.offset])


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """What the comparison gave, by index of the candidate.

    Attributes:
        repeats: Exact repeats → what they repeat.
        suspects: Candidates that look like another.
        same_code: Repeats that have the code of a record → that record; they may update it.
        registered: Repeats of records, however found → the record; without rows imported before.
    """

    repeats: dict[int, str]
    suspects: dict[int, Suspicion]
    same_code: dict[int, UUID]
    registered: dict[int, UUID]


def match(
    candidates: Candidates,
    register: Sequence[Fingerprint],
    known_rows: frozenset[str],
    credit: CreditCodes,
) -> Matches:
    """Compare candidates with the register and with each other.

    An exact repeat has the same code (or the same row was imported before), or the same name, type
    and county within `SAME_PLACE_M`. A suspect has a similar name within `NEAR_M`, the same credit code
    in a place of the same type, or runs along a line of the same type; names that differ in a number
    are different things.

    Args:
        candidates: The rows.
        register: What is registered; enough are those that `survey_rivals` picks.
        known_rows: Hashes of rows that were imported before.
        credit: Credit codes of the candidates, and who holds them.
    """
    places = _Places(candidates, register)
    repeats, same_code, registered = _exact(places, candidates.hashes, known_rows)
    suspects = _suspects(places, repeats)
    for more in (_same_holder(places, credit), _along_lines(places)):
        for index, suspicion in more.items():
            if index not in repeats:
                suspects.setdefault(index, suspicion)
    return Matches(repeats=repeats, suspects=suspects, same_code=same_code, registered=registered)


def exact_repeats(
    candidates: Candidates, register: Sequence[Fingerprint], known_rows: frozenset[str]
) -> dict[int, str]:
    """`Matches.repeats` alone, see `match`."""
    return _exact(_Places(candidates, register), candidates.hashes, known_rows)[0]


def _exact(
    places: _Places, row_hashes: Sequence[str], known_rows: frozenset[str]
) -> tuple[dict[int, str], dict[int, UUID], dict[int, UUID]]:
    """`_repeats`, and rows that stood in a sheet before."""
    repeats, same_code, registered = _repeats(places)
    if not (known_rows.isdisjoint(row_hashes) and len(set(row_hashes)) == len(row_hashes)):
        hashes: dict[str, int] = {}
        for index, row_hash in enumerate(row_hashes):
            if row_hash in known_rows:
                same_code.pop(index, None)
                registered.pop(index, None)
                repeats.setdefault(index, _("以前导入过的同一行"))
            elif row_hash in hashes:
                repeats.setdefault(index, places.label(places.offset + hashes[row_hash]))
            else:
                hashes[row_hash] = index
    return repeats, same_code, registered


def _repeats(places: _Places) -> tuple[dict[int, str], dict[int, UUID], dict[int, UUID]]:
    """Exact repeats; only places that share a code or a name with another are looked at.

    Beside them the registered records whose code they have, and all registered records they repeat.
    """
    registered: dict[int, UUID] = {}
    same_code: dict[int, UUID] = {}
    codes: dict[tuple[str, str, str], int] = {}
    names: dict[tuple[str, str, str], list[int]] = {}
    found: dict[int, str] = {}
    keys = list(zip(places.names, places.kinds, places.counties, strict=True))
    for index in _shared(keys, places):
        name, kind, county = keys[index]
        earlier = _same_code(index, places, codes)
        same = names.get(keys[index])
        if earlier is not None and index >= places.offset > earlier:
            same_code[index - places.offset] = places.id(earlier)
        if earlier is None and same is not None:
            earlier = _same_place(index, places.metres, same)
        if earlier is not None and index >= places.offset:
            found[index - places.offset] = places.label(earlier)
            if earlier < places.offset:
                registered[index - places.offset] = places.id(earlier)
            continue
        for code in places.codes[index]:
            codes.setdefault((code, kind, county), index)
        if same is None:
            names[name, kind, county] = [index]
        else:
            same.append(index)
    return found, same_code, registered


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


def _suspects(places: _Places, repeats: Iterable[int]) -> dict[int, Suspicion]:
    offset = places.offset
    if len(places) <= 1 or offset >= len(places):
        return {}
    skipped = set(repeats)
    names = places.names
    numbered = {kind: number for number, kind in enumerate(dict.fromkeys(places.kinds))}
    kinds = np.fromiter(map(numbered.__getitem__, places.kinds), np.intp, len(places))
    left, right = near_pairs(places.metres, NEAR_M, first=offset, most=_MOST_PAIRS)
    alike = kinds[left] == kinds[right]
    left, right = left[alike], right[alike]
    alike = _numbered_alike(names, left, right)
    found: dict[int, Suspicion] = {}
    for a, b in zip(left[alike].tolist(), right[alike].tolist(), strict=True):
        row = a - offset
        if row in skipped or row in found:
            continue
        if not (b >= offset and b - offset in skipped) and names_alike(names[a], names[b]):
            found[row] = places.suspicion(a, b, Likeness.NAME)
    return found


def _numbered_alike(
    names: Sequence[str], left: npt.NDArray[np.intp], right: npt.NDArray[np.intp]
) -> npt.NDArray[np.bool_]:
    """Which pairs have the same numbers in their names."""
    near, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    if not near.size:
        return np.empty(0, np.bool_)
    numbers = by_numbers([names[row] for row in near.tolist()])[place]
    return np.asarray(numbers[: len(left)] == numbers[len(left) :])


def _same_holder(places: _Places, credit: CreditCodes) -> dict[int, Suspicion]:
    """Candidates whose credit code a place of the same type has already."""
    if not credit.own:
        return {}
    at = {places.id(index): index for index in range(places.offset)}
    known: dict[tuple[str, str], list[int]] = {}
    for hazard_id, codes in credit.holders.items():
        index = at.get(hazard_id)
        if index is not None:
            for code in codes:
                known.setdefault((code, places.kinds[index]), []).append(index)
    found: dict[int, Suspicion] = {}
    for row, codes in credit.own.items():
        index = places.offset + row
        for code in sorted(codes):
            same = known.setdefault((code, places.kinds[index]), [])
            other = next(
                (o for o in same if _same_numbers(places.names[o], places.names[index])), None
            )
            if other is not None:
                found.setdefault(row, places.suspicion(index, other, Likeness.CREDIT_CODE))
            same.append(index)
    return found


def _along_lines(places: _Places) -> dict[int, Suspicion]:
    """Candidates that run along a line of the same type, end to end (Hausdorff distance)."""
    lines, indices = places.lines()
    if len(lines) <= 1 or indices[-1] < places.offset:
        return {}
    boxes: Any = shapely.bounds(lines)
    # Lines whose Hausdorff distance is small have nearly the same box: compare its corners first.
    corners: Any = shapely.points(boxes[:, :2])
    near = shapely.STRtree(corners).query(corners, predicate="dwithin", distance=2 * ALONG_M)
    left, right = near[:, near[1] < near[0]]
    # Not as the tree happens to give them: of several it is the first registered.
    left, right = (side[np.lexsort((right, left))] for side in (left, right))
    left_rows, right_rows = indices[left], indices[right]
    alike = (
        (left_rows >= places.offset)
        & np.all(np.abs(boxes[left] - boxes[right]) <= ALONG_M, axis=1)
        & np.array(
            [
                places.kinds[a] == places.kinds[b]
                for a, b in zip(left_rows, right_rows, strict=True)
            ],
            bool,
        )
    )
    left, right = left[alike], right[alike]
    metres = shapely.hausdorff_distance(lines[left], lines[right], densify=0.25)
    found: dict[int, Suspicion] = {}
    for a, b, away in zip(
        indices[left].tolist(), indices[right].tolist(), metres.tolist(), strict=True
    ):
        if away <= ALONG_M and _same_numbers(places.names[a], places.names[b]):
            found.setdefault(a - places.offset, places.suspicion(a, b, Likeness.LINE, away))
    return found


def numbers_in(name: str) -> tuple[str, ...]:
    """Numbers in a name; things that differ in one are different things."""
    return tuple(_DIGITS.findall(name))


def by_numbers(names: Sequence[str]) -> npt.NDArray[np.intp]:
    """A number for each name, the same for two names just when `numbers_in` is.

    >>> by_numbers(["东沟1号", "西沟2号", "南沟1号"]).tolist()
    [0, 1, 0]
    """
    marks = [
        mark
        for start in range(0, len(names), _AT_ONCE)
        for mark in number_marks(names[start : start + _AT_ONCE])
    ]
    known = {mark: number for number, mark in enumerate(dict.fromkeys(marks))}
    return np.fromiter(map(known.__getitem__, marks), np.intp, len(marks))


def number_marks(names: Iterable[str]) -> list[str]:
    """What is the same for two names just when `numbers_in` is; all at once.

    >>> number_marks(["东沟3组1号", "西沟三号", "沟"])
    ['3 1', '三', '']
    """
    lines = _NO_DIGITS.sub(" ", "\n".join(name.replace("\n", " ") for name in names))
    return [mark.strip(" ") for mark in _SEAM.sub(" ", lines).split("\n")]


def _same_numbers(first: str, second: str) -> bool:
    return numbers_in(first) == numbers_in(second)


def names_alike(first: str, second: str) -> bool:
    """Whether two names may mean one thing.

    >>> names_alike("示例沟1号泥石流", "示例沟2号泥石流"), names_alike("东沟滑坡", "东沟滑坡点")
    (False, True)
    """
    if not _same_numbers(first, second):
        return False
    if first == second or fuzz.ratio(first, second) >= SIMILAR:
        return True
    shorter, longer = sorted((first, second), key=len)
    return len(shorter) >= _SHORT_NAME > len(longer) - len(shorter) and shorter in longer
