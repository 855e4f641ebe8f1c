"""Asks before an import is taken back; what somebody has worked on since is asked about row by row."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.errors import ConflictError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_batches import BatchOutcome, BatchPlan, BatchSummary, Edited
from qhd_riskmap.ui.pages.survey_import.edited_rows import EditedRows
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_SIZE: Final = (760, 460)


class BatchUndoDialog(QDialog):
    """What goes, what is asked about, and the button.

    Signals:
        undone: The import was taken back (`BatchOutcome`).
    """

    undone = Signal(object)

    def __init__(self, desk: Desk, summary: BatchSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batch-undo")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("撤销这次导入"))
        size_on_screen(self, *_SIZE)
        self._desk = desk
        self._summary = summary
        self._plan: BatchPlan | None = None
        self.note = words(_("正在查看哪些在导入后又改过…"), name="undo-note")
        self.edited = EditedRows()
        self.edited.hide()
        self.edited.decided.connect(self._say)
        self.yes = push_button(
            _("撤销导入"), "undo-yes", self.undo, glyph="undo-variant", primary=True
        )
        self.yes.setEnabled(False)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addStretch(1)
        foot.addWidget(push_button(_("取消"), "undo-cancel", self.reject))
        foot.addWidget(self.yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addWidget(self.note)
        column.addWidget(self.edited, 1)
        column.addStretch(0)
        column.addLayout(foot)
        self.reload()

    def reload(self) -> None:
        """Look what was worked on since."""
        service, batch_id = self._desk.app.batches, self._summary.batch.id
        self.yes.setEnabled(False)
        self._desk.run(
            lambda _job: service.plan(batch_id),
            title=_("正在查看哪些在导入后又改过…"),
            on_success=self._take,
            quiet=True,
        )

    def _take(self, plan: BatchPlan) -> None:
        self._plan = plan
        self.edited.show_rows(plan.edited)
        if not plan.edited:
            self.adjustSize()
        self._say()
        self.yes.setEnabled(True)

    def _say(self) -> None:
        if self._plan is None:
            return
        gone = len(self._plan.ready) + len(self.edited.asked - self.edited.kept)
        text = _(
            "将移除 {n} 条隐患（移到“已删除”，编号不再给别人），这些行以后可以再导入。"
            "这次导入更新过的原有记录，恢复到更新之前。撤销以后还可以撤回。"
        )
        self.note.setText(text.format(n=f"{gone:,}"))

    def undo(self) -> None:
        """Take the import back, all or none."""
        service, batch_id = self._desk.app.batches, self._summary.batch.id
        keep, asked = self.edited.kept, self.edited.asked
        self.yes.setEnabled(False)
        self._desk.run(
            lambda _job: service.undo(batch_id, Edited.INCLUDE, keep, asked=asked),
            title=_("正在撤销导入…"),
            on_success=self._done,
            on_failure=self._failed,
        )

    def _done(self, outcome: BatchOutcome) -> None:
        self.undone.emit(outcome)
        self.accept()

    def _failed(self, error: BaseException) -> None:
        self._desk.show_error(error)
        if isinstance(error, ConflictError):
            self.reload()
        else:
            self.yes.setEnabled(True)
