"""What every painting function needs, in one hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtGui import QPainter

from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.i18n import _

Cancelled = Callable[[], bool]


def never_cancelled() -> bool:
    """The `Cancelled` of a painting that nobody stops."""
    return False


@contextmanager
def saved(painter: QPainter) -> Iterator[None]:
    """Restore the painter's state afterwards, also when the painting is cancelled."""
    painter.save()
    try:
        yield
    finally:
        painter.restore()


@dataclass(frozen=True, slots=True)
class Canvas:
    """Where, what part, how, and whether still wanted.

    Attributes:
        painter: Any painter.
        viewport: What is shown.
        options: How it looks.
        cancelled: Asked between drawing calls.
    """

    painter: QPainter
    viewport: Viewport
    options: MapOptions
    cancelled: Cancelled = never_cancelled

    def check(self) -> None:
        """Stop here if the picture is no longer wanted.

        Raises:
            JobCancelledError: `cancelled` says so.
        """
        if self.cancelled():
            raise JobCancelledError(_("地图绘制已取消。"))

    def scale_denominator(self) -> float:
        """The n of 1:n on the screen or the paper."""
        return self.viewport.scale_denominator(self.options.units_per_inch)
