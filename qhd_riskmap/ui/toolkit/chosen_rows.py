"""Exactly these rows and no others: what a number of the statistics was counted over."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S


class ChosenRows(QWidget):
    """A strip that says which rows are shown; hidden while all are.

    Signals:
        changed: Other rows, or all again.
    """

    changed = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.keys: frozenset[str] | None = None
        self.label = words(role="section", name=f"{name}-label", wrap=False)
        self.button = push_button(
            _("显示全部"), f"{name}-all", self.clear, glyph="filter-off-outline"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.label)
        row.addWidget(self.button)
        row.addStretch(1)
        self.hide()

    def show_rows(self, title: str, keys: Collection[str]) -> None:
        """Let only these through."""
        self.keys = frozenset(keys)
        self.label.setText(_("统计：{title}，{n} 条").format(title=title, n=f"{len(self.keys):,}"))
        self.show()
        self.changed.emit()

    def clear(self) -> None:
        """Let all through again."""
        if self.keys is not None:
            self.keys = None
            self.hide()
            self.changed.emit()

    def takes(self, key: str) -> bool:
        """Whether a row is let through."""
        return self.keys is None or key in self.keys
