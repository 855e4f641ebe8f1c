"""The ledger on the desk: written to a file, read back, its differences looked at before they are taken."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.remediation.ledger import cell_refusal
from qhd_riskmap.domain.remediation.overview import TaskFilter
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.ledger import LedgerReading
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.found_dialog import Found, FoundDialog

_HEADS: Final = (N_("行"), N_("隐患编号"), N_("栏目"), N_("登记库"), N_("台账"), N_("说明"))
_WIDTHS: Final = (44, 200, 110, 150, 150, 220)


def ledger_rows(reading: LedgerReading) -> list[tuple[str, ...]]:
    """One line per difference, and per row of no task."""
    rows: list[tuple[str, ...]] = []
    for answer in reading.answers:
        head = (str(answer.row), answer.code)
        if answer.task is None:
            rows.append((*head, "", "", "", _("登记库里没有这项整改任务")))
        for change in answer.changes:
            told = (change.label, change.before, change.after, cell_refusal(change))
            rows.append((*head, *told))
    return rows


class LedgerActions(QObject):
    """Asks for files and does the work beside the window."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self.dialog: FoundDialog | None = None

    def ask_export(self, wanted: TaskFilter, suggested: str = "") -> None:
        """Ask where to write the ledger, or another list of tasks."""
        file = suggested or _("隐患排查治理台账.xlsx")
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("导出台账"), file, _("Excel 工作簿 (*.xlsx)")
        )
        if name:
            self.export(Path(name).with_suffix(".xlsx"), wanted)

    def export(self, path: Path, wanted: TaskFilter) -> None:
        """Write the ledger."""
        service = self._desk.app.ledger
        self._desk.run(
            lambda _job: service.export(path, wanted),
            title=_("正在写出台账…"),
            on_success=partial(self._exported, path),
        )

    def ask_read(self) -> None:
        """Ask for a ledger that came back."""
        name, _kind = QFileDialog.getOpenFileName(
            self._window, _("读回台账"), "", _("表格 (*.xlsx *.xls *.ods *.csv)")
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Compare a ledger with the register."""
        service = self._desk.app.ledger
        self._desk.run(
            lambda _job: service.read(path),
            title=_("正在核对台账…"),
            on_success=partial(self._compared, path),
        )

    def _exported(self, path: Path, count: int) -> None:
        self._desk.notify(
            _("已写出台账“{name}”，{n} 项。").format(name=path.name, n=count), "success"
        )

    def _compared(self, path: Path, reading: LedgerReading) -> None:
        summary = _(
            "“{name}”共 {n} 行：{same} 行没有变化，{changed} 行有变化，{unknown} 行对不上任务。"
        ).format(
            name=path.name,
            n=len(reading.answers),
            same=reading.unchanged,
            changed=sum(bool(answer.changes) for answer in reading.answers),
            unknown=reading.unknown,
        )
        may = Permission.REMEDY in self._desk.app.actor.permissions
        found = Found(
            title=_("读回台账"), summary=summary, heads=_HEADS, rows=ledger_rows(reading), widths=_WIDTHS,
            take=_("更新任务内容和进展"),
            may=may and any(not cell_refusal(c) for a in reading.answers for c in a.changes),
        )  # fmt: skip
        self.dialog = FoundDialog(found, self._window)
        self.dialog.accepted.connect(partial(self._update, path))
        self.dialog.open()

    def _update(self, path: Path) -> None:
        service = self._desk.app.ledger
        self._desk.run(
            lambda _job: service.update(path),
            title=_("正在更新整改任务…"),
            on_success=self._updated,
        )

    def _updated(self, result: tuple[LedgerReading, Changes]) -> None:
        reading, changes = result
        left = sum(len(answer.refusals) for answer in reading.answers)
        text = _("更新了 {n} 项整改任务。").format(n=reading.updated)
        if left:
            text += _("另有 {n} 处须在整改页办理。").format(n=left)
        self._desk.notify(text, "warning" if left else "success")
        self._desk.announce(changes)
