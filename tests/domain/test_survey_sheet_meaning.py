"""What a sheet's headers mean, in which units, and which of its rows are hazards."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.schema import Field, FieldKind, Severity
from qhd_riskmap.domain.survey_data_rows import data_rows
from qhd_riskmap.domain.survey_header_rows import find_header, header_text
from qhd_riskmap.domain.survey_headers import SHEET_FIELDS, ColumnChoice, map_sheet
from qhd_riskmap.domain.survey_sheet import (
    MergedRange,
    SurveySheet,
    column_letters,
    column_number,
)
from qhd_riskmap.domain.survey_type_words import types_in_words
from qhd_riskmap.domain.survey_units import factor_to, unit_in
from qhd_riskmap.domain.taxonomy import taxonomy

HEADER = ["隐患名称", "经度", "纬度", "乡镇", "联系人"]
LAOLING = ["老岭沟泥石流", "119.05", "40.41", "祖山镇", "张三"]
DUSHAN = ["都山崩塌", "118.82", "40.52", "八道河镇", "李四"]


def sheet_of(*rows, name="Sheet1", file="台账.xlsx", merged=(), first_row=1, first_column=1):
    width = max(len(row) for row in rows)
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    return SurveySheet(
        file=Path(file),
        name=name,
        columns=tuple([row[column] for row in padded] for column in range(width)),
        first_row=first_row,
        first_column=first_column,
        merged=tuple(MergedRange(*block) for block in merged),
    )


def read(*rows, **options):
    sheet = sheet_of(*rows, **options)
    return data_rows(sheet, map_sheet(sheet))


def mapped(headers, type_key="", **options):
    return map_sheet(sheet_of(headers, **options), type_key)


def said(mapping):
    return [(found.column, found.issue.field, found.issue.code) for found in mapping.issues]


# --- the sheet itself


@pytest.mark.parametrize(
    ("number", "letters"),
    [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (702, "ZZ"), (703, "AAA"), (16384, "XFD")],
)
def test_columns_are_named_as_spreadsheets_name_them(number, letters):
    assert column_letters(number) == letters
    assert column_number(letters) == number


@given(st.integers(min_value=1, max_value=10**7))
def test_column_names_lead_back_to_their_number(number):
    assert column_number(column_letters(number)) == number


def test_an_address_counts_from_where_the_used_part_begins():
    sheet = sheet_of(HEADER, LAOLING, first_row=16, first_column=27)
    assert sheet.address(1, 2) == "AC17"


def test_empty_cells_of_a_row_are_empty_texts():
    sheet = sheet_of(["甲", None, "乙"], [None, "", "丙"])
    assert sheet.rows == [["甲", "", "乙"], ["", "", "丙"]]


def test_a_sheet_without_columns_has_no_rows_and_no_header():
    empty = SurveySheet(file=Path("空.xlsx"), name="Sheet1", columns=())
    assert (empty.height, empty.width, empty.rows) == (0, 0, [])
    assert map_sheet(empty) is None


def test_merged_blocks_are_cut_to_the_used_part_and_dropped_outside_it():
    sheet = sheet_of(
        *[["a", "b", "c"]] * 4,
        first_row=3,
        first_column=2,
        # across the upper left corner, inside, above, to the right, far below and beyond the end
        merged=[
            (1, 1, 4, 2),
            (4, 3, 5, 4),
            (1, 2, 2, 4),
            (3, 5, 6, 9),
            (900, 2, 901, 3),
            (6, 4, 99, 99),
        ],
    )
    assert sheet.merged_indices() == [(0, 0, 1, 0), (1, 1, 2, 2), (3, 2, 3, 2)]


# --- units


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("管线长度（公里）", "公里"),
        ("整改资金（单位：元）", "元"),
        ("整改资金(单位 万元)", "万元"),
        ("设计压力[MPa]", "mpa"),
        ("体积【m³】", "m3"),
        ("长度（含支线）（千米）", "千米"),
        ("经度（高德）", ""),
        ("埋深 m", ""),
        ("", ""),
    ],
)
def test_a_header_names_its_unit_in_brackets(header, unit):
    assert unit_in(header) == unit


@pytest.mark.parametrize(
    ("own", "unit", "factor"),
    [
        ("万元", "元", 1e-4),
        ("万元", "亿元", 1e4),
        ("km", "米", 1e-3),
        ("mm", "cm", 10.0),
        ("公顷", "平方公里", 100.0),
        ("公顷", "亩", 1 / 15),
        ("m²", "亩", 10_000 / 15),
        ("MPa", "kpa", 1e-3),
        ("万m³", "m3", 1e-4),
        ("t", "公斤", 1e-3),
        ("kg", "吨", 1e3),
        ("人", "万人", 1e4),
        ("m", "米", 1.0),
    ],
)
def test_a_number_in_another_unit_is_scaled_to_the_fields_own(own, unit, factor):
    field = Field(key="k", label="量", kind=FieldKind.NUMBER, unit=own)
    assert factor_to(field, unit) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(("own", "unit"), [("万元", "米"), ("m", "亩"), ("m³", "t"), ("°", "m")])
def test_units_of_different_things_have_no_factor(own, unit):
    field = Field(key="k", label="量", kind=FieldKind.NUMBER, unit=own)
    assert factor_to(field, unit) is None


# --- where the header stands


def test_marks_of_required_columns_are_no_part_of_a_header():
    assert header_text("★隐患名称（必填）") == "隐患名称"
    assert header_text(" 经 度：") == "经度"


def test_the_header_stands_below_title_and_remarks():
    header = find_header(
        sheet_of(["昌黎县隐患排查表"], ["填报单位：昌黎县应急局"], HEADER, LAOLING), SHEET_FIELDS
    )
    assert (header.top, header.bottom) == (2, 2)
    assert [header.header(column) for column in range(5)] == HEADER


def test_one_known_word_is_not_a_header():
    assert find_header(sheet_of(["隐患名称", "甲", "乙"], LAOLING), SHEET_FIELDS) is None


@pytest.mark.parametrize("merged", [[(1, 2, 1, 3), (1, 1, 2, 1)], []], ids=["merged", "text file"])
def test_a_heading_spread_over_two_columns_is_joined_to_the_lower_row(merged):
    sheet = sheet_of(
        ["隐患名称", "起点", None, "乡镇"],
        [None, "经度", "纬度", None],
        ["老岭沟泥石流", "119.05", "40.41", "祖山镇"],
        merged=merged,
    )
    header = find_header(sheet, SHEET_FIELDS)
    assert (header.top, header.bottom) == (0, 1)
    assert header.names == (
        ("隐患名称",),
        ("起点经度", "经度"),
        ("起点纬度", "纬度"),
        ("乡镇",),
    )


def test_a_lower_row_of_long_texts_is_no_part_of_a_header():
    remark = "说明" * 31
    header = find_header(sheet_of(["隐患名称", "起点", ""], [remark, "经度", "纬度"]), SHEET_FIELDS)
    assert (header.top, header.bottom) == (1, 1)


def test_the_header_of_nothing_but_a_blank_row_below_stands_alone():
    header = find_header(sheet_of(HEADER, [None], LAOLING), SHEET_FIELDS)
    assert (header.top, header.bottom) == (0, 0)


# --- what the columns mean


def test_a_column_without_a_header_is_left_out():
    mapping = mapped(["隐患名称", None, "经度", "纬度"])
    assert [column.index for column in mapping.columns] == [0, 2, 3]


def test_a_column_nobody_knows_is_kept_under_its_own_name():
    mapping = mapped([*HEADER, "网格员口头禅"])
    assert mapping.columns[-1].header == "网格员口头禅"
    assert [column.known for column in mapping.columns] == [True] * 5 + [False]
    assert mapping.issues == ()


def test_a_column_of_the_type_alone_is_known():
    column = mapped([*HEADER, "诱发因素"], "geological").columns[-1]
    assert column.known
    assert column.field is None
    assert {key: f.key for key, f in column.type_fields.items()} == {"geological": "trigger"}


@pytest.mark.parametrize(
    "headers",
    [["风险值", "风险值R"], ["X", "纵坐标 X"], ["名称", "隐患名称"]],
)
def test_the_column_with_the_templates_own_label_goes_before_an_earlier_alias(headers):
    first, second = mapped([*headers, "经度", "纬度"]).columns[:2]
    assert not first.known
    assert second.field.label == headers[1]


def test_a_second_column_of_a_field_is_an_extra_and_nothing_is_said_of_its_unit():
    mapping = mapped([*HEADER, "整改资金(元)", "治理资金(元)"])
    assert mapping.columns[5].factor == pytest.approx(1e-4)
    assert (mapping.columns[6].field, mapping.columns[6].factor) == (None, 1.0)
    assert said(mapping) == [(5, "fund", "unit-converted")]


def test_a_misspelt_second_column_of_a_field_is_not_said_to_be_understood():
    mapping = mapped([*HEADER, "整改责任人", "整改责任人员"])
    assert not mapping.columns[6].known
    assert mapping.issues == ()


def test_a_misspelt_common_header_is_guessed_and_said():
    mapping = mapped([*HEADER, "整改责任人员"])
    assert mapping.columns[5].field.key == "owner"
    assert said(mapping) == [(5, "owner", "header-guessed")]
    issue = mapping.issues[0].issue
    assert issue.severity is Severity.WARNING
    assert "整改责任人员" in issue.message
    assert mapping.issues[0].row == 0


def test_a_misspelt_header_of_the_sheets_type_is_guessed():
    mapping = mapped([*HEADER, "受威胁户数量"], "geological")
    column = mapping.columns[5]
    assert {key: f.key for key, f in column.type_fields.items()} == {
        "geological": "threat_households"
    }
    assert said(mapping) == [(5, "threat_households", "header-guessed")]


def test_types_own_headers_are_not_guessed_where_the_type_is_unknown():
    assert not mapped([*HEADER, "受威胁户数量"]).columns[5].known


@pytest.mark.parametrize("header", ["整改责任人2", "第1整改责任人", "人员"])
def test_numbered_and_very_short_headers_are_not_guessed(header):
    mapping = mapped([*HEADER, header])
    assert not mapping.columns[5].known
    assert mapping.issues == ()


def test_a_unit_that_cannot_be_converted_is_said_and_the_numbers_stay():
    mapping = mapped([*HEADER, "整改资金（米）"])
    assert mapping.columns[5].field.key == "fund"
    assert mapping.columns[5].factor == 1.0
    assert said(mapping) == [(5, "fund", "odd-unit")]
    assert mapping.issues[0].issue.severity is Severity.WARNING
    assert "万元" in mapping.issues[0].issue.message


def test_another_unit_of_the_same_thing_is_converted_and_said():
    mapping = mapped([*HEADER, "管线长度（米）"], "oil_gas_pipeline")
    assert mapping.columns[5].factor == pytest.approx(1e-3)
    assert said(mapping) == [(5, "length_km", "unit-converted")]
    assert mapping.issues[0].issue.severity is Severity.INFO


@pytest.mark.parametrize("header", ["管线长度（公里）", "管线长度", "联系电话（户）"])
def test_nothing_is_said_of_a_unit_that_changes_nothing(header):
    mapping = mapped([*HEADER, header], "oil_gas_pipeline")
    assert mapping.columns[5].known
    assert mapping.columns[5].factor == 1.0
    assert mapping.issues == ()


def test_every_own_header_of_a_type_reaches_that_type_and_no_common_field():
    for hazard_type in taxonomy().types:
        for field in hazard_type.fields:
            for name in (field.label, field.header, *field.aliases):
                column = mapped([*HEADER, name], hazard_type.key).columns[5]
                assert column.field is None, (hazard_type.key, name)
                assert hazard_type.key in column.type_fields, (hazard_type.key, name)


def test_a_risk_value_marked_ls_is_not_the_r_of_major_hazard_sources():
    mapping = mapped([*HEADER, "R值(LS)", "R值"], "hazardous_chemicals")
    assert mapping.columns[5].field.key == "ls_r"
    assert mapping.columns[5].type_fields == {}
    assert mapping.columns[6].type_fields["hazardous_chemicals"].key == "major_source_r"


@pytest.mark.parametrize(
    ("headers", "located"),
    [
        (["隐患名称", "经度", "纬度"], True),
        (["隐患名称", "X", "Y"], True),
        (["隐患名称", "坐标"], True),
        (["隐患名称", "拐点坐标"], True),
        (["隐患名称", "起点经度", "起点纬度", "终点经度", "终点纬度"], True),
        (["隐患名称", "起点经度", "起点纬度"], False),
        (["隐患名称", "经度", "乡镇"], False),
        (["隐患名称", "乡镇"], False),
    ],
)
def test_a_sheet_is_located_by_any_complete_kind_of_position(headers, located):
    assert mapped(headers).located is located


def test_a_header_reaches_as_deep_as_its_own_cells_are_merged():
    rows = (
        ["隐患名称", "经度", "纬度", "包保"],
        [None, None, None, "领导"],
        ["甲沟", "119.05", "40.41", "王一"],
    )
    merged = [(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 2, 3)]
    found = map_sheet(sheet_of(*rows, merged=merged)).header
    assert (found.top, found.bottom, found.header(3)) == (0, 1, "包保领导")
    # One merged cell alone is a "same as above" begun too high.
    assert map_sheet(sheet_of(*rows, merged=merged[:1])).header.bottom == 0
    # Merged over more rows than any header has, or over rows that cannot be one.
    deep = [(1, column, 5, column) for column in (1, 2, 3)]
    assert map_sheet(sheet_of(*rows, [], [], [], merged=deep)).header.bottom == 0
    blank = (rows[0], [None] * 4, rows[2])
    assert map_sheet(sheet_of(*blank, merged=merged)).header.bottom == 0


# --- of which type the sheet is


@pytest.mark.parametrize(
    ("texts", "key"),
    [
        (["地质灾害"], "geological"),
        (["青龙县2014年", "地质灾害隐患点排查表"], "geological"),
        (["高速公路危险化学品泄漏隐患"], "highway_hazmat"),
        (["其他"], "other"),
        (["其他隐患点情况统计"], ""),
        (["森林火灾和地质灾害排查表"], "forest_fire/geological"),
        (["防汛、地质灾害隐患排查表"], "flood/geological"),
        (["Sheet1"], ""),
        (["", " "], ""),
    ],
)
def test_a_title_names_the_type_where_it_names_one(texts, key):
    assert "/".join(sorted({each.key for each in types_in_words(texts)})) == key


@pytest.mark.parametrize(
    ("text", "key", "sub_kind", "word"),
    [
        ("青龙县2014年尾矿库排查表", "other", "矿山尾矿库", "尾矿库"),
        ("加油站安全隐患台账", "hazardous_chemicals", "经营", "加油站"),
        ("烟花爆竹零售点名录", "explosion", "烟花爆竹", "烟花爆竹"),
        ("泥石流（2014）", "", "", ""),
        ("重点部位（塘坝）", "flood", "塘坝", "塘坝"),
        ("病险水库", "flood", "水库", "病险水库"),
        ("液氨管线台账", "ammonia_pipeline", "", "液氨管线"),
        # A type goes before a sub-kind, and what lies in the middle of a sentence is no subject.
        ("防汛办尾矿库排查表", "flood", "", "防汛"),
        ("请各加油站按时报送", "", "", ""),
    ],
)
def test_a_sub_kind_that_is_the_subject_of_a_title_names_its_type(text, key, sub_kind, word):
    found = types_in_words([text])
    told = [(each.key, each.sub_kind, each.word) for each in found]
    assert told == ([(key, sub_kind, word)] if key else [])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("市气象局雷电灾害隐患排查表", "meteorological"),
        ("市气象局隐患排查表", ""),
        ("防汛抗旱指挥部办公室山洪灾害排查表", "flood"),
        ("食品安全委员会办公室2014年隐患排查表", ""),
        ("地质灾害排查领导小组", "geological"),
    ],
)
def test_the_name_of_an_office_names_no_type(text, key):
    assert "".join({each.key for each in types_in_words([text])}) == key


def test_several_types_in_one_place_are_none_and_no_farther_place_decides():
    titles = "防汛和地质灾害隐患排查表"
    mapping = map_sheet(sheet_of([titles], HEADER, LAOLING, file="地质灾害.xlsx"))
    assert (mapping.type_key, mapping.type_said) == ("", None)


def test_the_words_that_name_the_type_are_kept():
    said = map_sheet(sheet_of([" 尾矿库 排查表"], HEADER, LAOLING)).type_said
    assert (said.place, said.text, said.word) == ("title", " 尾矿库 排查表", "尾矿库")
    assert map_sheet(sheet_of(HEADER, LAOLING, name="洪水")).type_said.place == "sheet"
    assert map_sheet(sheet_of(HEADER, LAOLING, file="洪水.xlsx")).type_said.place == "file"
    assert map_sheet(sheet_of(HEADER, LAOLING, name="洪水"), "geological").type_said is None


@pytest.mark.parametrize(
    ("name", "title", "file", "key"),
    [
        ("洪水", "地质灾害排查表", "雾霾.xlsx", "flood"),
        ("Sheet1", "地质灾害排查表", "雾霾.xlsx", "geological"),
        ("Sheet1", "隐患排查表", "雾霾.xlsx", "haze"),
        ("Sheet1", "隐患排查表", "台账.xlsx", ""),
    ],
)
def test_sheet_name_goes_before_title_and_title_before_file_name(name, title, file, key):
    mapping = map_sheet(sheet_of([title], HEADER, LAOLING, name=name, file=file))
    assert mapping.type_key == key


def test_a_category_column_admits_the_columns_of_every_type():
    headers = [*HEADER, "威胁户数"]
    alone = mapped(headers, "geological").columns[5]
    mixed = mapped(["类别", *headers], "geological").columns[6]
    assert set(alone.type_fields) == {"geological"}
    assert {"geological", "flood", "earthquake"} <= set(mixed.type_fields)


# --- which rows are hazards


def test_hazards_keep_their_place_and_blank_rows_are_passed_over_in_silence():
    rows = read(HEADER, LAOLING, [None], [" ", "", "　"], DUSHAN)
    assert list(rows.indices) == [1, 4]
    assert list(rows.columns[0]) == ["老岭沟泥石流", "都山崩塌"]
    assert list(rows.columns[2]) == ["40.41", "40.52"]
    assert (rows.notes, roles(rows)) == ((), ["header"])


def test_a_sheet_that_ends_with_its_header_holds_no_hazards():
    rows = read(HEADER)
    assert list(rows.indices) == []
    assert rows.columns == ([], [], [], [], [])


def roles(rows):
    return [row.role.value for row in rows.skipped]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("合计", "total"),
        ("总 计", "total"),
        ("小计：", "total"),
        ("示例", "example"),
        ("例：", "example"),
        ("填写示例", "example"),
    ],
)
def test_totals_and_examples_are_no_hazards(word, role):
    rows = read(HEADER, LAOLING, [word, "119.60", "39.93", "2", "王五"])
    assert list(rows.indices) == [1]
    assert (rows.notes, roles(rows)) == ((), ["header", role])
    assert rows.skipped[-1].index == 2
    assert all(row.role.label for row in rows.skipped)


def test_a_name_that_only_begins_like_a_total_is_a_hazard():
    rows = read(HEADER, ["合计沟滑坡", *LAOLING[1:]], ["例会楼危墙", *DUSHAN[1:]])
    assert list(rows.indices) == [1, 2]


@pytest.mark.parametrize(
    "note",
    ["注：坐标为国家2000", "填表人：王五", "坐标来源：手持机", "负责人：赵六", "本表一式两份"],
)
def test_notes_below_the_hazards_are_kept_as_notes(note):
    rows = read(HEADER, LAOLING, [note, None, "2014年3月"])
    assert list(rows.indices) == [1]
    assert rows.notes == (f"{note}2014年3月",)
    assert roles(rows) == ["header", "note"]


def test_a_lone_cell_is_a_remark_unless_it_is_a_name():
    rows = read(HEADER, LAOLING, [None, None, None, "已电话核实"], ["都山崩塌"])
    assert list(rows.indices) == [1, 3]
    assert rows.notes == ("已电话核实",)


def test_a_lone_cell_of_a_narrow_sheet_is_a_hazard_with_gaps():
    rows = read(HEADER[:3], LAOLING[:3], [None, "118.82"])
    assert list(rows.indices) == [1, 2]


def test_a_header_repeated_on_the_next_printed_page_is_no_hazard():
    rows = read(HEADER, LAOLING, ["*隐患名称", "经 度", "纬度", "乡镇", "联系人"], DUSHAN)
    assert list(rows.indices) == [1, 3]
    assert (rows.notes, roles(rows)) == ((), ["header", "header"])


def test_two_words_of_the_header_are_too_few_for_a_repeated_one():
    rows = read(HEADER, LAOLING, ["隐患名称", None, None, "乡镇"])
    assert list(rows.indices) == [1, 2]


def test_a_row_of_units_counts_as_one_only_right_below_the_header():
    units = ["米", "（度）", "°", "户", "m³"]
    rows = read(HEADER, units, LAOLING, units)
    assert list(rows.indices) == [2, 3]
    assert roles(rows) == ["header", "units"]


def test_a_block_merged_over_several_rows_holds_for_each_of_them():
    rows = read(
        HEADER,
        LAOLING,
        [*DUSHAN[:3], None, "李四"],
        ["三道沟滑坡", "118.90", "40.45", None, "王五"],
        # the township over three rows; beside it a block of one row, and one of the header
        merged=[(2, 4, 4, 4), (3, 1, 3, 2), (1, 5, 1, 5)],
    )
    assert list(rows.columns[3]) == ["祖山镇"] * 3
    assert list(rows.columns[0]) == ["老岭沟泥石流", "都山崩塌", "三道沟滑坡"]


# --- 规模 is a volume or a grade


def scale(*cells, header="规模", others=()):
    rows = [[cell, *["x" for _other in others]] for cell in cells]
    head = ["隐患名称", "类别", header, *others]
    found = map_sheet(sheet_of(head, *[["北山", "滑坡", *row] for row in rows]), "geological")
    column = next(c for c in found.columns if c.header == header)
    return column.type_fields["geological"].key, said(found)


@pytest.mark.parametrize("cells", [("小型", "中型"), ("大型", "—", ""), ("小型", "不详")])
def test_a_scale_in_words_is_the_grade_and_it_is_said(cells):
    assert scale(*cells) == ("scale_grade", [(2, "scale_grade", "header-guessed")])


@pytest.mark.parametrize("cells", [("4500",), ("小型", "4500"), ("", None), ("很大",), ("4500m³",)])
def test_a_scale_in_numbers_stays_the_volume(cells):
    assert scale(*cells) == ("volume_m3", [])


def test_a_scale_in_words_beside_its_grade_changes_nothing():
    assert scale("小型", others=("规模等级",)) == ("volume_m3", [])


def test_a_scale_that_an_officer_called_the_volume_stays_it():
    sheet = sheet_of(["隐患名称", "类别", "规模"], ["北山", "滑坡", "小型"])
    found = map_sheet(sheet, "geological", ColumnChoice(fields={"规模": "volume_m3"}))
    assert [c.type_fields["geological"].key for c in found.columns[2:]] == ["volume_m3"]
