"""Figures in other offices' workbooks: mappings kept and exchanged, forms filled."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.cell_mapping import (
    HEADERS,
    TEXTS,
    CellMapping,
    MappedCell,
    checked_name,
    read_cells,
)
from qhd_riskmap.domain.figures import (
    FIGURES,
    FigureScope,
    Measure,
    Measured,
    month_before,
    shown_value,
    value_of,
)
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.filled_form import fill_form, form_sheets
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.survey_sheet import file_content, read_survey
from qhd_riskmap.i18n import _
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.services.figures import utc_offset
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

_DIGITS: Final = 6  # of a share; a tenth of a per mille of a percent
_DAY_DIGITS: Final = 2
_NEEDED: Final = frozenset({"sheet", "cell", "figure"})
_HEADER_WITHIN: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledCell:
    """One cell that was filled.

    Attributes:
        text: The value as people read it.
    """

    cell: MappedCell
    text: str


class SummaryForms:
    """Use cases of forms, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    # Mappings

    def mappings(self) -> list[CellMapping]:
        """All mappings by name."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.cell_mappings.all()

    def mapping(self, name: str) -> CellMapping:
        """The mapping of a name.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.cell_mappings.require(name)

    def save(self, name: str, cells: Sequence[MappedCell]) -> str:
        """Keep cells under a name, in place of those it had; the name as it is kept.

        Raises:
            InvalidInputError: The name is blank, a cell is named twice or there is none.
        """
        self._actor.require(Permission.EDIT)
        tidy = checked_name(name)
        checked = read_cells([cell.to_json() for cell in cells])
        with self._register.unit_of_work() as work:
            work.cell_mappings.save(tidy, checked, self._actor)
            work.commit()
        return tidy

    def remove(self, name: str) -> None:
        """Delete a mapping.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            work.cell_mappings.remove(name, self._actor)
            work.commit()

    def read_file(self, path: Path) -> tuple[MappedCell, ...]:
        """The cells that a JSON file or a table describes; nothing is stored.

        Raises:
            UnreadableFileError: It cannot be read, or holds no cells.
            InvalidInputError: Some of the cells cannot be used; all are told.
        """
        if path.suffix.lower() == ".json":
            return read_cells(_objects(path))
        return read_cells(_rows(path))

    def write_file(self, name: str, path: Path) -> None:
        """Write a mapping as JSON, to be read by another office.

        Raises:
            NotFoundError: There is none.
            OutputFileError: It cannot be written.
        """
        found = self.mapping(name)
        refuse_register(self._register, path)
        document = {"name": found.name, "cells": [cell.to_json() for cell in found.cells]}
        text = json.dumps(document, ensure_ascii=False, indent=1)
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8")

    def sheets(self, workbook: Path) -> tuple[str, ...]:
        """Names of the worksheets of a form.

        Raises:
            UnreadableFileError: It is no workbook that can be filled.
        """
        return form_sheets(workbook)

    # Filling

    def fill(
        self, workbook: Path, out: Path, cells: Sequence[MappedCell], scope: FigureScope
    ) -> list[FilledCell]:
        """Write a copy of a form with the figures of a scope in its cells.

        Raises:
            UnreadableFileError: The form cannot be read.
            InvalidInputError: A sheet is not there, or a cell holds a formula.
            OutputFileError: It cannot be written there.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, out)
        filled, values = [], {}
        with self._register.unit_of_work() as work:
            for cell in cells:
                value, text = _value(work, cell, scope)
                values[cell.sheet, cell.cell] = value
                filled.append(FilledCell(cell=cell, text=text))
        fill_form(workbook, out, values)
        with self._register.unit_of_work() as work:
            record_export(
                work, self._actor, [out], name=out.name, kind="summary", count=len(filled)
            )
        return filled


def _value(
    work: UnitOfWork, cell: MappedCell, scope: FigureScope
) -> tuple[float | str | None, str]:
    """What goes into a cell, and how people read it."""
    own = _narrowed(cell, scope)
    if cell.figure in TEXTS:
        text = work.office.load().unit if cell.figure == "office" else own.on.isoformat()
        return text, text
    known = FIGURES[cell.figure]
    found = work.figures.measured(known, own, (), [own.on], utc_offset())
    value = value_of(known, found.get((), Measured()))
    text = shown_value(known, value)
    if value is None or known.measure is Measure.COUNT:
        return value, text
    if known.measure is Measure.MEAN:
        return round(value, _DAY_DIGITS), text
    return round(value * 100, _DIGITS - 2) if cell.percent else round(value, _DIGITS), text


def _narrowed(cell: MappedCell, scope: FigureScope) -> FigureScope:
    """The scope of one cell: what it names itself counts, whatever was asked for all."""
    day = scope.on
    for _month in range(cell.back):
        day = month_before(day)
    return replace(
        scope,
        on=day,
        counties=frozenset({cell.county}) if cell.county else scope.counties,
        types=frozenset({cell.type_key}) if cell.type_key else scope.types,
        levels=frozenset({cell.level}) if cell.level else scope.levels,
    )


def _objects(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        found = json.loads(file_content(path))
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError(
            _("“{name}”不是 JSON 文件。").format(name=path.name), detail=str(error)
        ) from error
    cells = found.get("cells") if isinstance(found, dict) else found
    if not isinstance(cells, list):
        raise UnreadableFileError(
            _("“{name}”里没有单元格与指标的对应关系。").format(name=path.name),
            hint=_("JSON 文件应有 cells 列表，每项写明 sheet、cell、figure。"),
        )
    return cells


def _rows(path: Path) -> Sequence[Mapping[str, Any]]:
    for sheet in read_survey(path):
        for header in range(min(sheet.height, _HEADER_WITHIN)):
            places = _places(sheet.row(header))
            if places.keys() >= _NEEDED:
                return _entries(sheet, header, places)
    raise UnreadableFileError(
        _("“{name}”里没有单元格与指标的对应关系。").format(name=path.name),
        hint=_("表头应有工作表、单元格、指标，可有县区、类型、等级、几个月前、写百分数。"),
    )


def _places(texts: Sequence[str]) -> dict[str, int]:
    known = {**{key: key for key in HEADERS}, **{label: key for key, label in HEADERS.items()}}
    return {known[text.strip()]: at for at, text in enumerate(texts) if text.strip() in known}


def _entries(sheet: SurveySheet, header: int, places: Mapping[str, int]) -> list[dict[str, str]]:
    found = []
    for index in range(header + 1, sheet.height):
        texts = sheet.row(index)
        if any(text.strip() for text in texts):
            found.append({key: texts[at] for key, at in places.items()})
    return found
