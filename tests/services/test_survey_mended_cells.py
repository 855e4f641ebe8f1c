"""A text typed into a cell of the preview means what it would mean in the sender's own sheet."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import openpyxl
import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_corrections import NO_CORRECTIONS, Corrections
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_table import preview_tables
from qhd_riskmap.storage.engine import create_register

SHEET = "Sheet"
NEW = {"id", "batch_id"}  # in every import
# Header and what stands in the cell before somebody types: one of every kind of column.
COLUMNS = {
    "威胁人数": "3",
    "威胁财产（元）": "20000",
    "体积(万m³)": "2",
    "坡度": "30",
    "规模等级": "小型",
    "联系电话": "13912345678",
    "排查时间": "2024-03-05",
    "整改时限": "2024-05-06",
    "整改资金(元)": "1000",
    "风险等级": "红",
    "乡镇": "八道河镇",
    "我们不认识的列": "原文",
}
TEXTS = (
    "", "  ", "无", "/", "—", "约5万", "5万元", "３０", "1,200", "3-5万", "10万以内", "0（无需资金）",
    "5.5公里", "30日内", "年底前", "2014年3月5日", "2014.3.5", "41703", "2099-01-01", "中型", "橙色",
    "１３９１２３４５６７８", "1.39E+10", "同上", "#REF!", "Err:502", "######", "两\n行", "合计", "是", "#1储罐",
)  # fmt: skip
PLACED = ("地质灾害", "卢龙县", "119.05", "39.95", "国家2000")
HEADERS = ("隐患名称", "类别", "县区", "经度", "纬度", "坐标系", *COLUMNS)
FIRST = len(HEADERS) - len(COLUMNS)


@pytest.fixture
def importing(tmp_path):
    register = create_register(tmp_path / "库.sqlite", passphrase=None, office=Office(unit="局"))
    yield SurveyImport(register, Actor(name="甲"))
    register.close()


def written(path: Path, rows: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    for number, texts in enumerate((HEADERS, *rows), start=1):
        for column, text in enumerate(texts, start=1):
            cell = book.active.cell(number, column)
            cell.value, cell.data_type = text, "s"
    path.parent.mkdir()
    book.save(path)
    return path


def said(importing, path: Path, fixes: Corrections = NO_CORRECTIONS):
    """Every value and issue of an import by row, and every text; not what is new in each."""
    preview = importing.preview([path], None, SilentJob(), fixes=fixes)
    (reading,) = preview.readings
    (shown,) = preview_tables(preview)
    found = reading.candidates
    values = {
        row: {key: column[at] for key, column in found.hazards.facts.items() if key not in NEW}
        for at, row in enumerate(found.rows)
    }
    remedies = {found.rows[at]: remedy for at, remedy in found.remedies.items()}
    levels = found.grades.grades if found.grades is not None else ()
    issues = sorted((issue.row, issue.cell, issue.code, issue.message) for issue in preview.issues)
    texts = [list(shown.texts(column)) for column in range(len(HEADERS))]
    return values, remedies, levels, found.hashes, issues, texts


def test_a_typed_text_gives_the_value_and_the_issues_of_a_sheet_that_held_it_from_the_start(
    importing, tmp_path
):
    before, after, cells = [], [], {}
    path = tmp_path / "原" / "表.xlsx"
    for number, (column, text) in enumerate(product(range(len(COLUMNS)), TEXTS), start=1):
        row = [f"第{number}号滑坡", *PLACED, *COLUMNS.values()]
        before.append(row)
        after.append([*row[: FIRST + column], text, *row[FIRST + column + 1 :]])
        cells[path, SHEET, number + 1, FIRST + column + 1] = text
    written(path, before)
    there = said(importing, written(tmp_path / "改" / "表.xlsx", after))
    assert len(there[0]) == len(before)
    for typed, held in zip(said(importing, path, Corrections(cells=cells)), there, strict=True):
        assert typed == held


@pytest.mark.parametrize(
    ("header", "text", "read"),
    [
        ("威胁财产（元）", "约5万", ("threat_assets", 5.0)),
        ("威胁财产（元）", "３００００", ("threat_assets", 3.0)),
        ("威胁人数", "无", ("threat_people", None)),
        ("威胁人数", "１２", ("threat_people", 12)),
        ("体积(万m³)", "1.5", ("volume_m3", 15000.0)),
    ],
)
def test_a_typed_text_is_read_in_the_unit_of_its_header(importing, tmp_path, header, text, read):
    row = ["甲滑坡", *PLACED, *COLUMNS.values()]
    path = written(tmp_path / "原" / "表.xlsx", [row])
    cells = {(path, SHEET, 2, HEADERS.index(header) + 1): text}
    preview = importing.preview([path], None, SilentJob(), fixes=Corrections(cells=cells))
    assert preview.candidates[0].hazard.attributes.get(read[0]) == read[1]


def test_a_typed_error_of_a_spreadsheet_is_told_as_one():
    path = Path("表.xlsx")
    sheet = SurveySheet(file=path, name=SHEET, columns=(["名称", "甲"], ["深度", "3"]))
    mended, told = Corrections(cells={(path, SHEET, 2, 2): "#REF! "}).mended(sheet)
    assert mended.columns[1] == ["深度", None]
    assert mended.failed == {(2, 2): "#REF!"}
    assert told[0].now == "#REF! "


def test_a_text_typed_below_the_first_cell_of_a_merged_block_counts_for_its_row_alone(
    importing, tmp_path
):
    rows = [[f"{name}滑坡", *PLACED, *COLUMNS.values()] for name in "甲乙丙"]
    column = HEADERS.index("乡镇") + 1
    path = written(tmp_path / "原" / "表.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells(start_row=2, end_row=4, start_column=column, end_column=column)
    book.save(path)

    def townships(typed: dict[int, str]) -> list[str]:
        cells = {(path, SHEET, row, column): text for row, text in typed.items()}
        preview = importing.preview([path], None, SilentJob(), fixes=Corrections(cells=cells))
        return [candidate.hazard.township for candidate in preview.candidates]

    assert townships({3: "青龙镇"}) == ["八道河镇", "青龙镇", "八道河镇"]
    assert townships({2: "青龙镇"}) == ["青龙镇"] * 3
    assert townships({3: "#N/A"}) == ["八道河镇", "", "八道河镇"]
    assert townships({2: "青龙镇", 3: "祖山镇"}) == ["青龙镇", "祖山镇", "青龙镇"]


def test_a_block_is_taken_apart_only_where_somebody_wrote_into_it():
    path = Path("表.xlsx")
    blocks = (MergedRange(2, 1, 3, 1), MergedRange(4, 1, 5, 1), MergedRange(1, 1, 1, 2))
    sheet = SurveySheet(
        file=path,
        name=SHEET,
        columns=(["镇", "甲", None, "乙", None], ["名称", "一", "二", "三", "四"]),
        merged=blocks,
    )
    mended, _told = Corrections(cells={(path, SHEET, 5, 1): "丙"}).mended(sheet)
    assert mended.columns[0] == ["镇", "甲", None, "乙", "丙"]
    assert mended.merged == (blocks[0], blocks[2])
    both = {(path, SHEET, 4, 1): "丁", (path, SHEET, 5, 1): "丙"}
    assert Corrections(cells=both).mended(sheet)[0].columns[0][3:] == ["丁", "丙"]
    beside, _told = Corrections(cells={(path, SHEET, 5, 2): "丙"}).mended(sheet)
    assert beside.merged == blocks
