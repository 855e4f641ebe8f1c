"""Opening registers: plain, encrypted, wrong passphrase, broken files, leaving."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.office import Office
from qhd_riskmap.ui.application import (
    DeskController,
    open_window_offscreen,
    prepare_application,
    run_desk,
)
from qhd_riskmap.ui.toolkit.passphrase_dialog import MAX_TRIES
from tests.desk.conftest import SAMPLES

PASSPHRASE = "凤凰-2014-Shan"


@pytest.fixture
def controller(qtbot, dressed, settings, monkeypatch):
    """A controller whose `quit` does not end the test's own event loop."""
    made = DeskController(settings, "测试员")
    left = []
    monkeypatch.setattr(QApplication, "quit", lambda *_args: left.append(True))
    made.left = left
    yield made
    if made.window is not None:
        made.window.confirm_loss = lambda _words: True
        made.window.close()
    made.quit()


@pytest.fixture
def encrypted(tmp_path):
    path = tmp_path / "密.sqlite"
    with (
        create_app(path, PASSPHRASE, Office(unit="示例局"), "测试员") as made,
        made.register.unit_of_work() as work,
    ):
        work.hazards.add_many(list(SAMPLES), made.actor)
        work.commit()
    return path


@pytest.fixture
def plain(tmp_path):
    path = tmp_path / "平.sqlite"
    create_app(path, None, Office(unit="示例局"), "测试员").close()
    return path


def test_a_plain_register_opens_its_window(qtbot, controller, plain, settings):
    controller.start(plain)
    qtbot.waitUntil(lambda: controller.window is not None, timeout=10000)
    assert controller.window.isVisible()
    assert settings.recent == [str(plain.resolve())]
    controller.window.close()
    assert controller.left == [True]


def test_the_right_passphrase_opens_at_once(qtbot, controller, encrypted):
    controller.start(encrypted, PASSPHRASE)
    qtbot.waitUntil(lambda: controller.window is not None, timeout=20000)
    assert controller.passphrase_dialog is None
    assert controller.window.status.lock.toolTip() == "已加密"


def test_a_wrong_passphrase_is_told_and_the_right_one_opens(qtbot, controller, encrypted):
    controller.start(encrypted)
    qtbot.waitUntil(lambda: controller.passphrase_dialog is not None, timeout=20000)
    dialog = controller.passphrase_dialog
    dialog.edit.setText("错的口令")
    dialog.open_button.click()
    qtbot.waitUntil(lambda: dialog.tries == 1, timeout=20000)
    assert "口令不对" in dialog.message.text()
    assert dialog.edit.isEnabled()
    dialog.edit.setText(PASSPHRASE)
    dialog.open_button.click()
    qtbot.waitUntil(lambda: controller.window is not None, timeout=20000)
    assert not dialog.isVisible()
    assert controller.desk.app.encrypted


def test_three_wrong_passphrases_end_the_program(qtbot, controller, encrypted):
    controller.start(encrypted)
    qtbot.waitUntil(lambda: controller.passphrase_dialog is not None, timeout=20000)
    dialog = controller.passphrase_dialog
    for number in range(MAX_TRIES):
        dialog.edit.setText(f"错{number}")
        dialog.open_button.click()
        qtbot.waitUntil(lambda n=number: dialog.tries == n + 1, timeout=20000)
    qtbot.waitUntil(lambda: controller.left == [True], timeout=5000)
    assert controller.window is None


def test_a_file_that_is_no_register_is_refused_with_advice(qtbot, controller, tmp_path):
    path = tmp_path / "照片.sqlite"
    path.write_bytes(b"\xff\xd8\xff\xe0 not a register")
    controller.start(path)
    qtbot.waitUntil(lambda: controller.error is not None, timeout=10000)
    assert controller.error.findChild(object, "error-message").text()
    controller.error.accept()
    qtbot.waitUntil(lambda: controller.wizard is not None, timeout=5000)
    controller.wizard.reject()
    qtbot.waitUntil(lambda: controller.left == [True], timeout=5000)


def test_a_missing_file_is_refused(qtbot, controller, tmp_path):
    controller.start(tmp_path / "没有.sqlite")
    qtbot.waitUntil(lambda: controller.error is not None, timeout=10000)
    assert not (tmp_path / "没有.sqlite").exists()
    controller.error.accept()


def test_started_without_a_register_the_wizard_asks(qtbot, controller):
    controller.start(None)
    assert controller.wizard.isVisible()
    controller.first_start()
    controller.wizard.reject()
    assert controller.left == [True]


def test_another_register_replaces_the_window(qtbot, controller, plain, encrypted):
    controller.start(plain)
    qtbot.waitUntil(lambda: controller.window is not None, timeout=10000)
    first = controller.window
    controller.open(encrypted, PASSPHRASE)
    qtbot.waitUntil(
        lambda: controller.window is not None and controller.window is not first, timeout=20000
    )
    assert controller.desk.app.path == encrypted
    assert controller.left == []
    qtbot.waitUntil(lambda: len(controller.desk.features.table) == len(SAMPLES), timeout=10000)


def test_a_failed_second_opening_leaves_the_first_window(qtbot, controller, plain, tmp_path):
    controller.start(plain)
    qtbot.waitUntil(lambda: controller.window is not None, timeout=10000)
    controller.open(tmp_path / "没有.sqlite")
    qtbot.waitUntil(lambda: controller.error is not None, timeout=10000)
    controller.error.accept()
    assert controller.window.isVisible()
    assert controller.wizard is None


@pytest.mark.expects_log
def test_a_bug_in_a_slot_is_shown_and_the_window_goes_on(qtbot, controller, plain):
    controller.start(plain)
    qtbot.waitUntil(lambda: controller.window is not None, timeout=10000)
    try:
        1 / 0  # noqa: B018 - a bug
    except ZeroDivisionError:
        controller.unexpected(*sys.exc_info())
    assert controller.error.findChild(QAbstractButton, "error-log-folder") is not None
    controller.error.accept()
    assert controller.window.isVisible()


def test_qt_itself_speaks_chinese(dressed):
    assert dressed.translate("QPlatformTheme", "Cancel") == "取消"


def test_there_is_only_one_application(dressed, settings):
    assert prepare_application(settings) is dressed


def test_the_self_check_opens_a_window(qtbot, dressed, app):
    assert "页面" in open_window_offscreen(app)


def test_the_program_runs_until_its_window_closes(qtbot, dressed, plain, monkeypatch):
    """`run_desk` as `__main__` calls it, with the loop replaced by waiting for the window."""
    seen = []

    def loop(*_args):
        for _turn in range(1000):
            qtbot.wait(10)
            shown = [w for w in QApplication.topLevelWidgets() if w.objectName() == "main-window"]
            window = next((w for w in shown if w.isVisible()), None)
            if window is not None:
                break
        seen.append(window.windowTitle())
        window.close()
        return 0

    monkeypatch.setattr(QApplication, "exec", loop)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    assert run_desk(plain, None, "测试员") == 0
    assert seen[0].startswith("平")
