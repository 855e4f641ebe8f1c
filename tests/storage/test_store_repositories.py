"""Assessments, batches, audit, office, places and releases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from uuid import uuid4

import pytest
import shapely

from qhd_riskmap.domain.hazard import Assessment, HazardStatus
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.errors import ConflictError, InvalidInputError, NotFoundError
from qhd_riskmap.storage.audit_log import GENESIS, chain_hash
from qhd_riskmap.storage.batch_repository import Batch, BatchFile
from qhd_riskmap.storage.place_repository import EmergencyResource, Township
from qhd_riskmap.storage.release_repository import ReleasedProduct, ReleaseRecord, ReleaseStatus
from qhd_riskmap.storage.survey_mapping_repository import StoredMapping


def an_assessment(hazard, **changes) -> Assessment:
    plain = Assessment(
        id=uuid4(),
        hazard_id=hazard.id,
        method="ls",
        method_version="2026-1",
        inputs={"L": 4, "S": 5},
        score=20.0,
        level=RiskLevel.RED,
        reasons=("可能性 4 × 后果 5 = 20", "属重大风险"),
        assessor="王工",
        assessed_on=date(2026, 3, 2),
    )
    return replace(plain, **changes)


def test_an_assessment_gives_the_hazard_its_level(register, hazard_maker, actor, other):
    with register.unit_of_work() as work:
        hazard = work.hazards.add(hazard_maker(), actor)
        first = an_assessment(hazard)
        graded = work.assessments.add(first, other)
        second = an_assessment(hazard, level=RiskLevel.YELLOW, score=None, inputs={})
        work.assessments.add(second, other)
        work.commit()
    with register.unit_of_work() as work:
        assert work.assessments.of(hazard.id) == [second, first]
        assert work.assessments.newest() == {hazard.id: second}
        found = work.hazards.get(hazard.id)
        assert [e.action for e in work.audit.of(str(hazard.id))][1:] == ["assessment.add"] * 2
        assert [v.action for v in work.hazards.history(hazard.id)] == ["add", "assess", "assess"]
    assert (graded.level, graded.revision) == (RiskLevel.RED, 2)
    assert (found.level, found.status) == (RiskLevel.YELLOW, HazardStatus.ASSESSED)
    assert (found.revision, found.updated_by) == (3, "李四")


def test_assessing_a_closed_hazard_does_not_open_it(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        hazard = work.hazards.add(hazard_maker(status=HazardStatus.CLOSED), actor)
        assert work.assessments.add(an_assessment(hazard), actor).status is HazardStatus.CLOSED


def test_assessments_of_nothing_and_twice_are_refused(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        with pytest.raises(NotFoundError):
            work.assessments.add(an_assessment(hazard_maker()), actor)
        hazard = work.hazards.add(hazard_maker(), actor)
        once = an_assessment(hazard)
        work.assessments.add(once, actor)
        with pytest.raises(ConflictError):
            work.assessments.add(once, actor)
        gone = work.hazards.add(hazard_maker(), actor)
        work.hazards.soft_delete(gone.id, actor, 1)
        with pytest.raises(NotFoundError, match="删除"):
            work.assessments.add(an_assessment(gone), actor)
        assert work.assessments.of(gone.id) == []


def test_declared_levels_of_a_batch_do_not_raise_revisions(register, many_hazards, actor):
    graded = [
        replace(h, level=RiskLevel.RED, status=HazardStatus.ASSESSED) for h in many_hazards(20)
    ]
    plain = replace(many_hazards(21)[-1], id=uuid4())
    with register.unit_of_work() as work:
        stored = work.hazards.add_many([*graded, plain], actor)
        work.assessments.add_many([], actor)
        work.assessments.add_many([an_assessment(h) for h in stored], actor)
        work.commit()
        assert [h.revision for h in work.hazards.find()] == [1] * 20 + [2]
        assert work.hazards.get(plain.id).level is RiskLevel.RED
        assert len(work.assessments.newest()) == 21
        assert work.audit.recent(1)[0].detail["count"] == 21


# Batches


def test_a_batch_is_known_again_by_its_files_and_rows(register, hazard_maker, actor):
    batch = Batch(
        id=uuid4(),
        files=(
            BatchFile(name="林业局.xlsx", sha256="ab" * 32, size=7),
            BatchFile(name="b", sha256="c"),
        ),
        decisions={"林业局.xlsx": {"Sheet1": "gcj02"}},
        counts={"accepted": 2, "rejected": 1},
        row_fingerprints=("r1", "r2"),
        notes="第一批",
    )
    with register.unit_of_work() as work:
        # The hazards may come first: the reference is checked at commit.
        work.hazards.add(hazard_maker(batch_id=batch.id), actor)
        stored = work.batches.add(batch, actor)
        later = work.batches.add(Batch(id=uuid4(), files=(), imported_by="王五"))
        work.commit()
    with register.unit_of_work() as work:
        assert work.batches.list() == [later, replace(stored, row_fingerprints=())]
        assert later.imported_by == "王五"
        assert work.batches.known_file("ab" * 32).id == batch.id
        assert work.batches.known_file("00") is None
        assert work.batches.get(batch.id).counts == {"accepted": 2, "rejected": 1}
        assert work.batches.get(uuid4()) is None
        asked = ["r2", "r2", *(f"x{n}" for n in range(1200)), "r1"]
        assert work.batches.known_rows(asked) == {"r1", "r2"}
        assert work.hazards.count(HazardFilter(batch_id=batch.id)) == 1
        (entry,) = work.audit.of(str(batch.id))
    assert entry.detail["files"][0] == {"name": "林业局.xlsx", "sha256": "ab" * 32}


def test_the_reading_of_a_sheet_is_remembered_by_sender_and_headers(register, actor, other):
    heads, own = ("坐标一", "坐标二"), {"坐标一": "lon", "坐标二": "lat"}
    first = StoredMapping(sender="水务局", fingerprint="f1", headers=heads, fields=own)
    with register.unit_of_work() as work:
        assert work.survey_mappings.find("水务局", "f1") is None
        work.survey_mappings.save(first, actor)
        work.survey_mappings.save(replace(first, sender="林业局", fields={"坐标一": ""}), other)
        work.survey_mappings.save(replace(first, fields={**own, "坐标二": ""}), other)
        work.commit()
    with register.unit_of_work() as work:
        mine = work.survey_mappings.find("水务局", "f1")
        assert (mine.fields["坐标二"], mine.updated_by, mine.headers) == ("", "李四", heads)
        assert work.survey_mappings.find("气象局", "f1") == mine, "the newest of anybody"
        assert work.survey_mappings.find("林业局", "f1").fields == {"坐标一": ""}
        assert [m.sender for m in work.survey_mappings.list()] == ["林业局", "水务局"]
        assert work.survey_mappings.forget("水务局", "f1", actor)
        assert not work.survey_mappings.forget("水务局", "f1", actor)
        actions = [entry.action for entry in work.audit.of("f1")]
        assert actions == ["survey-mapping.save"] * 3 + ["survey-mapping.forget"]


def test_hazards_of_a_batch_that_is_not_there_cannot_be_committed(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(batch_id=uuid4()), actor)
        with pytest.raises(Exception, match="FOREIGN KEY"):
            work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.count() == 0


# Audit


def test_the_audit_chain_binds_each_entry_to_the_one_before(register, actor):
    with register.unit_of_work() as work:
        for number in range(5):
            work.audit.record(actor, "test.act", "某事", {"n": number, "中": ["文", None]})
        work.commit()
        entries = work.audit.recent(100)[::-1]
    assert entries[0].prev_hash == GENESIS
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    for before, after in pairwise(entries):
        assert after.prev_hash == before.hash
    assert len({e.hash for e in entries}) == len(entries)
    assert chain_hash([1, "a"]) != chain_hash([1, "b"])
    assert entries[-1].detail == {"n": 4, "中": ["文", None]}


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_audit_trail_is_append_only(register, sql, statement):
    with pytest.raises(Exception, match="append-only"):
        sql(register, statement)


def test_a_rolled_back_change_leaves_no_audit_entry(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        before = work.audit.recent(100)
        work.hazards.add(hazard_maker(), actor)
        work.rollback()
        assert work.audit.recent(100) == before


# Office


def test_the_office_profile_is_one_row(register, actor):
    office = Office(division="130321", unit="青龙县应急局", publisher="县政府", source="排查")
    with register.unit_of_work() as work:
        work.office.save(office, actor)
        work.office.save(replace(office, source="普查"), actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.office.load() == replace(office, source="普查")
        assert [e.detail["source"] for e in work.audit.of("office")][-2:] == ["排查", "普查"]


# Places


def test_places_come_back_and_are_replaced_by_their_key(register, actor, sql):
    village = Receptor(
        id=uuid4(), name="上庄", kind="村庄", people=320, geometry=shapely.Point(119.3, 40.1),
        county="130321", township="八道河镇", phone="1", extras={"户数": "90"},
    )  # fmt: skip
    town = Township(
        code="130321104", name="八道河镇", county="130321", source="示例",
        geometry=shapely.MultiPolygon([shapely.box(119, 40, 119.2, 40.2)]),
    )  # fmt: skip
    store = EmergencyResource(
        id=uuid4(), name="物资库", kind="仓库", geometry=shapely.Point(119.4, 40),
        quantity=12.5, unit_of_measure="t", owner="应急局",
    )  # fmt: skip
    with register.unit_of_work() as work:
        assert work.places.add_receptors([village], actor) == 1
        assert work.places.add_townships([town], actor) == 1
        assert work.places.add_resources([store], actor) == 1
        assert work.places.add_resources([], actor) == 0
        grown = replace(village, people=330, geometry=shapely.Point(119.31, 40.1))
        work.places.add_receptors([grown], actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.places.receptors() == [grown]
        assert work.places.townships() == [town]
        assert work.places.resources() == [store]
    box = sql(register, "SELECT xmin, xmax FROM idx_receptor_geometry")
    assert box == [(pytest.approx(119.31, abs=1e-4), pytest.approx(119.31, abs=1e-4))]


def test_bad_places_are_refused_and_cost_only_themselves(register, actor):
    good = Receptor(id=uuid4(), name="甲", kind="学校", people=1, geometry=shapely.Point(119, 40))
    with register.unit_of_work() as work:
        work.places.add_receptors([good], actor)
        with pytest.raises(InvalidInputError):
            work.places.add_receptors([replace(good, geometry=shapely.Point(1e6, 0))], actor)
        with pytest.raises(ConflictError):
            work.places.add_receptors([replace(good, id=uuid4(), people=-1)], actor)
        work.commit()
        assert work.places.receptors() == [good]


# Releases


def a_release(**changes) -> ReleaseRecord:
    plain = ReleaseRecord(
        id=uuid4(),
        title="风险隐患分布图",
        data_date=date(2026, 6, 30),
        approval_no="冀S(2026)001号",
        content_hash="ab" * 32,
        rules_version="1",
        definition={"county": "130304", "formats": ["pdf"]},
        sign_offs={"编制": "张三", "审核": "李四"},
        revealed={"id": [119.4, 39.8, 1000]},
        products=(ReleasedProduct(name="图.pdf", format="pdf", sha256="cd" * 32, size=9),),
    )
    return replace(plain, **changes)


def test_releases_are_numbered_by_year_and_come_back_whole(register, actor, clock):
    with register.unit_of_work() as work:
        first = work.releases.add(a_release(), actor)
        work.releases.add(a_release(number="2025-044", approval_no=""), actor)
        third = work.releases.add(a_release(status=ReleaseStatus.DRAFT, data_date=None), actor)
        work.commit()
    clock.at = clock.at.replace(year=2027)
    with register.unit_of_work() as work:
        fourth = work.releases.add(a_release(), actor)
        assert [r.number for r in work.releases.list()] == [
            "2027-001", "2026-002", "2025-044", "2026-001",
        ]  # fmt: skip
        assert work.releases.get(first.id) == first
        assert work.releases.get(uuid4()) is None
        assert work.releases.by_approval("冀S(2026)001号") == [fourth, third, first]
        assert first.released_by == "张三"


def test_a_release_can_be_withdrawn_and_the_register_says_so(register, actor, other):
    with register.unit_of_work() as work:
        made = work.releases.add(a_release(), actor)
        work.releases.end(made.number, ReleaseStatus.WITHDRAWN, "图上有误", other)
        ended = work.releases.numbered(made.number)
        assert (ended.status, ended.ended_why) == (ReleaseStatus.WITHDRAWN, "图上有误")
        assert ended.ended_by == other.name
        assert ended.ended_at is not None
        assert work.audit.of(made.number)[-1].detail == {"status": "withdrawn", "why": "图上有误"}
        with pytest.raises(NotFoundError, match="2020-001"):
            work.releases.end("2020-001", ReleaseStatus.WITHDRAWN, "", actor)
        with pytest.raises(NotFoundError, match="2020-001"):
            work.releases.numbered("2020-001")


def test_a_release_keeps_its_content(register, actor):
    with register.unit_of_work() as work:
        kept = work.releases.add(a_release(), actor, b"content")
        bare = work.releases.add(a_release(), actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.releases.content(kept.number) == b"content"
        assert work.releases.content(bare.number) == b""


def test_what_became_of_a_release_has_a_word():
    assert {status.label for status in ReleaseStatus} == {
        "送审样图",
        "已发布",
        "已被替代",
        "已撤回",
    }
