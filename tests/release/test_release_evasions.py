"""Ways past the checker that somebody who knows it would try: each once passed, none does now."""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import io
import json
import lzma
import quopri
import struct
import zipfile
import zlib
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import shapely
from PIL import Image
from release_spellings import NAME, PHONE, SPOT
from shapely import Point

from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.references import known_references, parse_reference
from qhd_riskmap.services.release_checker import check_bytes
from qhd_riskmap.services.release_secrets import Secrets

LON, LAT = SPOT


@pytest.fixture(scope="module")
def secrets():
    return Secrets(
        texts={NAME: "name"}, fields={"密址": "address"}, numbers={PHONE: "phone"},
        vertices=np.array([SPOT]), reach_m=np.array([10.0]), public_vertices=np.empty((0, 2)),
    )  # fmt: skip


def kinds(data, secrets, name="a.dat"):
    return {leak.kind for leak in check_bytes(data, Path(name), secrets)}


# -- spellings of a name ------------------------------------------------------------------------------


def deflated(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def points(text, form, between=""):
    return between.join(form.format(ord(c)) for c in text).encode()


NAMES = {
    "variation selectors": lambda t: "\ufe0f".join(t).encode(),
    "fillers": lambda t: "\u3164".join(t).encode(),
    "dots between": lambda t: "·".join(t).encode(),
    "strokes between": lambda t: "-".join(t).encode(),
    "big escapes": lambda t: points(t, "\\U{:08x}"),
    "braced bytes": lambda t: points(t, "\\x{{{:x}}}"),
    "code points of a script": lambda t: b"String.fromCharCode(" + points(t, "{}", ",") + b")",
    "bytes as numbers": lambda t: json.dumps({"data": list(t.encode())}).encode(),
    "escaped bytes": lambda t: "".join(f"\\x{b:02x}" for b in t.encode()).encode(),
    "octal bytes": lambda t: "".join(f"\\{b:03o}" for b in t.encode()).encode(),
    "hex in pairs": lambda t: t.encode().hex(" ").encode(),
    "hex in pairs with a mark": lambda t: ", ".join(f"0x{b:02x}" for b in t.encode()).encode(),
    "entities of entities": lambda t: points(t, "&amp;#x{:x};"),
    "entities in percents": lambda t: "".join(f"%{b:02X}" for b in points(t, "&#{};")).encode(),
    "escapes in entities": lambda t: points(t, "&#92;u{:04x}"),
    "percent twice": lambda t: "".join(f"%25{b:02X}" for b in t.encode()).encode(),
    "percent of gb18030": lambda t: "".join(f"%{b:02X}" for b in t.encode("gb18030")).encode(),
    "quoted printable": lambda t: quopri.encodestring(t.encode()),
    "utf-7": lambda t: t.encode("utf-7"),
    "utf-32": lambda t: t.encode("utf-32"),
    "utf-8 read as latin": lambda t: t.encode().decode("latin-1").encode(),
    "gb18030 read as latin": lambda t: t.encode("gb18030").decode("latin-1").encode(),
    "a mark of utf-16 before utf-8": lambda t: b"\xff\xfe" + t.encode(),
    "short base64": lambda t: base64.b64encode(t[:3].encode()),
    "base64 behind a word": lambda t: b"icon" + base64.b64encode(t.encode() * 3),
    "base64 of the web behind a stroke": lambda t: b"v1-" + base64.urlsafe_b64encode(t.encode() * 3),
    "base64 twice": lambda t: base64.b64encode(base64.b64encode(t.encode())),
    "base32": lambda t: base64.b32encode(t.encode()),
    "small base32": lambda t: base64.b32encode(t.encode()).lower(),
    "base32 that keeps its order": lambda t: base64.b32hexencode(t.encode()),
    "an address of the web": lambda t: b"http://xn--" + t.encode("punycode") + b".example/",
    "bytes of an identifier": lambda t: str(UUID(bytes=t.encode()[:16])).encode(),
    "bare deflate in base64": lambda t: base64.b64encode(deflated(t.encode() * 9)),
    "gzip in hex": lambda t: binascii.hexlify(gzip.compress(t.encode())),
    "bare deflate": lambda t: deflated(("前言后记" + t).encode() * 9),
    "joined by a script": lambda t: f'x = "{t[:3]}" + "{t[3:]}"'.encode(),
    "joined by a formula": lambda t: f'="{t[:3]}"&amp;"{t[3:]}"'.encode(),
    "a chance to break a line": lambda t: f"<p>{t[:3]}<wbr>{t[3:]}</p>".encode(),
    "a broken line of markup": lambda t: f"<p>{t[:3]}<br/>{t[3:]}</p>".encode(),
    "half in raw characters": lambda t: f"<p>{t[:3]}<![CDATA[{t[3:]}]]></p>".encode(),
    "runs of a document": lambda t: (
        f"<w:p><w:r><w:t>{t[:3]}</w:t></w:r><w:proofErr/><w:r><w:rPr><w:rFonts/><w:lang/></w:rPr>"
        f"<w:t>{t[3:]}</w:t></w:r></w:p>"
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("spelling", NAMES)
def test_a_name_is_found_in_any_spelling(secrets, spelling):
    short = {"short base64", "bytes of an identifier"}
    if spelling in short:
        secrets = Secrets(
            texts={NAME[:3]: "name"}, vertices=np.empty((0, 2)), reach_m=np.empty(0),
            public_vertices=np.empty((0, 2)),
        )  # fmt: skip
    assert "name" in kinds(NAMES[spelling](NAME), secrets)


PHONES = [
    "138.5550.1234", "138/5550/1234", "138_5550_1234", "138 、5550 、1234", "一三八五五五〇一二三四",
    "壹叁捌伍伍伍零壹贰叁肆", "①③⑧⑤⑤⑤⓪①②③④", "١٣٨٥٥٥٠١٢٣٤", "1\u200b3\u200b8\u200b55501234", "1-3-8-5-5-5-0-1-2-3-4",
    "1 3 8 5 5 5 0 1 2 3 4", "<b>138</b><i>5550</i><u>1234</u>", "\\u0031\\u0033\\u0038\\u00355501234", "&#49;&#51;&#56;55501234",
    "tel:+86-138-5550-1234", "1.3855501234e10", "13,855,501,234",
]  # fmt: skip


@pytest.mark.parametrize("text", PHONES)
def test_a_telephone_number_is_found_in_any_spelling(secrets, text):
    assert "phone" in kinds(text.encode(), secrets)


# -- spellings of a place -----------------------------------------------------------------------------

EAST, NORTH = (float(v) for v in from_cgcs2000(LON, LAT, parse_reference("EPSG:4528")))


def packed(value):
    degrees = int(value)
    minutes = (value - degrees) * 60
    seconds = (minutes - int(minutes)) * 60
    return degrees, int(minutes), seconds


D, M, S = packed(LON)
D2, M2, S2 = packed(LAT)
PLACES = {
    "a number between": f'{{"lon": {LON}, "level": 12, "lat": {LAT}}}',
    "a year and an address between": f'{LON},2026年,"河北省秦皇岛市海港区某街道某路某某小区某号楼某单元",12,{LAT}',
    "many cells between": f"<tr><td>{LON}</td>" + "<td class='narrow'>31</td>" * 6 + f"<td>{LAT}</td></tr>",
    "columns": f'{{"x": [{LON}, 119.1, 119.2], "y": [{LAT}, 39.1, 39.2]}}',
    "later in the columns": f'{{"x": [119.111, 119.222, {LON}], "y": [39.111, 39.222, {LAT}]}}',
    "powers of ten": f"{LON / 100:.9f}e2 {LAT * 10:.9f}E-01",
    "decimal commas": f"{LON:.6f};{LAT:.6f}".replace(".", ","),
    "thousands apart": f"{EAST:,.2f} {NORTH:,.2f}",
    "thousands apart by spaces": f"{EAST:,.2f}; {NORTH:,.2f}".replace(",", " "),
    "whole millionths": f"{round(LON * 1e6)},{round(LAT * 1e6)}",
    "whole ten millionths": f'"lonE7":{round(LON * 1e7)},"latE7":{round(LAT * 1e7)}',
    "whole hundred thousandths": f"{round(LON * 1e5)} {round(LAT * 1e5)}",
    "degrees minutes seconds bare": f"{D} {M} {S:.2f} {D2} {M2} {S2:.2f}",
    "degrees minutes seconds by strokes": f"{D}-{M:02d}-{S:05.2f}, {D2}-{M2:02d}-{S2:05.2f}",
    "packed behind a point": f"{D}.{M:02d}{round(S * 100):04d}, {D2}.{M2:02d}{round(S2 * 100):04d}",
    "packed before a point": f"{D}{M:02d}{S:05.2f} {D2}{M2:02d}{S2:05.2f}",
    "as receivers tell it": f"$GPGGA,,{D2}{M2 + S2 / 60:07.4f},N,{D}{M + S / 60:07.4f},E",
    "minutes with a point": f"{D}°{M + S / 60:.4f}′ {D2}°{M2 + S2 / 60:.4f}′",
    "radians": f"{np.deg2rad(LON):.8f} {np.deg2rad(LAT):.8f}",
    "one number coarse": None,
    "invisible characters inside": f"{LON}, {LAT}".replace("5", "5\u200b").replace("9", "9\u2060"),
    "tags inside": "<p>119.<b>5432</b>17, 39.<i>981</i>234</p>",
    "escaped digits": "".join(f"\\u{ord(c):04x}" for c in f"{LON}, {LAT}"),
    "steps of a path": f'<path d="M119.5,39.9 l{LON - 119.5:.6f},{LAT - 39.9:.6f} z"/>',
    "steps of a list": json.dumps({"type": "Topology", "transform": {"scale": [1e-6, 1e-6], "translate": [119.0, 39.0]},
                                   "arcs": [[[500000, 900000], [43217, 81234]]]}),
    "an encoded line": json.dumps({"line": "kbcqFqfq|U"}),
    "a cell of a geohash": None,
    "Chinese digits": "东经一一九点五四三二一七，北纬三九点九八一二三四",
}  # fmt: skip


def encoded_line(*lonlat):
    """As map services spell a line."""
    out, last = "", (0, 0)
    for lon, lat in lonlat:
        now = (round(lat * 1e5), round(lon * 1e5))
        for value, before in zip(now, last, strict=True):
            step = value - before
            step = ~(step << 1) if step < 0 else step << 1
            while step >= 0x20:
                out += chr((0x20 | step & 0x1F) + 63)
                step >>= 5
            out += chr(step + 63)
        last = now
    return out


PLACES["an encoded line"] = json.dumps({"line": encoded_line((119.5, 39.9), SPOT, (119.6, 40.0))})
del PLACES["one number coarse"], PLACES["a cell of a geohash"]


@pytest.mark.parametrize("spelling", PLACES)
def test_a_place_is_found_in_any_spelling(secrets, spelling):
    assert "position" in kinds(PLACES[spelling].encode(), secrets)


@pytest.mark.parametrize("text", ["119.54,39.981234", "39.981234 119.54"])
def test_a_place_of_which_one_number_is_coarse_is_found(text):
    secrets = Secrets(
        vertices=np.array([(119.54, 39.981234)]), reach_m=np.array([10.0]),
        public_vertices=np.empty((0, 2)),
    )  # fmt: skip
    assert "position" in kinds(text.encode(), secrets)


@pytest.mark.parametrize("reference", [r.text for r in known_references()])
@pytest.mark.parametrize("form", ["text", "float64", "float32"])
def test_a_place_is_found_in_every_datum_and_projection_we_know(secrets, reference, form):
    x, y = (float(v) for v in from_cgcs2000(LON, LAT, parse_reference(reference)))
    if form == "text":
        digits = 7 if abs(x) < 180 else 2
        data = f"A1 {x:.{digits}f} {y:.{digits}f} B".encode()
    else:
        kind = "<2d" if form == "float64" else "<2f"
        data = b"\xff\xfe\xfd" + struct.pack(kind, x, y) + b"\xff" * 5
    if form == "float32" and abs(x) > 1e7:
        pytest.skip("single precision holds no tenth of a cell there")
    assert "position" in kinds(data, secrets)


BINARY_PLACES = {
    "metres in well-known binary": lambda: shapely.to_wkb(Point(EAST, NORTH)),
    "metres in hex": lambda: shapely.to_wkb(Point(EAST, NORTH), hex=True).encode(),
    "columns of doubles": lambda: b"\xff" + np.array([119.11, 119.22, LON, 39.11, 39.22, LAT]).tobytes(),
    "with heights": lambda: b"\xff" + struct.pack("<3d", LON, LAT, 12.0),
    "a measure between": lambda: b"\xff" + struct.pack("<3d", LON, 7.5, LAT),
}  # fmt: skip


@pytest.mark.parametrize("form", BINARY_PLACES)
def test_a_place_is_found_as_binary_numbers(secrets, form):
    assert "position" in kinds(BINARY_PLACES[form](), secrets)


DOUBLES = struct.pack("<2d", LON, LAT)
ENCODED_PLACES = {
    "an identifier": lambda: str(UUID(bytes=DOUBLES)),
    "an identifier, greatest byte first": lambda: str(UUID(bytes=struct.pack(">2d", LON, LAT))),
    "an identifier as Windows stores it": lambda: str(UUID(bytes_le=DOUBLES)).upper(),
    "half an identifier": lambda: str(UUID(bytes=struct.pack("<2f", LON, LAT) + bytes(8))),
    "small base32": lambda: base64.b32encode(DOUBLES).decode().lower(),
    "base32 that keeps its order": lambda: base64.b32hexencode(DOUBLES).decode(),
    "doubles as pairs of hex": lambda: DOUBLES.hex(" "),
    "numbers of a program": lambda: f"{LON.hex()}, {LAT.hex()}",
    "whole millionths in hex": lambda: f"x=0x{round(LON * 1e6):x};y=0x{round(LAT * 1e6):X}",
    "a geohash": lambda: f"id,{geohash(LON, LAT, 9)},x",
    "a short geohash": lambda: json.dumps({"g": geohash(LON, LAT, 8)}),
    "a long geohash in capitals": lambda: "编号" + geohash(LON, LAT, 12).upper(),
    "a plus code": lambda: f"代码 {plus_code(LON, LAT)}",
    "a long plus code": lambda: plus_code(LON, LAT) + finer_digit(LON, LAT),
    "the key of a tile": lambda: f"/{tile_key(LON, LAT, 20)}.png",
}  # fmt: skip


def geohash(lon, lat, length):
    """By whole numbers, unlike what reads it: bits of both axes in turn, five a character."""
    bits = length * 5
    across, up = (bits + 1) // 2, bits // 2
    x, y = int((lon + 180) / 360 * 2**across), int((lat + 90) / 180 * 2**up)
    turns = [
        x >> (across - 1 - n // 2) & 1 if n % 2 == 0 else y >> (up - 1 - n // 2) & 1
        for n in range(bits)
    ]
    fives = [int("".join(map(str, turns[n : n + 5])), 2) for n in range(0, bits, 5)]
    return "".join("0123456789bcdefghjkmnpqrstuvwxyz"[five] for five in fives)


def plus_code(lon, lat):
    digits, up, along = "", int((lat + 90) * 8000), int((lon + 180) * 8000)
    for _pair in range(5):
        digits = "23456789CFGHJMPQRVWX"[up % 20] + "23456789CFGHJMPQRVWX"[along % 20] + digits
        up, along = up // 20, along // 20
    return f"{digits[:8]}+{digits[8:]}"


def finer_digit(lon, lat):
    row, column = int((lat + 90) * 40_000) % 5, int((lon + 180) * 32_000) % 4
    return "23456789CFGHJMPQRVWX"[row * 4 + column]


def tile_key(lon, lat, zoom):
    x, y = (float(v) for v in from_cgcs2000(lon, lat, parse_reference("EPSG:3857")))
    width = 2 * np.pi * 6378137 / 2**zoom
    column, row = int((x + np.pi * 6378137) / width), int((np.pi * 6378137 - y) / width)
    return "".join(
        str((column >> n & 1) + 2 * (row >> n & 1)) for n in range(zoom - 1, -1, -1)
    )  # fmt: skip


@pytest.mark.parametrize("form", ENCODED_PLACES)
def test_a_place_is_found_as_a_cell_or_in_an_encoding(secrets, form):
    assert "position" in kinds(ENCODED_PLACES[form]().encode(), secrets)


@pytest.mark.parametrize("length", [5, 7])
def test_a_geohash_coarser_than_the_release_gives_no_place_away(secrets, length):
    assert kinds(geohash(LON, LAT, length).encode(), secrets) == set()


def test_cells_a_kilometre_away_are_no_alarm(secrets):
    lon, lat = LON + 0.012, LAT
    told = f"{geohash(lon, lat, 9)} {plus_code(lon, lat)} {tile_key(lon, lat, 20)} {UUID(bytes=struct.pack('<2d', lon, lat))}"
    assert kinds(told.encode(), secrets) == set()


@pytest.mark.parametrize(
    "told",
    [
        "130302SL20260001",
        "130302_SL_2026_0001",
        "130302/sl/2026/0001",
        "130302 SL 2026 0001",
        "130302－SL－2026－0001",
        "130302SL202600012",
    ],
)
def test_a_code_is_found_whatever_joins_its_parts(told):
    secrets = Secrets(
        texts={"130302-sl-2026-0001": "code"}, vertices=np.empty((0, 2)), reach_m=np.empty(0),
        public_vertices=np.empty((0, 2)),
    )  # fmt: skip
    assert "code" in kinds(f"见{told}号".encode(), secrets)
    assert kinds("见130302SL20260002号".encode(), secrets) == set()


# -- hiding places of archives ------------------------------------------------------------------------


def zipped(members, **more):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = more.get("comment", b"")
    return out.getvalue()


def without_its_entry():
    """A member that the list of contents does not name any more."""
    data = zipped({"a.txt": b"x", "b.txt": NAME.encode() * 9})
    start = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", start + 4)
    end = data.index(b"PK\x05\x06")
    tail = bytearray(data[end:])
    struct.pack_into("<HHII", tail, 8, 1, 1, second - start, start)
    return data[:second] + bytes(tail)


def between_members():
    first = zipped({"a.txt": b"x"})
    at = first.index(b"PK\x01\x02")
    hole = zlib.compress(NAME.encode())
    tail = bytearray(first[first.index(b"PK\x05\x06") :])
    struct.pack_into("<I", tail, 16, at + len(hole))
    return first[:at] + hole + first[at : first.index(b"PK\x05\x06")] + bytes(tail)


def another_local_name():
    data = zipped({"abcdefghij.txt": b"x"})
    return data.replace(b"abcdefghij.txt", b"k.txt".rjust(14, b"k"), 1).replace(
        b"kkkkkkkkkk", ("密" * 0 + NAME[:3]).encode()[:9].ljust(10, b"_"), 1
    )


def name_in_gb18030():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("X" * len(NAME.encode("gb18030")), b"x")
    return out.getvalue().replace(b"X" * len(NAME.encode("gb18030")), NAME.encode("gb18030"))


ARCHIVES = {
    "a member that no list names": without_its_entry,
    "between the members": between_members,
    "before the members": lambda: b"MZ" + zlib.compress(NAME.encode()) + zipped({"a.txt": b"x"}),
    "an archive behind a text": lambda: b"hello\n" + zipped({"a.txt": NAME.encode() * 9}),
    "a name in gb18030": name_in_gb18030,
    "a folder": lambda: zipped({f"{NAME}/a.txt": b"x"}),
    "behind a packed text": lambda: zlib.compress(b"x" * 99) + NAME.encode(),
    "packed behind a packed text": lambda: zlib.compress(b"x" * 99) + zlib.compress(NAME.encode()),
    "behind bz2": lambda: bz2.compress(b"x" * 99) + bz2.compress(NAME.encode()),
    "behind xz": lambda: lzma.compress(b"x" * 99) + lzma.compress(NAME.encode()),
    "the name of a gzip member": lambda: gzip_named(NAME),
    "two gzip members": lambda: gzip.compress(b"x") + gzip.compress(NAME.encode()),
}


def gzip_named(name):
    data = bytearray(gzip.compress(b"x"))
    data[3] |= 8
    return bytes(data[:10]) + name.encode() + b"\x00" + bytes(data[10:])


@pytest.mark.parametrize("place", ARCHIVES)
def test_a_name_is_found_anywhere_in_an_archive(secrets, place):
    assert kinds(ARCHIVES[place](), secrets, "a.bin") & {"name", "hidden"}


def test_a_short_name_of_a_folder_of_an_archive_is_a_field(secrets):
    assert "address" in kinds(zipped({"图/密址/a.txt": b"x"}), secrets, "a.zip")


@pytest.mark.parametrize(
    "name",
    ["图.密址.pdf2", "密址.txt", "图-密址.txt", "图_密址_2.txt", "图（密址）.txt", f"图.{NAME}"],
)
def test_every_part_of_a_file_name_is_read(secrets, name):
    assert kinds(b"x", secrets, name) & {"address", "name"}


@pytest.mark.parametrize(
    "magic",
    [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"MSCF",
        b"\x04\x22\x4d\x18",
        b"\x1f\x9d\x90",
        b"LZIP",
        b"PAR1",
    ],
)
def test_packings_nobody_opens_are_not_cleared(secrets, magic):
    assert "hidden" in kinds(magic + b"....", secrets)


OFFICE = {
    "a property of its own": "docProps/custom.xml",
    "answers": "xl/threadedComments/threadedComment1.xml",
    "macros": "xl/vbaProject.bin",
    "an embedded file": "xl/embeddings/oleObject1.bin",
    "settings of a printer": "xl/printerSettings/printerSettings1.bin",
    "a connection": "xl/connections.xml",
    "comments of a document": "word/comments.xml",
    "people": "word/people.xml",
    "a strange part": "xl/more.dat",
}


@pytest.mark.parametrize("place", OFFICE)
def test_parts_no_product_has_are_hidden_content(secrets, place):
    data = zipped({"[Content_Types].xml": b"<Types/>", OFFICE[place]: b"<x/>"})
    assert "hidden" in kinds(data, secrets, "a.xlsx")


# -- hiding places of pictures ------------------------------------------------------------------------


def picture(form, **more):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(out, form, **more)
    return out.getvalue()


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_plus(*extra, more_rows=b""):
    data = picture("PNG")
    at = data.index(b"IDAT") - 4
    length = struct.unpack_from(">I", data, at)[0]
    body = zlib.decompress(data[at + 8 : at + 8 + length])
    return data[:at] + b"".join(extra) + chunk(b"IDAT", zlib.compress(body + more_rows)) + chunk(b"IEND", b"")  # fmt: skip


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_plus(at, extra):
    data = picture("JPEG")
    places = {"start": 2, "scan": data.rindex(b"\xff\xd9"), "end": len(data)}
    return data[: places[at]] + extra + data[places[at] :]


RAW = NAME.encode()
PICTURES = {
    "png palette": lambda: png_plus(chunk(b"PLTE", RAW[:21])),
    "png background": lambda: png_plus(chunk(b"bKGD", RAW)),
    "png size": lambda: png_plus(chunk(b"pHYs", RAW)),
    "png rows too many": lambda: png_plus(more_rows=RAW),
    "png behind the end": lambda: png_plus() + RAW,
    "png unknown chunk": lambda: png_plus(chunk(b"vpAg", zlib.compress(RAW))),
    "png content of the last chunk": lambda: png_plus()[:-12] + chunk(b"IEND", RAW),
    "jpeg comment in the scan": lambda: jpeg_plus("scan", segment(0xFE, RAW)),
    "jpeg behind the end": lambda: jpeg_plus("end", RAW + b"\xff\xd9"),
    "jpeg behind a jpeg": lambda: picture("JPEG") + jpeg_plus("start", segment(0xFE, RAW)),
    "jpeg header": lambda: picture("JPEG").replace(b"\xff\xe0\x00\x10", b"\xff\xe0" + struct.pack(">H", 16 + len(RAW)), 1).replace(
        b"\x00\x00\xff\xdb", b"\x00\x00" + RAW + b"\xff\xdb", 1),
    "jpeg table": lambda: jpeg_plus("start", segment(0xDB, b"\x00" + RAW.ljust(64))),
    "jpeg exif": lambda: jpeg_plus("start", segment(0xE1, b"Exif\0\0II*\0" + NAME.encode("utf-16-le"))),
    "jpeg thumbnail": lambda: jpeg_plus("start", segment(0xE1, b"Exif\0\0II*\0" + jpeg_plus("start", segment(0xFE, RAW)))),
    "jpeg packed xmp": lambda: jpeg_plus("start", segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + "".join(f"&#x{ord(c):x};" for c in NAME).encode())),
    "jpeg profile": lambda: jpeg_plus("start", segment(0xE2, b"ICC_PROFILE\0\1\1" + NAME.encode("utf-16-be"))),
    "jpeg filled markers": lambda: jpeg_plus("start", b"\xff\xff" + segment(0xFE, RAW)),
}  # fmt: skip


@pytest.mark.parametrize("place", PICTURES)
def test_a_name_is_found_anywhere_in_a_picture(secrets, place):
    name = "a.jpg" if place.startswith("jpeg") else "a.png"
    assert kinds(PICTURES[place](), secrets, name) & {"name", "hidden"}


@pytest.mark.parametrize(
    ("form", "more"),
    [
        ("PNG", {}),
        ("PNG", {"dpi": (300, 300)}),
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"dpi": (300, 300)}),
    ],
)
def test_a_plain_picture_is_clean(secrets, form, more):
    assert kinds(picture(form, **more), secrets, f"a.{form.lower()}") == set()


# -- hiding places of a PDF -----------------------------------------------------------------------------


def pdf_of(*objects):
    """A file of these objects; no reader is needed to look into it."""
    parts = [b"%PDF-1.7\n"]
    for number, body in enumerate((b"<< /Type /Catalog >>", *objects), start=1):
        parts.append(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    return b"".join(parts) + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def stream_of(head, data):
    return b"<< /Length %d %s >>\nstream\n" % (len(data), head) + data + b"\nendstream"


UTF16 = b"\xfe\xff" + NAME.encode("utf-16-be")
PDFS = {
    "a font that is none": lambda: stream_of(b"/Length1 9 /Filter /FlateDecode", zlib.compress(RAW)),
    "a picture that is none": lambda: stream_of(b"/Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8", RAW),
    "a profile that is none": lambda: stream_of(b"/N 3 /ICCBased 1", RAW),
    "a filter spelled otherwise": lambda: stream_of(b"/Filter /Fl#61teDecode", zlib.compress(RAW)),
    "a filter nobody reads, spelled otherwise": lambda: stream_of(b"/Filter /LZ#57Decode", b"\x80\x0b"),
    "encrypted, spelled otherwise": lambda: b"<< /Enc#72ypt 3 0 R >>",
    "behind the packed stream": lambda: stream_of(b"/Filter /FlateDecode", zlib.compress(b"x") + RAW),
    "packed twice": lambda: stream_of(b"/Filter [/FlateDecode /FlateDecode]", zlib.compress(zlib.compress(RAW))),
    "other words for a text": lambda: stream_of(b"", b"BT /Span << /ActualText <" + UTF16.hex().encode() + b"> >> BDC (x) Tj EMC ET"),
    "other words in brackets": lambda: stream_of(b"", b"BT /Span << /ActualText (" + UTF16 + b") >> BDC (x) Tj EMC ET"),
    "a name among the operators": lambda: stream_of(b"", b"BT (x) Tj ET /" + b"".join(b"#%02X" % b for b in RAW) + b" gs"),
    "a small picture among the operators": lambda: stream_of(b"", b"BT (x) Tj ET BI /W 9 ID " + RAW + b" EI"),
    "a file attached": lambda: stream_of(b"/Type /EmbeddedFile /Filter /FlateDecode", zlib.compress(b"x")),
    "the name of a file attached": lambda: b"<< /Type /Filespec /F (x.txt) /UF <" + UTF16.hex().encode() + b"> >>",
    "a form": lambda: b"<< /AcroForm << /Fields [] >> >>",
    "a note": lambda: b"<< /Type /Annot /Subtype /Text /Contents (x) >>",
    "octal characters": lambda: b"<< /Title (" + b"".join(b"\\%03o" % b for b in UTF16) + b") >>",
    "a broken string": lambda: b"<< /Title (" + RAW[:9] + b"\\\n" + RAW[9:] + b") >>",
}  # fmt: skip


@pytest.mark.parametrize("place", PDFS)
def test_a_name_is_found_anywhere_in_a_pdf(secrets, place):
    assert kinds(pdf_of(PDFS[place]()), secrets, "a.pdf") & {"name", "hidden"}


def test_the_name_of_an_attached_file_is_read(secrets):
    """Not only that something is attached: the officer has to see what."""
    for spelled in (b"(" + RAW + b")", b"<" + UTF16.hex().encode() + b">", b"(" + UTF16 + b")"):
        data = pdf_of(b"<< /Type /Filespec /F " + spelled + b" >>")
        assert kinds(data, secrets, "a.pdf") >= {"name", "hidden"}


# -- markup -----------------------------------------------------------------------------------------------


def test_entities_of_its_own_are_hidden_content(secrets):
    data = f'<!DOCTYPE svg [<!ENTITY a "{NAME[:3]}"><!ENTITY b "{NAME[3:]}">]><svg>&a;&b;</svg>'
    assert kinds(data.encode(), secrets, "a.svg") & {"hidden", "name"}
