"""The page designer: template, paper, area, types, parts and texts, beside the sheet as it will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.export_process import run_in_child
from qhd_riskmap.cartography.page_model import PageSize, SheetContent
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.sheet_design import (
    PAPERS,
    AtlasUnit,
    SheetDesign,
    SheetElement,
    design_of,
    templates,
)
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.formats.logo_picture import read_logo
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.release_order import ReleaseOrder
from qhd_riskmap.services.sheet_studio import SheetStudio, StudioView
from qhd_riskmap.ui.map.paper_printing import PrintJob, print_sheet, printer_names
from qhd_riskmap.ui.map.sheet_preview import SheetPreview
from qhd_riskmap.ui.pages.release.design_row import ORIENTATIONS
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = QSize(1180, 740)
_AROUND: Final = QSize(40, 60)
_SIDE_WIDTH: Final = 360
_WAIT_MS: Final = 300
_NOTE_LINES: Final = 3


class SheetDesigner(QDialog):
    """Chooses how the sheets of a release look.

    `design`, `county` and `title_text` are what was chosen.
    """

    def __init__(self, desk: Desk, order: ReleaseOrder, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet-designer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("设计版面"))
        self.resize((parent.window().size() - _AROUND).boundedTo(_SIZE) if parent else _SIZE)
        self._desk = desk
        self._order = order
        self._studio = SheetStudio(desk.app.release)
        self._closed = False
        self._filling = False
        self._drawing = False
        self._stale = False
        self._logo = order.sheet.logo if order.sheet else b""
        self._auto_title = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT_MS)
        self._timer.timeout.connect(self._draw)
        self._make_editors()
        self._lay_out()
        self._show(order.sheet or design_of("general"))
        self._auto_title = self._proposed()
        self._connect()
        self.finished.connect(self._close_down)
        self._draw()

    # -- values ---------------------------------------------------------------------------------

    def design(self) -> SheetDesign:
        """The design as chosen."""
        township = self.template.currentData() == "township"
        return SheetDesign(
            template=str(self.template.currentData()),
            paper=str(self.paper.currentData()),
            landscape=self.turned.currentData() == "landscape",
            elements=frozenset(e for e, box in self.parts.items() if box.isChecked()),
            township=str(self.township.currentData() or "") if township else "",
            type_keys=tuple(self._chosen_types()),
            subtitle=self.subtitle.text().strip(),
            notes=tuple(
                line.strip() for line in self.notes.toPlainText().splitlines() if line.strip()
            ),
            logo=self._logo,
            unit=AtlasUnit(str(self.unit.currentData())),
        )

    def county(self) -> str | None:
        """Division code, or None for the whole city."""
        return self.area.currentData() or None

    def title_text(self) -> str:
        """The 图名."""
        return self.title.text().strip()

    def order(self) -> ReleaseOrder:
        """The order with what was chosen here."""
        return replace(
            self._order, sheet=self.design(), county=self.county(), title=self.title_text()
        )

    def _chosen_types(self) -> list[str]:
        items = [self.types.item(row) for row in range(self.types.count())]
        return [
            str(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        ]

    # -- building -------------------------------------------------------------------------------

    def _make_editors(self) -> None:
        self.template = _choice(
            "design-template", _("版式"), {t.key: _(t.label) for t in templates().values()}
        )
        self.help = words(role="muted", name="design-help")
        self.paper = _choice("design-paper", _("纸张"), {paper: paper for paper in PAPERS})
        self.turned = _choice(
            "design-turned", _("方向"), {key: _(label) for key, label in ORIENTATIONS.items()}
        )
        areas = {"": _("{city}（全市）").format(city=_(regions().city.name))}
        areas |= {region.code: _(region.name) for region in regions().current()}
        self.area = _choice("design-area", _("范围"), areas)
        self.area.setCurrentIndex(max(0, self.area.findData(self._order.county or "")))
        self.township = _choice("design-township", _("乡镇"), {})
        self.title = _line("design-title", _("图名"), self._order.title)
        self.subtitle = _line("design-subtitle", _("副标题"), "")
        self.notes = QPlainTextEdit()
        self.notes.setObjectName("design-notes")
        self.notes.setAccessibleName(_("补充说明"))
        self.notes.setTabChangesFocus(True)
        self.notes.setPlaceholderText(_("每行一条"))
        self.notes.setFixedHeight(self.notes.fontMetrics().lineSpacing() * (_NOTE_LINES + 1))
        self.types = QListWidget()
        self.types.setObjectName("design-types")
        self.types.setAccessibleName(_("只公开这些类型"))
        self.types.setFixedHeight(self.types.fontMetrics().lineSpacing() * 6)
        for kind in taxonomy().types:
            item = QListWidgetItem(_(kind.label))
            item.setData(Qt.ItemDataRole.UserRole, kind.key)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.types.addItem(item)
        self.parts = {element: QCheckBox(_(element.label)) for element in SheetElement}
        for element, box in self.parts.items():
            box.setObjectName(f"design-part-{element.value}")
        self.logo_button = push_button(_("选择图片…"), "design-logo", self.ask_logo)
        self.no_logo = push_button(_("不用"), "design-no-logo", lambda: self._take_logo(b""))
        self.unit = _choice(
            "design-unit", _("图集分幅"), {unit.value: _(unit.label) for unit in AtlasUnit}
        )
        self.note = words(role="muted", name="design-note")
        self.preview = SheetPreview()
        self.preview.setMinimumSize(320, 320)
        self.accept_button = push_button(_("采用"), "design-accept", self.accept, primary=True)
        self.print_button = push_button(
            _("打印送审样图…"), "design-print", self.ask_printer, glyph="printer-outline"
        )

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: list[tuple[str, QWidget]] = [
            (_("版式"), self.template), ("", self.help), (_("纸张"), self.paper),
            (_("方向"), self.turned), (_("范围"), self.area), (_("乡镇"), self.township),
            (_("图名"), self.title), (_("副标题"), self.subtitle), (_("类型"), self.types),
        ]  # fmt: skip
        for label, widget in rows:
            form.addRow(label, widget)
        self._township_label = form.labelForField(self.township)
        grid = QGridLayout()
        for number, box in enumerate(self.parts.values()):
            grid.addWidget(box, number // 2, number % 2)
        form.addRow(_("内容"), grid)
        logos = QHBoxLayout()
        logos.addWidget(self.logo_button, 1)
        logos.addWidget(self.no_logo)
        form.addRow(_("标志"), logos)
        form.addRow(_("补充说明"), self.notes)
        form.addRow(_("图集分幅"), self.unit)
        inner = QWidget()
        inner.setLayout(form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # English words are wider than Chinese ones, and nothing scrolls sideways here.
        wanted = inner.minimumSizeHint().width() + scroll.verticalScrollBar().sizeHint().width()
        scroll.setMinimumWidth(wanted + 2 * scroll.frameWidth())
        side = QVBoxLayout()
        side.addWidget(scroll, 1)
        side.addWidget(self.note)
        side.addWidget(self.print_button)
        foot = QHBoxLayout()
        foot.addWidget(self.accept_button, 1)
        foot.addWidget(push_button(_("取消"), "design-cancel", self.reject))
        side.addLayout(foot)
        frame = QWidget()
        frame.setLayout(side)
        frame.setFixedWidth(max(_SIDE_WIDTH, side.minimumSize().width()))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        row.addWidget(frame)
        row.addWidget(self.preview, 1)

    def _connect(self) -> None:
        self.template.currentIndexChanged.connect(self._template_chosen)
        for box in (self.paper, self.turned, self.township, self.unit):
            box.currentIndexChanged.connect(self._changed)
        self.area.currentIndexChanged.connect(self._retitle)
        for line in (self.title, self.subtitle):
            line.textChanged.connect(self._changed)
        self.notes.textChanged.connect(self._changed)
        self.types.itemChanged.connect(self._retitle)
        for part in self.parts.values():
            part.toggled.connect(self._changed)
        self.preview.sharper_wanted.connect(self._changed)

    # -- behaviour ------------------------------------------------------------------------------

    def _show(self, design: SheetDesign) -> None:
        """Set the editors to a design."""
        self._filling = True
        known = max(0, self.template.findData(design.template))
        self.template.setCurrentIndex(known)
        self.paper.setCurrentIndex(self.paper.findData(design.paper))
        self.turned.setCurrentIndex(
            self.turned.findData("landscape" if design.landscape else "portrait")
        )
        for element, box in self.parts.items():
            box.setChecked(element in design)
        for row in range(self.types.count()):
            item = self.types.item(row)
            chosen = item.data(Qt.ItemDataRole.UserRole) in design.type_keys
            item.setCheckState(Qt.CheckState.Checked if chosen else Qt.CheckState.Unchecked)
        self._offer_townships((design.township,) if design.township else ())
        self.subtitle.setText(design.subtitle)
        self.notes.setPlainText("\n".join(design.notes))
        self.unit.setCurrentIndex(self.unit.findData(design.unit.value))
        self._filling = False
        self._explain()

    def _explain(self) -> None:
        template = templates()[str(self.template.currentData())]
        self.help.setText(_(template.help))
        for widget in (self.township, self._township_label):
            if widget is not None:
                widget.setVisible(template.needs == "township")
        self.no_logo.setEnabled(bool(self._logo))

    def _template_chosen(self) -> None:
        if self._filling:
            return
        template = design_of(str(self.template.currentData()))
        current = self.design()
        self._show(
            replace(
                current, paper=template.paper, landscape=template.landscape,
                elements=template.elements,
            )
        )  # fmt: skip
        self._retitle()

    def _proposed(self) -> str:
        template = templates()[str(self.template.currentData())]
        code = self.county() or regions().city.code
        chosen = self._chosen_types()
        types = _("、").join(_(taxonomy().get(key).label) for key in chosen)
        return template.title_for(
            _(regions().get(code).name), types=types, township=self.township.currentText()
        )

    def _retitle(self) -> None:
        """A title nobody typed follows template, area and types."""
        if self._filling:
            return
        was, self._auto_title = self._auto_title, self._proposed()
        if self.title_text() in ("", was):
            self.title.setText(self._auto_title)
        self._changed()

    def _changed(self) -> None:
        if not self._filling:
            self._timer.start()

    def _offer_townships(self, names: tuple[str, ...]) -> None:
        if [self.township.itemText(row) for row in range(self.township.count())] == list(names):
            return
        chosen, filling = self.township.currentText(), self._filling
        self._filling = True
        self.township.clear()
        for name in names:
            self.township.addItem(name, name)
        self.township.setCurrentIndex(max(0, self.township.findText(chosen)) if names else -1)
        self._filling = filling

    # -- preview --------------------------------------------------------------------------------

    def _draw(self) -> None:
        """Draw the sheet; asked for while drawing, draw once more afterwards."""
        if self._drawing:
            self._stale = True
            return
        self._drawing, self._stale = True, False
        order, page = self.order(), self._page()
        dpi = self.preview.dpi(page)
        self._say(_("正在生成预览…"))
        handle = self._desk.run(
            lambda job: self._studio.view(order, dpi, job),
            title=_("正在生成预览…"),
            on_success=partial(self._drawn, page),
            on_failure=self._refused,
            quiet=True,
        )
        handle.finished.connect(self._finished_drawing)

    def _page(self) -> PageSize:
        return PageSize(f"{self.paper.currentData()}-{self.turned.currentData()}")

    def _drawn(self, page: PageSize, view: StudioView) -> None:
        if self._closed:
            return
        self.preview.show_sheet(QImage.fromData(view.picture), page)
        if self.template.currentData() != "township" or not self.township.count():
            self._offer_townships(view.townships)
        for row in range(self.types.count()):
            item = self.types.item(row)
            empty = item.data(Qt.ItemDataRole.UserRole) not in view.type_keys
            tip = _("这个范围内没有可公开的记录") if empty else ""
            if item.toolTip() != tip:
                self._filling = True
                item.setToolTip(tip)
                self._filling = False
        self._say(_("预览用的是脱敏后的真实数据；双击可放大。"))
        self._allow(on=True)

    def _refused(self, error: BaseException) -> None:
        if self._closed:
            return
        self._say(str(error), "error")
        self._allow(on=False)
        if not isinstance(error, RiskMapError):
            self._desk.show_error(error)

    def _finished_drawing(self) -> None:
        self._drawing = False
        if self._stale and not self._closed:
            self._draw()

    def _say(self, text: str, role: str = "muted") -> None:
        self.note.setText(text)
        set_role(self.note, role)

    def _allow(self, *, on: bool) -> None:
        self.accept_button.setEnabled(on)
        self.print_button.setEnabled(on)

    def _close_down(self) -> None:
        self._closed = True
        self._timer.stop()

    # -- logo -----------------------------------------------------------------------------------

    def ask_logo(self) -> None:
        """Choose the office's picture."""
        name, _kind = QFileDialog.getOpenFileName(
            self, _("选择标志图片"), "", _("图片 (*.png *.jpg *.jpeg *.bmp *.gif)")
        )
        if name:
            self.take_logo(Path(name))

    def take_logo(self, path: Path) -> None:
        """Use a picture; what is none is said, and the former stays."""
        try:
            self._take_logo(read_logo(path))
        except RiskMapError as error:
            self._say(str(error), "error")

    def _take_logo(self, logo: bytes) -> None:
        self._logo = logo
        if logo:
            self.parts[SheetElement.LOGO].setChecked(True)
        self._explain()
        self._changed()

    # -- printing -------------------------------------------------------------------------------

    def ask_printer(self) -> None:
        """Ask which printer; say so where there is none."""
        if not printer_names():
            self._say(
                _("这台电脑没有安装打印机。可以先做成 PDF，再到有打印机的电脑上打印。"), "warning"
            )
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.accepted.connect(lambda: self.send(printer.printerName(), printer.copyCount()))
        # QPrintDialog has another `open`, for slots by name.
        QDialog.open(dialog)

    def send(self, printer: str, copies: int = 1, path: str = "") -> None:
        """Print the watermarked sample; only a released sheet goes out without the mark."""
        order = self.order()

        def work(job: JobContext) -> object:
            content, page = self._studio.draft(order, job)
            return run_in_child(partial(print_sheet, _job(content, page)))

        def _job(content: SheetContent, page: PageSize) -> PrintJob:
            return PrintJob(content=content, page=page, printer=printer, copies=copies, path=path)

        def printed(_placed: object) -> None:
            if not self._closed:
                self._say(_("送审样图已送去打印；正式图请打印发布后的 PDF。"), "success")

        self._desk.run(work, title=_("正在打印…"), on_success=printed)


def _choice(name: str, title: str, choices: Mapping[str, str]) -> ChoiceBox:
    box = ChoiceBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    for value, shown in choices.items():
        box.addItem(shown, value)
    return box


def _line(name: str, title: str, text: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setObjectName(name)
    line.setAccessibleName(title)
    return line
