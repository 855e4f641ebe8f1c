"""Turns one sheet into hazards that could be registered, and issues for everything else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final, TypeVar

import numpy as np
import shapely

from qhd_riskmap.domain.remediation.ledger import ledger_table
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.domain.survey_data_rows import DataRows, RowRole, SkippedRow, data_rows
from qhd_riskmap.domain.survey_headers import (
    NO_CHOICE,
    NOTHING_REMEMBERED,
    POSITION_KEYS,
    START_KEYS,
    ColumnChoice,
    SheetMapping,
    map_sheet,
)
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.survey_split_angles import join_angles
from qhd_riskmap.domain.survey_tables import like_names
from qhd_riskmap.domain.survey_vertex_rows import gather_vertices
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import SheetCandidates
from qhd_riskmap.services.survey_candidates import CandidateMaker, ImportTerms, RowFacts
from qhd_riskmap.services.survey_columns_read import SheetColumns
from qhd_riskmap.services.survey_datum import (
    DatumDecision,
    DatumEvidence,
    said_by_remarks,
    settle,
)
from qhd_riskmap.services.survey_geometry import (
    FEWEST_OF_AREA,
    LINE_TYPES,
    PlacedRows,
    place_rows,
    wanted_shape,
)
from qhd_riskmap.services.survey_issues import IssueLog, RowIssue, error, warning
from qhd_riskmap.services.survey_location import (
    DeclaredCounties,
    counties,
    declared_counties,
    move_rows,
    pin_rows,
)
from qhd_riskmap.services.survey_positions import Positions, read_positions
from qhd_riskmap.services.survey_second_place import SecondPlaces
from qhd_riskmap.services.survey_types import told_of_type, typed, unknown_type
from qhd_riskmap.services.survey_unread import note_unread
from qhd_riskmap.services.survey_values import Texts
from qhd_riskmap.services.survey_witnesses import area_witness, further_witnesses

_Given = TypeVar("_Given")
# How often `ImportTerms.pulse` is called while one table is read; none of the steps takes long.
STEPS_PER_TABLE: Final = 10

_LONGEST_LINE_M: Final = 200_000.0
_SHORTEST_LINE_M: Final = 1.0
_LENGTH_RATIO: Final = 1.5
_SHORTEST_COMPARED_M: Final = 500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReading:
    """What one sheet gave.

    Attributes:
        mapping: How it was read; None where no header was recognised.
        decision: How its coordinates were understood; None where it has none.
        candidates: Rows that can be registered; None where the sheet cannot be used.
        rejected: Row numbers with an error.
        undecided: Row numbers whose reference system is open.
        skipped: Every row that holds something and is not read as a hazard, by row number; of a table
            that cannot be used all rows from its titles down.
        rows: Data rows.
        numbers: Their row numbers.
    """

    sheet: SurveySheet
    mapping: SheetMapping | None
    decision: DatumDecision | None
    candidates: SheetCandidates | None
    rejected: tuple[int, ...]
    undecided: tuple[int, ...]
    issues: tuple[RowIssue, ...]
    skipped: tuple[SkippedRow, ...] = ()
    rows: int = 0
    numbers: tuple[int, ...] = ()

    @property
    def passed_over(self) -> tuple[SkippedRow, ...]:
        """What was skipped besides titles and the header: totals, notes, examples, corners."""
        above = self.mapping.header.bottom if self.mapping is not None else 0
        return tuple(row for row in self.skipped if row.index - self.sheet.first_row > above)

    @property
    def accepted(self) -> int:
        """Number of rows that can be registered."""
        return len(self.candidates.rows) if self.candidates is not None else 0


def read_sheet(
    sheet: SurveySheet,
    terms: ImportTerms,
    type_key: str = "",
    choice: ColumnChoice = NO_CHOICE,
    remembered: Mapping[str, Mapping[str, str]] = NOTHING_REMEMBERED,
) -> SheetReading:
    """Read one table; never raises for what it holds.

    Args:
        sheet: The sheet, or one table of it.
        terms: Of the import.
        type_key: Type of every row, where our template says it.
        choice: How the officer says it is to be read.
        remembered: What officers said of sheets with other headers.
    """
    mapping = map_sheet(sheet, type_key, choice, remembered)
    if mapping is None or mapping.column("name") is None or not mapping.located:
        return _unusable(sheet, mapping)
    return _Reader(sheet, mapping, terms).reading()


def _unusable(sheet: SurveySheet, mapping: SheetMapping | None) -> SheetReading:
    log = IssueLog(sheet, [])
    if mapping is None:
        message = _(
            "没有找到认识的表头，整张表未读入。请使用模板或常用列名（隐患名称、经度、纬度等）。"
        )
        log.on_sheet("no-header", Severity.ERROR, message)
    elif mapping.column("name") is None and ledger_table(sheet) is not None:
        message = _(
            "这是隐患排查治理台账，不作排查表读入。请在整改页用“读回台账…”核对和更新（命令 ledger）。"
        )
        log.on_sheet("ledger-sheet", Severity.WARNING, message)
    elif mapping.column("name") is None:
        _say_no_name(mapping, log)
    else:
        message = _("没有坐标列（经度和纬度、坐标或拐点坐标），整张表未读入。")
        log.on_sheet("no-coordinate-column", Severity.ERROR, message)
    return SheetReading(
        sheet=sheet,
        mapping=mapping,
        decision=None,
        candidates=None,
        rejected=(),
        undecided=(),
        issues=tuple(log.issues),
        skipped=_all_rows(sheet, mapping) if mapping is not None else (),
    )


def _say_no_name(mapping: SheetMapping, log: IssueLog) -> None:
    """Refuse a table without a column of names; a column that seems to be one is named, never taken."""
    like = like_names(mapping.header)
    if not like:
        log.on_sheet("no-name-column", Severity.ERROR, _("没有“隐患名称”一列，整张表未读入。"))
        return
    message = _(
        "没有“隐患名称”一列，整张表未读入。“{header}”像是名称：是的话，请在“列对应”里把它认作“隐患名称”"
        "（命令行写 --map {header}=隐患名称）后重新导入。"
    ).format(header=mapping.header.headers[like[0]])
    log.on_cell(mapping.header.bottom, like[0], error("name", "no-name-column", message))


def _all_rows(sheet: SurveySheet, mapping: SheetMapping) -> tuple[SkippedRow, ...]:
    data = data_rows(sheet, mapping)
    lost = [SkippedRow(index, RowRole.UNREAD) for index in data.indices]
    return _numbered(sheet, sorted((*data.skipped, *lost), key=lambda row: row.index))


def _numbered(sheet: SurveySheet, rows: Iterable[SkippedRow]) -> tuple[SkippedRow, ...]:
    """The rows by the numbers people count, in place of their indices."""
    return tuple(replace(row, index=sheet.first_row + row.index) for row in rows)


class _Reader:
    """Reads the columns of one sheet in the order in which they depend on each other."""

    def __init__(self, sheet: SurveySheet, mapping: SheetMapping, terms: ImportTerms) -> None:
        joined = join_angles(sheet, data_rows(sheet, mapping), mapping)
        mapping = joined.mapping
        self._sheet, self._mapping, self._terms = sheet, mapping, terms
        gathered = gather_vertices(joined.data, mapping)
        self._data: DataRows = gathered.data
        column_of = {c.field.key: c.index for c in mapping.columns if c.field is not None}
        for column in mapping.columns:
            for field in column.type_fields.values():
                column_of.setdefault(field.key, column.index)
        self._log = IssueLog(sheet, list(self._data.indices), column_of)
        if gathered.shapes:
            message = _("按“{header}”把 {rows} 行拐点合成了 {shapes} 个图形，请核对。").format(
                header=gathered.counter, rows=gathered.rows, shapes=gathered.shapes
            )
            self._log.on_sheet("vertices-gathered", Severity.INFO, message)
        if joined.headers:
            message = _("“{headers}”各由度、分、秒三列合成，请核对。")
            headers = _("、").join(joined.headers)
            self._log.on_sheet("angles-joined", Severity.INFO, message.format(headers=headers))
        for found in mapping.issues:
            self._log.on_cell(found.row, found.column, found.issue)
        self._gathered = gathered.mapping
        self._columns = SheetColumns(gathered.mapping, self._data, self._log)
        self._count = self._columns.rows
        terms.pulse()

    def reading(self) -> SheetReading:
        columns, log, terms = self._columns, self._log, self._terms
        places = self._by_data_row(terms.row_places)
        log.placed = frozenset(places)
        note_unread(self._sheet, self._data, self._mapping, log)
        names = self._names()
        types, sub_kinds = self._types()
        terms.pulse()
        days = columns.days("found_date", terms.today)
        declared = declared_counties(columns.texts("county"), self._count)
        keys = (*POSITION_KEYS, *START_KEYS)
        positions = read_positions(columns.raw(keys), self._count, log)
        terms.pulse()
        others = SecondPlaces(self._sheet, self._gathered, self._data, positions)
        evidence = self._evidence(names, days, declared, positions, others.unused)
        references = settle(positions, others.read(evidence), log)
        terms.pulse()
        pin_rows(positions, references.of_row, places)
        shapes = self._shapes(positions, types)
        terms.pulse()
        placed = place_rows(positions, references.of_row, shapes, log)
        move_rows(placed, references.of_row, places)
        more = others.compare(placed, references.of_row, log)
        others.keep(columns)
        log.placed = frozenset()
        terms.pulse()
        self._note_unplaced(positions, placed, references.of_row)
        codes = counties(placed, declared, names, log)
        self._check_lines(placed, types)
        still_open = self._still_open(positions, references.of_row)
        self._say_undecided(still_open, references.decision)
        facts = RowFacts(
            names=names,
            types=types,
            sub_kinds=sub_kinds,
            days=days,
            declared=declared,
            texts=positions.texts,
            references=references.of_row,
            geometries=placed.geometries,
            anchors=np.column_stack([placed.lon, placed.lat]),
            counties=codes,
            closed=frozenset(still_open),
        )
        terms.pulse()
        candidates = CandidateMaker(self._sheet, self._data, columns, log, terms).make(facts)
        first = self._sheet.first_row
        undecided = [row for row in still_open if row not in log.rejected]
        decision = references.decision
        return SheetReading(
            sheet=self._sheet,
            mapping=self._mapping,
            decision=replace(decision, reasons=(*decision.reasons, *more)),
            candidates=candidates,
            rejected=tuple(first + self._data.indices[row] for row in sorted(log.rejected)),
            undecided=tuple(first + self._data.indices[row] for row in undecided),
            issues=tuple(log.issues),
            skipped=_numbered(self._sheet, self._data.skipped),
            rows=self._count,
            numbers=tuple(first + index for index in self._data.indices),
        )

    def _still_open(self, positions: Positions, of_row: Sequence[Reference | None]) -> list[int]:
        """Rows with numbers of which nobody knows what they are."""
        return [
            row
            for row in np.flatnonzero(positions.found).tolist()
            if of_row[row] is None and row not in self._log.rejected
        ]

    def _evidence(
        self,
        names: Texts,
        days: Sequence[date | None] | None,
        declared: DeclaredCounties,
        positions: Positions,
        unused: Collection[str],
    ) -> DatumEvidence:
        """Everything that speaks for a reference of this sheet."""
        columns, terms, around = self._columns, self._terms, self._terms.around
        keys = (*POSITION_KEYS, *START_KEYS)
        return DatumEvidence(
            headers=tuple(
                columns.header(key) for key in keys if columns.has(key) and key not in unused
            ),
            words=self._words(),
            declared=terms.declared,
            answered=terms.answered,
            row_words=columns.texts("datum"),
            row_remarks=said_by_remarks(columns.texts("remark")),
            days=days,
            witnesses=(area_witness(declared, columns.texts("township"), around),),
            further=partial(further_witnesses, names, positions, around),
            row_answers=self._by_data_row(terms.row_datums),
            shifts=around.shifts,
            answers=around.answers,
            sender=terms.sender,
            angles=terms.angles,
            drawn=bool(self._sheet.header_row or self._sheet.declared),
            angle_answers=around.angles,
        )

    # Columns

    def _by_data_row(self, given: Mapping[int, _Given]) -> dict[int, _Given]:
        """What the user said of single rows, by data row instead of row number."""
        at = {self._sheet.first_row + index: row for row, index in enumerate(self._data.indices)}
        return {at[number]: value for number, value in given.items() if number in at}

    def _names(self) -> Texts:
        names = self._columns.values("name") or [None] * self._count
        for row, name in enumerate(names):
            if name is None and row not in self._log.rejected:
                self._log.on_row(row, error("name", "no-name", _("缺少隐患名称，请补填。")))
        return [str(name) if name is not None else None for name in names]

    def _types(self) -> tuple[list[HazardType | None], list[str]]:
        """Type and sub-kind of every row; a type that no word names is never guessed."""
        categories = self._columns.texts("category") or [None] * self._count
        words = self._columns.texts("sub_kind") or [None] * self._count
        default = taxonomy().get(self._mapping.type_key) if self._mapping.type_key else None
        said = self._mapping.type_said
        known: dict[tuple[str | None, str | None], tuple[HazardType | None, str]] = {}
        types: list[HazardType | None] = []
        sub_kinds: list[str] = []
        for row, pair in enumerate(zip(categories, words, strict=True)):
            if pair not in known:
                known[pair] = typed(*pair, default, said.sub_kind if said is not None else "")
            hazard_type, sub_kind = known[pair]
            types.append(hazard_type)
            sub_kinds.append(sub_kind)
            if hazard_type is None and (row, "category") not in self._log.noted:
                self._say_no_type(row, pair[0])
            elif hazard_type is not None and pair[1] is not None and not sub_kind:
                self._columns.keep(row, self._columns.header("sub_kind"), pair[1])
                message = _("“{text}”不是“{type}”的小类，已作为附加信息保留。").format(
                    text=pair[1][:40], type=_(hazard_type.label)
                )
                self._log.on_row(row, warning("sub_kind", "unknown-sub-kind", message))
        if said is not None and None in categories:
            severity = Severity.WARNING if said.sub_kind else Severity.INFO
            self._log.on_sheet(
                "type-proposed", severity, told_of_type(said, categories.count(None))
            )
        return types, sub_kinds

    def _say_no_type(self, row: int, text: str | None) -> None:
        if text is None:
            message = _("没有写类别，表名和标题也看不出是哪一种隐患，请补填。")
        else:
            message = unknown_type(text)
        self._log.on_row(row, error("category", "unknown-type", message))

    def _words(self) -> list[str]:
        """Texts outside the rows that may name a datum."""
        titles = [text for row in range(self._mapping.header.top) for text in self._sheet.row(row)]
        return [
            t
            for t in (
                *titles,
                *self._sheet.context,
                *self._data.notes,
                self._sheet.name,
                self._sheet.file.stem,
                self._columns.header("datum") if self._columns.has("datum") else "",
            )
            if t
        ]

    def _shapes(self, positions: Positions, types: Sequence[HazardType | None]) -> dict[int, str]:
        """What the vertex lists draw, by row."""
        kinds = self._columns.texts("geometry_kind")
        header = self._columns.header("vertices")
        flat = positions.flat_parts()
        fewest: dict[int, int] = {}
        closed: dict[int, bool] = {}
        for row, count, ring in zip(
            flat.rows.tolist(), flat.counts.tolist(), flat.closed.tolist(), strict=True
        ):
            fewest[row] = min(fewest.get(row, count), count)
            closed[row] = closed.get(row, True) and ring and count > FEWEST_OF_AREA
        known: dict[tuple[str | None, str, int, bool], str] = {}
        shapes = {}
        for row, count in fewest.items():
            kind = kinds[row] if kinds is not None else None
            key = (kind, _key(types[row]), min(count, FEWEST_OF_AREA), closed[row])
            shape = known.get(key)
            if shape is None:
                shape = known[key] = wanted_shape(
                    kind, header, key[1], fewest=key[2], closed=key[3]
                )
            shapes[row] = shape
        return shapes

    # Checks

    def _note_unplaced(
        self, positions: Positions, placed: PlacedRows, references: Sequence[Reference | None]
    ) -> None:
        lost = positions.found & np.isnan(placed.lon)
        for row in np.flatnonzero(lost).tolist():
            if references[row] is not None and row not in self._log.rejected:
                message = _("坐标“{text}”按所定坐标系不在本地范围内，请核对。").format(
                    text=positions.texts[row][:60]
                )
                issue = error("lon", "outside-region", message)
                self._log.on_row(row, issue)

    def _check_lines(self, placed: PlacedRows, types: Sequence[HazardType | None]) -> None:
        present = np.flatnonzero(np.isfinite(placed.lon))
        dimensions = shapely.get_dimensions(placed.geometries)
        scale = np.array(metres_per_degree(39.95))
        lines = present[dimensions[present] == 1]
        flat = shapely.transform(placed.geometries[lines], lambda points: points * scale)
        said = self._columns.own_numbers("length_km") if lines.size else []
        for row, metres in zip(lines.tolist(), shapely.length(flat).tolist(), strict=True):
            message = _odd_length(metres, said[row])
            if message:
                self._log.on_row(row, warning("vertices", "odd-length", message))
        for row in present[dimensions[present] == 0].tolist():
            if _key(types[row]) in LINE_TYPES:
                message = _("管线只给了一个点，走向未知，已按点登记，请补报走向坐标。")
                self._log.on_row(row, warning("lon", "route-unknown", message))

    def _say_undecided(self, undecided: Sequence[int], decision: DatumDecision) -> None:
        if not undecided:
            return
        message = _("{count} 行的坐标系未定，没有入库。{reasons}{question}").format(
            count=len(undecided), reasons="".join(decision.reasons), question=decision.question
        )
        for key in (*POSITION_KEYS, *START_KEYS):
            column = self._mapping.column(key)
            if column is not None:
                self._log.on_cell(
                    self._mapping.header.bottom,
                    column.index,
                    warning(key, "datum-undecided", message),
                )
                return


def _odd_length(metres: float, said_km: float | None) -> str:
    """What is odd about the length of a line; "" for nothing."""
    if metres > _LONGEST_LINE_M:
        return _("线路长 {km:.0f} 公里，超出常理，请核对拐点。").format(km=metres / 1000)
    if metres < _SHORTEST_LINE_M:
        return _("线路只有 {metres:.1f} 米，不合常理，请核对拐点。").format(metres=metres)
    if said_km is None or said_km <= 0 or max(metres, said_km * 1000) < _SHORTEST_COMPARED_M:
        return ""
    ratio = max(metres / (said_km * 1000), said_km * 1000 / metres)
    if ratio <= _LENGTH_RATIO:
        return ""
    return _("按拐点量得 {km:.1f} 公里，所填长度是 {said:g} 公里，请核对。").format(
        km=metres / 1000, said=said_km
    )


def _key(hazard_type: HazardType | None) -> str:
    return hazard_type.key if hazard_type is not None else ""
