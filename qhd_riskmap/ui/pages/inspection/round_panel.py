"""A day's round: where it starts, in which order it goes, its paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.inspection.planned_round import PlannedRound
from qhd_riskmap.domain.inspection.sheet import RoundPaper, SheetStop
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.date_field import DateField
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S

_WIDTH: Final = 340
_COLUMNS: Final = (
    ListColumn(title=N_("序"), text=lambda s: str(s.number), width=48, key=lambda s: s.number, right=True),
    ListColumn(title=N_("名称"), text=lambda s: s.hazard.name, width=0),
    ListColumn(
        title=N_("千米"), text=lambda s: f"{s.leg_m / 1000:.1f}", width=60, key=lambda s: s.leg_m,
        right=True,
    ),
)  # fmt: skip


class RoundPanel(QFrame):
    """Plans rounds and hands their paper out.

    Signals:
        plan_wanted: Put the chosen hazards in order.
        pick_wanted: Let the start be clicked on the map.
        start_changed: The start is another one.
        paper_wanted: Write the round's paper (``.pdf`` or ``.xlsx``).
        round_chosen: Show a round planned before (its identity).
        record_wanted: Record the inspection of a stop (`SheetStop`).
    """

    plan_wanted = Signal()
    pick_wanted = Signal()
    start_changed = Signal()
    paper_wanted = Signal(str)
    round_chosen = Signal(str)
    record_wanted = Signal(object)

    def __init__(self, permissions: frozenset[Permission]) -> None:
        super().__init__()
        self.setObjectName("round-panel")
        self.setFixedWidth(_WIDTH)
        self._held = permissions
        self.paper: RoundPaper | None = None
        self.earlier = QComboBox()
        self.earlier.setObjectName("round-earlier")
        self.earlier.setAccessibleName(_("以前的路线"))
        self.chosen = words(role="muted", name="round-chosen")
        self.day = DateField("round-day", _("检查日期"))
        self.inspector = self._line("round-inspector", _("检查人"))
        self.phone = self._line("round-phone", _("电话"))
        self.start = self._line("round-start", _("起点（经度,纬度）"))
        self.start.setPlaceholderText("119.600000,39.930000")
        self.length = words("", name="round-length")
        self.stops = ListTable(ListModel(_COLUMNS), "round-stops", _("路线上的隐患"))
        self._build()
        self.earlier.activated.connect(self._choose_earlier)
        self.start.editingFinished.connect(self.start_changed)
        self.stops.opened.connect(self.record_wanted)
        self.show_paper(None)

    def _line(self, name: str, label: str) -> QLineEdit:
        line = QLineEdit()
        line.setObjectName(name)
        line.setAccessibleName(label)
        return line

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, 0, 0, 0)
        layout.setSpacing(SPACE_S)
        layout.addWidget(words(_("一天的路线"), role="section", wrap=False))
        layout.addWidget(self.chosen)
        for label, editor in (
            (_("检查日期"), self.day), (_("检查人"), self.inspector), (_("电话"), self.phone),
        ):  # fmt: skip
            row = QHBoxLayout()
            text = QLabel(label)
            text.setFixedWidth(72)
            text.setBuddy(editor)
            row.addWidget(text)
            row.addWidget(editor, 1)
            layout.addLayout(row)
        row = QHBoxLayout()
        text = QLabel(_("起点"))
        text.setFixedWidth(72)
        text.setBuddy(self.start)
        row.addWidget(text)
        row.addWidget(self.start, 1)
        self.pick_button = push_button(
            _("在地图上点"), "round-pick", self.pick_wanted.emit, glyph="crosshairs-gps"
        )
        row.addWidget(self.pick_button)
        layout.addLayout(row)
        self.plan_button = push_button(
            _("排路线"), "round-plan", self.plan_wanted.emit, glyph="map-marker-path", primary=True
        )
        permit(self.plan_button, Permission.REMEDY, self._held)
        layout.addWidget(self.plan_button)
        layout.addWidget(self.earlier)
        layout.addWidget(self.length)
        layout.addWidget(self.stops, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        self.print_button = push_button(
            _("打印检查单…"), "round-print", lambda: self.paper_wanted.emit(".pdf"),
            glyph="printer-outline",
        )  # fmt: skip
        self.book_button = push_button(
            _("导出填写表…"), "round-book", lambda: self.paper_wanted.emit(".xlsx"),
            glyph="file-export-outline",
        )  # fmt: skip
        row.addWidget(self.print_button)
        row.addWidget(self.book_button)
        layout.addLayout(row)

    def show_rounds(self, rounds: Sequence[PlannedRound]) -> None:
        """Offer the rounds planned before, the newest first."""
        self.earlier.clear()
        self.earlier.addItem(_("以前的路线（{n}）").format(n=len(rounds)), "")
        for each in rounds:
            text = _("{day}　{n} 处　{who}").format(
                day=each.on.isoformat(), n=len(each.stops), who=each.inspector or each.id
            )
            self.earlier.addItem(text, each.id)
        self.earlier.setVisible(bool(rounds))

    def show_paper(self, paper: RoundPaper | None) -> None:
        """Show a round in its order."""
        self.paper = paper
        stops: tuple[SheetStop, ...] = paper.stops if paper is not None else ()
        self.stops.list_model.show_rows(stops)
        if paper is None:
            self.length.setText(_("勾选要去的隐患（不勾则是列出的全部），定好起点，再排路线。"))
        else:
            planned = paper.planned
            self.length.setText(
                _("{n} 处，全长 {km:.1f} 千米（直线，返回起点）。双击一处登记检查。").format(
                    n=len(stops), km=planned.route_m / 1000
                )
            )
            self.day.set_day(planned.on)
            self.inspector.setText(planned.inspector)
            self.phone.setText(planned.phone)
            self.set_start(planned.start)
        for button in (self.print_button, self.book_button):
            button.setEnabled(paper is not None)
            permit(button, Permission.EXPORT, self._held)

    def show_chosen(self, count: int, shown: int) -> None:
        """How many hazards the next round has."""
        self.chosen.setText(
            _("已勾选 {n} 处").format(n=count) if count else _("列出的 {n} 处都去").format(n=shown)
        )

    def set_start(self, place: tuple[float, float]) -> None:
        """Show where the round starts."""
        self.start.setText(f"{place[0]:.6f},{place[1]:.6f}")
        self.start.setCursorPosition(0)

    def start_place(self) -> tuple[float, float] | None:
        """Where the round starts, None where nothing usable is typed."""
        parts = self.start.text().replace("，", ",").split(",")
        try:
            lon, lat = map(float, parts)
        except ValueError:
            return None
        inside = -180 <= lon <= 180 and -90 <= lat <= 90  # noqa: PLR2004 - degrees
        return (lon, lat) if inside else None

    def on(self, today: date) -> date:
        """The day of the round."""
        return self.day.day() or today

    def _choose_earlier(self, at: int) -> None:
        identity = str(self.earlier.itemData(at))
        if identity:
            self.round_chosen.emit(identity)
