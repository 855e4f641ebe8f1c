"""Grading of the hazard in hand: the dialog, the count of receptors, signing, the worksheet on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.map.detail_facts import facts, history_lines
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

if TYPE_CHECKING:
    from qhd_riskmap.domain.grading.defaults import Known
    from qhd_riskmap.domain.worksheet import SignOff
    from qhd_riskmap.services.assessment import AssessmentForm, AssessmentMaterial
    from qhd_riskmap.ui.map.assess_dialog import AssessDialog


class GradingDesk(QObject):
    """What can be done about the level of one hazard.

    Signals:
        graded: An assessment was stored (`Hazard` as it is now).

    Attributes:
        dialog: The dialog opened last.
    """

    graded = Signal(object)

    def __init__(self, desk: Desk, panel: QWidget) -> None:
        super().__init__(panel)
        self._desk, self._panel = desk, panel
        self._hazard: Hazard | None = None
        self._history: Sequence[Assessment] = ()
        self._material: AssessmentMaterial | None = None
        self.dialog: AssessDialog | None = None

    def take(
        self, hazard: Hazard, history: Sequence[Assessment], material: AssessmentMaterial | None
    ) -> None:
        """Another hazard, or the same one read anew."""
        self._hazard, self._history = hazard, history
        if material is not None:
            self._material = material

    def section(self) -> QWidget:
        """The assessments so far, and what can be done with the newest."""
        widget = QWidget()
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(facts(history_lines(self._history), "detail-history"))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        paper = push_button(
            _("底稿…"), "detail-worksheet", self.ask_for_file, glyph="file-document-outline"
        )
        sign = push_button(_("签批…"), "detail-sign", self.ask_to_sign, glyph="signature-freehand")
        for button in (paper, sign):
            button.setEnabled(bool(self._history))
            row.addWidget(button)
        permit(paper, Permission.EXPORT, self._desk.app.actor.permissions)
        row.addStretch(1)
        column.addLayout(row)
        return widget

    def open(self) -> None:
        """Open the dialog."""
        from qhd_riskmap.ui.map.assess_dialog import AssessDialog  # noqa: PLC0415 - not at the start

        if self._hazard is None or self._material is None:
            return
        self.dialog = AssessDialog(
            self._hazard, self._material.methods, self._history, self._material.defaults,
            self._panel,
        )  # fmt: skip
        self.dialog.assessed.connect(self.store)
        self.dialog.count_wanted.connect(self._count)
        self.dialog.open()

    def store(self, form: AssessmentForm) -> None:
        """Store an assessment beside the window."""
        if self._hazard is None:
            return
        service, hazard_id = self._desk.app.assessment, str(self._hazard.id)
        today = datetime.now(UTC).astimezone().date()
        self._desk.run(
            lambda _job: service.record(hazard_id, form, on=today),
            title=_("正在保存评估结果…"),
            on_success=self._stored,
            quiet=True,
        )

    def write(self, path: Path) -> None:
        """Write the worksheet of the newest assessment."""
        if self._hazard is None:
            return
        service, hazard_id = self._desk.app.worksheets, str(self._hazard.id)
        self._desk.run(
            lambda _job: service.write(hazard_id, path),
            title=_("正在写评估底稿…"),
            on_success=self._written,
        )

    def sign(self, opinion: str) -> None:
        """Answer for the newest assessment."""
        if self._hazard is None:
            return
        service, hazard_id = self._desk.app.assessment, str(self._hazard.id)
        self._desk.run(
            lambda _job: service.sign(hazard_id, opinion),
            title=_("正在签批…"),
            on_success=self._signed,
            quiet=True,
        )

    def ask_for_file(self) -> None:
        """Where shall the worksheet go?"""
        if self._hazard is None:
            return
        name, _filter = QFileDialog.getSaveFileName(
            self._panel,
            _("评估底稿"),
            f"{self._hazard.code}_{_('评估底稿')}.docx",
            _("Word 文档 (*.docx);;PDF (*.pdf)"),
        )
        if name:
            self.write(Path(name))

    def ask_to_sign(self) -> None:
        """What does whoever signs say?"""
        opinion, said = QInputDialog.getText(self._panel, _("签批"), _("签批意见（可不写）"))
        if said:
            self.sign(opinion)

    def _count(self, method: str) -> None:
        if self._hazard is None:
            return
        service, hazard_id = self._desk.app.exposure, str(self._hazard.id)
        self._desk.run(
            lambda _job: (method, service.counted(hazard_id, method)),
            title=_("正在统计受体…"),
            on_success=self._counted,
            quiet=True,
        )

    def _counted(self, counted: tuple[str, dict[str, Known]]) -> None:
        if self.dialog is not None:
            self.dialog.take_counted(*counted)

    def _stored(self, result: tuple[Hazard, Assessment, Changes]) -> None:
        hazard, assessment, changes = result
        # Storing a former state would silently take back the level too.
        self._desk.history.forget([hazard.id])
        self._desk.history.note([hazard])
        self.graded.emit(hazard)
        self._desk.notify(
            _("“{name}”评为{level}。").format(name=hazard.name, level=_(assessment.level.label)),
            "success",
        )
        self._desk.announce(changes)

    def _written(self, path: Path) -> None:
        self._desk.notify(_("底稿已写到 {path}。").format(path=path), "success")

    def _signed(self, signed: SignOff) -> None:
        self._desk.notify(
            _("{actor} 已签批（{level}）。").format(
                actor=signed.signed_by, level=_(signed.level.label)
            ),
            "success",
        )
