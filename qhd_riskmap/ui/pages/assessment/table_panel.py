"""Many assessments from one table, and the factor defaults of townships and counties."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.grading.defaults import FactorDefault
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.factor_table import BatchOutcome, BatchRow, write_outcome
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_SHEETS = "*.xlsx *.xls *.ods *.csv"


def _level(each: BatchRow) -> str:
    return _(each.assessment.level.label) if each.assessment else ""


def _why(each: BatchRow) -> str:
    return each.assessment.reasons[-1] if each.assessment else each.problem


_ROWS: Final = (
    ListColumn(
        title=N_("行"), text=lambda each: str(each.row), width=60, right=True,
        key=lambda each: each.row,
    ),
    ListColumn(title=N_("编号"), text=lambda each: each.code, width=170),
    ListColumn(title=N_("名称"), text=lambda each: each.name, width=180),
    ListColumn(title=N_("方法"), text=lambda each: each.method),
    ListColumn(title=N_("等级"), text=_level, width=90),
    ListColumn(title=N_("结论或原因"), text=_why, width=0),
)  # fmt: skip
_DEFAULTS: Final = (
    ListColumn(title=N_("区域"), text=lambda each: each.area or _("全部")),
    ListColumn(title=N_("类型"), text=lambda each: each.type_key),
    ListColumn(title=N_("方法"), text=lambda each: each.method),
    ListColumn(title=N_("因素"), text=lambda each: each.factor),
    ListColumn(title=N_("取值"), text=lambda each: each.value, width=100),
    ListColumn(title=N_("依据"), text=lambda each: each.reason, width=0),
)  # fmt: skip


class TablePanel(QWidget):
    """Tables of factors."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.outcome: BatchOutcome | None = None
        self.keep_good = QCheckBox(_("有问题的行不影响其他行入库"))
        self.keep_good.setObjectName("table-keep-good")
        self.start_button = push_button(
            _("选择评估表…"), "table-start", self._ask, glyph="table-arrow-up", primary=True
        )
        self.out_button = push_button(_("导出结果…"), "table-out", self._ask_out)
        self.defaults_button = push_button(
            _("导入默认值…"),
            "table-defaults",
            self._ask_defaults,
            glyph="map-marker-multiple-outline",
        )
        self.summary = words(
            _(
                "每行一处隐患：编号（或名称）、方法、意见和各因素。空着的因素取台账和本地默认值。"
                "默认全有或全无，有问题的行逐行说明。"
            ),
            name="table-summary",
        )
        self.rows = ListTable(ListModel(_ROWS), "table-rows", _("批量评估"))
        self.defaults_note = words(role="muted", name="table-defaults-note")
        self.defaults = ListTable(ListModel(_DEFAULTS), "table-default-rows", _("默认值表"))
        self._build()
        held = desk.app.actor.permissions
        permit(self.start_button, Permission.ASSESS, held)
        permit(self.defaults_button, Permission.ADMINISTER, held)
        self.out_button.setEnabled(False)

    def reload(self) -> None:
        """Read the defaults in force."""
        service = self._desk.app.factor_tables
        self._desk.run(
            lambda _job: service.defaults(), title=_("正在读取默认值…"),
            on_success=self._show_defaults, quiet=True,
        )  # fmt: skip

    def assess(self, path: Path) -> None:
        """Grade every row of a table."""
        service, keep = self._desk.app.factor_tables, self.keep_good.isChecked()
        today = datetime.now(UTC).astimezone().date()
        self._desk.run(
            lambda job: service.assess(path, on=today, keep_good=keep, job=job),
            title=_("正在批量评估…"),
            on_success=self._done,
        )

    def import_defaults(self, path: Path) -> None:
        """Load factor defaults."""
        service = self._desk.app.factor_tables
        self._desk.run(
            lambda _job: service.import_defaults(path), title=_("正在导入默认值…"),
            on_success=self._imported,
        )  # fmt: skip

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        for widget in (self.start_button, self.keep_good):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.out_button)
        below = QHBoxLayout()
        below.addWidget(self.defaults_note, 1)
        below.addWidget(self.defaults_button)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_S)
        layout.addLayout(top)
        layout.addWidget(self.summary)
        layout.addWidget(self.rows, 3)
        layout.addLayout(below)
        layout.addWidget(self.defaults, 2)

    def _done(self, result: tuple[BatchOutcome, Changes]) -> None:
        self.outcome, changes = result
        rows = self.outcome.rows
        self.rows.list_model.show_rows(rows)
        bad = len(self.outcome.problems)
        done = len(self.outcome.rows) - bad if self.outcome.stored else 0
        self.summary.setText(
            _("共 {n} 行，入库 {done} 行，有问题 {bad} 行。").format(
                n=len(rows), done=done, bad=bad
            )
        )
        self.out_button.setEnabled(True)
        if changes.hazards:
            self._desk.announce(changes)

    def _imported(self, count: int) -> None:
        self._desk.notify(_("已导入 {n} 条默认值。").format(n=count), "success")
        self.reload()

    def _show_defaults(self, found: list[FactorDefault]) -> None:
        self.defaults_note.setText(
            _("因素默认值 {n} 条：乡镇盖过县区，县区盖过全部；写明类型的盖过不写的。").format(
                n=len(found)
            )
        )
        self.defaults.list_model.show_rows(found)

    def _ask(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("评估表"), "", _("表格 ({endings})").format(endings=_SHEETS)
        )
        if name:
            self.assess(Path(name))

    def _ask_defaults(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(
            self, _("默认值表"), "", _("表格 ({endings})").format(endings=_SHEETS)
        )
        if name:
            self.import_defaults(Path(name))

    def _ask_out(self) -> None:
        outcome = self.outcome
        name, _filter = QFileDialog.getSaveFileName(
            self,
            _("导出结果"),
            _("评估结果") + ".xlsx",
            _("表格 ({endings})").format(endings="*.xlsx *.csv"),
        )
        if name and outcome is not None:
            self._desk.run(
                lambda _job: write_outcome(Path(name), outcome),
                title=_("正在导出结果…"),
                database=False,
            )
