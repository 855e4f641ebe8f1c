"""Sets one field of many hazards: choose it, see what would change, apply; one step to undo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.hazard import AttributeValue, Hazard
from qhd_riskmap.domain.record_fields import choice_words, field_value, shown_value
from qhd_riskmap.domain.schema import Field
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.bulk_edit import (
    BulkChange,
    BulkEditService,
    BulkOutcome,
    BulkPreview,
)
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.register import RegisterService
from qhd_riskmap.ui.toolkit.comparison_table import comparison_table
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.history import Outcome, Revisions
from qhd_riskmap.ui.toolkit.page_parts import plain_tip
from qhd_riskmap.ui.toolkit.schema_form import SchemaForm
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_SIZE: Final = (720, 560)
_PAUSE_MS: Final = 250
_MOST_LISTED: Final = 500


@dataclass(frozen=True, slots=True)
class BulkRestated:
    """One field of several hazards was set."""

    text: str
    service: BulkEditService
    before: tuple[Hazard, ...]
    after: tuple[Hazard, ...]

    @property
    def ids(self) -> tuple[UUID, ...]:
        """The hazards that changed."""
        return tuple(each.id for each in self.after)

    def undo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Store the former states, all or none."""
        del registry
        return self.service.store(self.before, revisions)

    def redo(self, registry: RegisterService, revisions: Revisions) -> Outcome:
        """Store the later states, all or none."""
        del registry
        return self.service.store(self.after, revisions)


class BulkEditDialog(QDialog):
    """Field, value, preview, result."""

    def __init__(
        self, desk: Desk, ids: Sequence[UUID], types: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bulk-edit-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("批量修改 {number:,} 处隐患").format(number=len(ids)))
        self.resize(*_SIZE)
        self._desk = desk
        self._ids = tuple(ids)
        self._fields = desk.app.bulk_edit.fields(types)
        self._form: SchemaForm | None = None
        self._asked = 0
        self._changes: tuple[BulkChange, ...] = ()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.look)
        self._build()
        self._take_field()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.field_box = QComboBox()
        self.field_box.setObjectName("bulk-field")
        self.field_box.setAccessibleName(_("要修改的项目"))
        for field in self._fields:
            self.field_box.addItem(field.header, field.key)
        self.field_box.currentIndexChanged.connect(self._take_field)
        self.empty_box = QCheckBox(_("清空此项"))
        self.empty_box.setObjectName("bulk-empty")
        self.empty_box.toggled.connect(self._emptied)
        self._place = QVBoxLayout()
        self.note = QLabel()
        self.note.setObjectName("bulk-note")
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setWordWrap(True)
        self.table = comparison_table(
            "bulk-preview",
            _("修改前后对照"),
            (_("编号"), _("名称"), _("现在"), _("改为")),
        )
        row = QHBoxLayout()
        caption = QLabel(_("要修改的项目"))
        caption.setBuddy(self.field_box)
        row.addWidget(caption)
        row.addWidget(self.field_box, 1)
        row.addWidget(self.empty_box)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addLayout(row)
        layout.addLayout(self._place)
        layout.addWidget(self.note)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._buttons())

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.apply_button = QPushButton(_("修改"))
        self.apply_button.setObjectName("bulk-apply")
        self.apply_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.apply_button.clicked.connect(self.apply)
        self.close_button = QPushButton(_("取消"))
        self.close_button.setObjectName("bulk-close")
        self.close_button.clicked.connect(self.reject)
        box.addButton(self.apply_button, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(self.close_button, QDialogButtonBox.ButtonRole.RejectRole)
        return box

    @property
    def form(self) -> SchemaForm | None:
        """The editor of the chosen field."""
        return self._form

    def _field(self) -> Field:
        return self._fields[self.field_box.currentIndex()]

    def _take_field(self) -> None:
        field = self._field()
        if self._form is not None:
            self._place.removeWidget(self._form)
            self._form.hide()
            self._form.deleteLater()
        self._form = SchemaForm([field], words=choice_words())
        self._form.setObjectName("bulk-value")
        self._form.edited.connect(self._edited)
        self._place.addWidget(self._form)
        self.empty_box.setChecked(False)
        self.empty_box.setEnabled(not field.required)
        self._show_nothing(_("请填写新的内容，下面会列出将要发生的变化。"))

    def _emptied(self) -> None:
        if self._form is not None:
            self._form.setEnabled(not self.empty_box.isChecked())
        self._edited()

    def _edited(self) -> None:
        self._changes = ()
        self.apply_button.setEnabled(False)
        self._timer.start()

    # -- preview --------------------------------------------------------------------------------

    def look(self) -> None:
        """Ask the register what would change."""
        self._timer.stop()
        field, value = self._field(), None
        if not self.empty_box.isChecked():
            if self._form is None:
                return
            values, issues = self._form.read()
            value = values.get(field.key)
            if value is None:
                self._show_nothing(
                    "；".join(issue.message for issue in issues) or _("请填写新的内容。")
                )
                return
        self._asked += 1
        number, service, ids = self._asked, self._desk.app.bulk_edit, self._ids
        self.note.setText(_("正在核对…"))

        def failed(error: BaseException) -> None:
            if isinstance(error, RiskMapError):
                self._show_nothing(str(error))
            else:
                self._desk.show_error(error)

        self._desk.run(
            lambda job: (number, value, service.preview(ids, field.key, value, job)),
            title=_("正在核对…"),
            on_success=self._show,
            on_failure=failed,
            quiet=True,
        )

    def _show(self, result: tuple[int, AttributeValue | None, BulkPreview]) -> None:
        number, _value, preview = result
        if number != self._asked:
            return  # another value was typed meanwhile
        self._changes = preview.changes
        field = self._field()
        words = [_("将修改 {number:,} 处").format(number=len(preview.changes))]
        if preview.unchanged:
            words.append(_("{number:,} 处已是此内容").format(number=preview.unchanged))
        if preview.refused:
            words.append(_("{number:,} 处已被删除").format(number=len(preview.refused)))
        if len(preview.changes) > _MOST_LISTED:
            words.append(_("下面列出前 {number} 处").format(number=_MOST_LISTED))
        self.note.setText("；".join(words) + "。")
        self._fill(
            [
                (
                    change.before.code,
                    change.before.name,
                    shown_value(field, field_value(change.before, field.key)) or "—",
                    shown_value(field, field_value(change.after, field.key)) or "—",
                )
                for change in preview.changes[:_MOST_LISTED]
            ]
        )
        self.apply_button.setText(_("修改 {number:,} 处").format(number=len(preview.changes)))
        self.apply_button.setEnabled(bool(preview.changes))

    def _show_nothing(self, words: str) -> None:
        self._changes = ()
        self.note.setText(words)
        self._fill([])
        self.apply_button.setText(_("修改"))
        self.apply_button.setEnabled(False)

    def _fill(self, rows: Sequence[tuple[str, str, str, str]]) -> None:
        self.table.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for place, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text))
                self.table.setItem(number, place, item)

    # -- applying -------------------------------------------------------------------------------

    def apply(self) -> None:
        """Store what the preview shows, in one transaction."""
        changes, service = self._changes, self._desk.app.bulk_edit
        if not changes:
            return
        self.apply_button.setEnabled(False)
        self._desk.run(
            lambda job: service.apply(changes, job),
            title=_("正在批量修改…"),
            on_success=self._applied,
            on_failure=self._not_applied,
            on_cancel=lambda: self.apply_button.setEnabled(True),
        )

    def _applied(self, result: tuple[BulkOutcome, Changes]) -> None:
        outcome, changes = result
        if outcome.after:
            words = _("批量修改{label}，{number:,} 处").format(
                label=_(self._field().label), number=len(outcome.after)
            )
            step = BulkRestated(words, self._desk.app.bulk_edit, outcome.before, outcome.after)
            self._desk.history.add(step, outcome.after)
            self._desk.notify(
                _("已{step}。").format(step=words),
                "success",
                action=_("撤销"),
                callback=lambda: self._desk.history.undo_step(step),
            )
        self._desk.announce(changes if not outcome.conflicts else Changes(hazards=True))
        if outcome.conflicts:
            self._show_conflicts(outcome)
        else:
            self.accept()

    def _show_conflicts(self, outcome: BulkOutcome) -> None:
        self._changes = ()
        self.note.setText(
            _("已修改 {done:,} 处。下面 {number:,} 处刚被别人改过或删除，没有动它们：").format(
                done=len(outcome.after), number=len(outcome.conflicts)
            )
        )
        self.table.setHorizontalHeaderLabels(["", _("名称"), _("原因"), _("怎么办")])
        self._fill([("", name, error.message, error.hint) for name, error in outcome.conflicts])
        self.apply_button.hide()
        self.close_button.setText(_("关闭"))

    def _not_applied(self, error: BaseException) -> None:
        self._show_nothing(str(error))
        self._desk.show_error(error)
