"""What is done with tasks on the page: each deed beside the window, announced, refused in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.remediation.flow import Move
from qhd_riskmap.domain.remediation.task import PhotoStage, RemediationTask, TaskFile
from qhd_riskmap.errors import ConflictError, RiskMapError, UnreadableFileError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.outside_files import copies_folder, open_file
from qhd_riskmap.ui.toolkit.task_form import TaskDialog, Values


class TaskDeeds(QObject):
    """Stores what the officer asked for.

    Signals:
        done: Something was stored; what the panel held is no longer unsaved.
        renewal_wanted: Somebody else saved first, and the officer wants to see it.
    """

    done = Signal()
    renewal_wanted = Signal()

    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk

    def move(
        self, dialog: TaskDialog, task: RemediationTask, move: Move, values: Values, day: date
    ) -> None:
        """Take a task one step on; the form stays open where it is refused."""
        service = self._desk.app.remediation
        self._desk.run(
            lambda _job: service.move(
                task.number, move.key, values, on=day, revision=task.revision
            ),
            title=_("正在办理…"),
            on_success=partial(self._moved, dialog, move),
            on_failure=partial(self._not_moved, dialog),
            quiet=True,
        )

    def save(self, task: RemediationTask, values: Values) -> None:
        """Correct facts of a task."""
        service = self._desk.app.remediation
        self._do(lambda: service.update(task.number, values, revision=task.revision))

    def note(self, task: RemediationTask, text: str, percent: int | None) -> None:
        """Tell of progress."""
        service = self._desk.app.remediation
        self._do(lambda: service.note(task.number, text, percent=percent, revision=task.revision))

    def attach(self, number: str, stage: PhotoStage, paths: Sequence[Path]) -> None:
        """Hang files on a task."""
        service = self._desk.app.remediation

        def add() -> tuple[object, Changes]:
            changes = Changes()
            for path in paths:
                try:
                    content = path.read_bytes()
                except OSError as error:
                    raise UnreadableFileError(
                        _("读不了文件“{name}”。").format(name=path.name), detail=str(error)
                    ) from error
                _entry, changes = service.attach(number, stage, path.name, content)
            return None, changes

        self._do(add)

    def open_file(self, file: TaskFile) -> None:
        """Open a copy of a photo or file with the program of the desk."""
        service = self._desk.app.remediation
        self._desk.run(
            lambda _job: service.file_content(file.id),
            title=_("正在打开附件…"),
            on_success=partial(self._opened, file),
            quiet=True,
        )

    def remove(self, task: RemediationTask) -> None:
        """Remove a task that was entered by mistake; it can be taken back."""
        service = self._desk.app.remediation
        self._do(lambda: (None, service.remove(task.number, revision=task.revision)))
        self._desk.notify(
            _("已删除整改任务 {number}。").format(number=task.number),
            action=_("撤销"),
            callback=lambda: self._do(lambda: (None, service.restore(str(task.id)))),
        )

    def restore_removed(self) -> None:
        """Bring back the tasks that were removed."""
        service = self._desk.app.remediation

        def restore() -> tuple[object, Changes]:
            changes = Changes()
            for task in service.removed():
                changes = service.restore(str(task.id))
            return None, changes

        self._do(restore)

    def set_day(self, day: date, choice: str) -> None:
        """Say of a day of the calendar whether it is worked."""
        service = self._desk.app.work_calendar

        def set_it() -> tuple[object, Changes]:
            if choice == "default":
                return None, service.clear(day)
            return None, service.set(day, working=choice == "work")

        self._do(set_it)

    # -- inside -------------------------------------------------------------------------------------

    def _do(self, work: Callable[[], tuple[object, Changes]]) -> None:
        self._desk.run(
            lambda _job: work(),
            title=_("正在保存…"),
            on_success=self._done,
            on_failure=self._not_done,
            quiet=True,
        )

    def _done(self, result: tuple[object, Changes]) -> None:
        _what, changes = result
        self.done.emit()
        self._desk.announce(changes)

    def _not_done(self, error: BaseException) -> None:
        if isinstance(error, ConflictError):
            self._desk.notify(
                error.message,
                "warning",
                action=_("载入最新内容"),
                callback=self.renewal_wanted.emit,
            )
        elif isinstance(error, RiskMapError):
            self._desk.notify(str(error), "warning")
        else:
            self._desk.show_error(error)

    def _moved(self, dialog: TaskDialog, move: Move, result: tuple[RemediationTask, Changes]) -> None:  # fmt: skip
        dialog.accept()
        task, _changes = result
        self._desk.notify(
            _("{number}：{move}，现为“{state}”。").format(
                number=task.number, move=_(move.label), state=_(task.state.label)
            ),
            "success",
        )
        self._done(result)

    def _not_moved(self, dialog: TaskDialog, error: BaseException) -> None:
        if dialog.refuse(error):
            return
        dialog.reject()
        self._not_done(error)

    def _opened(self, file: TaskFile, content: bytes) -> None:
        path = copies_folder() / file.name
        path.write_bytes(content)
        open_file(path)
