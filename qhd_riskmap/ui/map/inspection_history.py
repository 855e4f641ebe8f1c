"""All inspections of one hazard: what was answered, what it became, the photos and scanned sheets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.record import Answer, InspectionFile, Verdict
from qhd_riskmap.domain.remediation.task import RemediationTask
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.inspection import InspectionDossier
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.outside_files import copies_folder, open_file
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_HEADS: Final = (N_("检查项目"), N_("结论"), N_("说明"), N_("整改任务"))
_WIDTHS: Final = (66, 120, 130)
_SIZE: Final = (940, 560)
_ROLE: Final = Qt.ItemDataRole.UserRole


def inspection_line(each: InspectionDossier) -> str:
    """One inspection in a line."""
    done = each.inspection
    parts = [done.on.isoformat(), _(done.result.label), done.inspector]
    if done.failed:
        parts.append(_("不合格 {n} 项").format(n=len(done.failed)))
    if each.tasks:
        parts.append(_("整改 {n} 项").format(n=len(each.tasks)))
    return "　".join(parts)


class InspectionHistory(QDialog):
    """Inspections to the left, the one in hand to the right."""

    def __init__(
        self, desk: Desk, hazard: Hazard, found: Sequence[InspectionDossier], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspection-history")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("检查记录：{name}").format(name=hazard.name))
        size_on_screen(self, *_SIZE)
        self._desk, self._hazard = desk, hazard
        self.found: list[InspectionDossier] = []
        self.list = QListWidget()
        self.list.setObjectName("history-inspections")
        self.list.setAccessibleName(_("检查记录"))
        self.list.currentRowChanged.connect(self._show)
        self.facts = words("", name="history-facts")
        self.answers = QTableWidget(0, len(_HEADS))
        self.answers.setObjectName("history-answers")
        self.answers.setAccessibleName(_("检查表"))
        self.answers.setHorizontalHeaderLabels([_(head) for head in _HEADS])
        self.answers.verticalHeader().hide()
        self.answers.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        header = self.answers.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(_WIDTHS, start=1):
            self.answers.setColumnWidth(column, width)
        self.files = QListWidget()
        self.files.setObjectName("history-files")
        self.files.setAccessibleName(_("照片和扫描件"))
        self.files.setMaximumHeight(110)
        self.files.itemActivated.connect(self._open_file)
        self._may = Permission.REMEDY in desk.app.actor.permissions
        self._build()
        desk.changed.connect(self._changed)
        self.take(found)

    def _build(self) -> None:
        self.add_button = push_button(
            _("添加照片…"), "history-add", self.ask_photos, glyph="camera-outline"
        )
        self.add_button.setEnabled(self._may)
        self.remove_button = push_button(_("移除"), "history-remove", self._remove)
        self.remove_button.setEnabled(self._may)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(words(_("照片和扫描件（双击打开）"), role="muted", wrap=False), 1)
        row.addWidget(self.add_button)
        row.addWidget(self.remove_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_M, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.facts)
        column.addWidget(self.answers, 1)
        column.addLayout(row)
        column.addWidget(self.files)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.list)
        split.addWidget(right)
        split.setSizes([260, _SIZE[0] - 260])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.addWidget(split)

    @property
    def current(self) -> InspectionDossier | None:
        """The inspection in hand."""
        row = self.list.currentRow()
        return self.found[row] if 0 <= row < len(self.found) else None

    def take(self, found: Sequence[InspectionDossier]) -> None:
        """Show these, the same one in hand as before."""
        before = self.current.inspection.id if self.current is not None else None
        self.found = list(found)
        self.list.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.list.clear()
        self.list.addItems([inspection_line(each) for each in found])
        self.list.blockSignals(False)  # noqa: FBT003 - Qt's signature
        places = [at for at, each in enumerate(found) if each.inspection.id == before]
        self.list.setCurrentRow(places[0] if places else 0)
        self._show()

    def ask_photos(self) -> None:
        """Choose pictures for the inspection in hand."""
        names, _kind = QFileDialog.getOpenFileNames(self, _("添加照片"))
        if names:
            self.attach([Path(name) for name in names])

    def attach(self, paths: Sequence[Path]) -> None:
        """Hang pictures on the inspection in hand."""
        if self.current is None:
            return
        service, done = self._desk.app.inspections, self.current.inspection.id
        self._desk.run(
            lambda _job: service.attach(done, paths)[1],
            title=_("正在添加照片…"),
            on_success=self._desk.announce,
        )

    def raise_task(self, question: str) -> None:
        """Make a remediation task of a failed answer."""
        if self.current is None:
            return
        service, done = self._desk.app.inspections, self.current.inspection.id
        self._desk.run(
            lambda _job: service.raise_task(done, question),
            title=_("正在登记整改任务…"),
            on_success=self._raised,
        )

    def _raised(self, result: tuple[RemediationTask, Changes]) -> None:
        task, changes = result
        self._desk.notify(_("已登记整改任务 {number}。").format(number=task.number), "success")
        self._desk.announce(changes)

    def _changed(self, changes: Changes) -> None:
        if not changes.inspections:
            return
        service, hazard_id = self._desk.app.inspections, self._hazard.id
        self._desk.run(
            lambda _job: service.history(hazard_id),
            title=_("正在读取检查记录…"),
            on_success=self.take,
            quiet=True,
        )

    def _show(self, _row: int = 0) -> None:
        each = self.current
        self.answers.setRowCount(0)
        self.files.clear()
        self.facts.setText(_facts(each) if each is not None else "")
        if each is None:
            return
        tasks = {task.question: task.number for task in each.tasks if task.question}
        self.answers.setRowCount(len(each.inspection.answers))
        for row, answer in enumerate(each.inspection.answers):
            texts = (
                answer.question,
                _(answer.verdict.label),
                answer.note,
                tasks.get(answer.key, ""),
            )
            for column, text in enumerate(texts):
                self.answers.setItem(row, column, QTableWidgetItem(text))
            if answer.verdict is Verdict.FAIL and answer.key not in tasks:
                self._offer(row, answer)
        self.answers.resizeRowsToContents()
        for entry in each.files:
            item = QListWidgetItem(f"{_(entry.kind.label)}　{entry.name}")
            item.setData(_ROLE, str(entry.id))
            self.files.addItem(item)

    def _offer(self, row: int, answer: Answer) -> None:
        button = push_button(
            _("转为整改任务"), f"raise-{answer.key}", partial(self.raise_task, answer.key)
        )
        button.setEnabled(self._may)
        self.answers.setCellWidget(row, len(_HEADS) - 1, button)

    def _open_file(self, item: QListWidgetItem) -> None:
        service, file_id = self._desk.app.inspections, UUID(item.data(_ROLE))
        self._desk.run(
            lambda _job: service.file_content(file_id),
            title=_("正在打开附件…"),
            on_success=self._opened,
        )

    def _opened(self, result: tuple[InspectionFile, bytes]) -> None:
        entry, content = result
        path = copies_folder() / f"{entry.sha256[:8]}-{entry.name}"
        path.write_bytes(content)
        open_file(path)

    def _remove(self) -> None:
        if self.files.currentRow() < 0:
            return
        file_id = UUID(self.files.currentItem().data(_ROLE))
        service = self._desk.app.inspections
        self._desk.run(
            lambda _job: service.take_off(file_id),
            title=_("正在移除附件…"),
            on_success=self._desk.announce,
        )


def _facts(each: InspectionDossier) -> str:
    done = each.inspection
    lines = ["　".join(filter(None, (inspection_line(each), done.phone)))]
    if done.sheet:
        lines.append(_("检查单 {sheet}").format(sheet=done.sheet))
    if done.note:
        lines.append(done.note)
    others = [task.number for task in each.tasks if not task.question]
    if others:
        lines.append(_("整改任务：{numbers}").format(numbers="、".join(others)))
    return "\n".join(lines)
