"""What an import would do: counts, sheets, issues, candidates."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.candidate_columns import Candidate
from qhd_riskmap.services.survey_import import ImportPreview
from qhd_riskmap.services.survey_issues import RowIssue
from qhd_riskmap.ui.pages.survey_import.candidate_table import CandidateModel, CandidateTable
from qhd_riskmap.ui.pages.survey_import.row_dialog import RowDialog
from qhd_riskmap.ui.pages.survey_import.sheet_cards import SheetCards, SheetKey
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.issue_table import (
    SEVERITY_GLYPHS,
    SEVERITY_LABELS,
    IssueModel,
    IssueTable,
)
from qhd_riskmap.ui.toolkit.page_parts import set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S, SPACE_XS

_CARDS_WIDTH: Final = 400
_COUNTS: Final = (
    ("accepted", N_("可入库"), "success"),
    ("rejected", N_("退回"), "error"),
    ("duplicates", N_("重复"), "muted"),
    ("undecided", N_("坐标系未定"), "warning"),
)


class CountChips(QFrame):
    """Four numbers, large enough to be read across the desk."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._numbers: dict[str, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        row.setSpacing(SPACE_L * 2)
        for key, title, _role in _COUNTS:
            number = words(role="title", name=f"count-{key}", wrap=False)
            pair = QHBoxLayout()
            pair.setSpacing(SPACE_S)
            pair.addWidget(number)
            pair.addWidget(words(_(title), role="muted", wrap=False))
            row.addLayout(pair)
            self._numbers[key] = number
        row.addStretch(1)

    def show_counts(self, preview: ImportPreview) -> None:
        """Show the counts of a preview."""
        for key, _title, _role in _COUNTS:
            self._numbers[key].setText(f"{getattr(preview, key):,}")


class ReviewPanel(QWidget):
    """The preview of an import.

    Signals:
        answered: File, sheet and notation the officer chose ("" for 不清楚).
    """

    answered = Signal(object, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview: ImportPreview | None = None
        self.row_dialog: RowDialog | None = None
        self.counts = CountChips()
        self.cards = SheetCards()
        self.cards.answered.connect(self.answered)
        self.issue_model = IssueModel()
        self.issues = IssueTable(self.issue_model)
        self.issues.opened.connect(self._show_issue)
        self.candidate_model = CandidateModel()
        self.candidates = CandidateTable(self.candidate_model)
        self.candidates.opened.connect(self._show_candidate)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("import-tabs")
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self._issue_tab(), "")
        self.tabs.addTab(self.candidates, "")
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setChildrenCollapsible(False)
        columns.addWidget(self.cards)
        columns.addWidget(self.tabs)
        columns.setStretchFactor(1, 1)
        columns.setSizes([_CARDS_WIDTH, _CARDS_WIDTH * 2])
        self.cards.setMinimumWidth(_CARDS_WIDTH * 2 // 3)
        columns.setHandleWidth(SPACE_XS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.counts)
        column.addWidget(columns, 1)

    def show_preview(
        self, preview: ImportPreview, answers: dict[SheetKey, str], unclear: set[SheetKey]
    ) -> None:
        """Show a preview."""
        self.preview = preview
        self.counts.show_counts(preview)
        self.cards.show_preview(preview, answers, unclear)
        self.issue_model.show_issues(preview.issues)
        self.candidate_model.show_preview(preview)
        found = self.issue_model.counts()
        for severity, button in self._filters.items():
            button.setText(f"{_(SEVERITY_LABELS[severity])} {found[severity]}")
            button.setEnabled(found[severity] > 0)
        self.tabs.setTabText(0, _("问题 {n}").format(n=len(preview.issues)))
        self.tabs.setTabText(1, _("可入库 {n}").format(n=preview.accepted))
        self.tabs.setCurrentIndex(0 if preview.issues else 1)
        set_role(self._nothing, "success")
        self._nothing.setVisible(not preview.issues)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.issues.viewport().update()
        self.candidates.viewport().update()

    # -- issues ---------------------------------------------------------------------------------

    def _issue_tab(self) -> QWidget:
        self._filters = {severity: self._filter(severity) for severity in Severity}
        self.search = QLineEdit()
        self.search.setObjectName("issue-search")
        self.search.setAccessibleName(_("在问题里查找"))
        self.search.setPlaceholderText(_("在问题里查找"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(_CARDS_WIDTH // 2)
        self.search.textChanged.connect(self._apply_filter)
        self._nothing = words(_("没有发现问题。"), role="success", name="no-issues")
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        for button in self._filters.values():
            bar.addWidget(button)
        bar.addWidget(self.search)
        bar.addStretch(1)
        bar.addWidget(words(_("双击看整行原文"), role="muted", wrap=False))
        tab = QWidget()
        column = QVBoxLayout(tab)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(bar)
        column.addWidget(self._nothing)
        column.addWidget(self.issues, 1)
        return tab

    def _filter(self, severity: Severity) -> QToolButton:
        glyph, colour = SEVERITY_GLYPHS[severity]
        button = QToolButton()
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setObjectName(f"issue-filter-{severity.value}")
        button.setText(_(SEVERITY_LABELS[severity]))
        button.setAccessibleName(_(SEVERITY_LABELS[severity]))
        button.setIcon(icon(glyph, colour=colour))
        button.setCheckable(True)
        button.setChecked(True)
        button.setToolTip(_("显示或隐藏这一类"))
        button.toggled.connect(self._apply_filter)
        return button

    def _apply_filter(self) -> None:
        wanted = frozenset(s for s, button in self._filters.items() if button.isChecked())
        self.issue_model.set_filter(wanted, self.search.text())

    # -- rows -----------------------------------------------------------------------------------

    def _show_issue(self, issue: RowIssue) -> None:
        self.show_row((issue.path, issue.sheet), issue.row)

    def _show_candidate(self, candidate: Candidate) -> None:
        self.show_row((candidate.sheet.file, candidate.sheet.name), candidate.row)

    def show_row(self, key: SheetKey, row: int) -> None:
        """Open the text of a row; issues of a whole sheet or file have none."""
        if self.preview is None or not row:
            return
        for reading in self.preview.readings:
            if (reading.sheet.file, reading.sheet.name) == key:
                about = [
                    issue
                    for issue in self.preview.issues
                    if (issue.path, issue.sheet, issue.row) == (*key, row)
                ]
                self.row_dialog = RowDialog(reading, row, about, self)
                self.row_dialog.open()
                return
