"""Effect zones against published distances and against the geodesic; receptors by kind."""

from __future__ import annotations

import math
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from qhd_riskmap.domain.effect_zones import (
    Wind,
    band_zone,
    bleve,
    bleve_zone,
    default_zone,
    erg_zones,
    itself_zone,
    parse_zone,
    pir_zone,
    radius_zone,
)
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.receptor import kind_of, receptor_kinds
from qhd_riskmap.domain.zone_rules import zone_rules
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.geo.busiest_stretch import busiest_stretch
from qhd_riskmap.geo.geodesy import destination

GEOD = Geod(a=6378137.0, rf=298.257222101)
SPOT = (119.6, 39.9)
HAZARD = Hazard(
    id=UUID(int=1), name="某库", type_key="ammonia_storage", geometry=shapely.Point(SPOT),
    provenance=Provenance(
        original_text="", declared_reference="", method=LocationMethod.TYPED,
        accuracy=AccuracyClass.UNKNOWN,
    ),
    county="130302",
)  # fmt: skip
PIPE = replace(
    HAZARD,
    type_key="oil_gas_pipeline",
    geometry=shapely.LineString([SPOT, (119.7, 39.9)]),
    attributes={"medium": "天然气", "diameter_mm": 711.0, "design_pressure_mpa": 10.0},
)


def at(azimuth, metres):
    return shapely.Point(destination(*SPOT, azimuth, metres))


def inside(zone, *receptors, geometry=HAZARD.geometry):
    return zone.inside(geometry, np.array(receptors, dtype=object)).tolist()


@pytest.mark.parametrize(
    ("litres", "kilograms", "distances"),
    [
        (100, 40, (10, 90, 154, 308)), (400, 160, (16, 90, 244, 489)),
        (2000, 800, (28, 111, 418, 835)), (4000, 1600, (35, 140, 526, 1053)),
        (8000, 3200, (44, 177, 663, 1326)), (22000, 8800, (62, 248, 929, 1858)),
        (42000, 16800, (77, 307, 1153, 2200)), (82000, 32800, (96, 384, 1440, 2200)),
        (140000, 56000, (115, 459, 1722, 2200)),
    ],
)  # fmt: skip
def test_bleve_distances_agree_with_the_table(litres, kilograms, distances):
    found = bleve(litres)
    assert found.kilograms == pytest.approx(kilograms)
    metres = (found.fireball_m, found.response_m, found.minimum_m, found.preferred_m)
    assert tuple(round(each) for each in metres) == distances
    assert bleve_zone(litres).reach_m == found.minimum_m


@pytest.mark.parametrize(
    ("row", "isolate", "protect"),
    [
        ("1005 small day low", 30, 100), ("1005 small night high", 30, 200),
        ("1017 small night low", 60, 1500), ("1005 rail day low", 300, 1600),
        ("1005 truck night moderate", 150, 700), ("1005 nurse night high", 60, 300),
        ("1017 rail night low", 1000, 11000), ("1017 truck day high", 600, 2500),
        ("1017 tons night moderate", 300, 2300), ("1053 any night low", 400, 6300),
        ("1076 any day high", 500, 3000),
    ],
)  # fmt: skip
def test_erg_rows(row, isolate, protect):
    un, container, times, wind = row.split()
    terms = {"night": times == "night", "wind": Wind(wind)}
    isolation, protective = erg_zones(int(un), container, **terms)
    assert (isolation.reach_m, protective.reach_m) == (isolate, max(protect, isolate))
    blown = erg_zones(int(un), container, **terms, from_deg=315.0)[1]
    assert (blown.reach_m, blown.downwind.distance_m) == (isolate, protect)
    assert "ERG 2024" in protective.citation.source


def test_unknown_wind_draws_the_whole_circle_and_says_so():
    assert erg_zones(1005, "rail", night=False)[1].note == "风向不明，取整圆"
    assert erg_zones(1017, "rail", night=True)[1].note == "实际可能更远"
    assert Wind.MODERATE.label.startswith("中")
    with pytest.raises(NotFoundError, match="UN1005 barrel"):
        erg_zones(1005, "barrel", night=False)
    with pytest.raises(NotFoundError):
        erg_zones(9999, "small", night=False)


@pytest.mark.parametrize("wind", [0.0, 45.0, 90.0, 180.0, 270.0, 315.0])
def test_the_square_lies_downwind_with_its_upwind_edge_through_the_spill(wind):
    _isolation, zone = erg_zones(1005, "rail", night=False, from_deg=wind)  # 300 m, 1600 m
    down, right = wind + 180, wind + 270
    corner = math.degrees(math.atan2(800, 1600))
    spots = [
        at(down, 1599.9), at(down, 1600.1), at(wind, 299.9), at(wind, 300.1), at(right - 0.5, 799.9),
        at(right - 0.5, 800.2), at(down + corner, math.hypot(799.9, 1599.9)),
        at(down - corner, math.hypot(800.1, 1600.1)), at(down, 1.0),
    ]  # fmt: skip
    assert inside(zone, *spots) == [0, 2, 4, 6, 8]


@settings(max_examples=30, deadline=None)
@given(
    wind=st.floats(0, 359), azimuth=st.floats(0, 360), metres=st.floats(1, 3000),
)  # fmt: skip
def test_the_square_is_the_one_of_polar_geodesic_coordinates(wind, azimuth, metres):
    _isolation, zone = erg_zones(1005, "rail", night=False, from_deg=wind)
    spot = at(azimuth, metres)
    turn = math.radians(azimuth - wind - 180.0)
    along, across = metres * math.cos(turn), metres * math.sin(turn)
    gap = min(abs(along), abs(along - 1600), abs(abs(across) - 800), abs(metres - 300))
    if gap < 1e-4:
        return
    wanted = metres <= 300 or (0 <= along <= 1600 and abs(across) <= 800)
    assert inside(zone, spot) == ([0] if wanted else [])


def test_outlines_hold_what_is_inside_and_nothing_far():
    _isolation, zone = erg_zones(1005, "rail", night=False, from_deg=0.0)
    outline = zone.outline(HAZARD.geometry)
    assert outline.contains(at(180, 1500))
    assert not outline.contains(at(0, 400))
    assert itself_zone().outline(PIPE.geometry).equals(PIPE.geometry)
    assert radius_zone(500).outline(HAZARD.geometry).contains(at(30, 499))
    west, south, east, north = zone.bounds(HAZARD.geometry)
    assert outline.within(shapely.box(west, south, east, north))
    with pytest.raises(ValueError, match="no wind"):
        radius_zone(5)._square()


def test_inside_a_square_nobody_is_nobody():
    _isolation, zone = erg_zones(1005, "rail", night=False, from_deg=0.0)
    assert inside(zone, at(0, 50_000)) == []
    assert inside(zone, at(180, 1700).buffer(0.003)) == [0]


def test_zones_follow_type_facts_and_shape():
    assert default_zone(HAZARD).key == "radius:500"
    assert default_zone(HAZARD).citation.confidence.doubtful
    assert default_zone(PIPE).reach_m == pytest.approx(222.6, abs=0.05)
    assert default_zone(replace(PIPE, attributes={"medium": "原油"})).key == "band:200"
    assert default_zone(replace(PIPE, attributes={"medium": "天然气"})).key == "band:200"
    area = replace(HAZARD, geometry=shapely.Point(SPOT).buffer(0.01))
    assert default_zone(area).key == "itself"
    assert inside(default_zone(area), at(0, 500), at(0, 1500), geometry=area.geometry) == [0]


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("radius:500", 500), ("band:200", 200), ("itself", 0), ("pir", 222.6), ("pir:508:6.3", 126.2),
        ("bleve:8000", 663.13), ("isolate:1005:truck", 150), ("erg:1005:truck", 800),
        ("erg:1005:truck:night", 1800), ("erg:1005:truck:night:high", 600),
    ],
)  # fmt: skip
def test_zones_are_read_as_they_are_written(text, metres):
    zone = parse_zone(text, PIPE)
    assert zone.reach_m == pytest.approx(metres, abs=0.05)
    assert zone.label


@pytest.mark.parametrize(
    "text",
    ["", "radius", "radius:x", "radius:0", "radius:-5", "radius:nan", "radius:1e9", "square:5",
     "erg:1005", "erg:x:truck", "erg:1005:truck:noon", "erg:1005:truck:day:storm", "bleve:0",
     "pir:1"],
)  # fmt: skip
def test_other_words_mean_no_zone(text):
    with pytest.raises(InvalidInputError):
        parse_zone(text, PIPE)


def test_a_pipeline_without_diameter_has_no_pir():
    with pytest.raises(InvalidInputError, match="管径"):
        parse_zone("pir", HAZARD)


def test_the_wind_may_be_given_with_the_words():
    assert parse_zone("erg:1005:truck", HAZARD, 400.0).downwind.from_deg == 40.0


@pytest.mark.parametrize("wind", [float("nan"), float("inf"), float("-inf")])
def test_a_wind_from_nowhere_is_refused(wind):
    with pytest.raises(InvalidInputError, match=r"看不懂影响范围“erg:1005:truck (nan|inf|-inf)”"):
        parse_zone("erg:1005:truck", HAZARD, wind)


def test_bands_count_from_the_line_and_pir_from_its_formula():
    assert inside(band_zone(200), at(0, 199.9), at(0, 200.1), geometry=PIPE.geometry) == [0]
    assert pir_zone(711, 10).key == "pir:711:10"


def test_every_distance_says_where_it_stands():
    raw = zone_rules()
    for row in (*raw["small"], *raw["large"], *raw["guides"]):
        assert row["source"]
        assert row["confidence"] == "seen"


@pytest.mark.parametrize(
    ("word", "key"),
    [("村庄", "village"), ("石门寨中学", "school"), ("县医院", "hospital"), ("加油站", "fuel"),
     ("205国道", "transport"), ("饮用水源地", "water"), ("湿地公园", "nature"), ("什么", "other")],
)  # fmt: skip
def test_kinds_are_known_by_their_words(word, key):
    assert (
        kind_of(word).key in {key, "gathering"} if word == "湿地公园" else kind_of(word).key == key
    )
    assert receptor_kinds()[-1].key == "other"


def test_the_busiest_stretch_of_a_line():
    line = shapely.LineString([SPOT, (119.7, 39.9)])
    spots = np.array([[119.60, 39.901], [119.62, 39.899], [119.6231, 39.9], [119.69, 39.9]])
    weights = np.array([10.0, 20.0, 5.0, 28.0])
    assert busiest_stretch(line, spots, weights, 2000.0) == 35.0
    assert busiest_stretch(line, spots, weights, 100.0) == 28.0
    assert busiest_stretch(line, spots[:0], weights[:0], 2000.0) == 0.0
    assert busiest_stretch(shapely.Point(SPOT), spots, weights, 2000.0) == 63.0
    two = shapely.MultiLineString([[SPOT, (119.61, 39.9)], [(119.69, 39.9), (119.7, 39.9)]])
    assert busiest_stretch(two, spots[:2], weights[:2], 2000.0) == 30.0


def test_the_room_around_a_circle_holds_it():
    zone = radius_zone(500)
    west, south, east, north = zone.bounds(HAZARD.geometry)
    assert zone.outline(HAZARD.geometry).within(shapely.box(west, south, east, north))
