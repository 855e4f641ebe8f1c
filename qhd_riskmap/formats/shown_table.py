"""Writes a table as it stands on the screen: the columns chosen, in their order, every cell a text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.cell_text import csv_text, is_formula_like, storable
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.i18n import _

MAX_ROWS: Final = 1_048_575  # of a worksheet, below its titles
_WIDEST: Final = 60
_PADDING: Final = 2
_TITLE_FACTOR: Final = 2.2  # Chinese characters are twice as wide as digits
Rows = Iterable[Sequence[str]]


def write_shown(path: Path, titles: Sequence[str], rows: Rows, widths: Sequence[int]) -> None:
    """Write a table; the ending of ``path`` chooses the format.

    Args:
        path: Ends with xlsx or csv (UTF-8 with the mark Excel needs).
        titles: Titles of the columns.
        rows: Texts of each row, read one after the other.
        widths: Width of each column on the screen, in characters.

    Raises:
        InvalidInputError: Unknown ending.
        OutputFileError: The file cannot be written.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InvalidInputError(
            _("不能导出为“{suffix}”格式。").format(suffix=path.suffix or path.name),
            hint=_("可用：{suffixes}。").format(suffixes="、".join(_WRITERS)),
        )
    with replacing(path) as unfinished:
        writer(unfinished, titles, rows, widths)


def _write_csv(path: Path, titles: Sequence[str], rows: Rows, widths: Sequence[int]) -> None:
    del widths
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([csv_text(title) for title in titles])
        writer.writerows([csv_text(text) for text in row] for row in rows)


def _write_workbook(path: Path, titles: Sequence[str], rows: Rows, widths: Sequence[int]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415 - 0.1 s that a start need not pay
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(_("隐患"))
    sheet.freeze_panes = "A2"
    for number, width in enumerate(widths, start=1):
        wide = min(max(width, len(titles[number - 1]) * _TITLE_FACTOR), _WIDEST)
        sheet.column_dimensions[get_column_letter(number)].width = wide + _PADDING
    heads = [WriteOnlyCell(sheet, storable(title)) for title in titles]
    for head in heads:
        head.font = Font(bold=True)
        head.data_type = "s"
    sheet.append(heads)
    for row in rows:
        sheet.append([_cell(WriteOnlyCell, sheet, text) for text in row])
    book.save(path)


def _cell(kind: Any, sheet: Any, text: str) -> Any:
    """A plain string where it is harmless, which is several times as fast as a cell."""
    if not is_formula_like(text) and text[:1] not in {"=", "#"}:
        return storable(text)
    cell = kind(sheet, storable(text))
    cell.data_type = "s"
    cell.quotePrefix = True
    return cell


_WRITERS: Final[dict[str, Callable[[Path, Sequence[str], Rows, Sequence[int]], None]]] = {
    ".xlsx": _write_workbook,
    ".csv": _write_csv,
}
ENDINGS: Final = tuple(_WRITERS)
