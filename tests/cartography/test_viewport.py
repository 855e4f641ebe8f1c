"""The viewport: an exact, reversible window onto the ground."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.viewport import Viewport, length_label, nice_length

CITY = (118.5, 39.3, 119.9, 40.7)
projections = st.sampled_from(list(Projection))
lons = st.floats(117.5, 121.0)
lats = st.floats(38.8, 41.2)


@st.composite
def viewports(draw):
    """Views around the city at any scale and size."""
    viewport = Viewport.fit(
        CITY, draw(st.integers(50, 4000)), draw(st.integers(50, 4000)), projection=draw(projections)
    )
    viewport = viewport.zoomed(draw(st.floats(0.5, 5000)))
    return viewport.centred_on(draw(lons), draw(lats))


@given(viewports(), lons, lats)
def test_screen_and_ground_are_inverse(viewport, lon, lat):
    x, y = viewport.to_screen(lon, lat)
    back_lon, back_lat = viewport.to_lonlat(x, y)
    # A tenth of a millimetre; the iterative inverse of the Gauss-Krüger series allows no better.
    assert abs(float(back_lon) - lon) < 1e-9
    assert abs(float(back_lat) - lat) < 1e-9


@given(viewports(), st.floats(-500, 500), st.floats(-500, 500))
def test_panning_there_and_back_returns(viewport, dx, dy):
    back = viewport.panned(dx, dy).panned(-dx, -dy)
    assert back.centre_x == pytest.approx(viewport.centre_x, abs=1e-6)
    assert back.centre_y == pytest.approx(viewport.centre_y, abs=1e-6)


@given(viewports(), st.floats(0.2, 5), st.floats(0, 1), st.floats(0, 1))
def test_zooming_keeps_the_place_under_the_pointer(viewport, factor, fx, fy):
    x, y = fx * viewport.width, fy * viewport.height
    before = viewport.to_lonlat(x, y)
    after = viewport.zoomed(factor, x, y).to_screen(*before)
    assert float(after[0]) == pytest.approx(x, abs=1e-3)
    assert float(after[1]) == pytest.approx(y, abs=1e-3)


@given(lons, lats, st.floats(0.001, 0.8), st.floats(0.001, 0.8), projections)
def test_fit_shows_the_whole_extent(lon, lat, width_deg, height_deg, projection):
    bounds = (lon, lat, lon + width_deg, lat + height_deg)
    viewport = Viewport.fit(bounds, 800, 600, projection=projection, margin_px=20)
    corners_lon = [bounds[0], bounds[2], bounds[0], bounds[2]]
    corners_lat = [bounds[1], bounds[1], bounds[3], bounds[3]]
    x, y = viewport.to_screen(corners_lon, corners_lat)
    assert (x >= 19.9).all()
    assert (x <= 780.1).all()
    assert (y >= 19.9).all()
    assert (y <= 580.1).all()


@given(lons, lats)
def test_mercator_agrees_with_proj(lon, lat):
    oracle = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
    x, y = Projection.MERCATOR.forward(lon, lat)
    assert float(x) == pytest.approx(oracle[0], abs=1e-5)
    assert float(y) == pytest.approx(oracle[1], abs=1e-5)


def test_gauss_krueger_is_the_belt_of_120_degrees():
    x, y = Projection.GK.forward(120.0, 40.0)
    assert float(x) == pytest.approx(500_000, abs=1e-6)
    # Length of the meridian arc from the equator to 40° N on CGCS2000, from the geodesic.
    arc = Geod(a=6378137.0, rf=298.257222101).inv(120, 0, 120, 40)[2]
    assert float(y) == pytest.approx(arc, abs=1e-3)


@given(viewports())
def test_metres_per_pixel_is_geodesic(viewport):
    lon, lat = viewport.to_lonlat(
        [viewport.width / 2 - 5, viewport.width / 2 + 5], [viewport.height / 2] * 2
    )
    metres = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])[2] / 10
    assert viewport.metres_per_pixel() == pytest.approx(metres, rel=0.02)


def test_both_planes_agree_about_the_scale():
    mercator = Viewport.fit(CITY, 1000, 1000)
    gk = mercator.in_projection(Projection.GK)
    assert gk.scale_denominator() == pytest.approx(mercator.scale_denominator(), rel=1e-3)
    assert gk.centre == pytest.approx(mercator.centre, abs=1e-9)
    assert gk.in_projection(Projection.GK) is gk


@pytest.mark.parametrize("scale", [5_000, 50_000, 450_000])
def test_a_wanted_scale_is_met(scale):
    viewport = Viewport.fit(CITY, 900, 700, projection=Projection.GK).at_scale(scale)
    assert viewport.scale_denominator() == pytest.approx(scale, rel=1e-4)


@given(st.floats(1e-3, 1e7))
def test_scale_bar_lengths_are_round_and_fit(limit):
    metres = nice_length(limit)
    assert metres <= limit * (1 + 1e-8)
    assert metres * 2.5 >= limit * (1 - 1e-8)
    leading = f"{metres:.6e}"[0]
    assert leading in "125"


def test_scale_bar_has_its_length_on_screen():
    viewport = Viewport.fit(CITY, 900, 700)
    bar = viewport.scale_bar(150)
    assert bar.pixels <= 150
    assert bar.pixels * viewport.metres_per_pixel() == pytest.approx(bar.metres)
    assert bar.label == length_label(bar.metres)


def test_visible_bounds_hold_every_corner_on_the_bent_plane():
    viewport = Viewport.fit(CITY, 900, 700, projection=Projection.GK)
    west, south, east, north = viewport.visible_bounds()
    lon, lat = viewport.to_lonlat([0, 900, 0, 900], [0, 0, 700, 700])
    assert west <= lon.min()
    assert east >= lon.max()
    assert south <= lat.min() + 1e-9
    assert north >= lat.max() - 1e-9


def test_a_single_point_is_shown_close_but_not_infinitely():
    viewport = Viewport.fit((119.6, 39.9, 119.6, 39.9), 800, 600)
    assert 3_000 < viewport.scale_denominator() < 6_000


def test_pairs_and_columns_agree():
    viewport = Viewport.fit(CITY, 640, 480)
    lonlat = np.array([[119.1, 39.7], [119.6, 40.2]])
    pixels = viewport.plane_to_screen(viewport.projection.forward_pairs(lonlat))
    x, y = viewport.to_screen(lonlat[:, 0], lonlat[:, 1])
    assert pixels == pytest.approx(np.column_stack((x, y)))
    back = viewport.projection.inverse_pairs(viewport.projection.forward_pairs(lonlat))
    assert back == pytest.approx(lonlat)


@pytest.mark.parametrize(
    "bad",
    [{"resolution": 0.0}, {"centre_x": float("nan")}, {"width": 0}, {"device_pixel_ratio": 0.0}],
)
def test_impossible_windows_are_refused(bad):
    good = {"centre_x": 0.0, "centre_y": 0.0, "resolution": 1.0, "width": 10, "height": 10}
    with pytest.raises(ValueError, match="must be"):
        Viewport(**{**good, **bad})


def test_impossible_steps_are_refused():
    with pytest.raises(ValueError, match="factor"):
        Viewport.fit(CITY, 100, 100).zoomed(0)
    with pytest.raises(ValueError, match="limit"):
        nice_length(float("inf"))


def test_resizing_keeps_centre_and_scale():
    viewport = Viewport.fit(CITY, 640, 480).resized(1000, 900, 1.5)
    assert (viewport.width, viewport.height, viewport.device_pixel_ratio) == (1000, 900, 1.5)
    assert viewport.resized(10, 10).device_pixel_ratio == 1.5
