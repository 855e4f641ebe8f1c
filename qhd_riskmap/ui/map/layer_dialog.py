"""Look and facts of one added layer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.map_layer import (
    LONGEST_NAME,
    Comparison,
    LayerFilter,
    LayerKind,
    LayerStyle,
    MapLayer,
)
from qhd_riskmap.geo.references import known_references
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_WIDTH: Final = 460
_WIDEST_LINE: Final = 20.0
_SCALES: Final = (
    0, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
)  # fmt: skip
_WHOLE: Final = 100
_SWATCH: Final = QSize(18, 14)


class LayerDialog(QDialog):
    """Shows a layer and gives it back changed.

    Signals:
        confirmed: The changed layer (`MapLayer`).
        points_wanted: The points of a scanned map are to be clicked anew.
    """

    confirmed = Signal(object)
    points_wanted = Signal()

    def __init__(
        self, layer: MapLayer, fields: tuple[str, ...], parent: QWidget | None = None
    ) -> None:
        """Build the dialog.

        Args:
            layer: What is shown.
            fields: Attributes of its features, for names and filter.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("layer-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("图层：{name}").format(name=layer.name))
        self.setMinimumWidth(_WIDTH)
        self._layer = layer
        self._fields = fields
        self.form = QFormLayout()
        self.form.setSpacing(SPACE_S)
        self.name = self._line("layer-name", _("名称"), layer.name)
        self.name.setMaxLength(LONGEST_NAME)
        if layer.kind is LayerKind.VECTOR:
            self._add_style(layer)
        self._add_scales(layer)
        self.reference = self._add_reference(layer)
        if layer.kind is LayerKind.SCAN:
            again = push_button(_("改对应点…"), "layer-points", self._ask_points)
            count = words(_("{number} 个").format(number=len(layer.control)), wrap=False)
            self.form.addRow(_("对应点"), _row(count, again))
        self.provider = self._line("layer-provider", _("来源单位"), layer.provider)
        self.approval = self._line("layer-approval", _("审图号"), layer.approval_no)
        self.approval.setPlaceholderText(_("没有审图号就留空；没有的底图不能用于公开图"))
        buttons = QDialogButtonBox()
        self.ok = push_button(_("确定"), "layer-ok", self._confirm, primary=True)
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = push_button(_("取消"), "layer-cancel", self.reject)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        where = words(layer.source, role="muted", name="layer-source")
        column.addWidget(where)
        column.addLayout(self.form)
        column.addWidget(buttons)

    def changed(self) -> MapLayer:
        """The layer as the dialog says."""
        layer = replace(
            self._layer,
            name=self.name.text().strip() or self._layer.name,
            closest=float(self.closest.currentData()),
            farthest=float(self.farthest.currentData()),
            reference=str(self.reference.currentData()),
            provider=self.provider.text().strip(),
            approval_no=self.approval.text().strip(),
        )
        if layer.kind is not LayerKind.VECTOR:
            return layer
        style = LayerStyle(
            colour=self.colour.colour,
            width=self.width_box.value(),
            fill=self.fill.colour,
            fill_opacity=self.fill_opacity.value() / _WHOLE,
            label=str(self.label.currentData()),
        )
        attribute = str(self.attribute.currentData())
        condition = LayerFilter(
            attribute=attribute,
            comparison=Comparison(self.comparison.currentData()),
            value=self.value.text().strip(),
        )
        return replace(layer, style=style, condition=condition if attribute else None)

    # -- building -------------------------------------------------------------------------------

    def _add_style(self, layer: MapLayer) -> None:
        style = layer.style
        self.colour = ColourButton("layer-colour", _("线和点的颜色"), style.colour)
        self.width_box = QDoubleSpinBox()
        self.width_box.setObjectName("layer-width")
        self.width_box.setAccessibleName(_("线宽"))
        self.width_box.setRange(0.2, _WIDEST_LINE)
        self.width_box.setSingleStep(0.2)
        self.width_box.setDecimals(1)
        self.width_box.setSuffix(_(" 像素"))
        self.width_box.setValue(style.width)
        self.form.addRow(_("线和点"), _row(self.colour, self.width_box))
        self.fill = ColourButton("layer-fill", _("面的填充色"), style.fill or style.colour)
        self.fill_opacity = QSlider(Qt.Orientation.Horizontal)
        self.fill_opacity.setObjectName("layer-fill-opacity")
        self.fill_opacity.setAccessibleName(_("填充浓度"))
        self.fill_opacity.setRange(0, _WHOLE)
        self.fill_opacity.setValue(round(style.fill_opacity * _WHOLE) if style.fill else 0)
        self.form.addRow(_("面填充"), _row(self.fill, self.fill_opacity))
        self.label = self._field_box("layer-label", _("注记字段"), _("不注记"), style.label)
        self.form.addRow(_("注记字段"), self.label)
        condition = layer.condition
        self.attribute = self._field_box(
            "layer-attribute", _("筛选字段"), _("不筛选"), condition.attribute if condition else ""
        )
        self.comparison = QComboBox()
        self.comparison.setObjectName("layer-comparison")
        self.comparison.setAccessibleName(_("比较方式"))
        for comparison in Comparison:
            self.comparison.addItem(_(comparison.value), comparison.value)
        self.value = QLineEdit(condition.value if condition else "")
        self.value.setObjectName("layer-value")
        self.value.setAccessibleName(_("筛选值"))
        if condition is not None:
            self.comparison.setCurrentIndex(self.comparison.findData(condition.comparison.value))
        self.form.addRow(_("只显示"), _row(self.attribute, self.comparison, self.value))

    def _add_scales(self, layer: MapLayer) -> None:
        self.farthest = _scale_box("layer-farthest", _("最小比例尺"), layer.farthest)
        self.closest = _scale_box("layer-closest", _("最大比例尺"), layer.closest)
        self.form.addRow(_("显示范围"), _row(self.farthest, words("—", wrap=False), self.closest))

    def _add_reference(self, layer: MapLayer) -> QComboBox:
        box = QComboBox()
        box.setObjectName("layer-reference")
        box.setAccessibleName(_("坐标系"))
        if layer.kind in {LayerKind.TILES, LayerKind.ARCHIVE}:
            box.addItem(_("国家 2000 或 WGS84（天地图等）"), "")
            box.addItem(_("火星坐标 GCJ-02（显示时移到真实位置）"), "gcj02")
        else:
            fill_references(box)
        if box.findData(layer.reference) < 0:
            box.addItem(layer.reference, layer.reference)
        box.setCurrentIndex(box.findData(layer.reference))
        if layer.kind is not LayerKind.SCAN:
            self.form.addRow(_("坐标系"), box)
        return box

    def _field_box(self, name: str, title: str, none: str, chosen: str) -> QComboBox:
        box = QComboBox()
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.addItem(none, "")
        for field in self._fields:
            box.addItem(field, field)
        if chosen and box.findData(chosen) < 0:
            box.addItem(chosen, chosen)
        box.setCurrentIndex(box.findData(chosen))
        return box

    def _line(self, name: str, title: str, text: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setObjectName(name)
        line.setAccessibleName(title)
        self.form.addRow(title, line)
        return line

    def _ask_points(self) -> None:
        self.points_wanted.emit()
        self.reject()

    def _confirm(self) -> None:
        self.confirmed.emit(self.changed())
        self.accept()


class ColourButton(QPushButton):
    """Shows a colour and asks for another one.

    Attributes:
        colour: ``#RRGGBB``.
    """

    def __init__(self, name: str, title: str, colour: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setToolTip(title)
        self.setAutoDefault(False)
        self.set_colour(colour)
        self.clicked.connect(self._ask)

    def set_colour(self, colour: str) -> None:
        """Show a colour."""
        self.colour = colour
        self.setText(colour)
        swatch = QPixmap(_SWATCH)
        swatch.fill(QColor(colour))
        self.setIcon(QIcon(swatch))

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self.colour), self, self.accessibleName())
        if chosen.isValid():
            self.set_colour(chosen.name().upper())


def fill_references(box: QComboBox, *, none: str = "") -> None:
    """Offer the systems that files of this region are in."""
    box.addItem(none or _("按文件自带的说明"), "")
    for reference in known_references():
        box.addItem(reference.label, reference.text)


def _scale_box(name: str, title: str, value: float) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    for scale in _SCALES:
        box.addItem(f"1:{scale:,}" if scale else _("不限"), float(scale))
    if box.findData(value) < 0:
        box.addItem(f"1:{value:,.0f}", value)
    box.setCurrentIndex(box.findData(value))
    return box


def _row(*parts: QWidget) -> QWidget:
    frame = QWidget()
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    for part in parts:
        row.addWidget(part, 0 if isinstance(part, QLabel) else 1)
    return frame
