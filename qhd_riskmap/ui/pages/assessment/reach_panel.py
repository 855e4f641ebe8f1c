"""Effect zones and days of review: edited in place, tried on every hazard, then adopted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTabWidget, QWidget

from qhd_riskmap.domain.assessment_settings import SETTINGS
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.zone_rules import ZONE_RULES
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.reach_rehearsal import ChangedReach, Reach, ReachRehearsal
from qhd_riskmap.ui.pages.assessment.settings_editor import SettingsEditor
from qhd_riskmap.ui.pages.assessment.zone_editor import ZoneEditor
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.profile_panel import ProfilePanel
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_EDITOR_HEIGHT: Final = 340
_LIST_HEIGHT: Final = 170


def _county(each: ChangedReach) -> str:
    return _(regions().get(each.hazard.county).name) if each.hazard.county else ""


def _inside(reach: Reach) -> str:
    return _("{n} 处、{people} 人").format(n=reach.receptors, people=reach.people)


def _review(reach: Reach) -> str:
    return reach.review.isoformat() if reach.review else "—"


_CHANGED: Final = (
    ListColumn(title=N_("编号"), text=lambda each: each.hazard.code, width=150),
    ListColumn(title=N_("名称"), text=lambda each: each.hazard.name, width=130),
    ListColumn(title=N_("县区"), text=_county, width=68),
    ListColumn(
        title=N_("现在的范围"), text=lambda each: each.before.zone, width=160,
        key=lambda each: each.before.reach_m,
    ),
    ListColumn(
        title=N_("改后的范围"), text=lambda each: each.after.zone, width=160,
        key=lambda each: each.after.reach_m,
    ),
    ListColumn(
        title=N_("现在范围内"), text=lambda each: _inside(each.before), width=110,
        key=lambda each: each.before.people,
    ),
    ListColumn(
        title=N_("改后范围内"), text=lambda each: _inside(each.after), width=110,
        key=lambda each: each.after.people,
    ),
    ListColumn(title=N_("现在的复评日"), text=lambda each: _review(each.before), width=96),
    ListColumn(title=N_("改后的复评日"), text=lambda each: _review(each.after), width=0),
)  # fmt: skip


class RehearsedPanel(ProfilePanel):
    """A profile that must be tried out before it can be adopted."""

    def __init__(self, desk: Desk, key: str, editor: ZoneEditor | SettingsEditor) -> None:
        self.rehearsal: ReachRehearsal | None = None
        super().__init__(desk, key, editor)
        self.changed = ListTable(ListModel(_CHANGED), f"changed-{key}", _("会变的隐患"))
        self.summary = words(name=f"summary-{key}")
        self.rehearse_button = push_button(
            _("试算"), f"rehearse-{key}", self.rehearse, glyph="test-tube", primary=True
        )
        self.map_button = push_button(
            _("在地图上看"), f"map-{key}", self.show_on_map, glyph="map-outline"
        )
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.rehearse_button)
        row.addWidget(self.map_button)
        row.addWidget(self.summary, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        self.column.replaceWidget(editor, split)
        split.addWidget(editor)
        below = QWidget()
        column = QHBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.changed)
        split.addWidget(below)
        split.setSizes([_EDITOR_HEIGHT, _LIST_HEIGHT])
        self.column.setStretchFactor(split, 1)
        self.column.insertLayout(2, row)
        editor.edited_by_hand.connect(self.forget)
        self.forget()

    def rehearse(self) -> None:
        """Try the edited rules on every hazard."""
        service, profile = self._desk.app.rule_profiles, self.edited()
        self._desk.run(
            lambda _job: service.rehearse_reach(profile),
            title=_("正在试算规则…"),
            on_success=self._rehearsed,
        )

    def show_on_map(self) -> None:
        """Select what would change and go to the map."""
        if self.rehearsal is not None and self.rehearsal.changed:
            ids = [str(each.hazard.id) for each in self.rehearsal.changed]
            self._desk.selection.set(ids, by=self)
            self._desk.go_to("map")

    def forget(self) -> None:
        """What was tried out no longer holds."""
        self.rehearsal = None
        self.changed.list_model.show_rows(())
        self.summary.setText(
            _("改动以后先试算：哪些隐患的影响范围、人数、复评日会变。试算不改登记库。")
        )
        self.map_button.setEnabled(False)
        self.permit()

    def permit(self) -> None:
        """Adopting takes a rehearsal, a reason and the right to."""
        super().permit()
        if self.rehearsal is None:
            self.adopt_button.setEnabled(False)

    def _show(self, profile: Mapping[str, Any]) -> None:
        super()._show(profile)
        self.forget()

    def _rehearsed(self, rehearsal: ReachRehearsal) -> None:
        self.rehearsal = rehearsal
        self.summary.setText(
            _("试算 {n} 处，有变化的 {changed} 处；等级只随新的评估改变，登记库没有改动。").format(
                n=rehearsal.examined, changed=len(rehearsal.changed)
            )
        )
        self.changed.list_model.show_rows(rehearsal.changed)
        self.map_button.setEnabled(bool(rehearsal.changed))
        self.permit()


class ReachPanel(QTabWidget):
    """Both profiles."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("reach-rules")
        self.zones = RehearsedPanel(desk, ZONE_RULES, ZoneEditor())
        self.settings = RehearsedPanel(desk, SETTINGS, SettingsEditor())
        self.addTab(self.zones, _("影响范围"))
        self.addTab(self.settings, _("复评和默认半径"))

    def reload(self) -> None:
        """Read both."""
        self.zones.reload()
        self.settings.reload()
