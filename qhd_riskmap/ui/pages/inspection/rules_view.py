"""How often and what to ask: the office's own intervals, seasons and check lists, edited in place."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.citation import citation_of
from qhd_riskmap.domain.inspection.checklist import CHECKLISTS
from qhd_riskmap.domain.inspection.schedule import INSPECTION_RULES
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.pages.inspection.checklist_editor import ChecklistEditor
from qhd_riskmap.ui.pages.inspection.interval_editor import IntervalEditor
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S


class ProfilePanel(QWidget):
    """One rule profile: its source, an editor, the reason and the button that adopts it."""

    def __init__(self, desk: Desk, key: str, editor: IntervalEditor | ChecklistEditor) -> None:
        super().__init__()
        self.setObjectName(f"profile-{key}")
        self._desk, self._key = desk, key
        self.editor = editor
        self._profile: dict[str, Any] = {}
        self.source = words(role="muted", name=f"source-{key}")
        self.reason = QLineEdit()
        self.reason.setObjectName(f"reason-{key}")
        self.reason.setAccessibleName(_("启用的理由"))
        self.reason.setPlaceholderText(_("启用的理由，必须写明"))
        self.adopt_button = push_button(
            _("启用"), f"adopt-{key}", self.adopt, glyph="check", primary=True
        )
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addWidget(self.reason, 1)
        foot.addWidget(push_button(_("还原"), f"reset-{key}", self.reload))
        foot.addWidget(self.adopt_button)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_M)
        layout.addWidget(self.source)
        layout.addWidget(editor, 1)
        layout.addLayout(foot)
        self.reason.textChanged.connect(self._permit)
        self._permit()

    def reload(self) -> None:
        """Read the profile in force."""
        service, key = self._desk.app.rule_profiles, self._key
        self._desk.run(
            lambda _job: service.content(key),
            title=_("正在读取规则…"),
            on_success=self._show,
            quiet=True,
        )

    def adopt(self) -> None:
        """Put what is edited in force."""
        service, reason = self._desk.app.rule_profiles, self.reason.text()
        profile = self.editor.edited(copy.deepcopy(self._profile))
        today = datetime.now(UTC).astimezone().date()
        self._desk.run(
            lambda _job: service.adopt(profile, reason=reason, on=today),
            title=_("正在启用规则…"),
            on_success=self._adopted,
        )

    def _show(self, profile: Mapping[str, Any]) -> None:
        self._profile = dict(profile)
        text = _("现行 {version} 版。依据：{source}").format(
            version=profile["version"], source=citation_of(profile).text
        )
        self.source.setText(text)
        self.editor.show_profile(profile)

    def _adopted(self, result: tuple[str, Changes]) -> None:
        version, changes = result
        self._desk.notify(_("已启用 {version} 版。").format(version=version), "success")
        self.reason.clear()
        self._desk.announce(changes)

    def _permit(self) -> None:
        self.adopt_button.setEnabled(bool(self.reason.text().strip()))
        permit(self.adopt_button, Permission.ADMINISTER, self._desk.app.actor.permissions)


class RulesView(QTabWidget):
    """Intervals and check lists."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("inspection-rules")
        self.intervals = ProfilePanel(desk, INSPECTION_RULES, IntervalEditor())
        self.checklists = ProfilePanel(desk, CHECKLISTS, ChecklistEditor())
        self.addTab(self.intervals, _("检查周期"))
        self.addTab(self.checklists, _("检查表"))
        self._read: Final = (self.intervals, self.checklists)
        self.reload()

    def reload(self) -> None:
        """Read both."""
        for panel in self._read:
            panel.reload()
