"""What a release made, ready to be opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOutcome, format_of
from qhd_riskmap.services.release_printing import PRINTED_FORMATS
from qhd_riskmap.ui.pages.release.order_form import PRODUCTS
from qhd_riskmap.ui.toolkit.outside_files import open_file, open_folder_of
from qhd_riskmap.ui.toolkit.page_parts import glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_KILO = 1024
_GLYPHS = {
    ProductFormat.PDF: "file-pdf-box",
    ProductFormat.ATLAS: "file-pdf-box",
    ProductFormat.PNG: "file-image-outline",
    ProductFormat.JPG: "file-image-outline",
    ProductFormat.SVG: "vector-square",
    ProductFormat.HTML: "web",
    ProductFormat.GEOJSON: "code-json",
    ProductFormat.GPKG: "code-json",
    ProductFormat.SHP: "code-json",
    ProductFormat.KML: "code-json",
    ProductFormat.XLSX: "file-excel-outline",
    ProductFormat.CSV: "file-excel-outline",
    ProductFormat.STATISTICS: "web",
}


class ProductsPanel(QFrame):
    """The finished files, each with its buttons.

    Signals:
        closed: Back to the preview.
        printing: The sheet is to be printed (number of the release).
        templating: The form of the 送审材料 is to be edited in Word.
    """

    closed = Signal()
    printing = Signal(str)
    templating = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.files: tuple[Path, ...] = ()
        self.headline = words(role="success", name="products-headline")
        self._grid_holder = QVBoxLayout()
        self._grid: QWidget | None = None
        self._folder = push_button(
            _("打开成果文件夹"), "products-folder", self._open_folder, glyph="folder-open-outline"
        )
        self._papers = push_button(
            _("打开审批材料"), "products-papers", self._open_papers, glyph="file-sign"
        )
        self._pack_button = push_button(
            _("打开送审材料"), "products-pack", self._open_pack, glyph="folder-open-outline"
        )
        self._template = push_button(
            _("修改申请表模板…"), "products-template", self.templating.emit, glyph="file-sign"
        )
        self._pack: Path | None = None
        self._number = ""
        back = push_button(_("返回预览"), "products-back", self.closed.emit, glyph="arrow-left")
        self._paper_files: tuple[Path, ...] = ()
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(glyph_label("check-circle-outline", 24, colour="success"))
        head.addWidget(self.headline, 1)
        head.addWidget(back)
        tools = QHBoxLayout()
        tools.setSpacing(SPACE_S)
        for button in (self._folder, self._pack_button, self._template, self._papers):
            tools.addWidget(button)
        tools.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addLayout(tools)
        column.addLayout(self._grid_holder)
        column.addStretch(1)

    def show_outcome(self, outcome: ReleaseOutcome, *, draft: bool) -> None:
        """List the products of a release."""
        self.files = outcome.files
        self._paper_files = outcome.control_files
        self._papers.setVisible(bool(outcome.control_files))
        self._pack = outcome.pack
        self._pack_button.setVisible(outcome.pack is not None)
        self._template.setVisible(outcome.pack is not None)
        self._number = str(outcome.register_entry["number"])
        made = _("送审样图已做好：{n} 个文件") if draft else _("已发布：{n} 个文件，均已复查无泄密")
        self.headline.setText(made.format(n=len(outcome.files)))
        if self._grid is not None:
            self._grid_holder.removeWidget(self._grid)
            self._grid.deleteLater()
        self._grid = _file_rows(outcome.files, lambda: self.printing.emit(self._number))
        self._grid_holder.addWidget(self._grid)

    def _open_folder(self) -> None:
        if self.files:
            open_folder_of(self.files[0])

    def _open_pack(self) -> None:
        if self._pack is not None:
            open_folder_of(self._pack)

    def _open_papers(self) -> None:
        if self._paper_files:
            open_folder_of(self._paper_files[0])


def _file_rows(files: Sequence[Path], print_sheet: Callable[[], None]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE_M)
    grid.setVerticalSpacing(SPACE_S)
    grid.setColumnStretch(1, 1)
    for row, path in enumerate(files):
        product = format_of(path.name)
        if product is None:
            continue
        name = words(path.name)
        name.setToolTip(str(path))
        name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        size = words(_size(path), role="muted", wrap=False)
        size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        show = push_button(_("打开"), f"product-open-{product.value}", partial(open_file, path))
        grid.addWidget(glyph_label(_GLYPHS[product], 20, colour="muted"), row, 0)
        grid.addWidget(name, row, 1)
        grid.addWidget(words(_(PRODUCTS[product]), role="muted", wrap=False), row, 2)
        grid.addWidget(size, row, 3)
        grid.addWidget(show, row, 4)
        if product in PRINTED_FORMATS:
            name_of = f"product-print-{product.value}"
            grid.addWidget(push_button(_("打印…"), name_of, print_sheet), row, 5)
    return holder


def _size(path: Path) -> str:
    try:
        size = path.stat().st_size
    except OSError:
        return "—"
    return f"{size / _KILO:,.0f} KB" if size < _KILO * _KILO else f"{size / _KILO**2:,.1f} MB"
