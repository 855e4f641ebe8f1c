"""The remediation of one hazard inside its form: its tasks, and the button for another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.remediation.lateness import late_text
from qhd_riskmap.domain.remediation.overview import TaskFilter, TaskLine
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.domain.remediation.workdays import WorkCalendar
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.task_form import TaskDialog, Values, new_task_dialog
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

PAGE = "remediation"


@dataclass(frozen=True, slots=True)
class _Loaded:
    lines: list[TaskLine]
    calendar: WorkCalendar
    today: date


class TaskFacts(QFrame):
    """Tasks of the hazard in hand."""

    def __init__(self, desk: Desk, hazard: Hazard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("task-facts")
        self._desk, self._hazard = desk, hazard
        self._loaded: _Loaded | None = None
        self.dialog: TaskDialog | None = None
        self.label = QLabel()
        self.label.setObjectName("detail-tasks")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.new_button = push_button(
            _("登记整改任务…"), "detail-new-task", self.ask_new, glyph="clipboard-plus-outline"
        )
        self.new_button.setEnabled(False)
        self.page_button = push_button(_("整改页"), "detail-tasks-page", self._go)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.new_button)
        row.addWidget(self.page_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.label)
        layout.addLayout(row)
        self.reload()

    def reload(self) -> None:
        """Read the tasks anew."""
        service, wanted = self._desk.app.remediation, frozenset({self._hazard.id})

        def read(_job: JobContext) -> _Loaded:
            lines = service.tasks(TaskFilter(hazards=wanted))
            return _Loaded(lines, service.calendar(), service.today())

        self._desk.run(read, title=_("正在读取整改任务…"), on_success=self._take, quiet=True)

    def ask_new(self) -> None:
        """Open the form of another task."""
        loaded, hazard = self._loaded, self._hazard
        if loaded is None:
            return
        known = {"owner_unit": hazard.unit or None, "regulator": hazard.regulator or None}
        self.dialog = new_task_dialog(
            f"{hazard.name}（{hazard.code}）",
            known,
            today=loaded.today,
            calendar=loaded.calendar,
            parent=self.window(),
        )
        self.dialog.confirmed.connect(partial(self._create, self.dialog))
        self.dialog.open()

    def _create(self, dialog: TaskDialog, values: Values, day: date) -> None:
        service, hazard_id = self._desk.app.remediation, str(self._hazard.id)
        self._desk.run(
            lambda _job: service.create(hazard_id, values, on=day),
            title=_("正在保存…"),
            on_success=partial(self._created, dialog),
            on_failure=partial(self._not_created, dialog),
            quiet=True,
        )

    def _created(self, dialog: TaskDialog, result: tuple[RemediationTask, Changes]) -> None:
        dialog.accept()
        task, changes = result
        self._desk.notify(
            _("已登记整改任务 {number}。").format(number=task.number),
            "success",
            action=_("整改页"),
            callback=self._go,
        )
        self._desk.announce(changes)

    def _not_created(self, dialog: TaskDialog, error: BaseException) -> None:
        if not dialog.refuse(error):
            dialog.reject()
            self._desk.show_error(error)

    def _go(self) -> None:
        self._desk.go_to(PAGE)

    def _take(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        lines = [_line_text(line) for line in loaded.lines]
        self.label.setText("\n".join(lines) or _("还没有整改任务。"))
        self.page_button.setVisible(bool(lines))
        self.new_button.setEnabled(Permission.REMEDY in self._desk.app.actor.permissions)


def _line_text(line: TaskLine) -> str:
    task = line.task
    parts = [_(task.state.label), late_text(line.late), task.problem or task.measures, task.number]
    return "　".join(part for part in parts if part)
