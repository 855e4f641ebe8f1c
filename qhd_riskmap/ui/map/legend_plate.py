"""The legend laid over a corner of the map: it can be rolled up, and never takes much of the map."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from qhd_riskmap.cartography.legend import LegendEntry
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.map.legend_view import LegendView
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_XS

# Of the map's width and height: together a sixth of its area at most.
WIDEST: Final = 0.36
HIGHEST: Final = 0.46
_FRAME: Final = 2


class LegendPlate(QFrame):
    """A title that rolls the legend up and down, and the signs, scrolled where they are many."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("legend-plate")
        self.setAutoFillBackground(True)
        # A click or the wheel over the plate must not move the map underneath.
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._room = QSize()
        self.title = QToolButton()
        self.title.setObjectName("legend-title")
        self.title.setAccessibleName(_("图例"))
        self.title.setCheckable(True)
        self.title.setChecked(True)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.title.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the map keeps the keyboard
        self.title.toggled.connect(self._roll)
        self.view = LegendView()
        self._scroll = QScrollArea()
        self._scroll.setObjectName("legend-scroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidgetResizable(True)
        self._scroll.setWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(_FRAME, _FRAME, _FRAME, _FRAME)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self._scroll, 1)
        self._roll(on=True)
        self.hide()

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        """What is shown."""
        return self.view.entries

    def show_entries(self, entries: tuple[LegendEntry, ...]) -> None:
        """Show other signs."""
        self.view.show_entries(entries)
        self.title.setText(_("图例（{count}）").format(count=len(entries)))
        self._fit()

    def place(self, width: int, height: int) -> None:
        """Stand in the lower left corner of a map of this size."""
        self._room = QSize(width, height)
        self._fit()

    def _roll(self, on: bool) -> None:  # noqa: FBT001 - a slot
        self.title.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self.title.setToolTip(_("收起图例") if on else _("展开图例"))
        self._scroll.setVisible(on)
        self._fit()

    def _fit(self) -> None:
        width, height = self._room.width(), self._room.height()
        head = self.title.sizeHint()
        if not self.title.isChecked():
            self.setFixedSize(head.width() + 2 * _FRAME, head.height() + 2 * _FRAME)
        else:
            bar = self._scroll.verticalScrollBar().sizeHint().width()
            room = int(height * HIGHEST) - head.height() - 2 * _FRAME
            signs = self.view.in_columns(int(width * WIDEST) - bar, room)
            wide = signs.width() + (bar if signs.height() > room else 0)
            self.setFixedSize(
                min(max(wide, head.width()) + 2 * _FRAME, int(width * WIDEST)),
                min(signs.height(), max(room, 0)) + head.height() + 2 * _FRAME,
            )
        self.move(SPACE_M, max(SPACE_XS, height - self.height() - SPACE_M))
