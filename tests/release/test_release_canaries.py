"""No protected value comes out; and the checker, given one on purpose, finds it."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import sqlite3
import struct
import zipfile
import zlib
from contextlib import closing

import numpy as np
import pypdf
import pytest
from assessed_county import assessment_canaries
from openpyxl import load_workbook
from planting import into_pdf, planted, zipped
from release_county import ACTOR, PLACES, canaries

from qhd_riskmap.geo.coordinate_text import format_dms
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference
from qhd_riskmap.geo.grid import snap_to_grid
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceReports
from qhd_riskmap.services.release import edition_of, secrets_for
from qhd_riskmap.services.release_checker import check_bytes, check_file
from qhd_riskmap.services.release_order import ProductFormat

ALL = list(ProductFormat)


@pytest.fixture(scope="module")
def secrets(county):
    case = county.service._read(county.order())
    return secrets_for(case.all_hazards, case.public, edition_of(case.order))


def everything_in(path):
    """The file's text by readers the program does not use."""
    data = path.read_bytes()
    texts = [data.decode("utf-8", errors="ignore"), path.name]
    if path.suffix == ".pdf":
        reader = pypdf.PdfReader(path)
        texts += [page.extract_text() for page in reader.pages]
        texts.append(str(reader.metadata))
    if path.suffix in {".zip", ".xlsx"}:
        with zipfile.ZipFile(path) as archive:
            texts += [
                archive.read(name).decode("utf-8", errors="ignore") for name in archive.namelist()
            ]
    if path.suffix == ".gpkg":
        with closing(sqlite3.connect(path)) as base:
            texts += list(base.iterdump())
    if path.suffix == ".xlsx":
        book = load_workbook(path)
        texts += [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
        book.close()
    return "\n".join(texts)


@pytest.mark.parametrize("product", ALL)
def test_no_canary_is_in_any_product(county, released, product):
    text = everything_in(released[product])
    squeezed = re.sub(r"\s", "", text)
    found = {
        canary: kind
        for canary, kind in (canaries(county.hazards) | assessment_canaries(county.hazards)).items()
        # Two numbers of a drawing side by side, squeezed together, make many a decimal by chance.
        if canary in (text if re.search(r"\s|^\d+\.\d+$", canary) else squeezed)
    }
    assert found == {}


@pytest.mark.parametrize("product", ALL)
def test_the_checker_finds_nothing_in_a_released_product(released, secrets, product):
    assert check_file(released[product], secrets) == []


def test_every_vertex_in_the_data_products_is_a_node(released):
    document = json.loads(released[ProductFormat.GEOJSON].read_text(encoding="utf-8"))
    assert len(document["features"]) > 40
    for feature in document["features"]:
        pairs = re.findall(r"\[(-?[\d.]+), (-?[\d.]+)\]", json.dumps(feature["geometry"]))
        lonlat = np.array(pairs, dtype=float)
        lon, lat = snap_to_grid(lonlat[:, 0], lonlat[:, 1], feature["properties"]["cell_m"])
        assert np.array_equal(lonlat, np.column_stack((lon, lat)))


# -- the checker can fail ---------------------------------------------------------------------------------


def sampled(county, soak, per_kind=1):
    by_kind = {}
    for canary, kind in canaries(county.hazards).items():
        by_kind.setdefault(kind, []).append(canary)
    chooser = random.Random(20261123)
    for kind, values in sorted(by_kind.items()):
        for value in chooser.sample(values, min(len(values), 30 if soak else per_kind)):
            yield kind, value


@pytest.mark.soak
@pytest.mark.parametrize("product", ALL)
def test_the_checker_finds_every_planted_canary(county, released, secrets, product, soak):
    data, path = released[product].read_bytes(), released[product]
    missed = []
    chosen = list(sampled(county, soak))
    assert not soak or len(chosen) * len(ALL) >= 2000
    for kind, canary in chosen:
        leaks = check_bytes(planted(product, data, canary), path, secrets)
        if kind == "coordinates":
            found = any(leak.kind in {"position", "coordinates"} for leak in leaks)
        else:
            digits = re.sub(r"\W", "", canary).casefold()
            found = any(digits in re.sub(r"\W", "", leak.value).casefold() for leak in leaks)
        if not found:
            missed.append((kind, canary, leaks))
    assert missed == []


@pytest.fixture(scope="module")
def place_report(county, released):
    """One page of what those products tell of a place."""
    lon, lat = PLACES["130321"]
    path = released[ProductFormat.PDF].parent.parent / "告知单.pdf"
    order = PlaceOrder(lon=lon, lat=lat, name="示范村", path=path)
    return PlaceReports(county.register, ACTOR).write(order).path


def test_no_canary_is_in_a_place_report_and_every_planted_one_is_found(
    county, place_report, secrets
):
    squeezed = re.sub(r"\s", "", everything_in(place_report))
    told = canaries(county.hazards) | assessment_canaries(county.hazards)
    assert [c for c in told if c in squeezed and not re.fullmatch(r"\d+\.\d+", c)] == []
    data = place_report.read_bytes()
    assert check_file(place_report, secrets) == []
    for kind, canary in sampled(county, soak=False):
        leaks = check_bytes(into_pdf(data, canary), place_report, secrets)
        assert {leak.kind for leak in leaks} - {"hidden"}, (kind, canary)


@pytest.mark.parametrize(
    "case",
    [(ProductFormat.PDF, False, 20), (ProductFormat.PDF, True, 3), (ProductFormat.ATLAS, False, 1)],
    ids=["name", "content", "name in an atlas"],
)
def test_a_canary_in_an_attached_file_or_its_name_is_found(county, released, secrets, case):
    product, packed, most = case
    chosen = [each for each in sampled(county, soak=False) if each[0] != "coordinates"]
    for kind, canary in chosen[:most]:
        writer = pypdf.PdfWriter(clone_from=released[product])
        name, body = ("a.zip", zipped("a.txt", canary.encode())) if packed else (canary, b"x")
        writer.add_attachment(name, body)
        out = io.BytesIO()
        writer.write(out)
        leaks = check_bytes(out.getvalue(), released[product], secrets)
        assert "hidden" in {leak.kind for leak in leaks}
        assert {leak.kind for leak in leaks} - {"hidden"}, (kind, canary)


REFERENCES = [
    "cgcs2000", "gcj02", "bd09", "EPSG:4549", "EPSG:4528", "EPSG:4509", "EPSG:4498", "EPSG:32650",
    "EPSG:3857",
]  # fmt: skip


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("swapped", [False, True], ids=["east first", "north first"])
def test_a_true_place_is_found_in_every_datum(county, secrets, reference, swapped, tmp_path):
    hidden = [h for h in county.hazards if h.type_key in {"terror", "ammonia_storage"}][:4]
    for hazard in hidden:
        x, y = from_cgcs2000(*hazard.anchor(), parse_reference(reference))
        first, second = (y, x) if swapped else (x, y)
        form = "{:.5f}, {:.5f}" if reference in REFERENCES[:3] else "{:.2f} {:.2f}"
        text = f"站点 A {form.format(float(first), float(second))} 备注"
        leaks = check_bytes(text.encode(), tmp_path / "a.txt", secrets)
        assert "position" in {leak.kind for leak in leaks}, text


def test_a_true_place_in_degrees_minutes_and_seconds_is_found(county, secrets, tmp_path):
    text = format_dms(*county.hazards[-1].anchor())
    leaks = check_bytes(text.encode(), tmp_path / "a.txt", secrets)
    assert "position" in {leak.kind for leak in leaks}


def test_a_true_place_of_a_published_hazard_is_found_beside_its_public_one(
    county, released, secrets
):
    shown = next(h for h in county.hazards if h.type_key == "flood" and h.name.startswith("公"))
    path = released[ProductFormat.HTML]
    x, y = shown.anchor()
    data = path.read_bytes().replace(b'"hazards":[', f'"hazards":[[{x:.5f},{y:.5f},0],'.encode())
    assert "position" in {leak.kind for leak in check_bytes(data, path, secrets)}


DISGUISES = {
    "utf-16": lambda t: t.encode("utf-16"),
    "utf-16 without mark": lambda t: ("前言" + t).encode("utf-16-le"),
    "gb18030": lambda t: t.encode("gb18030"),
    "json escapes": lambda t: json.dumps({"a": t}).encode(),
    "html entities": lambda t: "".join(f"&#x{ord(c):x};" for c in t).encode(),
    "percent": lambda t: "".join(f"%{b:02X}" for b in t.encode()).encode(),
    "base64": lambda t: b"data:text/plain;base64," + base64.b64encode(t.encode()),
    "hex": lambda t: t.encode().hex().encode(),
    "zlib in base64": lambda t: base64.b64encode(zlib.compress(t.encode() * 9)),
    "spaced out": lambda t: " ".join(t).encode(),
    "full width": lambda t: "".join(
        chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in t
    ).encode(),
    "zero width": lambda t: "\u200b".join(t).encode(),
    "broken lines": lambda t: "\n".join(t).encode(),
    "in a zip": lambda t: zipped("内/a.txt", t.encode()),
    "name in a zip": lambda t: zipped(f"{t}.txt", b""),
    "zip in a zip": lambda t: zipped("b.zip", zipped("a.txt", t.encode())),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_name_is_found(county, secrets, disguise, tmp_path):
    name = next(h.name for h in county.hazards if h.type_key == "terror")
    data = DISGUISES[disguise](f"附近有{name}三处")
    leaks = check_bytes(data, tmp_path / "a.dat", secrets)
    assert name in {leak.value for leak in leaks}


def test_the_file_name_is_checked_too(county, secrets, tmp_path):
    name = next(h.name for h in county.hazards if h.type_key == "terror")
    path = tmp_path / f"{name}.txt"
    path.write_text("无关", encoding="utf-8")
    assert [(leak.kind, leak.where) for leak in check_file(path, secrets)] == [
        ("name", "file_name")
    ]


def test_hidden_parts_are_reported_whatever_they_hold(released, secrets, tmp_path):
    png = released[ProductFormat.PNG].read_bytes()
    exif = b"eXIf" + b"II*\x00"
    chunk = struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif))
    cases = {
        "exif.png": png[:-12] + chunk + png[-12:],
        "tail.png": png + b"more",
        "exif.jpg": b"\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xda\x00\x02\xff\xd9",
        "tail.pdf": released[ProductFormat.PDF].read_bytes() + b"more",
    }
    book = load_workbook(released[ProductFormat.XLSX])
    book.worksheets[1].sheet_state = "hidden"
    book.save(tmp_path / "hidden.xlsx")
    book.close()
    cases["hidden.xlsx"] = (tmp_path / "hidden.xlsx").read_bytes()
    for name, data in cases.items():
        assert "hidden" in {leak.kind for leak in check_bytes(data, tmp_path / name, secrets)}, name


def test_what_cannot_be_opened_is_not_cleared(secrets, tmp_path):
    broken = zipped("a.txt", b"x" * 1000)[:60]
    assert check_bytes(broken, tmp_path / "a.zip", secrets) != []
