"""Administrative divisions with their dates, read from ``resources/rules/regions.json``.

Codes follow GB/T 2260 where they have one; function zones carry statistics codes (DOMAIN §5.1). The
division set changed in August 2015 (抚宁县 → 抚宁区, towns moved), so a name is resolved for a date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Any

from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

_NO_TOWNSHIPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """One division.

    Attributes:
        code: Six digits (four for the city).
        name: Official name, e.g. 青龙满族自治县.
        short_name: Name on crowded maps, e.g. 青龙.
        aliases: Other spellings found in sheets.
        valid_from: First day in force, None where unknown or always.
        valid_to: Last day in force, None while in force.
        successors: Codes that took over the land; more than one means the name alone cannot say
            which, and geometry or township must decide.
        successor_by_township: Township name → code of the successor that got it; all others went to
            the first of `successors`.
        function_zone: True for zones that are not divisions in law (开发区, 新区).
    """

    code: str
    name: str
    short_name: str
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    successor_by_township: Mapping[str, str] = field(default_factory=lambda: _NO_TOWNSHIPS)
    function_zone: bool = False

    def in_force(self, on: date) -> bool:
        """Whether the division exists on a day."""
        started = self.valid_from is None or self.valid_from <= on
        return started and (self.valid_to is None or on <= self.valid_to)

    def successor_of(self, township: str) -> str | None:
        """Code of the division that holds a township of this former division today.

        None without a township, for a division in force, and for one whose townships are not known:
        then the coordinates must decide.

        >>> regions().get("130323").successor_of("石门寨镇")
        '130302'
        """
        name = "".join(township.split())
        if not name or not self.successor_by_township:
            return None
        return self.successor_by_township.get(name, self.successors[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """The city, its divisions past and present, and its neighbours."""

    version: str
    city: Region
    divisions: tuple[Region, ...]
    neighbours: tuple[Region, ...]

    def current(self) -> tuple[Region, ...]:
        """The county-level divisions in law in force today: four districts and three counties."""
        return tuple(r for r in self.divisions if r.valid_to is None and not r.function_zone)

    def get(self, code: str) -> Region:
        """The region with ``code``, past ones included.

        Raises:
            NotFoundError: No such code.
        """
        for region in (self.city, *self.divisions, *self.neighbours):
            if region.code == code:
                return region
        raise NotFoundError(
            _("没有区划代码 {code}。").format(code=code),
            hint=_("可用：{codes}。").format(
                codes="、".join(f"{r.code} {r.name}" for r in self.current())
            ),
        )

    def recognise(self, text: str) -> Region | None:
        """The region a sheet's word names: a code, an official or short name, or an alias."""
        word = "".join(text.split()).removeprefix("河北省").removeprefix("秦皇岛市")
        if not word:
            return self.city if text.strip() else None
        # Divisions in force first: 抚宁 means the district today.
        ordered = sorted(self.divisions, key=lambda r: r.valid_to is not None)
        for region in (*ordered, *self.neighbours, self.city):
            if word in {region.code, region.name, region.short_name, *region.aliases}:
                return region
        return None


@cache
def regions() -> Regions:
    """The shipped regions."""
    raw = rules("regions")
    return Regions(
        version=raw["version"],
        city=_region(raw["city"]),
        divisions=tuple(_region(entry) for entry in raw["divisions"]),
        neighbours=tuple(_region(entry) for entry in raw["neighbours"]),
    )


def _region(entry: dict[str, Any]) -> Region:
    return Region(
        code=entry["code"],
        name=entry["name"],
        short_name=entry["short_name"],
        aliases=tuple(entry.get("aliases", ())),
        valid_from=_day(entry.get("valid_from")),
        valid_to=_day(entry.get("valid_to")),
        successors=tuple(entry.get("successors", ())),
        successor_by_township=MappingProxyType(entry.get("successor_by_township", {})),
        function_zone=entry.get("function_zone", False),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
