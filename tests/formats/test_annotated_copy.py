"""The sender's workbook comes back marked, complete, and harmless."""

import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.annotated_copy import CellNote, RowMark, write_annotated
from qhd_riskmap.formats.cell_text import csv_text, is_formula_like, storable

NOTES = [
    CellNote("排查表", "B3", 3, Severity.WARNING, "看一下"),
    CellNote("排查表", "B3", 3, Severity.ERROR, "=坏\x07值"),
    CellNote("排查表", "A5", 5, Severity.WARNING, "合并格"),
    CellNote("排查表", "C3", 3, Severity.INFO, "说明"),
    CellNote("没有的表", "A1", 1, Severity.ERROR, "x"),
    CellNote("", "", 0, Severity.INFO, "整个文件"),
]
MARKS = [RowMark("排查表", 3, "rejected", "退回"), RowMark("排查表", 4, "accepted", "已入库")]


@pytest.fixture
def source(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.title = "排查表"
    sheet.append(["标题"])
    sheet.append(["序号", "名称", "值"])
    sheet.append([1, "甲", 2])
    sheet.append([2, "乙", "=C3*2"])
    sheet.merge_cells("A4:A5")
    sheet["B3"].comment = Comment("原有批注", "李四")
    book.create_sheet("附表")["A1"] = "保留"
    book.create_sheet("导入结果")["A1"] = "也保留"
    book.save(tmp_path / "原表.xlsx")
    return tmp_path / "原表.xlsx"


def test_cells_are_coloured_and_explained_and_all_else_stays(source, tmp_path):
    before = source.read_bytes()
    target = write_annotated(source, tmp_path / "out" / "退回.xlsx", NOTES, MARKS)
    assert source.read_bytes() == before
    book = load_workbook(target)
    sheet = book["排查表"]
    assert sheet["B3"].comment.text == "原有批注\n提醒：看一下\n错误：=坏值"
    assert sheet["B3"].fill.fgColor.rgb.endswith("FFC7CE")
    assert "合并格" in sheet["A4"].comment.text
    assert sheet["C3"].fill.fill_type is None
    assert sheet["C4"].value == "=C3*2"
    assert [sheet.cell(r, 4).value for r in (2, 3, 4)] == ["导入结果", "退回", "已入库"]
    assert book["附表"]["A1"].value == "保留"
    assert book["导入结果"]["A1"].value == "也保留"
    summary = [cell for row in book["导入结果+"].iter_rows() for cell in row]
    assert "入库 1 行，退回 1 行，重复 0 行，坐标系未定 0 行。" in [c.value for c in summary]
    assert all(c.data_type == "s" for c in summary if c.value is not None)


def test_text_files_become_a_workbook_whose_texts_stay_texts(tmp_path):
    source = tmp_path / "清单.csv"
    source.write_text('名称,值\n"=HYPERLINK(""http://x"")",-5\n', encoding="gb18030")
    note = CellNote("", "A2", 2, Severity.ERROR, "名称可疑")
    target = write_annotated(
        source, tmp_path / "退回.csv", [note], [RowMark("", 2, "rejected", "退回")]
    )
    assert target.name == "退回.xlsx"
    book = load_workbook(target)
    cell = book.worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ('=HYPERLINK("http://x")', "s", True)
    assert "名称可疑" in cell.comment.text
    lines = [c.value for c in book["导入结果"]["A"]]
    assert any("只含原表的文字" in str(line) for line in lines)


def test_what_a_copy_may_lose_is_said(source, tmp_path):
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/media/image1.png", b"x")
        archive.writestr("xl/vbaProject.bin", b"x")
    target = write_annotated(source, tmp_path / "a.xlsx", NOTES, MARKS)
    lines = [str(c.value) for c in load_workbook(target)["导入结果+"]["A"]]
    assert any("图片" in line for line in lines)
    assert any("宏" in line for line in lines)


def test_the_senders_own_file_is_never_the_target(source):
    with pytest.raises(OutputFileError, match="覆盖"):
        write_annotated(source, source, [], [])


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", "-1+1"])
def test_texts_that_could_run_are_disarmed(text):
    assert is_formula_like(text)
    assert csv_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["示例", "-3.5", "+12", "", "3-5"])
def test_plain_texts_stay_as_they_are(text):
    assert csv_text(text) == text


def test_characters_no_workbook_can_hold_are_dropped():
    assert storable("a\x00b\x1fc\ud800d") == "abcd"
    assert len(storable("x" * 50_000)) == 32_767
