"""Four scales whose words collide stay four types."""

import pytest

from qhd_riskmap.domain.levels import (
    EventGrade,
    HiddenDangerGrade,
    RiskLevel,
    WarningLevel,
    parse_hidden_danger_grade,
    parse_risk_level,
)


def test_risk_levels_have_names_colours_and_ranks():
    assert [(r.value, r.label, r.colour_name, r.rank) for r in RiskLevel] == [
        ("red", "重大风险", "红色", 1),
        ("orange", "较大风险", "橙色", 2),
        ("yellow", "一般风险", "黄色", 3),
        ("blue", "低风险", "蓝色", 4),
    ]


@pytest.mark.parametrize("level", RiskLevel)
def test_rank_and_level_are_inverse(level):
    assert RiskLevel.from_rank(level.rank) is level


@pytest.mark.parametrize("level", RiskLevel)
def test_every_form_of_a_level_is_read(level):
    words = [level.label, level.label.removesuffix("风险"), level.colour_name, level.value]
    words += [level.colour_name.removesuffix("色"), "ⅠⅡⅢⅣ"[level.rank - 1], f"{level.rank}级"]
    words += ["一二三四"[level.rank - 1] + "级", f" {level.label} ", f"（{level.label}）"]
    assert {parse_risk_level(word) for word in words} == {level}


@pytest.mark.parametrize("word", ["", "很高", "高", "绿", "5", "0", "特别重大事故"])
def test_other_words_are_no_risk_level(word):
    assert parse_risk_level(word) is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("重大风险（红色）", RiskLevel.RED),
        ("(橙)", RiskLevel.ORANGE),
        ("黄色/一般", RiskLevel.YELLOW),
        ("Ⅳ级、蓝", RiskLevel.BLUE),
        ("RED", RiskLevel.RED),
        ("较 大", RiskLevel.ORANGE),
        ("重大风险（橙色）", None),
        ("红（不确定）", None),
        ("（）", None),
    ],
)
def test_several_words_in_one_cell_must_agree(text, level):
    assert parse_risk_level(text) is level


def test_the_same_word_means_different_ranks_on_different_scales():
    # DOMAIN §8, trap 1.
    assert EventGrade.MAJOR.label == "重大"
    assert list(EventGrade).index(EventGrade.MAJOR) == 1
    assert parse_risk_level("重大") is RiskLevel.RED
    assert [g.label for g in EventGrade] == ["特别重大", "重大", "较大", "一般"]


def test_warnings_count_from_red():
    assert [w.label for w in WarningLevel] == [
        "一级（红色）预警",
        "二级（橙色）预警",
        "三级（黄色）预警",
        "四级（蓝色）预警",
    ]


@pytest.mark.parametrize(
    ("word", "grade"),
    [
        ("重大事故隐患", HiddenDangerGrade.MAJOR),
        (" 重大隐患 ", HiddenDangerGrade.MAJOR),
        ("重大", HiddenDangerGrade.MAJOR),
        ("一般事故隐患", HiddenDangerGrade.ORDINARY),
        ("一般", HiddenDangerGrade.ORDINARY),
        ("较大", None),
        ("", None),
    ],
)
def test_hidden_danger_grades_are_read(word, grade):
    assert parse_hidden_danger_grade(word) is grade


def test_hidden_danger_grades_have_labels():
    assert [g.label for g in HiddenDangerGrade] == ["重大事故隐患", "一般事故隐患"]
