"""The tools above the map."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.map.tools import TOOLS
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS


class MapToolbar(QFrame):
    """Tool buttons (one is always down), view buttons, panel switches."""

    def __init__(self, canvas: MapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map-toolbar")
        self._canvas = canvas
        self._tools: dict[str, QToolButton] = {}
        self._worded: list[QToolButton] = []
        self._roomy_width = 0
        # Its words must not hold the window wide.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        self._row.setSpacing(2)
        self._group = group = QButtonGroup(self)
        for tool in TOOLS:
            tip = _("{hint}（{key}）").format(hint=_(tool.hint), key=tool.shortcut)
            button = self.add(f"tool-{tool.key}", tool.icon_name, _(tool.title), tip, worded=True)
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, key=tool.key: self._canvas.take_tool(key))
            group.addButton(button)
            self._tools[tool.key] = button
        canvas.tool_changed.connect(self._mark)
        self._mark(canvas.tool.key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words beside the icons where there is room for them."""
        if self._roomy_width == 0:
            self._roomy_width = self.sizeHint().width()
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if event.size().width() >= self._roomy_width
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for button in self._worded:
            button.setToolButtonStyle(style)

    def tool_button(self, key: str) -> QToolButton:
        """The button of one tool."""
        return self._tools[key]

    def add(
        self,
        name: str,
        icon_name: str,
        title: str,
        tip: str = "",
        action: Callable[[], object] | None = None,
        *,
        worded: bool = False,
    ) -> QToolButton:
        """Add a button at the right end; with its word beside it, where there is room."""
        button = QToolButton()
        button.setObjectName(name)
        button.setIcon(icon(icon_name))
        button.setToolTip(f"{title}：{tip}" if tip else title)
        button.setText(title)
        button.setAccessibleName(title)
        if action is not None:
            button.clicked.connect(lambda *_ignored: action())
        if worded:
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._worded.append(button)
        self._row.addWidget(button)
        return button

    def add_switch(
        self, name: str, icon_name: str, title: str, shortcut: str, target: QWidget
    ) -> QToolButton:
        """Add a button that shows and hides ``target``."""
        tip = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        button = self.add(name, icon_name, title, tip)
        button.setCheckable(True)
        button.setChecked(True)
        button.setShortcut(QKeySequence(shortcut))
        button.toggled.connect(target.setVisible)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Add a control of another kind at the right end."""
        self._row.addWidget(widget)

    def add_line(self) -> None:
        """A hairline between groups."""
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        line.setFixedWidth(SPACE_S)
        self._row.addWidget(line)

    def add_stretch(self) -> None:
        """Push what follows to the right."""
        filler = QWidget()
        filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row.addWidget(filler)

    def add_menu(self, name: str, icon_name: str, title: str, tip: str, menu: QMenu) -> QToolButton:
        """Add a button that opens a menu."""
        button = self.add(name, icon_name, title, tip, worded=True)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    def _mark(self, key: str) -> None:
        button = self._tools.get(key)
        if button is not None:
            button.setChecked(True)
            return
        # A tool of the edit menu: none of the buttons is down.
        self._group.setExclusive(False)
        for each in self._tools.values():
            each.setChecked(False)
        self._group.setExclusive(True)
