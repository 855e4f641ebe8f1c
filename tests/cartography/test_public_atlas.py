"""The atlas: what is printed is what was asked for, page by page, as an independent reader sees it."""

from __future__ import annotations

import random
import re
import subprocess
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from defusedxml import ElementTree
from pypdf import PdfReader
from shapely import LineString, Point, Polygon

from qhd_riskmap.cartography.page_book import Book, book_pages, export_book
from qhd_riskmap.cartography.page_list import SheetList, list_pages
from qhd_riskmap.cartography.page_model import PageSize, SheetContent
from qhd_riskmap.cartography.public_atlas import atlas_book, write_atlas
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import empty_table
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import redact
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.sheet_design import AtlasUnit, design_of
from qhd_riskmap.domain.taxonomy import taxonomy

PLACE = Provenance(
    original_text="x", declared_reference="cgcs2000", method=LocationMethod.TYPED,
    accuracy=AccuracyClass.UNKNOWN,
)  # fmt: skip
LETTERS = "北山沟滑坡泥石流大桥水库东西营子村第一二三号河道森林青龙石门ABC12-（）"


def random_register(chance, count):
    """Hazards of all types all over the city, with names that fit a cell and names that do not."""
    west, south, east, north = boundaries().city.bounds
    kinds = taxonomy().types
    hazards = []
    while len(hazards) < count:
        lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        county = boundaries().county_at(lon, lat)
        if county is None:
            continue
        shape = [
            Point(lon, lat),
            LineString([(lon, lat), (lon + 0.01, lat + 0.004)]),
            Polygon([(lon, lat), (lon + 0.008, lat), (lon + 0.004, lat + 0.006)]),
        ][chance.randrange(3)]
        length = chance.choice([3, 6, 10, 40])
        hazards.append(
            Hazard(
                id=UUID(int=chance.getrandbits(128)),
                name="".join(chance.choices(LETTERS, k=length)),
                type_key=chance.choice(kinds).key,
                geometry=shape,
                provenance=PLACE,
                county=county,
                township=chance.choice(["祖山镇", "木头凳镇", "", "大新寨镇"]),
                unit="".join(chance.choices(LETTERS, k=chance.choice([0, 5, 25]))),
                level=chance.choice([*RiskLevel, None]),
            )
        )
    return hazards


def publish(hazards, county=None, townships=()):
    return redact(hazards, rules=release_rules(), areas=public_areas(townships), county=county)


def edition_for(design, county=None):
    return Edition(
        title="秦皇岛市突发事件风险隐患分布图", unit="秦皇岛市应急管理局", publisher="市政府",
        source="各部门", data_date=date(2026, 10, 31), approval_no="冀S(2026)012号", draft=False,
        county=county, sheet=design,
    )  # fmt: skip


# -- an independent reader ------------------------------------------------------------------------------


def words_by_page(path):
    """Words of every page as poppler places them: (x, y, text)."""
    done = subprocess.run(
        ["pdftotext", "-bbox", "-enc", "UTF-8", path, "-"], check=True, capture_output=True
    )
    root = ElementTree.fromstring(done.stdout)
    name = "{http://www.w3.org/1999/xhtml}"
    return [
        [
            (float(word.get("xMin")), float(word.get("yMin")), word.text or "")
            for word in page.iter(f"{name}word")
        ]
        for page in root.iter(f"{name}page")
    ]


def columns_printed(path, heads):
    """Everything printed under each head, over all pages that have these heads, from top to bottom."""
    texts = [""] * len(heads)
    for words in words_by_page(path):
        line = [word for word in words if word[2] in heads]
        tops = {top for _x, top, text in line if text == heads[1]}
        if not tops or {text for _x, _y, text in line} != set(heads):
            continue
        head_y = min(tops)
        edges = [
            min(x for x, y, text in line if text == head and abs(y - head_y) < 1) for head in heads
        ]
        edges.append(1e9)
        foot = max(y for _x, y, _text in words)
        body = [w for w in words if head_y + 3 < w[1] < foot - 3]
        for index in range(len(heads)):
            mine = [w for w in body if edges[index] - 1 <= w[0] < edges[index + 1] - 1]
            texts[index] += "".join(
                text for _x, _y, text in sorted(mine, key=lambda w: (w[1], w[0]))
            )
    return ["".join(text.split()) for text in texts]


def columns_wanted(lists, heads):
    rows = [("",) * len(heads), *(row for each in lists for row in each.rows)]
    return ["".join("".join(column).split()) for column in zip(*rows, strict=True)]


def lists_of(book):
    return [part for part in book.parts([7] * book.count) if isinstance(part, SheetList)]


def assert_printed(public, edition, path):
    """What poppler reads under each head is what the public content has, in order, nothing else."""
    write_atlas(public, edition, path)
    lists = lists_of(atlas_book(public, edition))
    heads = ("序", "名称", "县区", "隐患类型", "乡镇", "风险等级", "防范责任单位", "避险提示")
    printed = columns_printed(path, heads)
    assert printed == columns_wanted([each for each in lists if each.heads == heads], heads)
    # The lists themselves hold every record and every number once.
    names = sorted(row[1] for each in lists if each.heads == heads for row in each.rows)
    assert names == sorted(hazard.label for hazard in public.hazards)
    counted = [row for each in lists if each.heads[-1] == "数量（处）" for row in each.rows]
    assert [int(row[3]) for row in counted] == [count.n for count in public.counts]


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(20))
def test_printed_rows_are_the_queried_rows(tmp_path, soak, batch):
    if not soak and batch:
        pytest.skip("full count under QHD_RISKMAP_SOAK=1")
    for seed in range(10 * batch, 10 * batch + (10 if soak else 6)):
        chance = random.Random(seed)
        county = chance.choice([None, "130321", "130324"])
        public = publish(random_register(chance, chance.choice([0, 5, 60, 150])), county)
        design = design_of(
            "general", unit=chance.choice(list(AtlasUnit)), paper=chance.choice(["A4", "A3"]),
            landscape=chance.random() < 0.6,
        )  # fmt: skip
        assert_printed(public, edition_for(design, county), tmp_path / f"{seed}.pdf")


def test_townships_have_sheets_of_their_own_and_what_lies_in_none_is_not_lost(tmp_path):
    chance = random.Random(4)
    box = boundaries().counties["130321"].bounds
    town = TownshipOutline(name="祖山镇", geometry=Point(119.2, 40.4).buffer(0.2))
    hazards = [h for h in random_register(chance, 200) if h.county == "130321"]
    public = publish(hazards, "130321", [town])
    assert {h.township for h in public.hazards} == {"祖山镇", ""}
    design = design_of("general", unit=AtlasUnit.TOWNSHIP)
    book = atlas_book(public, edition_for(design, "130321"))
    titles = [part.title for part in book.parts([1] * book.count)]
    assert any(title.endswith("祖山镇（青龙满族自治县）") for title in titles)
    assert any("未注明乡镇" in title for title in titles)
    assert box[0] < 119.2 < box[2]
    assert_printed(public, edition_for(design, "130321"), tmp_path / "a.pdf")


# -- pages --------------------------------------------------------------------------------------------------


def test_an_atlas_has_an_index_and_true_page_numbers(tmp_path):
    public = publish(random_register(random.Random(1), 120))
    edition = edition_for(design_of("general"))
    path = tmp_path / "图集.pdf"
    write_atlas(public, edition, path)
    reader = PdfReader(path)
    assert reader.metadata.title == "秦皇岛市突发事件风险隐患分布图（图集）"
    assert reader.root_object["/Lang"] == "zh-CN"
    pages = ["".join(page.extract_text().split()) for page in reader.pages]
    count = len(pages)
    assert all(f"第{n}页共{count}页" in text for n, text in enumerate(pages, start=1))
    assert "索引" in pages[0]
    for number in range(1, 8):
        assert f"图{number}" in pages[0]
    for number, region in enumerate(regions().current(), start=1):
        row = re.search(rf"图{number}{region.name}(\d+)", pages[1])
        assert row, region.name
        found = [
            n
            for n, text in enumerate(pages, 1)
            if f"分布图：{region.name}图例" in text or f"分布图：{region.name}" in text
        ]
        assert row.group(1).endswith(str(found[0]))
    done = subprocess.run(["pdfinfo", path], check=True, capture_output=True)
    assert f"Pages:           {count}" in done.stdout.decode()
    assert done.stderr == b""


def test_every_page_of_a_draft_says_so(tmp_path):
    public = publish(random_register(random.Random(5), 30), "130321")
    edition = replace(edition_for(design_of("general"), "130321"), draft=True, approval_no="")
    path = tmp_path / "样图.pdf"
    write_atlas(public, edition, path)
    for page in PdfReader(path).pages:
        # Once across the page and once in the line at its foot.
        assert "".join(page.extract_text().split()).count("送审样图") >= 2


def test_an_atlas_is_the_same_bytes_every_time(tmp_path):
    public = publish(random_register(random.Random(2), 40))
    edition = edition_for(design_of("general", unit=AtlasUnit.TYPE, paper="A4"))
    for name in ("a.pdf", "b.pdf"):
        write_atlas(public, edition, tmp_path / name)
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_every_sheet_of_a_book_says_where_its_map_is(tmp_path):
    public = publish(random_register(random.Random(3), 60), "130321")
    book = atlas_book(public, edition_for(design_of("general"), "130321"))
    placed = export_book(book, tmp_path / "a.pdf", date(2026, 1, 1))
    assert len(placed) == len(book_pages(book))
    assert [each is not None for each in placed[:3]] == [True, False, True]
    x, y = placed[2].map.lonlat_to_page(118.95, 40.4)
    assert placed[2].ground(x, y) == pytest.approx((118.95, 40.4))


# -- lists --------------------------------------------------------------------------------------------------


def listing(rows, **more):
    return SheetList(
        title="清单", heads=("序", "名称"), weights=(1, 6), rows=tuple(rows), **more
    )  # fmt: skip


def test_a_list_without_rows_has_one_page_and_a_long_one_many():
    assert [page.count for page in list_pages(listing([]), PageSize.A4_PORTRAIT)] == [1]
    pages = list_pages(listing((str(n), "名") for n in range(500)), PageSize.A4_PORTRAIT)
    assert len(pages) > 5
    assert sum(len(page.rows) for page in pages) == 500
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))


def test_a_row_higher_than_a_page_goes_on_and_loses_nothing(tmp_path):
    text = "".join(f"第{n}句话。" for n in range(1500))
    rows = [("1", "短"), ("2", text), ("3", "尾")]
    book = Book(
        title="长", page=PageSize.A4_LANDSCAPE, count=2,
        parts=lambda _pages: [listing(rows, note="说明"), SheetContent(title="图", features=empty_table())],
    )  # fmt: skip
    path = tmp_path / "a.pdf"
    export_book(book, path, date(2026, 1, 1))
    assert len(PdfReader(path).pages) > 2
    assert columns_printed(path, ("序", "名称"))[1] == f"短{text}尾"


def test_the_title_of_a_list_wraps():
    long = replace(listing([("1", "名")]), title="很长的标题" * 30)
    assert len(list_pages(long, PageSize.A4_PORTRAIT)) == 1
