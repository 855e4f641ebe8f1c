"""What may be kept with a hazard, and what a photo tells about itself."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats import attachment_files
from qhd_riskmap.formats.attachment_files import THUMBNAIL_PX, read_attachment, safe_name

PLACE = (119.476389, 39.829167)


def picture(kind="JPEG", size=(640, 480), colour="red", mode="RGB", **options) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def dms(value: float):
    degrees, rest = divmod(abs(value) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return (
        IFDRational(int(degrees)),
        IFDRational(int(minutes)),
        IFDRational(round(seconds * 1000), 1000),
    )


def photo(
    lon=PLACE[0], lat=PLACE[1], *, gps=None, taken="2026:05:01 08:30:00", turn=1, **more
) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = turn
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825).update(
        gps
        if gps is not None
        else {1: "N" if lat >= 0 else "S", 2: dms(lat), 3: "E" if lon >= 0 else "W", 4: dms(lon)}
    )
    return picture(exif=exif, **more)


def archive(*parts: str, content: bytes = b"<x/>") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for part in parts:
            made.writestr(part, content)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 4096))
        + chunk(b"IEND", b"")
    )


# -- photos ---------------------------------------------------------------------------------------


def test_a_photo_tells_where_and_when_it_was_taken():
    name, file = read_attachment("现场.jpg", photo())
    assert name == "现场.jpg"
    assert file.media_type == "image/jpeg"
    assert file.place == pytest.approx(PLACE, abs=1e-6)
    assert file.taken_at == datetime(2026, 5, 1, 8, 30)  # noqa: DTZ001 - cameras know no zone
    shown = Image.open(io.BytesIO(file.thumbnail))
    assert shown.size == (THUMBNAIL_PX, THUMBNAIL_PX * 3 // 4)
    assert not dict(shown.getexif())  # the thumbnail gives no place away


@given(st.floats(-180, 180), st.floats(-90, 90))
@settings(max_examples=40, deadline=None)
def test_every_place_on_earth_is_read_back_to_a_centimetre(lon, lat):
    found = read_attachment("a.jpg", photo(lon, lat, size=(8, 8)))[1].place
    if found is None:  # what a camera without a fix writes
        assert max(abs(lon), abs(lat)) < 1e-6
    else:
        assert found == pytest.approx((lon, lat), abs=3e-7)


@pytest.mark.parametrize(
    ("turn", "corner"),
    [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1)), (2, (1, 0)), (4, (0, 1))],
)
def test_thumbnails_stand_upright(turn, corner):
    image = Image.new("RGB", (400, 400), "white")
    image.paste("black", (0, 0, 120, 120))
    exif = Image.Exif()
    exif[0x0112] = turn
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    shown = Image.open(io.BytesIO(read_attachment("a.jpg", buffer.getvalue())[1].thumbnail))
    width, height = shown.size
    dark = {
        (x, y)
        for x in (0, 1)
        for y in (0, 1)
        if sum(shown.getpixel((10 + x * (width - 20), 10 + y * (height - 20)))) < 100
    }
    assert dark == {corner}


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: dms(39.8)},
        {1: "N", 2: (IFDRational(1, 0),) * 3, 3: "E", 4: dms(119.4)},
        {1: "N", 2: dms(0), 3: "E", 4: dms(0)},
        {1: "N", 2: (IFDRational(99),) * 3, 3: "E", 4: dms(119.4)},
        {1: "N", 2: (IFDRational(39), IFDRational(4)), 3: "E", 4: dms(119.4)},
    ],
)
def test_a_nonsense_place_is_no_place(gps):
    assert read_attachment("a.jpg", photo(gps=gps))[1].place is None


def test_a_nonsense_time_is_no_time():
    assert read_attachment("a.jpg", photo(taken="0000:00:00 00:00:00"))[1].taken_at is None
    assert read_attachment("a.jpg", picture())[1].taken_at is None


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.PNG", picture("PNG", mode="RGBA", colour=(255, 0, 0, 0)), "image/png"),
        ("a.png", picture("PNG", mode="P", colour=3), "image/png"),
        ("a.png", picture("PNG", mode="I;16", colour=7), "image/png"),
        ("a.gif", picture("GIF"), "image/gif"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.bmp", picture("BMP"), "image/bmp"),
        ("a.jpeg", picture(progressive=True), "image/jpeg"),
    ],
)
def test_every_kind_of_picture_has_a_thumbnail(name, content, media_type):
    _name, file = read_attachment(name, content)
    assert file.media_type == media_type
    assert Image.open(io.BytesIO(file.thumbnail)).format == "JPEG"


def test_a_clear_picture_is_shown_on_white():
    file = read_attachment("a.png", picture("PNG", mode="RGBA", colour=(255, 0, 0, 0)))[1]
    assert min(Image.open(io.BytesIO(file.thumbnail)).getpixel((5, 5))) > 250


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("整改通知.pdf", b"%PDF-1.7\n...", "application/pdf"),
        ("记录.docx", archive("[Content_Types].xml", "word/document.xml"), "wordprocessingml"),
        ("清单.xlsx", archive("[Content_Types].xml", "xl/workbook.xml"), "spreadsheetml"),
        ("演示.pptx", archive("[Content_Types].xml", "ppt/presentation.xml"), "presentationml"),
        ("批复.ofd", archive("OFD.xml"), "application/ofd"),
        ("旧.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "ole"),
        ("说明.txt", "说明：1 < 2".encode(), "text/plain"),
        ("清单.csv", "名称,编号".encode("gb18030"), "text/plain"),
    ],
)
def test_documents_are_kept_without_thumbnail(name, content, media_type):
    kept, file = read_attachment(name, content)
    assert kept == name
    assert media_type in file.media_type
    assert (file.thumbnail, file.place, file.content) == (b"", None, content)


# -- hostile --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.jpg", b"", "空文件"),
        ("a.exe", b"MZ....", "这种文件不能作为附件"),
        ("没有扩展名", picture(), "这种文件不能作为附件"),
        ("a.html", b"<html><script>alert(1)</script>", "HTML、SVG"),
        ("a.svg", b"<svg onload='x'/>", "HTML、SVG"),
        ("a.jpg", b"\xef\xbb\xbf  <!DOCTYPE html><p>", "HTML、SVG"),
        ("a.png", b"<?xml version='1.0'?><svg/>", "HTML、SVG"),
        ("a.txt", b"<html><body>", "HTML、SVG"),
        ("a.jpg", picture("PNG"), "内容其实是PNG 图片"),
        ("a.png", picture("JPEG"), "内容其实是JPEG 图片"),
        ("a.pdf", picture("JPEG"), "内容其实是JPEG 图片"),
        ("a.jpg", b"%PDF-1.4 ...", "内容其实是PDF 文件"),
        ("a.docx", archive("[Content_Types].xml", "xl/workbook.xml"), "内容其实是Excel 表格"),
        ("a.jpg", b"MZ\x90\x00 not a picture", "内容不是JPEG 图片"),
        ("a.txt", b"\x00\x01\x02", "内容不是文本文件"),
        ("a.txt", b"\xff\xff\xff", "内容不是文本文件"),
        ("a.jpg", picture()[:700], "不完整或已损坏"),
        ("a.png", picture("PNG")[:40], "不完整或已损坏"),
        ("a.gif", b"GIF89a", "不完整或已损坏"),
        ("a.png", png_header(60_000, 60_000), "大得不正常"),
        ("a.docx", archive("word/document.xml", "word/vbaProject.bin"), "带有宏"),
        ("a.docx", archive("word/document.xml", content=b"\x00" * 60_000_000), "大得不正常"),
        ("a.docx", archive("word/document.xml")[:60] + b"word/document", "已损坏"),
        ("a.jpg", b"x" * (20 * 2**20 + 1), "超过了 20 MB"),
    ],
    ids=lambda value: (
        value if isinstance(value, str) else "content"
    ),  # bytes as ids would hold the time an archive was made, which differs between workers
)
def test_what_is_refused_is_told_why(name, content, says):
    with pytest.raises(UnreadableFileError) as told:
        read_attachment(name, content)
    assert says in told.value.message
    assert told.value.hint or "空文件" in told.value.message


def test_a_huge_plain_jpeg_is_read_but_a_progressive_one_is_not(monkeypatch):
    monkeypatch.setattr(attachment_files, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(attachment_files, "MAX_JPEG_PIXELS", 40_000)
    assert read_attachment("a.jpg", picture(size=(200, 200)))[1].thumbnail
    for content in (picture(size=(201, 200)), picture(size=(101, 100), progressive=True)):
        with pytest.raises(UnreadableFileError, match="大得不正常"):
            read_attachment("a.jpg", content)


def test_endless_scans_are_refused():
    content = picture(progressive=True)
    scan = content.rindex(b"\xff\xda")
    again = content[scan:-2] * 100
    with pytest.raises(UnreadableFileError, match="大得不正常"):
        read_attachment("a.jpg", content[:-2] + again + b"\xff\xd9")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_photo_is_kept_or_refused_but_never_breaks_the_program(data):
    content = bytearray(data.draw(st.sampled_from(DAMAGED)))
    for _turn in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for each in (bytes(content), bytes(content[:cut])):
        for ending in ("jpg", "png", "gif", "webp", "bmp"):
            try:
                file = read_attachment(f"a.{ending}", each)[1]
            except RiskMapError:
                continue
            assert file.thumbnail


DAMAGED = [
    photo(size=(40, 30)),
    picture("PNG", size=(40, 30)),
    picture("GIF", size=(40, 30)),
    picture("WEBP", size=(40, 30)),
    picture("BMP", size=(8, 6)),
]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\照片\\现场.jpg", "现场.jpg"),
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("照片\u202egpj.exe.jpg", "照片gpj.exe.jpg"),
        ("a\r\nb.jpg", "ab.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("a.jpg. ", "a.jpg"),
        ("长" * 300 + ".jpg", "长" * 116 + ".jpg"),
        ("…", "…"),
        ("/", ""),
    ],
)
def test_names_are_harmless_everywhere(name, kept):
    assert safe_name(name) == kept


@given(st.text(max_size=150))
@settings(max_examples=50)
def test_a_safe_name_is_one_component_and_stays_as_it_is(name):
    kept = safe_name(name)
    assert not set(kept) & set('<>:"/\\|?*\n\r\x00')
    assert len(kept) <= 121
    assert safe_name(kept) == kept
