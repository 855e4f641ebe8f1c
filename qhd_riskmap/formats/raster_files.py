"""Reads pieces of pictures of the ground: GeoTIFF, JPEG and PNG, with or without a world file.

Only the piece in view is read, at about the resolution of the screen, from overviews where the file has
some. GDAL is told which formats it may use: what a file calls itself decides nothing.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.vector_reading import declared_reference
from qhd_riskmap.gdal_library import bind_raster_gdal
from qhd_riskmap.i18n import _

RASTER_SUFFIXES: Final = (".tif", ".tiff", ".jpg", ".jpeg", ".png")
_MAGIC: Final = (
    (b"II*\x00", "GTiff"),
    (b"MM\x00*", "GTiff"),
    (b"II+\x00", "GTiff"),
    (b"MM\x00+", "GTiff"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
)
_MAX_SIDE: Final = 1_000_000
_MAX_FLAT_PIXELS: Final = 300_000_000  # without overviews a small view may need all of them
_OVERVIEW_SIDE: Final = 2_048
_COLOURS: Final = 3
_WITH_ALPHA: Final = 4
_SPREAD: Final = (2.0, 98.0)  # per cent of the values that the stretch of dark data covers
_BYTE: Final = 255.0
_Window = tuple[int, int, int, int]
Rgba = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class RasterFacts:
    """What a picture says about itself.

    Attributes:
        width: Pixels.
        height: Pixels.
        transform: a, b, c, d, e, f with x = a·column + b·row + c, y = d·column + e·row + f; None
            where the file does not say where it lies.
        reference: Reference system of x and y (canonical text), or "" where it says none.
    """

    width: int
    height: int
    transform: tuple[float, float, float, float, float, float] | None
    reference: str


class RasterFile:
    """An open picture; may be asked by several threads, one after the other.

    Raises:
        UnreadableFileError: Missing, broken, too large, or none of the formats.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._lock = threading.Lock()
        self._coarse: Rgba | None = None
        driver = _driver(path)
        bind_raster_gdal()
        import rasterio  # noqa: PLC0415 - 0.2 s, for those who have rasters

        with _gdal_errors(self._name), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a picture without a place is no surprise
            self._data: Any = rasterio.open(path, driver=driver)
        data = self._data
        whole = data.width * data.height
        self._flat = not data.overviews(1) and whole > _OVERVIEW_SIDE**2
        if max(data.width, data.height) > _MAX_SIDE or (self._flat and whole > _MAX_FLAT_PIXELS):
            self.close()
            raise UnreadableFileError(
                _("“{name}”有 {width:,} × {height:,} 像素，太大，无法直接显示。").format(
                    name=self._name, width=data.width, height=data.height
                ),
                hint=_("请先建立金字塔（概视图），或裁剪到本市范围。"),
            )
        self.facts = _facts(data)
        self._range = self._value_range()

    def close(self) -> None:
        """Release the file."""
        self._data.close()

    def read(self, window: _Window, size: tuple[int, int]) -> Rgba:
        """A piece as (height, width, 4) red, green, blue, alpha.

        Args:
            window: Left, top, right, bottom in pixels of the file, inside it.
            size: Width and height of the result.

        Raises:
            UnreadableFileError: The file breaks off there.
        """
        left, top, right, bottom = window
        width, height = size
        with self._lock:
            if self._flat and (right - left) > 2 * width and (bottom - top) > 2 * height:
                return self._from_coarse(window, size)
            return self._read(window, size)

    def _from_coarse(self, window: _Window, size: tuple[int, int]) -> Rgba:
        """From a small copy kept in memory: a file without overviews is read whole only once."""
        if self._coarse is None:
            shrink = _OVERVIEW_SIDE / max(self.facts.width, self.facts.height)
            small = (
                max(1, round(self.facts.width * shrink)),
                max(1, round(self.facts.height * shrink)),
            )
            self._coarse = self._read((0, 0, self.facts.width, self.facts.height), small)
        rows, columns = self._coarse.shape[:2]
        left, top, right, bottom = window
        x = (left + (np.arange(size[0]) + 0.5) * (right - left) / size[0]) / self.facts.width
        y = (top + (np.arange(size[1]) + 0.5) * (bottom - top) / size[1]) / self.facts.height
        across = np.minimum((x * columns).astype(np.int64), columns - 1)
        down = np.minimum((y * rows).astype(np.int64), rows - 1)
        return np.ascontiguousarray(self._coarse[down][:, across])

    def _read(self, window: _Window, size: tuple[int, int]) -> Rgba:
        from rasterio.enums import ColorInterp, Resampling  # noqa: PLC0415
        from rasterio.windows import Window  # noqa: PLC0415

        left, top, right, bottom = window
        part = Window(left, top, right - left, bottom - top)
        width, height = size
        bands = self._bands()
        paletted = self._data.colorinterp[0] is ColorInterp.palette
        # Averaging would mix entries of a palette into colours that are in no legend.
        method = Resampling.nearest if paletted else Resampling.average
        with _gdal_errors(self._name):
            values = self._data.read(
                bands, window=part, out_shape=(len(bands), height, width), resampling=method
            )
            alpha = self._data.dataset_mask(window=part, out_shape=(height, width))
        pixels = np.empty((height, width, _WITH_ALPHA), np.uint8)
        if paletted:
            pixels[..., :_COLOURS] = self._palette()[values[0]]
        else:
            colours = self._as_bytes(values)
            pixels[..., :_COLOURS] = np.moveaxis(
                np.broadcast_to(colours, (_COLOURS, height, width)), 0, -1
            )
        pixels[..., _COLOURS] = alpha
        return pixels

    def _bands(self) -> list[int]:
        return [1, 2, 3] if self._data.count >= _COLOURS else [1]

    def _palette(self) -> Rgba:
        table = np.zeros((256, _COLOURS), np.uint8)
        for value, colour in self._data.colormap(1).items():
            if 0 <= value < len(table):
                table[value] = colour[:_COLOURS]
        return table

    def _as_bytes(self, values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        if self._range is None:
            return values.astype(np.uint8, copy=False)
        low, high = self._range
        shares = (np.nan_to_num(values.astype(np.float64), nan=low) - low) / (high - low)
        return (np.clip(shares, 0.0, 1.0) * _BYTE).astype(np.uint8)

    def _value_range(self) -> tuple[float, float] | None:
        """What is painted black and white, where the values are no bytes."""
        if self._data.dtypes[0] == "uint8":
            return None
        shrink = min(1.0, 512 / max(self._data.width, self._data.height))
        shape = (max(1, int(self._data.height * shrink)), max(1, int(self._data.width * shrink)))
        with _gdal_errors(self._name):
            sample = self._data.read(1, out_shape=shape, masked=True).compressed()
        sample = sample[np.isfinite(sample)]
        if not len(sample):
            return 0.0, 1.0
        low, high = np.percentile(sample, _SPREAD).tolist()
        return low, high if high > low else low + 1.0


def _driver(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise UnreadableFileError(
            _("无法打开“{name}”。").format(name=path.name),
            hint=_("请检查文件是否还在、是否正被其他程序占用。"),
            detail=str(error),
        ) from error
    for magic, driver in _MAGIC:
        if head.startswith(magic):
            return driver
    raise UnreadableFileError(
        _("“{name}”不是可以加入地图的影像。").format(name=path.name),
        hint=_("可用：GeoTIFF、JPEG、PNG。"),
    )


def _facts(data: Any) -> RasterFacts:
    transform = data.transform
    placed = not transform.is_identity and transform.determinant != 0
    crs = data.crs
    return RasterFacts(
        width=int(data.width),
        height=int(data.height),
        transform=tuple(transform)[:6] if placed else None,
        reference=declared_reference(crs.to_wkt()) if crs else "",
    )


@contextmanager
def _gdal_errors(name: str) -> Iterator[None]:
    from rasterio.errors import RasterioError  # noqa: PLC0415

    try:
        yield
    except (RasterioError, ValueError, MemoryError) as error:
        raise UnreadableFileError(
            _("影像“{name}”已损坏，无法读取。").format(name=name),
            hint=_("请重新复制或重新导出该文件。"),
            detail=f"{type(error).__name__}: {error}",
        ) from error
