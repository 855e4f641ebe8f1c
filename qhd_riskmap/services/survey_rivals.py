"""Which records of the register the rows of an import are compared with.

Comparing with all of them would be as right and, in a register of a million, take twenty times as
long as reading the sheet. `survey_matching` finds things of one type that are alike within `NEAR_M`,
run along each other, or share a code or a credit code; who is none of these to any row cannot change
what it finds. (Where more than two million pairs crowd it looks closer only; with fewer of them
it looks less close, and finds more.)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.geo.near_pairs import pairs_within
from qhd_riskmap.services.candidate_columns import Candidates
from qhd_riskmap.services.survey_matching import ALONG_M, NEAR_M, SCALE, by_numbers, names_alike
from qhd_riskmap.storage.hazard_query import Fingerprint
from qhd_riskmap.storage.json_columns import lists_of_texts
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_ROUNDING_M = 0.01
Metres = npt.NDArray[np.float64]
Keys = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Pairs = Sequence[tuple[Rows, Rows]]


def rivals(
    work: UnitOfWork, candidates: Candidates, holders: Collection[UUID]
) -> list[Fingerprint]:
    """The live records that some candidate may repeat or be like, in order of registration.

    Args:
        work: The register.
        candidates: The rows.
        holders: Records that hold a credit code of a row.
    """
    if not len(candidates) or work.rivals.none():
        return []
    facts = candidates.hazards.facts
    keys = work.rivals.of_codes(chain.from_iterable(lists_of_texts(facts["alias_codes"])))
    keys |= work.rivals.of_ids(holders)
    keys.update(_around(work, candidates).tolist())
    return work.hazards.fingerprints(keys)


def _around(work: UnitOfWork, candidates: Candidates) -> npt.NDArray[np.int64]:
    """Keys of the records that a candidate looks like and stands by, or may run along."""
    keys, degrees = work.rivals.boxes()
    boxes = degrees * np.tile(SCALE, 2)
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    halves = np.hypot(*((boxes[:, 2:] - boxes[:, :2]) / 2).T)
    near = pairs_within(middles, NEAR_M + _ROUNDING_M + halves, candidates.anchors * SCALE)
    geometries = candidates.hazards.geometries
    lines = geometries[shapely.get_dimensions(geometries) == 1]
    corners: Any = shapely.bounds(lines).reshape(-1, 4)[:, :2] * SCALE
    beside = pairs_within(boxes[:, :2], np.full(len(boxes), 2 * ALONG_M), corners)
    if near is None or beside is None:
        return keys
    return np.concatenate([_alike(work, candidates, keys, near), keys[_left(beside)]])


def _alike(work: UnitOfWork, candidates: Candidates, keys: Keys, pairs: Pairs) -> Keys:
    """Those of the keys whose type is that of a candidate by them, and the name may be."""
    near = _left(pairs)
    if not near.size:
        return keys[near]
    facts = candidates.hazards.facts
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(facts["type_key"]))}
    names = [""] * len(near)
    types = np.full(len(near), -1, np.intp)
    for kind, number in kinds.items():
        found, texts = work.rivals.names(kind, keys[near].tolist())
        at = np.searchsorted(keys[near], found)
        types[at] = number
        for place, name in zip(at.tolist(), texts, strict=True):
            names[place] = name
    own = np.fromiter(map(kinds.__getitem__, facts["type_key"]), np.intp, len(candidates))
    numbers = by_numbers([*names, *facts["name"]])
    chosen: set[int] = set()
    for left, right in pairs:
        place = np.searchsorted(near, left)
        same = types[place] == own[right]
        same &= numbers[place] == numbers[right + len(near)]
        both = zip(place[same].tolist(), right[same].tolist(), strict=True)
        chosen.update(one for one, other in both if names_alike(names[one], facts["name"][other]))
    return keys[near[sorted(chosen)]]


def _left(pairs: Pairs) -> Rows:
    """The first ones of pairs, each once, in order."""
    if not pairs:
        return np.empty(0, np.intp)
    return np.unique(np.concatenate([left for left, _right in pairs]))
