"""The 检查 page: what is due as list and map, a day's round beside it, the rules behind it all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.inspection.planned_round import PlannedRound
from qhd_riskmap.domain.inspection.schedule import horizon
from qhd_riskmap.domain.inspection.sheet import RoundPaper, SheetStop
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.inspection import DueInspection
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.ui.map.inspecting import Inspecting
from qhd_riskmap.ui.pages.inspection.due_map import DueMap
from qhd_riskmap.ui.pages.inspection.due_strip import DueStrip
from qhd_riskmap.ui.pages.inspection.due_table import DueTable
from qhd_riskmap.ui.pages.inspection.due_tools import DueTools
from qhd_riskmap.ui.pages.inspection.return_actions import ReturnActions
from qhd_riskmap.ui.pages.inspection.round_panel import RoundPanel
from qhd_riskmap.ui.pages.inspection.rules_view import RulesView
from qhd_riskmap.ui.pages.inspection.tasks_due import TasksDue
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.empty_note import EmptyNote
from qhd_riskmap.ui.toolkit.page import Page
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

COMMANDS: Final = (
    Command(
        id="inspection.return",
        title=N_("导入检查表(&I)…"),
        menu="page",
        needs=Permission.READ,
        icon="file-import-outline",
    ),
    Command(
        id="inspection.scans",
        title=N_("附上扫描件(&S)…"),
        menu="page",
        needs=Permission.READ,
        icon="qrcode-scan",
    ),
    Command(
        id="inspection.export",
        title=N_("导出列表(&E)…"),
        menu="page",
        needs=Permission.EXPORT,
        icon="file-export-outline",
    ),
)


@dataclass(frozen=True, slots=True)
class _Loaded:
    due: list[DueInspection]
    rounds: list[PlannedRound]
    today: date


class InspectionPage(Page):
    """Where the office sees where to go, and what came of it."""

    key: ClassVar[str] = "inspection"
    help_page: ClassVar[str] = "inspection"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.due: list[DueInspection] = []
        self.today = desk.app.inspections.today()
        self._stale = True
        self.inspecting = Inspecting(desk, self)
        self.returns = ReturnActions(desk, self)
        self.strip = DueStrip()
        self.tasks = TasksDue(desk)
        self.tools = DueTools()
        self.table = DueTable()
        self.map = DueMap()
        self.rules = RulesView(desk)
        self.round = RoundPanel(desk.app.actor.permissions)
        self.empty = EmptyNote(
            _("本月没有应检查的隐患。登记隐患以后，按等级和季节推算的检查日期会列在这里。"),
            _("看检查周期"),
            lambda: self.show_view("rules"),
            icon_name="clipboard-search-outline",
        )
        self._build()
        self._connect()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.record_button = push_button(
            _("登记检查…"), "inspection-record", self._record_current,
            glyph="clipboard-check-multiple-outline", primary=True,
        )  # fmt: skip
        permit(self.record_button, Permission.REMEDY, self.desk.app.actor.permissions)
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(words(_("隐患检查"), role="title", wrap=False))
        head.addWidget(self.strip, 1)
        head.addWidget(self.tasks)
        head.addWidget(self.record_button)
        head.addWidget(
            push_button(_("导入检查表…"), "inspection-return", self.returns.ask_workbook,
                        glyph="file-import-outline")
        )  # fmt: skip
        head.addWidget(
            push_button(
                _("扫描件…"), "inspection-scans", self.returns.ask_scans, glyph="qrcode-scan"
            )
        )
        self.stack = QStackedWidget()
        for widget in (self.table, self.map, self.rules, self.empty):
            self.stack.addWidget(widget)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE_S)
        middle.addWidget(self.stack, 1)
        middle.addWidget(self.round)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.tools)
        column.addLayout(middle, 1)

    def _connect(self) -> None:
        self.strip.chosen.connect(self._show)
        self.tools.view_chosen.connect(self.show_view)
        self.tools.filtered.connect(self._show)
        self.table.opened.connect(self._record)
        self.table.chosen.connect(self._mark)
        self.table.list_model.ticked.connect(self._count)
        self.map.chosen.connect(self._clicked)
        self.map.place_picked.connect(self._start_picked)
        panel = self.round
        panel.plan_wanted.connect(self.plan)
        panel.pick_wanted.connect(self._pick)
        panel.start_changed.connect(self._start_typed)
        panel.paper_wanted.connect(self._ask_paper)
        panel.round_chosen.connect(self.open_round)
        panel.record_wanted.connect(self._record_stop)
        self.desk.features.replaced.connect(self._show)

    # -- the page -------------------------------------------------------------------------------

    def activate(self) -> None:
        """Read what is due when it is looked at."""
        today = self.desk.app.inspections.today()
        if self._stale or today != self.today:
            self.reload()
        self.tasks.refresh(today)

    def changes(self, changes: Changes) -> None:
        """Due days follow inspections, assessments, hazards and rules."""
        if changes.rules:
            self.rules.reload()
        if changes.inspections or changes.hazards or changes.rules:
            self._stale = True
            if self.isVisible():
                self.reload()
        self.tasks.changes(changes)

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """What can be done from the menu."""
        callbacks = (self.returns.ask_workbook, self.returns.ask_scans, self.ask_export)
        return tuple(zip(COMMANDS, callbacks, strict=True))

    def keep(self) -> dict[str, object]:
        """View, filter and the round in hand."""
        paper = self.round.paper
        round_id = paper.planned.id if paper is not None else ""
        return {"view": self.tools.view, "strip": self.strip.key, "round": round_id}

    def resume(self, state: dict[str, object]) -> None:
        """Take them over."""
        self.strip.press(str(state["strip"]))
        self.show_view(str(state["view"]))
        if state["round"]:
            self.open_round(str(state["round"]))
        self.reload()

    def restyle(self) -> None:
        """Colours that no style sheet reaches."""
        self.strip.restyle()
        self.tasks.restyle()
        self.empty.restyle()
        self.map.restyle()

    def close_down(self) -> None:
        """The map has a worker of its own."""
        self.map.close_down()

    def reload(self) -> None:
        """Read what is due beside the window."""
        self._stale = False
        service, rounds = self.desk.app.inspections, self.desk.app.rounds

        def read(_job: JobContext) -> _Loaded:
            today = service.today()
            return _Loaded(service.due(today, until=horizon(today)), rounds.rounds(), today)

        self.desk.run(read, title=_("正在读取应检查的隐患…"), on_success=self._take, quiet=True)

    def show_rows(self, title: str, keys: Collection[str]) -> None:
        """The list of what is as urgent as a count on another page said."""
        del title
        self.strip.press(next(iter(keys)))
        self.tools.show_everything()
        self.show_view("list")

    def show_view(self, key: str) -> None:
        """Bring list, map or rules to front."""
        self.tools.show_view(key)
        self._show()

    def shown(self) -> list[DueInspection]:
        """What strip and boxes let through."""
        return [each for each in self.due if self.strip.takes(each) and self.tools.takes(each)]

    def wanted(self) -> list[DueInspection]:
        """Where the next round goes: what is ticked, else all that is shown."""
        shown = self.shown()
        return [each for each in shown if self.table.is_ticked(each)] or shown

    def _take(self, loaded: _Loaded) -> None:
        self.due, self.today = loaded.due, loaded.today
        self.tools.offer(self.due)
        self.round.show_rounds(loaded.rounds)
        if self.round.day.day() is None:
            self.round.day.set_day(self.today)
        if self.round.start_place() is None:
            self.round.set_start(loaded.rounds[0].start if loaded.rounds else self._middle())
        self._start_typed()
        self._show()

    def _middle(self) -> tuple[float, float]:
        """Where a first round starts, until somebody says where: in the middle of what is due."""
        places = [each.hazard.anchor() for each in self.due]
        if not places:
            point = boundaries().city.representative_point()
            return float(point.x), float(point.y)
        lons, lats = zip(*places, strict=True)
        return sum(lons) / len(lons), sum(lats) / len(lats)

    def _show(self) -> None:
        self.strip.show_due(self.due)
        shown = self.shown()
        self.tools.counted.setText(_("{n} 处").format(n=len(shown)))
        view = self.tools.view
        self.table.show_due(shown)
        if view == "map":
            self.map.show_due(shown, self.desk.features.table)
        views = {"list": self.table, "map": self.map, "rules": self.rules}
        nothing = not self.due and view == "list"
        self.stack.setCurrentWidget(self.empty if nothing else views[view])
        self.round.setVisible(view != "rules")
        self.tools.counted.setVisible(view != "rules")
        self._count()

    def _count(self) -> None:
        shown = self.shown()
        ticked = sum(self.table.is_ticked(each) for each in shown)
        self.round.show_chosen(ticked, len(shown))

    def ask_export(self) -> None:
        """Ask where to write what is shown."""
        name, _kind = QFileDialog.getSaveFileName(
            self, _("导出列表"), _("应检查的隐患.xlsx"), _("表格 (*.xlsx *.csv)")
        )
        if name:
            self.export(Path(name))

    def export(self, path: Path) -> None:
        """Write what is shown as a table."""
        service, table = self.desk.app.exporting, self.table.shown_table()
        file = path if path.suffix else path.with_suffix(".xlsx")

        def work(job: JobContext) -> tuple[Path, int]:
            service.export_shown(file, table, job)
            return file, table.count

        self.desk.run(work, title=_("正在导出…"), on_success=self._written)

    # -- one hazard -----------------------------------------------------------------------------

    def _mark(self, each: DueInspection | None) -> None:
        self.map.select(str(each.hazard.id) if each is not None else "")

    def _clicked(self, each: DueInspection) -> None:
        self.map.select(str(each.hazard.id))
        self.table.choose(lambda other: other.hazard.id == each.hazard.id)

    def _record_current(self) -> None:
        each = self.table.current()
        if each is None:
            self.desk.notify(_("请先在列表或地图上选一处隐患。"), "warning")
            return
        self._record(each)

    def _record(self, each: DueInspection) -> None:
        self.inspecting.ask(each.hazard)

    def _record_stop(self, stop: SheetStop) -> None:
        self.inspecting.ask(stop.hazard, stop.sheet)

    # -- the round ------------------------------------------------------------------------------

    def _pick(self) -> None:
        self.show_view("map")
        self.map.pick_place()
        self.desk.notify(_("在地图上点一下，作为路线的起点。"))

    def _start_picked(self, lon: float, lat: float) -> None:
        self.round.set_start((lon, lat))
        self._start_typed()

    def _start_typed(self) -> None:
        """Another start: the way drawn goes with the round it belongs to only."""
        start, paper = self.round.start_place(), self.round.paper
        way: Sequence[tuple[float, float]] = ()
        if paper is not None:
            start = paper.planned.start
            way = [stop.hazard.anchor() for stop in paper.stops]
        self.map.show_way(start, way)

    def plan(self) -> None:
        """Put the wanted hazards in order."""
        start, wanted = self.round.start_place(), self.wanted()
        if start is None:
            self.desk.notify(_("起点应写成“经度,纬度”，例如 119.6,39.93。"), "warning")
            return
        service, ids = self.desk.app.rounds, [str(each.hazard.id) for each in wanted]
        on, who, phone = (
            self.round.on(self.today),
            self.round.inspector.text(),
            self.round.phone.text(),
        )

        def work(_job: JobContext) -> tuple[RoundPaper, Changes]:
            planned, changes = service.plan(ids, start=start, on=on, inspector=who, phone=phone)
            return service.paper(planned.id), changes

        self.desk.run(work, title=_("正在排路线…"), on_success=self._planned)

    def _planned(self, result: tuple[RoundPaper, Changes]) -> None:
        paper, changes = result
        self._show_round(paper)
        self.show_view("map")
        self.map.look_at_way()
        self.desk.announce(changes)

    def open_round(self, identity: str) -> None:
        """Show a round planned before."""
        service = self.desk.app.rounds
        self.desk.run(
            lambda _job: service.paper(identity),
            title=_("正在读取路线…"),
            on_success=self._show_round,
        )

    def _show_round(self, paper: RoundPaper) -> None:
        self.round.show_paper(paper)
        self._start_typed()

    def _ask_paper(self, ending: str) -> None:
        paper = self.round.paper
        if paper is None:
            return
        kinds = {".pdf": _("PDF 文件 (*.pdf)"), ".xlsx": _("Excel 工作簿 (*.xlsx)")}
        name, _kind = QFileDialog.getSaveFileName(
            self,
            _("检查单"),
            _("检查单 {day}").format(day=paper.planned.on.isoformat()) + ending,
            kinds[ending],
        )
        if name:
            self.write_paper(Path(name).with_suffix(ending))

    def write_paper(self, path: Path) -> None:
        """Write the round in hand."""
        paper = self.round.paper
        if paper is None:
            return
        service, identity = self.desk.app.rounds, paper.planned.id
        self.desk.run(
            lambda _job: (path, service.write(identity, path)),
            title=_("正在写出检查单…"),
            on_success=self._written,
        )

    def _written(self, result: tuple[Path, int]) -> None:
        path, count = result
        self.desk.notify(_("已写出“{name}”，{n} 处。").format(name=path.name, n=count), "success")
