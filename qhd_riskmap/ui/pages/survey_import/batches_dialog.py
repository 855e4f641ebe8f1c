"""Every import so far: what came, what became of it, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.survey_batches import BatchOutcome, BatchPlan, BatchSummary
from qhd_riskmap.storage.batch_change_repository import BatchChange, BatchChangeKind
from qhd_riskmap.ui.pages.survey_import.batch_undo_dialog import BatchUndoDialog
from qhd_riskmap.ui.pages.survey_import.edited_rows import kept_dialog
from qhd_riskmap.ui.pages.survey_import.reinterpret_dialog import ReinterpretDialog
from qhd_riskmap.ui.pages.survey_import.sources import datum_label
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, size_on_screen, words
from qhd_riskmap.ui.toolkit.renewal import Renewal
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_SIZE: Final = (1160, 640)
_SEARCH_WIDTH: Final = 240
_MOST_SELECTED: Final = 2000
_KINDS: Final = {
    BatchChangeKind.UNDO: N_("撤销导入"),
    BatchChangeKind.REINTERPRET: N_("重新解读"),
    BatchChangeKind.UPDATE: N_("更新已有"),
    BatchChangeKind.REVERT: N_("撤回"),
}
_REVERTIBLE: Final = frozenset({BatchChangeKind.UNDO, BatchChangeKind.REINTERPRET})


def _moment(instant: datetime | None) -> str:
    return instant.astimezone().strftime("%Y-%m-%d %H:%M") if instant is not None else ""


def _files(summary: BatchSummary) -> str:
    return _("、").join(file.name for file in summary.batch.files)


def _state(summary: BatchSummary) -> tuple[str, tuple[str, str] | None]:
    if summary.undone:
        return _("已撤销"), ("undo-variant", "muted")
    again = [c for c in summary.changes if c.kind is BatchChangeKind.REINTERPRET]
    if any(change.reverted_at is None for change in again):
        return _("已重新解读"), ("crosshairs-gps", "accent")
    return _("在库"), ("check-circle-outline", "success")


def _deed(change: BatchChange) -> str:
    words_of = _(_KINDS[change.kind])
    if not change.reference:
        return words_of
    return _("{deed}为 {name}").format(deed=words_of, name=parse_reference(change.reference).label)


def _count(key: str) -> ListColumn:
    titles = {
        "updated": N_("更新"),
        "rejected": N_("退回"),
        "duplicates": N_("重复"),
        "undecided": N_("未定"),
    }
    return ListColumn(
        title=titles[key],
        text=lambda s: f"{s.batch.counts.get(key, 0):,}",
        key=lambda s: s.batch.counts.get(key, 0),
        width=64,
        right=True,
    )


_COLUMNS: Final = (
    ListColumn(title=N_("导入时间"), text=lambda s: _moment(s.batch.imported_at), width=136),
    ListColumn(title=N_("经办人"), text=lambda s: s.batch.imported_by, width=90),
    ListColumn(title=N_("文件"), text=_files, width=0),
    ListColumn(
        title=N_("入库"),
        text=lambda s: f"{s.batch.counts.get('accepted', 0):,}",
        key=lambda s: s.batch.counts.get("accepted", 0),
        width=64,
        right=True,
    ),
    _count("updated"),
    _count("rejected"),
    _count("duplicates"),
    _count("undecided"),
    ListColumn(
        title=N_("现在在库"),
        text=lambda s: f"{s.present:,}",
        key=lambda s: s.present,
        width=84,
        right=True,
    ),
    ListColumn(
        title=N_("后来改过"),
        text=lambda s: f"{s.edited:,}",
        key=lambda s: s.edited,
        width=84,
        right=True,
    ),
    ListColumn(
        title=N_("状态"), text=lambda s: _state(s)[0], width=116, glyph=lambda s: _state(s)[1]
    ),
)
_CHANGE_COLUMNS: Final = (
    ListColumn(title=N_("时间"), text=lambda c: _moment(c.changed_at), width=136),
    ListColumn(title=N_("操作"), text=_deed, width=0),
    ListColumn(title=N_("经办人"), text=lambda c: c.changed_by, width=90),
    ListColumn(
        title=N_("条数"),
        text=lambda c: f"{len(c.rows):,}",
        key=lambda c: len(c.rows),
        width=64,
        right=True,
    ),
    ListColumn(
        title=N_("现状"),
        text=lambda c: _("已撤回") if c.reverted_at else "",
        width=72,
    ),
)


class BatchesDialog(QDialog):
    """Imports above, the chosen one below."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("batches")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("导入记录"))
        size_on_screen(self, *_SIZE)
        self._desk = desk
        self._renewal = Renewal(self._read, self)
        self.dialog: QDialog | None = None
        self._build()
        desk.changed.connect(self._changed)
        self.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.model = ListModel(_COLUMNS)
        self.table = ListTable(self.model, "batches-table", _("导入记录"))
        self.table.chosen.connect(self._show)
        self.change_model = ListModel(_CHANGE_COLUMNS)
        self.changes = ListTable(self.change_model, "batch-changes", _("对整批做过什么"))
        self.changes.chosen.connect(lambda _change: self._enable())
        self.search = QLineEdit()
        self.search.setObjectName("batches-search")
        self.search.setAccessibleName(_("查找"))
        self.search.setPlaceholderText(_("查找"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(_SEARCH_WIDTH)
        self.search.textChanged.connect(self.model.set_text)
        self.note = words(role="muted", name="batches-note")
        self.about = words(name="batch-about")
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.undo_button = push_button(
            _("撤销这次导入…"), "batch-undo", self.ask_undo, glyph="undo-variant"
        )
        self.reread_button = push_button(
            _("重新解读坐标…"), "batch-reread", self.ask_reread, glyph="crosshairs-gps"
        )
        self.revert_button = push_button(
            _("撤回所选的操作"), "batch-revert", self.revert, glyph="redo-variant"
        )
        self.map_button = push_button(
            _("在地图上看"), "batch-map", self.show_on_map, glyph="map-marker-radius-outline"
        )
        self._lay_out()
        self._enable()

    def _lay_out(self) -> None:
        below = QWidget()
        row = QHBoxLayout(below)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        row.addWidget(self.about, 1)
        deeds = QVBoxLayout()
        deeds.setSpacing(SPACE_S)
        deeds.addWidget(words(_("对整批做过什么"), role="muted"))
        deeds.addWidget(self.changes, 1)
        row.addLayout(deeds, 1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.addWidget(self.table)
        halves.addWidget(below)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_M)
        bar.addWidget(self.search)
        bar.addWidget(self.note, 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        for button in (self.undo_button, self.reread_button, self.revert_button, self.map_button):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(push_button(_("关闭"), "batches-close", self.close))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addLayout(bar)
        layout.addWidget(halves, 1)
        layout.addLayout(foot)
        self.table.setFocus()

    # -- showing --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the imports anew."""
        self._renewal.ask()

    def _read(self) -> JobHandle:
        service = self._desk.app.batches
        self.note.setText(_("正在读取导入记录…"))
        return self._desk.run(
            lambda _job: service.all(),
            title=_("正在读取导入记录…"),
            on_success=self._take,
            quiet=True,
        )

    def _take(self, summaries: Sequence[BatchSummary]) -> None:
        current = self.current()
        self.model.show_rows(summaries)
        known = current is not None and self.table.choose(
            lambda each: each.batch.id == current.batch.id
        )
        if summaries and not known:
            self.table.selectRow(0)
        self.note.setText(
            _("共 {n} 次导入").format(n=f"{len(summaries):,}") if summaries else _("还没有导入过。")
        )
        self._enable()

    def current(self) -> BatchSummary | None:
        """The import chosen."""
        found = self.table.current()
        return found if isinstance(found, BatchSummary) else None

    def _show(self, summary: BatchSummary | None) -> None:
        self.change_model.show_rows(reversed(summary.changes) if summary is not None else ())
        self.about.setText(_about(summary) if summary is not None else "")
        if summary is not None and summary.changes:
            self.changes.selectRow(0)
        self._enable()

    def _enable(self) -> None:
        summary, change = self.current(), self.changes.current()
        may = Permission.IMPORT in self._desk.app.actor.permissions
        present = summary is not None and summary.present > 0
        renewed = summary is not None and any(
            c.kind is BatchChangeKind.UPDATE and c.reverted_at is None for c in summary.changes
        )
        self.undo_button.setEnabled(may and (present or renewed))
        self.reread_button.setEnabled(may and present)
        self.map_button.setEnabled(present)
        self.revert_button.setEnabled(
            may
            and isinstance(change, BatchChange)
            and change.kind in _REVERTIBLE
            and change.reverted_at is None
        )

    def _changed(self, changes: Changes) -> None:
        if changes.hazards:
            self.reload()

    # -- doing ----------------------------------------------------------------------------------

    def ask_undo(self) -> None:
        """Take the chosen import back, after a question."""
        summary = self.current()
        if summary is not None:
            dialog = BatchUndoDialog(self._desk, summary, self)
            dialog.undone.connect(self._undone)
            self._open(dialog)

    def ask_reread(self) -> None:
        """Read the chosen import in another datum, after a look."""
        summary = self.current()
        if summary is not None:
            dialog = ReinterpretDialog(self._desk, summary, self)
            dialog.applied.connect(self._reread)
            self._open(dialog)

    def revert(self) -> None:
        """Take back what was done to the whole batch."""
        summary, change = self.current(), self.changes.current()
        if summary is None or not isinstance(change, BatchChange):
            return
        service, batch_id = self._desk.app.batches, summary.batch.id
        self._desk.run(
            lambda _job: service.revert(batch_id, change.id),
            title=_("正在撤回…"),
            on_success=self._reverted,
            on_failure=self._not_reverted,
        )

    def show_on_map(self) -> None:
        """Select the records of the import on the map."""
        summary = self.current()
        if summary is None:
            return
        service, batch_id = self._desk.app.batches, summary.batch.id
        self._desk.run(
            lambda _job: service.plan(batch_id),
            title=_("正在读取这一批…"),
            on_success=self._go_to_map,
            quiet=True,
        )

    def _go_to_map(self, plan: BatchPlan) -> None:
        ids = [str(state.id) for state in plan.ready]
        ids += [str(row.id) for row in plan.edited]
        self._desk.selection.set(ids[:_MOST_SELECTED], by=self)
        self._desk.go_to("map")
        self.close()

    def _undone(self, outcome: BatchOutcome) -> None:
        self._finish(outcome, _("已撤销导入：{n} 条。"))

    def _reread(self, outcome: BatchOutcome) -> None:
        self._finish(outcome, _("已重新解读：{n} 条换了位置。"))

    def _reverted(self, outcome: BatchOutcome) -> None:
        self._finish(outcome, _("已撤回：{n} 条复原。"))

    def _not_reverted(self, error: BaseException) -> None:
        self._desk.show_error(error)
        self.reload()

    def _finish(self, outcome: BatchOutcome, said: str) -> None:
        desk, text = self._desk, said.format(n=f"{outcome.changed:,}")
        if outcome.change is not None:
            # Single steps of these records cannot be taken back any more.
            desk.history.forget([hazard for hazard, _revision in outcome.change.rows])
        desk.notify(text, "success")
        desk.announce(outcome.changes)
        if not outcome.changes.hazards:  # else the announcement has it read anew
            self.reload()
        if outcome.kept:
            more = _("{said}另有 {n} 条保留未动：").format(said=text, n=f"{len(outcome.kept):,}")
            self._open(kept_dialog(outcome.kept, more, self))

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()


def _about(summary: BatchSummary) -> str:
    """Files and how their coordinates were understood."""
    lines = [
        _("{name}（{size}）").format(name=file.name, size=_size_text(file.size))
        for file in summary.batch.files
    ]
    for sheet in summary.batch.decisions.get("datums", ()):
        place = " · ".join(part for part in (sheet.get("file"), sheet.get("sheet")) if part)
        lines.append(
            _("{place}：{datum}　{vote}").format(
                place=place, datum=datum_label(sheet.get("decided")), vote=sheet.get("vote", "")
            )
        )
    mended = summary.batch.decisions.get("mended", ())
    if mended:
        lines.append(_("导入时改过 {n} 个单元格").format(n=len(mended)))
    return "\n".join(lines)


def _size_text(size: int) -> str:
    megabyte = 2**20
    return f"{size / megabyte:.1f} MB" if size >= megabyte else f"{max(1, size // 1024):,} KB"
