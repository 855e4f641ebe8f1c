"""隐患排查治理台账: one row per task in the columns that offices know (DOMAIN §6.2), read back by its code.

A row is known again by ``{code of the hazard}-Y{nn}``, the nn-th task of its hazard.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.task import PhotoStage, RemediationTask, TaskFile
from qhd_riskmap.domain.schema import clean_text, parse_date
from qhd_riskmap.domain.survey_columns import header_words, recognise_header
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _

Cell = str | float | int | date | None
_CODE: Final = re.compile(r"(.+)-Y(\d{2,4})")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?")
_COORDINATE_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What one row of the ledger is made of.

    Attributes:
        number: Running number, from 1.
        ordinal: Of the task among those of its hazard, from 1.
        files: Photos and files of the task.
    """

    number: int
    ordinal: int
    line: TaskLine
    hazard: Hazard
    files: tuple[TaskFile, ...] = ()

    @property
    def task(self) -> RemediationTask:
        """The task."""
        return self.line.task

    @property
    def code(self) -> str:
        """By which the row is known again."""
        return ledger_code(self.hazard.code, self.ordinal)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerColumn:
    """One column.

    Attributes:
        key: Of DOMAIN §6.2.
        header: Chinese header, always written in Chinese: the ledger goes to other offices.
        value: What the cell holds.
        field: The field of a task it may correct when it comes back; "" for none.
        width: In characters.
    """

    key: str
    header: str
    value: Callable[[LedgerRow], Cell]
    field: str = ""
    width: int = 12


def ledger_code(code: str, ordinal: int) -> str:
    """Code of the nn-th task of a hazard.

    >>> ledger_code("130304-DZ-2026-0001", 2)
    '130304-DZ-2026-0001-Y02'
    """
    return f"{code}-Y{ordinal:02d}"


def parse_ledger_code(text: str) -> tuple[str, int] | None:
    """Code of the hazard and ordinal, None where the text is no such code."""
    found = _CODE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return (found[1], int(found[2])) if found else None


def _county(row: LedgerRow) -> Cell:
    return regions().get(row.hazard.county).name if row.hazard.county else ""


def _site(row: LedgerRow) -> Cell:
    place = f"{row.hazard.township}{row.hazard.address}"
    return f"{place}（{row.hazard.name}）" if place else row.hazard.name


def _consequence(row: LedgerRow) -> Cell:
    for header, text in row.hazard.extras.items():
        known = recognise_header(header)
        if known is not None and known.key == "consequence":
            return text
    return ""


def _supervise(row: LedgerRow) -> Cell:
    level = row.task.supervision
    return f"{level.label} {row.task.supervision_no}".strip() if level is not None else "否"


def _photos(stage: PhotoStage) -> Callable[[LedgerRow], Cell]:
    return lambda row: "；".join(file.name for file in row.files if file.stage is stage)


def _grade(row: LedgerRow) -> Cell:
    return row.task.grade.label if row.task.grade is not None else ""


def _level(row: LedgerRow) -> Cell:
    return row.hazard.level.label if row.hazard.level is not None else ""


LEDGER_COLUMNS: Final = (
    LedgerColumn(key="seq", header="序号", value=lambda r: r.number, width=6),
    LedgerColumn(key="code", header="隐患编号", value=lambda r: r.code, width=26),
    LedgerColumn(key="found_date", header="排查时间", value=lambda r: r.task.registered_on),
    LedgerColumn(
        key="unit", header="单位名称", value=lambda r: r.line.unit, field="owner_unit", width=20
    ),
    LedgerColumn(key="division", header="县区", value=_county),
    LedgerColumn(key="site", header="隐患部位", value=_site, width=26),
    LedgerColumn(
        key="lon", header="经度", value=lambda r: round(r.hazard.anchor()[0], _COORDINATE_DECIMALS)
    ),
    LedgerColumn(
        key="lat", header="纬度", value=lambda r: round(r.hazard.anchor()[1], _COORDINATE_DECIMALS)
    ),
    LedgerColumn(
        key="category", header="隐患类别", value=lambda r: taxonomy().get(r.hazard.type_key).label
    ),
    LedgerColumn(
        key="desc", header="隐患描述", value=lambda r: r.task.problem, field="problem", width=30
    ),
    LedgerColumn(key="photo_before", header="整改前照片", value=_photos(PhotoStage.BEFORE)),
    LedgerColumn(key="grade", header="隐患等级", value=_grade),
    LedgerColumn(key="risk_level", header="风险等级", value=_level),
    LedgerColumn(key="consequence", header="可能后果", value=_consequence, width=18),
    LedgerColumn(
        key="basis", header="判定依据", value=lambda r: r.task.basis, field="basis", width=18
    ),
    LedgerColumn(
        key="measures", header="整改措施", value=lambda r: r.task.measures, field="measures", width=30
    ),
    LedgerColumn(
        key="fund", header="整改资金（万元）", value=lambda r: r.task.funds, field="funds"
    ),
    LedgerColumn(key="owner", header="整改责任人", value=lambda r: r.task.owner, field="owner"),
    LedgerColumn(
        key="owner_phone", header="联系电话", value=lambda r: r.task.phone, field="phone", width=14
    ),
    LedgerColumn(
        key="dept", header="主管部门", value=lambda r: r.task.regulator, field="regulator", width=18
    ),
    LedgerColumn(
        key="deadline", header="整改时限", value=lambda r: r.task.deadline, field="deadline"
    ),
    LedgerColumn(
        key="interim", header="防范措施", value=lambda r: r.task.contingency, field="contingency",
        width=20,
    ),
    LedgerColumn(
        key="progress", header="整改情况", value=lambda r: r.task.progress, field="progress", width=20
    ),
    LedgerColumn(key="done_date", header="实际完成时间", value=lambda r: r.task.done_on),
    LedgerColumn(key="photo_after", header="整改后照片", value=_photos(PhotoStage.AFTER)),
    LedgerColumn(key="inspector", header="验收人", value=lambda r: r.task.acceptor),
    LedgerColumn(key="accept_date", header="验收时间", value=lambda r: r.task.accepted_on),
    LedgerColumn(key="accept_opinion", header="验收意见", value=lambda r: r.task.opinion),
    LedgerColumn(key="supervise", header="是否挂牌督办", value=_supervise, width=20),
    LedgerColumn(key="close_date", header="销号日期", value=lambda r: r.task.closed_on),
    LedgerColumn(key="remark", header="备注", value=lambda r: r.task.remark, field="remark", width=18),
)  # fmt: skip
BY_KEY: Final[Mapping[str, LedgerColumn]] = MappingProxyType({c.key: c for c in LEDGER_COLUMNS})
# Their own numbering, or facts of the hazard that the import of hazards sees to.
_NOT_COMPARED: Final = frozenset({"seq", "code", "lon", "lat", "division", "site", "category", "risk_level", "consequence", "photo_before", "photo_after"})  # fmt: skip
COMPARED: Final = tuple(c for c in LEDGER_COLUMNS if c.key not in _NOT_COMPARED)
# A sheet with these, and without a column of names, is a ledger.
_HEADER_WITHIN: Final = 12  # rows from the top
_SIGNS: Final = frozenset({"code", "measures", "deadline", "progress"})


def ledger_headers(texts: Sequence[str]) -> dict[str, int] | None:
    """Key → place of the columns of a ledger's header row, None where the row is none.

    >>> ledger_headers(["隐患编号", "整改措施", "整改时限", "整改情况"])["deadline"]
    2
    """
    known = {header_words(c.header)[-1]: c.key for c in LEDGER_COLUMNS}
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        for word in header_words(text) if text.strip() else ():
            if word in known:
                found.setdefault(known[word], place)
    return found if found.keys() >= _SIGNS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerTable:
    """Where the ledger stands in a sheet.

    Attributes:
        header: Index of the header row.
        places: Key → column index.
    """

    header: int
    places: Mapping[str, int]

    def rows(self, sheet: SurveySheet) -> list[tuple[int, dict[str, str]]]:
        """Row number and cells by key of every row with a code."""
        found = []
        for index in range(self.header + 1, sheet.height):
            texts = sheet.row(index)
            cells = {key: texts[place] for key, place in self.places.items()}
            if cells["code"].strip():
                found.append((sheet.first_row + index, cells))
        return found


def ledger_table(sheet: SurveySheet) -> LedgerTable | None:
    """The ledger in a sheet, None where there is none."""
    for index in range(min(sheet.height, _HEADER_WITHIN)):
        places = ledger_headers(sheet.row(index))
        if places is not None:
            return LedgerTable(header=index, places=places)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A cell that says something else than the register.

    Attributes:
        key: Of the column.
        label: Its header.
        before: What the register says.
        after: What the cell says.
    """

    key: str
    label: str
    before: str
    after: str

    @property
    def field(self) -> str:
        """The field of the task that it may correct, "" where only a step of the flow can."""
        return BY_KEY[self.key].field


def differences(row: LedgerRow, cells: Mapping[str, str]) -> tuple[Difference, ...]:
    """What the cells of a row say otherwise than the register, in the order of the columns.

    Args:
        row: As the register has it.
        cells: Texts by key; columns that the sheet does not have are left out.
    """
    found = []
    for column in COMPARED:
        if column.key in cells:
            before, after = _text(column.value(row)), _folded(column, row, cells[column.key])
            if before != after:
                found.append(
                    Difference(key=column.key, label=column.header, before=before, after=after)
                )
    return tuple(found)


def _folded(column: LedgerColumn, row: LedgerRow, text: str) -> str:
    """A cell's text in the writing of the register."""
    tidy = clean_text(text) or ""
    value = column.value(row)
    day = parse_date(tidy) if column.key in _DATES else None
    if day is not None:
        return day.isoformat()
    if column.key == "fund" and _NUMBER.fullmatch(tidy):
        return _text(float(tidy))
    if column.key == "supervise" and not tidy:
        return "否"  # an empty cell supervises nothing, like the word
    same = isinstance(value, str) and (clean_text(value) or "") == tidy
    return _text(value) if same else tidy


_DATES: Final = frozenset({"found_date", "deadline", "done_date", "accept_date", "close_date"})


def _text(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAnswer:
    """One row that came back.

    Attributes:
        sheet: Name of its sheet.
        row: Row number as people count.
        code: As written.
        task: The task it is about; None where there is none of that code.
        changes: What it says otherwise.
        refusals: Why some of it cannot be taken over, one Chinese sentence each.
    """

    sheet: str
    row: int
    code: str
    task: RemediationTask | None = None
    changes: tuple[Difference, ...] = ()
    refusals: tuple[str, ...] = ()


def ordinals(tasks: Iterable[tuple[UUID, UUID]]) -> dict[UUID, int]:
    """Task → its ordinal among the tasks of its hazard; all tasks ever, in order of registration.

    Args:
        tasks: Task and hazard.
    """
    counts: dict[UUID, int] = {}
    found = {}
    for task, hazard in tasks:
        counts[hazard] = counts.get(hazard, 0) + 1
        found[task] = counts[hazard]
    return found


def cell_refusal(difference: Difference) -> str:
    """Why a cell cannot be taken over whatever the task is, "" where it can."""
    if not difference.field:
        return _("“{label}”要在整改页办理，不从台账更新。").format(label=difference.label)
    if difference.field == "progress" and not difference.after:
        return _("“{label}”是空的：报过的进展不会因此删去，有变化请写明。").format(
            label=difference.label
        )
    return ""
