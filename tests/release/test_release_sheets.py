"""Designed sheets through the gate: kept, narrowed, judged, made again, and looked at on every page."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import re
import subprocess
import sys
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from pypdf import PdfReader
from release_county import PLACES
from test_release_gate import hazard

from qhd_riskmap.cartography import public_atlas, public_sheet
from qhd_riskmap.cartography.legend import sign_label
from qhd_riskmap.cartography.page_export import sheet_image
from qhd_riskmap.cartography.page_layout import sheet_legend
from qhd_riskmap.cartography.public_atlas import atlas_grounds, write_atlas
from qhd_riskmap.cartography.public_sheet import sheet_content, sheet_page, write_jpeg, write_pdf
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_areas import public_areas
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.public_selection import selected
from qhd_riskmap.domain.redaction import redact, thawed
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.sheet_design import SheetElement, design_of
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError, ReleaseBlockedError
from qhd_riskmap.formats.logo_picture import logo_of
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.services.release_order import ProductFormat, format_of
from qhd_riskmap.services.release_products import edition_of_record

ROOT = Path(__file__).resolve().parents[2]


def logo():
    out = io.BytesIO()
    Image.new("RGB", (120, 80), "#1d5b4f").save(out, "PNG")
    return logo_of(out.getvalue(), "a.png")


def some_hazards():
    hazards = []
    for county, (lon, lat) in PLACES.items():
        for step, key in enumerate(("geological", "forest_fire", "flood")):
            hazards.append(
                hazard(
                    key, at=(lon + 0.011 * step, lat + 0.007 * step), county=county,
                    name=f"公名{county}{step}隐患", level=list(RiskLevel)[step], township="示范镇",
                )
            )  # fmt: skip
        hazards += [
            hazard(
                "ammonia_storage", at=(lon + 0.002 * n, lat), county=county, name=f"秘库{county}{n}"
            )
            for n in range(4)
        ]
    return hazards


@pytest.fixture
def filled(office):
    office.add(some_hazards())
    return office


def files_of(outcome):
    return {format_of(path.name): path for path in outcome.files}


# -- designs ------------------------------------------------------------------------------------------


def test_a_designed_release_is_made_again_bit_for_bit(filled):
    design = design_of(
        "general", paper="A4", logo=logo(), subtitle="第四季度", notes=("请以现场公告为准",)
    )
    formats = (ProductFormat.PDF, ProductFormat.ATLAS, ProductFormat.SVG, ProductFormat.JPG)
    outcome = filled.service.release(filled.order(formats=formats, sheet=design))
    number = outcome.register_entry["number"]
    again = filled.service.remake(number, filled.folder / "再制")
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in outcome.files]
    text = "".join(PdfReader(files_of(outcome)[ProductFormat.PDF]).pages[0].extract_text().split())
    assert "第四季度" in text
    assert "请以现场公告为准。" in text or "请以现场公告为准" in text
    entry = json.loads(outcome.control_files[0].read_text(encoding="utf-8"))
    assert entry["definition"]["sheet"]["logo"].startswith("sha256:")


def test_a_release_without_a_design_has_the_general_one(filled):
    filled.service.release(filled.order())
    (record,) = filled.service.past()
    assert record.definition["sheet"]["template"] == "general"
    assert edition_of_record(record).sheet == design_of("general")


def test_releases_of_earlier_versions_have_the_plain_sheet(filled):
    filled.service.release(filled.order())
    (record,) = filled.service.past()
    old = {key: value for key, value in record.definition.items() if key != "sheet"}
    assert edition_of_record(replace(record, definition=old)).sheet.template == "plain"


def test_a_type_sheet_publishes_its_types_in_every_product(filled):
    design = design_of("type", type_keys=("forest_fire",))
    formats = (ProductFormat.PDF, ProductFormat.GEOJSON)
    made = files_of(filled.service.release(filled.order(formats=formats, sheet=design)))
    document = json.loads(made[ProductFormat.GEOJSON].read_text(encoding="utf-8"))
    assert {f["properties"]["type"] for f in document["features"]} == {"forest_fire"}
    text = "".join(PdfReader(made[ProductFormat.PDF]).pages[0].extract_text().split())
    assert "公名1303021隐患" in text
    assert "公名1303020隐患" not in text
    assert "液氨" not in text
    assert "其他类型见总图" in text
    (record,) = filled.service.past()
    assert len(record.revealed["positions"]) == len(PLACES)


def test_another_choice_of_types_needs_another_approval(filled):
    filled.service.release(filled.order())
    design = design_of("type", type_keys=("forest_fire",))
    with pytest.raises(ReleaseBlockedError) as refused:
        filled.service.release(filled.order(sheet=design))
    assert "PM02" in {rule for rule, _message in refused.value.findings}


def test_a_township_sheet_needs_its_county_and_something_to_show(filled):
    design = design_of("township", township="示范镇", paper="A4")
    with pytest.raises(InvalidInputError, match="所在县区"):
        filled.service.preflight(filled.order(sheet=design))
    with pytest.raises(InvalidInputError, match="画不出乡镇图"):
        filled.service.preflight(
            filled.order(sheet=replace(design, township="无此镇"), county="130321")
        )
    order = filled.order(sheet=design, county="130321", formats=(ProductFormat.PDF,))
    filled.service.release(order)
    (record,) = filled.service.past()
    west, south, east, north = record.definition["sheet"]["extent"]
    lon, lat = PLACES["130321"]
    assert west < lon < east < west + 0.3
    assert south < lat < north < south + 0.3


def test_an_unknown_type_is_refused(filled):
    with pytest.raises(InvalidInputError, match="没有这个隐患类型"):
        filled.service.preflight(filled.order(sheet=design_of("type", type_keys=("dragons",))))


@pytest.mark.parametrize("where", ["subtitle", "notes"])
@pytest.mark.parametrize("text", ["值班电话 13855501234", "水库库容 300 万方", "秘库1303020"])
def test_the_texts_of_a_design_are_judged_like_all_others(filled, where, text):
    design = replace(design_of("general"), **{where: text if where == "subtitle" else (text,)})
    findings = filled.service.preflight(filled.order(sheet=design))
    assert any(f.blocks and ("副标题" in f.message or "补充说明" in f.message) for f in findings)


# -- looked at on every page -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def designed(county, released):
    """The record of the release with every product, and its public content."""
    record = next(r for r in county.service.past() if len(r.products) == len(ProductFormat))
    with county.register.unit_of_work() as work:
        public = thawed(work.releases.content(record.number))
    return record, public


def square_on_page(data, page, at, height_mm):
    """A small square in a page's own content stream."""
    x, y = at[0] * 72 / 25.4, (height_mm - at[1]) * 72 / 25.4
    number = PdfReader(io.BytesIO(data)).pages[page].raw_get("/Contents").idnum
    start = re.search(rb"(?m)^%d 0 obj" % number, data).start()
    match = re.compile(rb"stream\r?\n").search(data, start)
    packed = zlib.decompressobj()
    content = packed.decompress(data[match.end() :])
    extra = f"\nq 1 0 0 1 0 0 cm {x - 2:.3f} {y - 2:.3f} 4 4 re f Q\n".encode()
    # In place of the old stream: the checker reads what is left behind a stream, too.
    return data[: match.end()] + zlib.compress(extra + content) + packed.unused_data


def test_a_symbol_at_a_true_place_is_found_on_the_page_of_an_atlas(
    county, released, designed, tmp_path
):
    record, public = designed
    path = released[ProductFormat.ATLAS]
    placed = atlas_grounds(public, edition_of_record(record), tmp_path / "scrap.pdf")
    page = next(n for n, each in enumerate(placed) if n > 1 and each is not None)
    lon, lat = placed[page].map.viewport.centre
    secret = (lon + 0.0113, lat + 0.0127)
    at = placed[page].map.lonlat_to_page(*secret)
    leaky = tmp_path / path.name
    leaky.write_bytes(square_on_page(path.read_bytes(), page, at, 297.0))
    (leak,) = [each for each in county.service.check_files([leaky]) if each.kind == "drawing"]
    found = [float(part) for part in leak.value.split(",")]
    assert distance_m(*found, *secret) < 100
    assert leak.where.startswith(f"第 {page + 1} 页")


def test_a_symbol_on_the_small_map_is_found_and_placed(county, released, designed, tmp_path):
    record, public = designed
    edition = edition_of_record(record)
    placed = sheet_image(sheet_content(public, edition), sheet_page(edition.sheet), 30)[1]
    secret = (119.2731, 39.9117)
    at = placed.insets[0].lonlat_to_page(*secret)
    path = released[ProductFormat.PDF]
    leaky = tmp_path / path.name
    leaky.write_bytes(square_on_page(path.read_bytes(), 0, at, 297.0))
    (leak,) = [each for each in county.service.check_files([leaky]) if each.kind == "drawing"]
    found = [float(part) for part in leak.value.split(",")]
    assert distance_m(*found, *secret) < 2000  # the small map is about 1:3 million


def test_a_mark_moved_to_another_page_is_foreign(county, released, tmp_path):
    path = released[ProductFormat.ATLAS]
    data = path.read_bytes()
    pages = [PdfReader(io.BytesIO(data)).pages[n].raw_get("/Contents").idnum for n in (2, 4)]
    swapped = data
    for old, new in zip(pages, reversed(pages), strict=True):
        swapped = swapped.replace(b"/Contents %d 0 R" % old, b"/Contents @%d 0 R" % new)
    leaky = tmp_path / path.name
    leaky.write_bytes(swapped.replace(b"/Contents @", b"/Contents "))
    assert [each for each in county.service.check_files([leaky]) if each.kind == "drawing"]


def test_a_jpeg_that_was_saved_again_is_no_leak_but_one_with_a_new_mark_is(
    county, released, tmp_path
):
    path = tmp_path / released[ProductFormat.JPG].name
    with Image.open(released[ProductFormat.JPG]) as image:
        pixels = np.array(image)
        image.save(path, "JPEG", quality=95, subsampling=0)
    drawing = [each for each in county.service.check_files([path]) if each.kind == "drawing"]
    assert drawing == []
    pixels[1500:1514, 1200:1214] = (230, 0, 0)
    Image.fromarray(pixels).save(path, "JPEG", quality=95)
    assert [each for each in county.service.check_files([path]) if each.kind == "drawing"]


def test_exif_in_a_jpeg_is_hidden_content(county, released, tmp_path):
    path = tmp_path / released[ProductFormat.JPG].name
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (39.0, 59.0, 12.3)}
    with Image.open(released[ProductFormat.JPG]) as image:
        image.save(path, "JPEG", exif=exif)
    assert "hidden" in {each.kind for each in county.service.check_files([path])}


SECRET = "秘库1303020"


@pytest.mark.parametrize("product", [ProductFormat.PDF, ProductFormat.SVG, ProductFormat.ATLAS])
def test_a_protected_name_in_a_table_beside_the_map_is_found(filled, monkeypatch, product):
    proper = public_sheet.statistics_table

    def careless(public, edition):
        table = proper(public, edition)
        return replace(table, rows=((SECRET, *table.rows[0][1:]), *table.rows[1:]))

    monkeypatch.setattr(public_sheet, "statistics_table", careless)
    assert_refused(filled, product)


def test_a_protected_name_in_a_list_of_the_atlas_is_found(filled, monkeypatch):
    proper = public_atlas.hazard_list

    def careless(hazards, title):
        made = proper(hazards, title)
        number, _name, *rest = made.rows[0]
        return replace(made, rows=((number, SECRET, *rest), *made.rows[1:]))

    monkeypatch.setattr(public_atlas, "hazard_list", careless)
    assert_refused(filled, ProductFormat.ATLAS)


def test_a_protected_name_in_the_contents_of_the_atlas_is_found(filled, monkeypatch):
    proper = public_atlas._county

    def careless(public, edition, code):
        return replace(proper(public, edition, code), label=SECRET)

    monkeypatch.setattr(public_atlas, "_county", careless)
    assert_refused(filled, ProductFormat.ATLAS)


def assert_refused(filled, product):
    """The text search alone finds it: drawn twice the same way, no comparison would."""
    with pytest.raises(ReleaseBlockedError) as refused:
        filled.service.release(filled.order(formats=(product,)))
    assert any(SECRET in message for _rule, message in refused.value.findings)
    assert list(filled.order().out_dir.iterdir()) == []


def test_poppler_opens_every_pdf_without_a_word(released):
    for product in (ProductFormat.PDF, ProductFormat.ATLAS):
        for tool in ("pdfinfo", "pdftotext", "pdffonts"):
            target = ["-"] if tool == "pdftotext" else []
            done = subprocess.run(
                [tool, released[product], *target], check=True, capture_output=True
            )
            assert done.stderr == b"", (product, tool)
            if tool == "pdffonts":
                rows = done.stdout.decode().splitlines()[2:]
                assert rows
                assert all(row.split()[-5:-2] in (["yes", "no", "yes"], ["yes", "yes", "yes"]) for row in rows)  # fmt: skip


# -- the same bytes everywhere -------------------------------------------------------------------------------

_ELSEWHERE = """
import hashlib, sys
from pathlib import Path
from test_release_sheets import again
print(again(Path(sys.argv[1]), Path(sys.argv[2])))
"""


def again(content: Path, folder: Path) -> str:
    """Hashes of sheets drawn from a kept content."""
    public = thawed(content.read_bytes())
    edition = Edition(
        title="图", unit="甲", publisher="乙", source="丙", data_date=date(2026, 10, 31),
        approval_no="冀S(2026)012号", draft=False, sheet=design_of("general", paper="A4", logo=logo()),
    )  # fmt: skip
    hashes = []
    for name, write in (("a.pdf", write_pdf), ("b.pdf", write_atlas), ("c.jpg", write_jpeg)):
        write(public, edition, folder / name)
        hashes.append(hashlib.sha256((folder / name).read_bytes()).hexdigest())
    return " ".join(hashes)


def test_sheets_are_the_same_bytes_in_another_process_and_time_zone(county, designed, tmp_path):
    record, _public = designed
    with county.register.unit_of_work() as work:
        (tmp_path / "content").write_bytes(work.releases.content(record.number))
    results = []
    for zone, language in (("Asia/Shanghai", "zh_CN.UTF-8"), ("America/Anchorage", "C.UTF-8")):
        folder = tmp_path / zone.replace("/", "-")
        folder.mkdir()
        paths = os.pathsep.join([str(ROOT / "tests/release"), str(ROOT)])
        env = {**os.environ, "TZ": zone, "LANG": language, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": paths}  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", _ELSEWHERE, tmp_path / "content", folder],
            check=True, capture_output=True, env=env,
        )  # fmt: skip
        results.append(done.stdout)
    assert results[0] == results[1]


# -- legends ----------------------------------------------------------------------------------------------


def random_content(chance):
    """The sheet of a random register under a random design."""
    kinds = [kind.key for kind in taxonomy().types]
    hazards = []
    for _ in range(chance.choice([0, 3, 30, 120])):
        county, (lon, lat) = chance.choice(list(PLACES.items()))
        hazards.append(
            hazard(
                chance.choice(kinds), at=(lon + chance.uniform(-0.03, 0.03), lat + chance.uniform(-0.03, 0.03)),
                county=county, name=f"点{chance.randrange(1000)}", level=chance.choice([*RiskLevel, None]),
            )
        )  # fmt: skip
    county = chance.choice([None, *PLACES])
    public = redact(hazards, rules=release_rules(), areas=public_areas(), county=county)
    key = chance.choice(["general", "type", "notice"])
    elements = frozenset(chance.sample(list(SheetElement), 4)) | {SheetElement.NORTH}
    design = design_of(
        key, elements=elements, paper=chance.choice(["A4", "A3", "A1"]), landscape=chance.random() < 0.5,
        type_keys=tuple(chance.sample(kinds, 4)) if key == "type" else (),
    )  # fmt: skip
    shown = selected(public, design, county)
    return shown, county, design


@pytest.mark.soak
@pytest.mark.parametrize("batch", range(10))
def test_legends_hold_what_is_on_the_sheet_and_nothing_else(soak, designed, batch):
    if not soak and batch:
        pytest.skip("full count under QHD_RISKMAP_SOAK=1")
    record, _public = designed
    for seed in range(20 * batch, 20 * batch + (20 if soak else 8)):
        public, county, design = random_content(random.Random(seed))
        edition = replace(edition_of_record(record), county=county, sheet=design)
        content = sheet_content(public, edition)
        placed = sheet_image(content, sheet_page(design), 30)[1]
        printed = [item.text for item in placed.of_kind("legend_entry")]
        drawn = {item.text for item in placed.of_kind("symbol")}
        drawn |= {item.text for item in placed.of_kind("anchor_symbol")}
        counted = {label.type_key for label in content.counts}
        on_sheet = {key for key in drawn | counted if key}
        explained = {entry.type_key.split("/")[0] for entry in sheet_legend(content)} - {""}
        assert len(printed) == len(sheet_legend(content)), seed
        types = {hazard.type_key for hazard in public.hazards}
        assert drawn == types, seed  # every record has its symbol in the frame
        assert {sign_label(key) for key in on_sheet} <= {
            re.sub("（.）$", "", text) for text in printed
        } | {sign_label(key) for key in explained}, seed
        levels = {hazard.level for hazard in public.hazards}
        swatches = {text for text in printed if text.endswith("风险") or text == "未评级"}
        assert swatches >= {level.label for level in levels if level}, seed
        assert len(swatches) == len(levels), seed
        frame = placed.map.frame
        for item in placed.of_kind("symbol"):
            assert shapely.box(frame[0], frame[1], frame[0] + frame[2], frame[1] + frame[3]).intersects(
                shapely.box(item.box[0], item.box[1], item.box[0] + item.box[2], item.box[1] + item.box[3])
            )  # fmt: skip


def test_a_later_sheet_of_the_same_name_does_not_make_foreign_marks_of_the_one_before_it(
    county, released, tmp_path
):
    order = county.order(
        formats=(ProductFormat.PDF,), sheet=design_of("notice"), out_dir=tmp_path / "后来"
    )
    later = county.service.release(order).files[0]
    path = released[ProductFormat.PDF]
    assert later.name == path.name
    assert later.read_bytes() != path.read_bytes()
    saved_again = tmp_path / path.name
    saved_again.write_bytes(path.read_bytes() + b"\n")
    assert county.service.check_files([saved_again]) == []
