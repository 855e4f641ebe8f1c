"""Columns of many hazards agree with the single values they stand for."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.feature_table import (
    COLUMN_NAMES,
    NO_LEVEL,
    empty_table,
    feature_table,
    texts,
)
from qhd_riskmap.domain.flat_shapes import anchors_of
from qhd_riskmap.domain.hazard import anchor_of

SHAPES = np.array(
    [
        shapely.Point(119.6, 39.9),
        shapely.LineString([(119, 39), (119.2, 39.3), (119.1, 39.5)]),
        shapely.Polygon([(0, 0), (9, 0), (9, 1), (1, 1), (1, 9), (0, 9)]),
        shapely.MultiPoint([(1, 1), (4, 5)]),
    ]
)


@pytest.fixture
def table():
    n = len(SHAPES)
    return feature_table(
        ids=[f"id{i}" for i in range(n)],
        codes=["c"] * n,
        names=["甲", "乙", "丙", "丁"],
        type_keys=["flood"] * n,
        levels=[1, 2, NO_LEVEL, 4],
        counties=["130302"] * n,
        units=[""] * n,
        townships=[""] * n,
        revisions=range(n),
        geometries=SHAPES,
    )


def test_columns_have_one_entry_per_hazard(table):
    assert len(table) == 4
    assert all(len(getattr(table, name)) == 4 for name in COLUMN_NAMES)
    assert table.bounds[1].tolist() == [119.0, 39.0, 119.2, 39.5]
    assert table.levels.dtype == np.int8
    assert table.revisions.dtype == np.int64


def test_anchors_are_those_of_the_single_hazards(table):
    assert table.anchors.tolist() == [list(anchor_of(shape)) for shape in SHAPES]


def test_rows_are_found_by_id(table):
    assert [table.row_of(f"id{i}") for i in range(4)] == [0, 1, 2, 3]
    assert table.row_of("nobody") is None
    assert table.rows_of(["id3", "nobody", "id0"]) == [3, 0]


@pytest.mark.parametrize("rows", [np.array([3, 1]), np.array([False, True, False, True])])
def test_taking_rows_takes_them_in_every_column(table, rows):
    table.row_of("id0")  # an index of the whole must not leak into the part
    part = table.take(rows)
    assert sorted(part.names.tolist()) == ["丁", "乙"]
    assert part.row_of("id0") is None
    assert part.names[part.row_of("id3")] == "丁"
    assert shapely.equals(part.geometries[part.row_of("id1")], SHAPES[1])


def test_an_empty_table_is_a_table():
    table = empty_table()
    assert len(table) == 0
    assert table.row_of("id") is None
    assert table.anchors.shape == (0, 2)
    assert table.bounds.shape == (0, 4)
    assert len(table.take(np.empty(0, dtype=bool))) == 0


@given(st.lists(st.text()))
def test_text_columns_keep_what_they_are_given(values):
    assert texts(values).tolist() == values


def test_anchors_of_points_alone():
    points = np.array([shapely.Point(1, 2), shapely.Point(3, 4)])
    assert anchors_of(points).tolist() == [[1.0, 2.0], [3.0, 4.0]]
