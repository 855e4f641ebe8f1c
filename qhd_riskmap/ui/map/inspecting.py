"""Recording inspections from map and page: reads what the form needs, records, tells."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.checklist import CheckLists
from qhd_riskmap.domain.inspection.record import Inspection
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.inspection_form import InspectionDialog, InspectionEntry

Recorded = tuple[Inspection, list[RemediationTask], Changes]


class Inspecting(QObject):
    """Asks for an inspection and stores it beside the window.

    Attributes:
        dialog: The form in hand.
        inspector: Who is proposed; the last one who was recorded.
    """

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self.dialog: InspectionDialog | None = None
        self.inspector = desk.app.actor.name

    def ask(self, hazard: Hazard, sheet: str = "") -> None:
        """Open the form for a hazard."""
        service = self._desk.app.inspections
        self._desk.run(
            lambda _job: service.checklists(),
            title=_("正在读取检查表…"),
            on_success=partial(self._open, hazard, sheet),
            quiet=True,
        )

    def _open(self, hazard: Hazard, sheet: str, asked: CheckLists) -> None:
        dialog = InspectionDialog(
            hazard, asked, today=self._desk.app.inspections.today(), inspector=self.inspector,
            sheet=sheet, parent=self._window.window(),
        )  # fmt: skip
        dialog.confirmed.connect(partial(self._record, dialog))
        self.dialog = dialog
        dialog.open()

    def _record(self, dialog: InspectionDialog, entry: InspectionEntry) -> None:
        service, hazard = self._desk.app.inspections, str(dialog.hazard.id)
        self._desk.run(
            lambda _job: service.record(hazard, entry.told, entry.findings, entry.photos),
            title=_("正在登记检查…"),
            on_success=partial(self._recorded, dialog),
            on_failure=partial(self._refused, dialog),
            quiet=True,
        )

    def _recorded(self, dialog: InspectionDialog, result: Recorded) -> None:
        dialog.accept()
        done, tasks, changes = result
        self.inspector = done.inspector
        text = _("已登记 {day} 的检查：{result}。").format(
            day=done.on.isoformat(), result=_(done.result.label)
        )
        if tasks:
            text += _("生成 {n} 项整改任务。").format(n=len(tasks))
        self._desk.notify(
            text,
            "success",
            action=_("整改页") if tasks else "",
            callback=self._go_to_tasks if tasks else None,
        )
        self._desk.announce(changes)

    def _refused(self, dialog: InspectionDialog, error: BaseException) -> None:
        if not dialog.refuse(error):
            dialog.reject()
            self._desk.show_error(error)

    def _go_to_tasks(self) -> None:
        self._desk.go_to("remediation")
