"""A logo brings its pixels and nothing else."""

from __future__ import annotations

import io

import pytest
from PIL import Image, PngImagePlugin

from qhd_riskmap.errors import InvalidInputError, UnreadableFileError
from qhd_riskmap.formats.logo_picture import logo_of, read_logo

SECRET = "密人007先生"


def encoded(image, kind, **more):
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


@pytest.fixture
def red():
    return Image.new("RGB", (1200, 300), "#c03030")


def test_texts_profiles_and_exif_stay_behind(red, tmp_path):
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Comment", SECRET)
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif[0x8825] = {1: "N", 2: (39.0, 59.0, 12.3)}
    for name, raw in {
        "a.png": encoded(red, "PNG", pnginfo=texts, exif=exif),
        "a.jpg": encoded(red, "JPEG", exif=exif, comment=SECRET.encode()),
    }.items():
        path = tmp_path / name
        path.write_bytes(raw)
        assert SECRET.encode() in raw or b"Exif" in raw
        clean = read_logo(path)
        assert SECRET.encode() not in clean
        with Image.open(io.BytesIO(clean)) as image:
            assert image.format == "PNG"
            assert image.info == {}
            assert not image.getexif()
            assert image.size == (600, 150)
        assert read_logo(path) == clean


def test_transparent_parts_become_paper():
    clean = logo_of(encoded(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"), "a.png")
    with Image.open(io.BytesIO(clean)) as image:
        assert image.mode == "RGB"
        assert image.getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("raw", [b"", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"%PDF-1.4", b"GIF89a"])
def test_what_is_no_picture_is_refused_in_words(raw):
    with pytest.raises(InvalidInputError, match="不是可用的图片"):
        logo_of(raw, "a.png")


def test_a_cut_picture_is_refused(red):
    with pytest.raises(InvalidInputError, match="不是可用的图片"):
        logo_of(encoded(red, "PNG")[:200], "a.png")


def test_pictures_that_are_too_large_or_too_long_are_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="像素太多"):
        logo_of(encoded(Image.new("1", (6000, 6000)), "PNG"), "a.png")
    with pytest.raises(InvalidInputError, match="太窄长"):
        logo_of(encoded(Image.new("L", (900, 100)), "PNG"), "a.png")
    large = tmp_path / "a.png"
    large.write_bytes(b"\0" * (5 * 1024 * 1024 + 1))
    with pytest.raises(InvalidInputError, match="5 MB"):
        read_logo(large)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UnreadableFileError, match="无法读取"):
        read_logo(tmp_path / "none.png")
