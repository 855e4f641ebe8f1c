"""What a reader gets: searchable words, readable files, honest tables."""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
import xml.etree.ElementTree as ET
import zipfile

import pypdf
from openpyxl import load_workbook
from PIL import Image

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import ReleaseClass, taxonomy
from qhd_riskmap.services.release_order import ProductFormat

WORDS = [
    "图例", "比例尺", "说明", "编制单位", "发布单位", "数据来源", "资料截止", "审图号", "冀S(2026)012号",
    "2026年10月31日", "秦皇岛市风险隐患分布图", "秦皇岛市应急管理局", "本图界线不作为划界依据",
    "重大风险", "较大风险", "一般风险", "低风险", "海港区", "山海关区", "北戴河区", "抚宁区",
    "青龙满族自治县", "昌黎县", "卢龙县", "唐山市", "葫芦岛市", "渤海",
    *[kind.label for kind in taxonomy().types if kind.release_class is not ReleaseClass.NEVER],
]  # fmt: skip


def test_the_sheet_is_searchable_word_for_word(released, pdftotext):
    text = pdftotext(released[ProductFormat.PDF])
    squeezed = re.sub(r"\s", "", text)
    assert len(WORDS) >= 40
    assert [word for word in WORDS if word not in squeezed] == []
    assert [hex(ord(c)) for c in text if 0x2E80 <= ord(c) <= 0x2FDF] == []


def test_every_product_that_draws_the_coast_credits_its_source(released, pdftotext):
    credit = "海岸线数据©OpenStreetMap贡献者（ODbL）"
    assert credit in re.sub(r"\s", "", pdftotext(released[ProductFormat.PDF]))
    root = ET.fromstring(released[ProductFormat.SVG].read_bytes())  # noqa: S314 - our own file
    assert credit in re.sub(r"\s", "", "".join(root.itertext()))
    assert credit in re.sub(r"\s", "", released[ProductFormat.HTML].read_text(encoding="utf-8"))


def test_the_sheet_names_neither_what_is_never_public_nor_who_made_it(released, pdftotext):
    text = pdftotext(released[ProductFormat.PDF])
    assert "恐怖" not in text
    assert "爆炸" not in text
    reader = pypdf.PdfReader(released[ProductFormat.PDF])
    metadata = {key: str(value).strip() for key, value in (reader.metadata or {}).items()}
    assert metadata.pop("/Title") == "秦皇岛市风险隐患分布图"
    assert "2026103" in metadata.pop("/CreationDate").replace("-", "")
    assert "20261031" in metadata.pop("/ModDate", "20261031")
    assert set(metadata.values()) <= {"", "/False"}
    assert reader.attachments == {}


def test_a_draft_carries_its_mark_on_every_sheet(county, tmp_path, pdftotext):
    order = county.order(
        formats=(ProductFormat.PDF, ProductFormat.SVG, ProductFormat.HTML),
        draft=True, out_dir=tmp_path / "送审",
    )  # fmt: skip
    files = {path.suffix: path for path in county.service.release(order).files}
    assert "送审样图" in pdftotext(files[".pdf"]).replace("\n", "")
    assert "冀S" not in pdftotext(files[".pdf"])
    for suffix in (".svg", ".html"):
        assert "送审样图" in files[suffix].read_text(encoding="utf-8")


def test_the_picture_is_three_hundred_dots_per_inch_and_says_nothing_else(released):
    with Image.open(released[ProductFormat.PNG]) as image:
        assert image.size == (4961, 3508)
        assert set(image.info) <= {"dpi", "srgb", "gamma"}
        assert round(image.info["dpi"][0]) == 300


def test_the_svg_is_well_formed_and_holds_text(released):
    root = ET.fromstring(released[ProductFormat.SVG].read_bytes())  # noqa: S314 - our own file
    words = "".join(root.itertext())
    assert "青龙满族自治县" in words
    assert not [e for e in root.iter() if e.tag.endswith(("script", "metadata", "image", "desc"))]


def test_other_programs_read_the_geojson(released):
    path = released[ProductFormat.GEOJSON]
    done = subprocess.run(["ogrinfo", "-so", "-al", str(path)], check=True, capture_output=True)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert f"Feature Count: {len(document['features'])}" in done.stdout.decode()
    assert set(document["features"][0]["properties"]) == {
        "name", "type", "type_name", "sub_kind", "level", "level_name", "county", "county_name",
        "township", "unit", "advice", "cell_m",
    }  # fmt: skip
    ids = [feature["id"] for feature in document["features"]]
    assert len(ids) == len(set(ids))


def test_the_table_adds_up_to_what_the_other_products_show(released):
    document = json.loads(released[ProductFormat.GEOJSON].read_text(encoding="utf-8"))
    book = load_workbook(released[ProductFormat.XLSX])
    assert book.sheetnames == ["数量统计", "公开清单", "说明"]
    rows = list(book["数量统计"].iter_rows(min_row=4, values_only=True))
    total, shown = rows[-1], [row for row in rows[:-1] if row[8] == "上图"]
    counted = [row for row in rows[:-1] if row[8] == "只公布数量"]
    assert sum(row[7] for row in shown) == len(document["features"])
    assert sum(row[7] for row in counted) == sum(c["count"] for c in document["counts"])
    assert total[7] == sum(row[7] for row in rows[:-1])
    assert [c.value for c in book["数量统计"][3]][2:6] == [level.label for level in RiskLevel]
    assert {row[0] for row in shown} <= {region.name for region in regions().current()}
    assert book["公开清单"].max_row == len(document["features"]) + 1
    book.close()


def test_the_workbook_tells_neither_author_nor_time(released):
    with zipfile.ZipFile(released[ProductFormat.XLSX]) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
        assert "openpyxl" not in core
        assert "20" not in re.sub(r"http://[^\"]+", "", core)


def test_a_county_sheet_shows_its_county_only(county, tmp_path):
    order = county.order(county="130321", out_dir=tmp_path / "青龙", approval_no="冀S(2026)077号")
    path = county.service.release(order).files[0]
    document = json.loads(path.read_text(encoding="utf-8"))
    assert {f["properties"]["county"] for f in document["features"]} == {"130321"}
    assert {c["area_code"] for c in document["counts"]} == {"130321"}


def test_no_product_holds_an_invisible_or_private_character(released):
    for product in (ProductFormat.SVG, ProductFormat.GEOJSON):
        text = released[product].read_text(encoding="utf-8")
        assert not [c for c in text if unicodedata.category(c) in {"Cf", "Co", "Cs"}]
