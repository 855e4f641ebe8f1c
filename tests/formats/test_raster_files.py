"""Pictures of the ground: pieces at the right size, and hostile or broken ones refused in words."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
import rasterio
from rasterio.transform import Affine

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats import raster_files
from qhd_riskmap.formats.raster_files import RasterFile

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
PLACED = Affine(10, 0, 465000, 0, -10, 4423000)


def write(path, data, driver="GTiff", **options):
    count, height, width = data.shape
    with rasterio.open(path, "w", driver=driver, width=width, height=height, count=count,
                       dtype=data.dtype, **options) as file:  # fmt: skip
        file.write(data)
    return path


def png_header(width, height):
    """A PNG that claims a size and holds nothing."""
    body = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + body
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


def test_facts_and_pieces_of_a_placed_picture(tmp_path):
    rows, columns = np.mgrid[0:80, 0:100]
    data = np.stack([rows, columns, rows * 0 + 7]).astype(np.uint8)
    file = RasterFile(write(tmp_path / "a.tif", data, crs="EPSG:4549", transform=PLACED))
    assert (file.facts.width, file.facts.height, file.facts.reference) == (100, 80, "EPSG:4549")
    assert file.facts.transform == (10, 0, 465000, 0, -10, 4423000)
    piece = file.read((20, 30, 40, 40), (20, 10))
    assert piece.shape == (10, 20, 4)
    assert piece[0, 0].tolist() == [30, 20, 7, 255]
    assert piece[9, 19].tolist() == [39, 39, 7, 255]
    half = file.read((20, 30, 40, 40), (10, 5))
    assert abs(int(half[0, 0, 1]) - 20) <= 1
    file.close()


def test_one_band_is_grey_and_missing_values_are_clear(tmp_path):
    data = np.full((1, 10, 10), 100, np.uint8)
    data[0, :, 5:] = 255
    file = RasterFile(write(tmp_path / "a.tif", data, nodata=255, transform=PLACED))
    piece = file.read((0, 0, 10, 10), (10, 10))
    assert piece[0, 0].tolist() == [100, 100, 100, 255]
    assert piece[0, 9, 3] == 0
    file.close()


def test_heights_are_stretched_and_a_level_plain_is_no_mistake(tmp_path):
    slope = np.linspace(-5.0, 1500.0, 400, dtype=np.float32).reshape(1, 20, 20)
    slope[0, 0, 0] = np.nan
    file = RasterFile(write(tmp_path / "a.tif", slope, transform=PLACED))
    piece = file.read((0, 0, 20, 20), (20, 20))[..., 0]
    assert piece[-1, -1] == 255
    assert piece[0, 1] == 0
    file.close()
    plain = RasterFile(write(tmp_path / "b.tif", slope * 0 + 12, transform=PLACED))
    plain.read((0, 0, 20, 20), (20, 20))
    plain.close()
    empty = RasterFile(write(tmp_path / "c.tif", slope * np.nan, transform=PLACED))
    empty.read((0, 0, 20, 20), (20, 20))
    empty.close()


def test_what_is_no_picture_is_refused_whatever_its_name(tmp_path):
    virtual = tmp_path / "a.tif"
    virtual.write_text('<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>')
    empty = tmp_path / "b.png"
    empty.write_bytes(b"")
    for path, words in (
        (virtual, "不是可以加入"),
        (empty, "不是可以加入"),
        (tmp_path / "c", "无法打开"),
    ):
        with pytest.raises(UnreadableFileError, match=words):
            RasterFile(path)


def test_broken_pictures_are_refused_when_opened_or_when_read(tmp_path):
    torn = tmp_path / "a.tif"
    torn.write_bytes(b"II*\x00" + b"\xff" * 50)
    with pytest.raises(UnreadableFileError, match="已损坏"):
        RasterFile(torn)
    data = np.random.default_rng(1).integers(0, 255, (3, 400, 400), dtype=np.uint8)
    cut = write(tmp_path / "b.tif", data, transform=PLACED)
    cut.write_bytes(cut.read_bytes()[:200_000])
    try:
        file = RasterFile(cut)
    except UnreadableFileError:
        return
    with pytest.raises(UnreadableFileError, match="已损坏"):
        file.read((0, 0, 400, 400), (400, 400))
    file.close()


def test_enormous_pictures_are_refused_before_anything_is_read(tmp_path, monkeypatch):
    claims = tmp_path / "a.png"
    claims.write_bytes(png_header(900_000, 900_000))
    with pytest.raises(UnreadableFileError, match=r"太大|已损坏"):
        RasterFile(claims)
    monkeypatch.setattr(raster_files, "_MAX_SIDE", 50)
    data = np.zeros((3, 10, 60), np.uint8)
    with pytest.raises(UnreadableFileError, match="60 × 10"):
        RasterFile(write(tmp_path / "b.tif", data, transform=PLACED))
