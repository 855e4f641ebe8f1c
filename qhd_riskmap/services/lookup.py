"""What search boxes and tables read beside the shared columns of the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard_filter import BoundingBox
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.domain.text_search import SEPARATOR, TextSearch, folded
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.engine import Register


@dataclass(frozen=True, slots=True)
class Division:
    """A county or township by name, and where it lies."""

    name: str
    above: str
    bounds: BoundingBox


class LookupService:
    """Reads of one register, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def search(self, *, deleted: bool = False) -> TextSearch:
        """The texts of all hazards, ready to be searched.

        Name, codes (also those of other offices), unit, address, township, telephone, pinyin
        initials, type and county.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            ids, columns = work.hazards.text_columns(
                ("search_text", "type_key", "county"), deleted=deleted
            )
        texts, types, counties = columns
        return TextSearch.of(
            ids,
            [
                SEPARATOR.join((text, _type_words(kind), _county_words(county)))
                for text, kind, county in zip(texts, types, counties, strict=True)
            ],
        )

    def columns(
        self, names: Sequence[str], *, deleted: bool = False
    ) -> tuple[list[str], dict[str, tuple[str, ...]]]:
        """Ids of all hazards and some plain columns of theirs, as stored."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            ids, columns = work.hazards.text_columns(names, deleted=deleted)
        return ids, dict(zip(names, columns, strict=True))

    def divisions(self) -> tuple[Division, ...]:
        """The counties of today and the townships that the office loaded."""
        self._actor.require(Permission.READ)
        shapes = boundaries().counties
        found = [
            Division(region.name, _("秦皇岛市"), shapes[region.code].bounds)
            for region in regions().current()
            if region.code in shapes
        ]
        with self._register.unit_of_work() as work:
            townships = work.places.townships()
        found += [Division(t.name, _county_name(t.county), t.geometry.bounds) for t in townships]
        return tuple(found)


@cache
def _type_words(key: str) -> str:
    try:
        return folded(taxonomy().get(key).label)
    except NotFoundError:
        return folded(key)


@cache
def _county_words(code: str) -> str:
    return folded(_county_name(code))


def _county_name(code: str) -> str:
    try:
        return regions().get(code).name
    except NotFoundError:
        return code
