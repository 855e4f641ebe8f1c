"""Checks that every row lies where it says: in its county, in the city, on land."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.boundaries import NOWHERE, boundaries
from qhd_riskmap.domain.region import Region, regions
from qhd_riskmap.geo.geodesy import metres_per_degree, translate_to
from qhd_riskmap.geo.references import PINNED, Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_geometry import PlacedRows
from qhd_riskmap.services.survey_issues import IssueLog, error, information, warning
from qhd_riskmap.services.survey_positions import Positions
from qhd_riskmap.services.survey_values import Texts

LonLat = tuple[float, float]

# The shipped boundaries are simplified: nearer than this to one, a place may be on either side.
BOUNDARY_TOLERANCE_M: Final = 300.0
_MIDDLE_LATITUDE: Final = 39.95
_CITY_DIGITS: Final = 4
ALL: Final = slice(None)


@dataclass(frozen=True, eq=False)
class DeclaredCounties:
    """What the rows say of their division.

    Attributes:
        regions: By row; None where nothing is said, or nothing known.
        codes: By row, the present divisions that can be meant; empty where any may be.
        unknown: What the rows call their division whose word for it nobody knows.
    """

    regions: list[Region | None]
    codes: list[tuple[str, ...]]
    unknown: Mapping[int, str]

    def inside(self, lon: Any, lat: Any, rows: Any = ALL) -> npt.NDArray[np.bool_]:
        """Which rows lie in (one of) the divisions they declare; False for those that say nothing.

        Args:
            lon: Longitude of each of ``rows``, CGCS2000 degrees.
            lat: Latitude.
            rows: Their indices.
        """
        allowed, kinds = self._allowed
        return np.asarray(allowed[kinds[rows], boundaries().county_index_of(lon, lat)])

    @cached_property
    def _allowed(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]:
        """By kind of declaration and index of the division, whether it is meant; the rows' kinds."""
        kinds = {codes: kind for kind, codes in enumerate(dict.fromkeys(self.codes))}
        divisions = sorted(boundaries().counties)
        allowed = np.zeros((len(kinds) or 1, len(divisions) + 1), dtype=bool)
        for codes, kind in kinds.items():
            allowed[kind, 1:] = [code in codes for code in divisions]
        return allowed, np.array([kinds[codes] for codes in self.codes], dtype=np.intp)

    @cached_property
    def renamed(self) -> npt.NDArray[np.bool_]:
        """Rows that name a division which has successors today."""
        known = {id(r): bool(r is not None and r.successors) for r in self.regions}
        return np.array([known[id(region)] for region in self.regions], dtype=bool)

    @cached_property
    def silent(self) -> npt.NDArray[np.bool_]:
        """Rows that may lie in any division."""
        return np.array([not codes for codes in self.codes], dtype=bool)


def declared_counties(texts: Texts | None, rows: int) -> DeclaredCounties:
    """Read the county column."""
    if texts is None:
        return DeclaredCounties([None] * rows, [()] * rows, {})
    known: dict[str | None, Region | None] = {None: None}
    found: list[Region | None] = []
    unknown: dict[int, str] = {}
    for row, text in enumerate(texts):
        if text not in known:
            known[text] = _region(text or "")
        region = known[text]
        found.append(region)
        if text is not None and region is None:
            unknown[row] = text
    present = {id(region): _present(region) for region in known.values()}
    return DeclaredCounties(found, [present[id(region)] for region in found], unknown)


def _region(text: str) -> Region | None:
    found = regions().recognise(text)
    if found is not None:
        return found
    # "昌黎县泥井镇" or "秦皇岛市/昌黎县": the longest division name in front.
    word = "".join(text.split()).removeprefix("河北省").removeprefix("秦皇岛市").lstrip("/-·")
    names = [(r.name, r) for r in (*regions().divisions, *regions().neighbours)]
    starts = [(len(name), region) for name, region in names if word.startswith(name)]
    return max(starts, key=lambda item: item[0])[1] if starts else None


def _present(region: Region | None) -> tuple[str, ...]:
    """Codes of today's divisions in law; function zones lie in several, so they tell nothing."""
    if region is None or region.function_zone or len(region.code) == _CITY_DIGITS:
        return ()
    return region.successors or (region.code,)


def pin_rows(
    positions: Positions, references: list[Reference | None], places: Mapping[int, LonLat]
) -> None:
    """Give rows that an officer has placed on the map a point there, before geometries are made.

    A line or an area whose reference is known keeps its shape: `move_rows` shifts it.
    """
    for row, (lon, lat) in places.items():
        shaped = row in positions.parts or row in positions.shapes
        if shaped and references[row] is not None:
            continue
        positions.parts.pop(row, None)
        positions.shapes.pop(row, None)
        positions.place(row, lon, lat, positions.texts[row])
        references[row] = PINNED


def move_rows(
    placed: PlacedRows, references: list[Reference | None], places: Mapping[int, LonLat]
) -> None:
    """Shift the shapes of rows that an officer has placed so that they lie there."""
    for row, (lon, lat) in places.items():
        if placed.geometries[row] is not None:
            placed.geometries[row] = translate_to(placed.geometries[row], lon, lat)
            placed.lon[row], placed.lat[row] = lon, lat
            references[row] = PINNED


def counties(
    placed: PlacedRows, declared: DeclaredCounties, names: Sequence[str | None], log: IssueLog
) -> list[str]:
    """The division of every placed row, "" where it has none; misplaced rows are rejected.

    Args:
        placed: The geometries.
        declared: What the rows say.
        names: For the messages.
        log: Takes the issues.
    """
    land = boundaries()
    lon, lat = np.nan_to_num(placed.lon), np.nan_to_num(placed.lat)
    there = np.isfinite(placed.lon)
    result: list[str] = land.counties_of(lon, lat).tolist()
    # Rows that stand where they say need no second look.
    placed_well = declared.inside(lon, lat) | (
        declared.silent & (land.county_index_of(lon, lat) > 0)
    )
    wanting = there & ~(placed_well & ~declared.renamed)
    in_context = np.zeros(len(lon), dtype=bool)
    x, y = lon[wanting], lat[wanting]
    in_context[wanting] = land.inside_context(x, y) | shapely.intersects_xy(land.sea, x, y)
    for row in np.flatnonzero(wanting).tolist():
        region, codes, code = declared.regions[row], declared.codes[row], result[row]
        if code and (not codes or code in codes):
            if region is not None and region.successors:
                _say_successor(row, region, code, log)
            continue
        place = _Place(
            row,
            names[row] or "",
            float(placed.lon[row]),
            float(placed.lat[row]),
            region,
            codes,
            code,
        )
        known = bool(code) or bool(in_context[row])
        result[row] = _misplaced(place, log) if known else _far_away(place, log)
    for row, text in declared.unknown.items():
        _say_unknown(row, text, result[row] if there[row] else NOWHERE, log)
    return result


def _say_unknown(row: int, text: str, code: str, log: IssueLog) -> None:
    """Warn of a division nobody knows, and say where the row lies only where that is known."""
    message = _("不认识县区“{text}”，请核对。").format(text=text[:40])
    if code:
        message = _("不认识县区“{text}”，按坐标归入{county}，请核对。").format(
            text=text[:40], county=regions().get(code).name
        )
    log.on_row(row, warning("county", "unknown-county", message))


def _say_successor(row: int, region: Region, code: str, log: IssueLog) -> None:
    message = _("“{old}”已撤销，按位置归入{new}。").format(
        old=region.name, new=regions().get(code).name
    )
    log.on_row(row, information("county", "former-county", message))


@dataclass(frozen=True, slots=True)
class _Place:
    """A row that does not lie where it should."""

    row: int
    name: str
    lon: float
    lat: float
    declared: Region | None
    codes: tuple[str, ...]
    actual: str


def _far_away(place: _Place, log: IssueLog) -> str:
    message = _("位置 {lon:.5f}, {lat:.5f} 不在本市及相邻市范围内，请核对坐标和坐标系。")
    text = message.format(lon=place.lon, lat=place.lat)
    log.on_row(place.row, error("lon", "outside-region", text))
    return NOWHERE


def _misplaced(place: _Place, log: IssueLog) -> str:
    """The division a misplaced row gets where the boundary's own error explains it, else none."""
    metres, county = _nearest(place, place.codes or tuple(boundaries().counties))
    if metres <= BOUNDARY_TOLERANCE_M:
        message = _("“{name}”在{county}边界外 {metres:.0f} 米，按边界误差归入该县区，请核对。")
        text = message.format(name=place.name, county=regions().get(county).name, metres=metres)
        log.on_row(place.row, warning("county", "near-boundary", text))
        return county
    kind, text = _quarantine(place, metres)
    log.on_row(place.row, error("lon", kind, text))
    return NOWHERE


def _quarantine(place: _Place, metres: float) -> tuple[str, str]:
    declared = place.declared.name if place.declared is not None else ""
    if place.actual:
        message = _("“{name}”在{declared}之外，坐标落在{actual}，距{declared} {km:.1f} 公里。")
        actual = regions().get(place.actual).name
        return "outside-county", message.format(
            name=place.name, declared=declared, actual=actual, km=metres / 1000
        )
    away, code = _nearest(place, tuple(boundaries().counties))
    details = {"name": place.name, "nearest": regions().get(code).name, "km": away / 1000}
    if boundaries().in_sea(place.lon, place.lat):
        message = _("“{name}”的坐标落在海里，最近的是{nearest}，{km:.1f} 公里。")
        return "in-sea", message.format(**details)
    if place.codes:
        message = _("“{name}”在{declared}之外，最近的是{nearest}，{km:.1f} 公里。")
        return "outside-county", message.format(declared=declared, **details)
    message = _("“{name}”在本市之外，最近的是{nearest}，{km:.1f} 公里。")
    return "outside-city", message.format(**details)


def _nearest(place: _Place, codes: Sequence[str]) -> tuple[float, str]:
    """Metres to the nearest of some divisions, and its code.

    In a local plane, within 1 % here, which the tolerance swallows.
    """
    scale = np.array(metres_per_degree(_MIDDLE_LATITUDE))
    here: Any = shapely.Point(place.lon * scale[0], place.lat * scale[1])
    return min((float(shapely.distance(_flat(code), here)), code) for code in codes)


@cache
def _flat(code: str) -> Any:
    scale = np.array(metres_per_degree(_MIDDLE_LATITUDE))
    flat = shapely.transform(boundaries().counties[code], lambda points: points * scale)
    shapely.prepare(flat)
    return flat
