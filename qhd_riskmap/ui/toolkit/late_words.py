"""How lateness is said and coloured: never in a risk colour, and never by colour alone."""

from __future__ import annotations

from PySide6.QtGui import QColor

from qhd_riskmap.domain.remediation.lateness import Lateness, LateStage
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import theme

_COLOURS = {
    LateStage.OVERDUE: "error",
    LateStage.DUE: "warning",
    LateStage.SOON: "warning",
    LateStage.AHEAD: "success",
    LateStage.NONE: "muted",
}


def late_text(late: Lateness) -> str:
    """逾期 12 天, 今日到期, 还有 3 天, or what stands instead of a deadline."""
    if late.stage is LateStage.OVERDUE:
        return _("逾期 {n} 天").format(n=late.days)
    if late.days < 0:
        return _("还有 {n} 天").format(n=-late.days)
    return _(late.stage.label)


def late_colour(stage: LateStage) -> QColor:
    """Colour of a stage in the theme in force."""
    return QColor(getattr(theme(), _COLOURS[stage]))
