"""A table of what is wrong with which cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QWidget

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.keyed_table import KeyedTable, dress_table, harmless_cell
from qhd_riskmap.ui.toolkit.page_parts import plain_tip

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
SEVERITY_LABELS: Final = {
    Severity.ERROR: N_("退回"),
    Severity.WARNING: N_("提醒"),
    Severity.INFO: N_("说明"),
}
SEVERITY_GLYPHS: Final = {
    Severity.ERROR: ("close-circle", "error"),
    Severity.WARNING: ("alert", "warning"),
    Severity.INFO: ("information-outline", "muted"),
}
_RANK: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


class CellIssue(Protocol):
    """What a row of the table shows; `services.survey_issues.RowIssue` is one."""

    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def sheet(self) -> str: ...  # noqa: D102
    @property
    def cell(self) -> str: ...  # noqa: D102
    @property
    def row(self) -> int: ...  # noqa: D102
    @property
    def severity(self) -> Severity: ...  # noqa: D102
    @property
    def message(self) -> str: ...  # noqa: D102


_TITLES: Final = (N_("处理"), N_("文件"), N_("工作表"), N_("单元格"), N_("问题"))
_TEXTS: Final[tuple[Callable[[CellIssue], str], ...]] = (
    lambda issue: _(SEVERITY_LABELS[issue.severity]),
    lambda issue: issue.file,
    lambda issue: issue.sheet,
    lambda issue: issue.cell,
    lambda issue: issue.message,
)
_KEYS: Final[tuple[Callable[[CellIssue], Any], ...]] = (
    lambda issue: _RANK[issue.severity],
    lambda issue: issue.file,
    lambda issue: issue.sheet,
    lambda issue: issue.row,
    lambda issue: issue.message,
)
_WIDTHS: Final = (92, 150, 110, 72)
_NARROW: Final = 620  # too little for all columns and a sentence


class IssueModel(QAbstractTableModel):
    """The issues of an import that pass the filter, in the order asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[CellIssue, ...] = ()
        self._shown: list[CellIssue] = []
        self._wanted: frozenset[Severity] = frozenset(Severity)
        self._text = ""
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None

    def show_issues(self, issues: Sequence[CellIssue]) -> None:
        """Show other issues."""
        self._all = tuple(issues)
        self._arrange()

    def set_filter(self, wanted: frozenset[Severity], text: str) -> None:
        """Show only some severities, and only what holds ``text`` somewhere."""
        self._wanted = wanted
        self._text = text.strip().casefold()
        self._arrange()

    def counts(self) -> dict[Severity, int]:
        """How many issues of each severity there are, shown or not."""
        found = dict.fromkeys(Severity, 0)
        for issue in self._all:
            found[issue.severity] += 1
        return found

    def issue_at(self, row: int) -> CellIssue:
        """The issue shown in a row."""
        return self._shown[row]

    def all_issues(self) -> tuple[CellIssue, ...]:
        """All issues, shown or not."""
        return self._all

    def shown(self) -> list[CellIssue]:
        """What is shown, as it is shown."""
        return list(self._shown)

    # -- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Issues shown."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Severity, file, sheet, cell, message."""
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, icon or tool tip of one cell."""
        if not index.isValid() or index.row() >= len(self._shown):
            return None
        issue = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXTS[index.column()](issue)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(_TEXTS[index.column()](issue))
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 0:
            glyph, colour = SEVERITY_GLYPHS[issue.severity]
            return icon(glyph, colour=colour)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Titles across."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return _(_TITLES[section]) if 0 <= section < len(_TITLES) else None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column; -1 returns to the order of the files."""
        self._sorted_by = (column, order) if 0 <= column < len(_TITLES) else None
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        shown = [issue for issue in self._all if self._passes(issue)]
        if self._sorted_by is not None:
            column, order = self._sorted_by
            shown.sort(key=_KEYS[column], reverse=order is Qt.SortOrder.DescendingOrder)
        self._shown = shown
        self.endResetModel()

    def _passes(self, issue: CellIssue) -> bool:
        if issue.severity not in self._wanted:
            return False
        return not self._text or any(self._text in text(issue).casefold() for text in _TEXTS)


class IssueTable(KeyedTable):
    """The view; a double click opens an issue, too."""

    def __init__(self, model: IssueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("issue-table")
        self.setAccessibleName(_("问题清单"))
        self.issues = model
        self.setModel(model)
        dress_table(self)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        header = self.horizontalHeader()
        header.setSectionResizeMode(len(_WIDTHS), QHeaderView.ResizeMode.Stretch)
        self.doubleClicked.connect(self.open_index)
        model.modelReset.connect(self._hide_what_repeats)

    def copy(self) -> None:
        """Put the selected rows on the clipboard, ready for Excel."""
        rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
        lines = ["\t".join(_(title) for title in _TITLES)]
        for row in rows:
            texts = (text(self.issues.issue_at(row)) for text in _TEXTS)
            lines.append("\t".join(harmless_cell(text) for text in texts))
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the sheet's name stands for the file."""
        self._hide_what_repeats()
        super().resizeEvent(event)

    def _hide_what_repeats(self) -> None:
        # One file or one sheet need no column; the room goes to the words.
        issues = self.issues.all_issues()
        files = {issue.file for issue in issues}
        sheets = {issue.sheet for issue in issues}
        self.setColumnHidden(1, len(files) <= 1 or self.width() < _NARROW)
        self.setColumnHidden(2, len(sheets) <= 1)

    def thing_at(self, place: int) -> CellIssue:
        """The issue shown at a place."""
        return self.issues.issue_at(place)
