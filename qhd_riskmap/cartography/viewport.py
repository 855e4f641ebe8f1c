"""Which piece of the ground fills which pixels.

A `Viewport` never changes: panning and zooming return new ones, so the window, the render worker and
a test can hold the same value without locks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from qhd_riskmap.cartography.projection import FloatArray, Projection
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.short_geodesic import REACH_DEG, short_distance_m

Bounds = tuple[float, float, float, float]

SCREEN_DPI = 96.0  # logical dots per inch that Windows and Qt assume at 100 %
_METRES_PER_INCH = 0.0254
_KILOMETRE = 1000.0
_MIN_RESOLUTION = 0.01
_MAX_RESOLUTION = 160_000.0


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """A bar of a round ground length.

    Attributes:
        metres: Length on the ground; 1, 2 or 5 times a power of ten.
        pixels: Its length on the screen or page, logical pixels.
        label: E.g. ``"20 km"``.
    """

    metres: float
    pixels: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """A window onto the projected plane.

    Screen coordinates are logical pixels from the top left corner, y downwards. Plane coordinates are
    metres of `projection`. Geographic ones are CGCS2000 degrees, longitude first.

    Attributes:
        centre_x: Plane coordinate in the middle of the window, metres east.
        centre_y: The same, metres north.
        resolution: Plane metres per logical pixel (not ground metres in Mercator).
        width: Logical pixels.
        height: Logical pixels.
        device_pixel_ratio: Device pixels per logical pixel.
        projection: The plane.
    """

    centre_x: float
    centre_y: float
    resolution: float
    width: int
    height: int
    device_pixel_ratio: float = 1.0
    projection: Projection = Projection.MERCATOR

    def __post_init__(self) -> None:
        if not (math.isfinite(self.centre_x) and math.isfinite(self.centre_y)):
            raise ValueError("the centre must be finite")
        if not self.resolution > 0 or self.width < 1 or self.height < 1:
            raise ValueError("resolution, width and height must be positive")
        if not self.device_pixel_ratio > 0:
            raise ValueError("device_pixel_ratio must be positive")

    # -- making ---------------------------------------------------------------------------------

    @classmethod
    def fit(
        cls,
        bounds: Bounds,
        width: int,
        height: int,
        *,
        projection: Projection = Projection.MERCATOR,
        device_pixel_ratio: float = 1.0,
        margin_px: float = 0.0,
    ) -> Viewport:
        """The closest view that shows all of ``bounds`` (west, south, east, north in degrees).

        A single point or an empty extent is shown at about 1:5,000 rather than infinitely close.
        """
        x0, y0, x1, y1 = _projected_box(bounds, projection)
        usable_w = max(width - 2 * margin_px, 1.0)
        usable_h = max(height - 2 * margin_px, 1.0)
        resolution = max((x1 - x0) / usable_w, (y1 - y0) / usable_h)
        if resolution <= _MIN_RESOLUTION:
            resolution = 5_000 * _METRES_PER_INCH / SCREEN_DPI
        return cls(
            centre_x=(x0 + x1) / 2,
            centre_y=(y0 + y1) / 2,
            resolution=min(resolution, _MAX_RESOLUTION),
            width=max(int(width), 1),
            height=max(int(height), 1),
            device_pixel_ratio=device_pixel_ratio,
            projection=projection,
        )

    def panned(self, dx: float, dy: float) -> Viewport:
        """The view after the map was dragged by ``dx``, ``dy`` pixels (right and down positive)."""
        return replace(
            self,
            centre_x=self.centre_x - dx * self.resolution,
            centre_y=self.centre_y + dy * self.resolution,
        )

    def zoomed(self, factor: float, x: float | None = None, y: float | None = None) -> Viewport:
        """Zoom in by ``factor`` (> 1 closer) about a pixel that keeps its place; centre if None."""
        if not factor > 0:
            raise ValueError("factor must be positive")
        px = self.width / 2 if x is None else x
        py = self.height / 2 if y is None else y
        resolution = min(max(self.resolution / factor, _MIN_RESOLUTION), _MAX_RESOLUTION)
        change = self.resolution - resolution
        return replace(
            self,
            resolution=resolution,
            centre_x=self.centre_x + (px - self.width / 2) * change,
            centre_y=self.centre_y - (py - self.height / 2) * change,
        )

    def resized(self, width: int, height: int, device_pixel_ratio: float | None = None) -> Viewport:
        """The same centre and scale in a window of another size."""
        return replace(
            self,
            width=max(int(width), 1),
            height=max(int(height), 1),
            device_pixel_ratio=device_pixel_ratio or self.device_pixel_ratio,
        )

    def centred_on(self, lon: float, lat: float) -> Viewport:
        """The same scale with another middle."""
        x, y = self.projection.forward(lon, lat)
        return replace(self, centre_x=float(x), centre_y=float(y))

    def at_scale(self, denominator: float, dpi: float = SCREEN_DPI) -> Viewport:
        """The same centre at 1:``denominator``."""
        return self.zoomed(self.scale_denominator(dpi) / denominator)

    def in_projection(self, projection: Projection) -> Viewport:
        """The same centre and ground scale on another plane."""
        if projection is self.projection:
            return self
        lon, lat = self.centre
        ground = self.metres_per_pixel()
        x, y = projection.forward(lon, lat)
        other = replace(self, centre_x=float(x), centre_y=float(y), projection=projection)
        return replace(other, resolution=other.resolution * ground / other.metres_per_pixel())

    # -- transforming ---------------------------------------------------------------------------

    def to_screen(self, lon: Any, lat: Any) -> tuple[FloatArray, FloatArray]:
        """Degrees to logical pixels, vectorised."""
        x, y = self.projection.forward(lon, lat)
        return (
            (x - self.centre_x) / self.resolution + self.width / 2,
            (self.centre_y - y) / self.resolution + self.height / 2,
        )

    def to_lonlat(self, x: Any, y: Any) -> tuple[FloatArray, FloatArray]:
        """Logical pixels to degrees, vectorised; inverse of `to_screen`."""
        plane_x = (np.asarray(x, np.float64) - self.width / 2) * self.resolution + self.centre_x
        plane_y = self.centre_y - (np.asarray(y, np.float64) - self.height / 2) * self.resolution
        return self.projection.inverse(plane_x, plane_y)

    def plane_to_screen(self, xy: FloatArray) -> FloatArray:
        """An (n, 2) array of plane metres to a new (n, 2) array of logical pixels."""
        out = np.empty_like(xy)
        np.subtract(xy[:, 0], self.centre_x, out=out[:, 0])
        np.subtract(self.centre_y, xy[:, 1], out=out[:, 1])
        out /= self.resolution
        out[:, 0] += self.width / 2
        out[:, 1] += self.height / 2
        return out

    # -- measures -------------------------------------------------------------------------------

    @property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the middle, degrees."""
        lon, lat = self.projection.inverse(self.centre_x, self.centre_y)
        return float(lon), float(lat)

    def plane_bounds(self, margin_px: float = 0.0) -> Bounds:
        """West, south, east, north of the window on the plane, metres."""
        half_w = (self.width / 2 + margin_px) * self.resolution
        half_h = (self.height / 2 + margin_px) * self.resolution
        return (
            self.centre_x - half_w, self.centre_y - half_h,
            self.centre_x + half_w, self.centre_y + half_h,
        )  # fmt: skip

    def visible_bounds(self) -> Bounds:
        """West, south, east, north of everything visible, degrees.

        The edges are sampled, because on the Gauss-Krüger plane they are no parallels.
        """
        steps = np.linspace(0.0, 1.0, 17)
        xs = np.concatenate((steps, steps, np.zeros(17), np.ones(17))) * self.width
        ys = np.concatenate((np.zeros(17), np.ones(17), steps, steps)) * self.height
        lon, lat = self.to_lonlat(xs, ys)
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def metres_per_pixel(self) -> float:
        """Geodesic ground metres per logical pixel in the middle, along the horizontal."""
        half = min(self.width, 200) / 2
        lon, lat = self.to_lonlat(
            [self.width / 2 - half, self.width / 2 + half], [self.height / 2, self.height / 2]
        )
        ends = float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])
        near = abs(ends[2] - ends[0]) < REACH_DEG
        metres = short_distance_m(*ends) if near else float(distance_m(*ends))
        return metres / (2 * half)

    def scale_denominator(self, dpi: float = SCREEN_DPI) -> float:
        """The n of 1:n in the middle of the window, for ``dpi`` logical pixels per inch."""
        return self.metres_per_pixel() * dpi / _METRES_PER_INCH

    def scale_bar(self, max_px: float = 160.0) -> ScaleBar:
        """The longest bar of a round length that fits into ``max_px``."""
        per_pixel = self.metres_per_pixel()
        metres = nice_length(per_pixel * max_px)
        return ScaleBar(metres=metres, pixels=metres / per_pixel, label=length_label(metres))


def nice_length(limit: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not above ``limit``.

    >>> nice_length(730.0), nice_length(0.3)
    (500.0, 0.2)
    """
    if not (limit > 0 and math.isfinite(limit)):
        raise ValueError("limit must be positive and finite")
    # A hair of tolerance, so that exactly 1000.0 - 1e-13 is still a kilometre.
    power = 10.0 ** math.floor(math.log10(limit * (1 + 1e-12)))
    factor = next(f for f in (5.0, 2.0, 1.0) if f * power <= limit * (1 + 1e-9))
    return float(factor * power)


def length_label(metres: float) -> str:
    """A length with its unit.

    >>> length_label(20000.0), length_label(500.0)
    ('20 km', '500 m')
    """
    return f"{metres / 1000:g} km" if metres >= _KILOMETRE else f"{metres:g} m"


def _projected_box(bounds: Bounds, projection: Projection) -> Bounds:
    west, south, east, north = bounds
    steps = np.linspace(0.0, 1.0, 9)
    lon = np.concatenate((west + steps * (east - west), west + steps * (east - west),
                          np.full(9, west), np.full(9, east)))  # fmt: skip
    lat = np.concatenate((np.full(9, south), np.full(9, north),
                          south + steps * (north - south), south + steps * (north - south)))  # fmt: skip
    x, y = projection.forward(lon, lat)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
