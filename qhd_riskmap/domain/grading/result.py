"""What a grading method answers: the level, why, and what would lower it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from qhd_riskmap.domain.grading.factors import Factor, Inputs
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import NotGradableError
from qhd_riskmap.i18n import _

NO_LEVEL_RANK = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingResult:
    """A level and why.

    Attributes:
        level: None where the method finds that it does not apply (不构成重大危险源).
        score: The number the bands were applied to; None where there is none.
        band: The method's own grade, e.g. 显著危险, 三级.
        reasons: One sentence per factor, then the arithmetic, then the grade.
        inputs: The factor values used.
        figures: What was found on the way, label → text: S, α, R, 地区等级.
    """

    level: RiskLevel | None
    score: float | None
    band: str
    reasons: tuple[str, ...]
    inputs: Inputs
    figures: Mapping[str, str]

    @property
    def rank(self) -> int:
        """1 is worst; `NO_LEVEL_RANK` without a level."""
        return level_rank(self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowering:
    """The smallest change of one factor that reaches a lower level.

    Attributes:
        inputs: The inputs after the change.
    """

    factor: str
    change: str
    level: RiskLevel | None
    band: str
    inputs: Inputs

    @property
    def text(self) -> str:
        """One line: the change and where it leads."""
        where = f"（{_(self.level.colour_name)}）" if self.level else ""
        return f"{self.change} → {_(self.band)}{where}"


Step = tuple[str, Mapping[str, AttributeValue]]


def lowerings(
    result: GradingResult,
    grade: Callable[[Inputs], GradingResult],
    ways: Iterable[tuple[Factor, Iterable[Step]]],
) -> tuple[Lowering, ...]:
    """For each way to change one factor, the first step that reaches each lower level.

    Args:
        result: Where things stand.
        grade: The method.
        ways: Per factor and direction, changes from the smallest to the greatest.
    """
    found: list[Lowering] = []
    for factor, steps in ways:
        lowest = result.rank
        for change, changed in steps:
            try:
                after = grade({**result.inputs, **changed})
            except NotGradableError:
                continue
            if after.rank > lowest:
                lowest = after.rank
                found.append(
                    Lowering(
                        factor=factor.key, change=change, level=after.level, band=after.band,
                        inputs=after.inputs,
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda each: level_rank(each.level)))


def level_rank(level: RiskLevel | None) -> int:
    """1 is worst; `NO_LEVEL_RANK` without a level."""
    return level.rank if level else NO_LEVEL_RANK


def conclusion(what: str, band: str, level: RiskLevel | None) -> str:
    """The last sentence of the reasons."""
    if level is None:
        return _("{what}：{band}，本方法不给出风险等级。").format(what=what, band=_(band))
    return _("{what} 落入“{band}”档，对应{level}（{colour}）。").format(
        what=what, band=_(band), level=_(level.label), colour=_(level.colour_name)
    )


def not_gradable(label: str, why: str) -> NotGradableError:
    """The refusal of a method that lacks something; it never guesses."""
    return NotGradableError(
        _("{method} 无法定级：{why}").format(method=_(label), why=why),
        hint=_("请补齐后再评估；不知道的内容不要猜填。"),
    )


def missing(label: str, factors: Iterable[Factor]) -> NotGradableError:
    """The refusal for want of factors."""
    names = "、".join(f"“{_(factor.label)}”" for factor in factors)
    return not_gradable(label, _("缺少{names}。").format(names=names))
