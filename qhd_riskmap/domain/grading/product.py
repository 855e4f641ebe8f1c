"""LS (R = L × S) and LEC (D = L × E × C): multiply the factors, look the product up in bands.

One class serves both; the whole difference is in ``resources/rules/grading_*.json``, where an office
may set its own bands (DOMAIN §2.2, §2.3; 8.1 no. 12: no thresholds are published for this city).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from qhd_riskmap.domain.grading.factors import Factor, Inputs, shown
from qhd_riskmap.domain.grading.method_head import MethodHead
from qhd_riskmap.domain.grading.result import (
    GradingResult,
    Lowering,
    Step,
    conclusion,
    lowerings,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Scores from `minimum` (inclusive) up to the next band."""

    minimum: float
    level: RiskLevel | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductMethod(MethodHead):
    """Level = band of the product of all factors.

    Attributes:
        factors: In the order of the formula.
        bands: By falling minimum.
    """

    bands: tuple[Band, ...]

    def grade(self, inputs: Inputs) -> GradingResult:
        """Multiply and look up; see `GradingMethod.grade`."""
        values = self.read_all(inputs)
        chosen = [float(values[factor.key]) for factor in self.factors]
        # Exact for the standard values: products of 0.1 … 100 are rounded off binary noise.
        score = round(math.prod(chosen), 6)
        band = next(band for band in self.bands if score >= band.minimum)
        reasons = [
            f"{_(factor.label)} = {factor.described(values[factor.key])}" for factor in self.factors
        ]
        product = " × ".join(f"{value:g}" for value in chosen)
        reasons.append(f"{' × '.join(values)} = {product} = {score:g}")
        reasons.append(conclusion(f"{score:g}", band.text, band.level))
        return GradingResult(
            level=band.level,
            score=score,
            band=band.text,
            reasons=tuple(reasons),
            inputs=MappingProxyType(values),
            figures=MappingProxyType({" × ".join(values): f"{score:g}"}),
        )

    def lowerings(self, inputs: Inputs) -> tuple[Lowering, ...]:
        """What one factor alone would have to become."""
        result = self.grade(inputs)
        return lowerings(
            result,
            self.grade,
            ((factor, self._down(factor, result.inputs)) for factor in self.factors),
        )

    @staticmethod
    def _down(factor: Factor, inputs: Inputs) -> Iterator[Step]:
        now = float(inputs[factor.key])
        values = sorted((float(c.value) for c in factor.choices), reverse=True)
        for value in values:
            if value < now:
                change = _("{factor}由 {before} 降到 {after}").format(
                    factor=_(factor.label), before=shown(now), after=factor.described(value)
                )
                yield change, {factor.key: value}
