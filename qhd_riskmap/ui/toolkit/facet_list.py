"""Check boxes for the values of one facet, each with its count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.facets import Facet
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.theme import LEVEL_FILLS, RADIUS, SPACE_XS

_VALUE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
_ROW: Final = 24
_SWATCH: Final = 32
_ICON: Final = 16
_MENU_WIDTH: Final = 240


class FacetList(QListWidget):
    """The values of one facet; nothing checked means no restriction.

    Signals:
        chosen: The checked values changed.
    """

    chosen = Signal()

    def __init__(self, facet: Facet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facet = facet
        self.setObjectName(f"facet-{facet.key}")
        self.setAccessibleName(_(facet.title))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("flat", True)  # noqa: FBT003 - Qt's signature
        self.setIconSize(QSize(_ICON, _ICON))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._filling = False
        self.itemChanged.connect(self._item_changed)
        self.itemClicked.connect(self._item_clicked)
        self._check_states: dict[str, Qt.CheckState] = {}

    def checked(self) -> frozenset[str]:
        """The checked values."""
        items = [self.item(row) for row in range(self.count())]
        return frozenset(
            str(item.data(_VALUE_ROLE))
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        )

    def set_checked(self, values: frozenset[str]) -> None:
        """Check exactly these values."""
        before = self.checked()
        self._filling = True
        for row in range(self.count()):
            item = self.item(row)
            on = item.data(_VALUE_ROLE) in values
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self._filling = False
        self._remember()
        if before != self.checked():
            self.chosen.emit()

    def show_counts(self, counts: Mapping[str, int], present: frozenset[str]) -> None:
        """Show each value that occurs with its count; checked ones stay though they count zero."""
        checked = self.checked()
        wanted = [value for value in counts if value in present or value in checked]
        shown = [str(self.item(row).data(_VALUE_ROLE)) for row in range(self.count())]
        self._filling = True
        if wanted != shown:
            self._fill(wanted, checked)
        for row, value in enumerate(wanted):
            text = f"{self.facet.label(value)}  {counts[value]:,}"
            self.item(row).setText(text)
            self.item(row).setToolTip(plain_tip(text))  # a long name is elided
        self._filling = False
        self._remember()

    def fit_height(self) -> None:
        """Be as high as the rows, so that the panel scrolls and not the list."""
        self.setFixedHeight(max(1, self.count()) * _ROW + SPACE_XS)

    def _fill(self, values: list[str], checked: frozenset[str]) -> None:
        self.clear()
        for value in values:
            item = QListWidgetItem()
            item.setData(_VALUE_ROLE, value)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
            )
            on = value in checked
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            if self.facet.key == "level":
                item.setIcon(level_icon(int(value)))
            item.setSizeHint(QSize(0, _ROW))
            self.addItem(item)
        self.fit_height()

    def _remember(self) -> None:
        self._check_states = {
            str(self.item(row).data(_VALUE_ROLE)): self.item(row).checkState()
            for row in range(self.count())
        }

    def _item_changed(self) -> None:
        if not self._filling:
            self.chosen.emit()

    def _item_clicked(self, item: QListWidgetItem) -> None:
        # A click on the word checks too; on the box Qt has changed the state already.
        before = self._check_states.get(str(item.data(_VALUE_ROLE)))
        if item.checkState() is before:
            on = item.checkState() is Qt.CheckState.Checked
            item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
        self._remember()


class FacetButton(QToolButton):
    """A button with a facet's check boxes in its menu.

    Signals:
        chosen: The checked values changed.
    """

    chosen = Signal()

    def __init__(self, facet: Facet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"facet-button-{facet.key}")
        self.list = FacetList(facet)
        self.list.setMinimumWidth(_MENU_WIDTH)
        self.list.chosen.connect(self._changed)
        clear = QToolButton()
        clear.setObjectName(f"facet-clear-{facet.key}")
        clear.setText(_("全部显示"))
        clear.clicked.connect(lambda: self.list.set_checked(frozenset()))
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(SPACE_XS, SPACE_XS, SPACE_XS, SPACE_XS)
        layout.addWidget(self.list)
        row = QHBoxLayout()
        row.addWidget(clear)
        row.addStretch(1)
        layout.addLayout(row)
        menu = QMenu(self)
        action = QWidgetAction(menu)
        action.setDefaultWidget(box)
        menu.addAction(action)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._show_title()

    def _changed(self) -> None:
        self._show_title()
        self.chosen.emit()

    def _show_title(self) -> None:
        number = len(self.list.checked())
        title = _(self.list.facet.title)
        self.setText(f"{title}（{number}）" if number else title)
        self.setIcon(icon("filter" if number else "filter-outline"))


def level_icon(rank: int) -> QIcon:
    """The level's chip: colour and number."""
    pixmap = QPixmap(_SWATCH, _SWATCH)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if rank == NO_LEVEL:
        painter.setBrush(QColor("#8a8a8a"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(pixmap.rect(), RADIUS * 2, RADIUS * 2)
    else:
        fill, ink = LEVEL_FILLS[RiskLevel.from_rank(rank)]
        painter.setBrush(QColor(fill))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(pixmap.rect(), RADIUS * 2, RADIUS * 2)
        font = painter.font()
        font.setPixelSize(_SWATCH * 3 // 4)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(pixmap.rect(), int(Qt.AlignmentFlag.AlignCenter), str(rank))
    painter.end()
    return QIcon(pixmap)
