"""Grades by rules, from the worst down: the first rule that holds gives the grade.

What is not known counts as neither true nor false. If a worse grade hangs on something unknown, the
method does not grade; if a known fact alone gives it, the unknown does not matter.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.citation import Citation
from qhd_riskmap.domain.grading.factors import Factor, Inputs, shown
from qhd_riskmap.domain.grading.method_head import MethodHead
from qhd_riskmap.domain.grading.result import (
    GradingResult,
    Lowering,
    Step,
    conclusion,
    lowerings,
    missing,
    not_gradable,
)
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.schema import FieldKind
from qhd_riskmap.i18n import _

OPERATORS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "is": operator.is_,
    "in": lambda value, among: value in among,
}
_SIGNS: Final = {">=": "≥", ">": ">", "<=": "≤", "<": "<"}
_PIR: Final = 0.099  # GB 32167-2015: r = 0.099 √(d² p), m, mm, MPa


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One fact compared with a threshold."""

    factor: str
    sign: str
    value: Any

    def holds(self, inputs: Inputs) -> bool | None:
        """None where the fact is not known."""
        if self.factor not in inputs:
            return None
        return OPERATORS[self.sign](inputs[self.factor], self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Comparisons that must hold together, and where that stands."""

    all: tuple[Comparison, ...]
    citation: Citation

    def holds(self, inputs: Inputs) -> bool | None:
        """None where it hangs on something unknown."""
        answers = [each.holds(inputs) for each in self.all]
        if False in answers:
            return False
        return None if None in answers else True


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleGrade:
    """A grade and the clauses any of which gives it; without clauses it is what remains."""

    text: str
    level: RiskLevel | None
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTable:
    """Another grading by the same facts that is told beside the level: the class location."""

    label: str
    citation: Citation
    grades: tuple[RuleGrade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """A figure computed from the facts."""

    label: str
    formula: str
    unit: str
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable(MethodHead):
    """A method of rules.

    Attributes:
        grades: From the worst down.
    """

    grades: tuple[RuleGrade, ...]
    sides: tuple[SideTable, ...] = ()
    derived: tuple[Derived, ...] = ()

    def grade(self, inputs: Inputs) -> GradingResult:
        """Find the first rule that holds; see `GradingMethod.grade`."""
        values = self.read(inputs)
        if not values:
            raise missing(self.label, self.factors)
        grade, clause, unknown = _first(self.grades, values)
        if unknown:
            raise missing(self.label, [f for f in self.factors if f.key in unknown])
        if grade is None:
            raise not_gradable(self.label, _("没有一条规则适用于这些取值。"))
        figures = self._figures(values)
        reasons = [
            f"{_(factor.label)} = {factor.described(values[factor.key])}"
            for factor in self.factors
            if factor.key in values
        ]
        reasons += [f"{_(label)}：{text}" for label, text in figures.items()]
        why = self._told(clause) if clause else _("以上各级的条件都不满足")
        reasons.append(conclusion(why, grade.text, grade.level))
        return GradingResult(
            level=grade.level,
            score=None,
            band=grade.text,
            reasons=tuple(reasons),
            inputs=MappingProxyType(values),
            figures=MappingProxyType(figures),
        )

    def lowerings(self, inputs: Inputs) -> tuple[Lowering, ...]:
        """What one fact alone would have to become."""
        result = self.grade(inputs)
        return lowerings(result, self.grade, self._ways(result.inputs))

    def _ways(self, inputs: Inputs) -> Iterator[tuple[Factor, Iterator[Step]]]:
        for factor in self.factors:
            if factor.fixed or factor.key not in inputs:
                continue
            now = inputs[factor.key]
            if factor.kind in {FieldKind.INTEGER, FieldKind.NUMBER}:
                yield factor, self._down(factor, float(now))
                yield factor, self._up(factor, float(now))
            elif factor.kind is FieldKind.BOOLEAN:
                change = _("{factor}：改为“{after}”").format(
                    factor=_(factor.label), after=shown(not now)
                )
                yield factor, iter([(change, {factor.key: not now})])
            else:
                yield factor, self._other_choices(factor, now)

    def _limits(self, factor: Factor) -> list[Comparison]:
        return [
            each
            for grade in self.grades
            for clause in grade.clauses
            for each in clause.all
            if each.factor == factor.key
        ]

    def _down(self, factor: Factor, now: float) -> Iterator[Step]:
        steps: dict[float, str] = {}
        for each in self._limits(factor):
            if each.sign in {">=", "<"}:
                steps[_below(factor, each.value)] = _("{factor}降到不足 {limit} {unit}").format(
                    factor=_(factor.label), limit=shown(each.value), unit=factor.unit
                )
            else:
                steps[float(each.value)] = _("{factor}降到不超过 {limit} {unit}").format(
                    factor=_(factor.label), limit=shown(each.value), unit=factor.unit
                )
        least = factor.minimum if factor.minimum is not None else -math.inf
        for value in sorted(steps, reverse=True):
            if least <= value < now:
                yield steps[value], {factor.key: value}

    def _up(self, factor: Factor, now: float) -> Iterator[Step]:
        for value in sorted({float(each.value) for each in self._limits(factor)}):
            if value > now:
                change = _("{factor}达到 {limit} {unit}").format(
                    factor=_(factor.label), limit=shown(value), unit=factor.unit
                )
                yield change, {factor.key: value}

    @staticmethod
    def _other_choices(factor: Factor, now: AttributeValue) -> Iterator[Step]:
        for choice in factor.choices:
            if choice.value != now:
                change = _("{factor}变为 {after}").format(
                    factor=_(factor.label), after=factor.described(choice.value)
                )
                yield change, {factor.key: choice.value}

    def _figures(self, values: Inputs) -> dict[str, str]:
        figures: dict[str, str] = {}
        for each in self.derived:
            number = _FORMULAS[each.formula](values)
            if number is not None:
                figures[each.label] = f"{number:.1f} {each.unit}"
        for side in self.sides:
            grade, _clause, unknown = _first(side.grades, values)
            if grade is not None and not unknown:
                figures[side.label] = _(grade.text)
            else:
                names = "、".join(_(f.label) for f in self.factors if f.key in unknown)
                figures[side.label] = _("无法判定，缺少{names}").format(names=names)
        return figures

    def _told(self, clause: Clause) -> str:
        labels = {factor.key: _(factor.label) for factor in self.factors}
        units = {factor.key: factor.unit for factor in self.factors}
        parts = []
        for each in clause.all:
            if each.sign in _SIGNS:
                parts.append(
                    f"{labels[each.factor]} {_SIGNS[each.sign]} {shown(each.value)} {units[each.factor]}".strip()
                )
            elif each.sign == "is":
                parts.append(f"{labels[each.factor]}：{shown(each.value)}")
            else:
                parts.append(f"{labels[each.factor]}：{'、'.join(each.value)}")
        return f"{'，'.join(parts)}（{_(clause.citation.source)}）"


def _first(
    grades: Sequence[RuleGrade], inputs: Inputs
) -> tuple[RuleGrade | None, Clause | None, frozenset[str]]:
    """The first grade that holds and by which clause, or what is unknown of a worse one."""
    for grade in grades:
        if not grade.clauses:
            return grade, None, frozenset()
        answers = [(clause, clause.holds(inputs)) for clause in grade.clauses]
        for clause, answer in answers:
            if answer:
                return grade, clause, frozenset()
        unknown = frozenset(
            each.factor
            for clause, answer in answers
            if answer is None
            for each in clause.all
            if each.factor not in inputs
        )
        if unknown:
            return grade, None, unknown
    return None, None, frozenset()


def _below(factor: Factor, limit: float) -> float:
    """The greatest value under a limit."""
    if factor.kind is FieldKind.INTEGER:
        return float(math.ceil(limit) - 1)
    return math.nextafter(float(limit), -math.inf)


def pir_m(diameter_mm: float, pressure_mpa: float) -> float:
    """Potential impact radius of a gas pipeline (GB 32167-2015).

    >>> f"{pir_m(711, 10):.1f}"
    '222.6'
    """
    return _PIR * math.sqrt(diameter_mm**2 * pressure_mpa)


def _pir(inputs: Inputs) -> float | None:
    if "diameter_mm" not in inputs or "pressure_mpa" not in inputs:
        return None
    return pir_m(float(inputs["diameter_mm"]), float(inputs["pressure_mpa"]))


_FORMULAS: Final[Mapping[str, Callable[[Inputs], float | None]]] = {"pir": _pir}
FORMULAS: Final = frozenset(_FORMULAS)
