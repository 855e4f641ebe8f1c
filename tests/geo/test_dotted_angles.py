"""118.57.30 is an angle where a sheet shows it, and nothing by itself."""

import pytest

from qhd_riskmap.geo.dotted_angles import dotted_pairs, dotted_places, signed


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("118.57.30", "118°57′30″"),
        ("40.24.25.2", "40°24′25.2″"),
        ("E118.5.3", "E118°5′3″"),
        ("１１８．５７．３０", "118°57′30″"),
        ("118.57.30,40.24.25;118.58.00,40.25.00", "118°57′30″,40°24′25″;118°58′00″,40°25′00″"),
        ("118.57.60", ""),
        ("118.60.30", ""),
        ("118.5730", ""),
        ("118.57.30, 40.407", ""),
        ("2014.03.05", ""),
        ("4.3.5", ""),
        ("118.57.30.5.1", ""),
        ("无", ""),
    ],
)
def test_every_number_of_a_text_is_dotted_or_it_is_left_alone(text, read):
    assert signed(text) == read


@pytest.mark.parametrize(
    ("first", "second", "rows"),
    [
        (["118.57.30"], ["40.24.25"], [0]),
        (["40.24.25"], ["118.57.30"], [0]),
        (["118.57.30", None, "见图", "118°58′00″"], ["40.24.25", "/", "40.25.00", "40.25.00"], [0]),
        (["119.05.12"], ["39.75"], []),
        (["119.05.12"], [None], []),
        (["119.05.12"], ["39.75.12"], []),  # no minutes
        (["118.57.30", "118.9512"], ["40.24.25", "40.4071"], []),
        (["118.57.30", "118.58.00"], ["40.24.25", "40.4071°"], []),
        (["14.03.05"], ["14.03.06"], []),  # two days
        (["118.57.30"], ["119.57.30"], []),
        (["118.57.30,40.24.25"], ["40.24.25"], []),
    ],
)
def test_both_cells_of_a_pair_are_dotted_and_no_plain_number_stands_beside_them(
    first, second, rows
):
    assert dotted_pairs(first, second) == rows


@pytest.mark.parametrize(
    ("column", "rows"),
    [
        (["118.57.30,40.24.25", None, "118.57.30 40.24.25;118.58.30 40.25.25"], [0, 2]),
        (["118.57.30,40.24.25", "118.95,40.407"], []),
        (["118.57.30,40.24.25", "见图"], [0]),
        (["118.57.30"], []),
        (["14.03.05,14.03.06"], []),
        ([], []),
    ],
)
def test_a_place_in_one_cell_is_dotted_in_pairs(column, rows):
    assert dotted_places(column) == rows
