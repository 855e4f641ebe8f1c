"""Whole imports taken back, brought again, and read anew; nothing that somebody has done since is lost."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import shapely
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import AccuracyClass, LocationMethod
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PermissionDeniedError,
)
from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import BD09, GCJ02, WGS84, parse_reference
from qhd_riskmap.services.attachments import AttachmentService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.register import RegisterService
from qhd_riskmap.services.survey_batches import BatchService, Edited
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_reinterpret import ReinterpretService
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.verify import verify

ACTOR = Actor(name="张三")
OTHER = Actor(name="李四")
HEADERS = ["隐患名称", "类别", "县区", "经度（高德）", "纬度（高德）"]
PLACES = [(118.90 + 0.02 * n, 40.35 + 0.015 * n) for n in range(5)]
NAMES = ["东沟滑坡", "西沟滑坡", "南沟滑坡", "北沟滑坡", "石门滑坡"]


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, ACTOR, date(2014, 7, 1))


@pytest.fixture
def batches(register):
    return BatchService(register, ACTOR)


@pytest.fixture
def anew(register):
    return ReinterpretService(register, ACTOR)


def workbook(path: Path, written_in=GCJ02, headers=HEADERS, names=NAMES) -> Path:
    book = Workbook()
    book.active.append(headers)
    x, y = from_cgcs2000(*np.array(PLACES).T, written_in)
    for name, a, b in zip(names, x, y, strict=False):
        book.active.append([name, "滑坡", "青龙县", round(float(a), 7), round(float(b), 7)])
    book.save(path)
    return path


def imported(survey, path):
    found = survey.preview([path], datum=None, job=SilentJob())
    return survey.commit(found, SilentJob())


def live(register):
    with register.unit_of_work() as work:
        return {hazard.name: hazard for hazard in work.hazards.find()}


def edit(register, hazard, **changes):
    return RegisterService(register, OTHER).update(replace(hazard, **changes))[0]


def test_an_import_is_taken_back_and_its_file_may_come_again(survey, register, batches, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    first = imported(survey, path)
    (summary,) = batches.all()
    assert (summary.present, summary.edited, summary.undone) == (5, 0, False)
    outcome = batches.undo(first.batch_id)
    assert (outcome.changed, outcome.kept) == (5, ())
    assert live(register) == {}
    (summary,) = batches.all()
    assert (summary.present, summary.undone) == (0, True)
    assert verify(register) == []
    again = imported(survey, path)
    assert (again.accepted, again.duplicates) == (5, 0)
    assert not any(issue.code == "file-known" for issue in again.issues)
    assert {h.code for h in again.hazards}.isdisjoint({h.code for h in first.hazards})


def test_an_undo_can_itself_be_taken_back(survey, register, batches, tmp_path):
    path = workbook(tmp_path / "a.xlsx")
    first = imported(survey, path)
    before = live(register)
    change = batches.undo(first.batch_id).change
    outcome = batches.revert(first.batch_id, change.id)
    assert outcome.changed == 5
    after = live(register)
    assert {n: h.code for n, h in after.items()} == {n: h.code for n, h in before.items()}
    assert batches.plan(first.batch_id).edited == ()
    assert imported(survey, path).duplicates == 5
    with pytest.raises(NotFoundError):
        batches.revert(first.batch_id, change.id)
    assert batches.undo(first.batch_id).changed == 5
    assert verify(register) == []


def test_rows_edited_since_are_listed_and_asked_about(survey, register, batches, tmp_path):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    edit(register, live(register)["西沟滑坡"], notes="核实过")
    gone = live(register)["南沟滑坡"]
    RegisterService(register, OTHER).delete(gone.id, revision=gone.revision)
    plan = batches.plan(first.batch_id)
    assert [row.name for row in plan.edited] == ["西沟滑坡"]
    assert "李四" in plan.edited[0].reason
    assert len(plan.ready) == 3
    with pytest.raises(ConflictError, match="西沟滑坡"):
        batches.undo(first.batch_id)
    assert len(live(register)) == 4
    outcome = batches.undo(first.batch_id, Edited.KEEP)
    assert (outcome.changed, [row.name for row in outcome.kept]) == (3, ["西沟滑坡"])
    assert set(live(register)) == {"西沟滑坡"}
    assert live(register)["西沟滑坡"].notes == "核实过"
    # The kept row is still known; the others may come back, the one deleted by hand may not.
    again = imported(survey, workbook(tmp_path / "b.xlsx"))
    assert (again.accepted, again.duplicates) == (3, 2)


def test_edited_rows_go_too_where_that_is_said(survey, register, batches, tmp_path):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    edit(register, live(register)["西沟滑坡"], notes="核实过")
    keep = live(register)["北沟滑坡"].id
    outcome = batches.undo(first.batch_id, Edited.INCLUDE, keep={keep})
    assert outcome.changed == 4
    assert set(live(register)) == {"北沟滑坡"}


def test_a_row_with_a_photo_counts_as_worked_on(survey, register, batches, tmp_path):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    hazard = live(register)["西沟滑坡"]
    AttachmentService(register, ACTOR).attach(hazard.id, "说明.pdf", b"%PDF-1.4\n%%EOF\n")
    (row,) = batches.plan(first.batch_id).edited
    assert "1 个文件" in row.reason


def test_what_was_edited_after_the_undo_is_not_brought_back(survey, register, batches, tmp_path):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    hazard = live(register)["西沟滑坡"]
    change = batches.undo(first.batch_id).change
    RegisterService(register, OTHER).restore(hazard.id)
    outcome = batches.revert(first.batch_id, change.id)
    assert (outcome.changed, [row.name for row in outcome.kept]) == (4, ["西沟滑坡"])
    assert len(live(register)) == 5
    assert [row.name for row in batches.plan(first.batch_id).edited] == ["西沟滑坡"]


def test_a_batch_is_named_by_the_beginning_of_its_id(survey, batches, tmp_path):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    assert batches.find(str(first.batch_id)[:8]).id == first.batch_id
    for name in ("", "abc", "ffffffff-none"):
        with pytest.raises(NotFoundError):
            batches.find(name)
    with pytest.raises(NotFoundError):
        batches.plan(live_id())


def live_id():
    return uuid4()


@pytest.mark.parametrize("service", ["undo", "revert", "reinterpret"])
def test_only_importers_may(register, service):
    reader = Actor(name="王五", permissions=frozenset({Permission.READ}))
    calls = {
        "undo": lambda: BatchService(register, reader).undo(live_id()),
        "revert": lambda: BatchService(register, reader).revert(live_id(), live_id()),
        "reinterpret": lambda: ReinterpretService(register, reader).reinterpret(live_id(), BD09),
    }
    with pytest.raises(PermissionDeniedError):
        calls[service]()


def test_a_batch_read_anew_lies_where_its_numbers_say(survey, register, batches, anew, tmp_path):
    # The sheet says 高德, but the numbers were of 百度.
    first = imported(survey, workbook(tmp_path / "a.xlsx", written_in=BD09))
    before = live(register)
    away = [
        float(distance_m(*h.anchor(), *p)) for h, p in zip(before.values(), PLACES, strict=True)
    ]
    assert min(away) > 700
    outcome = anew.reinterpret(first.batch_id, BD09)
    assert (outcome.changed, outcome.kept) == (5, ())
    after = live(register)
    for name, place in zip(NAMES, PLACES, strict=True):
        hazard = after[name]
        assert float(distance_m(*hazard.anchor(), *place)) < 0.1
        assert hazard.provenance.original_text == before[name].provenance.original_text
        assert hazard.provenance.declared_reference == "bd09"
        assert hazard.provenance.accuracy is AccuracyClass.BD_CONVERTED
        assert hazard.code == before[name].code
        assert hazard.revision == 2
    assert verify(register) == []
    with register.unit_of_work() as work:
        versions = work.hazards.history(after["东沟滑坡"].id)
    assert [v.hazard.provenance.declared_reference for v in versions] == ["gcj02", "bd09"]
    reverted = batches.revert(first.batch_id, outcome.change.id)
    assert reverted.changed == 5
    for name, hazard in live(register).items():
        assert hazard.geometry.equals_exact(before[name].geometry, 0)
        assert hazard.provenance == before[name].provenance
    assert batches.plan(first.batch_id).edited == ()
    assert verify(register) == []
    kinds = [change.kind.value for change in batches.all()[0].changes]
    assert kinds == ["reinterpret", "revert"]


def test_rows_edited_or_moved_since_are_conflicts(survey, register, anew, tmp_path):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    edit(register, live(register)["西沟滑坡"], notes="核实过")
    moved = live(register)["南沟滑坡"]
    RegisterService(register, OTHER).move(str(moved.id), lon=118.95, lat=40.40)
    with pytest.raises(ConflictError, match="2 条"):
        anew.reinterpret(first.batch_id, WGS84)
    outcome = anew.reinterpret(first.batch_id, WGS84, edited=Edited.KEEP)
    assert outcome.changed == 3
    assert {row.name for row in outcome.kept} == {"西沟滑坡", "南沟滑坡"}
    outcome = anew.reinterpret(first.batch_id, BD09, was=GCJ02, edited=Edited.INCLUDE)
    assert (outcome.changed, [row.name for row in outcome.kept]) == (1, ["南沟滑坡"])
    found = live(register)
    assert found["西沟滑坡"].notes == "核实过"
    assert found["西沟滑坡"].provenance.declared_reference == "bd09"
    assert found["南沟滑坡"].provenance.method is LocationMethod.MOVED
    assert found["南沟滑坡"].anchor() == pytest.approx((118.95, 40.40))


def test_several_references_in_a_batch_are_asked_about(survey, register, anew, tmp_path):
    book = Workbook()
    book.active.append([*HEADERS[:3], "经度", "纬度", "坐标系"])
    for name, place, datum in zip(NAMES, PLACES, ["高德", "百度", "国家2000"], strict=False):
        book.active.append([name, "滑坡", "青龙县", *place, datum])
    book.save(tmp_path / "a.xlsx")
    first = imported(survey, tmp_path / "a.xlsx")
    with pytest.raises(ConflictError, match="几种坐标系"):
        anew.reinterpret(first.batch_id, WGS84)
    outcome = anew.reinterpret(first.batch_id, WGS84, was=BD09)
    assert outcome.changed == 1
    assert live(register)["西沟滑坡"].anchor() == pytest.approx(PLACES[1])
    assert anew.reinterpret(first.batch_id, WGS84, was=parse_reference("EPSG:4549")).changed == 0


def test_metres_are_never_read_as_degrees_and_planes_change_their_zone(
    survey, register, anew, tmp_path
):
    headers = [*HEADERS[:3], "Y坐标（国家2000）", "X坐标（国家2000）"]
    plane = parse_reference("EPSG:4549")
    first = imported(survey, workbook(tmp_path / "a.xlsx", plane, headers))
    for wrong in (GCJ02, parse_reference("EPSG:4548"), parse_reference("EPSG:3857")):
        with pytest.raises(InvalidInputError, match="没有一条"):
            anew.reinterpret(first.batch_id, wrong)
    xian = parse_reference("EPSG:2385")
    assert anew.reinterpret(first.batch_id, xian).changed == 5
    hazard = live(register)["东沟滑坡"]
    assert hazard.provenance.accuracy is AccuracyClass.LEGACY_DATUM_UNSHIFTED


def test_lines_are_read_anew_vertex_by_vertex(survey, register, anew, tmp_path):
    line = np.array([(118.90, 40.35), (118.95, 40.36), (118.97, 40.40)])
    x, y = from_cgcs2000(*line.T, BD09)
    text = "；".join(f"{a:.8f}，{b:.8f}" for a, b in zip(x, y, strict=True))
    book = Workbook()
    book.active.append(["隐患名称", "类别", "县区", "走向坐标（高德）"])
    book.active.append(["甲线", "油气管道", "青龙县", text])
    book.save(tmp_path / "a.xlsx")
    first = imported(survey, tmp_path / "a.xlsx")
    assert first.accepted == 1
    anew.reinterpret(first.batch_id, BD09)
    found = shapely.get_coordinates(live(register)["甲线"].geometry)
    assert distance_m(*found.T, *line.T).max() < 0.1


def test_many_rows_are_read_anew_with_their_index_and_all_guards_in_place(
    survey, register, batches, anew, tmp_path
):
    book = Workbook()
    book.active.append(HEADERS)
    for number in range(300):
        place = (118.90 + number / 3000, 40.35 + number % 17 / 500)
        book.active.append([f"{number}号滑坡", "滑坡", "青龙县", *place])
    book.save(tmp_path / "a.xlsx")
    first = imported(survey, tmp_path / "a.xlsx")

    def guards():
        with register.engine.connect() as connection:
            return connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            ).all()

    before, places = guards(), {n: h.anchor() for n, h in live(register).items()}
    outcome = anew.reinterpret(first.batch_id, BD09)
    assert outcome.changed == 300
    assert guards() == before
    assert verify(register) == []
    assert all(h.anchor() != places[n] for n, h in live(register).items())
    batches.revert(first.batch_id, outcome.change.id)
    assert {n: h.anchor() for n, h in live(register).items()} == places
    assert verify(register) == []


def test_a_row_edited_after_the_list_was_shown_stops_everything(
    survey, register, batches, anew, tmp_path
):
    first = imported(survey, workbook(tmp_path / "a.xlsx"))
    edit(register, live(register)["西沟滑坡"], notes="核实过")
    asked = [row.id for row in batches.plan(first.batch_id).edited]
    edit(register, live(register)["南沟滑坡"], notes="刚刚核实")
    calls = (
        lambda: batches.undo(first.batch_id, Edited.INCLUDE, asked=asked),
        lambda: anew.reinterpret(first.batch_id, BD09, edited=Edited.INCLUDE, asked=asked),
    )
    for call in calls:
        with pytest.raises(ConflictError, match="南沟滑坡"):
            call()
    assert len(live(register)) == 5
    asked = [row.id for row in batches.plan(first.batch_id).edited]
    outcome = batches.undo(first.batch_id, Edited.INCLUDE, keep=asked[:1], asked=asked)
    assert (outcome.changed, [row.name for row in outcome.kept]) == (4, ["西沟滑坡"])


def test_what_a_new_reading_would_do_is_foreseen_and_nothing_stored(
    survey, register, anew, tmp_path
):
    first = imported(survey, workbook(tmp_path / "a.xlsx", written_in=BD09))
    before = live(register)
    edit(register, before["西沟滑坡"], notes="核实过")
    found = anew.references(first.batch_id)
    assert (found.counts, [row.name for row in found.plan.edited]) == (
        {"gcj02": 5},
        ["西沟滑坡"],
    )
    seen = anew.foresee(first.batch_id, BD09)
    assert [row.name for row in seen.kept] == ["西沟滑坡"]
    assert seen.before == pytest.approx(
        np.array([before[hazard.name].anchor() for hazard in seen.moved])
    )
    places = [PLACES[NAMES.index(hazard.name)] for hazard in seen.moved]
    assert seen.after == pytest.approx(np.array(places), abs=1e-6)
    assert len(seen.metres) == 4
    assert seen.metres.min() > 700
    assert {n: h.geometry for n, h in live(register).items()} == {
        n: h.geometry for n, h in before.items()
    }
    keep = {before["东沟滑坡"].id, before["西沟滑坡"].id}
    seen = anew.foresee(first.batch_id, BD09, edited=Edited.INCLUDE, keep=keep)
    assert len(seen.moved) == 3
    outcome = anew.reinterpret(first.batch_id, BD09, edited=Edited.INCLUDE, keep=keep)
    assert outcome.changed == 3
    assert live(register)["东沟滑坡"].geometry == before["东沟滑坡"].geometry
