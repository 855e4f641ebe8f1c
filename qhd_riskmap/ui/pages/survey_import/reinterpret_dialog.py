"""A whole import in another datum: where everything would come to lie is shown before it is stored."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.errors import ConflictError, RiskMapError
from qhd_riskmap.geo.references import Reference, known_references, parse_reference
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.survey_batches import BatchOutcome, BatchSummary, Edited
from qhd_riskmap.services.survey_reinterpret import BatchReferences, Foreseen
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.pages.survey_import.edited_rows import EditedRows
from qhd_riskmap.ui.pages.survey_import.shift_map import Points, ShiftMap
from qhd_riskmap.ui.pages.survey_import.sources import SOURCES
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, set_role, size_on_screen, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_SIZE: Final = (1120, 660)
_LEFT: Final = 560


def _columns(seen: Callable[[], Foreseen]) -> tuple[ListColumn, ...]:
    """What is told of a record, by its place among those that move."""
    return (
        ListColumn(title=N_("名称"), text=lambda row: seen().moved[row].name, width=0),
        ListColumn(
            title=N_("移动"),
            text=lambda row: length_text(seen().metres[row]),
            key=lambda row: seen().metres[row],
            width=76,
            right=True,
        ),
        ListColumn(title=N_("现在的位置"), text=lambda row: _place(seen().before[row]), width=152),
        ListColumn(title=N_("换算后"), text=lambda row: _place(seen().after[row]), width=152),
    )


class ReinterpretDialog(QDialog):
    """Choose a datum, look, apply.

    Signals:
        applied: The batch was read anew (`BatchOutcome`).
    """

    applied = Signal(object)

    def __init__(self, desk: Desk, summary: BatchSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reinterpret")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("按另一坐标系重新解读"))
        size_on_screen(self, *_SIZE)
        self._desk = desk
        self._batch_id: UUID = summary.batch.id
        self._found: BatchReferences | None = None
        self._seen: Foreseen | None = None
        self._asked_for = 0
        self._build()
        self.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.was = QComboBox()
        self.was.setObjectName("reinterpret-was")
        self.was.currentIndexChanged.connect(self._was_chosen)
        self.now = QComboBox()
        self.now.setObjectName("reinterpret-now")
        self.now.currentIndexChanged.connect(self.foresee)
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("当时读作"), self.was)
        form.addRow(_("其实是"), self.now)
        self.note = words(name="reinterpret-note")
        self.model = ListModel(_columns(self._foreseen))
        self.table = ListTable(self.model, "reinterpret-rows", _("换算前后"))
        self.table.chosen.connect(self._mark)
        self.edited = EditedRows()
        self.edited.hide()
        self.edited.decided.connect(self.foresee)
        self.map = ShiftMap()
        legend = words(_("○ 现在的位置　● 换算后的位置"), role="muted")
        self.yes = push_button(
            _("应用"), "reinterpret-yes", self.apply, glyph="crosshairs-gps", primary=True
        )
        self.yes.setEnabled(False)
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(self.table, 3)
        column.addWidget(self.edited, 2)
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(SPACE_S)
        beside.addWidget(self.map, 1)
        beside.addWidget(legend)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.setChildrenCollapsible(False)
        halves.addWidget(left)
        halves.addWidget(right)
        halves.setSizes([_LEFT, _SIZE[0] - _LEFT])
        foot = QHBoxLayout()
        foot.setSpacing(SPACE_S)
        foot.addWidget(words(_("原来的坐标文字保留；应用以后还可以撤回。"), role="muted"), 1)
        foot.addWidget(push_button(_("取消"), "reinterpret-cancel", self.reject))
        foot.addWidget(self.yes)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        layout.setSpacing(SPACE_S)
        layout.addWidget(halves, 1)
        layout.addLayout(foot)

    # -- reading --------------------------------------------------------------------------------

    def reload(self) -> None:
        """Look what the batch was read in, and what was worked on since."""
        service, batch_id = self._desk.app.reinterpreting, self._batch_id
        self._desk.run(
            lambda _job: service.references(batch_id),
            title=_("正在读取这一批…"),
            on_success=self._take,
            quiet=True,
        )

    def _take(self, found: BatchReferences) -> None:
        before = self.was.currentData()
        self._found = found
        self.edited.show_rows(found.plan.edited)
        self.was.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.was.clear()
        for text, count in found.counts.items():
            label = _("{name}，{n} 条").format(name=_label(parse_reference(text)), n=count)
            self.was.addItem(label, text)
        self.was.setCurrentIndex(max(self.was.findData(before), 0) if found.counts else -1)
        self.was.setEnabled(len(found.counts) > 1)
        self.was.blockSignals(False)  # noqa: FBT003
        if found.counts:
            self._was_chosen()
        else:
            self._refuse(_("这一批没有可以重新解读的：位置都由人工改过，或已撤销。"))

    def _was_chosen(self) -> None:
        """Offer what the numbers may be instead: degrees stay degrees, metres metres."""
        text = self.was.currentData()
        if text is None:
            return
        was, before = parse_reference(text), self.now.currentData()
        self.now.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.now.clear()
        for reference in known_references():
            if reference.projected == was.projected and reference.text != was.text:
                self.now.addItem(_label(reference), reference.text)
        self.now.setCurrentIndex(max(self.now.findData(before), 0))
        self.now.blockSignals(False)  # noqa: FBT003
        self.foresee()

    def foresee(self) -> None:
        """Compute where everything would lie; of several questions the last one is answered."""
        was, now = self.was.currentData(), self.now.currentData()
        if was is None or now is None:
            return
        self._asked_for += 1
        self.yes.setEnabled(False)
        service, batch_id, keep = self._desk.app.reinterpreting, self._batch_id, self.edited.kept
        number = self._asked_for
        self._desk.run(
            lambda _job: (
                number,
                service.foresee(
                    batch_id,
                    parse_reference(now),
                    was=parse_reference(was),
                    edited=Edited.INCLUDE,
                    keep=keep,
                ),
            ),
            title=_("正在换算…"),
            on_success=self._show,
            on_failure=self._not_foreseen,
            quiet=True,
        )

    def _show(self, result: tuple[int, Foreseen]) -> None:
        number, seen = result
        if number != self._asked_for:
            return
        self._seen = seen
        self.model.show_rows(range(len(seen.moved)))
        self.map.show_shift(seen.before, seen.after)
        stay = len({row.id for row in seen.kept} - self.edited.kept)
        set_role(self.note, "")
        if len(seen.moved):
            said = _("{n} 条将移动 {least}–{most}（中位 {middle}）。").format(
                n=f"{len(seen.moved):,}",
                least=length_text(float(seen.metres.min())),
                most=length_text(float(seen.metres.max())),
                middle=length_text(float(np.median(seen.metres))),
            )
        else:
            said = _("没有可以移动的。")
        if stay:
            said += _("另有 {n} 条不动：位置由人工改过，或换算后不在本市一带。").format(n=stay)
        self.note.setText(said)
        self.yes.setEnabled(bool(seen.moved))

    def _foreseen(self) -> Foreseen:
        if self._seen is None:
            raise AssertionError("nothing is shown yet")
        return self._seen

    def _not_foreseen(self, error: BaseException) -> None:
        if isinstance(error, RiskMapError):
            self._refuse(str(error))
        else:
            self._desk.show_error(error)

    def _refuse(self, said: str) -> None:
        self.model.show_rows(())
        self._seen = None
        self.map.show_shift(np.empty((0, 2)), np.empty((0, 2)))
        set_role(self.note, "warning")
        self.note.setText(said)
        self.yes.setEnabled(False)

    def _mark(self, row: int | None) -> None:
        self.map.mark(row if len(self.table.selected()) == 1 else None)

    # -- applying -------------------------------------------------------------------------------

    def apply(self) -> None:
        """Store the new places, all or none."""
        was, now = self.was.currentData(), self.now.currentData()
        if was is None or now is None:
            return
        service = self._desk.app.reinterpreting
        self.yes.setEnabled(False)
        work = partial(
            service.reinterpret,
            self._batch_id,
            parse_reference(now),
            was=parse_reference(was),
            edited=Edited.INCLUDE,
            keep=self.edited.kept,
            asked=self.edited.asked,
        )
        self._desk.run(
            lambda _job: work(),
            title=_("正在重新解读…"),
            on_success=self._applied,
            on_failure=self._not_applied,
        )

    def _applied(self, outcome: BatchOutcome) -> None:
        self.applied.emit(outcome)
        self.accept()

    def _not_applied(self, error: BaseException) -> None:
        self._desk.show_error(error)
        if isinstance(error, ConflictError):
            self.reload()
        else:
            self.yes.setEnabled(True)

    def done(self, result: int) -> None:
        """However it ends, stop painting before the map goes."""
        self.map.close_down()
        super().done(result)


def _label(reference: Reference) -> str:
    """What an officer calls a reference, then its name."""
    source = SOURCES.get(reference.text)
    return f"{_(source)}　{reference.label}" if source else reference.label


def _place(point: Points) -> str:
    """Degrees to a decimetre: enough to tell two places apart, short enough for a column."""
    return f"{point[0]:.6f}, {point[1]:.6f}"
