"""What is due as a table: the longest due first; ticks choose what the next round goes to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.exporting import ShownTable
from qhd_riskmap.services.inspection import DueInspection
from qhd_riskmap.ui.pages.inspection.due_strip import SIGNS
from qhd_riskmap.ui.toolkit.late_colours import late_tone
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.record_columns import county_label

_UNGRADED: Final = 9
_WIDEST: Final = 40  # characters of a column
_GLYPHS: Final = {
    "overdue": "alert", "due": "square", "soon": "triangle", "ahead": "circle-outline", "none": "circle-small",
}  # fmt: skip


def late_words(each: DueInspection) -> str:
    """逾期 12 天, 今日应查, 还有 3 天."""
    if each.days_late > 0:
        return _("逾期 {n} 天").format(n=each.days_late)
    return _("还有 {n} 天").format(n=-each.days_late) if each.days_late else _("今日应查")


def _level(each: DueInspection) -> str:
    return _(each.hazard.level.label) if each.hazard.level else _("未评级")


def _rank(each: DueInspection) -> int:
    return each.hazard.level.rank if each.hazard.level else _UNGRADED


def _place(each: DueInspection) -> str:
    return f"{county_label(each.hazard.county)}{each.hazard.township}"


def _glyph(each: DueInspection) -> tuple[str, str]:
    stage = SIGNS[each.stage]
    return _GLYPHS[stage.value], late_tone(stage)


COLUMNS: Final = (
    ListColumn(title=N_("隐患"), text=lambda x: x.hazard.name, width=0),
    ListColumn(title=N_("应检查日期"), text=lambda x: x.due.isoformat(), width=94),
    ListColumn(
        title=N_("期限"), text=late_words, key=lambda x: -x.days_late, width=114, glyph=_glyph
    ),
    ListColumn(
        title=N_("要求"), text=lambda x: _(x.season) if x.season else _("定期检查"), width=98
    ),
    ListColumn(title=N_("等级"), text=_level, key=_rank, width=72),
    ListColumn(
        title=N_("类型"), text=lambda x: _(taxonomy().get(x.hazard.type_key).label), width=80
    ),
    ListColumn(title=N_("位置"), text=_place, width=116),
    ListColumn(title=N_("上次"), text=lambda x: x.last.isoformat(), width=92),
    ListColumn(title=N_("检查人"), text=lambda x: x.inspector, width=66),
)


class DueTable(ListTable):
    """Rows of `DueInspection`."""

    def __init__(self) -> None:
        self._ticked: set[UUID] = set()
        super().__init__(ListModel(COLUMNS, checked=self.is_ticked), "due-table", _("应检查的隐患"))
        self.list_model.ticked.connect(self._tick)

    def show_due(self, due: Sequence[DueInspection]) -> None:
        """Show these; ticks stay with their hazards."""
        self.list_model.show_rows(due)

    def shown_table(self) -> ShownTable:
        """What is shown, to be written to a file."""
        due = self.list_model.shown()
        heads = [_("编号"), *(_(column.title) for column in COLUMNS)]
        rows = [[each.hazard.code, *(column.text(each) for column in COLUMNS)] for each in due]
        widths = [
            min(_WIDEST, max(map(len, column))) + 4 for column in zip(heads, *rows, strict=True)
        ]
        return ShownTable(titles=heads, widths=widths, count=len(rows), rows=lambda: iter(rows))

    def is_ticked(self, each: DueInspection) -> bool:
        """Whether the next round goes there."""
        return each.hazard.id in self._ticked

    def _tick(self, rows: Sequence[DueInspection], on: bool) -> None:  # noqa: FBT001 - a signal's
        ids = {each.hazard.id for each in rows}
        self._ticked = self._ticked | ids if on else self._ticked - ids
