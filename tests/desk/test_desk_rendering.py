"""Pictures that are no longer wanted are broken off, and closing waits for none of them."""

import time

import numpy as np
import pytest

from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.feature_table import TEXT_COLUMNS, table_of_arrays, texts
from qhd_riskmap.domain.flat_shapes import FlatShapes
from qhd_riskmap.ui.map.canvas import CITY_BOUNDS, MapCanvas
from qhd_riskmap.ui.map.renderer import MapRenderer, Wish
from qhd_riskmap.ui.map.scene import prepare_ahead, scene_of
from qhd_riskmap.ui.toolkit.selection import Selection

COUNT = 60_000


@pytest.fixture(scope="module")
def crowd():
    """Lines enough that a picture of them takes a while."""
    random = np.random.default_rng(5)
    west, south, east, north = CITY_BOUNDS
    start = np.column_stack(
        (random.uniform(west, east, COUNT), random.uniform(south, north, COUNT))
    )
    steps = random.normal(0, 0.004, (COUNT, 12, 2)).cumsum(axis=1)
    lines = (start[:, None, :] + steps).reshape(-1, 2)
    ends = lines.reshape(COUNT, 12, 2)
    none = np.empty(0, np.int64)
    flat = FlatShapes(
        size=COUNT, point_rows=none, points=np.empty((0, 2)),
        line_rows=np.arange(COUNT), lines=lines, line_offsets=np.arange(COUNT + 1) * 12,
        ring_rows=none, rings=np.empty((0, 2)), ring_offsets=np.zeros(1, np.int64),
        other_rows=none, others=np.empty(0, object),
        bounds=np.column_stack((ends.min(axis=1), ends.max(axis=1))),
    )  # fmt: skip
    columns = {name: (lambda: texts(["flood"] * COUNT)) for name in TEXT_COLUMNS}
    return table_of_arrays(
        levels=np.ones(COUNT, np.int8), revisions=np.ones(COUNT, np.int64), flat=flat,
        columns=columns,
    )  # fmt: skip


def view(zoom=1.0):
    return Viewport.fit(CITY_BOUNDS, 900, 700).zoomed(zoom)


def test_the_newest_wish_wins(qtbot, dressed, crowd):
    canvas = MapCanvas(Selection())
    options = canvas.options
    canvas.close_down()
    renderer = MapRenderer()
    pictures = []
    renderer.rendered.connect(pictures.append)
    with qtbot.waitSignal(renderer.idle, timeout=30000):
        for zoom in (1.0, 2.0, 3.0, 4.0):
            renderer.request(Wish(crowd, view(zoom), options))
    renderer.shutdown()
    assert pictures[-1].viewport == view(4.0)
    # What was wished between is never painted; the first may have been too far to break off.
    assert [each.viewport for each in pictures[:-1]] in ([], [view(1.0)])
    canvas.deleteLater()


def test_closing_while_a_picture_is_painted_breaks_it_off(qtbot, dressed, crowd):
    canvas = MapCanvas(Selection())
    qtbot.addWidget(canvas)
    canvas.resize(900, 700)
    canvas.show()
    canvas.show_table(crowd)
    qtbot.waitUntil(
        lambda: canvas.renderer.busy and canvas.renderer._running.table is crowd, timeout=10000
    )
    started = time.perf_counter()
    canvas.close_down()
    assert time.perf_counter() - started < 5.0
    assert not canvas.renderer.busy
    qtbot.wait(50)  # a picture that became ready is delivered to nobody
    assert canvas.frame is None or canvas.frame.scene.table is not crowd


def test_a_scene_prepared_ahead_serves_its_own_table_only(crowd):
    part = crowd.take(np.arange(10))
    prepare_ahead(part)
    projection = view().projection
    other = crowd.take(np.arange(5))
    assert scene_of(other, projection).table is other
    prepare_ahead(part)
    first = scene_of(part, projection)
    assert first.table is part
    assert scene_of(part, projection) is not first
