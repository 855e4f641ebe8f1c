"""Prints the sheet of a release on a printer of this desk."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from qhd_riskmap.cartography.export_process import run_in_child
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_printing import ReleasePrinting
from qhd_riskmap.ui.map.paper_printing import PrintJob, print_sheet, printer_names
from qhd_riskmap.ui.toolkit.desk import Desk

if TYPE_CHECKING:
    from qhd_riskmap.services.jobs import JobContext


class SheetPrinting:
    """Asks which printer, then prints in a process of its own."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        self._desk = desk
        self._parent = parent
        self.service = ReleasePrinting(desk.app.register, desk.app.actor)
        self.dialog: QPrintDialog | None = None

    def ask(self, number: str) -> None:
        """Ask which printer; say so where there is none."""
        if not printer_names():
            self._desk.notify(
                _("这台电脑没有安装打印机。请把发布的 PDF 拿到有打印机的电脑上打印。"), "warning"
            )
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        self.dialog = QPrintDialog(printer, self._parent)
        self.dialog.accepted.connect(
            lambda: self.send(number, printer.printerName(), printer.copyCount())
        )
        # QPrintDialog has another `open`, for slots by name.
        QDialog.open(self.dialog)

    def send(self, number: str, printer: str, copies: int = 1, path: str = "") -> None:
        """Print the sheet of a release; into ``path`` where no printer is named."""

        def work(_job: JobContext) -> object:
            content, page = self.service.sheet(number)
            job = PrintJob(content=content, page=page, printer=printer, copies=copies, path=path)
            return run_in_child(partial(print_sheet, job))

        self._desk.run(
            work,
            title=_("正在打印 {number}…").format(number=number),
            on_success=lambda _placed: self._desk.notify(
                _("{number} 号发布的图件已送去打印。").format(number=number), "success"
            ),
            database=False,
        )
