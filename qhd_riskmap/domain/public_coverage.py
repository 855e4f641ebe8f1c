"""Where has been surveyed for what, as the public may know it: 未排查 is not 无隐患.

Whether something was found stays in: "nothing found" beside "surveyed" with an empty map would tell of
a record that is kept back, and an area without targets would narrow a merged number down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qhd_riskmap.domain.coverage import CoverageCell, Standing
from qhd_riskmap.domain.public_edition import Translator
from qhd_riskmap.domain.release_rules import ReleaseRules
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, taxonomy
from qhd_riskmap.i18n import N_, _

TRUTH = N_("未排查不等于没有隐患")
_NOT_SAID = N_("其余没有登记排查情况的区域和类型，不作说明")
_ALL_TYPES = N_("全部公开类型")
_COMMA = N_("、")
_TOLD = frozenset({Standing.SURVEYED, Standing.STALE, Standing.NOT_SURVEYED, Standing.PARTLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicCoverage:
    """One area and type as the public may know them.

    Attributes:
        area_code: Division code, or the township's own.
        area_name: Chinese name.
        county: Code of the division a township lies in, "" for a division.
        standing: `SURVEYED` whatever was found.
        surveyed_on: ISO day of the survey, or "".
    """

    area_code: str
    area_name: str
    county: str
    type_key: str
    standing: Standing
    surveyed_on: str = ""

    @property
    def division(self) -> str:
        """Code of the division it lies in."""
        return self.county or self.area_code


class AreaState(StrEnum):
    """How a division is marked on a map, all its types together."""

    UNSURVEYED = "unsurveyed"
    IN_PART = "in_part"
    STALE = "stale"

    @property
    def label(self) -> str:
        """Text of the legend, Chinese."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    AreaState.UNSURVEYED: N_("未排查的区域"),
    AreaState.IN_PART: N_("部分未排查，见说明"),
    AreaState.STALE: N_("排查已过期的区域"),
}


def public_coverage(
    rows: Iterable[Sequence[CoverageCell]], county: str | None, rules: ReleaseRules
) -> tuple[PublicCoverage, ...]:
    """What the public may know of a coverage matrix; nothing where nobody has recorded anything.

    Args:
        rows: The matrix as of the day of the data.
        county: Only this division, or None.
        rules: Say what reads as a township.
    """
    types = [t.key for t in taxonomy().types if _may_be_told(t.key)]
    cells = {
        (cell.area.code, cell.type_key): _published(cell)
        for cell in (cell for row in rows for cell in row)
        if cell.type_key in types
        and county in (None, cell.area.county or cell.area.code)
        and (not cell.area.county or rules.is_township(cell.area.name))
    }
    if all(cell.standing is Standing.UNKNOWN for cell in cells.values()):
        return ()
    below: dict[tuple[str, str], set[Standing]] = {}
    for cell in cells.values():
        if cell.county:
            below.setdefault((cell.county, cell.type_key), set()).add(cell.standing)
    return tuple(_as_its_townships(cell, below.get(key, set())) for key, cell in cells.items())


def coverage_values(coverage: Iterable[PublicCoverage]) -> list[list[str]]:
    """As plain texts, for hashing and keeping."""
    return [
        [c.area_code, c.area_name, c.county, c.type_key, c.standing.value, c.surveyed_on]
        for c in coverage
    ]


def kept_coverage(values: Iterable[Sequence[str]]) -> tuple[PublicCoverage, ...]:
    """Inverse of `coverage_values`."""
    return tuple(
        PublicCoverage(
            area_code=code, area_name=name, county=county, type_key=key,
            standing=Standing(standing), surveyed_on=day,
        )
        for code, name, county, key, standing, day in values
    )  # fmt: skip


def _may_be_told(type_key: str) -> bool:
    kind = taxonomy().get(type_key)
    never = kind.release_class is ReleaseClass.NEVER
    return not never and kind.event_class is not EventClass.SOCIAL_SECURITY


def _published(cell: CoverageCell) -> PublicCoverage:
    day = cell.entry.surveyed_on if cell.entry else None
    found_nothing = cell.standing is Standing.NONE_FOUND
    return PublicCoverage(
        area_code=cell.area.code,
        area_name=cell.area.name,
        county=cell.area.county,
        type_key=cell.type_key,
        standing=Standing.SURVEYED if found_nothing else cell.standing,
        surveyed_on=day.isoformat() if isinstance(day, date) else "",
    )


def _as_its_townships(cell: PublicCoverage, below: set[Standing]) -> PublicCoverage:
    if not below:
        return cell
    standing = next(iter(below)) if len(below) == 1 else Standing.PARTLY
    return PublicCoverage(
        area_code=cell.area_code, area_name=cell.area_name, county="", type_key=cell.type_key,
        standing=standing, surveyed_on="" if standing is Standing.PARTLY else cell.surveyed_on,
    )  # fmt: skip


def area_states(coverage: Iterable[PublicCoverage]) -> dict[str, AreaState]:
    """Division code → its mark; divisions that are surveyed, or of which nothing is said, have none."""
    standings: dict[str, set[Standing]] = {}
    for cell in coverage:
        if not cell.county:
            standings.setdefault(cell.area_code, set()).add(cell.standing)
    found: dict[str, AreaState] = {}
    for code, here in standings.items():
        if here == {Standing.NOT_SURVEYED}:
            found[code] = AreaState.UNSURVEYED
        elif here & {Standing.NOT_SURVEYED, Standing.PARTLY}:
            found[code] = AreaState.IN_PART
        elif Standing.STALE in here:
            found[code] = AreaState.STALE
    return found


def coverage_notes(coverage: Sequence[PublicCoverage], tr: Translator = _) -> Iterator[str]:
    """What a product says in words: which types were not surveyed where; areas alike share a sentence."""
    if not coverage:
        return
    yield tr(TRUTH)
    forms = (
        (Standing.NOT_SURVEYED, N_("{areas}未排查：{types}")),
        (Standing.PARTLY, N_("{areas}各乡镇排查情况不一：{types}")),
        (Standing.STALE, N_("{areas}排查已过期：{types}")),
    )
    for standing, form in forms:
        for types, areas in _alike(coverage, standing).items():
            named = tr(_COMMA).join(map(tr, areas))
            yield tr(form).format(areas=named, types=_type_names(types, coverage, tr))
    if any(cell.standing not in _TOLD for cell in coverage):
        yield tr(_NOT_SAID)


def _alike(
    coverage: Sequence[PublicCoverage], standing: Standing
) -> dict[tuple[str, ...], list[str]]:
    """Types in that standing → divisions where exactly those are."""
    types: dict[str, list[str]] = {}
    names: dict[str, str] = {}
    for cell in coverage:
        if not cell.county and cell.standing is standing:
            types.setdefault(cell.area_code, []).append(cell.type_key)
            names[cell.area_code] = cell.area_name
    found: dict[tuple[str, ...], list[str]] = {}
    for code, keys in types.items():
        found.setdefault(tuple(keys), []).append(names[code])
    return found


def _type_names(keys: tuple[str, ...], coverage: Sequence[PublicCoverage], tr: Translator) -> str:
    if len(keys) > 1 and set(keys) == {cell.type_key for cell in coverage}:
        return tr(_ALL_TYPES)
    return tr(_COMMA).join(tr(taxonomy().get(key).label) for key in keys)
