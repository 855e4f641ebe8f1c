"""What counties, known places and known lines can tell."""

import numpy as np
import pytest
import shapely

from qhd_riskmap.geo.coordinate_doctor import SheetEvidence, diagnose
from qhd_riskmap.geo.datums import from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.references import BD09, GCJ02, WGS84
from qhd_riskmap.geo.witnesses import (
    AreaWitness,
    Hearing,
    LineWitness,
    PlaceWitness,
    Reading,
    inside_rows,
)


def west(lon, lat, rows):
    del rows
    return (lon < 119.5) & (lat > 0)


LAT = np.linspace(39.5, 39.9, 5)
WEST = (np.full(5, 119.49), LAT)
EAST = (np.full(5, 119.51), LAT)
RIM = (np.full(5, 119.4995), LAT)  # 43 m inside: within the width of a drawn boundary


def mixed(lons):
    return np.array(lons), LAT


def hearing(readings, inside=west, witnesses=None):
    made = [Reading(name, WGS84, *places) for name, places in readings.items()]
    rows = np.arange(len(made[0].lon))
    return Hearing(made, [AreaWitness(inside)] if witnesses is None else witnesses, rows)


def test_three_places_separate():
    assert hearing({"a": WEST, "b": EAST}).verdict() == "a"
    assert hearing({"a": EAST, "b": WEST}).verdict() == "b"
    found = hearing({"a": WEST, "b": mixed([119.51] * 3 + [119.49] * 2)})
    assert found.verdict() == "a"
    assert found.sentences("a") == [(AreaWitness.sentence, 3)]
    assert found.sentences("b") == []
    assert found.not_against("b").tolist() == [False] * 3 + [True] * 2


@pytest.mark.parametrize(
    "readings",
    [
        {"a": WEST, "b": WEST},
        {"a": EAST, "b": EAST},
        {"a": WEST, "b": mixed([119.51] * 2 + [119.49] * 3)},  # two are not enough
        {"a": RIM, "b": EAST},  # too near to the boundary to speak
        {"a": WEST, "b": mixed([119.5005] * 5)},
        {  # four for, one against
            "a": mixed([119.49] * 4 + [119.51]),
            "b": mixed([119.51] * 4 + [119.49]),
        },
        {"a": (np.full(5, 119.49), np.full(5, 39.5)), "b": (np.full(5, 119.51), np.full(5, 39.5))},
        {"a": WEST, "b": EAST, "c": WEST},
        {"a": mixed([119.49] * 4 + [119.52]), "b": EAST},  # one of five counties is wrong anyway
    ],
)
def test_anything_less_separates_nothing(readings):
    assert hearing(readings).verdict() is None


def test_the_middle_reading_can_win_though_no_row_speaks_against_both_others():
    def band(lon, lat, rows):
        del lat, rows
        return np.abs(lon - 119.5) < 0.1

    edges = np.array([119.405, 119.405, 119.405, 119.595, 119.595, 119.595])
    lat = np.linspace(39.5, 39.9, 6)
    readings = {"left": (edges - 0.02, lat), "middle": (edges, lat), "right": (edges + 0.02, lat)}
    assert hearing(readings, band).verdict() == "middle"


def test_contradiction_needs_three_places_too():
    assert hearing({"a": WEST, "b": EAST}).against("b")
    assert not hearing({"a": WEST, "b": EAST}).against("a")
    assert not hearing({"a": mixed([119.49] * 2 + [119.51] * 3), "b": EAST}).against("b")
    assert not hearing({"a": EAST, "b": EAST}).against("a")


def test_a_row_without_a_place_is_nowhere():
    rows = np.arange(2)
    lon = np.array([np.nan, 119.49])
    first = Reading("a", WGS84, lon, np.array([39.9, 39.9]))
    assert inside_rows(first, west, rows).tolist() == [False, True]
    second = Reading("a", WGS84, lon, np.array([39.9, np.nan]))
    anywhere = inside_rows(second, lambda x, y, _rows: x + y >= 0, rows)
    assert anywhere.tolist() == [False] * 2


def places_heard(count, known_lon, known_lat, *, named=None):
    lon, lat = np.linspace(119.2, 119.4, count), np.linspace(39.8, 39.9, count)
    x, y = from_cgcs2000(lon, lat, GCJ02)
    made = [Reading(one.text, one, *to_cgcs2000(x, y, one)) for one in (GCJ02, BD09, WGS84)]
    known = np.full(count, np.nan), np.full(count, np.nan)
    for row in range(count) if named is None else named:
        known[0][row], known[1][row] = lon[row] + known_lon, lat[row] + known_lat
    return Hearing(made, [PlaceWitness(*known)], np.arange(count))


def test_two_known_places_separate_and_one_does_not():
    assert places_heard(5, 0.0003, 0.0002, named=[1, 3]).verdict() == "gcj02"
    assert places_heard(5, 0.0003, 0.0002, named=[1]).verdict() is None
    assert places_heard(5, 0.0, 0.0, named=[1, 3]).sentences("gcj02") == [
        (PlaceWitness.sentence, 2)
    ]


def test_known_places_elsewhere_tell_nothing():
    found = places_heard(5, 0.05, 0.05)
    assert found.verdict() is None
    assert not found.against("wgs84")
    assert found.not_against("wgs84").all()


@pytest.mark.parametrize("written_in", [GCJ02, BD09, WGS84])
def test_lines_surveyed_again_lie_on_themselves(written_in):
    # Northward: a line along the shift, which is eastward, would lie on itself under every reading.
    lines = [
        np.column_stack([np.full(12, 119.2 + 0.1 * n), np.linspace(39.7, 39.9, 12)])
        for n in range(3)
    ]
    vertices = np.concatenate(lines)
    row_of = np.repeat([0, 2, 3], 12)
    x, y = from_cgcs2000(vertices[:, 0], vertices[:, 1], written_in)
    witness = LineWitness(x, y, row_of, [shapely.LineString(line) for line in lines])
    first = np.array([0, 0, 12, 24])
    made = [
        Reading(one.text, one, *to_cgcs2000(x[first], y[first], one))
        for one in (GCJ02, BD09, WGS84)
    ]
    assert Hearing(made, [witness], np.arange(4)).verdict() == written_in.text
    # Row 1 has no line: it says nothing, and two lines alone are not enough.
    fewer = LineWitness(x[:24], y[:24], row_of[:24], [shapely.LineString(line) for line in lines])
    assert Hearing(made, [fewer], np.arange(4)).verdict() is None


def test_a_vertex_without_a_place_is_on_no_line():
    line = shapely.LineString([(119.2, 39.8), (119.3, 39.8)])
    witness = LineWitness(np.array([np.nan]), np.array([np.nan]), np.array([0]), [line])
    reading = Reading("a", WGS84, np.array([119.2]), np.array([39.8]))
    (said,) = witness.hear([reading], np.array([0]))
    assert not said.speaks_for.any()


@pytest.mark.parametrize(("east_m", "open_question"), [(0, False), (75, True)])
def test_a_common_offset_from_known_places_is_told_from_scatter(east_m, open_question):
    rng = np.random.default_rng(3)
    count = 8
    lon, lat = np.linspace(119.2, 119.4, count), np.linspace(39.8, 39.9, count)
    known = lon + (rng.uniform(-15, 15, count) - east_m) / 85_000, lat
    witness = PlaceWitness(*known)
    made = [Reading(one.text, one, *to_cgcs2000(lon, lat, one)) for one in (GCJ02, BD09, WGS84)]
    found = Hearing(made, [witness], np.arange(count))
    assert found.verdict() == "wgs84"
    assert (found.drift_m("wgs84") > 60) is open_question
    decided = diagnose(SheetEvidence(x=lon, y=lat, further=lambda: (witness,))).decided
    assert (decided is None) is open_question
