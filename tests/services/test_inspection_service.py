"""Inspections through the service: what is due, what is recorded, what is refused."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import shapely
from PIL import Image

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.inspection.planned_round import PlannedRound
from qhd_riskmap.domain.inspection.record import (
    Answer,
    Finding,
    Inspection,
    InspectionFileKind,
    InspectionResult,
    Verdict,
)
from qhd_riskmap.domain.inspection.schedule import DueStage
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.services.inspection import InspectionService
from qhd_riskmap.services.record_merge import RecordMergeService
from qhd_riskmap.services.reshaping import ReshapingService
from qhd_riskmap.services.rule_profiles import RuleProfileService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
TODAY = date(2027, 11, 30)
NORMAL, PROBLEMS, UNREACHED = InspectionResult


@pytest.fixture
def register(tmp_path):
    with create_register(
        tmp_path / "r.qhd", passphrase=None, office=Office(division="130304", unit="应急局"),
        clock=lambda: datetime(2026, 11, 23, 4, tzinfo=UTC),
    ) as made:  # fmt: skip
        yield made


@pytest.fixture
def service(register):
    return InspectionService(register, ACTOR, today=lambda: TODAY)


@pytest.fixture
def hazard(register):
    made = Hazard(
        id=uuid4(), name="烟花仓库", type_key="explosion", geometry=shapely.Point(119.47, 39.83),
        county="130304", unit="海滨镇政府", regulator="应急局",
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )  # fmt: skip
    with register.unit_of_work() as work:
        stored = work.hazards.add(made, ACTOR)
        work.commit()
    return stored


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "门.png"
    Image.new("RGB", (20, 20), "red").save(path)
    return path


def told(result=NORMAL, **changes):
    return Inspection(**{"on": TODAY, "inspector": "李四", "result": result, **changes})


def due_days(service, on):
    return [(each.last, each.due) for each in service.due(on)]


def test_a_hazard_is_due_an_interval_after_registration_and_not_a_day_before(service, hazard):
    assert service.due(date(2027, 11, 22)) == []
    assert due_days(service, date(2027, 11, 23)) == [(date(2026, 11, 23), date(2027, 11, 23))]
    assert service.due(TODAY, HazardFilter(counties=frozenset({"130302"}))) == []


def test_what_lies_ahead_is_listed_with_its_stage_when_asked_for(service, hazard):
    (found,) = service.due(date(2027, 11, 22), until=date(2027, 11, 23))
    assert (found.stage, found.days_late, found.inspector) == (DueStage.WEEK, -1, "")
    (found,) = service.due(TODAY)
    assert (found.stage, found.days_late) == (DueStage.LATE, 7)


def test_the_counts_of_a_day_are_those_of_the_list(service, hazard):
    due = date(2027, 11, 23)
    for on in (due - timedelta(days=400), due - timedelta(days=20), due, due + timedelta(days=1)):
        listed = Counter(each.stage for each in service.due(on, until=date.max))
        assert service.standing(on) == listed
        assert sum(listed.values()) == 1
    assert service.standing(due) == Counter({DueStage.TODAY: 1})
    service.record(hazard.code, told(on=due - timedelta(days=3)))
    assert service.standing(due) == Counter({DueStage.LATER: 1})
    before = due - timedelta(days=4)  # of the visit nobody knew then
    assert service.standing(before) == Counter(e.stage for e in service.due(before, until=date.max))
    assert service.due(before, until=date.max)[0].due == due


def test_only_hazards_asked_for_are_listed(service, hazard):
    late = date(2030, 1, 1)
    assert len(service.due(late, HazardFilter(type_keys=frozenset({hazard.type_key})))) == 1
    assert service.due(late, HazardFilter(type_keys=frozenset({"flood"}))) == []


def test_an_inspection_moves_the_day_and_one_that_did_not_get_there_does_not(service, hazard):
    service.record(hazard.code, told(UNREACHED))
    assert [each.inspector for each in service.due(TODAY)] == ["李四"]
    service.record(hazard.code, told())
    assert service.due(TODAY) == []
    # A day before the inspection is judged by what was known of it then.
    assert len(service.due(date(2027, 11, 29))) == 1
    assert due_days(service, date(2028, 11, 30)) == [(TODAY, date(2028, 11, 30))]


def test_findings_become_tasks_and_both_are_there_or_neither(register, service, hazard, photo):
    findings = [Finding(problem="门坏"), Finding(problem=" 无灭火器 ", basis="消防法第16条")]
    done, tasks, changes = service.record(
        hazard.code, told(PROBLEMS, inspector=" 李四 ", note=" 另约 "), findings, [photo]
    )
    assert [(task.problem, task.basis) for task in tasks] == [
        ("门坏", ""), ("无灭火器", "消防法第16条"),
    ]  # fmt: skip
    assert changes.tasks
    assert changes.inspections
    (kept,) = service.history(hazard.id)
    assert kept.inspection == done
    assert [each.number for each in kept.tasks] == [task.number for task in tasks]
    assert [(f.name, f.kind) for f in kept.files] == [("门.png", InspectionFileKind.PHOTO)]
    assert service.file_content(kept.files[0].id)[1] == photo.read_bytes()
    assert (done.on, done.inspector, done.note, done.result) == (TODAY, "李四", "另约", PROBLEMS)
    with register.unit_of_work() as work:
        actions = [each.action for each in work.audit.of(str(hazard.id))]
    assert actions.count("inspection.add") == 1
    assert actions.count("inspection.task") == 2
    assert verify(register) == []


def test_a_photo_that_cannot_be_kept_stores_nothing(service, hazard, tmp_path):
    bad = tmp_path / "x.svg"
    bad.write_text("<svg/>", encoding="utf-8")
    with pytest.raises(UnreadableFileError):
        service.record(hazard.code, told(), (), [bad])
    assert service.history(hazard.id) == []


def test_a_failed_answer_becomes_a_task_once(register, service, hazard):
    wrong = Answer(key="sign", question="标志完好", verdict=Verdict.FAIL, note="倒伏")
    fine = Answer(key="duty", question="电话接通", verdict=Verdict.PASS)
    done, tasks, _changes = service.record(hazard.code, told(PROBLEMS, answers=(wrong, fine)))
    assert tasks == []
    task, changes = service.raise_task(done.id, "sign")
    assert task.problem == "标志完好：倒伏"
    assert changes.tasks
    with pytest.raises(ConflictError):
        service.raise_task(done.id, "sign")
    with pytest.raises(NotFoundError):
        service.raise_task(done.id, "duty")
    (kept,) = service.history(hazard.id)
    assert kept.inspection.answers == (wrong, fine)
    assert [(t.number, t.question) for t in kept.tasks] == [(task.number, "sign")]
    with register.unit_of_work() as work:
        assert len(work.tasks.of_hazard(hazard.id)) == 1


def test_photos_are_added_once_and_can_be_taken_off(service, hazard, photo):
    done, _tasks, _changes = service.record(hazard.code, told())
    assert service.attach(done.id, [photo])[0] == 1
    assert service.attach(done.id, [photo])[0] == 0
    (entry,) = service.history(hazard.id)[0].files
    assert service.take_off(entry.id).inspections
    assert service.history(hazard.id)[0].files == ()
    with pytest.raises(NotFoundError):
        service.take_off(entry.id)
    assert service.attach(done.id, [photo])[0] == 1


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        ({"on": date(2027, 12, 1)}, []), ({"inspector": " "}, []), ({}, ["门坏"]),
        ({"result": PROBLEMS}, []), ({"result": PROBLEMS}, [" "]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    register, service, hazard, change, findings
):
    with pytest.raises(InvalidInputError):
        service.record(
            hazard.code, replace(told(), **change), [Finding(problem=each) for each in findings]
        )
    with register.unit_of_work() as work:
        assert work.inspections.of(hazard.id) == work.tasks.of_hazard(hazard.id) == []


def test_who_may_not_and_what_is_not_there(register, service, hazard):
    reader = InspectionService(
        register, Actor(name="客", permissions=frozenset({Permission.READ})), today=lambda: TODAY
    )
    done, _tasks, _changes = service.record(hazard.code, told())
    for act in (
        lambda: reader.record(hazard.code, told()), lambda: reader.raise_task(done.id, "sign"),
        lambda: reader.attach(done.id, []), lambda: reader.take_off(done.id),
    ):  # fmt: skip
        with pytest.raises(PermissionDeniedError):
            act()
    with pytest.raises(NotFoundError):
        service.record("130304-XX-2026-9999", told())
    for act in (
        lambda: service.raise_task(uuid4(), "sign"), lambda: service.attach(uuid4(), []),
        lambda: service.file_content(uuid4()),
    ):  # fmt: skip
        with pytest.raises(NotFoundError):
            act()


@pytest.mark.parametrize(
    "words",
    [
        "UPDATE inspection SET inspector = 'x'", "UPDATE inspection SET answers = '[]'",
        "DELETE FROM inspection",
    ],
)  # fmt: skip
def test_an_inspection_stays_as_it_is(register, service, hazard, words):
    service.record(hazard.code, told())
    with register.engine.connect() as connection:
        with pytest.raises(Exception, match="inspections"):
            connection.exec_driver_sql(words)
        connection.rollback()


def test_a_sheet_is_recorded_once(register, service, hazard):
    plan(register, hazard)
    service.record(hazard.code, told(sheet="7K3Q9M2X-1"))
    with pytest.raises(ConflictError, match="7K3Q9M2X-1"):
        service.record(hazard.code, told(sheet="7K3Q9M2X-1"))
    assert len(service.history(hazard.id)) == 1


def plan(register, *hazards):
    with register.unit_of_work() as work:
        made = work.rounds.add(
            PlannedRound(
                id="7K3Q9M2X", on=TODAY, start=(119.6, 39.9), stops=tuple(h.id for h in hazards),
                route_m=1234.5, inspector="李四", phone="13912345678",
            ),
            ACTOR,
        )  # fmt: skip
        work.commit()
    return made


def test_a_round_is_read_as_it_was_planned(register, hazard):
    made = plan(register, hazard)
    with register.unit_of_work() as work:
        assert work.rounds.require("7K3Q9M2X") == made
        assert work.rounds.every() == [made]
        assert (made.stops, made.start, made.made_by) == ((hazard.id,), (119.6, 39.9), "张三")
        with pytest.raises(NotFoundError):
            work.rounds.require("ZZZZZZZZ")


# --- the office's own rules -------------------------------------------------------------------


def test_the_office_changes_intervals_and_every_version_stays(register, service, hazard):
    rules = RuleProfileService(register, ACTOR)
    profile = rules.content("inspection")
    profile["types"]["explosion"] = {"ungraded": 3}
    version, changes = rules.adopt(profile, reason="烟花旺季", on=TODAY, regrade=True)
    assert (version, changes.rules) == ("2026.11+1", True)
    assert service.rules().version == version
    assert due_days(service, date(2027, 2, 23)) == [(date(2026, 11, 23), date(2027, 2, 23))]
    assert [each.version for each in rules.versions("inspection")] == ["2026.11", "2026.11+1"]
    profile["months"]["red"] = 0
    with pytest.raises(InvalidInputError, match=r"months\.red"):
        rules.adopt(profile, reason="错", on=TODAY)


def test_the_office_changes_check_lists(register, service):
    rules = RuleProfileService(register, ACTOR)
    profile = rules.content("inspection_checklists")
    profile["types"]["explosion"].append({"key": "own", "text": "库区电网通电", "source": "本单位"})
    rules.adopt(profile, reason="增补", on=TODAY)
    known = service.checklists()
    assert known.version == "2026.11+1"
    assert "库区电网通电" in [each.text for each in known.of("explosion")]


# --- merging ----------------------------------------------------------------------------------


def twin(register, hazard, **changes):
    other = replace(hazard, id=uuid4(), code="", revision=0, name="烟花库", **changes)
    with register.unit_of_work() as work:
        stored = work.hazards.add(other, ACTOR)
        work.commit()
    return stored


def test_a_merged_hazard_hands_its_inspections_over_and_undoing_gives_them_back(
    register, service, hazard
):
    other = twin(register, hazard)
    for each in (hazard, other):
        service.record(each.code, told(note=each.name))
    merging, reshaping = RecordMergeService(register, ACTOR), ReshapingService(register, ACTOR)
    outcome = merging.merge(merging.compare(hazard.id, other.id))
    assert outcome.changes.inspections
    kept, gone = outcome.after

    def notes(hazard_id):
        return sorted(each.inspection.note for each in service.history(hazard_id))

    assert notes(kept.id) == ["烟花仓库", "烟花库"]
    assert notes(gone.id) == []
    revisions = {each.id: each.revision for each in outcome.after}
    stored, changes = reshaping.settle(outcome.before, revisions=revisions)
    assert changes.inspections
    assert [notes(each.id) for each in outcome.before] == [[h.name] for h in outcome.before]
    revisions = {each.id: each.revision for each in stored}
    reshaping.settle(outcome.after, revisions=revisions)
    assert notes(kept.id) == ["烟花仓库", "烟花库"]
    assert verify(register) == []


# --- whether it is whole ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE inspection SET inspected_on = '2026-13-01'", "不能读取"),
        ("UPDATE inspection SET result = 'fine'", "不能读取"),
        ("UPDATE inspection SET answers = '{'", "不能读取"),
        ("UPDATE inspection SET answers = '{}'", "不能读取"),
        ("UPDATE inspection SET answers = '[3]'", "不能读取"),
        ("UPDATE inspection SET sheet = '7K3Q9M2X-9'", "不能读取"),
        ("UPDATE inspection SET sheet = 'x'", "不能读取"),
        ("UPDATE inspection_round SET stops = '[]'", "路线 7K3Q9M2X 不能读取"),
        ("UPDATE inspection_round SET id = 'x'", "路线 x 不能读取"),
        ("UPDATE inspection_round SET stops = '[\"nobody\"]'", "登记库没有的隐患"),
        ("UPDATE inspection_file SET kind = 'film'", "“film”不认识"),
    ],
)
def test_what_was_tampered_with_is_found(register, hazard, photo, sql, words):
    service = InspectionService(register, ACTOR, today=lambda: TODAY)
    plan(register, hazard)
    service.record(hazard.code, told(sheet="7K3Q9M2X-1"), (), [photo])
    assert verify(register) == []
    with register.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER inspection_no_update")
        connection.exec_driver_sql(sql)
    assert any(words in problem for problem in verify(register))
