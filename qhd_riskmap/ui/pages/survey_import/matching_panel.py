"""Rows of an import against the register: which may update a record, which look like one, which repeat one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.record_comparison import GEOMETRY
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_preview import SurveyFile
from qhd_riskmap.services.survey_table import SeenPreview
from qhd_riskmap.services.survey_updates import SuspectPair, UpdateOffer
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.pages.survey_import.pair_detail import PairDetail
from qhd_riskmap.ui.pages.survey_import.session import ImportSession, OfferChoice, SuspectChoice
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.list_table import ListColumn, ListModel, ListTable
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_OFFER_GLYPHS: Final = {
    OfferChoice.UPDATE: ("file-compare", "accent"),
    OfferChoice.ADD: ("plus-circle-outline", "success"),
    OfferChoice.SKIP: ("debug-step-over", "muted"),
}
_SUSPECT_GLYPHS: Final = {
    SuspectChoice.LIST: ("compare", "warning"),
    SuspectChoice.APART: ("call-split", "success"),
    SuspectChoice.LEAVE: ("debug-step-over", "muted"),
}
_OFFERS, _SUSPECTS, _REPEATS = range(3)
_TITLES: Final = (N_("可更新"), N_("疑似重复"), N_("完全重复"))
_HINTS: Final = (
    N_("编号已登记、内容不同的行。选中几行再点按钮；未选“更新已有”或“作为新增”的不会入库。"),
    N_("与已登记的（或这一批里的另一行）可能是同一处。默认入库，并列入“待合并”供以后对照。"),
    N_("与已登记的完全相同，或以前导入过：已跳过，不会再次入库。"),
)


class MatchingPanel(QWidget):
    """Three lists, and the row in hand against what it is held against.

    Signals:
        decided: Something else was said of some rows; the session holds it.
    """

    decided = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = ImportSession()
        self._count = 0
        self._files: tuple[SurveyFile, ...] = ()
        self.detail = PairDetail()
        self.offers = self._list("offers", _offer_columns(self._offer_choice))
        self.suspects = self._list("suspects", _suspect_columns(self._suspect_choice))
        self.repeats = self._list("repeats", _REPEAT_COLUMNS)
        self.lists = (self.offers, self.suspects, self.repeats)
        self.offers.chosen.connect(self._show_offer)
        self.suspects.chosen.connect(self._show_suspect)
        self.buttons: list[QToolButton] = []
        self._group = QButtonGroup(self)
        self.hint = words(role="muted", name="matching-hint")
        self._build()
        self._turn_to(_OFFERS)

    def __len__(self) -> int:
        """How many rows there are to look at."""
        return self._count

    def use(self, desk: Desk) -> None:
        """Read records of this desk's register."""
        self.detail.use(desk)

    def _list(self, name: str, columns: Sequence[ListColumn]) -> ListTable:
        return ListTable(ListModel(columns), f"matching-{name}", _(_TITLES[0]))

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_XS)
        for number, name in enumerate(("offers", "suspects", "repeats")):
            button = QToolButton()
            button.setObjectName(f"matching-show-{name}")
            button.setAccessibleName(_(_TITLES[number]))
            button.setCheckable(True)
            self._group.addButton(button, number)
            self.buttons.append(button)
            bar.addWidget(button)
            self.lists[number].setAccessibleName(_(_TITLES[number]))
        self._group.idClicked.connect(self._turn_to)
        bar.addStretch(1)
        self._bars = (
            self._choices("offer", OfferChoice, _OFFER_GLYPHS, self._choose_offers),
            self._choices("suspect", SuspectChoice, _SUSPECT_GLYPHS, self._choose_suspects),
            QWidget(),
        )
        self._choice_stack, self._list_stack = QStackedWidget(), QStackedWidget()
        for choices, shown in zip(self._bars, self.lists, strict=True):
            self._choice_stack.addWidget(choices)
            self._list_stack.addWidget(shown)
        self._choice_stack.setSizePolicy(
            self.sizePolicy().horizontalPolicy(), self._bars[0].sizePolicy().Policy.Maximum
        )
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(SPACE_XS)
        halves.addWidget(self._list_stack)
        halves.addWidget(self.detail)
        halves.setStretchFactor(0, 1)
        halves.setStretchFactor(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_S, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(bar)
        column.addWidget(self.hint)
        column.addWidget(self._choice_stack)
        column.addWidget(halves, 1)

    def _choices(
        self,
        name: str,
        choices: type[OfferChoice | SuspectChoice],
        glyphs: Any,
        choose: Callable[..., None],
    ) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for choice in choices:
            row.addWidget(
                push_button(
                    choice.label,
                    f"{name}-{choice.value}",
                    partial(choose, choice),
                    glyph=glyphs[choice][0],
                )
            )
        row.addStretch(1)
        row.addWidget(
            push_button(_("全选"), f"{name}-all", lambda: self._current_list().selectAll())
        )
        return holder

    # -- content --------------------------------------------------------------------------------

    def show_preview(self, seen: SeenPreview, session: ImportSession) -> None:
        """Show the rows of a preview and what was said of them."""
        preview = seen.preview
        self._session = session
        self.detail.show_import(preview)
        rows: tuple[Sequence[Any], ...] = (preview.updates, preview.suspects, seen.repeats)
        self._count = sum(map(len, rows))
        before = [shown.current() for shown in self.lists]
        for number, (shown, found) in enumerate(zip(self.lists, rows, strict=True)):
            shown.list_model.show_rows(found)
            self.buttons[number].setText(f"{_(_TITLES[number])} {len(found):,}")
            self.buttons[number].setEnabled(bool(found))
            if found and not _choose_again(shown, before[number]):
                shown.selectRow(0)
        current = max(self._group.checkedId(), 0)
        # Other files begin with what needs an answer.
        anew = preview.files != self._files
        self._files = preview.files
        if anew or not rows[current]:
            current = next((n for n, found in enumerate(rows) if found), current)
        self._turn_to(current)

    def refresh(self) -> None:
        """Say anew what becomes of the rows."""
        for shown in self.lists:
            shown.list_model.refresh()

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.detail.restyle()

    def close_down(self) -> None:
        """End the painter's thread."""
        self.detail.close_down()

    # -- inside ---------------------------------------------------------------------------------

    def _current_list(self) -> ListTable:
        return self.lists[max(self._group.checkedId(), 0)]

    def _turn_to(self, number: int) -> None:
        self.buttons[number].setChecked(True)
        self._list_stack.setCurrentIndex(number)
        self._choice_stack.setCurrentIndex(number)
        self._choice_stack.setVisible(number != _REPEATS)
        self.detail.setVisible(number != _REPEATS)
        self.hint.setText(_(_HINTS[number]))
        if number == _OFFERS:
            self._show_offer(self.offers.current())
        elif number == _SUSPECTS:
            self._show_suspect(self.suspects.current())

    def _show_offer(self, offer: UpdateOffer | None) -> None:
        if self._list_stack.currentWidget() is self.offers:
            self.detail.show_offer(offer)

    def _show_suspect(self, pair: SuspectPair | None) -> None:
        if self._list_stack.currentWidget() is self.suspects:
            self.detail.show_suspect(pair)

    def _offer_choice(self, offer: UpdateOffer) -> OfferChoice:
        return self._session.offer_choice(offer.key)

    def _suspect_choice(self, pair: SuspectPair) -> SuspectChoice:
        return self._session.suspect_choice(pair.key)

    def _choose_offers(self, choice: OfferChoice) -> None:
        self._session.choose_offers([each.key for each in self.offers.selected()], choice)
        self.decided.emit()

    def _choose_suspects(self, choice: SuspectChoice) -> None:
        self._session.choose_suspects([each.key for each in self.suspects.selected()], choice)
        self.decided.emit()


def _choose_again(shown: ListTable, known: Any) -> bool:
    """Make the row of another preview current that was so before; False where it is gone."""
    return known is not None and shown.choose(lambda row: row.key == known.key)


def _where(key: RowKey) -> str:
    path, sheet, row = key
    place = " · ".join(part for part in (path.name, sheet) if part)
    return _("第 {row} 行　{place}").format(place=place, row=row)


def _place_key(row: Any) -> tuple[str, str, int]:
    path, sheet, number = row.key
    return str(path), sheet, number


def _moved_m(offer: UpdateOffer) -> float:
    return next((c.metres for c in offer.changes if c.key == GEOMETRY), 0.0)


def _offer_columns(choice: Callable[[UpdateOffer], OfferChoice]) -> tuple[ListColumn, ...]:
    return (
        ListColumn(
            title=N_("处理"),
            text=lambda o: choice(o).label,
            width=108,
            glyph=lambda o: _OFFER_GLYPHS[choice(o)],
        ),
        ListColumn(title=N_("编号"), text=lambda o: o.code, width=160),
        ListColumn(title=N_("名称"), text=lambda o: o.name, width=160),
        ListColumn(title=N_("不同的项目"), text=_changed_labels, width=0),
        ListColumn(
            title=N_("移动"),
            text=lambda o: length_text(_moved_m(o)) if _moved_m(o) else "",
            key=_moved_m,
            width=84,
            right=True,
        ),
        ListColumn(title=N_("来自"), text=lambda o: _where(o.key), key=_place_key, width=150),
    )


def _changed_labels(offer: UpdateOffer) -> str:
    return _("、").join(change.label for change in offer.changes)


def _suspect_columns(choice: Callable[[SuspectPair], SuspectChoice]) -> tuple[ListColumn, ...]:
    return (
        ListColumn(
            title=N_("处理"),
            text=lambda p: choice(p).label,
            width=150,
            glyph=lambda p: _SUSPECT_GLYPHS[choice(p)],
        ),
        ListColumn(title=N_("名称"), text=lambda p: p.name, width=150),
        ListColumn(title=N_("可能就是"), text=lambda p: p.suspicion.label, width=0),
        ListColumn(title=N_("为什么"), text=lambda p: p.suspicion.likeness.label, width=140),
        ListColumn(
            title=N_("相距"),
            text=lambda p: length_text(p.suspicion.metres),
            key=lambda p: p.suspicion.metres,
            width=80,
            right=True,
        ),
        ListColumn(title=N_("来自"), text=lambda p: _where(p.key), key=_place_key, width=140),
    )


_REPEAT_COLUMNS: Final = (
    ListColumn(title=N_("名称"), text=lambda r: r.name, width=220),
    ListColumn(title=N_("与什么重复"), text=lambda r: r.other, width=0),
    ListColumn(title=N_("来自"), text=lambda r: _where(r.key), key=_place_key, width=240),
)
