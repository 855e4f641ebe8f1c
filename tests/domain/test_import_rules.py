"""The severities of an import are data; the data covers what the program can find."""

import ast
import re
from pathlib import Path

import pytest

from qhd_riskmap.domain import import_rules
from qhd_riskmap.domain.import_rules import ruled, severity_of
from qhd_riskmap.domain.schema import Issue, Severity
from qhd_riskmap.errors import UnreadableFileError

PACKAGE = Path(import_rules.__file__).parents[1]
SOURCES = [
    *(PACKAGE / "services").glob("survey_*.py"),
    *(PACKAGE / "domain").glob("survey_*.py"),
    PACKAGE / "domain" / "schema.py",
]
CALLS = {
    "warning",
    "error",
    "information",
    "on_sheet",
    "_bad",
    "_on_row",
    "_on_file",
    "_of_sheet",
    "make",
    "severity_of",
}
KEY = re.compile(r"[a-z]+(-[a-z]+)+|missing|duplicate|swapped")
# Field keys and other words of that shape that stand in those calls.
OTHERS = {"utf-8"}


def codes_in_the_source():
    found = {UnreadableFileError.code}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            texts = []
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in CALLS:
                    texts = list(node.args)
                texts += [k.value for k in node.keywords if k.arg == "code"]
            if isinstance(node, (ast.Return, ast.Assign, ast.AnnAssign)) and node.value is not None:
                value = node.value
                texts += value.elts if isinstance(value, ast.Tuple) else [value]
            for text in texts:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found |= {text.value} if KEY.fullmatch(text.value) else set()
    return found


def test_every_code_of_the_program_has_a_rule_and_every_rule_a_code():
    rules = import_rules.import_rules()
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    unused = {code for code in rules if f'"{code}"' not in source} - {UnreadableFileError.code}
    assert unused == set()
    lacking = codes_in_the_source() - set(rules) - OTHERS
    # What is left are no issues: field keys, likenesses, words of other modules.
    assert {code for code in lacking if f'"{code}", message' in source} == set()
    assert all(rule.text and rule.basis for rule in rules.values())


@pytest.mark.parametrize(
    ("code", "found", "severity"),
    [
        ("no-name", "error", "error"),
        ("no-geometry", "error", "error"),
        ("unknown-type", "error", "error"),
        ("outside-region", "error", "error"),
        ("not-a-number", "error", "error"),
        ("not-a-number", "warning", "warning"),
        ("missing", "warning", "warning"),
        ("bad-coordinate", "warning", "warning"),
        ("unlikely-date", "warning", "warning"),
        ("odd-phone", "error", "warning"),
        ("unknown-township", "warning", "warning"),
        ("odd-length", "warning", "warning"),
        ("self-intersection", "warning", "warning"),
        ("suspected-duplicate", "warning", "warning"),
        ("duplicate", "info", "info"),
        ("template-version", "warning", "warning"),
        ("template-version", "info", "info"),
    ],
)
def test_what_turns_a_row_back_and_what_does_not(code, found, severity):
    assert severity_of(code, Severity(found)) is Severity(severity)


def entry(**more):
    return {"code": "x", "severity": "warning", "text": "甲", "basis": "乙", **more}


def test_another_severity_in_the_data_is_another_severity(monkeypatch):
    issue = Issue(field="a", code="x", severity=Severity.WARNING, message="甲")
    for severity in Severity:
        rules = import_rules._read([entry(severity=severity)])
        monkeypatch.setattr(import_rules, "import_rules", lambda rules=rules: rules)
        assert ruled(issue).severity is severity
        assert ruled(issue).message == "甲"


def test_a_rule_without_which_nothing_can_be_registered_cannot_be_loosened():
    with pytest.raises(ValueError, match="must be an error"):
        import_rules._read([entry(fixed=True)])
