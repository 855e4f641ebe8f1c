"""Hazards read as arrays are painted as hazards made of geometry objects are."""

import numpy as np
import pytest
import shapely

from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.feature_table import TEXT_COLUMNS, feature_table, table_of_arrays, texts
from qhd_riskmap.storage.flat_blobs import flat_shapes
from qhd_riskmap.storage.spatial_blob import to_blobs

BOX = (119.0, 39.5, 119.6, 40.0)
HOLE = shapely.Polygon(
    [(119.1, 39.6), (119.3, 39.6), (119.3, 39.8), (119.1, 39.8)],
    [[(119.15, 39.65), (119.2, 39.65), (119.2, 39.7)]],
)


def shapes():
    random = np.random.default_rng(3)
    x, y = random.uniform(119.05, 119.55, 40), random.uniform(39.55, 39.95, 40)
    kinds = [
        shapely.Point,
        lambda a, b: shapely.LineString([(a, b), (a + 0.02, b + 0.03), (a + 0.05, b)]),
        lambda a, b: shapely.Point(a, b).buffer(0.02),
        lambda a, b: shapely.MultiPoint([(a, b), (a + 0.01, b)]),
        lambda a, b: shapely.MultiLineString([[(a, b), (a, b + 0.02)], [(a, b), (a + 0.03, b)]]),
        lambda a, b: shapely.MultiPolygon([shapely.box(a, b, a + 0.01, b + 0.01)]),
        lambda _a, _b: HOLE,
    ]
    return np.array([kinds[i % 7](x[i], y[i]) for i in range(40)], dtype=object)


@pytest.fixture
def both():
    """The same hazards as objects and as arrays."""
    geometries = shapes()
    rows = range(len(geometries))
    columns = {name: texts([f"{name}{row}" for row in rows]) for name in TEXT_COLUMNS}
    columns["type_keys"] = texts([TYPE_KEYS[row % len(TYPE_KEYS)] for row in rows])
    levels = np.array([row % 5 for row in rows], np.int8)
    objects = feature_table(
        levels=levels, revisions=np.ones(len(rows)), geometries=geometries, **columns
    )
    blobs = to_blobs(geometries)
    arrays = table_of_arrays(
        levels=levels,
        revisions=np.ones(len(rows), np.int64),
        flat=flat_shapes(b"".join(blobs), np.array([len(each) for each in blobs], np.int64)),
        columns={name: (lambda column=column: column) for name, column in columns.items()},
    )
    return objects, arrays


@pytest.mark.parametrize("projection", list(Projection))
def test_layers_and_marks_are_the_same(both, projection):
    one, other = (prepare(table, projection) for table in both)
    for kind in ("lines", "polygons"):
        mine, its = getattr(one, kind), getattr(other, kind)
        assert its.styles.tolist() == mine.styles.tolist()
        assert sorted(its.rows.tolist()) == sorted(mine.rows.tolist())
        places = dict(zip(its.rows.tolist(), its.bounds.tolist(), strict=True))
        for row, box in zip(mine.rows.tolist(), mine.bounds.tolist(), strict=True):
            assert places[row] == pytest.approx(box, abs=1e-6)
    assert other.marks.rows.tolist() == one.marks.rows.tolist()
    assert other.marks.is_point.tolist() == one.marks.is_point.tolist()
    assert np.allclose(other.marks.xy, one.marks.xy, atol=1e-6)


def test_the_pictures_are_the_same(both, qapp):
    view = Viewport.fit(BOX, 400, 300)
    options = MapOptions(cluster=False, labels=False)
    one, other = (render_image(prepare(table), None, view, options) for table in both)
    first, second = (np.frombuffer(image.constBits(), np.uint8) for image in (one, other))
    # Where equal styles overlap the order may differ by kind of geometry.
    assert (first != second).mean() < 0.01


def test_the_edge_hides_that_the_fill_is_not_smoothed(both, qapp):
    """A fill of the screen and the smoothed fill of a picture twice as dense differ by shades only."""
    view = Viewport.fit(BOX, 400, 300)
    options = MapOptions(cluster=False, labels=False, anchor_symbols=False, hatch=False)
    screen = render_image(prepare(both[1]), None, view, options)
    thin = render_image(
        prepare(both[1]), None, view,
        MapOptions(cluster=False, labels=False, anchor_symbols=False, hatch=False,
                   outline_width=0.99),
    )  # fmt: skip
    first, second = (
        np.frombuffer(image.constBits(), np.uint8).astype(int) for image in (screen, thin)
    )
    assert np.abs(first - second).mean() < 1.0
