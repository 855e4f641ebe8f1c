"""Old workbooks are measured before the reader may reserve memory for what their records claim."""

import contextlib
import struct
from pathlib import Path

import pytest

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.ole_file import OleFile
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.formats.xls_extent import check_xls

PLAIN = Path(__file__).resolve().parents[1] / "data" / "sheets" / "xls" / "plain.xls"
HIDDEN = PLAIN.with_name("hidden.xls")


def record(content: bytes, kind: int, nth: int = 0) -> int:
    """Where the body of a record of a kind begins, in a file whose stream lies in one piece."""
    at = content.index(struct.pack("<HHH", 0x0809, 16, 0x0600))
    while True:
        found, size = struct.unpack_from("<HH", content, at)
        if found == kind:
            if not nth:
                return at + 4
            nth -= 1
        at += 4 + size


def patched(path, kind, fmt, *values, offset=0, nth=0):
    content = bytearray(path.read_bytes())
    struct.pack_into(fmt, content, record(bytes(content), kind, nth) + offset, *values)
    return bytes(content)


def test_a_plain_workbook_passes_and_hides_nothing():
    (layout,) = check_xls(PLAIN.read_bytes(), "a.xls")
    assert (layout.rows, layout.columns) == ([], [])


def test_hidden_rows_and_columns_are_told():
    (sheet,) = read_survey(HIDDEN)
    assert (sheet.hidden_rows, sheet.hidden_columns) == ((3,), (9,))


@pytest.mark.parametrize(
    ("kind", "fmt", "values", "match"),
    [
        (0x0200, "<IIHH", (0, 0x7FFFFFFF, 0, 9), "过大"),
        (0x0200, "<IIHH", (0, 9, 0, 0xFFFF), "过大"),
        (0x0200, "<IIHH", (7, 3, 0, 9), "过大"),
        (0x0200, "<IIHH", (0, 3, 9, 2), "过大"),
        (0x0203, "<HH", (0xFFFF, 0xFFFF), "过大"),
        (0x00FD, "<HH", (3, 0xFFF0), "过大"),
        (0x00FC, "<II", (1, 0x7FFFFFFF), "损坏"),
    ],
)
def test_records_that_claim_too_much_are_refused(tmp_path, kind, fmt, values, match):
    (tmp_path / "a.xls").write_bytes(patched(PLAIN, kind, fmt, *values))
    with pytest.raises(UnreadableFileError, match=match):
        read_survey(tmp_path / "a.xls")


def test_a_password_is_named_before_anything_is_decoded():
    content = PLAIN.read_bytes()
    at = record(content, 0x0809) + 16
    spoilt = content[:at] + struct.pack("<HH", 0x002F, 0) + content[at + 4 :]
    with pytest.raises(UnreadableFileError, match="密码"):
        check_xls(spoilt, "a.xls")


@pytest.mark.parametrize(
    ("offset", "fmt", "value"),
    [(30, "<H", 40), (48, "<I", 0x1234567), (44, "<I", 0), (76, "<I", 0x7FFFFFF0), (68, "<I", 5)],
)
def test_compound_files_whose_tables_lead_nowhere_are_refused_or_read(offset, fmt, value):
    content = bytearray(PLAIN.read_bytes())
    struct.pack_into(fmt, content, offset, value)
    with contextlib.suppress(UnreadableFileError):
        assert OleFile(bytes(content), "a.xls").stream("Workbook") is not None


def test_a_chain_that_bites_its_tail_ends():
    content = bytearray(PLAIN.read_bytes())
    (table,) = struct.unpack_from("<I", content, 76)
    (directory,) = struct.unpack_from("<I", content, 48)
    struct.pack_into("<I", content, (table + 1) * 512 + directory * 4, directory)
    with pytest.raises(UnreadableFileError, match="损坏"):
        OleFile(bytes(content), "a.xls")


def test_a_compound_file_of_another_program_is_no_workbook():
    content = PLAIN.read_bytes().replace(
        "Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")
    )
    with pytest.raises(UnreadableFileError, match="损坏"):
        check_xls(content, "a.doc")


def test_charts_and_macro_sheets_are_no_tables():
    content = patched(PLAIN, 0x0085, "<B", 2, offset=5)
    assert check_xls(content, "a.xls") == []


@pytest.mark.parametrize("path", [PLAIN, HIDDEN])
def test_cells_with_a_value_count(path, monkeypatch):
    (sheet, *_more) = read_survey(path)
    held = sum(bool(text) for column in sheet.columns for text in column)
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard.MAX_FILLED", held)
    assert read_survey(path)
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard.MAX_FILLED", held - 1)
    with pytest.raises(UnreadableFileError, match="一次核对不了"):
        read_survey(path)
