"""Paths thinned only as they come into view are the same as all thinned at once."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import shapely

from qhd_riskmap.cartography import geometry_arrays as module
from qhd_riskmap.cartography.geometry_arrays import path_layer, take_parts
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.map_painter import render_image
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.viewport import Viewport

RESOLUTION = 500.0


def wandering_lines(count, seed=0):
    steps = np.random.default_rng(seed).normal(0, 1e-4, (count, 90, 2))
    return shapely.linestrings(np.add(steps.cumsum(axis=1), (119.0, 40.0)))


@pytest.fixture
def layer():
    numbers = np.arange(60)
    return path_layer(wandering_lines(60), numbers, numbers % 7, Projection.MERCATOR, closed=False)


def marked(*numbers):
    wanted = np.zeros(60, bool)
    wanted[list(numbers)] = True
    return wanted


def test_windows_one_after_the_other_get_what_one_pass_would_give(layer):
    whole = pickle.loads(pickle.dumps(layer)).at_resolution(RESOLUTION)  # noqa: S301 - our own bytes
    for wanted in (marked(5, 9, 40), marked(0, 9, 59), marked(), marked(*range(60))):
        some = layer.some_at_resolution(RESOLUTION, wanted)
        expected = take_parts(whole, wanted)
        assert some.owner.tolist() == expected.owner.tolist()
        assert some.offsets.tolist() == expected.offsets.tolist()
        assert (some.xy == expected.xy).all()


def test_only_what_comes_into_view_is_thinned(layer, monkeypatch):
    thinned = []
    real = module.thin

    def counting(ragged, tolerance):
        thinned.append(ragged.owner.tolist())
        return real(ragged, tolerance)

    monkeypatch.setattr(module, "thin", counting)
    layer.some_at_resolution(RESOLUTION, marked(5, 9))
    layer.some_at_resolution(RESOLUTION, marked(5, 9))
    layer.some_at_resolution(RESOLUTION, marked(9, 12))
    assert thinned == [[5, 9], [12]]
    layer.at_resolution(RESOLUTION)
    layer.some_at_resolution(RESOLUTION, marked(30))
    assert len(thinned) == 3  # all at once, then nothing more


def test_plain_lines_keep_their_colours_and_order(make_table):
    """Two lines over each other: the worse level lies on top, whatever the types between."""
    across = [shapely.LineString([(119.0, 40.0), (119.4, 40.0)])] * 3
    table = make_table(across, levels=[4, 1, 2], types=["haze", "flood", "haze"])
    view = Viewport.fit((119.1, 39.9, 119.3, 40.1), 100, 100)
    options = MapOptions(
        dashes=False, basemap=False, labels=False, anchor_symbols=False, cluster=False, line_width=9
    )
    image = render_image(prepare(table), None, view, options)
    assert image.pixelColor(50, 50).name().upper() == "#E60000"
