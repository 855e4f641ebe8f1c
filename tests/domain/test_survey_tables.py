"""Several tables on a sheet, deep headers, ditto marks, and what officers say of columns."""

from pathlib import Path

import pytest

from qhd_riskmap.domain.survey_data_rows import data_rows
from qhd_riskmap.domain.survey_header_rows import HeaderRows, find_header, fingerprint_of, header_at
from qhd_riskmap.domain.survey_headers import SHEET_FIELDS, ColumnChoice, map_sheet
from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet
from qhd_riskmap.domain.survey_tables import like_names, split_tables

HEAD = ["序号", "隐患名称", "经度", "纬度"]
EAST = ["1", "东沟", "119.1", "40.1"]
WEST = ["2", "西沟", "119.2", "40.2"]


def sheet_of(*rows, merged=(), name="表", first_row=1, **more):
    width = max(len(row) for row in rows)
    columns = tuple([row[i] if i < len(row) else None for row in rows] for i in range(width))
    return SurveySheet(
        file=Path("台账.xlsx"), name=name, columns=columns, first_row=first_row,
        merged=tuple(MergedRange(*block) for block in merged), **more,
    )  # fmt: skip


def names(table):
    mapping = map_sheet(table)
    index = mapping.column("name").index
    return list(data_rows(table, mapping).columns[index])


# Tables


def test_a_sheet_with_one_table_stays_itself():
    sheet = sheet_of(["标题"], HEAD, EAST, WEST)
    assert split_tables(sheet) == (sheet,)


def test_a_sheet_without_a_header_stays_itself():
    sheet = sheet_of(["甲", "乙"], ["丙", "丁"])
    assert split_tables(sheet) == (sheet,)


def test_a_header_the_file_declares_means_one_table():
    sheet = sheet_of(HEAD, EAST, HEAD, WEST, header_row=1)
    assert split_tables(sheet) == (sheet,)


def test_stacked_tables_keep_their_titles_and_the_senders_addresses():
    sheet = sheet_of(
        ["海港区2014年隐患排查表"], ["一、地质灾害"], HEAD, EAST, ["合计", "1处"], [None],
        ["二、洪水灾害"], ["名称", "东经", "北纬", "备注"], ["北河", "119.3", "40.3", "x"],
        first_row=5,
    )  # fmt: skip
    first, second = split_tables(sheet)
    assert (first.first_row, second.first_row) == (5, 11)
    assert second.address(2, 0) == "A13"
    assert second.context == ("海港区2014年隐患排查表",), (
        "the first table's own title is not shared"
    )
    assert [map_sheet(t).type_key for t in (first, second)] == ["geological", "flood"]
    assert (names(first), names(second)) == (["东沟"], ["北河"])


def test_a_table_without_a_title_takes_the_type_of_the_sheets_title():
    _first, second = split_tables(
        sheet_of(["地质灾害隐患点"], HEAD, EAST, ["名称", "坐标", "备注"], ["北沟", "119,40", ""])
    )
    assert map_sheet(second).type_key == "geological"


def test_a_header_printed_again_begins_no_new_table():
    sheet = sheet_of(HEAD, EAST, HEAD, WEST)
    assert split_tables(sheet) == (sheet,)
    assert names(sheet) == ["东沟", "西沟"]


def test_a_header_printed_again_under_a_title_begins_one():
    first, second = split_tables(sheet_of(HEAD, EAST, ["续表"], HEAD, WEST))
    assert (names(first), names(second)) == (["东沟"], ["西沟"])


def test_a_note_above_a_header_stays_with_the_table_it_ends():
    first, second = split_tables(
        sheet_of(
            HEAD, EAST, ["注：坐标为GPS"], ["名称", "东经", "北纬", "县区"], ["北沟", "1", "2", ""]
        )
    )
    assert data_rows(first, map_sheet(first)).notes == ("注：坐标为GPS",)
    assert second.first_row == 4


def test_two_row_headers_are_found_again_too():
    two = (["名称", "中心坐标", "", "县区"], ["", "经度", "纬度", ""])
    first, second = split_tables(
        sheet_of(*two, ["甲", "119", "40", "x"], ["下表"], *two, ["乙", "119", "40", "x"])
    )
    assert (names(first), names(second)) == (["甲"], ["乙"])


@pytest.mark.parametrize(
    "row",
    [["1", "名称", "119.1", "40.1"], ["名称", "位置", "说明", ""], ["3", "隐患名称(补)", "", ""]],
    ids=["a hazard called name", "no place", "too few words"],
)
def test_rows_with_a_word_of_a_header_begin_no_table(row):
    sheet = sheet_of(HEAD, EAST, row, WEST)
    assert split_tables(sheet) == (sheet,)


def test_side_by_side_tables_with_a_gap():
    left, right = split_tables(
        sheet_of(
            ["地质灾害隐患点"], [*HEAD, None, *HEAD], [*EAST, None, *WEST],
            merged=[(1, 1, 1, 9), (3, 6, 4, 6)],
        )
    )  # fmt: skip
    assert (names(left), names(right)) == (["东沟"], ["西沟"])
    assert right.address(0, 1) == "G1"
    assert right.context == ("地质灾害隐患点",)
    assert right.merged == (MergedRange(3, 6, 4, 6),)
    assert map_sheet(right).type_key == "geological"


def test_side_by_side_tables_without_a_gap():
    left, right = split_tables(sheet_of([*HEAD, *HEAD], [*EAST, *WEST]))
    assert (names(left), names(right)) == (["东沟"], ["西沟"])


def test_columns_beyond_a_gap_that_are_no_table_stay_with_the_one_before():
    sheet = sheet_of([*HEAD, None, "整改措施"], [*EAST, None, "巡查"])
    assert split_tables(sheet) == (sheet,)
    three = sheet_of(
        [*HEAD, None, "整改措施", None, *HEAD], [*EAST, None, "巡查", None, *WEST]
    )  # fmt: skip
    left, right = split_tables(three)
    assert left.width == 7
    assert names(right) == ["西沟"]


def test_what_stands_left_of_the_first_table_keeps_the_sheet_whole():
    sheet = sheet_of(["目录", None, *HEAD], ["一", None, *EAST])
    assert split_tables(sheet) == (sheet,)


def test_a_repeated_column_without_a_name_is_no_second_table():
    sheet = sheet_of([*HEAD, "序号", "整改措施"], [*EAST, "1", "巡查"])
    assert split_tables(sheet) == (sheet,)


# Headers


def test_a_three_row_header_is_joined_under_its_merged_headings():
    sheet = sheet_of(
        ["某县地质灾害排查表"],
        ["序号", "隐患点基本情况", None, None, "备注"],
        [None, "名称", "位置坐标", None, None],
        [None, None, "经度", "纬度", None],
        EAST,
        merged=[(1, 1, 1, 5), (2, 2, 2, 4), (3, 3, 3, 4), (2, 1, 4, 1), (3, 2, 4, 2)],
    )
    header = find_header(sheet, SHEET_FIELDS)
    assert (header.top, header.bottom) == (1, 3)
    mapping = map_sheet(sheet)
    found = {c.field.key: c.header for c in mapping.columns if c.field}
    assert found["lon"] == "隐患点基本情况位置坐标经度"
    assert found["name"] == "隐患点基本情况名称"
    assert mapping.type_key == "geological", "the title is no part of the header"
    assert mapping.located


def test_a_heading_that_ends_above_does_not_spread_to_its_right():
    sheet = sheet_of(["名称", "联系电话", ""], ["", "", "经度"], ["甲", "1", "119"])
    assert find_header(sheet, SHEET_FIELDS).names[2] == ("经度",)


def test_a_column_under_nothing_but_blanks_has_no_parent():
    sheet = sheet_of(["", "位置", ""], ["名称", "经度", "纬度"], ["甲", "1", "2"])
    assert find_header(sheet, SHEET_FIELDS).names[0] == ("名称",)


@pytest.mark.parametrize(("row", "depth"), [(0, 1), (4, 1), (3, 2), (1, 4), (1, 0)])
def test_a_header_outside_the_sheet_is_none(row, depth):
    assert header_at(sheet_of(HEAD, EAST, WEST), row, depth) is None


def test_an_officer_may_point_at_the_header():
    sheet = sheet_of(["某某", "某某"], ["甲", "乙"], ["丙", "丁"], ["1", "2"])
    assert header_at(sheet, 2).names == (("甲",), ("乙",))
    assert header_at(sheet, 2, 2).names == (("甲丙", "丙"), ("乙丁", "丁"))
    assert header_at(sheet_of(["甲"], [""]), 1, 2) is None
    mapping = map_sheet(
        sheet, choice=ColumnChoice(header_row=2, header_depth=2, fields={"甲丙": "name"})
    )
    assert mapping.column("name").source == "choice"


def test_fingerprints_tell_headers_and_not_their_order():
    assert fingerprint_of(["A", "B"]) == fingerprint_of(["b", "ａ"])
    assert fingerprint_of(["A", "B"]) != fingerprint_of(["AB"])


# What officers say


def test_what_an_officer_says_of_a_column_goes_before_its_name():
    sheet = sheet_of(["名称", "点名", "东", "北", "值"], ["a", "b", "1", "2", "3"])
    fields = {"点名": "name", "名称": "", "东": "lon", "北": "lat", "值": "threat_people"}
    mapping = map_sheet(sheet, "geological", ColumnChoice(fields=fields))
    by_header = {c.header: c for c in mapping.columns}
    assert by_header["点名"].field.key == "name"
    assert not by_header["名称"].known
    assert by_header["值"].type_fields["geological"].key == "threat_people"
    assert mapping.located


def test_one_field_said_of_two_columns_is_the_first_ones():
    sheet = sheet_of(["名称", "甲", "乙", "经度", "纬度"], ["a", "b", "1", "2", "3"])
    mapping = map_sheet(sheet, choice=ColumnChoice(fields={"甲": "unit", "乙": "unit"}))
    assert [c.index for c in mapping.columns if c.field and c.field.key == "unit"] == [1]


def test_columns_of_one_name_are_told_apart():
    header = HeaderRows(top=0, bottom=0, names=(("坐标",), (), ("坐标",)))
    assert header.headers == {0: "坐标", 2: "坐标(2)"}
    sheet = sheet_of(["名称", "坐标", "坐标"], ["a", "1", "2"])
    choice = ColumnChoice(fields={"坐标": "lon", "坐标(2)": "lat"})
    assert map_sheet(sheet, choice=choice).located


def test_a_unit_in_the_header_counts_for_a_chosen_column_too():
    sheet = sheet_of(["名称", "费用（元）"], ["a", "5000"])
    mapping = map_sheet(sheet, choice=ColumnChoice(header_row=1, fields={"费用(元)": "fund"}))
    assert mapping.column("fund").factor == pytest.approx(0.0001)
    assert [i.issue.code for i in mapping.issues] == ["unit-converted"]


def test_a_remembered_header_is_known_again_in_whatever_order():
    odd = ["XM", "ZBX", "ZBY"]
    fields = {"XM": "name", "ZBX": "x_north", "ZBY": "y_east"}
    remembered = {fingerprint_of(odd): fields}
    sheet = sheet_of(["ZBY", "XM", "ZBX"], ["1", "甲", "2"])
    assert map_sheet(sheet) is None
    mapping = map_sheet(sheet, remembered=remembered)
    assert mapping.remembered
    assert mapping.column("name").index == 1
    assert not map_sheet(sheet_of(HEAD, EAST), remembered=remembered).remembered


def test_a_column_chosen_as_category_admits_rows_of_any_type():
    sheet = sheet_of(
        ["名称", "种", "经度", "纬度", "CAS号"], ["a", "b", "1", "2", "3"], name="地质灾害"
    )
    mapping = map_sheet(sheet, choice=ColumnChoice(fields={"种": "category"}))
    assert any(c.header == "CAS号" and c.type_fields for c in mapping.columns)


def test_an_officer_may_name_the_type():
    assert (
        map_sheet(sheet_of(HEAD, EAST), choice=ColumnChoice(type_key="flood")).type_key == "flood"
    )


# Rows


def test_ditto_marks_mean_the_cell_above():
    sheet = sheet_of(
        [*HEAD, "县区"], ["1", "甲", "1", "2", "青龙县"], ["2", "乙", "1", "2", "同上"],
        ["3", "丙", "1", "2", "〃"], first_row=3,
    )  # fmt: skip
    assert list(data_rows(sheet, map_sheet(sheet)).columns[4]) == ["青龙县"] * 3
    first = sheet_of([*HEAD, "县区"], ["1", "甲", "1", "2", "同上"])
    assert list(data_rows(first, map_sheet(first)).columns[4]) == ["同上"]


@pytest.mark.parametrize(
    "row",
    [
        ["1", "2", "3", "4", "5"],
        ["甲", "乙", "1", "2", "3", "4"],
        ["(1)", "(2)", "(3)", "(4)"],
        ["栏次", "1", "2", "3", "4"],
    ],
)
def test_a_row_of_column_numbers_is_no_hazard(row):
    head = [*HEAD, "县区", "备注"]
    sheet = sheet_of(head, row, ["1", "东沟", "119", "40", "x", "y"])
    assert names(sheet) == ["东沟"]


@pytest.mark.parametrize("row", [["1", "2", "3"], ["5", "6", "7", "8"], ["1", "2", "4", "5"]])
def test_other_rows_of_numbers_are_hazards(row):
    assert names(sheet_of(HEAD, row)) == [row[1]]


@pytest.mark.parametrize("word", ["合计", "小 计", "全县合计", "合计：12处", "总计(3)"])
def test_totals_are_found_behind_other_cells_where_no_name_stands(word):
    head = ["县区", "乡镇", "隐患名称", "经度", "纬度", "威胁人数"]
    rows = [["青龙县", "甲镇", "东沟", "119", "40", "3"], ["青龙县", word, "", "", "", "30"]]
    assert names(sheet_of(head, *rows)) == ["东沟"]
    rows[1][2] = "西沟"
    assert names(sheet_of(head, *rows)) == ["东沟", "西沟"]


def test_a_total_beside_a_blank_name_is_a_total():
    head = ["县区", "乡镇", "隐患名称", "经度", "纬度"]
    assert names(sheet_of(head, ["青龙", " 小计", " ", "1", "2"], ["a", "b", "c", "1", "2"])) == [
        "c"
    ]


def test_a_heading_that_is_itself_a_word_for_names_counts_once():
    two = (["隐患点", "", "位置", ""], ["名称", "县区", "经度", "纬度"])
    first, second = split_tables(
        sheet_of(*two, ["甲", "x", "119", "40"], ["下表"], *two, ["乙", "x", "119", "40"])
    )
    assert (names(first), names(second)) == (["甲"], ["乙"])


def test_two_known_words_are_too_few_for_a_further_table():
    sheet = sheet_of(HEAD, EAST, ["名称", "坐标", "甲", "乙"], WEST)
    assert split_tables(sheet) == (sheet,)


def test_rows_of_a_sheet_without_a_column_of_names_are_sorted_too():
    sheet = sheet_of(
        ["序号", "经度", "纬度", "县区"], ["1", "119", "40", "x"], ["合计", "", "", ""]
    )
    assert len(data_rows(sheet, map_sheet(sheet)).indices) == 1


def test_both_rows_of_a_header_may_hold_the_word_for_names():
    two = (["隐患名称", "起点", "", "终点", ""], ["名称", "经度", "纬度", "经度", "纬度"])
    line = ["甲", "119", "40", "119.1", "40"]
    first, second = split_tables(sheet_of(*two, line, ["下表"], *two, line))
    assert (names(first), names(second)) == (["甲"], ["甲"])


def test_a_row_of_nothing_but_unsolved_formulas_is_no_blank_row():
    sheet = sheet_of(HEAD, EAST, [None], [None], unsolved=frozenset({(3, 3), (9, 9)}))
    assert list(data_rows(sheet, map_sheet(sheet)).indices) == [1, 2]


@pytest.mark.parametrize(
    ("header", "key"),
    [("隐患名", "name"), ("联系电", "phone"), ("整改完成", None), ("鸡毛蒜", None)],
)
def test_headers_cut_short_by_a_table_of_ten_bytes_are_guessed_and_said(header, key):
    mapping = map_sheet(sheet_of(["县区", header, "经度", "纬度"], ["a", "b", "1", "2"]))
    (column,) = [c for c in mapping.columns if c.header == header]
    assert (column.field.key if column.field else None) == key
    assert column.source == ("likeness" if key else "none")
    assert [i.issue.code for i in mapping.issues] == (["header-guessed"] if key else [])


def test_a_ditto_mark_below_a_sum_means_the_row_above_the_sum():
    head = ["县区", "隐患名称", "经度", "纬度"]
    sheet = sheet_of(
        head, ["青龙", "甲", "1", "2"], ["小计", "", "", "1"], ["同上", "乙", "1", "2"]
    )
    rows = data_rows(sheet, map_sheet(sheet))
    assert list(rows.columns[0]) == ["青龙", "青龙"]
    assert [row.role.value for row in rows.skipped] == ["header", "total"]


def test_the_date_of_a_table_stands_among_its_titles():
    first, second = split_tables(
        sheet_of(HEAD, EAST, ["续表"], ["某县排查表"], ["填报时间：2014年6月"], HEAD, WEST)
    )
    assert (names(first), second.first_row) == (["东沟"], 3)


def test_a_column_without_a_header_is_read_where_an_officer_says_what_it_is():
    sheet = sheet_of(["名称", "经度", ""], ["甲", "119", "40"])
    assert [c.header for c in map_sheet(sheet).columns] == ["名称", "经度"]
    mapping = map_sheet(sheet, choice=ColumnChoice(fields={"C列": "lat", "D列": "unit"}))
    assert mapping.located
    assert (mapping.column("lat").header, mapping.column("lat").index) == ("C列", 2)
    known = {mapping.header.fingerprint: {"C列": "lat"}}
    assert map_sheet(sheet, remembered=known).column("lat").source == "remembered"


def test_the_sum_of_a_county_is_no_hazard_where_no_name_stands_beside_it():
    head = ["县区", "隐患名称", "经度", "纬度"]
    sheet = sheet_of(
        head, ["青龙", "甲", "1", "2"], ["青龙县小计", "", "", "1"], ["昌黎合计沟", "乙", "1", "2"]
    )
    rows = data_rows(sheet, map_sheet(sheet))
    assert [row.role.value for row in rows.skipped] == ["header", "total"]
    assert list(rows.indices) == [1, 3]


FIRMS = ["企业名称", "县区", "东经", "北纬"]
FIRM = ["化工厂", "海港区", "119.3", "40.3"]


def test_an_officers_header_of_names_begins_a_table():
    sheet = sheet_of(HEAD, EAST, ["MC", "县区", "东经", "北纬"], FIRM)
    assert split_tables(sheet) == (sheet,)
    choice = ColumnChoice(fields={"MC": "name"})
    first, second = split_tables(sheet, choice)
    assert (first.height, second.first_row) == (2, 3)
    assert map_sheet(second, choice=choice).column("name").header == "MC"
    assert split_tables(sheet, ColumnChoice(fields={"MC": "name"}, header_row=1)) == (sheet,)


def test_a_remembered_header_of_names_begins_a_table_unless_it_is_read_afresh():
    head = ["MC", "县区", "东经", "北纬"]
    sheet = sheet_of(HEAD, EAST, head, FIRM)
    remembered = {fingerprint_of(head): {"MC": "name"}}
    assert len(split_tables(sheet, remembered=remembered)) == 2
    assert split_tables(sheet, ColumnChoice(afresh=True), remembered) == (sheet,)


def test_what_only_seems_to_name_hazards_begins_a_table_of_its_own():
    first, second = split_tables(sheet_of(HEAD, EAST, FIRMS, FIRM))
    assert (names(first), map_sheet(second).column("name")) == (["东沟"], None)
    first, second = split_tables(sheet_of(FIRMS, FIRM, HEAD, EAST))
    assert (map_sheet(first).column("name"), names(second)) == (None, ["东沟"])


def test_a_first_table_needs_a_place_to_be_one():
    sheet = sheet_of(["桥梁名称", "县区", "乡镇"], ["甲", "x", "y"], HEAD, EAST)
    assert split_tables(sheet) == (sheet,)
    first, second = split_tables(
        sheet_of(["桥梁名称", "县区", "坐标", "备注"], ["甲", "x", "119 40", ""], HEAD, EAST)
    )
    assert (first.height, names(second)) == (2, ["东沟"])


def test_a_table_whose_unit_says_whose_it_is_stays_one():
    sheet = sheet_of([*HEAD, "单位名称"], [*EAST, "甲"], ["合计", "", "1"])
    assert split_tables(sheet) == (sheet,)


def test_blocks_side_by_side_are_parted_where_the_first_only_seems_to_name_hazards():
    left, right = split_tables(sheet_of([*FIRMS, "", *HEAD], [*FIRM, "", *EAST]))
    assert (map_sheet(left).column("name"), names(right)) == (None, ["东沟"])
    sheet = sheet_of(["县区", "东经", "北纬", "", *HEAD], ["x", "119", "40", "", *EAST])
    assert split_tables(sheet) == (sheet,)


@pytest.mark.parametrize(
    ("heads", "likely"),
    [
        (["责任单位", "企业名称", "经度"], [1, 0]),
        (["设施名称", "", "单位"], [0, 2]),
        (["隐患名称", "经度", "纬度"], []),
        (["企业名称(全称)", "经度"], [0]),
    ],
)
def test_columns_that_seem_to_hold_names_come_with_the_likeliest_first(heads, likely):
    header = HeaderRows(top=0, bottom=0, names=tuple((h,) if h else () for h in heads))
    assert like_names(header) == likely
