"""The signs on the small map of an import: few enough to paint, none that hides where rows lie."""

import numpy as np

from qhd_riskmap.ui.pages.survey_import.batch_map import _thinned


def test_one_sign_stands_for_rows_nearer_than_three_pixels():
    xs, ys = np.array([1.0, 2.0, 50.0, 1.5]), np.array([1.0, 2.0, 7.0, 1.0])
    assert sorted(_thinned(xs, ys)) == [(1.0, 1.0), (50.0, 7.0)]
    assert _thinned(np.empty(0), np.empty(0)) == []


def test_of_rows_all_over_the_map_every_six_pixels_keep_one():
    rng = np.random.default_rng(3)
    xs, ys = rng.uniform(0, 300, 50_000), rng.uniform(0, 240, 50_000)
    signs = np.array(_thinned(xs, ys))
    assert len(signs) == 50 * 40
    assert len(np.unique(signs // 6, axis=0)) == len(signs)
