"""One card per sheet: what it gave, how its coordinates were understood, what must be asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.i18n import CHINESE, N_, _, language
from qhd_riskmap.services.survey_datum import DatumDecision
from qhd_riskmap.services.survey_import import ImportPreview
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.ui.toolkit.page_parts import card, glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import RADIUS, SPACE_M, SPACE_S, SPACE_XS, theme

# How an officer names the sources of coordinates.
_SOURCES: Final = {
    "gcj02": N_("高德/腾讯地图"),
    "bd09": N_("百度地图"),
    "cgcs2000": N_("GPS 手持机或测绘单位（国家2000）"),
    "wgs84": N_("GPS 手持机或测绘单位"),
}
_USUAL: Final[tuple[str, ...]] = ("gcj02", "bd09", "cgcs2000")
SheetKey = tuple[Path, str]


class SheetCards(QScrollArea):
    """All sheets of an import, the undecided ones first.

    Signals:
        answered: The officer said where a sheet's coordinates come from: file, sheet, notation.
    """

    answered = Signal(object, str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sheet-cards")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_preview(
        self, preview: ImportPreview, answers: dict[SheetKey, str], unclear: set[SheetKey]
    ) -> None:
        """Show the sheets of a preview.

        Args:
            preview: The preview.
            answers: What the officer answered for some sheets.
            unclear: Sheets the officer said nothing is known about.
        """
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_S)
        ordered = sorted(preview.readings, key=lambda reading: not reading.undecided)
        for number, reading in enumerate(ordered):
            key = (reading.sheet.file, reading.sheet.name)
            repeats = sum(
                c.sheet.file == key[0] and c.sheet.name == key[1] for c in preview.repeats
            )
            column.addWidget(
                self._card(reading, repeats, number, answers.get(key, ""), waived=key in unclear)
            )
        for file in preview.files:
            if not file.readable:
                column.addWidget(_unreadable(file.path))
        column.addStretch(1)
        self.setWidget(holder)

    def _card(
        self, reading: SheetReading, repeats: int, number: int, answer: str, *, waived: bool
    ) -> QFrame:
        parts: list[QWidget] = [_heading(reading), words(_counts(reading, repeats))]
        decision = reading.decision
        if decision is not None:
            parts.append(words(_datum_words(decision, answer), role=_role(reading)))
            gap = "" if language() == CHINESE else " "
            parts.append(words(gap.join(_reasons(decision)), role="muted"))
        if decision is not None and reading.undecided and not answer:
            parts.append(
                words(_(_WAIVED).format(n=len(reading.undecided)), role="muted")
                if waived
                else self._question(reading, decision, number)
            )
        if reading.mapping is not None:
            parts.append(words(_columns(reading), role="muted"))
        frame = card(*parts)
        frame.setAccessibleName(_heading_text(reading))
        return frame

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
        for notation, label in choices(decision):
            button = push_button(
                label,
                f"datum-answer-{number}-{notation}",
                partial(self._answer, reading, notation),
            )
            column.addWidget(button)
        return box

    def _answer(self, reading: SheetReading, notation: str) -> None:
        self.answered.emit(reading.sheet.file, reading.sheet.name, notation)


def choices(decision: DatumDecision) -> list[tuple[str, str]]:
    """Answers to a sheet's question: notation and the officer's words; "" is 不清楚."""
    candidates = decision.candidates or _USUAL
    degrees = [notation for notation in _USUAL if notation in candidates]
    others = [notation for notation in candidates if notation not in _SOURCES]
    named = [(notation, _(_SOURCES[notation])) for notation in degrees]
    named += [(notation, parse_reference(notation).label) for notation in others]
    return [*named, ("", _("不清楚"))]


def datum_label(decided: str | None) -> str:
    """Name of a decided reference; several where rows differ."""
    if not decided:
        return _("未定")
    return _("、").join(parse_reference(part).label for part in decided.split("+"))


def _question_of(decision: DatumDecision) -> str:
    """The question without the answers that follow it; they are the buttons."""
    asked = re.match(r"[^？?]*[？?]", decision.question)
    return asked.group() if asked else decision.question or _("坐标从哪里来的？")


_WAIVED = N_("{n} 行先不入库。问清来源后把这个文件再导入一次，只会补上这些行。")


def _heading_text(reading: SheetReading) -> str:
    parts = (reading.sheet.file.name, reading.sheet.name)
    return " · ".join(part for part in parts if part)


def _heading(reading: SheetReading) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    if reading.decision is None:
        glyph = ("close-circle", "error")
    elif reading.undecided:
        glyph = ("help-circle-outline", "warning")
    else:
        glyph = ("file-table-outline", "accent")
    row.addWidget(glyph_label(glyph[0], 20, colour=glyph[1]), 0, Qt.AlignmentFlag.AlignTop)
    title = words(_heading_text(reading))
    font = title.font()
    font.setBold(True)
    title.setFont(font)
    row.addWidget(title, 1)
    return holder


def _counts(reading: SheetReading, repeats: int) -> str:
    if reading.decision is None:
        return _("整张表没有读入，原因见右边的问题清单。")
    parts = [
        _("可入库 {n}").format(n=reading.accepted - repeats),
        _("退回 {n}").format(n=len(reading.rejected)),
        _("重复 {n}").format(n=repeats),
        _("坐标系未定 {n}").format(n=len(reading.undecided)),
    ]
    if reading.skipped:
        parts.append(_("合计和说明 {n} 行略过").format(n=reading.skipped))
    return " · ".join(parts)


def _datum_words(decision: DatumDecision, answer: str) -> str:
    label = datum_label(decision.decided)
    if answer:
        return _("坐标系：{name}（按您的回答）").format(name=label)
    return _("坐标系：{name}").format(name=label)


def _role(reading: SheetReading) -> str:
    return "warning" if reading.undecided else "success"


def _reasons(decision: DatumDecision) -> Sequence[str]:
    lines = list(decision.reasons)
    votes = sorted(decision.votes.items(), key=lambda vote: -vote[1])
    if len(votes) > 1:
        counted = _("，").join(
            _("{name} {n} 行").format(name=parse_reference(key).label, n=n) for key, n in votes
        )
        lines.append(_("各种读法落在本地的行数：{votes}。").format(votes=counted))
    return lines


def _columns(reading: SheetReading) -> str:
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
    return card(head, words(_("这个文件读不了，原因见右边的问题清单。"), role="error"))
