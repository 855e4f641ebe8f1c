"""What is pressing on a neighbouring page, as counts that open its list there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from qhd_riskmap.ui.toolkit.count_strip import Chip, CountRow


class CountLinks(CountRow):
    """Counts of what stands elsewhere; nothing is pressed down, a count of nothing opens nothing.

    What is counted is said by a class below: `reload` counts, `out_of_date` is called when it changed.
    """

    def __init__(self, chips: Sequence[Chip], name: str, tip: str) -> None:
        """Buttons with the object names ``<name>-<key>``."""
        super().__init__(chips, name, name)
        self._day: date | None = None
        self._stale = True
        for button in self.buttons.values():
            button.setToolTip(tip)

    def reload(self) -> None:
        """Count beside the window."""
        raise NotImplementedError

    def refresh(self, today: date) -> None:
        """Count again where something changed, or another day has begun."""
        if self._stale or today != self._day:
            self._day = today
            self._count()

    def out_of_date(self) -> None:
        """Something changed: count now where it is seen, else when it is looked at."""
        self._stale = True
        if self.isVisible():
            self._count()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show the counts by key; one that is not given is 0."""
        super().show_counts(counts)
        for key, button in self.buttons.items():
            button.setText(f"{button.text()} →")
            button.setEnabled(counts.get(key, 0) > 0)

    def _count(self) -> None:
        self._stale = False
        self.reload()
