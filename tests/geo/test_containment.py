"""What counties can tell."""

import numpy as np
import pytest

from qhd_riskmap.geo.containment import contradicted, inside_rows, separated


def west(lon, lat):
    return (lon < 119.5) & (lat > 0)


LAT = np.linspace(39.5, 39.9, 5)
WEST = (np.full(5, 119.49), LAT)
EAST = (np.full(5, 119.51), LAT)
RIM = (np.full(5, 119.4995), LAT)  # 43 m inside: within the width of a drawn boundary


def mixed(lons):
    return np.array(lons), LAT


def test_three_places_separate():
    assert separated({"a": WEST, "b": EAST}, west) == "a"
    assert separated({"a": EAST, "b": WEST}, west) == "b"
    assert separated({"a": WEST, "b": mixed([119.51] * 3 + [119.49] * 2)}, west) == "a"


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
    assert separated(readings, west) is None


def test_the_middle_reading_can_win_though_no_row_speaks_against_both_others():
    def band(lon, lat):
        del lat
        return np.abs(lon - 119.5) < 0.1

    edges = np.array([119.405, 119.405, 119.405, 119.595, 119.595, 119.595])
    lat = np.linspace(39.5, 39.9, 6)
    readings = {"left": (edges - 0.02, lat), "middle": (edges, lat), "right": (edges + 0.02, lat)}
    assert separated(readings, band) == "middle"


def test_contradiction_needs_three_places_too():
    assert contradicted("b", {"a": WEST, "b": EAST}, west)
    assert not contradicted("a", {"a": WEST, "b": EAST}, west)
    assert not contradicted("b", {"a": mixed([119.49] * 2 + [119.51] * 3), "b": EAST}, west)
    assert not contradicted("a", {"a": EAST, "b": EAST}, west)


def test_a_row_without_a_place_is_nowhere():
    lon = np.array([np.nan, 119.49])
    assert inside_rows((lon, np.array([39.9, 39.9])), west).tolist() == [False, True]
    assert (
        inside_rows((lon, np.array([39.9, np.nan])), lambda x, y: x + y >= 0).tolist()
        == [False] * 2
    )
