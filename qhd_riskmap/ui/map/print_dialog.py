"""Shows the sheet of the current view before it is printed or kept as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.canvas import Cancelled
from qhd_riskmap.cartography.export_process import export_in_child, run_in_child
from qhd_riskmap.cartography.page_export import sheet_image
from qhd_riskmap.cartography.page_model import ExportJob, PageSize, PlacedSheet, SheetContent
from qhd_riskmap.cartography.tile_source import TileSource
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.layer_desk import LayerDesk
from qhd_riskmap.ui.map.paper_printing import PrintJob, print_sheet, printer_names
from qhd_riskmap.ui.map.print_content import (
    default_title,
    fetch_for_paper,
    grounds,
    on_paper,
    sheet_of_view,
    with_pdf_suffix,
)
from qhd_riskmap.ui.map.sheet_preview import WHOLE, ZOOMS, SheetPreview
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = QSize(1040, 680)
_SMALLEST: Final = QSize(640, 430)
_LARGEST: Final = QSize(1500, 1000)
_AROUND: Final = QSize(40, 60)
_WAIT_MS: Final = 250
# Round scales of Chinese topographic maps and plans; None takes the largest that shows it all.
_SCALES: Final = (
    None, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
)  # fmt: skip
_MARK: Final = N_("内部资料")
_LONGEST_TITLE: Final = 80
_ORIENTATIONS: Final = {True: N_("横向"), False: N_("纵向")}


class PrintDialog(QDialog):
    """Title, paper, mark; preview; print or keep.

    View and selection are those of the moment the dialog opened.
    """

    def __init__(
        self, desk: Desk, canvas: MapCanvas, layers: LayerDesk, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("print-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("打印当前视野"))
        room = parent.window().size() - _AROUND if parent is not None else _SIZE
        self.resize(room.boundedTo(_LARGEST).expandedTo(_SMALLEST))
        self._desk = desk
        self._grounds = grounds(canvas)
        self._canvas_layers = canvas.layers
        self._closed = False
        self._sheet = sheet_of_view(canvas, layers.linked, title="-", unit="", mark="")
        self.title = QLineEdit(default_title())
        self.title.setObjectName("print-title")
        self.title.setAccessibleName(_("图名"))
        self.title.setMaxLength(_LONGEST_TITLE)
        self.page = _choice(
            "print-page",
            _("纸张"),
            {f"{size.name[:2]} {_(_ORIENTATIONS[size.landscape])}": size for size in PageSize},
        )
        self.ground = _choice(
            "print-ground", _("范围"), {_(each.label): each for each in self._grounds}
        )
        self.scale = _choice(
            "print-scale",
            _("比例尺"),
            {f"1:{n:,}" if n else _("自动（放下整个范围）"): n for n in _SCALES},
        )
        self.mark = QCheckBox(_("标注“内部资料”"))
        self.mark.setObjectName("print-mark")
        self.mark.setChecked(True)
        self.note = words(role="muted", name="print-note")
        self.preview = SheetPreview()
        self.zoom = _choice(
            "print-zoom",
            _("预览大小"),
            {_("整页") if zoom == WHOLE else f"{zoom:.0%}": zoom for zoom in ZOOMS},
        )
        self.zoom.setToolTip(_("在预览上双击，也可以在整页和放大之间切换；放大后可以拖动"))
        self.print_button = push_button(
            _("打印…"), "print-now", self.ask_printer, glyph="printer-outline", primary=True
        )
        self.pdf_button = push_button(_("存为 PDF…"), "print-pdf", self.ask_file)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._connect()
        self.finished.connect(self._close_down)
        self._lay_out()
        self._read_office()

    def _connect(self) -> None:
        renew = self._timer.start
        self._timer.timeout.connect(self._renew)
        self.title.textChanged.connect(lambda _text: renew())
        for box in (self.page, self.ground, self.scale):
            box.currentIndexChanged.connect(lambda _index: renew())
        self.mark.toggled.connect(lambda _on: renew())
        self.zoom.currentIndexChanged.connect(
            lambda _index: self.preview.set_zoom(float(self.zoom.currentData()))
        )
        self.preview.zoom_changed.connect(
            lambda zoom: self.zoom.setCurrentIndex(self.zoom.findData(zoom))
        )
        self.preview.sharper_wanted.connect(renew)

    def content(self) -> SheetContent:
        """The sheet as chosen."""
        mark = _(_MARK) if self.mark.isChecked() else ""
        title = self.title.text().strip() or default_title()
        extent = self._grounds[self.ground.currentData()]
        scale = self.scale.currentData()
        return replace(self._sheet, title=title, mark=mark, extent=extent, scale=scale)

    def paper(self) -> PageSize:
        """The paper chosen."""
        return PageSize(self.page.currentData())

    # -- building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("图名"), self.title)
        form.addRow(_("纸张"), self.page)
        form.addRow(_("范围"), self.ground)
        form.addRow(_("比例尺"), self.scale)
        form.addRow("", self.mark)
        form.addRow(_("预览大小"), self.zoom)
        side = QVBoxLayout()
        side.setSpacing(SPACE_S)
        side.addLayout(form)
        side.addWidget(self.note)
        side.addStretch(1)
        side.addWidget(self.print_button)
        side.addWidget(self.pdf_button)
        side.addWidget(push_button(_("关闭"), "print-close", self.reject))
        frame = QWidget()
        frame.setFixedWidth(280)
        frame.setLayout(side)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        row.addWidget(frame)
        row.addWidget(self.preview, 1)
        self.preview.setMinimumSize(300, 300)

    def _read_office(self) -> None:
        registry = self._desk.app.registry

        def known(office: object) -> None:
            if self._closed:
                return
            unit = str(getattr(office, "unit", ""))
            today = dt.datetime.now().astimezone().date().isoformat()
            self._sheet = replace(self._sheet, unit=unit, data_date=today)
            self._renew()

        self._desk.run(
            lambda _job: registry.office(), title=_("正在准备…"), on_success=known, quiet=True
        )

    # -- preview --------------------------------------------------------------------------------

    def _renew(self) -> None:
        content, page, stack = self.content(), self.paper(), self._canvas_layers
        dpi = self.preview.dpi(page)
        self._say(_("正在生成预览…"))
        self._desk.run(
            lambda _job: sheet_image(on_paper(content, page, stack), page, dpi),
            title=_("正在生成预览…"),
            on_success=partial(self._show, content, page),
            on_failure=self._refused,
            database=False,
            quiet=True,
        )

    def _show(
        self, content: SheetContent, page: PageSize, result: tuple[QImage, PlacedSheet]
    ) -> None:
        if self._closed or content != self.content() or page is not self.paper():
            return
        image, placed = result
        self.preview.show_sheet(image, page)
        self._say(_("比例尺 1:{scale:,.0f}").format(scale=placed.map.scale))
        self._enable(on=True)

    def _refused(self, error: BaseException) -> None:
        if not self._closed:
            self._say(str(error), "error")
            self._enable(on=False)

    def _say(self, text: str, role: str = "muted") -> None:
        self.note.setText(text)
        set_role(self.note, role)

    def _enable(self, *, on: bool) -> None:
        self.print_button.setEnabled(on)
        self.pdf_button.setEnabled(on)

    def _close_down(self) -> None:
        self._closed = True
        self._timer.stop()

    # -- out ------------------------------------------------------------------------------------

    def ask_printer(self) -> None:
        """Ask which printer; say so where there is none."""
        if not printer_names():
            self._say(
                _("这台电脑没有安装打印机。可以存为 PDF，再到有打印机的电脑上打印。"), "warning"
            )
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self.send(printer.printerName(), printer.copyCount()))
        # QPrintDialog has another `open`, for slots by name.
        QDialog.open(dialog)

    def send(self, printer: str, copies: int = 1) -> None:
        """Print on this printer."""
        page = self.paper()

        def work(content: SheetContent, context: JobContext) -> object:
            job = PrintJob(content=content, page=page, printer=printer, copies=copies)
            return run_in_child(partial(print_sheet, job), cancelled=_asked(context))

        self._run(
            work,
            _("正在打印…"),
            _("已送到打印机“{name}”。").format(name=printer),
        )

    def ask_file(self) -> None:
        """Ask where the PDF shall go."""
        name, _kind = QFileDialog.getSaveFileName(
            self, _("存为 PDF"), f"{self.title.text().strip()}.pdf", "PDF (*.pdf)"
        )
        if name:
            self.keep(name)

    def keep(self, name: str) -> None:
        """Write the PDF."""
        path, page = with_pdf_suffix(name), self.paper()
        today = dt.datetime.now().astimezone().date()

        def work(content: SheetContent, context: JobContext) -> object:
            job = ExportJob(content=content, path=str(path), format="pdf", page=page, made_on=today)
            return export_in_child([job], cancelled=_asked(context))

        self._run(
            work,
            _("正在写 PDF…"),
            _("已存为 {name}。").format(name=path.name),
        )

    def _run(
        self, work: Callable[[SheetContent, JobContext], object], title: str, done: str
    ) -> None:
        content, page, stack = self.content(), self.paper(), self._canvas_layers
        service = self._desk.app.layers
        by_id = {each.layer.id: each.source for each in self._canvas_layers.layers}
        pairs = [
            (each, source)
            for each in content.layers
            if isinstance(source := by_id.get(each.layer.id), TileSource)
        ]

        def fetch_and_paint(context: JobContext) -> int:
            missing = fetch_for_paper(content, page, pairs, service, context)
            work(on_paper(content, page, stack), context)
            return missing

        def finished(missing: int) -> None:
            if missing:
                gaps = _("有 {number} 张在线瓦片取不到，图上相应位置是缓存或空白。")
                self._desk.notify(f"{done}{gaps.format(number=missing)}", "warning")
            else:
                self._desk.notify(done, "success")
            if not self._closed:
                self._say(done, "success")

        self._desk.run(fetch_and_paint, title=title, on_success=finished, database=False)


def _choice(name: str, title: str, items: Mapping[str, object]) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    for words_shown, value in items.items():
        box.addItem(words_shown, value)
    return box


def _asked(context: JobContext) -> Cancelled:
    """Whether the officer has asked to stop."""

    def cancelled() -> bool:
        try:
            context.advance(0, 0)
        except JobCancelledError:
            return True
        return False

    return cancelled
