"""Preferences survive, and never keep the program from starting."""

from __future__ import annotations

import json
import os

import pytest

from qhd_riskmap.settings import (
    MAX_RECENT,
    Settings,
    config_dir,
    data_dir,
    load_settings,
    log_dir,
    save_settings,
)


def test_saved_preferences_come_back():
    settings = Settings(
        language="en", theme="dark", actor="王五", coordinate_format="gk", layouts={"main": "QUJD"}
    )
    save_settings(settings)
    assert load_settings() == settings


def test_without_a_file_the_defaults_apply():
    assert load_settings() == Settings()


@pytest.mark.expects_log
@pytest.mark.parametrize(
    "content", ["{", "[]", '"text"', '{"layouts": 5}', "\x00", '{"recent": 7}']
)
def test_a_broken_file_is_set_aside_and_the_defaults_apply(content):
    config_dir().mkdir(parents=True)
    (config_dir() / "settings.json").write_text(content, encoding="utf-8")
    assert load_settings() == Settings()
    assert (config_dir() / "settings.broken.json").read_text(encoding="utf-8") == content


def test_foreign_values_are_ignored_one_by_one():
    config_dir().mkdir(parents=True)
    raw = {
        "language": "xx",
        "theme": 3,
        "coordinate_format": "gk",
        "recent": [1, "a"],
        "layouts": {"x": 1, "y": "z"},
    }
    (config_dir() / "settings.json").write_text(json.dumps(raw), encoding="utf-8")
    assert load_settings() == Settings(coordinate_format="gk", recent=["a"], layouts={"y": "z"})


def test_recent_registers_are_newest_first_without_repeats(tmp_path):
    settings = Settings()
    for number in range(MAX_RECENT + 3):
        settings.remember(tmp_path / f"{number}.qhd")
    settings.remember(tmp_path / "5.qhd")
    assert len(settings.recent) == MAX_RECENT
    assert settings.recent[0].endswith("5.qhd")
    assert len(set(settings.recent)) == MAX_RECENT


@pytest.mark.expects_log
def test_a_folder_that_cannot_be_made_is_no_reason_to_fail(monkeypatch, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("", encoding="utf-8")
    monkeypatch.setenv("QHD_RISKMAP_HOME", str(in_the_way))
    save_settings(Settings())
    assert load_settings() == Settings()


@pytest.mark.expects_log
def test_a_broken_file_that_cannot_be_moved_stays(monkeypatch):
    config_dir().mkdir(parents=True)
    (config_dir() / "settings.json").write_text("{", encoding="utf-8")
    (config_dir() / "settings.broken.json").mkdir()
    assert load_settings() == Settings()


def test_without_an_override_the_folders_are_the_users(monkeypatch):
    monkeypatch.delenv("QHD_RISKMAP_HOME")
    for folder in (config_dir(), data_dir(), log_dir()):
        assert folder.is_absolute()
        assert "qhd-riskmap" in str(folder)
    assert os.environ.get("QHD_RISKMAP_HOME") is None
