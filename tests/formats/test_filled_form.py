"""A filled form is the sender's workbook with other values in some cells and nothing else changed."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from qhd_riskmap.errors import InvalidInputError, OutputFileError, UnreadableFileError
from qhd_riskmap.formats.filled_form import fill_form, form_sheets


@pytest.fixture
def form(tmp_path):
    """A provincial form: merged title, formats, a formula, a chart, a comment, a hidden sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "汇总表"
    sheet.merge_cells("A1:D1")
    sheet["A1"] = "隐患整改情况汇总表"
    for at, text in enumerate(("县区", "应整改", "已整改", "整改率"), start=1):
        sheet.cell(3, at, text).font = Font(bold=True)
    sheet["A4"], sheet["A5"] = "北戴河区", "昌黎县"
    sheet["B4"], sheet["B5"] = "（填写）", 0
    sheet["B4"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet["C4"].number_format = "0.0"
    sheet["D4"].number_format = "0.0%"
    sheet["B6"] = "=SUM(B4:B5)"
    sheet["B4"].comment = Comment("由县局填", "省厅")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=5), titles_from_data=True)
    sheet.add_chart(chart, "F3")
    hidden = book.create_sheet("参数")
    hidden["A1"] = "勿改"
    hidden.sheet_state = "hidden"
    path = tmp_path / "省厅 汇总表.xlsx"
    book.save(path)
    return path


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


VALUES = {
    ("汇总表", "B4"): 12, ("汇总表", "B5"): 3.5, ("汇总表", "D4"): 0.75, ("汇总表", "C1"): "标题",
    ("汇总表", "E9"): 7, ("汇总表", "C5"): None, ("汇总表", "A2"): "=1+1",
}  # fmt: skip


def test_only_the_named_cells_change(form, tmp_path):
    out = tmp_path / "填好.xlsx"
    fill_form(form, out, VALUES)
    before, after = parts(form), parts(out)
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/worksheets/sheet1.xml"}
    old, new = before["xl/worksheets/sheet1.xml"], after["xl/worksheets/sheet1.xml"]
    assert new.startswith(old[: old.index(b"<sheetData>")])
    assert new.endswith(old[old.index(b"</sheetData>") :])
    sheet = load_workbook(out)["汇总表"]
    assert (sheet["B4"].value, sheet["B5"].value, sheet["D4"].value) == (12, 3.5, 0.75)
    assert sheet["A1"].value == "标题"  # the merged block shows its first cell
    assert (sheet["E9"].value, sheet["C5"].value) == (7, None)
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert sheet["B6"].value == "=SUM(B4:B5)"
    assert sheet["B4"].fill.fgColor.rgb == "00FFFF00"
    assert (sheet["D4"].number_format, sheet["C4"].number_format) == ("0.0%", "0.0")
    assert sheet["A5"].value == "昌黎县"


def test_the_same_values_again_change_nothing(form, tmp_path):
    once, twice = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    fill_form(form, once, VALUES)
    fill_form(once, twice, VALUES)
    assert parts(once) == parts(twice)


def test_sums_are_calculated_anew_when_the_form_is_opened(form, tmp_path):
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("no LibreOffice here; CI has one")
    # As a spreadsheet program saves it: with the sum of last month.
    rewritten(form, lambda text: re.sub(rb"</f>\s*<v\s*/>|</f><v></v>", b"</f><v>99</v>", text))
    assert b"<v>99</v>" in parts(form)["xl/worksheets/sheet1.xml"]
    out = tmp_path / "填好.xlsx"
    fill_form(form, out, VALUES)
    assert b'fullCalcOnLoad="1"' in parts(out)["xl/workbook.xml"]
    subprocess.run(
        [soffice, f"-env:UserInstallation=file://{tmp_path}/office", "--headless",
         "--convert-to", "csv", "--outdir", str(tmp_path), str(out)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert (tmp_path / "填好.csv").read_text("utf-8").splitlines()[5].startswith(",15.5")


def test_a_cell_with_a_formula_is_never_overwritten(form, tmp_path):
    out = tmp_path / "填好.xlsx"
    with pytest.raises(InvalidInputError, match="汇总表!B6") as caught:
        fill_form(form, out, {**VALUES, ("汇总表", "B6"): 1})
    assert "公式" in caught.value.message
    assert not out.exists()


def test_a_sheet_that_is_not_there_is_told_with_those_that_are(form, tmp_path):
    with pytest.raises(InvalidInputError, match="明细") as caught:
        fill_form(form, tmp_path / "填好.xlsx", {("明细", "A1"): 1})
    assert "汇总表、参数" in caught.value.hint
    assert form_sheets(form) == ("汇总表", "参数")


def test_the_form_itself_and_other_endings_are_refused(form, tmp_path):
    before = form.read_bytes()
    for wrong in (form, tmp_path / "填好.xlsm"):
        with pytest.raises(OutputFileError):
            fill_form(form, wrong, VALUES)
    assert form.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04...", b"\xd0\xcf\x11\xe0 old", b"a,b\n"])
def test_what_is_no_workbook_is_said(tmp_path, content):
    path = tmp_path / "表.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError):
        fill_form(path, tmp_path / "o.xlsx", VALUES)


def rewritten(form, change, part="xl/worksheets/sheet1.xml"):
    """The form with the text of one part changed."""
    kept = parts(form)
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, change(content) if name == part else content)
    form.write_bytes(target.getvalue())
    return form


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b'</sheets><calcPr fullCalcOnLoad="1"/>'),
        (b'<calcPr calcId="5"/>', b'</sheets><calcPr calcId="5" fullCalcOnLoad="1"/>'),
        (
            b'<calcPr fullCalcOnLoad="0" calcId="5"/>',
            b'</sheets><calcPr calcId="5" fullCalcOnLoad="1"/>',
        ),
    ],
)
def test_the_wish_to_be_calculated_is_added_and_all_else_of_the_workbook_stays(
    form, tmp_path, before, after
):
    plain = re.compile(rb"<definedNames[\s\S]*?</definedNames>|<definedNames\s*/>|<calcPr[^>]*>")
    part = "xl/workbook.xml"
    rewritten(
        form, lambda text: plain.sub(b"", text).replace(b"</sheets>", b"</sheets>" + before), part
    )
    out = tmp_path / "填好.xlsx"
    fill_form(form, out, VALUES)
    wanted = parts(form)[part].replace(b"</sheets>" + before, after)
    assert parts(out)[part] == wanted


def test_a_form_without_formulas_keeps_its_workbook_part(form, tmp_path):
    rewritten(form, lambda text: re.sub(rb"<f>.*?</f>", b"", text))
    out = tmp_path / "填好.xlsx"
    fill_form(form, out, VALUES)
    assert parts(out)["xl/workbook.xml"] == parts(form)["xl/workbook.xml"]


def test_prefixed_names_and_rows_without_numbers_are_understood(form, tmp_path):
    def prefixed(content):
        text = content.decode()
        text = text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?xml", "<?xml")
        return text.replace("xmlns=", "xmlns:x=").encode()

    out = tmp_path / "填好.xlsx"
    fill_form(rewritten(form, prefixed), out, VALUES)
    assert load_workbook(out)["汇总表"]["B4"].value == 12
    assert load_workbook(out)["汇总表"]["E9"].value == 7


def test_a_sheet_without_rows_gets_them_in_order(form, tmp_path):
    def bare(content):
        start, end = content.index(b"<sheetData>"), content.index(b"</sheetData>") + 12
        return content[:start] + b"<sheetData/>" + content[end:]

    out = tmp_path / "填好.xlsx"
    fill_form(rewritten(form, bare), out, VALUES)
    text = parts(out)["xl/worksheets/sheet1.xml"]
    rows = [int(part.split(b'"')[0]) for part in text.split(b'<row r="')[1:]]
    assert rows == sorted(rows) == [1, 2, 4, 5, 9]
    assert load_workbook(out)["汇总表"]["B4"].value == 12


def test_a_sheet_that_cannot_be_patched_as_bytes_is_refused(form, tmp_path):
    wide = lambda content: content.decode().replace("UTF-8", "UTF-16").encode("utf-16")  # noqa: E731
    with pytest.raises(UnreadableFileError):
        fill_form(rewritten(form, wide), tmp_path / "o.xlsx", VALUES)
