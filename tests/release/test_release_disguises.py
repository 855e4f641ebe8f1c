"""Places and spellings in which a leak once passed the checker, and chances that once stopped a release."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import struct
import zipfile
import zlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import numpy as np
import pypdf
import pytest
import shapely
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from pypdf.generic import DictionaryObject, NameObject, StreamObject
from release_county import ACTOR
from shapely import LineString, Point, Polygon

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_checker import check_bytes
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder
from qhd_riskmap.services.release_secrets import Secrets
from qhd_riskmap.services.sample_county import SAMPLE_PASSPHRASE, ensure_sample_register
from qhd_riskmap.storage.engine import open_register

NAME, PHONE = "秘密场所甲号院", "13855501234"
SPOT = (119.543217, 39.981234)


@pytest.fixture(scope="module")
def secrets():
    return Secrets(
        texts={NAME: "name"}, numbers={PHONE: "phone", "7051234": "phone"},
        vertices=np.array([SPOT]), reach_m=np.array([10.0]), public_vertices=np.empty((0, 2)),
    )  # fmt: skip


def kinds(data, secrets, name="a.dat"):
    return {leak.kind for leak in check_bytes(data, Path(name), secrets)}


# -- spellings ---------------------------------------------------------------------------------------------

SPELLINGS = {
    "braced escapes": lambda t: "".join(f"\\u{{{ord(c):x}}}" for c in t).encode(),
    "style escapes": lambda t: "".join(f"\\{ord(c):04X} " for c in t).encode(),
    "wrapped base64": lambda t: base64.encodebytes(("前" * 31 + t + "后" * 40).encode()),
    "utf-16 in base64": lambda t: base64.b64encode((t * 2).encode("utf-16-le")),
    "gb18030 in base64": lambda t: base64.b64encode((t * 2).encode("gb18030")),
    "bz2": lambda t: bz2.compress(t.encode()),
    "xz": lambda t: lzma.compress(t.encode()),
    "cut by markup": lambda t: f"<p>{t[:2]}<b>{t[2:4]}</b>{t[4:]}</p>".encode(),
    "runs of a cell": lambda t: f"<si><r><t>{t[:3]}</t></r><r><t>{t[3:]}</t></r></si>".encode(),
    "svg spans": lambda t: (
        f"<svg><text><tspan>{t[:3]}</tspan><tspan>{t[3:]}</tspan></text></svg>".encode()
    ),
    "attribute": lambda t: f'<svg data-x="{t}"/>'.encode(),
    "comment": lambda t: f"<svg><!-- {t} --></svg>".encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_name_is_found_in_any_spelling(secrets, spelling):
    assert "name" in kinds(SPELLINGS[spelling](NAME), secrets)


@pytest.mark.parametrize(
    "magic", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07\x01\x00", b"\x28\xb5\x2f\xfd"]
)
def test_packings_nobody_opens_are_not_cleared(secrets, magic):
    assert kinds(magic + b"....", secrets) == {"hidden"}


@pytest.mark.parametrize(
    "text",
    [
        "东经119.543217，北纬39.981234。",
        "位于119.543217,39.981234.",
        "E119.543217 N39.981234",
        "<td>119.543217</td><td class='a long class name that fills the gap'>39.981234</td>",
        "纬度39.981234经度119.543217",
    ],
)
def test_a_position_is_found_beside_words_and_full_stops(secrets, text):
    assert "position" in kinds(text.encode(), secrets)


BINARY = {
    "wkb": lambda: shapely.to_wkb(Point(SPOT)),
    "wkb, big end first": lambda: shapely.to_wkb(Point(SPOT), byte_order=0),
    "wkb as hex": lambda: shapely.to_wkb(Point(SPOT), hex=True).encode(),
    "wkb in base64 in json": lambda: json.dumps(
        {"g": base64.b64encode(shapely.to_wkb(Point(SPOT))).decode()}
    ).encode(),
    "float32, one byte off": lambda: b"\xff" + struct.pack("<2f", *SPOT),
    "latitude first": lambda: b"\xff" * 3 + struct.pack("<2d", *SPOT[::-1]),
}


@pytest.mark.parametrize("form", BINARY)
def test_a_position_is_found_as_binary_numbers(form):
    secrets = Secrets(
        vertices=np.array([SPOT]), reach_m=np.array([10.0]), public_vertices=np.empty((0, 2))
    )
    assert "position" in kinds(BINARY[form](), secrets)


@pytest.mark.parametrize(
    "text",
    [
        "电话7051234",
        "0335-705-1234",
        "(0335)7051234",
        "705 1234",
        "+86 138-5550-1234",
        "x13855501234y",
    ],
)
def test_a_telephone_number_is_found_however_it_is_grouped(secrets, text):
    assert "phone" in kinds(text.encode(), secrets)


@pytest.mark.parametrize(
    "text", ["118.947051234567", "39.97051234", "217051234567890123", "1970512340"]
)
def test_a_short_number_inside_decimals_is_chance(secrets, text):
    assert "phone" not in kinds(text.encode(), secrets)


# -- places in files ------------------------------------------------------------------------------------------


def pdf_with(change):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def stream(data, **entries):
    made = StreamObject()
    made.set_data(data)
    made.update({NameObject(f"/{key}"): value for key, value in entries.items()})
    return made


def object_stream():
    inner = f"7 0 << /Title ({NAME}) >>".encode()
    packed = zlib.compress(inner)
    return (
        b"%PDF-1.5\n1 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length "
        + str(len(packed)).encode() + b" >>\nstream\n" + packed + b"\nendstream\nendobj\n%%EOF\n"
    )  # fmt: skip


PDFS = {
    "object stream": object_stream,
    "metadata": lambda: pdf_with(lambda w: w.add_metadata({"/Subject": NAME})),
    "metadata packet with entities": lambda: pdf_with(
        lambda w: w._add_object(
            stream("".join(f"&#x{ord(c):x};" for c in f"<x:xmpmeta>{NAME}").encode())
        )
    ),
    "unreachable stream in utf-16": lambda: pdf_with(
        lambda w: w._add_object(stream(("ab" + NAME).encode("utf-16-be")))
    ),
    "name of a key": lambda: pdf_with(
        lambda w: w._add_object(DictionaryObject({NameObject(f"/{NAME}"): NameObject("/X")}))
    ),
    "before the objects": lambda: pdf_with(lambda w: None).replace(
        b"%PDF-1.3\n", b"%PDF-1.3\n%" + NAME.encode() + b"\n", 1
    ),
    "behind a stream": lambda: object_stream().replace(
        b"endstream\n", b"endstream\n%" + NAME.encode() + b"\n"
    ).replace(b"ObjStm", b"Other"),
    "nested brackets": lambda: pdf_with(
        lambda w: w._add_object(stream(b"BT /F 9 Tf (a(" + NAME.encode() + b")b) Tj ET"))
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", PDFS)
def test_a_name_is_found_anywhere_in_a_pdf(secrets, place):
    assert "name" in kinds(PDFS[place](), secrets, "a.pdf")


def test_differences_between_rows_are_not_cleared(secrets):
    data = object_stream().replace(b"/N 1", b"/N 1 /DecodeParms << /Predictor 12 /Columns 4 >>")
    assert "hidden" in kinds(data, secrets, "a.pdf")


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(*extra, tail=b""):
    picture = zlib.compress(b"\x00\x00") + tail
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0)), *extra,
         chunk(b"IDAT", picture), chunk(b"IEND", b""))
    )  # fmt: skip


PNGS = {
    "tEXt": lambda: png_with(chunk(b"tEXt", b"Comment\x00" + NAME.encode())),
    "zTXt": lambda: png_with(chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(NAME.encode()))),
    "iTXt": lambda: png_with(
        chunk(b"iTXt", b"Comment\x00\x01\x00zh\x00\x00" + zlib.compress(NAME.encode()))
    ),
    "eXIf": lambda: png_with(chunk(b"eXIf", b"II*\x00" + NAME.encode("utf-16-le"))),
    "behind the picture": lambda: png_with(tail=NAME.encode()),
}


@pytest.mark.parametrize("place", PNGS)
def test_a_name_is_found_anywhere_in_a_picture(secrets, place):
    assert kinds(PNGS[place](), secrets, "a.png") >= {"name", "hidden"}


def test_a_plain_picture_is_clean(secrets):
    assert kinds(png_with(), secrets, "a.png") == set()


def commented(book):
    book.active["A1"].comment = Comment(NAME, "x")


def defined(book):
    book.defined_names["n"] = DefinedName("n", attr_text=f'"{NAME}"')


def hidden(book):
    book.create_sheet("b")["A1"] = NAME
    book["b"].sheet_state = "veryHidden"


def described(book):
    book.properties.description = NAME


@pytest.mark.parametrize("change", [commented, defined, hidden, described])
def test_a_name_is_found_anywhere_in_a_workbook(released, secrets, change, tmp_path):
    book = load_workbook(released[ProductFormat.XLSX])
    change(book)
    book.save(tmp_path / "a.xlsx")
    book.close()
    assert "name" in kinds((tmp_path / "a.xlsx").read_bytes(), secrets, "a.xlsx")


def test_a_position_in_two_cells_of_a_workbook_is_found(released, secrets, tmp_path):
    book = load_workbook(released[ProductFormat.XLSX])
    sheet = book.worksheets[1]
    sheet["AAA900"], sheet["AAB900"] = SPOT
    book.save(tmp_path / "a.xlsx")
    book.close()
    assert "position" in kinds((tmp_path / "a.xlsx").read_bytes(), secrets, "a.xlsx")


def test_a_name_in_a_part_of_an_archive_is_found(secrets):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("customXml/item1.xml", f"<x>{NAME}</x>")
    assert kinds(out.getvalue(), secrets, "a.zip") >= {"name", "hidden"}


# -- no false alarm ---------------------------------------------------------------------------------------------

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "建国秀英志强丽华海涛春梅永福"
PLACES = ["北山", "石门", "大石窟", "桃园", "驻操营", "花果山", "柳河", "双岭", "祖山", "鸽子窝"]


def random_register(seed):
    """An ordinary register: short words, landlines, coarse coordinates, everyday notes."""
    chance = random.Random(seed)
    shapes = list(boundaries().counties.items())
    records = []
    for serial in range(220):
        code, county = chance.choice(shapes)
        west, south, east, north = county.bounds
        x, y = chance.uniform(west, east), chance.uniform(south, north)
        kind = chance.choice(taxonomy().types)
        digits = chance.choice([1, 3, 6])
        x, y = round(x, digits), round(y, digits)
        shape = chance.choice(
            [
                Point(x, y),
                LineString([(x, y), (x + 0.01, y + 0.004), (x + 0.013, y)]),
                Polygon([(x, y), (x + 0.006, y), (x + 0.005, y + 0.006)]),
            ]
        )
        where = chance.choice(PLACES)
        division = regions().get(code).name
        person = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice([1, 2])))
        records.append(
            Hazard(
                id=uuid4(),
                name=chance.choice(
                    [f"{where}{kind.label}隐患点", f"{where}{serial}号点", f"{division}{kind.label}"]
                ),
                type_key=kind.key,
                sub_kind=chance.choice(["", *kind.sub_kinds]),
                geometry=shape,
                provenance=Provenance(
                    original_text=f"{x},{y}",
                    declared_reference="cgcs2000",
                    method=LocationMethod.IMPORTED,
                    accuracy=AccuracyClass.UNKNOWN,
                ),
                county=code,
                township=chance.choice(["", f"{where}镇", "城关街道"]),
                unit=chance.choice(["", f"{division}应急管理局", f"{where}镇人民政府", f"{where}村委会"]),
                regulator=chance.choice(["", "市应急管理局", "县水务局"]),
                contact=chance.choice(["", person, "值班室", "村委会"]),
                phone=chance.choice(["", f"1{chance.randrange(3, 10)}{chance.randrange(10**9):09d}",
                                     f"{chance.randrange(3_000_000, 8_999_999)}", "0335-8051234"]),
                address=chance.choice(["", f"{division}{where}村", f"{where}镇", division]),
                notes=chance.choice(["", "无", "已巡查", "汛期加密巡查", "100", "2026-06-01"]),
                extras=chance.choice([{}, {"序号": str(serial), "是否": "是", "等级": "较大风险"}]),
                level=chance.choice([None, *RiskLevel]),
            )
        )  # fmt: skip
    return records


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_an_ordinary_register_is_released_without_alarm(office, seed, soak):
    if not soak and seed >= 2:
        pytest.skip("full count under QHD_RISKMAP_SOAK=1")
    office.add(random_register(seed))
    county = [None, "130321", "130302"][seed % 3]
    outcome = office.service.release(office.order(formats=tuple(ProductFormat), county=county))
    assert len(outcome.files) == len(ProductFormat)


def test_a_protected_name_of_shared_words_is_no_secret(office):
    records = random_register(99)[:40]
    records.append(replace(records[0], id=uuid4(), type_key="terror", name="海港区食品安全"))
    office.add(records)
    assert office.service.release(office.order(formats=tuple(ProductFormat))).files


# -- the sample county ------------------------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.parametrize("county", [None, *[region.code for region in regions().current()]])
def test_the_sample_county_is_released_without_alarm(sample_service, county, tmp_path, soak):
    if not soak and county not in {None, "130321"}:
        pytest.skip("full count under QHD_RISKMAP_SOAK=1")
    order = ReleaseOrder(
        title="示例分布图", formats=tuple(ProductFormat), out_dir=tmp_path / "公开", county=county,
        control_dir=tmp_path / "内部", data_date=date(2026, 10, 31), publisher="示例县人民政府",
        source="各乡镇排查上报", unit="示例局", prepared_by="编制甲",
        approval_no=f"示例S(2014){int(county or 1) % 1000:03d}号",
        reviewed_by="审核乙", secrecy_reviewed_by="保密丙",
    )  # fmt: skip
    assert len(sample_service.release(order).files) == len(ProductFormat)


@pytest.fixture(scope="module")
def sample_service(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "示例县.qhd"
    ensure_sample_register(path, ACTOR, SilentJob())
    register = open_register(path, passphrase=SAMPLE_PASSPHRASE)
    yield ReleaseService(register, ACTOR)
    register.close()


# -- corners of the reader ---------------------------------------------------------------------------------------


def nested(depth):
    data = NAME.encode()
    for _ in range(depth):
        data = zlib.compress(data)
    return data


def jpeg(*segments, tail=b""):
    return b"\xff\xd8" + b"".join(segments) + b"\xff\xda\x00\x02\xff\xd9" + tail


def zipped_comment():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", "x")
        archive.comment = NAME.encode()
    return out.getvalue()


def zipped_encrypted():
    data = bytearray(zipped_comment())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


CORNERS = {
    "packed too deep": (lambda: nested(9), "hidden"),
    "comment of a jpeg": (lambda: jpeg(b"\xff\xfe" + struct.pack(">H", 2 + len(NAME.encode())) + NAME.encode()), "name"),
    "behind a jpeg": (lambda: jpeg(tail=NAME.encode()), "name"),
    "gzip": (lambda: gzip.compress(NAME.encode()), "name"),
    "packing that is none": (lambda: b"\x78\x9c" + NAME.encode(), "name"),
    "broken json": (('{"a": "' + NAME).encode, "name"),
    "json in markup": (f'<script type="j">{json.dumps({"a": [NAME]})}</script>'.encode, "name"),
    "broken json in markup": (f"<script>[{NAME}</script>".encode, "name"),
    "a picture in base64": (lambda: base64.b64encode(PNGS["tEXt"]()), "name"),
    "broken picture": (lambda: png_with().replace(b"IDAT\x78", b"IDAT\x00"), "hidden"),
    "encrypted member": (zipped_encrypted, "hidden"),
    "comment of an archive": (zipped_comment, "hidden"),
}  # fmt: skip


@pytest.mark.parametrize("corner", CORNERS)
def test_corners_of_the_reader(secrets, corner):
    make, kind = CORNERS[corner]
    assert kind in kinds(make(), secrets)
