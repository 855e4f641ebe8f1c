"""Reads a method's profile, which an office may have edited: every fault is told with its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.citation import Citation, Confidence
from qhd_riskmap.domain.grading.expert import ExpertMethod
from qhd_riskmap.domain.grading.factors import ExposureScale, Factor, FactorChoice
from qhd_riskmap.domain.grading.major_hazard import (
    PERSONS,
    SUBSTANCES,
    MajorHazardMethod,
    Substance,
    SubstanceClass,
    folded,
)
from qhd_riskmap.domain.grading.product import Band, ProductMethod
from qhd_riskmap.domain.grading.result import level_rank
from qhd_riskmap.domain.grading.rule_table import (
    FORMULAS,
    OPERATORS,
    Clause,
    Comparison,
    Derived,
    RuleGrade,
    RuleTable,
    SideTable,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.schema import FieldKind
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

Raw = Mapping[str, Any]
AnyMethod = ProductMethod | RuleTable | MajorHazardMethod | ExpertMethod
_MOST_TEXT: Final = 2000


def read_profile(raw: object) -> AnyMethod:
    """The method a profile describes.

    Raises:
        InvalidInputError: Something is missing, of the wrong kind, or out of order.
    """
    if not isinstance(raw, Mapping):
        raise _fault(_("内容"), _("应为一个对象"))
    try:
        reader = _READERS.get(raw["kind"])
        if reader is None:
            raise _fault("kind", str(raw["kind"]))
        return reader(raw)
    except KeyError as error:
        raise _fault(str(error.args[0]), _("缺少这一项")) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise _fault(str(raw.get("key", "?")), str(error)) from error


def _fault(place: str, what: str) -> InvalidInputError:
    return InvalidInputError(
        _("评估规则不能用：“{place}”有误（{what}）。").format(place=place[:60], what=what[:200]),
        hint=_("请对照导出的原规则改正后再试。"),
    )


def _head(raw: Raw) -> dict[str, Any]:
    return {
        "key": _word(raw, "key"), "label": _word(raw, "label"), "version": _word(raw, "version"),
        "citation": _citation(raw), "types": tuple(map(str, raw.get("types", ()))),
        "factors": tuple(_factor(each) for each in raw["factors"]),
    }  # fmt: skip


def _product(raw: Raw) -> ProductMethod:
    head = _head(raw)
    if any(not isinstance(c.value, float) for f in head["factors"] for c in f.choices):
        raise _fault("factors", _("取值应为数字"))
    bands = _bands(raw["grades"])
    # The least product of all factors must fall into a band, or a grade would be guessed.
    least = math.prod(min(float(c.value) for c in f.choices) for f in head["factors"])
    if bands[-1].minimum > least:
        raise _fault("grades", _("最低一档应从 {least:g} 或更小起").format(least=least))
    return ProductMethod(**head, bands=bands)


def _bands(raw: Any) -> tuple[Band, ...]:
    bands = [
        Band(minimum=_number(each, "minimum"), level=_level(each), text=_word(each, "text"))
        for each in raw
    ]
    bands.sort(key=lambda band: -band.minimum)
    if not bands or len({band.minimum for band in bands}) != len(bands):
        raise _fault("grades", _("下限重复或没有分档"))
    ranks = [level_rank(band.level) for band in bands]
    if ranks != sorted(ranks):
        raise _fault("grades", _("分值高的档，等级不能比分值低的档低"))
    return tuple(bands)


def _rules(raw: Raw) -> RuleTable:
    head = _head(raw)
    keys = {factor.key: factor for factor in head["factors"]}
    sides = tuple(
        SideTable(
            label=_word(each, "label"),
            citation=_citation(each),
            grades=_grades(each["grades"], keys),
        )
        for each in raw.get("also", ())
    )
    derived = tuple(
        Derived(
            label=_word(each, "label"), formula=_among(each, "formula", FORMULAS),
            unit=str(each["unit"]), citation=_citation(each),
        )
        for each in raw.get("derived", ())
    )  # fmt: skip
    return RuleTable(**head, grades=_grades(raw["grades"], keys), sides=sides, derived=derived)


def _grades(raw: Any, factors: Mapping[str, Factor]) -> tuple[RuleGrade, ...]:
    grades = tuple(
        RuleGrade(
            text=_word(each, "text"),
            level=_level(each),
            clauses=() if each.get("otherwise") else _clauses(each, factors),
        )
        for each in raw
    )
    if any(not grade.clauses for grade in grades[:-1]):
        raise _fault("grades", _("“otherwise”只能用在最后一级"))
    return grades


def _clauses(raw: Raw, factors: Mapping[str, Factor]) -> tuple[Clause, ...]:
    clauses = tuple(
        Clause(all=tuple(_comparison(c, factors) for c in each["all"]), citation=_citation(each))
        for each in raw["any"]
    )
    if not clauses or any(not clause.all for clause in clauses):
        raise _fault(_word(raw, "text"), _("没有条件"))
    return clauses


def _comparison(raw: Any, factors: Mapping[str, Factor]) -> Comparison:
    name, sign, value = raw
    factor = factors.get(name)
    if factor is None or sign not in OPERATORS:
        raise _fault(f"{name} {sign}", _("没有这个因素或比较符"))
    if sign == "in":
        value = tuple(value)
        fits = all(factor.choice(each) for each in value)
    elif sign == "is":
        fits = isinstance(value, bool) and factor.kind is FieldKind.BOOLEAN
    else:
        fits = _is_number(value) and factor.kind in {FieldKind.INTEGER, FieldKind.NUMBER}
    if not fits:
        raise _fault(f"{name} {sign}", _("比较的值与因素不符"))
    return Comparison(factor=name, sign=sign, value=value)


def _major_hazard(raw: Raw) -> MajorHazardMethod:
    head = _head(raw)
    if not {SUBSTANCES, PERSONS} <= {factor.key for factor in head["factors"]}:
        raise _fault("factors", _("缺少物质或人数"))
    classes = {
        str(each["key"]): SubstanceClass(
            key=str(each["key"]), text=_word(each, "text"), threshold_t=_positive(each, "threshold_t"),
            beta=_positive(each, "beta"), citation=_citation(each),
        )
        for each in raw["classes"]
    }  # fmt: skip
    substances = tuple(
        Substance(
            name=_word(each, "name"),
            aliases=tuple(map(str, (*each["aliases"], *each["cas"]))),
            threshold_t=_positive(each, "threshold_t"),
            beta=None if each["beta"] is None else _positive(each, "beta"),
            citation=_citation(each),
        )
        for each in raw["substances"]
    )
    below = raw["below"]
    return MajorHazardMethod(
        **head,
        alpha=_steps(raw["alpha"]["bands"], "alpha"),
        bands=_down_to_zero(_bands(raw["grades"])),
        below=Band(minimum=0.0, level=_level(below), text=_word(below, "text")),
        classes=MappingProxyType(classes),
        substances=MappingProxyType(
            {folded(word): each for each in substances for word in (each.name, *each.aliases)}
        ),
    )


def _down_to_zero(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    if bands[-1].minimum > 0:
        raise _fault("grades", _("最低一档应从 0 起"))
    return bands


def _expert(raw: Raw) -> ExpertMethod:
    head = _head(raw)
    bands = tuple(
        Band(minimum=0.0, level=_level(each), text=_word(each, "text")) for each in raw["grades"]
    )
    levels = next(factor for factor in head["factors"] if factor.key == "level")
    if {choice.value for choice in levels.choices} != {band.text for band in bands}:
        raise _fault("grades", _("等级与可选项不一致"))
    return ExpertMethod(**head, bands=bands)


def _factor(raw: Raw) -> Factor:
    kind = FieldKind(raw["kind"])
    scale = raw.get("from_exposure")
    choices = tuple(
        FactorChoice(
            value=float(each["value"]) if _is_number(each["value"]) else _word(each, "value"),
            text=_word(each, "text"),
        )
        for each in raw.get("choices", ())
    )
    if (kind is FieldKind.CHOICE) != bool(choices):
        raise _fault(str(raw["key"]), _("可选项与类型不符"))
    return Factor(
        key=_word(raw, "key"),
        label=_word(raw, "label"),
        citation=_citation(raw),
        kind=kind,
        unit=str(raw.get("unit", "")),
        group=str(raw.get("group", "")),
        help=str(raw.get("help", "")),
        minimum=_number(raw, "minimum") if "minimum" in raw else None,
        maximum=_number(raw, "maximum") if "maximum" in raw else None,
        choices=choices,
        fixed=bool(raw.get("fixed", False)),
        optional=bool(raw.get("optional", False)),
        attribute=str(raw.get("attribute", "")),
        exposure=str(raw.get("exposure", "")),
        scale=_scale(scale) if scale else None,
    )


def _scale(raw: Raw) -> ExposureScale:
    return ExposureScale(citation=_citation(raw), bands=_steps(raw["bands"], "from_exposure"))


def _steps(raw: Any, place: str) -> tuple[tuple[float, float], ...]:
    steps = sorted(
        ((_number(each, "minimum"), _number(each, "value")) for each in raw), reverse=True
    )
    values = [value for _minimum, value in steps]
    if not steps or steps[-1][0] > 0 or values != sorted(values, reverse=True):
        raise _fault(place, _("应从 0 起，且人数越多取值不能越小"))
    return tuple(steps)


def _citation(raw: Raw) -> Citation:
    return Citation(source=_word(raw, "source"), confidence=Confidence(raw["confidence"]))


def _level(raw: Raw) -> RiskLevel | None:
    return RiskLevel(raw["level"]) if raw.get("level") is not None else None


def _among(raw: Raw, key: str, known: frozenset[str]) -> str:
    word = _word(raw, key)
    if word not in known:
        raise _fault(key, word)
    return word


def _word(raw: Raw, key: str) -> str:
    word = raw[key]
    if not isinstance(word, str) or not word.strip() or len(word) > _MOST_TEXT:
        raise _fault(key, _("应为文字"))
    return word


def _number(raw: Raw, key: str) -> float:
    if not _is_number(raw[key]):
        raise _fault(key, _("应为数字"))
    return float(raw[key])


def _positive(raw: Raw, key: str) -> float:
    number = _number(raw, key)
    if number <= 0:
        raise _fault(key, _("应大于 0"))
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


_READERS: Final[Mapping[str, Callable[[Raw], AnyMethod]]] = {
    "product": _product,
    "rules": _rules,
    "major_hazard": _major_hazard,
    "expert": _expert,
}
