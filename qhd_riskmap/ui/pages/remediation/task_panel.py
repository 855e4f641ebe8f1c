"""Everything about one task beside the board: steps, facts, progress, photos, history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.remediation.editing import NOTABLE, editable_fields
from qhd_riskmap.domain.remediation.flow import Move, flow
from qhd_riskmap.domain.remediation.lateness import late_text
from qhd_riskmap.domain.remediation.task import EventKind, PhotoStage, TaskEvent, TaskState
from qhd_riskmap.domain.remediation.task_fields import (
    TASK_FIELDS,
    shown_value,
    task_field,
    task_values,
)
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.attachments import FILE_ENDINGS
from qhd_riskmap.services.remediation import TaskDossier
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, words
from qhd_riskmap.ui.toolkit.task_form import TaskForm
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S, SPACE_XS

WIDTH: Final = 384
_THUMBNAIL: Final = 72
_LATE_ROLES: Final = {"overdue": "error", "due": "warning", "soon": "warning"}
# Filled in on the way; shown once they are.
_SHOWN: Final = (
    "progress", "done_on", "acceptor", "opinion", "extension_to", "extension_reason", "supervision",
    "supervision_no", "receiver",
)  # fmt: skip
_ADD_WORDS: Final = {
    PhotoStage.BEFORE: N_("加整改前…"),
    PhotoStage.AFTER: N_("加整改后…"),
    PhotoStage.OTHER: N_("加其他…"),
}


class TaskPanel(QFrame):
    """The task in hand.

    Signals:
        move_wanted: A step was asked for (`Move`).
        saved: Corrected facts (values by field).
        noted: Progress: text, percent or None.
        files_wanted: Files to be hung on it: stage, paths.
        file_opened: A file was asked for (`TaskFile`).
        place_wanted: Show the hazard on the map.
        document_wanted: A document is to be made for it.
        remove_wanted: The task was entered by mistake.
        closed: The officer closed the panel.
    """

    move_wanted = Signal(object)
    saved = Signal(object)
    noted = Signal(str, object)
    files_wanted = Signal(object, object)
    file_opened = Signal(object)
    place_wanted = Signal()
    document_wanted = Signal()
    remove_wanted = Signal()
    closed = Signal()

    def __init__(self, permissions: frozenset[Permission], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setFixedWidth(WIDTH)
        self._permissions = permissions
        self._may = Permission.REMEDY in permissions
        self.dossier: TaskDossier | None = None
        self.form: TaskForm | None = None
        self.title = words("", role="title", name="task-title")
        self.subtitle = words("", role="muted", name="task-line")
        self.late = words("", name="task-late")
        close = push_button(_("关闭"), "task-close", self.closed.emit)
        place = push_button(_("看地图"), "task-place", self.place_wanted.emit)
        self.remove_button = push_button(_("删除"), "task-remove", self.remove_wanted.emit)
        self.remove_button.setToolTip(_("登记错了的任务可以删除，编号不再使用；不必整改的用“撤销”"))
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        self.save_button = push_button(_("保存"), "task-save", self._save, primary=True)
        self.save_button.setEnabled(False)
        for button in (self.save_button, place, self.remove_button, close):
            foot.addWidget(button)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_XS, SPACE_S)
        layout.setSpacing(SPACE_XS)
        for widget in (self.title, self.subtitle, self.late):
            layout.addWidget(widget)
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)

    @property
    def dirty(self) -> bool:
        """Whether facts were changed and not saved."""
        return self.save_button.isEnabled()

    def show_dossier(self, dossier: TaskDossier) -> None:
        """Show a task."""
        self.dossier = dossier
        line, task = dossier.line, dossier.line.task
        self.title.setText(line.name)
        self.subtitle.setText(f"{task.number} · {_(task.state.label)} · {task.percent} %")
        when = f"（{task.deadline.isoformat()}）" if task.deadline else ""
        self.late.setText(late_text(line.late) + when)
        set_role(self.late, _LATE_ROLES.get(line.late.stage.value, "muted"))
        body = QWidget()
        body.setObjectName("scroll-body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_XS)
        self._add_proposal(column, dossier)
        column.addLayout(self._steps(dossier))
        column.addWidget(words(_("任务内容"), role="section"))
        column.addWidget(self._facts(dossier))
        self._add_shown(column, task_values(task))
        column.addWidget(words(_("进展"), role="section"))
        notable = self._may and task.state in NOTABLE and task.deleted_at is None
        column.addLayout(self._progress(task.percent, notable=notable))
        column.addWidget(words(_("照片和材料"), role="section"))
        self._add_files(column, dossier)
        column.addWidget(words(_("办理记录"), role="section"))
        history = "\n".join(event_text(event) for event in reversed(dossier.events))
        column.addWidget(words(history, name="task-history"))
        column.addStretch(1)
        self._scroll.setWidget(body)
        self.save_button.setEnabled(False)
        removable = task.state is not TaskState.CLOSED and task.deleted_at is None
        self.remove_button.setEnabled(self._may and removable)

    # -- parts ----------------------------------------------------------------------------------

    def _add_proposal(self, column: QVBoxLayout, dossier: TaskDossier) -> None:
        late = dossier.line.late
        if late.supervision is not None:
            text = _("已逾期 {n} 天，建议{level}督办。").format(
                n=late.days, level=_(late.supervision.label)
            )
            column.addWidget(words(text, role="warning", name="task-proposal"))
        if dossier.line.task.suspended:
            column.addWidget(words(_("停产停用中"), role="warning", name="task-suspended"))

    def _steps(self, dossier: TaskDossier) -> QGridLayout:
        """The steps that lead on first, each a button."""
        grid = QGridLayout()
        grid.setSpacing(SPACE_XS)
        for number, move in enumerate(dossier.moves):
            button = push_button(
                _(move.label), f"move-{move.key}", self._asking(move), primary=number == 0
            )
            allowed = move.permission in self._permissions
            button.setEnabled(allowed)
            if not allowed:
                need = _("需要“{permission}”权限").format(permission=_(move.permission.label))
                button.setToolTip(need)
            grid.addWidget(button, number // 3, number % 3)
        return grid

    def _asking(self, move: Move) -> Callable[[], object]:
        return lambda: self.move_wanted.emit(move)

    def _facts(self, dossier: TaskDossier) -> TaskForm:
        task = dossier.line.task
        self.form = form = TaskForm(TASK_FIELDS)
        form.set_values(task_values(task))
        allowed = editable_fields(task.state) if self._may and task.deleted_at is None else ()
        for field in TASK_FIELDS:
            form.lock(field.key, locked=field.key not in allowed)
        form.edited.connect(lambda: self.save_button.setEnabled(True))
        return form

    def _add_shown(self, column: QVBoxLayout, values: dict[str, AttributeValue | None]) -> None:
        lines = [
            f"{_(task_field(key).label)}：{shown_value(key, values[key])}"
            for key in _SHOWN
            if values[key] is not None
        ]
        if lines:
            column.addWidget(words("\n".join(lines), name="task-shown"))

    def _progress(self, percent: int, *, notable: bool) -> QHBoxLayout:
        self.note = QLineEdit()
        self.note.setObjectName("task-note")
        self.note.setPlaceholderText(_("做了什么"))
        self.note.setAccessibleName(_("进展"))
        self.percent = QSpinBox()
        self.percent.setObjectName("task-percent")
        self.percent.setRange(0, 100)
        self.percent.setSuffix(" %")
        self.percent.setAccessibleName(_("进度"))
        self.percent.setValue(percent)
        button = push_button(_("记入"), "task-note-add", self._note)
        self.note.returnPressed.connect(self._note)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(self.note, 1)
        row.addWidget(self.percent)
        row.addWidget(button)
        for widget in (self.note, self.percent, button):
            widget.setEnabled(notable)
        return row

    def _add_files(self, column: QVBoxLayout, dossier: TaskDossier) -> None:
        self.files = QListWidget()
        self.files.setObjectName("task-files")
        self.files.setAccessibleName(_("照片和材料"))
        self.files.setViewMode(QListView.ViewMode.IconMode)
        self.files.setMovement(QListView.Movement.Static)
        self.files.setResizeMode(QListView.ResizeMode.Adjust)
        self.files.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.files.setFixedHeight(_THUMBNAIL + 48)
        for file in dossier.files:
            item = QListWidgetItem(f"{_(file.stage.label)}\n{file.name}")
            picture = QPixmap()
            if file.thumbnail and picture.loadFromData(file.thumbnail):
                item.setIcon(QIcon(picture))
            item.setData(Qt.ItemDataRole.UserRole, file)
            self.files.addItem(item)
        self.files.itemActivated.connect(
            lambda item: self.file_opened.emit(item.data(Qt.ItemDataRole.UserRole))
        )
        self.files.setVisible(bool(dossier.files))
        column.addWidget(self.files)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        for stage in _ADD_WORDS:
            button: QPushButton = push_button(
                _(_ADD_WORDS[stage]), f"task-add-{stage.value}", self._adding(stage)
            )
            button.setEnabled(self._may)
            row.addWidget(button)
        documents = push_button(_("文书…"), "task-document", self.document_wanted.emit)
        documents.setToolTip(_("制作责令整改、督办、复查、销号等文书"))
        documents.setEnabled(self._may and Permission.EXPORT in self._permissions)
        row.addWidget(documents)
        column.addLayout(row)

    # -- actions --------------------------------------------------------------------------------

    def _adding(self, stage: PhotoStage) -> Callable[[], object]:
        return lambda: self._ask_files(stage)

    def _ask_files(self, stage: PhotoStage) -> None:
        endings = " ".join(f"*{ending}" for ending in sorted(FILE_ENDINGS))
        names, _filter = QFileDialog.getOpenFileNames(
            self, _("添加照片和材料"), "", _("照片和文件 ({endings})").format(endings=endings)
        )
        if names:
            self.files_wanted.emit(stage, [Path(name) for name in names])

    def _note(self) -> None:
        if self.note.text().strip():
            self.noted.emit(self.note.text(), self.percent.value())

    def _save(self) -> None:
        if self.form is None or self.dossier is None:
            return
        values = self.form.all_values()
        if values is not None:
            allowed = editable_fields(self.dossier.line.task.state)
            self.saved.emit({key: values[key] for key in allowed})


def event_text(event: TaskEvent) -> str:
    """One entry of the history."""
    move = flow().moves.get(event.move)
    label = _(move.label if move is not None else event.kind.label)
    parts = [event.on.isoformat(), label]
    if event.kind is EventKind.NOTE and event.percent is not None:
        parts.append(f"{event.percent} %")
    if event.kind is EventKind.EDIT:
        parts.append("、".join(_(task_field(key).label) for key in event.detail))
    if "approver" in event.detail:
        parts.append(_("批准人 {name}").format(name=event.detail["approver"]))
    if "acceptor" in event.detail:
        parts.append(_("验收人 {name}").format(name=event.detail["acceptor"]))
    if "signer" in event.detail:
        words = _("通知 {notice}，签收人 {name}")
        parts.append(words.format(notice=event.detail["notice"], name=event.detail["signer"]))
    if event.text:
        parts.append(event.text)
    who = _("（{name} 记）").format(name=event.recorded_by)
    return "　".join(parts) + who
