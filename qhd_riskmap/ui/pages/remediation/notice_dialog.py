"""The deadline clock on the desk: notices of a day made and looked at, receipts taken back, a calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QListWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.remediation.notices import SentNotice
from qhd_riskmap.domain.remediation.receipts import ReceiptStatus
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.deadline_notices import Round, step_label
from qhd_riskmap.services.notice_receipts import ReceiptReading
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.outside_files import open_file
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.path_field import PathField, choose_folder
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_HEADS: Final = (N_("通知编号"), N_("日期"), N_("责任单位"), N_("档次"), N_("任务"), N_("已签收"))
_WIDTHS: Final = (180, 92, 220, 92, 56, 64)
_FOLDER: Final = N_("通知")


class NoticeDialog(QDialog):
    """What has been sent, and what is to be made today.

    Signals:
        make_wanted: Make the notices of a day: day, folder.
        receipts_wanted: Receipts came back (their paths).
        calendar_wanted: Write the deadlines as a calendar.
    """

    make_wanted = Signal(object, object)
    receipts_wanted = Signal(object)
    calendar_wanted = Signal()

    def __init__(
        self, today: date, folder: Path, permissions: frozenset[Permission], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("notice-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("到期通知"))
        self.resize(820, 520)
        self.summary = words(
            _("按责任单位生成提醒、到期和逾期督办的通知；同一天只发一次，漏了的日子补上。"),
            name="notice-summary",
        )
        self.day = DateField("notice-day", _("通知日期"))
        self.day.set_day(today)
        self.folder = PathField("notice-folder", _("文件夹"), choose_folder(_("存放通知的文件夹")))
        self.folder.set_path(folder)
        form = QFormLayout()
        form.addRow(_("通知日期"), self.day)
        form.addRow(_("文件夹"), self.folder)
        self.table = QTableWidget(0, len(_HEADS))
        self.table.setObjectName("notice-table")
        self.table.setAccessibleName(_("发过的通知"))
        self.table.setHorizontalHeaderLabels([_(head) for head in _HEADS])
        self.table.verticalHeader().hide()
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        for number, width in enumerate(_WIDTHS):
            self.table.setColumnWidth(number, width)
        self.problems = QListWidget()
        self.problems.setObjectName("notice-problems")
        self.problems.setAccessibleName(_("回执里有误的行"))
        self.problems.setMaximumHeight(110)
        self.problems.hide()
        self.make = push_button(_("生成通知"), "notice-make", self._make, primary=True)
        self.open_folder = push_button(_("打开文件夹"), "notice-open", self._open)
        self.read = push_button(_("读回回执…"), "notice-read", self._ask_receipts)
        self.calendar = push_button(_("导出日历…"), "notice-calendar", self.calendar_wanted.emit)
        close = push_button(_("关闭"), "notice-close", self.reject)
        self.make.setEnabled({Permission.REMEDY, Permission.EXPORT} <= permissions)
        self.read.setEnabled(Permission.REMEDY in permissions)
        self.calendar.setEnabled(Permission.EXPORT in permissions)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for button in (self.make, self.open_folder, self.read, self.calendar):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.summary)
        layout.addLayout(form)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.problems)
        layout.addLayout(row)

    def show_notices(self, found: Sequence[SentNotice]) -> None:
        """List what has been sent, newest first."""
        self.table.setRowCount(len(found))
        for at, notice in enumerate(found):
            texts = (
                notice.number, notice.dated.isoformat(), notice.unit or _("（责任单位未填）"),
                step_label(notice.step), str(len(notice.tasks)), str(len(notice.signed)),
            )  # fmt: skip
            for number, text in enumerate(texts):
                self.table.setItem(at, number, QTableWidgetItem(text))

    def show_readings(self, readings: Sequence[ReceiptReading]) -> None:
        """Tell what became of receipts; rows that are wrong are listed with their place."""
        counts = [
            f"{_(status.label)} {sum(reading.count(status) for reading in readings)}"
            for status in ReceiptStatus
        ]
        self.summary.setText(_("回执：{counts}。").format(counts="，".join(counts)))
        self.problems.clear()
        for reading in readings:
            for answer in reading.answers:
                if answer.reasons:
                    where = _("{file} {sheet} 第 {row} 行").format(
                        file=reading.file.name, sheet=answer.line.sheet, row=answer.line.row
                    )
                    self.problems.addItem(f"{where}：{''.join(answer.reasons)}")
        self.problems.setVisible(self.problems.count() > 0)

    def _make(self) -> None:
        day = self.day.day()
        if day is None:
            self.summary.setText(_("请填写通知日期。"))
            return
        self.make.setEnabled(False)
        self.make_wanted.emit(day, Path(self.folder.text() or "."))

    def _open(self) -> None:
        folder = Path(self.folder.text())
        if not folder.is_dir() or not open_file(folder):
            self.summary.setText(_("还没有这个文件夹，先生成通知。"))

    def _ask_receipts(self) -> None:
        names, _kind = QFileDialog.getOpenFileNames(
            self, _("读回回执"), self.folder.text(), _("表格 (*.xlsx *.xls *.ods *.csv)")
        )
        if names:
            self.receipts_wanted.emit([Path(name) for name in names])


class NoticeActions(QObject):
    """Does the work of the dialog beside the window."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.dialog: NoticeDialog | None = None

    def ask(self) -> None:
        """Open the dialog."""
        app = self._desk.app
        dialog = NoticeDialog(
            app.remediation.today(),
            app.path.parent / _(_FOLDER),
            app.actor.permissions,
            self._window,
        )
        dialog.make_wanted.connect(self._make)
        dialog.receipts_wanted.connect(self._take)
        dialog.calendar_wanted.connect(self.ask_calendar)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        self._list()
        dialog.open()

    def ask_calendar(self) -> None:
        """Ask where to write the deadlines as a calendar, and write them."""
        name, _kind = QFileDialog.getSaveFileName(
            self._window, _("导出日历"), _("整改时限和检查.ics"), _("日历 (*.ics)")
        )
        if name:
            path = Path(name).with_suffix(".ics")
            self._desk.run(
                lambda _job: self._desk.app.deadline_calendar.export(path),
                title=_("正在写出日历…"),
                on_success=partial(self._exported, path),
            )

    # -- inside -----------------------------------------------------------------------------------

    def _list(self) -> None:
        self._desk.run(
            lambda _job: self._desk.app.receipts.notices(),
            title=_("正在读取通知…"),
            on_success=self._listed,
            quiet=True,
        )

    def _listed(self, found: list[SentNotice]) -> None:
        if self.dialog is not None:
            self.dialog.show_notices(found)

    def _make(self, day: date, folder: Path) -> None:
        service = self._desk.app.notices
        self._desk.run(
            lambda _job: service.make(day, folder),
            title=_("正在生成通知…"),
            on_success=self._made,
            on_failure=self._not_made,
        )

    def _made(self, found: Round) -> None:
        text = _("新生成 {n} 份通知，这一天已有 {old} 份，写了 {files} 个文件。").format(
            n=len(found.made), old=len(found.already), files=len(found.files)
        )
        if self.dialog is not None:
            self.dialog.make.setEnabled(True)
            self.dialog.summary.setText(text)
            self._list()
        else:
            self._desk.notify(text, "success")

    def _not_made(self, error: BaseException) -> None:
        if self.dialog is not None:
            self.dialog.make.setEnabled(True)
        self._desk.show_error(error)

    def _take(self, paths: Sequence[Path]) -> None:
        service = self._desk.app.receipts
        self._desk.run(
            lambda _job: service.take_all(paths),
            title=_("正在登记回执…"),
            on_success=self._taken,
        )

    def _taken(self, found: list[tuple[ReceiptReading, Changes]]) -> None:
        if self.dialog is not None:
            self.dialog.show_readings([reading for reading, _changes in found])
            self._list()
        for _reading, changes in found:
            if changes.tasks:
                self._desk.announce(changes)

    def _exported(self, path: Path, count: int) -> None:
        self._desk.notify(
            _("已写出日历“{name}”，{n} 项。").format(name=path.name, n=count), "success"
        )

    def _closed(self) -> None:
        self.dialog = None
