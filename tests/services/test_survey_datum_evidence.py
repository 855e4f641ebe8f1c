"""What the register and the officer know settles a sheet; nothing else does."""

from datetime import date
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import shapely
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.receptor import Receptor
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.geo.datums import from_cgcs2000, to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.references import BD09, GCJ02, WGS84, parse_reference
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_corrections import Corrections
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.place_repository import Township

ACTOR = Actor(name="张三")
HEADERS = ["隐患名称", "类别", "县区", "乡镇", "经度", "纬度"]
# Deep inside 青龙: county lines tell nothing here.
PLACES = [(118.90 + 0.02 * n, 40.35 + 0.015 * n) for n in range(5)]
NAMES = ["东沟滑坡", "西沟滑坡", "南沟滑坡", "北沟滑坡", "石门滑坡"]


@pytest.fixture
def register(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, ACTOR, date(2014, 7, 1))


def workbook(path: Path, rows, headers=HEADERS, before=()) -> Path:
    book = Workbook()
    for line in (*before, headers, *rows):
        book.active.append(list(line))
    book.save(path)
    return path


def sheet(path, written_in, places=PLACES, *, county="青龙县", town="", before=(), names=NAMES):
    lon, lat = np.array(places).T
    x, y = from_cgcs2000(lon, lat, written_in)
    rows = [
        [name, "滑坡", county, town, round(float(a), 7), round(float(b), 7)]
        for name, a, b in zip(names, x, y, strict=False)
    ]
    return workbook(path, rows, before=before)


def preview(survey, path, **given):
    return survey.preview([path], datum=given.pop("datum", None), job=SilentJob(), **given)


def decided(survey, path):
    (datum,) = preview(survey, path).datums
    return datum.decided


def a_hazard(name, geometry, type_key="geological"):
    return Hazard(
        id=uuid4(),
        name=name,
        type_key=type_key,
        geometry=geometry,
        county="130321",
        provenance=Provenance(
            original_text="",
            declared_reference="cgcs2000",
            method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
    )


def keep(register, *hazards):
    with register.unit_of_work() as work:
        work.hazards.add_many(hazards, ACTOR)
        work.commit()


@pytest.mark.parametrize("written_in", [GCJ02, BD09, WGS84], ids=lambda one: one.text)
def test_earlier_records_of_the_same_name_settle_a_sheet(survey, register, tmp_path, written_in):
    path = sheet(tmp_path / "a.xlsx", written_in)
    assert decided(survey, path) is None
    keep(register, *(a_hazard(n, shapely.Point(p)) for n, p in zip(NAMES, PLACES, strict=True)))
    (datum,) = preview(survey, path).datums
    assert datum.decided == written_in.text
    assert any("同名地点" in reason for reason in datum.reasons)
    assert datum.vote.startswith("5 行中 5 行符合")


def test_one_name_is_not_enough_and_a_name_of_two_places_is_none(survey, register, tmp_path):
    path = sheet(tmp_path / "a.xlsx", GCJ02)
    keep(register, a_hazard(NAMES[0], shapely.Point(PLACES[0])))
    for number in (1, 2):
        keep(register, a_hazard(NAMES[number], shapely.Point(PLACES[number])))
        keep(register, a_hazard(NAMES[number], shapely.Point(119.0, 40.2)))
    assert decided(survey, path) is None


def test_receptors_of_the_same_name_settle_a_sheet(survey, register, tmp_path):
    path = sheet(tmp_path / "a.xlsx", BD09)
    with register.unit_of_work() as work:
        work.places.add_receptors(
            [
                Receptor(id=uuid4(), name=n, kind="村庄", people=5, geometry=shapely.Point(p))
                for n, p in zip(NAMES[:2], PLACES, strict=False)
            ],
            ACTOR,
        )
        work.commit()
    assert decided(survey, path) == "bd09"


def test_a_loaded_township_settles_what_the_county_cannot(survey, register, tmp_path):
    path = sheet(tmp_path / "a.xlsx", GCJ02, town="示例镇")
    assert decided(survey, path) is None
    # Each place 250 m within a side of the township, which is a chain of boxes.
    shapes = [shapely.box(x - 0.003, y - 0.003, x + 0.003, y + 0.003) for x, y in PLACES]
    outline = shapely.union_all(
        [*shapes, *(shapely.LineString(p).buffer(1e-5) for p in pairwise(PLACES))]
    )
    with register.unit_of_work() as work:
        work.places.add_townships(
            [Township(code="130321999", name="示例镇", county="130321", geometry=outline)], ACTOR
        )
        work.commit()
    assert decided(survey, path) == "gcj02"


def firmly(area, lon, lat):
    """Points inside an area, and 90 m around."""
    steps = ((0, 0), (0.0011, 0), (-0.0011, 0), (0, 0.0009), (0, -0.0009))
    return np.all([shapely.intersects_xy(area, lon + dx, lat + dy) for dx, dy in steps], axis=0)


def telling_the_coast(written_in):
    """Places on land, at least three of which each wrong reading puts into the sea."""
    land, sea = boundaries().city, boundaries().sea
    shore = shapely.get_coordinates(shapely.segmentize(boundaries().coastline, 0.004))
    steps = np.linspace(-0.008, 0.008, 9)
    lon, lat = (
        (shore[:, axis, None, None] + grid).ravel()
        for axis, grid in enumerate(np.meshgrid(steps, steps))
    )
    on_land = firmly(land, lon, lat)
    lon, lat = lon[on_land], lat[on_land]
    x, y = from_cgcs2000(lon, lat, written_in)
    places = []
    for wrong in {GCJ02, BD09, WGS84} - {written_in}:
        found = np.flatnonzero(firmly(sea, *to_cgcs2000(x, y, wrong)))
        assert found.size >= 4
        places += [(lon[i], lat[i]) for i in found[np.linspace(0, found.size - 1, 4).astype(int)]]
    return list(dict.fromkeys(places))


@pytest.mark.parametrize("written_in", [GCJ02, BD09, WGS84], ids=lambda one: one.text)
def test_the_coast_settles_a_sheet_that_names_no_county(survey, tmp_path, written_in):
    places = telling_the_coast(written_in)
    names = [f"{chr(0x7532 + n)}沟滑坡" for n in range(len(places))]
    path = sheet(tmp_path / "a.xlsx", written_in, places, county="", names=names)
    (datum,) = preview(survey, path).datums
    assert datum.decided == written_in.text
    assert datum.votes[written_in.text] == len(places)


def test_lines_surveyed_again_settle_a_sheet(survey, register, tmp_path):
    lines = [
        np.column_stack([np.full(6, 118.90 + 0.03 * n), np.linspace(40.30, 40.40, 6)])
        for n in range(3)
    ]
    keep(
        register,
        *(
            a_hazard(f"旧{n}线", shapely.LineString(line), "oil_gas_pipeline")
            for n, line in zip("甲乙丙", lines, strict=True)
        ),
    )
    rows = []
    for name, line in zip("丁戊己", lines, strict=True):
        x, y = from_cgcs2000(line[:, 0], line[:, 1], GCJ02)
        text = ";".join(f"{a:.7f},{b:.7f}" for a, b in zip(x, y, strict=True))
        rows.append([f"新{name}线", "油气管道", "青龙县", text])
    path = workbook(tmp_path / "a.xlsx", rows, ["隐患名称", "类别", "县区", "走向坐标"])
    (datum,) = preview(survey, path).datums
    assert datum.decided == "gcj02"
    assert any("已登记的线路" in reason for reason in datum.reasons)


def test_an_answer_is_suggested_next_time_and_never_taken(survey, tmp_path):
    before = [["示例县自然资源局地质灾害隐患排查表"]]
    first = sheet(tmp_path / "a.xlsx", GCJ02, before=before)
    (datum,) = preview(survey, first).datums
    assert (datum.sender, datum.suggestion) == ("示例县自然资源局", "")
    answers = {(first, "Sheet"): GCJ02}
    outcome = survey.commit(preview(survey, first, answers=answers), SilentJob())
    assert outcome.accepted == 5
    later = sheet(
        tmp_path / "b.xlsx", GCJ02, [(x + 0.1, y - 0.1) for x, y in PLACES], before=before
    )
    again = preview(survey, later)
    assert again.datums[0].decided is None
    assert again.datums[0].suggestion == "gcj02"
    assert again.undecided == 5
    other = sheet(tmp_path / "c.xlsx", GCJ02, before=[["别的局排查表"]])
    assert preview(survey, other).datums[0].suggestion == ""


def test_a_dry_run_remembers_nothing(survey, register, tmp_path):
    path = sheet(tmp_path / "a.xlsx", GCJ02, before=[["示例县水务局排查表"]])
    preview(survey, path, answers={(path, "Sheet"): GCJ02})
    with register.unit_of_work() as work:
        assert work.senders.answers(["示例县水务局"]) == []


def test_single_rows_may_be_answered_for(survey, tmp_path):
    path = sheet(tmp_path / "a.xlsx", GCJ02)
    corrections = Corrections(datums={(path, "Sheet", 3): BD09})
    found = preview(survey, path, answers={(path, "Sheet"): GCJ02}, fixes=corrections)
    by_row = {c.row: c.hazard.provenance.declared_reference for c in found.candidates}
    assert by_row == {2: "gcj02", 3: "bd09", 4: "gcj02", 5: "gcj02", 6: "gcj02"}


def test_before_and_after_can_be_drawn(survey, tmp_path):
    path = sheet(tmp_path / "a.xlsx", GCJ02)
    found = preview(survey, path, answers={(path, "Sheet"): GCJ02})
    (datum,) = found.datums
    assert 480 < datum.offset_m < 530
    places = found.readings[0].decision.places
    before, after = places.before(), places.after()
    assert distance_m(*after, *np.array(PLACES).T).max() < 0.1
    assert 480 < float(np.median(distance_m(*before, *after))) < 530
    assert np.isnan(preview(survey, path).readings[0].decision.places.after()[0]).all()


SEA = (119.70, 39.70)


def test_a_misplaced_row_is_quarantined_with_the_nearest_county_and_can_be_fixed(
    survey, register, tmp_path
):
    rows = [
        ["东沟滑坡", "滑坡", "昌黎县", "", *SEA],
        ["西沟滑坡", "滑坡", "青龙县", "", 118.95, 40.407],
    ]
    headers = [*HEADERS[:4], "经度(2000坐标)", "纬度"]
    path = workbook(tmp_path / "a.xlsx", rows, headers)
    found = preview(survey, path)
    assert (found.accepted, found.rejected) == (1, 1)
    (issue,) = [i for i in found.issues if i.severity == "error"]
    assert issue.code == "in-sea"
    assert "最近的是" in issue.message
    assert "公里" in issue.message
    key = (path, "Sheet", 2)
    fixed = Corrections().placed(key, 119.163, 39.713)
    again = preview(survey, path, fixes=fixed)
    assert (again.accepted, again.rejected) == (2, 0)
    outcome = survey.commit(again, SilentJob())
    moved = next(h for h in outcome.hazards if h.name == "东沟滑坡")
    assert moved.anchor() == pytest.approx((119.163, 39.713))
    assert moved.county == "130322"
    assert moved.provenance.method is LocationMethod.MOVED
    assert moved.provenance.accuracy is AccuracyClass.DIGITISED
    assert moved.provenance.original_text == "119.7, 39.7"
    # Another wrong place is refused again, one outside the region at once.
    wrong = preview(survey, path, fixes=Corrections().placed(key, 118.95, 40.407))
    assert wrong.rejected == 1
    with pytest.raises(InvalidInputError):
        Corrections().placed(key, 104.0, 30.0)


def test_a_row_without_any_position_can_be_placed(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["东沟滑坡", "滑坡", "", "", "", ""]])
    assert preview(survey, path).rejected == 1
    fixed = Corrections().placed((path, "Sheet", 2), 118.95, 40.407)
    found = preview(survey, path, fixes=fixed)
    assert (found.accepted, found.rejected, found.undecided) == (1, 0, 0)


def test_a_line_that_is_placed_keeps_its_shape(survey, tmp_path):
    text = "119.70,39.70;119.71,39.70;119.71,39.71"
    path = workbook(
        tmp_path / "a.xlsx",
        [["甲线", "油气管道", "昌黎县", text]],
        ["隐患名称", "类别", "县区", "走向坐标（2000坐标）"],
    )
    assert preview(survey, path).rejected == 1
    fixed = Corrections().placed((path, "Sheet", 2), 119.163, 39.713)
    (candidate,) = preview(survey, path, fixes=fixed).candidates
    assert candidate.hazard.geometry.geom_type == "LineString"
    assert len(candidate.hazard.geometry.coords) == 3
    assert candidate.hazard.county == "130322"


def test_the_offices_own_parameters_move_old_datums(tmp_path):
    shift = DatumShift(
        name="市院", datum="EPSG:4610", numbers=(20.0, -150.0, -80.0, 0.2, -0.3, 0.4, 4.0)
    )
    with create_register(tmp_path / "e.qhd", passphrase="口令口令", office=Office()) as register:
        survey = SurveyImport(register, ACTOR, date(2014, 7, 1))
        x, y = from_cgcs2000(118.95, 40.407, parse_reference("EPSG:2385"))
        headers = ["隐患名称", "类别", "县区", "Y坐标（西安80）", "X坐标（西安80）"]
        path = workbook(
            tmp_path / "a.xlsx", [["东沟滑坡", "滑坡", "青龙县", float(x), float(y)]], headers
        )
        (plain,) = preview(survey, path).candidates
        assert plain.hazard.provenance.accuracy is AccuracyClass.LEGACY_DATUM_UNSHIFTED
        (told,) = preview(survey, path).datums
        assert any("未改正" in reason for reason in told.reasons)
        with register.unit_of_work() as work:
            work.datum_parameters.put(shift, ACTOR)
            work.commit()
        found = preview(survey, path)
        (moved,) = found.candidates
        assert moved.hazard.provenance.accuracy is AccuracyClass.LEGACY_DATUM_SHIFTED
        assert moved.hazard.provenance.declared_reference == "EPSG:2385"
        (told,) = found.datums
        assert "已按本单位的转换参数改正" in told.reasons[-1]
        assert not any("未改正" in reason for reason in told.reasons)
        old, new = plain.hazard.anchor(), moved.hazard.anchor()
        assert 20 < float(distance_m(*old, *new)) < 300
        want = shift.applied(np.array([118.95]), np.array([40.407]))
        assert float(distance_m(*new, want[0][0], want[1][0])) < 0.01
        outcome = survey.commit(found, SilentJob())
        assert outcome.accepted == 1
        with register.unit_of_work() as work:
            said = f"{found.outcome().to_json()} {work.audit.recent(50)} {work.batches.list()}"
        assert not any(number in said for number in ("-150", "0.2,", "-0.3"))


def test_rows_may_name_a_datum_among_other_words(survey, tmp_path):
    rows = []
    for code, word in (("EPSG:2384", "西安80 3度带 39带"), ("EPSG:32650", "WGS84 UTM 50N")):
        x, y = from_cgcs2000(*PLACES[0], parse_reference(code))
        rows.append([f"{code}滑坡", "滑坡", "青龙县", word, round(float(y), 3), round(float(x), 3)])
    path = workbook(tmp_path / "a.xlsx", rows, ["隐患名称", "类别", "县区", "坐标系", "X", "Y"])
    found = survey.preview([path], datum=None, job=SilentJob())
    assert [h.provenance.declared_reference for h in found.hazards] == ["EPSG:2384", "EPSG:32650"]
    assert [i.code for i in found.issues] == []


# Words beside the coordinates ---------------------------------------------------------------------

PLAIN = ["隐患名称", "类别", "县区", "经度", "纬度"]


def rows_with(*last):
    return [
        [name, "滑坡", "青龙县", lon, lat, *([] if word is None else [word])]
        for name, (lon, lat), word in zip(NAMES, PLACES, last, strict=False)
    ]


def references(found):
    return [hazard.provenance.declared_reference for hazard in found.hazards]


@pytest.mark.parametrize(
    "before",
    [
        [["坐标系：2000国家大地坐标系"]],
        [["青龙县地质灾害排查表"], ["坐标系：2000国家大地坐标系", "", "填表人：张三"]],
        [["坐标系", "2000国家大地坐标系"]],
        [["坐标系：", None, "ＣＧＣＳ２０００"]],
    ],
)
def test_titles_name_the_datum(survey, tmp_path, before):
    path = workbook(tmp_path / "a.xlsx", rows_with(None, None), headers=PLAIN, before=before)
    assert references(preview(survey, path)) == ["cgcs2000", "cgcs2000"]


def test_rows_of_a_mixed_sheet_speak_for_themselves(survey, tmp_path):
    words = ("CGCS2000", "高德地图拾取", "GPS手持机", "北京54坐标", "")
    path = workbook(tmp_path / "a.xlsx", rows_with(*words), headers=[*PLAIN, "坐标来源"])
    found = preview(survey, path)
    assert references(found) == ["cgcs2000", "gcj02", "wgs84", "EPSG:4214"]
    assert found.undecided == 1
    (datum,) = found.datums
    assert any("没有公开参数，未改正" in reason for reason in datum.reasons)
    assert not [i for i in found.issues if i.code == "unknown-datum"]


def test_rows_whose_word_says_two_things_or_none_stay_open(survey, tmp_path):
    words = ("高德或百度", "非高德", "老地图")
    path = workbook(tmp_path / "a.xlsx", rows_with(*words), headers=[*PLAIN, "坐标系"])
    found = preview(survey, path)
    assert (found.accepted, found.undecided) == (0, 3)
    assert [i.cell for i in found.issues if i.code == "unknown-datum"] == ["F2", "F3", "F4"]


def test_the_header_of_the_datum_column_speaks_where_its_rows_are_silent(survey, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx", rows_with("", "百度"), headers=[*PLAIN, "坐标系（CGCS2000）"]
    )
    assert references(preview(survey, path)) == ["cgcs2000", "bd09"]


def test_remarks_of_rows_speak_for_their_own_row_and_after_its_own_column(survey, tmp_path):
    rows = [
        [*row, *more]
        for row, more in zip(
            rows_with(None, None, None),
            [("", "坐标取自高德地图"), ("百度", "坐标取自高德地图"), ("", "百度地图上可查")],
            strict=True,
        )
    ]
    path = workbook(tmp_path / "a.xlsx", rows, headers=[*PLAIN, "坐标系", "备注"])
    found = preview(survey, path)
    assert references(found) == ["gcj02", "bd09"]
    assert found.undecided == 1
    alone = workbook(
        tmp_path / "b.xlsx", rows_with("坐标取自高德地图", "须巡查"), headers=[*PLAIN, "备注"]
    )
    assert references(preview(survey, alone)) == ["gcj02"]


def test_old_planes_that_rows_name_are_flagged_as_unshifted(survey, tmp_path):
    rows = [["甲滑坡", "滑坡", "青龙县", 4474000.1, 40410000.2, "西安80"]]
    path = workbook(
        tmp_path / "a.xlsx", rows, headers=["隐患名称", "类别", "县区", "X", "Y", "坐标系"]
    )
    (datum,) = preview(survey, path).datums
    assert sum("没有公开参数，未改正" in reason for reason in datum.reasons) == 1


PLANE = ["隐患名称", "类别", "县区", "X", "Y"]
MIXED_PREFIX = [
    ["甲滑坡", "滑坡", "青龙县", 4474000, 40410000],
    ["乙滑坡", "滑坡", "青龙县", 40410100, 4474100],
    ["丙滑坡", "滑坡", "青龙县", 4474200, 410200],
]


def test_rows_with_and_without_a_zone_number_are_each_read_by_the_word_beside_them(
    survey, tmp_path
):
    rows = [[*row, "2000"] for row in MIXED_PREFIX]
    found = preview(survey, workbook(tmp_path / "a.xlsx", rows, headers=[*PLANE, "坐标系"]))
    assert references(found) == ["EPSG:4528", "EPSG:4528", "EPSG:4549"]
    lon = [hazard.anchor()[0] for hazard in found.hazards]
    assert lon == pytest.approx([118.9399, 118.9411, 118.9423], abs=1e-4)


def test_an_answer_for_the_sheet_holds_with_and_without_zone_numbers(survey, tmp_path):
    path = workbook(tmp_path / "a.xlsx", MIXED_PREFIX, headers=PLANE)
    assert preview(survey, path).undecided == 3
    said = preview(survey, path, answers={(path, "Sheet"): parse_reference("cgcs2000")})
    assert (said.accepted, said.undecided) == (3, 0)


def test_a_word_that_cannot_be_of_such_numbers_is_said_and_the_row_stays_open(survey, tmp_path):
    rows = [
        ["甲滑坡", "滑坡", "青龙县", 4474000, 40410000, "高德"],
        ["乙滑坡", "滑坡", "青龙县", 40.407, 118.95, "EPSG:4528"],
    ]
    found = preview(survey, workbook(tmp_path / "a.xlsx", rows, headers=[*PLANE, "坐标系"]))
    assert (found.accepted, found.undecided) == (0, 2)
    told = [(i.cell, i.message) for i in found.issues if i.code == "datum-mismatch"]
    assert [cell for cell, _message in told] == ["F2", "F3"]
    assert "以米为单位" in told[0][1]
    assert "却是经纬度" in told[1][1]


def test_cgcs2000_measured_by_gps_is_no_contradiction(survey, tmp_path):
    path = workbook(
        tmp_path / "a.xlsx",
        [*rows_with(None, None), ["注：坐标为手持GPS测得"]],
        headers=PLAIN,
        before=[["坐标系：国家2000"]],
    )
    assert references(preview(survey, path)) == ["cgcs2000", "cgcs2000"]
