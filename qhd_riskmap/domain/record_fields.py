"""The fields of a hazard that people type: form, table, bulk edit and history show the same ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from qhd_riskmap.domain.hazard import AttributeValue, Hazard, HazardStatus, Secrecy
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import N_, _

_NEVER_EMPTY: Final = frozenset({"name", "county", "secrecy", "status"})
_TEXTS: Final = ("township", "address", "unit", "regulator", "contact", "phone", "notes")


def common_fields() -> tuple[Field, ...]:
    """The fields that every hazard has, whatever its type."""
    codes = tuple(region.code for region in regions().current())
    return (
        Field(key="name", label=N_("名称"), required=True),
        Field(key="county", label=N_("县区"), kind=FieldKind.CHOICE, choices=codes, required=True),
        Field(key="township", label=N_("乡镇（街道）")),
        Field(key="address", label=N_("详细位置")),
        Field(key="unit", label=N_("责任单位")),
        Field(key="regulator", label=N_("监管部门")),
        Field(key="contact", label=N_("联系人")),
        Field(
            key="phone",
            label=N_("联系电话"),
            kind=FieldKind.PHONE,
            help=N_("个人信息，任何公开产品中都不会出现"),
        ),
        Field(
            key="found_on",
            label=N_("发现日期"),
            kind=FieldKind.DATE,
            help=N_("写成 2014-03-05"),
            example="2014-03-05",
        ),
        Field(
            key="secrecy",
            label=N_("公开属性"),
            kind=FieldKind.CHOICE,
            choices=tuple(Secrecy),
            required=True,
            help=N_("“内部”和“涉密”的隐患不进入公开产品"),
        ),
        Field(
            key="status",
            label=N_("状态"),
            kind=FieldKind.CHOICE,
            choices=tuple(HazardStatus),
            required=True,
        ),
        Field(key="notes", label=N_("备注")),
    )


def record_fields(hazard_type: HazardType) -> tuple[Field, ...]:
    """The fields that every hazard has; sub-kinds are those of the type."""
    name, *others = common_fields()
    return (name, *_sub_kind_field(hazard_type), *others)


def bulk_fields(type_keys: Collection[str]) -> tuple[Field, ...]:
    """The fields that can be set for several hazards at once: all but the name.

    Sub-kind and the type's own fields only where all are of one type.
    """
    common = common_fields()[1:]
    if len(set(type_keys)) != 1:
        return common
    hazard_type = taxonomy().get(next(iter(type_keys)))
    return (*_sub_kind_field(hazard_type), *common, *hazard_type.fields)


def _sub_kind_field(hazard_type: HazardType) -> tuple[Field, ...]:
    if not hazard_type.sub_kinds:
        return ()
    return (
        Field(
            key="sub_kind", label=N_("小类"), kind=FieldKind.CHOICE, choices=hazard_type.sub_kinds
        ),
    )


def choice_words() -> dict[str, Mapping[str, str]]:
    """Words shown for fields whose values are keys."""
    return {
        "county": {region.code: region.name for region in regions().current()},
        "secrecy": {str(each): _(each.label) for each in Secrecy},
        "status": {str(each): _(each.label) for each in HazardStatus},
    }


def record_values(hazard: Hazard) -> dict[str, AttributeValue]:
    """What the form shows of a hazard."""
    values: dict[str, AttributeValue] = {
        "name": hazard.name,
        "sub_kind": hazard.sub_kind,
        "county": hazard.county,
        "found_on": hazard.found_on.isoformat() if hazard.found_on else "",
        "secrecy": str(hazard.secrecy),
        "status": str(hazard.status),
    }
    values.update({key: str(getattr(hazard, key)) for key in _TEXTS})
    return values


def with_values(
    hazard: Hazard,
    record: Mapping[str, AttributeValue],
    attributes: Mapping[str, AttributeValue],
    hazard_type: HazardType,
) -> Hazard:
    """The hazard with what the form holds; attributes that the form does not know are kept."""
    known = {field.key for field in hazard_type.fields}
    others = {key: value for key, value in hazard.attributes.items() if key not in known}
    found_on = str(record.get("found_on", ""))
    texts = {key: str(record.get(key, "")) for key in _TEXTS}
    return replace(
        hazard,
        name=str(record["name"]),
        sub_kind=str(record.get("sub_kind", "")),
        county=str(record["county"]),
        found_on=date.fromisoformat(found_on) if found_on else None,
        secrecy=Secrecy(str(record["secrecy"])),
        status=HazardStatus(str(record["status"])),
        attributes={**others, **attributes},
        township=texts["township"],
        address=texts["address"],
        unit=texts["unit"],
        regulator=texts["regulator"],
        contact=texts["contact"],
        phone=texts["phone"],
        notes=texts["notes"],
    )


def field_value(hazard: Hazard, key: str) -> AttributeValue | None:
    """The value of one field, common or of the type; None where it is empty."""
    common = record_values(hazard)
    value = common[key] if key in common else hazard.attributes.get(key)
    return None if value == "" else value


def with_field(hazard: Hazard, key: str, value: AttributeValue | None) -> Hazard:
    """The hazard with another value of one field; None empties it.

    Raises:
        ValueError: A field that must not be empty would be.
    """
    hazard_type = taxonomy().get(hazard.type_key)
    common = record_values(hazard)
    if key in common:
        if value is None and key in _NEVER_EMPTY:
            raise ValueError(f"{key} must not be empty")
        common[key] = "" if value is None else value
        return with_values(hazard, common, hazard.attributes, hazard_type)
    attributes = {name: kept for name, kept in hazard.attributes.items() if name != key}
    if value is not None:
        attributes[key] = value
    return replace(hazard, attributes=attributes)


def shown_value(field: Field | None, value: AttributeValue | None) -> str:
    """A value in words, with its unit."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    words = choice_words().get(field.key, {}) if field is not None else {}
    text = words.get(str(value), f"{value:.10g}" if isinstance(value, float) else str(value))
    return f"{text} {field.unit}" if field is not None and field.unit else text
