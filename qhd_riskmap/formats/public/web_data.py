"""The data block of the public web page: compact, in a fixed order, nothing but public values.

Records of one profile (type, level, division, township, sub-kind, unit) share it and follow as
``lon, lat, (shape,) name``. Positions stay plain degrees, one beside the other, because the release
checker reads them there. The ground is the shipped basemap: first point in degrees, then steps of
1e-4 degrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_coverage import area_states
from qhd_riskmap.domain.redaction import CELL_M, PublicHazard, PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import CHINESE, N_, language
from qhd_riskmap.resources import in_english

_POINT_DECIMALS: Final = 5  # 1 m, on a grid of 100 m
_GROUND_DECIMALS: Final = 4  # 10 m; the release checker knows the ground at this rounding too
_GROUND_STEPS: Final = 10_000  # per degree
_GROUND_TOLERANCE_DEG: Final = 0.0016  # 140 to 180 m, fine for a sketch at these zooms
_SMALL_ISLAND_DEG2: Final = 2e-6
_CUT_DEG: Final = 1e-6
_AROUND_DEG: Final = 1.5  # sea beyond the furthest view
_SEA: Final = "sea"
_TALLY_ZOOM: Final = 10.5
_GLYPHS: Final = {
    "forest_fire": "火", "geological": "地", "flood": "水", "haze": "霾", "meteorological": "气",
    "earthquake": "震", "animal_epidemic": "疫", "other": "他",
}  # fmt: skip
_REST: Final = N_("{area}其余区域合计")
_UNRATED: Final = N_("未评级")
_WORDS: Final = {
    "dot": N_("，"),
    "unit": N_("防范责任单位："),
    "tally": N_("{n} 处只公布数量"),
    "near100": N_("位置经综合处理，误差约 100 米。"),
    "near1000": N_("位置经综合处理，误差约 1 公里。"),
    "found": N_("共 {n} 处"),
    "stacked": N_("这里共有 {n} 处，其余："),
    "within": N_("{km} 公里内"),
    "away": N_("约 {km} 公里"),
    "nearby": N_("{place}周围 {km} 公里内共公布 {n} 处。"),
    "caveat": N_("没有列出不等于没有风险；只公布数量的类型不在其中。"),
    "picking": N_("请在图上点一下您所在的位置（键盘：方向键移动地图，回车取图中心）。"),
    "nowhere": N_("没有找到“{place}”。请换一个名称，或在图上点选。"),
    "several": N_("找到 {n} 个地方，请选一个："),
    "copied": N_("已复制"),
    "uncopied": N_("请从地址栏复制"),
    "north": N_("北"),
    "northLabel": N_("指北针，上方为北"),
    "larger": N_("放大"),
    "smaller": N_("缩小"),
}
_COUNT_HEADS: Final = (N_("区域"), N_("类型"), N_("数量"))


def page_data(
    public: PublicSet, *, county: str | None, english: Mapping[str, str]
) -> dict[str, Any]:
    """Everything the page's script reads.

    Args:
        public: What may be shown.
        county: Division code the first view is limited to; None for the city.
        english: Chinese text of the page's frame → English.
    """
    keys = _types_in(public)
    cells = {hazard.type_key: hazard.cell_m for hazard in public.hazards}
    types = [_type(key, cells) for key in keys]
    pools = _Pools()
    hazards = _groups(public.hazards, keys, pools)
    counts = [[_area(count, str), keys.index(count.type_key), count.n] for count in public.counts]
    said = [*_all_words(), *pools.places.numbers, *pools.subs.numbers]
    said += [state.label for state in area_states(public.coverage).values()]
    said += [text for entry in types for text in (entry["n"], entry["a"])]
    table = {**_translated([*said, *_names()]), **english}
    table |= {_area(count, str): _area(count, in_english) for count in public.counts}
    return {
        "language": "zh" if language() == CHINESE else "en",
        "english": table,
        "words": _words(),
        "types": types,
        "places": list(pools.places.numbers),
        "townships": list(pools.townships.numbers),
        "subs": list(pools.subs.numbers),
        "units": list(pools.units.numbers),
        "hazards": hazards,
        "counts": counts,
        "villages": [
            [place.lon, place.lat, f"{place.area} {place.name}".strip()] for place in public.places
        ],
        "divisions": _divisions(public, keys),
        "borders": _borders(),
        "sea": _outlines()[_SEA],
        "aroundNames": _around_names(),
        "bounds": _bounds(county),
        "tallyZoom": _TALLY_ZOOM,
    }


def page_words() -> tuple[str, ...]:
    """Chinese texts of the block that every page carries."""
    return tuple(_all_words())


# -- words ----------------------------------------------------------------------------------------------


def _words() -> dict[str, Any]:
    levels = [_UNRATED, *(level.label for level in RiskLevel)]
    return {"levels": levels, **_WORDS, "countHeads": list(_COUNT_HEADS)}


def _all_words() -> Iterator[str]:
    yield _UNRATED
    yield from (level.label for level in RiskLevel)
    yield from _WORDS.values()
    yield from _COUNT_HEADS


def _translated(texts: Iterable[str]) -> dict[str, str]:
    pairs = {text: in_english(text) for text in texts if text}
    return {text: english for text, english in pairs.items() if english != text}


def _names() -> Iterator[str]:
    known = boundaries()
    yield from (regions().get(code).name for code in known.counties)
    yield from known.neighbours


def _area(count: PublicCount, tr: Any) -> str:
    name = tr(count.area_name)
    return str(tr(_REST)).format(area=name) if count.merged else str(name)


# -- hazards --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Pool:
    """Texts by number, in order of first use; "" is 0."""

    numbers: dict[str, int] = field(default_factory=lambda: {"": 0})

    def number(self, text: str) -> int:
        """The number of a text."""
        return self.numbers.setdefault(text, len(self.numbers))


@dataclass(slots=True)
class _Pools:
    places: _Pool = field(default_factory=_Pool)
    townships: _Pool = field(default_factory=_Pool)
    subs: _Pool = field(default_factory=_Pool)
    units: _Pool = field(default_factory=_Pool)


def _groups(hazards: Iterable[PublicHazard], keys: list[str], pools: _Pools) -> list[list[Any]]:
    """One entry per profile, in order of first use: its six numbers and the records' values.

    A cell other than the type's, by decision of a reviewer, comes last.
    """
    groups: dict[tuple[float, ...], list[Any]] = {}
    for hazard in hazards:
        profile = (
            keys.index(hazard.type_key),
            hazard.level.rank if hazard.level else 0,
            pools.places.number(regions().get(hazard.county).name),
            pools.townships.number(hazard.township),
            pools.subs.number(hazard.sub_kind),
            pools.units.number(hazard.unit),
            _own_cell(hazard),
        )
        groups.setdefault(profile, []).extend((*_shape(hazard), hazard.name))
    return [
        [*profile, values, cell] if cell else [*profile, values]
        for (*profile, cell), values in groups.items()
    ]


def _own_cell(hazard: PublicHazard) -> float:
    """The record's cell where it is not its type's, else 0."""
    of_type = CELL_M.get(taxonomy().get(hazard.type_key).release_class)
    return 0 if hazard.cell_m == of_type else hazard.cell_m


def _types_in(public: PublicSet) -> list[str]:
    present = {hazard.type_key for hazard in public.hazards} | {c.type_key for c in public.counts}
    return [hazard_type.key for hazard_type in taxonomy().types if hazard_type.key in present]


def _type(key: str, cells: Mapping[str, float]) -> dict[str, Any]:
    hazard_type = taxonomy().get(key)
    return {
        "n": hazard_type.label,
        "g": _GLYPHS.get(key, hazard_type.label[:1]),
        "a": release_rules().advice.get(key, ""),
        "c": CELL_M.get(hazard_type.release_class) or cells.get(key, 0),
    }


def _shape(hazard: PublicHazard) -> list[Any]:
    """``lon, lat`` of the sign and, unless a point, ``[kind, part, …]`` with kind l, p or m."""
    geometry = hazard.geometry
    lon, lat = (round(value, _POINT_DECIMALS) for value in hazard.anchor())
    if geometry.geom_type == "Point":
        return [lon, lat]
    kind, parts = "m", shapely.get_parts(geometry)
    if geometry.geom_type.endswith("LineString"):
        kind = "l"
    elif geometry.geom_type.endswith("Polygon"):
        kind, parts = "p", shapely.get_rings(parts)
    return [lon, lat, [kind, *(_rounded(shapely.get_coordinates(part)) for part in parts)]]


def _rounded(lonlat: Any) -> list[list[float]]:
    return [[round(x, _POINT_DECIMALS), round(y, _POINT_DECIMALS)] for x, y in lonlat.tolist()]


# -- ground ---------------------------------------------------------------------------------------------


@cache
def _sketch() -> tuple[dict[str, BaseGeometry], BaseGeometry]:
    """Counties by code, and the neighbours' borders: shared edges stay shared, and are drawn once."""
    known = boundaries()
    shapes = [*known.counties.values(), *known.neighbours.values()]
    drawn = shapely.coverage_simplify(shapes, _GROUND_TOLERANCE_DEG)
    counties = dict(zip(known.counties, drawn, strict=False))
    # The straight cuts where the basemap ends are no borders.
    cut = shapely.box(*known.context).exterior.buffer(_CUT_DEG)
    around = shapely.union_all(shapely.boundary(drawn[len(counties) :]))
    own = shapely.union_all(shapely.boundary(drawn[: len(counties)])).buffer(_GROUND_TOLERANCE_DEG)
    return counties, shapely.line_merge(around.difference(cut).difference(own))


@cache
def _outlines() -> Mapping[str, list[list[float]]]:
    """Division code, or `_SEA` → rings as flat lists of longitude and latitude."""
    known = boundaries()
    outlines = {code: _flat_rings(shape) for code, shape in _sketch()[0].items()}
    around = shapely.box(*known.context).buffer(_AROUND_DEG, join_style="mitre")
    outlines[_SEA] = _flat_rings(shapely.simplify(known.sea & around, _GROUND_TOLERANCE_DEG))
    return outlines


def _flat_rings(shape: BaseGeometry) -> list[list[float]]:
    large = [part for part in shapely.get_parts(shape) if part.area >= _SMALL_ISLAND_DEG2]
    return [_flat(ring) for ring in shapely.get_rings(large)]


def _divisions(public: PublicSet, keys: list[str]) -> list[dict[str, Any]]:
    tallies: dict[str, list[list[int]]] = {}
    marks = area_states(public.coverage)
    for count in public.counts:
        if not count.merged:
            tallies.setdefault(count.area_code, []).append([keys.index(count.type_key), count.n])
    return [
        {
            "name": regions().get(code).name,
            "at": _middle(boundaries().counties[code]),
            "rings": _outlines()[code],
            "counts": tallies.get(code, []),
            **({"mark": [marks[code].value, marks[code].label]} if code in marks else {}),
        }
        for code in boundaries().counties
    ]


@cache
def _borders() -> list[list[float]]:
    """The neighbours' outlines."""
    return [_flat(part) for part in shapely.get_parts(_sketch()[1])]


def _flat(line: BaseGeometry) -> list[float]:
    """First point in degrees, then steps: every vertex at `_GROUND_DECIMALS`, a third of the bytes."""
    steps = (shapely.get_coordinates(line) * _GROUND_STEPS).round().astype(np.int64)
    first: list[float] = (steps[0] / _GROUND_STEPS).round(_GROUND_DECIMALS).tolist()
    return [*first, *np.diff(steps, axis=0).ravel().tolist()]


def _around_names() -> list[list[Any]]:
    return [[*_middle(shape), name] for name, shape in boundaries().neighbours.items()]


def _middle(shape: BaseGeometry) -> list[float]:
    lonlat = shapely.get_coordinates(shapely.maximum_inscribed_circle(shape))[0]
    return [round(float(value), 3) for value in lonlat]


def _bounds(county: str | None) -> list[list[float]]:
    """South-west and north-east corner of what the first view shows, latitude first."""
    shape = boundaries().city if county is None else boundaries().counties[county]
    west, south, east, north = shape.bounds
    return [[round(south, 3), round(west, 3)], [round(north, 3), round(east, 3)]]
