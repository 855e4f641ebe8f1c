"""A mapping of cells is read whole, or everything wrong with it is told."""

from __future__ import annotations

import pytest

from qhd_riskmap.domain.cell_mapping import (
    MOST_CELLS,
    MappedCell,
    checked_name,
    read_cells,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import InvalidInputError

PLAIN = {"sheet": "汇总", "cell": "B5", "figure": "tasks"}


def test_keys_and_the_words_of_people_both_serve():
    made = read_cells([
        PLAIN,
        {
            "sheet": " 汇总 ", "cell": "$c$6", "figure": "整改率", "county": "北戴河", "type": "洪水",
            "level": "红", "back": "1", "percent": "是",
        },
        {"sheet": "汇总", "cell": "A1", "figure": "填报单位", "back": 0, "percent": False},
        {"sheet": "汇总", "cell": "XFD1048576", "figure": "late", "county": "130371", "level": "blue"},
    ])  # fmt: skip
    assert made[0] == MappedCell(sheet="汇总", cell="B5", figure="tasks")
    assert made[1] == MappedCell(
        sheet="汇总", cell="C6", figure="rate", county="130304", type_key="flood",
        level=RiskLevel.RED, back=1, percent=True,
    )  # fmt: skip
    assert made[1].place == "汇总!C6"
    assert made[2].figure == "office"
    assert read_cells([each.to_json() for each in made]) == made


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sheet": ""}, "工作表"),
        ({"cell": ""}, "不是单元格"),
        ({"cell": "5B"}, "不是单元格"),
        ({"cell": "B0"}, "不是单元格"),
        ({"cell": "XFE1"}, "不是单元格"),
        ({"cell": "A1048577"}, "不是单元格"),
        ({"figure": "总数"}, "没有统计指标“总数”"),
        ({"county": "唐山市"}, "没有县区"),
        ({"county": "火星"}, "没有县区"),
        ({"type": "火星"}, "火星"),
        ({"level": "紫"}, "没有风险等级"),
        ({"back": "一"}, "几个月前"),
        ({"back": "25"}, "几个月前"),
        ({"back": "-1"}, "几个月前"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_number(change, said):
    with pytest.raises(InvalidInputError, match="第 2 项") as caught:
        read_cells([PLAIN, {**PLAIN, "cell": "C5", **change}])
    assert said in caught.value.message


def test_everything_wrong_is_told_at_once_and_much_is_counted():
    with pytest.raises(InvalidInputError) as caught:
        read_cells(["B5", PLAIN, PLAIN, {}])
    assert [f"第 {n} 项" in caught.value.message for n in (1, 2, 3, 4)] == [True, False, True, True]
    with pytest.raises(InvalidInputError, match="另有 10 处"):
        read_cells([{}] * 30)


@pytest.mark.parametrize("count", [0, MOST_CELLS + 1])
def test_none_and_too_many_are_refused(count):
    with pytest.raises(InvalidInputError, match="单元格"):
        read_cells([PLAIN] * count)


def test_a_name_is_tidied_and_never_blank():
    assert checked_name("  省厅  月报 ") == "省厅 月报"
    for wrong in ("", "  ", "长" * 61):
        with pytest.raises(InvalidInputError):
            checked_name(wrong)
