"""The public page in a real browser, offline."""

from __future__ import annotations

import re

import pytest
from chromium_page import ChromiumPage, chromium_program

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
    assert page.ask("document.querySelector('[role=application]').getAttribute('aria-label')")


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
