"""One rule profile of the office: its source and version, an editor, the reason, the button that adopts it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.citation import citation_of
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.permitted import permit
from qhd_riskmap.ui.toolkit.theme import SPACE_M, SPACE_S


class ProfileEditor(Protocol):
    """What shows a profile and gives it back changed; it must be a widget, too."""

    def show_profile(self, profile: Mapping[str, Any]) -> None:
        """Show a profile."""

    def edited(self, profile: dict[str, Any]) -> dict[str, Any]:
        """The profile with what was edited; its own check says what is wrong with it."""


class ProfilePanel(QWidget):
    """One rule profile."""

    def __init__(self, desk: Desk, key: str, editor: QWidget) -> None:
        """A panel that holds nothing yet.

        Args:
            desk: Where it stands.
            key: Of the profile.
            editor: A widget that is a `ProfileEditor`.
        """
        super().__init__()
        self.setObjectName(f"profile-{key}")
        self._desk, self._key = desk, key
        self.editor: Any = editor
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
        self.column = QVBoxLayout(self)
        self.column.setSpacing(SPACE_M)
        self.column.addWidget(self.source)
        self.column.addWidget(editor, 1)
        self.column.addLayout(foot)
        self.reason.textChanged.connect(self.permit)
        self.permit()

    def reload(self) -> None:
        """Read the profile in force."""
        service, key = self._desk.app.rule_profiles, self._key
        self._desk.run(
            lambda _job: service.content(key),
            title=_("正在读取规则…"),
            on_success=self._show,
            quiet=True,
        )

    def edited(self) -> dict[str, Any]:
        """The profile as it stands in the editor."""
        found: dict[str, Any] = self.editor.edited(copy.deepcopy(self._profile))
        return found

    def adopt(self) -> None:
        """Put what is edited in force."""
        service, reason, profile = self._desk.app.rule_profiles, self.reason.text(), self.edited()
        today = datetime.now(UTC).astimezone().date()
        self._desk.run(
            lambda _job: service.adopt(profile, reason=reason, on=today),
            title=_("正在启用规则…"),
            on_success=self._adopted,
        )

    def permit(self) -> None:
        """Adopting takes a reason and the right to."""
        self.adopt_button.setEnabled(bool(self.reason.text().strip()))
        permit(self.adopt_button, Permission.ADMINISTER, self._desk.app.actor.permissions)

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
