"""What binary workbooks tell beside their texts: errors, and what is hidden."""

from __future__ import annotations

import zipfile

import pytest

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import read_survey

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
    "</Types>"
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}'
    "</Relationships>"
)
_RELATION = (
    '<Relationship Id="rId{0}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/worksheet" Target="worksheets/sheet{0}.bin"/>'
)


def number(value, size=4):
    return value.to_bytes(size, "little")


def record(kind, body=b""):
    """One record: its number and size in groups of seven bits."""
    head = b""
    for value in (kind, len(body)):
        rest = value
        while rest > 0x7F:
            head += bytes([rest & 0x7F | 0x80])
            rest >>= 7
        head += bytes([rest])
    return head + body


def text(value):
    return number(len(value)) + value.encode("utf-16-le")


def row(at, *, hidden=False):
    return record(0, number(at) + number(0) + number(300, 2) + bytes([0, 0x10 * hidden, 0, 0]))


def cell(kind, column, body):
    return record(kind, number(column) + number(0) + body)


def sheet(*records, columns=b""):
    extent = record(148, number(0) + number(9) + number(0) + number(9))
    return record(129) + extent + columns + record(145) + b"".join(records) + record(146)


def workbook(path, *sheets):
    names = b"".join(
        record(156, number(0) + number(at) + text(f"rId{at}") + text(name))
        for at, (name, _content) in enumerate(sheets, start=1)
    )
    relations = "".join(_RELATION.format(at) for at in range(1, len(sheets) + 1))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS.format(""))
        archive.writestr("xl/workbook.bin", record(143) + names + record(144) + record(132))
        archive.writestr("xl/_rels/workbook.bin.rels", _RELATIONS.format(relations))
        for at, (_name, content) in enumerate(sheets, start=1):
            archive.writestr(f"xl/worksheets/sheet{at}.bin", content)
    return path


def test_errors_of_cells_and_of_formulas_are_told_with_their_text(tmp_path):
    content = sheet(
        row(0),
        cell(6, 0, text("名称")),
        cell(6, 1, text("经度")),
        row(1),
        cell(6, 0, text("甲")),
        cell(3, 1, bytes([0x17])),
        row(3),
        cell(11, 2, bytes([0x2A]) + number(0, 2) + number(0) + number(0)),
    )
    (found,) = read_survey(workbook(tmp_path / "表.xlsb", ("排查表", content)))
    assert found.name == "排查表"
    assert found.rows[:2] == [["名称", "经度", ""], ["甲", "", ""]]
    assert found.failed == {(2, 2): "#REF!", (4, 3): "#N/A"}


def test_each_sheet_has_its_own_hidden_rows_and_columns(tmp_path):
    hidden = record(60, number(1) + number(2) + number(2000) + number(0) + bytes([1, 0]))
    one = sheet(row(0), cell(6, 0, text("名称")), row(1, hidden=True), cell(6, 0, text("甲")))
    two = sheet(row(0), cell(6, 0, text("名称")), cell(3, 1, bytes([0x07])), columns=hidden)
    first, second = read_survey(workbook(tmp_path / "表.xlsb", ("甲表", one), ("乙表", two)))
    assert (first.hidden_rows, first.hidden_columns, first.failed) == ((2,), (), {})
    assert (second.hidden_rows, second.hidden_columns) == ((), (2, 3))
    assert second.failed == {(1, 2): "#DIV/0!"}


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 3])
def test_a_name_of_an_impossible_length_is_no_crash(tmp_path, length):
    path = workbook(tmp_path / "表.xlsb", ("甲", sheet(row(0), cell(6, 0, text("名称")))))
    parts = {}
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    bad = record(156, number(0) + number(1) + number(length)) + record(144) + record(132)
    parts["xl/workbook.bin"] = bad
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableFileError):
        read_survey(path)


def test_cells_with_a_value_count_and_blank_ones_do_not(tmp_path, monkeypatch):
    blank = cell(1, 2, b"")
    content = sheet(row(0), cell(6, 0, text("名称")), blank, row(1), cell(6, 0, text("甲")), blank)
    path = workbook(tmp_path / "表.xlsb", ("甲", content))
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard.MAX_FILLED", 2)
    assert read_survey(path)
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard.MAX_FILLED", 1)
    with pytest.raises(UnreadableFileError, match="一次核对不了"):
        read_survey(path)
