"""Tile services: templates, keys that stay secret, a real server on this machine, a cache with limits."""

from __future__ import annotations

import logging
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.tile_cache import TileCache
from qhd_riskmap.formats.tile_service import TileService, TileUnavailableError, parse_template

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
SECRET = "0123456789abcdef"


class Server(ThreadingHTTPServer):
    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/moved"):
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/elsewhere?tk=x")
            self.end_headers()
            return
        answers = {"/html": (200, b"<html>"), "/none": (404, b""), "/denied": (403, b"")}
        code, body = answers.get("/" + self.path.split("/")[1], (200, PNG))
        if self.path.startswith("/huge"):
            body = PNG + b"x" * (5 * 2**20)
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture
def server():
    running = Server()
    yield running
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("https://a.b/{z}/{x}/{y}.png", "https://a.b/{z}/{x}/{y}.png"),
        ("http://t{0-7}.a.b/{z}/{x}/{-y}", "http://t{s}.a.b/{z}/{x}/{-y}"),
        (
            "https://t{switch:0,1,2}.a.b/w?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}&tk={tk}",
            "https://t{s}.a.b/w?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}",
        ),
    ],
)
def test_addresses_of_other_programs_are_understood(typed, stored):
    template, key = parse_template(typed)
    assert (template.text, key) == (stored, "")
    assert template.needs_key is ("{key}" in stored)


def test_a_key_in_a_pasted_address_is_taken_out():
    template, key = parse_template(f"https://a.b/{{z}}/{{x}}/{{y}}?style=a&tk={SECRET}&v=1")
    assert key == SECRET
    assert template.text == "https://a.b/{z}/{x}/{y}?style=a&tk={key}&v=1"
    assert template.host == "a.b"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("file:///etc/{z}{x}{y}", "http"),
        ("https://{z}", "{x}"),
        ("https://a.b/{z}/{x}/{y}/{q}", "花括号"),
        ("https://user:pass@a.b/{z}/{x}/{y}", "http"),
        ("https://t0.tianditu.gov.cn/img_c/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}", "_w"),
        ("https://a.b/{z}/{x}/{y}" + "a" * 2000, "http"),
        ("", "http"),
    ],
)
def test_addresses_that_are_no_web_mercator_tiles_are_refused(typed, words):
    with pytest.raises(InvalidInputError) as caught:
        parse_template(typed)
    assert words in str(caught.value)


def test_a_tile_is_fetched_with_the_key_and_its_rows_may_count_from_the_south(server):
    template, _key = parse_template(server.base + "/t/{z}/{x}/{-y}?tk={key}&s={s}")
    service = TileService(template=template, key="秘 密")
    assert service.fetch(3, 5, 2) == PNG
    assert server.asked == ["/t/3/5/5?tk=%E7%A7%98%20%E5%AF%86&s=7"]


@pytest.mark.parametrize("path", ["html", "none", "denied", "huge", "moved"])
def test_refusals_never_show_the_key(server, path, caplog):
    caplog.set_level(logging.DEBUG)
    template, _key = parse_template(server.base + "/" + path + "/{z}/{x}/{y}?tk={key}")
    service = TileService(template=template, key=SECRET)
    with pytest.raises(TileUnavailableError) as caught:
        service.fetch(1, 0, 0)
    shown = f"{caught.value} {caught.value.detail} {caught.value!r} {service!r} {caplog.text}"
    assert SECRET not in shown
    assert caught.value.__cause__ is None
    assert len(server.asked) == 1


def test_no_network_is_said_quietly(server):
    template, _key = parse_template(server.base + "/{z}/{x}/{y}")
    server.shutdown()
    server.server_close()
    with pytest.raises(TileUnavailableError, match="暂时取不到"):
        TileService(template=template).fetch(1, 0, 0)


def test_the_cache_keeps_tiles_within_its_limit_and_knows_their_age(tmp_path):
    cache = TileCache(tmp_path / "tiles", limit_bytes=10_000, days=30)
    for number in range(12):
        cache.put("https://a/{z}", 5, number, 0, b"x" * 1000)
        path = next((tmp_path / "tiles").rglob(f"{number}/0.tile"))
        stamp = time.time() - 100 + number
        os.utime(path, (stamp, stamp))
    assert cache.size() <= 10_000
    assert cache.get("https://a/{z}", 5, 0, 0) is None
    assert cache.get("https://a/{z}", 5, 11, 0) == (b"x" * 1000, True)
    assert cache.get("https://other/{z}", 5, 11, 0) is None
    old = time.time() - 31 * 86_400
    os.utime(next((tmp_path / "tiles").rglob("11/0.tile")), (old, old))
    assert cache.get("https://a/{z}", 5, 11, 0) == (b"x" * 1000, False)
    cache.clear()
    assert cache.size() == 0
    assert cache.get("https://a/{z}", 5, 11, 0) is None


def test_a_place_that_cannot_be_written_only_means_no_cache(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    cache = TileCache(blocked, limit_bytes=100, days=1)
    cache.put("s", 1, 2, 3, b"x")
    assert cache.get("s", 1, 2, 3) is None
