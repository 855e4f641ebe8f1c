"""Shows the sheet of the current view before it is printed or kept as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
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
    sheet_of_view,
    with_pdf_suffix,
)
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = QSize(1040, 700)
_WAIT_MS: Final = 250
_PREVIEW_SIDE: Final = 1_100
_LOWEST_DPI: Final = 30
_MM_PER_INCH: Final = 25.4
_MARK: Final = N_("内部资料")
_LONGEST_TITLE: Final = 80
_ORIENTATIONS: Final = {True: N_("横向"), False: N_("纵向")}


class PrintDialog(QDialog):
    """Title, paper, mark; preview; print or keep.

    The view is that of the moment the dialog opened.
    """

    def __init__(
        self, desk: Desk, canvas: MapCanvas, layers: LayerDesk, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("print-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("打印当前视野"))
        self.resize(_SIZE)
        self._desk = desk
        self._canvas_layers = canvas.layers
        self._closed = False
        self._sheet = sheet_of_view(canvas, layers.linked, title="-", unit="", mark="")
        self._picture = QPixmap()
        self.title = QLineEdit(default_title())
        self.title.setObjectName("print-title")
        self.title.setAccessibleName(_("图名"))
        self.title.setMaxLength(_LONGEST_TITLE)
        self.page = QComboBox()
        self.page.setObjectName("print-page")
        self.page.setAccessibleName(_("纸张"))
        for size in PageSize:
            label = f"{size.name[:2]} {_(_ORIENTATIONS[size.landscape])}"
            self.page.addItem(label, size)
        self.mark = QCheckBox(_("标注“内部资料”"))
        self.mark.setObjectName("print-mark")
        self.mark.setChecked(True)
        self.note = words(role="muted", name="print-note")
        self.preview = QLabel()
        self.preview.setObjectName("print-preview")
        self.preview.setAccessibleName(_("打印预览"))
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.print_button = push_button(
            _("打印…"), "print-now", self.ask_printer, glyph="printer-outline", primary=True
        )
        self.pdf_button = push_button(_("存为 PDF…"), "print-pdf", self.ask_file)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._renew)
        self.title.textChanged.connect(lambda _text: self._timer.start())
        self.page.currentIndexChanged.connect(lambda _index: self._timer.start())
        self.mark.toggled.connect(lambda _on: self._timer.start())
        self.finished.connect(self._close_down)
        self._lay_out()
        self._read_office()

    def content(self) -> SheetContent:
        """The sheet as chosen."""
        mark = _(_MARK) if self.mark.isChecked() else ""
        title = self.title.text().strip() or default_title()
        return replace(self._sheet, title=title, mark=mark)

    def paper(self) -> PageSize:
        """The paper chosen."""
        return PageSize(self.page.currentData())

    # -- building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("图名"), self.title)
        form.addRow(_("纸张"), self.page)
        form.addRow("", self.mark)
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
        content, page = self.content(), self.paper()
        dpi = max(_LOWEST_DPI, round(_PREVIEW_SIDE / max(page.millimetres) * _MM_PER_INCH))
        self._say(_("正在生成预览…"))
        self._desk.run(
            lambda _job: sheet_image(content, page, dpi),
            title=_("正在生成预览…"),
            on_success=partial(self._show, content),
            on_failure=self._refused,
            database=False,
            quiet=True,
        )

    def _show(self, content: SheetContent, result: tuple[QImage, PlacedSheet]) -> None:
        if self._closed or content != self.content():
            return
        image, placed = result
        self._picture = QPixmap.fromImage(image)
        self._fit()
        self._say(_("比例尺 1:{scale:,.0f}").format(scale=placed.map.scale))
        self._enable(on=True)

    def _refused(self, error: BaseException) -> None:
        if not self._closed:
            self._say(str(error), "error")
            self._enable(on=False)

    def _fit(self) -> None:
        if not self._picture.isNull():
            ratio = self.devicePixelRatioF()
            shown = self._picture.scaled(
                self.preview.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )  # fmt: skip
            shown.setDevicePixelRatio(ratio)
            self.preview.setPixmap(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The preview fills its place."""
        super().resizeEvent(event)
        self._fit()

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
        job = PrintJob(content=self.content(), page=self.paper(), printer=printer, copies=copies)
        self._run(
            lambda context: run_in_child(partial(print_sheet, job), cancelled=_asked(context)),
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
        path = with_pdf_suffix(name)
        today = dt.datetime.now().astimezone().date()
        job = ExportJob(
            content=self.content(), path=str(path), format="pdf", page=self.paper(), made_on=today
        )
        self._run(
            lambda context: export_in_child([job], cancelled=_asked(context)),
            _("正在写 PDF…"),
            _("已存为 {name}。").format(name=path.name),
        )

    def _run(self, work: Callable[[JobContext], object], title: str, done: str) -> None:
        content, page = self.content(), self.paper()
        service = self._desk.app.layers
        by_id = {each.layer.id: each.source for each in self._canvas_layers.layers}
        pairs = [
            (each, source)
            for each in content.layers
            if isinstance(source := by_id.get(each.layer.id), TileSource)
        ]

        def fetch_and_paint(context: JobContext) -> int:
            missing = fetch_for_paper(content, page, pairs, service, context)
            work(context)
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


def _asked(context: JobContext) -> Cancelled:
    """Whether the officer has asked to stop."""

    def cancelled() -> bool:
        try:
            context.advance(0, 0)
        except JobCancelledError:
            return True
        return False

    return cancelled
