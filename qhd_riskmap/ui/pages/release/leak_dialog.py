"""What the checker found in files from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.leak_words import advice, kind_of, value_of
from qhd_riskmap.services.release_checker import Leak
from qhd_riskmap.ui.toolkit.page_parts import glyph_label, plain_tip, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M

_COLUMNS: Final = (N_("文件"), N_("泄露的是"), N_("内容"), N_("在文件的哪里"))
_WIDTHS: Final = (200, 100, 220)
_SIZE: Final = (760, 420)


class LeakDialog(QDialog):
    """One check and its result."""

    def __init__(
        self, paths: Sequence[Path], leaks: Sequence[Leak], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("leak-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("检查文件是否泄密"))
        self._leaks = tuple(leaks)
        self.verdict = words(role="title", name="leak-verdict")
        what_to_do = words(advice(leaks), role="muted", name="leak-advice")
        if leaks:
            files = len({leak.file for leak in leaks})
            self.verdict.setText(
                _("{files} 个文件里发现 {n} 处不应公开的内容").format(files=files, n=len(leaks))
            )
            glyph, colour = "close-octagon-outline", "error"
        else:
            self.verdict.setText(_("{n} 个文件里没有发现泄密内容").format(n=len(paths)))
            glyph, colour = "check-circle-outline", "success"
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(glyph_label(glyph, 32, colour=colour))
        head.addWidget(self.verdict, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addLayout(head)
        column.addWidget(what_to_do)
        if leaks:
            column.addWidget(self._table(), 1)
            self.resize(*_SIZE)
        column.addWidget(self._buttons())

    def _table(self) -> QTableWidget:
        table = QTableWidget(len(self._leaks), len(_COLUMNS))
        table.setObjectName("leak-table")
        table.setHorizontalHeaderLabels([_(title) for title in _COLUMNS])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setAlternatingRowColors(True)
        table.verticalHeader().hide()
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        last = table.horizontalHeader()
        last.setSectionResizeMode(len(_WIDTHS), QHeaderView.ResizeMode.Stretch)
        for row, leak in enumerate(self._leaks):
            for column, text in enumerate(_cells(leak)):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                table.setItem(row, column, item)
        return table

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        close = push_button(_("关闭"), "leak-close", self.accept, primary=True)
        close.setDefault(True)
        box.addButton(close, QDialogButtonBox.ButtonRole.AcceptRole)
        if self._leaks:
            copy = push_button(_("复制清单"), "leak-copy", self._copy)
            box.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        return box

    def _copy(self) -> None:
        lines = ["\t".join(_(title) for title in _COLUMNS)]
        lines += ["\t".join(_cells(leak)) for leak in self._leaks]
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")


def _cells(leak: Leak) -> tuple[str, str, str, str]:
    return Path(leak.file).name, kind_of(leak), value_of(leak), leak.where
