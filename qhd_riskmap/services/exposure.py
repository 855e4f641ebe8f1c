"""Who and what stands inside a hazard's effect zone, counted exactly, and what that means for grading."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.effect_zones import (
    EffectZone,
    band_zone,
    default_zone,
    parse_zone,
    pipe_of,
    radius_zone,
)
from qhd_riskmap.domain.grading.defaults import Known
from qhd_riskmap.domain.grading.method import GradingMethod, method
from qhd_riskmap.domain.grading.rule_table import pir_m
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.receptor import Receptor, kind_of, receptor_kinds
from qhd_riskmap.domain.zone_rules import ZoneRules
from qhd_riskmap.geo.busiest_stretch import busiest_stretch
from qhd_riskmap.geo.geodesy import azimuth_deg
from qhd_riskmap.geo.near_pairs import IndexArray
from qhd_riskmap.geo.reach import shape_distance_m, within_reach
from qhd_riskmap.i18n import _
from qhd_riskmap.services.assessment import methods_in_force, settings_in_force, zones_in_force
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_ALPHA_M: Final = 500.0  # GB 18218-2018 4.3.2
_STRIP_M: Final = 200.0  # GB 50251-2015 4.2.2
_STRETCH_M: Final = 2_000.0
_TRANSPORT_M: Final = 50.0  # GB 32167-2015 table 1 d)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposedReceptor:
    """A receptor inside a zone.

    Attributes:
        distance_m: From the hazard's geometry, geodesic; 0 inside it.
        bearing_deg: From the hazard's anchor, clockwise from north.
    """

    receptor: Receptor
    distance_m: float
    bearing_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What a zone holds.

    Attributes:
        outline: The zone, CGCS2000 degrees.
        inside: Nearest first.
        registered: How many receptors the whole register has; with none, nothing is known.
    """

    hazard: Hazard
    zone: EffectZone
    outline: BaseGeometry
    inside: tuple[ExposedReceptor, ...]
    registered: int

    @property
    def people(self) -> int:
        """All people inside."""
        return sum(each.receptor.people for each in self.inside)

    @property
    def households(self) -> int:
        """All households inside, as far as they are counted."""
        return sum(each.receptor.households or 0 for each in self.inside)

    @property
    def by_kind(self) -> list[tuple[str, int, int]]:
        """Label of the kind, number of receptors, their people; in the order of the rules."""
        found = []
        for kind in receptor_kinds():
            own = [e.receptor for e in self.inside if kind_of(e.receptor.kind) is kind]
            if own:
                found.append((kind.label, len(own), sum(each.people for each in own)))
        return found


class ExposureService:
    """Use cases of exposure, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def count(
        self, id_or_code: str, zone: EffectZone | str | None = None, from_deg: float | None = None
    ) -> Exposure:
        """Everything inside a hazard's zone.

        Args:
            id_or_code: The hazard.
            zone: A zone, or the words for one (`effect_zones.parse_zone`), read by the rules in force;
                None takes the default one.
            from_deg: Where the wind comes from, for words.

        Raises:
            NotFoundError: No such hazard, or ERG has no such row.
            InvalidInputError: The words mean no zone.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            if isinstance(zone, str):
                zone = parse_zone(zone, hazard, from_deg, zones_in_force(work))
            return _exposure(work, hazard, zone or _default(work, hazard))

    def zone_rules(self) -> ZoneRules:
        """The distances in force."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return zones_in_force(work)

    def counted(
        self, id_or_code: str, method_key: str, zone: EffectZone | None = None
    ) -> dict[str, Known]:
        """What the receptors say of a method's factors; nothing where none are registered.

        Args:
            id_or_code: The hazard.
            method_key: The method.
            zone: Where people are counted; None takes the default one.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            hazard = work.hazards.require(id_or_code)
            grading = method(method_key, methods_in_force(work))
            zone = zone or _default(work, hazard)
            return _Figures(work, hazard, zone).of(grading)

    def everybody(self) -> list[tuple[Hazard, int, int]]:
        """Every hazard with the receptors and people inside its default zone."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            hazards = work.hazards.find()
            receptors = work.places.receptors()
            settings, known = settings_in_force(work), zones_in_force(work)
        zones = [default_zone(hazard, settings, known) for hazard in hazards]
        left, right = exposed_pairs(hazards, zones, receptors)
        people = np.array([each.people for each in receptors], dtype=np.int64)
        heads = np.bincount(left, weights=people[right], minlength=len(hazards))
        counts = np.bincount(left, minlength=len(hazards))
        return [
            (hazard, int(count), int(head))
            for hazard, count, head in zip(hazards, counts, heads, strict=True)
        ]


def exposed_pairs(
    hazards: Sequence[Hazard], zones: Sequence[EffectZone], receptors: Sequence[Receptor]
) -> tuple[IndexArray, IndexArray]:
    """Index of hazard and receptor wherever the receptor lies in the hazard's zone; no wind."""
    return within_reach(
        _shapes([hazard.geometry for hazard in hazards]),
        np.array([zone.reach_m for zone in zones], dtype=np.float64),
        _shapes([receptor.geometry for receptor in receptors]),
    )


def _default(work: UnitOfWork, hazard: Hazard) -> EffectZone:
    return default_zone(hazard, settings_in_force(work), zones_in_force(work))


def _exposure(work: UnitOfWork, hazard: Hazard, zone: EffectZone) -> Exposure:
    return Exposure(
        hazard=hazard, zone=zone, outline=zone.outline(hazard.geometry),
        inside=_inside(work, hazard, zone),
        registered=sum(work.places.receptor_kinds().values()),
    )  # fmt: skip


def _inside(work: UnitOfWork, hazard: Hazard, zone: EffectZone) -> tuple[ExposedReceptor, ...]:
    """Nearest first."""
    near = work.places.receptors(zone.bounds(hazard.geometry))
    rows = zone.inside(hazard.geometry, _shapes([each.geometry for each in near]))
    lon, lat = hazard.anchor()
    inside = []
    for row in rows.tolist():
        receptor = near[row]
        spot = receptor.geometry.representative_point()
        inside.append(
            ExposedReceptor(
                receptor=receptor,
                distance_m=shape_distance_m(hazard.geometry, receptor.geometry),
                bearing_deg=float(azimuth_deg(lon, lat, spot.x, spot.y)),
            )
        )
    inside.sort(key=lambda each: (each.distance_m, each.receptor.name))
    return tuple(inside)


class _Figures:
    """The figures that feed factors, each counted when it is asked for."""

    def __init__(self, work: UnitOfWork, hazard: Hazard, zone: EffectZone) -> None:
        self._work = work
        self._hazard = hazard
        self._zone = zone
        self._found: dict[EffectZone, tuple[ExposedReceptor, ...]] = {}
        # Of a kind that nobody ever registered, none near by means nothing.
        self._known = frozenset(
            feed
            for word, count in work.places.receptor_kinds().items()
            if count
            for feed in (*kind_of(word).feeds, "people" if kind_of(word).peopled else "")
        )

    def of(self, grading: GradingMethod) -> dict[str, Known]:
        """Value and evidence by factor."""
        found: dict[str, Known] = {}
        for factor in grading.factors:
            known = self._figure(factor.exposure) if factor.exposure else None
            if known is not None and factor.scale is not None:
                value = factor.scale.value(float(known.value))
                known = Known(
                    value=value,
                    evidence=_("{counted}；换算：{source}").format(
                        counted=known.evidence, source=factor.scale.citation.text
                    ),
                )
            if known is not None:
                found[factor.key] = known
        return found

    def _inside(self, zone: EffectZone) -> tuple[ExposedReceptor, ...]:
        """Counted once, however many factors ask for the same zone."""
        if zone not in self._found:
            self._found[zone] = _inside(self._work, self._hazard, zone)
        return self._found[zone]

    def _figure(self, name: str) -> Known | None:
        feed, _sign, _rest = name.partition("_")
        if name == "people":
            return self._people(self._zone, outside=False)
        if name == "people_outside_500":
            return self._people(radius_zone(_ALPHA_M), outside=True)
        if name in {"households_2km", "largest_village"}:
            return self._households(name)
        if feed not in self._known:
            return None
        zone = self._band_of(name)
        return self._any(feed, zone) if zone is not None else None

    def _band_of(self, name: str) -> EffectZone | None:
        if name == "special_pir":
            pipe = pipe_of(self._hazard)
            return radius_zone(pir_m(*pipe)) if pipe is not None else None
        return band_zone(_TRANSPORT_M if name == "transport_50" else _STRIP_M)

    def _people(self, zone: EffectZone, *, outside: bool) -> Known | None:
        if "people" not in self._known:
            return None
        own = self._inside(zone)
        if outside:  # of the plant's own fence, where it is drawn
            own = tuple(each for each in own if each.distance_m > 0)
        people = sum(each.receptor.people for each in own)
        return Known(
            value=people,
            evidence=_("统计：{zone}内受体 {n} 处、{people} 人").format(
                zone=zone.label, n=len(own), people=people
            ),
        )

    def _households(self, name: str) -> Known | None:
        if "village" not in self._known:
            return None
        strip = band_zone(_STRIP_M)
        found = self._inside(strip)
        own = [e.receptor for e in found if "village" in kind_of(e.receptor.kind).feeds]
        if any(each.households is None for each in own):
            return None  # some village nobody has counted: a smaller sum would be a guess
        weights = np.array([float(each.households or 0) for each in own])
        if name == "largest_village":
            value = int(weights.max()) if len(weights) else 0
        else:
            spots = shapely.get_coordinates(
                shapely.point_on_surface(_shapes([each.geometry for each in own]))
            )
            value = int(busiest_stretch(self._hazard.geometry, spots, weights, _STRETCH_M))
        return Known(
            value=value,
            evidence=_("统计：{zone}内村庄 {n} 处，取 {value} 户").format(
                zone=strip.label, n=len(own), value=value
            ),
        )

    def _any(self, feed: str, zone: EffectZone) -> Known:
        found = self._inside(zone)
        own = [e for e in found if feed in kind_of(e.receptor.kind).feeds]
        if not own:
            return Known(value=False, evidence=_("统计：{zone}内没有").format(zone=zone.label))
        nearest = own[0]
        return Known(
            value=True,
            evidence=_("统计：{zone}内 {n} 处，最近 {name} {metres} m").format(
                zone=zone.label, n=len(own), name=nearest.receptor.name,
                metres=math.ceil(nearest.distance_m),
            ),
        )  # fmt: skip


def _shapes(geometries: Sequence[BaseGeometry]) -> NDArray[Any]:
    found = np.empty(len(geometries), dtype=object)
    found[:] = geometries
    return found
