"""Severities of everything an import may find, read from ``resources/rules/import.json``.

The code finds and words what is wrong; whether that turns a row back is data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from qhd_riskmap.domain.schema import Issue, Severity
from qhd_riskmap.resources import rules

_ORDER: Final = (Severity.INFO, Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRule:
    """One rule.

    Attributes:
        code: Stable key of the issue.
        severity: An error turns the row back, a warning lets it in.
        optional: What it is in a column that may be empty, or where the row has another position; None
            for the same.
        found: What the program itself finds at worst; anything less counts as `optional`.
        metres: How far apart is too far, where the rule measures; 0 elsewhere.
        text: What the rule is about.
        basis: What it rests on.
    """

    code: str
    severity: Severity
    optional: Severity | None
    found: Severity
    text: str
    basis: str
    metres: float = 0.0


@cache
def import_rules() -> Mapping[str, ImportRule]:
    """All rules by code.

    Raises:
        ValueError: A rule without which no row can be registered is anything but an error.
    """
    return _read(rules("import")["rules"])


def _read(entries: list[dict[str, Any]]) -> Mapping[str, ImportRule]:
    found = {}
    for entry in entries:
        optional = entry.get("optional")
        rule = ImportRule(
            code=entry["code"],
            severity=Severity(entry["severity"]),
            optional=Severity(optional) if optional is not None else None,
            found=Severity(entry.get("found", Severity.ERROR)),
            text=entry["text"],
            basis=entry["basis"],
            metres=float(entry.get("metres", 0)),
        )
        if entry.get("fixed") and rule.severity is not Severity.ERROR:
            raise ValueError(f"import rule {rule.code} must be an error")
        found[rule.code] = rule
    return MappingProxyType(found)


def severity_of(code: str, found: Severity) -> Severity:
    """The severity that the rules give to a finding.

    Args:
        code: Of the issue.
        found: What the program takes it for: an error in a required column, less elsewhere.
    """
    rule = import_rules()[code]
    lesser = _ORDER.index(found) < _ORDER.index(rule.found)
    return rule.optional if lesser and rule.optional is not None else rule.severity


def ruled(issue: Issue) -> Issue:
    """The issue with the severity that the rules give it."""
    severity = severity_of(issue.code, issue.severity)
    return issue if severity is issue.severity else replace(issue, severity=severity)
