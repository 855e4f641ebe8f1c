"""The release register: numbers judged beside earlier ones, ends, and products made again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from release_county import ACTOR
from test_release_gate import blocks, hazard, rules_found

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.hazard import HazardStatus, Secrecy
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.services.release_order import ProductFormat, SmallCells, format_of
from qhd_riskmap.storage.release_repository import ReleaseStatus

NEW_NUMBER = "冀S(2026)013号"


def plants(county, n):
    return [hazard("hazardous_chemicals", county=county, name=f"厂{county}{i}") for i in range(n)]


def numbers(outcome):
    document = json.loads(outcome.files[0].read_text(encoding="utf-8"))
    return {(c["area_code"], c["merged"]): c["count"] for c in document["counts"]}


def test_closing_one_plant_is_told_of_the_city_only(office):
    sites = [*plants("130302", 6), *plants("130322", 5)]
    office.add(sites)
    first = office.service.release(office.order())
    assert numbers(first) == {("130302", False): 6, ("130322", False): 5}
    office.edit(sites[0].id, status=HazardStatus.CLOSED)
    findings = office.service.preflight(office.order(approval_no=NEW_NUMBER))
    told = [f.message for f in findings if f.rule == "PM26"]
    assert told == ["海港区的“危险化学品”与 2026-001 号发布对照，会指认 1 处，已与其他区域合并。"]
    assert blocks(office, approval_no=NEW_NUMBER, small_cells=SmallCells.BLOCK) == {"PM26"}
    second = office.service.release(office.order(approval_no=NEW_NUMBER))
    assert numbers(second) == {("1303", False): 10}


def test_a_withdrawn_release_is_still_reckoned_with(office):
    sites = [*plants("130302", 6), *plants("130322", 5)]
    office.add(sites)
    office.service.release(office.order())
    office.service.withdraw("2026-001", "图上有误")
    office.edit(sites[0].id, status=HazardStatus.CLOSED)
    assert "PM26" in rules_found(office, approval_no=NEW_NUMBER)


def test_drafts_tell_nobody_anything(office):
    sites = [*plants("130302", 6), *plants("130322", 5)]
    office.add(sites)
    office.service.release(office.order(draft=True, approval_no="", formats=(ProductFormat.SVG,)))
    office.edit(sites[0].id, status=HazardStatus.CLOSED)
    assert "PM26" not in rules_found(office)


def test_a_record_that_vanishes_or_moves_is_named_to_the_officer(office):
    stays, goes, moves = (hazard(name=name) for name in ("一号滑坡", "二号滑坡", "三号滑坡"))
    office.add([stays, goes, moves])
    office.service.release(office.order())
    office.edit(goes.id, secrecy=Secrecy.SECRET)
    office.edit(moves.id, geometry=hazard(at=(119.60, 39.99)).geometry)
    told = {
        f.hazard_id: f.message
        for f in office.service.preflight(office.order(approval_no=NEW_NUMBER))
        if f.rule == "PM26"
    }
    assert "二号滑坡" in told[str(goes.id)]
    assert "三号滑坡" in told[str(moves.id)]
    assert len(told) == 2


def test_many_vanished_records_are_named_in_part(office):
    sites = [hazard(name=f"{i}号滑坡") for i in range(7)]
    office.add(sites)
    office.service.release(office.order())
    for site in sites:
        office.edit(site.id, secrecy=Secrecy.SECRET)
    found = office.service.preflight(office.order(approval_no=NEW_NUMBER))
    (message,) = [f.message for f in found if f.rule == "PM26"]
    assert "7 处" in message
    assert message.count("号滑坡") == 5
    assert "……" in message


def test_a_past_release_is_made_again_bit_for_bit(county, released, tmp_path):
    (record,) = [r for r in county.service.past() if len(r.products) == len(ProductFormat)]
    again = county.service.remake(record.number, tmp_path / "again")
    assert {p.name for p in again} == {p.name for p in released.values()}
    for path in again:
        original = released[format_of(path.name)]
        assert path.read_bytes() == original.read_bytes()


def test_changing_the_register_does_not_change_a_past_release(office, tmp_path):
    site = hazard()
    office.add([site])
    first = office.service.release(office.order())
    before = first.files[0].read_bytes()
    office.edit(site.id, name="改了名的滑坡")
    (again,) = office.service.remake("2026-001", tmp_path / "again")
    assert again.read_bytes() == before


def test_what_was_not_kept_or_differs_is_not_handed_out(office, tmp_path):
    office.add([hazard()])
    office.service.release(office.order())
    with office.register.unit_of_work() as work:
        record = work.releases.numbered("2026-001")
        work.releases.add(replace(record, id=hazard().id, number="2026-007"), ACTOR)
        wrong = replace(
            record,
            id=hazard().id,
            number="2026-008",
            products=tuple(replace(p, sha256="0" * 64) for p in record.products),
        )
        work.releases.add(wrong, ACTOR, work.releases.content("2026-001"))
        work.commit()
    with pytest.raises(InvalidInputError, match="没有留存"):
        office.service.remake("2026-007", tmp_path / "out")
    with pytest.raises(InvalidInputError, match="重制后与原件不同"):
        office.service.remake("2026-008", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(NotFoundError):
        office.service.remake("1999-001", tmp_path / "out")


def test_a_release_takes_the_place_of_another(office):
    office.add([hazard()])
    office.service.release(office.order(purpose="汛前公告"))
    office.service.release(office.order(supersedes="2026-001"))
    newest, oldest = office.service.past()
    assert (newest.status, newest.supersedes) == (ReleaseStatus.PUBLISHED, "2026-001")
    assert (oldest.status, oldest.ended_why) == (
        ReleaseStatus.SUPERSEDED,
        "由 2026-002 号发布替代",
    )
    assert oldest.purpose == "汛前公告"
    with pytest.raises(InvalidInputError, match="2026-001"):
        office.service.release(office.order(supersedes="2026-001"))
    with pytest.raises(InvalidInputError, match="2026-001"):
        office.service.withdraw("2026-001", "重复")
    with pytest.raises(InvalidInputError, match="理由"):
        office.service.withdraw("2026-002", " ")


def test_an_emergency_release_is_noted_and_waives_nothing(office):
    office.add([hazard()])
    assert "PM24" in rules_found(office, emergency=True)
    assert blocks(office, emergency=True, approval_no="") == {"PM01"}
    office.service.release(office.order(emergency=True))
    assert office.service.past()[0].definition["emergency"] is True


def test_the_command_line_lists_ends_and_remakes_releases(office, tmp_path, capsys):
    office.add([hazard()])
    office.service.release(office.order())
    path = str(office.register.path)

    def answer(*words):
        assert run([*words, "--json"], lambda *_: 0) == 0
        return json.loads(capsys.readouterr().out)

    (listed,) = answer("releases", path)
    assert (listed["number"], listed["status"]) == ("2026-001", "published")
    again = answer("remake-release", path, "2026-001", str(tmp_path / "again"))
    assert [Path(name).suffix for name in again["files"]] == [".geojson"]
    ended = answer("withdraw-release", path, "2026-001", "--why", "图上有误")
    assert (ended["status"], ended["ended_why"]) == ("withdrawn", "图上有误")
    assert run(["withdraw-release", path, "2026-001", "--why", "重复"], lambda *_: 0) == 2
