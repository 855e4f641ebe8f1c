"""What one revision of a hazard changed, field by field, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import shapely

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.record_fields import field_value, record_fields, shown_value
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.geo.geodesy import area_m2, distance_m, length_m
from qhd_riskmap.i18n import N_, _

_NOTHING: Final = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, in words; "" where it was or is empty.

    Attributes:
        label: What the officer calls it, in the language in force.
    """

    label: str
    before: str
    after: str


def changes_between(before: Hazard | None, after: Hazard) -> list[FieldChange]:
    """Every field that differs, in the order of the form; the first revision shows all it has."""
    old = dict(_facts(before)) if before is not None else {}
    new = dict(_facts(after))
    found = [
        FieldChange(label, old.get(label, _NOTHING), new.get(label, _NOTHING))
        for label in dict.fromkeys((*old, *new))
        if old.get(label, _NOTHING) != new.get(label, _NOTHING)
    ]
    if before is not None:
        found += _place_change(before, after)
    return found


def _facts(hazard: Hazard) -> Iterator[tuple[str, str]]:
    hazard_type = taxonomy().get(hazard.type_key)
    yield _("编号"), hazard.code
    yield _("类型"), _(hazard_type.label)
    yield _("风险等级"), _(hazard.level.label) if hazard.level is not None else _("未定级")
    for field in record_fields(hazard_type):
        yield _(field.label), shown_value(field, field_value(hazard, field.key))
    known = {field.key for field in hazard_type.fields}
    for field in hazard_type.fields:
        yield _(field.label), shown_value(field, hazard.attributes.get(field.key))
    for key, value in hazard.attributes.items():
        if key not in known:
            yield key, shown_value(None, value)
    for key, text in hazard.extras.items():
        yield _("原表列“{name}”").format(name=key), text
    yield _("曾用编号"), "、".join(hazard.alias_codes)
    yield _("原始坐标"), hazard.provenance.original_text
    yield _("原坐标系"), hazard.provenance.declared_reference
    yield _("取得方式"), _(hazard.provenance.method.label)
    yield _("精度类别"), _(hazard.provenance.accuracy.label)
    yield _("删除"), _("已删除") if hazard.deleted_at is not None else _NOTHING


def _place_change(before: Hazard, after: Hazard) -> list[FieldChange]:
    if before.geometry.equals_exact(after.geometry, 0.0):
        return []
    (lon0, lat0), (lon1, lat1) = before.anchor(), after.anchor()
    metres = float(distance_m(lon0, lat0, lon1, lat1))
    moved = _("{shape}（移动 {metres:.1f} 米）").format(
        shape=shape_words(after.geometry), metres=metres
    )
    return [FieldChange(_("位置和图形"), shape_words(before.geometry), moved)]


_SHAPES: Final = (N_("点"), N_("线"), N_("面"))


def shape_words(geometry: Any) -> str:
    """Point with its place; line or area with its corners and size."""
    kind = int(shapely.get_dimensions(geometry))
    words = _(_SHAPES[kind])
    point: Any = geometry.representative_point()
    place = format_decimal(point.x, point.y)
    if kind == 0:
        return f"{words} {place}"
    corners = int(shapely.get_num_coordinates(geometry))
    if kind == 1:
        return _("{words}，{corners} 个节点，长 {metres:,.0f} 米").format(
            words=words, corners=corners, metres=length_m(geometry)
        )
    return _("{words}，{corners} 个节点，面积 {area:,.0f} 平方米").format(
        words=words, corners=corners, area=area_m2(geometry)
    )
