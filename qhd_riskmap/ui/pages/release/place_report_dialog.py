"""Asks for a place and writes one A4 of what is public around it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.place_report import LARGEST_RADIUS_M, LEAST_RADIUS_M
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.geo.coordinate_text import CoordinateTextError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceOutcome
from qhd_riskmap.ui.map.place_dialog import REFERENCES, locate
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.schema_form import ChoiceBox
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH: Final = 480
_METRES: Final = 1000.0


class PlaceReportDialog(QDialog):
    """Name, coordinate, radius; the report is taken from the newest public release of the place."""

    def __init__(self, desk: Desk, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("place-report-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("地点告知单"))
        self.setMinimumWidth(_WIDTH)
        self._desk = desk
        self._folder = folder
        self._closed = False
        self.name = _line("place-report-name", _("地名"))
        self.name.setPlaceholderText(_("例如：祖山镇花厂峪村"))
        self.place = _line("place-report-place", _("坐标"))
        self.place.setPlaceholderText(_("例如：119.60,39.93，度分秒也可以"))
        self.datum = ChoiceBox()
        self.datum.setObjectName("place-report-datum")
        self.datum.setAccessibleName(_("坐标系"))
        for value, label in REFERENCES:
            self.datum.addItem(_(label), value)
        self.radius = QDoubleSpinBox()
        self.radius.setObjectName("place-report-radius")
        self.radius.setAccessibleName(_("半径（公里）"))
        self.radius.setRange(LEAST_RADIUS_M / _METRES, LARGEST_RADIUS_M / _METRES)
        self.radius.setDecimals(1)
        self.radius.setSingleStep(0.5)
        self.radius.setValue(3.0)
        self.radius.setSuffix(_(" 公里"))
        self.note = words(
            _("只摘取已公开发布、今天仍可公开的内容；距离量到公布的位置，按网格取整。"),
            role="muted", name="place-report-note",
        )  # fmt: skip
        self.write_button = push_button(
            _("做成 PDF…"), "place-report-write", self.ask_file, primary=True
        )
        self.finished.connect(self._close_down)
        self._lay_out()

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("地名"), self.name)
        form.addRow(_("坐标"), self.place)
        form.addRow(_("坐标系"), self.datum)
        form.addRow(_("半径"), self.radius)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.write_button)
        foot.addWidget(push_button(_("关闭"), "place-report-close", self.reject))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addLayout(foot)

    def ask_file(self) -> None:
        """Ask where the PDF shall go."""
        proposed = _("{place}周边风险隐患告知单").format(place=self.name.text().strip())
        chosen, _kind = QFileDialog.getSaveFileName(
            self, _("保存告知单"), str(self._folder / f"{proposed}.pdf"), "PDF (*.pdf)"
        )
        if chosen:
            self.write(Path(chosen))

    def write(self, path: Path) -> None:
        """Write the report; what is wrong is said in the dialog."""
        try:
            lon, lat = locate(self.place.text().strip(), str(self.datum.currentData()))
        except (CoordinateTextError, RiskMapError) as error:
            self._say(str(error), "error")
            return
        order = PlaceOrder(
            lon=lon, lat=lat, name=self.name.text(), path=path,
            radius_m=self.radius.value() * _METRES,
        )  # fmt: skip
        self.write_button.setEnabled(False)
        handle = self._desk.run(
            lambda _job: self._desk.app.place_reports.write(order),
            title=_("正在制作并复查告知单…"),
            on_success=self._written,
            on_failure=self._refused,
        )
        handle.finished.connect(self._idle)

    def _written(self, outcome: PlaceOutcome) -> None:
        done = _("已做成 {name}，列出 {n} 处，摘自 {number} 号发布。").format(
            name=outcome.path.name, n=len(outcome.report.near), number=outcome.release
        )
        self._desk.notify(done, "success")
        if not self._closed:
            self._say(done, "success")

    def _refused(self, error: BaseException) -> None:
        if isinstance(error, RiskMapError) and not self._closed:
            self._say(str(error), "error")
        else:
            self._desk.show_error(error)

    def _idle(self) -> None:
        if not self._closed:
            self.write_button.setEnabled(True)

    def _say(self, text: str, role: str) -> None:
        self.note.setText(text)
        set_role(self.note, role)

    def _close_down(self) -> None:
        self._closed = True


def _line(name: str, title: str) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    line.setAccessibleName(title)
    return line
