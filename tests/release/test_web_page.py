"""The public page in a real browser, offline."""

from __future__ import annotations

import base64
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
from chromium_page import ChromiumPage, chromium_program
from release_county import RECEPTOR_CANARIES

from qhd_riskmap.services.release_order import ProductFormat

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(chromium_program() is None, reason="no Chromium on this desk"),
]
FOUND = "document.getElementById('found').textContent"


@pytest.fixture(scope="module")
def page(released):
    with ChromiumPage() as opened:
        opened.open(released[ProductFormat.HTML])
        yield opened
        assert opened.complaints == []
        assert opened.requests == []


def number(text):
    return int(re.search(r"\d+", str(text)).group())


def everything(page):
    page.ask("document.getElementById('reset').click()")
    return number(page.ask(FOUND))


def test_it_loads_with_no_request_and_no_complaint(page, county):
    shown = county.service._read(county.order()).public
    assert number(page.ask("document.documentElement.dataset.ready")) == len(shown.hazards)
    assert everything(page) == len(shown.hazards)
    assert page.requests == []
    assert page.complaints == []


def test_the_first_view_fills_its_window_with_the_city(page):
    page.ask("document.getElementById('reset').click()")
    filled = page.ask(
        "(() => { const b = data.bounds.map(p => map.latLngToContainerPoint(p)), s = map.getSize();"
        " return Math.max(Math.abs(b[0].x - b[1].x) / s.x, Math.abs(b[0].y - b[1].y) / s.y); })()"
    )
    assert 0.9 < filled <= 1.0


def test_the_coast_is_credited(page):
    assert "© OpenStreetMap" in page.ask("document.getElementById('credit').textContent")
    assert page.ask("document.getElementById('credit').getBoundingClientRect().height") > 0


def test_the_policy_forbids_everything_from_elsewhere(page):
    page_policy = page.ask("document.querySelector('meta[http-equiv]').content")
    assert page_policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in page_policy
    assert "http" not in page_policy
    blocked = page.ask("fetch('https://example.invalid/').then(() => 'sent', () => 'refused')")
    assert blocked == "refused"
    page.complaints.clear()
    page.requests.clear()


def test_the_approval_number_stands_at_the_bottom_left(page):
    box = page.ask(
        "(r => [r.left, r.bottom, innerHeight])(document.getElementById('approval')"
        ".getBoundingClientRect())"
    )
    assert page.ask("document.getElementById('approval').textContent") == "审图号：冀S(2026)012号"
    assert box[0] < 40
    assert box[1] > box[2] - 40


def test_levels_and_types_filter(page):
    total = everything(page)
    level = page.ask("document.querySelector('#levels .choice .n').textContent")
    page.ask("document.querySelector('#levels input').click()")
    assert number(page.ask(FOUND)) == total - int(level)
    kind = page.ask("document.querySelector('#types .choice .n').textContent")
    everything(page)
    page.ask("document.querySelector('#types input').click()")
    assert number(page.ask(FOUND)) == total - int(kind)
    assert everything(page) == total


def test_search_narrows_the_list_and_a_key_opens_the_record(page):
    everything(page)
    page.ask("document.getElementById('search').focus()")
    page.call("Input.insertText", text="抚宁区")
    page.ask("new Promise(done => setTimeout(done, 400))")
    found = number(page.ask(FOUND))
    assert 0 < found < 40
    page.ask("document.querySelector('#list button').focus()")
    page.key("Enter", "\r")
    page.ask("new Promise(done => setTimeout(done, 500))")
    popup = page.ask("document.querySelector('.leaflet-popup-content').textContent")
    assert "抚宁区" in popup
    assert "位置经综合处理" in popup
    everything(page)


def test_a_click_on_a_sign_opens_it(page):
    everything(page)
    page.ask("map.closePopup(); map.setView(items[0].at, 13, {animate: false}); 0")
    page.ask("new Promise(done => setTimeout(done, 400))")
    x, y = page.ask(
        "(p => { var r = map.getContainer().getBoundingClientRect();"
        " return [r.left + p.x, r.top + p.y]; })(map.latLngToContainerPoint(items[0].at))"
    )
    page.click(x, y)
    page.ask("new Promise(done => setTimeout(done, 500))")
    assert page.ask("document.querySelector('.leaflet-popup-content h3').textContent")
    page.ask("map.closePopup(); 0")
    everything(page)


def test_counted_types_stand_in_the_table_and_nowhere_on_the_map(page):
    rows = page.ask(
        "[...document.querySelectorAll('#counts tbody tr')].map(r => r.cells[1].textContent)"
    )
    assert {"危险化学品", "油气管线", "液氨输送管线"} <= set(rows)
    assert not page.ask("items.some(i => ['危险化学品','油气管线'].includes(data.types[i.type].n))")


def test_every_control_has_a_name_and_can_be_reached(page):
    unnamed = page.ask(
        "[...document.querySelectorAll('button,input,a[href]')].filter(e =>"
        " !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels && e.labels.length))"
        ".map(e => e.outerHTML)"
    )
    assert unnamed == []
    assert page.ask("document.documentElement.lang") == "zh-CN"
    assert page.ask("document.getElementById('map').getAttribute('aria-label')")


def test_it_fits_a_phone(released):
    with ChromiumPage(width=500, height=860) as phone:
        phone.open(released[ProductFormat.HTML])
        assert phone.ask("document.documentElement.scrollWidth <= innerWidth")
        assert not phone.ask("document.getElementById('panel').offsetParent !== null")
        phone.ask("document.getElementById('drawer').click()")
        assert phone.ask("document.getElementById('panel').offsetParent !== null")
        assert phone.complaints == []
        assert phone.requests == []


def test_the_source_names_no_address_that_could_be_fetched(released):
    source = released[ProductFormat.HTML].read_text(encoding="utf-8")
    source = re.sub(r"/\* @preserve.*?\*/", "", source, flags=re.DOTALL)
    loads = re.findall(
        r"<(?:script|img|iframe|link)[^>]+(?:src|href)=[\"']?(?!data:)[^\"'\s>]+", source
    )
    assert loads == []
    assert "cdn" not in source
    assert "sourceMappingURL" not in source
    assert "url(images" not in source


# -- what is near me ------------------------------------------------------------------------------------

ANSWER = "document.getElementById('answer').textContent"


def settle(page, script, milliseconds=100):
    """Run a script and wait until the map stands still."""
    page.ask(f"{script}; new Promise(done => setTimeout(done, {milliseconds}))")
    page.ask(
        "new Promise(done => { (function wait() {"
        " if (map._animatingZoom || map._panAnim && map._panAnim._inProgress) setTimeout(wait, 50);"
        " else setTimeout(done, 50); })(); })"
    )


def test_a_typed_place_lists_what_is_near_nearest_first_with_advice(page):
    everything(page)
    # A small county seat is typed, submitted by its button, and only its surroundings stay.
    page.ask("byId('radius').value = '10'; 0")
    settle(page, "byId('place').value = '抚宁区'; byId('near').requestSubmit()")
    away = page.ask("hits.map(item => item.km)")
    assert away == sorted(away)
    assert away
    assert max(away) <= 10
    centre = page.ask("around.at")
    expected = page.ask(
        f"items.filter(item => map.distance(item.at, {centre}) <= 10000).length"
    )  # Leaflet's own great circle as the oracle
    assert abs(len(away) - expected) <= 1
    assert "抚宁区周围 10 公里" in page.ask(ANSWER)
    assert "没有列出不等于没有风险" in page.ask(ANSWER)
    first = page.ask("document.querySelector('#list button').textContent")
    assert "公里" in first
    page.ask("byId('leave').click(); 0")
    assert number(page.ask(FOUND)) == page.ask("items.length")


def test_a_typed_village_of_the_office_is_found_without_anything_else_of_it(page, released):
    everything(page)
    settle(page, "byId('place').value = '榆树庄村'; byId('near').requestSubmit()")
    assert page.ask("around.at") == [39.82, 119.41]  # hundredths of a degree, no nearer
    assert "榆树庄村周围" in page.ask(ANSWER)
    assert page.ask("[...byId('places').children].map(o => o.value).join()").count("榆树庄村") == 1
    everything(page)
    for path in released.values():
        content = path.read_bytes()
        for canary in RECEPTOR_CANARIES:
            assert canary.encode() not in content, (path.name, canary)


def test_coordinates_may_be_typed_in_either_order(page):
    for typed in ("39.95 119.60", "119.60，39.95"):
        everything(page)
        settle(page, f"byId('place').value = '{typed}'; byId('near').requestSubmit()")
        assert page.ask("around.at") == [39.95, 119.6]
    everything(page)


def test_a_place_nobody_knows_is_said_and_changes_nothing(page):
    total = everything(page)
    settle(page, "byId('place').value = '<b>无此村'; byId('near').requestSubmit()", 100)
    assert "没有找到“<b>无此村”" in page.ask(ANSWER)
    assert page.ask("byId('answer').querySelector('b')") is None
    assert number(page.ask(FOUND)) == total
    everything(page)


def test_a_place_is_clicked_on_the_map(page):
    everything(page)
    settle(page, "byId('pick').click()")  # a map on its way takes no click
    x, y = page.ask(
        "(r => [r.left + r.width / 2, r.top + r.height / 2])(map.getContainer().getBoundingClientRect())"
    )
    page.click(x, y)
    page.ask(
        "new Promise(done => { const end = Date.now() + 5000; (function wait() {"
        " if (around !== null || Date.now() > end) done(); else setTimeout(wait, 50); })(); })"
    )
    settle(page, "0")
    assert page.ask("around !== null")
    assert page.ask("byId('pick').getAttribute('aria-pressed')") == "false"
    everything(page)


# -- view, languages, colours, paper --------------------------------------------------------------------


def test_a_link_shows_what_its_sender_saw(released, page):
    everything(page)
    page.ask(
        "document.querySelectorAll('#levels input')[3].click(); byId('radius').value = '10'; 0"
    )
    settle(page, "byId('place').value = '昌黎县'; byId('near').requestSubmit()")
    view = "[map.getZoom().toFixed(1), map.getCenter().lat.toFixed(2), hits.length, Object.keys(off.levels).join()]"
    seen, address = page.ask(view), page.ask("location.hash")
    with ChromiumPage() as other:
        other.open(released[ProductFormat.HTML], fragment=address)
        assert other.ask(view) == seen
        assert other.complaints == []
        assert other.requests == []
    everything(page)


@pytest.mark.parametrize(
    "fragment",
    ["#z=999&at=95,500", "#levels=__proto__.9&types=77", "#near=1,2,-3&q=%E0%A4%A", "#lang=xx&at=,&q=%3Cb%3E"],
)  # fmt: skip
def test_a_spoiled_link_opens_the_page_all_the_same(released, fragment):
    with ChromiumPage() as other:
        other.open(released[ProductFormat.HTML], fragment=fragment)
        assert number(other.ask("document.documentElement.dataset.ready")) > 0
        assert other.complaints == []


def test_a_name_moves_aside_where_a_sign_lies_under_it(page):
    """The first division's name, of which the place is known; a sign is put right under it."""
    everything(page)
    covered = (
        "(() => { const box = [...document.querySelectorAll('.division span')]"
        ".find(e => e.textContent === tr(data.divisions[0].name)).getBoundingClientRect(),"
        " frame = map.getContainer().getBoundingClientRect(), at = data.divisions[0].at,"
        " p = map.latLngToContainerPoint([at[1], at[0]]), x = p.x + frame.left, y = p.y + frame.top;"
        " return [x > box.left && x < box.right && y > box.top && y < box.bottom,"
        " Math.hypot((box.left + box.right) / 2 - x, (box.top + box.bottom) / 2 - y)]; })()"
    )
    page.ask("var kept = items; items = []; nameGround(); 0")
    assert page.ask(covered)[0]
    page.ask(
        "items = [{ at: [data.divisions[0].at[1], data.divisions[0].at[0]],"
        " world: world([data.divisions[0].at[1], data.divisions[0].at[0]]) }]; nameGround(); 0"
    )
    under, moved = page.ask(covered)
    assert not under
    assert moved < 64  # pixels: it still means its division
    page.ask("items = kept; nameGround(); 0")


def test_the_page_speaks_english_and_back(page):
    settle(page, "map.closePopup()", 400)  # another language closes what another test has opened
    total = everything(page)
    chinese = page.ask("document.body.innerText")
    page.ask("byId('language').click(); 0")
    assert page.ask("document.documentElement.lang") == "en"
    frame = page.ask(
        "[...document.querySelectorAll('label, legend, h2, .tools button, #near button, th')]"
        ".filter(e => !e.querySelector('canvas')).map(e => e.firstChild.textContent).join(' ')"
    )
    assert not re.search(r"[\u4e00-\u9fff]", frame.replace("中文", "")), frame
    assert "Haigang District" in page.ask("document.getElementById('map').innerText")
    page.ask("byId('search').value = 'Forest'; 0")
    settle(page, "apply()", 50)
    assert 0 < number(page.ask(FOUND)) < total
    everything(page)
    page.ask("byId('language').click(); 0")
    assert page.ask("document.body.innerText") == chinese


def test_the_dark_look_colours_map_and_panel(page):
    light = page.ask("[grounds[0][0].options.fillColor, css('--paper')]")
    page.ask("byId('theme').click(); 0")
    dark = page.ask("[grounds[0][0].options.fillColor, css('--paper')]")
    page.ask("byId('theme').click(); 0")
    assert light != dark
    assert page.ask("[grounds[0][0].options.fillColor, css('--paper')]") == light


def test_paper_gets_map_legend_list_and_approval_number(page, tmp_path):
    everything(page)
    answer = page.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
    sheet = tmp_path / "printed.pdf"
    sheet.write_bytes(base64.b64decode(answer["data"]))
    text = subprocess.run(
        ["pdftotext", str(sheet), "-"], capture_output=True, check=True
    ).stdout.decode()
    assert "审图号：冀S(2026)012号" in text
    assert "重大风险" in text
    assert page.ask("hits[0].name") in text.replace("\n", "")
    colours = subprocess.run(
        ["pdftoppm", "-r", "40", "-l", "1", str(sheet)], capture_output=True, check=True
    ).stdout
    assert bytes((207, 227, 238)) in colours  # the sea of the map
    assert not page.ask("document.body.classList.contains('paper')")


@pytest.mark.parametrize("steps", ["0", "byId('theme').click()", "byId('language').click()"])
def test_axe_finds_nothing_serious(released, steps):
    axe = Path(import_module("axe_core_python").__file__).with_name("axe.min.js")
    with ChromiumPage() as judged:
        judged.open(released[ProductFormat.HTML])
        settle(judged, steps)
        judged.ask(axe.read_text(encoding="utf-8") + ";0")
        report = judged.ask("axe.run(document, {resultTypes: ['violations']})")
        serious = [
            (found["id"], found["nodes"][0]["html"][:120], found["nodes"][0]["failureSummary"])
            for found in report["violations"]
            if found["impact"] in {"serious", "critical"}
        ]
        assert serious == []
        assert report["passes"] or report["violations"] is not None
