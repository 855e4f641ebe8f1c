"""The list of risk points on the desk: written, read back, its differences looked at before they are taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.risk_list import RiskFilter
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.risk_list import RiskReading
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.found_dialog import Found, FoundDialog

COMMANDS: Final = (
    Command(
        id="register.risk-list", title=N_("导出风险点清单(&L)…"), menu="page",
        needs=Permission.EXPORT, icon="file-export-outline",
    ),
    Command(
        id="register.risk-list-read", title=N_("读回风险点清单(&K)…"), menu="page",
        needs=Permission.READ, icon="file-import-outline",
    ),
)  # fmt: skip
_HEADS: Final = (N_("行"), N_("风险点编号"), N_("栏目"), N_("登记库"), N_("清单"), N_("说明"))
_WIDTHS: Final = (44, 180, 120, 170, 170, 230)


def _lines(reading: RiskReading) -> list[tuple[str, ...]]:
    """One line per difference, and per row of no hazard."""
    rows: list[tuple[str, ...]] = []
    for answer in reading.answers:
        head = (str(answer.row), answer.code)
        if answer.hazard is None:
            rows.append((*head, "", "", "", _("登记库里没有这处隐患")))
        rows += [(*head, c.label, c.before, c.after, c.refusal) for c in answer.changes]
    return rows


class RiskListDesk(QObject):
    """Asks for files and does the work beside the window."""

    def __init__(self, desk: Desk, parent: QWidget, shown: Callable[[], frozenset[str]]) -> None:
        """Work for a page.

        Args:
            desk: The desk.
            parent: The page.
            shown: Codes of the hazards that the page shows.
        """
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self._shown = shown
        self.dialog: FoundDialog | None = None

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """What can be done from the menu."""
        return ((COMMANDS[0], self.ask_export), (COMMANDS[1], self.ask_read))

    def ask_export(self) -> None:
        """Ask where to write the list of the hazards shown."""
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("导出风险点清单"), _("风险点清单.xlsx"), _("Excel 工作簿 (*.xlsx)")
        )
        if name:
            self.export(Path(name).with_suffix(".xlsx"))

    def export(self, path: Path) -> None:
        """Write the list of the hazards shown."""
        service, wanted = self._desk.app.risk_list, RiskFilter(codes=self._shown())
        self._desk.run(
            lambda _job: service.export(path, wanted),
            title=_("正在写出风险点清单…"),
            on_success=partial(self._exported, path),
        )

    def ask_read(self) -> None:
        """Ask for a list that came back."""
        name, _kind = QFileDialog.getOpenFileName(
            self._window, _("读回风险点清单"), "", _("表格 (*.xlsx *.xls *.ods *.csv)")
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Compare a list with the register."""
        service = self._desk.app.risk_list
        self._desk.run(
            lambda _job: service.read(path),
            title=_("正在核对风险点清单…"),
            on_success=partial(self._compared, path),
        )

    def _exported(self, path: Path, count: int) -> None:
        self._desk.notify(
            _("已写出风险点清单“{name}”，{n} 处。").format(name=path.name, n=count), "success"
        )

    def _compared(self, path: Path, reading: RiskReading) -> None:
        summary = _(
            "“{name}”共 {n} 行：{same} 行没有变化，{changed} 行有变化，{unknown} 行对不上隐患。"
        ).format(
            name=path.name,
            n=len(reading.answers),
            same=reading.unchanged,
            changed=sum(bool(answer.changes) for answer in reading.answers),
            unknown=reading.unknown,
        )
        may = Permission.EDIT in self._desk.app.actor.permissions
        found = Found(
            title=_("读回风险点清单"), summary=summary, heads=_HEADS, rows=_lines(reading), widths=_WIDTHS,
            take=_("更新能改的栏目"),
            may=may and any(not c.refusal for a in reading.answers for c in a.changes),
        )  # fmt: skip
        self.dialog = FoundDialog(found, self._window)
        self.dialog.accepted.connect(partial(self._update, path))
        self.dialog.open()

    def _update(self, path: Path) -> None:
        service = self._desk.app.risk_list
        self._desk.run(
            lambda _job: service.update(path),
            title=_("正在更新隐患…"),
            on_success=self._updated,
        )

    def _updated(self, result: tuple[RiskReading, Changes]) -> None:
        reading, changes = result
        self._desk.notify(_("更新了 {n} 处隐患。").format(n=reading.updated), "success")
        self._desk.announce(changes)
