"""Rows that are wrong on purpose, and what a reader should say about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from departments import EMERGENCY, FORESTRY, LAND, MARKET, WATER, WEATHER
from sheet_layout import Row

Change = Callable[[Row], None]


@dataclass(frozen=True)
class BadRow:
    """One wrong row.

    Attributes:
        file: File name.
        sheet: Sheet name.
        type_key: Type of the hazard the row starts from.
        key: Column of the wrong cell.
        code: Code of the issue the importer reports.
        outcome: ``rejected``, ``warned`` (kept with a warning) or ``duplicate``.
        change: Makes the row wrong.
        copy_of_first: Starts from the sheet's first good row instead of a new hazard.
    """

    file: str
    sheet: str
    type_key: str
    key: str
    code: str
    outcome: str
    change: Change
    copy_of_first: bool = False


def put(**cells: object) -> Change:
    """A change that overwrites cells."""
    return lambda row: row.update(cells)


def swap(first: str, second: str) -> Change:
    """A change that exchanges two cells."""

    def change(row: Row) -> None:
        row[first], row[second] = row[second], row[first]

    return change


def keep(_row: Row) -> None:
    """No change: the copy itself is the fault."""


CHEMICALS = (EMERGENCY, "危险化学品", "hazardous_chemicals")
PIPES = (EMERGENCY, "油气管线和液氨管线", "oil_gas_pipeline")
ROADS = (EMERGENCY, "高速公路", "highway_hazmat")
SECURITY = (EMERGENCY, "公共安全（内部）", "terror")
OTHERS = (EMERGENCY, "其他", "other")
FORESTS = (FORESTRY, "森林火险区", "forest_fire")
FLOODS = (WATER, "防洪隐患", "flood")
SLOPES = (LAND, "地质灾害隐患点", "geological")
QUAKES = (LAND, "地震风险", "earthquake")
FOOD = (MARKET, "食品安全", "food_safety")
ANIMALS = (MARKET, "动物疫情", "animal_epidemic")
SKIES = (WEATHER, "", "meteorological")

BAD_ROWS = (
    BadRow(*CHEMICALS, "name", "no-name", "rejected", put(name="")),
    BadRow(*CHEMICALS, "max_storage_t", "not-a-number", "warned", put(max_storage_t="约三十吨")),
    BadRow(*CHEMICALS, "major_source_grade", "unknown-choice", "warned", put(is_major_source="是", major_source_grade="特级", record_no="示例备案2号")),
    BadRow(*CHEMICALS, "record_no", "missing", "warned", put(is_major_source="是", major_source_grade="二级", record_no="")),
    BadRow(*CHEMICALS, "found_date", "unlikely-date", "warned", put(found_date=date(2099, 5, 1))),
    BadRow(*CHEMICALS, "name", "duplicate", "duplicate", keep, copy_of_first=True),
    BadRow(*PIPES, "vertices", "bad-coordinate", "rejected", put(vertices="119.60,39.95;见附图;119.62,39.97")),
    BadRow(*PIPES, "vertices", "route-unknown", "warned", lambda row: row.update(vertices=str(row["vertices"]).split(";")[0])),
    BadRow(*PIPES, "category", "unknown-type", "rejected", put(category="网络舆情")),
    BadRow(*ROADS, "coordinates", "bad-coordinate", "rejected", put(coordinates="详见附图", vertices="")),
    BadRow(*ROADS, "coordinates", "outside-region", "rejected", put(coordinates="116.407400,39.904200", vertices="")),
    BadRow(*SECURITY, "category", "unknown-type", "rejected", put(category="", sub_kind="")),
    BadRow(*OTHERS, "found_date", "not-a-date", "warned", put(found_date="汛期以前")),
    BadRow(*OTHERS, "ls_l", "not-graded", "warned", put(risk_level="", ls_l=9, ls_s=3)),
    BadRow(*FORESTS, "lon", "no-geometry", "rejected", put(vertices="", lon="", lat="")),
    BadRow(*FORESTS, "lon", "swapped", "warned", swap("lon", "lat")),
    BadRow(*FORESTS, "lon", "in-sea", "rejected", put(lon=119.85, lat=39.62)),
    BadRow(*FLOODS, "lat", "bad-coordinate", "rejected", put(lat="39°75′12.0″")),
    BadRow(*FLOODS, "lon", "outside-county", "rejected", put(county="卢龙县", township="", lon="119°35′30.0″", lat="40°03′20.0″")),
    # 160 m beyond the border: an outline is a sketch, so the row is kept.
    BadRow(*FLOODS, "county", "near-boundary", "warned", put(county="山海关区", township="", lon="119°37′32.9″", lat="40°01′06.2″")),
    BadRow(*FLOODS, "found_date", "not-a-date", "warned", put(found_date="去年汛期")),
    BadRow(*SLOPES, "x_north", "swapped", "warned", swap("x_north", "y_east")),
    BadRow(*SLOPES, "threat_people", "out-of-range", "warned", put(threat_people=-5)),
    BadRow(*SLOPES, "y_east", "bad-coordinate", "rejected", put(y_east="4xx465.3")),
    BadRow(*QUAKES, "built_year", "not-a-number", "warned", put(built_year="八十年代")),
    BadRow(*FOOD, "phone", "odd-phone", "warned", put(phone="见通讯录")),
    BadRow(*FOOD, "risk_level", "unknown-level", "warned", put(risk_level="很高")),
    BadRow(*FOOD, "county", "unknown-county", "warned", put(county="示范县")),
    BadRow(*ANIMALS, "name", "duplicate", "duplicate", keep, copy_of_first=True),
    BadRow(*ANIMALS, "immunity_pct", "out-of-range", "warned", put(immunity_pct=180)),
    BadRow(*SKIES, "name", "no-name", "rejected", put(name="")),
    BadRow(*SKIES, "lon", "bad-coordinate", "rejected", put(lon="东经一百一十九度")),
)  # fmt: skip
# Which hazard geometry a wrong row needs.
SHAPES = {"oil_gas_pipeline": "l"}
