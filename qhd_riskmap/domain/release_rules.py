"""Rules of public release, read from ``resources/rules/preflight.json``.

Findings, text detectors, allow-lists and the small-cell bound are data with basis and version; the
code only knows how to apply them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from qhd_riskmap.resources import rules


class Severity(StrEnum):
    """What a finding does to a release."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightRule:
    """One rule of the preflight page.

    Attributes:
        id: ``PM01`` … of DOMAIN §1.7.
        text: What the rule asks for.
        basis: The instruments it rests on.
    """

    id: str
    severity: Severity
    text: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """A pattern that public text must not match.

    Attributes:
        rule: Id of the preflight rule it serves.
        what: Chinese name of what it recognises.
    """

    rule: str
    what: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHit:
    """One forbidden passage in a text.

    Attributes:
        found: The passage as it stands in the text.
    """

    rule: str
    what: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReleaseRules:
    """Everything a release is judged by.

    Attributes:
        approval_no: Form of a 审图号.
        small_cell_k: Counts below this single out a target and are merged or block.
        max_data_age_months: Older data draws a warning.
        divisions_since: First day of the division set on the shipped basemap.
        public_texts: Event class → free texts of a record that may go out (``name``, ``unit``).
        advice: Type key → what people should do.
        person: Form of a personal name.
        public_body: Form of the name of a public body, which is no secret of any record.
        settlement: Form of a place many people live in, which an address may name without telling.
        township: Form of a township's name; any other text is not printed as one.
    """

    version: str
    findings: Mapping[str, PreflightRule]
    approval_no: re.Pattern[str]
    small_cell_k: int
    max_data_age_months: int
    divisions_since: date
    max_title_length: int
    public_texts: Mapping[str, frozenset[str]]
    detectors: tuple[Detector, ...]
    warn_detectors: tuple[Detector, ...]
    advice: Mapping[str, str]
    person: re.Pattern[str]
    public_body: re.Pattern[str]
    settlement: re.Pattern[str]
    township: re.Pattern[str]

    def is_person(self, text: str) -> bool:
        """Whether a contact is a person rather than an office."""
        return bool(self.person.fullmatch(text)) and not self.is_public_body(text)

    def is_public_body(self, text: str) -> bool:
        """Whether the text names a public body or a settlement."""
        return bool(self.public_body.search(text) or self.settlement.search(text))

    def is_township(self, text: str) -> bool:
        """Whether the text is the name of a township and nothing else."""
        return bool(self.township.fullmatch(clean_public_text(text)))

    def hits(self, text: str) -> list[TextHit]:
        """Passages of ``text`` that must not be published."""
        return _search(self.detectors, text)

    def doubts(self, text: str) -> list[TextHit]:
        """Passages of ``text`` that an officer should look at."""
        return _search(self.warn_detectors, text)


def _search(detectors: tuple[Detector, ...], text: str) -> list[TextHit]:
    # Full-width digits, invisible characters and spaced-out words must not slip through.
    plain = unicodedata.normalize("NFKC", clean_public_text(text))
    closed = _SPACE_IN_CHINESE.sub("", plain)
    hits = []
    for detector in detectors:
        match = detector.pattern.search(plain) or detector.pattern.search(closed)
        if match:
            hits.append(TextHit(rule=detector.rule, what=detector.what, found=match.group()))
    return hits


_SPACE_IN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")
# Direction overrides, zero-width and control characters can make a text read as another one.
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean_public_text(text: str) -> str:
    """``text`` as it may be printed: one line, composed, nothing invisible.

    >>> clean_public_text("北山" + chr(0x202E) + "滑坡" + chr(10) + "一号 ")
    '北山滑坡 一号'
    """
    if text.isprintable():  # nothing of `_INVISIBLE` and no space but the plain one
        return " ".join(unicodedata.normalize("NFC", text).split())
    spaced = "".join(" " if c in "\r\n\t\v\f\u2028\u2029" else c for c in text)
    visible = "".join(c for c in spaced if unicodedata.category(c) not in _INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", visible).split())


@cache
def release_rules() -> ReleaseRules:
    """The shipped rules."""
    raw = rules("preflight")
    return ReleaseRules(
        version=raw["version"],
        findings={entry["id"]: _finding(entry) for entry in raw["rules"]},
        approval_no=re.compile(raw["approval_no"]),
        small_cell_k=int(raw["small_cell_k"]),
        max_data_age_months=int(raw["max_data_age_months"]),
        divisions_since=date.fromisoformat(raw["divisions_since"]),
        max_title_length=int(raw["max_title_length"]),
        public_texts={key: frozenset(names) for key, names in raw["public_texts"].items()},
        detectors=tuple(_detector(entry) for entry in raw["detectors"]),
        warn_detectors=tuple(_detector(entry) for entry in raw["warn_detectors"]),
        advice=dict(raw["advice"]),
        person=re.compile(raw["person"]),
        public_body=re.compile(raw["public_body"]),
        settlement=re.compile(raw["settlement"]),
        township=re.compile(raw["township"]),
    )


def _finding(entry: dict[str, Any]) -> PreflightRule:
    return PreflightRule(
        id=entry["id"],
        severity=Severity(entry["severity"]),
        text=entry["text"],
        basis=entry["basis"],
    )


def _detector(entry: dict[str, Any]) -> Detector:
    return Detector(
        rule=entry["rule"], what=entry["what"], pattern=re.compile(entry["pattern"], re.IGNORECASE)
    )
