"""The level that experts agree on, with their reasons: for what no standard method fits."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from qhd_riskmap.domain.grading.factors import Inputs
from qhd_riskmap.domain.grading.method_head import MethodHead
from qhd_riskmap.domain.grading.product import Band
from qhd_riskmap.domain.grading.result import (
    GradingResult,
    Lowering,
    conclusion,
    not_gradable,
)
from qhd_riskmap.i18n import _

_SHORTEST_REASON: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpertMethod(MethodHead):
    """Level, reason and names; nothing is computed."""

    bands: tuple[Band, ...]

    def grade(self, inputs: Inputs) -> GradingResult:
        """Take the level; see `GradingMethod.grade`."""
        values = self.read_all(inputs)
        if len(str(values["reason"])) < _SHORTEST_REASON:
            raise not_gradable(
                self.label, _("理由太短，请写明依据（至少 {n} 个字）。").format(n=_SHORTEST_REASON)
            )
        band = next(band for band in self.bands if band.text == values["level"])
        reasons = [
            f"{_(factor.label)}：{factor.described(values[factor.key])}" for factor in self.factors
        ]
        reasons.append(conclusion(_("专家判定"), band.text, band.level))
        return GradingResult(
            level=band.level, score=None, band=band.text, reasons=tuple(reasons),
            inputs=MappingProxyType(values), figures=MappingProxyType({}),
        )  # fmt: skip

    def lowerings(self, inputs: Inputs) -> tuple[Lowering, ...]:
        """None: only the experts can tell."""
        self.grade(inputs)
        return ()
