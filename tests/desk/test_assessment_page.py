"""The assessment page: rules rehearsed and adopted, tables graded, receptors taken in."""

from __future__ import annotations

import json
from datetime import date

import pytest
from PySide6.QtCore import Qt

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.ui.toolkit.theme import LEVEL_FILLS
from tests.desk.conftest import hazard_id

DAY = date(2026, 3, 1)


@pytest.fixture
def page(window, settled):
    window.go_to("assessment")
    settled()
    return window.pages["assessment"]


def cell(table, row, column):
    return table.list_model.index(row, column).data()


def take(panel, key, settled):
    for row in range(panel.methods.count()):
        if panel.methods.item(row).data(Qt.ItemDataRole.UserRole) == key:
            panel.methods.setCurrentRow(row)
    settled()


def test_every_method_shows_its_grades_with_their_colours(page, settled):
    panel = page.rules
    assert panel.methods.count() == 11
    take(panel, "gb18218", settled)
    texts = [panel.grades.item(row, 1).text() for row in range(panel.grades.rowCount())]
    assert texts == ["一级", "二级", "三级", "四级", "不构成重大危险源"]
    assert panel._colour(4).currentText() == "不给等级"
    assert panel.edited() == panel._profile


def test_rules_are_rehearsed_shown_on_the_map_and_adopted(qtbot, page, desk, app, settled):
    app.assessment.assess(hazard_id(2), "ls", {"L": 3, "S": 4}, on=DAY)
    panel = page.rules
    take(panel, "ls", settled)
    panel.grades.item(1, 0).setText("12")
    assert not panel.adopt_button.isEnabled()
    panel.rehearse_button.click()
    qtbot.waitUntil(lambda: panel.rehearsal is not None, timeout=5000)
    assert cell(panel.changed, 0, 1) == "海港液氨库"
    assert [cell(panel.changed, 0, column) for column in (3, 4)] == ["一般风险", "较大风险"]
    assert app.registry.get(hazard_id(2)).level is RiskLevel.YELLOW
    (shown,) = panel.map.changed
    assert (shown.before, shown.after) == (RiskLevel.YELLOW, RiskLevel.ORANGE)
    at = panel.map._places()[0][1]
    assert panel.map.rect().contains(at.toPoint())
    panel.map.select_at(at.x() + 4, at.y())
    assert [str(each.hazard.id) for each in panel.changed.selected()] == [hazard_id(2)]
    assert panel.map.marked == hazard_id(2)
    colours = panel.map.grab().toImage()
    ratio = colours.devicePixelRatio()
    left, right = (
        colours.pixelColor(int((at.x() + x) * ratio), int((at.y() - 6) * ratio)).name()
        for x in (-12, 12)
    )
    assert (left, right) == tuple(
        LEVEL_FILLS[level][0].lower() for level in (shown.before, shown.after)
    )
    panel.map.select_at(1.0, 1.0)
    panel.map_button.click()
    assert desk.selection.ids == (hazard_id(2),) or list(desk.selection.ids) == [hazard_id(2)]
    assert not panel.adopt_button.isEnabled()
    panel.reason.setText("市办要求")
    panel.regrade.setChecked(True)
    panel.adopt_button.click()
    qtbot.waitUntil(lambda: app.registry.get(hazard_id(2)).level is RiskLevel.ORANGE, timeout=5000)
    settled()
    assert panel.methods.item(0).text().endswith("2026.1+1")


def test_a_change_after_the_rehearsal_must_be_rehearsed_again(qtbot, page, settled):
    panel = page.rules
    take(panel, "lec", settled)
    panel.reason.setText("试")
    panel.rehearse_button.click()
    qtbot.waitUntil(lambda: panel.rehearsal is not None, timeout=5000)
    assert panel.adopt_button.isEnabled()
    panel._colour(4).setCurrentIndex(2)
    assert panel.rehearsal is None
    assert not panel.adopt_button.isEnabled()


def test_a_faulty_band_is_told(qtbot, page, desk, settled):
    panel = page.rules
    take(panel, "ls", settled)
    panel.grades.item(0, 0).setText("很高")
    with qtbot.waitSignal(desk.troubled) as told:
        panel.rehearse_button.click()
    assert "minimum" in str(told.args[0])


def test_rules_come_from_a_file(qtbot, page, app, settled, tmp_path):
    panel = page.rules
    path = tmp_path / "lec.json"
    app.rule_profiles.export("lec", path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["grades"][0]["minimum"] = 300
    path.write_text(json.dumps(raw), encoding="utf-8")
    panel.load(path)
    settled()
    assert panel.grades.item(0, 0).text() == "300"
    assert panel._key() == "lec"


def test_a_table_is_graded_with_its_problems(qtbot, page, app, settled, tmp_path):
    panel = page.tables
    code = app.registry.get(hazard_id(2)).code
    path = tmp_path / "评估.csv"
    path.write_text(f"编号,方法,L,S\n{code},ls,4,5\n没有,ls,1,1\n", encoding="utf-8-sig")
    panel.assess(path)
    qtbot.waitUntil(lambda: panel.outcome is not None, timeout=5000)
    assert "入库 0 行，有问题 1 行" in panel.summary.text()
    panel.outcome = None
    panel.keep_good.setChecked(True)
    panel.assess(path)
    qtbot.waitUntil(lambda: panel.outcome is not None, timeout=5000)
    settled()
    assert app.registry.get(hazard_id(2)).level is RiskLevel.RED
    assert cell(panel.rows, 0, 4) == "重大风险"
    defaults = tmp_path / "默认.csv"
    defaults.write_text("区域,方法,因素,取值,依据\n海港区,ls,S,5,普查\n", encoding="utf-8-sig")
    panel.import_defaults(defaults)
    qtbot.waitUntil(lambda: panel.defaults.list_model.rowCount() == 1, timeout=5000)
    assert "1 条" in panel.defaults_note.text()


def test_a_list_of_receptors_is_checked_stored_and_removed(qtbot, page, app, settled, tmp_path):
    panel = page.receptors
    path = tmp_path / "受体.csv"
    path.write_text(
        "名称,类别,人数,经度,纬度\n甲村,村庄,60,119.56,39.95\n乙村,村庄,,119.57,39.95\n",
        encoding="utf-8-sig",
    )
    assert not panel.store_button.isEnabled()
    panel.load(path)
    qtbot.waitUntil(lambda: panel.preview is not None, timeout=5000)
    assert "可用 1 行，有问题 1 行" in panel.note.text()
    assert "缺少人数" in cell(panel.problems, 0, 2)
    panel.store_button.click()
    qtbot.waitUntil(lambda: panel.list.list_model.rowCount() == 1, timeout=5000)
    assert "在册 1 处、60 人" in panel.summary.text()
    panel.list.selectRow(0)
    assert [each.name for each in panel.list.selected()] == ["甲村"]
    panel.remove_button.click()
    qtbot.waitUntil(lambda: app.receptors.all() == [], timeout=5000)
    settled()


def test_the_tab_in_front_stays_when_the_page_is_built_anew(page):
    page.tabs.setCurrentIndex(2)
    assert page.keep() == {"tab": 2}
    page.resume({"tab": 1})
    assert page.tabs.currentIndex() == 1
