"""Sheets with a row for every corner: whose corners are put together, and whose are not."""

from pathlib import Path

import pytest

from qhd_riskmap.domain.survey_data_rows import data_rows
from qhd_riskmap.domain.survey_headers import map_sheet
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.domain.survey_vertex_rows import gather_vertices


def gathered(*rows, headers=("隐患名称", "类别", "拐点号", "经度", "纬度", "边长")):
    sheet = SurveySheet(
        file=Path("a.xlsx"), name="表", columns=tuple(map(list, zip(headers, *rows, strict=True)))
    )
    mapping = map_sheet(sheet)
    return gather_vertices(data_rows(sheet, mapping), mapping)


def lists(found):
    """Name, list of vertices and lone longitude of every row of hazards."""
    place = found.mapping.column("vertices")
    columns = found.data.columns
    name, lon = found.mapping.column("name").index, found.mapping.column("lon").index
    texts = columns[place.index] if place else [None] * len(columns[0])
    return list(zip(columns[name], texts, columns[lon], strict=True))


def test_rows_without_a_name_go_on_with_the_shape_above_and_no_cell_is_lost():
    found = gathered(
        ["东沟", "滑坡", "J1", "118.95", "40.40", "10"],
        [None, None, "J2", "118.96", "40.40", "12"],
        [" ", "滑坡", "J3", "118.96", "40.41", None],
        ["西沟", "滑坡", "J1", "118.90", "40.40", "7"],
    )
    assert lists(found) == [
        ("东沟", "118.95,40.40;118.96,40.40;118.96,40.41", None),
        ("西沟", None, "118.90"),
    ]
    assert (found.rows, found.shapes, found.counter) == (3, 1, "拐点号")
    assert list(found.data.indices) == [1, 4]
    assert found.data.columns[1] == ["滑坡", "滑坡"]
    assert found.data.columns[2] == ["J1；J2；J3", "J1"]
    assert found.data.columns[5] == ["10；12", "7"]


def test_a_counter_that_begins_again_begins_another_shape_of_the_same_name():
    found = gathered(
        ["东沟", "滑坡", "1", "118.95", "40.40", None],
        ["东沟", "滑坡", "2", "118.96", "40.40", None],
        ["东沟", "滑坡", "1", "118.97", "40.40", None],
        ["东沟", "滑坡", "3", "118.98", "40.40", None],
    )
    assert [text for _name, text, _lon in lists(found)] == [
        "118.95,40.40;118.96,40.40",
        "118.97,40.40;118.98,40.40",
    ]


def test_the_first_corner_once_more_closes_a_shape():
    found = gathered(
        ["东沟", "滑坡", "1", "118.95", "40.40", None],
        [None, None, "2", "118.96", "40.40", None],
        [None, None, "1", "118.95", "40.40", None],
        [None, None, "3", "118.98", "40.40", None],
    )
    assert lists(found) == [
        ("东沟", "118.95,40.40;118.96,40.40;118.95,40.40", None),
        (None, None, "118.98"),
    ]


def test_other_names_corners_of_nobody_and_rows_without_a_counter_stay_alone():
    rows = [
        [None, None, "1", "118.95", "40.40", None],
        [None, None, "2", "118.96", "40.40", None],
        ["东沟", "滑坡", "1", "118.95", "40.40", None],
        ["西沟", "滑坡", "2", "118.96", "40.40", None],
        ["北沟", "滑坡", None, "118.97", "40.40", None],
        [None, "滑坡", "3", "118.97", "40.40", None],
    ]
    found = gathered(*rows)
    assert [(name, lon) for name, _text, lon in lists(found)] == [(r[0], r[3]) for r in rows]
    assert found.shapes == 0
    assert found.mapping.column("vertices") is None


@pytest.mark.parametrize(
    "counters", [("J1", "J2"), ("第1点", "第2点"), ("1#", "2#"), ("P-1", "P-2")]
)
def test_corners_under_the_header_of_lists_count_as_well(counters):
    found = gathered(
        ["东沟", "滑坡", counters[0], "118.95", "40.40", None],
        [None, None, counters[1], "118.96", "40.40", None],
        headers=("隐患名称", "类别", "拐点", "经度", "纬度", "边长"),
    )
    assert lists(found) == [("东沟", "118.95,40.40;118.96,40.40", None)]


def test_a_column_that_holds_lists_is_left_as_it_stands():
    rows = [["东沟", "滑坡", "118.95,40.40;118.96,40.41", None, None, None]]
    headers = ("隐患名称", "类别", "拐点坐标", "经度", "纬度", "边长")
    assert lists(gathered(*rows, headers=headers)) == [("东沟", rows[0][2], None)]
    empty = gathered(["东沟", "滑坡", " ", "118.95", "40.40", None], headers=headers)
    assert empty.mapping.column("vertices") is not None


def test_counters_without_a_pair_of_columns_are_of_no_use():
    found = gathered(["东沟", "1", "118.95,40.40"], headers=("隐患名称", "拐点号", "坐标"))
    assert found.shapes == 0
    nameless = gathered(["1", "118.95", "40.40"], headers=("拐点号", "经度", "纬度"))
    assert nameless.shapes == 0


def test_plane_coordinates_are_written_east_first():
    found = gathered(
        ["东沟", "滑坡", "1", "4475000", "410800"],
        [None, None, "2", "4475100", "410\n800"],
        headers=("隐患名称", "类别", "拐点号", "X坐标", "Y坐标"),
    )
    columns = found.data.columns
    assert columns[-1] == ["410800,4475000;410 800,4475100"]
    assert columns[3:5] == ([None], [None])
