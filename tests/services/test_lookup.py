"""What search boxes and tables read, on a real register."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
import shapely

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import PermissionDeniedError
from qhd_riskmap.services.lookup import LookupService
from qhd_riskmap.storage.place_repository import Township

AMMONIA = Hazard(
    id=uuid4(),
    name="秦皇岛液氨冷库",
    type_key="ammonia_storage",
    geometry=shapely.Point(119.6, 39.935),
    provenance=Provenance(
        original_text="",
        declared_reference="cgcs2000",
        method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130302",
    township="文化路街道",
    unit="海港冷链公司",
    phone="0335-1234567",
    alias_codes=("海-017",),
)


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "登记库.qhd", None, Office(unit="示例办"), "测试员") as opened:
        opened.registry.create(AMMONIA)
        opened.registry.create(replace(AMMONIA, id=uuid4(), name="山洪沟", type_key="flood"))
        yield opened


@pytest.mark.parametrize(
    "wanted",
    ["液氨", "qhdya", "QHDYA", "冷链 液氨", "储存使用", "文化路 冷库", "130302-", "秦皇岛液氨冷库"],
)
def test_a_hazard_is_found_by_every_name_it_has(app, wanted):
    index = app.lookup.search()
    first = index.find(wanted, 1)
    assert [index.ids[row] for row in first] == [str(AMMONIA.id)]


@pytest.mark.parametrize("wanted", ["0335-1234567", "海-017", "海港区", "whljd", "hglly"])
def test_telephone_other_offices_code_county_and_initials_are_searched(app, wanted):
    found = len(app.lookup.search().find(wanted, 9))
    assert found == (0 if wanted == "hglly" else 2)


def test_deleted_hazards_have_an_index_of_their_own(app):
    app.registry.delete(AMMONIA.id, revision=1)
    assert app.lookup.search().find("液氨", 9) == []
    assert app.lookup.search(deleted=True).find("液氨", 9) == [0]


def test_columns_come_in_the_order_of_the_table(app):
    ids, columns = app.lookup.columns(("phone", "found_on"))
    assert ids == app.registry.features().ids.tolist()
    assert columns == {"phone": ("0335-1234567",) * 2, "found_on": ("", "")}
    assert app.lookup.columns(("phone",), deleted=True) == ([], {"phone": ()})
    with pytest.raises(ValueError, match="no such columns"):
        app.lookup.columns(("phone; DROP TABLE hazard",))


def test_fields_of_single_types_are_read_like_columns(app):
    hazard = app.registry.get(AMMONIA.id)
    attributes = {"tank_count": 3, "max_storage_t": 12.5, "is_major_source": True, "use": "制冷"}
    app.registry.update(replace(hazard, attributes=attributes))
    names = tuple(f"attributes.{key}" for key in attributes)
    ids, columns = app.lookup.columns(names)
    row = ids.index(str(AMMONIA.id))
    assert [columns[name][row] for name in names] == ["3", "12.5", "1", "制冷"]
    assert {columns[name][1 - row] for name in names} == {""}
    for hostile in ("attributes.a') FROM hazard --", "attributes.", "attributes.a.b"):
        with pytest.raises(ValueError, match="no such columns"):
            app.lookup.columns((hostile,))


def test_divisions_are_counties_and_the_townships_of_the_office(app):
    town = Township(
        code="130302001", name="文化路街道", county="130302", geometry=shapely.box(119, 39, 120, 40)
    )
    with app.register.unit_of_work() as work:
        work.places.add_townships([town], app.actor)
        work.commit()
    found = {each.name: each for each in app.lookup.divisions()}
    assert found["文化路街道"].above == "海港区"
    assert found["文化路街道"].bounds == (119, 39, 120, 40)
    assert found["青龙满族自治县"].above == "秦皇岛市"
    assert len(found) == 8


def test_without_the_permission_nothing_is_read(app):
    nobody = LookupService(app.register, Actor(name="无权", permissions=frozenset()))
    for deed in (nobody.search, nobody.divisions, lambda: nobody.columns(("phone",))):
        with pytest.raises(PermissionDeniedError):
            deed()
