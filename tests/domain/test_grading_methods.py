"""Every method against hand-calculated cases, at its boundaries, and in what it refuses to guess."""

from __future__ import annotations

import copy
import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.citation import Confidence
from qhd_riskmap.domain.grading.factors import value_text
from qhd_riskmap.domain.grading.major_hazard import SUBSTANCES
from qhd_riskmap.domain.grading.method import (
    SHIPPED,
    load_method,
    method,
    methods,
    shipped_profile,
    with_profiles,
)
from qhd_riskmap.domain.grading.rule_table import pir_m
from qhd_riskmap.domain.schema import FieldKind
from qhd_riskmap.errors import InvalidInputError, NotGradableError
from qhd_riskmap.resources import rules

CASES = Path(__file__).parents[1] / "data" / "grading" / "cases.csv"


def read_cases():
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def inputs_of(text):
    parts = text.split("|") if "|" in text else text.split(";")
    return dict(part.split("=", 1) for part in parts)


@pytest.mark.parametrize("case", read_cases(), ids=lambda c: f"{c['method']} {c['inputs']}")
def test_hand_calculated_cases(case):
    grading = method(case["method"])
    inputs = inputs_of(case["inputs"])
    result = grading.grade(inputs)
    assert (result.level or "") == case["level"]
    assert result.band == case["band"]
    if case["score"]:
        assert result.score == pytest.approx(float(case["score"]), abs=1e-9)
    if case["lowers"]:
        assert case["lowers"] in [each.text for each in grading.lowerings(inputs)]


def test_there_are_enough_cases_and_every_method_has_some():
    cases = read_cases()
    assert len(cases) >= 60
    assert {case["method"] for case in cases} == set(SHIPPED)
    assert all(case["source"] and case["working"] for case in cases)


def test_table_1_has_85_substances_and_the_classes_of_table_2():
    raw = shipped_profile("gb18218")
    assert [each["id"] for each in raw["substances"]] == list(range(1, 86))
    assert len(raw["classes"]) == 24


@pytest.mark.parametrize("key", SHIPPED)
def test_every_number_says_where_it_stands_and_how_sure_it_is(key):
    def walk(node):
        if isinstance(node, dict):
            if {"minimum", "maximum", "threshold_t", "all"} & set(node) and "level" not in node:
                assert node.get("source") or "value" in node, node
            for each in node.values():
                walk(each)
        if isinstance(node, list):
            for each in node:
                walk(each)

    raw = rules(f"grading_{key}")
    walk(raw)
    for factor in method(key).factors:
        assert factor.citation.source
        assert factor.citation.text.startswith(factor.citation.source)
    assert raw["editable"] is True


def test_doubtful_numbers_are_marked():
    fuel = next(f for f in method("pipeline").factors if f.key == "fuel_200")
    assert fuel.citation.confidence is Confidence.LOW
    assert fuel.citation.confidence.doubtful
    assert not Confidence.SEEN.doubtful


@pytest.mark.parametrize(
    ("diameter", "pressure", "metres"),
    [(273, 1.6, 34.2), (323.9, 4.0, 64.1), (508, 6.3, 126.2), (711, 10, 222.6), (762, 6.9, 198.2),
     (1016, 10, 318.1), (1219, 12, 418.1)],
)  # fmt: skip
def test_potential_impact_radius(diameter, pressure, metres):
    assert pir_m(diameter, pressure) == pytest.approx(metres, abs=0.05)


# -- nothing is guessed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "inputs", "word"),
    [
        ("ls", {"L": 4}, "严重性"),
        ("gb18218", {}, "物质"),
        ("gb18218", {"substances": "液氨:40"}, "500 m"),
        ("gb18218", {"substances": "氟:2", "persons": 5}, "氟 的校正系数"),
        ("gb18218", {"substances": "某物:2", "persons": 5}, "某物"),
        ("geological", {}, "缺少"),
        ("geological", {"threat_people": 999}, "潜在经济损失"),
        ("pipeline", {"medium": "天然气"}, "四层"),
        ("pipeline", {"tall": True}, "介质"),
        ("animal_epidemic", {"disease": "其他"}, "疫病类别"),
        ("expert", {"level": "低风险", "experts": "张工"}, "理由"),
        ("expert", {"level": "低风险", "experts": "张工", "reason": "没事"}, "太短"),
    ],
)
def test_what_is_not_known_is_named_and_nothing_is_guessed(key, inputs, word):
    with pytest.raises(NotGradableError, match=word) as refused:
        method(key).grade(inputs)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("key", "inputs", "word"),
    [
        ("gb18218", {"substances": "液氨四十吨", "persons": 1}, "看不懂"),
        ("gb18218", {"substances": "液氨:-4", "persons": 1}, "看不懂"),
        ("gb18218", {"substances": "柴油:300@W55", "persons": 1}, "W55"),
        ("gb18218", {"substances": "液氨:" + "9" * 400, "persons": 1}, "单位（吨）"),
        ("gb18218", {"substances": "液氨:40", "persons": -1}, "小于"),
        ("geological", {"threat_people": "很多"}, "不是数字"),
        ("geological", {"threat_people": 1.5}, "不是整数"),
        ("pipeline", {"tall": "也许"}, "是"),
        ("pipeline", {"medium": "氢气"}, "不能取"),
        ("forest_fire", {"fire_danger_class": "六级"}, "不能取"),
        ("ls", {"L": "四", "S": 5}, "不能取"),
        ("geological", {"deaths": 3}, "没有“deaths”"),
    ],
)
def test_values_that_cannot_be_are_refused(key, inputs, word):
    with pytest.raises(InvalidInputError, match=word):
        method(key).grade(inputs)


def test_blank_words_count_as_unknown():
    with pytest.raises(NotGradableError, match="可能性"):
        method("ls").grade({"L": "——", "S": 5})


def test_a_fact_that_decides_alone_needs_no_other():
    assert method("geological").grade({"threat_assets": 10000}).band == "特大型"


def test_a_substance_whose_beta_is_missing_needs_none_below_s_1():
    assert method("gb18218").grade({"substances": "氟:0.5"}).band == "不构成重大危险源"


def test_the_class_of_a_substance_gives_its_beta_only_where_table_3_does_not():
    graded = method("gb18218").grade
    assert graded({"substances": "氟:1@J1", "persons": 1}).score == 4
    assert graded({"substances": "液氯:5@J2", "persons": 1}).score == 4


PLAIN_RULES = ("geological", "food_safety", "animal_epidemic", "forest_fire")


def drawn(data, factor):
    if factor.choices:
        return data.draw(st.sampled_from([choice.value for choice in factor.choices]))
    if factor.kind is FieldKind.BOOLEAN:
        return data.draw(st.booleans())
    edges = [0, 1, 2, 9, 10, 29, 30, 49, 50, 99, 100, 273, 499, 500, 762, 999, 1000, 10000]
    return data.draw(st.sampled_from(edges))


@given(data=st.data(), key=st.sampled_from((*PLAIN_RULES, "pipeline", "ls", "lec")))
def test_a_level_found_with_gaps_is_the_one_found_without(data, key):
    grading = method(key)
    whole = {factor.key: drawn(data, factor) for factor in grading.factors}
    part = {k: v for k, v in whole.items() if data.draw(st.booleans())}
    try:
        found = grading.grade(part)
    except NotGradableError:
        return
    assert found.level is grading.grade(whole).level


@given(data=st.data(), key=st.sampled_from(("geological", "food_safety")))
def test_more_people_or_loss_never_lower_the_level(data, key):
    grading = method(key)
    low = {factor.key: drawn(data, factor) for factor in grading.factors}
    high = {key: value + data.draw(st.integers(0, 1000)) for key, value in low.items()}
    assert grading.grade(high).rank <= grading.grade(low).rank


TONNES = st.floats(0, 5000).map(lambda x: round(x, 3))


@given(
    ammonia=TONNES, chlorine=TONNES, more=TONNES, persons=st.integers(0, 300),
    others=st.integers(0, 300),
)  # fmt: skip
def test_more_of_a_substance_or_more_people_never_lower_the_grade(
    ammonia, chlorine, more, persons, others
):
    grading = method("gb18218")

    def graded(a, n):
        return grading.grade({"substances": f"氨:{a:.3f}；氯:{chlorine:.3f}", "persons": n}).rank

    assert graded(ammonia + more, persons + others) <= graded(ammonia, persons)


@given(
    ammonia=TONNES, chlorine=TONNES, petrol=TONNES, persons=st.integers(0, 300)
)  # fmt: skip
def test_what_would_lower_a_major_hazard_does_so_and_is_the_smallest_change(
    ammonia, chlorine, petrol, persons
):
    grading = method("gb18218")
    inputs = {
        "substances": f"氨:{ammonia:.3f}；氯:{chlorine:.3f}；汽油:{petrol:.3f}",
        "persons": persons,
    }
    before = grading.grade(inputs)
    now = {each.name: each.tonnes for each in grading.amounts(before.inputs[SUBSTANCES])}
    for step in grading.lowerings(inputs):
        after = grading.grade(step.inputs)
        assert (after.rank, after.level) == (step.level.rank if step.level else 5, step.level)
        assert after.rank > before.rank
        if step.factor != SUBSTANCES:
            continue
        then = {each.name: each.tonnes for each in grading.amounts(step.inputs[SUBSTANCES])}
        (changed,) = [name for name in now if now[name] != then[name]]
        # A little more of it would not do: the bound is kept to three digits.
        wider = min(now[changed], then[changed] * 1.011 + 0.011)
        less = "；".join(f"{n}:{wider if n == changed else t}" for n, t in now.items())
        assert grading.grade({"substances": less, "persons": persons}).rank < after.rank or (
            wider == now[changed]
        )


@given(data=st.data(), key=st.sampled_from(SHIPPED[:2] + PLAIN_RULES + ("pipeline", "expert")))
def test_what_would_lower_a_level_does_so(data, key):
    grading = method(key)
    inputs = {
        factor.key: "理由写得足够长可以通过检查"
        if factor.kind is FieldKind.TEXT
        else drawn(data, factor)
        for factor in grading.factors
    }
    before = grading.grade(inputs)
    for step in grading.lowerings(inputs):
        after = grading.grade(step.inputs)
        assert after.rank > before.rank
        assert after.level is step.level
        (changed,) = {k for k in after.inputs if after.inputs[k] != before.inputs[k]}
        assert changed == step.factor


@pytest.mark.parametrize("key", ["ls", "lec"])
@given(data=st.data())
def test_no_smaller_change_of_that_factor_lowers_a_product(key, data):
    grading = method(key)
    inputs = {factor.key: drawn(data, factor) for factor in grading.factors}
    for step in grading.lowerings(inputs):
        factor = next(f for f in grading.factors if f.key == step.factor)
        for choice in factor.choices:
            if step.inputs[step.factor] < choice.value <= inputs[step.factor]:
                between = grading.grade({**inputs, step.factor: choice.value})
                assert between.rank < (step.level.rank if step.level else 5)


def test_fixed_facts_are_not_offered_as_a_change():
    inputs = {"medium": "天然气", "tall": False, "fuel_200": False, "households_2km": 20,
              "built_up": False, "diameter_mm": 200, "pressure_mpa": 1.5, "special_pir": True,
              "special_200": False, "uninhabited": False}  # fmt: skip
    steps = [each.text for each in method("pipeline").lowerings(inputs)]
    assert steps
    assert not any("管径" in text or "介质" in text for text in steps)


def test_a_rising_factor_can_lower_too():
    raw = copy.deepcopy(rules("grading_geological"))
    raw["grades"][0]["any"] = [
        {"all": [["threat_assets", "<", 50]], "source": "试", "confidence": "design"}
    ]
    steps = load_method(raw).lowerings({"threat_people": 1, "threat_assets": 10})
    assert [each.text for each in steps] == ["潜在经济损失达到 50 万元 → 小型（蓝色）"]


def test_strict_limits_are_worded_as_they_are():
    raw = copy.deepcopy(rules("grading_geological"))
    raw["grades"][0]["any"] = [
        {"all": [["threat_assets", ">", 50]], "source": "试", "confidence": "design"}
    ]
    del raw["factors"][1]["minimum"]
    grading = load_method(raw)
    assert "潜在经济损失 > 50 万元" in grading.grade({"threat_assets": 51}).reasons[-1]
    steps = grading.lowerings({"threat_people": 1, "threat_assets": 60})
    assert "潜在经济损失降到不超过 50 万元" in steps[0].text


def test_class_location_is_told_beside_the_grade_or_what_it_lacks():
    graded = method("pipeline").grade
    assert graded({"medium": "原油", "tall": True}).figures["地区等级"] == "四级（F 0.4）"
    empty = {"medium": "成品油", "tall": False, "water_200": True}
    assert "户数" in graded(empty).figures["地区等级"]
    whole = {**empty, "built_up": False, "special_200": False, "uninhabited": True}
    assert graded({**whole, "households_2km": 0}).figures["地区等级"] == "一级一类（F 0.8）"
    assert graded({**whole, "households_2km": 15}).figures["地区等级"] == "一级二类（F 0.72）"
    assert graded({**whole, "households_2km": 16}).figures["地区等级"] == "二级（F 0.6）"
    assert graded({**whole, "households_2km": 99}).figures["地区等级"] == "二级（F 0.6）"
    assert graded({**whole, "households_2km": 100}).figures["地区等级"] == "三级（F 0.5）"


def test_reasons_tell_facts_arithmetic_and_clause():
    reasons = method("gb18218").grade({"substances": "液氨:40", "persons": 60}).reasons
    assert reasons == (
        "氨(液氨) q = 40 t，Q = 10 t（GB 18218-2018 表1 第1项），q/Q = 4",
        "S = 4 ≥ 1，构成重大危险源",
        "厂区边界外 500 m 内 60 人，α = 1.5",
        "R = α·Σβ·q/Q = 1.5 × (2×4) = 12",
        "R = 12 落入“三级”档，对应一般风险（黄色）。",
    )
    last = method("pipeline").grade({"medium": "原油", "tall": True}).reasons[-1]
    assert "GB 32167-2015 表1 a)" in last


def test_the_people_exposed_give_a_severity():
    scale = next(f for f in method("ls").factors if f.key == "S").scale
    assert [scale.value(n) for n in (0, 1, 2, 3, 9, 10, 29, 30, 500)] == [1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert scale.citation.confidence is Confidence.LOW


def test_values_are_shown_as_people_write_them():
    assert [value_text(each) for each in (True, False, 1.5)] == ["是", "否", "1.5"]
    assert value_text("氨:40\n氯:10") == "氨:40；氯:10"


# -- profiles of the office ---------------------------------------------------------------------


def test_an_office_may_give_another_colour_to_a_grade():
    raw = copy.deepcopy(rules("grading_gb18218"))
    raw["grades"][2]["level"] = "orange"
    raw["below"]["level"] = "blue"
    own = with_profiles({"gb18218": raw, "unknown": {}})
    assert set(own) == set(methods())
    graded = own["gb18218"].grade
    assert graded({"substances": "液氨:40", "persons": 60}).level == "orange"
    assert graded({"substances": "天然气:45"}).level == "blue"


def broken(key, change):
    raw = copy.deepcopy(rules(f"grading_{key}"))
    change(raw)
    return raw


def setting(*path, to):
    def change(raw):
        node = raw
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = to

    return change


def without(*path):
    def change(raw):
        node = raw
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return change


@pytest.mark.parametrize(
    ("key", "change", "word"),
    [
        ("ls", setting("kind", to="magic"), "magic"),
        ("ls", without("kind"), "kind"),
        ("ls", without("grades"), "grades"),
        ("ls", setting("label", to=" "), "label"),
        ("ls", setting("label", to=7), "label"),
        ("ls", setting("confidence", to="sure"), "sure"),
        ("ls", setting("grades", 0, "level", to="purple"), "purple"),
        ("ls", setting("grades", 0, "level", to="blue"), "等级"),
        ("ls", setting("grades", 0, "minimum", to="20"), "数字"),
        ("ls", setting("grades", 0, "minimum", to=True), "数字"),
        ("ls", setting("grades", 0, "minimum", to=float("nan")), "数字"),
        ("ls", setting("grades", 1, "minimum", to=20), "重复"),
        ("ls", setting("grades", to=[]), "没有分档"),
        ("ls", setting("grades", 4, "minimum", to=2), "最低一档"),
        ("ls", setting("factors", 0, "choices", to=[]), "可选项"),
        ("ls", setting("factors", 0, "choices", 0, "value", to="一"), "数字"),
        ("ls", setting("factors", 1, "from_exposure", "bands", 0, "value", to=1), "人数越多"),
        ("ls", setting("factors", to=7), "ls"),
        ("geological", setting("grades", 0, "any", 0, "all", 0, 0, to="x"), "没有这个因素"),
        ("geological", setting("grades", 0, "any", 0, "all", 0, 1, to="~"), "比较符"),
        ("geological", setting("grades", 0, "any", 0, "all", 0, 2, to="许多"), "不符"),
        ("geological", setting("grades", 0, "any", 0, "all", to=[]), "没有条件"),
        ("geological", setting("grades", 0, "any", to=[]), "没有条件"),
        ("geological", setting("grades", 0, "otherwise", to=True), "最后一级"),
        ("forest_fire", setting("grades", 0, "any", 0, "all", 0, 2, to=["六级"]), "不符"),
        ("pipeline", setting("grades", 0, "any", 0, "all", 1, 2, to="是"), "不符"),
        ("pipeline", setting("derived", 0, "formula", to="import os"), "formula"),
        ("gb18218", setting("substances", 0, "threshold_t", to=0), "大于 0"),
        ("gb18218", setting("factors", 1, "key", to="things"), "物质或人数"),
        ("gb18218", setting("grades", 3, "minimum", to=1), "从 0 起"),
        ("gb18218", setting("alpha", "bands", 4, "minimum", to=1), "从 0 起"),
        ("expert", setting("grades", 0, "text", to="特大风险"), "可选项不一致"),
    ],
)
def test_a_faulty_profile_is_refused_with_its_place(key, change, word):
    with pytest.raises(InvalidInputError, match=word):
        load_method(broken(key, change))


@pytest.mark.parametrize("raw", [None, [], "ls", 7])
def test_what_is_no_profile_is_refused(raw):
    with pytest.raises(InvalidInputError, match="对象"):
        load_method(raw)


def test_rules_that_leave_a_gap_say_so():
    raw = broken("geological", lambda r: r["grades"].pop())
    with pytest.raises(NotGradableError, match="没有一条规则"):
        load_method(raw).grade({"threat_people": 1, "threat_assets": 1})


def test_a_number_with_a_ceiling_is_checked():
    raw = broken("geological", setting("factors", 0, "maximum", to=5000))
    with pytest.raises(InvalidInputError, match="大于"):
        load_method(raw).grade({"threat_people": 5001})


def test_a_change_that_would_need_another_fact_is_not_offered():
    steps = method("animal_epidemic").lowerings({"disease": "非洲猪瘟"})
    assert [each.text for each in steps] == ["疫病变为 布鲁氏菌病（二类） → 二类（橙色）"]


def test_a_unit_that_is_no_major_hazard_has_nowhere_lower_to_go():
    assert method("gb18218").lowerings({"substances": "天然气:45"}) == ()
