"""What is known of factors before anybody looks closer: the hazard's own fields, then its area.

The nearer word counts: the hazard itself, its township, its county, the whole office; and at each of
these what is said of the hazard's type before what is said of all types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qhd_riskmap.domain.grading.factors import Factor
from qhd_riskmap.domain.grading.major_hazard import SUBSTANCES
from qhd_riskmap.domain.grading.method import GradingMethod
from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

_AMMONIA = "ammonia_storage"


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorDefault:
    """A factor's value for an area.

    Attributes:
        area: Name of a township, division code of a county, or "" for everywhere.
        type_key: Hazard type, or "" for all.
        reason: What the value rests on.
    """

    area: str
    type_key: str
    method: str
    factor: str
    value: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A factor's value and what it rests on."""

    value: AttributeValue
    evidence: str


def known_factors(
    method: GradingMethod, hazard: Hazard, defaults: Iterable[FactorDefault] = ()
) -> dict[str, Known]:
    """What the register knows of a method's factors for a hazard."""
    found: dict[str, Known] = {}
    for default in sorted(_fitting(method, hazard, defaults), key=_nearness):
        factor = next((f for f in method.factors if f.key == default.factor), None)
        value = _readable(factor, default.value) if factor is not None else None
        if value is not None:
            found[default.factor] = Known(
                value=value,
                evidence=_("取自{area}的默认值：{reason}").format(
                    area=default.area or _("本单位"), reason=default.reason or _("未写依据")
                ),
            )
    fields = {field.key: field for field in taxonomy().get(hazard.type_key).fields}
    for factor in method.factors:
        raw = hazard.attributes.get(factor.attribute) if factor.attribute else None
        value = _readable(factor, raw) if raw is not None else None
        if value is not None:
            label = _(fields[factor.attribute].label) if factor.attribute in fields else ""
            found[factor.key] = Known(
                value=value, evidence=_("台账“{field}”").format(field=label or factor.attribute)
            )
        elif factor.key == SUBSTANCES and (text := _stored_substance(hazard)):
            found[factor.key] = Known(value=text, evidence=_("台账“物质名称、最大储量”"))
    return found


def _fitting(
    method: GradingMethod, hazard: Hazard, defaults: Iterable[FactorDefault]
) -> list[FactorDefault]:
    areas = {"", hazard.county, hazard.township}
    return [
        default
        for default in defaults
        if default.method == method.key
        and default.area in areas
        and default.type_key in {"", hazard.type_key}
    ]


def _nearness(default: FactorDefault) -> tuple[int, bool]:
    area = 0 if not default.area else 1 if default.area.isdigit() else 2
    return area, bool(default.type_key)


def _readable(factor: Factor, raw: AttributeValue) -> AttributeValue | None:
    try:
        return factor.read(raw)
    except (
        InvalidInputError
    ):  # 其他 is no medium of a pipeline: not known, as far as the method goes
        return None


def _stored_substance(hazard: Hazard) -> str:
    tonnes = hazard.attributes.get("max_storage_t")
    name = "液氨" if hazard.type_key == _AMMONIA else str(hazard.attributes.get("substance", ""))
    return f"{name}:{tonnes}" if tonnes and name else ""
