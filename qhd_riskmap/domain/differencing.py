"""What two releases reveal together: numbers that are safe alone may single a record out in difference.

Every release tells, per type, the number of hazards in some sets of areas that do not overlap. Put
beside an earlier release, a set of areas told by neither may become known by subtraction, and a
number that changed by one or two says what happened to a single record. Both are found here; the
remedy is to tell fewer, larger areas (`domain.redaction`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from qhd_riskmap.domain.public_counts import CountArea, CountResult, PublicCount, count_safely

Areas = frozenset[str]
_BETWEEN = "/"  # parts division code and township name in the code of a counting area


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One printed number.

    Attributes:
        areas: The smallest areas it covers together.
        n: Hazards in them.
    """

    areas: Areas
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """The numbers of one release.

    Attributes:
        number: Number of the release, e.g. ``2026-003``.
        counts: As printed.
    """

    number: str
    counts: tuple[PublicCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Something that an earlier release and the new one single out together.

    Attributes:
        release: Number of the earlier release.
        areas: The areas it is about.
        n: Hazards singled out; negative where the number fell.
        changed: A number that changed, as opposed to areas known by subtraction.
    """

    type_key: str
    release: str
    areas: Areas
    n: int
    changed: bool


@dataclass(frozen=True, slots=True)
class AreaTree:
    """The smallest areas that anything was ever counted in.

    Attributes:
        city: Code of the root.
        parts: Division code → its smallest areas.
    """

    city: str
    parts: Mapping[str, Areas]

    @property
    def everything(self) -> Areas:
        """All smallest areas."""
        return frozenset().union(*self.parts.values())

    def under(self, code: str) -> Areas:
        """The smallest areas under a code: the city's, a division's or a township's."""
        if code == self.city:
            return self.everything
        return self.parts.get(code, frozenset({code}))


def area_tree(city: str, divisions: Iterable[str], counts: Iterable[PublicCount]) -> AreaTree:
    """The areas of the city, as fine as any of the numbers goes.

    A division that was counted by township has them as parts, and one more for what lies in none.
    """
    parts = {division: {division} for division in divisions}
    for count in counts:
        division, between, _township = count.area_code.partition(_BETWEEN)
        if between:
            parts.setdefault(division, {division}).add(count.area_code)
    return AreaTree(city, {code: frozenset(areas) for code, areas in parts.items()})


def told(counts: Sequence[PublicCount], type_key: str, tree: AreaTree) -> list[Told]:
    """The numbers of one type as sets of smallest areas; no two overlap."""
    mine = [count for count in counts if count.type_key == type_key]
    apart: set[str] = set()
    for count in mine:
        if not count.merged:
            apart |= tree.under(count.area_code)
    return [
        Told(
            areas=tree.under(count.area_code) - (apart if count.merged else frozenset()), n=count.n
        )
        for count in mine
    ]


def differences(
    new: Sequence[PublicCount],
    earlier: Iterable[Disclosure],
    tree: AreaTree,
    scope: str,
    k: int,
) -> list[Difference]:
    """Everything that the new numbers and one earlier release single out together.

    A change of the whole scope's sum is none: that somewhere in it one hazard more is known points at
    nobody, and there is no larger area to hide it in.

    Args:
        new: Numbers about to be printed.
        earlier: All earlier releases, withdrawn ones included: what is known stays known.
        tree: See `area_tree`; must know the areas of all of them.
        scope: Code of the city or division the numbers are about.
        k: Fewer hazards than this are singled out.
    """
    whole = tree.under(scope)
    found: dict[Difference, None] = {}
    for release in earlier:
        for type_key in sorted({count.type_key for count in new}):
            now, before = (told(counts, type_key, tree) for counts in (new, release.counts))
            for areas, n, changed in _singled(now, before, whole, k):
                each = Difference(
                    type_key=type_key, release=release.number, areas=areas, n=n, changed=changed
                )
                found.setdefault(each)
    return list(found)


def pools(
    found: Sequence[Difference],
    printed: Sequence[PublicCount],
    tree: AreaTree,
    scope: str,
) -> set[tuple[str, str]]:
    """Cells to merge so that less is told; empty where only the sum of the scope is left.

    Those that a difference touches; where they are merged already, the smallest one that is not.

    Returns:
        ``(type key, area code)``, as `public_counts.count_safely` takes them.
    """
    wanted: set[tuple[str, str]] = set()
    for type_key in {difference.type_key for difference in found}:
        cells = [
            count
            for count in printed
            if count.type_key == type_key and not count.merged and count.area_code != scope
        ]
        touched = {
            cell.area_code
            for cell in cells
            for difference in found
            if difference.type_key == type_key and difference.areas & tree.under(cell.area_code)
        }
        if not touched and cells:
            touched = {min(cells, key=lambda cell: (cell.n, cell.area_code)).area_code}
        wanted |= {(type_key, code) for code in touched}
    return wanted


class SafeCounts:
    """Counts so that neither a number nor its difference to an earlier one singles anybody out."""

    def __init__(
        self, city: str, divisions: Iterable[str], earlier: Sequence[Disclosure], k: int
    ) -> None:
        self._city = city
        self._divisions = tuple(divisions)
        self._earlier = earlier
        self._k = k

    def count(
        self, cells: Sequence[tuple[str, CountArea]], scope: str
    ) -> tuple[CountResult, tuple[Difference, ...]]:
        """Numbers of one scope, and the differences that had to be hidden in them.

        Args:
            cells: ``(type key, area)`` of every hazard.
            scope: Code of the city or division all areas lie in.
        """
        pooled: set[tuple[str, str]] = set()
        first: tuple[Difference, ...] | None = None
        while True:
            result = count_safely(cells, self._k, pooled)
            printed = list(result.counts)
            for release in self._earlier:
                printed += release.counts
            tree = area_tree(self._city, self._divisions, printed)
            found = differences(result.counts, self._earlier, tree, scope, self._k)
            first = tuple(found) if first is None else first
            # Cells are only ever added, so this ends; at the latest with the sum of the scope.
            more = pools(found, result.counts, tree, scope) - pooled
            if not more:
                return result, first
            pooled |= more


def _singled(
    now: Sequence[Told], before: Sequence[Told], scope: Areas, k: int
) -> Iterator[tuple[Areas, int, bool]]:
    """``(areas, hazards, whether it is a change)``."""
    known = {each.areas for each in (*now, *before)}
    for sign, wholes, parts in ((1, now, before), (-1, before, now)):
        for whole in wholes:
            inside = [part for part in parts if part.areas <= whole.areas]
            left = whole.n - sum(part.n for part in inside)
            if not inside or not 0 < abs(left) < k:
                continue
            rest = whole.areas.difference(*(part.areas for part in inside))
            if rest and left > 0:
                if rest not in known:
                    yield rest, left, False
            elif whole.areas != scope:
                yield whole.areas, sign * left, True
