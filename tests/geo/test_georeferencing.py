"""Scanned maps laid on the ground by control points."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.georeferencing import fit_plane

CORNERS = [(0.0, 0.0), (4000.0, 0.0), (4000.0, 3000.0), (0.0, 3000.0)]


def turned(pixels, scale, degrees, east, north):
    """By hand: mirror the rows, turn, scale, shift."""
    angle = math.radians(degrees)
    return [
        (
            east + scale * (math.cos(angle) * c - math.sin(angle) * -r),
            north + scale * (math.sin(angle) * c + math.cos(angle) * -r),
        )
        for c, r in pixels
    ]


@pytest.mark.parametrize("count", [2, 3, 4])
@given(
    scale=st.floats(0.1, 50),
    degrees=st.floats(-180, 180),
    east=st.floats(4e5, 6e5),
    north=st.floats(4.3e6, 4.5e6),
)
def test_a_turned_and_scaled_map_is_found_again(count, scale, degrees, east, north):
    pixels = CORNERS[:count]
    plane = turned(pixels, scale, degrees, east, north)
    fit = fit_plane(pixels, plane)
    assert max(fit.residuals_m) < 1e-6 * scale * 5000
    middle = np.array([[1234.5, 678.9]])
    expected = turned([(1234.5, 678.9)], scale, degrees, east, north)
    np.testing.assert_allclose(fit.to_plane(middle), expected, atol=1e-6 * scale * 5000)
    np.testing.assert_allclose(fit.to_pixels(fit.to_plane(middle)), middle, atol=1e-4)


def test_four_points_take_up_a_shrunk_sheet_that_three_cannot():
    plane = [(2.0 * c + 0.1 * r + 5e5, -1.9 * r + 4.4e6) for c, r in CORNERS]
    assert max(fit_plane(CORNERS, plane).residuals_m) < 1e-6
    three = fit_plane(CORNERS[:3], plane[:3])
    assert three.rms_m > 50
    assert three.rms_m == pytest.approx(math.sqrt(sum(r * r for r in three.residuals_m) / 3))


def test_a_misplaced_point_shows_in_its_residual():
    plane = turned(CORNERS, 2.0, 0.0, 5e5, 4.4e6)
    plane.append((5e5 + 4000.0 + 300.0, 4.4e6 - 3000.0))
    fit = fit_plane([*CORNERS, (2000.0, 1500.0)], plane)
    assert max(fit.residuals_m) == fit.residuals_m[4] == pytest.approx(240.0)


@pytest.mark.parametrize(
    ("pixels", "plane", "words"),
    [
        (CORNERS[:1], [(0, 0)], "2 到 6"),
        (CORNERS[:2], [(0, 0)], "2 到 6"),
        ([*CORNERS] * 2, [(float(n), float(n * n)) for n in range(8)], "2 到 6"),
        ([(1, 1), (1, 1)], [(0, 0), (9, 9)], "重合"),
        ([(1, 1), (5, 1)], [(9, 9), (9, 9)], "重合"),
        ([(1, 1), (5, math.nan)], [(0, 0), (9, 9)], "重合"),
        ([(n, 2 * n) for n in range(4)], CORNERS, "直线"),
    ],
)
def test_points_that_cannot_carry_a_map_are_refused(pixels, plane, words):
    with pytest.raises(InvalidInputError, match=words):
        fit_plane(pixels, plane)
