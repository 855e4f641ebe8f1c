"""Spoils survey files: bytes, parts of archives, words of XML; every spoiling follows from its seed."""

from __future__ import annotations

import random
import re
import warnings
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

SHEETS = Path(__file__).resolve().parents[1] / "data" / "sheets"
TEMPLATES = SHEETS.parent / "templates"
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Placemark><name>东沟</name><ExtendedData><Data name="类别"><value>泥石流</value></Data></ExtendedData>
<Point><coordinates>118.95,40.407,0</coordinates></Point></Placemark>
<Placemark><name>西片</name><Polygon><outerBoundaryIs><LinearRing><coordinates>118.9,40.4 118.99,40.4
118.99,40.49 118.9,40.4</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"""
DXF = (
    "0\nSECTION\n2\nENTITIES\n0\nLWPOLYLINE\n8\n地质灾害\n100\nAcDbPolyline\n90\n3\n70\n1\n10\n118.9\n20\n40.4\n"
    "10\n118.92\n20\n40.4\n10\n118.92\n20\n40.42\n0\nTEXT\n8\nA\n100\nAcDbText\n10\n118.915\n20\n40.405\n40\n1\n"
    "1\nEast\n0\nPOINT\n8\nB\n10\n118.9\n20\n40.5\n0\nENDSEC\n0\nEOF\n"
)
TOKENS = (
    b"\x00", b"\xff" * 8, b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"]]>", b"<", b"</", b'"', b"'", b"\r\n",
    b"9" * 40, b"-1", b"1e400", b"NaN", b"Infinity", b"A1048577", b"XFD1", b"XFE1", b"ZZZ9999999", b"=1+1",
    b"../../../../etc/passwd", b"\xef\xbb\xbf", b"\xff\xfe", "示例".encode("utf-16-le"), "合计".encode(),
    b"119.6,39.9;", b"POLYGON((", b"(" * 400, "经度".encode(), b"%n%n%s", b"\x1a", b"PK\x03\x04",
)  # fmt: skip
NUMBER = re.compile(rb"\d+")
TAG = re.compile(rb"<[^<>]{1,200}>")


def seeds(folder: Path) -> dict[str, bytes]:
    """A file of every kind that the import reads, by name."""
    found: dict[str, bytes] = {}
    for name in (
        "three_row_header",
        "side_by_side",
        "same_as_above_merged",
        "hidden",
        "line_and_area",
        "dates",
    ):
        for kind in ("xlsx", "xls", "ods"):
            found[f"{name}.{kind}"] = (SHEETS / kind / f"{name}.{kind}").read_bytes()
        found[f"built_{name}.xlsx"] = (SHEETS / "built" / f"{name}.xlsx").read_bytes()
    found["template.xlsx"] = (TEMPLATES / "template_v1.xlsx").read_bytes()
    for name in (
        "gbk_semicolon.csv", "utf16_tab.txt", "bom_quotes.csv", "html_spans.xls", "html_layout.xls", "excel_2003.xls",
        "tabs_as_xls.xls", "web_archive.xls",
    ):  # fmt: skip
        found[name] = (SHEETS / "built" / name).read_bytes()
    found["a.et"] = found["dates.xls"]
    found["a.kml"], found["a.dxf"] = KML.encode(), DXF.encode()
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", KML)
    found["a.kmz"] = packed.getvalue()
    found |= _vectors(folder)
    return found


def _vectors(folder: Path) -> dict[str, bytes]:
    shapes = [shapely.Point(118.95, 40.407), shapely.Point(118.96, 40.41)]
    fields = {"名称": ["东沟", "西沟"], "类别": ["泥石流", "滑坡"], "备注": ["甲", "乙"]}
    for name in ("a.shp", "a.gpkg", "a.geojson"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyogrio.raw.write(
                folder / name, geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
                field_data=[np.array(column, dtype=object) for column in fields.values()],
                fields=np.array(list(fields), dtype=object), geometry_type="Point", crs="EPSG:4490",
                driver=pyogrio.detect_write_driver(folder / name), encoding="UTF-8",
            )  # fmt: skip
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("a.*")):
            if part.suffix in {".shp", ".dbf", ".shx", ".prj", ".cpg"}:
                archive.writestr(part.name, part.read_bytes())
    return {
        "a.gpkg": (folder / "a.gpkg").read_bytes(),
        "a.geojson": (folder / "a.geojson").read_bytes(),
        "shape.zip": packed.getvalue(),
    }


def mutated(files: dict[str, bytes], seed: int) -> tuple[str, bytes]:
    """Name and content of the spoilt file number ``seed``."""
    chance = random.Random(seed)
    name = chance.choice(sorted(files))
    content = files[name]
    archived = content.startswith(b"PK")
    if archived and chance.random() < 0.75:
        content = _in_archive(content, files, chance)
    else:
        for _ in range(chance.choice((1, 1, 2, 5, 20))):
            content = _spoilt(content, files, chance)
    if chance.random() < 0.05:
        name = (
            f"{chance.choice(['表', 'x y', '地质灾害'])}{Path(chance.choice(sorted(files))).suffix}"
        )
    return name, content


def _in_archive(content: bytes, files: dict[str, bytes], chance: random.Random) -> bytes:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = {item.filename: archive.read(item) for item in archive.infolist()}
    if not parts:
        return content
    for _ in range(chance.choice((1, 1, 2, 4))):
        part = chance.choice(sorted(parts))
        if chance.random() < 0.05:
            del parts[part]
            if not parts:
                break
        else:
            parts[part] = _spoilt(parts[part], files, chance)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, inner in parts.items():
            archive.writestr(part, inner)
    return packed.getvalue()


def _spoilt(content: bytes, files: dict[str, bytes], chance: random.Random) -> bytes:
    if not content:
        return chance.choice(TOKENS)
    return chance.choice(_WAYS)(content, files, chance)


def _flip(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 2, 8, 64))):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _cut(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _drop(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.choice((1, 7, 100, 3000)) :]


def _repeat(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    piece = content[start : start + chance.choice((1, 30, 500))]
    return content[:start] + piece * chance.choice((2, 10, 300)) + content[start:]


def _insert(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    start = chance.randrange(len(content) + 1)
    return content[:start] + chance.choice(TOKENS) + content[start:]


def _splice(content: bytes, files: dict[str, bytes], chance: random.Random) -> bytes:
    other = files[chance.choice(sorted(files))]
    return content[: chance.randrange(len(content))] + other[chance.randrange(len(other)) :]


def _renumber(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    found = list(NUMBER.finditer(content))
    if not found:
        return _flip(content, _files, chance)
    place = chance.choice(found)
    other = chance.choice(
        (b"0", b"-1", b"1048577", b"16385", b"99999999999", b"2147483648", b"1000000")
    )
    return content[: place.start()] + other + content[place.end() :]


def _retag(content: bytes, _files: dict[str, bytes], chance: random.Random) -> bytes:
    found = list(TAG.finditer(content))
    if len(found) < 2:
        return _insert(content, _files, chance)
    one, other = chance.choice(found), chance.choice(found)
    return content[: one.start()] + other[0] * chance.choice((0, 1, 2)) + content[one.end() :]


_WAYS: tuple[Callable[[bytes, dict[str, bytes], random.Random], bytes], ...] = (
    _flip, _flip, _cut, _drop, _repeat, _insert, _splice, _renumber, _renumber, _retag, _retag,
)  # fmt: skip
