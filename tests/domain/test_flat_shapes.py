"""Geometries as arrays are the same geometries."""

import pickle
import threading

import numpy as np
import pytest
import shapely

from qhd_riskmap.domain.feature_table import TEXT_COLUMNS, table_of_arrays, texts
from qhd_riskmap.domain.flat_shapes import FlatShapes, anchors_of
from qhd_riskmap.domain.late_value import Late

POINTS = [(119.6, 39.9), (119.0, 40.0)]
LINE = [(119, 39), (119.2, 39.3), (119.1, 39.5)]
RING = [(0, 0), (9, 0), (9, 1), (1, 1), (1, 9), (0, 9), (0, 0)]
OTHER = shapely.MultiPoint([(1, 1), (4, 5)])
SHAPES = np.array(
    [shapely.Point(POINTS[0]), OTHER, shapely.Polygon(RING), shapely.LineString(LINE),
     shapely.Point(POINTS[1])], dtype=object
)  # fmt: skip


@pytest.fixture
def flat():
    return FlatShapes(
        size=5,
        point_rows=np.array([0, 4]), points=np.array(POINTS),
        line_rows=np.array([3]), lines=np.array(LINE, dtype=float), line_offsets=np.array([0, 3]),
        ring_rows=np.array([2]), rings=np.array(RING, dtype=float), ring_offsets=np.array([0, 7]),
        other_rows=np.array([1]), others=SHAPES[1:2],
        bounds=shapely.bounds(SHAPES),
    )  # fmt: skip


def test_arrays_make_the_geometries_they_stand_for(flat):
    assert shapely.equals_exact(flat.geometries(), SHAPES, 0.0).all()


def test_anchors_are_those_of_the_geometries(flat):
    assert flat.anchors().tolist() == anchors_of(SHAPES).tolist()


def test_a_table_of_arrays_makes_texts_and_geometries_when_asked(flat):
    made = []

    def column(name):
        made.append(name)
        return texts([f"{name}{row}" for row in range(5)])

    table = table_of_arrays(
        levels=np.array([1, 2, 3, 4, 0], np.int8),
        revisions=np.ones(5, np.int64),
        flat=flat,
        columns={name: (lambda name=name: column(name)) for name in TEXT_COLUMNS},
    )
    assert len(table) == 5
    assert made == []
    part = table.take(np.array([3, 1]))
    assert made == []
    assert part.names.tolist() == ["names3", "names1"]
    assert part.flat is None
    assert shapely.equals_exact(part.geometries, SHAPES[[3, 1]], 0.0).all()
    assert table.row_of("ids4") == 4
    assert made == ["names", "ids"]


def test_a_table_travels_to_another_process_whole(flat):
    table = table_of_arrays(
        levels=np.array([1, 2, 3, 4, 0], np.int8),
        revisions=np.ones(5, np.int64),
        flat=flat,
        columns={name: (lambda: texts(["甲"] * 5)) for name in TEXT_COLUMNS},
    )
    there = pickle.loads(pickle.dumps(table))  # noqa: S301 - our own bytes
    assert there.units.tolist() == ["甲"] * 5
    assert shapely.equals_exact(there.geometries, SHAPES, 0.0).all()


def test_geometry_objects_are_made_once_and_stay_behind(flat):
    flat.anchors()
    assert flat.geometries()[3] is flat.line_geometries()[0]
    assert flat.geometries()[2] is flat.polygon_geometries()[0]
    there = pickle.loads(pickle.dumps(flat))  # noqa: S301 - our own bytes
    assert there.made == {}
    assert shapely.equals_exact(there.geometries(), SHAPES, 0.0).all()


def test_a_late_value_is_made_once_whoever_asks():
    made, inside, go = [], threading.Event(), threading.Event()

    def make():
        made.append(1)
        inside.set()
        go.wait(5)
        return "value"

    late = Late(make)
    answers = []
    askers = [threading.Thread(target=lambda: answers.append(late.get())) for _ in range(3)]
    for asker in askers:
        asker.start()
    inside.wait(5)
    go.set()
    for asker in askers:
        asker.join(5)
    assert answers == ["value"] * 3
    assert made == [1]
    assert late.get() == "value"


def test_vertices_kept_once_still_travel_and_still_make_objects(flat):
    lines, rings = flat.lines, flat.rings
    flat.let_go_of_vertices()
    assert len(flat.lines) == len(flat.rings) == 0
    assert shapely.equals_exact(flat.geometries(), SHAPES, 0.0).all()
    there = pickle.loads(pickle.dumps(flat))  # noqa: S301 - our own bytes
    assert there.made == {}
    assert (there.lines == lines).all()
    assert (there.rings == rings).all()
    assert shapely.equals_exact(there.geometries(), SHAPES, 0.0).all()
