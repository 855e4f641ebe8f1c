"""What the numbers of two columns can be: degrees, packed degrees, or one of the region's planes.

Ranges tell the projection, the zone and the order of the columns (DOMAIN reference §4.2); a plane's
datum they never tell, because the planes of all datums lie within a hundred metres of each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.datum_words import Datum
from qhd_riskmap.geo.datums import FloatArray, from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.i18n import N_, _

BoolArray = NDArray[np.bool_]
Box = tuple[float, float, float, float]
_SAMPLES: Final = 9
_MARGIN_M: Final = 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One way numbers become a place, whatever the datum.

    Attributes:
        key: Language-neutral name.
        title: Chinese name (msgid).
        codes: Datum → reference text, for each datum it exists on.
    """

    key: str
    title: str
    codes: Mapping[Datum, str]

    @property
    def label(self) -> str:
        """Chinese name."""
        return _(self.title)

    @property
    def any_reference(self) -> Reference:
        """The reference on CGCS2000 (or WGS84), which tells the range of all."""
        return parse_reference(next(iter(self.codes.values())))


@dataclass(frozen=True, eq=False)
class Fit:
    """A frame, a form and an order of columns, with the rows that fit them.

    Attributes:
        rows: Rows that come to lie in the region.
        swapped: The first column holds the latitude or the northing.
        x: Longitude (degrees) or easting of every row, columns in right order.
        y: Latitude (degrees) or northing.
    """

    frame: Frame
    form: TextForm
    rows: BoolArray
    swapped: bool
    x: FloatArray = field(default_factory=lambda: np.empty(0))
    y: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def count(self) -> int:
        """Number of rows that fit."""
        return int(self.rows.sum())


def _gauss(key: str, title: str, *codes: int) -> Frame:
    datums = (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54, Datum.NEW_BEIJING54)
    return Frame(
        key=key, title=title, codes={d: f"EPSG:{c}" for d, c in zip(datums, codes, strict=True)}
    )


GEOGRAPHIC: Final = Frame(
    key="degrees",
    title=N_("经纬度"),
    codes={
        Datum.CGCS2000: "cgcs2000",
        Datum.WGS84: "wgs84",
        Datum.GCJ02: "gcj02",
        Datum.BD09: "bd09",
        Datum.XIAN80: "EPSG:4610",
        Datum.BEIJING54: "EPSG:4214",
        Datum.NEW_BEIJING54: "EPSG:4555",
    },
)
# Without a zone in front, the 3° and the 6° belt of 117°E are one projection; the 3° codes stand.
FRAMES: Final = (
    GEOGRAPHIC,
    _gauss("gk120", N_("高斯 3度带 中央经线120°"), 4549, 2385, 2437, 4797),
    _gauss("gk40", N_("高斯 3度带 40带（带号）"), 4528, 2364, 2416, 4776),
    _gauss("gk117", N_("高斯 中央经线117°"), 4548, 2384, 2436, 4796),
    _gauss("gk39", N_("高斯 3度带 39带（带号）"), 4527, 2363, 2415, 4775),
    _gauss("gk20", N_("高斯 6度带 20带（带号）"), 4498, 2334, 21420, 4575),
    Frame(key="utm50", title=N_("UTM 50 带"), codes={Datum.WGS84: "EPSG:32650"}),
    Frame(key="utm51", title=N_("UTM 51 带"), codes={Datum.WGS84: "EPSG:32651"}),
    Frame(key="mercator", title=N_("网络墨卡托"), codes={Datum.WGS84: "EPSG:3857"}),
)


def fits_of(x: FloatArray, y: FloatArray, rows: BoolArray, region: Box) -> list[Fit]:
    """Try every frame, form and order of columns on the given rows."""
    fits = []
    for swapped in (False, True):
        first, second = (y, x) if swapped else (x, y)
        for form in (TextForm.DECIMAL, TextForm.PACKED_DMS, TextForm.NMEA):
            lon, lat = unpacked(first, form), unpacked(second, form)
            inside = rows & _in_box(lon, lat, region)
            fits.append(Fit(GEOGRAPHIC, form, inside, swapped, lon, lat))
        for frame in FRAMES[1:]:
            inside = _on_plane(first, second, rows, frame, region)
            fits.append(Fit(frame, TextForm.PLANE, inside, swapped, first, second))
    return fits


def _on_plane(
    x: FloatArray, y: FloatArray, rows: BoolArray, frame: Frame, region: Box
) -> BoolArray:
    """Rows that come to lie in the region; only numbers near its image are unprojected."""
    found = rows & _in_box(x, y, _image(frame.key, region))
    near = np.flatnonzero(found)
    if near.size:
        found[near] = _in_box(*to_cgcs2000(x[near], y[near], frame.any_reference), region)
    return found


@lru_cache(maxsize=64)
def _image(key: str, region: Box) -> Box:
    """The box of a region on a plane, with a margin for its curved sides."""
    frame = next(frame for frame in FRAMES if frame.key == key)
    west, south, east, north = region
    lon, lat = np.meshgrid(np.linspace(west, east, _SAMPLES), np.linspace(south, north, _SAMPLES))
    x, y = from_cgcs2000(lon, lat, frame.any_reference)
    return (
        float(np.nanmin(x)) - _MARGIN_M,
        float(np.nanmin(y)) - _MARGIN_M,
        float(np.nanmax(x)) + _MARGIN_M,
        float(np.nanmax(y)) + _MARGIN_M,
    )


def unpacked(values: FloatArray, form: TextForm) -> FloatArray:
    """Degrees out of numbers of a form: packed dddmmss.s, NMEA dddmm.mmm; others unchanged.

    NaN where minutes or seconds are not below 60.

    >>> float(unpacked(np.array([1193524.5]), TextForm.PACKED_DMS)[0])
    119.59013888888889
    """
    if form not in {TextForm.PACKED_DMS, TextForm.NMEA}:
        return values
    seconds_hundreds = 100.0 if form is TextForm.PACKED_DMS else 1.0
    seconds = values % seconds_hundreds if form is TextForm.PACKED_DMS else np.zeros(values.shape)
    dddmm = (values - seconds) / seconds_hundreds
    minutes = dddmm % 100.0
    degrees = (dddmm - minutes) / 100.0
    sound = (minutes < 60.0) & (seconds < 60.0) & (values >= 0)  # noqa: PLR2004
    return np.where(sound, degrees + (minutes * 60.0 + seconds) / 3600.0, np.nan)


def from_packed_fraction(values: FloatArray) -> FloatArray:
    """119.3524 read as 119°35′24″, in degrees; NaN where minutes or seconds are not below 60.

    >>> float(from_packed_fraction(np.array([119.3524]))[0])
    119.59
    """
    total = np.round(np.abs(values) * 1e8)
    degrees, rest = total // 10**8, total % 10**8
    minutes, seconds = rest // 10**6, rest % 10**6 / 1e4
    sound = (minutes < 60.0) & (seconds < 60.0)  # noqa: PLR2004
    size = np.where(sound, degrees + (minutes * 60.0 + seconds) / 3600.0, np.nan)
    return np.asarray(np.copysign(size, values), np.float64)


def _in_box(lon: FloatArray, lat: FloatArray, region: Box) -> BoolArray:
    west, south, east, north = region
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.asarray(inside, np.bool_)
