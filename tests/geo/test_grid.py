"""The fixed grid of generalised positions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference, to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.grid import (
    NO_NODE,
    cell_bounds,
    cell_index,
    cell_of,
    node_lonlat,
    snap_to_grid,
)

LON, LAT = st.floats(118.5, 119.95), st.floats(39.35, 40.7)
CELLS = st.sampled_from([100, 1000])
PLANE = parse_reference("EPSG:4549")


@given(LON, LAT, CELLS)
def test_a_place_moves_at_most_half_a_diagonal(lon, lat, cell):
    x, y = from_cgcs2000(lon, lat, PLANE)
    snapped = from_cgcs2000(*snap_to_grid(lon, lat, cell), PLANE)
    # Nodes are rounded to 1e-7 degrees, at most 7 mm.
    assert float(np.hypot(snapped[0] - x, snapped[1] - y)) <= cell / np.sqrt(2) + 0.01
    assert float(distance_m(lon, lat, *snap_to_grid(lon, lat, cell))) <= cell / np.sqrt(2) * 1.001


@given(st.integers(350, 500), st.integers(4360, 4510), CELLS, st.data())
def test_all_places_of_a_cell_give_identical_bytes(i, j, cell, data):
    i, j = i * 1000 // cell, j * 1000 // cell
    west, south, east, north = cell_bounds(i, j, cell)
    inner = st.tuples(st.floats(west + 1e-3, east - 1e-3), st.floats(south + 1e-3, north - 1e-3))
    places = np.array(data.draw(st.lists(inner, min_size=2, max_size=6)))
    lon, lat = to_cgcs2000(*places.T, PLANE)
    snapped = snap_to_grid(lon, lat, cell)
    assert {value.tobytes() for value in snapped[0]} == {node_lonlat(i, j, cell)[0].tobytes()}
    assert {value.tobytes() for value in snapped[1]} == {node_lonlat(i, j, cell)[1].tobytes()}


@given(LON, LAT, CELLS)
def test_snapping_twice_changes_nothing(lon, lat, cell):
    once = snap_to_grid(lon, lat, cell)
    again = snap_to_grid(*once, cell)
    assert np.array_equal(once, again)


@given(st.integers(350, 500), st.integers(4360, 4510))
def test_grids_nest(i, j):
    assert np.array_equal(node_lonlat(i, j, 1000), node_lonlat(i * 10, j * 10, 100))


def test_halves_go_north_and_east():
    lon, lat = to_cgcs2000([465449.99, 465450.01], [4422388.0, 4422388.0], PLANE)
    assert cell_index(lon, lat, 100)[0].tolist() == [4654, 4655]
    assert cell_bounds(4655, 44224, 100) == (465450.0, 4422350.0, 465550.0, 4422450.0)


def test_what_has_no_place_has_no_node():
    i, j = cell_index([119.6, np.nan, 2.35], [39.9, 39.9, 48.85], 1000)
    assert i.dtype == j.dtype == np.int64
    assert (i[1:] == NO_NODE).all()
    assert (j[1:] == NO_NODE).all()
    lon, lat = node_lonlat(i, j, 1000)
    assert np.isfinite(lon[0])
    assert np.isnan(lon[1:]).all()
    assert np.isnan(lat[1:]).all()


def test_positions_carry_seven_decimals():
    lon, lat = snap_to_grid(119.6, 39.935, 1000)
    assert (float(lon), float(lat)) == (119.6022426, 39.9315094)
    assert cell_of is cell_index


@pytest.mark.parametrize("cell", [0, -100, 0.5, 99.5, np.nan, np.inf])
def test_odd_cells_are_refused(cell):
    with pytest.raises(InvalidInputError, match="整数米"):
        snap_to_grid(119.6, 39.9, cell)
