"""Where a number stands, and how far it may be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qhd_riskmap.i18n import N_, _


class Confidence(StrEnum):
    """How far a number of a profile may be trusted; anything below `HIGH` asks to be checked."""

    SEEN = "seen"
    COMPUTED = "computed"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    DESIGN = "design"

    @property
    def label(self) -> str:
        """Chinese words."""
        return _CONFIDENCE_LABELS[self]

    @property
    def doubtful(self) -> bool:
        """Whether the office should check the number against the standard."""
        return self in {Confidence.MEDIUM, Confidence.LOW, Confidence.DESIGN}


_CONFIDENCE_LABELS = {
    Confidence.SEEN: N_("已核对来源"),
    Confidence.COMPUTED: N_("计算所得"),
    Confidence.HIGH: N_("可信度高"),
    Confidence.MEDIUM: N_("可信度中，请核对原文"),
    Confidence.LOW: N_("可信度低，请核对原文"),
    Confidence.DESIGN: N_("本程序建议，由本单位确定"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where a number stands."""

    source: str
    confidence: Confidence

    @property
    def text(self) -> str:
        """Clause and mark, for worksheets and tool tips."""
        return f"{_(self.source)}（{_(self.confidence.label)}）"


def citation_of(raw: Mapping[str, Any]) -> Citation:
    """The citation beside a number of a shipped file.

    Raises:
        KeyError: It has none.
        ValueError: Its confidence is no known word.
    """
    return Citation(source=str(raw["source"]), confidence=Confidence(raw["confidence"]))
