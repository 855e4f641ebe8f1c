"""Degrees, minutes and seconds in three columns are one angle."""

from pathlib import Path

import pytest

from qhd_riskmap.domain.survey_data_rows import data_rows
from qhd_riskmap.domain.survey_headers import map_sheet
from qhd_riskmap.domain.survey_sheet import MergedRange, SurveySheet
from qhd_riskmap.domain.survey_split_angles import join_angles

NAME = ["隐患名称", "类别"]
ROW = ["甲沟", "滑坡", "118", "57", "0", "40", "24", "25.2"]


def joined(*rows, merged=()):
    width = max(map(len, rows))
    padded = [[*row, *[None] * (width - len(row))] for row in rows]
    sheet = SurveySheet(
        file=Path("表.xlsx"),
        name="表",
        columns=tuple(zip(*padded, strict=True)),
        merged=tuple(merged),
    )
    mapping = map_sheet(sheet)
    return join_angles(sheet, data_rows(sheet, mapping), mapping)


LAYOUTS = {
    "below a merged header": (
        [[*NAME, "经度", None, None, "纬度", None, None], [None, None, "度", "分", "秒", "度", "分", "秒"]],
        [MergedRange(1, 3, 1, 5), MergedRange(1, 6, 1, 8)],
    ),
    "below a plain header": (
        [[*NAME, "经度", None, None, "纬度", None, None], [None, None, "°", "′", "″", "°", "'", '"']], [],
    ),
    "in brackets": (
        [[*NAME, "经度(度)", "经度（分）", "经度(秒)", "纬度(度)", "纬度(分)", "纬度(秒)"]], [],
    ),
    "behind the word": ([[*NAME, "经度度", "经度分", "经度秒", "纬度度", "纬度分", "纬度秒"]], []),
    "of the east": ([[*NAME, "东经度", "分", "秒", "北纬度", "分", "秒"]], []),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_way_to_head_three_columns(layout):
    head, merged = LAYOUTS[layout]
    found = joined(*head, ROW, merged=merged)
    assert [list(column) for column in found.data.columns[2:]] == [
        ["118°57′0″"], [None], [None], ["40°24′25.2″"], [None], [None],
    ]  # fmt: skip
    assert len(found.headers) == 2
    assert [row.role.value for row in found.data.skipped][1:] == ["units"] * (len(head) - 1)
    fields = {c.index: c.field.key for c in found.mapping.columns if c.field is not None}
    assert fields == {0: "name", 1: "category", 2: "lon", 5: "lat"}


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        (["118.0", "57.5", None], "118°57.5′"),
        (["118", None, "3"], "118°?′3″"),
        (["118", None, None], "118°?′"),
        ([None, "57", "3"], "°57′3″"),
        ([None, None, " "], None),
        (["118.95", "57", "3"], "118.95°57′3″"),
    ],
)
def test_a_missing_part_is_never_read_as_nothing(parts, text):
    found = joined(*LAYOUTS["in brackets"][0], ["甲沟", "滑坡", *parts, *ROW[5:]], ROW)
    assert found.data.columns[2][0] == text


def test_other_sheets_stay_as_they_are():
    for head in (
        [*NAME, "经度", "纬度", "备注"], [*NAME, "经度", "坡度", "分类", "秒", "纬度"], [*NAME, "坐标"],
    ):  # fmt: skip
        found = joined(head, [*ROW[:2], "118.95", "40.407"])
        assert found.headers == ()
