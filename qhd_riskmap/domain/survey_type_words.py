"""The type that a table without a column for it tells in its sheet name, its titles or the file's name.

What is found is evidence to be shown and corrected, so it carries the words it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.taxonomy import taxonomy

WordPlace = Literal["sheet", "title", "file"]
_SHORTEST_WORD: Final = 2
# 气象局, 防汛抗旱指挥部: who sends the sheet, not what it is about. A word of the sheet's subject ends the name.
_OF_AN_OFFICE: Final = re.compile(
    r"[^\W\d_表账单查患]{0,6}?(?:局|指挥部|办公室|委员会|中心|管理[处所站]|大队|支队|领导小组)"
)
# 尾矿库排查表, 加油站安全隐患台账: what stands between the word and the kind of paper says nothing else.
_SUBJECT: Final = re.compile(
    r"(?:经营|零售|企业|单位|场所|安全|重大|隐患|风险|灾害|点|源|基本|情况|信息|现状|调查|摸底|\d+年度?)*"
    r"(?:排查|台账|清单|统计|登记|普查|一览|汇总|明细|名录|名单|花名册|底数|表|[）)]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeEvidence:
    """A type that words outside the rows name.

    Attributes:
        key: Of the type.
        sub_kind: Where the words name one, else "".
        word: What was recognised.
        text: Where it stands, as written.
        place: What kind of text that is.
    """

    key: str
    sub_kind: str
    word: str
    text: str
    place: WordPlace


def type_said(sheet: SurveySheet, titles: Sequence[str]) -> TypeEvidence | None:
    """The type that the nearest words with any name, or None; several types in one place are none.

    Args:
        sheet: The sheet, or one table of it.
        titles: What stands above its header.
    """
    name: tuple[WordPlace, Sequence[str]] = ("sheet", [sheet.name])
    own: tuple[WordPlace, Sequence[str]] = ("title", titles)
    above: tuple[WordPlace, Sequence[str]] = ("title", sheet.context)
    places = [name, own] if not sheet.context else [own, name, above]
    for place, texts in (*places, ("file", [sheet.file.stem])):
        found = types_in_words(texts, place)
        if found:
            return found[0] if len({each.key for each in found}) == 1 else None
    return None


def types_in_words(texts: Iterable[str], place: WordPlace = "title") -> list[TypeEvidence]:
    """Every type that texts name; sub-kinds count only where no type is named.

    >>> [each.key for each in types_in_words(["青龙县2014年地质灾害隐患点排查表"])]
    ['geological']
    """
    plain = [(text, "".join(text.split())) for text in texts]
    for text, squeezed in plain:
        exact = taxonomy().recognise(squeezed) if squeezed else None
        if exact is not None:
            return [
                TypeEvidence(
                    key=exact[0].key, sub_kind=exact[1], word=squeezed, text=text, place=place
                )
            ]
    for words, wanted in ((_type_words(), None), (_sub_kind_words(), _SUBJECT)):
        found = []
        for text, squeezed in plain:
            for match in _longest(words).finditer(squeezed):
                rest = squeezed[match.end() :]
                if _OF_AN_OFFICE.match(rest) or (wanted is not None and not wanted.match(rest)):
                    continue
                key, sub_kind = words[match[0]]
                found.append(
                    TypeEvidence(key=key, sub_kind=sub_kind, word=match[0], text=text, place=place)
                )
        if found:
            return found
    return []


@cache
def _type_words() -> dict[str, tuple[str, str]]:
    # "其他" in a title says nothing.
    return {
        word: (hazard_type.key, "")
        for hazard_type in taxonomy().types
        if hazard_type.key != "other"
        for word in (hazard_type.label, *hazard_type.aliases)
        if len(word) >= _SHORTEST_WORD
    }


@cache
def _sub_kind_words() -> dict[str, tuple[str, str]]:
    """Words of sub-kinds that mean the same outside their type."""
    found: dict[str, tuple[str, str]] = {}
    for hazard_type in taxonomy().types:
        for word in (*hazard_type.sub_kinds, *hazard_type.sub_kind_aliases):
            known = taxonomy().recognise(word)
            if known is not None and known[1] and len(word) >= _SHORTEST_WORD:
                found[word] = (known[0].key, known[1])
    return found


def _longest(words: dict[str, tuple[str, str]]) -> re.Pattern[str]:
    return _pattern(tuple(words))


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
