"""A record goes out closer than its type only by a named reviewer's decision, 社会安全 never."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from release_county import ACTOR
from shapely import LineString
from test_release_gate import blocks, hazard

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain import redaction
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.public_geometry import off_grid
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from qhd_riskmap.services.release_decisions import ReleaseDecisions
from qhd_riskmap.services.release_order import ProductFormat

LINE = LineString([(119.5031, 39.9542), (119.5317, 39.9713), (119.5689, 39.9894)])


@pytest.fixture
def pipes(office):
    """Four pipelines of one division; the first shall be shown as a corridor."""
    sites = [
        replace(hazard("oil_gas_pipeline", name=f"密管线{n}号", phone="13855501234"), geometry=LINE)
        for n in range(4)
    ]
    office.add(sites)
    return sites


def decisions(office, actor=ACTOR):
    return ReleaseDecisions(office.register, actor, today=lambda: date(2026, 11, 23))


def decide(office, site, wanted=ReleaseClass.GRID_1KM, **changes):
    said = {"reviewer": "审核乙", "reason": "企业与管道保护部门书面同意",
            "basis": "企业同意函 2026-7", **changes}  # fmt: skip
    return decisions(office).decide(str(site.id), wanted, **said)


def published(office, **changes):
    outcome = office.service.release(office.order(**changes))
    return json.loads(outcome.files[0].read_text(encoding="utf-8"))


def test_without_a_decision_a_pipeline_is_only_counted(office, pipes):
    document = published(office)
    assert document["features"] == []
    assert [c["count"] for c in document["counts"]] == [4]


def test_a_decided_record_is_a_corridor_on_the_grid_without_its_name(office, pipes):
    decide(office, pipes[0])
    document = published(office)
    (feature,) = document["features"]
    assert feature["properties"]["cell_m"] == 1000
    assert feature["properties"]["name"] == ""
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    assert off_grid(shape, 1000.0) == 0
    assert not np.isin(shapely.get_coordinates(shape), shapely.get_coordinates(LINE)).any()
    assert [c["count"] for c in document["counts"]] == [3]


def test_every_product_of_a_decided_record_passes_the_checker(office, pipes):
    decide(office, pipes[0])
    decide(office, pipes[1], ReleaseClass.GRID_100M)
    outcome = office.service.release(office.order(formats=tuple(ProductFormat)))
    assert len(outcome.files) == len(ProductFormat)
    assert office.service.check_files(outcome.files) == []


def test_the_preflight_names_the_record_and_who_answers_for_it(office, pipes):
    decide(office, pipes[0])
    (told,) = [f for f in office.service.preflight(office.order()) if f.rule == "PM05"]
    assert told.hazard_id == str(pipes[0].id)
    assert not told.blocks
    assert "审核乙" in told.message
    assert "书面同意" in told.message


def test_a_decision_taken_back_counts_again_and_the_loss_is_named(office, pipes):
    decide(office, pipes[0])
    published(office)
    decide(office, pipes[0], None, reason="企业撤回同意")
    assert decisions(office).in_force() == []
    found = office.service.preflight(office.order(approval_no="冀S(2026)013号"))
    assert any(f.rule == "PM26" and "密管线0号" in f.message for f in found)
    assert not any(f.rule == "PM05" for f in found)


def test_the_register_of_a_terror_site_knows_no_decision(office):
    site = hazard("terror", name="密所")
    office.add([site])
    with pytest.raises(InvalidInputError, match="不能逐条决定"):
        decide(office, site)
    with pytest.raises(NotFoundError):
        decisions(office).decide("没有", None, reviewer="甲", reason="乙")


def test_a_secret_or_closed_record_stays_in_whatever_was_decided(office, pipes):
    decide(office, pipes[0])
    office.edit(pipes[0].id, secrecy=redaction.Secrecy.SECRET)
    document = published(office)
    assert document["features"] == []


def test_a_looser_geometry_without_a_decision_is_blocked(office, pipes, monkeypatch):
    proper = redaction._class_of
    monkeypatch.setattr(
        redaction, "_class_of",
        lambda h, t, d: ReleaseClass.GRID_1KM if t.key == "oil_gas_pipeline" else proper(h, t, d),
    )  # fmt: skip
    assert "PM05" in blocks(office)
    decide(office, pipes[0], ReleaseClass.GRID_100M)
    assert "PM05" in blocks(office)


def test_who_decides_needs_the_right_and_few_words(office, pipes):
    reader = Actor(name="甲", permissions=frozenset({Permission.READ}))
    with pytest.raises(PermissionDeniedError):
        decisions(office, reader).decide(str(pipes[0].id), None, reviewer="甲", reason="乙")
    with pytest.raises(InvalidInputError, match="超过"):
        decide(office, pipes[0], reason="长" * 300)


def test_the_command_line_decides_and_lists(office, pipes, capsys):
    path, site = str(office.register.path), str(pipes[0].id)

    def answer(*words):
        assert run([*words, "--json"], lambda *_: 0) == 0
        return json.loads(capsys.readouterr().out)

    said = (
        "--class",
        "grid_1km",
        "--reviewer",
        "审核乙",
        "--why",
        "企业同意",
        "--basis",
        "会议纪要",
        "--on",
        "2026-11-20",
    )
    (found,) = answer("release-decisions", path, site, *said)
    assert (found["id"], found["release_class"], found["decided_on"]) == (
        site,
        "grid_1km",
        "2026-11-20",
    )
    assert answer("release-decisions", path) == [found]
    back = ("--class", "default", "--reviewer", "审核乙", "--why", "撤回")
    assert answer("release-decisions", path, site, *back) == []
    assert run(["release-decisions", path, site], lambda *_: 0) == 2


def test_a_definition_is_saved_released_and_deleted(office, tmp_path, capsys):
    office.add([hazard()])
    path = str(office.register.path)

    def answer(*words):
        assert run([*words, "--json"], lambda *_: 0) == 0
        return json.loads(capsys.readouterr().out)

    options = (
        "--title", "汛前分布图", "--format", "geojson,csv", "--data-date", "2026-10-31", "--approval-no",
        "冀S(2026)012号", "--prepared-by", "甲", "--reviewed-by", "乙", "--secrecy-reviewed-by", "丙",
        "--purpose", "汛前公告",
    )  # fmt: skip
    (saved,) = answer("definitions", path, "--save", "汛前", *options)
    assert (saved["name"], saved["formats"], saved["county"]) == ("汛前", ["geojson", "csv"], "")
    made = answer("release", path, str(tmp_path / "一"), "--definition", "汛前")
    assert sorted(name.rpartition("/")[2] for name in made["files"]) == [
        "汛前分布图.csv.zip", "汛前分布图.geojson",
    ]  # fmt: skip
    other = answer("release", path, str(tmp_path / "二"), "--definition", "汛前", "--format", "csv")
    assert len(other["files"]) == 1
    newest = office.service.past()[0]
    assert (newest.title, newest.purpose) == ("汛前分布图", "汛前公告")
    assert answer("definitions", path, "--delete", "汛前") == []
    assert run(["release", path, str(tmp_path / "三"), "--definition", "汛前"], lambda *_: 0) == 2
    assert run(["release", path, str(tmp_path / "三")], lambda *_: 0) == 2
    assert run(["definitions", path, "--save", "字" * 41, "--title", "图"], lambda *_: 0) == 2


def test_a_definition_of_another_version_is_refused_in_words(office, tmp_path):
    from qhd_riskmap.services.release_definitions import ReleaseDefinitions  # noqa: PLC0415

    with office.register.unit_of_work() as work:
        work.release_definitions.put("旧", {"formats": ["papyrus"]}, ACTOR)
        work.commit()
    with pytest.raises(InvalidInputError, match="别的版本"):
        ReleaseDefinitions(office.register, ACTOR).order("旧", tmp_path)


# -- keeping more back ----------------------------------------------------------------------------------


@pytest.fixture
def floods(office):
    """Four places of flood in one division, of which the first shall be kept back."""
    sites = [
        hazard("flood", name=f"北沟{'甲乙丙丁'[n]}段险工", unit=f"北沟{n}管护所") for n in range(4)
    ]
    office.add(sites)
    return sites


def test_a_record_kept_out_is_in_no_product_and_its_name_is_protected(office, floods):
    told = published(office)
    assert len(told["features"]) == 4
    decisions(office).decide(
        str(floods[0].id), ReleaseClass.NEVER, reviewer="", reason="群众诉求核实中"
    )
    outcome = office.service.release(
        office.order(formats=tuple(ProductFormat), approval_no="冀S(2026)013号")
    )
    assert office.service.check_files(outcome.files) == []
    document = json.loads(
        next(p for p in outcome.files if p.suffix == ".geojson").read_text("utf-8")
    )
    assert len(document["features"]) == 3
    assert "北沟甲段险工" not in json.dumps(document, ensure_ascii=False)
    leaky = outcome.files[0].with_name("别处.csv")
    leaky.write_text("名称\n北沟甲段险工\n", encoding="utf-8")
    assert [leak.kind for leak in office.service.check_files([leaky])] == ["name"]
    (note,) = [f for f in office.service.preflight(office.order()) if f.rule == "PM04"]
    assert "经决定不公开的记录 1 条" in note.message
    assert not note.blocks


def test_a_record_kept_to_the_coarse_grid_loses_its_name_too(office, floods):
    decisions(office).decide(
        str(floods[0].id), ReleaseClass.GRID_1KM, reviewer="", reason="邻近军事管理区"
    )
    features = published(office)["features"]
    coarse = [f["properties"] for f in features if f["properties"]["cell_m"] == 1000]
    assert [(p["name"], p["unit"], p["township"]) for p in coarse] == [("", "", "")]
    assert len(features) == 4
    (told,) = [f for f in office.service.preflight(office.order()) if f.rule == "PM05"]
    assert (told.severity.value, told.hazard_id) == ("info", str(floods[0].id))


def test_a_name_kept_back_blocks_where_another_record_mentions_it(office, floods):
    office.edit(floods[1].id, name="北沟甲段险工下游")
    assert "PM04" not in blocks(office)
    decisions(office).decide(str(floods[0].id), ReleaseClass.NEVER, reviewer="", reason="核实中")
    assert "PM04" in blocks(office)


def test_only_a_second_person_lets_it_out_again(office, floods):
    site = str(floods[0].id)
    own = decisions(office)
    own.decide(site, ReleaseClass.NEVER, reviewer="", reason="核实中")
    assert own.standing(site).in_force.reviewer == ACTOR.name
    with pytest.raises(InvalidInputError, match="审核人"):
        own.decide(site, None, reviewer="", reason="已核实")
    with pytest.raises(InvalidInputError, match="不能自己放宽"):
        own.decide(site, None, reviewer=ACTOR.name, reason="已核实")
    own.decide(site, None, reviewer="审核乙", reason="已核实")
    standing = own.standing(site)
    assert (standing.in_force, len(standing.past), standing.excluded) == (None, 2, "")
    assert [each.decision.reason for each in own.recorded()] == ["已核实", "核实中"]
    assert own.in_force() == []


def test_a_single_person_cannot_let_a_pipeline_out_through_another_type(office, floods):
    own = decisions(office)
    own.decide(str(floods[0].id), ReleaseClass.GRID_1KM, reviewer="", reason="核实中")
    office.edit(floods[0].id, type_key="oil_gas_pipeline")
    assert own.in_force() == []
    assert len(published(office)["features"]) == 3


def test_what_the_public_would_see_is_what_redaction_gives(office, pipes, floods):
    own = decisions(office)
    assert own.shown_as(pipes[0], ReleaseClass.COUNT) is None
    shown = own.shown_as(pipes[0], ReleaseClass.GRID_1KM)
    assert (shown.cell_m, shown.name) == (1000.0, "")
    plain = own.shown_as(floods[0], ReleaseClass.GRID_100M)
    assert (plain.cell_m, plain.name) == (100.0, floods[0].name)
    assert own.shown_as(floods[0], ReleaseClass.NEVER) is None
