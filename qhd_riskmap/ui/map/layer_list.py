"""The added layers, the uppermost on top: drag to order, tick to show, double click for the look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from qhd_riskmap.cartography.layer_sign import paint_layer_sign
from qhd_riskmap.domain.map_layer import LONGEST_NAME, MapLayer
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.map_layers import LinkedLayer
from qhd_riskmap.ui.toolkit.icons import icon

_SIGN: Final = QSize(22, 16)
_ROW: Final = 26
_MOST_ROWS: Final = 9
_ID: Final = Qt.ItemDataRole.UserRole


class LayerList(QListWidget):
    """Signals.

    Signals:
        renamed: A layer (its id) has another name.
        switched: A layer (its id) is to be shown or hidden.
        arranged: Another order: ids, the lowest first.
    """

    renamed = Signal(object, str)
    switched = Signal(object, bool)
    arranged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer-list")
        self.setAccessibleName(_("添加的图层"))
        self.setAccessibleDescription(_("拖动或按 Alt+↑、Alt+↓ 调整上下次序"))
        self.setIconSize(_SIGN)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemChanged.connect(self._changed)

    def show_layers(
        self, linked: Sequence[LinkedLayer], failed: Mapping[str, RiskMapError]
    ) -> None:
        """Show these, keeping the current one."""
        current = self.current_id()
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.clear()
        for each in reversed(linked):
            item = self._item(each, failed.get(str(each.layer.id)))
            self.addItem(item)
            if each.layer.id == current:
                self.setCurrentItem(item)
        self.blockSignals(False)  # noqa: FBT003
        rows = min(max(self.count(), 1), _MOST_ROWS)
        self.setFixedHeight(rows * _ROW + 2 * self.frameWidth() + 2)

    def current_id(self) -> UUID | None:
        """The layer in hand."""
        row = self.currentRow()
        found: UUID | None = self.item(row).data(_ID) if row >= 0 else None
        return found

    def take_id(self, layer_id: UUID) -> None:
        """Take a layer in hand."""
        for row in range(self.count()):
            if self.item(row).data(_ID) == layer_id:
                self.setCurrentRow(row)

    def order(self) -> list[UUID]:
        """Ids as they stand, the lowest first."""
        return [self.item(row).data(_ID) for row in reversed(range(self.count()))]

    def dropEvent(self, event: QDropEvent) -> None:
        """A layer was dragged to another place."""
        before = self.order()
        super().dropEvent(event)
        if self.order() != before:
            self.arranged.emit(self.order())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Alt with an arrow moves the layer in hand up or down."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._move_current(step)
        else:
            super().keyPressEvent(event)

    def _move_current(self, step: int) -> None:
        row = self.currentRow()
        if 0 <= row + step < self.count():
            item = self.takeItem(row)
            self.insertItem(row + step, item)
            self.setCurrentItem(item)
            self.arranged.emit(self.order())

    def _item(self, linked: LinkedLayer, error: RiskMapError | None) -> QListWidgetItem:
        layer = linked.layer
        bad = linked.missing or error is not None
        text = _("{name}（缺失）").format(name=layer.name) if linked.missing else layer.name
        item = QListWidgetItem(icon("link-off", colour="error") if bad else _sign(layer), text)
        flags = Qt.ItemFlag
        item.setFlags(
            flags.ItemIsEnabled | flags.ItemIsSelectable | flags.ItemIsUserCheckable
            | flags.ItemIsDragEnabled | (flags.NoItemFlags if bad else flags.ItemIsEditable)
        )  # fmt: skip
        item.setCheckState(Qt.CheckState.Checked if layer.visible else Qt.CheckState.Unchecked)
        item.setSizeHint(QSize(0, _ROW))
        item.setData(_ID, layer.id)
        item.setToolTip(_tip(linked, error))
        return item

    def _changed(self, item: QListWidgetItem) -> None:
        layer_id = item.data(_ID)
        self.switched.emit(layer_id, item.checkState() is Qt.CheckState.Checked)
        if item.flags() & Qt.ItemFlag.ItemIsEditable:
            self.renamed.emit(layer_id, item.text().strip()[:LONGEST_NAME])


def _sign(layer: MapLayer) -> QIcon:
    ratio = 2
    picture = QPixmap(_SIGN * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_layer_sign(painter, layer, QRectF(1, 1, _SIGN.width() - 2, _SIGN.height() - 2))
    painter.end()
    return QIcon(picture)


def _tip(linked: LinkedLayer, error: RiskMapError | None) -> str:
    layer = linked.layer
    lines = [f"{layer.kind.label}：{linked.path or layer.source}"]
    if linked.missing:
        lines.append(_("文件不在原处。点“重新定位”指给它新的位置。"))
    if error is not None:
        lines.append(str(error))
    if layer.kind.is_ground:
        provider = layer.provider or _("未注明来源")
        number = layer.approval_no or _("无审图号，不能用于公开图")
        lines.append(f"{provider} · {number}")
    return "\n".join(lines)
