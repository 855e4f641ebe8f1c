"""Invented hazards: every value is drawn from lists and ranges, none describes a real place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from invented_places import Places, Township
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.taxonomy import HazardType, taxonomy
from qhd_riskmap.geo.geodesy import area_m2, length_m

COUNTIES = ("130302", "130321", "130322", "130306", "130324", "130303", "130304")
FIRST_DAY, LAST_DAY = date(2014, 1, 6), date(2014, 6, 20)
# How many of each type, and which geometry: p point, l line, a area; letters take turns.
PLAN: dict[str, tuple[int, Sequence[str]]] = {
    "forest_fire": (32, "aap"),
    "geological": (38, "pppp"),
    "flood": (36, ("any",)),
    "hazardous_chemicals": (35, "p"),
    "oil_gas_pipeline": (19, "l"),
    "ammonia_pipeline": (9, "l"),
    "ammonia_storage": (18, "p"),
    "highway_hazmat": (18, "ppl"),
    "haze": (14, "pa"),
    "meteorological": (21, "p"),
    "earthquake": (17, "p"),
    "animal_epidemic": (25, "p"),
    "food_safety": (29, "p"),
    "terror": (14, "p"),
    "explosion": (17, "p"),
    "other": (17, "p"),
}
NAME_ENDS = {
    "forest_fire": "{sub}火险区",
    "geological": "{sub}",
    "flood": "{sub}隐患点",
    "oil_gas_pipeline": "{sub}管线",
    "ammonia_pipeline": "液氨{sub}",
    "ammonia_storage": "液氨{sub}",
    "highway_hazmat": "高速{sub}",
    "haze": "{sub}防控区",
    "meteorological": "{sub}易发区",
    "food_safety": "{sub}点",
    "explosion": "{sub}存放点",
    "other": "{sub}隐患",
}
# Where the sub-kind alone would make an odd name.
NAMES_OF_SUB_KINDS = {
    "hazardous_chemicals": ("化工厂", "电镀厂", "化学品仓库", "加油站", "危化品车场", "废液处置站"),
    "terror": ("商贸城", "客运站", "供水厂", "广场"),
    "explosion": ("民爆物品库", "烟花爆竹库", "易制爆物品库", "商业街", "面粉厂", "采石场"),
}
# What runs along the ground, what spreads over it; all else is a point.
FLOOD_SHAPES = {"河道": "l", "堤防": "l", "蓄滞洪区": "a", "内涝": "a", "风暴潮": "a"}
UNIT_ENDS = {
    "forest_fire": "村民委员会",
    "geological": "村民委员会",
    "flood": "水管所",
    "hazardous_chemicals": "化工有限公司",
    "oil_gas_pipeline": "管道有限公司",
    "ammonia_pipeline": "化肥有限公司",
    "ammonia_storage": "冷冻食品有限公司",
    "highway_hazmat": "高速管理处",
    "haze": "网格管理站",
    "meteorological": "村民委员会",
    "earthquake": "社区居民委员会",
    "animal_epidemic": "养殖专业合作社",
    "food_safety": "食品店",
    "terror": "物业服务中心",
    "explosion": "民用爆破服务站",
    "other": "商贸有限公司",
}
PEOPLE = [s + n for s in "赵钱孙李周吴郑王冯陈" for n in ("示一", "示二", "例一", "例二")]
RANGES: dict[str, tuple[float, float]] = {
    "threat_households": (2, 60), "threat_people": (6, 220), "threat_assets": (20, 1800),
    "forest_area_ha": (8, 320), "fuel_load": (4, 22), "volume_m3": (300, 60000), "aspect_deg": (0, 359),
    "slope_deg": (18, 62), "return_period_a": (5, 50), "depth_m": (0.2, 2.4), "capacity_wan_m3": (12, 900),
    "max_storage_t": (2, 120), "major_source_r": (1, 90), "workers": (8, 260), "un": (1005, 1978),
    "diameter_mm": (108, 813), "design_pressure_mpa": (0.8, 10), "length_km": (2, 9),
    "depth_pipe": (0.8, 2.5), "valve_spacing_km": (2, 12), "tank_count": (1, 4), "tank_volume_m3": (5, 50),
    "daily_trucks": (20, 420), "spill_pool_m3": (20, 120), "nearest_station_km": (2, 28),
    "aqi_peak": (120, 420), "source_count": (2, 40), "frequency_a": (0.2, 6), "crop_area_ha": (3, 140),
    "pga_g": (0.05, 0.2), "built_year": (1962, 2004), "floor_area_m2": (120, 5200), "head_count": (60, 9000),
    "immunity_pct": (78, 100), "diners": (40, 1800), "failed_samples": (0, 4), "health_cert_pct": (82, 100),
    "daily_people": (900, 26000), "guards": (4, 60), "quantity_kg": (50, 8000), "standoff_m": (120, 900),
}  # fmt: skip
CONSEQUENCES = {
    "natural_disaster": "人员伤亡、房屋和农田损毁",
    "accident": "泄漏、中毒、燃烧",
    "public_health": "群体健康受损",
    "social_security": "人员伤亡、社会恐慌",
}

SUBSTANCES = (
    ("液氯", "7782-50-5", 1017),
    ("盐酸", "7647-01-0", 1789),
    ("硫酸", "7664-93-9", 1830),
    ("甲醇", "67-56-1", 1230),
    ("汽油", "86290-81-5", 1203),
    ("乙炔", "74-86-2", 1001),
    ("氧气", "7782-44-7", 1072),
    ("丙烷", "74-98-6", 1978),
)
FUELS = (("汽油", "86290-81-5", 1203), ("柴油", "68334-30-5", 1202))
MEDIA = {"输油": "原油", "原油": "原油", "成品油": "成品油"}


@dataclass
class Record:
    """One invented hazard with everything a sheet might ask.

    Attributes:
        values: Cell values by field key, of the common and the type's own fields.
        grading: ("declared", rank), ("ls", L, S), ("lec", L, E, C) or () for none.
    """

    type: HazardType
    sub_kind: str
    name: str
    township: Township
    geometry: BaseGeometry
    values: dict[str, Any] = field(default_factory=dict)
    grading: tuple[Any, ...] = ()


def make_record(random: Random, places: Places, type_key: str, serial: int, shape: str) -> Record:
    """One hazard of a type; counties take turns so that every type occurs in all seven."""
    hazard_type = taxonomy().get(type_key)
    county = COUNTIES[serial % len(COUNTIES)]
    township = random.choice(places.townships_of(county))
    sub_kind = hazard_type.sub_kinds[serial % len(hazard_type.sub_kinds)]
    if type_key == "flood" and shape == "any":
        shape = FLOOD_SHAPES.get(sub_kind, "p")
    geometry = _geometry(random, places, township, type_key, shape)
    anchor: Point = geometry.representative_point()
    township = places.township_at(anchor)
    place = places.name()
    own_names = NAMES_OF_SUB_KINDS.get(type_key)
    ending = (
        own_names[serial % len(own_names)]
        if own_names
        else NAME_ENDS.get(type_key, "{sub}").format(sub=sub_kind)
    )
    record = Record(hazard_type, sub_kind, place + ending, township, geometry)
    record.values = _common(random, record, place)
    record.values |= _own(random, hazard_type, _settled(random, record))
    record.grading = _grading(random, serial)
    return record


def make_hazards(random: Random, places: Places) -> dict[str, list[Record]]:
    """All good hazards by type key."""
    return {
        key: [make_record(random, places, key, i, shapes[i % len(shapes)]) for i in range(count)]
        for key, (count, shapes) in PLAN.items()
    }


def _geometry(
    random: Random, places: Places, township: Township, type_key: str, shape: str
) -> BaseGeometry:
    if shape == "l":
        step = 0.012 if "pipeline" in type_key else 0.006
        return places.line(township, random.randint(4, 7), step)
    if shape == "a":
        return places.area(township, random.uniform(0.004, 0.011))
    return places.point(township)


def _common(random: Random, record: Record, place: str) -> dict[str, Any]:
    found = FIRST_DAY + timedelta(days=random.randrange((LAST_DAY - FIRST_DAY).days))
    person = random.choice(PEOPLE)
    return {
        "unit": f"示例{place[:-1]}{UNIT_ENDS[record.type.key]}",
        "address": f"{record.township.name}{place}{random.choice('东南西北')}约{random.randrange(50, 900, 50)}米",
        "contact": person,
        "phone": f"0335-800{random.randrange(10_000):04d}"
        if random.random() < 0.6
        else f"1390000{random.randrange(10_000):04d}",
        "found_date": found,
        "description": random.choice(
            ("现场检查发现隐患", "历年多发，仍未消除", "汛前排查新增", "群众反映后核实")
        ),
        "consequence": CONSEQUENCES[record.type.event_class.value],
        "measures": random.choice(
            ("设立警示标志，加强巡查", "落实专人值守，限期治理", "完善预案，组织演练")
        ),
        "fund": round(random.uniform(0.5, 60), 1),
        "owner": random.choice(PEOPLE),
        "deadline": found + timedelta(days=random.randrange(40, 200)),
        "progress": random.choice(("整改中", "已落实临时措施", "方案已批复", "")),
        "hidden_danger_grade": "重大" if random.random() < 0.15 else "一般",
        "basis": random.choice(("现场核查", "专家会商", "历史灾情")),
    }


def _settled(random: Random, record: Record) -> dict[str, Any]:
    """Values that must agree with each other, with the sub-kind or with the geometry."""
    sub_kind, geometry = record.sub_kind, record.geometry
    values: dict[str, Any] = {}
    match record.type.key:
        case "flood":
            values = {"is_reservoir": "是" if sub_kind == "水库" else "否"}
        case "hazardous_chemicals":
            choice = FUELS if sub_kind == "经营" else SUBSTANCES
            name, cas, un = random.choice(choice)
            values = {"substance": name, "cas": cas, "un": un}
        case "oil_gas_pipeline" | "ammonia_pipeline":
            medium = (
                "液氨" if record.type.key == "ammonia_pipeline" else MEDIA.get(sub_kind, "天然气")
            )
            measured = length_m(geometry) / 1000 * random.uniform(0.98, 1.02)
            values = {
                "medium": medium,
                "diameter_mm": random.choice((108, 219, 273, 323.9, 406.4, 508, 711)),
                "length_km": round(measured, 2) or "",
                "laying": random.choice(("埋地", "埋地", "管沟", "穿越河流", "穿越公路铁路")),
            }
        case "forest_fire" if geometry.geom_type == "Polygon":
            values = {"forest_area_ha": round(area_m2(geometry) / 10_000, 1)}
        case "animal_epidemic":
            values = {"outbreak_on": date(2013, random.randint(1, 12), random.randint(1, 28))}
        case "food_safety":
            values = {
                "licence": f"(示例)JY{random.randrange(10_000):04d}",
                "last_inspection": date(2014, random.randint(1, 5), random.randint(1, 28)),
            }
    return values


def _own(random: Random, hazard_type: HazardType, settled: dict[str, Any]) -> dict[str, Any]:
    values = dict(settled)
    for own in hazard_type.fields:
        condition = own.required_if
        if own.key in values or (condition and values.get(condition.field) != "是"):
            continue
        values[own.key] = _value(random, own)
    return values


def _value(random: Random, own: Field) -> Any:
    if own.kind is FieldKind.CHOICE:
        return random.choice(own.choices)
    if own.kind is FieldKind.BOOLEAN:
        return random.choice("是否")
    if own.kind is FieldKind.DATE:
        return date(random.randint(1998, 2013), random.randint(1, 12), random.randint(1, 28))
    if own.kind in {FieldKind.INTEGER, FieldKind.NUMBER}:
        low, high = RANGES["depth_pipe" if own.label == "埋深" else own.key]
        number = random.uniform(low, high)
        return (
            round(number) if own.kind is FieldKind.INTEGER else round(number, 1 if high > 20 else 2)
        )
    return own.example


def _grading(random: Random, serial: int) -> tuple[Any, ...]:
    match serial % 5:
        case 0 | 1:
            return ("declared", random.choices((1, 2, 3, 4), (1, 3, 5, 5))[0])
        case 2:
            return ("ls", random.randint(1, 5), random.randint(1, 5))
        case 3:
            return (
                "lec",
                random.choice((0.5, 1, 3, 6)),
                random.choice((1, 2, 3, 6)),
                random.choice((3, 7, 15, 40)),
            )
        case _:
            return ()
