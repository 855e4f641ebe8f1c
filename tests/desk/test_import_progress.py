"""How far a long import has come, and that stopping it leaves everything as it was."""

from __future__ import annotations

import re
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from qhd_riskmap.services.pace import Pace

ROWS = 12_000
PACE = re.compile(
    r"(核对|写入登记库|写入评估|提交).*：[\d,]+ 行，每秒 [\d,]+ 行，约剩 \d+ 秒 · \d+%"
)


@pytest.fixture
def many(tmp_path):
    head = "隐患名称,类别,县区,经度(GPS),纬度(GPS),风险等级\n"
    lines = [
        f"示例村{n}号滑坡,滑坡,青龙县,{118.9 + n * 1e-5:.6f},40.407,重大\n" for n in range(ROWS)
    ]
    path = tmp_path / "多.csv"
    path.write_text(head + "".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def slowly(monkeypatch):
    """Every step of the work takes a little longer, as on an old desk; nothing else changes."""

    def slow_down(seconds):
        report = Pace.report

        def slower(self, done, rows, what):
            report(self, done, rows, what)
            time.sleep(seconds)

        monkeypatch.setattr(Pace, "report", slower)

    return slow_down


def note(page):
    return page.progress.findChild(QLabel, "job-note").text()


def notes_until_done(qtbot, page):
    seen = []

    def over():
        seen.append(note(page))
        return not page.progress.running

    qtbot.waitUntil(over, timeout=60000)
    return list(dict.fromkeys(seen))


def cancel(qtbot, page):
    """Click, and how long it takes until everything is as it was."""
    begin = time.monotonic()
    button = page.progress.findChild(QPushButton, "job-cancel")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.progress.running, timeout=30000)
    return time.monotonic() - begin


def test_reading_and_registering_tell_rows_a_second_and_the_time_left(
    qtbot, import_page, many, slowly
):
    slowly(0.08)
    import_page.take_files([many])
    qtbot.waitUntil(lambda: "读取 多.csv" in note(import_page), timeout=10000)
    assert import_page.progress.bar.maximum() == 0, "nothing is known of the rest yet"
    seen = notes_until_done(qtbot, import_page)
    told = [text for text in seen if PACE.fullmatch(text)]
    assert len(told) >= 3, seen
    shares = [int(text.rsplit(" ", 1)[1].rstrip("%")) for text in told]
    assert shares == sorted(shares)
    assert shares[-1] > shares[0]
    assert import_page.preview.accepted == ROWS
    qtbot.mouseClick(import_page.commit_button, Qt.MouseButton.LeftButton)
    seen = notes_until_done(qtbot, import_page)
    assert any(PACE.fullmatch(text) and text.startswith("写入") for text in seen), seen


def test_a_commit_cancelled_in_the_middle_is_rolled_back_within_a_second_and_says_so(
    qtbot, import_page, done, many, slowly
):
    app = import_page.desk.app
    import_page.take_files([many])
    done()
    before = len(app.registry.features())
    slowly(0.15)
    qtbot.mouseClick(import_page.commit_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "每秒" in note(import_page), timeout=20000)
    assert cancel(qtbot, import_page) < 1.0
    assert import_page.notices[-1][0] == "已取消入库，登记库没有变化。"
    assert import_page.stack.currentWidget() is import_page.review
    assert import_page.commit_button.isEnabled()
    assert len(app.registry.features()) == before


def test_a_look_cancelled_after_an_answer_returns_to_what_was_seen(
    qtbot, import_page, done, many, slowly
):
    page = import_page
    page.take_files([many])
    done()
    row, column = page.review.rows.model.index(0, 2), 2
    slowly(0.15)
    page.review.rows.model.setData(row, "改了名的滑坡")
    assert page.progress.running
    qtbot.waitUntil(lambda: "每秒" in note(page), timeout=20000)
    assert cancel(qtbot, page) < 1.0
    assert page.notices[-1][0] == "已停止重读，预览回到改动之前，登记库没有变化。"
    assert page.session.fixes.cells == {}
    assert page.review.rows.model.index(0, column).data() == "示例村0号滑坡"
    assert not page.review.rows.undo.isEnabled()
    assert page.preview.accepted == ROWS
