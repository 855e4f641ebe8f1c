"""What an officer says of single rows of a preview, and what is remembered of the answers on commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.error_cells import is_error
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.coordinate_text import format_decimal
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_candidates import ImportTerms
from qhd_riskmap.services.survey_issues import RowKey
from qhd_riskmap.services.survey_layout import SheetKey, reference_of
from qhd_riskmap.services.survey_rows import SheetReading
from qhd_riskmap.storage.unit_of_work import UnitOfWork

CellKey = tuple[Path, str, int, int]
_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedCell:
    """A cell whose text the officer replaced, for the record of the import.

    Attributes:
        cell: The sender's own address.
        was: What the sender wrote.
        now: What counts instead.
    """

    sheet: str
    cell: str
    was: str
    now: str

    def to_json(self) -> dict[str, str]:
        """What the batch remembers of it."""
        return {"sheet": self.sheet, "cell": self.cell, "was": self.was, "now": self.now}


@dataclass(frozen=True, kw_only=True, eq=False)
class Corrections:
    """Row-level answers; the row is named by file, sheet and row number as people count.

    Attributes:
        datums: Reference of single rows; goes before the sheet's.
        places: Where the officer put a row on the map, CGCS2000 degrees; a line or an area is shifted
            there, anything else becomes a point.
        angles: How whole sheets write plain degrees: `TextForm.DECIMAL` or `TextForm.PACKED_FRACTION`.
        all_angles: The same of every sheet that `angles` does not name.
        cells: What the officer wrote into single cells; the column is a number, from 1, too.
    """

    datums: Mapping[RowKey, Reference] = field(default_factory=dict)
    places: Mapping[RowKey, tuple[float, float]] = field(default_factory=dict)
    cells: Mapping[CellKey, str] = field(default_factory=dict)
    angles: Mapping[SheetKey, TextForm] = field(default_factory=dict)
    all_angles: TextForm | None = None

    def mended(self, sheet: SurveySheet) -> tuple[SurveySheet, tuple[MendedCell, ...]]:
        """A sheet with the officer's texts in place of the sender's, and what was written over."""
        own = (sheet.file, sheet.name)
        mine = {key[2:]: text for key, text in self.cells.items() if key[:2] == own}
        columns: dict[int, list[str | None]] = {}
        merged = _taken_apart(sheet, mine, columns)
        failed = {cell: text for cell, text in sheet.failed.items() if cell not in mine}
        done = []
        for (number, column), text in mine.items():
            row, place = number - sheet.first_row, column - sheet.first_column
            if not (0 <= row < sheet.height and 0 <= place < sheet.width):
                continue
            was = sheet.columns[place][row] or ""
            wrong = is_error(text)
            if wrong:
                failed[number, column] = text.strip()
            columns.setdefault(place, list(sheet.columns[place]))[row] = None if wrong else text
            done.append(
                MendedCell(sheet=sheet.name, cell=sheet.address(row, place), was=was, now=text)
            )
        if not done:
            return sheet, ()
        mended = replace(
            sheet,
            columns=tuple(columns.get(at, column) for at, column in enumerate(sheet.columns)),
            merged=merged,
            unsolved=sheet.unsolved - mine.keys(),
            failed=failed,
            rounded=sheet.rounded - mine.keys(),
        )
        return mended, tuple(done)

    def placed(self, key: RowKey, lon: float, lat: float) -> Corrections:
        """The same with one more row set on the map.

        Raises:
            InvalidInputError: The place is outside the city and its neighbours.
        """
        if not boundaries().inside_context([lon], [lat])[0]:
            raise InvalidInputError(
                _("位置 {place} 不在本市及相邻市范围内。").format(place=format_decimal(lon, lat)),
                hint=_("请在地图上本市陆地范围内重新点选。"),
            )
        return replace(self, places={**self.places, key: (lon, lat)})


NO_CORRECTIONS: Final = Corrections()


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """Everything the officer said about the sheets of one import.

    Attributes:
        answers: Reference of whole sheets, by file and sheet name.
        corrections: Of single rows.
    """

    answers: Mapping[tuple[Path, str], Reference]
    corrections: Corrections = NO_CORRECTIONS

    def terms(self, terms: ImportTerms, sheet: SurveySheet) -> ImportTerms:
        """The terms of an import for one sheet."""
        said = self.corrections
        return replace(
            terms,
            answered=reference_of(sheet, self.answers),
            angles=said.angles.get((sheet.file, sheet.name), said.all_angles),
            row_datums=_of_sheet(self.corrections.datums, sheet),
            row_places=_of_sheet(self.corrections.places, sheet),
        )


def remember_answers(work: UnitOfWork, readings: Iterable[SheetReading], actor: Actor) -> None:
    """Keep what the officer said of each sheet, for the sender's next one."""
    for reading in readings:
        decision = reading.decision
        if decision is None or not decision.sender or not (decision.said or decision.angles_said):
            continue
        work.senders.remember(
            decision.sender, decision.said, actor, plane=decision.plane, angles=decision.angles_said
        )


def _taken_apart(
    sheet: SurveySheet, mine: Mapping[tuple[int, int], str], columns: dict[int, list[str | None]]
) -> tuple[MergedRange, ...]:
    """The merged blocks that stay; of the others every row gets the text that stood for all of them.

    A spreadsheet keeps one text for a block, so what is written below its first cell would be lost.
    """
    kept = []
    for block in sheet.merged:
        top, left = block.top - sheet.first_row, block.left - sheet.first_column
        bottom = min(block.bottom - sheet.first_row, sheet.height - 1)
        below = any(
            block.top < row <= block.bottom and column == block.left for row, column in mine
        )
        if not below or top < 0 or not 0 <= left < sheet.width:
            kept.append(block)
            continue
        column = columns.setdefault(left, list(sheet.columns[left]))
        text = mine.get((block.top, block.left), column[top])
        told = None if text is not None and is_error(text) else text
        column[top : bottom + 1] = [told] * (bottom + 1 - top)
    return tuple(kept)


def _of_sheet(given: Mapping[RowKey, _Given], sheet: SurveySheet) -> dict[int, _Given]:
    own = (sheet.file, sheet.name)
    return {key[2]: value for key, value in given.items() if key[:2] == own}
