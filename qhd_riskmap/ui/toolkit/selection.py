"""The hazards in hand: one object that table, map and form share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QObject, Signal

REPLACE: Final = "replace"
ADD: Final = "add"
REMOVE: Final = "remove"


class Selection(QObject):
    """Ordered set of hazard ids (UUID texts), the current one last.

    Signals:
        changed: The set is another one; carries the view that set it, so that it need not follow
            itself.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: dict[str, None] = {}
        self._all: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """All selected ids in the order of selecting."""
        return self._all

    @property
    def current(self) -> str | None:
        """The id selected last, or None."""
        return next(reversed(self._ids), None)

    def __contains__(self, hazard_id: object) -> bool:
        return hazard_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def set(self, ids: Iterable[str], *, by: object = None) -> None:
        """Select exactly ``ids``."""
        wanted = dict.fromkeys(ids)
        if (ids_now := tuple(wanted)) != self._all:
            self._ids, self._all = wanted, ids_now
            self.changed.emit(by)

    def toggle(self, hazard_id: str, *, by: object = None) -> None:
        """Add the id, or take it away if it is selected."""
        if hazard_id in self._ids:
            self.set([each for each in self._ids if each != hazard_id], by=by)
        else:
            self.set([*self._ids, hazard_id], by=by)

    def combine(self, ids: Iterable[str], how: str, *, by: object = None) -> None:
        """Select ``ids`` instead of (`REPLACE`), besides (`ADD`) or out of (`REMOVE`) the rest."""
        if how == REPLACE:
            self.set(ids, by=by)
        elif how == ADD:
            self.set([*self._ids, *ids], by=by)
        else:
            gone = set(ids)
            self.set([each for each in self._ids if each not in gone], by=by)

    def clear(self, *, by: object = None) -> None:
        """Select nothing."""
        self.set((), by=by)
