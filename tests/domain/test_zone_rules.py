"""The distances of effect zones may be the office's own; what cannot be is told with its place."""

from __future__ import annotations

import copy

import pytest
import shapely

from qhd_riskmap.domain.effect_zones import (
    band_zone,
    bleve_zone,
    default_zone,
    erg_zones,
    parse_zone,
    pir_zone,
)
from qhd_riskmap.domain.grading.rule_table import pir_m
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.zone_rules import read_zone_rules, zone_rules
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from tests.domain.test_effect_zones import PIPE


def own(**changes):
    """The shipped rules with parts changed."""
    raw = copy.deepcopy(dict(zone_rules()))
    for path, value in changes.items():
        *parts, last = path.split("__")
        place = raw
        for part in parts:
            place = place[int(part) if part.isdecimal() else part]
        if value is KeyError:
            del place[last]
        else:
            place[int(last) if last.isdecimal() else last] = value
    return raw


def test_the_shipped_rules_are_fit_and_give_the_radius_of_the_grading():
    assert read_zone_rules(zone_rules()) == zone_rules()
    assert pir_zone(711, 10).reach_m == pytest.approx(pir_m(711, 10), rel=1e-12)


def test_every_zone_follows_the_rules_it_is_given():
    known = read_zone_rules(own(
        pir__factor=0.198, bleve__fireball=6.0, pipeline_band_m__value=300,
        small__0__isolate_m=77, small__0__source="本单位 2026 年演练", large__0__day_km={"low": 9.0, "moderate": 8.0, "high": 7.0},
    ))  # fmt: skip
    assert pir_zone(711, 10, known).reach_m == pytest.approx(2 * pir_zone(711, 10).reach_m)
    assert bleve_zone(8000, known).reach_m == pytest.approx(2 * bleve_zone(8000).reach_m)
    isolation, _protective = erg_zones(1005, "small", night=False, known=known)
    assert (isolation.reach_m, isolation.citation.source) == (77.0, "本单位 2026 年演练")
    assert erg_zones(1005, "rail", night=False, known=known)[1].reach_m == 9000.0
    assert default_zone(PIPE, known=known).reach_m == pytest.approx(2 * default_zone(PIPE).reach_m)
    for text, metres in (
        ("pir", 2 * pir_m(711, 10)), ("pir:711:10", 2 * pir_m(711, 10)),
        ("isolate:1005:small", 77.0), ("erg:1005:rail:day:high", 7000.0),
        ("bleve:8000", bleve_zone(8000, known).reach_m),
    ):  # fmt: skip
        assert parse_zone(text, PIPE, None, known).reach_m == pytest.approx(metres)
    assert band_zone(50, known).citation == band_zone(50).citation
    oil = Hazard(
        id=PIPE.id, name="油管", type_key="oil_gas_pipeline", geometry=PIPE.geometry, county="",
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
            accuracy=AccuracyClass.UNKNOWN,
        ),
    )  # fmt: skip
    assert default_zone(oil, known=known).key == "band:300"
    assert not shapely.is_empty(oil.geometry)


def test_a_row_the_office_added_is_found_and_one_it_took_out_is_not():
    row = {**zone_rules()["large"][0], "un": 1830, "container": "tank", "label": "储罐"}
    known = read_zone_rules(own(large=[row]))
    assert erg_zones(1830, "tank", night=True, known=known)[0].reach_m == row["isolate_m"]
    with pytest.raises(NotFoundError) as caught:
        erg_zones(1005, "rail", night=True, known=known)
    assert "1830:tank" in caught.value.hint


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"bleve": KeyError}, "bleve"),
        ({"bleve__source": ""}, "bleve.source"),
        ({"bleve__fireball": 0}, "bleve.fireball"),
        ({"bleve__fireball": True}, "bleve.fireball"),
        ({"bleve__most_m": float("nan")}, "bleve.most_m"),
        ({"pir__factor": "0.1"}, "pir.factor"),
        ({"pipeline_band_m__value": 1e9}, "pipeline_band_m.value"),
        ({"small": "甲"}, "small"),
        ({"small": None}, "small"),
        ({"small__0": 3}, "small 1"),
        ({"small__0__source": KeyError}, "small 1.source"),
        ({"small__0__name": " "}, "small 1.name"),
        ({"small__0__un": 0}, "small 1.un"),
        ({"small__0__un": 1017}, "small 2"),
        ({"small__1__day_km": -1}, "small 2.day_km"),
        ({"large__0__container": "a:b"}, "large 1.container"),
        ({"large__0__day_km": 3}, "large 1.day_km"),
        ({"large__0__day_km__low": KeyError}, "large 1.day_km"),
        ({"large__0__night_km__low": 1e9}, "large 1.night_km.low"),
        ({"guides__0__un": 1075}, "guides 1.un"),
        ({"guides__0__un__0": "1075"}, "guides 1.un"),
        ({"guides__0__fire_m": None}, "guides 1.fire_m"),
        ({"guides": [{}] * 1001}, "guides"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(changes, place):
    with pytest.raises(InvalidInputError) as caught:
        read_zone_rules(own(**changes))
    assert f"“{place}”" in caught.value.message


def test_no_rules_at_all_are_told():
    for wrong in (None, [], "规则"):
        with pytest.raises(InvalidInputError):
            read_zone_rules(wrong)
