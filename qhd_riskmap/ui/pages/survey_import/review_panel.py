"""What an import would do: counts, sheets with the map of the batch, rows, issues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
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
from qhd_riskmap.services.survey_import import ImportPreview
from qhd_riskmap.services.survey_issues import RowIssue
from qhd_riskmap.services.survey_table import SeenPreview, TableRows
from qhd_riskmap.ui.pages.survey_import.batch_map import BatchMap
from qhd_riskmap.ui.pages.survey_import.matching_panel import MatchingPanel
from qhd_riskmap.ui.pages.survey_import.rows_panel import RowsPanel
from qhd_riskmap.ui.pages.survey_import.sender_box import SenderBox
from qhd_riskmap.ui.pages.survey_import.session import ImportSession
from qhd_riskmap.ui.pages.survey_import.sheet_cards import SheetCards
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.issue_table import (
    SEVERITY_GLYPHS,
    SEVERITY_LABELS,
    IssueModel,
    IssueTable,
)
from qhd_riskmap.ui.toolkit.page_parts import set_role, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S, SPACE_XS

_CARDS_WIDTH: Final = 340
_ROOM_FOR_BOTH: Final = 440  # a question with its answers, and a map worth looking at
_COUNTS: Final[tuple[tuple[str, str, Callable[[ImportPreview], int]], ...]] = (
    ("accepted", N_("可入库"), lambda preview: preview.accepted),
    ("updates", N_("可更新"), lambda preview: len(preview.updates)),
    ("rejected", N_("退回"), lambda preview: preview.rejected),
    ("duplicates", N_("重复"), lambda preview: preview.duplicates - len(preview.updates)),
    ("undecided", N_("坐标系未定"), lambda preview: preview.undecided),
)
_RARE: Final = "updates"  # shown only where there are any


class CountChips(QFrame):
    """Few numbers, large enough to be read across the desk, and whose they are."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._numbers: dict[str, QLabel] = {}
        self._pairs: dict[str, QWidget] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_XS, SPACE_L, SPACE_XS)
        row.setSpacing(SPACE_L * 2)
        for key, title, _count in _COUNTS:
            number = words(role="title", name=f"count-{key}", wrap=False)
            both = QWidget()
            pair = QHBoxLayout(both)
            pair.setContentsMargins(0, 0, 0, 0)
            pair.setSpacing(SPACE_S)
            pair.addWidget(number)
            pair.addWidget(words(_(title), role="muted", wrap=False))
            row.addWidget(both)
            self._numbers[key], self._pairs[key] = number, both
        row.addStretch(1)
        self.office = SenderBox()
        row.addWidget(self.office)

    def show_counts(self, preview: ImportPreview) -> None:
        """Show the counts of a preview."""
        for key, _title, count in _COUNTS:
            found = count(preview)
            self._numbers[key].setText(f"{found:,}")
            self._pairs[key].setVisible(found > 0 or key != _RARE)
        self.office.show_preview(preview)


class ReviewPanel(QWidget):
    """The preview of an import.

    Signals:
        answered: File, sheet and notation the officer chose ("" for 不清楚).
        placed: A row was set on the map: key, longitude, latitude.
    """

    answered = Signal(object, str, str)
    placed = Signal(object, float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.preview: ImportPreview | None = None
        self.counts = CountChips()
        self.cards = SheetCards()
        self.cards.answered.connect(self.answered)
        self.rows = RowsPanel()
        self.map = BatchMap()
        self.before = QCheckBox(_("同时显示换算前的位置"))
        self.before.setObjectName("map-before")
        self.before.toggled.connect(lambda on: self.map.show_before(on=on))
        self.map_hint = words(role="muted", name="map-hint")
        self._shown: TableRows | None = None
        self.rows.table_shown.connect(self._show_on_map)
        self.rows.rows_chosen.connect(self._mark_on_map)
        self.rows.place_wanted.connect(self._ask_place)
        self.map.picked.connect(self.rows.select_rows)
        self.map.placed.connect(self._placed)
        self.issue_model = IssueModel()
        self.issues = IssueTable(self.issue_model)
        self.issues.opened.connect(self._show_issue)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("import-tabs")
        self.tabs.setDocumentMode(True)
        self.issue_tab = self._issue_tab()
        self.tabs.addTab(self.rows, "")
        self.tabs.addTab(self.issue_tab, "")
        self.matching = MatchingPanel()
        self.tabs.addTab(self.matching, "")
        self._build()

    def _build(self) -> None:
        self._below = below = QWidget()
        about = QVBoxLayout(below)
        about.setContentsMargins(0, SPACE_XS, 0, 0)
        about.setSpacing(SPACE_XS)
        about.addWidget(self.map, 1)
        about.addWidget(self.before)
        about.addWidget(self.map_hint)
        left = QSplitter(Qt.Orientation.Vertical)
        left.setChildrenCollapsible(False)
        left.addWidget(self.cards)
        left.addWidget(below)
        left.setStretchFactor(0, 1)
        left.setStretchFactor(1, 1)
        left.setSizes([_CARDS_WIDTH * 3 // 4, _CARDS_WIDTH * 3 // 4])
        self._left = left
        left.installEventFilter(self)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setChildrenCollapsible(False)
        columns.addWidget(left)
        columns.addWidget(self.tabs)
        columns.setStretchFactor(1, 1)
        columns.setSizes([_CARDS_WIDTH, _CARDS_WIDTH * 3])
        left.setMinimumWidth(_CARDS_WIDTH * 3 // 4)
        for splitter in (left, columns):
            splitter.setHandleWidth(SPACE_XS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.counts)
        column.addWidget(columns, 1)

    def show_preview(self, seen: SeenPreview, session: ImportSession) -> None:
        """Show a preview and what the officer has said."""
        preview, tables = seen.preview, seen.tables
        first = self.preview is None or self.preview.files != preview.files
        # A sheet that could not be read until its columns were corrected is seen for the first time.
        first = first or not self.rows.tables
        self.preview = preview
        self.counts.show_counts(preview)
        self.cards.show_preview(preview, session)
        self.issue_model.show_issues(preview.issues)
        self._shown = None if first else self._shown
        self.rows.show_tables(tables, session)
        found = self.issue_model.counts()
        for severity, button in self._filters.items():
            button.setText(f"{_(SEVERITY_LABELS[severity])} {found[severity]}")
            button.setEnabled(found[severity] > 0)
        self.tabs.setTabText(0, _("逐行 {n}").format(n=f"{sum(map(len, tables)):,}"))
        self.tabs.setTabText(1, _("问题 {n}").format(n=f"{len(preview.issues):,}"))
        self.matching.show_preview(seen, session)
        self.tabs.setTabText(2, _("比对 {n}").format(n=f"{len(self.matching):,}"))
        self._share_room()
        if first and self.cards.asking:
            height = self._left.height()
            self._left.setSizes([height * 3 // 5, height * 2 // 5])
        if first:
            self.tabs.setCurrentWidget(self.rows if tables else self.issue_tab)
        set_role(self._nothing, "success")
        self._nothing.setVisible(not preview.issues)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A question goes before the map where there is no room for both.

        The room is that of the column itself: what stands above it comes and goes, too.
        """
        if watched is self._left and event.type() == QEvent.Type.Resize:
            self._share_room()
        return super().eventFilter(watched, event)

    def _share_room(self) -> None:
        cramped = self._left.height() < _ROOM_FOR_BOTH
        self._below.setVisible(not (cramped and self.cards.asking))

    def take_focus(self) -> None:
        """Go where the officer goes on: the rows, or the one thing to be said before there are any."""
        if self.rows.tables:
            self.rows.view.setFocus()
        else:
            self.cards.focus_columns()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.map.restyle()
        self.matching.restyle()
        self.issues.viewport().update()
        self.rows.view.viewport().update()

    def close_down(self) -> None:
        """End the painter's thread."""
        self.map.close_down()
        self.matching.close_down()

    # -- map ------------------------------------------------------------------------------------

    def _show_on_map(self) -> None:
        table, before = self.rows.table, self._shown
        same = (
            table is not None
            and before is not None
            and table.reading.sheet.file == before.reading.sheet.file
            and table.reading.sheet.name == before.reading.sheet.name
            and len(table) == len(before)
        )
        self._shown = table
        self.map.show_rows(table, fit=not same)
        # At first sight a question goes before the table that happens to be the first.
        if table is not None and not same and not (before is None and self.cards.asking):
            self.cards.show_sheet(table.key(0)[:2])
        decision = table.reading.decision if table is not None else None
        moved = decision is not None and bool(decision.offsets_m.get(decision.decided or ""))
        self.before.setEnabled(moved)
        self._say(self.rows.chosen_rows())

    def _mark_on_map(self, rows: list[int]) -> None:
        self.map.select_rows(rows)
        self._say(rows)

    def _ask_place(self, row: int) -> None:
        self._below.show()
        self.map.ask_place(row)
        self.map_hint.setText(_("请在上面的地图上点出该行的正确位置，Esc 取消。"))

    def _placed(self, row: int, lon: float, lat: float) -> None:
        table = self.rows.table
        if table is not None:
            self.placed.emit(table.key(row), lon, lat)

    def _say(self, rows: list[int]) -> None:
        """What is wrong with the place of the row in hand, and what to do."""
        table = self.rows.table
        text = _("● 可入库　◆ 隔离　▲ 未定　✕ 退回　■ 重复")
        if table is not None and len(rows) == 1 and self.map.movable(rows[0]):
            found = [issue.message for issue in table.of_row(rows[0])]
            text = " ".join([*found[:1], _("可把点拖到正确的位置。")])
        self.map_hint.setText(text)

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
        bar.addWidget(words(_("双击到那一格"), role="muted", wrap=False))
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

    def _show_issue(self, issue: RowIssue) -> None:
        if self.rows.show_issue(issue):
            self.tabs.setCurrentWidget(self.rows)
