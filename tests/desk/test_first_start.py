"""First start: three steps to a register that opens, one click to the sample county."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLineEdit, QPushButton, QRadioButton

from qhd_riskmap.bootstrap import open_app
from qhd_riskmap.errors import WrongPassphraseError
from qhd_riskmap.services.sample_county import SAMPLE_PASSPHRASE
from qhd_riskmap.settings import data_dir
from qhd_riskmap.storage.engine import open_register
from qhd_riskmap.ui.pages.first_start import FirstStartWizard
from qhd_riskmap.ui.toolkit.passphrase_strength import Strength, guessing_bits, strength
from tests.desk.conftest import type_text

PASSPHRASE = "红日照 昌黎-2026 海风"


@pytest.fixture
def wizard(qtbot, dressed, jobs):
    shown = FirstStartWizard(jobs, "王晓燕")
    qtbot.addWidget(shown)
    shown.apps = []
    shown.opened.connect(shown.apps.append)
    with qtbot.waitExposed(shown):
        shown.show()
    yield shown
    for app in shown.apps:
        app.close()


def press(qtbot, wizard, name):
    qtbot.mouseClick(wizard.findChild(QPushButton, name), Qt.MouseButton.LeftButton)


def choose(qtbot, wizard, name):
    button = wizard.findChild(QRadioButton, name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=button.rect().center() * 0.1)
    if not button.isChecked():
        button.click()


def to_last_step(qtbot, wizard, county="130322", unit="昌黎县应急管理办公室"):
    choose(qtbot, wizard, f"division-{county}")
    press(qtbot, wizard, "first-start-next")
    type_text(wizard.findChild(QLineEdit, "office-unit"), unit)
    press(qtbot, wizard, "first-start-next")


def type_passphrase(wizard, first, second=None):
    type_text(wizard.protection.secret.first, first)
    type_text(wizard.protection.secret.second, first if second is None else second)


def test_three_steps_make_an_encrypted_register_that_opens(qtbot, wizard, tmp_path):
    to_last_step(qtbot, wizard)
    type_passphrase(wizard, PASSPHRASE)
    target = tmp_path / "新文件夹" / "昌黎登记库.qhd"
    wizard.protection.file.set_path(target)
    with qtbot.waitSignal(wizard.opened, timeout=20000):
        press(qtbot, wizard, "first-start-next")
    (app,) = wizard.apps
    assert app.path == target
    assert app.encrypted
    assert app.actor.name == "王晓燕"
    office = app.registry.office()
    assert (office.division, office.unit) == ("130322", "昌黎县应急管理办公室")
    app.close()
    assert not target.read_bytes().startswith(b"SQLite format")
    with pytest.raises(WrongPassphraseError):
        open_register(target, passphrase="昌黎")
    with open_app(target, PASSPHRASE) as again:
        assert again.registry.office().unit == "昌黎县应急管理办公室"
    assert not wizard.isVisible()


def test_a_register_may_be_plain(qtbot, wizard, tmp_path):
    to_last_step(qtbot, wizard, county="1303", unit="市应急办")
    choose(qtbot, wizard, "protect-plain")
    assert not wizard.protection.secret.isEnabled()
    wizard.protection.file.set_path(tmp_path / "全市")
    with qtbot.waitSignal(wizard.opened, timeout=20000):
        press(qtbot, wizard, "first-start-next")
    assert wizard.apps[0].path == tmp_path / "全市.qhd"
    assert (tmp_path / "全市.qhd").read_bytes().startswith(b"SQLite format")


def test_each_step_says_what_is_missing(qtbot, wizard):
    press(qtbot, wizard, "first-start-next")
    assert wizard.step == 0
    assert "县区" in wizard.message.text()
    choose(qtbot, wizard, "division-130302")
    assert wizard.message.text() == ""
    press(qtbot, wizard, "first-start-next")
    press(qtbot, wizard, "first-start-next")
    assert wizard.step == 1
    assert "编制单位" in wizard.message.text()
    assert wizard.focusWidget() is wizard.office.unit
    type_text(wizard.office.unit, "海港区应急办")
    wizard.office.actor.clear()
    press(qtbot, wizard, "first-start-next")
    assert "经办人" in wizard.message.text()
    type_text(wizard.office.actor, "李敏")
    press(qtbot, wizard, "first-start-next")
    assert wizard.step == 2
    press(qtbot, wizard, "first-start-next")
    assert "口令" in wizard.message.text()
    type_passphrase(wizard, "one thing", "another thing")
    press(qtbot, wizard, "first-start-next")
    assert "不一样" in wizard.message.text()
    assert wizard.apps == []


def test_the_steps_can_be_walked_back_and_keep_what_was_typed(qtbot, wizard):
    to_last_step(qtbot, wizard)
    assert wizard.protection.path() == data_dir() / "昌黎县风险隐患登记库.qhd"
    press(qtbot, wizard, "first-start-back")
    assert wizard.office.unit.text() == "昌黎县应急管理办公室"
    press(qtbot, wizard, "first-start-back")
    assert wizard.region.division() == "130322"
    assert not wizard.back.isVisible()
    choose(qtbot, wizard, "division-130324")
    press(qtbot, wizard, "first-start-next")
    press(qtbot, wizard, "first-start-next")
    assert wizard.protection.path() == data_dir() / "卢龙县风险隐患登记库.qhd"


def test_an_existing_file_is_never_touched(qtbot, wizard, tmp_path):
    there = tmp_path / "已有.qhd"
    there.write_text("别人的", encoding="utf-8")
    to_last_step(qtbot, wizard)
    type_passphrase(wizard, PASSPHRASE)
    wizard.protection.file.set_path(there)
    press(qtbot, wizard, "first-start-next")
    assert "已有.qhd" in wizard.message.text()
    assert there.read_text(encoding="utf-8") == "别人的"


def test_a_folder_that_cannot_be_made_is_told_in_words(qtbot, wizard, tmp_path):
    blocked = tmp_path / "文件"
    blocked.write_text("", encoding="utf-8")
    to_last_step(qtbot, wizard)
    type_passphrase(wizard, PASSPHRASE)
    wizard.protection.file.set_path(blocked / "里面" / "库.qhd")
    press(qtbot, wizard, "first-start-next")
    qtbot.waitUntil(lambda: "无法建立文件夹" in wizard.message.text(), timeout=10000)
    assert wizard.forward.isEnabled()
    assert "Errno" not in wizard.message.text()


def test_the_proposed_file_is_a_new_one(qtbot, wizard):
    data_dir().mkdir(parents=True)
    (data_dir() / "昌黎县风险隐患登记库.qhd").touch()
    to_last_step(qtbot, wizard)
    assert wizard.protection.path() == data_dir() / "昌黎县风险隐患登记库2.qhd"


def test_the_passphrase_can_be_seen_on_demand(qtbot, wizard):
    to_last_step(qtbot, wizard)
    box = wizard.protection.secret
    assert box.first.echoMode() == QLineEdit.EchoMode.Password
    box.findChild(QCheckBox, "passphrase-show").click()
    assert box.second.echoMode() == QLineEdit.EchoMode.Normal


def test_strength_is_shown_while_typing(qtbot, wizard):
    to_last_step(qtbot, wizard)
    box = wizard.protection.secret
    type_text(box.first, "123456")
    assert box.meter.value() == 1
    assert "弱" in box.hint.text()
    type_text(box.first, " 海风吹过老龙头")
    assert box.meter.value() == 3
    assert "强" in box.hint.text()


def test_sample_county_opens_with_one_click(qtbot, wizard):
    with qtbot.waitSignal(wizard.opened, timeout=240000):
        press(qtbot, wizard, "first-start-sample")
        assert wizard.progress.isVisible()
        assert not wizard.forward.isEnabled()
    (app,) = wizard.apps
    assert len(app.registry.features()) >= 300
    app.close()
    open_app(app.path, SAMPLE_PASSPHRASE).close()


def test_escape_stops_a_running_job_before_it_closes_the_wizard(qtbot, wizard, jobs, tmp_path):
    gate = threading.Event()
    jobs.start(lambda _job: gate.wait(20), title="占着", quiet=True)
    to_last_step(qtbot, wizard)
    type_passphrase(wizard, PASSPHRASE)
    target = tmp_path / "不要.qhd"
    wizard.protection.file.set_path(target)
    press(qtbot, wizard, "first-start-next")
    assert wizard.progress.running
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    assert wizard.isVisible()
    gate.set()
    qtbot.waitUntil(lambda: not wizard.progress.running, timeout=10000)
    assert "已取消" in wizard.message.text()
    assert not target.exists()
    qtbot.keyClick(wizard, Qt.Key.Key_Escape)
    assert not wizard.isVisible()


def test_an_existing_register_can_be_chosen(qtbot, wizard, monkeypatch):
    chosen = str(Path("某处") / "旧库.qhd")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_args: (chosen, ""))
    with qtbot.waitSignal(wizard.open_wanted) as asked:
        press(qtbot, wizard, "first-start-open")
    assert asked.args == [Path(chosen)]


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("123456", Strength.WEAK),
        ("aaaaaaaaaaaaaaaa", Strength.WEAK),
        ("password1", Strength.WEAK),
        ("Qinhuangdao12", Strength.WEAK),
        ("海风老龙", Strength.FAIR),
        ("qhd-sample-2014", Strength.GOOD),
        ("红日 昌黎 葡萄 沙丘", Strength.GOOD),
    ],
)
def test_strength_follows_the_work_of_guessing(text, grade):
    assert strength(text) is grade


def test_a_longer_passphrase_is_never_weaker():
    text = f"葡萄沟{datetime(2026, 11, 23, tzinfo=UTC):%d}"
    assert guessing_bits(text) < guessing_bits(text + "x7")
    assert guessing_bits("") == 0
