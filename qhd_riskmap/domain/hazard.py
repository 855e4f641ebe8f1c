"""The hazard: one place that can hurt people or property, and how we know where it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.worksheet import Worksheet
from qhd_riskmap.i18n import N_

AttributeValue = str | int | float | bool
NO_ATTRIBUTES: Mapping[str, AttributeValue] = MappingProxyType({})
NO_EXTRAS: Mapping[str, str] = MappingProxyType({})
NO_WORKSHEET = Worksheet()

GEOMETRY_TYPES = frozenset(
    {"Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"}
)


class LocationMethod(StrEnum):
    """How the stored coordinates came to be."""

    IMPORTED = "imported"
    CONVERTED = "converted"
    TYPED = "typed"
    DRAWN = "drawn"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _METHOD_LABELS[self]


_METHOD_LABELS = {
    LocationMethod.IMPORTED: N_("表格原值"),
    LocationMethod.CONVERTED: N_("换算所得"),
    LocationMethod.TYPED: N_("手工输入"),
    LocationMethod.DRAWN: N_("地图绘制"),
    LocationMethod.MOVED: N_("移动所得"),
}


class AccuracyClass(StrEnum):
    """How far the stored coordinates may be trusted (DOMAIN §4.5)."""

    SURVEYED_CGCS = "surveyed_cgcs"
    GNSS_WGS = "gnss_wgs"
    GCJ_CONVERTED = "gcj_converted"
    BD_CONVERTED = "bd_converted"
    LEGACY_DATUM_UNSHIFTED = "legacy_datum_unshifted"
    LEGACY_DATUM_SHIFTED = "legacy_datum_shifted"
    DIGITISED = "digitised"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _ACCURACY_LABELS[self]


_ACCURACY_LABELS = {
    AccuracyClass.SURVEYED_CGCS: N_("CGCS2000 测量成果"),
    AccuracyClass.GNSS_WGS: N_("GPS/北斗手持定位"),
    AccuracyClass.GCJ_CONVERTED: N_("由火星坐标换算"),
    AccuracyClass.BD_CONVERTED: N_("由百度坐标换算"),
    AccuracyClass.LEGACY_DATUM_UNSHIFTED: N_("旧坐标系，未改正"),
    AccuracyClass.LEGACY_DATUM_SHIFTED: N_("旧坐标系，已按本单位参数改正"),
    AccuracyClass.DIGITISED: N_("图上量取"),
    AccuracyClass.UNKNOWN: N_("未知"),
}


class Secrecy(StrEnum):
    """Who may learn of the record at all. Anything but `PUBLIC` is never released."""

    PUBLIC = "public"
    INTERNAL = "internal"
    SECRET = "secret"  # noqa: S105 - a classification, not a credential

    @property
    def label(self) -> str:
        """公开, 内部, 涉密."""
        return _SECRECY_LABELS[self]


_SECRECY_LABELS = {
    Secrecy.PUBLIC: N_("公开"),
    Secrecy.INTERNAL: N_("内部"),
    Secrecy.SECRET: N_("涉密"),
}


class HazardStatus(StrEnum):
    """Where the hazard stands in the register's life."""

    REGISTERED = "registered"
    ASSESSED = "assessed"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """已登记, 已评估, 已销号."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    HazardStatus.REGISTERED: N_("已登记"),
    HazardStatus.ASSESSED: N_("已评估"),
    HazardStatus.CLOSED: N_("已销号"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a position came from, so that any shift can be undone.

    Attributes:
        original_text: The coordinates exactly as they stood in the sheet, or were typed.
        declared_reference: Reference of `original_text` in the notation of
            `geo.datums.parse_reference` ("gcj02", "EPSG:4528", …).
        method: How the stored geometry was made from it.
        accuracy: Accuracy class of the result.
    """

    original_text: str
    declared_reference: str
    method: LocationMethod
    accuracy: AccuracyClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One grading of one hazard; never changed afterwards, only followed by another.

    Attributes:
        method: Key of the grading method; ``declared`` for a level that came in a sheet.
        method_version: Version of the method profile the level was found with.
        inputs: Factor values as given.
        score: The number the bands were applied to (R, D, …); None where there is none.
        reasons: Chinese sentences that explain the level, factor by factor.
        assessor: Actor name.
        residual_level: Level expected after the planned measures; the hazard does not carry it.
        next_review: When it is to be looked at again.
        worksheet: Evidence, opinion and experts.
    """

    id: UUID
    hazard_id: UUID
    method: str
    method_version: str
    inputs: Mapping[str, AttributeValue]
    score: float | None
    level: RiskLevel
    reasons: tuple[str, ...]
    assessor: str
    assessed_on: date
    residual_level: RiskLevel | None = None
    next_review: date | None = None
    worksheet: Worksheet = NO_WORKSHEET


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """One registered hazard.

    Attributes:
        id: Stable across counties and merges; never reused.
        code: Permanent code ``{division6}-{type2}-{yyyy}-{seq}``; "" until the register gave one.
        type_key: Key of a `taxonomy.HazardType`.
        sub_kind: One of the type's sub-kinds, or "".
        geometry: CGCS2000 geographic (EPSG:4490), longitude–latitude degrees, 2-D; one of
            `GEOMETRY_TYPES`.
        county: Six-digit division code in force today; see `region.Region`.
        phone: The contact's telephone: personal data, never public.
        attributes: Values of the type's own fields (`HazardType.fields`).
        extras: Columns of the sheet that the register does not know, header → text.
        level: Current level; the assessment behind it is the newest one stored.
        revision: Optimistic-lock counter; 0 until first saved.
        deleted_at: Set on soft delete.
    """

    id: UUID
    code: str = ""
    name: str
    type_key: str
    sub_kind: str = ""
    geometry: BaseGeometry
    provenance: Provenance
    county: str
    township: str = ""
    address: str = ""
    unit: str = ""
    regulator: str = ""
    contact: str = ""
    phone: str = ""
    found_on: date | None = None
    batch_id: UUID | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=lambda: NO_ATTRIBUTES)
    extras: Mapping[str, str] = field(default_factory=lambda: NO_EXTRAS)
    level: RiskLevel | None = None
    secrecy: Secrecy = Secrecy.PUBLIC
    status: HazardStatus = HazardStatus.REGISTERED
    notes: str = ""
    alias_codes: tuple[str, ...] = ()
    revision: int = 0
    created_at: datetime | None = None
    created_by: str = ""
    updated_at: datetime | None = None
    updated_by: str = ""
    deleted_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("name must not be blank")
        if self.geometry.geom_type not in GEOMETRY_TYPES or self.geometry.is_empty:
            raise ValueError("geometry must be a non-empty point, line or polygon")

    def anchor(self) -> tuple[float, float]:
        """A point on the geometry (longitude, latitude in degrees) that stands for the hazard."""
        return anchor_of(self.geometry)


def anchor_of(geometry: BaseGeometry) -> tuple[float, float]:
    """The point that lists and labels use: on the geometry, moving rigidly with it.

    >>> from shapely import Point
    >>> anchor_of(Point(119.6, 39.9))
    (119.6, 39.9)
    """
    point: Any = geometry.representative_point()
    return (float(point.x), float(point.y))
