"""The parts a sheet may have: small map, grid names, table, logo; each in its place and true."""

from __future__ import annotations

import io
import re
import struct
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from PIL import Image, ImageDraw
from PySide6.QtCore import QRectF

from qhd_riskmap.cartography.page_export import export_jpeg, export_pdf, run_export, sheet_image
from qhd_riskmap.cartography.page_grid import grid_lines
from qhd_riskmap.cartography.page_model import ExportJob, PageSize, SheetContent, SheetTable
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import empty_table
from qhd_riskmap.errors import InvalidInputError

FURNITURE = (
    "title", "subtitle", "logo", "neatline", "legend_entry", "scale", "north", "overview",
    "table_row", "notes", "imprint", "approval", "disclaimer", "grid_label",
)  # fmt: skip
TABLE = SheetTable(
    caption="数量统计（处）",
    heads=("县区", "重大", "较大", "一般", "低", "合计"),
    rows=(("青龙满族自治县", "1", "2", "3", "4", "10"), ("合计", "1", "2", "3", "4", "10")),
)


def picture(width=300, height=200, kind="PNG"):
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).ellipse((4, 4, width - 4, height - 4), fill="#1d5b4f")
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


@pytest.fixture
def full(sheet):
    return replace(
        sheet, margin_grid=True, overview=True, overview_of="130321", table=TABLE, logo=picture(),
    )  # fmt: skip


def placed_on(content, page=PageSize.A3_LANDSCAPE):
    return sheet_image(content, page, 40)[1]


def rect(item):
    return QRectF(*item.box)


@pytest.mark.parametrize("page", list(PageSize))
def test_a_sheet_with_every_part_is_clean_on_every_paper(full, page, sheet_font):
    placed = placed_on(full, page)
    paper = QRectF(0, 0, *page.millimetres)
    parts = [item for item in placed.items if item.kind in FURNITURE]
    assert all(paper.contains(rect(item)) for item in parts)
    for a, b in combinations(parts, 2):
        shared = rect(a).intersected(rect(b))
        assert not (shared.width() > 0.02 and shared.height() > 0.02), (a, b)
    for kind in ("logo", "overview", "table", "north"):
        assert len(placed.of_kind(kind)) == 1, kind
    assert [item.text.split("\t") for item in placed.of_kind("table_row")] == [
        list(row) for row in TABLE.rows
    ]


def test_a_logo_takes_room_from_the_title_on_both_sides(full):
    long = replace(full, title="秦皇岛市地质灾害泥石流风险隐患分布图" * 2, logo=picture(900, 200))
    placed = placed_on(long)
    left, _top, width, height = placed.of_kind("logo")[0].box
    assert width / height == pytest.approx(4.5, rel=0.01)
    title = rect(placed.of_kind("title")[0])
    assert left + width < title.left()
    assert title.center().x() == pytest.approx(210, abs=0.01)


def test_what_is_no_picture_is_no_logo(full):
    with pytest.raises(InvalidInputError, match="标志图片"):
        placed_on(replace(full, logo=b"GIF89a"))


@pytest.mark.parametrize("county", [None, "130321", "130303"])
def test_the_small_map_has_a_transform_of_its_own(full, county):
    content = replace(full, overview_of=county)
    placed = placed_on(content)
    (inset,) = placed.insets
    assert inset.frame == placed.of_kind("overview")[0].box
    for lon, lat in ((118.95, 40.4), (119.5, 39.95)):
        x, y = inset.lonlat_to_page(lon, lat)
        assert rect(placed.of_kind("overview")[0]).contains(x, y)
        assert placed.ground(x, y) == pytest.approx((lon, lat), abs=1e-9)
        x, y = placed.map.lonlat_to_page(lon, lat)
        assert placed.ground(x, y) == pytest.approx((lon, lat), abs=1e-9)
    assert placed.ground(1.0, 1.0) is None


@pytest.mark.parametrize("county", [None, "130321", "130322"])
def test_the_small_map_holds_the_whole_edge_of_the_sheets_map(full, county):
    """The edge's corners, and no name written over it."""
    extent = None if county is None else boundaries().counties[county].bounds
    placed = placed_on(replace(full, overview_of=county, extent=extent))
    (inset,) = placed.insets
    frame = rect(placed.of_kind("overview")[0])
    left, top, width, height = placed.map.frame
    for x, y in (
        (left, top),
        (left + width, top),
        (left, top + height),
        (left + width, top + height),
    ):
        assert frame.contains(*inset.lonlat_to_page(*placed.map.page_to_lonlat(x, y)))


def test_no_name_of_the_small_map_breaks_the_edge(full, sheet_font):
    page, dpi = PageSize.A3_LANDSCAPE, 200
    image, placed = sheet_image(full, page, dpi)
    (inset,) = placed.insets
    left, top, width, height = placed.map.frame
    for share in np.linspace(0.02, 0.98, 80):
        for x, y in ((left + share * width, top), (left + share * width, top + height)):
            at = inset.lonlat_to_page(*placed.map.page_to_lonlat(x, y))
            column, row = (round(value / 25.4 * dpi) for value in at)
            darkest = min(image.pixelColor(column, row + step).red() for step in (-1, 0, 1))
            assert darkest < 0x60, share  # the edge's green, not the pale halo of a name


def test_the_small_map_shows_hebei_only_and_stays_in_its_box(full, tmp_path):
    placed = export_pdf(full, tmp_path / "a.pdf")
    with_map, without = (
        sheet_image(content, PageSize.A3_LANDSCAPE, 60)[0] for content in (full, replace(full, overview=False))
    )  # fmt: skip
    assert with_map.size() == without.size()
    beyond = boundaries().neighbours["葫芦岛市"]
    (inset,) = placed.insets
    inside = shapely.clip_by_rect(beyond, *boundaries().city.bounds)
    point = inside.representative_point()
    x, y = inset.lonlat_to_page(point.x, point.y)
    pixel = with_map.pixelColor(round(x / 25.4 * 60), round(y / 25.4 * 60)).name()
    assert pixel == "#ffffff"  # nothing is drawn of another province


@pytest.mark.parametrize(
    "extent", [None, (119.4, 39.8, 119.6, 40.0), (119.50, 39.90, 119.505, 39.905)]
)
def test_grid_names_are_never_finer_than_a_minute_and_stand_where_they_say(full, extent):
    placed = placed_on(replace(full, extent=extent))
    names = placed.of_kind("grid_label")
    assert all("″" not in item.text for item in names)
    if extent is not None and extent[2] - extent[0] < 0.01:
        return  # perhaps no whole minute crosses so small a map
    assert len({item.text for item in names}) >= 4
    for item in names:
        degrees, minutes = re.fullmatch(r"(\d+)°(?:(\d+)′)?[EN]", item.text).groups()
        value = int(degrees) + int(minutes or 0) / 60
        left, top, width, height = item.box
        frame = QRectF(*placed.map.frame)
        x = min(max(left + width / 2, frame.left()), frame.right())
        y = min(max(top + height / 2, frame.top()), frame.bottom())
        lon, lat = placed.map.page_to_lonlat(x, y)
        assert (lon if item.text.endswith("E") else lat) == pytest.approx(value, abs=2e-3)


def test_grid_lines_follow_the_projection(full):
    placed = placed_on(full)
    for line in grid_lines(placed.map.viewport):
        lon, lat = placed.map.viewport.to_lonlat(line.xy[:, 0], line.xy[:, 1])
        along = lon if line.east else lat
        assert np.ptp(along) < 1e-9


def test_parts_that_are_left_out_are_not_there(sheet):
    placed = placed_on(replace(sheet, north=False))
    for kind in ("north", "logo", "overview", "table", "grid_label"):
        assert placed.of_kind(kind) == ()
    assert placed.insets == ()
    assert placed_on(replace(sheet, table=replace(TABLE, rows=()))).of_kind("table") == ()


def test_a_sheet_of_nothing_but_parts_is_drawn(sheet_font):
    content = SheetContent(title="空图", features=empty_table(), overview=True, margin_grid=True)
    assert len(placed_on(content, PageSize.A4_PORTRAIT).insets) == 1


def test_long_words_in_a_table_wrap_and_are_not_cut(full):
    wide = replace(TABLE, heads=("县区", *["很长的列名字"] * 5))
    narrow = placed_on(replace(full, table=wide), PageSize.A4_PORTRAIT)
    assert len(narrow.of_kind("table_row")) == 2


def test_a_jpeg_holds_the_picture_and_its_resolution_only(full, tmp_path):
    path = tmp_path / "图.jpg"
    export_jpeg(full, path, 60, PageSize.A4_LANDSCAPE)
    data = path.read_bytes()
    segments, position = [], 2
    while data[position + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, position + 2)
        segments.append(data[position + 1])
        position += 2 + length
    assert not {0xE1, 0xFE} & set(segments)  # no EXIF, no comment
    with Image.open(path) as image:
        assert image.info["dpi"] == pytest.approx((60, 60), abs=1)
        assert image.size == (702, 496)
        assert not image.getexif()
    job = ExportJob(content=full, path=str(tmp_path / "b.jpg"), format="jpg", dpi=60, page=PageSize.A4_LANDSCAPE)  # fmt: skip
    run_export(job)
    assert (tmp_path / "b.jpg").read_bytes() == data
