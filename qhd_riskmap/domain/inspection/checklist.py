"""Check lists: what an inspector asks of a hazard, by type, each question with the clause behind it.

``resources/rules/inspection_checklists.json`` holds the shipped ones; an office may have its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.citation import Citation, citation_of
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

CHECKLISTS: Final = "inspection_checklists"
MOST_QUESTIONS: Final = 40  # of one list; a sheet has room for two pages of them
LONGEST_QUESTION: Final = 120
_LONGEST_SOURCE: Final = 200
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question.

    Attributes:
        key: Stays when the words are mended; unique in the list of a type.
        source: The clause behind it, "" where the office gave none.
    """

    key: str
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLists:
    """The check lists in force.

    Attributes:
        general: Asked of every hazard, after those of its type.
        types: Type key → questions.
    """

    version: str
    citation: Citation
    general: tuple[Question, ...]
    types: Mapping[str, tuple[Question, ...]]

    def of(self, type_key: str) -> tuple[Question, ...]:
        """The questions for a hazard of a type."""
        return (*self.types.get(type_key, ()), *self.general)


@cache
def shipped_checklists() -> CheckLists:
    """As they came with the program."""
    return read_checklists(rules(CHECKLISTS))


def read_checklists(raw: object) -> CheckLists:
    """The check lists of a profile, which an office may have edited.

    Raises:
        InvalidInputError: Something is missing or cannot be.
    """
    if not isinstance(raw, Mapping):
        raise _fault(_("内容"))
    types = raw.get("types")
    if not isinstance(types, Mapping) or not {t.key for t in taxonomy().types}.issuperset(types):
        raise _fault("types")
    general = _questions(raw.get("general"), "general")
    lists = {key: _questions(own, f"types.{key}") for key, own in types.items()}
    shared = {each.key for each in general}
    for key, own in lists.items():
        twice = shared.intersection(each.key for each in own)
        if twice:
            raise _fault(f"types.{key}.{min(twice)}")
    return CheckLists(
        version=str(raw.get("version", "")),
        citation=_citation(raw),
        general=general,
        types=MappingProxyType(lists),
    )


def _questions(raw: object, place: str) -> tuple[Question, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or len(raw) > MOST_QUESTIONS:
        raise _fault(place)
    found = tuple(_question(entry, f"{place}[{at}]") for at, entry in enumerate(raw, start=1))
    if len({each.key for each in found}) != len(found):
        raise _fault(place)
    return found


def _question(raw: object, place: str) -> Question:
    if not isinstance(raw, Mapping):
        raise _fault(place)
    key, text, source = raw.get("key"), raw.get("text"), raw.get("source", "")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise _fault(f"{place}.key")
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST_QUESTION:
        raise _fault(f"{place}.text")
    if not isinstance(source, str) or len(source) > _LONGEST_SOURCE:
        raise _fault(f"{place}.source")
    return Question(key=key, text=" ".join(text.split()), source=" ".join(source.split()))


def _citation(raw: Mapping[str, Any]) -> Citation:
    try:
        return citation_of(raw)
    except (KeyError, ValueError) as error:
        raise _fault("source") from error


def _fault(place: str) -> InvalidInputError:
    return InvalidInputError(
        _("检查表不能用：“{place}”有误。").format(place=place),
        hint=_("请对照导出的原检查表改正后再试。"),
    )
