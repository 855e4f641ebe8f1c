"""Questions that editing asks: cut so, merge into which, offset how far, whose shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import shapely
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import area_m2, buffer_m, length_m
from qhd_riskmap.geo.outline import ShapeKind, kind_of
from qhd_riskmap.geo.shape_operations import parallel
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.edit_overlay import piece_colour
from qhd_riskmap.ui.map.measures import area_text, length_text
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_WIDTH: Final = 420
_SWATCH: Final = 12
_FARTHEST_M: Final = 200_000.0
_BELOW: Final = 96
_FIRST_M: Final = 50.0


class QuestionDialog(QDialog):
    """A sentence, what it is about, and named answers; beside the map, so that it can be looked at."""

    def __init__(self, name: str, title: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setFixedWidth(_WIDTH)
        self._beside = parent
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self.body.setSpacing(SPACE_S)
        self.words = QLabel(words)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.body.addWidget(self.words)
        self._answers = QHBoxLayout()
        self._answers.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:
        """At the right edge of the window: what the question is about lies on the map."""
        super().showEvent(event)
        # Wrapped lines in a row of their own are not counted by the dialog itself.
        self.setMinimumHeight(self.body.totalHeightForWidth(self.width()))
        edge = self._beside.mapToGlobal(self._beside.rect().topRight())
        self.move(edge.x() - self.width() - SPACE_L, edge.y() + _BELOW)

    def add_line(self, text: str, colour: QColor | None = None) -> None:
        """One more line, with a swatch in a colour of the map."""
        row = QHBoxLayout()
        if colour is not None:
            swatch, picture = QLabel(), QPixmap(_SWATCH, _SWATCH)
            picture.fill(colour)
            swatch.setPixmap(picture)
            row.addWidget(swatch)
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        row.addWidget(label, 1)
        self.body.addLayout(row)

    def add_answer(self, name: str, word: str, *, primary: bool = False) -> QPushButton:
        """One more button, from the left; it closes the question."""
        button = QPushButton(word)
        button.setObjectName(name)
        button.setProperty("primary", primary)
        button.setDefault(primary)
        button.clicked.connect(self.accept)
        self._answers.addWidget(button)
        return button

    def finish(self) -> None:
        """Add the way out."""
        cancel = QPushButton(_("取消"))
        cancel.setObjectName("question-cancel")
        cancel.clicked.connect(self.reject)
        self._answers.addWidget(cancel)
        self.body.addSpacing(SPACE_S)
        self.body.addLayout(self._answers)


def split_dialog(hazard: Hazard, pieces: Sequence[BaseGeometry], parent: QWidget) -> QuestionDialog:
    """Asks whether the pieces are to become records; its yes is ``split-yes``."""
    words = _("把“{name}”分成 {number} 处隐患？").format(name=hazard.name, number=len(pieces))
    dialog = QuestionDialog("split-dialog", _("分割隐患"), words, parent)
    for number, piece in enumerate(pieces):
        size = size_text(piece)
        text = (
            _("最大的一块，{size}，保留编号 {code} 和全部历史").format(size=size, code=hazard.code)
            if number == 0
            else _("第 {number} 块，{size}，登记为新隐患，沿用属性、等级和评估").format(
                number=number + 1, size=size
            )
        )
        dialog.add_line(text, piece_colour(number))
    dialog.add_answer("split-yes", _("分割"), primary=True)
    dialog.finish()
    return dialog


def merge_dialog(
    ordered: Sequence[Hazard], geometry: BaseGeometry, parent: QWidget
) -> QuestionDialog:
    """Asks whether hazards are to become one; its yes is ``merge-yes``."""
    kept = ordered[0]
    words = _("把选中的 {number} 处隐患合并为一处？").format(number=len(ordered))
    dialog = QuestionDialog("merge-dialog", _("合并隐患"), words, parent)
    level = _(kept.level.label) if kept.level is not None else _("未评级")
    dialog.add_line(
        _(
            "保留：{name}（{code}，{level}），合并后{size}。等级最高的一处保留，同级的保留最大的。"
        ).format(name=kept.name, code=kept.code, level=level, size=size_text(geometry))
    )
    parts = len(shapely.get_parts(geometry))
    if parts > 1 and kind_of(geometry) is not ShapeKind.POINT:
        dialog.add_line(_("注意：它们不相接，合并后的图形有 {number} 块。").format(number=parts))
    for hazard in ordered[1:]:
        dialog.add_line(
            _("并入：{name}（{code}）。记录移到“已删除”，编号记为曾用编号。").format(
                name=hazard.name, code=hazard.code
            )
        )
    dialog.add_answer("merge-yes", _("合并"), primary=True)
    dialog.finish()
    return dialog


def conflict_box(mine: Hazard, theirs: Hazard | None, words: str, parent: QWidget) -> QMessageBox:
    """Someone else saved first: what shall hold? Buttons are named ``conflict-…``."""
    box = QMessageBox(QMessageBox.Icon.Warning, _("别人先保存了"), words, parent=parent)
    box.setObjectName("conflict-box")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    lines = [_("您画的图形还在，没有丢失。")]
    answers = []
    if theirs is not None:
        moved = not theirs.geometry.equals_exact(mine.geometry, 0.0)
        lines.append(
            _("对方也改了图形（地图上的棕色虚线）。")
            if moved
            else _("对方没有改图形，只改了其他信息。")
        )
        answers.append(("conflict-mine", _("用我的图形，保留对方的其他修改")))
        answers.append(("conflict-theirs", _("用对方的，放弃我的图形")))
    answers.append(("conflict-new", _("把我的图形登记为新隐患")))
    answers.append(("conflict-later", _("继续编辑")))
    box.setInformativeText("\n".join(lines))
    for name, word in answers:
        role = (
            QMessageBox.ButtonRole.RejectRole
            if name == "conflict-later"
            else QMessageBox.ButtonRole.AcceptRole
        )
        box.addButton(word, role).setObjectName(name)
    return box


class OffsetDialog(QuestionDialog):
    """A distance, and whether a corridor or a parallel line is wanted.

    Signals:
        previewed: What would come of it (geometry, or None with the reason).
    """

    previewed = Signal(object)

    def __init__(self, name: str, geometry: BaseGeometry, parent: QWidget) -> None:
        words = _("按离“{name}”的实地距离画出：").format(name=name)
        super().__init__("offset-dialog", _("偏移与缓冲"), words, parent)
        self._geometry = geometry
        self.result_shape: BaseGeometry | None = None
        self.distance = QDoubleSpinBox()
        self.distance.setObjectName("offset-distance")
        self.distance.setAccessibleName(_("距离"))
        self.distance.setRange(
            -_FARTHEST_M if kind_of(geometry) is ShapeKind.AREA else 0.1, _FARTHEST_M
        )
        self.distance.setDecimals(1)
        self.distance.setSuffix(" m")
        self.distance.setValue(_FIRST_M)
        self.distance.valueChanged.connect(self.preview)
        self.body.addWidget(self.distance)
        self._ways = QButtonGroup(self)
        ways = [("offset-buffer", _("周围的范围（缓冲区，面）"))]
        if kind_of(geometry) is ShapeKind.LINE:
            ways += [
                ("offset-left", _("左侧平行线（沿画线方向）")),
                ("offset-right", _("右侧平行线（沿画线方向）")),
            ]
        for number, (key, word) in enumerate(ways):
            radio = QRadioButton(word)
            radio.setObjectName(key)
            radio.setChecked(number == 0)
            radio.toggled.connect(self.preview)
            self._ways.addButton(radio, number)
            self.body.addWidget(radio)
        self.reading = QLabel()
        self.reading.setObjectName("offset-reading")
        self.reading.setTextFormat(Qt.TextFormat.PlainText)
        self.reading.setWordWrap(True)
        self.body.addWidget(self.reading)
        self.as_new = self.add_answer("offset-new", _("登记为新隐患"), primary=True)
        self.instead = self.add_answer("offset-instead", _("替换原图形"))
        self.finish()

    def preview(self) -> None:
        """Work it out and show it."""
        metres = self.distance.value()
        way = self._ways.checkedId()
        self.result_shape = None
        try:
            if way == 0:
                shape = buffer_m(self._geometry, metres)
            else:
                shape = parallel(self._geometry, metres if way == 1 else -metres)
        except InvalidInputError as error:
            self.reading.setText(str(error))
        else:
            if shape.is_empty:
                self.reading.setText(_("向内收缩太多，什么也不剩了。"))
            else:
                self.result_shape = shape
                self.reading.setText(size_text(shape))
        for button in (self.as_new, self.instead):
            button.setEnabled(self.result_shape is not None)
        self.previewed.emit(self.result_shape)


def size_text(geometry: BaseGeometry) -> str:
    """How large a shape is on the ground."""
    kind = kind_of(geometry)
    if kind is ShapeKind.AREA:
        return area_text(area_m2(geometry))
    return length_text(length_m(geometry)) if kind is ShapeKind.LINE else _("点")
