"""The rows that would be registered, each with a mark where something should be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QTableView, QWidget

from qhd_riskmap.cartography.symbols import level_label, type_label
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.candidate_columns import Candidate, Candidates, as_candidates
from qhd_riskmap.services.survey_import import ImportPreview
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.issue_table import SEVERITY_GLYPHS, dress_table
from qhd_riskmap.ui.toolkit.level_delegate import LevelDelegate
from qhd_riskmap.ui.toolkit.record_columns import county_label, shape_label
from qhd_riskmap.ui.toolkit.record_table import LEVEL_ROLE

Index = QModelIndex | QPersistentModelIndex
RowKey = tuple[Path, str, int]
_NO_PARENT: Final = QModelIndex()
_TITLES: Final = (
    N_("名称"),
    N_("类型"),
    N_("风险等级"),
    N_("县区"),
    N_("图形"),
    N_("经度"),
    N_("纬度"),
    N_("原坐标"),
    N_("出处"),
)
_WIDTHS: Final = (230, 120, 104, 120, 52, 96, 88, 190, 220)
_LEVEL: Final = 2
_NUMBERS: Final = frozenset({5, 6})


class CandidateModel(QAbstractTableModel):
    """Candidates in the order of the files, or sorted."""

    def __init__(self) -> None:
        super().__init__()
        self._candidates = as_candidates(())
        self._order: Sequence[int] = ()
        self._looked_at: tuple[int, Candidate] | None = None
        self._marks: Mapping[RowKey, tuple[Severity, str]] = {}

    def show_preview(self, preview: ImportPreview) -> None:
        """Show another preview."""
        self.beginResetModel()
        marks: dict[RowKey, tuple[Severity, str]] = {}
        for issue in preview.issues:
            if issue.severity is Severity.WARNING and issue.row:
                key = (issue.path, issue.sheet, issue.row)
                _severity, words = marks.get(key, (Severity.WARNING, ""))
                marks[key] = (Severity.WARNING, f"{words}\n{issue.message}".strip())
        self._marks = marks
        self._candidates = as_candidates(preview.candidates)
        self._order = range(len(self._candidates))
        self._looked_at = None
        self.endResetModel()

    def candidate_at(self, row: int) -> Candidate:
        """The candidate shown in a row."""
        at = self._order[row]
        # A view asks for one row's cells after each other; making a candidate takes a while.
        if self._looked_at is None or self._looked_at[0] != at:
            self._looked_at = at, self._candidates[at]
        return self._looked_at[1]

    # -- Qt -------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Candidates."""
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        """Columns."""
        return 0 if parent.isValid() else len(_TITLES)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, mark, level or alignment of one cell."""
        if not index.isValid() or index.row() >= len(self._order):
            return None
        candidate, column = self.candidate_at(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _TEXTS[column](candidate)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _NUMBERS:
            return int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value)
        if role == LEVEL_ROLE and column == _LEVEL:
            return _rank(candidate)
        return self._mark_data(candidate, column, role)

    def _mark_data(self, candidate: Candidate, column: int, role: int) -> Any:
        mark = self._marks.get(_key(candidate))
        if role == Qt.ItemDataRole.ToolTipRole:
            return mark[1] if mark and column == 0 else _TEXTS[column](candidate)
        if role == Qt.ItemDataRole.DecorationRole and column == 0:
            glyph, colour = SEVERITY_GLYPHS[mark[0]] if mark else ("check", "success")
            return icon(glyph, colour=colour)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Titles across."""
        if role == Qt.ItemDataRole.DisplayRole and orientation is Qt.Orientation.Horizontal:
            return _(_TITLES[section]) if 0 <= section < len(_TITLES) else None
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by one column, marked rows first within the first; -1 is the files' order."""
        self.beginResetModel()
        self._order = range(len(self._candidates))
        if 0 <= column < len(_TITLES):
            keys = _SORT_KEYS[column](self._candidates)
            backwards = order is Qt.SortOrder.DescendingOrder
            self._order = sorted(self._order, key=keys.__getitem__, reverse=backwards)
        self.endResetModel()


class CandidateTable(QTableView):
    """The view.

    Signals:
        opened: Double click on a candidate.
    """

    opened = Signal(object)

    def __init__(self, model: CandidateModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("candidate-table")
        self.setAccessibleName(_("可入库的行"))
        self._candidates = model
        self.setModel(model)
        dress_table(self)
        self.setItemDelegateForColumn(_LEVEL, LevelDelegate(self))
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.doubleClicked.connect(self._open)

    def _open(self, index: QModelIndex) -> None:
        if index.isValid():
            self.opened.emit(self._candidates.candidate_at(index.row()))


def _key(candidate: Candidate) -> RowKey:
    return candidate.sheet.file, candidate.sheet.name, candidate.row


def _rank(candidate: Candidate) -> int:
    level = candidate.hazard.level
    if candidate.assessments:
        level = candidate.assessments[-1].level
    return level.rank if level else NO_LEVEL


def _source(candidate: Candidate) -> str:
    where = " · ".join(part for part in (candidate.sheet.file.name, candidate.sheet.name) if part)
    return _("{where} 第 {row} 行").format(where=where, row=candidate.row)


_TEXTS: Final[tuple[Callable[[Candidate], str], ...]] = (
    lambda c: c.hazard.name,
    lambda c: type_label(c.hazard.type_key),
    lambda c: level_label(_rank(c)),
    lambda c: county_label(c.hazard.county),
    lambda c: shape_label(c.hazard.geometry),
    lambda c: f"{c.hazard.anchor()[0]:.6f}",
    lambda c: f"{c.hazard.anchor()[1]:.6f}",
    lambda c: c.hazard.provenance.original_text,
    _source,
)
# By column, what all candidates are sorted by: made from their columns, not one by one.
_SORT_KEYS: Final[tuple[Callable[[Candidates], Sequence[Any]], ...]] = (
    lambda all_: all_.hazards.facts["name"],
    lambda all_: _labels(type_label, all_.hazards.facts["type_key"]),
    lambda all_: [rank or len(_TITLES) for rank in all_.hazards.facts["level"]],
    lambda all_: _labels(county_label, all_.hazards.facts["county"]),
    lambda all_: [shape_label(geometry) for geometry in all_.hazards.geometries],
    lambda all_: all_.anchors[:, 0].tolist(),
    lambda all_: all_.anchors[:, 1].tolist(),
    lambda all_: all_.hazards.facts["original_text"],
    lambda all_: [(sheet.file.name, sheet.name, row) for sheet, row in all_.sources],
)


def _labels(label: Callable[[str], str], keys: Sequence[str]) -> list[str]:
    known = {key: label(key) for key in set(keys)}
    return [known[key] for key in keys]
