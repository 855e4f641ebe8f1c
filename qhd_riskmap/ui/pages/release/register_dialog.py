"""The release register at the desk: every release, what it was, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QInputDialog,
    QPlainTextEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.release_child import ReleaseProcess
from qhd_riskmap.services.release_printing import is_printable
from qhd_riskmap.storage.release_repository import ReleaseRecord, ReleaseStatus
from qhd_riskmap.ui.pages.release.sheet_printing import SheetPrinting
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.outside_files import open_file
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M

_COLUMNS: Final = (N_("编号"), N_("状态"), N_("图名"), N_("发布时间"), N_("用途"), N_("审核人"))
_WIDTHS: Final = (90, 90, 280, 140, 160)
_SIZE: Final = (940, 620)


class RegisterDialog(QDialog):
    """All releases, newest first, with the details of the chosen one."""

    def __init__(self, desk: Desk, control_dir: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("release-register")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("发布登记"))
        self._desk = desk
        self._control_dir = control_dir
        self.records: tuple[ReleaseRecord, ...] = ()
        self.table = self._table()
        self.details = QPlainTextEdit()
        self.details.setObjectName("release-details")
        self.details.setAccessibleName(_("发布详情"))
        self.details.setReadOnly(True)
        self.paper = push_button(
            _("打开脱敏核查单"), "release-paper", self.open_paper, glyph="file-sign"
        )
        self.again = push_button(_("重制…"), "release-remake", self.ask_remake, glyph="refresh")
        self.end = push_button(_("撤回…"), "release-withdraw", self.ask_withdraw, glyph="close")
        self.folder = push_button(
            _("打开成果文件夹"), "release-folder", self.open_folder, glyph="folder-open-outline"
        )
        self.sheet = push_button(
            _("打印图件…"), "release-print", self.ask_print, glyph="printer-outline"
        )
        self.printing = SheetPrinting(desk, self)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.reject)
        foot = QHBoxLayout()
        for button in (self.folder, self.sheet, self.paper, self.again, self.end):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.addWidget(
            words(_("已经公布的内容收不回：撤回或替代以后，今后的发布仍会与它对照。"), role="muted")
        )
        column.addWidget(self.table, 3)
        column.addWidget(self.details, 2)
        column.addLayout(foot)
        size_on_screen(self, *_SIZE)
        self.reload()

    def reload(self) -> None:
        """Read the register again."""
        self._desk.run(
            lambda _job: self._desk.app.release.past(),
            title=_("正在读取发布登记…"),
            on_success=self.show_records,
            quiet=True,
        )

    def show_records(self, records: Sequence[ReleaseRecord]) -> None:
        """List releases and choose the newest."""
        self.records = tuple(records)
        self.table.setRowCount(len(self.records))
        for row, record in enumerate(self.records):
            told = record.released_at.strftime("%Y-%m-%d %H:%M") if record.released_at else ""
            cells = (
                record.number, _(record.status.label), record.title, told, record.purpose,
                record.sign_offs.get("reviewed_by", ""),
            )  # fmt: skip
            for column, text in enumerate(cells):
                self.table.setItem(row, column, QTableWidgetItem(text))
        if self.records:
            self.table.selectRow(0)
        self._show_chosen()

    def chosen(self) -> ReleaseRecord | None:
        """The release whose details are shown."""
        row = self.table.currentRow()
        return self.records[row] if 0 <= row < len(self.records) else None

    def open_paper(self) -> None:
        """Open the 脱敏核查单 beside the register."""
        record = self.chosen()
        if record is None:
            return
        path = self._paper_of(record)
        if path is None or not open_file(path):
            self._desk.notify(_("审批材料文件夹里没有 {number} 号的核查单。").format(number=record.number), "warning")  # fmt: skip

    def open_folder(self) -> None:
        """Open the folder the products were written to."""
        record = self.chosen()
        folder = folder_of(record) if record else None
        if folder is not None:
            open_file(folder)

    def ask_print(self) -> None:
        """Print the sheet of the chosen release."""
        record = self.chosen()
        if record is not None:
            self.printing.ask(record.number)

    def ask_remake(self) -> None:
        """Choose a folder and make the products again."""
        record = self.chosen()
        folder = QFileDialog.getExistingDirectory(self, _("重制到哪个文件夹"))
        if record is not None and folder:
            self.remake(record.number, Path(folder))

    def remake(self, number: str, folder: Path) -> None:
        """Make the products of a release again, bit for bit."""
        process = ReleaseProcess(self._desk.app.register, self._desk.app.actor)
        self._desk.run(
            lambda job: process.remake(number, folder, job),
            title=_("正在重制 {number}…").format(number=number),
            on_success=lambda files: self._desk.notify(
                _("已重制 {n} 个文件，与原件逐字节相同。").format(n=len(files)), "success"
            ),
            database=False,
        )

    def ask_withdraw(self) -> None:
        """Ask for the reason and withdraw the chosen release."""
        record = self.chosen()
        if record is None:
            return
        why, given = QInputDialog.getText(
            self, _("撤回 {number}").format(number=record.number), _("理由（记入发布登记）：")
        )
        if given:
            self.withdraw(record.number, why)

    def withdraw(self, number: str, why: str) -> None:
        """Mark a release as withdrawn."""
        self._desk.run(
            lambda _job: self._desk.app.release.withdraw(number, why),
            title=_("正在撤回 {number}…").format(number=number),
            on_success=self._ended,
        )

    def _ended(self, record: ReleaseRecord) -> None:
        self._desk.notify(_("已撤回 {number}。").format(number=record.number), "success")
        self._desk.announce(Changes(releases=True))
        self.reload()

    def _paper_of(self, record: ReleaseRecord) -> Path | None:
        if self._control_dir is None:
            return None
        path = self._control_dir / f"{record.number}_脱敏核查单.md"
        return path if path.is_file() else None

    def _table(self) -> QTableWidget:
        table = QTableWidget(0, len(_COLUMNS))
        table.setObjectName("release-list")
        table.setAccessibleName(_("历次发布"))
        table.setHorizontalHeaderLabels([_(title) for title in _COLUMNS])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, width)
        table.horizontalHeader().setSectionResizeMode(
            len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch
        )
        table.itemSelectionChanged.connect(self._show_chosen)
        return table

    def _show_chosen(self) -> None:
        record = self.chosen()
        self.details.setPlainText(details_of(record) if record else _("还没有发布过。"))
        self.folder.setEnabled(record is not None and folder_of(record) is not None)
        self.sheet.setEnabled(record is not None and is_printable(record))
        self.again.setEnabled(record is not None)
        self.end.setEnabled(record is not None and record.status is ReleaseStatus.PUBLISHED)
        self.paper.setEnabled(record is not None and self._paper_of(record) is not None)


def folder_of(record: ReleaseRecord) -> Path | None:
    """Where its products were written, if any of them still lies there."""
    told = str(record.definition.get("folder") or "")
    folder = Path(told)
    found = told and any((folder / product.name).is_file() for product in record.products)
    return folder if found else None


def details_of(record: ReleaseRecord) -> str:
    """Everything worth reading of a release, one line each."""
    signed = record.sign_offs
    pairs = [
        (_("审图号"), record.approval_no or _("送审样图，无")),
        (_("资料截止日期"), record.data_date.isoformat() if record.data_date else ""),
        (_("用途"), record.purpose),
        (_("应急保障"), _("是") if record.definition.get("emergency") else ""),
        (_("替代的发布"), record.supersedes),
        (_("编制人"), signed.get("prepared_by", "")),
        (_("审核人"), signed.get("reviewed_by", "")),
        (_("保密审查人"), signed.get("secrecy_reviewed_by", "")),
        (_("经办"), record.released_by),
        (_("规则版本"), record.rules_version),
        (_("公开内容校验值"), record.content_hash),
        (_("结束"), f"{record.ended_at:%Y-%m-%d} {record.ended_why}" if record.ended_at else ""),
    ]
    lines = [_("{label}：{text}").format(label=label, text=text) for label, text in pairs if text]
    lines += ["", _("成果：")]
    lines += [f"{p.name}　{p.size:,} B　SHA-256 {p.sha256}" for p in record.products]
    return "\n".join(lines)
