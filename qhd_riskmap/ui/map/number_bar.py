"""The numeric bar: a length, a direction or a coordinate typed while drawing; and the snapping."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QWidget

from qhd_riskmap.domain.sketch import TypedPlace
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, read_vertices
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.geo.heading import Constraint
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.settings import WIDEST_SNAP_PX
from qhd_riskmap.ui.map.place_dialog import REFERENCES, take_plane
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS, theme

_NUMBER_WIDTH: Final = 64
_TEXT_WIDTH: Final = 150
_NARROW_TEXT: Final = 76
_NARROW_NUMBER: Final = 50
_DATUM_WIDTH: Final = 104
_LONGEST_M: Final = 1_000_000.0
# The bar must fit beside both panels of the page; the whole name is the tool tip.
_SHORT: Final = {
    "cgcs2000": N_("国家 2000"),
    "wgs84": N_("GPS"),
    "gcj02": N_("高德、腾讯"),
    "bd09": N_("百度"),
    "EPSG:4549": N_("高斯 120°"),
    "EPSG:4528": N_("高斯 40 带"),
    "EPSG:4509": N_("高斯 117°"),
}


class NumberBar(QFrame):
    """Fields for the next step of a drawing.

    Signals:
        constrained: A length or direction was typed or cleared.
        stepped: Enter in one of them: make the step.
        typed: Coordinates were entered (list of `TypedPlace`).
        troubled: What was entered cannot be used (the sentence).
        snap_changed: Another snapping distance, pixels; 0 is off.
        left: Escape: the map gets the keyboard back.
    """

    constrained = Signal()
    stepped = Signal()
    typed = Signal(list)
    troubled = Signal(str)
    snap_changed = Signal(int)
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._map = parent
        # A click beside a button must not set a vertex underneath.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.setObjectName("number-bar")
        self.length = _field("number-length", _("长度（米）"), _NUMBER_WIDTH)
        self.azimuth = _field("number-azimuth", _("方位（度）"), _NUMBER_WIDTH)
        self.coordinate = _field("number-coordinate", _("坐标"), _TEXT_WIDTH)
        self.coordinate.setPlaceholderText(_("任何写法，可粘贴一串"))
        self.datum = QComboBox()
        self.datum.setObjectName("number-datum")
        self.datum.setAccessibleName(_("坐标系"))
        self.datum.setFixedWidth(_DATUM_WIDTH)
        for place, (key, label) in enumerate(REFERENCES):
            self.datum.addItem(_(_SHORT[key]), key)
            self.datum.setItemData(place, _(label), Qt.ItemDataRole.ToolTipRole)
        self.snap = QSpinBox()
        self.snap.setObjectName("number-snap")
        self.snap.setRange(0, WIDEST_SNAP_PX)
        self.snap.setSuffix(" px")
        self.snap.setSpecialValueText(_("关"))
        self.snap.setAccessibleName(_("吸附距离"))
        self.snap.setToolTip(_("光标离节点或边线这么近时吸附过去；0 为关闭，按住 Alt 暂时不吸附"))
        self.snap.valueChanged.connect(self.snap_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        row.setSpacing(SPACE_XS)
        fields: tuple[tuple[str, QWidget], ...] = (
            (_("长度"), self.length),
            (_("方位"), self.azimuth),
            (_("坐标"), self.coordinate),
            ("", self.datum),
            (_("吸附"), self.snap),
        )
        self._rare: list[QWidget] = []
        self._captions: list[QWidget] = []
        for words, widget in fields:
            if words:
                caption = QLabel(words)
                caption.setBuddy(widget)
                row.addWidget(caption)
                (self._rare if widget is self.snap else self._captions).append(caption)
            row.addWidget(widget)
        self._rare.append(self.snap)
        for number in (self.length, self.azimuth):
            number.textEdited.connect(self._edited)
            number.returnPressed.connect(self.stepped)
        self.coordinate.returnPressed.connect(self._read)
        self.restyle()
        self.hide()

    # -- asking ---------------------------------------------------------------------------------

    def constraint(self, *, square: bool = False) -> Constraint:
        """What is fixed about the next step; fields that hold no number fix nothing."""
        return Constraint(
            length_m=_number(self.length.text(), 0.0, _LONGEST_M),
            azimuth_deg=_number(self.azimuth.text(), -360.0, 360.0),
            square=square,
        )

    def read(self, text: str) -> list[TypedPlace]:
        """The places a text names, in the chosen reference.

        Raises:
            CoordinateTextError: It names none.
            InvalidInputError: The reference cannot hold its numbers.
        """
        pairs = [pair for part in read_vertices(text).parts for pair in part]
        take_plane(self.datum, *pairs[0])
        reference = str(self.datum.currentData())
        xs, ys = zip(*pairs, strict=True)
        lon, lat = to_cgcs2000(xs, ys, parse_reference(reference))
        places = list(zip(lon.tolist(), lat.tolist(), strict=True))
        if not all(math.isfinite(value) for place in places for value in place):
            raise InvalidInputError(
                _("这个数值不在所选坐标系的适用范围内。"), hint=_("请换一个坐标系试试。")
            )
        words = [text.strip()] if len(pairs) == 1 else [f"{x:.12g} {y:.12g}" for x, y in pairs]
        return [TypedPlace(each, word, reference) for each, word in zip(places, words, strict=True)]

    def take(self, text: str) -> None:
        """Use a text that was entered or pasted."""
        try:
            places = self.read(text)
        except (CoordinateTextError, InvalidInputError) as error:
            self.troubled.emit(str(error))
            return
        self.coordinate.clear()
        self.typed.emit(places)

    # -- doing ----------------------------------------------------------------------------------

    def clear_step(self) -> None:
        """The step is made: nothing is fixed about the next one."""
        self.length.clear()
        self.azimuth.clear()

    def begin_typing(self) -> None:
        """Give the first field the keyboard."""
        self.length.setFocus()
        self.length.selectAll()

    def place(self, top: int) -> None:
        """At the top of the map, below what the strip says."""
        room = self._map.width() - 2 * SPACE_M
        for captions, everything in ((True, True), (True, False), (False, False)):
            for caption in self._captions:
                caption.setVisible(captions)
            self._show_all(on=everything)
            if self.sizeHint().width() <= room:
                break
        for number, word in ((self.length, _("长度")), (self.azimuth, _("方位"))):
            number.setPlaceholderText("" if captions else word)
        width = min(self.sizeHint().width(), room)
        self.setGeometry(SPACE_M, top, width, self.sizeHint().height())
        self.raise_()

    def _show_all(self, *, on: bool) -> None:
        """Everything, or what is needed for the next step: the snapping distance changes rarely."""
        for widget in self._rare:
            widget.setVisible(on)
        self.coordinate.setFixedWidth(_TEXT_WIDTH if on else _NARROW_TEXT)
        for number in (self.length, self.azimuth):
            number.setFixedWidth(_NUMBER_WIDTH if on else _NARROW_NUMBER)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        shown = theme()
        self.setStyleSheet(
            f"QFrame#number-bar {{ background: {shown.surface};"
            f" border: 1px solid {shown.border}; border-radius: 4px; }}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives the keyboard back to the map; nothing else leaves the bar."""
        if event.key() == Qt.Key.Key_Escape:
            self.clear_step()
            self.coordinate.clear()
            self.constrained.emit()
            self.left.emit()
        event.accept()

    def _edited(self) -> None:
        self.constrained.emit()

    def _read(self) -> None:
        if self.coordinate.text().strip():
            self.take(self.coordinate.text())


def _field(name: str, accessible: str, width: int) -> QLineEdit:
    line = QLineEdit()
    line.setObjectName(name)
    line.setAccessibleName(accessible)
    line.setFixedWidth(width)
    return line


def _number(text: str, low: float, high: float) -> float | None:
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if low <= value <= high else None
