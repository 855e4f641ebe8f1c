"""Says at start-up what is due: a message of the system's tray, or one in the window where there is no tray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from qhd_riskmap.domain.access import Permission
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.icons import icon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qhd_riskmap.domain.inspection.schedule import DueStage
    from qhd_riskmap.domain.remediation.overview import Standing

TASKS: Final = "remediation"
INSPECTIONS: Final = "inspection"
_SHOWN_MS: Final = 15_000


class DueNotice(QObject):
    """Looks once and tells once."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.tray: QSystemTrayIcon | None = None
        self._page = TASKS

    def look_up(self) -> None:
        """Count what is due, beside the window."""
        if Permission.READ in self._desk.app.actor.permissions:
            self._desk.run(
                lambda _job: self._standing(),
                title=_("正在读取整改任务…"),
                on_success=lambda found: self.tell(*found),
                quiet=True,
            )

    def _standing(self) -> tuple[Standing, Mapping[DueStage, int]]:
        from qhd_riskmap.domain.remediation.overview import standing  # noqa: PLC0415 - after the map

        inspections = self._desk.app.inspections
        return (
            standing(self._desk.app.remediation.tasks()),
            inspections.standing(inspections.today()),
        )

    def tell(self, tasks: Standing, inspections: Mapping[DueStage, int]) -> None:
        """Tell what is due; nothing where nothing is."""
        of_tasks, of_inspections = due_words(tasks), inspection_words(inspections)
        text = "；".join(filter(None, (of_tasks, of_inspections)))
        if not text:
            return
        self._page = TASKS if of_tasks else INSPECTIONS
        if not QSystemTrayIcon.isSystemTrayAvailable():
            action = _("去整改页") if of_tasks else _("去检查页")
            self._desk.notify(text, "warning", action=action, callback=self.go)
            return
        glyph: QIcon = icon("map-marker-alert-outline", colour="accent")
        self.tray = QSystemTrayIcon(glyph, self)
        self.tray.setToolTip(text)
        self.tray.messageClicked.connect(self.go)
        self.tray.activated.connect(self.go)
        self.tray.show()
        self.tray.showMessage(
            _("隐患整改和检查"), text, QSystemTrayIcon.MessageIcon.Warning, _SHOWN_MS
        )

    def go(self) -> None:
        """Show what is due; the message has done its work."""
        self.close_down()
        self._window.raise_()
        self._window.activateWindow()
        self._desk.go_to(self._page)

    def close_down(self) -> None:
        """Take the icon away."""
        if self.tray is not None:
            self.tray.hide()
            self.tray.deleteLater()
            self.tray = None


def due_words(found: Standing) -> str:
    """逾期 3 项，今日到期 1 项，7 日内到期 2 项; "" where nothing is due."""
    from qhd_riskmap.domain.remediation.lateness import LateStage  # noqa: PLC0415 - after the map

    parts = [
        words.format(n=found.stages[stage])
        for stage, words in (
            (LateStage.OVERDUE, _("逾期 {n} 项")),
            (LateStage.DUE, _("今日到期 {n} 项")),
            (LateStage.SOON, _("7 日内到期 {n} 项")),
        )
        if found.stages.get(stage)
    ]
    return "，".join(parts)


def inspection_words(found: Mapping[DueStage, int]) -> str:
    """今日应检查 1 处，逾期未查 3 处; "" where nothing is due."""
    from qhd_riskmap.domain.inspection.schedule import DueStage  # noqa: PLC0415 - after the map

    parts = [
        words.format(n=found[stage])
        for stage, words in (
            (DueStage.TODAY, _("今日应检查 {n} 处")),
            (DueStage.LATE, _("逾期未查 {n} 处")),
        )
        if found.get(stage)
    ]
    return "，".join(parts)
