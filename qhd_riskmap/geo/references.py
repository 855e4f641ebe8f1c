"""Reference systems a coordinate may be declared in, and what people call them.

Three families are known: the CGCS2000 datum; WGS84, equal to it within decimetres; and the legacy
datums Xian 1980, Beijing 1954 and New Beijing, for which EPSG publishes no parameters that cover
Qinhuangdao. Every other geographic datum of the EPSG register has nothing but PROJ's ballpark guess
on its way to CGCS2000 and is refused. GCJ-02 and BD-09 stand beside them without an EPSG code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.i18n import N_, _

CGCS_EPSG: Final = 4490
WGS_EPSG: Final = 4326
CGCS_BASES: Final = frozenset({4490, 4480})  # 2-D and 3-D
WGS_BASES: Final = frozenset({4326, 4979})
LEGACY_BASES: Final = frozenset({4610, 4214, 4555})
KNOWN_BASES: Final = CGCS_BASES | WGS_BASES | LEGACY_BASES


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
        digitised: Set on a map by an officer, not taken from the sheet.
        shift: The office's own parameters for this old datum; never shown, `unshifted` is then False.
    """

    text: str
    epsg: int | None
    projected: bool = False
    unshifted: bool = False
    cgcs: bool = False
    gnss: bool = False
    digitised: bool = False
    shift: DatumShift | None = field(default=None, repr=False)

    def shifted_by(self, shifts: Mapping[str, DatumShift]) -> Reference:
        """The same reference with the office's parameters for its datum, where it has some.

        Args:
            shifts: Notation of the old datum (degrees) → parameters.
        """
        if not self.unshifted or self.epsg is None:
            return self
        base = crs_of(self).geodetic_crs.to_epsg()
        found = shifts.get(f"EPSG:{base}")
        return self if found is None else replace(self, unshifted=False, shift=found)

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
        """Name for lists and reports, in the language in force."""
        if self.text in _LABELS:
            return _(_LABELS[self.text])
        name = _plane_label(self.epsg) or crs_of(self).name
        return _("{name}（{code}）").format(name=name, code=self.text)


CGCS2000: Final = Reference("cgcs2000", CGCS_EPSG, cgcs=True)
WGS84: Final = Reference("wgs84", WGS_EPSG, gnss=True)
GCJ02: Final = Reference("gcj02", None)
BD09: Final = Reference("bd09", None)
PINNED: Final = Reference("cgcs2000", CGCS_EPSG, digitised=True)

_LABELS: Final = {
    "cgcs2000": N_("国家2000（经纬度）"),
    "wgs84": N_("WGS84（GPS 经纬度）"),
    "gcj02": N_("火星坐标（高德、腾讯）"),
    "bd09": N_("百度坐标"),
    "EPSG:4610": N_("西安80（经纬度）"),
    "EPSG:4214": N_("北京54（经纬度）"),
    "EPSG:4555": N_("新北京54（经纬度）"),
    "EPSG:32650": N_("WGS84 UTM 50 带"),
    "EPSG:32651": N_("WGS84 UTM 51 带"),
    "EPSG:3857": N_("网络墨卡托"),
}

# DOMAIN reference §4.1: the plane systems of 118.5-119.9 E by datum, in the order of _PLANES.
_PLANE_CODES: Final = {
    N_("国家2000"): (4549, 4528, 4548, 4527, 4509, 4498),
    N_("西安80"): (2385, 2364, 2384, 2363, 2345, 2334),
    N_("北京54"): (2437, 2416, 2436, 2415, 21460, 21420),
    N_("新北京54"): (4797, 4776, 4796, 4775, 4586, 4575),
}
_PLANES: Final = (
    N_("3度带 中央经线120°"),
    N_("3度带 40带（带号）"),
    N_("3度带 中央经线117°"),
    N_("3度带 39带（带号）"),
    N_("6度带 中央经线117°"),
    N_("6度带 20带（带号）"),
)

_NAMES: Final[tuple[tuple[str, str], ...]] = (
    (
        "cgcs2000",
        "cgcs2000 cgcs 2000 国家2000 2000国家 2000国家大地 国家大地2000 大地2000 国家大地 4490 4480",
    ),
    ("wgs84", "wgs84 wgs1984 wgs gps 北斗 手持机 手持gps 4326"),
    ("gcj02", "gcj02 gcj 火星 高德 腾讯 高德地图 腾讯地图 高德腾讯 国测局"),
    ("bd09", "bd09 bd09ll bd 百度 百度地图"),
    ("EPSG:4610", "西安80 西安1980 80西安 1980西安 xian80 xian1980 4610"),
    ("EPSG:4214", "北京54 北京1954 54北京 1954北京 beijing54 beijing1954 4214"),
    ("EPSG:4555", "新北京54 新北京 newbeijing 4555"),
)
_BY_NAME: Final = {name: text for text, names in _NAMES for name in names.split()}
_EPSG_TEXT: Final = re.compile(r"(?:urn:ogc:def:crs:)?epsg:{1,2}(\d{4,6})")
_NOISE: Final = re.compile(r"[\s\-_./()（）、]+|经纬度|坐标系?|大地坐标系?$")
_LONGEST_NAME: Final = 64
_OFFSET_OR_GEOGRAPHIC: Final = {r.text: r for r in (CGCS2000, WGS84, GCJ02, BD09)}


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
        return epsg_reference(int(code[1]))
    named = _BY_NAME.get(_NOISE.sub("", plain))
    if named is None:
        raise InvalidInputError(
            _("不认识坐标系“{text}”。").format(text=text[:_LONGEST_NAME]),
            hint=_("请写 cgcs2000、wgs84、gcj02、bd09 或 EPSG:代码。"),
        )
    return _OFFSET_OR_GEOGRAPHIC.get(named) or parse_reference(named)


def known_references() -> tuple[Reference, ...]:
    """Every system that sheets of this region are known to use, the commonest first."""
    planes = [code for codes in _PLANE_CODES.values() for code in codes]
    listed = (*planes[:6], 32650, 32651, 3857, *sorted(LEGACY_BASES), *planes[6:])
    return (CGCS2000, WGS84, GCJ02, BD09, *map(epsg_reference, listed))


@lru_cache(maxsize=256)
def epsg_reference(epsg: int) -> Reference:
    """The reference with an EPSG code.

    Raises:
        InvalidInputError: Unknown to PROJ, no horizontal system, or of a datum without parameters.
    """
    if epsg == WGS_EPSG:
        return WGS84
    if epsg in CGCS_BASES:
        return CGCS2000
    crs = _crs(epsg)
    if crs.is_compound or not (crs.is_geographic or crs.is_projected):
        raise InvalidInputError(
            _("EPSG:{code}（{name}）不是平面或经纬度坐标系。").format(code=epsg, name=crs.name),
            hint=_("请选用经纬度坐标系或平面投影坐标系。"),
        )
    base = crs.geodetic_crs.to_epsg()
    if base not in KNOWN_BASES:
        raise InvalidInputError(
            _("EPSG:{code}（{name}）到国家2000没有可靠的换算参数。").format(
                code=epsg, name=crs.name
            ),
            hint=_("请先用测绘部门的参数换算成国家2000，再导入。"),
        )
    return Reference(
        f"EPSG:{epsg}",
        epsg,
        projected=bool(crs.is_projected),
        unshifted=base in LEGACY_BASES,
        cgcs=base in CGCS_BASES,
        gnss=base in WGS_BASES,
    )


def crs_of(reference: Reference) -> Any:
    """The pyproj CRS of a reference.

    Raises:
        InvalidInputError: It has no EPSG code.
    """
    if reference.epsg is None:
        raise InvalidInputError(_("坐标系“{text}”没有 EPSG 代码。").format(text=reference.text))
    return _crs(reference.epsg)


@lru_cache(maxsize=256)
def _crs(epsg: int) -> Any:
    from pyproj import CRS  # noqa: PLC0415 - 60 ms, which the start need not pay
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        return CRS.from_epsg(epsg)
    except CRSError as error:
        raise InvalidInputError(
            _("没有代码为 EPSG:{code} 的坐标系。").format(code=epsg),
            hint=_("请核对代码；秦皇岛常用 EPSG:4490、EPSG:4549、EPSG:4528。"),
            detail=str(error),
        ) from error


def _plane_label(epsg: int | None) -> str:
    """Chinese name of one of the region's plane systems, or ""."""
    for datum, codes in _PLANE_CODES.items():
        if epsg in codes:
            return f"{_(datum)} {_(_PLANES[codes.index(epsg)])}"
    return ""
