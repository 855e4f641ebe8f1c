"""The 整改 page: today's strip; board, list, calendar and map of the same tasks; one task beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.levels import HiddenDangerGrade
from qhd_riskmap.domain.remediation.flow import Move
from qhd_riskmap.domain.remediation.overview import TaskFilter, TaskLine, standing
from qhd_riskmap.domain.remediation.task import PhotoStage, RemediationTask, TaskState
from qhd_riskmap.domain.remediation.workdays import WorkCalendar, shipped_calendar
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.remediation import TaskDossier
from qhd_riskmap.ui.pages.remediation.board import Board, refusal
from qhd_riskmap.ui.pages.remediation.document_dialog import DocumentActions
from qhd_riskmap.ui.pages.remediation.inspections_due import InspectionsDue
from qhd_riskmap.ui.pages.remediation.ledger_actions import LedgerActions
from qhd_riskmap.ui.pages.remediation.month_view import MonthView
from qhd_riskmap.ui.pages.remediation.notice_dialog import NoticeActions
from qhd_riskmap.ui.pages.remediation.rollup_view import RollupView
from qhd_riskmap.ui.pages.remediation.task_deeds import TaskDeeds
from qhd_riskmap.ui.pages.remediation.task_map import TaskMap
from qhd_riskmap.ui.pages.remediation.task_panel import TaskPanel
from qhd_riskmap.ui.pages.remediation.task_table import TaskTable
from qhd_riskmap.ui.pages.remediation.task_tools import TaskTools
from qhd_riskmap.ui.pages.remediation.today_strip import TodayStrip, takes
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.chosen_rows import ChosenRows
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.empty_note import EmptyNote
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.task_form import TaskDialog, Values, move_dialog
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_PAUSE_MS: Final = 250
MAJOR: Final = frozenset({HiddenDangerGrade.MAJOR})
COMMANDS: Final = (
    Command(
        id="remediation.export",
        title=N_("导出台账(&E)…"),
        menu="page",
        needs=Permission.EXPORT,
        icon="file-export-outline",
    ),
    Command(
        id="remediation.major",
        title=N_("导出重大隐患清单(&J)…"),
        menu="page",
        needs=Permission.EXPORT,
        icon="file-export-outline",
    ),
    Command(
        id="remediation.read",
        title=N_("读回台账(&B)…"),
        menu="page",
        needs=Permission.READ,
        icon="file-import-outline",
    ),
    Command(
        id="remediation.notices",
        title=N_("到期通知(&N)…"),
        menu="page",
        needs=Permission.READ,
        icon="calendar-month-outline",
    ),
    Command(
        id="remediation.calendar",
        title=N_("导出日历(&C)…"),
        menu="page",
        needs=Permission.EXPORT,
        icon="file-export-outline",
    ),
    Command(
        id="remediation.removed",
        title=N_("恢复已删除的整改任务(&T)"),
        menu="page",
        needs=Permission.REMEDY,
        icon="delete-restore",
    ),
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    lines: list[TaskLine]
    calendar: WorkCalendar
    today: date


class RemediationPage(Page):
    """Where the office sees to it that hazards are put right."""

    key: ClassVar[str] = "remediation"
    help_page: ClassVar[str] = "remediation"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.lines: list[TaskLine] = []
        self.calendar: WorkCalendar = shipped_calendar()
        self.today = desk.app.remediation.today()
        self.number = ""
        self.dialog: TaskDialog | None = None
        self.ledger = LedgerActions(desk, self)
        self.notices = NoticeActions(desk, self)
        self.documents = DocumentActions(desk, self)
        self.deeds = TaskDeeds(desk, self)
        self._day: date | None = None
        self._stale = True
        self.strip = TodayStrip()
        self.inspections = InspectionsDue(desk)
        self.tools = TaskTools(desk.app.actor.permissions)
        self.chosen = ChosenRows("remediation-chosen")
        self.chosen.changed.connect(self._filter_changed)
        self.board = Board()
        self.table = TaskTable(desk.settings)
        self.month = MonthView(editable=Permission.ADMINISTER in desk.app.actor.permissions)
        self.map = TaskMap()
        self.rollup = RollupView()
        self.panel = TaskPanel(desk.app.actor.permissions)
        self.panel.hide()
        self.empty = EmptyNote(
            _(
                "还没有整改任务。在地图上选一处隐患，在它的详情里登记；带整改列的排查表导入时也会生成。"
            ),
            _("去地图"),
            lambda: desk.go_to("map"),
            icon_name="clipboard-check-outline",
        )
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._show)
        self._build()
        self._connect()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(words(_("隐患整改"), role="title", wrap=False))
        head.addWidget(self.strip, 1)
        head.addWidget(self.inspections)
        self.stack = QStackedWidget()
        for widget in (self.board, self.table, self.month, self.map, self.rollup, self.empty):
            self.stack.addWidget(widget)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE_S)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.tools)
        column.addWidget(self.chosen)
        column.addLayout(middle, 1)

    def _connect(self) -> None:
        self.strip.chosen.connect(self._filter_changed)
        self.tools.search.textChanged.connect(self._timer.start)
        self.tools.county.currentIndexChanged.connect(self._filter_changed)
        self.tools.view_chosen.connect(self.show_view)
        self.tools.export_wanted.connect(self.export_ledger)
        self.tools.read_wanted.connect(self.ledger.ask_read)
        self.tools.notices_wanted.connect(self.notices.ask)
        self.board.moved.connect(self.ask_move)
        self.board.refused.connect(self._refused)
        for view in (self.board, self.table):
            view.chosen.connect(self._chosen)
            view.opened.connect(self._chosen)
        self.map.chosen.connect(self._chosen)
        self.month.picked.connect(self._day_picked)
        self.rollup.opened.connect(self._open_group)
        panel = self.panel
        panel.closed.connect(self._close_panel)
        panel.move_wanted.connect(self._move_wanted)
        panel.saved.connect(self._save)
        panel.noted.connect(self._note)
        panel.files_wanted.connect(self.attach)
        panel.file_opened.connect(self.deeds.open_file)
        panel.place_wanted.connect(self._show_place)
        panel.remove_wanted.connect(self._remove)
        panel.document_wanted.connect(lambda: self.documents.ask(self.number))
        self.month.day_set.connect(self.deeds.set_day)
        self.deeds.done.connect(self._saved)
        self.deeds.renewal_wanted.connect(self._renew)
        self.desk.features.replaced.connect(self._show)

    # -- the page ---------------------------------------------------------------------------------

    def activate(self) -> None:
        """Read the tasks when they are looked at."""
        today = self.desk.app.remediation.today()
        if self._stale or today != self.today:
            self.reload()
        self.inspections.refresh(today)

    def changes(self, changes: Changes) -> None:
        """Tasks change with their hazards, too."""
        if changes.tasks or changes.hazards:
            self._stale = True
            if self.isVisible():
                self.reload()
        self.inspections.changes(changes)

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """What can be done from the menu."""
        callbacks = (
            self.export_ledger,
            self.export_major,
            self.ledger.ask_read,
            self.notices.ask,
            self.notices.ask_calendar,
            self.deeds.restore_removed,
        )
        return tuple(zip(COMMANDS, callbacks, strict=True))

    def start_search(self) -> None:
        """Ctrl+F."""
        self.tools.search.setFocus()
        self.tools.search.selectAll()

    def unsaved(self) -> str:
        """Facts that were changed and not saved."""
        return _("有一项整改任务的修改尚未保存。") if self.panel.dirty else ""

    def keep(self) -> dict[str, object]:
        """View, filter and task in hand."""
        return {"view": self.tools.view, "strip": self.strip.key, "number": self.number}

    def resume(self, state: dict[str, object]) -> None:
        """Take them over."""
        self.strip.press(str(state["strip"]))
        self.show_view(str(state["view"]))
        self.number = str(state["number"])
        self.reload()

    def restyle(self) -> None:
        """Colours that no style sheet reaches."""
        for part in (self.board, self.strip, self.inspections, self.empty):
            part.restyle()
        self.map.restyle()

    def close_down(self) -> None:
        """The map has a worker of its own; the table's layout is remembered."""
        self.table.remember_layout()
        self.map.close_down()

    def reload(self) -> None:
        """Read the tasks beside the window."""
        self._stale = False
        service = self.desk.app.remediation

        def read(_job: JobContext) -> _Loaded:
            return _Loaded(service.tasks(), service.calendar(), service.today())

        self.desk.run(read, title=_("正在读取整改任务…"), on_success=self._take, quiet=True)

    def show_view(self, key: str) -> None:
        """Bring one of the four views to front."""
        self.tools.show_view(key)
        if key != "calendar":
            self._day = None
        self._show()

    def _take(self, loaded: _Loaded) -> None:
        self.lines, self.calendar, self.today = loaded.lines, loaded.calendar, loaded.today
        self._show()
        if self.number:
            self.open_task(self.number)

    def _filter_changed(self) -> None:
        self._day = None
        self._show()

    def shown(self) -> list[TaskLine]:
        """The tasks that strip, search and county let through."""
        wanted, chosen = self.tools.wanted(), self.chosen
        return [
            x
            for x in self.lines
            if takes(self.strip.key, x) and wanted.takes(x) and chosen.takes(x.task.number)
        ]

    def show_rows(self, title: str, keys: Collection[str]) -> None:
        """The tasks behind a number, as a list, whatever was searched for before."""
        self.strip.press("all")
        self.tools.narrow("county", "")
        self.tools.narrow("unit", "")
        self.tools.show_view("list")
        self.chosen.show_rows(title, keys)

    def export_ledger(self) -> None:
        """Write the ledger of the tasks shown."""
        numbers = frozenset(line.task.number for line in self.shown())
        self.ledger.ask_export(TaskFilter(numbers=numbers))

    def export_major(self) -> None:
        """Write the list of the major hidden dangers among the tasks shown."""
        numbers = frozenset(line.task.number for line in self.shown())
        self.ledger.ask_export(TaskFilter(numbers=numbers, grades=MAJOR), _("重大隐患清单.xlsx"))

    def _show(self) -> None:
        """Bring the view in front up to date; the others are when they come to front."""
        self.strip.show_standing(standing(self.lines))
        lines = self.shown()
        self.tools.counted.setText(_("{n} 项").format(n=len(lines)))
        view = self.tools.view
        if view == "board":
            self.board.show_lines(lines)
        elif view == "list":
            due = [line for line in lines if self._day in {None, line.task.deadline}]
            self.table.show_lines(due)
        elif view == "calendar":
            self.month.show_lines(lines, self.today, self.calendar)
        elif view == "rollup":
            self.rollup.show_lines(lines)
        else:
            self.map.show_lines(lines, self.desk.features.table)
        views = {
            "board": self.board, "list": self.table, "calendar": self.month, "map": self.map,
            "rollup": self.rollup,
        }  # fmt: skip
        self.stack.setCurrentWidget(views[view] if self.lines else self.empty)
        self._mark()

    def _mark(self) -> None:
        for view in (self.board, self.table, self.map):
            view.select(self.number)

    # -- one task -----------------------------------------------------------------------------------

    def _chosen(self, line: TaskLine) -> None:
        self.open_task(line.task.number)

    def _day_picked(self, day: date) -> None:
        """A day of the calendar: its tasks, the one if there is one, else the list."""
        due = [line for line in self.shown() if line.task.deadline == day]
        if len(due) == 1:
            self._chosen(due[0])
        elif due:
            self._day = day
            self.tools.show_view("list")
            self._show()
            self.tools.counted.setText(
                _("{day} 到期 {n} 项").format(day=day.isoformat(), n=len(due))
            )

    def _open_group(self, by: str, key: str) -> None:
        """The list of a county's, a unit's or a hazard's tasks."""
        self.tools.narrow(by, key)
        self.show_view("list")

    def open_task(self, number: str) -> None:
        """Read a task and show it beside the views."""
        self.number = number
        service = self.desk.app.remediation
        self.desk.run(
            lambda _job: service.dossier(number),
            title=_("正在读取整改任务…"),
            on_success=self._show_task,
            quiet=True,
        )

    def _show_task(self, dossier: TaskDossier) -> None:
        if dossier.line.task.number != self.number or (
            self.panel.dirty
            and self.panel.dossier is not None
            and self.panel.dossier.line.task.number == self.number
        ):
            return
        self.panel.show_dossier(dossier)
        self.panel.show()
        self._mark()

    def _close_panel(self) -> None:
        self.number = ""
        self.panel.hide()
        self._mark()

    def _refused(self, line: TaskLine, target: TaskState) -> None:
        self.desk.notify(refusal(line, target), "warning")

    def _move_wanted(self, move: Move) -> None:
        if self.panel.dossier is not None:
            self.ask_move(self.panel.dossier.line, move)

    def ask_move(self, line: TaskLine, move: Move) -> None:
        """Open the form of a step."""
        if move.permission not in self.desk.app.actor.permissions:
            self.desk.notify(
                _("您没有“{permission}”权限，不能{move}。").format(
                    permission=_(move.permission.label), move=_(move.label)
                ),
                "warning",
            )
            return
        self.dialog = move_dialog(line, move, today=self.today, calendar=self.calendar, parent=self)
        self.dialog.confirmed.connect(partial(self._move, self.dialog, line, move))
        self.dialog.open()

    def _move(self, dialog: TaskDialog, line: TaskLine, move: Move, values: Values, day: date) -> None:  # fmt: skip
        self.number = line.task.number
        self.deeds.move(dialog, line.task, move, values, day)

    def _in_hand(self) -> RemediationTask | None:
        return self.panel.dossier.line.task if self.panel.dossier is not None else None

    def _save(self, values: Values) -> None:
        task = self._in_hand()
        if task is not None:
            self.deeds.save(task, values)

    def _note(self, text: str, percent: int | None) -> None:
        task = self._in_hand()
        if task is not None:
            self.deeds.note(task, text, percent)

    def attach(self, stage: PhotoStage, paths: Sequence[Path]) -> None:
        """Hang files on the task in hand."""
        self.deeds.attach(self.number, stage, paths)

    def _remove(self) -> None:
        task = self._in_hand()
        if task is not None:
            self._close_panel()
            self.deeds.remove(task)

    def _show_place(self) -> None:
        task = self._in_hand()
        if task is not None:
            self.desk.selection.set([str(task.hazard_id)], by=self)
            self.desk.go_to("map")

    def _saved(self) -> None:
        self.panel.save_button.setEnabled(False)

    def _renew(self) -> None:
        self._saved()
        self.reload()
