"""Invented townships, people to protect and emergency resources around the hazards."""

from __future__ import annotations

from random import Random
from typing import Any

import shapely
from invented_hazards import PEOPLE
from invented_places import Places, Township, county_name

RECEPTOR_HEADERS = (
    "名称",
    "类型",
    "人数（人）",
    "县区",
    "乡镇",
    "地址",
    "经度",
    "纬度",
    "坐标系",
    "联系人",
    "联系电话",
)
RECEPTORS = {
    "村庄": ("村", 180, 2600, 3),
    "学校": ("小学", 80, 1600, 1),
    "医院": ("卫生院", 30, 420, 1),
    "养老院": ("敬老院", 20, 160, 0),
}
LEVELS = ("市级", "县级", "乡级")


def townships_geojson(places: Places) -> dict[str, Any]:
    """The invented townships; together they fill the divisions."""
    return {
        "type": "FeatureCollection",
        "name": "townships",
        "note": "虚构的乡镇界线，不是真实行政区划",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": t.code, "name": t.name, "county": t.county, "county_name": county_name(t.county), "source": "虚构示例"},
                "geometry": shapely.geometry.mapping(shapely.set_precision(t.area, 1e-6)),
            }
            for t in places.townships
        ],
    }  # fmt: skip


def receptor_rows(random: Random, places: Places) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Header and rows of villages, schools, hospitals and homes with people."""
    rows = []
    for township in places.townships:
        for kind, (ending, fewest, most, count) in RECEPTORS.items():
            for number in range(count or int(random.random() < 0.3)):
                lon, lat = _place(places, township)
                name = f"{township.name[:2]}{'一二三'[number]}{ending}"
                rows.append(
                    (name, kind, random.randrange(fewest, most), county_name(township.county), township.name,
                     f"{township.name}{name}", lon, lat, "国家2000", random.choice(PEOPLE), _phone(random))
                )  # fmt: skip
    return RECEPTOR_HEADERS, rows


def resource_sheets(
    random: Random, places: Places
) -> list[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Sheets of teams, stores, supplies, shelters and experts (DOMAIN §7)."""
    place = ("县区", "乡镇", "地址", "经度", "纬度", "坐标系")
    stores = [
        (f"{t.name[:2]}物资库", random.choice(LEVELS), random.choice(("救灾", "防汛", "森防", "危化", "综合")), *_where(places, t),
         random.randrange(80, 1800), f"示例{t.name}仓储站", random.choice(PEOPLE), _phone(random), random.choice(("政府定储", "单位自储", "企业代储")))
        for t in places.townships[::3]
    ]  # fmt: skip
    supplies = [
        (name, category, model, random.randrange(5, 900), unit, store[0], "在库", "2014-05-20")
        for store in stores
        for name, category, model, unit in random.sample(SUPPLIES, 3)
    ]
    teams = [
        (f"{t.name[:2]}应急救援队", random.choice(("综合性消防", "专业", "企业专职", "社会", "志愿")), random.choice(LEVELS), *_where(places, t),
         f"示例{t.name}应急站", random.randrange(8, 60), random.choice(PEOPLE), _phone(random), random.choice(("山地搜救", "水域救援", "危化处置", "森林扑火", "医疗救护")), random.randrange(5, 40))
        for t in places.townships[::4]
    ]  # fmt: skip
    shelters = [
        (f"{t.name[:2]}避难场所", random.choice(LEVELS), random.choice(("紧急", "短期", "长期")), random.choice(("室内", "室外")), "地震、洪水", *_where(places, t),
         area := random.randrange(600, 20000), area // 3, f"示例{t.name}管理站", _phone(random), "可用")
        for t in places.townships[::2]
    ]  # fmt: skip
    experts = [
        (person, random.choice("男女"), random.choice(("地质灾害", "水利防汛", "危险化学品", "森林防火", "动物防疫", "应急管理")), "示例技术中心",
         random.choice(("高级工程师", "研究员", "工程师")), _phone(random), "是")
        for person in random.sample(PEOPLE, 14)
    ]  # fmt: skip
    overview = [
        *((t[0], "救援队伍", t[10], "人", t[9], *t[3:9], t[11], t[12]) for t in teams),
        *((s[0], "物资储备库", s[9], "m²", s[10], *s[3:9], s[11], s[12]) for s in stores),
        *((s[0], "避难场所", s[12], "人", s[13], *s[5:11], "", s[14]) for s in shelters),
    ]
    return [
        ("应急资源一览", ("名称", "类型", "数量", "计量单位", "所属单位", *place, "负责人", "电话"), overview),
        ("救援队伍", ("名称", "类型", "级别", *place, "主管单位", "人数（人）", "负责人", "值班电话", "专长", "出动时间（分钟）"), teams),
        ("物资储备库", ("名称", "级别", "类型", *place, "面积（m²）", "管理机构", "负责人", "值班电话", "储备方式"), stores),
        ("物资装备", ("名称", "类别", "规格型号", "数量", "计量单位", "所属库", "状态", "最近盘点日"), supplies),
        ("避难场所", ("名称", "级别", "时长类", "空间", "适用灾种", *place, "有效避难面积（m²）", "可容纳人数（人）", "责任单位", "值班电话", "启用状态"), shelters),
        ("专家", ("姓名", "性别", "专业领域", "单位", "职称", "电话", "是否在聘"), experts),
    ]  # fmt: skip


SUPPLIES = (
    ("编织袋", "防汛", "60×90 cm", "条"),
    ("救生衣", "防汛", "成人", "件"),
    ("风力灭火机", "森防", "便携式", "台"),
    ("二号工具", "森防", "普通", "把"),
    ("帐篷", "救灾", "12 m²", "顶"),
    ("棉被", "救灾", "2 kg", "床"),
    ("空气呼吸器", "危化", "6.8 L", "具"),
    ("堵漏工具", "危化", "组合式", "套"),
    ("消毒液", "卫生", "25 kg", "桶"),
)


def _where(places: Places, township: Township) -> tuple[Any, ...]:
    lon, lat = _place(places, township)
    return (
        county_name(township.county),
        township.name,
        f"{township.name}驻地",
        lon,
        lat,
        "国家2000",
    )


def _place(places: Places, township: Township) -> tuple[float, float]:
    point = places.point(township)
    return round(point.x, 6), round(point.y, 6)


def _phone(random: Random) -> str:
    return f"0335-800{random.randrange(10_000):04d}"
