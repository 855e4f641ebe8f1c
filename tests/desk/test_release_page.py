"""The 发布 page: nothing leaves before every rule is met, and what leaves is listed."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import date

import pytest
import shapely
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton

from qhd_riskmap.domain.release_rules import Severity
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.release import ReleaseService
from qhd_riskmap.services.release_order import ProductFormat, SmallCells
from qhd_riskmap.ui.pages.release import ReleasePage
from qhd_riskmap.ui.pages.release.order_form import OrderForm
from qhd_riskmap.ui.toolkit.date_field import DateField
from tests.desk.conftest import hazard_id, make_hazard, type_text

NUMBER = "冀S(2026)012号"
_LONGER_THAN_THE_PAUSE_MS = 700


@pytest.fixture
def page(qtbot, desk):
    shown = ReleasePage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.notices = []
    desk.noticed.connect(lambda *said: shown.notices.append(said))
    with qtbot.waitExposed(shown):
        shown.show()
    shown.activate()
    qtbot.waitUntil(lambda: bool(shown.findings.lines), timeout=60000)
    return shown


@pytest.fixture
def judged(qtbot, page):
    """Let the page judge the form as it stands."""

    def wait():
        page._timer.stop()
        page.look()
        busy = page.desk.jobs
        qtbot.waitUntil(lambda: not page._looking and not busy.busy, timeout=60000)
        return page.findings.lines

    return wait


@pytest.fixture
def opened():
    """What the desk was asked to open."""

    class Opener(QObject):
        def __init__(self):
            super().__init__()
            self.urls = []

        @Slot(QUrl)
        def take(self, url):
            self.urls.append(url.toLocalFile())

    opener = Opener()
    QDesktopServices.setUrlHandler("file", opener, "take")
    yield opener.urls
    QDesktopServices.unsetUrlHandler("file")


def fill(page, formats=("geojson", "xlsx")):
    for key, text in (
        ("publisher", "示例县人民政府"),
        ("source", "各乡镇排查上报"),
        ("approval_no", NUMBER),
        ("prepared_by", "甲"),
        ("reviewed_by", "乙"),
        ("secrecy_reviewed_by", "丙"),
    ):
        page.form.field(key).setText(text)
    page.form._dates["data_date"].set_day(date(2026, 10, 31))
    for product, box in page.form.products.items():
        box.setChecked(product.value in formats)


def press(qtbot, page, name):
    button = page.findChild(QPushButton, name)
    assert button is not None, name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def rules(page, severity=Severity.BLOCK):
    return {line.rule for line in page.findings.lines if line.severity is severity}


def publish(qtbot, page):
    press(qtbot, page, "release-publish")
    qtbot.waitUntil(lambda: not page.progress.running, timeout=120000)


def test_office_and_actor_are_filled_in(page):
    assert page.form.field("unit").text() == "示例局"
    assert page.form.field("prepared_by").text() == "测试员"
    assert page.form.field("title").text() == "秦皇岛市突发事件风险隐患分布图"


def test_a_blocked_release_names_every_rule_and_cannot_be_started(qtbot, page):
    assert {"PM01", "PM15", "PM23"} <= rules(page)
    assert "还不能发布" in page.findings.verdict.text()
    shown = "\n".join(label.text() for label in page.findings.findChildren(QLabel))
    assert "没有填写审图号" in shown
    assert "没有填写资料截止日期" in shown
    assert "须填写保密审查人" in shown
    assert "地图管理条例" in shown
    assert not page.publish_button.isEnabled()
    page.publish()
    assert not page.progress.running


def test_each_blocking_finding_leads_to_its_field(qtbot, page):
    wanted = {
        line.target[1]: number
        for number, line in enumerate(page.findings.lines)
        if line.action == "去填写"
    }
    assert {"approval_no", "data_date", "publisher", "source"} <= set(wanted)
    for key in ("approval_no", "data_date"):
        press(qtbot, page, f"finding-go-{wanted[key]}")
        assert page.focusWidget() is page.form.field(key)


def test_what_the_public_will_see_is_told_in_numbers_and_shown(page):
    told = page.sight.numbers_text()
    assert "图上标出 3 处" in told
    assert "数量过少 2 条" in told
    assert not page.sight.picture.pixmap().isNull()


def test_a_complete_order_is_published_and_its_files_can_be_opened(qtbot, page, judged, opened):
    fill(page)
    judged()
    assert page.findings.blocking() == 0
    told = []
    page.desk.changed.connect(told.append)
    publish(qtbot, page)
    out = page.form.out_dir.path()
    assert {path.suffix for path in out.iterdir()} == {".geojson", ".xlsx"}
    assert page.upper.currentWidget() is page.products
    assert "已发布：2 个文件" in page.products.headline.text()
    assert told == [Changes(releases=True)]
    public = json.loads(next(out.glob("*.geojson")).read_text(encoding="utf-8"))
    assert len(public["features"]) == 3
    press(qtbot, page, "product-open-geojson")
    press(qtbot, page, "products-folder")
    press(qtbot, page, "products-papers")
    control = page.form.control_dir.path()
    assert opened == [str(next(out.glob("*.geojson"))), str(out), str(control)]


def test_the_sheet_itself_can_be_published_with_progress(qtbot, page, judged):
    fill(page, formats=("pdf", "png", "svg", "html"))
    judged()
    press(qtbot, page, "release-publish")
    assert page.progress.isVisible()
    assert not page.form.isEnabled()
    qtbot.waitUntil(lambda: not page.progress.running, timeout=120000)
    assert page.form.isEnabled()
    suffixes = [path.suffix for path in page.products.files]
    assert suffixes == [".pdf", ".png", ".svg", ".html"]
    assert page.products.files[0].read_bytes().startswith(b"%PDF")


def test_a_cancelled_release_leaves_nothing(qtbot, page, judged):
    fill(page)
    judged()
    gate = threading.Event()
    page.desk.jobs.start(lambda _job: gate.wait(20), title="占着登记库", quiet=True)
    press(qtbot, page, "release-publish")
    press(qtbot, page, "job-cancel")
    gate.set()
    qtbot.waitUntil(lambda: not page.progress.running, timeout=20000)
    assert "没有留下任何文件" in page.notices[-1][0]
    assert not page.form.out_dir.path().exists()
    assert page.publish_button.isEnabled()


def test_a_draft_needs_no_number_and_says_that_it_is_one(qtbot, page, judged):
    fill(page, formats=("svg", "geojson"))
    page.form.field("approval_no").clear()
    judged()
    assert "PM01" in rules(page)
    box = page.findChild(QCheckBox, "order-draft")
    box.click()
    judged()
    assert not page.form.products[ProductFormat.GEOJSON].isEnabled()
    assert [product.value for product in page.form.order().formats] == ["svg"]
    assert page.findings.blocking() == 0
    assert not page.form.field("approval_no").isEnabled()
    assert page.publish_button.text() == "制作送审样图"
    publish(qtbot, page)
    assert "送审样图已做好" in page.products.headline.text()


def test_an_approval_number_is_bound_to_its_content(qtbot, page, judged):
    fill(page)
    judged()
    publish(qtbot, page)
    registry = page.desk.app.registry
    flood = registry.get(hazard_id(5))
    page.desk.announce(registry.delete(flood.id, revision=flood.revision))
    judged()
    assert "PM02" in rules(page)
    assert not page.publish_button.isEnabled()


def test_a_gate_that_refuses_at_the_last_moment_is_shown_with_its_rule(qtbot, page, judged):
    fill(page)
    judged()
    registry = page.desk.app.registry
    # Another desk changes the register between judgement and pressing the button.
    publish(qtbot, page)
    flood = registry.get(hazard_id(5))
    registry.delete(flood.id, revision=flood.revision)
    page._released = None
    page.publish_button.setEnabled(True)
    publish(qtbot, page)
    qtbot.waitUntil(lambda: "PM02" in rules(page), timeout=20000)
    assert "须先解决" in page.notices[-1][0]
    assert not page.desk.errors


def test_control_papers_may_not_lie_among_the_products(qtbot, page, judged):
    fill(page)
    page.form.control_dir.set_path(page.form.out_dir.path() / "内部")
    lines = judged()
    number = next(n for n, line in enumerate(lines) if "审批材料" in line.message)
    assert not page.publish_button.isEnabled()
    press(qtbot, page, f"finding-go-{number}")
    assert page.focusWidget() is page.form.control_dir.line


def test_a_folder_that_cannot_be_written_is_told_in_words(qtbot, page, judged, tmp_path):
    blocked = tmp_path / "占着"
    blocked.write_text("", encoding="utf-8")
    fill(page)
    page.form.out_dir.set_path(blocked / "成果")
    judged()
    publish(qtbot, page)
    (error,) = page.desk.errors
    assert error.code == "output-file"
    assert page.publish_button.isEnabled()


def test_a_secret_in_a_record_leads_to_the_record(qtbot, page, judged):
    registry = page.desk.app.registry
    slide = registry.get(hazard_id(1))
    registry.update(replace(slide, name="石门泥石流 13903350001"))
    fill(page)
    judged()
    line = next(line for line in page.findings.lines if line.target[0] == "hazard")
    assert line.rule == "PM07"
    pages = []
    page.desk.page_wanted.connect(pages.append)
    press(qtbot, page, f"finding-go-{page.findings.lines.index(line)}")
    assert page.desk.selection.ids == (hazard_id(1),)
    assert pages == ["map"]


def test_the_form_itself_is_judged_too(page, judged):
    fill(page, formats=())
    page.form._dates["data_date"].line.setText("去年冬天")
    lines = judged()
    said = [line.message for line in lines if line.severity is Severity.BLOCK]
    assert any("格式" in text for text in said)
    assert any("去年冬天" in text for text in said)
    assert not page.publish_button.isEnabled()


def test_the_scope_renames_the_sheet_until_the_officer_does(page):
    page.form.county.setCurrentIndex(page.form.county.findData("130322"))
    assert page.form.field("title").text() == "昌黎县突发事件风险隐患分布图"
    page.form.field("title").setText("我县的图")
    page.form.county.setCurrentIndex(0)
    assert page.form.field("title").text() == "我县的图"
    assert page.form.order().county is None


def test_typing_is_judged_when_the_officer_stops(qtbot, page):
    type_text(page.form.field("approval_no"), "冀第一号")
    assert page.findings.verdict.text() == "正在预检…"
    qtbot.waitUntil(lambda: "PM02" in rules(page), timeout=20000)
    assert "PM01" not in rules(page)


def test_small_cells_may_block_instead(page, judged):
    fill(page)
    page.form.small_cells.setCurrentIndex(1)
    assert page.form.order().small_cells is SmallCells.BLOCK
    judged()
    assert "PM25" in rules(page)


def test_files_from_anywhere_can_be_checked(qtbot, page, tmp_path, monkeypatch):
    bad = tmp_path / "公众号.html"
    bad.write_text("<p>海港液氨库，电话 13903350001</p>", encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_args: ([str(bad)], ""))
    press(qtbot, page, "release-check")
    qtbot.waitUntil(lambda: page.leaks is not None, timeout=60000)
    assert "处不应公开的内容" in page.leaks.verdict.text()
    press(qtbot, page.leaks, "leak-copy")
    copied = QGuiApplication.clipboard().text()
    assert "公众号.html" in copied
    assert "13903350001" in copied
    page.leaks.accept()


def test_a_clean_file_is_cleared_with_its_limits(qtbot, page, tmp_path):
    clean = tmp_path / "通知.txt"
    clean.write_text("汛期请注意安全。", encoding="utf-8")
    page.check_files([clean])
    qtbot.waitUntil(lambda: page.leaks is not None, timeout=60000)
    assert "没有发现泄密内容" in page.leaks.verdict.text()
    assert page.leaks.findChild(QPushButton, "leak-copy") is None
    page.leaks.accept()


def test_another_language_keeps_the_form(qtbot, page, desk):
    fill(page)
    page.form.county.setCurrentIndex(3)
    again = ReleasePage(desk)
    qtbot.addWidget(again)
    again.resume(page.keep())
    assert again.form.order() == page.form.order()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_day_is_read_in_any_usual_form_and_tidied(qtbot):
    field = DateField("day", "某日")
    qtbot.addWidget(field)
    field.line.setText("2026年10月3日")
    assert field.day() == date(2026, 10, 3)
    field.line.editingFinished.emit()
    assert field.line.text() == "2026-10-03"
    field.line.setText("昨天")
    assert field.bad()
    assert field.line.property("bad") is True
    calendar = field.show_calendar()
    calendar.clicked.emit(calendar.selectedDate())
    assert field.day() is not None
    assert not field.bad()


def test_types_that_are_counted_only_are_told_as_numbers(page, judged):
    app = page.desk.app
    stores = [
        make_hazard(
            100 + n,
            name=f"化工库{n}",
            type_key="hazardous_chemicals",
            geometry=shapely.Point(119.5 + n / 100, 39.95),
            county="130302",
        )
        for n in range(4)
    ]
    with app.register.unit_of_work() as work:
        work.hazards.add_many(stores, app.actor)
        work.commit()
    judged()
    told = page.sight.numbers_text()
    assert "只公布数量 4 处" in told
    assert "危险化学品 4" in told
    assert "化工库" not in told


def test_a_change_of_the_register_renews_the_judgement(qtbot, page, judged):
    judged()
    registry = page.desk.app.registry
    flood = registry.get(hazard_id(5))
    page.desk.changed.connect(page.changes)
    page.desk.announce(registry.delete(flood.id, revision=flood.revision))
    qtbot.waitUntil(lambda: "图上标出 2 处" in page.sight.numbers_text(), timeout=20000)


def test_a_change_behind_another_page_is_judged_on_return(qtbot, page, judged):
    judged()
    page.hide()
    registry = page.desk.app.registry
    flood = registry.get(hazard_id(5))
    page.changes(registry.delete(flood.id, revision=flood.revision))
    assert not page._timer.isActive()
    page.show()
    page.activate()
    qtbot.waitUntil(lambda: "图上标出 2 处" in page.sight.numbers_text(), timeout=20000)


def test_folders_can_be_chosen(qtbot, page, tmp_path, monkeypatch):
    chosen = str(tmp_path / "对外")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: chosen)
    press(qtbot, page, "order-out_dir-browse")
    assert page.form.order().out_dir == tmp_path / "对外"
    assert "对外" in page.target.text()


def test_the_preview_comes_back_after_a_release(qtbot, page, judged):
    fill(page)
    judged()
    publish(qtbot, page)
    press(qtbot, page, "products-back")
    assert page.upper.currentWidget() is page.sight


def test_the_page_takes_another_theme(page, judged):
    judged()
    before = len(page.findings.lines)
    page.restyle()
    assert len(page.findings.lines) == before


def test_every_product_has_a_box(page):
    assert set(page.form.products) == set(ProductFormat)


def test_a_page_nobody_sees_judges_nothing_until_it_is_in_front(
    window, desk, settled, monkeypatch, qtbot
):
    asked = []
    real = ReleaseService.sight

    def sight(self, order, job=None):
        asked.append(order.title)
        return real(self, order, job)

    monkeypatch.setattr(ReleaseService, "sight", sight)
    page = window.pages["release"]
    type_text(page.form.field("title"), "某县分布图")
    qtbot.wait(_LONGER_THAN_THE_PAUSE_MS)
    window.set_language("en")
    qtbot.wait(_LONGER_THAN_THE_PAUSE_MS)
    assert asked == []
    window.go_to("release")
    qtbot.waitUntil(lambda: bool(asked), timeout=10000)
    settled()
    assert asked[-1].endswith("某县分布图")


def test_closing_the_window_does_not_wait_for_a_judgement(window, desk, qtbot, monkeypatch):
    begun, ended = threading.Event(), threading.Event()

    def endless(_self, _order, job):
        begun.set()
        try:
            while not ended.wait(0.01):
                job.advance(0, 1)
        finally:
            ended.set()

    monkeypatch.setattr(ReleaseService, "sight", endless)
    window.go_to("release")
    qtbot.waitUntil(begun.is_set, timeout=10000)
    window.close()
    assert ended.wait(5)


def test_a_judgement_can_be_stopped(desk):
    class Impatient:
        def advance(self, done, total, note=""):
            raise JobCancelledError("停")

    with pytest.raises(JobCancelledError):
        desk.app.release.sight(OrderForm(desk.app.path, "甲").order(), Impatient())
