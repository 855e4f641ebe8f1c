"""Effect zones and days of review: edited at the desk, tried on every hazard, adopted with a reason."""

from __future__ import annotations

import pytest

from qhd_riskmap.domain.citation import Confidence
from qhd_riskmap.domain.zone_rules import zone_rules
from tests.desk.conftest import hazard_id


@pytest.fixture
def panel(window, settled):
    window.go_to("assessment")
    settled()
    return window.pages["assessment"].reach


def row_of(table, **wanted):
    return next(
        at for at, row in enumerate(table.rows()) if all(row[k] == v for k, v in wanted.items())
    )


def test_every_distance_is_shown_with_its_source_and_comes_back_as_it_was(panel):
    zones = panel.zones
    assert "ERG 2024" in zones.source.text()
    assert "2026.1" in zones.source.text()
    assert zones.edited() == zone_rules()
    assert panel.settings.edited() == panel.settings._profile
    assert "本程序建议，由本单位确定" in panel.settings.source.text()


def test_a_distance_is_tried_out_before_it_is_adopted(panel, app, desk, settled, window):
    zones = panel.zones
    numbers = zones.editor.numbers
    zones.reason.setText("市里要求")
    assert not zones.adopt_button.isEnabled()
    at = row_of(numbers, label="管线两侧各 m")
    numbers.item(at, 1).setText("350")
    numbers.item(at, 2).setText("本市管道保护办法")
    box = numbers.cellWidget(at, 3)
    box.setCurrentIndex(box.findData(Confidence.HIGH.value))
    zones.rehearse_button.click()
    settled()
    changed = zones.rehearsal.changed
    assert [str(each.hazard.id) for each in changed] == [hazard_id(3)]
    assert (changed[0].before.reach_m, changed[0].after.reach_m) == (200.0, 350.0)
    model = zones.changed.list_model
    assert [model.index(0, column).data() for column in (1, 3, 4)] == [
        "北戴河输油管线", "两侧各 200 m", "两侧各 350 m",
    ]  # fmt: skip
    zones.map_button.click()
    assert list(desk.selection.ids) == [hazard_id(3)]
    assert window.current_page().key == "map"
    numbers.item(at, 1).setText("300")
    assert not zones.adopt_button.isEnabled()  # what was tried is not what stands there now
    zones.rehearse_button.click()
    settled()
    zones.adopt_button.click()
    settled()
    stored = app.rule_profiles.content("effect_zones")
    assert stored["pipeline_band_m"] == {
        "value": 300, "source": "本市管道保护办法", "confidence": "high",
    }  # fmt: skip
    assert stored["version"].endswith("+1")
    assert "+1" in zones.source.text()
    assert zones.reason.text() == ""
    assert app.exposure.count(hazard_id(3)).zone.reach_m == 300.0


def test_rows_are_added_and_taken_away(panel, app, settled):
    zones = panel.zones
    large, small = zones.editor.large, zones.editor.small
    large.add_row(zones.editor._new_large())
    for column, text in enumerate(
        ("1079", "公路罐车", "100", "1", "1", "0.8", "3", "2", "1", "示例规程")
    ):
        large.item(large.rowCount() - 1, column).setText(text)
    small.setCurrentCell(row_of(small, un=1076), 0)
    small.remove_row()
    zones.rehearse()
    settled()
    zones.reason.setText("补充")
    zones.adopt()
    settled()
    stored = app.rule_profiles.content("effect_zones")
    added = stored["large"][-1]
    assert added["container"] == "own_1"
    assert added["day_km"] == {"low": 1, "moderate": 1, "high": 0.8}
    assert added["confidence"] == "design"
    assert 1076 not in {row["un"] for row in stored["small"]}
    assert app.exposure.count(hazard_id(2), "erg:1079:own_1:night").zone.reach_m == 3000.0


def test_what_is_no_distance_is_told_with_its_place(qtbot, panel, desk):
    small = panel.zones.editor.small
    small.item(0, 3).setText("很远")
    with qtbot.waitSignal(desk.troubled) as told:
        panel.zones.rehearse_button.click()
    assert "small 1.day_km" in str(told.args[0])
    panel.zones.editor.guides.add_row(panel.zones.editor._new_guide())
    small.item(0, 3).setText("0.1")
    with qtbot.waitSignal(desk.troubled) as told:
        panel.zones.rehearse_button.click()
    assert "guides 4" in str(told.args[0])


def test_days_of_review_are_set_by_level(panel, app, settled):
    settings = panel.settings
    numbers = settings.editor.numbers
    numbers.item(0, 1).setText("1")
    numbers.item(4, 1).setText("800")
    settings.editor.source.item(0, 0).setText("本县安委办〔2026〕5号")
    settings.rehearse_button.click()
    settled()
    assert settings.rehearsal.examined == len(app.registry.find())
    assert all(each.after.reach_m in {0.0, 200.0, 800.0} for each in settings.rehearsal.changed)
    settings.reason.setText("每月看一次")
    settings.adopt_button.click()
    settled()
    stored = app.rule_profiles.content("assessment")
    assert (stored["review_months"]["red"], stored["default_radius_m"]) == (1, 800)
    assert stored["source"] == "本县安委办〔2026〕5号"
