"""The tools above the map: an icon and a word each; what finds no room is behind 更多."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
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

_WORDED: Final = Qt.ToolButtonStyle.ToolButtonTextUnderIcon
_LAST_TO_GO: Final = frozenset({"measure"})
_BARE: Final = Qt.ToolButtonStyle.ToolButtonIconOnly


class MapToolbar(QFrame):
    """Tool buttons (one is always down), view buttons, panel switches."""

    def __init__(self, canvas: MapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map-toolbar")
        self._canvas = canvas
        self._tools: dict[str, QToolButton] = {}
        self._buttons: list[QToolButton] = []
        self._rare: list[QToolButton] = []
        self._spared = 0
        self._planned: tuple[Qt.ToolButtonStyle, int] | None = None
        # Its words must not hold the window wide.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_S, SPACE_XS)
        self._row.setSpacing(2)
        self.more = self._make_more()
        self._group = group = QButtonGroup(self)
        for tool in TOOLS:
            tip = _("{hint}（{key}）").format(hint=_(tool.hint), key=tool.shortcut)
            spared = tool.key in _LAST_TO_GO
            button = self.add(f"tool-{tool.key}", tool.icon_name, _(tool.title), tip, spared=spared)
            button.setCheckable(True)
            button.clicked.connect(lambda _on=False, key=tool.key: self._canvas.take_tool(key))
            group.addButton(button)
            self._tools[tool.key] = button
        canvas.tool_changed.connect(self._mark)
        self._mark(canvas.tool.key)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the width to what is used most."""
        super().resizeEvent(event)
        self._fit(event.size().width())

    def changeEvent(self, event: QEvent) -> None:
        """Another theme or font needs another width."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.StyleChange, QEvent.Type.FontChange}:
            self._fit(self.width())

    def tool_button(self, key: str) -> QToolButton:
        """The button of one tool."""
        return self._tools[key]

    def refuse_writing(self, reason: str) -> None:
        """Switch off what draws and edits, with the reason in the tips."""
        self._canvas.writing_refused = reason
        buttons = [b for key, b in self._tools.items() if self._canvas.tool_named(key).writes]
        for button in buttons:
            button.setEnabled(False)
            button.setToolTip(f"{button.accessibleName()}：{reason}")

    def add(
        self,
        name: str,
        icon_name: str,
        title: str,
        tip: str = "",
        action: Callable[[], object] | None = None,
        *,
        caption: str = "",
        rare: bool = False,
        spared: bool = False,
    ) -> QToolButton:
        """Add a button at the right end.

        Args:
            name: Object name.
            icon_name: Icon.
            title: What it does, for the tip and for 更多.
            tip: More about it, with its key.
            action: What a click does.
            caption: Shorter word under the icon; "" for the title.
            rare: Whether it moves to 更多 when the bar is narrow, the last added first.
            spared: Whether it does so only after all the rare ones.
        """
        button = QToolButton()
        button.setObjectName(name)
        button.setIcon(icon(icon_name))
        button.setToolTip(f"{title}：{tip}" if tip else title)
        button.setText(caption or title)
        button.setAccessibleName(title)
        button.setToolButtonStyle(_WORDED)
        if action is not None:
            button.clicked.connect(lambda *_ignored: action())
        self._buttons.append(button)
        if spared:
            self._rare.insert(self._spared, button)
            self._spared += 1
        elif rare:
            self._rare.append(button)
        self._row.addWidget(button)
        return button

    def add_switch(
        self,
        name: str,
        icon_name: str,
        title: str,
        shortcut: str,
        target: QWidget,
        *,
        caption: str,
        rare: bool = False,
        spared: bool = False,
    ) -> QToolButton:
        """Add a button that shows and hides ``target``."""
        keys = QKeySequence(shortcut)
        tip = keys.toString(QKeySequence.SequenceFormat.NativeText)
        button = self.add(name, icon_name, title, tip, caption=caption, rare=rare, spared=spared)
        button.setCheckable(True)
        button.setChecked(True)
        # A button behind 更多 is hidden, and the key of a hidden button is dead.
        QShortcut(keys, self).activated.connect(button.click)
        button.toggled.connect(target.setVisible)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Add a control of another kind at the right end."""
        self._row.addWidget(widget, 1)

    def add_line(self) -> None:
        """A hairline between groups."""
        line = QFrame()
        line.setFrameShape(QFrame.Shape.VLine)
        line.setFixedWidth(SPACE_S)
        self._row.addWidget(line)

    def add_stretch(self) -> None:
        """Push what follows to the right; 更多 stands before the gap."""
        self._row.addWidget(self.more)
        filler = QWidget()
        filler.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row.addWidget(filler)

    def add_menu(
        self,
        name: str,
        icon_name: str,
        title: str,
        tip: str,
        menu: QMenu,
        *,
        rare: bool = False,
    ) -> QToolButton:
        """Add a button that opens a menu."""
        button = self.add(name, icon_name, title, tip, rare=rare)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return button

    # -- room -----------------------------------------------------------------------------------

    def _fit(self, width: int) -> None:
        """Words under all icons; else the rare ones behind 更多, then the spared; else no words."""
        plan = self._plan(width)
        if plan == self._planned:
            return  # showing a button lays the bar out, which comes here again
        self._planned = plan
        style, kept = plan
        for button in (*self._buttons, self.more):
            button.setToolButtonStyle(style)
        for number, button in enumerate(self._rare):
            button.setVisible(number < kept)
        self.more.setVisible(kept < len(self._rare))
        self._row.invalidate()
        self.updateGeometry()  # without words the bar is lower

    def _plan(self, width: int) -> tuple[Qt.ToolButtonStyle, int]:
        """How the buttons look, and how many of the rare ones stay on the bar."""
        for style in (_WORDED, _BARE):
            needed = self._width_without_rare(style)
            sizes = [self._button_width(button, style) for button in self._rare]
            if needed + sum(sizes) <= width:
                return style, len(self._rare)
            needed += self._button_width(self.more, style)
            for kept in range(len(self._rare) - 1, -1, -1):
                if needed + sum(sizes[:kept]) <= width:
                    return style, kept
        return _BARE, 0

    def _width_without_rare(self, style: Qt.ToolButtonStyle) -> int:
        margins = self._row.contentsMargins()
        total = margins.left() + margins.right()
        rare = {id(button) for button in (*self._rare, self.more)}
        for number in range(self._row.count()):
            item = self._row.itemAt(number)
            widget = item.widget() if item is not None else None
            if widget is None or id(widget) in rare:
                continue
            if isinstance(widget, QToolButton):
                total += self._button_width(widget, style)
            else:
                total += widget.minimumWidth() + self._row.spacing()
        return total

    def _button_width(self, button: QToolButton, style: Qt.ToolButtonStyle) -> int:
        before = button.toolButtonStyle()
        button.setToolButtonStyle(style)
        width = button.sizeHint().width() + self._row.spacing()
        button.setToolButtonStyle(before)
        return width

    def _make_more(self) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("map-more")
        button.setIcon(icon("dots-horizontal"))
        button.setText(_("更多"))
        button.setToolTip(_("工具栏里放不下的按钮"))
        button.setAccessibleName(_("更多"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill_more)
        button.setMenu(menu)
        button.hide()
        return button

    def _fill_more(self) -> None:
        """What the bar hides just now."""
        menu = self.more.menu()
        menu.clear()
        for button in self._rare:
            if button.isHidden():
                menu.addAction(_mirrored(button, menu))

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


def _mirrored(button: QToolButton, menu: QMenu) -> QAction:
    """A line of a menu that does what the hidden button does."""
    action = QAction(button.icon(), button.accessibleName(), menu)
    action.setObjectName(f"more-{button.objectName()}")
    action.setToolTip(button.toolTip())
    action.setCheckable(button.isCheckable())
    action.setChecked(button.isChecked())
    if button.menu() is not None:
        action.setMenu(button.menu())
    action.triggered.connect(lambda *_ignored: button.click())
    return action
