"""The 统计 page: figures of a day as tables; every number opens the rows behind it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QTabWidget, QVBoxLayout

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.figure_overview import FigureOverview
from qhd_riskmap.domain.figures import FIGURES, FigureScope
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.exporting import ShownTable
from qhd_riskmap.services.figure_charts import figure_charts
from qhd_riskmap.services.figure_tables import (
    FigureTable,
    Target,
    by_county,
    by_grade,
    by_month,
    by_unit,
    headline,
    month_name,
)
from qhd_riskmap.ui.pages.statistics.chart_view import ChartView
from qhd_riskmap.ui.pages.statistics.form_dialog import FormDialog
from qhd_riskmap.ui.pages.statistics.number_table import NumberTable
from qhd_riskmap.ui.pages.statistics.scope_bar import ScopeBar
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.one_line import OneLine
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_TABLES: Final[tuple[tuple[str, str, Callable[[FigureOverview], FigureTable]], ...]] = (
    ("headline", N_("主要指标"), headline),
    ("counties", N_("各县区"), by_county),
    ("grades", N_("县区×类型×等级"), by_grade),
    ("months", N_("近十二个月"), by_month),
    ("open-units", N_("未整改最多的单位"), partial(by_unit, by="open")),
    ("late-units", N_("逾期最多的单位"), partial(by_unit, by="late")),
)
_WIDE: Final = 40
COMMANDS: Final = (
    Command(
        id="statistics.export", title=N_("导出统计表(&E)…"), menu="page", needs=Permission.EXPORT,
        icon="file-export-outline",
    ),
    Command(
        id="statistics.report", title=N_("写月报(&R)…"), menu="page", needs=Permission.EXPORT,
        icon="file-document-outline",
    ),
    Command(
        id="statistics.form", title=N_("填写上级的汇总表(&S)…"), menu="page",
        needs=Permission.READ, icon="file-table-outline",
    ),
)  # fmt: skip


_NOTE: Final = N_("各数按统计日推算，不存库；点一个数，打开构成它的记录。隐患等级取当日等级。")


class StatisticsPage(Page):
    """Where the office reads how it stands."""

    key: ClassVar[str] = "statistics"
    help_page: ClassVar[str] = "statistics"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.overview: FigureOverview | None = None
        self._stale = True
        self.scope_bar = ScopeBar(desk.app.figures.today())
        self.scope_bar.changed.connect(self.reload)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("statistics-tabs")
        self.tables: dict[str, NumberTable] = {}
        for key, title, _make in _TABLES:
            table = NumberTable(f"statistics-{key}", _(title))
            table.opened.connect(self.open_rows)
            self.tables[key] = table
            self.tabs.addTab(table, _(title))
        self.export_button = push_button(
            _("导出表格…"), "statistics-export", self._ask_export, glyph="file-export-outline"
        )
        self.report_button = push_button(
            _("月报…"), "statistics-report", self._ask_report, glyph="file-document-outline"
        )
        self.form_button = push_button(
            _("汇总表…"), "statistics-form", self.open_form, glyph="file-table-outline"
        )
        self.form: FormDialog | None = None
        for button in (self.export_button, self.report_button):
            permit(button, Permission.EXPORT, desk.app.actor.permissions)
        self.note = OneLine(_(_NOTE), role="muted", name="statistics-note")
        self.charts = ChartView(desk)
        self.charts.opened.connect(self.open_rows)
        self.tabs.addTab(self.charts, _("图"))
        self.tabs.currentChanged.connect(self._tab_changed)
        permit(self.charts.save_button, Permission.EXPORT, desk.app.actor.permissions)
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(words(_("统计"), role="title", wrap=False))
        head.addWidget(self.note, 1)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(SPACE_S)
        for button in (self.report_button, self.form_button, self.export_button):
            self.buttons.addWidget(button)
        head.addLayout(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.scope_bar)
        column.addWidget(self.tabs, 1)

    # -- the page ---------------------------------------------------------------------------------

    def activate(self) -> None:
        """Count when it is looked at."""
        if self._stale:
            self.reload()

    def changes(self, changes: Changes) -> None:
        """Hazards or tasks changed, hence numbers."""
        if changes.hazards or changes.tasks:
            self._stale = True
            if self.isVisible():
                self.reload()

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """What can be done from the menu."""
        callbacks = (self._ask_export, self._ask_report, self.open_form)
        return tuple(zip(COMMANDS, callbacks, strict=True))

    def keep(self) -> dict[str, object]:
        """The tab in front, and what is counted."""
        return {"tab": self.tabs.currentIndex(), "scope": self.scope_bar.scope()}

    def resume(self, state: dict[str, object]) -> None:
        """Take them over."""
        self.tabs.setCurrentIndex(int(str(state.get("tab", 0))))
        scope = state.get("scope")
        if isinstance(scope, FigureScope):
            bar = self.scope_bar
            bar.day.set_day(scope.on)
            bar.first.set_day(scope.first)
            bar.last.set_day(scope.last)
            bar.county.setCurrentIndex(max(0, bar.county.findData(next(iter(scope.counties), ""))))
            bar.type.setCurrentIndex(max(0, bar.type.findData(next(iter(scope.types), ""))))

    def restyle(self) -> None:
        """Links and levels take the colours of the theme."""
        for table in self.tables.values():
            table.restyle()
        self.charts.draw()

    def close_down(self) -> None:
        """No more counting."""
        self.scope_bar.close_down()
        self.charts.close_down()

    # -- counting ---------------------------------------------------------------------------------

    def reload(self) -> None:
        """Count beside the window."""
        scope = self.scope_bar.scope()
        if scope is None:
            return
        self._stale = False
        if self.overview is None:
            self.note.setText(_("正在统计…"))
        service = self.desk.app.figures
        self.desk.run(
            lambda _job: service.overview(scope),
            title=_("正在统计…"),
            on_success=self._show,
            quiet=True,
        )

    def _show(self, overview: FigureOverview) -> None:
        if overview.scope != self.scope_bar.scope():
            return  # meanwhile something else was asked for
        self.overview = overview
        self.note.setText(_(_NOTE))
        for key, _title, make in _TABLES:
            self.tables[key].show_table(make(overview))
        self.charts.show_charts(figure_charts(overview))

    def _tab_changed(self) -> None:
        if self.tabs.currentWidget() is self.charts:
            self.charts.draw()
        self.export_button.setVisible(self.tabs.currentWidget() is not self.charts)

    def open_rows(self, target: Target) -> None:
        """Find the rows behind a number and show them on their page."""
        scope, service = self.scope_bar.scope(), self.desk.app.figures
        if scope is None:
            return
        self.desk.run(
            lambda _job: service.members(target.figure, scope, target.cell),
            title=_("正在查找记录…"),
            on_success=partial(self._open, target),
            quiet=True,
        )

    def _open(self, target: Target, keys: tuple[str, ...]) -> None:
        population = FIGURES[target.figure].population
        self.desk.rows_wanted.emit(population.value, keys, target.title)

    # -- export -----------------------------------------------------------------------------------

    def _ask_export(self) -> None:
        name, _kind = QFileDialog.getSaveFileName(
            self, _("导出表格"), _("统计.xlsx"), _("表格 (*.xlsx *.csv)")
        )
        if name:
            self.export(Path(name))

    def export(self, path: Path) -> None:
        """Write the table in front."""
        front = self.tabs.currentWidget()
        shown = front.table if isinstance(front, NumberTable) else None
        if shown is None:
            return
        file = path if path.suffix else path.with_suffix(".xlsx")
        rows = [[cell.text for cell in row] for row in shown.rows]
        table = ShownTable(
            titles=shown.heads,
            widths=[min(_WIDE, max(map(len, column))) + 4 for column in zip(shown.heads, *rows, strict=True)],
            count=len(rows),
            rows=lambda: iter(rows),
        )  # fmt: skip
        service = self.desk.app.exporting
        self.desk.run(
            lambda job: service.export_shown(file, table, job),
            title=_("正在导出…"),
            on_success=partial(self._exported, file),
        )

    # -- documents --------------------------------------------------------------------------------

    def _ask_report(self) -> None:
        scope = self.scope_bar.scope()
        if scope is None:
            return
        suggested = _("{month}月报.docx").format(month=month_name(scope.on))
        name, _kind = QFileDialog.getSaveFileName(
            self, _("写月报"), suggested, _("Word 文档 (*.docx)")
        )
        if name:
            self.write_report(Path(name).with_suffix(".docx"))

    def write_report(self, path: Path) -> None:
        """Write the report of the day shown."""
        scope, service = self.scope_bar.scope(), self.desk.app.monthly_report
        if scope is not None:
            self.desk.run(
                lambda job: service.write(scope, path, job=job),
                title=_("正在写月报…"),
                on_success=self._written,
            )

    def _written(self, path: Path) -> None:
        self.desk.notify(_("已写出月报“{name}”。").format(name=path.name), "success")

    def open_form(self) -> None:
        """Fill another office's form, or say which cells take what."""
        scope = self.scope_bar.scope()
        if scope is not None:
            self.form = FormDialog(self.desk, scope, self)
            self.form.open()

    def _exported(self, path: Path, _files: list[Path]) -> None:
        self.desk.notify(_("已导出“{name}”。").format(name=path.name), "success")
