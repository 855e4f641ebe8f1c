"""The shipped outlines hold known places, tile the city and leave the sea outside."""

import json
import time

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from qhd_riskmap import resources
from qhd_riskmap.domain import boundaries as module
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.region import regions
from qhd_riskmap.errors import ResourceMissingError

GRS80 = Geod(ellps="GRS80")  # differs from CGCS2000 by 0.1 mm
KNOWN_PLACES = [
    (119.600, 39.935, "130302"),  # 海港区
    (119.776, 39.979, "130303"),  # 山海关
    (119.485, 39.835, "130304"),  # 北戴河
    (119.240, 39.880, "130306"),  # 抚宁
    (118.950, 40.407, "130321"),  # 青龙
    (119.163, 39.713, "130322"),  # 昌黎
    (118.892, 39.892, "130324"),  # 卢龙
]
EVERYWHERE = (st.floats(118.3, 120.2), st.floats(39.2, 40.8))


@pytest.mark.parametrize(("lon", "lat", "code"), KNOWN_PLACES)
def test_known_places_fall_into_their_divisions(lon, lat, code):
    assert boundaries().county_at(lon, lat) == code
    assert boundaries().nearest_county(lon, lat) == (code, 0.0)
    assert not boundaries().in_sea(lon, lat)
    assert boundaries().inside_context(lon, lat)


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [(118.18, 39.63, "唐山市"), (118.3, 40.8, "承德市"), (120.3, 40.5, "葫芦岛市")],
)
def test_neighbours_are_near_but_not_the_city(lon, lat, name):
    assert boundaries().county_at(lon, lat) is None
    assert boundaries().inside_context(lon, lat)
    assert shapely.contains_xy(boundaries().neighbours[name], lon, lat)


def test_far_away_is_outside_everything():
    assert boundaries().county_at(116.4, 39.9) is None
    assert not boundaries().inside_context(116.4, 39.9)
    assert not boundaries().in_sea(116.4, 39.9)


@pytest.mark.parametrize(
    ("lon", "lat", "name"),
    [
        (117.74, 39.90, "唐山市"),  # 玉田
        (116.65, 41.21, "承德市"),  # 丰宁
        (117.76, 41.94, "承德市"),  # 围场
        (120.84, 40.71, "葫芦岛市"),  # 连山
    ],
)
def test_neighbours_are_whole_but_take_no_places_beyond_the_context(lon, lat, name):
    assert shapely.contains_xy(boundaries().neighbours[name], lon, lat)
    assert not boundaries().inside_context(lon, lat)


def test_neighbours_and_divisions_share_their_borders():
    land = [*boundaries().counties.values(), *boundaries().neighbours.values()]
    assert shapely.coverage_is_valid(land)


@pytest.mark.parametrize(
    ("lon", "lat", "sea"),
    [
        (120.5, 39.0, True),  # the middle of the Bohai Sea
        (121.5, 40.5, True),  # 辽东湾
        (118.5, 38.5, True),  # 渤海湾
        (119.5, 37.5, True),  # 莱州湾
        (123.5, 36.0, True),  # the Yellow Sea
        (117.2, 39.1, False),  # 天津
        (121.85, 39.2, False),  # 大连金州
        (121.4, 37.45, False),  # 烟台
        (123.4, 41.8, False),  # 沈阳
    ],
)
def test_the_sea_reaches_far_beyond_the_city(lon, lat, sea):
    assert boundaries().in_sea(lon, lat) is sea


def test_no_straight_edge_runs_within_sight_of_the_city():
    """The window of the sea ends several city widths away, and its edge is no coast."""
    west, south, east, north = boundaries().city.bounds
    width, height = east - west, north - south
    sight = shapely.box(west - 4 * width, south - 4 * height, east + 4 * width, north + 2 * height)
    edge = boundaries().sea.boundary.difference(boundaries().coastline.buffer(1e-5))
    assert edge.length > 10  # the window's frame
    assert edge.distance(sight) > 0


def test_the_sea_is_the_sea():
    assert boundaries().in_sea(119.85, 39.62)
    assert boundaries().county_at(119.85, 39.62) is None
    assert not boundaries().inside_context(119.85, 39.62)


def test_the_seven_divisions_in_force_have_an_outline():
    assert set(boundaries().counties) == {r.code for r in regions().current()}
    assert set(boundaries().neighbours) == {r.name for r in regions().neighbours}


def test_divisions_tile_the_city_without_gap_or_overlap():
    shapes = list(boundaries().counties.values())
    assert shapely.coverage_is_valid(shapes)
    assert all(shape.is_valid for shape in (*shapes, boundaries().sea, boundaries().city))
    assert shapely.union_all(shapes).symmetric_difference(boundaries().city).area == 0


def test_the_sea_touches_no_division_inside():
    land = shapely.union_all([boundaries().city, *boundaries().neighbours.values()])
    assert boundaries().sea.intersection(land).area < 1e-9


def test_the_city_has_about_its_published_area():
    areas = {
        code: sum(abs(GRS80.geometry_area_perimeter(p)[0]) for p in shape.geoms) / 1e6
        for code, shape in boundaries().counties.items()
    }
    assert sum(areas.values()) == pytest.approx(7800, rel=0.015)
    # 2015: the four districts together 2131.51 km2.
    districts = ("130302", "130303", "130304", "130306")
    assert sum(areas[code] for code in districts) == pytest.approx(2131.51, rel=0.03)


def test_towns_that_left_funing_in_2015_lie_in_their_new_districts():
    # 石门寨 and 牛头崖: an old data set would still put them into 抚宁.
    assert boundaries().county_at(119.60, 40.09) == "130302"
    assert boundaries().county_at(119.42, 39.83) == "130304"


@given(*EVERYWHERE)
def test_the_division_of_a_point_is_the_one_that_holds_it(lon, lat):
    found = boundaries().county_at(lon, lat)
    holding = [c for c, g in boundaries().counties.items() if g.intersects(shapely.Point(lon, lat))]
    assert found == (min(holding) if holding else None)


@given(*EVERYWHERE)
def test_the_nearest_division_is_no_farther_than_any_vertex(lon, lat):
    code, distance = boundaries().nearest_county(lon, lat)
    assert distance >= 0
    assert (distance == 0) == (boundaries().county_at(lon, lat) is not None)
    for other, shape in boundaries().counties.items():
        x, y = shapely.get_coordinates(shape)[::17].T
        _, _, metres = GRS80.inv(np.full(len(x), lon), np.full(len(x), lat), x, y)
        # Local metres stand in for the ellipsoid: half a percent over a hundred kilometres.
        assert distance <= metres.min() * 1.005 + 1.0, (code, other)


def test_a_shared_border_belongs_to_the_lower_code():
    one, other = boundaries().counties["130302"], boundaries().counties["130303"]
    shared = shapely.get_coordinates(one.intersection(other))
    assert len(shared) > 10
    assert boundaries().county_at(*shared[5]) == "130302"


def test_many_points_at_once_agree_with_one_by_one():
    generator = np.random.default_rng(7)
    lon, lat = generator.uniform(118.4, 120, 200), generator.uniform(39.3, 40.7, 200)
    codes = boundaries().counties_of(lon, lat)
    assert [code or None for code in codes] == [
        boundaries().county_at(x, y) for x, y in zip(lon, lat, strict=True)
    ]
    assert boundaries().counties_of([], []).tolist() == []
    assert boundaries().inside_context(lon, lat).tolist() == [
        bool(boundaries().inside_context(x, y)) for x, y in zip(lon, lat, strict=True)
    ]


def test_reading_is_far_faster_than_gdal_would_be():
    boundaries.cache_clear()
    began = time.perf_counter()
    boundaries()
    # 6 ms on the desk it was made on; the bound only catches a change of kind.
    assert time.perf_counter() - began < 1.0


WHOLE = resources.resource("basemap", "qhd_basemap.npz").read_bytes()


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x05\x06" + bytes(18), b"not a zip", WHOLE[:1000], WHOLE[:90_000] + WHOLE[90_100:]],
)
def test_a_damaged_basemap_is_a_clear_error(tmp_path, monkeypatch, content):
    (tmp_path / "basemap").mkdir()
    (tmp_path / "basemap" / "qhd_basemap.npz").write_bytes(content)
    monkeypatch.setattr(module, "resource", tmp_path.joinpath)
    boundaries.cache_clear()
    try:
        with pytest.raises(ResourceMissingError, match="底图"):
            boundaries()
    finally:
        boundaries.cache_clear()


def test_the_geopackage_for_people_holds_the_same_shapes():
    pyogrio = pytest.importorskip("pyogrio")
    frame = pyogrio.read_dataframe(
        resources.resource("basemap", "qhd_basemap.gpkg"), layer="counties"
    )
    assert json.loads(frame.crs.to_json())["id"] == {"authority": "EPSG", "code": 4490}
    for code, shape in zip(frame["code"], frame.geometry, strict=True):
        assert shapely.equals_exact(shape, boundaries().counties[code], 0)
