"""The four-colour scales of emergency management, kept apart because their words collide.

"重大" is the *first* risk level but the *second* event grade, "一般" the third and the fourth, so each
scale is a type of its own (DOMAIN §2.1, §8 trap 1). Values are what the database and the JSON
contract store; `label` is the Chinese text (a gettext message id).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from qhd_riskmap.i18n import N_


class RiskLevel(StrEnum):
    """Level of a risk in the four colours of 双重预防; `RED` is the worst.

    Source: 河北省安全生产风险管控与隐患治理规定 (省政府令〔2018〕第2号) uses these four names.
    """

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @property
    def label(self) -> str:
        """Level name: 重大风险, 较大风险, 一般风险, 低风险."""
        return _RISK_LABELS[self]

    @property
    def colour_name(self) -> str:
        """Colour word: 红, 橙, 黄, 蓝."""
        return _COLOUR_NAMES[self]

    @property
    def rank(self) -> int:
        """1 for the worst level, 4 for the lowest; also the letter repeated in map symbols."""
        return _RANKS[self]

    @classmethod
    def from_rank(cls, rank: int) -> RiskLevel:
        """Inverse of `rank`."""
        return tuple(cls)[rank - 1]


_RISK_LABELS = {
    RiskLevel.RED: N_("重大风险"),
    RiskLevel.ORANGE: N_("较大风险"),
    RiskLevel.YELLOW: N_("一般风险"),
    RiskLevel.BLUE: N_("低风险"),
}
_COLOUR_NAMES = {
    RiskLevel.RED: N_("红色"),
    RiskLevel.ORANGE: N_("橙色"),
    RiskLevel.YELLOW: N_("黄色"),
    RiskLevel.BLUE: N_("蓝色"),
}
_RANKS = {level: rank for rank, level in enumerate(RiskLevel, start=1)}

_SEPARATORS = re.compile(r"[()\[\]【】/、,;:|]+")


def _folded(word: str) -> str:
    return "".join(unicodedata.normalize("NFKC", word).split()).casefold()


# Words found in sheets. "一般" and "低" are risk words here because the column says 风险等级.
_RISK_WORDS: dict[str, RiskLevel] = {
    _folded(word): level
    for level, words in {
        RiskLevel.RED: "重大风险 重大 红 红色 红色风险 一级 1级 1 Ⅰ I Ⅰ级 I级 特别重大 red",
        RiskLevel.ORANGE: "较大风险 较大 橙 橙色 橙色风险 二级 2级 2 Ⅱ II Ⅱ级 II级 orange",
        RiskLevel.YELLOW: "一般风险 一般 黄 黄色 黄色风险 三级 3级 3 Ⅲ III Ⅲ级 III级 yellow",
        RiskLevel.BLUE: "低风险 低 较低 蓝 蓝色 蓝色风险 四级 4级 4 Ⅳ IV Ⅳ级 IV级 blue",
    }.items()
    for word in words.split()
}


def parse_risk_level(text: str) -> RiskLevel | None:
    """The risk level a sheet's word means, or None where the word is not known.

    Several words in one cell must agree.

    >>> parse_risk_level("橙色"), parse_risk_level("重大风险（红）").value
    (<RiskLevel.ORANGE: 'orange'>, 'red')
    >>> parse_risk_level("很高") is None
    True
    """
    parts = [part for part in _SEPARATORS.split(unicodedata.normalize("NFKC", text)) if part]
    levels = {_RISK_WORDS.get(_folded(part)) for part in parts}
    return levels.pop() if len(levels) == 1 else None


class EventGrade(StrEnum):
    """Grade of an emergency that happened (突发事件应对法 Art 3)."""

    EXTREME = "extreme"
    MAJOR = "major"
    LARGE = "large"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        """特别重大, 重大, 较大, 一般."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    EventGrade.EXTREME: N_("特别重大"),
    EventGrade.MAJOR: N_("重大"),
    EventGrade.LARGE: N_("较大"),
    EventGrade.ORDINARY: N_("一般"),
}


class WarningLevel(StrEnum):
    """Level of an early warning (突发事件应对法 Art 63): 一级 is the highest."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"

    @property
    def label(self) -> str:
        """一级红色预警 … 四级蓝色预警."""
        return _WARNING_LABELS[self]


_WARNING_LABELS = {
    WarningLevel.FIRST: N_("一级（红色）预警"),
    WarningLevel.SECOND: N_("二级（橙色）预警"),
    WarningLevel.THIRD: N_("三级（黄色）预警"),
    WarningLevel.FOURTH: N_("四级（蓝色）预警"),
}


class HiddenDangerGrade(StrEnum):
    """Grade of a hidden danger (安监总局令16号 Art 3)."""

    MAJOR = "major"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        """重大事故隐患, 一般事故隐患."""
        return _DANGER_LABELS[self]


_DANGER_LABELS = {
    HiddenDangerGrade.MAJOR: N_("重大事故隐患"),
    HiddenDangerGrade.ORDINARY: N_("一般事故隐患"),
}


def parse_hidden_danger_grade(text: str) -> HiddenDangerGrade | None:
    """The hidden-danger grade a sheet's word means, or None.

    >>> parse_hidden_danger_grade("重大隐患")
    <HiddenDangerGrade.MAJOR: 'major'>
    """
    word = "".join(text.split()).removesuffix("事故隐患").removesuffix("隐患")
    return {"重大": HiddenDangerGrade.MAJOR, "一般": HiddenDangerGrade.ORDINARY}.get(word)
