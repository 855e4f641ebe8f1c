"""Finds a place by its coordinate, written in any form and given in any datum."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.place_readings import plane_for
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_text import (
    CoordinateTextError,
    format_decimal,
    format_dms,
    format_gk,
    parse_point,
)
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

REFERENCES: Final = (
    ("cgcs2000", N_("国家 2000（CGCS2000）经纬度")),
    ("wgs84", N_("GPS（WGS-84）经纬度")),
    ("gcj02", N_("高德、腾讯（火星坐标 GCJ-02）")),
    ("bd09", N_("百度（BD-09）")),
    ("EPSG:4549", N_("高斯坐标，中央经线 120°（EPSG:4549）")),
    ("EPSG:4528", N_("高斯坐标，40 带带号（EPSG:4528）")),
    ("EPSG:4509", N_("高斯坐标，6 度带，中央经线 117°（EPSG:4509）")),
)
_WIDTH: Final = 460
_LARGEST_DEGREE: Final = 360.0


class PlaceDialog(QDialog):
    """Paste a coordinate, choose its datum, go there or register a hazard there.

    Signals:
        place_found: Go to longitude, latitude.
        new_here: Register a hazard at longitude, latitude.
    """

    place_found = Signal(float, float)
    new_here = Signal(float, float)

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("place-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("定位坐标"))
        self.setMinimumWidth(_WIDTH)
        self._place: tuple[float, float] | None = None
        self._new_refused = False
        self.edit = QLineEdit(text)
        self.edit.setObjectName("place-text")
        self.edit.setAccessibleName(_("坐标"))
        self.edit.setPlaceholderText(_("例如：119°36′00″E 39°56′00″N，或 119.6, 39.93"))
        self.edit.textChanged.connect(self._read)
        self.datum = QComboBox()
        self.datum.setObjectName("place-datum")
        self.datum.setAccessibleName(_("坐标系"))
        for key, label in REFERENCES:
            self.datum.addItem(_(label), key)
        self.datum.currentIndexChanged.connect(self._read)
        self.reading = QLabel()
        self.reading.setObjectName("place-result")
        self.reading.setTextFormat(Qt.TextFormat.PlainText)
        self.reading.setWordWrap(True)
        self.reading.setMinimumHeight(self.fontMetrics().lineSpacing() * 4)
        self.reading.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reading.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        rows: tuple[tuple[str, QWidget], ...] = (
            (_("坐标（任何写法）"), self.edit),
            (_("坐标系"), self.datum),
        )
        for words, editor in rows:
            caption = QLabel(words)
            caption.setBuddy(editor)
            layout.addWidget(caption)
            layout.addWidget(editor)
        layout.addWidget(self.reading)
        layout.addWidget(self._buttons())
        self._read()

    def refuse_new(self, reason: str) -> None:
        """Nothing may be registered here; the tip says why."""
        self._new_refused = True
        self.new.setToolTip(reason)
        self._read()

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.go = QPushButton(_("定位"))
        self.go.setObjectName("place-go")
        self.go.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.go.setDefault(True)
        self.go.clicked.connect(self._found)
        self.new = QPushButton(_("在此登记隐患"))
        self.new.setObjectName("place-new")
        self.new.clicked.connect(self._new)
        close = QPushButton(_("关闭"))
        close.setObjectName("place-close")
        close.clicked.connect(self.reject)
        box.addButton(self.go, QDialogButtonBox.ButtonRole.AcceptRole)
        box.addButton(self.new, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(close, QDialogButtonBox.ButtonRole.RejectRole)
        return box

    def _read(self) -> None:
        self._place = None
        message, role = "", "muted"
        text = self.edit.text().strip()
        if text:
            try:
                point = parse_point(text)
                take_plane(self.datum, point.x, point.y)
                self._place = locate(text, str(self.datum.currentData()))
            except (CoordinateTextError, InvalidInputError) as error:
                message, role = str(error), "error"
            else:
                message, role = _description(*self._place)
        self.reading.setText(message or _("粘贴一个坐标：度分秒、十进制度或高斯坐标都可以。"))
        self.reading.setProperty("role", role)
        self.reading.style().unpolish(self.reading)
        self.reading.style().polish(self.reading)
        self.go.setEnabled(self._place is not None)
        self.new.setEnabled(self._place is not None and not self._new_refused)

    def _found(self) -> None:
        if self._place is not None:
            self.place_found.emit(*self._place)
            self.accept()

    def _new(self) -> None:
        if self._place is not None:
            self.new_here.emit(*self._place)
            self.accept()


def take_plane(box: QComboBox, x: float, y: float) -> None:
    """Metres are no degrees: where degrees are chosen, choose the plane that lies here."""
    if max(abs(x), abs(y)) > _LARGEST_DEGREE and not str(box.currentData()).startswith("EPSG:"):
        place = box.findData(plane_for(x, y))
        if place >= 0:
            box.setCurrentIndex(place)


def locate(text: str, reference: str) -> tuple[float, float]:
    """CGCS2000 longitude and latitude of a coordinate text.

    Raises:
        CoordinateTextError: The text is no coordinate.
        InvalidInputError: The reference cannot be used.
    """
    point = parse_point(text)
    lon, lat = to_cgcs2000(point.x, point.y, parse_reference(reference))
    if not (math.isfinite(float(lon)) and math.isfinite(float(lat))):
        raise InvalidInputError(
            _("这个数值不在所选坐标系的适用范围内。"), hint=_("请换一个坐标系试试。")
        )
    return float(lon), float(lat)


def _description(lon: float, lat: float) -> tuple[str, str]:
    lines = [
        _("国家 2000：{dms}").format(dms=format_dms(lon, lat)),
        _("十进制度：{decimal}").format(decimal=format_decimal(lon, lat)),
        _("高斯坐标：{gk}").format(gk=format_gk(lon, lat)),
    ]
    if not boundaries().inside_context(lon, lat):
        lines.append(_("注意：这个位置不在本市及相邻市范围内，请核对坐标系和经纬度顺序。"))
        return "\n".join(lines), "warning"
    return "\n".join(lines), "muted"
