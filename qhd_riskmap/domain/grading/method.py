"""Grading methods as data: factors with their allowed values, a product, and bands.

LS (R = L × S) and LEC (D = L × E × C) are both "multiply the factors, look the product up in bands", so
one class serves both and the whole difference is in ``resources/rules/grading_*.json``, where an office
may set its own bands (DOMAIN §2.2, §2.3; 8.1 no. 12: no thresholds are published for this city).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Protocol

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

DECLARED = "declared"
_SHIPPED = ("ls", "lec")


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingResult:
    """A level and why.

    Attributes:
        score: The number the bands were applied to.
        band: The band's word, e.g. 显著危险.
        reasons: One sentence per factor, then the arithmetic, then the band.
        inputs: The factor values used.
    """

    level: RiskLevel
    score: float
    band: str
    reasons: tuple[str, ...]
    inputs: Mapping[str, float]


class GradingMethod(Protocol):
    """A way to find a hazard's level."""

    @property
    def key(self) -> str:
        """Stable key, as given on the command line."""

    @property
    def label(self) -> str:
        """Chinese name."""

    @property
    def version(self) -> str:
        """Version of the rules, stored with every assessment."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The inputs, for form and sheet."""

    def grade(self, inputs: Mapping[str, float]) -> GradingResult:
        """Find the level.

        Raises:
            InvalidInputError: A factor is missing, unknown or not one of its values.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChoice:
    """One allowed value of a factor and what it stands for."""

    value: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """One input of a product method."""

    key: str
    label: str
    choices: tuple[FactorChoice, ...]

    def choice(self, value: float) -> FactorChoice | None:
        """The choice with exactly this value, or None."""
        return next((choice for choice in self.choices if choice.value == value), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Scores from `minimum` (inclusive) up to the next band."""

    minimum: float
    level: RiskLevel
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductMethod:
    """Level = band of the product of all factors.

    Attributes:
        source: Where factors and bands come from.
        factors: In the order of the formula.
        bands: By falling minimum.
    """

    key: str
    label: str
    version: str
    source: str
    factors: tuple[Factor, ...]
    bands: tuple[Band, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """One choice field per factor."""
        return tuple(
            Field(
                key=factor.key,
                label=factor.label,
                kind=FieldKind.NUMBER,
                required=True,
                choices=tuple(f"{choice.value:g}" for choice in factor.choices),
            )
            for factor in self.factors
        )

    def grade(self, inputs: Mapping[str, float]) -> GradingResult:
        """Multiply and look up; see `GradingMethod.grade`.

        >>> methods()["ls"].grade({"L": 4, "S": 5}).level
        <RiskLevel.RED: 'red'>
        >>> methods()["lec"].grade({"L": 3, "E": 6, "C": 15}).score
        270.0
        """
        chosen = self._choices(inputs)
        # Exact for the standard values: products of 0.1 … 100 are rounded off binary noise.
        score = round(math.prod(choice.value for choice in chosen.values()), 6)
        band = next(band for band in self.bands if score >= band.minimum)
        reasons = [
            _("{factor} = {value:g}：{text}").format(
                factor=_(factor.label),
                value=chosen[factor.key].value,
                text=_(chosen[factor.key].text),
            )
            for factor in self.factors
        ]
        product = " × ".join(f"{choice.value:g}" for choice in chosen.values())
        reasons.append(f"{' × '.join(chosen)} = {product} = {score:g}")
        reasons.append(
            _("{score:g} 落入“{band}”档，对应{level}（{colour}）。").format(
                score=score,
                band=_(band.text),
                level=_(band.level.label),
                colour=_(band.level.colour_name),
            )
        )
        return GradingResult(
            level=band.level,
            score=score,
            band=band.text,
            reasons=tuple(reasons),
            inputs=MappingProxyType({key: choice.value for key, choice in chosen.items()}),
        )

    def _choices(self, inputs: Mapping[str, float]) -> dict[str, FactorChoice]:
        known = {factor.key for factor in self.factors}
        unknown = sorted(set(inputs) - known)
        if unknown:
            raise InvalidInputError(
                _("{method} 没有“{factor}”这个因素。").format(
                    method=_(self.label), factor=unknown[0]
                ),
                hint=_("需要的因素：{factors}。").format(factors="、".join(sorted(known))),
            )
        chosen: dict[str, FactorChoice] = {}
        for factor in self.factors:
            allowed = "、".join(f"{choice.value:g}" for choice in factor.choices)
            hint = _("可取：{values}。").format(values=allowed)
            if factor.key not in inputs:
                message = _("{method} 缺少“{factor}”。").format(
                    method=_(self.label), factor=_(factor.label)
                )
                raise InvalidInputError(message, hint=hint)
            choice = factor.choice(inputs[factor.key])
            if choice is None:
                message = _("“{factor}”不能取 {value:g}。").format(
                    factor=_(factor.label), value=inputs[factor.key]
                )
                raise InvalidInputError(message, hint=hint)
            chosen[factor.key] = choice
        return chosen


@cache
def methods() -> Mapping[str, ProductMethod]:
    """The shipped methods by key."""
    return MappingProxyType({key: load_method(rules(f"grading_{key}")) for key in _SHIPPED})


def method(key: str) -> ProductMethod:
    """One shipped method.

    Raises:
        NotFoundError: No such method.
    """
    found = methods().get(key)
    if found is None:
        raise NotFoundError(
            _("没有“{key}”这种评估方法。").format(key=key),
            hint=_("可用：{keys}。").format(keys="、".join(methods())),
        )
    return found


def load_method(raw: Mapping[str, Any]) -> ProductMethod:
    """A method from its profile (the shape of ``resources/rules/grading_ls.json``)."""
    return ProductMethod(
        key=raw["key"],
        label=raw["label"],
        version=raw["version"],
        source=raw["source"],
        factors=tuple(
            Factor(
                key=factor["key"],
                label=factor["label"],
                choices=tuple(
                    FactorChoice(value=float(choice["value"]), text=choice["text"])
                    for choice in factor["choices"]
                ),
            )
            for factor in raw["factors"]
        ),
        bands=tuple(
            sorted(
                (
                    Band(minimum=float(b["minimum"]), level=RiskLevel(b["level"]), text=b["text"])
                    for b in raw["bands"]
                ),
                key=lambda band: -band.minimum,
            )
        ),
    )
