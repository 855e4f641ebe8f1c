"""What the public may know: classes, grid, allow-list, order, small cells."""

from __future__ import annotations

import ast
import copy
import dataclasses
import pickle
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon

from qhd_riskmap.domain.blocked_texts import blocked_texts, kept_names
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    HazardStatus,
    LocationMethod,
    Provenance,
    Secrecy,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.public_counts import CountArea, count_safely
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.public_geometry import generalised, off_grid
from qhd_riskmap.domain.redaction import (
    PublicHazard,
    frozen,
    redact,
    release_class,
    thawed,
)
from qhd_riskmap.domain.release_rules import clean_public_text, release_rules
from qhd_riskmap.domain.taxonomy import EventClass, ReleaseClass, taxonomy
from qhd_riskmap.geo.grid import cell_index, node_lonlat, snap_to_grid

PLACE = Provenance(
    original_text="119.6,39.9",
    declared_reference="cgcs2000",
    method=LocationMethod.TYPED,
    accuracy=AccuracyClass.UNKNOWN,
)
QINGLONG = (118.95, 40.407)


def hazard(type_key="geological", geometry=None, **fields):
    values = {"id": uuid4(), "name": "北沟滑坡", "county": "130321", **fields}
    return Hazard(
        type_key=type_key, geometry=geometry or Point(QINGLONG), provenance=PLACE, **values
    )


def publish(*hazards, **options):
    return redact(hazards, rules=release_rules(), areas=public_areas(), **options)


# -- who may be shown ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", taxonomy().types, ids=lambda kind: kind.key)
def test_every_type_is_shown_as_its_class_says(kind):
    public = publish(*[hazard(kind.key) for _ in range(3)])
    if kind.event_class is EventClass.SOCIAL_SECURITY:
        assert (public.hazards, public.counts) == ((), ())
        assert public.excluded == {"social_security": 3}
    elif kind.release_class is ReleaseClass.COUNT:
        assert public.hazards == ()
        assert [(c.area_code, c.type_key, c.n) for c in public.counts] == [("130321", kind.key, 3)]
    else:
        assert len(public.hazards) == 3
        assert public.counts == ()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"secrecy": Secrecy.INTERNAL}, "secrecy"),
        ({"secrecy": Secrecy.SECRET}, "secrecy"),
        ({"status": HazardStatus.CLOSED}, "closed"),
        ({"deleted_at": datetime(2026, 1, 1, tzinfo=UTC)}, "deleted"),
    ],
)
@pytest.mark.parametrize("type_key", ["geological", "ammonia_storage"])
def test_what_is_not_public_open_and_live_stays_in(type_key, fields, reason):
    public = publish(*[hazard(type_key, **fields) for _ in range(4)])
    assert (public.hazards, public.counts, public.excluded) == ((), (), {reason: 4})


def test_a_social_type_stays_in_even_if_the_data_called_it_public(monkeypatch):
    kind = dataclasses.replace(taxonomy().get("terror"), release_class=ReleaseClass.GRID_100M)
    patched = dataclasses.replace(
        taxonomy(), types=tuple(kind if t.key == "terror" else t for t in taxonomy().types)
    )
    monkeypatch.setattr("qhd_riskmap.domain.redaction.taxonomy", lambda: patched)
    assert release_class(hazard("terror")) is ReleaseClass.NEVER
    assert publish(hazard("terror")).hazards == ()


def test_a_county_sheet_takes_its_county_by_the_published_position():
    here, elsewhere = hazard(), hazard(geometry=Point(119.776, 39.979), county="130303")
    counted = [hazard("flood"), *[hazard("food_safety", county=c) for c in ("130321", "130303")]]
    public = publish(here, elsewhere, *counted, county="130321")
    assert [p.county for p in public.hazards] == ["130321", "130321"]
    assert public.excluded == {"elsewhere": 2, "too_few": 1}


# -- the only constructor -------------------------------------------------------------------------------


def test_nobody_else_can_make_a_public_hazard():
    made = publish(hazard()).hazards[0]
    values = {f.name: getattr(made, f.name) for f in dataclasses.fields(made)}
    with pytest.raises(TypeError, match="redaction"):
        PublicHazard(**{**values, "minted": object()})
    with pytest.raises(TypeError):
        PublicHazard(**{k: v for k, v in values.items() if k != "minted"})


def test_no_module_but_redaction_names_the_constructor():
    package = Path(__file__).parents[2] / "qhd_riskmap"
    callers = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(
                node.func, "id", getattr(node.func, "attr", "")
            ) in {"PublicHazard", "_revived", "_renamed"}:
                callers.add(path.name)
    assert callers == {"redaction.py"}


def test_public_values_travel_to_a_child_process():
    public = publish(hazard(level=RiskLevel.RED), hazard("flood"))
    back = pickle.loads(pickle.dumps(public))  # noqa: S301 - made two lines above
    assert back.hazards == public.hazards
    assert back.content_hash == public.content_hash
    assert copy.copy(public.hazards[0]) == public.hazards[0]


# -- allow-list -------------------------------------------------------------------------------------------


def test_only_listed_fields_exist():
    names = {f.name for f in dataclasses.fields(PublicHazard)} - {"minted"}
    assert names == {
        "public_id", "type_key", "sub_kind", "level", "county", "township", "name", "unit",
        "advice", "geometry", "cell_m",
    }  # fmt: skip


@pytest.mark.parametrize("kind", taxonomy().types, ids=lambda kind: kind.key)
def test_names_and_units_are_public_for_natural_disasters_only(kind):
    public = publish(hazard(kind.key, unit="县自然资源局"))
    for shown in public.hazards:
        natural = kind.event_class is EventClass.NATURAL_DISASTER
        assert (shown.name, shown.unit) == (("北沟滑坡", "县自然资源局") if natural else ("", ""))
        assert shown.advice
        assert shown.label == ("北沟滑坡" if natural else kind.label)


def test_an_unlisted_sub_kind_is_dropped():
    assert publish(hazard(sub_kind="张三家后山")).hazards[0].sub_kind == ""
    assert publish(hazard(sub_kind="泥石流")).hazards[0].sub_kind == "泥石流"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("水库库容 300 万", "PM06"), ("DN 813 管线旁", "PM06"), ("４.０ＭＰａ 阀室", "PM06"),
        ("储量大的仓库", "PM06"), ("存 30 吨", "PM06"), ("剧\u200b毒品库", "PM06"),
        ("易 制 爆 品", "PM06"), ("民爆库", "PM06"), ("110kV 线下", "PM06"),
        ("130302199001011234 家", "PM07"), ("电话13812345678", "PM07"),
        ("138-1234-5678", "PM07"), ("0335-3221234", "PM07"), ("a.b@example.com", "PM07"),
        ("武警支队旁", "PM12"), ("119.60012,39.93", "PM08"),
    ],
)  # fmt: skip
def test_a_forbidden_text_is_found_with_its_record(text, rule):
    record = hazard(name=f"北沟{text}")
    hits = blocked_texts([record], release_rules())
    assert rule in {hit.rule for hit in hits}
    assert {hit.hazard.id for hit in hits} == {record.id}


@pytest.mark.parametrize(
    "text",
    ["北山滑坡", "2026年汛期险工险段", "泄洪道1号", "K119+300 段", "第39中学后山", "第139号点"],
)
def test_ordinary_names_pass(text):
    assert blocked_texts([hazard(name=text, unit="县水务局")], release_rules()) == []


def test_texts_that_stay_in_are_not_judged():
    records = [hazard("animal_epidemic", name="剧毒"), hazard("ammonia_storage", name="剧毒"),
               hazard(name="剧毒", secrecy=Secrecy.SECRET)]  # fmt: skip
    assert blocked_texts(records, release_rules()) == []


def test_doubtful_figures_are_only_pointed_at():
    assert [d.rule for d in release_rules().doubts("海拔 1846 米")] == ["PM14"]


def test_public_text_is_one_visible_line():
    hostile = "\u202eabc\x00\n<script>\u200b" + "\u2028x"
    assert clean_public_text(hostile) == "abc <script> x"


# -- geometry ---------------------------------------------------------------------------------------------

lons = st.floats(118.9, 119.5)
lats = st.floats(39.6, 40.3)
cells = st.sampled_from([100.0, 1000.0])
points = st.tuples(lons, lats)


def shapes():
    near = st.tuples(st.floats(-0.02, 0.02), st.floats(-0.02, 0.02))
    runs = st.tuples(points, st.lists(near, min_size=3, max_size=9, unique=True)).map(
        lambda t: [(t[0][0] + dx, t[0][1] + dy) for dx, dy in t[1]]
    )
    return st.one_of(
        points.map(Point),
        runs.map(MultiPoint),
        runs.map(LineString),
        st.lists(runs, min_size=1, max_size=3).map(MultiLineString),
        runs.map(Polygon),
        runs.map(lambda r: Polygon(r).convex_hull).filter(lambda g: g.geom_type == "Polygon"),
        st.lists(runs.map(Polygon), min_size=1, max_size=3).map(MultiPolygon),
    )


@settings(deadline=None)  # a busy desk is no failure
@given(shapes(), cells)
def test_every_vertex_is_a_node_and_the_shape_is_valid(shape, cell_m):
    public = generalised(shape, cell_m)
    assert off_grid(public, cell_m) == 0
    assert public.is_valid
    assert not public.is_empty
    assert public.geom_type in {
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"
    }  # fmt: skip


@settings(deadline=None)  # a busy desk is no failure
@given(shapes(), cells, st.randoms(use_true_random=False))
def test_the_result_depends_on_the_cells_alone(shape, cell_m, random):
    def elsewhere_in_the_cell(xy):
        i, j = cell_index(xy[:, 0], xy[:, 1], cell_m)
        lon, lat = node_lonlat(i, j, cell_m)
        degrees = 0.4 * cell_m / 111_700
        jitter = np.array([[random.uniform(-1, 1), random.uniform(-1, 1)] for _ in xy])
        # Equal vertices (a ring's ends) must stay equal.
        moved = np.column_stack((lon, lat)) + jitter * degrees
        _, first = np.unique(xy, axis=0, return_index=True)
        inverse = np.unique(xy, axis=0, return_inverse=True)[1].ravel()
        return moved[first][inverse]

    moved = shapely.transform(shape, elsewhere_in_the_cell)
    assert generalised(moved, cell_m).wkb == generalised(shape, cell_m).wkb


def test_a_small_polygon_becomes_a_point_on_its_node():
    lon, lat = (float(v) for v in snap_to_grid(*QINGLONG, 1000.0))
    tiny = Point(lon, lat).buffer(0.0005)
    assert generalised(tiny, 1000.0) == Point(lon, lat)


def test_a_thin_polygon_becomes_the_middle_node():
    i, j = (int(v) for v in cell_index(*QINGLONG, 100.0))
    row = [node_lonlat(i + step, j, 100.0) for step in (0, 1, 2)]
    thin = Polygon([(float(x), float(y)) for x, y in row])
    assert generalised(thin, 100.0) == Point(*(float(v) for v in row[1]))


def test_holes_below_a_cell_are_closed_and_large_ones_stay():
    x, y = QINGLONG
    shell = [(x, y), (x + 0.02, y), (x + 0.02, y + 0.02), (x, y + 0.02)]
    small = [(x + 0.01, y + 0.01), (x + 0.0101, y + 0.01), (x + 0.0101, y + 0.0101)]
    large = [(x + 0.005, y + 0.005), (x + 0.015, y + 0.005), (x + 0.01, y + 0.015)]
    assert len(generalised(Polygon(shell, [small]), 100.0).interiors) == 0
    assert len(generalised(Polygon(shell, [large]), 100.0).interiors) == 1


def test_a_polygon_that_snap_rounding_swallows_becomes_a_point():
    sliver = Polygon([(119.0, 40.0), (119.0, 40.0078125), (119.015625, 40.015625)])
    public = generalised(sliver, 1000.0)
    assert public.geom_type == "Point"
    assert off_grid(public, 1000.0) == 0


def test_off_grid_counts_vertices_that_are_not_nodes():
    assert off_grid(Point(QINGLONG), 100.0) == 1


# -- order and identity -----------------------------------------------------------------------------------


@settings(deadline=None)  # a busy desk is no failure
@given(st.randoms(use_true_random=False))
def test_order_and_ids_say_nothing_of_the_register(random):
    names = ["甲沟滑坡", "乙沟滑坡", "乙沟滑坡", "丙沟滑坡"]
    first = publish(
        *[hazard(name=name, code=f"130321-DZ-2026-{i}") for i, name in enumerate(names)]
    )
    random.shuffle(names)
    again = publish(*[hazard(name=name, revision=9) for name in names])
    assert again.hazards == first.hazards
    assert again.content_hash == first.content_hash
    assert len({public.public_id for public in first.hazards}) == 4


def test_a_changed_content_changes_the_hash():
    base = publish(hazard(level=RiskLevel.BLUE))
    assert publish(hazard(level=RiskLevel.RED)).content_hash != base.content_hash
    counted = publish(*[hazard("food_safety") for _ in range(3)])
    assert publish(*[hazard("food_safety") for _ in range(4)]).content_hash != counted.content_hash


def test_the_county_is_that_of_the_node():
    # A node off the coast belongs to the nearest division.
    public = publish(hazard("other", geometry=Point(119.85, 39.94)))
    assert public.hazards[0].county == "130303"
    assert public.hazards[0].anchor() == tuple(
        float(v) for v in snap_to_grid(119.85, 39.94, 1000.0)
    )


# -- counts ------------------------------------------------------------------------------------------------

CITY = CountArea(code="1303", name="秦皇岛市")
COUNTIES = {c: CountArea(code=c, name=c, parent=CITY) for c in ("A", "B", "C")}


def printed(cells, k=3):
    result = count_safely([("t", area) for area, n in cells.items() for _ in range(n)], k)
    return {(c.area_code, c.merged): c.n for c in result.counts}, result


def test_large_cells_are_printed_as_they_are():
    counts, result = printed({COUNTIES["A"]: 3, COUNTIES["B"]: 9})
    assert counts == {("A", False): 3, ("B", False): 9}
    assert result.small == ()


def test_small_cells_merge_with_each_other():
    counts, result = printed({COUNTIES["A"]: 5, COUNTIES["B"]: 2, COUNTIES["C"]: 1})
    assert counts == {("A", False): 5, ("1303", True): 3}
    assert result.small == (("B", "t"), ("C", "t"))


def test_a_lone_small_cell_takes_the_smallest_printed_one_with_it():
    counts, _ = printed({COUNTIES["A"]: 7, COUNTIES["B"]: 4, COUNTIES["C"]: 1})
    assert counts == {("A", False): 7, ("1303", True): 5}


def test_a_type_the_whole_city_has_too_few_of_is_withheld():
    counts, result = printed({COUNTIES["A"]: 1, COUNTIES["B"]: 1})
    assert counts == {}
    assert result.withheld == 2


def test_everything_may_end_in_the_city():
    counts, _ = printed({COUNTIES["A"]: 2, COUNTIES["B"]: 2})
    assert counts == {("1303", False): 4}


def test_townships_merge_into_their_county_first():
    towns = [CountArea(code=f"A/{n}", name=n, parent=COUNTIES["A"]) for n in "甲乙丙"]
    counts, _ = printed({towns[0]: 6, towns[1]: 2, towns[2]: 1, COUNTIES["B"]: 4})
    assert counts == {("A/甲", False): 6, ("A", True): 3, ("B", False): 4}


@settings(deadline=None)  # a busy desk is no failure
@given(
    st.dictionaries(st.tuples(st.sampled_from("ABC"), st.integers(0, 3)), st.integers(1, 9)),
    st.integers(2, 5),
)
def test_no_printed_number_is_small_and_none_is_lost(cells, k):
    areas = {
        COUNTIES[c] if t == 0 else CountArea(code=f"{c}/{t}", name=str(t), parent=COUNTIES[c]): n
        for (c, t), n in cells.items()
    }
    if not areas:
        assert count_safely([], k).counts == ()
        return
    counts, result = printed(areas, k)
    assert all(n >= k for n in counts.values())
    assert sum(counts.values()) + result.withheld == sum(areas.values())
    assert result.withheld < k


def test_a_county_sheet_counts_by_township_where_polygons_are_loaded():
    box = shapely.box(118.9, 40.38, 119.0, 40.45)
    areas = public_areas([TownshipOutline(name="甲镇", geometry=box)])
    inside = [hazard("food_safety") for _ in range(3)]
    outside = [hazard("food_safety", geometry=Point(119.2, 40.3)) for _ in range(3)]
    records = [*inside, *outside, hazard()]
    public = redact(records, rules=release_rules(), areas=areas, county="130321")
    assert {(c.area_name, c.merged, c.n) for c in public.counts} == {
        ("甲镇", False, 3), ("青龙满族自治县", True, 3)
    }  # fmt: skip
    assert public.hazards[0].township == "甲镇"
    city = redact(records, rules=release_rules(), areas=areas)
    assert [(c.area_code, c.merged, c.n) for c in city.counts] == [("130321", False, 6)]


# -- masthead ----------------------------------------------------------------------------------------------


def test_the_masthead_prints_what_is_given_and_the_draft_mark_instead_of_a_number():
    edition = Edition(
        title="图", unit="甲", publisher="", source="乙", data_date=None,
        approval_no="冀S(2026)012号", draft=False,
    )  # fmt: skip
    assert edition.lines() == (("编制单位", "甲"), ("数据来源", "乙"))
    assert edition.approval_line == "审图号：冀S(2026)012号"
    dated = dataclasses.replace(edition, data_date=date(2026, 10, 31))
    assert dict(dated.lines())["资料截止日期"] == "2026年10月31日"
    assert dated.notes()[0] == "本图界线不作为划界依据"
    draft = dataclasses.replace(edition, draft=True)
    assert draft.approval_line == "送审样图"
    assert draft.date_text == ""


# -- one sheet beside another -------------------------------------------------------------------------------


def test_a_county_sheet_gives_nothing_back_that_the_city_sheet_merged():
    records = [hazard("ammonia_storage", county=c) for c in ["130302"] * 4 + ["130303"]]
    assert [(c.area_code, c.n) for c in publish(*records).counts] == [("1303", 5)]
    for county, withheld in (("130302", 4), ("130303", 1)):
        sheet = publish(*records, county=county)
        assert sheet.counts == ()
        assert sheet.excluded["too_few"] == withheld


@settings(deadline=None, max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from([(c, t) for c in ("130302", "130303", "130321") for t in "甲乙 "]),
        st.integers(1, 6),
        min_size=1,
    )
)
def test_city_and_county_sheets_together_single_nobody_out(cells):
    """What the sheets print is a tree of sums; every difference they allow is 0 or at least k."""
    k = release_rules().small_cell_k
    spots = {"甲": 119.0, "乙": 119.2, " ": 119.6}
    outlines = [
        TownshipOutline(name=f"{t}镇", geometry=Point(spots[t], 40).buffer(0.05)) for t in "甲乙"
    ]
    areas = public_areas(outlines)
    records = [
        hazard("food_safety", county=c, geometry=Point(spots[t], 40))
        for (c, t), n in cells.items()
        for _ in range(n)
    ]
    rules = release_rules()
    city = redact(records, rules=rules, areas=areas)
    alone = {c.area_code: c.n for c in city.counts if c.area_code != "1303"}
    total = sum(cells.values())
    known = sum(c.n for c in city.counts)
    assert known == total or total < k
    for county in {c for c, _ in cells}:
        sheet = redact(records, rules=rules, areas=areas, county=county)
        assert all(c.n >= k for c in sheet.counts)
        # Either the city prints the same sum, or the county's sheet says nothing at all.
        assert sum(c.n for c in sheet.counts) == alone.get(county, 0)
    merged = known - sum(alone.values())
    assert merged == 0 or merged >= k


@pytest.mark.parametrize("county", ["密县", "", "130323"])
def test_a_code_that_is_no_division_today_is_never_printed(county):
    records = [hazard("food_safety", county=county) for _ in range(3)]
    for sheet in (None, "130321"):
        public = publish(*records, county=sheet)
        assert [(c.area_code, c.area_name, c.n) for c in public.counts] == [
            ("130321", "青龙满族自治县", 3)
        ]
    assert publish(*records, county="130302").excluded == {"elsewhere": 3}


# -- texts that tell of others -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("township", "type_key", "printed"),
    [
        ("祖山镇", "geological", "祖山镇"),
        ("祖山镇张建国家后院", "geological", ""),
        ("联系张三", "geological", ""),
        ("祖山镇", "animal_epidemic", ""),
    ],
)
def test_a_typed_township_is_printed_only_as_the_name_of_one(township, type_key, printed):
    assert publish(hazard(type_key, township=township)).hazards[0].township == printed


@pytest.mark.parametrize(
    ("records", "found"),
    [
        ([hazard(name="张建国家屋后滑坡", contact="张建国")], {("PM07", "张建国"), ("PM07", "张建国家屋")}),
        ([hazard(name="王五 屋后滑坡", contact="王五、13812345678")], {("PM07", "王五")}),
        ([hazard(name="李长河桥滑坡"), hazard(contact="李长河")], {("PM07", "李长河")}),
        ([hazard(name="冀东氨厂北侧滑坡"), hazard("ammonia_storage", name="冀东氨厂")],
         {("PM04", "冀东氨厂")}),
        ([hazard(unit="宏达化工公司"), hazard("terror", unit="宏达化工公司", name="甲")], set()),
        ([hazard(unit="宏达化工公司安环处"), hazard("terror", unit="宏达化工公司", name="甲")],
         {("PM04", "宏达化工公司")}),
        ([hazard(name="银杏路8号滑坡"), hazard("terror", name="甲", address="银杏路8号")],
         {("PM04", "银杏路8号")}),
        ([hazard(name="机要处后山滑坡一处"), hazard(name="机要处后山", secrecy=Secrecy.SECRET)],
         {("PM04", "机要处后山")}),
        ([hazard(name="林业站后山滑坡", contact="林业站")], set()),
        ([hazard(unit="海港区交通运输局公路站"), hazard("terror", name="甲", unit="海港区交通运输局")],
         set()),
    ],
)  # fmt: skip
def test_names_of_people_and_protected_sites_in_public_texts_are_found(records, found):
    assert {(b.rule, b.found) for b in blocked_texts(records, release_rules())} == found


def test_the_rest_of_a_division_is_never_small_beside_a_township():
    outlines = [TownshipOutline(name="甲镇", geometry=Point(QINGLONG).buffer(0.01))]
    records = [hazard("food_safety") for _ in range(3)]
    records.append(hazard("food_safety", geometry=Point(119.2, 40.3)))
    public = redact(
        records, rules=release_rules(), areas=public_areas(outlines), county="130321"
    )  # fmt: skip
    assert [(c.area_name, c.n) for c in public.counts] == [("青龙满族自治县", 4)]


def test_a_hole_that_collapses_beside_one_that_does_not_is_closed():
    shell = [(118.9, 40.4), (118.95, 40.4), (118.95, 40.45), (118.9, 40.45)]
    wide = [(118.91, 40.41), (118.92, 40.41), (118.92, 40.42)]
    tiny = [(118.93, 40.43), (118.93001, 40.43), (118.93001, 40.43001)]
    shape = generalised(Polygon(shell, [wide, tiny]), 100.0)
    assert len(shape.interiors) == 1
    assert off_grid(shape, 100.0) == 0
    bow = Polygon([(118.9, 40.4), (118.901, 40.401), (118.901, 40.4), (118.9, 40.401)])
    assert off_grid(generalised(bow, 100.0), 100.0) == 0


def test_a_line_inside_one_cell_becomes_its_node():
    line = LineString([QINGLONG, (QINGLONG[0] + 1e-5, QINGLONG[1] + 1e-5)])
    lon, lat = snap_to_grid(np.array([QINGLONG[0]]), np.array([QINGLONG[1]]), 1000.0)
    assert generalised(line, 1000.0).equals(Point(lon[0], lat[0]))


# -- names that stay in ---------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.text("青龙甲乙", min_size=4, max_size=7), max_size=12),
    text=st.text("青龙甲乙 ", max_size=30),
)
def test_a_kept_name_is_found_wherever_it_stands_and_nothing_else_is(names, text):
    plants = [hazard("ammonia_storage", name=name) for name in names]
    kept = kept_names(plants, release_rules())
    plain = text.replace(" ", "")
    by_hand = {name for name in names if name in plain}
    assert {hit.found for hit in kept.hits(text)} == by_hand


def test_a_frozen_public_set_comes_back_whole():
    public = publish(
        *[
            hazard(key, level=level)
            for key in ("geological", "ammonia_storage", "terror")
            for level in (None, RiskLevel.RED, RiskLevel.BLUE)
        ]
    )
    again = thawed(frozen(public))
    assert again.content_hash == public.content_hash
    assert again.hazards == public.hazards
    assert dict(again.excluded) == dict(public.excluded)


@pytest.mark.parametrize("content", [b"", b"no zlib", zlib.compress(b'{"hazards": 1}')])
def test_what_is_no_frozen_content_is_refused(content):
    with pytest.raises(ValueError, match="frozen"):
        thawed(content)
