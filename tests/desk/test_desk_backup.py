"""A backup from the desk: asked for, run beside the window, told of in the status bar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qhd_riskmap.bootstrap import open_app
from qhd_riskmap.services.integrity import Backup
from qhd_riskmap.ui.toolkit import register_backup


def test_a_backup_can_be_opened(qtbot, window, desk, tmp_path, settled):
    assert window.status.backup.text() == "尚未备份"
    window.backup.write(tmp_path / "备份.sqlite")
    settled()
    assert desk.errors == []

    with open_app(tmp_path / "备份.sqlite") as copy:
        assert len(copy.registry.features()) == 5
    assert window.status.backup.text().startswith("上次备份 ")
    assert str(tmp_path / "备份.sqlite") in window.status.backup.toolTip()
    assert "5 处隐患" in window.message_bar.text()


def test_a_click_on_the_last_backup_asks_where_the_next_shall_go(
    window, tmp_path, settled, monkeypatch
):
    asked = []

    def choose(_parent, _title, proposed, _kinds):
        asked.append(Path(proposed))
        return str(tmp_path / "盘" / "甲.sqlite"), ""

    monkeypatch.setattr(register_backup.QFileDialog, "getSaveFileName", choose)
    (tmp_path / "盘").mkdir()
    window.status.backup.click()
    settled()
    window.registry.action("file.backup").trigger()
    settled()
    assert [path.parent for path in asked] == [tmp_path, tmp_path / "盘"]
    assert asked[0].name.startswith("县-2")
    assert (tmp_path / "盘" / "甲.sqlite").exists()


@pytest.mark.parametrize(
    ("days", "words"), [(0, "上次备份 "), (1, "（1 天前）"), (40, "（40 天前）")]
)
def test_the_age_of_the_last_backup_is_told(days, words):
    at = datetime.now(UTC) - timedelta(days=days)
    last = Backup(path=Path("D:/x.qhd"), at=at, actor="张三", hazards=1234, size=5)
    text, facts = register_backup.backup_words(last)
    assert words in text
    assert "1,234" in facts
    assert "张三" in facts
