"""The pop-up of one column's filter, as officers know it from Excel: sort, search, tick, done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.column_values import ColumnFilter
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_MOST_LISTED: Final = 500
_VALUE: Final = int(Qt.ItemDataRole.UserRole)
_WIDTH: Final = 280
_LIST_HEIGHT: Final = 240


class ColumnFilterPopup(QFrame):
    """Filter of one column; closes by Enter, Esc, or a click outside.

    Signals:
        chosen: Show only this (`ColumnFilter`).
        sort_wanted: Sort by the column (`Qt.SortOrder`).
    """

    chosen = Signal(object)
    sort_wanted = Signal(object)

    def __init__(
        self,
        title: str,
        choices: Mapping[str, int] | None,
        present: ColumnFilter,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("column-filter")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(_("筛选：{column}").format(column=title))
        self._choices = dict(choices or {})
        self._numeric = choices is None
        # What is ticked is kept beside the list, which shows only what the search leaves.
        self._ticked = set(self._choices if present.labels is None else present.labels)
        self._present = present
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        layout.setSpacing(SPACE_XS)
        for order, words, name in (
            (Qt.SortOrder.AscendingOrder, _("升序排列"), "sort-ascending"),
            (Qt.SortOrder.DescendingOrder, _("降序排列"), "sort-descending"),
        ):
            button = QPushButton(icon(name), words)
            button.setObjectName(f"filter-{name}")
            button.setProperty("flat", True)  # noqa: FBT003 - Qt's signature
            button.clicked.connect(lambda _on=False, order=order: self._sort(order))
            layout.addWidget(button)
        if self._numeric:
            self._add_range(layout)
        else:
            self._add_list(layout)
        layout.addLayout(self._buttons())

    # -- building -------------------------------------------------------------------------------

    def _add_range(self, layout: QVBoxLayout) -> None:
        self.lowest = _number_edit("filter-lowest", _("不小于"), self._present.lowest)
        self.highest = _number_edit("filter-highest", _("不大于"), self._present.highest)
        for edit in (self.lowest, self.highest):
            layout.addWidget(edit)

    def _add_list(self, layout: QVBoxLayout) -> None:
        self.search = QLineEdit(self._present.contains)
        self.search.setObjectName("filter-search")
        self.search.setAccessibleName(_("查找此列的内容"))
        self.search.setPlaceholderText(_("内容包含…"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setObjectName("filter-values")
        self.list.setAccessibleName(_("此列的内容"))
        self.list.setUniformItemSizes(True)
        self.list.setFixedHeight(_LIST_HEIGHT)
        self.list.itemChanged.connect(self._changed)
        self.note = QLabel()
        self.note.setObjectName("filter-note")
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        for widget in (self.search, self.list, self.note):
            layout.addWidget(widget)
        self._fill()

    def _buttons(self) -> QHBoxLayout:
        self.done = QPushButton(_("确定"))
        self.done.setObjectName("filter-done")
        self.done.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.done.clicked.connect(self.accept)
        clear = QPushButton(_("清除筛选"))
        clear.setObjectName("filter-clear")
        clear.clicked.connect(self._clear)
        row = QHBoxLayout()
        row.addWidget(clear)
        row.addStretch(1)
        row.addWidget(self.done)
        return row

    # -- choosing -------------------------------------------------------------------------------

    def wanted(self) -> ColumnFilter:
        """What is entered now.

        Ticks among the found texts decide; where nothing is ticked off, the search text itself
        does, so that rows to come are filtered by it too.
        """
        if self._numeric:
            return ColumnFilter(
                lowest=_number(self.lowest.text(), -math.inf),
                highest=_number(self.highest.text(), math.inf),
            )
        found = self._found()
        text = self.search.text().strip()
        if all(label in self._ticked for label in found):
            return ColumnFilter(contains=text)
        return ColumnFilter(labels=frozenset(self._ticked.intersection(found)), contains=text)

    def accept(self) -> None:
        """Use what is entered."""
        wanted = self.wanted()
        self.close()
        self.chosen.emit(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter uses what is entered."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.accept()
        else:
            super().keyPressEvent(event)

    def _clear(self) -> None:
        self.close()
        self.chosen.emit(ColumnFilter())

    def _sort(self, order: Qt.SortOrder) -> None:
        self.close()
        self.sort_wanted.emit(order)

    def _found(self) -> list[str]:
        part = self.search.text().strip().casefold()
        return [label for label in self._choices if part in label.casefold()]

    def _fill(self) -> None:
        found = self._found()
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.list.clear()
        everything = _tick(_("（全选）"), None)
        ticked = [label in self._ticked for label in found]
        everything.setCheckState(_state(ticked))
        self.list.addItem(everything)
        for label in found[:_MOST_LISTED]:
            shown = label or _("（空白）")
            item = _tick(f"{shown}　{self._choices[label]:,}", label)
            item.setCheckState(_state([label in self._ticked]))
            self.list.addItem(item)
        self.list.blockSignals(False)  # noqa: FBT003 - Qt's signature
        more = len(found) - _MOST_LISTED
        self.note.setText(
            _("还有 {number:,} 种内容没有列出，请输入文字缩小范围。").format(number=more)
            if more > 0
            else ""
        )
        self.note.setVisible(more > 0)

    def _changed(self, item: QListWidgetItem) -> None:
        label = item.data(_VALUE)
        on = item.checkState() is Qt.CheckState.Checked
        labels = self._found() if label is None else [label]
        if on:
            self._ticked.update(labels)
        else:
            self._ticked.difference_update(labels)
        if label is None:
            self._fill()
            return
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.list.item(0).setCheckState(_state([each in self._ticked for each in self._found()]))
        self.list.blockSignals(False)  # noqa: FBT003 - Qt's signature


def _tick(words: str, label: str | None) -> QListWidgetItem:
    item = QListWidgetItem(words)
    item.setData(_VALUE, label)
    item.setFlags(
        Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
    )
    return item


def _state(ticked: list[bool]) -> Qt.CheckState:
    if all(ticked):
        return Qt.CheckState.Checked
    return Qt.CheckState.PartiallyChecked if any(ticked) else Qt.CheckState.Unchecked


def _number_edit(name: str, words: str, value: float) -> QLineEdit:
    edit = QLineEdit("" if math.isinf(value) else f"{value:g}")
    edit.setObjectName(name)
    edit.setAccessibleName(words)
    edit.setPlaceholderText(words)
    return edit


def _number(text: str, otherwise: float) -> float:
    try:
        value = float(text.strip().replace("，", ".").replace(",", ""))
    except ValueError:
        return otherwise
    return otherwise if math.isnan(value) else value
