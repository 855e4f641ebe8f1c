"""tasks.py: plain Python, idempotent, quick the second time, and clear when something is missing."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import tasks  # noqa: E402 - it lives beside the package, not in it


def test_it_needs_the_standard_library_only():
    tree = ast.parse((ROOT / "tasks.py").read_text(encoding="utf-8"))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    imported |= {
        node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert imported <= set(sys.stdlib_module_names)


@pytest.mark.parametrize(
    "name", ["run", "test", "check", "bench", "soak", "screenshots", "installer", "clean"]
)
def test_every_task_explains_itself(name):
    done = subprocess.run(
        [sys.executable, "tasks.py", name, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0
    assert name in done.stdout


def test_the_second_set_up_installs_nothing(monkeypatch):
    if not tasks.PYTHON.exists():
        pytest.fail("run through tasks.py, which makes .venv")
    tasks.set_up("test", tasks.APT_TEST)
    started = []
    real_run = subprocess.run
    monkeypatch.setattr(
        tasks.subprocess,
        "run",
        lambda command, **more: started.append(command) or real_run(command, **more),
    )
    tasks.set_up("test", tasks.APT_TEST)
    assert len(started) <= 2  # asks dpkg, asks the environment's Python
    assert not [command for command in started if "install" in command]


def test_without_the_right_to_install_the_exact_command_is_printed(monkeypatch, capsys):
    monkeypatch.setattr(tasks, "_missing_packages", lambda packages: ["libegl1", "xvfb"])
    monkeypatch.setattr(tasks, "_privilege", lambda: None)
    assert tasks.main(["run"]) == 2
    assert "sudo apt-get install -y --no-install-recommends libegl1 xvfb" in capsys.readouterr().err


def test_an_unknown_linux_is_told_the_names(monkeypatch, capsys):
    monkeypatch.setattr(tasks, "_missing_packages", lambda packages: ["libegl1"])
    monkeypatch.setattr(tasks.shutil, "which", lambda name: None)
    tasks._system_packages(["libegl1"])
    assert "libegl1" in capsys.readouterr().err


def test_stamps_change_with_the_lock_file():
    assert tasks._stamp("setup") != tasks._stamp("test")


def test_a_display_is_recognised(monkeypatch):
    monkeypatch.setattr(tasks.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not tasks._has_display()
    monkeypatch.setenv("DISPLAY", ":1")
    assert tasks._has_display()
    monkeypatch.setattr(tasks.sys, "platform", "win32")
    assert tasks._has_display()


def test_locks_pin_every_package_with_hashes():
    for group in ("setup", "test", "installer"):
        lock = (ROOT / "requirements" / f"{group}.lock").read_text(encoding="utf-8")
        pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
        assert all("==" in pin for pin in pins)
        assert lock.count("--hash=sha256:") >= len(pins)
        assert "http" not in lock
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
