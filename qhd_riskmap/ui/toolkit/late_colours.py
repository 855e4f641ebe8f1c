"""How lateness is coloured: never in a risk colour, and never by colour alone."""

from __future__ import annotations

from PySide6.QtGui import QColor

from qhd_riskmap.domain.remediation.lateness import LateStage
from qhd_riskmap.ui.toolkit.theme import theme

_COLOURS = {
    LateStage.OVERDUE: "error",
    LateStage.DUE: "warning",
    LateStage.SOON: "warning",
    LateStage.AHEAD: "success",
    LateStage.NONE: "muted",
}


def late_tone(stage: LateStage) -> str:
    """Name of a stage's colour in every theme."""
    return _COLOURS[stage]


def late_colour(stage: LateStage) -> QColor:
    """Colour of a stage in the theme in force."""
    return QColor(getattr(theme(), _COLOURS[stage]))
