"""Pairs that may be one thing are kept once, settled by people and audited."""

from __future__ import annotations

from uuid import UUID

import pytest

from qhd_riskmap.storage.look_alike_repository import FoundPair

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


@pytest.fixture
def filled(register, actor, hazard_maker):
    with register.unit_of_work() as work:
        # Registered in the order three, one, two: ids say nothing about it.
        for each in (THREE, ONE, TWO):
            work.hazards.add(hazard_maker(id=each, name=f"{each.int}号点"), actor)
        work.commit()
    return register


def pair(first, second, **more):
    return FoundPair(first=first, second=second, likeness="name", metres=12.5, **more)


def add(register, actor, *pairs):
    with register.unit_of_work() as work:
        work.look_alikes.add_many(pairs, actor, "batch")
        work.commit()


def test_a_pair_found_twice_is_kept_once_and_names_the_earlier_record_first(filled, actor):
    add(filled, actor, pair(ONE, THREE))
    add(filled, actor, pair(THREE, ONE), pair(ONE, ONE))
    with filled.unit_of_work() as work:
        (found,) = work.look_alikes.open()
        assert work.look_alikes.count_open() == 1
    assert (found.earlier.id, found.later.id) == (THREE, ONE)
    assert (found.earlier.name, found.type_key) == ("3号点", "geological")
    assert (found.likeness, found.metres, found.found_by) == ("name", 12.5, "张三")


def test_what_was_said_of_a_pair_stands_until_it_is_taken_back(filled, actor, other, reopened):
    add(filled, actor, pair(ONE, TWO), pair(TWO, THREE, apart=True))
    with filled.unit_of_work() as work:
        (first,), (second,) = work.look_alikes.open(), work.look_alikes.parted()
        assert work.look_alikes.part([first.key, second.key], other) == 1
        assert work.look_alikes.part([first.key], other) == 0
        work.commit()
    add(filled, actor, pair(TWO, ONE))
    with reopened(filled).unit_of_work() as work:
        assert work.look_alikes.open() == []
        assert [each.parted_by for each in work.look_alikes.parted()] == ["李四", "张三"]
        assert work.look_alikes.part([first.key], actor, apart=False) == 1
        assert [each.key for each in work.look_alikes.open()] == [first.key]


def test_a_pair_with_a_deleted_record_waits_until_it_is_restored(filled, actor):
    add(filled, actor, pair(ONE, TWO))
    with filled.unit_of_work() as work:
        work.hazards.soft_delete(TWO, actor, 1)
        assert work.look_alikes.open() == []
        assert work.look_alikes.of(ONE) == []
        work.hazards.restore(TWO, actor)
        assert len(work.look_alikes.open()) == 1
        assert len(work.look_alikes.of(TWO)) == 1


def test_every_decision_leaves_a_row_in_the_audit_trail(filled, actor):
    add(filled, actor, pair(ONE, TWO))
    with filled.unit_of_work() as work:
        (found,) = work.look_alikes.open()
        work.look_alikes.part([found.key], actor)
        work.look_alikes.part([found.key], actor, apart=False)
        work.commit()
    with filled.unit_of_work() as work:
        rows = [*work.audit.of("batch"), *work.audit.of("look_alikes")]
    assert sorted(row.action for row in rows) == [
        "look_alike.add_many",
        "look_alike.list_again",
        "look_alike.part",
    ]


def test_nothing_found_writes_nothing(filled, actor):
    add(filled, actor)
    with filled.unit_of_work() as work:
        assert work.audit.of("batch") == []
