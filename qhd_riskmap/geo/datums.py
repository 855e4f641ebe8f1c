"""Reference systems a coordinate may be given in, and the way to CGCS2000 and back.

CGCS2000 geographic (EPSG:4490, degrees) is canonical. WGS84 degrees pass unchanged: both frames are
realisations of the ITRS and differ by decimetres, below any survey sheet (docs/adr/0004). The old
datums Xian 1980, Beijing 1954 and New Beijing have no published parameters for Qinhuangdao; PROJ
would hand them back without a shift and without a word. They are unprojected on their own ellipsoid,
returned unshifted, and say so by `Reference.unshifted`; real positions differ by some 60-100 m.

Axis order is always x = easting or longitude first, whatever the EPSG definition says.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from pyproj.transformer import TransformerGroup

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.offset_datums import (
    FloatArray,
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    in_china_box,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from qhd_riskmap.i18n import N_, _

__all__ = [
    "BD09",
    "CGCS2000",
    "GCJ02",
    "WGS84",
    "FloatArray",
    "Reference",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "from_cgcs2000",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "in_china_box",
    "known_references",
    "parse_reference",
    "to_cgcs2000",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
]

_CGCS_EPSG: Final = 4490
_WGS_EPSG: Final = 4326
_LEGACY: Final = {
    4610: N_("西安80坐标系"),
    4214: N_("北京54坐标系"),
    4555: N_("新北京54坐标系"),
}
_CGCS_BASES: Final = frozenset({4490, 4480})
_WGS_BASES: Final = frozenset({4326, 4979})
# How far outside its area of use a projection is still trusted, degrees: half a county sheet is
# often drawn in the neighbouring zone, never on the other side of the globe.
_AREA_MARGIN_DEG: Final = 6.0


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference system that coordinates can be declared in.

    Attributes:
        text: Canonical notation; `parse_reference` reads it back: ``cgcs2000``, ``wgs84``,
            ``gcj02``, ``bd09`` or ``EPSG:n``.
        epsg: EPSG code, None for GCJ-02 and BD-09 which EPSG does not list.
        projected: True for metres (x east, y north), False for degrees (longitude, latitude).
        unshifted: True for a datum without known parameters here: results keep its own latitude
            and longitude and are some 60-100 m off.
        cgcs: On the CGCS2000 datum itself.
        gnss: On WGS84, as handheld receivers give.
    """

    text: str
    epsg: int | None
    projected: bool = False
    unshifted: bool = False
    cgcs: bool = False
    gnss: bool = False

    @property
    def is_gcj02(self) -> bool:
        """火星坐标, as 高德 and 腾讯 maps give."""
        return self.text == "gcj02"

    @property
    def is_bd09(self) -> bool:
        """百度坐标."""
        return self.text == "bd09"

    @property
    def label(self) -> str:
        """Chinese name for lists and reports."""
        name = _LABELS.get(self.text)
        if name is not None:
            return _(name)
        crs_name = _crs(self.epsg or 0).name
        return _("{name}（{code}）").format(name=crs_name, code=self.text)


CGCS2000: Final = Reference("cgcs2000", _CGCS_EPSG, cgcs=True)
WGS84: Final = Reference("wgs84", _WGS_EPSG, gnss=True)
GCJ02: Final = Reference("gcj02", None)
BD09: Final = Reference("bd09", None)

_LABELS: Final = {
    "cgcs2000": N_("国家2000（经纬度）"),
    "wgs84": N_("WGS84（GPS 经纬度）"),
    "gcj02": N_("火星坐标（高德、腾讯）"),
    "bd09": N_("百度坐标"),
}

# Every system of the county's own sheets (DOMAIN reference §4.1), for lists to choose from.
_LISTED_EPSG: Final = (
    4549, 4528, 4548, 4527, 4509, 4498, 32650, 32651, 3857,
    4610, 2385, 2364, 2384, 2363, 2345, 2334,
    4214, 2437, 2416, 2436, 2415, 21460, 21420,
    4555, 4797, 4776, 4796, 4775, 4586, 4575,
)  # fmt: skip

_NAMES: Final = {
    reference: names
    for reference, names in (
        (
            CGCS2000,
            ("cgcs2000", "cgcs", "2000", "国家2000", "国家2000坐标系", "2000国家大地坐标系",
             "国家大地2000", "2000坐标", "2000坐标系", "国家2000大地坐标系", "cgcs2000坐标系",
             "epsg4490", "epsg4480", "4490", "国家2000经纬度"),
        ),
        (WGS84, ("wgs84", "wgs1984", "gps", "gps坐标", "wgs84坐标系", "北斗", "epsg4326", "4326",
                 "wgs84gps经纬度")),
        (GCJ02, ("gcj02", "gcj", "火星", "火星坐标", "火星坐标系", "高德", "高德坐标", "高德地图",
                 "腾讯", "腾讯坐标", "腾讯地图", "火星坐标高德腾讯")),
        (BD09, ("bd09", "bd09ll", "bd", "百度", "百度坐标", "百度地图", "百度坐标系")),
        ("EPSG:4610", ("西安80", "xian1980", "xian80", "西安1980", "80西安", "西安80坐标系")),
        ("EPSG:4214", ("北京54", "beijing1954", "beijing54", "北京1954", "54北京", "北京54坐标系")),
        ("EPSG:4555", ("新北京54", "newbeijing", "新北京54坐标系")),
    )
}  # fmt: skip
_BY_NAME: Final = {name: reference for reference, names in _NAMES.items() for name in names}
_EPSG_TEXT: Final = re.compile(r"(?:urn:ogc:def:crs:)?epsg:{1,2}(\d{4,6})")
_NOISE: Final = re.compile(r"[\s\-_./()]+")
_LONGEST_NAME: Final = 64


def parse_reference(text: str) -> Reference:
    """Read a reference from what people and files call it.

    Args:
        text: ``cgcs2000``, ``wgs84``, ``gcj02``, ``bd09``, ``EPSG:n`` or a Chinese name such as
            高德, 百度, 国家2000, 西安80.

    Raises:
        InvalidInputError: Unknown, no horizontal system, or one PROJ can only guess at.

    >>> parse_reference("高德地图").text, parse_reference("epsg:4528").projected
    ('gcj02', True)
    """
    plain = unicodedata.normalize("NFKC", text[: _LONGEST_NAME + 1]).strip().lower()
    code = _EPSG_TEXT.fullmatch(plain.replace(" ", ""))
    if code is not None:
        return _epsg_reference(int(code[1]))
    named = _BY_NAME.get(_NOISE.sub("", plain))
    if named is None:
        raise InvalidInputError(
            _("不认识坐标系“{text}”。").format(text=text[:_LONGEST_NAME]),
            hint=_("请写 cgcs2000、wgs84、gcj02、bd09 或 EPSG:代码。"),
        )
    return named if isinstance(named, Reference) else parse_reference(named)


def known_references() -> tuple[Reference, ...]:
    """Every system that sheets of this region are known to use, the commonest first."""
    return (CGCS2000, WGS84, GCJ02, BD09, *map(_epsg_reference, _LISTED_EPSG))


@lru_cache(maxsize=256)
def _crs(epsg: int) -> Any:
    return CRS.from_epsg(epsg)


@lru_cache(maxsize=256)
def _epsg_reference(epsg: int) -> Reference:
    if epsg == _WGS_EPSG:
        return WGS84
    if epsg in _CGCS_BASES:
        return CGCS2000
    try:
        crs = _crs(epsg)
    except CRSError as error:
        raise InvalidInputError(
            _("没有代码为 EPSG:{code} 的坐标系。").format(code=epsg),
            hint=_("请核对代码；秦皇岛常用 EPSG:4490、EPSG:4549、EPSG:4528。"),
            detail=str(error),
        ) from error
    if crs.is_compound or not (crs.is_geographic or crs.is_projected):
        raise InvalidInputError(
            _("EPSG:{code}（{name}）不是平面或经纬度坐标系。").format(code=epsg, name=crs.name),
            hint=_("请选用经纬度坐标系或平面投影坐标系。"),
        )
    base = crs.geodetic_crs.to_epsg()
    if base not in _LEGACY and base not in _CGCS_BASES | _WGS_BASES:
        _require_known_operation(crs, epsg)
    return Reference(
        f"EPSG:{epsg}",
        epsg,
        projected=bool(crs.is_projected),
        unshifted=base in _LEGACY,
        cgcs=base in _CGCS_BASES,
        gnss=base in _WGS_BASES,
    )


def _require_known_operation(crs: Any, epsg: int) -> None:
    """Refuse a datum whose best way to CGCS2000 is PROJ's ballpark guess (accuracy -1)."""
    operations = TransformerGroup(crs, _crs(_CGCS_EPSG), always_xy=True).transformers
    if not operations or operations[0].accuracy < 0:
        raise InvalidInputError(
            _("EPSG:{code}（{name}）到国家2000没有可靠的换算参数。").format(
                code=epsg, name=crs.name
            ),
            hint=_("请先用测绘部门的参数换算成国家2000，再导入。"),
        )


class _Projection:
    """Both directions between one EPSG system and CGCS2000 degrees, guarded by its plane box.

    Not shared between threads: PROJ contexts are not thread-safe.
    """

    def __init__(self, epsg: int) -> None:
        crs = _crs(epsg)
        base = crs.geodetic_crs
        known = base.to_epsg() in {*_LEGACY, *_CGCS_BASES, *_WGS_BASES}
        # Same datum on both sides: PROJ only unprojects, and cannot choose a shift of its own.
        target = base.to_2d() if known else _crs(_CGCS_EPSG)
        self._inverse = Transformer.from_crs(crs, target, always_xy=True)
        self._forward = Transformer.from_crs(target, crs, always_xy=True)
        self._area = _trusted_area(crs)
        self._box = self._plane_box()

    def _plane_box(self) -> tuple[float, float, float, float]:
        west, south, east, north = self._area
        lon, lat = np.meshgrid(np.linspace(west, east, 41), np.linspace(south, north, 41))
        x, y = (np.asarray(values) for values in self._forward.transform(lon.ravel(), lat.ravel()))
        sound = np.isfinite(x) & np.isfinite(y)
        x, y = x[sound], y[sound]
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def inverse(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        x, y = _outside_to_nan(x, y, self._box)
        return _outside_to_nan(*self._run(self._inverse, x, y), self._area)

    def forward(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        lon, lat = _outside_to_nan(lon, lat, self._area)
        return _outside_to_nan(*self._run(self._forward, lon, lat), self._box)

    @staticmethod
    def _run(
        transformer: Any, first: FloatArray, second: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        x, y = transformer.transform(first.ravel(), second.ravel())
        shape = first.shape
        return np.asarray(x, np.float64).reshape(shape), np.asarray(y, np.float64).reshape(shape)


def _trusted_area(crs: Any) -> tuple[float, float, float, float]:
    """Area of use widened by the margin, as west, south, east, north; the world when unknown."""
    area = crs.area_of_use
    if area is None or area.west > area.east:
        return (-180.0, -90.0, 180.0, 90.0)
    if area.south <= -80.0 and area.north >= 80.0:  # noqa: PLR2004 - the world already
        return (area.west, area.south, area.east, area.north)
    return (
        max(area.west - _AREA_MARGIN_DEG, -180.0),
        max(area.south - _AREA_MARGIN_DEG, -89.0),
        min(area.east + _AREA_MARGIN_DEG, 180.0),
        min(area.north + _AREA_MARGIN_DEG, 89.0),
    )


def _outside_to_nan(
    x: FloatArray, y: FloatArray, box: tuple[float, float, float, float]
) -> tuple[FloatArray, FloatArray]:
    west, south, east, north = box
    slack = 1e-9 * max(1.0, abs(east), abs(north))  # the rim itself survives rounding
    inside = (x >= west - slack) & (x <= east + slack) & (y >= south - slack) & (y <= north + slack)
    return np.where(inside, x, np.nan), np.where(inside, y, np.nan)


_local = threading.local()


def _projection(epsg: int) -> _Projection:
    """The projection of this thread for ``epsg``, made once."""
    cache: dict[int, _Projection] = _local.__dict__.setdefault("projections", {})
    if epsg not in cache:
        cache[epsg] = _Projection(epsg)
    return cache[epsg]


def _numbers(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    try:
        first, second = np.broadcast_arrays(
            np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
        )
    except (TypeError, ValueError) as error:
        raise InvalidInputError(
            _("坐标不是数字，或两列长短不一。"), hint=_("请检查坐标列。"), detail=str(error)
        ) from error
    return first, second


_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)


def to_cgcs2000(x: ArrayLike, y: ArrayLike, reference: Reference) -> tuple[FloatArray, FloatArray]:
    """Bring coordinates to CGCS2000 geographic.

    Args:
        x: Easting (m) or longitude (degrees); scalar or array.
        y: Northing (m) or latitude (degrees), broadcast against ``x``.
        reference: What they are given in.

    Returns:
        Longitude and latitude, degrees, in the broadcast shape. NaN where the input is not finite
        or lies outside the domain of ``reference``.

    Raises:
        InvalidInputError: No numbers.

    >>> lon, lat = to_cgcs2000(40465810.042, 4422388.430, parse_reference("EPSG:4528"))
    >>> f"{lon:.7f} {lat:.7f}"
    '119.6000000 39.9350000'
    """
    first, second = _numbers(x, y)
    if reference.is_gcj02:
        return gcj02_to_wgs84(first, second)
    if reference.is_bd09:
        return bd09_to_wgs84(first, second)
    if reference.epsg in {_CGCS_EPSG, _WGS_EPSG} or reference.epsg in _LEGACY:
        return _outside_to_nan(first, second, _WORLD)
    return _projection(_required_epsg(reference)).inverse(first, second)


def from_cgcs2000(
    lon: ArrayLike, lat: ArrayLike, reference: Reference
) -> tuple[FloatArray, FloatArray]:
    """Give CGCS2000 places in another system; inverse of `to_cgcs2000`.

    Returns:
        x (east) and y (north) in metres, or longitude and latitude in degrees; NaN where
        ``reference`` has no coordinates for the place.

    >>> x, y = from_cgcs2000(119.6, 39.935, parse_reference("EPSG:4549"))
    >>> f"{x:.3f} {y:.3f}"
    '465810.042 4422388.430'
    """
    first, second = _numbers(lon, lat)
    if reference.is_gcj02:
        return wgs84_to_gcj02(first, second)
    if reference.is_bd09:
        return wgs84_to_bd09(first, second)
    if reference.epsg in {_CGCS_EPSG, _WGS_EPSG} or reference.epsg in _LEGACY:
        return _outside_to_nan(first, second, _WORLD)
    return _projection(_required_epsg(reference)).forward(first, second)


def _required_epsg(reference: Reference) -> int:
    if reference.epsg is None:
        raise InvalidInputError(_("坐标系“{text}”不能换算。").format(text=reference.text))
    return reference.epsg
