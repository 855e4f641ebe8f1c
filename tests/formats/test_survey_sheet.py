"""Any office's file as texts with its own addresses, and refusals instead of crashes."""

import datetime as dt
import random
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from qhd_riskmap.domain.survey_sheet import MergedRange, column_letters, column_number
from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats import sheet_guard
from qhd_riskmap.formats.survey_sheet import read_survey

MAIN_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def odd_workbook(path: Path) -> Path:
    """Starts at C3, has blank rows, a hidden row, styled empty cells and every kind of value."""
    book = Workbook()
    sheet = book.active
    sheet.title = "排查表"
    sheet["C3"] = "标题"
    sheet.merge_cells("C3:F3")
    for column, head in zip("CDEF", ("名称", "经度", "日期", "编号"), strict=True):
        sheet[f"{column}5"] = head
    sheet["C7"], sheet["D7"] = "甲", 119.6
    sheet["E7"], sheet["F7"] = dt.datetime(2014, 3, 5), 130321000000012345  # noqa: DTZ001
    sheet["C8"], sheet["D8"], sheet["E8"], sheet["F8"] = "乙", "119°35′", 41703, "001"
    sheet["A9"].font = Font(bold=True)
    sheet["H12"].font = Font(bold=True)
    sheet.row_dimensions[8].hidden = True
    book.create_sheet("空")
    hidden = book.create_sheet("暗")
    hidden.sheet_state = "hidden"
    hidden["B2"] = "x"
    book.save(path)
    return path


def cells(path: Path) -> dict[str, dict[str, str]]:
    """Every filled cell by sheet and address."""
    return {
        sheet.name: {
            sheet.address(row, column): text
            for row, texts in enumerate(sheet.rows)
            for column, text in enumerate(texts)
            if text
        }
        for sheet in read_survey(path)
    }


def test_addresses_are_the_senders_own_in_spite_of_blank_rows_and_columns(tmp_path):
    found = cells(odd_workbook(tmp_path / "a.xlsx"))
    assert found["排查表"]["C3"] == "标题"
    assert found["排查表"]["D7"] == "119.6"
    assert found["排查表"]["D8"] == "119°35′"
    assert found["排查表"]["F8"] == "001"
    assert found["暗"] == {"B2": "x"}
    assert "空" not in found


def test_dates_and_long_numbers_come_as_texts(tmp_path):
    found = cells(odd_workbook(tmp_path / "a.xlsx"))["排查表"]
    assert found["E7"].startswith("2014-03-05")
    assert found["E8"] == "41703"
    assert found["F7"].isdigit()
    assert len(found["F7"]) == 18


def test_merged_blocks_and_hidden_sheets_are_told(tmp_path):
    sheets = {sheet.name: sheet for sheet in read_survey(odd_workbook(tmp_path / "a.xlsx"))}
    assert sheets["排查表"].merged == (MergedRange(3, 3, 3, 6),)
    assert sheets["暗"].hidden
    assert not sheets["排查表"].hidden


@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_other_offices_formats_give_the_same_cells(tmp_path, suffix):
    source = odd_workbook(tmp_path / "a.xlsx")
    command = ["soffice", "--headless", "--convert-to", suffix, "--outdir", tmp_path, source]
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run([*command, profile], check=True, capture_output=True, timeout=120)
    ours, theirs = cells(source), cells(tmp_path / f"a.{suffix}")
    for address in ("C3", "C5", "D7", "D8", "E8", "F8", "C8"):
        assert theirs["排查表"][address] == ours["排查表"][address], address
    assert theirs["排查表"]["E7"].startswith("2014-03-05")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_files_in_every_office_encoding(tmp_path, encoding, delimiter):
    path = tmp_path / "清单.csv"
    lines = [
        delimiter.join(row) for row in (["名称", "经度"], ["甲沟", '"119°35′24″"'], ["乙，沟", "1"])
    ]
    path.write_text("\r\n".join(lines), encoding=encoding)
    (sheet,) = read_survey(path)
    assert sheet.rows == [["名称", "经度"], ["甲沟", "119°35′24″"], ["乙，沟", "1"]]
    assert sheet.address(1, 1) == "B2"


def test_an_xlsx_with_the_wrong_ending_is_read_by_content(tmp_path):
    path = odd_workbook(tmp_path / "a.xlsx").rename(tmp_path / "a.xls")
    assert read_survey(path)[0].name == "排查表"


def with_sheet_xml(tmp_path: Path, body: str, prefix: str = "") -> Path:
    """A minimal xlsx whose first sheet is ``body``."""
    path = tmp_path / "made.xlsx"
    odd_workbook(tmp_path / "base.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "base.xlsx") as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.namelist():
            content = old.read(item)
            if item == "xl/worksheets/sheet1.xml":
                text = f'<?xml version="1.0"?>{prefix}<worksheet xmlns="{MAIN_NS}"><sheetData>{body}</sheetData></worksheet>'
                content = text.encode()
            new.writestr(item, content)
    return path


def test_cells_with_other_attributes_first_keep_their_place(tmp_path):
    body = '<row r="2"><c t="n" r="C2"><v>7</v></c><c s="0" r="B2"><v>8</v></c></row>'
    assert cells(with_sheet_xml(tmp_path, body))["排查表"] == {"C2": "7", "B2": "8"}


def test_cells_without_places_are_still_read(tmp_path):
    body = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert cells(with_sheet_xml(tmp_path, body))["排查表"] == {"A1": "1", "B1": "2", "A2": "3"}


@pytest.mark.parametrize(
    "body",
    [
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>',
        '<row r="1"><c s="0" r="XFD1"><v>1</v></c></row>',
        '<row r="2000000"><c r="A2000000"><v>1</v></c></row>',
        "<row>" + "<c><v>1</v></c>" * 2500 + "</row>",
    ],
)
def test_corner_cells_that_would_fill_memory_are_refused(tmp_path, body):
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(with_sheet_xml(tmp_path, body))


def test_entities_are_refused(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    body = '<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>'
    with pytest.raises(UnreadableFileError, match="实体"):
        read_survey(with_sheet_xml(tmp_path, body, prefix=bomb))


def test_a_zip_bomb_is_refused_quickly(tmp_path):
    path = tmp_path / "bomb.xlsx"
    odd_workbook(tmp_path / "base.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "base.xlsx") as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.namelist():
            new.writestr(item, old.read(item))
        new.writestr("xl/media/image1.png", b"\0" * (64 * 2**20))
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(path)


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path):
    path = odd_workbook(tmp_path / "a.xlsx")
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("xl/worksheets/sheet1.xml")
    size = info.file_size.to_bytes(4, "little")
    start = content.index(b"PK\x01\x02")
    at = content.index(size, start)
    content[at : at + 4] = (10).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    with pytest.raises(UnreadableFileError):
        read_survey(path)


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("xl/sharedStrings.xml", '<sst xmlns="m" count="33" uniqueCount="99999999999"/>'),
        ("xl/styles.xml", "<x/>" + " " * (2**22 - 12) + "<cellXfs count = '+0010000000'/>"),
    ],
)
def test_claims_of_more_than_is_there_are_refused_before_memory_is_reserved(tmp_path, part, body):
    path = odd_workbook(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, part: body.encode()}.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(path)


def test_too_many_parts_are_refused(tmp_path):
    path = tmp_path / "parts.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(sheet_guard.MAX_PARTS + 1):
            archive.writestr(f"x{number}", b"")
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(path)


def encrypted(path: Path) -> Path:
    """An OLE file that carries an encrypted package, as Excel writes one."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    path.write_bytes(head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512)
    return path


def test_a_password_is_named_as_the_reason(tmp_path):
    with pytest.raises(UnreadableFileError, match="密码"):
        read_survey(encrypted(tmp_path / "a.xlsx"))


def test_an_encrypted_zip_entry_is_named_as_well(tmp_path):
    path = odd_workbook(tmp_path / "a.xlsx")
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    while at != -1:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(bytes(content))
    with pytest.raises(UnreadableFileError, match="密码"):
        read_survey(path)


def test_a_missing_file_a_folder_and_foreign_content_are_refused(tmp_path):
    with pytest.raises(UnreadableFileError, match="找不到"):
        read_survey(tmp_path / "没有.xlsx")
    with pytest.raises(UnreadableFileError, match="文件夹"):
        read_survey(tmp_path)
    for name, content in (
        ("a.xlsx", b"%PDF-1.7"),
        ("b.xlsx", b""),
        ("c.xls", b"<html><table></table></html>"),
        ("d.csv", b"a,b\x00c"),
        ("e.csv", b"\xff\xff\xff,1"),
        ("f.csv", b""),
        ("g.xlsx", b"PK\x03\x04 nothing more"),
        ("h.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFileError, match="." if content else "没有任何内容"):
            read_survey(tmp_path / name)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnreadableFileError, match="损坏"):
        read_survey(tmp_path / "a.xlsx")


def ods(path: Path, rows: str, manifest: str = "<x/>") -> Path:
    """An OpenDocument sheet."""
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(
        f'xmlns:{k}="urn:oasis:names:tc:opendocument:xmlns:{v}:1.0"' for k, v in names.items()
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>'
        f'<table:table table:name="表">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return path


VALUE = '<table:table-cell office:value-type="string"{}><text:p>甲</text:p></table:table-cell>'


def test_repeated_opendocument_cells_are_counted_before_they_are_made(tmp_path):
    many = ' table:number-columns-repeated="16384"'
    row = f'<table:table-row table:number-rows-repeated="1000000">{VALUE.format(many)}</table:table-row>'
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(ods(tmp_path / "a.ods", row))


def test_blank_repeated_opendocument_rows_are_fine(tmp_path):
    row = f"<table:table-row>{VALUE.format('')}</table:table-row>"
    blank = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    )
    (sheet,) = read_survey(ods(tmp_path / "a.ods", row + blank))
    assert sheet.rows == [["甲"]]


def test_an_encrypted_opendocument_sheet_has_a_password(tmp_path):
    path = ods(tmp_path / "a.ods", "", manifest="<manifest:encryption-data/>")
    with pytest.raises(UnreadableFileError, match="密码"):
        read_survey(path)


def xlsb(path: Path, records: bytes) -> Path:
    """A binary workbook with one sheet part."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
        archive.writestr("xl/worksheets/sheet1.bin", records)
    return path


def test_binary_workbooks_are_measured_too(tmp_path):
    row = bytes([0, 4]) + (1_500_000).to_bytes(4, "little")
    with pytest.raises(UnreadableFileError, match="过大"):
        read_survey(xlsb(tmp_path / "a.xlsb", row))
    with pytest.raises(UnreadableFileError, match="损坏"):
        read_survey(xlsb(tmp_path / "b.xlsb", bytes([0, 120, 1])))


def test_binary_workbooks_may_not_claim_more_texts_than_bytes(tmp_path):
    path = xlsb(tmp_path / "a.xlsb", b"")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/sharedStrings.bin", b"\x9f\x01\x08" + b"\x01\x00\x00\x00" + b"\xff" * 4
        )
    with pytest.raises(UnreadableFileError, match="损坏"):
        read_survey(path)


def test_mutated_workbooks_are_read_or_refused_never_crash(tmp_path):
    seed = odd_workbook(tmp_path / "seed.xlsx").read_bytes()
    plain = BytesIO()
    with zipfile.ZipFile(BytesIO(seed)) as old, zipfile.ZipFile(plain, "w") as new:
        for item in old.namelist():  # stored, so that mutations reach the XML
            new.writestr(item, old.read(item))
    chance = random.Random(20140630)
    path = tmp_path / "mutant.xlsx"
    read = 0
    for number in range(200):
        content = bytearray(seed if number % 2 else plain.getvalue())
        for _step in range(chance.randint(1, 12)):
            at = chance.randrange(len(content))
            if chance.random() < 0.3:
                del content[at : at + chance.randint(1, 40)]
            else:
                content[at] = chance.randrange(256)
        path.write_bytes(bytes(content))
        try:
            read += bool(read_survey(path))
        except RiskMapError:
            continue
    assert 0 < read < 200


def test_column_names_count_in_base_26_without_zero():
    for number in (1, 26, 27, 52, 702, 703, 16384):
        assert column_number(column_letters(number)) == number
    assert column_letters(16384) == "XFD"


def test_the_reader_leaves_no_handle_open(tmp_path):
    path = odd_workbook(tmp_path / "a.xlsx")
    read_survey(path)
    path.rename(tmp_path / "b.xlsx")
    assert load_workbook(tmp_path / "b.xlsx").sheetnames[0] == "排查表"


def test_repeated_cells_of_an_opendocument_sheet_count_as_often_as_they_stand(
    tmp_path, monkeypatch
):
    cell = VALUE.format(' table:number-columns-repeated="3"')
    row = f'<table:table-row table:number-rows-repeated="4">{cell}</table:table-row>'
    path = ods(tmp_path / "a.ods", row)
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard.MAX_FILLED", 12)
    (sheet,) = read_survey(path)
    assert sheet.rows == [["甲"] * 3] * 4
    monkeypatch.setattr("qhd_riskmap.formats.sheet_guard.MAX_FILLED", 11)
    with pytest.raises(UnreadableFileError, match="一次核对不了"):
        read_survey(path)
