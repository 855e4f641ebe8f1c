"""Receptors come in like hazards, are counted exactly, and feed the grading."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.access import ALL_PERMISSIONS, Actor, Permission
from qhd_riskmap.domain.effect_zones import radius_zone
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.domain.worksheet import Worksheet
from qhd_riskmap.errors import InvalidInputError, PermissionDeniedError, UnreadableFileError
from qhd_riskmap.geo.geodesy import destination
from qhd_riskmap.geo.references import parse_reference
from qhd_riskmap.services.assessment import AssessmentForm
from qhd_riskmap.services.receptors import ReceptorService
from qhd_riskmap.services.survey_places import read_places

GEOD = Geod(a=6378137.0, rf=298.257222101)
SPOT = (119.60, 39.935)
DAY = date(2026, 3, 1)


@pytest.fixture
def app(tmp_path):
    with create_app(tmp_path / "登记库.qhd", None, Office(unit="示例办"), "测试员") as opened:
        yield opened


def register(app, name="某冷库", **changes):
    facts = {
        "id": uuid4(), "name": name, "type_key": "ammonia_storage",
        "geometry": shapely.Point(SPOT), "county": "130302",
        "provenance": Provenance(
            original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
            accuracy=AccuracyClass.UNKNOWN,
        ),
    }  # fmt: skip
    return app.registry.create(Hazard(**{**facts, **changes}))[0]


def put(app, *receptors):
    made = [
        Receptor(
            id=uuid4(), name=name, kind=kind, people=people, households=households, geometry=shape
        )
        for name, kind, people, households, shape in receptors
    ]
    with app.register.unit_of_work() as work:
        work.places.add_receptors(made, app.actor)
        work.commit()
    return made


def at(azimuth, metres, start=SPOT):
    return shapely.Point(destination(*start, azimuth, metres))


# -- the list ----------------------------------------------------------------------------------


def csv_file(tmp_path, *lines, name="受体.csv"):
    path = tmp_path / name
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    return path


HEAD = "名称,类别,人数,户数,县区,乡镇,经度,纬度,备注"


def test_a_list_comes_in_with_all_its_problems_at_once(app, tmp_path):
    path = csv_file(
        tmp_path, "受体名单", HEAD,
        "甲村,村庄,320,101,海港区,石门寨镇,119.601,39.936,靠山",
        "乙小学,学校,,,海港区,,119.602,39.936,",
        "丙村,村庄,很多,,海港区,,119.603,39.936,",
        ",村庄,5,,海港区,,119.604,39.936,",
        "丁村,村庄,5,-1,海港区,,119.604,39.936,",
        "戊村,村庄,5,,海港区,,119.604,北纬,",
        "己村,村庄,5,,海港区,,10.0,10.0,",
        "205国道,国道,,,海港区,,119.605,39.936,",
        "甲村,村庄,9,,海港区,,119.700,39.936,",
        "庚,奇物,0,,海港区,,119.606,39.936,",
    )  # fmt: skip
    preview = app.receptors.preview(path)
    assert [(p.row, p.message[:4]) for p in preview.problems] == [
        (4, "缺少人数"), (5, "人数：“"), (6, "缺少名称"), (7, "户数：-"), (8, "坐标有误"),
        (9, "位置不在"), (11, "与前面的"),
    ]  # fmt: skip
    assert (preview.notes, preview.datum) == (("奇物",), "cgcs2000")
    assert app.receptors.all() == []
    assert app.receptors.commit(preview)[0] == 3
    first = app.receptors.all()[0]
    assert (first.name, first.people, first.households, first.county, first.extras) == (
        "甲村", 320, 101, "130302", {"备注": "靠山"},
    )  # fmt: skip


def test_a_list_read_again_replaces_and_revives(app, tmp_path):
    path = csv_file(tmp_path, HEAD, "甲村,村庄,320,,海港区,,119.601,39.936,")
    app.receptors.commit(app.receptors.preview(path))
    (only,) = app.receptors.all()
    app.receptors.remove([only.id])
    assert app.receptors.all() == []
    again = csv_file(tmp_path, HEAD, "甲村,村庄,300,,海港区,,119.601,39.936,")
    app.receptors.commit(app.receptors.preview(again))
    assert [(r.id, r.people) for r in app.receptors.all()] == [(only.id, 300)]


def test_a_list_in_another_datum_is_shifted(app, tmp_path):
    path = csv_file(tmp_path, HEAD, "甲村,村庄,320,,海港区,,119.601,39.936,")
    preview = app.receptors.preview(path, parse_reference("gcj02"))
    (moved,) = preview.receptors
    metres = GEOD.inv(119.601, 39.936, moved.geometry.x, moved.geometry.y)[2]
    assert 300 < metres < 800
    named = csv_file(
        tmp_path, HEAD.replace("经度", "经度（GCJ-02）"), "甲村,村庄,320,,海港区,,119.601,39.936,"
    )
    assert app.receptors.preview(named).datum == "gcj02"


def feature(shape, **properties):
    return {
        "type": "Feature", "properties": properties,
        "geometry": shapely.geometry.mapping(shape) if shape is not None else None,
    }  # fmt: skip


def test_roads_and_reserves_come_as_shapes(app, tmp_path):
    line = shapely.LineString([SPOT, (119.65, 39.94)])
    bow = shapely.Polygon([(119.6, 39.9), (119.61, 39.91), (119.61, 39.9), (119.6, 39.91)])
    path = tmp_path / "路.geojson"
    features = [
        feature(line, 名称="205国道", 类别="国道"), feature(bow, name="某湿地", kind="自然保护区"),
        feature(None, name="无形", kind="国道"), feature(shapely.Point(), name="空", kind="国道"),
        feature(shapely.GeometryCollection([line]), name="堆", kind="国道"),
        {"type": "Feature", "properties": None, "geometry": {"type": "Point", "coordinates": "x"}},
    ]  # fmt: skip
    path.write_text(json.dumps({"features": features}), encoding="utf-8")
    preview = app.receptors.preview(path)
    assert [r.geometry.geom_type for r in preview.receptors] == ["LineString", "MultiPolygon"]
    assert [p.row for p in preview.problems] == [3, 4, 5, 6]
    app.receptors.commit(preview)
    assert len(app.receptors.all()) == 2


@pytest.mark.parametrize("content", ["{", "[]", '{"features": 7}', '{"features": [7]}'])
def test_other_files_are_no_lists(app, tmp_path, content):
    path = tmp_path / "坏.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="不是受体名单"):
        app.receptors.preview(path)
    with pytest.raises(UnreadableFileError, match="不是受体名单"):
        app.receptors.preview(csv_file(tmp_path, "名称,人数", "甲,1"))


@pytest.mark.parametrize(("people", "word"), [("三百", "三百"), ("", "没有填")])
def test_people_nobody_can_count_are_no_nought(tmp_path, people, word):
    path = csv_file(tmp_path, HEAD, f"甲村,村庄,{people},,海港区,,119.601,39.936,")
    with pytest.raises(UnreadableFileError, match=f"第 2 行的人数.*{word}"):
        read_places(path)
    road = csv_file(tmp_path, HEAD, "路,国道,,,海港区,,119.601,39.936,")
    (read,) = read_places(road).receptors
    assert (read.people, read.households) == (0, None)


def test_receptors_ask_for_permission(app, tmp_path):
    weak = ReceptorService(
        app.register,
        Actor(name="x", permissions=ALL_PERMISSIONS - {Permission.IMPORT, Permission.EDIT}),
    )
    with pytest.raises(PermissionDeniedError):
        weak.preview(tmp_path / "x.csv")
    with pytest.raises(PermissionDeniedError):
        weak.remove([])


# -- counting ----------------------------------------------------------------------------------


def test_what_is_inside_is_listed_nearest_first_with_distance_and_bearing(app):
    hazard = register(app)
    put(
        app, ("远村", "村庄", 500, None, at(90, 499.99)), ("外村", "村庄", 900, None, at(90, 500.01)),
        ("近校", "学校", 80, None, at(0, 120.0)), ("路", "国道", 0, None, shapely.LineString([at(180, 300), at(180, 900)])),
    )  # fmt: skip
    found = app.exposure.count(hazard.code, radius_zone(500))
    assert [e.receptor.name for e in found.inside] == ["近校", "路", "远村"]
    assert [round(e.distance_m, 2) for e in found.inside] == [120.0, 300.0, 499.99]
    assert found.inside[0].bearing_deg == pytest.approx(0, abs=0.01)
    assert (found.people, found.households, found.registered) == (580, 0, 4)
    assert found.by_kind == [("村庄、居民区", 1, 500), ("学校、托幼", 1, 80), ("公路、铁路", 1, 0)]
    assert app.exposure.count(hazard.code).zone.key == "radius:500"
    assert app.exposure.count(hazard.code).people == 580


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_all_hazards_at_once_agree_with_the_geodesic(app, seed):
    rng = np.random.default_rng(seed)
    with app.register.unit_of_work() as work:
        work.places.remove_receptors([r.id for r in work.places.receptors()], app.actor)
        work.commit()
    hazards = [h for h, _n, _p in app.exposure.everybody()]
    while len(hazards) < 3:
        hazards.append(register(app, f"第{len(hazards)}处", geometry=at(90, 400 * len(hazards))))
    spots = np.array(SPOT) + rng.uniform(-0.02, 0.02, (60, 2))
    put(app, *((f"村{n}", "村庄", n, None, shapely.Point(s)) for n, s in enumerate(spots)))
    for hazard, count, people in app.exposure.everybody():
        lon, lat = hazard.anchor()
        metres = GEOD.inv(np.full(60, lon), np.full(60, lat), spots[:, 0], spots[:, 1])[2]
        inside = np.flatnonzero(metres <= 500)
        assert (count, people) == (len(inside), int(inside.sum()))
        found = app.exposure.count(str(hazard.id))
        assert (len(found.inside), found.people) == (count, people)


# -- feeding -----------------------------------------------------------------------------------


def test_without_receptors_nothing_is_known(app):
    hazard = register(app)
    assert app.exposure.counted(hazard.code, "gb18218") == {}
    assert app.exposure.counted(hazard.code, "ls") == {}
    assert app.exposure.count(hazard.code).registered == 0


def test_alpha_counts_people_outside_the_fence_only(app):
    fence = at(0, 0).buffer(0.001)
    hazard = register(app, geometry=fence)
    put(
        app, ("厂内宿舍", "企业", 40, None, at(0, 10)), ("邻村", "村庄", 60, None, at(90, 400)),
        ("远村", "村庄", 600, None, at(90, 700)),
    )  # fmt: skip
    known = app.exposure.counted(hazard.code, "gb18218")["persons"]
    assert (known.value, "60 人" in known.evidence) == (60, True)


def test_people_exposed_give_the_severity_with_its_doubtful_source(app):
    hazard = register(app)
    put(app, ("邻村", "村庄", 12, None, at(90, 400)))
    known = app.exposure.counted(hazard.code, "ls")
    assert set(known) == {"S"}
    assert (known["S"].value, "可信度低" in known["S"].evidence) == (4, True)
    assert app.exposure.counted(hazard.code, "geological")["threat_people"].value == 12
    assert app.exposure.counted(hazard.code, "ls", radius_zone(100))["S"].value == 1


def pipeline(app, **attributes):
    line = shapely.LineString([SPOT, destination(*SPOT, 90, 6000)])
    facts = {"medium": "天然气", "diameter_mm": 711.0, "design_pressure_mpa": 10.0, **attributes}
    facts = {key: value for key, value in facts.items() if value is not None}
    return register(app, "某管线", type_key="oil_gas_pipeline", geometry=line, attributes=facts)


def test_the_rules_of_pipelines_are_fed_by_kind(app):
    hazard = pipeline(app)
    north = [at(0, 150, destination(*SPOT, 90, along)) for along in (100, 1500, 5000)]
    put(
        app, ("甲村", "村庄", 100, 30, north[0]), ("乙村", "村庄", 100, 40, north[1]),
        ("丙村", "村庄", 100, 60, north[2]), ("小学", "学校", 90, None, at(0, 210)),
        ("加油站", "加油站", 0, None, at(0, 700)), ("国道", "国道", 0, None, at(180, 49)),
    )  # fmt: skip
    known = app.exposure.counted(hazard.code, "pipeline")
    assert {key: each.value for key, each in known.items()} == {
        "households_2km": 70, "largest_village": 60, "special_pir": True, "special_200": False,
        "fuel_200": False, "transport_50": True,
    }  # fmt: skip
    assert "小学" in known["special_pir"].evidence
    bare = app.exposure.counted(pipeline(app, diameter_mm=None).code, "pipeline")
    assert "special_pir" not in bare


def test_a_village_nobody_counted_leaves_the_households_open(app):
    hazard = pipeline(app)
    put(app, ("甲村", "村庄", 100, None, at(0, 150)), ("乙村", "村庄", 100, 40, at(0, 100)))
    assert "households_2km" not in app.exposure.counted(hazard.code, "pipeline")


def test_far_from_every_village_there_are_no_households(app):
    hazard = pipeline(app)
    put(app, ("甲村", "村庄", 100, 9, at(0, 9000)))
    known = app.exposure.counted(hazard.code, "pipeline")
    assert (known["households_2km"].value, known["largest_village"].value) == (0, 0)


def test_another_value_than_the_counted_one_needs_a_reason(app):
    hazard = register(app)

    def form(persons, **worksheet):
        return AssessmentForm(
            method="gb18218", inputs={"substances": "液氨:40", "persons": persons},
            worksheet=Worksheet(counted={"persons": "60"}, **worksheet),
        )  # fmt: skip

    app.assessment.record(hazard.code, form(60), on=DAY)
    with pytest.raises(InvalidInputError, match="统计为 60"):
        app.assessment.record(hazard.code, form(20), on=DAY)
    why = {"persons": "四十人已搬迁"}
    _h, stored, _c = app.assessment.record(hazard.code, form(20, overrides=why), on=DAY)
    assert (stored.level, stored.worksheet.overrides) == (RiskLevel.BLUE, why)


# -- the office's own distances ------------------------------------------------------------------


def test_zones_follow_the_distances_the_office_put_in_force(app):
    hazard = register(app)
    put(app, ("近村", "村庄", 100, 30, at(90, 20)), ("远村", "村庄", 200, 60, at(90, 280)))
    word = "isolate:1005:small"
    assert app.exposure.count(hazard.code, word).people == 100
    profile = app.rule_profiles.content("effect_zones")
    row = next(each for each in profile["small"] if each["un"] == 1005)
    row["isolate_m"], row["source"] = 300, "本单位 2026 年演练"
    version, _changes = app.rule_profiles.adopt(profile, reason="演练结果", on=DAY)
    assert version.endswith("+1")
    found = app.exposure.count(hazard.code, word)
    assert (found.people, found.zone.citation.source) == (300, "本单位 2026 年演练")
    assert app.exposure.zone_rules()["version"] == version
    row["isolate_m"] = -1
    with pytest.raises(InvalidInputError, match="small 1"):
        app.rule_profiles.adopt(profile, reason="错的", on=DAY)
