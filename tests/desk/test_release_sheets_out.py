"""What happens to a release at the desk once it is made: printed, opened, handed in; and stopped."""

from __future__ import annotations

import time
from datetime import date

import pypdf
import pytest
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QDialog, QPushButton

from qhd_riskmap.cartography.page_model import PageSize
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.ui.pages.release import ReleasePage, sheet_printing
from qhd_riskmap.ui.pages.release import page as release_page
from qhd_riskmap.ui.pages.release.register_dialog import RegisterDialog, folder_of
from qhd_riskmap.ui.toolkit.job_progress import JobProgress

A3_POINTS = (1191, 842)


@pytest.fixture
def page(qtbot, desk):
    shown = ReleasePage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.show()
    shown.notices = []
    desk.noticed.connect(lambda *said: shown.notices.append(said[0]))
    qtbot.waitUntil(lambda: not shown._looking, timeout=60000)
    return shown


def order_of(page, tmp_path, formats=(ProductFormat.SVG,), *, draft=False):
    form = page.form
    for key, text in {
        "title": "汛前分布图", "unit": "甲单位", "publisher": "乙单位", "source": "排查成果",
        "approval_no": "" if draft else "冀S(2026)012号", "prepared_by": "编制甲", "reviewed_by": "审核乙",
        "secrecy_reviewed_by": "保密丙",
    }.items():  # fmt: skip
        form.field(key).setText(text)
    form.set_data_date(date(2026, 10, 31))
    form.draft.setChecked(draft)
    for product, box in form.products.items():
        box.setChecked(product in formats)
    form.out_dir.set_path(tmp_path / "成果")
    form.control_dir.set_path(tmp_path / "材料")
    return form.order()


def published(page, order):
    outcome = page.desk.app.release.release(order)
    page._released = order
    page._published(outcome)
    return outcome


def press(page, name):
    page.findChild(QPushButton, name).click()


def text_of(path):
    (sheet,) = pypdf.PdfReader(path).pages
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == A3_POINTS
    return sheet.extract_text().replace("\n", "")


def test_a_released_sheet_goes_to_the_printer_with_its_number(qtbot, page, tmp_path, monkeypatch):
    published(page, order_of(page, tmp_path))
    monkeypatch.setattr(sheet_printing, "printer_names", lambda: ["某打印机"])
    asked = []
    monkeypatch.setattr(QDialog, "open", asked.append)
    press(page, "product-print-svg")
    assert isinstance(asked[0], QPrintDialog)
    path = tmp_path / "打印.pdf"
    page.printing.send("2026-001", "", path=str(path))
    qtbot.waitUntil(lambda: any("已送去打印" in said for said in page.notices), timeout=60000)
    said = text_of(path)
    assert "审图号：冀S(2026)012号" in said
    assert "送审样图" not in said


def test_without_a_printer_it_is_said(page, tmp_path, monkeypatch):
    published(page, order_of(page, tmp_path))
    monkeypatch.setattr(sheet_printing, "printer_names", list)
    press(page, "product-print-svg")
    assert "没有安装打印机" in page.notices[-1]


def test_a_draft_is_printed_with_its_mark_and_its_pack_opens(qtbot, page, tmp_path, monkeypatch):
    outcome = published(page, order_of(page, tmp_path, draft=True))
    path = tmp_path / "打印.pdf"
    page.printing.send("2026-001", "", path=str(path))
    qtbot.waitUntil(lambda: any("已送去打印" in said for said in page.notices), timeout=60000)
    assert "送审样图" in text_of(path)
    opened = []
    monkeypatch.setattr("qhd_riskmap.ui.pages.release.products_panel.open_folder_of", opened.append)
    monkeypatch.setattr(release_page, "open_file", opened.append)
    press(page, "products-pack")
    press(page, "products-template")
    template = page.desk.app.path.parent / "文书模板" / "地图审核申请表.docx"
    qtbot.waitUntil(lambda: len(opened) == 2, timeout=20000)
    assert opened == [outcome.pack, template]
    assert template.is_file()


def test_only_what_is_public_and_the_same_is_printed(page, tmp_path, monkeypatch):
    order = order_of(page, tmp_path, (ProductFormat.SVG, ProductFormat.GEOJSON))
    page.desk.app.release.release(order)
    printing = page.printing.service
    content, paper = printing.sheet("2026-001")
    assert (content.approval_line, paper) == ("审图号：冀S(2026)012号", PageSize.A3_LANDSCAPE)
    with monkeypatch.context() as other:
        other.setattr(
            "qhd_riskmap.services.release_printing.write_product",
            lambda _product, _public, _edition, path: path.write_bytes(b"other"),
        )
        with pytest.raises(InvalidInputError, match="与当时不同"):
            printing.sheet("2026-001")
    page.desk.app.release.withdraw("2026-001", "图上有误")
    with pytest.raises(InvalidInputError, match="已撤回"):
        printing.sheet("2026-001")
    data = order_of(page, tmp_path, (ProductFormat.GEOJSON,))
    page.desk.app.release.release(data)
    with pytest.raises(InvalidInputError, match="没有可以打印的图件"):
        printing.sheet("2026-002")


def test_the_register_opens_the_folder_and_prints_the_sheet(qtbot, page, tmp_path, monkeypatch):
    order = order_of(page, tmp_path)
    page.desk.app.release.release(order)
    dialog = RegisterDialog(page.desk, order.control_dir, page)
    qtbot.waitUntil(lambda: bool(dialog.records), timeout=20000)
    opened = []
    monkeypatch.setattr("qhd_riskmap.ui.pages.release.register_dialog.open_file", opened.append)
    dialog.folder.click()
    assert opened == [order.out_dir.absolute()]
    assert dialog.sheet.isEnabled()
    (order.out_dir / "汛前分布图.svg").unlink()
    assert folder_of(dialog.chosen()) is None
    dialog._show_chosen()
    assert not dialog.folder.isEnabled()
    dialog.done(0)


def test_a_running_release_stops_at_once_and_the_window_stays_live(qtbot, page, tmp_path):
    order_of(page, tmp_path, (ProductFormat.PDF, ProductFormat.PNG, ProductFormat.JPG))
    page.form.edited.emit()
    qtbot.waitUntil(page.publish_button.isEnabled, timeout=60000)
    press(page, "release-publish")
    progress = page.findChild(JobProgress)
    qtbot.waitUntil(lambda: "第 1 个，共 3 个" in progress.note.text(), timeout=30000)
    longest, last = 0.0, time.monotonic()
    until = last + 1.0
    while time.monotonic() < until:  # the register answers meanwhile
        assert page.desk.app.registry.features() is not None
        qtbot.wait(5)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    begun = time.monotonic()
    press(page, "job-cancel")
    qtbot.waitUntil(lambda: not page.progress.running, timeout=20000)
    took = time.monotonic() - begun
    print(f"stopped after {took:.2f} s, longest wait of the window {longest:.2f} s")
    # A hundredth and a tenth of these where nothing else runs; other tests may hold both cores.
    assert took < 5.0
    assert longest < 2.0
    assert "没有留下任何文件" in page.notices[-1]
    assert not (tmp_path / "成果").exists()
    assert not list(tmp_path.glob(".release-*"))
    assert page.desk.app.release.past() == []
