"""Pictures of the ground that lie in files: where their pixels belong, and the piece in view."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np
from PySide6.QtGui import QImage

from qhd_riskmap.cartography.canvas import Canvas
from qhd_riskmap.cartography.picture_warp import (
    Piece,
    ToPixels,
    paint_piece,
    picture_window,
    pixels_per_unit,
)
from qhd_riskmap.cartography.projection import FloatArray, Projection
from qhd_riskmap.cartography.viewport import Bounds
from qhd_riskmap.domain.map_layer import ControlPoint
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.raster_files import RasterFile
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference, to_cgcs2000
from qhd_riskmap.geo.georeferencing import PlaneFit, fit_plane
from qhd_riskmap.i18n import _

_WHOLE_SIDE: Final = 3_000
_EDGE_SAMPLES: Final = 9
_PAPER_PIXELS: Final = 2.0
# Plane in which scanned sheets of this city are laid: one in which a sheet is not skewed.
FIT_PLANE: Final = Projection.GK


class RasterSource:
    """A picture file laid on the ground.

    Attributes:
        bounds: West, south, east, north in degrees.
    """

    def __init__(self, file: RasterFile, to_pixels: ToPixels, bounds: Bounds) -> None:
        self.file = file
        self.to_pixels = to_pixels
        self.bounds = bounds

    def close(self) -> None:
        """Release the file."""
        self.file.close()

    def paint(self, canvas: Canvas, opacity: float) -> None:
        """Paint what is in view."""
        view, facts = canvas.viewport, self.file.facts
        window = picture_window(view, self.to_pixels, (facts.width, facts.height))
        if window is None:
            return
        dots = (
            _PAPER_PIXELS / canvas.options.detail
            if canvas.options.vector
            else view.device_pixel_ratio
        )
        shrink = max(1.0, pixels_per_unit(view, self.to_pixels) / dots)
        left, top, right, bottom = window
        size = (
            max(1, math.ceil((right - left) / shrink)),
            max(1, math.ceil((bottom - top) / shrink)),
        )
        canvas.check()
        pixels = self.file.read(window, size)
        canvas.check()
        paint_piece(canvas, Piece(_image(pixels), window), self.to_pixels, opacity)


def open_raster(path: Path, reference: str = "") -> RasterSource:
    """A GeoTIFF, or a picture with a world file.

    Args:
        path: The file.
        reference: What the office says its coordinates are; "" trusts the file.

    Raises:
        UnreadableFileError: Broken, or where it lies is unknown.
    """
    file = RasterFile(path)
    facts = file.facts
    declared = reference or facts.reference
    if facts.transform is None or not declared:
        file.close()
        raise UnreadableFileError(
            _("“{name}”没有说明位于何处。").format(name=path.name)
            if facts.transform is None
            else _("“{name}”没有注明坐标系，无法定位。").format(name=path.name),
            hint=_("请补上坐标文件（.jgw、.tfw），或作为扫描图用对应点定位。")
            if facts.transform is None
            else _("请在图层的属性里选定它的坐标系。"),
        )
    system = parse_reference(declared)
    fit = PlaneFit(facts.transform, ())

    def to_pixels(lonlat: FloatArray) -> FloatArray:
        return fit.to_pixels(np.column_stack(from_cgcs2000(lonlat[:, 0], lonlat[:, 1], system)))

    def to_lonlat(pixels: FloatArray) -> FloatArray:
        plane = fit.to_plane(pixels)
        return np.column_stack(to_cgcs2000(plane[:, 0], plane[:, 1], system))

    return RasterSource(file, to_pixels, _bounds(to_lonlat, facts.width, facts.height))


def fit_scan(points: tuple[ControlPoint, ...]) -> PlaneFit:
    """The transform of a scanned map, pixels to `FIT_PLANE` metres.

    Raises:
        InvalidInputError: Too few points, or points that cannot carry a map.
    """
    lonlat = np.array([(point.lon, point.lat) for point in points]).reshape(-1, 2)
    plane = FIT_PLANE.forward_pairs(lonlat) if len(lonlat) else lonlat
    return fit_plane(
        [(point.column, point.row) for point in points], [(x, y) for x, y in plane.tolist()]
    )


def open_scan(path: Path, points: tuple[ControlPoint, ...]) -> RasterSource:
    """A scanned map laid on the ground by control points.

    Raises:
        UnreadableFileError: Broken.
        InvalidInputError: The points cannot carry a map.
    """
    fit = fit_scan(points)
    file = RasterFile(path)

    def to_pixels(lonlat: FloatArray) -> FloatArray:
        return fit.to_pixels(FIT_PLANE.forward_pairs(lonlat))

    def to_lonlat(pixels: FloatArray) -> FloatArray:
        return FIT_PLANE.inverse_pairs(fit.to_plane(pixels))

    return RasterSource(file, to_pixels, _bounds(to_lonlat, file.facts.width, file.facts.height))


def whole_picture(path: Path) -> QImage:
    """All of a picture, small enough for a screen.

    Raises:
        UnreadableFileError: Broken.
    """
    file = RasterFile(path)
    facts = file.facts
    shrink = min(1.0, _WHOLE_SIDE / max(facts.width, facts.height))
    size = (max(1, round(facts.width * shrink)), max(1, round(facts.height * shrink)))
    try:
        return _image(file.read((0, 0, facts.width, facts.height), size))
    finally:
        file.close()


def _bounds(to_lonlat: ToPixels, width: int, height: int) -> Bounds:
    steps = np.linspace(0.0, 1.0, _EDGE_SAMPLES)
    across, down = np.meshgrid(steps * width, steps * height)
    lonlat = to_lonlat(np.column_stack((across.ravel(), down.ravel())))
    usable = lonlat[np.isfinite(lonlat).all(axis=1)]
    if not len(usable):
        raise UnreadableFileError(_("影像不在地图能显示的范围内。"), hint=_("请核对它的坐标系。"))
    west, south = usable.min(axis=0).tolist()
    east, north = usable.max(axis=0).tolist()
    return west, south, east, north


def _image(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> QImage:
    height, width = pixels.shape[:2]
    plain = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGBA8888)
    # The conversion copies, so that the image outlives the array.
    return plain.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
