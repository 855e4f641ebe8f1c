"""Printing the view: preview, a PDF from the child process, the printer's painter, no printer at all."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pypdf
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from qhd_riskmap.cartography.export_process import run_in_child
from qhd_riskmap.cartography.page_export import sheet_image
from qhd_riskmap.cartography.page_model import PageSize
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.domain.map_layer import ControlPoint, LayerStyle
from qhd_riskmap.ui.map import print_dialog
from qhd_riskmap.ui.map.paper_printing import PrintJob, print_sheet
from qhd_riskmap.ui.map.print_content import on_paper, with_pdf_suffix
from tests.desk.conftest import hazard_id
from tests.desk.test_layers import PLACE, dropped, layers, scan

__all__ = ["dropped", "layers"]  # fixtures
pytestmark = [
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
A4_POINTS = (842, 595)


@pytest.fixture
def dialog(qtbot, map_page, settled):
    settled(map_page.canvas)
    map_page.ask_print()
    opened = map_page.dialog
    qtbot.waitUntil(lambda: not opened.preview.picture.isNull(), timeout=20000)
    yield opened
    if not opened._closed:
        opened.reject()


def test_the_preview_shows_the_view_with_title_legend_scale_and_mark(qtbot, map_page, dialog):
    assert "1:" in dialog.note.text()
    content = dialog.content()
    assert (content.mark, content.unit) == ("内部资料", "示例局")
    assert content.legend == map_page.canvas.legend
    image, placed = sheet_image(content, PageSize.A4_LANDSCAPE, 60)
    kinds = {item.kind for item in placed.items}
    assert {"title", "mark", "legend", "legend_entry", "scale", "north", "map"} <= kinds
    (mark,) = placed.of_kind("mark")
    (title,) = placed.of_kind("title")
    left, _top, width, height = mark.box
    assert left > 200
    assert left + width <= 297 - 8.9
    assert height < title.box[3]
    assert image.width() == round(297 / 25.4 * 60)
    # What the window shows is on the paper.
    west, south, east, north = map_page.canvas.viewport.visible_bounds()
    shown = placed.map.viewport.visible_bounds()
    assert shown[0] <= west < east <= shown[2]
    assert shown[1] <= south < north <= shown[3]
    dialog.mark.setChecked(False)
    assert dialog.content().mark == ""


def previewed(qtbot, dialog, change):
    before = dialog.preview.picture.cacheKey()
    change()
    qtbot.waitUntil(lambda: dialog.preview.picture.cacheKey() != before, timeout=20000)


def test_the_preview_is_enlarged_until_it_can_be_read(qtbot, dialog):
    whole = dialog.preview.widget().width()
    assert whole <= dialog.preview.maximumViewportSize().width()
    centre = dialog.preview.viewport().rect().center()
    previewed(
        qtbot,
        dialog,
        lambda: qtbot.mouseDClick(dialog.preview.viewport(), Qt.MouseButton.LeftButton, pos=centre),
    )
    assert dialog.zoom.currentText() == "200%"
    # 297 mm twice as large as on paper, and painted as fine as that.
    assert dialog.preview.widget().width() == pytest.approx(297 / 25.4 * 96 * 2, abs=4)
    assert dialog.preview.picture.width() >= dialog.preview.widget().width() - 4
    bar = dialog.preview.horizontalScrollBar()
    start = bar.value()
    qtbot.mousePress(dialog.preview.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    qtbot.mouseMove(dialog.preview.viewport(), centre - QPoint(60, 0))
    qtbot.mouseRelease(dialog.preview.viewport(), Qt.MouseButton.LeftButton)
    assert bar.value() == start + 60
    dialog.zoom.setCurrentIndex(0)
    assert dialog.preview.widget().width() <= dialog.preview.maximumViewportSize().width()


def test_the_selection_is_printed_at_a_chosen_scale(qtbot, map_page, desk, settled):
    desk.selection.set([hazard_id(3)])
    settled(map_page.canvas)
    map_page.ask_print()
    dialog = map_page.dialog
    dialog.ground.setCurrentIndex(dialog.ground.findText("选中的隐患"))
    dialog.scale.setCurrentIndex(dialog.scale.findText("1:25,000"))
    sheet = on_paper(dialog.content(), PageSize.A4_LANDSCAPE, map_page.canvas.layers)
    _image, placed = sheet_image(sheet, PageSize.A4_LANDSCAPE, 30)
    dialog.reject()
    assert placed.map.scale == 25_000
    west, south, east, north = placed.map.viewport.visible_bounds()
    assert west < 119.44 < east
    assert south < 39.85 < north
    assert list(sheet.features.names) == ["北戴河输油管线"]
    assert "油气管线" in [entry.label for entry in sheet.legend]


def test_without_a_selection_there_is_no_sheet_of_it(dialog):
    assert dialog.ground.findText("选中的隐患") < 0
    assert dialog.ground.findText("全市") > 0


def test_every_paper_from_a4_to_a0_is_composed(dialog):
    content = replace(dialog.content(), title="秦皇岛市风险隐患分布图（内部工作用图）")
    for page in PageSize:
        width_mm, height_mm = page.millimetres
        image, placed = sheet_image(content, page, 30)
        size = (round(width_mm / 25.4 * 30), round(height_mm / 25.4 * 30))
        assert (image.width(), image.height()) == size
        boxes = [item.box for item in placed.items if item.kind in {"title", "mark", "map"}]
        for left, top, width, height in boxes:
            assert min(left, top) >= 0
            assert left + width <= width_mm
            assert top + height <= height_mm


def green_pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return (raw[:, : image.width(), :3] == (0, 255, 0)).all(axis=2)


@pytest.mark.parametrize("projection", list(Projection))
def test_layers_stand_on_paper_where_they_stand_on_the_ground(
    map_page, layers, dropped, settled, projection
):
    layer = layers.linked[0].layer
    green = LayerStyle(colour="#00FF00", fill="#00FF00", fill_opacity=1.0)
    layers.change(layer.id, style=green)
    map_page.canvas.set_projection(projection)
    map_page.canvas.centre_on(*PLACE, 150_000)
    settled(map_page.canvas)
    map_page.ask_print()
    opened = map_page.dialog
    image, placed = sheet_image(opened.content(), PageSize.A4_LANDSCAPE, 150)
    opened.reject()
    assert "片区" in [item.text for item in placed.of_kind("legend_entry")]
    frame = placed.map.frame
    mask = green_pixels(image)
    x0, y0, x1, y1 = (round(v / 25.4 * 150) for v in (
        frame[0], frame[1], frame[0] + frame[2], frame[1] + frame[3]))  # fmt: skip
    rows, columns = np.nonzero(mask[y0:y1, x0:x1])
    west = placed.map.lonlat_to_page(PLACE[0] - 0.02, PLACE[1])[0] / 25.4 * 150 - x0
    east = placed.map.lonlat_to_page(PLACE[0] + 0.02, PLACE[1])[0] / 25.4 * 150 - x0
    assert columns.min() == pytest.approx(west, abs=8)
    assert columns.max() == pytest.approx(east, abs=8)
    north = placed.map.lonlat_to_page(PLACE[0], PLACE[1] + 0.02)[1] / 25.4 * 150 - y0
    assert rows.min() == pytest.approx(north, abs=8)


def test_the_pdf_is_written_by_the_child_process_and_can_be_searched(qtbot, dialog, tmp_path, desk):
    said = []
    desk.noticed.connect(lambda text, *_rest: said.append(text))
    dialog.title.setText("石门片区工作图")
    dialog.keep(str(tmp_path / "图"))
    path = tmp_path / "图.pdf"
    qtbot.waitUntil(path.exists, timeout=60000)
    qtbot.waitUntil(lambda: bool(said), timeout=5000)
    assert said == ["已存为 图.pdf。"]
    (page,) = pypdf.PdfReader(path).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == A4_POINTS
    text = page.extract_text().replace("\n", "")
    assert "石门片区工作图" in text
    assert "内部资料" in text


def test_no_printer_is_said_clearly_and_pdf_stays(dialog, monkeypatch):
    monkeypatch.setattr(print_dialog, "printer_names", list)
    dialog.print_button.click()
    assert "没有安装打印机" in dialog.note.text()
    assert "PDF" in dialog.note.text()
    assert dialog.pdf_button.isEnabled()


def test_the_printers_painter_draws_vectors_in_the_child_process(dialog, tmp_path):
    path = tmp_path / "打印.pdf"
    job = PrintJob(content=dialog.content(), page=PageSize.A3_PORTRAIT, path=str(path))
    placed = run_in_child(partial(print_sheet, job))
    assert placed.page is PageSize.A3_PORTRAIT
    (page,) = pypdf.PdfReader(path).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (842, 1191)
    assert list(page.images) == []


def test_a_title_that_fits_no_paper_is_said_and_stops_printing(qtbot, dialog):
    dialog.title.setMaxLength(1000)
    dialog.title.setText("很长的图名" * 60)
    qtbot.waitUntil(lambda: not dialog.pdf_button.isEnabled(), timeout=10000)
    assert "图名太长" in dialog.note.text()
    dialog.title.setText("图")
    qtbot.waitUntil(dialog.pdf_button.isEnabled, timeout=10000)


def test_a_scan_and_its_provider_go_onto_the_sheet(qtbot, map_page, layers, settled, tmp_path):
    path = scan(tmp_path / "扫描.png")
    layer = layers._service.examine(path).layers[0]
    points = (
        ControlPoint(column=0, row=0, lon=PLACE[0] - 0.1, lat=PLACE[1] + 0.07),
        ControlPoint(column=300, row=200, lon=PLACE[0] + 0.1, lat=PLACE[1] - 0.07),
    )
    layer = replace(
        layers._service.scan(layer, points), provider="示例测绘院", approval_no="冀S(2023)012号"
    )
    layers.adding.add((layer,))
    qtbot.waitUntil(lambda: len(layers.stack.layers) == 1, timeout=10000)
    map_page.canvas.centre_on(*PLACE, 200_000)
    settled(map_page.canvas)
    map_page.ask_print()
    content = map_page.dialog.content()
    map_page.dialog.reject()
    content = on_paper(content, PageSize.A4_LANDSCAPE, map_page.canvas.layers)
    assert (content.source, content.approval_line) == ("示例测绘院", "冀S(2023)012号")
    image, _placed = sheet_image(content, PageSize.A4_LANDSCAPE, 60)
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    assert ((raw[..., :3] == 240).all(axis=2)).sum() > 5_000


def test_only_hazards_near_the_view_travel_to_the_child(map_page, settled):
    map_page.canvas.centre_on(119.05, 39.95, 20_000)
    settled(map_page.canvas)
    map_page.ask_print()
    content = map_page.dialog.content()
    map_page.dialog.reject()
    sheet = on_paper(content, PageSize.A4_LANDSCAPE, map_page.canvas.layers)
    assert list(sheet.features.names) == ["石门泥石流"]
    assert [entry.label for entry in sheet.legend] == ["重大风险", "地质灾害 · 泥石流"]


def test_names_of_pdfs():
    assert with_pdf_suffix("a.PDF").name == "a.PDF"
    assert with_pdf_suffix("图.1").name == "图.1.pdf"
