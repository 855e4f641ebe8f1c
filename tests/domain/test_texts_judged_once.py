"""Texts are judged once each: the findings are those of judging every record by itself."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import Point

from qhd_riskmap.domain import blocked_texts as module
from qhd_riskmap.domain.blocked_texts import blocked_texts, kept_names
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.redaction import CELL_M, free_texts, release_class
from qhd_riskmap.domain.release_rules import clean_public_text, release_rules
from qhd_riskmap.domain.release_texts import own_contact

PLACE = Provenance(
    original_text="119.6,39.9",
    declared_reference="cgcs2000",
    method=LocationMethod.TYPED,
    accuracy=AccuracyClass.UNKNOWN,
)
# Words that meet: names of plants, people who are contacts, forbidden words, ordinary ones.
WORDS = [
    "北沟滑坡",
    "宏达制冷厂",
    "李国强",
    "王明",
    "库容300万",
    "13812345678",
    "武警支队旁",
    "青龙镇",
]
spoken = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map("".join)
records = st.builds(
    dict,
    type_key=st.sampled_from(["geological", "flood", "ammonia_storage", "food_safety", "terror"]),
    name=spoken,
    unit=st.one_of(st.just(""), spoken),
    township=st.sampled_from(["", "青龙镇", "李国强家"]),
    contact=st.sampled_from(["", "李国强", "王明、李国强", "王明 13812345678", "办公室"]),
)


def made(registered):
    return [
        Hazard(
            id=UUID(int=n + 1), county="130321", geometry=Point(118.95, 40.407),
            provenance=PLACE, **fields,
        )
        for n, fields in enumerate(registered)
    ]  # fmt: skip


def one_by_one(hazards, rules):
    """Every text of every record judged anew, as it was before texts were judged once."""
    kept = kept_names(hazards, rules)
    for hazard in hazards:
        if release_class(hazard) in CELL_M:
            for field, text in free_texts(hazard, rules).items():
                passages = (*rules.hits(text), *own_contact(hazard, text, rules), *kept.hits(text))
                hits = {(hit.rule, hit.found): hit for hit in passages}
                for hit in hits.values():
                    yield (hazard.id, field, hit.rule, hit.what, hit.found)


@settings(deadline=None)  # a busy desk is no failure
@given(st.lists(records, max_size=12))
def test_findings_are_those_of_every_record_by_itself(registered):
    hazards, rules = made(registered), release_rules()
    expected = list(one_by_one(hazards, rules))
    for kept in (None, kept_names(hazards, rules)):
        found = blocked_texts(hazards, rules, kept=kept)
        assert [(b.hazard.id, b.field, b.rule, b.what, b.found) for b in found] == expected


def test_a_shared_text_is_blocked_only_where_the_contact_is_its_own():
    shared = {"type_key": "geological", "unit": "", "township": ""}
    mine, other = made(
        [
            {**shared, "name": "王明后山", "contact": "王明"},
            {**shared, "name": "王明后山", "contact": ""},
        ]
    )
    # A name of two characters is a word for everybody else.
    for order in ([mine, other], [other, mine]):
        assert {hit.hazard.id for hit in blocked_texts(order, release_rules())} == {mine.id}


def test_the_own_contact_is_named_before_what_other_records_keep_back():
    fields = {"type_key": "geological", "unit": "", "township": "", "contact": "王明"}
    plant = {
        "type_key": "ammonia_storage",
        "name": "宏达制冷厂",
        "unit": "",
        "township": "",
        "contact": "",
    }
    hazards = made([{**fields, "name": "宏达制冷厂后王明山"}, plant])
    found = [hit.found for hit in blocked_texts(hazards, release_rules())]
    assert found == [hit[-1] for hit in one_by_one(hazards, release_rules())]
    assert found[0] == "王明"
    assert len(found) > 1


def test_a_text_of_many_records_is_searched_once(monkeypatch):
    hazards = made(
        [{"type_key": "geological", "name": "北沟滑坡", "unit": "县水务局", "township": "青龙镇"}]
        * 9
    )
    rules, searched = release_rules(), []
    monkeypatch.setattr(
        type(rules), "hits", lambda _self, text: searched.append(text) or [], raising=True
    )
    assert module.blocked_texts(hazards, rules) == []
    assert sorted(searched) == sorted(["北沟滑坡", "县水务局", "青龙镇"])


def by_character(text):
    """`clean_public_text` as it was: every character asked for its category."""
    spaced = "".join(" " if c in "\r\n\t\v\f\u2028\u2029" else c for c in text)
    hidden = {"Cc", "Cf", "Cs", "Co", "Cn"}
    visible = "".join(c for c in spaced if unicodedata.category(c) not in hidden)
    return " ".join(unicodedata.normalize("NFC", visible).split())


@settings(max_examples=500)
@given(st.text(max_size=30))
@example("e\u0301  北山 ")
@example("北\u3000山\u00a0一号")
@example("北\u202e山\ud800")
def test_a_clean_text_is_cleaned_as_any_other(text):
    assert clean_public_text(text) == by_character(text)


def test_every_character_is_cleaned_the_same():
    hidden = []
    for text in map(chr, range(0x110000)):
        if text.isprintable():  # singly, a row of them is clean only where all are
            assert clean_public_text(text) == by_character(text), hex(ord(text))
        else:
            hidden.append(text)
    for at in range(0, len(hidden), 1000):
        text = "北".join(hidden[at : at + 1000])
        assert clean_public_text(text) == by_character(text), hex(ord(hidden[at]))
