"""The shipped Word templates are what their builder makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_templates_are_those_the_builder_makes():
    files = sorted((ROOT / "resources/templates").glob("*.docx"))
    before = [path.read_bytes() for path in files]
    assert files
    script = ROOT / "resources/build_templates.py"
    subprocess.run([sys.executable, "-X", "utf8", str(script)], check=True, timeout=120)
    assert [path.read_bytes() for path in files] == before
