"""Reads any office's sheet as texts with the sender's own cell addresses; nothing is inferred.

Readers that guess a column's type from its first rows turn later cells of another kind into nulls
without a word, so every cell is taken as text and cast by us, where a failure becomes an issue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from qhd_riskmap.collector import look_over
from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.error_cells import error_cells, without_errors
from qhd_riskmap.formats.markup_survey import MARKUP_SUFFIXES, read_markup
from qhd_riskmap.formats.odf_extent import PLAIN_LAYOUT, OdsLayout, check_ods
from qhd_riskmap.formats.rounded_numbers import (
    LONGEST_EXACT,
    SIGNIFICANT_DIGITS,
    rounded_numbers,
)
from qhd_riskmap.formats.sheet_guard import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    Extent,
    ExtentError,
    GuardedArchive,
    damaged,
    locked,
    sheet_extent,
    too_large,
)
from qhd_riskmap.formats.sheet_pieces import is_large, read_pieces
from qhd_riskmap.formats.stray_cells import is_sparse, without_strays
from qhd_riskmap.formats.struck_cells import struck_cells, struck_styles
from qhd_riskmap.formats.survey_text import read_text_sheet
from qhd_riskmap.formats.unsolved_formulas import unsolved_formulas
from qhd_riskmap.formats.value_text import value_text
from qhd_riskmap.formats.vector_survey import (
    VECTOR_SUFFIXES,
    is_vector,
    read_vector,
    read_vector_archive,
)
from qhd_riskmap.formats.workbook_parts import SheetPart, sheet_parts
from qhd_riskmap.formats.xls_extent import XlsLayout, check_xls
from qhd_riskmap.formats.xlsb_extent import check_xlsb
from qhd_riskmap.i18n import _

__all__ = ["MergedRange", "SurveySheet", "read_survey"]

SHEET_SUFFIXES: Final = (".xlsx", ".xlsm", ".xls", ".et", ".ods", ".xlsb", ".csv", ".txt", ".tsv")
SURVEY_SUFFIXES: Final = (*SHEET_SUFFIXES, *MARKUP_SUFFIXES, *VECTOR_SUFFIXES)
_TEXT_SUFFIXES: Final = frozenset({".csv", ".txt", ".tsv"})
Place = tuple[int, int]
NO_CELLS: Final[frozenset[Place]] = frozenset()
_SAMPLE: Final = 4000
_REPEATED: Final = 3  # a text that stands so often on average is worth sharing
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES: Final = (b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf")


def read_survey(path: Path) -> list[SurveySheet]:
    """Read all sheets of a file that hold anything, hidden ones included.

    What the file is, is seen from its content; the name's ending only tells text files apart.

    Raises:
        UnreadableFileError: Missing, locked, a folder, password-protected, damaged, hostile, too
            large, or no sheet at all.
    """
    content = file_content(path)
    if not content:
        raise _empty(path)
    kind = is_vector(path, content)
    if kind:
        sheets = read_vector(path, content, kind)
    elif content.startswith(_ZIP):
        sheets = _read_archive(path, content)
    elif content.startswith(_OLE):
        sheets = _read_ole(path, content)
    elif path.suffix.lower() in _TEXT_SUFFIXES:
        sheets = [read_text_sheet(path, content)]
    else:
        sheets = _read_other(path, content)
    filled = [sheet for sheet in sheets if sheet.height]
    if not kind:
        filled = [_without_errors(sheet) for sheet in filled]
    if not filled:
        raise _empty(path)
    return filled


def _empty(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        _("“{name}”里没有任何内容。").format(name=path.name), hint=_("请确认选对了文件。")
    )


def _read_other(path: Path, content: bytes) -> list[SurveySheet]:
    sheets = None if content.lower().startswith(_PICTURES) else read_markup(path, content)
    if sheets is None:
        raise damaged(path.name, f"unknown content {content[:8]!r}")
    return sheets


def _without_errors(sheet: SurveySheet) -> SurveySheet:
    """The sheet with error texts told instead of read; large sheets are looked at before they are here."""
    first = (sheet.first_row, sheet.first_column)
    columns, failed = without_errors(sheet.columns, first, sheet.failed)
    return sheet if failed == sheet.failed else replace(sheet, columns=columns, failed=failed)


def file_content(path: Path) -> bytes:
    """All bytes of a file from outside, within the size limit.

    Raises:
        UnreadableFileError: Missing, a folder, locked by another program, or too large.
    """
    try:
        if path.is_dir():
            raise UnreadableFileError(
                _("“{name}”是文件夹，不是表格文件。").format(name=path.name),
                hint=_("请选择文件夹中的表格。"),
            )
        if path.stat().st_size > MAX_FILE_BYTES:
            raise too_large(path.name)
        return path.read_bytes()
    except FileNotFoundError as error:
        raise UnreadableFileError(
            _("找不到文件“{path}”。").format(path=path), hint=_("请核对路径。")
        ) from error
    except (OSError, ValueError) as error:
        raise UnreadableFileError(
            _("无法打开“{name}”，它可能正被其他程序占用。").format(name=path.name),
            hint=_("请关闭打开该文件的程序后再试。"),
            detail=str(error),
        ) from error


def _read_archive(path: Path, content: bytes) -> list[SurveySheet]:
    archive = GuardedArchive(content, path.name)
    if "xl/workbook.xml" in archive:
        return _read_xlsx(path, content, archive)
    archive.check_all()
    if "xl/workbook.bin" in archive:
        hidden = check_xlsb(archive, path.name)
        sheets = _read_by_calamine(path, content)
        return [_laid_out_binary(sheet, hidden.get(sheet.name)) for sheet in sheets]
    if "content.xml" in archive:
        if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
            raise locked(path.name)
        layouts = check_ods(archive, path.name)
        sheets = _read_by_calamine(path, content)
        return [_laid_out(sheet, layouts.get(sheet.name, PLAIN_LAYOUT)) for sheet in sheets]
    layers = read_vector_archive(path, archive)
    if layers is None:
        raise damaged(path.name, "archive without a workbook")
    return layers


def _laid_out_binary(sheet: SurveySheet, layout: XlsLayout | None) -> SurveySheet:
    if layout is None:
        return sheet
    told = replace(sheet, hidden_rows=tuple(layout.rows), hidden_columns=tuple(layout.columns))
    return _with_unread(told, NO_CELLS, layout.failed)


def _laid_out(sheet: SurveySheet, layout: OdsLayout) -> SurveySheet:
    told = replace(
        sheet, hidden_rows=layout.rows, hidden_columns=layout.columns, merged=layout.merged
    )
    return _with_unread(told, layout.unsolved, layout.failed)


def _read_ole(path: Path, content: bytes) -> list[SurveySheet]:
    # Names in an OLE directory are UTF-16; an encrypted xlsx is an OLE file around a package.
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise locked(path.name)
    layouts = check_xls(content, path.name)
    sheets = _read_by_calamine(path, content)
    if len(sheets) != len(layouts):
        return sheets  # the reader counts sheets otherwise in a damaged workbook
    return [_laid_out_binary(sheet, layout) for sheet, layout in zip(sheets, layouts, strict=True)]


def _read_xlsx(path: Path, content: bytes, archive: GuardedArchive) -> list[SurveySheet]:
    parts = sheet_parts(archive, path.name)
    if not parts:
        raise damaged(path.name, "no worksheet")
    archive.check_all(besides=[item.part for item in parts])
    # What is small is measured first: a hostile sheet is found before a large one is read.
    measured: dict[str, _Measured] = {}
    for item in sorted(parts, key=lambda each: archive.size(each.part)):
        measured[item.part] = _measured(path, content, archive, item)
    sheets = _guarded(path, lambda: _load_xlsx(path, parts, measured))
    part_of = {item.name: item.part for item in parts}
    styles = struck_styles(archive)
    for index, sheet in enumerate(sheets):
        part = part_of[sheet.name]
        found = measured[part]
        unsolved = unsolved_formulas(found.archive, part) if found.extent.formulas else NO_CELLS
        failed = error_cells(found.archive, part) if found.extent.errors else {}
        struck = struck_cells(found.archive, part, styles) if styles else NO_CELLS
        told = replace(sheet, struck=struck, stray=found.stray)
        sheets[index] = _with_unread(told, unsolved, failed)
    return sheets


@dataclass(slots=True)
class _Measured:
    """What is known of a worksheet part before it is read.

    Attributes:
        content: The workbook to read it from, and the same as an archive.
        frame: Its cells, where they have been read meanwhile.
        stray: Cells that have been left out.
    """

    content: bytes
    archive: GuardedArchive
    extent: Extent
    frame: Any | None = None
    stray: tuple[Place, ...] = ()


def _measured(path: Path, content: bytes, archive: GuardedArchive, item: SheetPart) -> _Measured:
    """Measure a part; where a few cells lie far off, without them."""
    found, refusal = None, None
    try:
        found = _measured_whole(path, content, archive, item)
    except ExtentError as error:
        refusal = error
    if found is not None and not is_sparse(found.extent):
        return found
    slim = without_strays(archive, item.part, path.name)
    if slim is not None:
        found = _measured_whole(path, slim.content, slim.archive, item)
        found.stray = slim.stray
    if found is None:
        raise refusal or too_large(path.name)
    return found


def _measured_whole(
    path: Path, content: bytes, archive: GuardedArchive, item: SheetPart
) -> _Measured:
    if not is_large(archive, item.part):
        return _Measured(content, archive, sheet_extent(archive, item.part, path.name))
    extent, frame = read_pieces(archive, item.part, item.name, path.name)
    return _Measured(content, archive, extent, frame)


def _with_unread(
    sheet: SurveySheet, unsolved: frozenset[Place], failed: Mapping[Place, str]
) -> SurveySheet:
    """Tell the sheet of formulas without a result and of errors; rows of nothing else count too."""
    if not unsolved and not failed:
        return sheet
    cells = [*unsolved, *failed]
    down = max(row for row, _column in cells) - sheet.first_row + 1 - sheet.height
    across = max(column for _row, column in cells) - sheet.first_column + 1 - sheet.width
    columns = sheet.columns
    if down > 0:
        columns = tuple([*column, *[None] * down] for column in columns)
    if 0 < across <= MAX_COLUMNS:
        columns = (*columns, *([None] * (sheet.height + max(down, 0)) for _column in range(across)))
    return replace(sheet, columns=columns, unsolved=unsolved, failed={**sheet.failed, **failed})


def _load_xlsx(
    path: Path, parts: Sequence[SheetPart], measured: Mapping[str, _Measured]
) -> list[SurveySheet]:
    from fastexcel import read_excel  # noqa: PLC0415 - 40 ms that only an import pays

    readers: dict[int, Any] = {}
    sheets = []
    for part in parts:
        found = measured[part.part]
        content, extent = found.content, found.extent
        if id(content) not in readers:
            readers[id(content)] = read_excel(content)
        reader = readers[id(content)]
        if part.name not in reader.sheet_names:
            continue
        frame, found.frame = found.frame, None
        if frame is None:
            loaded = reader.load_sheet(part.name, header_row=None, skip_rows=0, dtypes="string")
            if not loaded.width:
                continue
            frame = loaded.to_polars()
            del loaded  # holds every cell once more
        rounded = _rounded(found.archive, part.part, frame)
        waiting = frame.get_columns()[::-1]
        del frame
        columns = _columns(waiting)
        first = extent.left
        if not extent.explicit or extent.right - extent.left + 1 != len(columns):
            # The reader does not say where its columns begin; the slower one does.
            first = _first_column(content, part.name)
        sheets.append(
            SurveySheet(
                file=path,
                name=part.name,
                hidden=part.hidden,
                columns=columns,
                first_column=first,
                merged=tuple(extent.merged),
                rounded=rounded,
                hidden_rows=tuple(extent.hidden_rows),
                hidden_columns=tuple(extent.hidden_columns),
            )
        )
    return sheets


def _columns(waiting: list[Any]) -> tuple[tuple[str | None, ...], ...]:
    """The texts of columns, the first of which is last; each is let go once it is read."""
    columns = []
    while waiting:
        columns.append(_texts(waiting.pop()))
        look_over()
    return tuple(columns)


def _texts(series: Any) -> tuple[str | None, ...]:
    """The texts of a column; one that repeats itself holds each only once.

    A tuple, because the garbage collector looks a tuple of texts over once and a list ever again.
    """
    import polars as pl  # noqa: PLC0415 - fastexcel has loaded it

    if series.head(_SAMPLE).n_unique() * _REPEATED < min(len(series), _SAMPLE):
        distinct = series.unique(maintain_order=True)
        if len(distinct) * _REPEATED < len(series):
            places = pl.int_range(len(distinct), dtype=pl.UInt32, eager=True)
            codes = series.replace_strict(distinct, places, return_dtype=pl.UInt32)
            return tuple(np.array(distinct.to_list(), dtype=object)[codes.to_numpy()].tolist())
    return tuple(series.to_list())


def _rounded(archive: GuardedArchive, part: str, frame: Any) -> frozenset[tuple[int, int]]:
    """Looked for only where a text is long enough to be such a number."""
    import polars as pl  # noqa: PLC0415 - fastexcel has loaded it

    digits = pl.all().str.contains(rf"^-?\d{{{SIGNIFICANT_DIGITS + 1},}}$").any()
    if not any(frame.select(digits).row(0)):
        return frozenset()
    return rounded_numbers(archive, part)


def _first_column(content: bytes, name: str) -> int:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        start = workbook.get_sheet_by_name(name).start
    return (start[1] if start else 0) + 1


def _read_by_calamine(path: Path, content: bytes) -> list[SurveySheet]:
    return _guarded(path, lambda: _load_by_calamine(path, content))


def _load_by_calamine(path: Path, content: bytes) -> list[SurveySheet]:
    from python_calamine import (  # noqa: PLC0415
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    sheets = []
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        for meta in workbook.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.width > MAX_COLUMNS or sheet.width * sheet.height > MAX_CELLS:
                raise too_large(path.name)
            rows = sheet.to_python(skip_empty_area=True)
            start = sheet.start or (0, 0)
            rounded = frozenset(
                (start[0] + r + 1, start[1] + c + 1)
                for r, cells in enumerate(rows)
                for c, cell in enumerate(cells)
                if isinstance(cell, float) and abs(cell) >= LONGEST_EXACT
            )
            sheets.append(
                SurveySheet(
                    file=path,
                    name=meta.name,
                    hidden=meta.visible != SheetVisibleEnum.Visible,
                    columns=tuple(
                        [value_text(cell) for cell in c] for c in zip(*rows, strict=True)
                    ),
                    first_row=start[0] + 1,
                    first_column=start[1] + 1,
                    merged=_merged(sheet),
                    rounded=rounded,
                )
            )
    return sheets


def _merged(sheet: Any) -> tuple[MergedRange, ...]:
    return tuple(
        MergedRange(top + 1, left + 1, bottom + 1, right + 1)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )


def _guarded(path: Path, load: Callable[[], list[SurveySheet]]) -> list[SurveySheet]:
    """Run a reader written in Rust; whatever it raises or panics with means the file is bad."""
    try:
        return load()
    except UnreadableFileError:
        raise
    except Exception as error:
        if "password" in str(error).lower():
            raise locked(path.name) from error
        raise damaged(path.name, str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise damaged(path.name, str(error)) from error
