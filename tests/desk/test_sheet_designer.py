"""The page designer: what is chosen is seen at once, and is what the release makes."""

from __future__ import annotations

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea

from qhd_riskmap.domain.sheet_design import SheetElement, design_from_json, design_of
from qhd_riskmap.i18n import CHINESE, ENGLISH
from qhd_riskmap.resources import activate_language
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.ui.pages.release import ReleasePage, sheet_designer


@pytest.fixture
def page(qtbot, desk):
    shown = ReleasePage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 700)
    with qtbot.waitExposed(shown):
        shown.show()
    shown.activate()
    qtbot.waitUntil(lambda: bool(shown.findings.lines), timeout=60000)
    return shown


@pytest.fixture
def settled(qtbot):
    def wait(designer):
        if designer._timer.isActive():
            designer._timer.stop()
            designer._draw()
        qtbot.waitUntil(
            lambda: not designer._drawing and not designer._timer.isActive(), timeout=60000
        )

    return wait


@pytest.fixture
def designer(qtbot, page, settled):
    qtbot.mouseClick(page.form.design.button, Qt.MouseButton.LeftButton)
    settled(page.designer)
    return page.designer


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def test_the_sheet_is_seen_and_what_is_chosen_is_the_order(page, designer, settled):
    assert not designer.preview.picture.isNull()
    wide = designer.preview.picture.size()
    assert wide.width() > wide.height()
    choose(designer.template, "notice")
    choose(designer.area, "130303")
    settled(designer)
    high = designer.preview.picture.size()
    assert high.height() > high.width()
    assert designer.title.text() == "山海关区突发事件风险隐患公示"
    designer.parts[SheetElement.STATISTICS].setChecked(False)
    designer.subtitle.setText("第四季度")
    designer.notes.setPlainText("请以现场公告为准\n\n第二条")
    choose(designer.unit, "type")
    settled(designer)
    designer.accept()
    order = page.form.order()
    assert order.sheet == design_of(
        "notice",
        elements=design_of("notice").elements - {SheetElement.STATISTICS},
        subtitle="第四季度", notes=("请以现场公告为准", "第二条"), unit=order.sheet.unit,
    )  # fmt: skip
    assert order.sheet.unit.value == "type"
    assert (order.county, order.title) == ("130303", "山海关区突发事件风险隐患公示")
    assert page.form.design.summary.text() == "A4 公示单 · A4 纵向"


def test_a_typed_title_is_kept(designer, settled):
    designer.title.setText("我的图名")
    choose(designer.area, "130321")
    settled(designer)
    assert designer.title.text() == "我的图名"


def test_a_type_sheet_without_types_is_explained_and_cannot_be_taken(designer, settled):
    choose(designer.template, "type")
    settled(designer)
    assert "选定类型" in designer.note.text()
    assert not designer.accept_button.isEnabled()
    for row in range(designer.types.count()):
        item = designer.types.item(row)
        if item.data(Qt.ItemDataRole.UserRole) == "forest_fire":
            item.setCheckState(Qt.CheckState.Checked)
    settled(designer)
    assert designer.accept_button.isEnabled()
    assert designer.title.text() == "秦皇岛市森林火灾风险隐患分布图"
    assert designer.design().type_keys == ("forest_fire",)


def test_a_township_sheet_needs_a_county(designer, settled):
    assert not designer.township.isVisible()
    choose(designer.template, "township")
    settled(designer)
    assert designer.township.isVisible()
    assert not designer.accept_button.isEnabled()
    assert "乡镇" in designer.note.text()


def test_a_logo_is_taken_and_what_is_none_is_said(designer, settled, tmp_path):
    picture, text = tmp_path / "标志.png", tmp_path / "文本.png"
    Image.new("RGB", (90, 60), "#1d5b4f").save(picture)
    text.write_text("不是图片")
    designer.take_logo(text)
    assert "不是可用的图片" in designer.note.text()
    assert designer.design().logo == b""
    designer.take_logo(picture)
    settled(designer)
    assert designer.design().logo.startswith(b"\x89PNG")
    assert design_from_json(designer.design().to_json()) == designer.design()
    designer.no_logo.click()
    assert designer.design().logo == b""


def test_no_printer_is_said_in_words_and_a_sample_can_be_printed(
    qtbot, designer, monkeypatch, tmp_path
):
    monkeypatch.setattr(sheet_designer, "printer_names", list)
    designer.ask_printer()
    assert "没有安装打印机" in designer.note.text()
    path = tmp_path / "样图.pdf"
    designer.send("", path=str(path))
    qtbot.waitUntil(lambda: "送审样图已送去打印" in designer.note.text(), timeout=60000)
    assert path.read_bytes().startswith(b"%PDF")


def test_a_page_built_anew_keeps_the_design(page, designer, settled, desk, qtbot):
    choose(designer.paper, "A1")
    settled(designer)
    designer.accept()
    other = ReleasePage(desk)
    qtbot.addWidget(other)
    other.resume(page.keep())
    assert other.form.order().sheet.paper == "A1"
    assert ProductFormat.ATLAS in other.form.products


@pytest.mark.parametrize("language", [CHINESE, ENGLISH])
def test_nothing_of_form_and_designer_is_cut_off_on_a_small_screen(qtbot, desk, language):
    activate_language(language)
    page = ReleasePage(desk)
    qtbot.addWidget(page)
    page.resize(1290, 660)  # what 1366 × 768 leaves
    page.form.design.set_design(design_of("township"))
    with qtbot.waitExposed(page):
        page.show()
    form = page.findChild(QScrollArea, "order-scroll")
    assert form.horizontalScrollBar().maximum() == 0
    designer = sheet_designer.SheetDesigner(desk, page.form.order(), page)
    designer.show()
    inner = designer.template.parentWidget()
    assert inner.width() <= inner.parentWidget().width()
    assert inner.width() >= inner.minimumSizeHint().width()
    designer.reject()
