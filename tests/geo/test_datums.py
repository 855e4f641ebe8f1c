"""Every reference to CGCS2000 and back, and what PROJ would do in silence."""

import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from pyproj.transformer import TransformerGroup

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datums import (
    from_cgcs2000,
    known_references,
    parse_reference,
    to_cgcs2000,
)

PLANE_VECTORS = [
    ((119.6, 39.935), 4549, (465810.042, 4422388.430)),
    ((119.6, 39.935), 4528, (40465810.042, 4422388.430)),
    ((119.6, 39.935), 4509, (722247.976, 4425550.004)),
    ((119.6, 39.935), 4548, (722247.976, 4425550.004)),
    ((119.6, 39.935), 32650, (722159.077, 4423779.784)),
    ((119.6, 39.935), 3857, (13313811.099, 4856501.148)),
    ((119.776, 39.979), 4549, (480865.909, 4427221.339)),
    ((118.892, 39.892), 4549, (405233.652, 4418125.109)),
    ((118.950, 40.407), 4549, (410870.248, 4475251.143)),
    ((119.485, 39.835), 4549, (455916.388, 4411335.492)),
    ((119.163, 39.713), 4549, (428226.535, 4397997.859)),
]
LEGACY = ["EPSG:4610", "EPSG:4214", "EPSG:4555"]


@pytest.mark.parametrize(("place", "code", "plane"), PLANE_VECTORS)
def test_plane_vectors_hold_to_a_millimetre(place, code, plane):
    reference = parse_reference(f"EPSG:{code}")
    assert np.allclose(from_cgcs2000(*place, reference), plane, rtol=0, atol=1e-3)
    assert np.allclose(to_cgcs2000(*plane, reference), place, rtol=0, atol=2e-8)


@given(
    st.sampled_from(known_references()),
    st.floats(118.5, 119.95),
    st.floats(39.35, 40.7),
)
def test_there_and_back_is_the_same_place(reference, lon, lat):
    x, y = from_cgcs2000(lon, lat, reference)
    assert np.allclose(to_cgcs2000(x, y, reference), (lon, lat), rtol=0, atol=1e-9)


@pytest.mark.parametrize("base", LEGACY)
def test_proj_itself_would_pass_legacy_degrees_unshifted_and_in_silence(base):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = TransformerGroup(CRS(base), CRS("EPSG:4490"), always_xy=True).transformers[0]
    assert best.accuracy < 0
    assert "Ballpark" in best.description
    silent = Transformer.from_crs(base, "EPSG:4490", always_xy=True)
    assert np.allclose(silent.transform(119.6, 39.935), (119.6, 39.935), rtol=0, atol=1e-9)


@pytest.mark.parametrize("base", LEGACY)
def test_legacy_degrees_stay_as_they_are_and_say_so(base):
    reference = parse_reference(base)
    assert reference.unshifted
    assert np.array_equal(to_cgcs2000(119.6, 39.935, reference), (119.6, 39.935))


@pytest.mark.parametrize(
    ("legacy", "cgcs", "least_m"),
    [("EPSG:2385", "EPSG:4549", 1.0), ("EPSG:2437", "EPSG:4549", 50.0)],
)
def test_legacy_planes_are_unprojected_on_their_own_ellipsoid(legacy, cgcs, least_m):
    place = (119.6, 39.935)
    theirs = np.array(from_cgcs2000(*place, parse_reference(legacy)))
    ours = np.array(from_cgcs2000(*place, parse_reference(cgcs)))
    assert abs(theirs[1] - ours[1]) > least_m
    assert np.allclose(to_cgcs2000(*theirs, parse_reference(legacy)), place, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("code", "x", "y"),
    [
        (4528, 465810.042, 4422388.43),  # the zone is missing
        (4549, 40465810.042, 4422388.43),  # the zone is too much
        (4549, 4422388.43, 465810.042),  # north where east belongs
        (4549, 465810.042, 4422388.43 + 40_007_863),  # round the globe
        (3857, 13313811.099 + 40_075_017, 4856501.148),
        (4549, 119.6, 39.9),
        (4549, np.nan, 4422388.43),
        (4549, np.inf, 4422388.43),
        (32650, 1e300, -1e300),
        (4326, 119.6, 95.0),
        (4490, 200.0, 39.9),
        (4610, 465810.0, 4422388.0),
    ],
)
def test_numbers_that_are_no_coordinates_of_the_system_become_nan(code, x, y):
    lon, lat = to_cgcs2000(x, y, parse_reference(f"EPSG:{code}"))
    if not np.isnan(lon):  # degrees 119.6, 39.9 read as metres: a place, but near the false origin
        assert abs(lon - 119.6) > 4
    else:
        assert np.isnan(lat)


def test_a_far_place_has_no_plane_coordinates():
    assert np.isnan(from_cgcs2000(2.35, 48.85, parse_reference("EPSG:4549"))).all()
    assert np.isnan(from_cgcs2000(np.nan, 40.0, parse_reference("EPSG:4549"))).all()
    assert np.isnan(from_cgcs2000(119.6, 95.0, parse_reference("wgs84"))).all()


def test_offsets_go_through_the_same_door():
    lon, lat = to_cgcs2000([119.60577090], [39.93610810], parse_reference("高德"))
    assert np.allclose((lon[0], lat[0]), (119.6, 39.935), rtol=0, atol=2e-8)
    assert np.allclose(
        from_cgcs2000(119.6, 39.935, parse_reference("bd09")),
        (119.61227921, 39.94202328),
        atol=6e-9,
    )


def test_shapes_are_kept_and_scalars_welcome():
    x = np.full((2, 3), 465810.042)
    lon, lat = to_cgcs2000(x, 4422388.43, parse_reference("EPSG:4549"))
    assert lon.shape == lat.shape == (2, 3)
    assert to_cgcs2000(119.6, 39.9, parse_reference("wgs84"))[0].shape == ()


@pytest.mark.parametrize(("x", "y"), [(["a"], [1.0]), ([1.0, 2.0], [1.0, 2.0, 3.0])])
def test_no_numbers_are_refused(x, y):
    with pytest.raises(InvalidInputError, match="数字"):
        to_cgcs2000(x, y, parse_reference("wgs84"))


def test_a_grid_of_zones_cannot_be_converted():
    with pytest.raises(InvalidInputError, match="不能换算"):
        to_cgcs2000(1.0, 2.0, parse_reference("EPSG:32600"))


def test_threads_agree():
    reference = parse_reference("EPSG:4528")
    lon = np.linspace(118.6, 119.9, 5000)
    expected = from_cgcs2000(lon, 39.9, reference)
    with ThreadPoolExecutor(4) as pool:
        for got in pool.map(lambda _: from_cgcs2000(lon, 39.9, reference), range(16)):
            assert np.array_equal(got, expected)
