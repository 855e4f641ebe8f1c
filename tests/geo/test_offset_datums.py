"""GCJ-02 and BD-09 against published vectors and two independent libraries."""

import coord_convert.transform as coord_convert
import geocoordinates_ffi as oracle
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.offset_datums import (
    CHINA_EAST,
    CHINA_NORTH,
    CHINA_SOUTH,
    CHINA_WEST,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china_box,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

LOCAL_VECTORS = [
    ((119.6, 39.935), (119.60577090, 39.93610810), (119.61227921, 39.94202328)),
    ((119.776, 39.979), (119.78186787, 39.98028622), (119.78833490, 39.98644018)),
    ((118.892, 39.892), (118.89785754, 39.89309216), (118.90431639, 39.89923706)),
    ((118.95, 40.407), (118.95599436, 40.40821476), (118.96251293, 40.41409818)),
]
EVILTRANSFORM_VECTORS = [  # (lat, lng) as published
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]
lons = st.floats(CHINA_WEST, CHINA_EAST)
lats = st.floats(CHINA_SOUTH, CHINA_NORTH)


def close(pair, expected, tolerance):
    return np.allclose(pair, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize(("wgs", "gcj", "bd"), LOCAL_VECTORS)
def test_local_vectors_hold_in_every_direction(wgs, gcj, bd):
    assert close(wgs84_to_gcj02(*wgs), gcj, 6e-9)
    assert close(wgs84_to_bd09(*wgs), bd, 6e-9)
    assert close(gcj02_to_bd09(*gcj), bd, 2e-8)
    assert close(gcj02_to_wgs84(*gcj), wgs, 2e-8)
    assert close(bd09_to_gcj02(*bd), gcj, 2e-8)
    assert close(bd09_to_wgs84(*bd), wgs, 2e-8)


def test_wandergis_forward_vectors_hold():
    beijing = (116.404, 39.915)
    assert close(wgs84_to_gcj02(*beijing), (116.41024449916938, 39.91640428150164), 1e-12)
    assert close(gcj02_to_bd09(*beijing), (116.41036949371029, 39.92133699351021), 1e-12)


def test_wandergis_one_step_inverses_are_only_near_the_exact_ones():
    beijing = (116.404, 39.915)
    assert close(bd09_to_gcj02(*beijing), (116.39762729119315, 39.90865673957631), 3e-6)
    assert close(gcj02_to_wgs84(*beijing), (116.39775550083061, 39.91359571849836), 6e-5)
    assert not close(gcj02_to_wgs84(*beijing), (116.39775550083061, 39.91359571849836), 1e-8)


@pytest.mark.parametrize(("wgs", "gcj"), EVILTRANSFORM_VECTORS)
def test_eviltransform_vectors_hold(wgs, gcj):
    assert close(wgs84_to_gcj02(wgs[1], wgs[0]), (gcj[1], gcj[0]), 1e-12)


def test_eviltransform_bd_vector_comes_from_another_constant():
    # That project writes π where every other copy (and Baidu's own points) has 3000π/180, and
    # inverts in one step. With both, its vector comes out to the last digit; ours lies 10 m off.
    published = (120.00877901149691, 29.196131605295484)
    x, y = 120.019809 - 0.0065, 29.199786 - 0.006
    radius = np.hypot(x, y) - 2e-5 * np.sin(y * np.pi)
    angle = np.arctan2(y, x) - 3e-6 * np.cos(x * np.pi)
    gcj = np.array([radius * np.cos(angle), radius * np.sin(angle)])
    assert close(2 * gcj - np.array(wgs84_to_gcj02(*gcj)), published, 1e-12)
    assert close(bd09_to_wgs84(120.019809, 29.199786), published, 1e-4)


@given(lons, lats)
def test_inverses_are_exact_in_all_china(lon, lat):
    gcj = wgs84_to_gcj02(lon, lat)
    assert close(gcj02_to_wgs84(*gcj), (lon, lat), 1e-10)
    assert close(bd09_to_gcj02(*gcj02_to_bd09(lon, lat)), (lon, lat), 1e-10)
    assert close(bd09_to_wgs84(*wgs84_to_bd09(lon, lat)), (lon, lat), 1e-10)


@given(lons, lats)
def test_forward_agrees_with_two_independent_libraries(lon, lat):
    ours = wgs84_to_gcj02(lon, lat)
    assert close(ours, coord_convert.wgs2gcj(lon, lat), 1e-9)
    theirs = oracle.wgs84_to_gcj02(oracle.Wgs84(lon=lon, lat=lat))
    assert close(ours, (theirs.lon, theirs.lat), 1e-9)
    bd = oracle.gcj02_to_bd09(oracle.Gcj02(lon=lon, lat=lat))
    assert close(gcj02_to_bd09(lon, lat), (bd.lon, bd.lat), 1e-9)
    assert close(gcj02_to_bd09(lon, lat), coord_convert.gcj2bd(lon, lat), 1e-9)


@given(st.floats(118.0, 120.5), st.floats(39.0, 41.0))
def test_inverse_agrees_with_two_independent_libraries(lon, lat):
    ours = gcj02_to_wgs84(lon, lat)
    assert close(ours, coord_convert.gcj2wgs(lon, lat), 1e-8)
    theirs = oracle.gcj02_to_wgs84_refined(oracle.Gcj02(lon=lon, lat=lat))
    assert close(ours, (theirs.lon, theirs.lat), 1e-9)
    bd = oracle.bd09_to_wgs84_refined(oracle.Bd09(lon=lon, lat=lat))
    assert close(bd09_to_wgs84(lon, lat), (bd.lon, bd.lat), 1e-9)


@pytest.mark.parametrize("place", [(139.7, 35.7), (2.35, 48.85), (119.6, 60.0), (73.6, 30.0)])
def test_outside_the_box_gcj_is_wgs(place):
    assert not in_china_box(*place)
    assert close(wgs84_to_gcj02(*place), place, 0)
    assert close(gcj02_to_wgs84(*place), place, 0)


def test_places_at_the_rim_come_back():
    rim = np.array([[CHINA_WEST, 40.0], [CHINA_EAST, 40.0], [110.0, CHINA_SOUTH], [110.0, 53.55]])
    back = gcj02_to_wgs84(*wgs84_to_gcj02(*rim.T))
    assert np.allclose(back, rim.T, rtol=0, atol=1e-10)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, 400.0])
def test_what_is_no_place_becomes_nan(bad):
    for convert in (wgs84_to_gcj02, gcj02_to_wgs84, gcj02_to_bd09, bd09_to_gcj02):
        lon, lat = convert([bad, 119.6], [39.9, 39.9])
        assert np.isnan(lon[0])
        assert np.isnan(lat[0])
        assert np.isfinite(lon[1])


def test_shapes_broadcast_and_chunks_do_not_show():
    lon = np.linspace(118.5, 119.9, 20_001)
    whole = gcj02_to_wgs84(lon, 39.9)
    one = gcj02_to_wgs84(lon[8192], 39.9)
    assert whole[0].shape == lon.shape
    assert whole[0][8192] == one[0]
    assert one[0].shape == ()
    assert wgs84_to_gcj02(lon[:6].reshape(2, 3), 39.9)[0].shape == (2, 3)
    assert wgs84_to_gcj02([], [])[0].shape == (0,)


def test_near_the_pole_where_bd_has_no_single_inverse_the_answer_is_nan_or_right():
    lon, lat = np.meshgrid(np.linspace(-180, 180, 37), np.linspace(-90, 90, 37))
    back = bd09_to_gcj02(lon, lat)
    again = gcj02_to_bd09(*back)
    sound = np.isfinite(again[0])
    assert sound.any()
    assert np.abs(again[0] - lon)[sound].max() < 1e-9
    assert np.abs(again[1] - lat)[sound].max() < 1e-9


def test_offsets_near_qinhuangdao_have_the_known_size():
    assert distance_m(119.6, 39.935, *wgs84_to_gcj02(119.6, 39.935)) == pytest.approx(508, abs=2)
    assert distance_m(119.6, 39.935, *wgs84_to_bd09(119.6, 39.935)) == pytest.approx(1308, abs=2)


def test_what_does_not_settle_is_no_place(monkeypatch):
    monkeypatch.setattr("qhd_riskmap.geo.offset_datums.STEP_TOLERANCE_DEG", -1.0)
    assert np.isnan(bd09_to_gcj02(119.6, 39.9)).all()
    assert np.isnan(gcj02_to_bd09(*bd09_to_gcj02(119.6, 39.9))).all()
