"""A sentence beside a title gives way where there is no room, and is still to be had whole."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from qhd_riskmap.ui.toolkit.one_line import OneLine

LONG = "先脱敏再画图；做好的文件逐个重新打开复查，<b>有泄密</b>就不放行。"


@pytest.fixture
def head(qtbot):
    """A title, a sentence and a button, as every page begins."""
    shown = QWidget()
    qtbot.addWidget(shown)
    row = QHBoxLayout(shown)
    row.addWidget(QLabel("公开发布"))
    shown.line = OneLine(LONG)
    row.addWidget(shown.line, 1)
    row.addWidget(QPushButton("检查文件是否泄密…"))
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def painted(line):
    return QLabel.text(line)


def test_where_there_is_room_it_says_all_and_needs_no_tip(head):
    head.resize(1400, 60)
    assert painted(head.line) == LONG
    assert head.line.toolTip() == ""


def test_where_there_is_none_it_is_cut_and_the_row_stays_one_line_high(qtbot, head):
    head.resize(1400, 60)
    before = head.minimumSizeHint()
    head.resize(360, 60)
    qtbot.waitUntil(lambda: painted(head.line).endswith("…"))
    assert head.line.height() < 3 * head.line.fontMetrics().height()
    assert head.minimumSizeHint() == before
    assert "&lt;b&gt;有泄密" in head.line.toolTip(), "told literally"


def test_it_is_read_whole_by_screen_readers_and_by_the_program(head):
    head.resize(360, 60)
    assert head.line.text() == head.line.accessibleName() == LONG


def test_a_new_sentence_is_cut_too_and_a_short_one_fits(qtbot, head):
    head.resize(360, 60)
    head.line.setText("统计\n中")
    assert painted(head.line) == head.line.text() == "统计 中"
    head.line.setText(LONG * 2)
    assert painted(head.line) != LONG * 2
