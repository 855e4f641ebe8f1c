import numpy as np
import shapely

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.county_grid import CountyGrid, exact_index_of

COUNTIES = {"2": shapely.box(0.1, 0, 0.3, 0.2), "1": shapely.box(0, 0, 0.1, 0.2)}


def test_a_grid_tells_what_the_exact_test_tells():
    rng = np.random.default_rng(3)
    west, south, east, north = boundaries().city.bounds
    x, y = (
        rng.uniform(west - 0.3, east + 0.3, 60_000),
        rng.uniform(south - 0.3, north + 0.3, 60_000),
    )
    border = shapely.get_coordinates([c.boundary for c in boundaries().counties.values()])
    near = border + rng.normal(0, 1e-5, border.shape)
    x, y = (
        np.concatenate([x, border[:, 0], near[:, 0]]),
        np.concatenate([y, border[:, 1], near[:, 1]]),
    )
    shapes = [boundaries().counties[code] for code in sorted(boundaries().counties)]
    assert (CountyGrid(boundaries().counties).index_of(x, y) == exact_index_of(shapes, x, y)).all()
    few = boundaries().county_index_of(x[:100], y[:100])
    assert (few == boundaries().county_index_of(x, y)[:100]).all()


def test_points_on_the_grids_own_lines_and_off_the_globe_are_told_exactly():
    grid = CountyGrid(COUNTIES)
    assert grid.codes == ("1", "2")
    lines = np.arange(-0.1, 0.41, 0.005)
    x, y = (side.ravel() for side in np.meshgrid(lines, lines))
    x = np.concatenate([x, [np.nan, np.inf, 0.05, 1e300, 0.1]])
    y = np.concatenate([y, [0.1, 0.1, -np.inf, 0.1, 0.1]])
    shapes = [COUNTIES["1"], COUNTIES["2"]]
    assert (grid.index_of(x, y) == exact_index_of(shapes, x, y)).all()
    assert grid.index_of(x, y)[-5:].tolist() == [0, 0, 0, 0, 1]


def test_a_grid_without_points_near_a_border_needs_no_exact_test():
    assert CountyGrid(COUNTIES).index_of(np.array([0.05]), np.array([0.1])).tolist() == [1]
