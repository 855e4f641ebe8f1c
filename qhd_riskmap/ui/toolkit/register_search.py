"""The search index of the register, read when first wanted and shared by all search boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.text_search import TextSearch
from qhd_riskmap.i18n import _

if TYPE_CHECKING:
    from qhd_riskmap.services.lookup import Division
    from qhd_riskmap.ui.toolkit.desk import Desk


class RegisterSearch(QObject):
    """Holds the newest index of the live or of the deleted hazards.

    An outdated one answers until the next is read.

    Signals:
        ready: Another index is in force.
    """

    ready = Signal()

    def __init__(self, desk: Desk, *, deleted: bool = False) -> None:
        super().__init__(desk)
        self._desk = desk
        self._deleted = deleted
        self._stale = True
        self._reading = False
        self.index: TextSearch | None = None
        self.divisions: tuple[Division, ...] = ()
        desk.features.replaced.connect(self._outdate)

    def want(self) -> bool:
        """Have the index read if it is not there or outdated; True if there is one to use."""
        if self._stale and not self._reading:
            self._reading, self._stale = True, False
            lookup, deleted = self._desk.app.lookup, self._deleted
            self._desk.run(
                lambda _job: (lookup.search(deleted=deleted), lookup.divisions()),
                title=_("正在准备查找…"),
                on_success=self._take,
                on_failure=self._fail,
                quiet=True,
            )
        return self.index is not None

    def _take(self, result: tuple[TextSearch, tuple[Division, ...]]) -> None:
        self._reading = False
        self.index, self.divisions = result
        self.ready.emit()

    def _fail(self, error: BaseException) -> None:
        self._reading, self._stale = False, True
        self._desk.show_error(error)

    def _outdate(self) -> None:
        self._stale = True


def rows_of(index: TextSearch, table: FeatureTable, wanted: str) -> npt.NDArray[np.bool_]:
    """Rows of ``table`` that hold every word, though the index may be older or newer."""
    hits = index.mask(wanted)
    if len(hits) == len(table) and index.ids == table.ids.tolist():
        return hits
    found = np.zeros(len(table), dtype=bool)
    found[table.rows_of(index.ids[hit] for hit in np.flatnonzero(hits).tolist())] = True
    return found
