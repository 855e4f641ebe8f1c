"""A sheet that draws more than the public values is found out, and the place is named."""

from __future__ import annotations

import re
import shutil
import zlib

import numpy as np
import pytest
from PIL import Image
from release_county import PLACES
from shapely import Point, transform
from test_release_gate import hazard

from qhd_riskmap.cartography.public_sheet import sheet_content
from qhd_riskmap.errors import ReleaseBlockedError
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.services import release as gate
from qhd_riskmap.services import release_making as making
from qhd_riskmap.services import release_products as products
from qhd_riskmap.services.release_order import ProductFormat

DRAWN = (ProductFormat.PDF, ProductFormat.PNG, ProductFormat.SVG)
SECRET = (119.543217, 39.981234)


@pytest.fixture(scope="module")
def place_on_page(county):
    """Millimetres on the released sheet of a place on the ground, by halving the transform."""
    record = next(r for r in county.service.past() if len(r.products) == len(ProductFormat))
    with county.register.unit_of_work() as work:
        public = gate.thawed(work.releases.content(record.number))
    ground, size = products.sheet_ground(public, products.edition_of_record(record))

    def find(lon, lat):
        # Newton's method with differences: an oracle that does not use the forward transform.
        x, y = size[0] * 0.4, size[1] * 0.5
        for _ in range(12):
            here, east, south = ground(x, y), ground(x + 1, y), ground(x, y + 1)
            slope = np.array([[east[0] - here[0], south[0] - here[0]],
                              [east[1] - here[1], south[1] - here[1]]])  # fmt: skip
            dx, dy = np.linalg.solve(slope, [lon - here[0], lat - here[1]])
            x, y = x + dx, y + dy
        return x, y

    return find


def leaks_of(county, path):
    return [leak for leak in county.service.check_files([path]) if leak.kind == "drawing"]


def distance_of(leak, place):
    lon, lat = (float(part) for part in leak.value.split(","))
    return distance_m(lon, lat, *place)


def add_to_pdf(data, at, size_mm):
    """A small square at a place of the page, in the page's own content stream."""
    x, y = at[0] * 72 / 25.4, (size_mm[1] - at[1]) * 72 / 25.4
    for match in re.finditer(rb"stream\r?\n", data):
        packed = zlib.decompressobj()
        try:
            content = packed.decompress(data[match.end() :])
        except zlib.error:
            continue
        if b" cm" in content[:400] and b" re" in content[:4000]:
            extra = f"\nq 1 0 0 1 0 0 cm {x - 2:.3f} {y - 2:.3f} 4 4 re f Q\n".encode()
            # Before the page's own scaling, and in place of the old stream: what is left behind one is read, too.
            return data[: match.end()] + zlib.compress(extra + content) + packed.unused_data
    raise AssertionError("no page")


def add_to_svg(data, at, size_mm):
    scale = 1587 / size_mm[0]
    circle = f'<circle cx="{at[0] * scale:.2f}" cy="{at[1] * scale:.2f}" r="3" fill="red"/>'
    return data.replace(b"</svg>", circle.encode() + b"</svg>")


def add_to_png(path, at, size_mm):
    with Image.open(path) as image:
        pixels = np.array(image.convert("RGB"))
    x, y = (round(at[i] / size_mm[i] * pixels.shape[1 - i]) for i in (0, 1))
    pixels[y - 6 : y + 7, x - 6 : x + 7] = (230, 0, 0)
    Image.fromarray(pixels).save(path)


@pytest.mark.parametrize("product", DRAWN)
def test_a_symbol_at_a_true_place_is_found_and_located(
    county, released, place_on_page, tmp_path, product
):
    path = tmp_path / released[product].name
    shutil.copy(released[product], path)
    assert leaks_of(county, path) == []
    lon, lat = PLACES["130321"]
    secret = (lon + 0.0371, lat + 0.0419)
    at = place_on_page(*secret)
    if product is ProductFormat.PNG:
        add_to_png(path, at, (420.0, 297.0))
    else:
        add = add_to_pdf if product is ProductFormat.PDF else add_to_svg
        path.write_bytes(add(path.read_bytes(), at, (420.0, 297.0)))
    found = leaks_of(county, path)
    assert found
    nearest = min(distance_of(leak, secret) for leak in found if "," in leak.value)
    assert nearest < 250  # half a millimetre at 1:500 000


def test_marks_beside_the_map_are_found_too(county, released, tmp_path):
    path = tmp_path / released[ProductFormat.SVG].name
    path.write_bytes(add_to_svg(released[ProductFormat.SVG].read_bytes(), (410.0, 5.0), (420, 297)))
    assert [leak.value for leak in leaks_of(county, path)] == ["图廓外"]


@pytest.mark.parametrize("content", [b"", b"<svg", b'<svg viewBox="0 0 0 0"/>'])
def test_a_drawing_that_cannot_be_read_is_not_clean(county, released, tmp_path, content):
    path = tmp_path / released[ProductFormat.SVG].name
    path.write_bytes(content)
    assert [leak.value for leak in leaks_of(county, path)] == ["图面无法核对"]


def test_a_picture_that_cannot_be_read_is_not_clean(county, released, tmp_path):
    path = tmp_path / released[ProductFormat.PNG].name
    path.write_bytes(released[ProductFormat.PNG].read_bytes()[:2000])
    assert [leak.value for leak in leaks_of(county, path)] == ["图面无法核对"]


def test_svg_transforms_of_every_kind_are_followed(county, released, place_on_page, tmp_path):
    secret = PLACES["130322"]
    x, y = (value * 1587 / 420 for value in place_on_page(*secret))
    turned = (
        f'<g transform="translate({x:.3f} {y:.3f}) rotate(30) scale(2)">'
        '<g transform="matrix(1,0,0,1,0,0) skewX(0)"><path d="M-1,-1 L1,1"/></g></g>'
        f'<g transform="translate({x:.3f})"><line x1="0" y1="{y:.3f}" x2="0" y2="{y:.3f}"/></g>'
    )
    path = tmp_path / released[ProductFormat.SVG].name
    plain = released[ProductFormat.SVG].read_bytes()
    path.write_bytes(plain.replace(b"</svg>", turned.encode() + b"</svg>"))
    found = leaks_of(county, path)
    assert len(found) == 2
    assert all(distance_of(leak, secret) < 250 for leak in found)


@pytest.mark.parametrize("product", [*DRAWN, ProductFormat.GEOJSON])
def test_the_gate_refuses_what_it_cannot_make_again(office, monkeypatch, product):
    office.add([hazard(at=SECRET)])
    proper = products.WRITERS[product]
    made = []

    def careless(public, edition, path):
        """Draws the true place the first time."""
        if made:
            proper(public, edition, path)
            return
        made.append(path)
        shown = public.hazards[0]
        moved = transform(shown.geometry, lambda _c: np.array([SECRET]))
        object.__setattr__(shown, "geometry", moved)
        proper(public, edition, path)
        object.__setattr__(shown, "geometry", Point(119.5, 39.9))

    monkeypatch.setitem(products.WRITERS, product, careless)
    monkeypatch.setattr(making, "check_all", lambda *_args: [])
    with pytest.raises(ReleaseBlockedError) as refused:
        office.service.release(office.order(formats=(product,)))
    assert {rule for rule, _message in refused.value.findings} == {"PM21"}
    assert list(office.order().out_dir.iterdir()) == []


def test_only_files_named_like_a_product_are_compared(county, released, tmp_path):
    path = tmp_path / "别的图.svg"
    shutil.copy(released[ProductFormat.SVG], path)
    assert leaks_of(county, path) == []


def test_the_sheet_of_the_released_county_is_what_was_drawn(county):
    record = next(r for r in county.service.past() if len(r.products) == len(ProductFormat))
    with county.register.unit_of_work() as work:
        public = gate.thawed(work.releases.content(record.number))
    assert sheet_content(public, products.edition_of_record(record)).title == record.title
