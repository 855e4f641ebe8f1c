"""The office's rules: bands and colours edited in place, rehearsed on every hazard, then adopted."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.grading.method import GradingMethod
from qhd_riskmap.domain.grading.result import level_rank
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.rule_profiles import (
    Rehearsal,
    RehearsedHazard,
    changed_ids,
    read_profile_file,
)
from qhd_riskmap.ui.pages.assessment.change_map import ChangeMap
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S

_NO_COLOUR: Final = ""
_LIST_WIDTH: Final = 240
_GRADES_HEIGHT: Final = 196
_SOURCE: Final = Qt.ItemDataRole.UserRole + 1


def _county(each: RehearsedHazard) -> str:
    return _(regions().get(each.hazard.county).name) if each.hazard.county else ""


def _after(each: RehearsedHazard) -> str:
    return _(each.after.label) if each.after else _("不能定级")


_CHANGED: Final = (
    ListColumn(title=N_("编号"), text=lambda each: each.hazard.code, width=150),
    ListColumn(title=N_("名称"), text=lambda each: each.hazard.name, width=110),
    ListColumn(title=N_("县区"), text=_county, width=68),
    ListColumn(
        title=N_("现在"), text=lambda each: _(each.before.label), width=76,
        key=lambda each: each.before.rank,
    ),
    ListColumn(
        title=N_("改后"), text=_after, width=76, key=lambda each: level_rank(each.after)
    ),
    ListColumn(title=N_("说明"), text=lambda each: each.why, width=0),
)  # fmt: skip


class RulesPanel(QWidget):
    """Rules of one method at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._profile: dict[str, Any] = {}
        self._filling = False
        self.rehearsal: Rehearsal | None = None
        self.methods = QListWidget()
        self.methods.setObjectName("rules-methods")
        self.methods.setAccessibleName(_("评估方法"))
        self.source = words(role="muted", name="rules-source")
        self.grades = QTableWidget(0, 3)
        self.grades.setObjectName("rules-grades")
        self.grades.setAccessibleName(_("分档和颜色"))
        self.grades.setHorizontalHeaderLabels([_("下限"), _("分档"), _("颜色")])
        self.grades.verticalHeader().hide()
        self.grades.horizontalHeader().setStretchLastSection(True)
        self.grades.setFixedHeight(_GRADES_HEIGHT)
        self.grades.itemChanged.connect(self._edited)
        self.summary = words(name="rules-summary")
        self.changed = ListTable(ListModel(_CHANGED), "rules-changed", _("会变色的隐患"))
        self.map = ChangeMap()
        self.map.chosen.connect(self._find)
        self.changed.chosen.connect(self._mark)
        self.reason = QLineEdit()
        self.reason.setObjectName("rules-reason")
        self.reason.setAccessibleName(_("启用的理由"))
        self.reason.setPlaceholderText(_("启用的理由，必须写明"))
        self.regrade = QCheckBox(_("同时重新评估变色的隐患"))
        self.regrade.setObjectName("rules-regrade")
        self._build()
        self.methods.currentItemChanged.connect(self._choose)
        self.reason.textChanged.connect(self._permit)
        self._permit()

    def reload(self) -> None:
        """Read the rules in force."""
        service = self._desk.app.rule_profiles
        self._desk.run(
            lambda _job: service.in_force(),
            title=_("正在读取规则…"),
            on_success=self._list,
            quiet=True,
        )

    def edited(self) -> dict[str, Any]:
        """The profile with what was changed in the table."""
        profile = copy.deepcopy(self._profile)
        for row, grade in enumerate(profile.get("grades", [])):
            if "minimum" in grade:
                item = self.grades.item(row, 0)
                text = item.text().strip() if item is not None else ""
                try:
                    grade["minimum"] = float(text)
                except ValueError:
                    grade["minimum"] = text  # the profile's own check says what is wrong with it
            grade["level"] = self._colour(row).currentData() or None
        if "below" in profile:
            profile["below"]["level"] = self._colour(len(profile["grades"])).currentData() or None
        return profile

    def rehearse(self) -> None:
        """Try the edited rules on every hazard graded by them."""
        service, profile = self._desk.app.rule_profiles, self.edited()
        self._desk.run(
            lambda job: service.rehearse(profile, job),
            title=_("正在试算规则…"),
            on_success=self._rehearsed,
        )

    def adopt(self) -> None:
        """Put the rehearsed rules in force."""
        service, profile = self._desk.app.rule_profiles, self.edited()
        reason, regrade = self.reason.text(), self.regrade.isChecked()
        today = datetime.now(UTC).astimezone().date()
        self._desk.run(
            lambda _job: service.adopt(profile, reason=reason, on=today, regrade=regrade),
            title=_("正在启用规则…"),
            on_success=self._adopted,
        )

    def load(self, path: Path) -> None:
        """Take rules from a file, not in force yet."""
        self._desk.run(
            lambda _job: read_profile_file(path), title=_("正在读取规则…"), on_success=self._loaded
        )

    def show_on_map(self) -> None:
        """Select what would change colour and go to the map."""
        if self.rehearsal is not None and self.rehearsal.changed:
            self._desk.selection.set(changed_ids(self.rehearsal), by=self)
            self._desk.go_to("map")

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.rehearse_button = push_button(
            _("试算"), "rules-rehearse", self.rehearse, glyph="test-tube", primary=True
        )
        self.map_button = push_button(
            _("在地图上看"), "rules-map", self.show_on_map, glyph="map-outline"
        )
        self.adopt_button = push_button(_("启用"), "rules-adopt", self.adopt, glyph="check")
        edit = QHBoxLayout()
        edit.setSpacing(SPACE_S)
        edit.addWidget(self.rehearse_button)
        edit.addWidget(self.map_button)
        edit.addStretch(1)
        edit.addWidget(push_button(_("从文件载入…"), "rules-load", self._ask_load))
        edit.addWidget(push_button(_("导出规则…"), "rules-export", self._ask_export))
        edit.addWidget(push_button(_("还原"), "rules-reset", self._reset))
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addWidget(self.reason, 1)
        foot.addWidget(self.regrade)
        foot.addWidget(self.adopt_button)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE_M, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.source)
        column.addWidget(self.grades)
        column.addLayout(edit)
        column.addWidget(self.summary)
        both = QSplitter()
        both.setChildrenCollapsible(False)
        both.addWidget(self.changed)
        both.addWidget(self.map)
        both.setSizes([_LIST_WIDTH * 2, _LIST_WIDTH * 2])
        column.addWidget(both, 1)
        column.addLayout(foot)
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self.methods)
        split.addWidget(right)
        split.setSizes([_LIST_WIDTH, 4 * _LIST_WIDTH])
        layout = QVBoxLayout(self)
        layout.addWidget(split)

    def _key(self) -> str:
        """The method in hand, or ""."""
        row = self.methods.currentRow()
        return str(self.methods.item(row).data(Qt.ItemDataRole.UserRole)) if row >= 0 else ""

    def _colour(self, row: int) -> QComboBox:
        box = self.grades.cellWidget(row, 2)
        if not isinstance(box, QComboBox):
            raise TypeError("the third column holds colours")
        return box

    # -- living ---------------------------------------------------------------------------------

    def _list(self, known: Mapping[str, GradingMethod]) -> None:
        key = self._key() or next(iter(known))
        self.methods.clear()
        for each in known.values():
            item = QListWidgetItem(f"{_(each.label)}\n{each.version}")
            item.setData(Qt.ItemDataRole.UserRole, each.key)
            item.setData(_SOURCE, each.citation.text)
            self.methods.addItem(item)
            if each.key == key:
                self.methods.setCurrentItem(item)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        key = str(item.data(Qt.ItemDataRole.UserRole))
        self.source.setText(_("依据：{source}").format(source=item.data(_SOURCE)))
        service = self._desk.app.rule_profiles
        self._desk.run(
            lambda _job: service.content(key),
            title=_("正在读取规则…"),
            on_success=self._show,
            quiet=True,
        )

    def _show(self, profile: dict[str, Any]) -> None:
        self._profile = profile
        self._filling = True
        grades = list(profile.get("grades", []))
        if "below" in profile:
            grades.append(profile["below"])
        self.grades.setRowCount(len(grades))
        for row, grade in enumerate(grades):
            minimum = QTableWidgetItem(f"{grade['minimum']:g}" if "minimum" in grade else "")
            text = QTableWidgetItem(_(grade["text"]))
            if "minimum" not in grade:
                minimum.setFlags(minimum.flags() & ~Qt.ItemFlag.ItemIsEditable)
            text.setFlags(text.flags() & ~Qt.ItemFlag.ItemIsEditable)
            self.grades.setItem(row, 0, minimum)
            self.grades.setItem(row, 1, text)
            self.grades.setCellWidget(row, 2, self._colour_box(grade.get("level")))
        self.grades.resizeColumnToContents(1)
        self._filling = False
        self._forget()

    def _colour_box(self, level: str | None) -> QComboBox:
        box = QComboBox()
        for each in RiskLevel:
            box.addItem(f"{_(each.colour_name)} {_(each.label)}", each.value)
        box.addItem(_("不给等级"), _NO_COLOUR)
        box.setCurrentIndex(box.findData(level or _NO_COLOUR))
        box.currentIndexChanged.connect(self._edited)
        return box

    def _edited(self) -> None:
        if not self._filling:
            self._forget()

    def _forget(self) -> None:
        """What was rehearsed no longer holds."""
        self.rehearsal = None
        self.changed.list_model.show_rows(())
        self.map.show_changed(())
        self.summary.setText(_("改动分档或颜色后先试算：哪些隐患会变色。试算不改登记库。"))
        self._permit()

    def _reset(self) -> None:
        self._choose(self.methods.currentItem())

    def _rehearsed(self, rehearsal: Rehearsal) -> None:
        self.rehearsal = rehearsal
        self.summary.setText(
            _("试算 {n} 处，变色 {changed} 处；登记库没有改动。").format(
                n=rehearsal.examined, changed=len(rehearsal.changed)
            )
        )
        self.changed.list_model.show_rows(rehearsal.changed)
        self.map.show_changed(rehearsal.changed)
        self._permit()

    def _mark(self, each: RehearsedHazard | None) -> None:
        self.map.mark(str(each.hazard.id) if each is not None else "")

    def _find(self, hazard_id: str) -> None:
        """A sign of the small map was clicked: its row."""
        self.changed.choose(lambda each: str(each.hazard.id) == hazard_id)

    def _adopted(self, result: tuple[str, Changes]) -> None:
        version, changes = result
        self._desk.notify(
            _("已启用 {version} 版，重新评估 {n} 处。").format(
                version=version, n=len(changes.hazard_ids)
            ),
            "success",
        )
        self.reason.clear()
        self._desk.announce(changes)

    def _loaded(self, profile: dict[str, Any]) -> None:
        for row in range(self.methods.count()):
            if self.methods.item(row).data(Qt.ItemDataRole.UserRole) == profile.get("key"):
                self.methods.blockSignals(True)  # noqa: FBT003 - Qt's signature
                self.methods.setCurrentRow(row)
                self.methods.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._show(profile)

    def _permit(self) -> None:
        held = self._desk.app.actor.permissions
        changed = bool(self.rehearsal and self.rehearsal.changed)
        self.map_button.setEnabled(changed)
        ready = self.rehearsal is not None and bool(self.reason.text().strip())
        self.adopt_button.setEnabled(ready)
        permit(self.adopt_button, Permission.ADMINISTER, held)

    def _ask_load(self) -> None:
        name, _filter = QFileDialog.getOpenFileName(self, _("评估规则"), "", _("规则 (*.json)"))
        if name:
            self.load(Path(name))

    def _ask_export(self) -> None:
        key = self._key()
        name, _filter = QFileDialog.getSaveFileName(
            self, _("导出规则"), f"{key}.json", _("规则 (*.json)")
        )
        if name:
            service = self._desk.app.rule_profiles
            self._desk.run(lambda _job: service.export(key, Path(name)), title=_("正在导出规则…"))
