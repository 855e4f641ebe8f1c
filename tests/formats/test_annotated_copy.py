"""The sender's workbook comes back marked, complete, and harmless."""

import subprocess
import time
import zipfile
from io import BytesIO

import pytest
from lxml import etree
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image as XlsxImage
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from PIL import Image

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.formats.annotated_copy import CellEdit, CellNote, RowMark, write_annotated
from qhd_riskmap.formats.cell_text import csv_text, is_formula_like, storable
from qhd_riskmap.formats.survey_sheet import read_survey

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


def test_texts_written_in_place_of_the_senders_stand_in_the_copy_and_say_what_was_there(
    source, tmp_path
):
    edits = [
        CellEdit("排查表", "B3", "甲", "西沟"),
        CellEdit("排查表", "C3", "2", "2.5"),
        CellEdit("排查表", "A3", "1", "=1+1"),
        CellEdit("排查表", "B5", "", "=新&填"),
        CellEdit("排查表", "C4", "4", "9"),
        CellEdit("排查表", "A5", "2", ""),
        CellEdit("没有的表", "A1", "x", "y"),
    ]
    target = write_annotated(source, tmp_path / "退回.xlsx", NOTES, MARKS, edits)
    book = load_workbook(target)
    sheet = book["排查表"]
    assert (sheet["B3"].value, sheet["C3"].value, sheet["B5"].value) == ("西沟", 2.5, "=新&填")
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    assert sheet["A3"].quotePrefix
    assert sheet["B5"].data_type == "s"
    assert sheet["C4"].value == "=C3*2", "a formula stays"
    assert "C4 已由“4”改为“9”" in sheet["C4"].comment.text
    assert sheet["B3"].comment.text.startswith("原有批注\nB3 已由“甲”改为“西沟”\n提醒：")
    assert sheet["B3"].fill.fgColor.rgb.endswith("FFC7CE"), "what is still wrong goes before"
    assert sheet["C3"].fill.fgColor.rgb.endswith("BDD7EE")
    assert "A5 已由“2”改为空" in sheet["A4"].comment.text, "the block shows its first cell only"
    told = [[cell.value for cell in row] for row in book["导入结果+"].iter_rows()]
    assert ["排查表", "B5", "改动", "原为空，已填为“=新&填”"] in told
    assert any("改动了 7 个单元格" in str(row[0]) for row in told)
    book.close()
    (again,) = [s for s in read_survey(target) if s.name == "排查表"]
    assert again.row(2)[1] == "西沟"


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


@pytest.fixture
def rich(tmp_path):
    """A workbook with much that no writer of cells knows."""
    book = Workbook()
    sheet = book.active
    sheet.title = "排查表"
    for row in (["序号", "名称", "值"], [1, "甲", 2], [2, "乙", 3], [3, "丙", 4]):
        sheet.append(row)
    sheet["A1"].font = Font(bold=True, color="FF0000")
    sheet.merge_cells("A3:A4")
    sheet.conditional_formatting.add(
        "C2:C4",
        CellIsRule(
            operator="greaterThan", formula=["2"], fill=PatternFill("solid", fgColor="00FF00")
        ),
    )
    rule = DataValidation(type="list", formula1='"甲,乙"')
    rule.add("B2:B9")
    sheet.add_data_validation(rule)
    sheet.auto_filter.ref = "A1:C4"
    sheet.freeze_panes = "A2"
    sheet["B2"].comment = Comment("原有批注", "李四")
    sheet["B3"].hyperlink = "http://example.com/"
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=1, max_row=4), titles_from_data=True)
    sheet.add_chart(chart, "F2")
    picture = BytesIO()
    Image.new("RGB", (20, 20), "red").save(picture, "PNG")
    picture.seek(0)
    sheet.add_image(XlsxImage(picture), "F20")
    book.create_sheet("附表")["A1"] = "=排查表!C2"
    path = tmp_path / "丰富.xlsm"
    book.save(path)
    extra = {
        "xl/vbaProject.bin": b"macro" * 999, "customXml/item1.xml": b"<a>own</a>",
        "xl/threadedComments/threadedComment1.xml": b"<x/>", "xl/media/unknown.emf": b"emf",
    }  # fmt: skip
    with zipfile.ZipFile(path, "a") as archive:
        for name, content in extra.items():
            archive.writestr(name, content)
    return path


def parts(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


RICH_NOTES = [
    CellNote("排查表", "B2", 2, Severity.ERROR, "坏"),
    CellNote("排查表", "A4", 4, Severity.WARNING, "合并"),
    CellNote("排查表", "D3", 3, Severity.ERROR, "缺的格"),
]
RICH_MARKS = [RowMark("排查表", n, "accepted", f"已入库：130302-DZ-2014-000{n}") for n in (2, 3, 4)]
TOUCHED = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels",
    "xl/comments/comment1.xml", "xl/drawings/commentsDrawing1.vml", "xl/legacyDrawing1.vml",
}  # fmt: skip


def test_every_part_that_is_not_ours_stays_byte_for_byte(rich, tmp_path):
    target = write_annotated(rich, tmp_path / "退回.xlsx", RICH_NOTES, RICH_MARKS)
    assert target.suffix == ".xlsm", "macros open under no other ending"
    before, after = parts(rich), parts(target)
    assert before.keys() <= after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= TOUCHED
    assert set(after) - set(before) == {"xl/worksheets/sheetQhd1.xml"}
    assert {"xl/charts/chart1.xml", "xl/media/image1.png", "xl/vbaProject.bin"} <= set(
        before
    ) - changed


def canonical(content, *dropped):
    root = etree.fromstring(content)
    for item in list(root.iter()):
        if etree.QName(item).localname in dropped:
            item.getparent().remove(item)
    return etree.tostring(root, method="c14n")


def test_of_the_changed_parts_only_what_is_ours_differs(rich, tmp_path):
    before, after = (
        parts(rich),
        parts(write_annotated(rich, tmp_path / "a.xlsm", RICH_NOTES, RICH_MARKS)),
    )
    sheet = "xl/worksheets/sheet1.xml"
    assert canonical(before[sheet], "sheetData", "cols", "dimension") == canonical(
        after[sheet], "sheetData", "cols", "dimension"
    )
    cells = [
        {
            c.get("r"): (c.get("t"), "".join(c.itertext()))
            for c in etree.fromstring(p[sheet]).iter("{*}c")
        }
        for p in (before, after)
    ]
    assert cells[0].items() <= cells[1].items()
    assert set(cells[1]) - set(cells[0]) == {"D1", "D2", "D3", "D4"}
    old, new = (etree.fromstring(p["xl/styles.xml"]) for p in (before, after))
    for was, now in zip(old, new, strict=True):
        for one, other in zip(was, now, strict=False):
            assert etree.tostring(one) == etree.tostring(other), (
                "a style that was there has changed"
            )
    for name in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"):
        kept = [
            etree.tostring(item, method="c14n")
            for item in etree.fromstring(before[name]).iter()
            if not len(item)
        ]
        now = [
            etree.tostring(item, method="c14n")
            for item in etree.fromstring(after[name]).iter()
            if not len(item)
        ]
        assert [item for item in now if item in kept] == kept, name


def test_other_programs_open_the_copy_and_see_every_remark(rich, tmp_path):
    target = write_annotated(rich, tmp_path / "退回.xlsm", RICH_NOTES, RICH_MARKS)
    book = load_workbook(target, keep_vba=True)
    sheet = book["排查表"]
    assert sheet["B2"].comment.text == "原有批注\n错误：坏"
    assert sheet["D3"].value == "已入库：130302-DZ-2014-0003"
    assert "合并" in sheet["A3"].comment.text
    assert len(sheet._charts) == len(sheet._images) == 1
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    convert = ["--convert-to", "fods", "--outdir", tmp_path, target]
    subprocess.run([*command, *convert], check=True, capture_output=True, timeout=120)
    seen = (tmp_path / "退回.fods").read_text(encoding="utf-8")
    for text in (
        "错误：坏",
        "提醒：合并",
        "错误：缺的格",
        "原有批注",
        "已入库：130302-DZ-2014-0004",
        "导入结果",
    ):
        assert text in seen
    assert "office:annotation" in seen
    assert "draw:image" in seen


def test_a_sheet_without_comments_or_styles_of_its_own_gets_them(tmp_path):
    rows = '<x:row r="1" spans="1:2"><x:c r="B1" t="inlineStr"><x:is><x:t>a&gt;b</x:t></x:is></x:c></x:row><x:row/><x:row><x:c/><x:c><x:v>7</x:v></x:c></x:row>'
    path = tmp_path / "a.xlsx"
    book = Workbook()
    book.active.title = "表"
    book.save(path)
    stored = parts(path)
    stored["xl/worksheets/sheet1.xml"] = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<x:sheetData>{rows}</x:sheetData><x:extLst/></x:worksheet>"
    ).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in stored.items():
            archive.writestr(name, content)
    notes = [
        CellNote("表", "A1", 1, Severity.ERROR, "左边的"),
        CellNote("表", "B3", 3, Severity.WARNING, "七"),
        CellNote("表", "A2", 2, Severity.ERROR, "空行"),
    ]
    target = write_annotated(
        path, tmp_path / "b.xlsx", notes, [RowMark("表", 3, "rejected", "=退回")]
    )
    sheet = load_workbook(target)["表"]
    assert sheet["B1"].value == "a>b"
    assert sheet["B3"].value == 7
    assert sheet["C3"].value == "=退回"
    assert sheet["C3"].data_type == "s"
    assert sheet["C3"].quotePrefix
    assert sheet["A1"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["B3"].fill.fgColor.rgb == "FFFFEB9C"
    assert sheet["A2"].fill.fgColor.rgb == "FFFFC7CE"
    assert {c.coordinate for row in sheet for c in row if c.comment} == {"A1", "A2", "B3"}
    order = [
        etree.QName(item).localname
        for item in etree.fromstring(parts(target)["xl/worksheets/sheet1.xml"])
    ]
    assert order == ["cols", "sheetData", "legacyDrawing", "extLst"]


def test_files_of_other_kinds_become_a_workbook_and_say_so(tmp_path, rich):
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    subprocess.run(
        [*command, "--convert-to", "xls", "--outdir", tmp_path, rich],
        check=True,
        capture_output=True,
        timeout=120,
    )
    target = write_annotated(tmp_path / "丰富.xls", tmp_path / "退.xls", RICH_NOTES, RICH_MARKS)
    assert target.name == "退.xlsx"
    book = load_workbook(target)
    assert "坏" in book["排查表"]["B2"].comment.text
    assert "A3:A4" in {str(block) for block in book["排查表"].merged_cells.ranges}
    assert any("只含原表的文字" in str(c.value) for c in book["导入结果"]["A"])


def test_a_signature_that_no_longer_holds_is_said(source, tmp_path):
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", b"<x/>")
    book = load_workbook(write_annotated(source, tmp_path / "a.xlsx", NOTES, MARKS))
    assert any("数字签名" in str(c.value) for c in book["导入结果+"]["A"])


def test_twenty_thousand_rows_are_marked_in_seconds(tmp_path):
    book = Workbook(write_only=True)
    sheet = book.create_sheet("大表")
    for number in range(20_000):
        sheet.append([number, f"名称{number}", number * 2])
    book.save(tmp_path / "大.xlsx")
    marks = [RowMark("大表", n, "accepted", "已入库") for n in range(2, 20_001)]
    start = time.process_time()
    target = write_annotated(tmp_path / "大.xlsx", tmp_path / "退.xlsx", [], marks)
    assert time.process_time() - start < 6
    rows = read_survey(target)[0]
    assert list(rows.columns[3][1:]) == ["已入库"] * 19_999


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
