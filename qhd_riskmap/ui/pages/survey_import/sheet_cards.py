"""One card per sheet: what it gave, how its coordinates were understood, what must be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.i18n import CHINESE, N_, _, language
from qhd_riskmap.services.candidate_columns import as_candidates
from qhd_riskmap.services.survey_column_choices import still_missing, unrecognised
from qhd_riskmap.services.survey_datum import DatumDecision
from qhd_riskmap.services.survey_import import ImportPreview
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.services.survey_types import type_basis
from qhd_riskmap.ui.pages.survey_import.session import (
    ANGLE_FORMS,
    ASK_AGAIN,
    ImportSession,
    SheetKey,
)
from qhd_riskmap.ui.pages.survey_import.sources import (
    SOURCES,
    USUAL,
    datum_label,
    source_label,
)
from qhd_riskmap.ui.pages.survey_import.table_names import table_names
from qhd_riskmap.ui.toolkit.page_parts import card, glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import RADIUS, SPACE_M, SPACE_S, SPACE_XS, theme

_ANSWERS_WIDTH: Final = 262


class SheetCards(QScrollArea):
    """All sheets of an import, the undecided ones first.

    Signals:
        answered: The officer said where a sheet's coordinates come from: file, sheet, notation.
        columns_wanted: The officer wants to see how the columns of a table are understood
            (`SheetReading`).
    """

    answered = Signal(object, str, str)
    columns_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet-cards")
        self.setAccessibleName(_("各张表怎样读的"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._cards: dict[SheetKey, QFrame] = {}

    def show_preview(self, preview: ImportPreview, session: ImportSession) -> None:
        """Show the sheets of a preview and what the officer has said of them."""
        holder = QWidget()
        self._cards = {}
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_S)
        repeated: dict[SheetKey, set[int]] = {}
        for sheet, row in as_candidates(preview.repeats).sources:
            repeated.setdefault((sheet.file, sheet.name), set()).add(row)
        offered: dict[SheetKey, set[int]] = {}
        for offer in preview.updates:
            offered.setdefault(offer.key[:2], set()).add(offer.key[2])
        every = [*preview.readings, *preview.passed_over]
        named = list(zip(every, table_names(every), strict=True))
        others = named[len(preview.readings) :]
        ordered = sorted(named[: len(preview.readings)], key=lambda pair: not pair[0].undecided)
        for number, (reading, name) in enumerate(ordered):
            key = (reading.sheet.file, reading.sheet.name)
            # Other tables of the sheet have repeats of their own.
            repeats = len(repeated.get(key, set()).intersection(reading.numbers))
            offers = len(offered.get(key, set()).intersection(reading.numbers))
            counts = _counts(reading, repeats, offers)
            made = self._card(reading, name, counts, number, session)
            self._cards.setdefault(key, made)
            column.addWidget(made)
        for number, (reading, name) in enumerate(others, start=len(ordered)):
            column.addWidget(self._other(reading, name, number))
        for file in preview.files:
            if not file.readable:
                column.addWidget(_unreadable(file.path))
        column.addStretch(1)
        self.setWidget(holder)
        # Made later than everything else on the page, they would come last for the Tab key.
        before: QWidget = self
        for button in holder.findChildren(QPushButton):
            QWidget.setTabOrder(before, button)
            before = button

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer."""
        holder = self.widget()
        return holder is not None and holder.findChild(QFrame, "datum-question-0") is not None

    def focus_columns(self) -> None:
        """Go to the button that corrects the columns of the first table."""
        button = self.findChild(QPushButton, "sheet-columns-0")
        if button is not None:
            button.setFocus()

    def show_sheet(self, key: SheetKey) -> None:
        """Bring the card of a sheet into view."""
        found, holder = self._cards.get(key), self.widget()
        if found is not None and holder is not None:
            holder.adjustSize()
            self.verticalScrollBar().setValue(found.y())

    def _card(
        self, reading: SheetReading, name: str, counts: str, number: int, session: ImportSession
    ) -> QFrame:
        key = (reading.sheet.file, reading.sheet.name)
        asks = reading.decision.asks if reading.decision is not None else ""
        answer = session.answers.get(key, "") if asks != "angles" else ""
        waived = key in session.unclear
        again = key in session.answers or key in session.angles
        parts: list[QWidget] = [_heading(reading, name)]
        decision = reading.decision
        asked = decision is not None and bool(reading.undecided) and not answer
        if decision is not None and asked and not waived:
            # First of all, so that it is seen without scrolling on a small screen.
            parts.append(self._question(reading, decision, number))
        parts.append(words(counts))
        if decision is not None:
            parts.append(words(_datum_words(decision, answer), role=_role(reading)))
            if asked and waived:
                parts.append(words(_(_WAIVED).format(n=len(reading.undecided)), role="muted"))
            if decision.vote:
                parts.append(words(decision.vote, name=f"datum-vote-{number}"))
            gap = "" if language() == CHINESE else " "
            parts.append(words(gap.join(_reasons(decision)), role="muted"))
        if again and decision is not None:
            parts.append(
                push_button(
                    _("改回未定，重新回答"),
                    f"datum-again-{number}",
                    partial(self._answer, reading, ASK_AGAIN),
                )
            )
        parts.extend(self._columns(reading, number))
        frame = card(*parts)
        frame.setAccessibleName(name)
        return frame

    def _other(self, reading: SheetReading, name: str, number: int) -> QFrame:
        """A sheet beside the survey that looks like none; the officer may know better."""
        said = words(
            _("这张工作表不像排查表，没有读入。是排查表的话，请指明表头和各列。"), role="muted"
        )
        button = self._columns_button(_("列对应…"), reading, number)
        return card(_heading(reading, name, passed=True), said, button)

    def _columns_button(
        self, text: str, reading: SheetReading, number: int, *, primary: bool = False
    ) -> QPushButton:
        name, wanted = f"sheet-columns-{number}", self.columns_wanted
        return push_button(
            text, name, lambda: wanted.emit(reading), glyph="table-column-width", primary=primary
        )

    def _columns(self, reading: SheetReading, number: int) -> list[QWidget]:
        """How many columns are understood, and the way to correct it."""
        missing = still_missing(reading.mapping)
        other = unrecognised(reading)
        parts: list[QWidget] = []
        if missing:
            parts.append(
                words(_("还缺：{what}").format(what=_("；").join(missing)), role="warning")
            )
        elif reading.mapping is not None:
            parts.append(words(_column_words(reading), role="muted"))
        said = reading.mapping.type_said if reading.mapping is not None else None
        if said is not None and any(i.code == "type-proposed" for i in reading.issues):
            basis = _("类型：{basis}").format(basis=type_basis(said))
            role = "warning" if said.sub_kind else "muted"
            parts.append(words(basis, role=role, name=f"sheet-type-{number}"))
        text = _("列对应…（{n} 列没认出）").format(n=other) if other else _("列对应…")
        parts.append(self._columns_button(text, reading, number, primary=bool(missing)))
        return parts

    def _question(self, reading: SheetReading, decision: DatumDecision, number: int) -> QFrame:
        box = QFrame()
        box.setObjectName(f"datum-question-{number}")
        shown = theme()
        box.setStyleSheet(
            f"QFrame#datum-question-{number} {{ background: {shown.raised};"
            f" border-left: 3px solid {shown.warning}; border-radius: {RADIUS}px; }}"
        )
        column = QVBoxLayout(box)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_XS)
        ask = words(_question_of(decision))
        font = ask.font()
        font.setBold(True)
        ask.setFont(font)
        column.addWidget(ask)
        buttons = []
        for notation, label in choices(decision):
            hinted = bool(notation) and notation == decision.suggestion
            button = push_button(
                _("{source}（该单位上次的回答）").format(source=label) if hinted else label,
                f"datum-answer-{number}-{notation}",
                partial(self._answer, reading, notation),
                glyph="history" if hinted else "",
            )
            button.setToolTip(_moves(decision, notation))
            buttons.append(button)
        for line in _side_by_side(buttons):
            row = QHBoxLayout()
            row.setSpacing(SPACE_XS)
            for button in line:
                row.addWidget(button, 1)
            column.addLayout(row)
        return box

    def _answer(self, reading: SheetReading, notation: str) -> None:
        self.answered.emit(reading.sheet.file, reading.sheet.name, notation)


def _side_by_side(buttons: Sequence[QPushButton]) -> list[list[QPushButton]]:
    """Short answers share a line."""
    lines: list[list[QPushButton]] = []
    room = 0
    for button in buttons:
        width = button.sizeHint().width() + SPACE_XS
        if lines and width <= room:
            lines[-1].append(button)
            room -= width
        else:
            lines.append([button])
            room = _ANSWERS_WIDTH - width
    return lines


def choices(decision: DatumDecision) -> list[tuple[str, str]]:
    """Answers to a sheet's question: notation and the officer's words; "" is 不清楚."""
    if decision.asks == "angles":
        return [*((form, TextForm(form).label) for form in ANGLE_FORMS), ("", _("不清楚"))]
    candidates = decision.candidates or USUAL
    ordered = [notation for notation in USUAL if notation in candidates]
    ordered += [notation for notation in candidates if notation not in SOURCES]
    if decision.suggestion and decision.suggestion not in ordered:
        ordered.append(decision.suggestion)
    return [*((notation, source_label(notation)) for notation in ordered), ("", _("不清楚"))]


def _moves(decision: DatumDecision, notation: str) -> str:
    metres = decision.offsets_m.get(notation)
    if metres is None:
        return ""
    return _("按此换算，各点移动约 {metres:,.0f} 米").format(metres=metres)


def _question_of(decision: DatumDecision) -> str:
    """The question without the answers that follow it; they are the buttons."""
    asked = re.match(r"[^？?]*[？?]", decision.question)
    return asked.group() if asked else decision.question or _("坐标从哪里来的？")


_WAIVED = N_("{n} 行先不入库。问清来源后把这个文件再导入一次，只会补上这些行。")


def _heading(reading: SheetReading, name: str, *, passed: bool = False) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    if passed:
        glyph = ("file-table-outline", "muted")
    elif reading.decision is None:
        glyph = ("close-circle", "error")
    elif reading.undecided:
        glyph = ("help-circle-outline", "warning")
    else:
        glyph = ("file-table-outline", "accent")
    row.addWidget(glyph_label(glyph[0], 20, colour=glyph[1]), 0, Qt.AlignmentFlag.AlignTop)
    title = words(name)
    font = title.font()
    font.setBold(True)
    title.setFont(font)
    row.addWidget(title, 1)
    return holder


def _counts(reading: SheetReading, repeats: int, offers: int) -> str:
    if reading.decision is None:
        return _("整张表没有读入，原因见“问题”清单。")
    parts = [
        _("可入库 {n}").format(n=reading.accepted - repeats),
        _("退回 {n}").format(n=len(reading.rejected)),
        _("重复 {n}").format(n=repeats - offers),
        _("坐标系未定 {n}").format(n=len(reading.undecided)),
    ]
    if offers:
        parts.insert(1, _("可更新 {n}").format(n=offers))
    if reading.passed_over:
        parts.append(_("合计和说明 {n} 行略过").format(n=len(reading.passed_over)))
    return " · ".join(parts)


def _datum_words(decision: DatumDecision, answer: str) -> str:
    label = datum_label(decision.decided)
    said = _("坐标系：{name}").format(name=label)
    if answer:
        said = _("坐标系：{name}（按您的回答）").format(name=label)
    metres = decision.offsets_m.get(decision.decided or "")
    if metres:
        said += _("，换算移动约 {metres:,.0f} 米").format(metres=metres)
    return said


def _role(reading: SheetReading) -> str:
    return "warning" if reading.undecided else "success"


def _reasons(decision: DatumDecision) -> Sequence[str]:
    return [reason for reason in decision.reasons if reason != decision.vote]


def _column_words(reading: SheetReading) -> str:
    mapping = reading.mapping
    known = sum(column.known for column in mapping.columns) if mapping else 0
    other = [column.header for column in mapping.columns if not column.known] if mapping else []
    text = _("认出 {n} 列").format(n=known)
    if other:
        text += _("；原样保留：{names}").format(names=_("、").join(other[:8]))
    return text


def _unreadable(path: Path) -> QFrame:
    head = words(path.name)
    font = head.font()
    font.setBold(True)
    head.setFont(font)
    return card(head, words(_("这个文件读不了，原因见“问题”清单。"), role="error"))
