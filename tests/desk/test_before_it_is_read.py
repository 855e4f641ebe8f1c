"""What is shown before the register has answered: nothing that would be a wrong number or level."""

from uuid import UUID

from qhd_riskmap.ui.map.detail_panel import DetailPanel
from qhd_riskmap.ui.toolkit.count_strip import CountStrip

CHIPS = (("open", "未结", None), ("all", "全部", None))


def test_counts_are_left_out_until_they_are_known(qtbot):
    strip = CountStrip(CHIPS, "strip", "strip")
    qtbot.addWidget(strip)
    strip.restyle()
    assert strip.buttons["open"].text() == "未结"
    strip.show_counts({"all": 3})
    assert [strip.buttons[key].text() for key in ("open", "all")] == ["未结 0", "全部 3"]
    strip.restyle()
    assert strip.buttons["all"].text() == "全部 3"


def test_a_hazard_that_is_being_read_is_not_called_ungraded(qtbot, desk, settled):
    panel = DetailPanel(desk)
    qtbot.addWidget(panel)
    panel.show_hazard(str(UUID(int=1)))
    assert panel.chip.isHidden()
    assert panel.title.text() == "正在读取隐患…"
    settled()
    assert not panel.chip.isHidden()
    assert panel.title.text() == panel.hazard.name
