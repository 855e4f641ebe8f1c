"""Hazards: round trip, codes, optimistic lock, history, filters."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.domain.feature_table import feature_table
from qhd_riskmap.domain.hazard import HazardStatus, Secrecy
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import ConflictError, InvalidInputError, NotFoundError
from qhd_riskmap.storage import bulk_load
from qhd_riskmap.storage.hazard_rows import COLUMNS, flat_json, stamped, to_json, values_of


def _unstamped(hazard):
    return replace(
        hazard, code="", revision=0, created_at=None, created_by="", updated_at=None, updated_by=""
    )


def test_every_field_comes_back_as_it_went_in(register, full_hazard_maker, actor, reopened):
    hazard = full_hazard_maker(secrecy=Secrecy.INTERNAL)
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard, actor)
        work.commit()
    with reopened(register).unit_of_work() as work:
        found = work.hazards.require(str(hazard.id))
    assert found == stored
    assert _unstamped(found) == hazard
    assert (found.revision, found.created_by, found.updated_by) == (1, "张三", "张三")
    assert found.created_at == found.updated_at
    assert found.created_at.utcoffset() is not None


def test_every_geometry_type_comes_back(register, many_hazards, actor):
    hazards = many_hazards(60)
    with register.unit_of_work() as work:
        for hazard in hazards[:30]:
            work.hazards.add(hazard, actor)
        work.hazards.add_many(hazards[30:], actor)
        work.commit()
    with register.unit_of_work() as work:
        found = work.hazards.find()
    assert {h.geometry.geom_type for h in found} == {
        "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    }  # fmt: skip
    assert all(a.geometry.equals_exact(b.geometry, 0) for a, b in zip(found, hazards, strict=True))


def test_uncommitted_work_is_forgotten(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
    with suppress(ZeroDivisionError), register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        raise ZeroDivisionError
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        work.rollback()
        assert work.hazards.count() == 0
        assert work.audit.of("register")[0].action == "register.create"


def test_a_unit_of_work_belongs_to_its_thread_and_its_block(register):
    failures = []

    def use(work):
        try:
            work.hazards.count()
        except RuntimeError as error:
            failures.append(str(error))

    with register.unit_of_work() as work:
        thread = threading.Thread(target=use, args=(work,))
        thread.start()
        thread.join()
    assert "thread" in failures[0]
    with pytest.raises(RuntimeError, match="not open"):
        work.commit()


def test_one_thread_reads_while_another_writes(register, many_hazards, actor):
    ready, done = threading.Event(), threading.Event()
    counts = []

    def read():
        ready.wait(10)
        with register.unit_of_work() as work:
            counts.append(work.hazards.count())
        done.set()

    reader = threading.Thread(target=read)
    reader.start()
    with register.unit_of_work() as work:
        work.hazards.add_many(many_hazards(10), actor)
        ready.set()
        assert done.wait(10)
        work.commit()
    reader.join()
    with register.unit_of_work() as work:
        counts.append(work.hazards.count())
    assert counts == [0, 10]


def test_a_reader_keeps_its_snapshot_and_may_write_afterwards(register, hazard_maker, actor, other):
    with register.unit_of_work() as mine:
        assert mine.hazards.count() == 0
        with register.unit_of_work() as theirs:
            theirs.hazards.add(hazard_maker(), other)
            theirs.commit()
        assert mine.hazards.count() == 0
        mine.hazards.add(hazard_maker(), actor)  # takes the lock and the present state
        assert mine.hazards.count() == 2
        mine.commit()


def test_what_is_read_under_the_lock_cannot_be_overtaken(register, hazard_maker, actor):
    seen = []

    def write():
        with register.unit_of_work() as work:
            work.hazards.add(hazard_maker(), actor)
            work.commit()

    writer = threading.Thread(target=write)
    with register.unit_of_work() as work:
        work.lock()
        seen.append(work.hazards.count())
        writer.start()
        writer.join(0.3)
        seen.append(work.hazards.count())
        work.hazards.add(hazard_maker(), actor)
        work.commit()
    writer.join()
    with register.unit_of_work() as work:
        assert [*seen, work.hazards.count()] == [0, 0, 2]


# Permanent codes


def test_codes_count_up_by_division_type_and_year(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        codes = [
            work.hazards.add(hazard_maker(county=county, type_key=kind), actor).code
            for county, kind in [
                ("130304", "geological"), ("130304", "geological"), ("130302", "geological"),
                ("130304", "flood"),
            ]
        ]  # fmt: skip
    assert codes == [
        "130304-DZ-2026-0001", "130304-DZ-2026-0002", "130302-DZ-2026-0001", "130304-HS-2026-0001",
    ]  # fmt: skip


def test_a_code_is_not_used_again_after_deletion(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        first = work.hazards.add(hazard_maker(), actor)
        work.hazards.soft_delete(first.id, actor, 1)
        second = work.hazards.add(hazard_maker(), actor)
        work.commit()
    assert (first.code[-4:], second.code[-4:]) == ("0001", "0002")


def test_numbers_grow_beyond_four_digits(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(code="130304-DZ-2026-9999"), actor)
        assert work.hazards.add(hazard_maker(), actor).code == "130304-DZ-2026-10000"


def test_given_codes_are_kept_and_move_the_series(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        given_codes = ["130304-DZ-2026-0007", "老编号-1", "130304-DZ-2026-0005", ""]
        stored = work.hazards.add_many([hazard_maker(code=c) for c in given_codes], actor)
    assert [h.code for h in stored] == [*given_codes[:3], "130304-DZ-2026-0008"]


def test_a_taken_code_or_id_is_a_conflict(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        with pytest.raises(ConflictError, match="0001 已被使用"):
            work.hazards.add(hazard_maker(code=stored.code), actor)
        with pytest.raises(ConflictError, match="已在登记库"):
            work.hazards.add(replace(stored, code=""), actor)
        work.commit()
    with register.unit_of_work() as work:
        assert [h.id for h in work.hazards.find()] == [stored.id]


def test_an_unknown_type_is_refused_with_the_list_of_types(register, hazard_maker, actor):
    with register.unit_of_work() as work, pytest.raises(NotFoundError) as caught:
        work.hazards.add(hazard_maker(type_key="ufo"), actor)
    assert "geological" in caught.value.hint


# Finding one


def test_a_hazard_is_found_by_id_code_and_old_code(register, full_hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(full_hazard_maker(), actor)
        for name in (
            str(stored.id),
            str(stored.id).upper(),
            stored.code,
            f" {stored.code} ",
            "旧-001",
        ):
            assert work.hazards.require(name).id == stored.id
        assert work.hazards.by_code(stored.code) == stored
        assert work.hazards.by_code("旧-001") is None
        assert work.hazards.get(uuid4()) is None
        for name in ("", "不存在", "旧-00"):
            with pytest.raises(NotFoundError):
                work.hazards.require(name)


def test_a_deleted_hazard_is_said_to_be_deleted(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        work.hazards.soft_delete(stored.id, actor, 1)
        with pytest.raises(NotFoundError, match="已被删除"):
            work.hazards.require(stored.code)
        assert work.hazards.get(stored.id).deleted_at is not None


# Changing


def test_saving_raises_the_revision_and_keeps_the_founder(register, hazard_maker, actor, other):
    with register.unit_of_work() as work:
        first = work.hazards.add(hazard_maker(), actor)
        moved = replace(first, geometry=shapely.Point(119.6, 40.0), name="新名称", phone="139")
        second = work.hazards.save(moved, other)
        work.commit()
    with register.unit_of_work() as work:
        found = work.hazards.get(first.id)
    assert found == second
    assert (found.revision, found.created_by, found.updated_by) == (2, "张三", "李四")
    assert found.updated_at > found.created_at == first.created_at


def test_the_second_to_save_is_told_who_was_first(register, hazard_maker, actor, other):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        work.commit()
    with register.unit_of_work() as work:
        work.hazards.save(replace(stored, notes="李四的话"), other)
        work.commit()
    with register.unit_of_work() as work:
        with pytest.raises(ConflictError, match="李四"):
            work.hazards.save(replace(stored, notes="张三的话"), actor)
        with pytest.raises(ConflictError):
            work.hazards.soft_delete(stored.id, actor, stored.revision)
        work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.get(stored.id).notes == "李四的话"


def test_what_cannot_be_saved(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        with pytest.raises(InvalidInputError, match="永久编号"):
            work.hazards.save(replace(stored, code="X"), actor)
        with pytest.raises(NotFoundError):
            work.hazards.save(hazard_maker(revision=1), actor)
        gone = work.hazards.soft_delete(stored.id, actor, 1)
        with pytest.raises(ConflictError, match="删除"):
            work.hazards.save(gone, actor)
        with pytest.raises(ConflictError, match="删除"):
            work.hazards.soft_delete(stored.id, actor, gone.revision)


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(500000, 4400000),
        shapely.Point(float("nan"), 39),
        shapely.LineString([(119, 39), (119, float("inf"))]),
        shapely.Point(119, 91),
    ],
)
def test_coordinates_off_the_globe_are_refused(register, hazard_maker, actor, geometry):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        with pytest.raises(InvalidInputError, match="经纬度"):
            work.hazards.add(hazard_maker(geometry=geometry), actor)
        with pytest.raises(InvalidInputError, match="经纬度"):
            work.hazards.save(replace(stored, geometry=geometry), actor)
        assert work.hazards.get(stored.id) == stored
        assert len(work.hazards.history(stored.id)) == 1


def test_heights_are_dropped(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(geometry=shapely.Point(119, 39, 5)), actor)
        assert not work.hazards.get(stored.id).geometry.has_z


def test_deleting_and_restoring(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        kept, gone = (work.hazards.add(hazard_maker(name=n), actor) for n in ("甲", "乙"))
        work.hazards.soft_delete(gone.id, actor, 1)
        assert [h.name for h in work.hazards.find()] == ["甲"]
        assert [h.name for h in work.hazards.find(HazardFilter(deleted=True))] == ["乙"]
        back = work.hazards.restore(gone.id, actor)
        assert back.deleted_at is None
        assert back.revision == 3
        assert [h.name for h in work.hazards.find()] == ["甲", "乙"]
        assert work.hazards.restore(kept.id, actor).revision == 1


def test_hazards_cannot_be_deleted_for_good(register, hazard_maker, actor, sql):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        work.commit()
    with pytest.raises(Exception, match="softly"):
        sql(register, "DELETE FROM hazard")


# History and audit


def test_history_holds_every_revision_whole(register, full_hazard_maker, actor, other):
    with register.unit_of_work() as work:
        one = work.hazards.add(full_hazard_maker(), actor)
        area = shapely.box(119.4, 39.8, 119.5, 39.9)
        two = work.hazards.save(replace(one, name="改名", geometry=area), other)
        three = work.hazards.soft_delete(one.id, actor, 2)
        four = work.hazards.restore(one.id, other)
        work.commit()
        versions = work.hazards.history(one.id)
    assert [v.hazard for v in versions] == [one, two, three, four]
    assert [v.action for v in versions] == ["add", "save", "delete", "restore"]
    assert [v.revision for v in versions] == [1, 2, 3, 4]
    assert [v.changed_by for v in versions] == ["张三", "李四", "张三", "李四"]
    assert [v.changed_at for v in versions] == [h.updated_at for h in (one, two, three, four)]


def test_an_old_revision_can_be_saved_again(register, full_hazard_maker, actor):
    with register.unit_of_work() as work:
        one = work.hazards.add(full_hazard_maker(), actor)
        two = work.hazards.save(replace(one, name="误改"), actor)
        old = work.hazards.history(one.id)[0].hazard
        back = work.hazards.save(replace(old, revision=two.revision), actor)
    assert (back.name, back.revision) == (one.name, 3)


def test_history_cannot_be_changed(register, hazard_maker, actor, sql):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        work.hazards.save(replace(stored, name="改"), actor)
        work.commit()
    for statement in ("UPDATE hazard_version SET record = '[]'", "DELETE FROM hazard_version"):
        with pytest.raises(Exception, match="append-only"):
            sql(register, statement)


def test_every_change_is_audited_with_its_author(register, hazard_maker, actor, other):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        moved = replace(stored, geometry=shapely.Point(119.5, 40), unit="某厂")
        saved = work.hazards.save(moved, other)
        work.hazards.soft_delete(stored.id, actor, saved.revision)
        work.hazards.restore(stored.id, other)
        entries = work.audit.of(str(stored.id))
    assert [(e.action, e.actor) for e in entries] == [
        ("hazard.add", "张三"), ("hazard.save", "李四"), ("hazard.delete", "张三"),
        ("hazard.restore", "李四"),
    ]  # fmt: skip
    assert entries[1].detail["changed"] == ["unit", "geometry"]
    assert entries[2].detail["changed"] == ["deleted_at"]
    assert [e.detail["revision"] for e in entries] == [1, 2, 3, 4]


# Filters


@pytest.fixture
def sorted_register(register, hazard_maker, actor):
    """Five hazards that differ in everything a filter asks for."""
    red, blue = RiskLevel.RED, RiskLevel.BLUE
    rows = [
        ("甲滑坡", "geological", "130302", red, shapely.Point(119.5, 39.9)),
        ("乙洪水", "flood", "130302", blue, shapely.Point(119.6, 40.0)),
        ("丙滑坡", "geological", "130304", None, shapely.LineString([(119, 39.5), (119.5, 40)])),
        ("丁林火", "forest_fire", "130321", red, shapely.box(119.0, 40.2, 119.2, 40.4)),
        ("戊洪水", "flood", "130304", None, shapely.Point(119.1, 40.3)),
    ]
    with register.unit_of_work() as work:
        for name, kind, county, level, geometry in rows:
            work.hazards.add(
                hazard_maker(
                    name=name, type_key=kind, county=county, level=level, geometry=geometry,
                    status=HazardStatus.ASSESSED if level else HazardStatus.REGISTERED,
                ),
                actor,
            )  # fmt: skip
        work.commit()
    return register


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (HazardFilter(), "甲乙丙丁戊"),
        (HazardFilter(levels=frozenset({RiskLevel.RED})), "甲丁"),
        (HazardFilter(levels=frozenset({RiskLevel.BLUE}), ungraded=True), "乙丙戊"),
        (HazardFilter(ungraded=True), "丙戊"),
        (HazardFilter(type_keys=frozenset({"flood", "forest_fire"})), "乙丁戊"),
        (HazardFilter(counties=frozenset({"130304"})), "丙戊"),
        (HazardFilter(bbox=(119.49, 39.89, 119.51, 39.91)), "甲"),
        (HazardFilter(bbox=(119.5, 39.9, 119.6, 40.0)), "甲乙丙"),
        # Inside the box of the line, but away from the line itself.
        (HazardFilter(bbox=(119.0, 39.9, 119.1, 40.0)), ""),
        (HazardFilter(bbox=(119.05, 40.25, 119.15, 40.35)), "丁戊"),
        (HazardFilter(text="滑坡", counties=frozenset({"130304"})), "丙"),
        (HazardFilter(text="%"), ""),
        (HazardFilter(text="'; DROP TABLE hazard; --"), ""),
        (HazardFilter(batch_id=uuid4()), ""),
        (HazardFilter(deleted=True), ""),
    ],
)
def test_filters_restrict_in_the_same_way_everywhere(sorted_register, wanted, names):
    with sorted_register.unit_of_work() as work:
        found = work.hazards.find(wanted)
        table = work.hazards.features(wanted)
        assert "".join(h.name[0] for h in found) == names
        assert "".join(name[0] for name in table.names) == names
        assert work.hazards.count(wanted) == len(names)
        assert [h.id for h in work.hazards.stream(wanted)] == [h.id for h in found]
        assert work.hazards.find(wanted, limit=1) == found[:1]


@pytest.mark.parametrize(
    "text",
    [
        "联峰", "滑坡", "北戴河区联峰山滑坡", "lfshp", "LFS", "bdhq", "旧-001", "dz130304", "示例化工",
        "slhg", "草厂", "海滨", "13900000001", "0001", "１３９", "130304-dz-2026", "联峰 化工",
    ],
)  # fmt: skip
def test_search_finds_every_name_of_a_hazard(register, full_hazard_maker, actor, text):
    with register.unit_of_work() as work:
        work.hazards.add(full_hazard_maker(), actor)
        assert work.hazards.count(HazardFilter(text=text)) == 1
        assert work.hazards.count(HazardFilter(text=text + "无此")) == 0


def test_search_follows_changes(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(name="液氨库"), actor)
        assert work.hazards.count(HazardFilter(text="yak")) == 1
        work.hazards.save(replace(stored, name="油库"), actor)
        assert work.hazards.count(HazardFilter(text="液氨")) == 0
        assert work.hazards.count(HazardFilter(text="油库")) == 1


def test_features_equal_the_hazards(register, many_hazards, actor):
    with register.unit_of_work() as work:
        work.hazards.add_many(many_hazards(100), actor)
        table, hazards = work.hazards.features(), work.hazards.find()
    expected = feature_table(
        ids=[str(h.id) for h in hazards],
        codes=[h.code for h in hazards],
        names=[h.name for h in hazards],
        type_keys=[h.type_key for h in hazards],
        levels=[h.level.rank if h.level else 0 for h in hazards],
        counties=[h.county for h in hazards],
        units=[h.unit for h in hazards],
        townships=[h.township for h in hazards],
        revisions=[h.revision for h in hazards],
        geometries=np.array([h.geometry for h in hazards], dtype=object),
    )
    assert table.ids.tolist() == expected.ids.tolist()
    assert table.codes.tolist() == expected.codes.tolist()
    assert table.type_keys.tolist() == expected.type_keys.tolist()
    assert np.array_equal(table.anchors, expected.anchors)
    assert np.array_equal(table.bounds, expected.bounds)
    assert table.levels.dtype == np.int8
    assert table.row_of(str(hazards[5].id)) == 5


def test_an_empty_register_has_empty_columns(register):
    with register.unit_of_work() as work:
        assert len(work.hazards.features()) == 0
        assert work.hazards.features().bounds.shape == (0, 4)
        assert work.hazards.count(HazardFilter(bbox=(118, 39, 120, 41))) == 0
        assert work.hazards.fingerprints([]) == []


def test_fingerprints_tell_live_hazards_apart(register, full_hazard_maker, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(full_hazard_maker(), actor)
        gone = work.hazards.add(hazard_maker(), actor)
        work.hazards.soft_delete(gone.id, actor, 1)
        keys, _boxes = work.rivals.boxes()
        assert len(keys) == 2
        (found,) = work.hazards.fingerprints(keys.tolist())
    assert (found.id, found.code, found.name) == (stored.id, stored.code, stored.name)
    assert found.alias_codes == stored.alias_codes
    assert (found.lon, found.lat) == stored.anchor()
    assert shapely.from_wkb(found.wkb) == stored.geometry


# Bulk


@pytest.mark.parametrize("count", [1, 199, 200, 1500])
def test_bulk_and_single_registration_give_the_same_rows(register, many_hazards, actor, count, sql):
    hazards = many_hazards(count)
    with register.unit_of_work() as work:
        stored = work.hazards.add_many(hazards, actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.find() == stored
        assert work.audit.recent(1)[0].detail["count"] == count
    assert sql(register, "SELECT rtreecheck('idx_hazard_geometry')") == [("ok",)]
    assert sql(register, "SELECT CheckSpatialIndex('hazard', 'geometry')") == [(1,)]
    assert sql(register, "SELECT count(*) FROM idx_hazard_geometry") == [(count,)]
    kinds = sql(register, "SELECT count(*) FROM hazard WHERE GeometryType(geometry) IS NULL")
    assert kinds == [(0,)]


def test_appending_to_a_large_and_to_a_small_register_keeps_the_index(
    register, many_hazards, actor, sql, monkeypatch
):
    packed = []
    replace_index = bulk_load.replace_index
    monkeypatch.setattr(
        bulk_load, "replace_index", lambda *given: (packed.append(1), replace_index(*given))
    )
    hazards = many_hazards(3000)
    with register.unit_of_work() as work:
        for start, stop in ((0, 300), (300, 2500), (2500, 2800), (2800, 3000)):
            work.hazards.add_many(hazards[start:stop], actor)
        work.commit()
    assert len(packed) == 2  # the later ones are small beside what is there
    assert sql(register, "SELECT rtreecheck('idx_hazard_geometry')") == [("ok",)]
    assert sql(register, "SELECT CheckSpatialIndex('hazard', 'geometry')") == [(1,)]
    assert sql(register, "SELECT count(*) FROM idx_hazard_geometry") == [(3000,)]


def test_an_empty_bulk_does_nothing(register, actor):
    with register.unit_of_work() as work:
        before = work.audit.recent(1)
        assert work.hazards.add_many([], actor) == []
        assert work.audit.recent(1) == before


def test_one_bad_geometry_refuses_the_whole_bulk(register, many_hazards, hazard_maker, actor):
    bad = hazard_maker(geometry=shapely.Point(500000, 4400000))
    with register.unit_of_work() as work:
        with pytest.raises(InvalidInputError):
            work.hazards.add_many([*many_hazards(300), bad], actor)
        work.commit()
        assert work.hazards.count() == 0


def test_stamping_is_a_replace(full_hazard_maker, clock):
    hazard, now = full_hazard_maker(), clock()
    assert stamped(hazard, code="C", now=now, actor="甲") == replace(
        hazard, code="C", revision=1, created_at=now, created_by="甲", updated_at=now,
        updated_by="甲", deleted_at=None,
    )  # fmt: skip


PLAIN = st.one_of(
    st.text(), st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)
)


@given(st.dictionaries(st.text(), PLAIN))
def test_the_fast_json_is_the_canonical_json(values):
    assert flat_json(values) == to_json(values)


def test_values_are_as_many_as_columns(full_hazard_maker):
    assert len(values_of(full_hazard_maker())) == len(COLUMNS) + 1
