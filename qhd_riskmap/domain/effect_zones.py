"""How far a hazard reaches: fixed radius, line band, PIR, ERG zones with wind, BLEVE, the area itself.

First guidance, no dispersion model. Every distance says where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.assessment_settings import AssessmentSettings, shipped_settings
from qhd_riskmap.domain.citation import Citation, Confidence, citation_of
from qhd_riskmap.domain.hazard import Hazard, anchor_of
from qhd_riskmap.domain.zone_rules import ZoneRules, zone_rules
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.geo.geodesy import WIDEST_BUFFER_M, buffer_m
from qhd_riskmap.geo.local_plane import LocalPlane
from qhd_riskmap.geo.near_pairs import IndexArray
from qhd_riskmap.geo.reach import within_reach
from qhd_riskmap.i18n import N_, _

_GAS: Final = frozenset({"天然气", "煤层气"})
_PIPELINES: Final = frozenset({"oil_gas_pipeline", "ammonia_pipeline"})
_AREAS: Final = frozenset({"Polygon", "MultiPolygon"})


class Wind(StrEnum):
    """Wind speed by the classes of ERG table 3."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"

    @property
    def label(self) -> str:
        """Chinese words."""
        return _WIND_LABELS[self]


_WIND_LABELS = {
    Wind.LOW: N_("低（<10 km/h）"),
    Wind.MODERATE: N_("中（10～20 km/h）"),
    Wind.HIGH: N_("高（>20 km/h）"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Downwind:
    """A square whose upwind edge passes through the spill.

    Attributes:
        distance_m: Its side.
        from_deg: Where the wind comes from, degrees clockwise from north.
    """

    distance_m: float
    from_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectZone:
    """Where a hazard may hurt.

    Attributes:
        key: How it is written on the command line.
        reach_m: All round the hazard's geometry; 0 is the geometry itself.
        downwind: The protective-action square beyond that, where the wind is known.
        note: What else must be known of it.
    """

    key: str
    label: str
    reach_m: float
    citation: Citation
    downwind: Downwind | None = None
    note: str = ""

    def inside(self, geometry: BaseGeometry, receptors: NDArray[Any]) -> IndexArray:
        """Which receptors lie in the zone, wholly or partly, ascending."""
        places = np.array([geometry], dtype=object)
        found = within_reach(places, np.array([self.reach_m]), receptors)[1]
        if self.downwind is not None:
            found = np.concatenate([found, self._in_square(geometry, receptors)])
        return np.unique(found)

    def outline(self, geometry: BaseGeometry) -> BaseGeometry:
        """The zone as CGCS2000 degrees, for the map."""
        around = buffer_m(geometry, self.reach_m) if self.reach_m else geometry
        if self.downwind is None:
            return around
        plane = LocalPlane(*anchor_of(geometry))
        square = shapely.transform(self._square(), plane.round)
        result: BaseGeometry = shapely.union(around, square)
        return result

    def bounds(self, geometry: BaseGeometry) -> tuple[float, float, float, float]:
        """West, south, east, north of all that the zone may touch, with room to spare."""
        far = self.reach_m
        if self.downwind is not None:
            far = max(far, self.downwind.distance_m * math.sqrt(1.25))
        west, south, east, north = geometry.bounds
        lat = math.radians(min(abs(south), abs(north)) + 2.0)
        up = (far + 10.0) / 110_000.0
        across = (far + 10.0) / (110_000.0 * math.cos(lat))
        return west - across, south - up, east + across, north + up

    def _square(self) -> BaseGeometry:
        """In metres about the spill: half the side to both hands, from the spill downwind."""
        wind = self.downwind
        if wind is None:
            raise ValueError("no wind, no square")
        half = wind.distance_m / 2
        corners = np.array(
            [[-half, 0], [half, 0], [half, wind.distance_m], [-half, wind.distance_m]]
        )
        turn = math.radians(wind.from_deg + 180.0)
        sine, cosine = math.sin(turn), math.cos(turn)
        # Clockwise from north, unlike mathematics.
        return shapely.Polygon(corners @ np.array([[cosine, -sine], [sine, cosine]]))

    def _in_square(self, geometry: BaseGeometry, receptors: NDArray[Any]) -> IndexArray:
        plane = LocalPlane(*anchor_of(geometry))
        west, south, east, north = self.bounds(geometry)
        near = np.flatnonzero(shapely.intersects(receptors, shapely.box(west, south, east, north)))
        flat = np.array([shapely.transform(each, plane.flat) for each in receptors[near]])
        hit: IndexArray = near[shapely.intersects(flat, self._square())] if len(near) else near
        return hit


def radius_zone(metres: float) -> EffectZone:
    """A fixed distance all round."""
    return EffectZone(
        key=f"radius:{metres:g}", label=_("半径 {metres:g} m").format(metres=_usable(metres)),
        reach_m=metres, citation=Citation(source=N_("人工指定"), confidence=Confidence.DESIGN),
    )  # fmt: skip


def band_zone(metres: float, known: ZoneRules | None = None) -> EffectZone:
    """Both sides of a line; ``known`` are the rules in force, None the shipped ones."""
    return EffectZone(
        key=f"band:{metres:g}", label=_("两侧各 {metres:g} m").format(metres=_usable(metres)),
        reach_m=metres, citation=citation_of((known or zone_rules())["pipeline_band_m"]),
    )  # fmt: skip


def itself_zone() -> EffectZone:
    """Nothing but the hazard's own geometry."""
    return EffectZone(
        key="itself", label=_("图形本身"), reach_m=0.0,
        citation=Citation(source=N_("登记的图形"), confidence=Confidence.SEEN),
    )  # fmt: skip


def pir_zone(diameter_mm: float, pressure_mpa: float, known: ZoneRules | None = None) -> EffectZone:
    """Potential impact radius of a gas pipeline; by the rules in force, or the shipped ones."""
    raw = (known or zone_rules())["pir"]
    metres = raw["factor"] * math.sqrt(diameter_mm**2 * pressure_mpa)
    return EffectZone(
        key=f"pir:{diameter_mm:g}:{pressure_mpa:g}",
        label=_("潜在影响半径 {metres:.1f} m").format(metres=_usable(metres)),
        reach_m=metres, citation=citation_of(raw),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleve:
    """Distances of a boiling liquid expanding vapour explosion, metres."""

    kilograms: float
    fireball_m: float
    response_m: float
    minimum_m: float
    preferred_m: float


def bleve(litres: float, known: ZoneRules | None = None) -> Bleve:
    """Distances for a tank of so many litres; by the rules in force, or the shipped ones.

    >>> found = bleve(8000)
    >>> round(found.fireball_m), round(found.response_m), round(found.minimum_m)
    (44, 177, 663)
    """
    raw = (known or zone_rules())["bleve"]
    kilograms = litres * raw["kg_per_litre"]
    ball = raw["fireball"] * math.cbrt(kilograms)
    return Bleve(
        kilograms=kilograms,
        fireball_m=ball,
        response_m=max(raw["response_least_m"], raw["response"] * ball),
        minimum_m=min(raw["most_m"], raw["minimum"] * ball),
        preferred_m=min(raw["most_m"], raw["preferred"] * ball),
    )


def bleve_zone(litres: float, known: ZoneRules | None = None) -> EffectZone:
    """Minimum evacuation distance of a tank of liquefied gas."""
    found = bleve(_usable(litres), known)
    return EffectZone(
        key=f"bleve:{litres:g}",
        label=_("BLEVE 最小疏散 {metres:.0f} m（火球 {ball:.0f} m）").format(
            metres=found.minimum_m, ball=found.fireball_m
        ),
        reach_m=found.minimum_m,
        citation=citation_of((known or zone_rules())["bleve"]),
        note=_("建议疏散 {metres:.0f} m").format(metres=found.preferred_m),
    )


def erg_zones(
    un: int,
    container: str,
    *,
    night: bool,
    wind: Wind = Wind.LOW,
    from_deg: float | None = None,
    known: ZoneRules | None = None,
) -> tuple[EffectZone, EffectZone]:
    """Isolation and protective-action zone of a spill.

    Args:
        un: UN number.
        container: ``small``, or a container of the large table (``rail``, ``truck``, …, ``any``).
        night: Night distances.
        wind: Only matters for large spills; low reaches farthest.
        from_deg: Where the wind comes from; None draws the whole circle.
        known: The rules in force; None takes the shipped ones.

    Raises:
        NotFoundError: ERG has no such row.
    """
    row = _erg_row(un, container, known or zone_rules())
    distance = row["night_km"] if night else row["day_km"]
    metres = 1000.0 * (distance[wind.value] if isinstance(distance, Mapping) else distance)
    key = f"{un}:{container}:{'night' if night else 'day'}:{wind.value}"
    times = _("夜间") if night else _("白天")
    note = _("实际可能更远") if row.get("may_be_larger") and night and wind is Wind.LOW else ""
    citation = citation_of(row)
    isolation = EffectZone(
        key=f"isolate:{key}", reach_m=float(row["isolate_m"]), citation=citation,
        label=_("UN{un} 初始隔离 {metres:g} m").format(un=un, metres=row["isolate_m"]),
    )  # fmt: skip
    label = _("UN{un} {times}防护 {metres:g} m").format(un=un, times=times, metres=metres)
    if from_deg is None:
        protective = EffectZone(
            key=f"erg:{key}", label=label, citation=citation, note=note or _("风向不明，取整圆"),
            reach_m=max(metres, isolation.reach_m),
        )  # fmt: skip
    else:
        protective = EffectZone(
            key=f"erg:{key}:{from_deg:g}", label=label, citation=citation, note=note,
            reach_m=isolation.reach_m, downwind=Downwind(distance_m=metres, from_deg=from_deg % 360),
        )  # fmt: skip
    return isolation, protective


def _erg_row(un: int, container: str, known: ZoneRules) -> Mapping[str, Any]:
    table = known["small" if container == "small" else "large"]
    for row in table:
        if row["un"] == un and container in {"small", row.get("container")}:
            found: Mapping[str, Any] = row
            return found
    there = sorted({f"{r['un']}:{r['container']}" for r in known["large"]})
    raise NotFoundError(
        _("ERG 没有 UN{un} {container} 这一行。").format(un=un, container=container),
        hint=_("小泄漏写 small；大泄漏可用：{known}。").format(known="、".join(there)),
    )


def default_zone(
    hazard: Hazard, settings: AssessmentSettings | None = None, known: ZoneRules | None = None
) -> EffectZone:
    """The zone taken where nobody says another: by the hazard's type, facts and shape."""
    settings = settings or shipped_settings()
    if hazard.type_key in _PIPELINES:
        pipe = pipe_of(hazard)
        if pipe is not None and hazard.attributes.get("medium") in _GAS:
            return pir_zone(*pipe, known)
        return band_zone(float((known or zone_rules())["pipeline_band_m"]["value"]), known)
    if hazard.geometry.geom_type in _AREAS:
        return itself_zone()
    zone = radius_zone(settings.default_radius_m)
    return replace(zone, citation=settings.citation)


def parse_zone(
    text: str, hazard: Hazard, from_deg: float | None = None, known: ZoneRules | None = None
) -> EffectZone:
    """The zone a word of the command line means.

    ``radius:500``, ``band:200``, ``pir`` or ``pir:711:10``, ``bleve:8000``, ``itself``,
    ``isolate:1005:truck``, ``erg:1005:truck:night:low`` (day and low wind where not said).

    Raises:
        InvalidInputError: It means none, or the hazard lacks what it needs.
        NotFoundError: ERG has no such row.
    """
    if from_deg is not None and not math.isfinite(from_deg):
        raise _unreadable(f"{text} {from_deg}")
    kind, *parts = text.strip().split(":")
    reader = _ZONE_WORDS.get((kind, len(parts)))
    try:
        if reader is not None:
            return reader(parts, hazard, from_deg, known)
    except (ValueError, KeyError) as error:
        raise _unreadable(text) from error
    raise _unreadable(text)


def _unreadable(text: str) -> InvalidInputError:
    return InvalidInputError(
        _("看不懂影响范围“{text}”。").format(text=text[:60]),
        hint=_("例如：radius:500、band:200、pir、bleve:8000、itself、erg:1005:truck:night:low。"),
    )


def _spill(
    parts: list[str], from_deg: float | None, known: ZoneRules | None
) -> tuple[EffectZone, EffectZone]:
    un, container, times, wind = [*parts, *("", "", "day", "low")[len(parts) :]]
    return erg_zones(
        int(un), container, night={"day": False, "night": True}[times], wind=Wind(wind),
        from_deg=from_deg, known=known,
    )  # fmt: skip


def _own_pir(hazard: Hazard, known: ZoneRules | None) -> EffectZone:
    pipe = pipe_of(hazard)
    if pipe is None:
        raise InvalidInputError(
            _("“{name}”没有管径或压力，算不出潜在影响半径。").format(name=hazard.name)
        )
    return pir_zone(*pipe, known)


def pipe_of(hazard: Hazard) -> tuple[float, float] | None:
    """Diameter in mm and design pressure in MPa of a pipeline; None where one is not known."""
    diameter = hazard.attributes.get("diameter_mm")
    pressure = hazard.attributes.get("design_pressure_mpa")
    return (float(diameter), float(pressure)) if diameter and pressure else None


def _usable(metres: float) -> float:
    if not math.isfinite(metres) or not 0 < metres <= WIDEST_BUFFER_M:
        raise InvalidInputError(
            _("影响范围应大于 0，且不超过 {limit:g} km。").format(limit=WIDEST_BUFFER_M / 1000)
        )
    return metres


ZoneReader = Callable[[list[str], Hazard, float | None, ZoneRules | None], EffectZone]
_ZONE_WORDS: Final[Mapping[tuple[str, int], ZoneReader]] = {
    ("itself", 0): lambda _parts, _hazard, _from, _known: itself_zone(),
    ("radius", 1): lambda parts, _hazard, _from, _known: radius_zone(float(parts[0])),
    ("band", 1): lambda parts, _hazard, _from, known: band_zone(float(parts[0]), known),
    ("bleve", 1): lambda parts, _hazard, _from, known: bleve_zone(float(parts[0]), known),
    ("pir", 0): lambda _parts, hazard, _from, known: _own_pir(hazard, known),
    ("pir", 2): lambda parts, _h, _from, known: pir_zone(float(parts[0]), float(parts[1]), known),
    **{
        ("isolate", n): lambda parts, _h, way, known: _spill(parts, way, known)[0]
        for n in (2, 3, 4)
    },
    **{("erg", n): lambda parts, _h, way, known: _spill(parts, way, known)[1] for n in (2, 3, 4)},
}
