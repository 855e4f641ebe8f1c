"""The sixteen types as data: complete, unambiguous, and recognised only where there is no doubt."""

import json
import re
from collections import defaultdict

import pytest

from qhd_riskmap.domain.schema import FieldKind, Severity, parse_value, read_fields
from qhd_riskmap.domain.survey_columns import header_words
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, _normalised, taxonomy
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.resources import resource, rules

CODES = {
    "forest_fire": "SL",
    "geological": "DZ",
    "flood": "HS",
    "hazardous_chemicals": "WH",
    "oil_gas_pipeline": "YQ",
    "ammonia_pipeline": "YA",
    "ammonia_storage": "YC",
    "highway_hazmat": "GS",
    "haze": "WM",
    "meteorological": "QX",
    "earthquake": "ZD",
    "animal_epidemic": "DW",
    "food_safety": "SP",
    "terror": "KB",
    "explosion": "BZ",
    "other": "QT",
}
TYPES = taxonomy().types
EVERY_FIELD = [(t, f) for t in TYPES for f in t.fields]


def test_the_sixteen_types_stand_in_the_order_and_codes_of_the_contract():
    assert {t.key: t.code for t in TYPES} == CODES


@pytest.mark.parametrize("key", ["terror", "explosion"])
def test_social_security_is_never_released(key):
    assert taxonomy().get(key).release_class is ReleaseClass.NEVER
    assert taxonomy().get(key).event_class is EventClass.SOCIAL_SECURITY


def test_every_social_security_type_is_never_released():
    social = [t for t in TYPES if t.event_class is EventClass.SOCIAL_SECURITY]
    assert {t.release_class for t in social} == {ReleaseClass.NEVER}


@pytest.mark.parametrize(
    "key",
    [
        "oil_gas_pipeline",
        "ammonia_pipeline",
        "ammonia_storage",
        "hazardous_chemicals",
        "highway_hazmat",
        "food_safety",
    ],
)
def test_facilities_of_the_restricted_list_are_released_as_counts_only(key):
    assert taxonomy().get(key).release_class is ReleaseClass.COUNT


def test_all_four_event_classes_occur():
    assert {t.event_class for t in TYPES} == set(EventClass)


def test_every_entry_tells_where_it_comes_from_and_how_sure_it_is():
    for entry in rules("taxonomy")["types"]:
        assert entry["source"], entry["key"]
        assert entry["confidence"] in {"high", "medium", "low"}
        assert entry["fields_source"], entry["key"]
        assert entry["fields_confidence"] in {"high", "medium", "low"}


def test_no_word_means_two_types():
    meanings = defaultdict(set)
    for t in TYPES:
        for word in (t.key, t.label, t.code, *t.aliases):
            meanings[_normalised(word)].add(t.key)
        for word in (*t.sub_kinds, *t.sub_kind_aliases):
            if word not in taxonomy().vague_words:
                meanings[_normalised(word)].add(t.key)
    assert {word: keys for word, keys in meanings.items() if len(keys) > 1} == {}


def test_vague_words_are_sub_kinds_or_their_aliases():
    known = {w for t in TYPES for w in (*t.sub_kinds, *t.sub_kind_aliases)}
    assert taxonomy().vague_words <= known


def test_sub_kind_aliases_lead_to_sub_kinds():
    for t in TYPES:
        assert set(t.sub_kind_aliases.values()) <= set(t.sub_kinds), t.key


@pytest.mark.parametrize(
    ("word", "key", "sub_kind"),
    [
        ("泥石流", "geological", "泥石流"),
        ("地质灾害隐患点", "geological", ""),
        (" 地质 灾害 ", "geological", ""),
        ("山体滑坡", "geological", "滑坡"),
        ("危化品", "hazardous_chemicals", ""),
        ("危险化学品储存", "hazardous_chemicals", "储存"),
        ("DZ", "geological", ""),
        ("dz", "geological", ""),
        ("输油气管线", "oil_gas_pipeline", ""),
        ("液氨输送管线", "ammonia_pipeline", ""),
        ("涉氨制冷", "ammonia_storage", ""),
        ("高速公路危险化学品泄漏", "highway_hazmat", ""),
        ("雾霾", "haze", ""),
        ("暴雨", "meteorological", "暴雨"),
        ("重大动物疫情", "animal_epidemic", ""),
        ("爆炸", "explosion", ""),
        ("其他", "other", ""),
        ("other", "other", ""),
        ("风险", None, None),
        ("", None, None),
    ],
)
def test_a_category_word_names_a_type(word, key, sub_kind):
    found = taxonomy().recognise(word)
    assert (found and (found[0].key, found[1])) == (key and (key, sub_kind))


@pytest.mark.parametrize("word", ["生产", "储存", "桥梁", "阀室", "液氨", "安全", "危险"])
def test_a_word_that_fits_several_types_names_none(word):
    assert taxonomy().recognise(word) is None


@pytest.mark.parametrize(
    ("key", "word", "sub_kind"),
    [
        ("hazardous_chemicals", "储存", "储存"),
        ("hazardous_chemicals", "存储", "储存"),
        ("oil_gas_pipeline", "阀室", "站场阀室"),
        ("ammonia_pipeline", "阀室", "阀室"),
        ("geological", "生产", None),
    ],
)
def test_a_sub_kind_is_read_within_its_type(key, word, sub_kind):
    assert taxonomy().get(key).sub_kind_of(word) == sub_kind


def test_an_unknown_key_is_refused_with_the_known_ones():
    with pytest.raises(NotFoundError) as caught:
        taxonomy().get("volcano")
    assert "volcano" in caught.value.message
    assert "geological" in caught.value.hint


def test_a_type_is_found_by_key_or_name_and_never_by_a_guess():
    assert (
        taxonomy().named("geological")
        is taxonomy().named("地质灾害")
        is taxonomy().get("geological")
    )
    with pytest.raises(NotFoundError) as caught:
        taxonomy().named("滑坡")
    assert "地质灾害（geological）" in caught.value.hint


def test_fields_are_found_by_key():
    chemicals = taxonomy().get("hazardous_chemicals")
    assert chemicals.field("cas").label == "CAS"
    assert chemicals.field("nothing") is None


@pytest.mark.parametrize(("hazard_type", "field"), EVERY_FIELD, ids=lambda v: v.key)
def test_every_example_is_a_valid_value(hazard_type, field):
    assert field.example, "the template needs an example"
    value, issue = parse_value(field, field.example)
    assert issue is None
    assert value is not None


@pytest.mark.parametrize(("hazard_type", "field"), EVERY_FIELD, ids=lambda v: v.key)
def test_every_choice_is_read_as_itself(hazard_type, field):
    assert bool(field.choices) == (field.kind is FieldKind.CHOICE)
    for choice in field.choices:
        values, issues = read_fields([field], {field.key: choice})
        assert (values, issues) == ({field.key: choice}, [])


def test_conditions_point_at_earlier_fields_of_the_type():
    for t in TYPES:
        for place, field in enumerate(t.fields):
            if field.required_if:
                assert field.required_if.field in {f.key for f in t.fields[:place]}


def test_a_major_source_without_its_grade_is_a_warning_only():
    chemicals = taxonomy().get("hazardous_chemicals")
    values, issues = read_fields(chemicals.fields, {"is_major_source": "是"})
    assert values == {"is_major_source": True}
    assert {i.field for i in issues} == {"major_source_grade", "record_no"}
    assert {i.severity for i in issues} == {Severity.WARNING}


def test_no_header_means_two_fields_of_one_type():
    for t in TYPES:
        meanings = defaultdict(set)
        for field in t.fields:
            for name in (field.key, field.label, *field.aliases):
                meanings[header_words(name)[0]].add(field.key)
        assert {name: keys for name, keys in meanings.items() if len(keys) > 1} == {}, t.key


def test_a_key_has_the_same_kind_and_unit_wherever_it_occurs():
    shapes = defaultdict(set)
    for _type, field in EVERY_FIELD:
        shapes[field.key].add((field.kind, field.unit))
    # The depth of a pipe and of a flood are both metres; nothing may differ.
    assert {key: shape for key, shape in shapes.items() if len(shape) > 1} == {}


def test_labels_exist_for_both_enums():
    assert [c.label for c in EventClass] == ["自然灾害", "事故灾难", "公共卫生事件", "社会安全事件"]
    assert ReleaseClass.GRID_100M.label == "公开到 100 米网格"
    assert len({r.label for r in ReleaseClass}) == 4


def test_the_file_has_no_duplicate_keys():
    text = resource("rules", "taxonomy.json").read_text(encoding="utf-8")

    def unique(pairs):
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), keys
        return dict(pairs)

    assert json.loads(text, object_pairs_hook=unique)["version"]
    assert not re.search(r"[\u2e80-\u2fdf]", text)
