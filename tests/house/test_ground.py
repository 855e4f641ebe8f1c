"""Errors, resources, translation and logs: what every room stands on."""

from __future__ import annotations

import logging

import pytest

from qhd_riskmap import resources
from qhd_riskmap.errors import ReleaseBlockedError, ResourceMissingError, RiskMapError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.logs import start_logging
from qhd_riskmap.resources import activate_language, resource, resources_dir, rules, samples_dir
from qhd_riskmap.services.jobs import SilentJob


def test_an_error_reads_as_message_and_hint():
    error = RiskMapError("写不了文件。", hint="请换一个文件夹。", detail="EACCES")
    assert str(error) == "写不了文件。 请换一个文件夹。"
    assert str(RiskMapError("写不了文件。")) == "写不了文件。"


def test_a_blocked_release_lists_every_rule():
    error = ReleaseBlockedError("不能发布。", findings=[("PM01", "缺审图号"), ("PM23", "缺审核人")])
    assert error.detail == "PM01: 缺审图号\nPM23: 缺审核人"
    assert error.findings == (("PM01", "缺审图号"), ("PM23", "缺审核人"))


def test_shipped_files_are_found():
    assert rules("regions")["city"]["code"] == "1303"
    assert (samples_dir() / "README.md").exists()
    assert resource("rules", "taxonomy.json").exists()


def test_a_missing_file_is_named():
    with pytest.raises(ResourceMissingError, match=r"rules/nothing\.json") as caught:
        rules("nothing")
    assert caught.value.hint


def test_a_frozen_build_looks_in_its_own_folder(tmp_path, monkeypatch):
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(resources.sys, "_MEIPASS", str(tmp_path), raising=False)
    resources_dir.cache_clear()
    try:
        assert resources_dir() == tmp_path / "resources"
    finally:
        monkeypatch.undo()
        resources_dir.cache_clear()


def test_an_installation_without_resources_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "package")
    resources_dir.cache_clear()
    try:
        with pytest.raises(ResourceMissingError, match="resources"):
            resources_dir()
    finally:
        monkeypatch.undo()
        resources_dir.cache_clear()


def test_marking_changes_nothing_and_an_empty_text_stays_empty():
    assert N_("台账") == "台账"
    assert _("") == ""


def test_english_is_switched_on_and_off():
    activate_language("en")
    try:
        assert _("重大风险") != "重大风险"
    finally:
        activate_language("zh_CN")
    assert _("重大风险") == "重大风险"


def test_the_log_goes_to_one_file_in_utc(tmp_path):
    logger = logging.getLogger("qhd_riskmap")
    before = list(logger.handlers)
    path = start_logging(tmp_path / "log")
    try:
        assert start_logging(tmp_path / "log") == path  # twice is once
        logging.getLogger("qhd_riskmap.test").info("已打开登记库")
        text = path.read_text(encoding="utf-8")
        assert text.count("已打开登记库") == 1
        assert "Z INFO qhd_riskmap.test" in text
    finally:
        for handler in set(logger.handlers) - set(before):
            logger.removeHandler(handler)
            handler.close()


def test_a_log_folder_that_cannot_be_made_is_no_reason_to_fail(tmp_path):
    logger = logging.getLogger("qhd_riskmap")
    before = list(logger.handlers)
    (tmp_path / "log").write_text("", encoding="utf-8")
    try:
        start_logging(tmp_path / "log")
    finally:
        for handler in set(logger.handlers) - set(before):
            logger.removeHandler(handler)


def test_nobody_watches_a_silent_job():
    SilentJob().advance(1, 2, "行")
