"""The bar at the lower edge of the map: what the tool in hand can do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import shapely
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.canvas_selection import invert_selection, select_all, selected_shapes
from qhd_riskmap.ui.map.measure_tool import BUFFER, MEASURES, MeasureTool
from qhd_riskmap.ui.map.select_tools import SELECT_SHAPES, SelectTool
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S, SPACE_XS

_ROOM_BELOW: Final = 12
_SCALE_WIDTH: Final = 200  # the scale bar stands in the lower right corner
_SCALE_HEIGHT: Final = 62
_WIDEST_M: Final = 100_000.0
Choice = tuple[str, str, str, str]


class ToolOptions(QFrame):
    """Shapes to select by, things to measure; shown while such a tool is in hand."""

    def __init__(self, canvas: MapCanvas, choose_by_attribute: Callable[[], object]) -> None:
        super().__init__(canvas)
        self.setObjectName("tool-options")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._canvas = canvas
        self._stack = QStackedWidget()
        self._bars = {
            SelectTool.key: self._select_bar(choose_by_attribute),
            MeasureTool.key: self._measure_bar(),
        }
        self._bar = self._bars[SelectTool.key]
        for bar in self._bars.values():
            self._stack.addWidget(bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        layout.addWidget(self._stack)
        canvas.tool_changed.connect(self._tool_changed)
        canvas.installEventFilter(self)
        self.hide()

    def _select_bar(self, choose_by_attribute: Callable[[], object]) -> QWidget:
        bar = QWidget()
        row = _row(bar)
        self._add_choices(row, "select-shape", SELECT_SHAPES, self._take_shape)
        for name, icon_name, words, deed in (
            ("select-attribute", "filter-cog-outline", _("按属性选择…"), choose_by_attribute),
            ("select-invert", "select-inverse", _("反选"), partial(invert_selection, self._canvas)),
            ("select-all", "select-all", _("全选"), partial(select_all, self._canvas)),
        ):
            button = _button(name, icon_name, words)
            button.clicked.connect(lambda _on=False, deed=deed: deed())
            row.addWidget(button)
        return bar

    def _measure_bar(self) -> QWidget:
        bar = QWidget()
        row = _row(bar)
        self._add_choices(row, "measure", MEASURES, self._take_measure)
        self.width_box = QDoubleSpinBox()
        self.width_box.setObjectName("buffer-width")
        self.width_box.setAccessibleName(_("缓冲距离"))
        self.width_box.setRange(1.0, _WIDEST_M)
        self.width_box.setDecimals(0)
        self.width_box.setSingleStep(100.0)
        self.width_box.setSuffix(" m")
        self.width_box.setValue(self._measure().buffer_m)
        self.width_box.valueChanged.connect(lambda metres: self._measure().set_buffer(metres))
        self.around_button = QPushButton(_("围绕选中"))
        self.around_button.setObjectName("buffer-around")
        self.around_button.setToolTip(_("围绕选中的隐患画缓冲范围"))
        self.around_button.clicked.connect(self._buffer_selected)
        self.inside_button = QPushButton(_("选中范围内的隐患"))
        self.inside_button.setObjectName("buffer-select")
        self.inside_button.clicked.connect(lambda: self._measure().select_in_buffer())
        self._buffer_widgets = (self.width_box, self.around_button, self.inside_button)
        for widget in self._buffer_widgets:
            row.addWidget(widget)
            widget.hide()
        return bar

    def _add_choices(
        self,
        row: QHBoxLayout,
        name: str,
        choices: tuple[Choice, ...],
        take: Callable[[str], object],
    ) -> None:
        group = QButtonGroup(self)
        for number, (key, title, icon_name, hint) in enumerate(choices):
            button = _button(f"{name}-{key}", icon_name, _(title))
            button.setToolTip(f"{_(title)}：{_(hint)}")
            button.setCheckable(True)
            button.setChecked(number == 0)
            button.clicked.connect(lambda _on=False, key=key: take(key))
            group.addButton(button)
            row.addWidget(button)

    # -- acting ---------------------------------------------------------------------------------

    def _select(self) -> SelectTool:
        tool = self._canvas.tool_named(SelectTool.key)
        assert isinstance(tool, SelectTool)  # noqa: S101 - for the type checker
        return tool

    def _measure(self) -> MeasureTool:
        tool = self._canvas.tool_named(MeasureTool.key)
        assert isinstance(tool, MeasureTool)  # noqa: S101 - for the type checker
        return tool

    def _take_shape(self, shape: str) -> None:
        self._select().take_shape(shape)
        self._canvas.setFocus()

    def _take_measure(self, measure: str) -> None:
        self._measure().take_measure(measure)
        for widget in self._buffer_widgets:
            widget.setVisible(measure == BUFFER)
        self.place()
        self._canvas.setFocus()

    def _buffer_selected(self) -> None:
        shapes = selected_shapes(self._canvas)
        if len(shapes):
            self._measure().buffer_around(shapely.union_all(shapes))

    # -- place ----------------------------------------------------------------------------------

    def place(self) -> None:
        """The lower edge of the map, in the middle."""
        self._stack.setFixedSize(self._bar.sizeHint())
        self.adjustSize()
        canvas = self._canvas
        left = max(0, (canvas.width() - self.width()) // 2)
        covers_scale = left + self.width() > canvas.width() - _SCALE_WIDTH
        below = _SCALE_HEIGHT if covers_scale else _ROOM_BELOW
        self.move(left, max(0, canvas.height() - self.height() - below))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay at the edge."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return super().eventFilter(watched, event)

    def _tool_changed(self, key: str) -> None:
        bar = self._bars.get(key)
        if bar is None:
            self.hide()
            return
        self._bar = bar
        self._stack.setCurrentWidget(bar)
        self.place()
        self.show()
        self.raise_()


def _row(bar: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(bar)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_XS)
    return row


def _button(name: str, icon_name: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setIcon(icon(icon_name))
    button.setText(words)
    button.setAccessibleName(words)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setMinimumHeight(SPACE_L + SPACE_S)
    return button
