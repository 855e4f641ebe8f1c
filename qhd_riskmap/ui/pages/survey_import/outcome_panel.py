"""What an import did, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_import import ImportOutcome
from qhd_riskmap.ui.toolkit.page_parts import card, glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S

_WIDTH = 620
_MOST_NAMES = 10


class OutcomePanel(QWidget):
    """The result of a commit.

    Signals:
        map_wanted: Show the new hazards on the map.
        copies_wanted: Write the annotated copies.
        again_wanted: Start another import.
        look_alikes_wanted: Show the pairs to be merged.
    """

    map_wanted = Signal()
    copies_wanted = Signal()
    again_wanted = Signal()
    look_alikes_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headline = words(role="title", name="outcome-headline")
        self.detail = words(name="outcome-detail")
        self.unread = words(role="warning", name="outcome-unread")
        self.rest = words(role="muted", name="outcome-rest")
        self.show_map = push_button(
            _("在地图上查看"),
            "outcome-map",
            self.map_wanted.emit,
            glyph="map-outline",
            primary=True,
        )
        self.copies = push_button(
            _("把退回的行存成标注副本…"),
            "outcome-copies",
            self.copies_wanted.emit,
            glyph="file-document-edit-outline",
        )
        self.look_alikes = push_button(
            _("待合并…"), "outcome-look-alikes", self.look_alikes_wanted.emit, glyph="compare"
        )
        again = push_button(
            _("再导入一批"), "outcome-again", self.again_wanted.emit, glyph="file-plus-outline"
        )
        head = QHBoxLayout()
        head.setSpacing(SPACE_M)
        head.addWidget(glyph_label("check-circle-outline", 40, colour="success"))
        head.addWidget(self.headline, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        for button in (self.show_map, self.copies, self.look_alikes, again):
            buttons.addWidget(button)
        buttons.addStretch(1)
        box = card(head, self.detail, self.unread, self.rest, buttons)
        box.setMinimumWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_L, 0, 0)
        # Between springs, not aligned: an aligned box is not given the height its lines want.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(box)
        middle.addStretch(1)
        column.addLayout(middle)
        column.addStretch(1)

    def show_outcome(self, outcome: ImportOutcome) -> None:
        """Show the counts of a commit."""
        if not outcome.accepted and outcome.updated:
            self.headline.setText(_("已更新 {n} 条隐患").format(n=f"{outcome.updated:,}"))
        elif outcome.accepted:
            self.headline.setText(_("已入库 {n} 条隐患").format(n=f"{outcome.accepted:,}"))
        else:
            self.headline.setText(_("没有新的隐患入库"))
        renewed = _("更新 {n} 条 · ").format(n=f"{outcome.updated:,}") if outcome.updated else ""
        if outcome.tasks:
            renewed += _("整改任务 {n} 项 · ").format(n=f"{outcome.tasks:,}")
        self.detail.setText(
            renewed
            + _("退回 {rejected} · 重复跳过 {duplicates} · 坐标系未定 {undecided}").format(
                rejected=outcome.rejected,
                duplicates=outcome.duplicates,
                undecided=outcome.undecided,
            )
        )
        self.unread.setText(_unread(outcome))
        self.unread.setVisible(bool(outcome.unread))
        self.rest.setText(_advice(outcome))
        self.rest.setVisible(bool(self.rest.text()))
        self.show_map.setVisible(bool(outcome.hazards))
        self.copies.setVisible(bool(outcome.issues))
        self.look_alikes.setVisible(bool(outcome.suspects))


def _unread(outcome: ImportOutcome) -> str:
    names = _("、").join(outcome.unread[:_MOST_NAMES])
    if len(outcome.unread) > _MOST_NAMES:
        names = _("{names} 等").format(names=names)
    return _("{n} 个文件没有读进来：{names}").format(n=len(outcome.unread), names=names)


def _advice(outcome: ImportOutcome) -> str:
    if outcome.rejected or outcome.undecided:
        return _(
            "把标注副本发回报送单位，改好后再导入一次即可：已入库的行不会重复，只补上改好的行。"
        )
    if not outcome.accepted and not outcome.updated and outcome.duplicates:
        return _("这些行以前都导入过，登记库没有变化。")
    return ""
