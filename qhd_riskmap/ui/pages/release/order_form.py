"""The form of a release order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.sheet_design import SheetDesign
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.release_order import (
    DRAFT_FORMATS,
    Finding,
    ProductFormat,
    ReleaseOrder,
    SmallCells,
)
from qhd_riskmap.ui.pages.release.design_row import DesignRow
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.path_field import PathField, choose_folder
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS

PRODUCTS: Final = {
    ProductFormat.PDF: N_("PDF 图（打印、张贴）"),
    ProductFormat.ATLAS: N_("PDF 图集（分幅与清单）"),
    ProductFormat.PNG: N_("PNG 图片（300 dpi）"),
    ProductFormat.JPG: N_("JPG 图片（300 dpi）"),
    ProductFormat.SVG: N_("SVG 矢量图"),
    ProductFormat.HTML: N_("网页（离线可看）"),
    ProductFormat.GEOJSON: N_("GeoJSON 数据"),
    ProductFormat.GPKG: N_("GeoPackage 数据"),
    ProductFormat.SHP: N_("Shapefile 数据（zip）"),
    ProductFormat.KML: N_("KML 数据（地球软件）"),
    ProductFormat.XLSX: N_("Excel 统计表"),
    ProductFormat.CSV: N_("CSV 数据表（zip）"),
    ProductFormat.STATISTICS: N_("统计网页（含整改情况）"),
}
_FIRST_PRODUCTS: Final = {
    ProductFormat.PDF,
    ProductFormat.PNG,
    ProductFormat.HTML,
    ProductFormat.XLSX,
}
SMALL_CELLS: Final = {
    SmallCells.MERGE: N_("并入相邻区域（建议）"),
    SmallCells.BLOCK: N_("不合并，提示我处理"),
}
LINES: Final = {
    "title": N_("图名"),
    "unit": N_("编制单位"),
    "publisher": N_("发布单位"),
    "source": N_("数据来源"),
    "approval_no": N_("审图号"),
    "prepared_by": N_("编制人"),
    "reviewed_by": N_("审核人"),
    "secrecy_reviewed_by": N_("保密审查人"),
    "purpose": N_("用途"),
    "supersedes": N_("替代的发布"),
}
DATES: Final = {"data_date": N_("资料截止日期"), "approval_date": N_("批准日期")}
# Where a rule's finding is mended when its words name no field.
_FIELD_OF_RULE: Final = {
    "PM01": "approval_no",
    "PM02": "approval_no",
    "PM16": "data_date",
    "PM19": "data_date",
    "PM25": "small_cells",
}
# Findings that a field can settle; the others are about records or about the whole product.
_RULES_OF_FIELDS: Final = frozenset(
    {*_FIELD_OF_RULE, "PM06", "PM07", "PM08", "PM12", "PM14", "PM15", "PM23"}
)


class OrderForm(QWidget):
    """Everything an officer decides about a release.

    Signals:
        edited: Any field was changed.
    """

    edited = Signal()

    def __init__(self, register: Path, actor_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("order-form")
        self._register = register
        self._auto_title = ""
        self._lines = {key: self._line(key, _(label)) for key, label in LINES.items()}
        self._dates = {key: self._date(key, _(label)) for key, label in DATES.items()}
        self._lines["approval_no"].setPlaceholderText(_("例如：冀S(2026)012号"))
        self._lines["prepared_by"].setText(actor_name)
        self.county = self._county_box()
        self.design = DesignRow()
        self.small_cells = self._small_cells_box()
        self.draft = QCheckBox(_("只做送审样图（加水印，不需要审图号，不得公开）"))
        self.draft.setObjectName("order-draft")
        self.draft.toggled.connect(self._draft_chosen)
        self.emergency = QCheckBox(_("应急保障用图（即送即审，其他要求照旧）"))
        self.emergency.setObjectName("order-emergency")
        self.emergency.toggled.connect(self.edited)
        self._lines["supersedes"].setPlaceholderText(_("例如：2026-003，没有则留空"))
        self.products = {product: self._product(product) for product in PRODUCTS}
        self.out_dir = self._folder("out_dir", _("成果文件夹"))
        self.control_dir = self._folder("control_dir", _("审批材料文件夹"))
        self._lay_out()
        self.out_dir.set_path(register.with_name(f"{register.stem}_公开成果"))
        self.control_dir.set_path(register.with_name(f"{register.stem}_发布审批材料"))
        self._propose_title()

    # -- values ---------------------------------------------------------------------------------

    def order(self) -> ReleaseOrder:
        """The order as it stands in the form."""
        text = {key: line.text().strip() for key, line in self._lines.items()}
        return ReleaseOrder(
            title=text["title"],
            formats=tuple(
                p for p, box in self.products.items() if box.isChecked() and box.isEnabledTo(self)
            ),
            out_dir=self.out_dir.path() or self._register.parent,
            county=self.county.currentData() or None,
            data_date=self._dates["data_date"].day(),
            unit=text["unit"],
            publisher=text["publisher"],
            source=text["source"],
            approval_no=text["approval_no"],
            approval_date=self._dates["approval_date"].day(),
            prepared_by=text["prepared_by"],
            reviewed_by=text["reviewed_by"],
            secrecy_reviewed_by=text["secrecy_reviewed_by"],
            draft=self.draft.isChecked(),
            small_cells=SmallCells(self.small_cells.currentData()),
            control_dir=self.control_dir.path(),
            sheet=self.design.design,
            purpose=text["purpose"],
            supersedes=text["supersedes"],
            emergency=self.emergency.isChecked(),
        )

    def show_order(self, order: ReleaseOrder) -> None:
        """Fill the form with a saved order; folders and the replaced release stay as they are."""
        for key in LINES:
            if key != "supersedes":
                self._lines[key].setText(getattr(order, key))
        for key in DATES:
            day = getattr(order, key)
            self._dates[key].set_day(day) if day else self._dates[key].line.clear()
        self.county.setCurrentIndex(max(0, self.county.findData(order.county or "")))
        self._lines["title"].setText(order.title)
        self.small_cells.setCurrentIndex(self.small_cells.findData(order.small_cells.value))
        self.draft.setChecked(order.draft)
        self.emergency.setChecked(order.emergency)
        if order.sheet is not None:
            self.design.set_design(order.sheet)
        for product, box in self.products.items():
            box.setChecked(product in order.formats)

    def take_design(self, design: SheetDesign, county: str | None, title: str) -> None:
        """What the page designer was left with."""
        self.design.set_design(design)
        self.county.setCurrentIndex(max(0, self.county.findData(county or "")))
        self._lines["title"].setText(title)
        self.edited.emit()

    def complaints(self) -> list[tuple[str, str]]:
        """Field and sentence of everything the gate would not even look at."""
        found = []
        if not self.order().formats:
            nothing = _("没有选择要制作的格式。")
            marked = _("送审样图只有图件和网页，不含数据文件；请至少选一种。")
            found.append(("products", marked if self.draft.isChecked() else nothing))
        found += [
            (key, _("{field}：“{text}”不是日期，请写成 2026-11-23。").format(
                field=_(DATES[key]), text=field.line.text()
            ))
            for key, field in self._dates.items()
            if field.bad()
        ]  # fmt: skip
        if self.out_dir.path() is None:
            found.append(("out_dir", _("没有选择成果文件夹。")))
        elif self._control_among_products():
            found.append(("control_dir", _("审批材料不能放在成果文件夹里面，请另选一处。")))
        elif self._products_among_papers():
            found.append(("out_dir", _("成果不能放在审批材料文件夹里面，请另选一处。")))
        return found

    def _control_among_products(self) -> bool:
        out, control = self.out_dir.path(), self.control_dir.path()
        return out is not None and control is not None and out in (control, *control.parents)

    def _products_among_papers(self) -> bool:
        out, control = self.out_dir.path(), self.control_dir.path()
        return out is not None and control is not None and control in out.parents

    def show_office(self, office: Office) -> None:
        """Fill in what the office profile knows, where nothing is typed yet."""
        for key in ("unit", "publisher", "source"):
            if not self._lines[key].text():
                self._lines[key].setText(str(getattr(office, key)))
        place = self.county.findData(office.division)
        if place > 0 and self.county.currentIndex() == 0:
            self.county.setCurrentIndex(place)

    def set_data_date(self, day: date) -> None:
        """Show a 资料截止日期."""
        self._dates["data_date"].set_day(day)

    def keep(self) -> dict[str, object]:
        """All values, for a form built anew in another language."""
        return {
            "lines": {key: line.text() for key, line in self._lines.items()},
            "dates": {key: field.line.text() for key, field in self._dates.items()},
            "county": self.county.currentIndex(),
            "small_cells": self.small_cells.currentIndex(),
            "draft": self.draft.isChecked(),
            "emergency": self.emergency.isChecked(),
            "products": {p.value: box.isChecked() for p, box in self.products.items()},
            "folders": (self.out_dir.text(), self.control_dir.text()),
            "design": self.design.design,
        }

    def resume(self, state: Mapping[str, object]) -> None:
        """Show the values of `keep`."""
        kept = state.get("design")
        if isinstance(kept, SheetDesign):
            self.design.set_design(kept)
        self.emergency.setChecked(bool(state.get("emergency")))
        match state:
            case {
                "lines": dict(lines),
                "dates": dict(dates),
                "county": int(county),
                "small_cells": int(small_cells),
                "draft": bool(draft),
                "products": dict(products),
                "folders": (str(out_dir), str(control_dir)),
            }:
                self.county.setCurrentIndex(county)
                self.small_cells.setCurrentIndex(small_cells)
                self.draft.setChecked(draft)
                self.out_dir.line.setText(out_dir)
                self.control_dir.line.setText(control_dir)
                for key, text in lines.items():
                    self._lines[key].setText(text)
                for key, text in dates.items():
                    self._dates[key].line.setText(text)
                for product, box in self.products.items():
                    box.setChecked(bool(products.get(product.value)))

    # -- going there ----------------------------------------------------------------------------

    def field_of(self, finding: Finding) -> str:
        """Key of the field that settles a finding, or ""."""
        if finding.hazard_id or finding.rule not in _RULES_OF_FIELDS:
            return ""
        if finding.rule in _FIELD_OF_RULE:
            return _FIELD_OF_RULE[finding.rule]
        message = finding.message.casefold()
        places = {
            key: message.find(_(label).casefold()) for key, label in {**LINES, **DATES}.items()
        }
        named = sorted((place, key) for key, place in places.items() if place >= 0)
        # Of several fields that a sentence names, the first that is still empty.
        keys = [key for _place, key in named]
        empty = [key for key in keys if not self._text(key)]
        return next(iter(empty or keys), "")

    def _text(self, key: str) -> str:
        line = self._lines[key] if key in self._lines else self._dates[key].line
        return line.text().strip()

    def go_to(self, key: str) -> None:
        """Put the cursor into a field."""
        widget = self.field(key)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(widget, QLineEdit):
            widget.selectAll()

    def field(self, key: str) -> QWidget:
        """The editor of a field."""
        if key == "products":
            return next(iter(self.products.values()))
        if key in self._dates:
            return self._dates[key].line
        if key in self._lines:
            return self._lines[key]
        folders = {"out_dir": self.out_dir.line, "control_dir": self.control_dir.line}
        return (
            folders.get(key)
            or {
                "small_cells": self.small_cells,
                "county": self.county,
                "design": self.design.button,
            }[key]
        )

    # -- building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_XS)
        self._section(column, _("图名与范围"), ("title", "county", "data_date", "design"))
        column.addWidget(self._heading(_("成果格式")))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        for number, box in enumerate(self.products.values()):
            grid.addWidget(box, number // 2, number % 2)
        column.addLayout(grid)
        self._section(column, _("图上署名"), ("unit", "publisher", "source"))
        column.addWidget(self._heading(_("审批")))
        column.addWidget(self.draft)
        keys = ("approval_no", "approval_date", "prepared_by", "reviewed_by", "secrecy_reviewed_by")
        column.addLayout(self._rows(keys))
        column.addWidget(self.emergency)
        self._section(column, _("登记"), ("purpose", "supersedes"))
        self._section(column, _("保护与存放"), ("small_cells", "out_dir", "control_dir"))
        column.addWidget(words(_("审批材料含内部信息，不会放进成果文件夹。"), role="muted"))
        column.addStretch(1)

    def _section(self, column: QVBoxLayout, title: str, keys: tuple[str, ...]) -> None:
        column.addWidget(self._heading(title))
        column.addLayout(self._rows(keys))

    def _heading(self, title: str) -> QLabel:
        heading = words(title, role="section")
        heading.setContentsMargins(0, SPACE_S, 0, 0)
        return heading

    def _rows(self, keys: tuple[str, ...]) -> QFormLayout:
        labels = {
            **LINES,
            **DATES,
            "county": N_("范围"),
            "design": N_("版式"),
            "small_cells": N_("数量过少的区域"),
            "out_dir": N_("成果文件夹"),
            "control_dir": N_("审批材料"),
        }
        rows: dict[str, QWidget] = {
            **self._lines,
            **self._dates,
            "county": self.county,
            "design": self.design,
            "small_cells": self.small_cells,
            "out_dir": self.out_dir,
            "control_dir": self.control_dir,
        }
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_M)
        form.setVerticalSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for key in keys:
            label = words(_(labels[key]), wrap=False)
            label.setMinimumWidth(104)
            label.setBuddy(self.field(key))
            form.addRow(label, rows[key])
        return form

    def _line(self, key: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(f"order-{key}")
        line.setAccessibleName(label)
        line.textChanged.connect(self.edited)
        return line

    def _date(self, key: str, label: str) -> DateField:
        field = DateField(f"order-{key}", label)
        field.edited.connect(self.edited)
        return field

    def _folder(self, key: str, label: str) -> PathField:
        field = PathField(f"order-{key}", label, choose_folder(label))
        field.edited.connect(self.edited)
        return field

    def _product(self, product: ProductFormat) -> QCheckBox:
        box = QCheckBox(_(PRODUCTS[product]))
        box.setObjectName(f"order-format-{product.value}")
        box.setChecked(product in _FIRST_PRODUCTS)
        box.toggled.connect(self.edited)
        return box

    def _county_box(self) -> QComboBox:
        box = ChoiceBox()
        box.setObjectName("order-county")
        box.setAccessibleName(_("范围"))
        box.addItem(_("{city}（全市）").format(city=_(regions().city.name)), "")
        for region in regions().current():
            box.addItem(_(region.name), region.code)
        box.currentIndexChanged.connect(self._county_chosen)
        return box

    def _small_cells_box(self) -> QComboBox:
        box = ChoiceBox()
        box.setObjectName("order-small_cells")
        box.setAccessibleName(_("数量过少的区域"))
        for choice, label in SMALL_CELLS.items():
            box.addItem(_(label), choice.value)
        box.currentIndexChanged.connect(self.edited)
        return box

    # -- behaviour ------------------------------------------------------------------------------

    def _county_chosen(self) -> None:
        self._propose_title()
        self.edited.emit()

    def _propose_title(self) -> None:
        line = self._lines["title"]
        if line.text() != self._auto_title:
            return
        code = self.county.currentData() or regions().city.code
        place = _(regions().get(code).name)
        self._auto_title = _("{place}突发事件风险隐患分布图").format(place=place)
        line.setText(self._auto_title)

    def _draft_chosen(self, draft: bool) -> None:  # noqa: FBT001 - a Qt slot
        for key in ("approval_no", "approval_date"):
            self.field(key).setEnabled(not draft)
        self._dates["approval_date"].button.setEnabled(not draft)
        for product, box in self.products.items():
            marked = product in DRAFT_FORMATS
            box.setEnabled(marked or not draft)
            box.setToolTip(
                _("数据里没有地方加水印，送审样图不含数据文件") if draft and not marked else ""
            )
        self.edited.emit()
