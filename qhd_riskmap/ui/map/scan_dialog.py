"""Lays a scanned map on the ground: a point in the scan, the same point on the map, two to six times."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.cartography.raster_source import fit_scan
from qhd_riskmap.domain.map_layer import ControlPoint, MapLayer
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, format_dms
from qhd_riskmap.geo.georeferencing import FEWEST_POINTS, MOST_POINTS
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.place_dialog import REFERENCES, locate
from qhd_riskmap.ui.map.scan_view import ScanView
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = (520, 660)
_POOR_M: Final = 50.0


class ScanDialog(QDialog):
    """Collects matching points beside the open map.

    Signals:
        place_wanted: The officer shall click the pending point on the map.
        points_changed: Points were added or deleted.
        confirmed: The layer and its points (`MapLayer`, tuple of `ControlPoint`).
    """

    place_wanted = Signal()
    points_changed = Signal()
    confirmed = Signal(object, object)

    def __init__(
        self, layer: MapLayer, size: tuple[int, int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("scan-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("扫描图定位：{name}").format(name=layer.name))
        self.resize(*_SIZE)
        self._layer = layer
        self._pending: tuple[float, float] | None = None
        self.points: list[ControlPoint] = list(layer.control)
        self.view = ScanView(size)
        self.view.picked.connect(self._picked)
        self.step = words(name="scan-step")
        self.typed = QLineEdit()
        self.typed.setObjectName("scan-typed")
        self.typed.setAccessibleName(_("该点坐标（任何写法）"))
        self.typed.setPlaceholderText(_("或粘贴该点坐标，如 119°36′00″E 39°56′00″N"))
        self.typed.returnPressed.connect(self._take_typed)
        self.datum = QComboBox()
        self.datum.setObjectName("scan-datum")
        self.datum.setAccessibleName(_("坐标系"))
        for key, label in REFERENCES:
            self.datum.addItem(_(label), key)
        self.take = push_button(_("采用"), "scan-take", self._take_typed)
        self.table = QTableWidget(0, 4)
        self.table.setObjectName("scan-points")
        self.table.setHorizontalHeaderLabels([_("图上位置"), _("真实位置"), _("残差（米）"), ""])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.verdict = words(role="muted", name="scan-verdict")
        self.ok = push_button(_("加入地图"), "scan-ok", self._confirm, primary=True)
        self._lay_out()
        self._renew()

    def show_image(self, image: QImage) -> None:
        """Show the scan."""
        self.view.show_image(image)

    def take_place(self, lon: float, lat: float) -> None:
        """The pending point lies here (CGCS2000 degrees)."""
        if self._pending is None:
            return
        column, row = self._pending
        self.points.append(ControlPoint(column=column, row=row, lon=lon, lat=lat))
        self._pending = None
        self.typed.clear()
        self._renew()
        self.raise_()

    @property
    def pending(self) -> bool:
        """Whether a point of the scan waits for its place on the map."""
        return self._pending is not None

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.datum, 1)
        row.addWidget(self.take)
        buttons = QDialogButtonBox()
        buttons.addButton(self.ok, QDialogButtonBox.ButtonRole.AcceptRole)
        cancel = push_button(_("取消"), "scan-cancel", self.reject)
        buttons.addButton(cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self.table.setMaximumHeight(190)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addWidget(self.step)
        column.addWidget(self.view, 1)
        column.addWidget(self.typed)
        column.addLayout(row)
        column.addWidget(self.table)
        column.addWidget(self.verdict)
        column.addWidget(buttons)

    def _picked(self, column: float, row: float) -> None:
        if len(self.points) < MOST_POINTS:
            self._pending = (column, row)
            self._renew()
            self.place_wanted.emit()

    def _take_typed(self) -> None:
        try:
            place = locate(self.typed.text(), str(self.datum.currentData()))
        except (CoordinateTextError, InvalidInputError) as error:
            self.verdict.setText(str(error))
            set_role(self.verdict, "error")
            return
        self.take_place(*place)

    def _drop(self, number: int, *_clicked: object) -> None:
        del self.points[number]
        self._renew()

    def _renew(self) -> None:
        marks = [(point.column, point.row) for point in self.points]
        self.view.show_points(marks, self._pending)
        for widget in (self.typed, self.datum, self.take):
            widget.setEnabled(self._pending is not None)
        if self._pending is not None:
            self.step.setText(_("现在在地图上点同一个地方，或在下面粘贴它的坐标。"))
        elif len(self.points) < MOST_POINTS:
            self.step.setText(
                _("在扫描图上点一个能认出的地方（第 {number} 点；{low} 到 {high} 点）。").format(
                    number=len(self.points) + 1, low=FEWEST_POINTS, high=MOST_POINTS
                )
            )
        else:
            self.step.setText(_("已有 {high} 个点。").format(high=MOST_POINTS))
        self._judge()
        self.points_changed.emit()

    def _judge(self) -> None:
        residuals: tuple[float, ...] = ()
        words_, role, good = (
            _("还需要 {number} 个点。").format(number=max(0, FEWEST_POINTS - len(self.points))),
            "muted",
            False,
        )
        if len(self.points) >= FEWEST_POINTS:
            try:
                fit = fit_scan(tuple(self.points))
            except InvalidInputError as error:
                words_, role = str(error), "error"
            else:
                residuals, good = fit.residuals_m, True
                words_, role = _verdict(len(self.points), fit.rms_m)
        self.verdict.setText(words_)
        set_role(self.verdict, role)
        self.ok.setEnabled(good)
        self._fill_table(residuals)

    def _fill_table(self, residuals: tuple[float, ...]) -> None:
        self.table.setRowCount(len(self.points))
        for number, point in enumerate(self.points):
            off = f"{residuals[number]:,.1f}" if residuals else "—"
            place = format_dms(point.lon, point.lat)
            for column, text in enumerate((f"{point.column:.0f}, {point.row:.0f}", place, off)):
                item = QTableWidgetItem(text)
                if column == 2:  # noqa: PLR2004 - numbers stand right
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(number, column, item)
            gone = QToolButton()
            gone.setObjectName(f"scan-drop-{number}")
            gone.setIcon(icon("trash-can-outline"))
            gone.setToolTip(_("删去这个点"))
            gone.setAccessibleName(_("删去第 {number} 点").format(number=number + 1))
            gone.clicked.connect(partial(self._drop, number))
            self.table.setCellWidget(number, 3, gone)

    def _confirm(self) -> None:
        self.confirmed.emit(self._layer, tuple(self.points))
        self.accept()


def _verdict(count: int, rms_m: float) -> tuple[str, str]:
    if count == FEWEST_POINTS:
        return _("两个点没有检核；再加一两个点才能看出点得准不准。"), "warning"
    text = _("中误差 {rms:,.1f} 米。残差大的点请删去重点。").format(rms=rms_m)
    return text, "warning" if rms_m > _POOR_M else "success"
