"""What an officer is told about a word in the 类别 column that names no type."""

import pytest

from qhd_riskmap.domain.survey_columns import recognise_header
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.services.survey_types import unknown_type


def test_a_word_that_may_mean_two_types_is_answered_with_both_and_never_guessed():
    assert taxonomy().recognise("液氨") is None
    assert unknown_type("液氨") == "不认识类别“液氨”，请写“液氨输送管线”或“液氨储存使用”。"


def test_a_word_like_none_is_answered_with_all_types():
    message = unknown_type("某某" * 30)
    assert all(each.label in message for each in taxonomy().types)
    assert "某某" * 20 + "”" in message


def test_a_single_character_says_nothing():
    assert taxonomy().near("山") == ()
    assert [each.key for each in taxonomy().near("管线")] == [
        "oil_gas_pipeline",
        "ammonia_pipeline",
    ]


@pytest.mark.parametrize("header", ["发现问题", "存在的问题", "发现的问题"])
def test_the_problem_that_was_found_becomes_the_description(header):
    assert recognise_header(header).key == "description"
