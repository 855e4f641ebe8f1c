"""GB 18218-2018: S = Σ q/Q decides whether a unit is a major hazard, R = α·Σ β·q/Q its grade."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from qhd_riskmap.domain.citation import Citation
from qhd_riskmap.domain.grading.factors import Factor, Inputs, shown
from qhd_riskmap.domain.grading.method_head import MethodHead
from qhd_riskmap.domain.grading.product import Band
from qhd_riskmap.domain.grading.result import (
    GradingResult,
    Lowering,
    Step,
    conclusion,
    lowerings,
    missing,
    not_gradable,
)
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

SUBSTANCES: Final = "substances"
PERSONS: Final = "persons"
_ENTRY: Final = re.compile(
    r"(?P<name>.+?)\s*[:=]\s*(?P<tonnes>\d+(?:\.\d*)?|\.\d+)\s*(?:t|吨)?\s*(?:@\s*(?P<kind>[JW][\d.]+))?",
    re.IGNORECASE,
)
_BETWEEN: Final = re.compile(r"[;\n]+")
_DIGITS: Final = 9  # decimals kept of S and R: below any tonne, above binary noise
_SHOWN_DIGITS: Final = 3
_SAME: Final = 1e-6
_MOST_TONNES: Final = 1e7


@dataclass(frozen=True, slots=True, kw_only=True)
class SubstanceClass:
    """A class of table 2 with its factor of table 4."""

    key: str
    text: str
    threshold_t: float
    beta: float
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """A substance of table 1.

    Attributes:
        threshold_t: Critical quantity Q.
        beta: None where table 3 does not name it: then its class of table 4 is needed.
    """

    name: str
    aliases: tuple[str, ...]
    threshold_t: float
    beta: float | None
    citation: Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One substance of a unit.

    Attributes:
        beta: None where it is not known yet; only asked for when S ≥ 1.
        text: As it is written back.
    """

    name: str
    tonnes: float
    threshold_t: float
    beta: float | None
    source: str
    text: str

    @property
    def ratio(self) -> float:
        """Of q/Q."""
        return self.tonnes / self.threshold_t


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorHazardMethod(MethodHead):
    """The method of GB 18218-2018.

    Attributes:
        alpha: Factor by persons outside the fence, by falling minimum.
        bands: Grades by R, by falling minimum.
        below: What a unit with S < 1 is.
        substances: By every name they go by, folded.
    """

    alpha: tuple[tuple[float, float], ...]
    bands: tuple[Band, ...]
    below: Band
    classes: Mapping[str, SubstanceClass]
    substances: Mapping[str, Substance]

    def grade(self, inputs: Inputs) -> GradingResult:
        """Find S, and where S ≥ 1 also R; see `GradingMethod.grade`."""
        values = self.read(inputs)
        by_key = {factor.key: factor for factor in self.factors}
        if SUBSTANCES not in values:
            raise missing(self.label, [by_key[SUBSTANCES]])
        amounts = self.amounts(str(values[SUBSTANCES]))
        values[SUBSTANCES] = "；".join(amount.text for amount in amounts)
        total = round(math.fsum(amount.ratio for amount in amounts), _DIGITS)
        reasons = [
            _("{name} q = {q} t，Q = {limit} t（{source}），q/Q = {ratio:.4g}").format(
                name=each.name, q=shown(each.tonnes), limit=shown(each.threshold_t),
                source=each.source, ratio=each.ratio,
            )
            for each in amounts
        ]  # fmt: skip
        figures = {"S": f"{total:.4g}"}
        if total < 1:
            reasons.append(conclusion(f"S = {total:.4g} < 1", self.below.text, self.below.level))
            return self._result(self.below, total, reasons, values, figures)
        if PERSONS not in values:
            raise missing(self.label, [by_key[PERSONS]])
        unclear = [each.name for each in amounts if each.beta is None and each.tonnes]
        if unclear:
            raise not_gradable(
                self.label,
                _("{names} 的校正系数 β 表 3 未列，请在吨数后补危险性类别，如 @W5.3。").format(
                    names="、".join(unclear)
                ),
            )
        persons = float(values[PERSONS])
        alpha = next(value for minimum, value in self.alpha if persons >= minimum)
        score = round(alpha * _weighted(amounts), _DIGITS)
        band = next(band for band in self.bands if score >= band.minimum)
        weighted = " + ".join(f"{each.beta or 0:g}×{each.ratio:.4g}" for each in amounts)
        reasons += [
            _("S = {total:.4g} ≥ 1，构成重大危险源").format(total=total),
            _("厂区边界外 500 m 内 {n} 人，α = {alpha:g}").format(n=shown(persons), alpha=alpha),
            f"R = α·Σβ·q/Q = {alpha:g} × ({weighted}) = {score:.6g}",
            conclusion(f"R = {score:.6g}", band.text, band.level),
        ]
        figures |= {"α": f"{alpha:g}", "R": f"{score:.6g}"}
        return self._result(band, score, reasons, values, figures)

    def lowerings(self, inputs: Inputs) -> tuple[Lowering, ...]:
        """How far one substance, or the persons near by, would have to go down."""
        result = self.grade(inputs)
        return lowerings(result, self.grade, self._ways(result))

    def amounts(self, text: str) -> list[Amount]:
        """The substances of a unit: ``液氨:40；柴油:300@W5.4``.

        Raises:
            InvalidInputError: An entry cannot be read, or a substance is not known.
        """
        folded = unicodedata.normalize("NFKC", text)
        entries = [part.strip() for part in _BETWEEN.split(folded) if part.strip()]
        return [self._amount(entry) for entry in entries]

    def _amount(self, entry: str) -> Amount:
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise InvalidInputError(
                _("“{entry}”看不懂。").format(entry=entry[:40]),
                hint=_("写成“名称:吨数”，表 1 没有的再加类别，如 柴油:300@W5.4。"),
            )
        kind = self._class(match["kind"]) if match["kind"] else None
        found = self.substances.get(folded(match["name"]))
        listed = found or kind
        if listed is None:
            raise not_gradable(
                self.label,
                _("“{name}”不在 GB 18218 表 1 内，请在吨数后补危险性类别，如 @W5.4。").format(
                    name=match["name"][:40]
                ),
            )
        tonnes = float(match["tonnes"])
        if tonnes > _MOST_TONNES:
            raise InvalidInputError(
                _("“{name}”的数量超出可用的范围，请核对单位（吨）。").format(
                    name=match["name"][:40]
                )
            )
        named = found.name if found else match["name"]
        suffix = f"@{kind.key}" if kind else ""
        return Amount(
            name=named, tonnes=tonnes, threshold_t=listed.threshold_t,
            beta=listed.beta if listed.beta is not None or kind is None else kind.beta,
            source=listed.citation.source, text=f"{named}:{shown(tonnes)}{suffix}",
        )  # fmt: skip

    def _class(self, key: str) -> SubstanceClass:
        found = self.classes.get(key.upper())
        if found is None:
            raise InvalidInputError(
                _("GB 18218 没有“{key}”这个危险性类别。").format(key=key[:20]),
                hint=_("可用：{keys}。").format(keys="、".join(self.classes)),
            )
        return found

    def _result(
        self,
        band: Band,
        score: float,
        reasons: list[str],
        values: Inputs,
        figures: Mapping[str, str],
    ) -> GradingResult:
        return GradingResult(
            level=band.level, score=score, band=band.text, reasons=tuple(reasons),
            inputs=MappingProxyType(dict(values)), figures=MappingProxyType(dict(figures)),
        )  # fmt: skip

    def _ways(self, result: GradingResult) -> Iterator[tuple[Factor, Iterator[Step]]]:
        by_key = {factor.key: factor for factor in self.factors}
        amounts = self.amounts(str(result.inputs[SUBSTANCES]))
        for place in range(len(amounts)):
            yield by_key[SUBSTANCES], self._less_of(amounts, place, result)
        if PERSONS in result.inputs:
            yield by_key[PERSONS], self._fewer(by_key[PERSONS], float(result.inputs[PERSONS]))

    def _less_of(self, amounts: list[Amount], place: int, result: GradingResult) -> Iterator[Step]:
        """Amounts of one substance just under each limit of R, then of S."""
        own = amounts[place]
        others = [each for row, each in enumerate(amounts) if row != place]
        limits = []
        if "R" in result.figures and own.beta:
            alpha = float(result.figures["α"])
            for band in self.bands:
                room = band.minimum / alpha - _weighted(others)
                limits.append(room * own.threshold_t / own.beta)
        limits.append((1 - math.fsum(each.ratio for each in others)) * own.threshold_t)
        for limit in sorted(limits, reverse=True):
            tonnes, words = _just_under(limit)
            if 0 <= tonnes < own.tonnes:
                text = own.text.replace(f":{shown(own.tonnes)}", f":{shown(tonnes)}", 1)
                entries = [each.text for each in amounts]
                entries[place] = text
                change = _("{name}设计最大量降到{limit}").format(name=own.name, limit=words)
                yield change, {SUBSTANCES: "；".join(entries)}

    def _fewer(self, factor: Factor, now: float) -> Iterator[Step]:
        for minimum, _value in self.alpha:
            persons = int(minimum) - 1
            if 0 <= persons < now:
                change = _("{factor}降到 {n} 人").format(factor=_(factor.label), n=persons)
                yield change, {PERSONS: persons}


def _weighted(amounts: list[Amount]) -> float:
    return math.fsum((each.beta or 0.0) * each.ratio for each in amounts)


def _just_under(limit: float) -> tuple[float, str]:
    """A limit as people can keep it, always below the true one, and its words.

    >>> _just_under(100 / 3), _just_under(20.0)
    ((33.3, ' 33.3 t 以下'), (19.9, '不足 20 t'))
    """
    if limit <= 0:
        return -1.0, ""
    unit = 10.0 ** (math.floor(math.log10(limit)) - _SHOWN_DIGITS + 1)
    steps = limit / unit
    exact = abs(steps - round(steps)) < _SAME
    whole = round(steps) if exact else math.floor(steps)
    bound = float(f"{whole * unit:.12g}")
    if not exact:
        return bound, _(" {limit} t 以下").format(limit=shown(bound))
    below = float(f"{(whole - 1) * unit:.12g}")
    return below, _("不足 {limit} t").format(limit=shown(bound))


def folded(name: str) -> str:
    """A name as it is looked up."""
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
