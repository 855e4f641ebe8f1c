"""The flat plane keeps metres."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.geodesy import azimuth_deg, distance_m
from qhd_riskmap.geo.local_plane import LocalPlane

LON, LAT = st.floats(118.6, 119.9), st.floats(39.4, 40.6)


@given(LON, LAT, LON, LAT)
def test_metres_and_direction_from_the_middle_are_those_on_the_ground(lon0, lat0, lon, lat):
    plane = LocalPlane(lon0, lat0)
    east, north = plane.flat(np.array([[lon, lat]]))[0]
    metres = float(distance_m(lon0, lat0, lon, lat))
    assert np.isclose(np.hypot(east, north), metres, atol=1e-3)
    if metres > 1:
        bearing = np.degrees(np.arctan2(east, north)) % 360
        assert abs((bearing - float(azimuth_deg(lon0, lat0, lon, lat)) + 180) % 360 - 180) < 1e-3
    back = plane.round(np.array([[east, north]]))[0]
    assert np.allclose(back, (lon, lat), atol=1e-9)


def test_a_change_in_metres_comes_back_in_degrees():
    square = shapely.box(119.6, 39.9, 119.61, 39.91)
    same = LocalPlane.of(square).apply(square, lambda flat: flat)
    assert same.equals_exact(square, 1e-9)
