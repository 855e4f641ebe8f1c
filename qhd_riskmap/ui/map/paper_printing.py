"""Prints a sheet with the printer's own painter, vector signs and all.

Runs in a child process, as every long export does: Qt holds the interpreter lock while it spools.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.cartography.page import paint_sheet
from qhd_riskmap.cartography.page_export import PAPER_IDS, Progress
from qhd_riskmap.cartography.page_model import PageSize, PlacedSheet, SheetContent
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.i18n import _

_FINEST_DPI: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """One sheet for one printer.

    Attributes:
        content: The sheet.
        page: Paper.
        printer: Name of the printer, or "" to print into `path`.
        copies: How many.
        path: A PDF written by the printer's painter instead of paper.
    """

    content: SheetContent
    page: PageSize
    printer: str = ""
    copies: int = 1
    path: str = ""


def printer_names() -> list[str]:
    """The printers of this desk; empty where there is none."""
    return QPrinterInfo.availablePrinterNames()


def print_sheet(job: PrintJob, progress: Progress) -> PlacedSheet:
    """Print; in the process that calls.

    Raises:
        OutputFileError: The printer or the file does not take it.
    """
    ensure_gui_application()
    progress(0, 1, "")
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if job.path:
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(job.path)
    else:
        printer.setPrinterName(job.printer)
        printer.setCopyCount(job.copies)
    printer.setResolution(min(printer.resolution(), _FINEST_DPI))
    printer.setDocName(job.content.title)
    printer.setFullPage(True)
    layout = QPageLayout.Orientation
    orientation = layout.Landscape if job.page.landscape else layout.Portrait
    printer.setPageSize(QPageSize(PAPER_IDS[job.page.name[:2]]))
    printer.setPageOrientation(orientation)
    printer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter()
    if not painter.begin(printer):
        raise OutputFileError(
            _("打印机“{name}”没有接受这份图。").format(name=job.printer or job.path),
            hint=_("请检查打印机是否开机、纸张是否支持；也可以先存为 PDF。"),
        )
    try:
        placed = paint_sheet(painter, job.content, job.page, printer.resolution())
    finally:
        painter.end()
    progress(1, 1, "")
    return placed
