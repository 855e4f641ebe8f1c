"""Which cell of somebody else's workbook takes which figure; kept by name, filled month after month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.figures import FIGURES
from qhd_riskmap.domain.levels import RiskLevel, parse_risk_level
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.i18n import N_, _

# Not counted, told: the office, and the day the figures are of.
TEXTS: Final[Mapping[str, str]] = {"office": N_("填报单位"), "day": N_("统计日")}
MOST_CELLS: Final = 5000
_LONGEST_NAME: Final = 60
_MOST_MONTHS: Final = 24
_MOST_SAID: Final = 20
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = "XFD"
_CELL: Final = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
# Headers of a table of cells, and the keys they stand for; the keys themselves serve as well.
HEADERS: Final[Mapping[str, str]] = {
    "sheet": N_("工作表"),
    "cell": N_("单元格"),
    "figure": N_("指标"),
    "county": N_("县区"),
    "type": N_("类型"),
    "level": N_("等级"),
    "back": N_("几个月前"),
    "percent": N_("写百分数"),
}
_YES: Final = frozenset({"1", "true", "yes", "是", "y"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedCell:
    """One cell and what it takes.

    Attributes:
        sheet: Name of the worksheet.
        cell: Address, ``B5``.
        figure: Key of a figure, or of `TEXTS`.
        county: Division code; "" takes all.
        type_key: Hazard type; "" takes all.
        level: Risk level; None takes all.
        back: So many months before the day.
        percent: Write a share as 75.3 and not as 0.753.
    """

    sheet: str
    cell: str
    figure: str
    county: str = ""
    type_key: str = ""
    level: RiskLevel | None = None
    back: int = 0
    percent: bool = False

    @property
    def place(self) -> str:
        """Sheet and cell as people write them."""
        return f"{self.sheet}!{self.cell}"

    def to_json(self) -> dict[str, Any]:
        """The object of files and of the register."""
        return {
            "sheet": self.sheet, "cell": self.cell, "figure": self.figure, "county": self.county,
            "type": self.type_key, "level": self.level.value if self.level else "",
            "back": self.back, "percent": self.percent,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CellMapping:
    """All cells of one form.

    Attributes:
        name: By which it is called.
        updated_at: None until stored.
    """

    id: UUID
    name: str
    cells: tuple[MappedCell, ...]
    updated_at: datetime | None = None
    updated_by: str = ""


def label_of(key: str) -> str:
    """Chinese name of what a cell takes (a gettext message id).

    >>> label_of("rate"), label_of("office")
    ('整改率', '填报单位')
    """
    return TEXTS[key] if key in TEXTS else FIGURES[key].label


def checked_name(text: str) -> str:
    """A name fit for a mapping.

    Raises:
        InvalidInputError: It is blank or too long.
    """
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME:
        raise InvalidInputError(
            _("请给对应关系起一个 1 至 {n} 个字的名称。").format(n=_LONGEST_NAME)
        )
    return name


def read_cells(entries: Sequence[Mapping[str, Any]]) -> tuple[MappedCell, ...]:
    """The cells that objects or rows describe; everything wrong is told at once.

    Raises:
        InvalidInputError: Some of it cannot be read, a cell is named twice, or there is none.
    """
    cells: list[MappedCell] = []
    problems: list[str] = []
    taken: set[tuple[str, str]] = set()
    if not 0 < len(entries) <= MOST_CELLS:
        problems.append(_("对应关系应有 1 至 {n} 个单元格。").format(n=MOST_CELLS))
        entries = ()
    for number, entry in enumerate(entries, start=1):
        try:
            made = _cell(entry)
        except (InvalidInputError, NotFoundError) as error:
            problems.append(_("第 {n} 项：{why}").format(n=number, why=error.message))
            continue
        if (made.sheet, made.cell) in taken:
            problems.append(_("第 {n} 项：{place} 已有指标。").format(n=number, place=made.place))
        taken.add((made.sheet, made.cell))
        cells.append(made)
    if problems:
        more = len(problems) - _MOST_SAID
        said = problems[:_MOST_SAID] + ([_("另有 {n} 处。").format(n=more)] if more > 0 else [])
        raise InvalidInputError("".join(said), hint=_("可用的指标见 figures 命令。"))
    return tuple(cells)


def _cell(entry: Mapping[str, Any]) -> MappedCell:
    if not isinstance(entry, Mapping):
        raise InvalidInputError(_("应写明工作表、单元格和指标。"))
    texts = {key: str(entry.get(key, "") or "").strip() for key in HEADERS}
    address = texts["cell"].upper().replace("$", "")
    found = _CELL.fullmatch(address)
    if not texts["sheet"]:
        raise InvalidInputError(_("没有写工作表。"))
    if found is None or int(found[2]) > _LAST_ROW or _beyond(found[1]):
        raise InvalidInputError(_("“{text}”不是单元格。").format(text=texts["cell"]))
    return MappedCell(
        sheet=texts["sheet"],
        cell=address,
        figure=_figure(texts["figure"]),
        county=_county(texts["county"]),
        type_key=_type(texts["type"]),
        level=_level(texts["level"]),
        back=_months(texts["back"]),
        percent=texts["percent"].casefold() in _YES,
    )


def _beyond(letters: str) -> bool:
    return (len(letters), letters) > (len(_LAST_COLUMN), _LAST_COLUMN)


def _figure(text: str) -> str:
    labels = {each.label: each.key for each in FIGURES.values()}
    labels |= {label: key for key, label in TEXTS.items()}
    if text in FIGURES or text in TEXTS:
        return text
    if text in labels:
        return labels[text]
    raise InvalidInputError(_("没有统计指标“{key}”。").format(key=text))


def _county(text: str) -> str:
    if not text:
        return ""
    found = regions().recognise(text)
    if found is None or found not in regions().divisions:
        raise InvalidInputError(_("没有县区“{text}”。").format(text=text))
    return found.code


def _type(text: str) -> str:
    known = {each.label: each.key for each in taxonomy().types}
    return taxonomy().get(known.get(text, text)).key if text else ""


def _level(text: str) -> RiskLevel | None:
    if not text:
        return None
    found = parse_risk_level(text)
    if found is None:
        raise InvalidInputError(_("没有风险等级“{text}”。").format(text=text))
    return found


def _months(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdecimal() or int(text) > _MOST_MONTHS:
        raise InvalidInputError(_("“几个月前”应为 0 至 {n}。").format(n=_MOST_MONTHS))
    return int(text)
