"""Recording what was surveyed, and the matrix that comes of it."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
import shapely

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.coverage import CoverageState, Standing
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from qhd_riskmap.services.coverage import CoverageService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.place_repository import Township

ACTOR = Actor(name="张三")
TODAY = date(2026, 11, 23)
DAY = date(2026, 5, 1)


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as made:
        yield made


@pytest.fixture
def service(register):
    return CoverageService(register, ACTOR, today=lambda: TODAY)


def add_flood(register, township):
    hazard = Hazard(
        id=uuid4(), name="山洪沟", type_key="flood", geometry=shapely.Point(119.05, 39.7),
        county="130322", township=township,
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    with register.unit_of_work() as work:
        work.hazards.add(hazard, ACTOR)
        work.commit()
    return hazard


def cell(service, area, key="flood"):
    return next(
        c for row in service.matrix() for c in row if (c.area.code, c.type_key) == (area, key)
    )


def test_an_empty_register_claims_nothing_of_any_division_or_type(service):
    rows = service.matrix()
    assert [row[0].area.code for row in rows] == [r.code for r in regions().current()]
    assert [c.type_key for c in rows[0]] == [t.key for t in taxonomy().types]
    assert {c.standing for row in rows for c in row} == {Standing.UNKNOWN}


def test_what_is_found_is_counted_live(service, register):
    changes = service.record("130322", "flood", CoverageState.NONE_FOUND, on=DAY, by="勘查员")
    assert changes.coverage
    assert cell(service, "130322").standing is Standing.NONE_FOUND
    hazard = add_flood(register, "")
    assert (cell(service, "130322").found, cell(service, "130322").contradicted) == (1, True)
    with register.unit_of_work() as work:
        work.hazards.soft_delete(hazard.id, ACTOR, 1)
        work.commit()
    assert (cell(service, "130322").found, cell(service, "130322").contradicted) == (0, False)


def test_townships_follow_their_county_once_their_outlines_are_loaded(service, register):
    service.record("130322", "flood", CoverageState.SURVEYED, on=DAY, by="勘查员")
    towns = [
        Township(
            code=code, name=name, county="130322", geometry=shapely.box(119, 39.6, 119.1, 39.7)
        )
        for code, name in (("130322101", "南镇"), ("130322100", "北镇"))
    ]
    with register.unit_of_work() as work:
        work.places.add_townships(towns, ACTOR)
        work.commit()
    add_flood(register, "北镇")
    add_flood(register, "某村")
    service.record("130322101", "flood", CoverageState.NOT_SURVEYED, note="道路不通")
    codes = [row[0].area.code for row in service.matrix()]
    at = codes.index("130322")
    assert codes[at : at + 3] == ["130322", "130322100", "130322101"]
    assert cell(service, "130322").standing is Standing.PARTLY
    assert cell(service, "130322100").standing is Standing.SURVEYED
    assert cell(service, "130322101").entry.note == "道路不通"
    assert [cell(service, code).found for code in codes[at : at + 3]] == [2, 1, 0]


@pytest.mark.parametrize("area", ["130323", "1303", "130322999", "", "海港区"])
def test_only_areas_of_the_matrix_can_be_recorded(service, area):
    with pytest.raises(NotFoundError, match="区划代码"):
        service.record(area, "flood", CoverageState.NOT_SURVEYED)


def test_what_cannot_be_believed_is_refused_and_leaves_nothing(service, register):
    with pytest.raises(NotFoundError, match="ghost"):
        service.record("130322", "ghost", CoverageState.NOT_SURVEYED)
    with pytest.raises(InvalidInputError, match="排查人"):
        service.record("130322", "flood", CoverageState.NONE_FOUND, on=DAY, by="  ")
    with pytest.raises(InvalidInputError, match="超过"):
        service.record("130322", "flood", CoverageState.NOT_SURVEYED, note="长" * 201)
    with register.unit_of_work() as work:
        assert work.coverage.entries() == []


def test_reading_and_recording_need_their_permissions(register):
    reader = CoverageService(register, Actor(name="甲", permissions=frozenset({Permission.READ})))
    reader.matrix()
    with pytest.raises(PermissionDeniedError):
        reader.record("130322", "flood", CoverageState.NOT_SURVEYED)
    with pytest.raises(PermissionDeniedError):
        CoverageService(register, Actor(name="乙", permissions=frozenset())).matrix()
