"""Symbols: told apart by shape alone, at 12 pixels and in grey."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from qhd_riskmap.cartography.legend import LegendEntry, SignKind, legend_entries, paint_legend_sign
from qhd_riskmap.cartography.styles import (
    GRADES,
    SIGN_KEYS,
    STYLE_COUNT,
    TYPE_KEYS,
    sign_of,
    style_number,
    style_numbers,
    style_parts,
)
from qhd_riskmap.cartography.sub_kind_shapes import SUB_KIND_SHAPES
from qhd_riskmap.cartography.symbol_atlas import cluster_image, symbol_atlas
from qhd_riskmap.cartography.symbols import (
    LEVEL_COLOURS,
    cluster_text,
    hatch_of,
    level_colour,
    level_label,
    level_shares,
    line_sign,
    outline_pen,
    paint_cluster,
    paint_symbol,
    shape_of,
    type_label,
)
from qhd_riskmap.domain.taxonomy import taxonomy

GOLDEN = Path(__file__).parent / "golden"


def picture(width, height, paint, background="#FFFFFF"):
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(QColor(background))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint(painter)
    painter.end()
    return image


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    return raw[:, :, :3].astype(float)


def grey(image):
    # Luma of ITU-R BT.601, what a grey print shows.
    return pixels(image) @ np.array([0.114, 0.587, 0.299])


def symbol(key, level=1, size=12, *, digit=False):
    side = size + 4
    return picture(
        side, side, lambda p: paint_symbol(p, key, level, (side / 2, side / 2), size, digit=digit)
    )


def test_every_type_of_the_taxonomy_has_a_sign_of_its_own():
    assert {t.symbol for t in taxonomy().types} == set(TYPE_KEYS)
    assert len(TYPE_KEYS) == 16


def test_sub_kinds_have_signs_in_the_outline_of_their_type():
    """What the taxonomy names is drawn, what is drawn is named, and nothing else changes its sign."""
    named = {}
    for each in taxonomy().types:
        assert set(each.sub_kind_symbols) <= set(each.sub_kinds)
        named |= dict.fromkeys(each.sub_kind_symbols.values(), each.symbol)
        for word in each.sub_kinds:
            assert sign_of(each.key, word) == each.sub_kind_symbols.get(word, each.symbol)
    assert {key: shape.type_key for key, shape in SUB_KIND_SHAPES.items()} == named
    assert set(SIGN_KEYS) == set(TYPE_KEYS) | set(named)
    assert len(SIGN_KEYS) == 30
    for sign, type_key in named.items():
        assert shape_of(sign).outline() == shape_of(type_key).outline()
        assert hatch_of(sign) is hatch_of(type_key)
        assert line_sign(sign) == line_sign(type_key)


@pytest.mark.parametrize("level", range(5))
def test_signs_differ_at_twelve_pixels_in_grey(level):
    """Of any two at least a tenth of the 144 pixels is plainly lighter or darker, at every level."""
    shades = {sign: grey(symbol(sign, level)) for sign in SIGN_KEYS}
    for one, other in itertools.combinations(SIGN_KEYS, 2):
        different = (np.abs(shades[one] - shades[other]) > 60).sum()
        assert different >= 14, (one, other, different)


def outline(sign, level):
    """A symbol of 12 pixels without its pictogram."""

    def paint(painter):
        painter.setPen(outline_pen(12))
        painter.setBrush(level_colour(level))
        painter.drawPath(QTransform(6, 0, 0, 6, 8, 8).map(shape_of(sign).outline()))

    return picture(16, 16, paint)


@pytest.mark.parametrize("level", range(5))
def test_a_pictogram_stands_out_from_its_outline_in_grey(level):
    for sign in SIGN_KEYS:
        different = np.abs(grey(symbol(sign, level)) - grey(outline(sign, level))) > 60
        assert different.sum() >= 10, (sign, int(different.sum()))


def test_outlines_alone_differ():
    """Filled black, without pictogram: the silhouettes are pairwise different."""
    shapes = {}
    for key in TYPE_KEYS:
        mask = grey(symbol(key, 0, 24)) < 250
        shapes[key] = mask
    for one, other in itertools.combinations(TYPE_KEYS, 2):
        different = (shapes[one] ^ shapes[other]).sum() / (shapes[one] | shapes[other]).sum()
        assert different > 0.05, (one, other)


def test_levels_have_the_exact_colours_and_a_digit_that_survives_grey():
    assert [LEVEL_COLOURS[n] for n in (1, 2, 3, 4)] == ["#E60000", "#FF7F00", "#FFE600", "#0070FF"]
    pictures = [grey(symbol("flood", level, 18, digit=True)) for level in GRADES]
    corners = [p[11:, 11:] for p in pictures]
    for one, other in itertools.combinations(corners, 2):
        assert (np.abs(one - other) > 60).sum() >= 4


def test_sub_kinds_get_the_numbers_of_their_signs():
    keys = np.array(["geological", "geological", "flood", "haze", "other", "nothing"], dtype=object)
    words = np.array(["滑坡", "地裂缝", "塘坝", "滑坡", "矿山尾矿库", "滑坡"], dtype=object)
    levels = np.array([1, 2, 3, 4, 0, 9], dtype=np.int8)
    found = [style_parts(number) for number in style_numbers(keys, levels, words).tolist()]
    assert found == [
        ("landslide", 1), ("geological", 2), ("reservoir", 3), ("haze", 4), ("tailings_pond", 0),
        ("other", 0),
    ]  # fmt: skip


def test_style_numbers_sort_the_worst_level_on_top():
    order = sorted((1, 2, 3, 4, 0), key=lambda level: style_number("haze", level))
    assert order == [0, 4, 3, 2, 1]
    assert {style_parts(s) for s in range(STYLE_COUNT)} == {
        (key, level) for key in SIGN_KEYS for level in range(5)
    }


def test_columns_get_the_numbers_of_single_styles():
    keys = np.array([*TYPE_KEYS, "not-a-type"], dtype=object)
    levels = np.array([(n % 7) - 1 for n in range(len(keys))], dtype=np.int8)
    expected = [
        style_number(key, level if level in GRADES else 0)
        for key, level in zip(keys.tolist(), levels.tolist(), strict=True)
    ]
    assert style_numbers(keys, levels).tolist() == expected


def test_the_atlas_shows_what_vectors_show():
    atlas = symbol_atlas(18, 1.0)
    for style in (0, 17, 40, STYLE_COUNT - 1):
        key, level = style_parts(style)
        row, column = divmod(style, len(SIGN_KEYS))
        cell = atlas.cell
        cut = atlas.image.copy(column * cell, row * cell, cell, cell)
        drawn = picture(
            cell, cell, lambda p, k=key, v=level, m=cell / 2: paint_symbol(p, k, v, (m, m), 18)
        )
        on_white = picture(cell, cell, lambda p, c=cut: p.drawImage(0, 0, c))
        assert np.abs(pixels(on_white) - pixels(drawn)).max() <= 3


def test_nothing_of_a_symbol_is_cut_by_its_cell():
    for size, ratio in ((12, 1.0), (18, 1.5), (24, 2.0)):
        atlas = symbol_atlas(size, ratio)
        for style in range(STYLE_COUNT):
            row, column = divmod(style, len(SIGN_KEYS))
            cut = atlas.image.copy(
                column * atlas.cell, row * atlas.cell, atlas.cell, atlas.cell
            ).convertToFormat(QImage.Format.Format_ARGB32)
            alpha = np.frombuffer(cut.constBits(), np.uint8).reshape(atlas.cell, atlas.cell, 4)
            edge = alpha[:, :, 3].copy()
            edge[1:-1, 1:-1] = 0
            assert edge.max() == 0, style_parts(style)


def test_clusters_carry_count_and_level():
    members = (0, 7, 0, 0, 0)
    assert cluster_image(7, 1, members, 30.0) is cluster_image(7, 1, members, 30.0)

    def painted(level, by_level):
        disc = (20, 20, 30)
        return pixels(
            picture(40, 40, lambda p: paint_cluster(p, level, level_shares(by_level), "7", disc))
        )

    red, blue = painted(1, members), painted(4, (0, 0, 0, 0, 7))
    ungraded = painted(0, (7, 0, 0, 0, 0))
    assert np.abs(red - blue).sum() > 10_000
    assert np.abs(red - ungraded).sum() > 10_000
    assert [cluster_text(n) for n in (1, 9_949, 9_950, 123_456)] == ["1", "9.9k", "9.9k", "123k"]


def test_crowded_cluster_pictures_are_forgotten_oldest_first():
    first = cluster_image(1, 2, (0, 0, 1, 0, 0), 30.0)
    for count in range(2, 700):
        cluster_image(count, 2, (0, 0, count, 0, 0), 30.0)
    assert cluster_image(1, 2, (0, 0, 1, 0, 0), 30.0) is not first


@pytest.mark.parametrize(
    ("by_level", "shares"),
    [
        ((0, 6, 6, 6, 6), (0, 6, 6, 6, 6)),
        ((0, 1, 0, 0, 999), (0, 1, 0, 0, 23)),
        ((1, 1, 1, 1, 1), (8, 4, 4, 4, 4)),
        ((0, 0, 0, 2, 0), (0, 0, 0, 24, 0)),
    ],
)
def test_the_ring_of_a_cluster_tells_how_many_of_each_level_there_are(by_level, shares):
    assert level_shares(by_level) == shares
    worst = next(level for level in (1, 2, 3, 4, 0) if by_level[level])
    image = picture(200, 200, lambda p: paint_cluster(p, worst, shares, "9", (100, 100, 160)))
    around = np.arange(0.5, 24)
    turns = 2 * np.pi * around / 24
    x = np.round(100 + 74 * np.sin(turns)).astype(int)
    y = np.round(100 - 74 * np.cos(turns)).astype(int)
    seen = [image.pixelColor(int(a), int(b)).name().upper() for a, b in zip(x, y, strict=True)]
    expected = [level_colour(n).name().upper() for n in (1, 2, 3, 4, 0) for _ in range(shares[n])]
    # The level's badge lies over the lower right.
    assert sum(a == b for a, b in zip(seen, expected, strict=True)) >= 20


def test_pipelines_are_dashed_by_medium():
    assert line_sign("oil_gas_pipeline").dashes != line_sign("ammonia_pipeline").dashes
    assert line_sign("unknown") == line_sign("other")


def test_hatches_tell_the_common_areas_apart():
    common = ("forest_fire", "geological", "flood", "hazardous_chemicals", "animal_epidemic")
    assert len({hatch_of(key) for key in common}) == len(common)


def test_legend_lists_what_is_there_and_nothing_else(make_table):
    table = make_table(
        [
            shapely.Point(119, 40),
            shapely.LineString([(119, 40), (119.1, 40)]),
            shapely.Point(119, 40),
        ],
        levels=[1, 0, 1],
        types=["flood", "flood", "haze"],
    )
    entries = legend_entries(table)
    assert [e.label for e in entries] == [
        "重大风险", "未评级", "洪涝灾害（点）".replace("洪涝灾害", type_label("flood")),
        type_label("flood") + "（线）", type_label("haze"),
    ]  # fmt: skip
    assert legend_entries([]) == ()
    assert level_label(4) == "低风险"
    assert type_label("no-such-type") == "no-such-type"
    assert level_colour(99) == level_colour(0)


def test_the_legend_names_the_sub_kinds_in_view(make_table):
    table = make_table(
        [shapely.Point(119, 40)] * 4,
        levels=[1, 1, 1, 1],
        types=["geological", "geological", "flood", "flood"],
        sub_kinds=["泥石流", "", "水库", "塘坝"],
    )
    geological, flood = type_label("geological"), type_label("flood")
    assert [(e.type_key, e.label) for e in legend_entries(table) if e.type_key] == [
        ("geological", geological),
        ("debris_flow", f"{geological} · 泥石流"),
        ("reservoir", f"{flood} · 水库、塘坝"),
    ]


def legend_picture():
    """All signs in all kinds, as the legend draws them."""

    def paint(painter):
        hazards = (SignKind.POINT, SignKind.LINE, SignKind.POLYGON)
        for row, kind in enumerate(hazards):
            for column, key in enumerate(SIGN_KEYS):
                entry = LegendEntry(kind=kind, type_key=key, level=column % 5, label="")
                paint_legend_sign(painter, entry, QRectF(4 + column * 34, 4 + row * 26, 28, 20))
        for level in range(5):
            entry = LegendEntry(kind=SignKind.POLYGON, type_key="", level=level, label="")
            paint_legend_sign(painter, entry, QRectF(4 + level * 34, 84, 28, 16))

    return picture(len(SIGN_KEYS) * 34 + 4, 106, paint)


def symbols_picture():
    """All symbols in all levels at 12 and 24 pixels."""

    def paint(painter):
        for column, key in enumerate(SIGN_KEYS):
            for level in range(5):
                at = (20 + column * 36, 20 + level * 36)
                paint_symbol(painter, key, level, at, 24)
                paint_symbol(painter, key, level, (at[0], 200 + level * 16), 12, digit=False)

    return picture(len(SIGN_KEYS) * 36 + 4, 280, paint)


@pytest.mark.parametrize(
    ("name", "make"), [("symbols.png", symbols_picture), ("legend.png", legend_picture)]
)
def test_pictures_match_the_kept_ones(name, make, tmp_path):
    """Small differences of smoothing between Qt versions pass; a changed sign does not."""
    made = make()
    path = GOLDEN / name
    kept = QImage(str(path))
    if kept.isNull():
        made.save(str(tmp_path / name))
        pytest.fail(f"golden picture missing; look at {tmp_path / name} and keep it")
    assert kept.size() == made.size()
    difference = np.abs(pixels(kept) - pixels(made))
    assert difference.mean() < 0.5
    assert (difference.max(axis=2) > 64).mean() < 0.002


def test_dash_patterns_are_finite_numbers():
    """A pattern with a zero or odd count of lengths would draw nothing on some devices."""
    for key in SIGN_KEYS:
        dashes = line_sign(key).dashes
        assert len(dashes) % 2 == 0
        assert all(length > 0 for length in dashes)
        assert json.dumps(dashes)
