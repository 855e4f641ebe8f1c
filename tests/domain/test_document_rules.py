"""The provisions of documents: the office may correct them, and nothing else with them."""

from __future__ import annotations

import copy
import json

import pytest

from qhd_riskmap.domain.citation import Confidence
from qhd_riskmap.domain.remediation.document_rules import (
    read_document_rules,
    shipped_document_rules,
)
from qhd_riskmap.domain.remediation.documents import document_kinds
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.resources import rules


def profile():
    return json.loads(json.dumps(dict(rules("documents"))))


def test_every_kind_has_its_law_marked_to_be_checked():
    shipped = shipped_document_rules()
    assert set(shipped.laws) == {kind.key for kind in document_kinds()}
    assert all(each.confidence is Confidence.MEDIUM for each in shipped.laws.values())
    assert shipped.remedy.confidence.doubtful
    assert shipped.citation.confidence.doubtful


def test_a_corrected_law_and_remedy_are_taken():
    raw = profile()
    raw["kinds"][0].update(law="  某法\n第一条 ", confidence="seen")
    raw.update(remedy="可以申请行政复议。", remedy_confidence="high", version="9")
    found = read_document_rules(raw)
    first = found.laws[raw["kinds"][0]["key"]]
    assert (first.text, first.confidence) == ("某法 第一条", Confidence.SEEN)
    assert (found.remedy.text, found.remedy.confidence) == ("可以申请行政复议。", Confidence.HIGH)
    assert found.version == "9"


def changed(change):
    raw = copy.deepcopy(profile())
    change(raw)
    return raw


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda raw: raw["kinds"][1].update(law=" "), "kinds.inform.law"),
        (lambda raw: raw["kinds"][1].update(law="长" * 401), "kinds.inform.law"),
        (lambda raw: raw["kinds"][1].update(confidence="sure"), "kinds.inform.law：sure"),
        (lambda raw: raw["kinds"][1].update(title="别的"), "kinds.inform"),
        (lambda raw: raw["kinds"].__setitem__(1, "x"), "kinds.inform"),
        (lambda raw: raw["kinds"].pop(), "kinds"),
        (lambda raw: raw.update(kinds={}), "kinds"),
        (lambda raw: raw.pop("remedy"), "remedy"),
        (lambda raw: raw.update(prefixes={}), "prefixes"),
        (lambda raw: raw.update(more=1), "more"),
        (lambda raw: raw.update(confidence="sure"), "source"),
        (lambda raw: raw.pop("source"), "source"),
    ],
    ids=[
        "no law", "long law", "mark", "title", "no kind", "one less", "no list", "no remedy",
        "prefixes", "another key", "doubt", "no source",
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(change, place):
    with pytest.raises(InvalidInputError) as caught:
        read_document_rules(changed(change))
    assert f"“{place}”" in str(caught.value)


def test_what_is_no_profile_is_refused():
    with pytest.raises(InvalidInputError, match="内容"):
        read_document_rules([])
