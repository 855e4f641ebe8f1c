"""Charts are drawn without a window, hold their numbers, and can be read in grey and in the dark."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from defusedxml import ElementTree
from PIL import Image

from qhd_riskmap.domain.chart import Chart, ChartKind, Mark, Series
from qhd_riskmap.formats.charts import ChartLook, chart_file, chart_png

NAMES = ("海港", "山海关", "青龙满族自治县很长很长的一个单位名称")
LEVELS = tuple(
    Series(label=label, values=(rank + 1.0, 4.0, 2.0), rank=rank)
    for rank, label in (
        (1, "重大风险"),
        (2, "较大风险"),
        (3, "一般风险"),
        (4, "低风险"),
        (0, "未评级"),
    )
)
PLAIN = (
    Series(label="未整改", values=(12.0, 7.0, 3.0)), Series(label="逾期", values=(4.0, 0.0, None)),
)  # fmt: skip


def a_chart(kind, series=PLAIN, **others):
    return Chart(
        key="k",
        title="各县区（处）",
        kind=kind,
        categories=NAMES,
        series=series,
        unit="项",
        **others,
    )


def pixels(content):
    return np.asarray(Image.open(BytesIO(content)).convert("RGB"), dtype=np.int16)


def middle(image, mark):
    box = image[round(mark.top) : round(mark.bottom), round(mark.left) : round(mark.right)]
    return np.median(box.reshape(-1, 3), axis=0)


@pytest.mark.parametrize("kind", list(ChartKind))
def test_every_kind_is_drawn_in_the_size_and_on_the_ground_asked_for(kind):
    look = ChartLook(ground="#232A2B", text="#E8EEEE", line="#3A4546")
    drawn = chart_png(a_chart(kind), 640, 360, look=look, ratio=1.5)
    image = pixels(drawn.content)
    assert image.shape == (540, 960, 3)
    assert (image[2, 2] == (0x23, 0x2A, 0x2B)).all()
    assert len(drawn.marks) >= 4


def test_a_mark_stands_where_its_bar_is_and_carries_the_colour_of_its_level():
    drawn = chart_png(a_chart(ChartKind.STACKED, LEVELS), 700, 420, ratio=2.0)
    image = pixels(drawn.content)
    red = next(m for m in drawn.marks if (m.series, m.category) == (0, 1))
    assert np.abs(middle(image, red) - (0xE6, 0, 0)).max() < 12
    assert red.holds((red.left + red.right) / 2, (red.top + red.bottom) / 2)
    assert not red.holds(red.left - 1, red.top)
    heights = {(m.series, m.category): m.bottom - m.top for m in drawn.marks}
    assert heights[0, 1] == pytest.approx(2 * heights[0, 0], rel=0.02)  # 4 to 2
    assert (
        len({round(m.bottom) for m in drawn.marks if m.series == 0}) == 1
    )  # all stand on the axis


def test_levels_differ_in_a_grey_print():
    """Each level has a pattern of its own: what is drawn in one piece differs from all others."""
    drawn = chart_png(a_chart(ChartKind.STACKED, LEVELS), 700, 900, ratio=2.0)
    grey = pixels(drawn.content).mean(axis=2)
    looks = []
    for mark in sorted((m for m in drawn.marks if m.category == 1), key=lambda m: m.series):
        piece = grey[
            round(mark.top) + 4 : round(mark.bottom) - 4,
            round(mark.left) + 4 : round(mark.left) + 60,
        ]
        looks.append((float(np.median(piece)), float(piece.std())))
    assert len({(round(tone / 8), round(rough / 6)) for tone, rough in looks}) == 5


def test_points_of_lines_are_marks_and_missing_values_have_none():
    drawn = chart_png(a_chart(ChartKind.LINES), 600, 300)
    assert {(m.series, m.category) for m in drawn.marks} == {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)}
    first = next(m for m in drawn.marks if (m.series, m.category) == (0, 0))
    third = next(m for m in drawn.marks if (m.series, m.category) == (0, 2))
    assert first.left < third.left
    assert first.top < third.top  # 12 stands above 3


def test_shares_are_written_in_percent_and_svg_is_always_the_same():
    chart = a_chart(
        ChartKind.GROUPED, (Series(label="整改率", values=(0.25, 1.0, None)),), percent=True
    )
    once, twice = (chart_file(chart, 150, 80, "svg") for _time in range(2))
    assert once == twice
    root = ElementTree.fromstring(once)
    assert root.tag.endswith("svg")
    assert b"<text" not in once  # letters are outlines: the picture looks the same on every desk
    png = Image.open(BytesIO(chart_file(chart, 150, 80, "png")))
    assert png.size == (1181, 629)


def test_nothing_to_show_is_a_chart_too():
    empty = a_chart(ChartKind.GROUPED, (Series(label="新增", values=(None, 0.0, 0.0)),))
    assert empty.empty
    assert chart_png(empty, 500, 300).content.startswith(b"\x89PNG")
    none = Chart(key="k", title="空", kind=ChartKind.ACROSS, categories=(), series=())
    assert none.empty
    assert chart_png(none, 500, 300).marks == ()


def test_a_series_has_a_value_per_category():
    with pytest.raises(ValueError, match="value per category"):
        a_chart(ChartKind.LINES, (Series(label="短", values=(1.0,)),))


def test_a_mark_knows_its_borders():
    mark = Mark(1, 2, 3, 4, 0, 0)
    assert mark.holds(1, 2)
    assert mark.holds(3, 4)
    assert not mark.holds(2, 5)
