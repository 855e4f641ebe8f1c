"""Which hazards there were on a past day, and at what level: arrays, answered at once.

Two things make the past: what the register held (every revision with its day) and what assessors
said for a day (an assessment counts from the day it was made for, also when it was entered later).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from qhd_riskmap.domain.feature_table import NO_LEVEL, TextColumn, texts

DAY_S: Final = 86_400
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that ever happened to the levels of all hazards.

    Attributes:
        ids: Ids of all hazards, deleted ones included.
        hazards: For every event the row of its hazard; sorted by hazard, then by instant.
        instants: Seconds since 1970-01-01 in the office's own time.
        levels: Level from then on, `NO_LEVEL` where ungraded.
        alive: Whether the hazard is in the register from then on.
    """

    ids: TextColumn
    hazards: npt.NDArray[np.int64]
    instants: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int8]
    alive: npt.NDArray[np.bool_]

    def at(self, day: date) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.int8]]:
        """Which hazards there were at the end of a day, and their levels."""
        present = np.zeros(len(self.ids), dtype=bool)
        levels = np.full(len(self.ids), NO_LEVEL, dtype=np.int8)
        until = ((day - _EPOCH).days + 1) * DAY_S
        seen = np.flatnonzero(self.instants < until)
        if len(seen):
            # Sorted by hazard, so the last event seen of each is where the next hazard begins.
            rows = self.hazards[seen]
            last = seen[np.append(np.flatnonzero(np.diff(rows)), len(rows) - 1)]
            present[self.hazards[last]] = self.alive[last]
            levels[self.hazards[last]] = self.levels[last]
        return present, levels

    def take(self, order: npt.NDArray[np.int64]) -> Timeline:
        """The same with the hazards in another order; each stands in ``order`` once."""
        places = np.empty(len(self.ids), dtype=np.int64)
        places[order] = np.arange(len(order))
        return timeline(
            ids=self.ids[order],
            hazards=places[self.hazards],
            instants=self.instants,
            levels=self.levels,
            alive=self.alive,
        )

    @property
    def first_day(self) -> date | None:
        """The day of the first event, or None where there is none."""
        if not len(self.instants):
            return None
        return _EPOCH + timedelta(days=int(self.instants.min()) // DAY_S)

    def days(self) -> list[date]:
        """The days on which anything happened, ascending."""
        return [_EPOCH + timedelta(days=day) for day in np.unique(self.instants // DAY_S).tolist()]


def timeline(
    *, ids: ArrayLike, hazards: ArrayLike, instants: ArrayLike, levels: ArrayLike, alive: ArrayLike
) -> Timeline:
    """Sort events; of several at one instant the one given last counts."""
    rows = np.asarray(hazards, dtype=np.int64)
    times = np.asarray(instants, dtype=np.int64)
    order = np.lexsort((times, rows))
    return Timeline(
        texts(ids),
        rows[order],
        times[order],
        np.asarray(levels, dtype=np.int8)[order],
        np.asarray(alive, dtype=bool)[order],
    )
