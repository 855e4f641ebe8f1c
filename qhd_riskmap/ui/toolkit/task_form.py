"""Forms about remediation tasks: a new one, and one step of an old one; map and page share them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.hazard import AttributeValue
from qhd_riskmap.domain.remediation.flow import Move
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task_fields import (
    LONG_TEXTS,
    TASK_FIELDS,
    choice_labels,
    task_field,
    task_values,
)
from qhd_riskmap.domain.remediation.workdays import WorkCalendar, resolved_day
from qhd_riskmap.domain.schema import Field, Severity
from qhd_riskmap.errors import InvalidInputError, MoveRefusedError
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.schema_form import SchemaForm
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

Values = Mapping[str, AttributeValue | None]
_WIDTH: Final = 480
_TALLEST: Final = 520
_LABEL: Final = 104


class TaskForm(SchemaForm):
    """The fields of a task; a deadline may be typed as ``15个工作日``.

    Attributes:
        resolve: Turns such words into a day.
    """

    def __init__(self, fields: Sequence[Field], parent: QWidget | None = None) -> None:
        self.resolve: Callable[[str], str] = str
        super().__init__(fields, words=choice_labels(), long_texts=LONG_TEXTS, parent=parent)

    def texts(self) -> dict[str, str]:
        """What stands in the editors, working days counted out."""
        found = super().texts()
        if found.get("deadline"):
            found["deadline"] = self.resolve(found["deadline"])
        return found

    def all_values(self) -> Values | None:
        """Every field, None where it is empty; None altogether when a field cannot be read."""
        values, issues = self.read()
        if any(issue.severity is Severity.ERROR for issue in issues):
            self.focus_first_bad()
            return None
        return {field.key: values.get(field.key) for field in self.fields}


class TaskDialog(QDialog):
    """Fill in and confirm; what the service refuses is said here, and nothing typed is lost.

    Signals:
        confirmed: Values by field, and the day.
    """

    confirmed = Signal(object, object)

    def __init__(
        self,
        title: str,
        subtitle: str,
        form: TaskForm,
        *,
        today: date,
        calendar: WorkCalendar,
        parent: QWidget | None = None,
    ) -> None:
        """Lay the dialog out.

        Args:
            title: What is to be done.
            subtitle: To which task or hazard.
            form: Its fields.
            today: The day that is proposed.
            calendar: Counts working days.
            parent: Qt parent.
        """
        super().__init__(parent)
        self.setObjectName("task-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.form = form
        self._calendar, self._today = calendar, today
        form.resolve = self._resolved
        self.day = DateField("task-day", _("办理日期"))
        self.day.set_day(today)
        self.reasons = words("", role="error", name="task-reasons")
        self.reasons.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(words(title, role="title"))
        layout.addWidget(words(subtitle, role="muted", name="task-subtitle"))
        if form.fields:
            layout.addWidget(self._scrolled(), 1)
        layout.addLayout(self._day_row())
        layout.addWidget(self.reasons)
        layout.addWidget(self._buttons(title))

    def refuse(self, error: BaseException) -> bool:
        """Say why it was refused; False for an error that is not about what was filled in."""
        if isinstance(error, MoveRefusedError):
            self._show_problem("\n".join(error.reasons))
        elif isinstance(error, InvalidInputError):
            self._show_problem(str(error))
        else:
            return False
        return True

    def _show_problem(self, text: str) -> None:
        self.ok.setEnabled(True)
        self.reasons.setText(text)
        self.reasons.setVisible(bool(text))

    def _resolved(self, text: str) -> str:
        try:
            return resolved_day(text, self.day.day() or self._today, self._calendar)
        except InvalidInputError:
            return text  # the field itself says that this is no day

    def _scrolled(self) -> QWidget:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        inner.setObjectName("scroll-body")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.addWidget(self.form)
        column.addStretch(1)
        area.setWidget(inner)
        area.setMinimumHeight(min(inner.sizeHint().height() + SPACE_S, _TALLEST))
        return area

    def _day_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        label = QLabel(_("办理日期"))
        label.setFixedWidth(_LABEL)
        label.setBuddy(self.day.line)
        row.addWidget(label)
        row.addWidget(self.day, 1)
        return row

    def _buttons(self, title: str) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.ok = box.addButton(title, QDialogButtonBox.ButtonRole.AcceptRole)
        self.ok.setObjectName("task-ok")
        self.ok.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        cancel = box.addButton(_("取消"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("task-cancel")
        self.ok.clicked.connect(self._confirm)
        cancel.clicked.connect(self.reject)
        return box

    def _confirm(self) -> None:
        day = self.day.day()
        if day is None:
            self._show_problem(_("请填写办理日期，例如 2026-11-23。"))
            return
        values = self.form.all_values()
        if values is None:
            self._show_problem(_("有填写不正确的地方，已在栏目下方注明。"))
            return
        self._show_problem("")
        self.ok.setEnabled(False)
        self.confirmed.emit(values, day)


def new_task_dialog(
    subtitle: str,
    known: Values,
    *,
    today: date,
    calendar: WorkCalendar,
    parent: QWidget | None = None,
) -> TaskDialog:
    """The form of a new task of a hazard.

    Args:
        subtitle: The hazard.
        known: What is filled in already.
        today: The day that is proposed.
        calendar: Counts working days.
        parent: Qt parent.
    """
    form = TaskForm(TASK_FIELDS)
    form.set_values(known)
    return TaskDialog(
        _("登记整改任务"), subtitle, form, today=today, calendar=calendar, parent=parent
    )


def move_dialog(
    line: TaskLine,
    move: Move,
    *,
    today: date,
    calendar: WorkCalendar,
    parent: QWidget | None = None,
) -> TaskDialog:
    """The form of one step of a task, with what is known filled in.

    Args:
        line: The task.
        move: The step.
        today: The day that is proposed.
        calendar: Counts working days.
        parent: Qt parent.
    """
    form = TaskForm([task_field(key) for key in move.fields])
    form.set_values(task_values(line.task))
    subtitle = f"{line.task.number}　{line.name}"
    return TaskDialog(_(move.label), subtitle, form, today=today, calendar=calendar, parent=parent)
