"""The row in hand against the record, or the other row, it is held against: fields and places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QTableWidgetItem, QVBoxLayout, QWidget

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import as_candidates
from qhd_riskmap.services.record_comparison import GEOMETRY, FieldPair, side_by_side
from qhd_riskmap.services.survey_import import ImportPreview
from qhd_riskmap.services.survey_updates import SuspectPair, UpdateOffer
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.map.version_maps import GhostMap
from qhd_riskmap.ui.toolkit.comparison_table import comparison_table
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_MAP_WIDTH: Final = 220
_HEIGHT: Final = 130


class PairDetail(QWidget):
    """A table of what differs, and a map with both places."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk: Desk | None = None
        self._preview: ImportPreview | None = None
        self._waiting: tuple[UUID, Hazard, tuple[FieldPair, ...]] | None = None
        self.table = comparison_table(
            "matching-differences", _("不同的内容"), (_("项目"), _("已登记的"), _("这一行"))
        )
        self.map = GhostMap()
        self.map.setObjectName("matching-map")
        self.map.setAccessibleName(_("两处位置"))
        self.map.setMinimumSize(_MAP_WIDTH, _HEIGHT)
        self.caption = words(role="muted", name="matching-caption")
        right = QVBoxLayout()
        right.setSpacing(SPACE_XS)
        right.addWidget(self.map, 1)
        right.addWidget(self.caption)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.table, 3)
        row.addLayout(right, 2)

    def use(self, desk: Desk) -> None:
        """Read records of this desk's register."""
        self._desk = desk

    def show_import(self, preview: ImportPreview) -> None:
        """Rows to come are of this import."""
        self._preview = preview

    def show_offer(self, offer: UpdateOffer | None) -> None:
        """What an update would change."""
        if offer is None:
            self._clear()
            return
        self.table.setHorizontalHeaderLabels([_("项目"), _("已登记的"), _("更新后")])
        self._fill(offer.changes)
        self._find(offer.hazard_id, offer.row, offer.changes)

    def show_suspect(self, pair: SuspectPair | None) -> None:
        """What a row and what it looks like say differently."""
        row = self._row_of(pair.hazard_id) if pair is not None else None
        if pair is None or row is None:
            self._clear()
            return
        other = _("已登记的") if pair.suspicion.registered else _("另一行")
        self.table.setHorizontalHeaderLabels([_("项目"), other, _("这一行")])
        self._fill(())
        if pair.suspicion.registered:
            self._find(pair.suspicion.other_id, row, ())
            return
        twin = self._row_of(pair.suspicion.other_id)
        if twin is not None:
            self._show_both(twin, row, ())

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.map.restyle()

    def close_down(self) -> None:
        """End the painter's thread."""
        self.map.close_down()

    # -- inside ---------------------------------------------------------------------------------

    def _row_of(self, hazard_id: UUID) -> Hazard | None:
        if self._preview is None:
            return None
        hazards = as_candidates(self._preview.candidates).hazards
        ids = hazards.facts["id"]
        return hazards[ids.index(str(hazard_id))] if str(hazard_id) in ids else None

    def _find(self, hazard_id: UUID, row: Hazard, changes: tuple[FieldPair, ...]) -> None:
        """Read the record; what was asked for last is shown."""
        self._waiting = (hazard_id, row, changes)
        if self._desk is None:
            return
        registry = self._desk.app.registry
        self._desk.run(
            lambda _job: registry.get(str(hazard_id)),
            title=_("正在读取记录…"),
            on_success=self._found,
            on_failure=self._not_found,
            quiet=True,
        )

    def _found(self, stored: Hazard) -> None:
        if self._waiting is not None and self._waiting[0] == stored.id:
            _id, row, changes = self._waiting
            self._show_both(stored, row, changes)

    def _not_found(self, error: BaseException) -> None:
        self.map.show_nothing()
        self.caption.setText(str(error))

    def _show_both(self, stored: Hazard, row: Hazard, changes: tuple[FieldPair, ...]) -> None:
        pairs = changes or tuple(pair for pair in side_by_side(stored, row) if pair.differ)
        self._fill(pairs)
        self.map.show_hazard(row, stored)
        place = next((pair for pair in pairs if pair.key == GEOMETRY), None)
        self.caption.setText(
            _("虚线：已登记的位置；相差 {length}").format(length=length_text(place.metres))
            if place is not None
            else _("位置相同")
        )

    def _clear(self) -> None:
        self._waiting = None
        self._fill(())
        self.map.show_nothing()
        self.caption.setText("")

    def _fill(self, pairs: Sequence[FieldPair]) -> None:
        self.table.setRowCount(len(pairs))
        for number, pair in enumerate(pairs):
            for place, text in enumerate((pair.label, pair.first, pair.second)):
                item = QTableWidgetItem(" ".join(text.split()) or "—")
                item.setToolTip(plain_tip(text))
                self.table.setItem(number, place, item)
