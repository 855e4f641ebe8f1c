"""The provisions that documents stand on, and what they say of remedies: the office's own where it has some.

Shipped in ``resources/rules/documents.json`` from memory of the laws, hence marked to be checked against the
text in force; kinds of documents and their numbers are set elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.citation import Citation, Confidence, citation_of
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import rules

DOCUMENTS: Final = "documents"
_LONGEST_LAW: Final = 400
_LONGEST_REMEDY: Final = 600
# What an office edits here; the rest of the file is as it came.
_EDITED: Final = frozenset({
    "version", "source", "confidence", "remedy", "remedy_confidence", "kinds",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """Words of the law on a document, and how far they may be trusted."""

    text: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRules:
    """Provisions in force.

    Attributes:
        laws: Of each kind of document, by its key.
        remedy: What may be done against a document.
    """

    version: str
    citation: Citation
    laws: Mapping[str, Provision]
    remedy: Provision


@cache
def shipped_document_rules() -> DocumentRules:
    """As they came with the program."""
    return read_document_rules(rules(DOCUMENTS))


def read_document_rules(raw: object) -> DocumentRules:
    """The provisions of a profile, which an office may have edited.

    Raises:
        InvalidInputError: Something is missing or cannot be, or something else was changed.
    """
    if not isinstance(raw, Mapping):
        raise _fault(_("内容"))
    shipped: Mapping[str, Any] = rules(DOCUMENTS)
    for key in shipped.keys() | raw.keys():
        if key not in _EDITED and raw.get(key) != shipped.get(key):
            raise _fault(str(key))
    kinds = raw.get("kinds")
    if not isinstance(kinds, list) or len(kinds) != len(shipped["kinds"]):
        raise _fault("kinds")
    laws = {}
    for entry, known in zip(kinds, shipped["kinds"], strict=True):
        place = f"kinds.{known['key']}"
        if not isinstance(entry, Mapping) or _but_law(entry) != _but_law(known):
            raise _fault(place)
        laws[known["key"]] = _provision(
            entry.get("law"), entry.get("confidence"), _LONGEST_LAW, f"{place}.law"
        )
    try:
        citation = citation_of(raw)
    except (KeyError, ValueError) as error:
        raise _fault("source") from error
    return DocumentRules(
        version=str(raw.get("version", "")),
        citation=citation,
        laws=MappingProxyType(laws),
        remedy=_provision(
            raw.get("remedy"), raw.get("remedy_confidence"), _LONGEST_REMEDY, "remedy"
        ),
    )


def _but_law(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in {"law", "confidence"}}


def _provision(text: object, confidence: object, longest: int, place: str) -> Provision:
    if not isinstance(text, str) or not 0 < len(text.strip()) <= longest:
        raise _fault(place)
    try:
        return Provision(text=" ".join(text.split()), confidence=Confidence(str(confidence)))
    except ValueError as error:
        raise _fault(f"{place}：{confidence}") from error


def _fault(place: str) -> InvalidInputError:
    return InvalidInputError(
        _("文书依据不能用：“{place}”有误。").format(place=place),
        hint=_("这里只改法律依据、救济告知和可信度；请对照导出的原规则改正后再试。"),
    )
