"""Many assessments from one table, and the factor defaults of townships and counties."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.grading.defaults import FactorDefault
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.factor_table import BatchOutcome, write_outcome
from qhd_riskmap.ui.pages.assessment.plain_table import PlainTable
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_SHEETS = "*.xlsx *.xls *.ods *.csv"


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
        self.rows = PlainTable(
            [_("行"), _("编号"), _("名称"), _("方法"), _("等级"), _("结论或原因")], "table-rows"
        )
        self.defaults_note = words(role="muted", name="table-defaults-note")
        self.defaults = PlainTable(
            [_("区域"), _("类型"), _("方法"), _("因素"), _("取值"), _("依据")], "table-default-rows"
        )
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
        rows = []
        for row in self.outcome.rows:
            item = row.assessment
            level = _(item.level.label) if item else ""
            why = item.reasons[-1] if item else row.problem
            rows.append([str(row.row), row.code, row.name, row.method, level, why])
        self.rows.fill(rows)
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
        self.defaults.fill(
            [
                [d.area or _("全部"), d.type_key, d.method, d.factor, d.value, d.reason]
                for d in found
            ]
        )

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
