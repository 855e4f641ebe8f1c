"""Prose that must stay true: every command, option and error code is documented."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from qhd_riskmap import errors
from qhd_riskmap.cli.application import COMMANDS
from qhd_riskmap.cli.arguments import build_parser

ROOT = Path(__file__).resolve().parents[2]
CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def parsers() -> dict[str, argparse.ArgumentParser]:
    (commands,) = [a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(commands.choices)


def test_every_command_runs_something():
    assert set(parsers()) == {*COMMANDS, "desk"}


@pytest.mark.parametrize("name", sorted(parsers()))
def test_every_command_and_option_is_documented(name):
    assert f"`{name} " in CLI
    row = next(line for line in CLI.splitlines() if line.startswith(f"| `{name} "))
    shared = {"--json", "--actor", "--passphrase-file", "--help"}
    filters = {"--level", "--type", "--county", "--bbox", "--search"} if name == "export" else set()
    for action in parsers()[name]._actions:
        long = {option for option in action.option_strings if option.startswith("--")}
        for option in long - shared - filters:
            assert option in row, f"{name} {option}"


def error_classes() -> list[type[errors.RiskMapError]]:
    found = [errors.RiskMapError]
    for kind in found:
        found.extend(kind.__subclasses__())
    return [kind for kind in found if kind.__module__ == "qhd_riskmap.errors"]


@pytest.mark.parametrize("kind", error_classes(), ids=lambda kind: kind.__name__)
def test_every_error_code_is_documented_and_unique(kind):
    assert f"| `{kind.code}` |" in CLI
    assert sum(other.code == kind.code for other in error_classes()) == 1


def test_every_decision_record_has_the_same_parts():
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert len(records) >= 10
    for record in records:
        text = record.read_text(encoding="utf-8")
        assert re.match(r"# \d{4} ", text), record.name
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text, f"{record.name} lacks {part}"


def test_every_module_folder_is_on_the_architecture_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    folders = {
        path.parent.relative_to(ROOT / "qhd_riskmap").as_posix()
        for path in (ROOT / "qhd_riskmap").rglob("*.py")
    }
    assert not [name for name in folders - {"."} if f"{name}/" not in page]
