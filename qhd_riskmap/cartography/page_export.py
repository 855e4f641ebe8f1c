"""Writes sheets as PDF, PNG, JPEG and SVG whose bytes depend on nothing but the content.

No clock, no random id, no program version and no path gets into a file: the same sheet is the same
file on every desk, in every process and time zone, so a released map can be made again and compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QBuffer, QHashSeed, QIODevice, QMarginsF, QRect, QSize, QUuid
from PySide6.QtGui import QColor, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from qhd_riskmap.cartography.export_bytes import fixed_pdf, fixed_png, fixed_svg
from qhd_riskmap.cartography.fonts import sheet_font
from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.cartography.page import paint_sheet
from qhd_riskmap.cartography.page_model import ExportJob, PageSize, PlacedSheet, SheetContent
from qhd_riskmap.errors import DiskFullError, InvalidInputError, OutputFileError
from qhd_riskmap.i18n import _

T = TypeVar("T")
PDF_DPI: Final = 1200
SVG_DPI: Final = 96.0
_MIN_DPI: Final = 30
_MAX_DPI: Final = 1200
_MM_PER_INCH: Final = 25.4
_JPEG_QUALITY: Final = 92
PAPER_IDS: Final = {
    "A4": QPageSize.PageSizeId.A4, "A3": QPageSize.PageSizeId.A3, "A2": QPageSize.PageSizeId.A2,
    "A1": QPageSize.PageSizeId.A1, "A0": QPageSize.PageSizeId.A0,
}  # fmt: skip
_FIXED_DOCUMENT: Final = QUuid("{6b1f2c0e-6f55-5d0c-9a5e-1303001303aa}")
_ANY_SIZE: Final = 12.0
_NO_SPACE: Final = 28  # errno.ENOSPC


def export_pdf(
    content: SheetContent,
    path: str | os.PathLike[str],
    page: PageSize = PageSize.A3_LANDSCAPE,
    made_on: date = date(2000, 1, 1),
) -> PlacedSheet:
    """Write a vector PDF with embedded fonts and searchable text.

    Args:
        content: The sheet.
        path: Target, replaced as a whole or not at all.
        page: Paper.
        made_on: Date written as the document's creation date.

    Raises:
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
        InvalidInputError: The texts do not fit the page.
    """
    orientation = (
        QPageLayout.Orientation.Landscape if page.landscape else QPageLayout.Orientation.Portrait
    )

    def paint(painter: QPainter, _writer: QPdfWriter) -> PlacedSheet:
        return paint_sheet(painter, content, page, PDF_DPI)

    raw, placed = painted_pdf(content.title, PAPER_IDS[page.name[:2]], orientation, paint)
    write_whole(path, fixed_pdf(raw, made_on, content.language))
    return placed


def painted_pdf(
    title: str,
    paper: QPageSize.PageSizeId | QPageSize,
    orientation: QPageLayout.Orientation,
    paint: Callable[[QPainter, QPdfWriter], T],
) -> tuple[bytes, T]:
    """A PDF without margins at `PDF_DPI`, as Qt writes it, and what ``paint`` returned."""
    ensure_gui_application()
    # Qt writes the fonts in the order of a hash table; its seed is random in every process.
    QHashSeed.setDeterministicGlobalSeed()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_1_6)
    writer.setPageSize(QPageSize(paper))
    writer.setPageOrientation(orientation)
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    writer.setResolution(PDF_DPI)
    writer.setTitle(title)
    writer.setCreator("")
    writer.setDocumentId(_FIXED_DOCUMENT)
    painter = QPainter(writer)
    try:
        made = paint(painter, writer)
    finally:
        painter.end()
        del writer
        QHashSeed.resetRandomGlobalSeed()
    raw = bytes(buffer.data().data())
    buffer.close()
    return raw, made


def export_png(
    content: SheetContent,
    path: str | os.PathLike[str],
    dpi: int = 300,
    page: PageSize = PageSize.A3_LANDSCAPE,
) -> PlacedSheet:
    """Write a picture without any text or time chunk; the resolution is kept in ``pHYs``.

    Raises:
        InvalidInputError: ``dpi`` is outside 30…1200, or the texts do not fit the page.
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
    """
    ensure_gui_application()
    image, placed = sheet_image(content, page, dpi)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # stubs type the format as bytes only
    raw = bytes(buffer.data().data())
    buffer.close()
    write_whole(path, fixed_png(raw, dpi))
    return placed


def export_jpeg(
    content: SheetContent,
    path: str | os.PathLike[str],
    dpi: int = 300,
    page: PageSize = PageSize.A3_LANDSCAPE,
) -> PlacedSheet:
    """Write a JPEG with nothing but the picture and its resolution: no EXIF, no comment.

    Raises:
        InvalidInputError: ``dpi`` is outside 30…1200, or the texts do not fit the page.
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
    """
    image, placed = sheet_image(content, page, dpi)
    per_metre = round(dpi / _MM_PER_INCH * 1000)
    image.setDotsPerMeterX(per_metre)
    image.setDotsPerMeterY(per_metre)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPG", _JPEG_QUALITY)  # type: ignore[call-overload]  # stubs know bytes only
    raw = bytes(buffer.data().data())
    buffer.close()
    write_whole(path, raw)
    return placed


def export_svg(
    content: SheetContent,
    path: str | os.PathLike[str],
    page: PageSize = PageSize.A3_LANDSCAPE,
) -> PlacedSheet:
    """Write an SVG whose text stays text, without titles, descriptions or comments.

    Raises:
        OutputFileError: The file cannot be written.
        DiskFullError: The volume is full.
        InvalidInputError: The texts do not fit the page.
    """
    ensure_gui_application()
    width, height = _pixels(page, SVG_DPI)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(round(SVG_DPI))
    generator.setSize(QSize(width, height))
    generator.setViewBox(QRect(0, 0, width, height))
    painter = QPainter(generator)
    # Qt writes the painter's font with every group; the application's would tell the desk it ran on.
    painter.setFont(sheet_font(_ANY_SIZE))
    try:
        placed = paint_sheet(painter, content, page, SVG_DPI)
    finally:
        painter.end()
    raw = bytes(buffer.data().data())
    buffer.close()
    write_whole(path, fixed_svg(raw, page.millimetres, content.language))
    return placed


def sheet_image(content: SheetContent, page: PageSize, dpi: int) -> tuple[QImage, PlacedSheet]:
    """The sheet as an image, e.g. for a preview.

    Raises:
        InvalidInputError: ``dpi`` is outside 30…1200, or the texts do not fit the page.
    """
    if not _MIN_DPI <= dpi <= _MAX_DPI:
        raise InvalidInputError(
            _("图片分辨率应在 {low} 到 {high} 之间。").format(low=_MIN_DPI, high=_MAX_DPI)
        )
    ensure_gui_application()
    width, height = _pixels(page, dpi)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    painter = QPainter(image)
    try:
        placed = paint_sheet(painter, content, page, dpi)
    finally:
        painter.end()
    return image, placed


def run_export(job: ExportJob) -> PlacedSheet:
    """Write one file in this process."""
    match job.format:
        case "pdf":
            return export_pdf(job.content, job.path, job.page, job.made_on)
        case "png":
            return export_png(job.content, job.path, job.dpi, job.page)
        case "jpg":
            return export_jpeg(job.content, job.path, job.dpi, job.page)
        case "svg":
            return export_svg(job.content, job.path, job.page)
    raise InvalidInputError(
        _("不支持导出格式“{name}”。").format(name=job.format), hint=_("可用：pdf、png、jpg、svg。")
    )


def _pixels(page: PageSize, dpi: float) -> tuple[int, int]:
    width, height = page.millimetres
    return round(width / _MM_PER_INCH * dpi), round(height / _MM_PER_INCH * dpi)


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Replace the target as a whole: a cut file must never look like a finished map."""
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    with _file_errors(target):
        try:
            partial.write_bytes(content)
            partial.replace(target)
        except OSError:
            partial.unlink(missing_ok=True)
            raise


@contextmanager
def _file_errors(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == _NO_SPACE:
            raise DiskFullError(
                _("磁盘空间不足，无法写入 {name}。").format(name=target.name), detail=str(error)
            ) from error
        raise OutputFileError(
            _("无法写入文件 {name}。").format(name=target.name),
            hint=_("请检查文件夹是否存在、是否有写入权限，文件是否正被其他程序打开。"),
            detail=str(error),
        ) from error


Progress = Callable[[int, int, str], None]


def export_here(jobs: Sequence[ExportJob], progress: Progress | None = None) -> list[PlacedSheet]:
    """Write several files one after another in this process."""
    placed = []
    for done, job in enumerate(jobs):
        if progress is not None:
            progress(done, len(jobs), Path(job.path).name)
        placed.append(run_export(job))
    if progress is not None:
        progress(len(jobs), len(jobs), "")
    return placed
