"""Workbooks in the XML of Excel 2003 (SpreadsheetML), which bear the name .xls or .xml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from lxml import etree

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.formats.markup_grid import MarkupGrid, parsed
from qhd_riskmap.formats.sheet_guard import MAX_COLUMNS, too_large

NAMESPACE: Final = "urn:schemas-microsoft-com:office:spreadsheet"
_SS: Final = f"{{{NAMESPACE}}}"
_MOST_SHEETS: Final = 500


@dataclass(slots=True)
class _Sheet:
    name: str
    grid: MarkupGrid
    hidden: bool = False
    hidden_columns: list[int] = field(default_factory=list)
    unsolved: set[tuple[int, int]] = field(default_factory=set)
    failed: dict[tuple[int, int], str] = field(default_factory=dict)


class _Workbook:
    """Takes tags and text as they come (the target of an lxml parser)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.sheets: list[_Sheet] = []
        self._path: list[str] = []
        self._texts: list[str] = []
        self._visible: list[str] = []
        self._kind = ""
        self._cell: Mapping[str, str] = {}
        self._value = ""
        self._column = self._skipped = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """A tag opens."""
        self._path.append(tag.rpartition("}")[2])
        if tag == f"{_SS}Worksheet":
            if len(self.sheets) >= _MOST_SHEETS:
                raise too_large(self._name)
            self.sheets.append(_Sheet(attributes.get(f"{_SS}Name", ""), MarkupGrid(self._name)))
            self._column = self._skipped = 0
        elif not self.sheets:
            return
        elif tag == f"{_SS}Column":
            self._take_column(attributes)
        elif tag == f"{_SS}Row":
            grid = self.sheets[-1].grid
            number = _number(attributes, "Index", grid.height + 1 + self._skipped)
            hidden = attributes.get(f"{_SS}Hidden") == "1"
            grid.begin_row(number=number, hidden=hidden)
            self._skipped = _number(attributes, "Span", 0)
        elif tag == f"{_SS}Cell":
            # The tag's own attributes do not outlive it.
            self._cell, self._kind, self._value = dict(attributes), "", ""
        elif tag == f"{_SS}Data" and "Comment" not in self._path:
            self._kind = attributes.get(f"{_SS}Type", "String")
            self._texts.clear()

    def end(self, tag: str) -> None:
        """A tag closes."""
        self._path.pop()
        if not self.sheets:
            return
        if tag == f"{_SS}Data" and "Comment" not in self._path:
            self._value = "".join(self._texts)
        elif tag == f"{_SS}Cell":
            self._put()
        elif self._visible and tag.endswith("}Visible"):
            self.sheets[-1].hidden = "".join(self._visible).strip() != "SheetVisible"
            self._visible.clear()

    def data(self, text: str) -> None:
        """A piece of text."""
        if self._path and self._path[-1] == "Visible":
            self._visible.append(text)
        elif "Data" in self._path and "Comment" not in self._path:
            self._texts.append(text)

    def comment(self, text: str) -> None:
        """Nothing in a comment is read."""

    def pi(self, target: str, data: str | None = None) -> None:
        """Nothing in a processing instruction is read."""

    def close(self) -> list[_Sheet]:
        """The workbook is over."""
        return self.sheets

    def _take_column(self, attributes: Mapping[str, str]) -> None:
        first = _number(attributes, "Index", self._column + 1)
        self._column = min(first + _number(attributes, "Span", 0), MAX_COLUMNS)
        if attributes.get(f"{_SS}Hidden") == "1":
            self.sheets[-1].hidden_columns += range(first, self._column + 1)

    def _put(self) -> None:
        sheet, cell = self.sheets[-1], self._cell
        if not sheet.grid.height:
            sheet.grid.begin_row()
        sheet.grid.skip_to(_number(cell, "Index", 1))
        text = self._value.strip()
        if self._kind == "DateTime":
            text = text.replace("T", " ")[:19]
        elif self._kind == "Boolean":
            text = {"1": "true", "0": "false"}.get(text, text)
        place = sheet.grid.cell(
            "" if self._kind == "Error" else text,
            across=_number(cell, "MergeAcross", 0) + 1,
            down=_number(cell, "MergeDown", 0) + 1,
        )
        if self._kind == "Error":
            sheet.failed[place] = text
        elif f"{_SS}Formula" in cell and not self._kind:
            sheet.unsolved.add(place)


def read_spreadsheet_ml(path: Path, text: str) -> list[SurveySheet]:
    """Read all sheets of a workbook.

    Args:
        path: The file.
        text: Its XML, decoded; declarations of entities are refused before.

    Raises:
        UnreadableFileError: Damaged or too large.
    """
    parser = etree.XMLParser(
        target=_Workbook(path.name), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, encoding="utf-8",
    )  # fmt: skip
    sheets: list[_Sheet] = parsed(parser, text, path.name)
    return [
        replace(
            item.grid.sheet(path, item.name, item.hidden_columns, hidden=item.hidden),
            unsolved=frozenset(item.unsolved),
            failed=item.failed,
        )
        for item in sheets
    ]


def _number(attributes: Mapping[str, str], key: str, otherwise: int) -> int:
    text = attributes.get(f"{_SS}{key}", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else otherwise  # noqa: PLR2004
