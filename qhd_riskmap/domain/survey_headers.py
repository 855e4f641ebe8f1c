"""What each column of a sheet means, and which of its rows hold hazards."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

from rapidfuzz import fuzz, process

from qhd_riskmap.domain.pinyin_readings import pinyin_library
from qhd_riskmap.domain.schema import Field, FieldKind, Issue, Severity, clean_text
from qhd_riskmap.domain.survey_columns import (
    COMMON_FIELDS,
    header_words,
    recognise_header,
    recognise_headers,
)
from qhd_riskmap.domain.survey_header_rows import HeaderRows, find_header, header_at
from qhd_riskmap.domain.survey_sheet import SurveySheet, column_letters
from qhd_riskmap.domain.survey_type_words import TypeEvidence, type_said
from qhd_riskmap.domain.survey_units import factor_to, unit_in
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.i18n import N_, _

CONFIDENT_GUESS: Final = 90.0
_SHORTEST_GUESS: Final = 3
_MOST_CUT: Final = 2
_NUMERIC: Final = frozenset({FieldKind.NUMBER, FieldKind.INTEGER})
POSITION_KEYS: Final = ("lon", "lat", "x_north", "y_east", "coordinates", "vertices")
_ENDS: Final = tuple(
    Field(key=f"{end}_{axis}", label=f"{word}{name}", aliases=tuple(f"{w}{name}" for w in others))
    for end, word, others in (
        ("start", N_("起点"), ("起始点", "始点")),
        ("end", N_("终点"), ("终止点", "止点")),
    )
    for axis, name in (("lon", N_("经度")), ("lat", N_("纬度")))
)
# 点号 alone may as well number the hazards.
_CORNER: Final = Field(
    key="vertex_no",
    label=N_("拐点号"),
    aliases=(
        "拐点序号", "拐点编号", "界址点号", "界址点序号", "界址点编号", "顶点号", "顶点序号", "折点号", "折点序号",
    ),
)  # fmt: skip
SHEET_FIELDS: Final[tuple[Field, ...]] = (*COMMON_FIELDS, *_ENDS, _CORNER)


# By its own label, by another word for it, by likeness, as an officer says now, as one said before;
# "none" keeps the column as an extra.
MappingSource = Literal["label", "alias", "likeness", "choice", "remembered", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """What one column holds.

    Attributes:
        index: Place in the sheet's columns.
        header: Its header as written.
        field: The common field, or None.
        type_fields: The own field of each type that has one of this name, by type key.
        factor: Multiplies the numbers, where the header names another unit.
        given_unit: That other unit, "" where nothing is converted.
        source: How its meaning was found.
    """

    index: int
    header: str
    field: Field | None = None
    type_fields: Mapping[str, Field]
    factor: float = 1.0
    given_unit: str = ""
    source: MappingSource = "none"

    @property
    def known(self) -> bool:
        """Whether the register has a place for it; else it is kept as an extra."""
        return self.field is not None or bool(self.type_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderIssue:
    """Something to say about a header cell, by its place in the sheet."""

    row: int
    column: int
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """How a sheet is to be read.

    Attributes:
        header: Where the header stands.
        columns: One entry per column that has a header.
        type_key: The type of every row, or "" where a column says it or nothing does.
        issues: About the header.
        remembered: An officer's earlier word on a sheet with the same headers was used.
        type_said: The words that `type_key` was taken from; None where it was said otherwise.
    """

    header: HeaderRows
    columns: tuple[MappedColumn, ...]
    type_key: str
    issues: tuple[HeaderIssue, ...]
    remembered: bool = False
    type_said: TypeEvidence | None = None

    def column(self, key: str) -> MappedColumn | None:
        """The column that holds the common field ``key``."""
        return next((c for c in self.columns if c.field is not None and c.field.key == key), None)

    @property
    def located(self) -> bool:
        """Whether any column can hold a position."""
        return located_by(c.field.key for c in self.columns if c.field is not None)


START_KEYS: Final = ("start_lon", "start_lat", "end_lon", "end_lat")
_PLACES: Final = (
    ("lon", "lat"),
    ("x_north", "y_east"),
    ("coordinates",),
    ("vertices",),
    START_KEYS,
)


def located_by(keys: Iterable[str]) -> bool:
    """Whether columns of these fields together can hold a position."""
    present = frozenset(keys)
    return any(present.issuperset(place) for place in _PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnChoice:
    """How an officer says that a sheet is to be read.

    Attributes:
        fields: Header → field key, "" for a column to be kept as an extra. Headers as
            `HeaderRows.headers` spells them, columns without one as `lettered` does; those not named
            are read as they would be anyway.
        header_row: Row number of the header, 0 to find it.
        header_depth: Rows the header takes up, where `header_row` is given.
        type_key: Type of every row; "" to find it.
        afresh: What was said before of sheets with such headers does not hold.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    header_row: int = 0
    header_depth: int = 1
    type_key: str = ""
    afresh: bool = False

    def said_of(
        self, header: HeaderRows, remembered: Mapping[str, Mapping[str, str]]
    ) -> dict[str, str]:
        """What holds of the columns under a header: what is said now, else what was said before."""
        before = {} if self.afresh else remembered.get(header.fingerprint, {})
        return {**before, **self.fields}


NO_CHOICE: Final = ColumnChoice()
NOTHING_REMEMBERED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({})


def map_sheet(
    sheet: SurveySheet,
    type_key: str = "",
    choice: ColumnChoice = NO_CHOICE,
    remembered: Mapping[str, Mapping[str, str]] = NOTHING_REMEMBERED,
) -> SheetMapping | None:
    """Find the header and what its columns mean; None where no header can be recognised.

    Args:
        sheet: The sheet.
        type_key: Type of every row, where the template says it; "" asks the sheet's name, its title
            and the file's name.
        choice: What an officer says of this sheet; goes before everything else.
        remembered: What officers said of other sheets, header → field key by fingerprint.
    """
    types = taxonomy().types
    remembered = NOTHING_REMEMBERED if choice.afresh else remembered
    searched = (*SHEET_FIELDS, *_fields_of(types))
    if choice.header_row or sheet.header_row:
        header = header_at(sheet, choice.header_row or sheet.header_row, choice.header_depth)
    else:
        header = find_header(sheet, searched, remembered)
    if header is None:
        return None
    said = None if choice.type_key or type_key else type_said(sheet, _titles(sheet, header))
    type_key = choice.type_key or type_key or (said.key if said is not None else "")
    known = remembered.get(header.fingerprint, {})
    chosen = choice.said_of(header, remembered)
    # Where a column names the type, rows of any type may follow.
    mixed = any(_names_category(options) for options in header.names)
    wanted = () if mixed or "category" in chosen.values() else types
    wanted = tuple(t for t in wanted if t.key == type_key)
    letters = {
        index: lettered(sheet, index) for index, names in enumerate(header.names) if not names
    }
    columns, issues = _columns(header, letters, wanted or types, chosen, choice.fields)
    columns, doubts = _by_values(sheet, header, columns)
    issues += doubts
    return SheetMapping(
        header=header,
        columns=columns,
        type_key=type_key,
        issues=issues,
        remembered=bool(known),
        type_said=said,
    )


def _titles(sheet: SurveySheet, header: HeaderRows) -> list[str]:
    return [text for row in range(header.top) for text in sheet.row(row) if text]


def _names_category(options: Sequence[str]) -> bool:
    found = next((f for text in options if (f := recognise_header(text, SHEET_FIELDS))), None)
    return found is not None and found.key == "category"


def _fields_of(types: Sequence[HazardType]) -> tuple[Field, ...]:
    return tuple(field for hazard_type in types for field in hazard_type.fields)


def lettered(sheet: SurveySheet, index: int) -> str:
    """What a column without a header is called, by the sender's own letters.

    >>> from pathlib import Path
    >>> lettered(SurveySheet(file=Path("a"), name="", columns=(), first_column=2), 4)
    'F列'
    """
    return f"{column_letters(sheet.first_column + index)}列"


def _columns(
    header: HeaderRows,
    letters: Mapping[int, str],
    types: Sequence[HazardType],
    said: Mapping[str, str],
    said_now: Collection[str],
) -> tuple[tuple[MappedColumn, ...], tuple[HeaderIssue, ...]]:
    # A column without a header is read only where an officer says what it is.
    names = header.headers | {index: name for index, name in letters.items() if name in said}
    spoken = {index: said[name] for index, name in names.items() if name in said}
    chosen = [_telling(options, types) for options in header.names]
    common = list(recognise_headers(chosen, SHEET_FIELDS))
    columns: list[MappedColumn] = []
    taken: set[str] = set()
    issues: list[HeaderIssue] = []
    for index in (*spoken, *_most_exact_first(chosen, common)):
        if index not in names or any(index == column.index for column in columns):
            continue
        text = header.header(index) or names[index]
        if index in spoken:
            column, issue = _chosen_column(index, text, spoken[index], types)
            if names[index] not in said_now:
                column = replace(column, source="remembered")
        else:
            column, issue = _column(index, text, chosen[index], common[index], types)
        if column.field is not None and column.field.key in taken:
            # Kept as an extra, so nothing said about reading it as that field holds.
            column = MappedColumn(index=index, header=column.header, type_fields={})
            issue = None
        if column.field is not None:
            taken.add(column.field.key)
        columns.append(column)
        if issue is not None:
            issues.append(HeaderIssue(row=header.bottom, column=index, issue=issue))
    return tuple(sorted(columns, key=lambda c: c.index)), tuple(issues)


def _by_values(
    sheet: SurveySheet, header: HeaderRows, columns: tuple[MappedColumn, ...]
) -> tuple[tuple[MappedColumn, ...], tuple[HeaderIssue, ...]]:
    """Columns taken for numbers that hold the words of a field whose label begins like their header.

    规模 is the volume where numbers stand under it, and 规模等级 where 大型 and 小型 do.
    """
    found, issues = list(columns), []
    for at, column in enumerate(columns):
        graded = _graded(sheet, header, column)
        taken = {f.key for other in found for f in other.type_fields.values()}
        if graded and taken.isdisjoint(field.key for field in graded.values()):
            found[at] = replace(
                column, type_fields={**column.type_fields, **graded}, factor=1.0, given_unit=""
            )
            doubt = _guessed(column.header, next(iter(graded.values())))
            issues.append(HeaderIssue(row=header.bottom, column=column.index, issue=doubt))
    return tuple(found), tuple(issues)


def _graded(sheet: SurveySheet, header: HeaderRows, column: MappedColumn) -> dict[str, Field]:
    """By type, the choice whose words stand in a column of numbers; none where a number does."""
    numbers = [key for key, field in column.type_fields.items() if field.kind in _NUMERIC]
    if column.source != "alias" or not numbers:
        return {}
    cells = sheet.columns[column.index][header.bottom + 1 :]
    said = {text for cell in set(cells) if (text := clean_text(cell)) is not None}
    if any(character.isdigit() for text in said for character in text):
        return {}
    word = header_words(column.header)[-1]
    return {
        key: field
        for key in numbers
        for field in taxonomy().get(key).fields
        if field.label.startswith(word) and not said.isdisjoint(field.choices)
    }


def _chosen_column(
    index: int, header: str, key: str, types: Sequence[HazardType]
) -> tuple[MappedColumn, Issue | None]:
    """A column whose meaning an officer has said; an unknown key leaves it an extra."""
    field = next((field for field in SHEET_FIELDS if field.key == key), None)
    own = {} if field else {t.key: f for t in types for f in t.fields if f.key == key}
    factor, issue = _factor(header, field or next(iter(own.values()), None))
    column = MappedColumn(
        index=index,
        header=header,
        field=field,
        type_fields=own,
        factor=factor,
        given_unit=unit_in(header) if factor != 1.0 else "",
        source="choice",
    )
    return column, issue


def _telling(options: Sequence[str], types: Sequence[HazardType]) -> str:
    fields = (*SHEET_FIELDS, *_fields_of(types))
    return next((text for text in options if recognise_header(text, fields)), "".join(options[:1]))


def _most_exact_first(chosen: Sequence[str], common: Sequence[Field | None]) -> list[int]:
    """Columns in the order in which they may claim a field: by its own label before by an alias."""

    def rank(index: int) -> tuple[bool, int]:
        field = common[index]
        own_label = field is not None and (
            header_words(chosen[index])[0] == header_words(field.label)[0]
        )
        return (not own_label, index)

    return sorted(range(len(chosen)), key=rank)


def _column(
    index: int, header: str, text: str, common: Field | None, types: Sequence[HazardType]
) -> tuple[MappedColumn, Issue | None]:
    own = {t.key: field for t in types if (field := recognise_header(text, t.fields)) is not None}
    if common is not None:
        own = {}
    issue = None
    if common is None and not own:
        guess = _guess(text, (*SHEET_FIELDS, *(_fields_of(types) if len(types) == 1 else ())))
        if guess is not None:
            issue = _guessed(header, guess)
            if any(field.key == guess.key for field in SHEET_FIELDS):
                common = guess
            else:
                own = {types[0].key: guess}
    sample = common or next(iter(own.values()), None)
    factor, unit_issue = _factor(header, sample)
    column = MappedColumn(
        index=index,
        header=header,
        field=common,
        type_fields=own,
        factor=factor,
        given_unit=unit_in(header) if factor != 1.0 else "",
        source=_source(text, sample, guessed=issue is not None),
    )
    return column, issue or unit_issue


def _source(text: str, found: Field | None, *, guessed: bool) -> MappingSource:
    if found is None:
        return "none"
    if guessed:
        return "likeness"
    own = {header_words(name)[0] for name in (found.key, found.label, found.header)}
    return "label" if own.intersection(header_words(text)) else "alias"


def _guess(text: str, fields: Sequence[Field]) -> Field | None:
    if len(text) < _SHORTEST_GUESS:
        return None
    names = {name: field for field in fields for name in (field.label, *field.aliases)}
    found = process.extractOne(
        header_words(text)[-1], list(names), scorer=fuzz.ratio, score_cutoff=CONFIDENT_GUESS
    )
    if found is None:
        word = header_words(text)[-1]
        return _cut_short(word, names) or _sounding_like(word, names)
    if re.sub(r"\D", "", found[0]) != re.sub(r"\D", "", text):
        return None
    return names[found[0]]


def _cut_short(word: str, names: Mapping[str, Field]) -> Field | None:
    """The one field whose name begins so: tables of shapefiles keep ten bytes, three letters."""
    meant = {
        field.key: field
        for name, field in names.items()
        if name.startswith(word) and len(name) - len(word) <= _MOST_CUT
    }
    return meant.popitem()[1] if len(meant) == 1 else None


def _sounding_like(word: str, names: Mapping[str, Field]) -> Field | None:
    """The one field whose name sounds the same: what a pinyin keyboard gets wrong."""
    spoken = _sound(word)
    meant = {
        field.key: field
        for name, field in names.items()
        if len(name) == len(word) and _sound(name) == spoken
    }
    return meant.popitem()[1] if len(meant) == 1 else None


@cache
def _sound(word: str) -> str:
    return " ".join(pinyin_library().lazy_pinyin(word))


def _guessed(header: str, field: Field) -> Issue:
    return Issue(
        field=field.key,
        code="header-guessed",
        severity=Severity.WARNING,
        message=_("列名“{header}”按“{label}”理解，请核对。").format(
            header=header, label=_(field.label)
        ),
    )


def _factor(header: str, field: Field | None) -> tuple[float, Issue | None]:
    unit = unit_in(header)
    if not unit or field is None or field.kind not in _NUMERIC or not field.unit:
        return 1.0, None
    factor = factor_to(field, unit)
    if factor is None:
        message = _("列名“{header}”的单位与“{label}”的单位“{unit}”不符，数值按原样读入，请核对。")
        severity, code = Severity.WARNING, "odd-unit"
    elif factor == 1.0:
        return 1.0, None
    else:
        message = _("列名“{header}”的数值已换算为“{unit}”。")
        severity, code = Severity.INFO, "unit-converted"
    text = message.format(header=header, label=_(field.label), unit=field.unit)
    return factor or 1.0, Issue(field=field.key, code=code, severity=severity, message=text)
