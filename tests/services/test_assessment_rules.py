"""Sign-off by level, grounds for a lower level, tables of assessments, rehearsed and adopted rules."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
import shapely

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.access import ALL_PERMISSIONS, Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.remediation.task import EventKind, RemediationTask, TaskState
from qhd_riskmap.domain.worksheet import Occasion, Worksheet
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    JobCancelledError,
    NotFoundError,
    NotGradableError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.resources import rules
from qhd_riskmap.services.assessment import AssessmentForm, AssessmentService, method_of
from qhd_riskmap.services.factor_table import FactorTableService, write_outcome
from qhd_riskmap.services.rule_profiles import RuleProfileService, changed_ids, read_profile_file
from qhd_riskmap.storage.unit_of_work import UnitOfWork

DAY = date(2026, 3, 1)


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "登记库.qhd", None, Office(unit="示例办"), "测试员") as opened:
        yield opened


def register(app, name="虚构滑坡点", **changes):
    facts = {
        "id": uuid4(), "name": name, "type_key": "geological",
        "geometry": shapely.Point(119.60, 39.935), "county": "130302",
        "provenance": Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
            accuracy=AccuracyClass.UNKNOWN,
        ),
    }  # fmt: skip
    return app.registry.create(Hazard(**{**facts, **changes}))[0]


def form(likelihood, severity, **worksheet):
    return AssessmentForm(
        method="ls", inputs={"L": likelihood, "S": severity}, worksheet=Worksheet(**worksheet)
    )


def with_rights(app, *missing, name="小王"):
    return Actor(name=name, permissions=ALL_PERMISSIONS - set(missing))


# -- worksheet and sign-off ---------------------------------------------------------------------


def test_an_assessment_keeps_its_worksheet_residual_level_and_next_review(app):
    hazard = register(app)
    sheet = Worksheet(evidence={"L": "现场"}, opinion="属实", measures="削坡", experts=("张工",))
    given = AssessmentForm(method="ls", inputs={"L": "4", "S": 5}, after={"L": 1}, worksheet=sheet)
    _hazard, stored, _changes = app.assessment.record(hazard.code, given, on=DAY)
    (kept,) = app.assessment.of(hazard.id)
    assert kept == stored
    assert (kept.level, kept.residual_level) == (RiskLevel.RED, RiskLevel.BLUE)
    assert kept.next_review == date(2026, 6, 1)
    assert kept.worksheet == replace(sheet, band="极其危险", residual_band="轻度危险")
    assert app.registry.get(hazard.id).level is RiskLevel.RED


def test_measures_that_make_it_worse_are_refused(app):
    hazard = register(app)
    given = AssessmentForm(method="ls", inputs={"L": 1, "S": 1}, after={"L": 5, "S": 5})
    with pytest.raises(InvalidInputError, match="不应更高"):
        app.assessment.record(hazard.code, given, on=DAY)
    assert app.assessment.of(hazard.id) == []


def test_a_method_that_does_not_apply_gives_no_level(app):
    hazard = register(app)
    with pytest.raises(NotGradableError, match="不构成重大危险源"):
        app.assessment.assess(hazard.code, "gb18218", {"substances": "天然气:45"}, on=DAY)
    assert app.registry.get(hazard.id).level is None


def test_the_level_cannot_be_edited(app):
    hazard = register(app)
    app.assessment.record(hazard.code, form(5, 5), on=DAY)
    stored = app.registry.get(hazard.id)
    with pytest.raises(InvalidInputError, match="重新评估"):
        app.registry.update(replace(stored, level=RiskLevel.BLUE))
    assert app.registry.get(hazard.id).level is RiskLevel.RED


def test_whoever_may_sign_blue_may_not_sign_red_nor_take_red_down(app):
    hazard = register(app)
    clerk = AssessmentService(app.register, with_rights(app, Permission.SIGN_RED))
    _h, red, _c = app.assessment.record(hazard.code, form(5, 5), on=DAY)
    with pytest.raises(PermissionDeniedError, match="签批重大风险"):
        clerk.sign(hazard.code)
    app.assessment.record(hazard.code, form(1, 1), on=DAY)
    with pytest.raises(PermissionDeniedError):
        clerk.sign(hazard.code)
    signed = app.assessment.sign(hazard.code, " 同意降级 ")
    assert (signed.level, signed.opinion) == (RiskLevel.RED, "同意降级")
    app.assessment.record(hazard.code, form(1, 2), on=DAY)
    assert clerk.sign(hazard.code).level is RiskLevel.BLUE
    newest = app.assessment.of(hazard.id)[0]
    with app.register.unit_of_work() as work:
        assert [each.signed_by for each in work.sign_offs.of([newest.id])] == ["小王"]
        assert work.sign_offs.of([red.id]) == []
        actions = [entry.action for entry in work.audit.recent(50)]
    assert actions.count("assessment.sign") == 2


def test_nobody_signs_twice_or_what_is_not_there(app):
    hazard = register(app)
    with pytest.raises(NotFoundError, match="没有可签批"):
        app.assessment.sign(hazard.code)
    app.assessment.record(hazard.code, form(1, 1), on=DAY)
    app.assessment.sign(hazard.code)
    with pytest.raises(ConflictError, match="已签批"):
        app.assessment.sign(hazard.code)
    with pytest.raises(NotFoundError):
        app.assessment.sign(hazard.code, assessment_id=uuid4())


# -- a lower level needs grounds ----------------------------------------------------------------


def task(app, hazard, state, accepted_on=None):
    made = RemediationTask(
        id=uuid4(), hazard_id=hazard.id, since=DAY, registered_on=DAY, problem="裂缝"
    )
    with app.register.unit_of_work() as work:
        stored = work.tasks.add(made, app.actor)
        closed = accepted_on if state is TaskState.CLOSED else None
        after = replace(stored, state=state, accepted_on=accepted_on, closed_on=closed)
        saved = work.tasks.save(
            stored, after, app.actor, kind=EventKind.MOVE, on=DAY, move="试", detail={}
        )
        work.commit()
    return saved


def test_after_remediation_a_level_goes_down_only_with_an_acceptance(app):
    hazard = register(app)
    app.assessment.record(hazard.code, form(5, 5), on=DAY)
    lower = form(1, 1, occasion=Occasion.REMEDIATED)
    with pytest.raises(InvalidInputError, match="验收合格"):
        app.assessment.record(hazard.code, lower, on=DAY)
    task(app, hazard, TaskState.ACCEPTED, date(2026, 2, 1))
    with pytest.raises(InvalidInputError, match="验收合格"):  # before the last assessment
        app.assessment.record(hazard.code, lower, on=DAY)
    fresh = task(app, hazard, TaskState.CLOSED, date(2026, 3, 2))
    _h, stored, _c = app.assessment.record(hazard.code, lower, on=date(2026, 3, 3))
    assert stored.worksheet.accepted == (fresh.number,)
    assert app.registry.get(hazard.id).level is RiskLevel.BLUE


def test_while_remediation_is_under_way_a_level_goes_down_only_for_another_reason(app):
    hazard = register(app)
    app.assessment.record(hazard.code, form(5, 5), on=DAY)
    open_task = task(app, hazard, TaskState.RECTIFYING)
    with pytest.raises(InvalidInputError, match=open_task.number):
        app.assessment.record(hazard.code, form(1, 1, occasion=Occasion.PERIODIC), on=DAY)
    with pytest.raises(InvalidInputError):
        app.assessment.record(hazard.code, form(1, 1, occasion=Occasion.CHANGED), on=DAY)
    moved = form(1, 1, occasion=Occasion.CHANGED, opinion="受威胁住户已全部搬迁")
    assert app.assessment.record(hazard.code, moved, on=DAY)[0].level is RiskLevel.BLUE
    assert app.assessment.record(hazard.code, form(5, 5), on=DAY)[0].level is RiskLevel.RED


# -- tables ------------------------------------------------------------------------------------


def csv_file(tmp_path, *lines):
    path = tmp_path / "表.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


def test_a_table_grades_by_several_methods_and_fills_gaps_from_the_register(app, tmp_path):
    slope = register(app, attributes={"threat_people": 620})
    other = register(app, "某冷库", type_key="ammonia_storage", attributes={"max_storage_t": 40.0})
    path = csv_file(
        tmp_path,
        "评估表",
        "编号,名称,方法,潜在经济损失,persons,意见",
        f"{slope.code},,地质灾害险情分级,800,,核实",
        ",,,,,",
        ",某冷库,gb18218,,60,",
    )
    outcome, changes = app.factor_tables.assess(path, on=DAY)
    assert outcome.stored
    assert [row.row for row in outcome.rows] == [3, 5]
    assert set(changes.hazard_ids) == {slope.id, other.id}
    (kept,) = app.assessment.of(slope.id)
    assert (kept.level, kept.worksheet.opinion) == (RiskLevel.ORANGE, "核实")
    assert kept.worksheet.evidence == {
        "threat_people": "台账“威胁人数”", "threat_assets": "评估表第 3 行",
    }  # fmt: skip
    assert app.assessment.of(other.id)[0].score == 12


def test_a_table_is_stored_whole_or_not_unless_asked(app, tmp_path):
    good, twin = register(app), register(app, "同名")
    register(app, "同名")
    path = csv_file(
        tmp_path, "编号,名称,方法,L,S", f"{good.code},,ls,4,5", f"{twin.code},,ls,4,9",
        "130302-XX-2026-9999,,ls,1,1", ",同名,ls,1,1", ",,ls,1,1", f"{good.code},,猜,1,1",
    )  # fmt: skip
    outcome, _changes = app.factor_tables.assess(path, on=DAY)
    assert (outcome.stored, app.assessment.of(good.id)) == (False, [])
    words = [row.problem for row in outcome.problems]
    assert len(words) == 5
    for word, problem in zip(("不能取", "没有", "2 处", "缺少编号", "猜"), words, strict=True):
        assert word in problem
    outcome, _changes = app.factor_tables.assess(path, on=DAY, keep_good=True)
    assert outcome.stored
    assert app.registry.get(good.id).level is RiskLevel.RED
    write_outcome(tmp_path / "结果.csv", outcome)
    written = (tmp_path / "结果.csv").read_text(encoding="utf-8-sig")
    assert "重大风险" in written
    assert "缺少编号" in written


def test_a_stopped_table_leaves_nothing(app, tmp_path):
    one, two = register(app), register(app, "另一处")
    path = csv_file(tmp_path, "编号,方法,L,S", f"{one.code},ls,4,5", f"{two.code},ls,4,5")

    class Stopped:
        def advance(self, done, total, note=""):
            if done:
                raise JobCancelledError("停")

    with pytest.raises(JobCancelledError):
        app.factor_tables.assess(path, on=DAY, job=Stopped())
    assert app.assessment.of(one.id) == []


def test_a_sheet_without_the_telling_column_is_refused(app, tmp_path):
    with pytest.raises(UnreadableFileError, match="这一列"):
        app.factor_tables.assess(csv_file(tmp_path, "编号,L", "a,1"), on=DAY)


def test_defaults_come_by_township_county_and_office(app, tmp_path):
    hazard = register(app)
    path = csv_file(
        tmp_path,
        "区域,类型,方法,因素,取值,依据",
        "海港区,地质灾害,ls,可能性 L,4,普查",
        "全市,,LS 风险矩阵法,S,2,惯例",
        ",flood,ls,S,5,",
    )
    assert app.factor_tables.import_defaults(path) == 3
    assert {(d.area, d.type_key, d.factor) for d in app.factor_tables.defaults()} == {
        ("130302", "geological", "L"), ("", "", "S"), ("", "flood", "S"),
    }  # fmt: skip
    known = app.assessment.known(hazard.code, "ls")
    assert {key: each.value for key, each in known.items()} == {"L": 4, "S": 2}
    path = csv_file(tmp_path, "区域,方法,因素,取值", "海港区,ls,L,5")
    app.factor_tables.import_defaults(path)
    assert len(app.factor_tables.defaults()) == 4
    assert app.assessment.known(hazard.code, "ls")["L"].value == 4  # said of the type: nearer


def test_faulty_defaults_are_refused_together(app, tmp_path):
    path = csv_file(
        tmp_path, "区域,类型,方法,因素,取值", "桃花源,,ls,L,4", "全市,,ls,X,4", "全市,,ls,L,9",
        "全市,,ls,L,", "全市,龙,ls,L,4",
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="5 行") as refused:
        app.factor_tables.import_defaults(path)
    for word in ("桃花源", "“X”", "不能取", "缺少取值", "龙"):
        assert word in refused.value.message
    assert app.factor_tables.defaults() == []


def test_tables_ask_for_permission(app, tmp_path):
    weak = FactorTableService(
        app.register, with_rights(app, Permission.ASSESS, Permission.ADMINISTER)
    )
    with pytest.raises(PermissionDeniedError):
        weak.assess(tmp_path / "x.csv", on=DAY)
    with pytest.raises(PermissionDeniedError):
        weak.import_defaults(tmp_path / "x.csv")


# -- rules -------------------------------------------------------------------------------------


def stricter():
    raw = copy.deepcopy(rules("grading_ls"))
    raw["grades"][1]["minimum"] = 12
    return raw


def test_a_rehearsal_lists_what_would_change_colour_and_stores_nothing(app):
    same, changed, other = register(app), register(app, "会变"), register(app, "别的方法")
    gone = register(app, "已删")
    for hazard, likelihood, severity in ((same, 5, 5), (changed, 3, 4), (gone, 3, 4)):
        app.assessment.record(hazard.code, form(likelihood, severity), on=DAY)
    app.assessment.assess(other.code, "lec", {"L": 3, "E": 6, "C": 15}, on=DAY)
    app.registry.delete(gone.id, revision=app.registry.get(gone.id).revision)
    rehearsal = app.rule_profiles.rehearse(stricter())
    assert rehearsal.examined == 2
    (only,) = rehearsal.changed
    assert (only.hazard.id, only.before, only.after) == (
        changed.id, RiskLevel.YELLOW, RiskLevel.ORANGE,
    )  # fmt: skip
    assert changed_ids(rehearsal) == [str(changed.id)]
    assert app.registry.get(changed.id).level is RiskLevel.YELLOW
    assert [each.version for each in app.rule_profiles.versions("ls")] == ["2026.1"]


def test_a_rehearsal_says_where_a_rule_would_leave_no_level(app):
    hazard = register(app)
    app.assessment.record(hazard.code, form(5, 5), on=DAY)
    raw = copy.deepcopy(rules("grading_ls"))
    raw["factors"][0]["choices"].pop()  # 5 is no choice any more
    (only,) = app.rule_profiles.rehearse(raw).changed
    assert (only.after, "不能取 5" in only.why) == (None, True)


def test_adopted_rules_are_in_force_and_old_assessments_keep_theirs(app):
    hazard = register(app)
    app.assessment.record(hazard.code, form(3, 4), on=DAY)
    version, changes = app.rule_profiles.adopt(stricter(), reason="市办要求", on=DAY)
    assert (version, changes.rules, changes.hazards) == ("2026.1+1", True, False)
    assert app.registry.get(hazard.id).level is RiskLevel.YELLOW
    (old,) = app.assessment.of(hazard.id)
    assert old.method_version == "2026.1"
    with app.register.unit_of_work() as work:
        assert method_of(work, old).grade(old.inputs).level is RiskLevel.YELLOW
    assert app.assessment.preview("ls", old.inputs).level is RiskLevel.ORANGE
    assert app.rule_profiles.in_force()["ls"].version == "2026.1+1"
    newest = app.rule_profiles.versions("ls")[-1]
    assert (newest.reason, newest.adopted_by) == ("市办要求", "测试员")
    again = app.rule_profiles.content("ls")
    again["grades"][1]["minimum"] = 10
    assert app.rule_profiles.adopt(again, reason="再严", on=DAY)[0] == "2026.1+2"
    with app.register.unit_of_work() as work:
        assert method_of(work, replace(old, method="declared")) is None


def test_adopting_may_assess_again_what_changes(app):
    hazard, calm = register(app), register(app, "不变")
    app.assessment.record(hazard.code, form(3, 4, evidence={"L": "现场"}), on=DAY)
    app.assessment.record(calm.code, form(1, 1), on=DAY)
    _version, changes = app.rule_profiles.adopt(stricter(), reason="试", on=DAY, regrade=True)
    assert changes.hazard_ids == (hazard.id,)
    new, old = app.assessment.of(hazard.id)
    assert (new.level, new.method_version, old.method_version) == (
        RiskLevel.ORANGE, "2026.1+1", "2026.1",
    )  # fmt: skip
    assert new.worksheet.evidence == {"L": "现场"}
    assert len(app.assessment.of(calm.id)) == 1


def test_adopting_grades_what_another_desk_stored_a_moment_before(app, monkeypatch):
    hazard = register(app)
    app.assessment.record(hazard.code, form(3, 4), on=DAY)
    lock = UnitOfWork.lock

    def overtaken(work):
        monkeypatch.setattr(UnitOfWork, "lock", lock)
        app.assessment.record(hazard.code, form(5, 5), on=DAY)
        lock(work)

    monkeypatch.setattr(UnitOfWork, "lock", overtaken)
    _version, changes = app.rule_profiles.adopt(stricter(), reason="试", on=DAY, regrade=True)
    assert changes.hazard_ids == ()
    assert app.registry.get(hazard.id).level is RiskLevel.RED


def test_what_may_not_be_adopted(app):
    adopt = app.rule_profiles.adopt
    with pytest.raises(InvalidInputError, match="相同"):
        adopt(copy.deepcopy(rules("grading_ls")), reason="试", on=DAY)
    with pytest.raises(InvalidInputError, match="理由"):
        adopt(stricter(), reason=" ", on=DAY)
    with pytest.raises(InvalidInputError, match="没有“mine”"):
        adopt({**stricter(), "key": "mine"}, reason="试", on=DAY)
    with pytest.raises(InvalidInputError, match="另一种方法"):
        adopt({**copy.deepcopy(rules("grading_forest_fire")), "key": "ls"}, reason="试", on=DAY)
    weak = RuleProfileService(app.register, with_rights(app, Permission.ADMINISTER))
    with pytest.raises(PermissionDeniedError):
        weak.adopt(stricter(), reason="试", on=DAY)


def test_settings_are_adopted_and_hold_from_then_on(app):
    hazard = register(app)
    content = app.rule_profiles.content("assessment")
    content["review_months"]["red"] = 1
    content["default_radius_m"] = 800
    assert app.rule_profiles.adopt(content, reason="市办要求", on=DAY)[0] == "2026.1+1"
    _h, stored, _c = app.assessment.record(hazard.code, form(5, 5), on=DAY)
    assert stored.next_review == date(2026, 4, 1)
    assert app.exposure.count(hazard.code).zone.key == "radius:800"
    assert [each.version for each in app.rule_profiles.versions("assessment")] == [
        "2026.1", "2026.1+1",
    ]  # fmt: skip
    with pytest.raises(InvalidInputError, match="default_radius_m"):
        app.rule_profiles.adopt({**content, "default_radius_m": -1}, reason="试", on=DAY)
    with pytest.raises(InvalidInputError):
        app.rule_profiles.rehearse(content)


def test_exported_rules_come_back_and_other_files_are_refused(app, tmp_path):
    path = tmp_path / "规则.json"
    app.rule_profiles.export("gb18218", path)
    assert read_profile_file(path) == rules("grading_gb18218")
    for content in (b"{", b"[1]", b"\xff\xfe", b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(UnreadableFileError):
            read_profile_file(path)
    path.write_text(json.dumps({"x": "y" * 2_100_000}), encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="太大"):
        read_profile_file(path)
    with pytest.raises(UnreadableFileError):
        read_profile_file(tmp_path / "没有.json")
