"""Groups of symbols never cover each other, and division names leave them readable."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from qhd_riskmap.cartography.basemap_painter import prepare_basemap
from qhd_riskmap.cartography.clusters import cluster_marks, merge_overlapping, within
from qhd_riskmap.cartography.labels import Label, LabelStyle, OccupiedGround, place_labels
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import cluster_size, clusters_in_view, names_in_view
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.styles import style_number
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.boundaries import boundaries

GROUPED = MapOptions(cluster_threshold=10)
STYLE = LabelStyle(12.0, "#000000", "#FFFFFF")


def groups_of(marks, cell):
    xy = np.array([(x, y) for x, y, _level in marks])
    styles = np.array([style_number("haze", level) for _x, _y, level in marks])
    return cluster_marks(xy, styles, cell, np.arange(len(marks)))


def discs(counts):
    return 20.0 + 8.0 * np.log10(counts)


def overlaps(xy, diameters):
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    np.fill_diagonal(away, np.inf)
    return away < (diameters[:, None] + diameters[None]) / 2 - 1e-9


def ink(placed):
    """Where the characters stand: their line is higher."""
    spare = placed.box.height() * 0.16
    return placed.box.adjusted(0, spare, 0, -spare)


def away_from(placed, x, y):
    box = ink(placed)
    near_x = min(max(x, box.left()), box.right())
    near_y = min(max(y, box.top()), box.bottom())
    return math.hypot(near_x - x, near_y - y)


MARKS = st.lists(
    st.tuples(st.floats(-400, 400), st.floats(-400, 400), st.integers(0, 4)),
    min_size=1,
    max_size=150,
)


@settings(max_examples=80, deadline=None)
@given(MARKS)
def test_joined_groups_never_overlap_and_lose_nobody(marks):
    joined = merge_overlapping(groups_of(marks, 56.0), discs)
    assert not overlaps(joined.xy, discs(joined.counts)).any()
    assert sorted(joined.members.tolist()) == list(range(len(marks)))
    for index in range(len(joined)):
        members = joined.members_of(index).tolist()
        levels = [marks[m][2] for m in members]
        graded = [level for level in levels if level]
        assert joined.counts[index] == len(members)
        assert joined.worst[index] == (min(graded) if graded else 0)
        assert joined.by_level[index].tolist() == [levels.count(n) for n in range(5)]
        middle = np.mean([marks[m][:2] for m in members], axis=0)
        assert joined.xy[index] == pytest.approx(middle, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(MARKS)
def test_groups_apart_stay_as_they_are(marks):
    groups = groups_of(marks, 56.0)
    # Two marks on either side of a cell's edge may share one place: those are not apart.
    assume(len(np.unique(groups.xy.round(3) + 0.0, axis=0)) == len(groups))
    same = merge_overlapping(groups, lambda counts: np.full(len(counts), 1e-12))
    assert same.counts.tolist() == groups.counts.tolist()
    assert same.members.tolist() == groups.members.tolist()


def test_nothing_joined_is_nothing():
    groups = cluster_marks(np.empty((0, 2)), np.empty(0, np.int64), 56.0, np.empty(0, np.int64))
    assert len(merge_overlapping(groups, discs)) == 0


def test_only_groups_in_the_box_are_kept_with_their_members():
    groups = groups_of([(10, 10, 1), (12, 10, 2), (200, 10, 3), (10, 300, 4)], 56.0)
    kept = within(groups, (0, 0, 250, 50))
    assert kept.counts.tolist() == [2, 1]
    assert [kept.members_of(n).tolist() for n in range(2)] == [[0, 1], [2]]


def crowd(make_table, box, count=3_000, seed=5):
    random = np.random.default_rng(seed)
    return prepare(make_table(shapely.points(random.uniform(box[:2], box[2:], (count, 2)))))


def test_panning_a_crowd_larger_than_the_window_changes_no_number(make_table):
    prepared = crowd(make_table, (118.6, 39.4, 120.0, 40.8))
    view = Viewport.fit((119.2, 39.95, 119.5, 40.2), 700, 600)

    def inner(viewport):
        groups = clusters_in_view(prepared, viewport, GROUPED)
        at = viewport.plane_to_screen(groups.xy)
        inside = ((at > 80) & (at < (620, 520))).all(axis=1)
        return {tuple(groups.members_of(n)) for n in np.nonzero(inside)[0].tolist()}, groups

    first, _ = inner(view)
    _, moved = inner(view.panned(23.0, -41.0))
    assert len(first) > 20
    assert first <= {tuple(moved.members_of(n)) for n in range(len(moved))}


def test_painted_discs_never_overlap(make_table):
    prepared = crowd(make_table, (118.9, 39.6, 119.7, 40.4))
    for zoom in (0.5, 1.0, 3.0):
        view = Viewport.fit((118.9, 39.6, 119.7, 40.4), 800, 700).zoomed(zoom)
        groups = clusters_in_view(prepared, view, GROUPED)
        sizes = np.array(
            [cluster_size(n, GROUPED) if n > 1 else GROUPED.symbol_size for n in groups.counts]
        )
        assert not overlaps(view.plane_to_screen(groups.xy), sizes).any()


def test_division_names_give_way_to_groups(make_table):
    """A group on the very place of every name: all names are written, and beside it."""
    ground = prepare_basemap(boundaries())
    places = [n.lonlat for n in ground.names if n.code]
    prepared = prepare(make_table([shapely.Point(at) for at in places for _ in range(5)]))
    view = Viewport.fit((118.5, 39.3, 119.9, 40.7), 1100, 1000)
    groups = clusters_in_view(prepared, view, GROUPED)
    assert groups.counts.tolist() == [5] * 7
    named = [p for p in names_in_view(prepared, ground, view, GROUPED) if p.label.style.bold]
    assert len(named) == 7
    half = cluster_size(5, GROUPED) / 2
    for x, y in view.plane_to_screen(groups.xy).tolist():
        assert all(away_from(p, x, y) > half - 1 for p in named)
    for placed in named:
        middle = placed.box.center()
        assert np.hypot(middle.x() - placed.label.x, middle.y() - placed.label.y) < 60


def test_a_name_without_room_beside_is_left_out_rather_than_written_over_a_cluster():
    ground = OccupiedGround(200, 100, 2.0)
    shunned = ground.copy()
    shunned.occupy(QRectF(0, 0, 200, 100))
    assert not place_labels([Label("名", 100, 50, 0.0, STYLE, 30.0)], ground, shunned)
    assert OccupiedGround(10, 10, 2.0).nearest(QRectF(0, 0, 40, 12), 99.0) is None


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=60),
    st.floats(0, 160), st.floats(0, 80), st.floats(5, 120),
)  # fmt: skip
def test_the_nearest_free_place_is_found_if_there_is_one(taken, x, y, reach):
    """Against trying every place of the grid one by one."""
    ground = OccupiedGround(164, 84, 4.0)
    for column, row in taken:
        ground.occupy(QRectF(column * 4 + 1, row * 4 + 1, 2, 2))
    wish = QRectF(x, y, 16, 8)
    tried = [QRectF(c * 4, r * 4, 16, 8) for c in range(41) for r in range(21)]
    free = [box for box in tried if ground.room(box.adjusted(0.5, 0.5, -0.5, -0.5))]
    away = [math.hypot(box.x() - x, box.y() - y) for box in free]
    found = ground.nearest(wish, reach)
    if found is None:
        assert min(away, default=math.inf) > reach
    else:
        assert math.hypot(found.x() - x, found.y() - y) == pytest.approx(min(away))
        assert min(away) <= reach


def test_names_of_divisions_keep_off_the_clusters_of_a_crowd(make_table):
    """Hazards everywhere in the city, far more than there is room for."""
    grid = np.random.default_rng(5).uniform((118.6, 39.4), (119.8, 40.6), (3_000, 2))
    prepared = prepare(make_table([shapely.Point(place) for place in grid]))
    basemap = prepare_basemap(boundaries())
    view = Viewport.fit((118.55, 39.35, 119.90, 40.62), 1050, 450)
    groups = clusters_in_view(prepared, view, GROUPED)
    named = names_in_view(prepared, basemap, view, GROUPED)
    assert len(named) >= 5
    middles = view.plane_to_screen(groups.xy)
    for placed in named:
        for (x, y), count in zip(middles.tolist(), groups.counts.tolist(), strict=True):
            if count > 1:
                assert away_from(placed, x, y) > cluster_size(count, GROUPED) / 2 - 1


def test_a_name_moves_no_farther_than_its_reach():
    shunned = OccupiedGround(400, 400, 2.0)
    shunned.occupy(QRectF(160, 160, 80, 80))
    label = Label("名", 200, 200, 0.0, STYLE, 60.0)
    (far,) = place_labels([label], OccupiedGround(400, 400, 2.0), shunned)
    assert not ink(far).intersects(QRectF(160, 160, 80, 80))
    assert np.hypot(far.box.center().x() - 200, far.box.center().y() - 200) <= 60
