"""A blank where nobody looked is hatched and said, in every product; who looked stays in."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from datetime import date

import pytest
from chromium_page import ChromiumPage, chromium_program
from openpyxl import load_workbook
from release_county import ACTOR
from test_release_gate import hazard

from qhd_riskmap.cartography.page_layout import sheet_legend
from qhd_riskmap.cartography.public_sheet import sheet_content
from qhd_riskmap.domain.coverage import CoverageState
from qhd_riskmap.domain.redaction import frozen, thawed
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import ReleaseBlockedError
from qhd_riskmap.services import release_products as products
from qhd_riskmap.services.coverage import CoverageService
from qhd_riskmap.services.release_order import ProductFormat

SURVEYOR, NOTE = "密查勘王五", "密记外传不得"


@pytest.fixture
def surveyed(office):
    service = CoverageService(office.register, ACTOR, today=lambda: date(2026, 11, 23))
    office.add([hazard()])
    for kind in taxonomy().types:
        service.record("130303", kind.key, CoverageState.NOT_SURVEYED, note=NOTE)
        service.record("130304", kind.key, CoverageState.SURVEYED, on=date(2024, 1, 5), by=SURVEYOR)
    service.record("130302", "flood", CoverageState.NOT_SURVEYED)
    service.record(
        "130302", "geological", CoverageState.NONE_FOUND, on=date(2026, 6, 1), by=SURVEYOR
    )
    return office


def test_every_product_says_where_nobody_looked_and_not_who_looked(surveyed, pdftotext):
    files = {
        p.name: p
        for p in surveyed.service.release(surveyed.order(formats=tuple(ProductFormat))).files
    }
    assert len(files) == len(ProductFormat)
    by_ending = {"".join(p.suffixes): p for p in files.values()}
    said = "山海关区未排查：全部公开类型"
    assert said in "".join(pdftotext(by_ending[".pdf"]).split())
    for ending in (".svg", ".html", ".geojson", ".kml"):
        assert "未排查不等于没有隐患" in "".join(
            by_ending[ending].read_text(encoding="utf-8").split()
        )
    document = json.loads(by_ending[".geojson"].read_text(encoding="utf-8"))
    told = {
        (c["area_code"], c["type"]): (c["standing"], c["surveyed_on"]) for c in document["coverage"]
    }
    assert told["130303", "flood"] == ("not_surveyed", "")
    assert told["130304", "flood"] == ("stale", "2024-01-05")
    assert told["130302", "geological"] == ("surveyed", "2026-06-01")
    assert not {key for _area, key in told} & {"terror", "explosion"}
    with closing(sqlite3.connect(by_ending[".gpkg"])) as base:
        assert base.execute("SELECT count(*) FROM coverage").fetchone() == (len(told),)
    with zipfile.ZipFile(by_ending[".csv.zip"]) as archive:
        assert "山海关区" in archive.read("排查情况.csv").decode("utf-8-sig")
    book = load_workbook(by_ending[".xlsx"])
    assert book["排查情况"].max_row == len(told) + 1
    book.close()
    for path in files.values():
        data = path.read_bytes()
        assert SURVEYOR.encode() not in data


def test_who_surveyed_and_why_is_protected(surveyed, tmp_path):
    for secret in (SURVEYOR, NOTE):
        path = tmp_path / "a.txt"
        path.write_text(f"由{secret}完成", encoding="utf-8")
        assert secret in {leak.value for leak in surveyed.service.check_files([path])}


def test_a_sheet_hatches_the_divisions_and_its_legend_explains_the_hatch(surveyed):
    case = surveyed.service._read(surveyed.order())
    content = sheet_content(case.public, products.edition_of(case.order))
    assert {(area.code, area.state.value) for area in content.hatched} == {
        ("130302", "in_part"), ("130303", "unsurveyed"), ("130304", "stale"),
    }  # fmt: skip
    labels = [entry.label for entry in sheet_legend(content) if entry.area]
    assert labels == ["未排查的区域", "部分未排查，见说明", "排查已过期的区域"]


def test_a_survey_is_judged_by_the_day_of_the_data_and_not_of_the_release(surveyed):
    order = surveyed.order(data_date=date(2024, 3, 1))
    now, then = (surveyed.service._read(each).public for each in (surveyed.order(), order))
    assert now.content_hash != then.content_hash
    assert {c.standing.value for c in then.coverage if c.area_code == "130304"} == {"surveyed"}


def test_coverage_is_part_of_the_content_that_is_kept(surveyed, tmp_path):
    public = surveyed.service._read(surveyed.order()).public
    assert thawed(frozen(public)).content_hash == public.content_hash
    first = surveyed.service.release(surveyed.order())
    (again,) = surveyed.service.remake("2026-001", tmp_path / "again")
    assert again.read_bytes() == first.files[0].read_bytes()


def test_new_coverage_needs_a_new_approval_number(surveyed):
    surveyed.service.release(surveyed.order())
    service = CoverageService(surveyed.register, ACTOR)
    service.record("130302", "flood", CoverageState.SURVEYED, on=date(2026, 6, 1), by="甲")
    with pytest.raises(ReleaseBlockedError, match="审图号"):
        surveyed.service.release(surveyed.order())


def test_the_preflight_tells_what_is_hatched_and_what_the_register_contradicts(surveyed):
    found = [f for f in surveyed.service.preflight(surveyed.order()) if f.rule == "PM27"]
    assert any("山海关区未排查" in f.message for f in found)
    (doubt,) = [f for f in found if f.severity.value == "warn"]
    assert doubt.message.startswith("海港区登记为“地质灾害")


@pytest.mark.browser
@pytest.mark.skipif(chromium_program() is None, reason="no Chromium on this desk")
def test_the_words_of_a_hatch_stand_clear_of_signs_and_never_over_one(surveyed):
    lon, lat = 119.728, 40.02  # about the middle of 山海关, where its name stands
    surveyed.add([
        hazard("flood", at=(lon + 0.004 * n, lat + 0.003 * n), county="130303", name=f"河段{n}号")
        for n in range(-4, 5)
    ])  # fmt: skip
    order = surveyed.order(formats=(ProductFormat.HTML,))
    path = surveyed.service.release(order).files[0]
    over = (
        "(() => { const marks = [...document.querySelectorAll('.leaflet-marks-pane .mark')].map(m => m.getBoundingClientRect());"
        " const frame = map.getContainer().getBoundingClientRect();"
        " return [marks.length, items.filter(i => { const p = map.latLngToContainerPoint(i.at);"
        " return marks.some(m => p.x + frame.x > m.left && p.x + frame.x < m.right && p.y + frame.y > m.top && p.y + frame.y < m.bottom); }).length]; })()"
    )
    with ChromiumPage() as page:
        page.open(path)
        pane = "getComputedStyle(document.querySelector('.leaflet-{}-pane')).zIndex"
        assert int(page.ask(pane.format("marks"))) < int(page.ask(pane.format("signs")))
        assert page.ask(over) == [3, 0]
        page.ask("map.setView([40.02, 119.73], 11, {animate: false}); 0")
        page.ask("new Promise(done => setTimeout(done, 300))")
        assert page.ask(over) == [3, 0]
        assert page.complaints == []
