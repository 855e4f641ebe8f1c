"""The 发布 page: order form, live judgement, picture of what the public gets, products."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.release_rules import Severity
from qhd_riskmap.errors import ReleaseBlockedError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.release_checker import Leak
from qhd_riskmap.services.release_child import ReleaseProcess
from qhd_riskmap.services.release_order import Finding, ReleaseOrder, ReleaseOutcome
from qhd_riskmap.services.release_sight import ReleaseSight
from qhd_riskmap.services.submission_pack import SubmissionForms
from qhd_riskmap.ui.map.decision_dialog import DecisionDialog
from qhd_riskmap.ui.pages.release.coverage_dialog import CoverageDialog
from qhd_riskmap.ui.pages.release.decisions_dialog import DecisionsDialog
from qhd_riskmap.ui.pages.release.definition_row import DefinitionRow
from qhd_riskmap.ui.pages.release.findings_panel import FindingsPanel, Line
from qhd_riskmap.ui.pages.release.leak_dialog import LeakDialog
from qhd_riskmap.ui.pages.release.order_form import OrderForm
from qhd_riskmap.ui.pages.release.place_report_dialog import PlaceReportDialog
from qhd_riskmap.ui.pages.release.products_panel import ProductsPanel
from qhd_riskmap.ui.pages.release.register_dialog import RegisterDialog
from qhd_riskmap.ui.pages.release.sheet_designer import SheetDesigner
from qhd_riskmap.ui.pages.release.sheet_printing import SheetPrinting
from qhd_riskmap.ui.pages.release.sight_panel import SightPanel
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_progress import JobProgress
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.one_line import OneLine
from qhd_riskmap.ui.toolkit.outside_files import open_file
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

_PAUSE_MS: Final = 400  # typing on: judge when the officer stops
_FORM_WIDTH: Final = 480
_DECISIONS: Final = "PM05"  # of a record: it goes out otherwise than its type
_CHECKED_KINDS: Final = N_(
    "成果文件 (*.pdf *.png *.svg *.html *.geojson *.json *.xlsx *.docx *.zip);;所有文件 (*)"
)
COMMANDS: Final = (
    Command(
        id="release.publish",
        title=N_("发布(&P)"),
        menu="page",
        shortcut="Ctrl+Shift+P",
        needs=Permission.RELEASE,
        icon="publish",
    ),
    Command(
        id="release.check",
        title=N_("检查文件是否泄密(&L)…"),
        menu="page",
        needs=Permission.READ,
        icon="shield-search",
    ),
)


class ReleasePage(Page):
    """Publishing without fear."""

    key: ClassVar[str] = "release"
    help_page: ClassVar[str] = "release"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.form = OrderForm(desk.app.path, desk.app.actor.name)
        self.definitions = DefinitionRow(desk, self.form)
        self.sight = SightPanel()
        self.findings = FindingsPanel()
        self.products = ProductsPanel()
        self.printing = SheetPrinting(desk, self)
        self.progress = JobProgress(paced=True)
        self.leaks: LeakDialog | None = None
        self.register: RegisterDialog | None = None
        self.coverage: CoverageDialog | None = None
        self.designer: SheetDesigner | None = None
        self.place_dialog: PlaceReportDialog | None = None
        self.decision: DecisionDialog | None = None
        self.decisions: DecisionsDialog | None = None
        self._stale = True
        self._looking = False
        self._look: JobHandle | None = None
        self._office_read = False
        self._released: ReleaseOrder | None = None
        self._refused: tuple[tuple[str, str], ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.look)
        self._build()
        QWidget.setTabOrder(self.publish_button, self.check_button)
        self.form.edited.connect(self._edited)
        self.form.design.button.clicked.connect(self.design)
        self.findings.wanted.connect(self._go)
        self.products.closed.connect(self._show_sight)
        self.products.printing.connect(self.printing.ask)
        self.products.templating.connect(self.edit_form)
        self.sight.decisions.clicked.connect(self.open_decisions)
        self._show_target()
        self.restyle()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.check_button = push_button(
            _("检查文件是否泄密…"), "release-check", self.ask_files, glyph="shield-search"
        )
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(words(_("公开发布"), role="title", wrap=False))
        head.addWidget(
            OneLine(_("先脱敏再画图；做好的文件逐个重新打开复查，有泄密就不放行。"), role="muted"),
            1,
        )
        head.addWidget(push_button(_("地点告知单…"), "release-place", self.ask_place))
        head.addWidget(push_button(_("排查范围…"), "release-coverage", self.open_coverage))
        self.register_button = push_button(
            _("发布登记…"), "release-register-open", self.open_register, glyph="file-sign"
        )
        head.addWidget(self.register_button)
        head.addWidget(self.check_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self._columns(), 1)
        column.addLayout(self._foot())

    def _columns(self) -> QSplitter:
        self._scroll = QScrollArea()
        self._scroll.setObjectName("order-scroll")
        self._scroll.setWidgetResizable(True)
        holder = QWidget()
        within = QVBoxLayout(holder)
        within.setContentsMargins(0, 0, 0, 0)
        within.addWidget(self.definitions)
        within.addWidget(self.form, 1)
        self._scroll.setWidget(holder)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        wanted = self.form.minimumSizeHint().width() + bar
        self._scroll.setMinimumWidth(min(wanted, _FORM_WIDTH))
        self.upper = QStackedWidget()
        self.upper.addWidget(self.sight)
        self.upper.addWidget(self.products)
        right = QSplitter(Qt.Orientation.Vertical)
        right.setChildrenCollapsible(False)
        right.addWidget(self.upper)
        right.addWidget(self.findings)
        right.setStretchFactor(0, 1)
        right.setStretchFactor(1, 1)
        right.setHandleWidth(SPACE_XS)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setChildrenCollapsible(False)
        columns.addWidget(self._scroll)
        columns.addWidget(right)
        columns.setStretchFactor(1, 1)
        columns.setSizes([max(wanted, _FORM_WIDTH), _FORM_WIDTH * 2])
        columns.setHandleWidth(SPACE_XS)
        return columns

    def _foot(self) -> QHBoxLayout:
        self.publish_button = push_button(
            _("发布"), "release-publish", self.publish, glyph="publish", primary=True
        )
        self.publish_button.setEnabled(False)
        self.target = words(role="muted", name="release-target")
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_M)
        foot.addWidget(self.target, 1)
        foot.addWidget(self.progress, 1)
        foot.addWidget(self.publish_button)
        return foot

    # -- page protocol --------------------------------------------------------------------------

    def activate(self) -> None:
        """Judge anew where something changed meanwhile."""
        if not self._office_read:
            self._office_read = True
            self.desk.run(
                lambda _job: self.desk.app.registry.office(),
                title=_("正在读取单位资料…"),
                on_success=self._take_office,
                quiet=True,
            )
            folder = self.form.order().out_dir
            self.desk.run(
                lambda _job: self.desk.app.release.recovery.tidy(folder),
                title=_("正在检查成果文件夹…"),
                on_success=self._tidied,
                on_failure=lambda _error: None,  # the folder is judged again when it is written to
                quiet=True,
            )
        elif self._stale:
            self.look()

    def changes(self, changes: Changes) -> None:
        """Hazards, office or releases changed: the judgement is out of date."""
        if (
            changes.hazards
            or changes.office
            or changes.releases
            or changes.receptors
            or changes.coverage
        ):
            self._stale = True
            if self.isVisible():
                self._timer.start()

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """发布 and 检查文件."""
        return ((COMMANDS[0], self.publish), (COMMANDS[1], self.ask_files))

    def keep(self) -> dict[str, object]:
        """The form's values."""
        return {"form": self.form.keep(), "office_read": self._office_read}

    def resume(self, state: dict[str, object]) -> None:
        """Show the values of the former page."""
        form = state.get("form")
        if isinstance(form, dict):
            self.form.resume(form)
        self._office_read = bool(state.get("office_read"))

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.sight.restyle()
        self.findings.restyle()

    def close_down(self) -> None:
        """Stop waiting for the officer to stop typing, and judging."""
        self._timer.stop()
        self._stale = False
        if self._look is not None:
            self._look.cancel()

    # -- judging --------------------------------------------------------------------------------

    def look(self) -> None:
        """Judge the order as it stands; asked for during a judgement, it judges once more.

        A page that nobody sees waits until it is in front: judging a large register takes seconds.
        """
        self._stale = True
        if self._looking or self.progress.running or not self.isVisible():
            return
        self._stale = False
        self._looking = True
        order = self.form.order()
        handle = self.desk.run(
            lambda job: self.desk.app.release.sight(order, job),
            title=_("正在预检…"),
            on_success=self._seen,
            quiet=True,
        )
        self._look = handle
        handle.finished.connect(self._looked)

    def _edited(self) -> None:
        self._refused = ()
        self._show_sight()
        self._show_target()
        self.findings.wait()
        self._timer.start()

    def _tidied(self, waiting: int) -> None:
        if waiting:
            self.desk.notify(
                _("上次制作没有做完：已复查的 {n} 个文件，再次发布时接着用。").format(n=waiting)
            )

    def _take_office(self, office: Office) -> None:
        self.definitions.reload()
        self.form.show_office(office)
        self._timer.stop()
        self.look()

    def _seen(self, sight: ReleaseSight) -> None:
        self.sight.show_sight(sight)
        lines = [
            Line(
                rule="", severity=Severity.BLOCK, message=message, action=_("去填写"),
                target=("field", key),
            )
            for key, message in self.form.complaints()
        ]  # fmt: skip
        lines += [
            Line(rule=rule, severity=Severity.BLOCK, message=message)
            for rule, message in self._refused
            if all(message != finding.message for finding in sight.findings)
        ]
        lines += [self._line(finding) for finding in sight.findings]
        self.findings.show_lines(lines, draft=self.form.draft.isChecked())
        self._allow()

    def _looked(self) -> None:
        self._looking, self._look = False, None
        if self._stale and self.isVisible():
            self.look()

    def _line(self, finding: Finding) -> Line:
        action, target = "", ("", "")
        field = self.form.field_of(finding)
        if finding.rule == _DECISIONS and finding.hazard_id:
            action, target = _("看决定"), ("decision", finding.hazard_id)
        elif finding.severity is not Severity.INFO and finding.hazard_id:
            action, target = _("去修改"), ("hazard", finding.hazard_id)
        elif finding.severity is not Severity.INFO and field:
            action, target = _("去填写"), ("field", field)
        return Line(
            rule=finding.rule,
            severity=finding.severity,
            message=finding.message,
            basis=finding.basis,
            action=action,
            target=target,
        )

    def _show_sight(self) -> None:
        self.upper.setCurrentWidget(self.sight)

    def _show_target(self) -> None:
        order = self.form.order()
        self.target.setText(
            _("{n} 个文件，写入 {folder}").format(n=len(order.formats), folder=order.out_dir)
        )

    def _go(self, kind: str, what: str) -> None:
        if kind == "field":
            widget = self.form.field(what)
            self._scroll.ensureWidgetVisible(widget)
            self.form.go_to(what)
        elif kind == "decision":
            self.decision = DecisionDialog(self.desk, what, self)
            self.decision.open()
        elif kind == "hazard":
            self.desk.selection.set([what], by=self)
            self.desk.go_to("map")

    def _allow(self) -> None:
        ready = not self.findings.blocking() and not self.progress.running
        self.publish_button.setEnabled(ready)
        draft = self.form.draft.isChecked()
        self.publish_button.setText(_("制作送审样图") if draft else _("发布"))

    # -- publishing -----------------------------------------------------------------------------

    def publish(self) -> None:
        """Make the products; the gate itself judges once more."""
        if self.progress.running or not self.publish_button.isEnabled():
            return
        order = self.form.order()
        process = ReleaseProcess(self.desk.app.register, self.desk.app.actor)
        self._released = order
        self._refused = ()
        handle = self.desk.run(
            lambda job: process.release(order, job),
            title=_("正在制作并复查公开成果…"),
            on_success=self._published,
            on_failure=self._not_published,
            on_cancel=self._cancelled,
            database=False,  # the child reads the register; the desk goes on with its own
        )
        self._follow(handle)

    def _published(self, outcome: ReleaseOutcome) -> None:
        draft = self._released is not None and self._released.draft
        self.products.show_outcome(outcome, draft=draft)
        self.upper.setCurrentWidget(self.products)
        self.desk.notify(self.products.headline.text(), "success")
        self.desk.announce(Changes(releases=True))

    def _not_published(self, error: BaseException) -> None:
        if isinstance(error, ReleaseBlockedError):
            self._refused = error.findings
            self.desk.notify(error.message, "warning")
        else:
            self.desk.show_error(error)
        self.look()

    def _cancelled(self) -> None:
        self.desk.notify(_("发布已取消，没有留下任何文件。"))

    def _follow(self, handle: JobHandle) -> None:
        self.progress.follow(handle)
        handle.finished.connect(self._idle)
        self._set_busy(busy=True)

    def _idle(self) -> None:
        self._set_busy(busy=False)
        if self._stale:
            self.look()

    def _set_busy(self, *, busy: bool) -> None:
        self.form.setEnabled(not busy)
        self.check_button.setEnabled(not busy)
        self.target.setVisible(not busy)
        if busy:
            self.publish_button.setEnabled(False)
        else:
            self._allow()

    # -- designing ------------------------------------------------------------------------------

    def design(self) -> None:
        """Open the page designer on the order as it stands."""
        designer = SheetDesigner(self.desk, self.form.order(), self)
        designer.accepted.connect(
            lambda: self.form.take_design(
                designer.design(), designer.county(), designer.title_text()
            )
        )
        self.designer = designer
        designer.open()

    def edit_form(self) -> None:
        """Open the office's own 地图审核申请表 in Word; a copy of the shipped one is laid there first."""
        self.desk.run(
            lambda _job: SubmissionForms(
                self.desk.app.register, self.desk.app.actor
            ).copy_template(),
            title=_("正在准备模板…"),
            on_success=open_file,
        )

    def ask_place(self) -> None:
        """Open the dialog for one A4 of what is public around a place."""
        folder = self.form.out_dir.path() or self.desk.app.path.parent
        self.place_dialog = PlaceReportDialog(self.desk, folder, self)
        self.place_dialog.open()

    def open_coverage(self) -> None:
        """Show where has been surveyed for what."""
        self.coverage = CoverageDialog(self.desk, self)
        self.coverage.open()

    def open_decisions(self) -> None:
        """Show which records go out otherwise than their type."""
        self.decisions = DecisionsDialog(self.desk, self)
        self.decisions.open()

    def open_register(self) -> None:
        """Show every release so far."""
        self.register = RegisterDialog(self.desk, self.form.control_dir.path(), self)
        self.register.open()

    # -- checking files -------------------------------------------------------------------------

    def ask_files(self) -> None:
        """Choose files and check them."""
        chosen, _kind = QFileDialog.getOpenFileNames(
            self, _("选择要检查的文件"), self.form.out_dir.text(), _(_CHECKED_KINDS)
        )
        if chosen:
            self.check_files([Path(text) for text in chosen])

    def check_files(self, paths: list[Path]) -> None:
        """Look for anything protected in any files."""
        handle = self.desk.run(
            lambda job: (paths, self.desk.app.release.check_files(paths, job)),
            title=_("正在检查文件…"),
            on_success=self._checked,
        )
        self._follow(handle)

    def _checked(self, result: tuple[list[Path], list[Leak]]) -> None:
        self.leaks = LeakDialog(*result, parent=self)
        self.leaks.open()
