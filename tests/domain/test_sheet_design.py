"""Designs of sheets: templates as data, kept with the release, narrowed content, numbers beside the map."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from shapely import Point, box

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.public_selection import area_extent, selected, township_extent
from qhd_riskmap.domain.public_statistics import (
    cells_of,
    numbers_by_county,
    numbers_by_township,
    numbers_by_type,
    statistic_words,
    sum_of,
)
from qhd_riskmap.domain.redaction import redact
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.sheet_design import (
    PLAIN_SHEET,
    AtlasUnit,
    SheetDesign,
    SheetElement,
    design_from_json,
    design_of,
    templates,
)
from qhd_riskmap.errors import InvalidInputError

PLACE = Provenance(
    original_text="x", declared_reference="cgcs2000", method=LocationMethod.TYPED,
    accuracy=AccuracyClass.UNKNOWN,
)  # fmt: skip
QINGLONG, SHANHAIGUAN = (118.95, 40.407), (119.776, 39.979)
TOWN = "祖山镇"


def hazard(type_key="geological", at=QINGLONG, **fields):
    values = {"id": uuid4(), "name": "北沟滑坡", "county": "130321", **fields}
    return Hazard(type_key=type_key, geometry=Point(at), provenance=PLACE, **values)


def publish(*hazards, townships=(), county=None):
    return redact(hazards, rules=release_rules(), areas=public_areas(townships), county=county)


@pytest.fixture(scope="module")
def public():
    hazards = [
        hazard(level=RiskLevel.RED, township=TOWN),
        hazard("forest_fire", level=RiskLevel.BLUE, township=TOWN),
        hazard("forest_fire", at=SHANHAIGUAN, county="130303"),
        *(hazard("ammonia_storage") for _ in range(5)),
        *(hazard("ammonia_storage", at=SHANHAIGUAN, county="130303") for _ in range(4)),
        *(hazard("food_safety", at=SHANHAIGUAN, county="130303") for _ in range(2)),
        *(hazard("food_safety") for _ in range(2)),
    ]
    return publish(*hazards)


# -- designs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["general", "type", "township", "notice"])
def test_every_template_gives_a_design_that_is_kept_unchanged(key):
    design = design_of(key, type_keys=("flood",), township=TOWN, logo=b"\x89PNG", notes=("一",))
    assert design.checked() is design
    assert design_from_json(design.to_json()) == design
    framed = replace(design, extent=(119.0, 39.5, 119.5, 40.0), unit=AtlasUnit.TYPE)
    assert design_from_json(framed.to_json()) == framed
    assert templates()[key].label
    assert "青龙" in templates()[key].title_for("青龙", types="洪水", township=TOWN)


def test_releases_without_a_design_are_plain_sheets():
    assert design_from_json(None) is PLAIN_SHEET
    assert design_from_json({}) is PLAIN_SHEET
    assert SheetElement.NAMES in PLAIN_SHEET
    assert SheetElement.LOGO not in PLAIN_SHEET


@pytest.mark.parametrize("spoil", [{"logo": "?"}, {"extent": 3}, {"unit": "planet"}, {"notes": 1}])
def test_a_damaged_design_is_no_design(spoil):
    with pytest.raises(ValueError):  # noqa: PT011 - from enums, base64 and this module
        design_from_json({**design_of("general").to_json(), **spoil})


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (design_of("type"), "选定类型"),
        (design_of("township"), "选定乡镇"),
        (design_of("general", paper="A7"), "没有这样的版式"),
        (design_of("general", elements=frozenset({SheetElement.LOGO})), "至少要有一样"),
        (design_of("general", subtitle="长" * 61), "副标题"),
        (design_of("general", notes=("一",) * 7), "副标题"),
        (design_of("general", notes=("长" * 201,)), "每条说明"),
    ],
)
def test_what_makes_no_sense_is_refused(design, words):
    with pytest.raises(InvalidInputError, match=words):
        design.checked()


def test_an_unknown_template_is_refused():
    with pytest.raises(InvalidInputError, match="没有这样的版式"):
        design_of("poster")


def test_names_of_parts_and_units_are_chinese():
    labels = [each.label for each in (*SheetElement, *AtlasUnit)]
    assert len(set(labels)) == len(labels) == 9


# -- what a design shows --------------------------------------------------------------------------------


def test_a_design_for_everything_changes_nothing(public):
    assert selected(public, design_of("general"), None) is public


def test_a_type_sheet_holds_its_types_and_nothing_else(public):
    fires = selected(public, design_of("type", type_keys=("forest_fire",)), None)
    assert {h.type_key for h in fires.hazards} == {"forest_fire"}
    assert fires.counts == ()
    assert fires.content_hash != public.content_hash
    tanks = selected(public, design_of("type", type_keys=("ammonia_storage",)), None)
    assert tanks.hazards == ()
    assert {count.type_key for count in tanks.counts} == {"ammonia_storage"}
    assert set(fires.hazards) | set(tanks.hazards) <= set(public.hazards)


def test_a_township_sheet_holds_what_is_published_in_it():
    town = TownshipOutline(name=TOWN, geometry=box(118.9, 40.3, 119.0, 40.5))
    other = TownshipOutline(name="木头凳镇", geometry=box(119.0, 40.3, 119.3, 40.5))
    public = publish(
        hazard(), hazard(at=(119.1, 40.4)), *(hazard("ammonia_storage") for _ in range(4)),
        *(hazard("ammonia_storage", at=(119.1, 40.4)) for _ in range(4)),
        townships=[town, other], county="130321",
    )  # fmt: skip
    shown = selected(public, SheetDesign(template="township", township=TOWN), "130321")
    assert [h.township for h in shown.hazards] == [TOWN]
    assert [(c.area_name, c.n) for c in shown.counts] == [(TOWN, 4)]


def test_the_extent_of_an_area_is_round_and_holds_everything():
    west, south, east, north = area_extent("130321")
    inner = boundaries().counties["130321"].bounds
    assert west < inner[0] < inner[2] < east
    assert south < inner[1] < inner[3] < north
    assert area_extent(None) is None


def test_the_extent_of_a_township_comes_from_its_outline_or_its_hazards():
    shown = publish(hazard(township=TOWN)).hazards
    small = township_extent(shown, None)
    assert small[0] < 118.95 < small[2]
    assert small[1] < 40.407 < small[3]
    assert all(abs(edge * 100 - round(edge * 100)) < 1e-9 for edge in small)
    assert 0.06 <= small[2] - small[0] < 0.1
    outline = township_extent(shown, box(118.9, 40.3, 119.2, 40.5))
    assert outline == pytest.approx((118.89, 40.29, 119.21, 40.51))
    assert township_extent((), None) is None


# -- numbers ----------------------------------------------------------------------------------------------


def test_numbers_by_type_and_by_county_add_up_to_the_same(public):
    by_type, by_county = numbers_by_type(public), numbers_by_county(public)
    everything = len(public.hazards) + sum(count.n for count in public.counts)
    assert sum_of(by_type).total == sum_of(by_county).total == everything == 16
    assert {row.label: row.total for row in by_type}["森林火灾"] == 2
    labels = [row.label for row in by_county]
    assert labels == ["山海关区", "青龙满族自治县", "其他县区合计"]
    assert by_county[-1].counted == 4


def test_numbers_by_township_name_what_lies_in_none():
    town = TownshipOutline(name=TOWN, geometry=box(118.9, 40.3, 119.0, 40.5))
    public = publish(
        hazard(level=RiskLevel.RED), hazard(at=(119.2, 40.4)),
        *(hazard("ammonia_storage") for _ in range(4)),
        *(hazard("food_safety", at=(119.2, 40.4)) for _ in range(4)),
        townships=[town], county="130321",
    )  # fmt: skip
    rows = numbers_by_township(public)
    assert [(row.label, row.total) for row in rows] == [(TOWN, 5), ("未注明乡镇", 5)]


def test_a_table_has_a_column_only_for_what_there_is(public):
    heads, texts = cells_of(numbers_by_type(public))
    assert heads == ("", "重大", "较大", "一般", "低", "未评级", "只计数", "合计")
    assert set(heads[1:]) <= set(statistic_words())
    assert texts[-1] == ("合计", "1", "·", "·", "1", "1", "13", "16")
    graded = selected(public, design_of("type", type_keys=("geological",)), None)
    heads, texts = cells_of(numbers_by_type(graded))
    assert heads == ("", "重大", "较大", "一般", "低", "合计")
    assert len(texts) == 2
