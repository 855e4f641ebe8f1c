"""The house rules that a machine can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "qhd_riskmap"
MODULES = sorted(PACKAGE.rglob("*.py"))
DUMPING_GROUNDS = {"utils", "helpers", "common", "misc", "base", "manager", "core", "types"}
LONGEST_MODULE = 500
LONGEST_FUNCTION = 60


def test_imports_point_downwards():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_module_is_a_dumping_ground():
    assert not [path for path in MODULES if path.stem in DUMPING_GROUNDS]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_has_one_subject_and_short_functions(path):
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= LONGEST_MODULE
    long = [
        f"{node.name}: {node.end_lineno - node.lineno} lines"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno > LONGEST_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_opened_with_an_encoding(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    careless = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"read_text", "write_text"}
        and not any(keyword.arg == "encoding" for keyword in node.keywords)
        and len(node.args) < (1 if node.func.attr == "read_text" else 2)
    ]
    assert not careless


def test_only_redaction_builds_public_hazards():
    builders = {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "PublicHazard"
    }
    assert builders <= {"domain/redaction.py"}


def test_the_domain_never_reads_the_clock():
    clocks = {"today", "now", "utcnow", "time"}
    guilty = [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        if "domain" in path.parts or "geo" in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in clocks
        and getattr(node.func.value, "id", "") in {"date", "datetime", "time"}
    ]
    assert not guilty
