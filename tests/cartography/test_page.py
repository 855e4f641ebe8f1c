"""Sheets: everything on the page, nothing cut, nothing over anything else."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from qhd_riskmap.cartography import fonts
from qhd_riskmap.cartography.page import paint_sheet
from qhd_riskmap.cartography.page_export import sheet_image
from qhd_riskmap.cartography.page_furniture import scale_text
from qhd_riskmap.cartography.page_layout import round_scale, sheet_legend
from qhd_riskmap.cartography.page_model import PageSize, SheetContent, SheetLook
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.text_layout import text_width, wrap
from qhd_riskmap.domain.feature_table import empty_table
from qhd_riskmap.errors import InvalidInputError

# Parts that must not share ground; map signs are judged among themselves.
FURNITURE = (
    "title", "subtitle", "neatline", "legend_entry", "scale", "north", "notes", "imprint",
    "approval", "disclaimer",
)  # fmt: skip
NAMES = ("division_name", "hazard_name", "count")


def placed_on(content, page=PageSize.A3_LANDSCAPE):
    return sheet_image(content, page, 40)[1]


def rect(item):
    return QRectF(*item.box)


def overlapping(items, slack=0.02):
    """Pairs that share more than a hair's breadth (millimetres)."""
    return [
        (a, b)
        for a, b in combinations(items, 2)
        if (shared := rect(a).intersected(rect(b))).width() > slack and shared.height() > slack
    ]


def assert_clean(placed):
    width, height = placed.page.millimetres
    paper = QRectF(0, 0, width, height)
    furniture = [item for item in placed.items if item.kind in FURNITURE]
    assert all(paper.contains(rect(item)) for item in furniture)
    assert overlapping(furniture) == []
    names = [item for item in placed.items if item.kind in NAMES]
    frame = QRectF(*placed.map.frame)
    assert all(frame.adjusted(-0.01, -0.01, 0.01, 0.01).contains(rect(item)) for item in names)
    assert overlapping(names, slack=0.35) == []  # the cells of the collision grid


def test_signs_and_names_of_the_map_grow_with_the_paper(sheet, sheet_font):
    """As far as the letters beside the map do; A4 and A3 are read from the same distance."""

    def sides(page):
        placed = placed_on(sheet, page)
        name = next(i for i in placed.of_kind("division_name") if i.text == "昌黎县")
        return placed.of_kind("symbol")[0].box[2], name.box[3]

    sign, name = sides(PageSize.A3_LANDSCAPE)
    assert sign == pytest.approx(3.6)
    for page, factor in (
        (PageSize.A4_PORTRAIT, 1.0), (PageSize.A2_LANDSCAPE, 1.25), (PageSize.A1_PORTRAIT, 1.583),
        (PageSize.A0_LANDSCAPE, 2.0),
    ):  # fmt: skip
        assert sides(page) == pytest.approx((sign * factor, name * factor), rel=0.01), page


@pytest.mark.parametrize("width", [PageSize.A3_LANDSCAPE, PageSize.A0_LANDSCAPE])
def test_lines_of_the_map_are_painted_as_wide_as_the_paper_asks(width, make_table, sheet_font):
    """Dark pixels across a line hazard, in millimetres on the paper."""
    shape = shapely.linestrings([(119.0, 40.0), (119.3, 40.0)])
    content = SheetContent(
        title="线", features=make_table([shape], levels=[1], types=["flood"]), anchor_symbols=False,
        look=SheetLook(basemap=False), names=False,
    )  # fmt: skip
    dpi = 100
    image, placed = sheet_image(content, width, dpi)
    x, y = (value / 25.4 * dpi for value in placed.map.lonlat_to_page(119.1, 40.0))
    column = [image.pixelColor(round(x), round(y) + step).green() for step in range(-15, 16)]
    wide = sum(255 - value for value in column) / 255 / dpi * 25.4
    assert wide == pytest.approx(0.5 * width.sign_growth, rel=0.35)


@pytest.mark.parametrize("page", list(PageSize))
def test_a_full_sheet_is_clean_on_every_paper(sheet, page, sheet_font):
    placed = placed_on(sheet, page)
    assert_clean(placed)
    for kind in ("title", "subtitle", "map", "legend", "scale", "north", "notes", "approval"):
        assert len(placed.of_kind(kind)) == 1, kind
    assert len(placed.of_kind("imprint")) == 4
    assert len(placed.of_kind("count")) == 7
    assert {item.text for item in placed.of_kind("division_name")} >= {"山海关区", "昌黎县"}


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    title=st.text(alphabet="秦皇岛市风险隐患分布图（）2026abc ", min_size=1, max_size=70),
    notes=st.lists(
        st.text(alphabet="本图为示意，。不作划界依据x9 ", min_size=1, max_size=140), max_size=4
    ),
    source=st.text(alphabet="各县区台账、应急管理局 2026-", min_size=1, max_size=90),
    page=st.sampled_from(list(PageSize)),
)
def test_long_texts_neither_overlap_nor_leave_the_page(mixed_table, title, notes, source, page):
    content = SheetContent(
        title=title, features=mixed_table, notes=tuple(notes), source=source,
        unit=source, publisher=source, data_date="2026-06-30", approval_line=source,
    )  # fmt: skip
    assert_clean(placed_on(content, page))


def test_texts_that_no_page_holds_are_refused(mixed_table):
    with pytest.raises(InvalidInputError, match="图名太长"):
        placed_on(SheetContent(title="很长的图名" * 80, features=mixed_table))
    with pytest.raises(InvalidInputError, match="说明太长"):
        placed_on(SheetContent(title="图", features=mixed_table, notes=("很长的说明" * 3000,)))


def test_the_legend_lists_what_is_drawn_and_counted(sheet, mixed_table, make_table):
    placed = placed_on(sheet)
    labels = {item.text for item in placed.of_kind("legend_entry")}
    assert labels == {entry.label for entry in sheet_legend(sheet)}
    one = replace(sheet, features=mixed_table.take(np.array([0])), counts=())
    assert len(placed_on(one).of_kind("legend_entry")) == 2
    nothing = SheetContent(title="空图", features=empty_table())
    assert placed_on(nothing).of_kind("legend") == ()
    counted = replace(sheet, features=make_table([shapely.Point(119.2, 40)], types=["haze"]))
    keys = {entry.type_key for entry in sheet_legend(counted)}
    assert keys == {"", "haze", "ammonia_storage", "oil_gas_pipeline"}
    given_entries = replace(sheet, legend=sheet_legend(one))
    assert len(placed_on(given_entries).of_kind("legend_entry")) == 2


@pytest.mark.parametrize("projection", list(Projection))
def test_page_and_ground_are_inverse_and_symbols_stand_where_they_say(sheet, projection):
    placed = placed_on(replace(sheet, projection=projection))
    for lon, lat in ((119.0, 39.6), (119.77, 40.0), (118.7, 40.5)):
        back = placed.map.page_to_lonlat(*placed.map.lonlat_to_page(lon, lat))
        assert back == pytest.approx((lon, lat), abs=1e-9)
    symbols = placed.of_kind("symbol")
    assert len(symbols) > 30
    for item in symbols:
        point = sheet.features.geometries[item.row]
        assert item.lonlat == (point.x, point.y)
        assert item.text == sheet.features.type_keys[item.row]
        x, y = placed.map.lonlat_to_page(*item.lonlat)
        assert (rect(item).center().x(), rect(item).center().y()) == pytest.approx((x, y), abs=1e-6)
    assert len(placed.of_kind("anchor_symbol")) > 5
    assert not placed_on(replace(sheet, anchor_symbols=False)).of_kind("anchor_symbol")


def test_symbols_are_really_painted_at_their_places(mixed_table):
    point_rows = np.nonzero(shapely.get_type_id(mixed_table.geometries) == 0)[0][:6]
    content = SheetContent(title="图", features=mixed_table.take(point_rows), names=False)
    blank = SheetContent(title="图", features=empty_table(), legend=sheet_legend(content))
    with_signs, placed = sheet_image(content, PageSize.A4_LANDSCAPE, 100)
    without, _placed = sheet_image(blank, PageSize.A4_LANDSCAPE, 100)
    one, other = (
        np.frombuffer(i.constBits(), np.uint8).reshape(i.height(), i.width(), 4).astype(int)
        for i in (with_signs, without)
    )
    changed = np.abs(one - other).max(axis=2) > 20
    allowed = np.zeros_like(changed)
    for item in placed.of_kind("symbol"):
        left, top, width, height = (v / 25.4 * 100 for v in item.box)
        spot = np.s_[
            int(top) - 1 : int(top + height * 1.3) + 2, int(left) - 1 : int(left + width * 1.3) + 2
        ]
        assert changed[spot].mean() > 0.2
        allowed[spot] = True
    assert not (changed & ~allowed).any()


def test_the_printed_scale_is_the_scale_of_the_map(sheet):
    placed = placed_on(sheet)
    assert placed.of_kind("scale")[0].text == scale_text(placed.map.scale)
    # Two places 0.1° apart on the middle parallel, measured on paper and on the ellipsoid.
    lon, lat = placed.map.viewport.centre
    x1, y1 = placed.map.lonlat_to_page(lon - 0.05, lat)
    x2, y2 = placed.map.lonlat_to_page(lon + 0.05, lat)
    on_paper = np.hypot(x2 - x1, y2 - y1) / 1000
    on_ground = Geod(ellps="GRS80").inv(lon - 0.05, lat, lon + 0.05, lat)[2]
    assert on_ground / on_paper == pytest.approx(placed.map.scale, rel=2e-3)


def test_no_sea_and_no_neighbour_is_named_on_a_map_that_shows_neither(sheet, sheet_font):
    """A sheet of a township inland; the name of its county moves in, those beyond stay out."""
    placed = placed_on(replace(sheet, extent=(119.49, 40.09, 119.61, 40.17)))
    assert {item.text for item in placed.of_kind("division_name")} <= {
        "海港区",
        "青龙满族自治县",
        "抚宁区",
    }


def test_the_whole_extent_is_inside_the_frame(sheet):
    extent = (119.4, 39.85, 119.7, 40.05)
    placed = placed_on(replace(sheet, extent=extent))
    frame = QRectF(*placed.map.frame)
    for lon in (extent[0], extent[2]):
        for lat in (extent[1], extent[3]):
            x, y = placed.map.lonlat_to_page(lon, lat)
            assert frame.contains(x, y)


@given(st.floats(1_000, 5e7))
def test_scales_are_round_and_never_closer(denominator):
    scale = round_scale(denominator)
    assert denominator * (1 - 1e-9) <= scale <= denominator * 1.251
    digits = f"{scale:.0f}".rstrip("0")
    assert len(digits) <= 2


def test_a_draft_says_so_across_the_map(sheet):
    plain, _placed = sheet_image(sheet, PageSize.A4_PORTRAIT, 40)
    draft, placed = sheet_image(replace(sheet, watermark="送审样图"), PageSize.A4_PORTRAIT, 40)
    assert placed.of_kind("watermark")[0].text == "送审样图"
    assert plain != draft


@given(st.text(alphabet="泥石流，。（）风险 abc12.5km\n", max_size=120), st.floats(200, 4000))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    lines = wrap(text, width, 100)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        # A character that must not begin a line may take one neighbour along past the edge.
        assert text_width(line, 100) <= max(width, 300) + 1


def test_punctuation_does_not_begin_a_line():
    text = "本图为示意图，位置经综合处理。" * 6
    for width in range(400, 1500, 50):
        assert not any(line[0] in "，。" for line in wrap(text, width, 100))


def test_without_the_shipped_font_the_program_says_so(monkeypatch, qapp):
    fonts.sheet_font_family.cache_clear()
    monkeypatch.setattr(fonts, "SHEET_FAMILY", "No Such Family")
    try:
        assert not fonts.sheet_font_family()[1]
        assert "无法按文字检索" in fonts.missing_font_notice()
    finally:
        monkeypatch.undo()
        fonts.sheet_font_family.cache_clear()
    assert isinstance(fonts.missing_font_notice(), str)


def test_paint_sheet_restores_the_painter(sheet, qapp):
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = painter.transform()
    paint_sheet(painter, sheet, PageSize.A4_LANDSCAPE, 30)
    assert painter.transform() == before
    painter.end()
