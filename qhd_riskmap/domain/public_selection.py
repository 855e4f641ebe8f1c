"""The part of a public content that one design shows: fewer types, one township; never more."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import shapely

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.domain.sheet_design import SheetDesign

Bounds = tuple[float, float, float, float]
_MARGIN_DEG = 0.02
_STEP_DEG = 0.01  # extents are round: their edges tell nothing of what made them
_LEAST_DEG = 0.06


def selected(public: PublicSet, design: SheetDesign, county: str | None) -> PublicSet:
    """What of ``public`` the design asks for, in the same order.

    Args:
        public: The redacted content of the release.
        design: Types and township wanted.
        county: The division the release is limited to, or None.
    """
    if not design.type_keys and not design.township:
        return public
    wanted = frozenset(design.type_keys)

    def fits(type_key: str) -> bool:
        return not wanted or type_key in wanted

    hazards = tuple(
        hazard
        for hazard in public.hazards
        if fits(hazard.type_key) and design.township in ("", hazard.township)
    )
    counts = tuple(count for count in public.counts if fits(count.type_key))
    if design.township:
        here = f"{county}/{design.township}"
        counts = tuple(count for count in counts if count.area_code == here)
    coverage = tuple(cell for cell in public.coverage if fits(cell.type_key))
    return replace(public, hazards=hazards, counts=counts, coverage=coverage)


def of_county(public: PublicSet, county: str) -> PublicSet:
    """What is published in one division, numbers for several divisions together left out."""
    return replace(
        public,
        hazards=tuple(hazard for hazard in public.hazards if hazard.county == county),
        counts=tuple(
            count
            for count in public.counts
            if count.area_code.partition("/")[0] == county and not count.merged
        ),
        coverage=tuple(cell for cell in public.coverage if cell.division == county),
    )


def of_no_township(public: PublicSet) -> PublicSet:
    """The records that are published without a township."""
    hazards = tuple(hazard for hazard in public.hazards if not hazard.township)
    return replace(public, hazards=hazards, counts=())


def area_extent(county: str | None) -> Bounds | None:
    """What a sheet of a division shows; None for the whole city."""
    if county is None:
        return None
    west, south, east, north = boundaries().counties[county].bounds
    return (west - _MARGIN_DEG, south - _MARGIN_DEG, east + _MARGIN_DEG, north + _MARGIN_DEG)


def township_extent(
    hazards: Iterable[PublicHazard], outline: shapely.Geometry | None
) -> Bounds | None:
    """Round edges around a township, or around what is published in it where its outline is unknown.

    Returns:
        None where there is neither.
    """
    boxes = [hazard.geometry.bounds for hazard in hazards]
    if outline is not None:
        boxes.append(outline.bounds)
    if not boxes:
        return None
    west, south = (min(box[i] for box in boxes) for i in (0, 1))
    east, north = (max(box[i] for box in boxes) for i in (2, 3))
    low_lon, high_lon = _rounded(west, east)
    low_lat, high_lat = _rounded(south, north)
    return (low_lon, low_lat, high_lon, high_lat)


def _rounded(low: float, high: float) -> tuple[float, float]:
    spare = max(0.0, _LEAST_DEG - (high - low)) / 2 + _STEP_DEG / 2
    first = math.floor((low - spare) / _STEP_DEG)
    last = math.ceil((high + spare) / _STEP_DEG)
    return round(first * _STEP_DEG, 2), round(last * _STEP_DEG, 2)
