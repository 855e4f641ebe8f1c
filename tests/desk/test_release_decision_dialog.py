"""Deciding how one record is published: seen before it is signed, refused with the reason, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton

from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.ui.map.decision_dialog import DecisionDialog
from qhd_riskmap.ui.pages.map_page import MapPage
from qhd_riskmap.ui.pages.release import ReleasePage
from qhd_riskmap.ui.pages.release.decisions_dialog import DecisionsDialog
from tests.desk.conftest import type_text

LEFT = Qt.MouseButton.LeftButton


def of_type(desk, type_key):
    return next(h for h in desk.app.registry.find() if h.type_key == type_key)


@pytest.fixture
def opened(qtbot, desk):
    def show(type_key, **options):
        dialog = DecisionDialog(desk, str(of_type(desk, type_key).id), **options)
        qtbot.addWidget(dialog)
        with qtbot.waitExposed(dialog):
            dialog.show()
        qtbot.waitUntil(lambda: dialog.standing is not None, timeout=20000)
        return dialog

    return show


@pytest.fixture
def pick(qtbot):
    def choose(dialog, release_class):
        button = dialog.choices[release_class]
        qtbot.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))
        assert button.isChecked()
        qtbot.waitUntil(lambda: dialog.drawn is release_class, timeout=20000)

    return choose


def sign(qtbot, dialog, **said):
    for name, text in said.items():
        line = getattr(dialog, name)
        line.setFocus()
        line.clear()
        type_text(line, text)


def test_a_record_is_kept_back_with_a_reason_alone(qtbot, desk, opened, pick):
    dialog = opened("geological")
    assert dialog.chosen() is ReleaseClass.GRID_100M
    qtbot.waitUntil(lambda: dialog.drawn is ReleaseClass.GRID_100M, timeout=20000)
    assert "100 米网格" in dialog.sight.told.text()
    fine = dialog.sight.public.pixmap().toImage()
    assert not dialog.record_button.isEnabled()
    pick(dialog, ReleaseClass.GRID_1KM)
    assert "名称不公开" in dialog.sight.told.text()
    assert dialog.sight.public.pixmap().toImage() != fine
    assert "理由" in dialog.problem.text()
    sign(qtbot, dialog, reason="群众反映，核实中")
    assert dialog.problem.text() == ""
    qtbot.mouseClick(dialog.record_button, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.past.shown()), timeout=20000)
    (decided,) = desk.app.release_decisions.in_force()
    assert decided.decision.release_class is ReleaseClass.GRID_1KM
    assert decided.decision.reviewer == desk.app.actor.name
    assert dialog.chosen() is ReleaseClass.GRID_1KM


def test_what_is_not_drawn_is_said_in_words(opened, pick):
    dialog = opened("geological")
    pick(dialog, ReleaseClass.COUNT)
    assert dialog.sight.public.pixmap().isNull()
    assert "数量" in dialog.sight.told.text()
    pick(dialog, ReleaseClass.NEVER)
    assert "任何公开成果里都没有" in dialog.sight.told.text()


def test_letting_out_needs_a_basis_and_somebody_else(qtbot, desk, opened, pick):
    dialog = opened("ammonia_storage")
    qtbot.waitUntil(lambda: dialog.drawn is ReleaseClass.COUNT, timeout=20000)
    pick(dialog, ReleaseClass.GRID_1KM)
    sign(qtbot, dialog, reason="企业同意", reviewer="审核乙")
    assert "依据" in dialog.problem.text()
    sign(qtbot, dialog, basis="企业同意函")
    assert dialog.record_button.isEnabled()
    sign(qtbot, dialog, reviewer=desk.app.actor.name)
    assert "不能自己放宽" in dialog.problem.text()
    assert not dialog.record_button.isEnabled()
    sign(qtbot, dialog, reviewer="审核乙")
    dialog.on.line.setText("2999-01-01")
    assert "将来" in dialog.problem.text()
    dialog.on.line.setText("不是日期")
    assert "日期" in dialog.problem.text()
    dialog.on.set_day(date(2026, 1, 5))
    qtbot.mouseClick(dialog.record_button, LEFT)
    qtbot.waitUntil(lambda: bool(dialog.past.shown()), timeout=20000)
    (decided,) = desk.app.release_decisions.in_force()
    assert (decided.decision.basis, decided.decision.reviewer) == ("企业同意函", "审核乙")


def test_social_security_shows_why_nothing_can_be_decided(desk, opened, qtbot):
    hazard = desk.app.registry.find()[0]
    site, _changes = desk.app.registry.create(
        replace(
            hazard, id=uuid4(), code="", name="某处", type_key="terror", sub_kind="", attributes={}
        )
    )
    dialog = DecisionDialog(desk, str(site.id))
    qtbot.addWidget(dialog)
    qtbot.waitUntil(lambda: dialog.standing is not None, timeout=20000)
    assert "任何情况下都不公开" in dialog.note.text()
    assert not dialog.note.isHidden()
    assert list(dialog.choices) == [ReleaseClass.NEVER]
    assert not any(button.isEnabled() for button in dialog.choices.values())
    assert not dialog.record_button.isEnabled()


def test_the_list_filters_shows_what_counts_and_takes_back(qtbot, desk):
    service = desk.app.release_decisions
    flood, slide = of_type(desk, "ammonia_storage"), of_type(desk, "geological")
    service.decide(
        str(flood.id), ReleaseClass.GRID_1KM, reviewer="审核乙", reason="同意", basis="函"
    )
    service.decide(str(slide.id), ReleaseClass.NEVER, reviewer="", reason="核实")
    service.decide(str(slide.id), None, reviewer="审核乙", reason="已核实")
    dialog = DecisionsDialog(desk)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    qtbot.waitUntil(lambda: bool(dialog.model.shown()), timeout=20000)
    assert [row[0].hazard.id for row in dialog.model.shown()] == [flood.id]
    assert "有效 1 条，共记录 3 次" in dialog.note.text()
    dialog.only.setChecked(False)
    assert len(dialog.model.shown()) == 3
    type_text(dialog.search, slide.name)
    assert {row[0].hazard.id for row in dialog.model.shown()} == {slide.id}
    dialog.search.clear()
    dialog.only.setChecked(True)
    dialog.table.selectRow(0)
    qtbot.mouseClick(dialog.back_button, LEFT)
    record = dialog.dialog
    qtbot.waitUntil(lambda: record.drawn is ReleaseClass.COUNT, timeout=20000)
    sign(qtbot, record, reason="企业撤回同意")
    qtbot.mouseClick(record.record_button, LEFT)
    qtbot.waitUntil(lambda: not dialog.model.shown(), timeout=20000)
    assert service.in_force() == []


def test_the_release_page_leads_to_a_decision_and_to_the_list(qtbot, desk):
    slide = of_type(desk, "geological")
    desk.app.release_decisions.decide(
        str(slide.id), ReleaseClass.GRID_1KM, reviewer="", reason="核实"
    )
    page = ReleasePage(desk)
    qtbot.addWidget(page)
    page.resize(1290, 700)
    with qtbot.waitExposed(page):
        page.show()
    page.activate()
    qtbot.waitUntil(lambda: bool(page.findings.lines), timeout=60000)
    at = next(n for n, line in enumerate(page.findings.lines) if line.action == "看决定")
    qtbot.mouseClick(page.findings.findChild(QPushButton, f"finding-go-{at}"), LEFT)
    qtbot.waitUntil(lambda: page.decision.standing is not None, timeout=20000)
    assert page.decision.standing.hazard.id == slide.id
    page.decision.close()
    qtbot.mouseClick(page.sight.decisions, LEFT)
    qtbot.waitUntil(lambda: bool(page.decisions.model.shown()), timeout=20000)
    page.decisions.close()


def test_a_right_click_on_a_row_of_the_map_opens_it(qtbot, desk):
    page = MapPage(desk)
    qtbot.addWidget(page)
    page.resize(1290, 700)
    with qtbot.waitExposed(page):
        page.show()
    page.activate()
    desk.features.reload()
    qtbot.waitUntil(lambda: page.table.model().rowCount() > 0, timeout=20000)
    slide = of_type(desk, "geological")
    desk.selection.set([str(slide.id)])
    (action,) = [each for each in page.table.actions() if each.text() == "公开方式…"]
    assert page.table.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu
    action.trigger()
    dialog = page.bench.dialog
    qtbot.waitUntil(lambda: dialog.standing is not None, timeout=20000)
    assert dialog.standing.hazard.id == slide.id
    qtbot.waitUntil(lambda: dialog.drawn is not None, timeout=20000)
    dialog.close()
    page.close_down()
