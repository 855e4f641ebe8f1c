"""What stands behind a level besides the factors: evidence, opinion, experts, what is expected next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from qhd_riskmap.domain.access import SIGNING, Permission
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import N_


class Occasion(StrEnum):
    """Why a hazard is assessed."""

    FIRST = "first"
    PERIODIC = "periodic"
    CHANGED = "changed"
    REMEDIATED = "remediated"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _OCCASION_LABELS[self]


_OCCASION_LABELS = {
    Occasion.FIRST: N_("评估定级"),
    Occasion.PERIODIC: N_("定期复评"),
    Occasion.CHANGED: N_("情况变化"),
    Occasion.REMEDIATED: N_("整改后复评"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worksheet:
    """The part of a 评估底稿 that no method computes.

    Attributes:
        occasion: Why the hazard was assessed.
        band: The method's own grade, e.g. 三级.
        evidence: Factor key → what its value rests on.
        overrides: Factor key → why another value than the counted one was taken.
        counted: Factor key → value counted from the receptors, as text.
        measures: What is to be done; the residual level is the one after it.
        residual_band: The method's own grade after the measures.
        experts: Who took part.
        accepted: References of accepted remediation that a lower level after remediation rests on.
    """

    occasion: Occasion = Occasion.FIRST
    band: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    counted: Mapping[str, str] = field(default_factory=dict)
    opinion: str = ""
    measures: str = ""
    residual_band: str = ""
    experts: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Only what says something."""
        return {key: value for key, value in asdict(self).items() if value}


def worksheet_of(raw: Mapping[str, Any]) -> Worksheet:
    """The inverse of `Worksheet.as_json`."""
    values = dict(raw)
    if "occasion" in values:
        values["occasion"] = Occasion(values["occasion"])
    for key in ("experts", "accepted"):
        values[key] = tuple(values.get(key, ()))
    return Worksheet(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """Somebody answers for an assessment.

    Attributes:
        level: The level signed for: the worse of the new one and the one it replaces.
    """

    id: UUID
    assessment_id: UUID
    level: RiskLevel
    opinion: str
    signed_by: str
    signed_at: datetime | None = None


def signing_permission(level: RiskLevel) -> Permission:
    """Which permission signs a level."""
    return SIGNING[level.rank - 1]


def level_to_sign(new: RiskLevel, before: RiskLevel | None) -> RiskLevel:
    """Taking red down to blue is signed by whoever may sign red.

    >>> level_to_sign(RiskLevel.BLUE, RiskLevel.RED).value
    'red'
    """
    return new if before is None else min(new, before, key=lambda level: level.rank)


def next_review(level: RiskLevel, on: date, months: Mapping[str, int]) -> date:
    """The day of the next review: so many months later, by level.

    >>> next_review(RiskLevel.RED, date(2026, 1, 31), {"red": 1})
    datetime.date(2026, 2, 28)
    """
    count = on.year * 12 + on.month - 1 + months[level.value]
    year, month = divmod(count, 12)
    for day in range(on.day, 0, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise ValueError("no such month")  # pragma: no cover - every month has a first
