"""Place reports: an extract of a release, rounded, and never more than is public then and now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pypdf import PdfReader
from release_county import ACTOR, PLACES
from test_release_gate import hazard

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Secrecy
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.place_report import distance_text, place_report
from qhd_riskmap.domain.public_areas import public_areas
from qhd_riskmap.domain.redaction import redact
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.errors import InvalidInputError, NotFoundError, PermissionDeniedError
from qhd_riskmap.geo.geodesy import destination, distance_m
from qhd_riskmap.services.place_reports import PlaceOrder, PlaceReports
from qhd_riskmap.services.release_order import ProductFormat

HERE = PLACES["130321"]


def near(metres, azimuth=90.0, **fields):
    return hazard(at=destination(*HERE, azimuth, metres), county="130321", **fields)


def publish(*hazards):
    return redact(hazards, rules=release_rules(), areas=public_areas())


def look(public, **more):
    return place_report(public, *HERE, **{"radius_m": 3000.0, "name": "某村", **more})


# -- what is told -------------------------------------------------------------------------------------


def test_records_are_listed_nearest_first_within_the_radius():
    public = publish(*(near(metres, name=f"隐患{metres}") for metres in (2500, 400, 4200, 1300)))
    report = look(public)
    assert [each.hazard.name for each in report.near] == ["隐患400", "隐患1300", "隐患2500"]
    assert report.county == "130321"


def test_distances_are_whole_cells_from_the_public_position_to_the_place_s_cell():
    public = publish(near(730, type_key="geological"), near(1600, type_key="animal_epidemic"))
    report = look(public)
    for each in report.near:
        assert each.distance_m % each.hazard.cell_m == 0
        shown = each.hazard.anchor()
        exact = float(distance_m(*report.lonlat, *shown))
        assert abs(each.distance_m - exact) <= each.hazard.cell_m / 2
    texts = {each.hazard.type_key: distance_text(each) for each in report.near}
    assert texts["animal_epidemic"] in ("约 1 公里", "约 2 公里")
    assert texts["geological"].startswith("约 0.")
    assert distance_text(replace(report.near[0], distance_m=0.0)) == "所在网格内"


def test_places_in_one_cell_get_the_same_report():
    """Reports from many places of a cell must not narrow anything down."""
    public = publish(near(700), near(1900, azimuth=10.0))
    reports = {
        repr(look(public)) if step == 0 else repr(place_report(public, *moved, radius_m=3000.0, name="某村"))
        for step in range(4)
        for moved in [destination(*look(public).lonlat, 90.0 * step, 30.0)]
    }  # fmt: skip
    assert len(reports) == 1


def test_numbers_of_the_division_come_along():
    tanks = [near(10 * n, type_key="ammonia_storage", name=f"库{n}") for n in range(4)]
    report = look(publish(*tanks))
    assert report.near == ()
    assert [(count.area_code, count.n) for count in report.counts] == [("130321", 4)]


@pytest.mark.parametrize("radius", [100.0, 50_000.0])
def test_a_radius_that_makes_no_sense_is_refused(radius):
    with pytest.raises(InvalidInputError, match="半径"):
        look(publish(), radius_m=radius)


@pytest.mark.parametrize("place", [(116.4, 39.9), (39.9, 119.5), (float("nan"), 40.0)])
def test_a_place_outside_the_city_is_refused(place):
    with pytest.raises(InvalidInputError, match="不在秦皇岛市"):
        place_report(publish(), *place, radius_m=3000.0, name="某村")


# -- written ------------------------------------------------------------------------------------------------


@pytest.fixture
def reports(office):
    hazards = [
        near(600, name="公名北沟滑坡", level=RiskLevel.RED),
        near(1500, azimuth=200.0, name="公名南坡崩塌", level=RiskLevel.BLUE),
        near(900, azimuth=300.0, type_key="terror", name="秘名目标"),
    ]
    office.add(hazards)
    office.hazards = hazards
    office.service.release(office.order())
    return PlaceReports(office.register, ACTOR)


def order(office, **changes):
    values = {
        "lon": HERE[0],
        "lat": HERE[1],
        "name": "示范村",
        "path": office.folder / "告知单.pdf",
    }
    return PlaceOrder(**{**values, **changes})


def text_of(path):
    reader = PdfReader(path)
    assert len(reader.pages) == 1
    assert reader.metadata.title == "示范村周边风险隐患告知单"
    return "".join(reader.pages[0].extract_text().split())


def test_a_report_is_one_dated_page_of_the_release_it_names(office, reports):
    outcome = reports.write(order(office))
    text = text_of(outcome.path)
    (record,) = office.service.past()
    assert f"摘自{record.number}号发布" in text
    assert "审图号：冀S(2026)012号" in text
    assert "资料截止2026年10月31日" in text
    assert text.index("公名北沟滑坡") < text.index("公名南坡崩塌")
    assert "秘名" not in text
    assert outcome.to_json()["release"] == record.number
    assert len(outcome.to_json()["near"]) == 2
    with office.register.unit_of_work() as work:
        (entry,) = work.audit.recent(1)
    assert entry.detail["format"] == "place-report"


def test_what_has_become_secret_since_is_not_told_again(office, reports):
    office.edit(office.hazards[0].id, secrecy=Secrecy.SECRET)
    text = text_of(reports.write(order(office)).path)
    assert "公名北沟滑坡" not in text
    assert "公名南坡崩塌" in text


def test_nothing_near_does_not_mean_nothing_at_all(office, reports):
    lon, lat = destination(*HERE, 0.0, 9000.0)
    outcome = reports.write(order(office, lon=lon, lat=lat, radius_m=1000.0))
    assert "没有列出不等于没有风险" in text_of(outcome.path)


def test_more_than_a_page_holds_is_said(office):
    office.add([near(200 + 90 * n, azimuth=17.0 * n, name=f"公名{n:02d}滑坡") for n in range(30)])
    office.service.release(office.order())
    text = text_of(PlaceReports(office.register, ACTOR).write(order(office)).path)
    listed = sum(f"公名{n:02d}滑坡地质灾害" in text for n in range(30))
    assert 3 <= listed < 30
    assert f"另有{30 - listed}处" in text


def test_without_a_public_release_there_is_no_report(office):
    office.add([near(600)])
    office.service.release(office.order(draft=True, formats=(ProductFormat.SVG,)))
    with pytest.raises(NotFoundError, match="没有包含这个地点的公开发布"):
        PlaceReports(office.register, ACTOR).write(order(office))
    assert not (office.folder / "告知单.pdf").exists()


def test_a_release_of_another_county_or_number_is_not_used(office, reports):
    with pytest.raises(NotFoundError):
        reports.write(order(office, release="1999-001"))
    (record,) = office.service.past()
    assert reports.write(order(office, release=record.number)).release == record.number


@pytest.mark.parametrize("name", ["", "长" * 31, "王五 13855501234", "秘名目标"])
def test_the_name_of_the_place_is_judged(office, reports, name):
    with pytest.raises(InvalidInputError):
        reports.write(order(office, name=name))


def test_a_reader_may_not_write_reports(office, reports):
    reader = PlaceReports(
        office.register, Actor(name="旁人", permissions=frozenset({Permission.READ}))
    )
    with pytest.raises(PermissionDeniedError):
        reader.write(order(office))
