"""What an office may set about assessment is checked before it is taken."""

from __future__ import annotations

import pytest

from qhd_riskmap.domain.assessment_settings import read_settings, shipped_settings
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.resources import rules


def test_the_shipped_settings_review_the_worse_levels_more_often():
    found = shipped_settings()
    months = [found.review_months[level] for level in ("red", "orange", "yellow", "blue")]
    assert months == sorted(months)
    assert found.default_radius_m == 500
    assert found.citation.confidence.doubtful


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"review_months": None}, "review_months"),
        ({"review_months": {"red": 1}}, "review_months"),
        ({"review_months": {"red": 0, "orange": 1, "yellow": 1, "blue": 1}}, "review_months"),
        ({"review_months": {"red": 1.5, "orange": 1, "yellow": 1, "blue": 1}}, "review_months"),
        ({"review_months": {"red": True, "orange": 1, "yellow": 1, "blue": 1}}, "review_months"),
        ({"default_radius_m": "500"}, "default_radius_m"),
        ({"default_radius_m": True}, "default_radius_m"),
        ({"default_radius_m": 0}, "default_radius_m"),
        ({"default_radius_m": float("nan")}, "default_radius_m"),
        ({"confidence": "sure"}, "source"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(change, word):
    with pytest.raises(InvalidInputError, match=word):
        read_settings({**rules("assessment"), **change})


def test_what_is_no_settings_is_refused():
    with pytest.raises(InvalidInputError, match="内容"):
        read_settings([])
