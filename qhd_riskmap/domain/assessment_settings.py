"""What an office may set about assessment besides its methods: when to look again, how far to count."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.citation import Citation, citation_of
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

SETTINGS: Final = "assessment"
_MOST_MONTHS: Final = 120
_FARTHEST_M: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentSettings:
    """Settings in force.

    Attributes:
        review_months: Months until the next review, by level.
        default_radius_m: How far people are counted around a point of no other zone.
    """

    version: str
    citation: Citation
    review_months: Mapping[str, int]
    default_radius_m: float


@cache
def shipped_settings() -> AssessmentSettings:
    """As they came with the program."""
    return read_settings(rules(SETTINGS))


def read_settings(raw: object) -> AssessmentSettings:
    """The settings of a profile, which an office may have edited.

    Raises:
        InvalidInputError: Something is missing or cannot be.
    """
    if not isinstance(raw, Mapping):
        raise _fault(_("内容"))
    months, radius = raw.get("review_months"), raw.get("default_radius_m")
    levels = {level.value for level in RiskLevel}
    if not isinstance(months, Mapping) or set(months) != levels:
        raise _fault("review_months")
    if not all(_whole(each) and 1 <= each <= _MOST_MONTHS for each in months.values()):
        raise _fault("review_months")
    if isinstance(radius, bool) or not isinstance(radius, (int, float)):
        raise _fault("default_radius_m")
    if not math.isfinite(radius) or not 0 < radius <= _FARTHEST_M:
        raise _fault("default_radius_m")
    return AssessmentSettings(
        version=str(raw.get("version", "")),
        citation=_citation(raw),
        review_months=MappingProxyType(dict(months)),
        default_radius_m=float(radius),
    )


def _citation(raw: Mapping[str, Any]) -> Citation:
    try:
        return citation_of(raw)
    except (KeyError, ValueError) as error:
        raise _fault("source") from error


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _fault(place: str) -> InvalidInputError:
    return InvalidInputError(
        _("评估设置不能用：“{place}”有误。").format(place=place),
        hint=_("请对照导出的原设置改正后再试。"),
    )
