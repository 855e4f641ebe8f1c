"""The wheel carries its resources and runs from any folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(
        build, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    target = folder / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_the_wheel_carries_rules_basemap_fonts_manual_catalogue_and_samples(installed):
    bundled = installed / "qhd_riskmap" / "_bundled"
    for name in (
        "resources/rules/taxonomy.json",
        "resources/basemap/qhd_basemap.gpkg",
        "resources/fonts/QhdSheetSans-Regular.otf",
        "resources/locale/en/LC_MESSAGES/qhd_riskmap.mo",
        "resources/manual",
        "samples/README.md",
    ):
        assert (bundled / name).exists(), name


def test_the_installed_program_does_the_whole_job_from_another_folder(installed, tmp_path):
    command = [sys.executable, "-m", "qhd_riskmap", "demo", str(tmp_path / "demo"), "--json"]
    environment = {
        "PYTHONPATH": str(installed),
        "PATH": "/usr/bin:/bin",
        "QHD_RISKMAP_HOME": str(tmp_path / "home"),
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert {path.suffix for path in (tmp_path / "demo" / "公开").iterdir()} == {
        ".pdf", ".png", ".svg", ".html", ".geojson", ".gpkg", ".kml", ".xlsx", ".zip",
    }  # fmt: skip
