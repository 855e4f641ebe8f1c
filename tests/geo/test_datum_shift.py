"""An office's own parameters move places as PROJ would, and show themselves nowhere."""

import numpy as np
import pytest
from pyproj import Transformer

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datum_shift import DatumShift, parse_numbers
from qhd_riskmap.geo.datums import from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import parse_reference

# Invented; of the size that real ones have.
SEVEN = (15.8, -154.4, -82.3, 0.21, -0.35, 0.47, 4.2)
FOUR = (35.2, 118.6, 0.8, -3.5)
LON, LAT = np.linspace(118.6, 119.8, 40), np.linspace(39.45, 40.55, 40)
ELLIPSOID = {"EPSG:4610": (6378140, 298.257), "EPSG:4214": (6378245, 298.3)}


def by_proj(datum, numbers):
    a, rf = ELLIPSOID[datum]
    dx, dy, dz, rx, ry, rz, ppm = numbers
    pipeline = (
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart +a={a} +rf={rf}"
        f" +step +proj=helmert +x={dx} +y={dy} +z={dz} +rx={rx} +ry={ry} +rz={rz} +s={ppm}"
        " +convention=coordinate_frame"
        " +step +inv +proj=cart +a=6378137 +rf=298.257222101"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    lon, lat, _height = Transformer.from_pipeline(pipeline).transform(LON, LAT, 0 * LON)
    return lon, lat


@pytest.mark.parametrize("datum", ELLIPSOID)
def test_seven_parameters_agree_with_proj(datum):
    shift = DatumShift(name="甲", datum=datum, numbers=SEVEN)
    assert distance_m(*shift.applied(LON, LAT), *by_proj(datum, SEVEN)).max() < 0.001


def test_four_parameters_move_the_plane():
    shift = DatumShift(name="甲", datum="EPSG:4610", numbers=FOUR)
    old = Transformer.from_crs("EPSG:4610", "EPSG:2385", always_xy=True)
    new = Transformer.from_crs("EPSG:4490", "EPSG:4549", always_xy=True)
    east, north = old.transform(LON, LAT)
    moved = new.transform(*shift.applied(LON, LAT))
    turn, scale = np.radians(FOUR[2] / 3600), 1 + FOUR[3] * 1e-6
    wanted_north = FOUR[0] + scale * (north * np.cos(turn) - east * np.sin(turn))
    wanted_east = FOUR[1] + scale * (north * np.sin(turn) + east * np.cos(turn))
    assert np.abs(moved[0] - wanted_east).max() < 0.001
    assert np.abs(moved[1] - wanted_north).max() < 0.001


@pytest.mark.parametrize("numbers", [SEVEN, FOUR])
def test_removing_undoes_applying(numbers):
    shift = DatumShift(name="甲", datum="EPSG:4214", numbers=numbers)
    lon, lat = shift.removed(*shift.applied(LON, LAT))
    assert max(np.abs(lon - LON).max(), np.abs(lat - LAT).max()) < 1e-10


def test_the_numbers_are_shown_nowhere():
    shift = DatumShift(name="市测绘院", datum="EPSG:4610", numbers=SEVEN)
    assert "154.4" not in f"{shift!r} {shift}"
    assert shift.label == "西安80"
    with pytest.raises(InvalidInputError) as caught:
        parse_numbers(["15.8", "abc-154.4"])
    assert "154" not in f"{caught.value} {caught.value.hint} {caught.value.detail}"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert parse_numbers(["15.8", "-154.4"]) == (15.8, -154.4)


@pytest.mark.parametrize(
    "change",
    [
        {"datum": "EPSG:4490"},
        {"numbers": (1.0, 2.0, 3.0)},
        {"numbers": (float("nan"), *SEVEN[1:])},
        {"numbers": (5000.0, *SEVEN[1:])},
        {"numbers": (*SEVEN[:6], 1e300)},
        {"name": "  "},
        {"name": "15.8 -154.4"},
    ],
)
def test_impossible_sets_are_refused(change):
    given = {"name": "甲", "datum": "EPSG:4610", "numbers": SEVEN} | change
    with np.errstate(all="ignore"), pytest.raises(InvalidInputError):
        DatumShift(**given)


def test_a_reference_takes_the_parameters_of_its_datum_and_no_others():
    shift = DatumShift(name="甲", datum="EPSG:4610", numbers=SEVEN)
    shifts = {"EPSG:4610": shift}
    plane = parse_reference("EPSG:2385").shifted_by(shifts)
    assert (plane.shift, plane.unshifted) == (shift, False)
    assert "154" not in repr(plane)
    x, y = from_cgcs2000(LON, LAT, plane)
    assert distance_m(*to_cgcs2000(x, y, plane), LON, LAT).max() < 0.001
    for other in ("EPSG:4214", "EPSG:4549", "gcj02", "wgs84"):
        reference = parse_reference(other)
        assert reference.shifted_by(shifts) is reference
