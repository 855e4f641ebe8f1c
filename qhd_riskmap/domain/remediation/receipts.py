"""Receipts of notices: the sheet that goes out with a notice, and what it says when it comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from qhd_riskmap.domain.schema import clean_text, parse_date
from qhd_riskmap.domain.survey_columns import header_words
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.i18n import N_, _

# Column → its header and width. The headers stay Chinese: by them the sheet is known again.
RECEIPT_COLUMNS: Final[Mapping[str, tuple[str, int]]] = {
    "notice": ("通知编号", 22), "task": ("整改编号", 22), "hazard": ("隐患", 20),
    "problem": ("隐患描述", 40), "deadline": ("时限", 12), "signer": ("签收人", 12),
    "signed_on": ("签收日期", 12), "progress": ("整改情况", 30),
}  # fmt: skip
LONGEST_NAME: Final = 60
LONGEST_PROGRESS: Final = 2000
_HEADER_WITHIN: Final = 12
_SIGNS: Final = frozenset({"notice", "task", "signer", "signed_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLine:
    """One row of a receipt, as it was filled in.

    Attributes:
        sheet: Name of the sheet.
        row: Row number in the file.
        notice: Number of the notice.
        task: Number of the task.
    """

    sheet: str
    row: int
    notice: str
    task: str
    signer: str
    signed_on: str
    progress: str

    @property
    def blank(self) -> bool:
        """Whether nobody filled it in."""
        return not (self.signer or self.signed_on or self.progress)


class ReceiptStatus(StrEnum):
    """What became of a row."""

    NEW = "new"
    KNOWN = "known"
    BLANK = "blank"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """新的, 已登记, 未填, 有误."""
        return _STATUS_LABELS[self]


_STATUS_LABELS = {
    ReceiptStatus.NEW: N_("新的"),
    ReceiptStatus.KNOWN: N_("已登记"),
    ReceiptStatus.BLANK: N_("未填"),
    ReceiptStatus.REFUSED: N_("有误"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptAnswer:
    """A row and what became of it.

    Attributes:
        day: When it was signed; None where that cannot be read.
        reasons: Why it was refused.
    """

    line: ReceiptLine
    status: ReceiptStatus
    day: date | None = None
    reasons: tuple[str, ...] = ()


def receipt_lines(sheet: SurveySheet) -> list[ReceiptLine] | None:
    """The rows of a receipt; None where the sheet is none."""
    for index in range(min(sheet.height, _HEADER_WITHIN)):
        places = _places(sheet.row(index))
        if places is not None:
            return _lines(sheet, index, places)
    return None


def filled_wrong(line: ReceiptLine, dated: date, today: date) -> tuple[date | None, list[str]]:
    """The day of signing, and what is wrong with the row.

    Args:
        line: The row.
        dated: The day on the notice.
        today: A receipt cannot have been signed later.
    """
    wrong = []
    day = parse_date(line.signed_on) if line.signed_on else None
    if not line.signer:
        wrong.append(_("没有填签收人。"))
    elif len(line.signer) > LONGEST_NAME:
        wrong.append(_("签收人超过 {n} 字。").format(n=LONGEST_NAME))
    if not line.signed_on:
        wrong.append(_("没有填签收日期。"))
    elif day is None:
        wrong.append(_("“{text}”不是日期，应为 2014-03-05").format(text=line.signed_on[:40]))
    elif day < dated:
        wrong.append(_("签收日期早于通知日期 {day}。").format(day=dated.isoformat()))
    elif day > today:
        wrong.append(_("签收日期 {day} 在将来。").format(day=day.isoformat()))
    if len(line.progress) > LONGEST_PROGRESS:
        wrong.append(_("整改情况超过 {n} 字。").format(n=LONGEST_PROGRESS))
    return day, wrong


def _places(texts: Sequence[str]) -> dict[str, int] | None:
    known = {header_words(header)[-1]: key for key, (header, _width) in RECEIPT_COLUMNS.items()}
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        for word in header_words(text) if text.strip() else ():
            if word in known:
                found.setdefault(known[word], place)
    return found if found.keys() >= _SIGNS else None


def _lines(sheet: SurveySheet, header: int, places: Mapping[str, int]) -> list[ReceiptLine]:
    lines = []
    for index in range(header + 1, sheet.height):
        texts = sheet.row(index)
        cells = {key: clean_text(texts[place]) or "" for key, place in places.items()}
        if cells["notice"] or cells["task"]:
            lines.append(
                ReceiptLine(
                    sheet=sheet.name, row=sheet.first_row + index, notice=cells["notice"],
                    task=cells["task"], signer=cells["signer"], signed_on=cells["signed_on"],
                    progress=cells.get("progress", ""),
                )
            )  # fmt: skip
    return lines
