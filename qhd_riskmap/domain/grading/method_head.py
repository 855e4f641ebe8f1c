"""What all grading methods have in common: who they are, and what they ask."""

from __future__ import annotations

from dataclasses import dataclass

from qhd_riskmap.domain.citation import Citation
from qhd_riskmap.domain.grading.factors import Factor, Inputs, read_inputs
from qhd_riskmap.domain.grading.result import missing
from qhd_riskmap.domain.hazard import AttributeValue


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodHead:
    """The part of a profile that every method has; see `GradingMethod`.

    Attributes:
        types: Hazard types it is meant for; none for all.
    """

    key: str
    label: str
    version: str
    citation: Citation
    factors: tuple[Factor, ...]
    types: tuple[str, ...] = ()

    def read(self, inputs: Inputs) -> dict[str, AttributeValue]:
        """The inputs as the method uses them; what says nothing is left out.

        Raises:
            InvalidInputError: An unknown factor, or a value that cannot be used.
        """
        return read_inputs(self.label, self.factors, inputs)

    def read_all(self, inputs: Inputs) -> dict[str, AttributeValue]:
        """`read`, where no factor may be left out.

        Raises:
            NotGradableError: Some factor is not known.
            InvalidInputError: As `read`.
        """
        values = self.read(inputs)
        unknown = [factor for factor in self.factors if factor.key not in values]
        if unknown:
            raise missing(self.label, unknown)
        return values
