"""Counts per area that single nobody out.

A count of one or two in a named area points at a target as well as a symbol does. Such cells are
merged with their neighbours under the same parent area until the sum is large enough, and what is
merged is never printed apart (complementary suppression), so that no difference of two printed
numbers gives a small one back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from qhd_riskmap.domain.levels import RiskLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCount:
    """How many hazards of one type lie in one area.

    Attributes:
        area_code: Division code; of the parent where `merged`.
        area_name: Chinese name of the area; of the parent where `merged`.
        level: None counts all levels together.
        merged: The number covers all areas under ``area_code`` that are not printed themselves.
    """

    area_code: str
    area_name: str
    type_key: str
    level: RiskLevel | None
    n: int
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CountArea:
    """An area that hazards are counted in.

    Attributes:
        code: Division code, or division code and township name.
        parent: Area into which small cells merge; None for the city.
    """

    code: str
    name: str
    parent: CountArea | None = None

    @property
    def depth(self) -> int:
        """0 for the city, 1 for a county, 2 for a township."""
        return 0 if self.parent is None else self.parent.depth + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CountResult:
    """Counts fit to print.

    Attributes:
        counts: Sorted by type, area and level.
        withheld: Hazards in no printed number, because even the city has too few of their type.
        small: ``(area name, type key)`` of every cell below the bound, before merging.
    """

    counts: tuple[PublicCount, ...]
    withheld: int
    small: tuple[tuple[str, str], ...]


def count_safely(
    cells: Iterable[tuple[str, CountArea]],
    k: int,
    pooled: Collection[tuple[str, str]] = frozenset(),
) -> CountResult:
    """Count ``(type key, area)`` pairs and merge every cell below ``k``.

    Args:
        cells: One pair per hazard.
        k: The small-cell bound.
        pooled: ``(type key, area code)`` of cells that are merged whatever their number, because an
            earlier release has told about them (`domain.differencing`).
    """
    by_type: dict[str, Counter[CountArea]] = {}
    for type_key, area in cells:
        by_type.setdefault(type_key, Counter())[area] += 1
    counts: list[PublicCount] = []
    small: list[tuple[str, str]] = []
    withheld = 0
    for type_key in sorted(by_type):
        cell_counts = by_type[type_key]
        small += [(area.name, type_key) for area, n in cell_counts.items() if n < k]
        hidden = frozenset(code for key, code in pooled if key == type_key)
        printed, lost = _merge(cell_counts, k, hidden)
        counts += [
            PublicCount(
                area_code=area.code, area_name=area.name, type_key=type_key, level=None, n=n,
                merged=merged,
            )
            for area, n, merged in printed
        ]  # fmt: skip
        withheld += lost
    counts.sort(key=lambda c: (c.type_key, c.area_code, c.merged, c.area_name))
    return CountResult(counts=tuple(counts), withheld=withheld, small=tuple(sorted(small)))


Printed = tuple[CountArea, int, bool]


def _merge(
    cells: Mapping[CountArea, int], k: int, hidden: frozenset[str]
) -> tuple[list[Printed], int]:
    """Merge from the deepest areas upwards.

    Returns:
        What may be printed, and how many hazards are left that even the city cannot hide.
    """
    kept: list[tuple[CountArea, int]] = []
    pending: Counter[CountArea] = Counter(cells)
    for depth in range(max(area.depth for area in cells), 0, -1):
        here = {area: n for area, n in pending.items() if area.depth == depth}
        for area in here:
            del pending[area]
        for parent in {area.parent for area in here if area.parent}:
            own = pending.pop(parent, 0)
            siblings = {a: n for a, n in here.items() if a.parent == parent}
            fit, pooled = _split(siblings, own, k, hidden)
            kept += fit
            if pooled:
                pending[parent] = pooled
    kept += [(area, n) for area, n in pending.items() if n >= k]
    apart = {area.parent for area, _ in kept}
    rest = sum(n for n in pending.values() if n < k)
    return [(area, n, area in apart) for area, n in kept], rest


def _split(
    siblings: Mapping[CountArea, int], own: int, k: int, hidden: frozenset[str]
) -> tuple[list[tuple[CountArea, int]], int]:
    """Areas to print and the sum of the pooled rest; the rest is 0, at least k, or everything.

    Args:
        siblings: Areas under one parent.
        own: Hazards of the parent that lie in none of them; they can only be pooled.
        k: The small-cell bound.
        hidden: Codes of areas that are pooled whatever their number.
    """
    ordered = sorted(siblings.items(), key=lambda item: (-item[1], item[0].code))
    kept = [(area, n) for area, n in ordered if n >= k and area.code not in hidden]
    pooled = own + sum(n for area, n in ordered if n < k or area.code in hidden)
    # A remainder below k would still single someone out: the smallest printed area joins it.
    while 0 < pooled < k and kept:
        pooled += kept.pop()[1]
    return kept, pooled
