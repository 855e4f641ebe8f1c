"""What comes back of rounds: filled workbooks and scanned sheets, looked at before they are taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.inspection_returns import MatchedPage, ReturnReading, ReturnState
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.found_dialog import Found, FoundDialog

_ROWS: Final = (N_("位置"), N_("检查单"), N_("隐患"), N_("状态"), N_("说明"))
_PAGES: Final = (N_("文件"), N_("页"), N_("检查单"), N_("隐患"), N_("状态"), N_("说明"))


class ReturnActions(QObject):
    """Asks for files and does the work beside the window.

    Attributes:
        dialog: What is looked at.
    """

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self._window = parent
        self.dialog: FoundDialog | None = None

    # -- workbooks ------------------------------------------------------------------------------

    def ask_workbook(self) -> None:
        """Ask for a workbook that came back."""
        name, _kind = QFileDialog.getOpenFileName(
            self._window, _("导入检查表"), "", _("表格 (*.xlsx *.xls *.ods)")
        )
        if name:
            self.read(Path(name))

    def read(self, path: Path) -> None:
        """Check a workbook against the register."""
        service = self._desk.app.inspection_returns
        self._desk.run(
            lambda _job: service.read(path),
            title=_("正在核对检查表…"),
            on_success=partial(self._looked_at, path),
        )

    def _looked_at(self, path: Path, reading: ReturnReading) -> None:
        counts = {state.value: reading.count(state) for state in ReturnState}
        summary = _(
            "“{name}”：可以登记 {new} 处，已经登记 {recorded} 处，没有填写 {empty} 处，有错误 {wrong} 处。"
        ).format(name=path.name, **counts)
        found = Found(
            title=_("导入检查表"), summary=summary, heads=_ROWS, rows=workbook_rows(reading),
            take=_("登记 {n} 次检查").format(n=counts["new"]), may=bool(counts["new"]),
        )  # fmt: skip
        self._open(found, partial(self._take, path))

    def _take(self, path: Path) -> None:
        service = self._desk.app.inspection_returns
        self._desk.run(
            lambda _job: service.take(path),
            title=_("正在登记检查…"),
            on_success=self._taken,
        )

    def _taken(self, result: tuple[ReturnReading, Changes]) -> None:
        reading, changes = result
        text = _("登记了 {n} 次检查，生成 {tasks} 项整改任务。").format(
            n=reading.taken, tasks=len(reading.tasks)
        )
        wrong = len(reading.issues)
        if wrong:
            text += _("另有 {n} 处错误没有登记。").format(n=wrong)
        self._desk.notify(text, "warning" if wrong else "success")
        self._desk.announce(changes)

    # -- scans ----------------------------------------------------------------------------------

    def ask_scans(self) -> None:
        """Ask for scanned sheets."""
        names, _kind = QFileDialog.getOpenFileNames(
            self._window, _("扫描的检查单"), "", _("扫描件 (*.pdf *.png *.jpg *.jpeg)")
        )
        if names:
            self.match([Path(name) for name in names])

    def match(self, paths: Sequence[Path]) -> None:
        """Find the sheets on scanned pages."""
        service = self._desk.app.inspection_returns
        self._desk.run(
            lambda job: service.match(paths, job),
            title=_("正在辨认扫描件…"),
            on_success=partial(self._matched, paths),
        )

    def _matched(self, paths: Sequence[Path], pages: list[MatchedPage]) -> None:
        new = sum(each.state is ReturnState.NEW for each in pages)
        waiting = sum(each.state is ReturnState.WAITING for each in pages)
        over = sum(bool(each.why) for each in pages) - waiting
        summary = _(
            "共 {n} 页：可以附上 {new} 页，检查还没有登记的 {waiting} 页，认不出或有错误的 {over} 页。"
        ).format(n=len(pages), new=new, waiting=waiting, over=over)
        found = Found(
            title=_("扫描的检查单"), summary=summary, heads=_PAGES, rows=page_rows(pages),
            take=_("附上 {n} 页").format(n=new), may=bool(new),
        )  # fmt: skip
        self._open(found, partial(self._attach, paths))

    def _attach(self, paths: Sequence[Path]) -> None:
        service = self._desk.app.inspection_returns
        self._desk.run(
            lambda job: service.attach(paths, job),
            title=_("正在附上扫描件…"),
            on_success=self._attached,
        )

    def _attached(self, result: tuple[list[MatchedPage], int, Changes]) -> None:
        _pages, added, changes = result
        self._desk.notify(_("附上 {n} 页扫描件。").format(n=added), "success")
        self._desk.announce(changes)

    def _open(self, found: Found, accepted: Callable[[], None]) -> None:
        held = self._desk.app.actor.permissions
        allowed = replace(found, may=found.may and Permission.REMEDY in held)
        self.dialog = FoundDialog(allowed, self._window)
        self.dialog.accepted.connect(accepted)
        self.dialog.open()


def workbook_rows(reading: ReturnReading) -> list[tuple[str, ...]]:
    """One line per row, and one per further fault."""
    found: list[tuple[str, ...]] = []
    for row in reading.rows:
        name = row.hazard.name if row.hazard else row.visit.code
        head = (row.visit.sheet, name, _(row.state.label))
        if not row.issues:
            found.append((row.visit.cell, *head, ""))
        found += [(issue.cell, *head, issue.message) for issue in row.issues]
    return found


def page_rows(pages: Sequence[MatchedPage]) -> list[tuple[str, ...]]:
    """One line per page."""
    return [
        (
            each.page.file, str(each.page.number), each.sheet,
            each.hazard.name if each.hazard else "", _(each.state.label), each.why,
        )
        for each in pages
    ]  # fmt: skip
