"""Repeats, look-alikes, updates by choice, and two records made one field by field."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook

from qhd_riskmap.domain import import_rules
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import HazardStatus, Secrecy
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    JobCancelledError,
    NotFoundError,
    PermissionDeniedError,
)
from qhd_riskmap.services.assessment import AssessmentService
from qhd_riskmap.services.attachments import AttachmentService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.look_alikes import LookAlikeService, likeness_words
from qhd_riskmap.services.record_merge import RecordMergeService
from qhd_riskmap.services.register import RegisterService
from qhd_riskmap.services.reshaping import ReshapingService
from qhd_riskmap.services.survey_batches import BatchService, Edited
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage import bulk_load
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
HEADERS = [
    "隐患名称",
    "类别",
    "县区",
    "经度(GPS)",
    "纬度(GPS)",
    "编号",
    "地址",
    "联系电话",
    "威胁人数",
]
ROW = ["东沟滑坡", "滑坡", "青龙县", 118.95, 40.407, "QL-2014-0001", "东沟村", "13900000000", 12]
CREDIT = "91350100M000100Y43"


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, ACTOR, date(2014, 7, 1))


@pytest.fixture
def merging(register):
    return RecordMergeService(register, ACTOR)


def changed(**cells):
    row = list(ROW)
    for letter, value in cells.items():
        row["ABCDEFGHI".index(letter)] = value
    return row


def workbook(path: Path, *rows, headers=HEADERS) -> Path:
    book = Workbook()
    for line in (headers, *rows):
        book.active.append(list(line))
    book.save(path)
    return path


def preview(survey, *paths):
    return survey.preview(list(paths), datum=None, job=SilentJob())


def commit(survey, path, **given):
    return survey.commit(preview(survey, path), SilentJob(), **given)


def live(register):
    with register.unit_of_work() as work:
        return work.hazards.find()


# Updates ------------------------------------------------------------------------------------------


def test_a_row_with_a_known_code_offers_an_update_and_changes_nothing_by_itself(
    survey, register, tmp_path
):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    news = workbook(tmp_path / "b.xlsx", changed(G="东沟村二组", H="", I=30))
    found = preview(survey, news)
    (offer,) = found.updates
    assert {c.key: (c.first, c.second) for c in offer.changes} == {
        "address": ("东沟村", "东沟村二组"),
        "threat_people": ("12", "30"),
    }
    (issue,) = [i for i in found.issues if i.row == 2]
    assert (issue.code, issue.cell) == ("update-offered", "A2")
    assert (found.accepted, found.duplicates) == (0, 1)
    assert survey.commit(found, SilentJob()).updated == 0
    (hazard,) = live(register)
    assert (hazard.address, hazard.revision) == ("东沟村", 1)


def test_an_update_that_is_chosen_changes_only_what_the_row_says(survey, register, tmp_path):
    first = commit(survey, workbook(tmp_path / "a.xlsx", [*ROW, "旧"], headers=[*HEADERS, "甲列"]))
    path = workbook(
        tmp_path / "b.xlsx",
        [*changed(D=118.96, G="东沟村二组", H=""), "新"],
        changed(A="新沟滑坡", F="QL-2014-0002", D=118.99),
        headers=[*HEADERS, "乙列"],
    )
    found = preview(survey, path)
    outcome = survey.commit(found, SilentJob(), update=[offer.key for offer in found.updates])
    assert (outcome.accepted, outcome.updated, outcome.duplicates) == (1, 1, 0)
    hazard = next(h for h in live(register) if h.name == "东沟滑坡")
    assert hazard.code == first.hazards[0].code
    assert (hazard.address, hazard.phone, hazard.revision) == ("东沟村二组", "13900000000", 2)
    assert dict(hazard.extras) == {"甲列": "旧", "乙列": "新"}
    assert hazard.anchor() == pytest.approx((118.96, 40.407))
    assert hazard.provenance.original_text == "118.96, 40.407"
    # The same file again changes nothing and offers nothing.
    again = preview(survey, path)
    assert (again.accepted, again.duplicates, again.updates) == (0, 2, ())
    assert verify(register) == []


def results(report):
    """What the copy says of each row, and its first line of counts."""
    book = load_workbook(report)
    sheet = book.worksheets[0]
    return (
        [sheet.cell(row, sheet.max_column).value for row in range(2, sheet.max_row + 1)],
        book["导入结果"]["A1"].value,
    )


def test_rows_that_were_updated_are_nowhere_called_repeats(survey, register, tmp_path):
    first = commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    code = first.hazards[0].code
    path = workbook(
        tmp_path / "b.xlsx", changed(G="东沟村二组"), changed(A="新沟滑坡", F="", D=118.99)
    )
    seen = preview(survey, path)
    waiting = survey.write_reports(seen, seen.outcome(), tmp_path / "预.xlsx")
    assert results(waiting[0])[0] == [f"已登记为 {code}，内容不同，可以更新", "可以入库"]
    passed = survey.commit(seen.without([(path, "Sheet", 3)]), SilentJob())
    assert (passed.updated, passed.duplicates) == (0, 1)
    outcome = survey.commit(seen, SilentJob(), update=None)
    (issue,) = [i for i in outcome.issues if i.row == 2]
    assert (issue.code, issue.message) == ("updated", f"已更新 {code} 的详细位置。")
    (update,) = outcome.to_json()["updates"]
    assert update["updated"] is True
    texts, counts = results(survey.write_reports(seen, outcome, tmp_path / "退.xlsx")[0])
    assert texts == [f"已更新：{code}", f"已入库：{outcome.hazards[0].code}"]
    assert "重复 0 行" in counts
    assert "更新 1 行" in counts
    (batch, *_older) = BatchService(register, ACTOR).all()
    assert batch.batch.counts["updated"] == 1
    assert batch.batch.counts["duplicates"] == 0


def test_an_update_passed_by_and_a_row_left_out_are_said_to_the_sender(survey, register, tmp_path):
    code = commit(survey, workbook(tmp_path / "a.xlsx", ROW)).hazards[0].code
    path = workbook(
        tmp_path / "b.xlsx",
        changed(G="东沟村二组"),
        changed(A="新沟滑坡", F="", D=118.99),
        changed(A="北沟滑坡", F="", D=119.02),
    )
    seen = preview(survey, path)
    outcome = survey.commit(seen.without([(path, "Sheet", 4)]), SilentJob())
    texts, counts = results(survey.write_reports(seen, outcome, tmp_path / "退.xlsx")[0])
    new = outcome.hazards[0].code
    assert texts == [f"已登记为 {code}，内容不同，没有更新", f"已入库：{new}", "这次没有入库"]
    assert "没有入库 1 行" in counts
    (issue,) = [i for i in outcome.issues if i.row == 2]
    assert issue.message.endswith("这次没有更新。")


def test_a_row_registered_anew_in_spite_of_its_code_is_no_offer_and_no_repeat(
    survey, register, tmp_path
):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    path = workbook(tmp_path / "b.xlsx", changed(G="东沟村二组"))
    seen = preview(survey, path)
    outcome = survey.commit(seen.adding([seen.updates[0].key]), SilentJob())
    assert (outcome.accepted, outcome.duplicates) == (1, 0)
    assert not [i for i in outcome.issues if i.code == "update-offered"]
    texts, _counts = results(survey.write_reports(seen, outcome, tmp_path / "退.xlsx")[0])
    assert texts == [f"已入库：{outcome.hazards[0].code}"]


def test_a_rehearsal_with_updates_counts_them(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    seen = preview(survey, workbook(tmp_path / "b.xlsx", changed(G="东沟村二组")))
    assert (seen.outcome().updated, seen.outcome().duplicates) == (0, 1)
    rehearsed = seen.outcome(update=True)
    assert (rehearsed.updated, rehearsed.duplicates) == (1, 0)


def test_undoing_a_batch_takes_its_updates_back_too(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    path = workbook(tmp_path / "b.xlsx", changed(G="东沟村二组"))
    outcome = commit(survey, path, update=None)
    assert (outcome.accepted, outcome.updated) == (0, 1)
    batches = BatchService(register, ACTOR)
    undone = batches.undo(outcome.batch_id)
    assert undone.changed == 1
    (hazard,) = live(register)
    assert (hazard.address, hazard.revision) == ("东沟村", 3)
    assert len(preview(survey, path).updates) == 1
    batches.revert(outcome.batch_id, undone.change.id)
    (hazard,) = live(register)
    assert hazard.address == "东沟村二组"
    assert preview(survey, path).updates == ()
    assert verify(register) == []


def test_an_update_edited_since_stays_when_its_batch_is_undone(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    outcome = commit(
        survey,
        workbook(tmp_path / "b.xlsx", changed(G="东沟村二组"), changed(A="新沟", F="", D=118.99)),
        update=None,
    )
    hazard = next(h for h in live(register) if h.name == "东沟滑坡")
    RegisterService(register, Actor(name="李四")).update(replace(hazard, notes="核实过"))
    undone = BatchService(register, ACTOR).undo(outcome.batch_id, Edited.KEEP)
    assert [row.name for row in undone.kept] == ["东沟滑坡"]
    (hazard,) = live(register)
    assert (hazard.address, hazard.notes) == ("东沟村二组", "核实过")


def test_the_permanent_code_names_a_record_too(survey, register, tmp_path):
    first = commit(survey, workbook(tmp_path / "a.xlsx", changed(F="")))
    code = first.hazards[0].code
    found = preview(survey, workbook(tmp_path / "b.xlsx", changed(F=code, G="别处")))
    assert [offer.code for offer in found.updates] == [code]


def test_a_row_with_a_known_number_may_be_registered_anew(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    rows = [
        changed(A="西沟滑坡", D=118.97, G="西沟村"),
        changed(I=20),
        ["北沟滑坡", *ROW[1:3], 118.99, *ROW[4:5], "", *ROW[6:]],
    ]
    found = preview(survey, workbook(tmp_path / "b.xlsx", *rows))
    assert (found.accepted, found.duplicates, len(found.updates)) == (1, 2, 2)
    anew = found.adding([found.updates[0].key])
    assert (anew.accepted, anew.duplicates, len(anew.updates)) == (2, 1, 1)
    assert [hazard.name for hazard in anew.hazards] == ["西沟滑坡", "北沟滑坡"]
    assert len(anew.repeated) == 1
    outcome = survey.commit(anew, SilentJob(), [anew.updates[0].key])
    assert (outcome.accepted, outcome.updated, outcome.duplicates) == (2, 1, 0)
    kept, *new = live(register)
    assert 20 in kept.attributes.values()
    assert {(h.name, h.alias_codes) for h in new} == {
        ("西沟滑坡", ("QL-2014-0001",)),
        ("北沟滑坡", ()),
    }
    # The same file again brings nothing, and asks nothing.
    again = preview(survey, tmp_path / "b.xlsx")
    assert (again.accepted, again.duplicates, again.updates) == (0, 3, ())
    assert verify(register) == []


def test_a_permanent_code_is_never_taken_over_by_another_record(survey, register, tmp_path):
    code = commit(survey, workbook(tmp_path / "a.xlsx", changed(F=""))).hazards[0].code
    found = preview(survey, workbook(tmp_path / "b.xlsx", changed(F=code, A="西沟滑坡", D=118.97)))
    survey.commit(found.adding([found.updates[0].key]), SilentJob())
    old, new = live(register)
    assert (old.code, new.name, new.alias_codes) == (code, "西沟滑坡", ())
    assert found.adding([]) is found


def test_exact_repeats_say_what_they_repeat(survey, register, tmp_path):
    (first,) = commit(survey, workbook(tmp_path / "a.xlsx", ROW)).hazards
    found = preview(
        survey, workbook(tmp_path / "b.xlsx", ROW, changed(F="", A="西沟"), changed(F="", A="西沟"))
    )
    assert found.repeated == (f"东沟滑坡（{first.code}）", "西沟（b.xlsx Sheet 第 3 行）")
    moved = preview(survey, workbook(tmp_path / "c.xlsx", changed(F="", G="")))
    assert moved.repeated == (f"东沟滑坡（{first.code}）",)


def test_an_update_of_a_record_saved_since_the_preview_is_refused_as_a_whole(
    survey, register, tmp_path
):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    new = changed(A="南沟滑坡", F="", D=118.99)
    found = preview(survey, workbook(tmp_path / "b.xlsx", changed(G="新址"), new))
    (hazard,) = live(register)
    RegisterService(register, ACTOR).update(replace(hazard, address="别人改的"))
    with pytest.raises(ConflictError, match="东沟滑坡"):
        survey.commit(found, SilentJob(), None)
    assert [h.address for h in live(register)] == ["别人改的"]
    assert survey.commit(found, SilentJob()).accepted == 1


# Look-alikes --------------------------------------------------------------------------------------


def test_near_and_alike_is_registered_with_a_warning_and_listed(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", changed(F="")))
    near = changed(A="东沟滑坡点", F="", E=40.408)
    numbered = [changed(A=f"{n}号滑坡点", F="", D=118.97, E=40.41 + n / 10000) for n in (1, 2)]
    found = preview(survey, workbook(tmp_path / "b.xlsx", near, *numbered))
    assert (found.accepted, found.duplicates) == (3, 0)
    (pair,) = found.suspects
    (hazard,) = live(register)
    assert pair.suspicion.other_id == hazard.id
    assert pair.suspicion.registered
    assert 100 < pair.suspicion.metres < 120
    outcome = survey.commit(found, SilentJob())
    assert pair.hazard_id in {h.id for h in outcome.hazards}
    document = outcome.to_json()["suspects"]
    assert [(item["row"], item["reason"]) for item in document] == [(2, "name")]


def test_pairs_stay_listed_after_the_import_until_somebody_decides(survey, register, tmp_path):
    pairs = LookAlikeService(register, ACTOR)
    commit(survey, workbook(tmp_path / "a.xlsx", changed(F="")))
    rows = [
        changed(A=f"东沟滑坡{end}", F="", E=40.408 + n / 5000) for n, end in enumerate("点带区")
    ]
    found = preview(survey, workbook(tmp_path / "b.xlsx", *rows))
    keys = [pair.key for pair in found.suspects]
    # One row is left out, of another it is known already that it is something else.
    survey.commit(found.without([keys[2]]), SilentJob(), apart=[keys[1]])
    listed = pairs.all()
    assert [(p.earlier.name, p.later.name) for p in listed.open] == [("东沟滑坡", "东沟滑坡点")]
    assert [p.later.name for p in listed.parted] == ["东沟滑坡带"]
    assert pairs.count_open() == 1
    done, changes = pairs.part([listed.open[0].key])
    assert (done, changes.look_alikes) == (1, True)
    assert pairs.part([listed.parted[0].key], apart=False)[0] == 1
    assert [p.later.name for p in pairs.all().open] == ["东沟滑坡带"]
    assert likeness_words(listed.open[0].likeness) == "名称相近，位置相近"
    assert likeness_words("something of a later program") == "something of a later program"


def test_only_editors_decide_about_pairs(register):
    reader = LookAlikeService(
        register, Actor(name="李四", permissions=frozenset({Permission.READ}))
    )
    assert reader.count_open() == 0
    with pytest.raises(PermissionDeniedError):
        reader.part([1])


def test_the_same_credit_code_is_suspected_wherever_it_stands(survey, tmp_path):
    headers = [*HEADERS, "统一社会信用代码"]

    def of(name, code, lon, kind="滑坡"):
        return [*changed(A=name, B=kind, F="", D=lon), code]

    first = workbook(
        tmp_path / "a.xlsx",
        of("甲厂后坡", CREDIT, 118.95),
        of("乙厂后坡", "91350100M000100Y44", 118.97),
        headers=headers,
    )
    commit(survey, first)
    found = preview(
        survey,
        workbook(
            tmp_path / "b.xlsx",
            of("示范厂区东侧边坡", CREDIT, 119.05),
            of("丙厂后坡", "91350100M000100Y44", 119.07),  # no valid code: it tells nothing
            of("示范厂区仓库", CREDIT, 119.09, "森林火灾"),  # another type is another thing
            headers=headers,
        ),
    )
    (pair,) = found.suspects
    assert (pair.name, pair.suspicion.likeness) == ("示范厂区东侧边坡", "credit-code")
    assert any("信用代码相同" in issue.message for issue in found.issues)


def line(name, points, kind="油气管道"):
    text = ";".join(f"{x:.6f},{y:.6f}" for x, y in points)
    return [name, kind, "青龙县", text]


LINE_HEADERS = ["隐患名称", "类别", "县区", "走向坐标（2000坐标）"]
ROUTE = np.column_stack([np.linspace(118.90, 119.00, 21), np.linspace(40.35, 40.38, 21)])


def test_lines_that_run_along_each_other_are_suspected(survey, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", line("甲乙管线", ROUTE), headers=LINE_HEADERS))
    rows = [
        line("北部输油线", ROUTE[::4] + np.array([0.0002, 0.0001])),  # 20 m aside, other vertices
        line("西段", ROUTE[:11]),  # half of it only
        line("平行线", ROUTE + np.array([0, 0.002])),  # 220 m aside
        line("液氨线", ROUTE, "液氨管道"),  # another type
    ]
    found = preview(survey, workbook(tmp_path / "b.xlsx", *rows, headers=LINE_HEADERS))
    assert [(p.name, p.suspicion.likeness) for p in found.suspects] == [("北部输油线", "line")]
    assert found.suspects[0].suspicion.metres < 30


def test_lines_numbered_differently_are_two_things(survey, tmp_path):
    rows = [line("1号管线", ROUTE), line("2号管线", ROUTE), line("2号复线", ROUTE)]
    found = preview(survey, workbook(tmp_path / "a.xlsx", *rows, headers=LINE_HEADERS))
    assert [p.name for p in found.suspects] == ["2号复线"]
    assert not found.suspects[0].suspicion.registered


# Merging ------------------------------------------------------------------------------------------


def two_records(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", changed(F="A-1", H="")))
    commit(
        survey,
        workbook(tmp_path / "b.xlsx", changed(A="东沟滑坡点", F="B-1", E=40.408, G="东沟村北")),
    )
    _first, second = live(register)
    AssessmentService(register, ACTOR).assess(
        second.code, "ls", {"L": 5, "S": 5}, on=date(2014, 8, 1)
    )
    return live(register)


def test_two_records_are_compared_field_by_field(survey, register, merging, tmp_path):
    first, second = two_records(survey, register, tmp_path)
    compared = merging.compare(first.id, second.id)
    assert compared.survivor.id == second.id  # the worse graded
    differ = {f.key: (f.first, f.second) for f in compared.fields if f.differ}
    assert differ["name"] == ("东沟滑坡点", "东沟滑坡")
    assert differ["address"] == ("东沟村北", "东沟村")
    assert "status" not in {f.key for f in compared.fields}
    place = next(f for f in compared.fields if f.key == "geometry")
    assert 100 < place.metres < 120


def test_a_merge_takes_what_was_chosen_and_fills_what_is_empty(survey, register, merging, tmp_path):
    first, second = two_records(survey, register, tmp_path)
    compared = merging.compare(first.id, second.id)
    result = merging.merge(compared, {"name", "geometry"})
    (kept,) = live(register)
    assert kept == result.kept
    assert (kept.code, kept.name, kept.address) == (second.code, "东沟滑坡", "东沟村北")
    assert kept.anchor() == pytest.approx((118.95, 40.407))
    assert kept.provenance.original_text == first.provenance.original_text
    assert kept.level is RiskLevel.RED
    assert set(kept.alias_codes) == {"B-1", first.code, "A-1"}
    assert first.code in kept.notes
    # Its old codes find the survivor, and a sheet that still has them repeats it.
    assert RegisterService(register, ACTOR).get(first.code).id == kept.id
    assert preview(survey, workbook(tmp_path / "c.xlsx", changed(F=first.code))).duplicates == 1
    with register.unit_of_work() as work:
        assert "hazard.merge" in {e.action for e in work.audit.of(str(kept.id))}
        assert "hazard.absorbed" in {e.action for e in work.audit.of(str(first.id))}
    assert verify(register) == []


def test_the_officer_chooses_who_survives_and_the_worst_level_is_inherited(
    survey, register, merging, tmp_path
):
    first, second = two_records(survey, register, tmp_path)
    proposed = merging.compare(first.id, second.id)
    assert not proposed.raises_level
    chosen = proposed.swapped()
    assert (chosen.survivor.id, chosen.absorbed.id) == (first.id, second.id)
    assert {f.key: (f.second, f.first) for f in chosen.fields} == {
        f.key: (f.first, f.second) for f in proposed.fields
    }
    assert chosen.raises_level
    result = merging.merge(chosen, {"address"})
    (kept,) = live(register)
    assert kept == result.kept
    assert (kept.id, kept.code, kept.name, kept.address) == (
        first.id,
        first.code,
        "东沟滑坡",
        "东沟村北",
    )
    assert (kept.level, kept.status) == (RiskLevel.RED, HazardStatus.ASSESSED)
    assert set(kept.alias_codes) == {"A-1", second.code, "B-1"}
    with register.unit_of_work() as work:
        (inherited,) = work.assessments.of(kept.id)
        (own,) = work.assessments.of(second.id)
        assert len(work.hazards.history(second.id)) >= 3
    assert (inherited.level, inherited.method, inherited.inputs) == (own.level, "ls", own.inputs)
    assert second.code in inherited.reasons[-1]
    assert verify(register) == []


def test_a_chosen_survivor_gets_its_own_level_back_when_the_merge_is_undone(
    survey, register, merging, tmp_path
):
    first, second = two_records(survey, register, tmp_path)
    grading = AssessmentService(register, ACTOR)
    grading.assess(first.code, "ls", {"L": 1, "S": 1}, on=date(2014, 8, 2))
    outcome = merging.merge(merging.compare(first.id, second.id).swapped())
    assert outcome.kept.level is RiskLevel.RED
    reshaping = ReshapingService(register, ACTOR)
    back, _changes = reshaping.settle(
        outcome.before, revisions={each.id: each.revision for each in outcome.after}
    )
    levels = {each.id: each.level for each in live(register)}
    assert levels == {first.id: RiskLevel.BLUE, second.id: RiskLevel.RED}
    with register.unit_of_work() as work:
        newest = work.assessments.of(first.id)[0]
    assert newest.level is RiskLevel.BLUE
    assert "撤回" in newest.reasons[-1]
    reshaping.settle(outcome.after, revisions={each.id: each.revision for each in back})
    (kept,) = live(register)
    assert kept.level is RiskLevel.RED
    assert verify(register) == []


def test_closed_records_stay_closed_and_an_ungraded_survivor_takes_the_level(
    survey, register, merging, tmp_path
):
    first, second = two_records(survey, register, tmp_path)
    registry = RegisterService(register, ACTOR)
    for each in (first, second):
        registry.update(replace(each, status=HazardStatus.CLOSED))
    kept = merging.merge(merging.compare(first.id, second.id).swapped()).kept
    assert (kept.status, kept.level) == (HazardStatus.CLOSED, RiskLevel.RED)


def test_photos_of_both_hang_on_the_survivor_and_come_off_when_it_is_undone(
    survey, register, merging, tmp_path
):
    first, second = two_records(survey, register, tmp_path)
    files = AttachmentService(register, ACTOR)
    files.attach(first.id, "共同.txt", b"same")
    files.attach(second.id, "一样.txt", b"same")
    files.attach(first.id, "远景.txt", b"far")
    removed, _changes = files.attach(first.id, "误传.txt", b"wrong")
    files.remove(removed.id)
    outcome = merging.merge(merging.compare(first.id, second.id))
    assert outcome.changes.attachments
    names = [entry.name for entry in files.attachments_of(second.id)]
    assert names == ["一样.txt", "远景.txt"]
    assert files.content(files.attachments_of(second.id)[1].id) == b"far"
    assert [entry.name for entry in files.attachments_of(first.id)] == ["共同.txt", "远景.txt"]
    reshaping = ReshapingService(register, ACTOR)

    def settled(states, hung):
        now = {each.id: each.revision for each in everything(register)}
        reshaping.settle(states, revisions=now, files=outcome.carried, hung=hung)
        return [entry.name for entry in files.attachments_of(second.id)]

    assert settled(outcome.before, hung=False) == ["一样.txt"]
    assert settled(outcome.before, hung=False) == ["一样.txt"]  # taken off already
    files.attach(second.id, "又传.txt", b"far")
    assert settled(outcome.after, hung=True) == ["一样.txt", "又传.txt"]
    assert verify(register) == []


def everything(register):
    with register.unit_of_work() as work:
        return work.batch_hazards.load(
            [s.id for b in work.batches.list() for s in work.batch_hazards.states(b.id)]
        )


def test_what_looked_like_the_absorbed_one_now_looks_like_the_survivor(
    survey, register, merging, tmp_path
):
    pairs = LookAlikeService(register, ACTOR)
    commit(survey, workbook(tmp_path / "a.xlsx", changed(F="")))
    rows = [
        changed(A=f"东沟滑坡{end}", F="", E=40.407 + n / 5000) for n, end in enumerate("点带", 1)
    ]
    commit(survey, workbook(tmp_path / "b.xlsx", *rows))
    old, near, far = live(register)
    assert {(p.earlier.id, p.later.id) for p in pairs.all().open} == {
        (old.id, near.id),
        (old.id, far.id),
    }
    merging.merge(replace(merging.compare(near.id, old.id), survivor=near, absorbed=old))
    (left,) = pairs.all().open
    assert {left.earlier.id, left.later.id} == {near.id, far.id}


def test_a_merge_never_lowers_secrecy_and_refuses_what_it_does_not_know(
    survey, register, merging, tmp_path
):
    first, second = two_records(survey, register, tmp_path)
    RegisterService(register, ACTOR).update(replace(first, secrecy=Secrecy.SECRET))
    compared = merging.compare(first.id, second.id)
    for key in ("secrecy", "nonsense"):
        with pytest.raises(InvalidInputError):
            merging.merge(compared, {key})
    assert merging.merge(compared).kept.secrecy is Secrecy.SECRET


def test_a_merge_refuses_records_saved_since_or_gone(survey, register, merging, tmp_path):
    first, second = two_records(survey, register, tmp_path)
    compared = merging.compare(first.id, second.id)
    RegisterService(register, ACTOR).update(replace(first, notes="改了"))
    with pytest.raises(ConflictError):
        merging.merge(compared)
    assert len(live(register)) == 2
    merging.merge(merging.compare(first.id, second.id))
    with pytest.raises(NotFoundError):
        merging.compare(first.id, second.id)


def test_a_severity_changed_in_the_data_turns_rows_back(survey, tmp_path, monkeypatch):
    path = workbook(tmp_path / "a.xlsx", changed(H="1390"))
    assert preview(survey, path).accepted == 1
    stricter = {
        **import_rules.import_rules(),
        "odd-phone": replace(import_rules.import_rules()["odd-phone"], severity=Severity.ERROR),
    }
    monkeypatch.setattr(import_rules, "import_rules", lambda: stricter)
    found = preview(survey, path)
    assert (found.accepted, found.rejected) == (0, 1)
    assert [i.severity for i in found.issues if i.code == "odd-phone"] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("said", "odd"), [(None, False), (9.2, False), (20, True), (4, True), (0, False)]
)
def test_a_length_that_does_not_fit_the_line_is_doubted(survey, tmp_path, said, odd):
    path = workbook(
        tmp_path / "a.xlsx", [*line("甲线", ROUTE), said], headers=[*LINE_HEADERS, "长度（km）"]
    )
    found = preview(survey, path)
    assert found.accepted == 1
    assert any(issue.code == "odd-length" for issue in found.issues) is odd


def test_a_line_of_no_length_is_doubted(survey, tmp_path):
    points = [(118.95, 40.4), (118.950001, 40.4)]
    found = preview(
        survey, workbook(tmp_path / "a.xlsx", line("甲线", points), headers=LINE_HEADERS)
    )
    assert any(issue.code == "odd-length" for issue in found.issues)


def test_rows_left_out_are_not_registered_and_may_come_later(survey, register, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        changed(F=""),
        changed(A="西沟", F="", D=118.99),
        changed(A="北沟", F="", D=118.9),
    )
    found = preview(survey, path)
    chosen = found.without({(path, "Sheet", 3)})
    outcome = survey.commit(chosen, SilentJob())
    assert (outcome.accepted, outcome.duplicates) == (2, 0)
    assert {h.name for h in live(register)} == {"东沟滑坡", "北沟"}
    again = commit(survey, path)
    assert (again.accepted, again.duplicates) == (1, 2)


def test_many_updates_keep_history_index_and_guards_and_are_undone(
    survey, register, tmp_path, monkeypatch
):
    monkeypatch.setattr(bulk_load, "WITH_TRIGGERS", 4)
    rows = [
        changed(A=f"沟{n}号滑坡", F=f"QL-2014-{n:04d}", D=118.90 + n / 1000) for n in range(1, 8)
    ]
    commit(survey, workbook(tmp_path / "a.xlsx", *rows))
    before = live(register)
    told = []

    class Watched(SilentJob):
        def advance(self, done, total, note=""):
            told.append(note)

    for row in rows:
        row[4], row[6] = 40.41, "新址"
    found = preview(survey, workbook(tmp_path / "b.xlsx", *rows))
    outcome = survey.commit(found, Watched(), None)
    assert outcome.updated == 7
    assert any("更新已有的记录" in note for note in told)
    after = live(register)
    assert {(h.address, h.revision, round(h.anchor()[1], 6)) for h in after} == {("新址", 2, 40.41)}
    with register.unit_of_work() as work:
        box = HazardFilter(bbox=(118.89, 40.409, 118.92, 40.411))
        assert work.hazards.count(box) == 7
        versions = work.hazards.history(after[0].id)
        assert [v.hazard.address for v in versions] == ["东沟村", "新址"]
        assert "hazard.save_many" in {e.action for e in work.audit.of(str(outcome.batch_id))}
    assert verify(register) == []
    BatchService(register, ACTOR).undo(outcome.batch_id, Edited.INCLUDE)
    again = live(register)
    assert [(h.address, h.geometry) for h in again] == [(h.address, h.geometry) for h in before]
    assert verify(register) == []


def test_updates_are_stopped_as_a_whole(survey, register, tmp_path):
    commit(survey, workbook(tmp_path / "a.xlsx", ROW))
    found = preview(survey, workbook(tmp_path / "b.xlsx", changed(G="新址")))

    class Stopped(SilentJob):
        def advance(self, done, total, note=""):
            if "更新" in note:
                raise JobCancelledError(note)

    with pytest.raises(JobCancelledError):
        survey.commit(found, Stopped(), None)
    assert [h.address for h in live(register)] == ["东沟村"]
