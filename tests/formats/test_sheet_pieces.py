"""A worksheet read in pieces is the worksheet read whole; what cannot be cut safely is not cut."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats import sheet_guard, sheet_pieces, survey_sheet
from qhd_riskmap.formats.survey_sheet import read_survey

_PART = "xl/worksheets/sheet1.xml"


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Cut after every few rows; how many pieces each sheet gave that was put together again."""
    counts: list[int] = []
    join = sheet_pieces._joined

    def counted(pieces: object, *rest: object) -> object:
        joined = join(pieces, *rest)  # type: ignore[arg-type]
        counts.append(len(pieces) if joined is not None else 0)  # type: ignore[arg-type]
        return joined

    monkeypatch.setattr(sheet_pieces, "_joined", counted)
    monkeypatch.setattr(sheet_pieces, "_WORTH_IT", 0)
    monkeypatch.setattr(sheet_pieces, "_PIECE", 400)
    monkeypatch.setattr(sheet_guard, "_PIECE", 2000)
    return counts


def _whole(path: Path) -> list[SurveySheet]:
    patch = pytest.MonkeyPatch()
    with patch.context() as whole:
        whole.setattr(survey_sheet, "is_large", lambda _archive, _part: False)
        return read_survey(path)


def _same(path: Path) -> SurveySheet:
    pieces, whole = read_survey(path), _whole(path)
    assert len(pieces) == len(whole)
    for one, other in zip(pieces, whole, strict=True):
        for field in fields(one):
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    return pieces[0]


def _book(path: Path, rows: list[list[object]], first: str = "A1") -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    start = sheet[first]
    for down, row in enumerate(rows):
        for right, value in enumerate(row):
            if value is not None:
                sheet.cell(start.row + down, start.column + right, value)
    book.save(path)
    return path


def _with_part(path: Path, change: Callable[[str], str]) -> Path:
    """The workbook with the XML of its sheet changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[_PART] = change(parts[_PART].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def _survey(count: int) -> list[list[object]]:
    return [
        ["隐患名称", "经度", "发现日期", "备注"],
        *(
            [
                f"示例{n}号滑坡",
                119.5 + n / 1e4,
                date(2014, 3, 1 + n % 28),
                "裂缝 <row" if n % 7 else None,
            ]
            for n in range(count)
        ),
    ]


def test_pieces_give_what_the_whole_gives(tmp_path: Path, cut: list[int]) -> None:
    sheet = _same(_book(tmp_path / "a.xlsx", _survey(200)))
    assert cut
    assert cut[0] > 10
    assert sheet.height == 201
    assert sheet.columns[2][5] == "2014-03-05 00:00:00"


def test_sheets_begin_anywhere_and_have_blank_rows(tmp_path: Path, cut: list[int]) -> None:
    rows = _survey(40) + [[None]] * 60 + _survey(30) + [[None, None, None, None, None, "右"]]
    sheet = _same(_book(tmp_path / "a.xlsx", rows, first="C7"))
    assert cut
    assert cut[0] > 5
    assert (sheet.first_column, sheet.columns[0][6]) == (3, "隐患名称")


def test_columns_may_begin_further_left_below(tmp_path: Path, cut: list[int]) -> None:
    rows = [[None, "甲", n] for n in range(100)] + [[n, None, None, "乙"] for n in range(100)]
    sheet = _same(_book(tmp_path / "a.xlsx", rows))
    assert cut
    assert cut[0] > 5
    assert sheet.width == 4


def test_formulas_without_results_are_still_told(tmp_path: Path, cut: list[int]) -> None:
    rows = _survey(150)
    rows[120][3] = "=A1&B1"
    sheet = _same(_book(tmp_path / "a.xlsx", rows))
    assert cut
    assert sheet.unsolved == frozenset({(121, 4)})


def test_a_workbook_of_several_sheets_keeps_their_order(tmp_path: Path, cut: list[int]) -> None:
    path = tmp_path / "a.xlsx"
    book = Workbook()
    for title in ("一", "二", "空"):
        sheet = book.create_sheet(title)
        for row in _survey(60) if title != "空" else []:
            sheet.append(row)
    book.save(path)
    assert [sheet.name for sheet in read_survey(path)] == ["一", "二"]
    _same(path)
    assert min(cut) > 3


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: re.sub(r'<row r="90".*?</row>', "", xml).replace(
            '<row r="20"', re.search(r'<row r="90".*?</row>', xml)[0] + '<row r="20"', 1
        ),
        lambda xml: re.sub(r' r="[A-Z]+\d+"', "", xml),
        lambda xml: xml.replace("<sheetData>", "<sheetData >"),
        lambda xml: xml.replace('<row r="50"', "<!-- " + "<row/>" * 500 + ' --><row r="50"'),
        lambda xml: xml.replace(
            "</sheetData>", "</sheetData>" + '<row><c r="A300"><v>1</v></c></row>' * 90
        ),
    ],
    ids=["order", "no places", "other tag", "comment", "rows after the end"],
)
def test_odd_sheets_are_read_as_ever(
    tmp_path: Path, cut: list[int], change: Callable[[str], str]
) -> None:
    path = _with_part(_book(tmp_path / "a.xlsx", _survey(120)), change)
    _same(path)
    assert not any(cut)


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace('<row r="110"', '<!DOCTYPE x [<!ENTITY a "b">]><row r="110"'),
        lambda xml: xml.replace('"D110"', '"ZZZ110"'),
        lambda xml: xml.replace('"D110"', '"D9999999"'),
    ],
    ids=["entity", "columns", "rows"],
)
def test_what_is_hostile_far_down_is_refused(
    tmp_path: Path, cut: list[int], change: Callable[[str], str]
) -> None:
    path = _with_part(_book(tmp_path / "a.xlsx", _survey(120)), change)
    with pytest.raises(UnreadableFileError):
        read_survey(path)
    assert not cut


class _PanicError(BaseException):
    """What a reader written in Rust raises when it fails an assertion."""


def test_where_the_reader_fails_on_a_piece_the_whole_is_read(
    tmp_path: Path, cut: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise _PanicError

    monkeypatch.setattr(sheet_pieces, "_read", fails)
    _same(_book(tmp_path / "a.xlsx", _survey(120)))
    assert not cut


def test_small_sheets_are_not_cut(tmp_path: Path) -> None:
    path = _book(tmp_path / "a.xlsx", _survey(20))
    archive = sheet_guard.GuardedArchive(path.read_bytes(), path.name)
    assert not sheet_pieces.is_large(archive, _PART)
