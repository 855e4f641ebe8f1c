"""Reads the texts of columns that are not in the shared table, when somebody shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.record_table import RecordTableModel


class StoredColumns(QObject):
    """Keeps the stored columns of one table filled."""

    def __init__(
        self, desk: Desk, model: RecordTableModel, deleted: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(model)
        self._desk = desk
        self._model = model
        self._deleted = deleted
        model.columns_wanted.connect(self._read)
        if model.wanted:
            self._read(model.wanted)

    def _read(self, names: tuple[str, ...]) -> None:
        lookup, deleted = self._desk.app.lookup, self._deleted()
        self._desk.run(
            lambda _job: lookup.columns(names, deleted=deleted),
            title=_("正在读取列…"),
            on_success=self._take,
            quiet=True,
        )

    def _take(self, result: tuple[Sequence[str], Mapping[str, Sequence[str]]]) -> None:
        self._model.set_stored(*result)
