"""The public statistics page: the numbers of its release, nothing singled out, readable by everybody."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import uuid
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import pytest
from chromium_page import ChromiumPage, chromium_program
from release_county import ACTOR, PLACES, TODAY
from test_release_gate import blocks, hazard

from qhd_riskmap.domain.figures import Dimension, FigureScope
from qhd_riskmap.domain.redaction import frozen, thawed
from qhd_riskmap.domain.remediation.task import RemediationTask, TaskState
from qhd_riskmap.domain.sheet_design import design_of
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.errors import ReleaseBlockedError
from qhd_riskmap.services import release_products
from qhd_riskmap.services.figures import FigureService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.release_decisions import ReleaseDecisions
from qhd_riskmap.services.release_order import ProductFormat, SmallCells
from qhd_riskmap.services.release_products import edition_of

DAY = date(2026, 10, 31)
FORMATS = (ProductFormat.STATISTICS, ProductFormat.GEOJSON)


class Tables(HTMLParser):
    """Every table of a page by id, as texts, read without the program's help."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] | None = None

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._rows = self.found.setdefault(dict(attrs)["id"], [])
        elif self._rows is not None and tag == "tr":
            self._rows.append([])
        elif self._rows is not None and tag in {"td", "th"}:
            self._rows[-1].append("")

    def handle_endtag(self, tag):
        if tag == "table":
            self._rows = None

    def handle_data(self, text):
        if self._rows and self._rows[-1]:
            self._rows[-1][-1] += text.strip()


def tables(path):
    reader = Tables()
    reader.feed(path.read_text(encoding="utf-8"))
    return {
        key: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
        for key, rows in reader.found.items()
    }


@pytest.fixture(scope="module")
def page(released):
    return released[ProductFormat.STATISTICS]


# -- numbers ------------------------------------------------------------------------------------------------


def test_the_tables_say_what_the_data_of_the_same_release_hold(released, page):
    found = tables(page)
    document = json.loads(released[ProductFormat.GEOJSON].read_text(encoding="utf-8"))
    features = [feature["properties"] for feature in document["features"]]
    heads = {"red": "重大", "orange": "较大", "yellow": "一般", "blue": "低"}
    assert len(found["t-areas"]) > 5
    for row in found["t-areas"][:-1]:
        here = [p for p in features if p["county_name"] == row["县区"]]
        counted = sum(c["count"] for c in document["counts"] if c["area"] == row["县区"])
        for level, head in heads.items():
            assert int(row[head]) == sum(p["level"] == level for p in here)
        assert int(row["只计数"]) == counted
        assert int(row["合计"]) == len(here) + counted
    total = len(features) + sum(c["count"] for c in document["counts"])
    assert int(found["t-areas"][-1]["合计"]) == int(found["t-types"][-1]["合计"]) == total
    for row in found["t-types"][:-1]:
        shown = sum(p["type_name"] == row["类型"] for p in features)
        counted = sum(c["count"] for c in document["counts"] if c["type_name"] == row["类型"])
        assert int(row["合计"]) == shown + counted
    matrix = {
        (row["区域"], kind): int(n)
        for row in found["t-counts"] for kind, n in row.items() if kind != "区域" and n != "—"
    }  # fmt: skip
    assert matrix == {(c["area"], c["type_name"]): c["count"] for c in document["counts"]}


def test_every_bar_is_as_long_as_its_number(page):
    text = page.read_text(encoding="utf-8")
    bars = re.findall(r'<div class="bar">.*?</div>', text)
    assert len(bars) > 15
    by_chart = [re.findall(r'<div class="bar">.*?</div>', chart)
                for chart in text.split('<div class="chart"')[1:]]  # fmt: skip
    for chart in by_chart:
        sums = [int(re.search(r'class="n">(\d+)<', bar).group(1)) for bar in chart]
        for bar, total in zip(chart, sums, strict=True):
            widths = re.findall(r'<rect class="(?!over)[^"]+" x="[\d.]+%" width="([\d.]+)%"', bar)
            assert abs(sum(map(float, widths)) - 100 * total / max(sums)) < 0.1


@pytest.fixture
def tasked(office):
    """Ten floods and twelve tasks in each of two divisions."""
    sites = [
        hazard("flood", name=f"河段{county[-1]}{n}号", county=county, at=(PLACES[county][0] + n / 500, PLACES[county][1]))
        for county in ("130302", "130322") for n in range(10)
    ]  # fmt: skip
    office.add(sites)
    office.remedy(
        [task(site, n) for site in sites for n in range(2) if n == 0 or site.name[-2] < "3"]
    )
    return sites


def task(site, n, *, finished=None):
    done = n == 0 if finished is None else finished
    return RemediationTask(
        id=uuid.uuid4(), hazard_id=site.id, registered_on=date(2026, 3, 1), since=date(2026, 5, 1),
        state=TaskState.ACCEPTED if done else TaskState.REGISTERED,
        accepted_on=date(2026, 5, 1) if done else None,
    )  # fmt: skip


def remedies(office, **changes):
    out = office.folder / f"成果{len(office.service.past())}"
    outcome = office.service.release(office.order(formats=FORMATS, out_dir=out, **changes))
    return tables(outcome.files[0])["t-remedies"]


def test_remediation_is_counted_by_the_statements_of_the_page(office, tasked):
    rows = remedies(office)
    assert [row["县区"] for row in rows] == ["海港区", "昌黎县", "合计"]

    service, scope = FigureService(office.register, ACTOR), FigureScope(on=DAY)
    for key, head in (("finished", "已整改"), ("open", "未整改")):
        by_county = service.measured(key, scope, (Dimension.COUNTY,))
        assert [int(row[head]) for row in rows[:2]] == [
            by_county[("130302",)].n, by_county[("130322",)].n,
        ]  # fmt: skip
    whole = service.measured("rate", scope)[()]
    assert rows[-1]["整改率"] == f"{100 * whole.part / whole.n:.1f} %"


def test_one_more_finished_task_is_not_told_of_its_division(office, tasked):
    before = remedies(office)
    office.remedy([task(tasked[0], 9, finished=True)])
    findings = office.service.preflight(office.order(formats=FORMATS))
    assert any(f.rule == "PM26" and "已整改" in f.message for f in findings)
    assert "PM26" in blocks(office, formats=FORMATS, small_cells=SmallCells.BLOCK)
    after = remedies(office, approval_no="冀S(2026)013号")
    assert before[0]["已整改"] != "—"
    assert after[0]["已整改"] == "—"
    assert int(after[-1]["已整改"]) == int(before[-1]["已整改"]) + 1


def test_a_division_with_two_open_tasks_is_not_printed(office, tasked):
    lone = hazard("flood", name="北戴河段", county="130304", at=PLACES["130304"])
    office.add([lone])
    office.remedy([task(lone, 1), task(lone, 1)])
    rows = {row["县区"]: row for row in remedies(office)}
    assert rows.get("北戴河区", {"未整改": "—"})["未整改"] == "—"
    assert int(rows["合计"]["未整改"]) == sum(
        int(row["未整改"]) for name, row in rows.items() if name != "合计" and row["未整改"] != "—"
    )
    assert "PM25" in blocks(office, formats=FORMATS, small_cells=SmallCells.BLOCK)


def test_tasks_of_records_that_are_never_public_are_not_counted(office, tasked):
    with_all = remedies(office)
    secret = hazard("terror", name="密所", county="130302")
    office.add([secret])
    office.remedy([task(secret, 1) for _ in range(5)])
    assert remedies(office, approval_no="冀S(2026)013号")[-1] == with_all[-1]


def test_a_division_prints_only_what_the_city_prints_of_it(office, tasked):
    whole = remedies(office)
    alone = remedies(office, county="130322", approval_no="冀S(2026)014号")
    assert alone == [row for row in whole if row["县区"] == "昌黎县"]


def test_a_page_of_some_types_tells_nothing_of_remediation(office, tasked):
    design = replace(design_of("type"), type_keys=("flood",))
    outcome = office.service.release(office.order(formats=FORMATS, sheet=design))
    found = tables(outcome.files[0])
    assert "t-remedies" not in found
    assert found["t-types"][-1]["合计"] == "20"


def test_no_other_product_tells_of_remediation_and_no_approval_is_bound_to_it(office, tasked):
    office.service.release(office.order())
    with office.register.unit_of_work() as work:
        (record,) = work.releases.list()
        assert thawed(work.releases.content(record.number)).remedies == ()
    assert record.revealed["remedies"] == []
    told = office.service._read(office.order(formats=FORMATS)).public
    assert told.remedies
    assert told.content_hash == record.content_hash
    assert thawed(frozen(told)).remedies == told.remedies


def test_a_past_page_is_made_again_bit_for_bit_after_the_work_went_on(office, tasked, tmp_path):
    outcome = office.service.release(office.order(formats=FORMATS))
    office.remedy([task(site, 0) for site in tasked])
    number = office.service.past()[0].number
    again = office.service.remake(number, tmp_path / "重制", SilentJob())
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in outcome.files]


def test_a_number_that_was_changed_by_hand_does_not_pass_the_gate(office, tasked, monkeypatch):

    proper = release_products.WRITERS[ProductFormat.STATISTICS]
    made = []

    def meddled(public, edition, path):
        proper(public, edition, path)
        if not made:
            made.append(path)
            text = path.read_text(encoding="utf-8")
            assert ">20<" in text
            path.write_text(text.replace(">20<", ">21<"), encoding="utf-8")

    monkeypatch.setitem(release_products.WRITERS, ProductFormat.STATISTICS, meddled)
    with pytest.raises(ReleaseBlockedError):
        office.service.release(office.order(formats=FORMATS))


def test_a_county_page_counts_by_township(county, tmp_path):
    order = county.order(
        formats=FORMATS, county="130321", out_dir=tmp_path / "青龙", approval_no="冀S(2026)078号"
    )
    outcome = county.service.release(order)
    rows = tables(outcome.files[0])["t-areas"]
    document = json.loads(outcome.files[1].read_text(encoding="utf-8"))
    total = len(document["features"]) + sum(c["count"] for c in document["counts"])
    assert int(rows[-1]["合计"]) == total
    assert "乡镇" in rows[0]


def test_names_in_the_masthead_stay_text(county, tmp_path):
    case = county.service._read(county.order(formats=FORMATS))
    edition = replace(
        edition_of(case.order), title='图</title><script>alert("x")</script>', draft=True
    )
    path = tmp_path / "页.html"
    release_products.WRITERS[ProductFormat.STATISTICS](case.public, edition, path)
    text = path.read_text(encoding="utf-8")
    assert text.count("<script") == 2
    assert "送审样图" in text
    assert "冀S" not in text


def test_a_kept_back_record_is_not_counted(office, tasked):

    def total():
        public = office.service._read(office.order(formats=FORMATS)).public
        return len(public.hazards), sum(count.n for count in public.remedies)

    shown, tasks = total()
    decisions = ReleaseDecisions(office.register, ACTOR, today=lambda: TODAY)
    decisions.decide(str(tasked[0].id), ReleaseClass.NEVER, reviewer="", reason="核实中")
    assert total() == (shown - 1, tasks - 2)


# -- in a browser -------------------------------------------------------------------------------------------

browser = pytest.mark.skipif(chromium_program() is None, reason="no Chromium on this desk")


@pytest.fixture
def shown(page):
    with ChromiumPage() as opened:
        opened.open(page)
        yield opened
        assert opened.complaints == []
        assert opened.requests == []


@browser
@pytest.mark.browser
def test_it_speaks_english_turns_dark_and_comes_back(shown):
    chinese = shown.ask("document.body.innerText")
    light = shown.ask("getComputedStyle(document.body).backgroundColor")
    for button in ("language", "theme"):
        shown.ask(f"document.getElementById('{button}').focus(); 0")
        shown.key("Enter", "\r")
    assert shown.ask("document.documentElement.lang") == "en"
    assert "Haigang District" in shown.ask("document.getElementById('tables').innerText")
    assert shown.ask("getComputedStyle(document.body).backgroundColor") != light
    shown.ask("['language', 'theme'].forEach(id => document.getElementById(id).click()); 0")
    assert shown.ask("document.body.innerText") == chinese
    assert shown.ask("getComputedStyle(document.body).backgroundColor") == light


@browser
@pytest.mark.browser
def test_its_policy_lets_nothing_in(shown):
    policy = shown.ask("document.querySelector('meta[http-equiv]').content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert shown.ask("fetch('https://example.invalid/').then(() => 1, () => 0)") == 0
    shown.complaints.clear()
    shown.requests.clear()


@browser
@pytest.mark.browser
def test_paper_gets_every_table_in_light_colours(shown, tmp_path):
    shown.ask("document.getElementById('theme').click(); 0")
    answer = shown.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    sheet = tmp_path / "printed.pdf"
    sheet.write_bytes(base64.b64decode(answer["data"]))
    done = subprocess.run(["pdftotext", str(sheet), "-"], capture_output=True, check=True)
    text = done.stdout.decode()
    for word in ("各县区隐患数量", "整改情况", "审图号：冀S(2026)012号", "合计"):
        assert word in text
    colours = subprocess.run(
        ["pdftoppm", "-r", "40", "-l", "1", str(sheet)], capture_output=True, check=True
    ).stdout
    assert colours.count(bytes((255, 255, 255))) > colours.count(bytes((35, 38, 43)))


@browser
@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "steps", ["0", "document.getElementById('theme').click()"], ids=["light", "dark"]
)
def test_axe_finds_nothing_serious_and_nothing_runs_over(page, steps, width):
    axe = Path(import_module("axe_core_python").__file__).with_name("axe.min.js")
    with ChromiumPage() as judged:
        judged.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 600,
        )  # fmt: skip
        judged.open(page)
        judged.ask(f"{steps}; 0")
        judged.ask(axe.read_text(encoding="utf-8") + ";0")
        report = judged.ask("axe.run(document, {resultTypes: ['violations']})")
        serious = [
            (found["id"], found["nodes"][0]["html"][:120], found["nodes"][0]["failureSummary"])
            for found in report["violations"] if found["impact"] in {"serious", "critical"}
        ]  # fmt: skip
        assert serious == []
        assert judged.ask("document.documentElement.scrollWidth") <= width
