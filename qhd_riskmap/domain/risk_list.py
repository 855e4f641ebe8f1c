"""风险点清单: one row per hazard in the columns that offices know (DOMAIN §6.2), read back by its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from qhd_riskmap.domain.hazard import Assessment, Hazard, HazardStatus
from qhd_riskmap.domain.inspection.schedule import shipped_inspection_rules
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.schema import clean_text
from qhd_riskmap.domain.survey_columns import header_words
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _

Cell = str | float | int | None
_HEADER_WITHIN: Final = 12  # rows from the top
_SIGNS: Final = frozenset({"code", "name", "factors"})
_METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "ls": ("L", "S"), "lec": ("L", "E", "C"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRow:
    """What one row is made of.

    Attributes:
        number: Running number, from 1.
        assessment: The newest one; None where there is none.
    """

    number: int
    hazard: Hazard
    assessment: Assessment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskColumn:
    """One column.

    Attributes:
        header: Always written in Chinese: the list goes to other offices.
        value: What the cell holds.
        taken: The hazard with what a cell that came back says; None for what the register derives.
    """

    key: str
    header: str
    value: Callable[[RiskRow], Cell]
    taken: Callable[[Hazard, str], Hazard] | None = None
    width: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFilter:
    """Which hazards are wanted; what is empty lets all through.

    Attributes:
        first: Found, or else entered, on this day or later.
        last: Found, or else entered, on this day or before.
    """

    counties: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    levels: frozenset[RiskLevel] = frozenset()
    states: frozenset[HazardStatus] = frozenset()
    codes: frozenset[str] | None = None
    first: date | None = None
    last: date | None = None

    def takes(self, hazard: Hazard) -> bool:
        """Whether a hazard is wanted."""
        entered = hazard.created_at.astimezone().date() if hazard.created_at else None
        day = hazard.found_on or entered
        return (
            (not self.counties or hazard.county in self.counties)
            and (not self.types or hazard.type_key in self.types)
            and (not self.levels or hazard.level in self.levels)
            and (not self.states or hazard.status in self.states)
            and (self.codes is None or hazard.code in self.codes)
            and (self.first is None or (day is not None and day >= self.first))
            and (self.last is None or (day is not None and day <= self.last))
        )


def _place(row: RiskRow) -> Cell:
    hazard = row.hazard
    county = regions().get(hazard.county).name if hazard.county else ""
    return f"{county}{hazard.township}{hazard.address}"


def _input(letter: str) -> Callable[[RiskRow], Cell]:
    def value(row: RiskRow) -> Cell:
        found = row.assessment
        if found is None or letter not in _METHODS.get(found.method, ()):
            return None
        given = found.inputs.get(letter)
        return given if isinstance(given, int | float) else None

    return value


def _score(method: str) -> Callable[[RiskRow], Cell]:
    def value(row: RiskRow) -> Cell:
        found = row.assessment
        return found.score if found is not None and found.method == method else None

    return value


def _level(row: RiskRow) -> Cell:
    level = row.hazard.level
    return f"{level.label}（{level.colour_name}）" if level is not None else ""


def _frequency(row: RiskRow) -> Cell:
    """As it came, or what the office's rules ask for at its level."""
    own = row.hazard.extras.get("检查频次", "")
    months = shipped_inspection_rules().interval(row.hazard.type_key, row.hazard.level)
    return own or f"每{months}个月1次"


def _text_column(key: str, header: str, width: int = 20) -> RiskColumn:
    """A column that the register keeps as it came, by its header."""

    def value(row: RiskRow) -> Cell:
        return row.hazard.extras.get(header, "")

    def taken(hazard: Hazard, text: str) -> Hazard:
        kept = {name: value for name, value in hazard.extras.items() if name != header}
        return replace(hazard, extras={**kept, header: text} if text else kept)

    return RiskColumn(key=key, header=header, value=value, taken=taken, width=width)


RISK_COLUMNS: Final = (
    RiskColumn(key="seq", header="序号", value=lambda r: r.number, width=6),
    RiskColumn(key="code", header="风险点编号", value=lambda r: r.hazard.code, width=22),
    RiskColumn(
        key="name", header="风险点名称", value=lambda r: r.hazard.name, width=24,
        taken=lambda hazard, text: replace(hazard, name=text),
    ),
    RiskColumn(key="place", header="位置", value=_place, width=28),
    RiskColumn(key="type", header="类型", value=lambda r: taxonomy().get(r.hazard.type_key).label),
    _text_column("factors", "主要危险因素", 24),
    _text_column("accident", "可能事故"),
    RiskColumn(key="l", header="L", value=_input("L"), width=6),
    RiskColumn(key="s", header="S", value=_input("S"), width=6),
    RiskColumn(key="r", header="R", value=_score("ls"), width=6),
    RiskColumn(key="e", header="E", value=_input("E"), width=6),
    RiskColumn(key="c", header="C", value=_input("C"), width=6),
    RiskColumn(key="d", header="D", value=_score("lec"), width=6),
    RiskColumn(key="level", header="等级颜色", value=_level, width=16),
    _text_column("engineering", "管控措施（工程）"),
    _text_column("management", "管控措施（管理）"),
    _text_column("education", "管控措施（教育）"),
    _text_column("personal", "管控措施（个体）"),
    _text_column("emergency", "管控措施（应急）"),
    _text_column("control_level", "管控层级"),
    RiskColumn(
        key="unit", header="责任单位", value=lambda r: r.hazard.unit, width=20,
        taken=lambda hazard, text: replace(hazard, unit=text),
    ),
    RiskColumn(
        key="contact", header="责任人", value=lambda r: r.hazard.contact,
        taken=lambda hazard, text: replace(hazard, contact=text),
    ),
    replace(_text_column("frequency", "检查频次", 12), value=_frequency),
    _text_column("published", "公示情况", 14),
)  # fmt: skip
_BY_KEY: Final[Mapping[str, RiskColumn]] = {column.key: column for column in RISK_COLUMNS}
_UNCOMPARED: Final = frozenset({"seq", "code"})
# The controls share their first words, so they are known by the whole header only.
_HEADERS: Final[Mapping[str, str]] = {
    header_words(column.header)[0]: column.key for column in RISK_COLUMNS
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskChange:
    """A cell that says something else than the register.

    Attributes:
        key: Of the column.
        label: Its header.
        refusal: Why it cannot be taken over, "" where it can.
    """

    key: str
    label: str
    before: str
    after: str
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAnswer:
    """One row that came back.

    Attributes:
        row: Row number as people count.
        code: As written.
        hazard: None where there is none of that code.
    """

    sheet: str
    row: int
    code: str
    hazard: Hazard | None = None
    changes: tuple[RiskChange, ...] = ()


def risk_cells(sheet: SurveySheet) -> list[tuple[int, dict[str, str]]] | None:
    """Row number and cells by key of every row with a code; None where the sheet is no such list."""
    for index in range(min(sheet.height, _HEADER_WITHIN)):
        places = _places(sheet.row(index))
        if places.keys() >= _SIGNS:
            rows = []
            for at in range(index + 1, sheet.height):
                texts = sheet.row(at)
                cells = {key: texts[place] for key, place in places.items()}
                if cells["code"].strip():
                    rows.append((sheet.first_row + at, cells))
            return rows
    return None


def _places(texts: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        key = _HEADERS.get(header_words(text)[0]) if text.strip() else None
        if key is not None:
            found.setdefault(key, place)
    return found


def risk_changes(row: RiskRow, cells: Mapping[str, str]) -> tuple[RiskChange, ...]:
    """What the cells of a row say otherwise than the register, in the order of the columns."""
    found = []
    for column in RISK_COLUMNS:
        if column.key in cells and column.key not in _UNCOMPARED:
            before, after = _text(column.value(row)), clean_text(cells[column.key]) or ""
            if (clean_text(before) or "") != after and not _same_number(before, after):
                found.append(
                    RiskChange(
                        key=column.key, label=column.header, before=before, after=after,
                        refusal=_refusal(column, after),
                    )
                )  # fmt: skip
    return tuple(found)


def with_changes(hazard: Hazard, changes: Sequence[RiskChange]) -> Hazard:
    """The hazard with what can be taken over."""
    for change in changes:
        taken = _BY_KEY[change.key].taken
        if taken is not None and not change.refusal:
            hazard = taken(hazard, change.after)
    return hazard


def _refusal(column: RiskColumn, after: str) -> str:
    if column.taken is None:
        return _("“{label}”由登记库得出，请在台账或评估里改。").format(label=column.header)
    if column.key == "name" and not after:
        return _("风险点名称不能为空。")
    return ""


def _text(value: Cell) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _same_number(before: str, after: str) -> bool:
    try:
        return float(before) == float(after)
    except ValueError:
        return False
