"""Effect zones and settings tried out: what would change is told, nothing is stored."""

from __future__ import annotations

from datetime import date

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.errors import InvalidInputError, PermissionDeniedError
from qhd_riskmap.services.rule_profiles import RuleProfileService
from tests.services.test_exposure import app, at, pipeline, put, register  # noqa: F401 - fixture

DAY = date(2026, 3, 1)


@pytest.fixture
def county(app):  # noqa: F811 - the fixture
    """A cold store of no shape, a pipeline; 40 people 600 m away from both."""
    store, line = register(app), pipeline(app)
    app.assessment.assess(str(store.id), "ls", {"L": 3, "S": 4}, on=DAY)
    put(app, ("三道河村", "村庄", 40, 12, at(0, 600)))
    return store, line


def test_a_wider_default_radius_tells_whose_people_come_in_and_stores_nothing(app, county):  # noqa: F811
    store, _line = county
    profile = app.rule_profiles.content("assessment")
    profile["default_radius_m"] = 800
    found = app.rule_profiles.rehearse_reach(profile)
    (each,) = found.changed
    assert found.examined == 2
    assert each.hazard.id == store.id
    assert (each.before.reach_m, each.before.people) == (500.0, 0)
    assert (each.after.reach_m, each.after.receptors, each.after.people) == (800.0, 1, 40)
    assert each.before.review == each.after.review == date(2027, 3, 1)
    assert app.rule_profiles.content("assessment")["default_radius_m"] == 500
    assert app.exposure.count(str(store.id)).people == 0


def test_another_interval_moves_the_day_of_review_of_what_was_assessed(app, county):  # noqa: F811
    store, _line = county
    profile = app.rule_profiles.content("assessment")
    profile["review_months"]["yellow"] = 3
    (each,) = app.rule_profiles.rehearse_reach(profile).changed
    assert each.hazard.id == store.id
    assert (each.before.review, each.after.review) == (date(2027, 3, 1), date(2026, 6, 1))
    assert each.before.zone == each.after.zone


def test_another_band_tells_the_pipelines(app, county):  # noqa: F811
    _store, line = county
    profile = app.rule_profiles.content("effect_zones")
    profile["pipeline_band_m"]["value"] = 650
    profile["pir"]["factor"] = 5.0
    (each,) = app.rule_profiles.rehearse_reach(profile).changed
    assert each.hazard.id == line.id
    assert each.after.reach_m > each.before.reach_m
    assert (each.before.people, each.after.people) == (0, 40)
    assert each.before.review is each.after.review is None


def test_the_rules_in_force_change_nothing(app, county):  # noqa: F811
    for key in ("assessment", "effect_zones"):
        assert app.rule_profiles.rehearse_reach(app.rule_profiles.content(key)).changed == ()


def test_what_cannot_be_tried_is_refused(app):  # noqa: F811
    with pytest.raises(InvalidInputError, match="不能这样试算"):
        app.rule_profiles.rehearse_reach(app.rule_profiles.content("ls"))
    profile = app.rule_profiles.content("effect_zones")
    profile["small"][0]["day_km"] = "远"
    with pytest.raises(InvalidInputError, match="small 1"):
        app.rule_profiles.rehearse_reach(profile)
    nobody = RuleProfileService(app.register, Actor(name="无", permissions=frozenset()))
    with pytest.raises(PermissionDeniedError):
        nobody.rehearse_reach(profile)
