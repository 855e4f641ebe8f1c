"""Links to layers: what a filter lets through, and when a layer is shown."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from qhd_riskmap.domain.map_layer import (
    Comparison,
    LayerFilter,
    LayerKind,
    LayerStyle,
    MapLayer,
    unapproved_ground,
)

LAYER = MapLayer(id=UUID(int=7), kind=LayerKind.VECTOR, name="村界", source="C:/图/村界.shp")


@pytest.mark.parametrize(
    ("comparison", "value", "kept"),
    [
        ("=", "2", [1]),
        ("≠", "2", [0, 2, 3, 4]),
        ("<", "10", [1]),
        ("≤", "10", [1, 2]),
        (">", "2", [2]),
        ("≥", "2.0", [1, 2]),
        ("=", "红", [0]),
        ("≠", "红", [1, 2, 3, 4]),
        (">", "a", [0]),
        ("包含", "1", [2]),
        ("包含", "红", [0]),
    ],
)
def test_numbers_compare_as_numbers_and_texts_as_texts(comparison, value, kept):
    values = np.array(["红", " 2", "10", None, float("nan")], dtype=object)
    condition = LayerFilter(attribute="级", comparison=Comparison(comparison), value=value)
    assert np.nonzero(condition.matches(values))[0].tolist() == kept


def test_letters_of_any_case_are_equal():
    condition = LayerFilter(attribute="n", comparison=Comparison.EQUAL, value="Abc")
    assert condition.matches(np.array(["aBC", "abd"], dtype=object)).tolist() == [True, False]


def test_numeric_columns_are_compared_too():
    condition = LayerFilter(attribute="n", comparison=Comparison.MORE, value="1.5")
    assert condition.matches(np.array([1, 2], dtype=np.int32)).tolist() == [False, True]


@pytest.mark.parametrize(
    ("changes", "denominator", "shown"),
    [
        ({}, 1.0, True),
        ({"visible": False}, 1.0, False),
        ({"opacity": 0.0}, 1.0, False),
        ({"closest": 5_000.0}, 4_999.0, False),
        ({"closest": 5_000.0}, 5_000.0, True),
        ({"farthest": 50_000.0}, 50_000.0, True),
        ({"farthest": 50_000.0}, 50_001.0, False),
    ],
)
def test_a_layer_is_shown_between_its_scales(changes, denominator, shown):
    assert replace(LAYER, **changes).shown_at(denominator) is shown


@pytest.mark.parametrize(
    "changes",
    [
        {"name": " "},
        {"name": "名" * 121},
        {"source": ""},
        {"opacity": 1.1},
        {"max_zoom": 23},
        {"closest": -1.0},
        {"farthest": -1.0},
    ],
)
def test_impossible_layers_are_refused(changes):
    with pytest.raises(ValueError, match=r"layer|range|positive"):
        replace(LAYER, **changes)


@pytest.mark.parametrize(
    "changes",
    [{"colour": "red"}, {"fill": "#12"}, {"width": 0.0}, {"width": 21.0}, {"fill_opacity": 2.0}],
)
def test_impossible_styles_are_refused(changes):
    with pytest.raises(ValueError, match=r"RRGGBB|range"):
        LayerStyle(**changes)


def test_no_fill_is_a_style():
    assert LayerStyle(fill="").fill == ""


def test_only_pictures_of_the_ground_need_an_approval_number():
    assert not LAYER.lacks_approval
    tiles = replace(LAYER, kind=LayerKind.TILES, source="https://t/{z}/{x}/{y}")
    assert tiles.lacks_approval
    assert not replace(tiles, approval_no="GS(2024)0650号").lacks_approval
    assert not tiles.kind.is_file
    assert LAYER.kind.is_file


def test_shown_ground_without_an_approval_number_is_named():
    bare = replace(LAYER, kind=LayerKind.SCAN)
    approved = replace(bare, approval_no="GS(2024)0650号")
    hidden = replace(bare, visible=False)
    assert unapproved_ground([LAYER, bare, approved, hidden]) == (bare,)


def test_every_kind_has_a_name():
    assert len({kind.label for kind in LayerKind}) == len(LayerKind)
