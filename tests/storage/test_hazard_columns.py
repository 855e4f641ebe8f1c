"""Hazards and assessments registered as columns are the same as registered one by one."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from qhd_riskmap.domain.hazard import Assessment
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.storage.assessment_columns import columns_of as assessment_columns
from qhd_riskmap.storage.hazard_columns import chained, columns_of
from qhd_riskmap.storage.search_text import search_text, search_texts

_CHARACTERS = "校长城重庆行长 aB１②Ⅲ\u0301é\x1f\x1e\n12号滑坡ﬃİß"


def _assessment(hazard_id, level):
    return Assessment(
        id=uuid4(),
        hazard_id=hazard_id,
        method="declared",
        method_version="1",
        inputs={"L": 2.0},
        score=None,
        level=level,
        reasons=("表中填报：重大",),
        assessor="甲",
        assessed_on=date(2026, 3, 1),
    )


def test_columns_give_back_the_hazards_they_were_made_of(many_hazards):
    hazards = many_hazards(50)
    columns = columns_of(hazards)
    assert list(columns) == hazards
    assert columns[-1] == hazards[-1]
    assert columns[3:5] == tuple(hazards[3:5])
    assert list(columns.taken([7, 2])) == [hazards[7], hazards[2]]
    assert list(chained([columns.part(0, 20), columns.part(20, 50)])) == hazards
    assert len(chained([])) == 0


def test_what_is_registered_as_columns_reads_back_the_same(register, many_hazards, actor):
    hazards = many_hazards(400)  # enough to lift the triggers
    with register.unit_of_work() as work:
        stored = work.hazards.add_columns(columns_of(hazards), actor)
        assert list(stored) == work.hazards.find()
        assert stored[-1].code == stored.codes[-1]
        assert [h.id for h in stored[1:3]] == [h.id for h in hazards[1:3]]
        assert len(work.hazards.add_columns(columns_of([]), actor)) == 0
        work.commit()


def test_progress_may_stop_it_and_nothing_is_stored(register, many_hazards, actor):
    def stop(done):
        assert done == 300
        raise KeyboardInterrupt

    with register.unit_of_work() as work, pytest.raises(KeyboardInterrupt):
        work.hazards.add_columns(columns_of(many_hazards(300)), actor, stop)
    with register.unit_of_work() as work:
        assert work.hazards.count() == 0
        assert [e.action for e in work.audit.recent(10)] == ["office.save", "register.create"][::-1]
        work.hazards.add_columns(columns_of(many_hazards(300)), actor)
        work.commit()


def test_odd_texts_survive_although_equal_ones_are_written_as_literals(
    register, hazard_maker, actor
):
    hazards = [
        replace(hazard_maker(), id=uuid4(), unit="O'Hara; DROP--", notes="甲\x00乙", contact=":x ?")
        for _number in range(3)
    ]
    with register.unit_of_work() as work:
        stored = work.hazards.add_columns(columns_of(hazards), actor)
        assert [h.unit for h in work.hazards.find()] == ["O'Hara; DROP--"] * 3
        assert {(h.contact, h.notes) for h in work.hazards.find()} == {
            (h.contact, h.notes) for h in stored
        }


def test_assessments_as_columns_are_those_registered_one_by_one(register, many_hazards, actor):
    hazards = [replace(h, level=RiskLevel.RED) for h in many_hazards(3)]
    graded = [
        (0, _assessment(hazards[0].id, RiskLevel.BLUE)),
        (0, _assessment(hazards[0].id, RiskLevel.RED)),
        (2, _assessment(hazards[2].id, RiskLevel.RED)),
    ]
    seen = []
    with register.unit_of_work() as work:
        stored = work.hazards.add_columns(columns_of(hazards), actor)
        columns = assessment_columns(graded)
        work.assessments.add_columns(stored, columns, actor, seen.append)
        assert work.assessments.of(hazards[0].id) == [graded[1][1], graded[0][1]]
        assert work.assessments.of(hazards[1].id) == []
        assert work.assessments.of(hazards[2].id) == [graded[2][1]]
        assert seen == [3]
        with pytest.raises(ConflictError):
            work.assessments.add_columns(stored, columns, actor)


def test_a_grade_that_is_not_the_level_of_its_hazard_is_refused(register, many_hazards, actor):
    hazards = [replace(h, level=RiskLevel.RED) for h in many_hazards(1)]
    wrong = assessment_columns([(0, _assessment(hazards[0].id, RiskLevel.BLUE))])
    with register.unit_of_work() as work:
        stored = work.hazards.add_columns(columns_of(hazards), actor)
        with pytest.raises(ValueError, match="level"):
            work.assessments.add_columns(stored, wrong, actor)


def test_assessments_of_several_people_are_no_columns():
    mine = _assessment(UUID(int=1), RiskLevel.RED)
    with pytest.raises(ValueError, match="several"):
        assessment_columns([(0, mine), (1, replace(mine, assessor="乙"))])


def test_search_texts_by_column_are_those_of_single_hazards(hazard_maker):
    rng = random.Random(5)

    def word():
        return "".join(rng.choice(_CHARACTERS) for _ in range(rng.randint(0, 12)))

    hazards = [
        replace(
            hazard_maker(),
            name="某" + word(),
            code=word(),
            unit=word(),
            address=word(),
            township=word(),
            phone=word(),
            alias_codes=tuple(word() for _ in range(rng.randint(0, 2))),
        )
        for _number in range(500)
    ]
    whole = search_texts(
        names=[h.name for h in hazards],
        codes=[h.code for h in hazards],
        units=[h.unit for h in hazards],
        addresses=[h.address for h in hazards],
        townships=[h.township for h in hazards],
        phones=[h.phone for h in hazards],
        aliases=[h.alias_codes for h in hazards],
    )
    assert whole == [search_text(h) for h in hazards]
    assert search_texts(
        names=[], codes=[], units=[], addresses=[], townships=[], phones=[], aliases=[]
    ) == []  # fmt: skip
