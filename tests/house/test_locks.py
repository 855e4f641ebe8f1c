"""The locks are installed without resolving (`--no-deps`), so each must hold all that its packages need."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from qhd_riskmap.ui.self_check import COMPONENTS

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Where the locks are installed. For other systems than this one the metadata of the packages here is asked, as
# far as the version is the same.
SYSTEMS = {
    "here": {},
    **{
        f"windows-{version}": {
            "sys_platform": "win32",
            "platform_system": "Windows",
            "os_name": "nt",
            "platform_machine": "AMD64",
            "python_version": version,
            "python_full_version": f"{version}.0",
        }
        for version in ("3.11", "3.12", "3.13")
    },
    **{
        f"linux-{version}": {"python_version": version, "python_full_version": f"{version}.0"}
        for version in ("3.11", "3.12", "3.13")
    },
}


def pins(group: str) -> dict[str, dict[str, str]]:
    """Name → version → marker, of one lock."""
    lock = (ROOT / "requirements" / f"{group}.lock").read_text(encoding="utf-8")
    found: dict[str, dict[str, str]] = {}
    for line in lock.splitlines():
        if not line or line.startswith((" ", "#")):
            continue
        requirement = Requirement(line.rstrip("\\ "))
        (exact,) = requirement.specifier
        assert exact.operator == "=="
        name = canonicalize_name(requirement.name)
        found.setdefault(name, {})[exact.version] = str(requirement.marker or "")
    return found


def wanted(group: str, system: str = "here") -> dict[str, str]:
    """Name → version of what the lock installs on a system."""
    chosen: dict[str, str] = {}
    for name, versions in pins(group).items():
        for version, marker in versions.items():
            if not marker or applies(f"x; {marker}", system):
                assert name not in chosen, f"{name} is pinned twice for one machine"
                chosen[name] = version
    return chosen


def applies(text: str, system: str, extra: str = "") -> bool:
    marker = Requirement(text).marker
    return marker is None or marker.evaluate({**SYSTEMS[system], "extra": extra})


def roots(group: str) -> list[str]:
    """What the project asks for, included groups too."""
    found = list(PROJECT["project"]["dependencies"])
    waiting = [group]
    while waiting:
        for item in PROJECT["dependency-groups"][waiting.pop()]:
            if isinstance(item, dict):
                waiting.append(item["include-group"])
            else:
                found.append(item)
    return found


def lacking(group: str, system: str = "here") -> list[str]:
    """Requirements, from the project's own down to the last, that the lock does not meet."""
    locked, missing = wanted(group, system), []
    seen: set[tuple[str, str]] = set()
    waiting = [("the project", Requirement(text)) for text in roots(group)]
    while waiting:
        by, requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in locked:
            missing.append(f"{by} needs {requirement}, not in the lock")
            continue
        if not SpecifierSet(str(requirement.specifier)).contains(locked[name], prereleases=True):
            missing.append(f"{by} needs {requirement}, the lock has {locked[name]}")
        for extra in ("", *sorted(requirement.extras)):
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            waiting += [
                (name, Requirement(text))
                for text in needs(name, locked[name])
                if applies(text, system, extra)
            ]
    return missing


def needs(name: str, version: str) -> list[str]:
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return []  # of another system, or of the installer only
    return installed.requires or [] if installed.version == version else []


@pytest.mark.parametrize("system", sorted(SYSTEMS))
@pytest.mark.parametrize("group", ["setup", "test", "installer"])
def test_a_lock_holds_everything_its_packages_need(group, system):
    assert lacking(group, system) == []


def test_the_environment_is_what_the_test_lock_says():
    for name, version in wanted("test").items():
        assert distribution(name).version == version, name


def test_what_one_lock_shares_with_another_is_the_same_version():
    setup, test, installer = pins("setup"), pins("test"), pins("installer")
    for name, versions in setup.items():
        assert versions.keys() == test[name].keys() == installer[name].keys(), name


def test_a_hole_in_a_lock_is_seen(monkeypatch):
    whole = wanted("test")
    for name in ("numpy", "typing-extensions", "pluggy", "et-xmlfile", "markupsafe"):
        holed = {k: v for k, v in whole.items() if k != name}
        monkeypatch.setattr("test_locks.wanted", lambda *_given, holed=holed: holed)
        assert any(re.search(rf"\b{name}\b", line, re.IGNORECASE) for line in lacking("test"))


def test_the_self_check_loads_every_dependency_of_the_project():
    declared = {
        canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]
    }
    assert {canonicalize_name(name) for name in COMPONENTS} == declared
