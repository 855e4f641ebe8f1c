import random

import numpy as np
import pytest

from qhd_riskmap.geo.plain_lists import read_plain_lists
from qhd_riskmap.geo.vertex_text import CoordinateTextError, read_vertices

PIECES = (
    "119.5,39.9", "119.60001,39.80002", "39.9,119.5", "1.5,2.5", "119,39.9", "119.5，39.9", ";", ";;",
    "；", " ", "\n", "\x1e", "119.123456789012345678901,39.9", "1195.5,39.9", "119.5,39.9,", "-119.5,39.9",
    "119.,39.9", ".5,39.9", "J1", "119.5 39.9", "73.0,54.0", "136.0,3.0", "72.99,54.0",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_lists_read_together_are_what_they_are_alone(seed):
    rng = random.Random(seed)
    texts = [
        ";".join(
            rng.choice(PIECES[: rng.choice((2, 3, len(PIECES)))]) for _n in range(rng.randint(1, 6))
        )
        for _text in range(rng.choice((1, 7, 400)))
    ]
    if seed % 2:
        texts = [text.replace("\x1e", "") for text in texts]
    found = read_plain_lists(texts)
    begins = [0, *found.ends[:-1].tolist()]
    for place, begin, end, swapped in zip(
        found.which.tolist(), begins, found.ends.tolist(), found.swapped.tolist(), strict=False
    ):
        alone = read_vertices(texts[place])
        assert [list(xy) for xy in alone.parts[0]] == found.xy[begin:end].tolist()
        assert (len(alone.parts), alone.swapped) == (1, swapped)


def test_lists_in_the_plain_form_are_all_read():
    texts = ["119.5,39.9;119.6,39.8;119.7,39.7", "39.9,119.5;39.8,119.6", "119.5,39.9"]
    found = read_plain_lists(texts)
    assert found.which.tolist() == [0, 1, 2]
    assert found.ends.tolist() == [3, 5, 6]
    assert found.swapped.tolist() == [False, True, False]
    assert found.xy[4].tolist() == [119.6, 39.8]


@pytest.mark.parametrize("texts", [[], ["119.5,39.9\x1e"], ["甲", "119.5", ""]])
def test_nothing_is_read_where_no_list_is_plain(texts):
    found = read_plain_lists(texts)
    assert len(found.which) == len(found.ends) == len(found.xy) == len(found.swapped) == 0


def test_places_outside_china_are_left_to_the_careful_reader():
    texts = ["1.5,2.5;3.5,4.5", "119.5,39.9"]
    found = read_plain_lists(texts)
    assert found.which.tolist() == [1]
    with pytest.raises(CoordinateTextError):
        read_vertices("甲")
    assert np.array_equal(found.xy, [[119.5, 39.9]])


def test_many_lists_are_read_like_few():
    rng = random.Random(3)
    texts = [
        "甲" if rng.random() < 0.1 else ";".join([f"119.{n:06},39.{n % 7}"] * rng.randint(1, 3))
        for n in range(4100)
    ]
    found = read_plain_lists(texts)
    begins = [0, *found.ends[:-1].tolist()]
    assert found.which.tolist() == [place for place, text in enumerate(texts) if text != "甲"]
    for place, begin, end in zip(found.which.tolist(), begins, found.ends.tolist(), strict=True):
        alone = read_plain_lists([texts[place]])
        assert alone.xy.tolist() == found.xy[begin:end].tolist()
