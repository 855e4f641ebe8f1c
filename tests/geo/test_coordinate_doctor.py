"""The doctor decides what the evidence carries, and nothing else."""

import itertools
import zlib
from datetime import date

import numpy as np
import pytest

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.coordinate_doctor import SheetEvidence, diagnose
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference, to_cgcs2000
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.geo.sheet_frames import unpacked
from qhd_riskmap.geo.witnesses import AreaWitness, PlaceWitness

ROWS = 12
# Two invented counties with straight sides; a checkerboard of 0.2 degrees.
WORD = {
    "cgcs2000": "国家2000坐标",
    "wgs84": "GPS 手持机",
    "gcj02": "高德地图",
    "bd09": "百度坐标",
    "EPSG:4610": "西安80",
    "EPSG:4214": "北京54",
    "EPSG:4555": "新北京54",
}
PLANE_WORD = {"cgcs": "2000国家大地坐标系", "xian": "1980西安坐标系", "bj": "北京54坐标系"}
PLANES = {
    "gk120": {"cgcs": 4549, "xian": 2385, "bj": 2437},
    "gk40": {"cgcs": 4528, "xian": 2364, "bj": 2416},
    "gk117": {"cgcs": 4548, "xian": 2384, "bj": 2436},
    "gk39": {"cgcs": 4527, "xian": 2363, "bj": 2415},
    "gk20": {"cgcs": 4498, "xian": 2334, "bj": 21420},
}


def county_of(lon, lat):
    return np.floor(np.asarray(lon) / 0.2) * 1000 + np.floor(np.asarray(lat) / 0.2)


def inside_declared(true_lon, true_lat):
    declared = county_of(true_lon, true_lat)
    return (AreaWitness(lambda lon, lat, rows: county_of(lon, lat) == declared[rows]),)


def scattered(rng, rows=ROWS):
    """Places well inside their cells: no reading can be told from another by county."""
    i, j = rng.integers(593, 599, rows), rng.integers(198, 203, rows)
    return i * 0.2 + rng.uniform(0.06, 0.14, rows), j * 0.2 + rng.uniform(0.06, 0.14, rows)


def along_the_sides(rng, rows=ROWS):
    """Places 250-400 m within each side of their cells: every wrong reading carries some over."""
    lon, lat = scattered(rng, rows)
    side = np.arange(rows) % 4
    cell_lon, cell_lat = np.floor(lon / 0.2) * 0.2, np.floor(lat / 0.2) * 0.2
    lon = np.where(side == 0, cell_lon + 0.003, np.where(side == 1, cell_lon + 0.197, lon))
    lat = np.where(side == 2, cell_lat + 0.0036, np.where(side == 3, cell_lat + 0.1964, lat))
    return lon, lat


def packed(values):
    tenths = np.round(np.asarray(values) * 36000)
    return (tenths // 36000) * 10000 + (tenths // 600 % 60) * 100 + (tenths % 600) / 10


def nmea(values):
    return np.floor(values) * 100 + (values - np.floor(values)) * 60


def read_as(found, x, y):
    """Positions a caller gets who believes the diagnosis."""
    first, second = (y, x) if found.swapped else (x, y)
    return to_cgcs2000(unpacked(first, found.form), unpacked(second, found.form), found.decided)


def misplaced_m(found, x, y, lon, lat):
    return float(np.max(distance_m(*read_as(found, x, y), lon, lat)))


WRITE = {"decimal": lambda v: v, "packed": packed, "nmea": nmea}
DEGREE_SHEETS = list(
    itertools.product(
        ["cgcs2000", "wgs84", "gcj02", "bd09", "EPSG:4610", "EPSG:4214"],
        ["decimal", "packed", "nmea"],
        [False, True],
        ["nothing", "word", "far counties", "near counties", "two words"],
    )
)


@pytest.mark.parametrize(("datum", "form", "swapped", "evidence"), DEGREE_SHEETS)
def test_degree_sheets_are_decided_rightly_or_left_open(datum, form, swapped, evidence):
    rng = np.random.default_rng(zlib.crc32(repr((datum, form, swapped, evidence)).encode()))
    lon, lat = (along_the_sides if evidence == "near counties" else scattered)(rng)
    reference = parse_reference(datum)
    x, y = (WRITE[form](np.asarray(v)) for v in from_cgcs2000(lon, lat, reference))
    x, y = (y, x) if swapped else (x, y)
    words = {
        "word": ["经度", "纬度", WORD[datum]],
        "two words": [WORD[datum], WORD["bd09" if datum != "bd09" else "gcj02"]],
    }.get(evidence, ["经度", "纬度"])
    inside = inside_declared(lon, lat) if "counties" in evidence else ()
    found = diagnose(SheetEvidence(x=x, y=y, header_words=words, witnesses=inside))

    assert found.swapped is swapped
    assert found.reasons
    if evidence == "word":
        assert found.decided == reference
    elif evidence == "near counties":
        assert found.decided is not None
    else:
        assert found.decided is None
        assert "坐标从哪里来的" in found.question
        assert len(found.candidates) == 6
    if found.decided is not None:
        assert misplaced_m(found, x, y, lon, lat) < 3
        assert found.question == ""
        assert found.candidates == (found.decided,)


PLANE_SHEETS = [
    (frame, datum, swapped, evidence)
    for frame, datum, swapped, evidence in itertools.product(
        PLANES, ["cgcs", "xian", "bj"], [False, True], ["nothing", "word", "new dates", "old dates"]
    )
    # Unlawful since 2018-07-01: the presumption is recorded, it cannot be proved.
    if evidence != "new dates" or datum == "cgcs"
]


@pytest.mark.parametrize(("frame", "datum", "swapped", "evidence"), PLANE_SHEETS)
def test_plane_sheets_are_decided_rightly_or_left_open(frame, datum, swapped, evidence):
    rng = np.random.default_rng(7)
    lon, lat = along_the_sides(rng)
    reference = parse_reference(f"EPSG:{PLANES[frame][datum]}")
    x, y = from_cgcs2000(lon, lat, reference)
    x, y = (y, x) if swapped else (x, y)
    dates = {"new dates": [date(2021, 5, 1)] * ROWS, "old dates": [date(2014, 5, 1)] * ROWS}
    found = diagnose(
        SheetEvidence(
            x=x,
            y=y,
            header_words=["X", "Y", *([PLANE_WORD[datum]] if evidence == "word" else [])],
            witnesses=inside_declared(lon, lat),
            survey_dates=dates.get(evidence),
        )
    )
    assert found.swapped is swapped
    assert found.form is TextForm.PLANE
    if evidence in {"word", "new dates"}:
        assert found.decided == reference
        assert misplaced_m(found, x, y, lon, lat) < 0.01
    else:
        assert found.decided is None
        assert reference in found.candidates
        assert "国家2000" in found.question
    assert (evidence == "new dates") is any("按日期推定" in reason for reason in found.reasons)


def test_gauss_117_and_utm_50_are_asked_unless_the_counties_separate():
    rng = np.random.default_rng(1)
    lon, lat = scattered(rng)
    for code, words in ((4548, "国家2000坐标"), (32650, "WGS84")):
        x, y = from_cgcs2000(lon, lat, parse_reference(f"EPSG:{code}"))
        for inside in ((), inside_declared(lon, lat)):
            found = diagnose(SheetEvidence(x=x, y=y, header_words=[words], witnesses=inside))
            assert found.decided is None
            assert "投影" in found.question
    lon, lat = along_the_sides(rng)
    x, y = from_cgcs2000(lon, lat, parse_reference("EPSG:32650"))
    evidence = {"x": x, "y": y, "witnesses": inside_declared(lon, lat)}
    assert diagnose(SheetEvidence(**evidence)).decided is None  # the datum is still open
    found = diagnose(SheetEvidence(**evidence, header_words=["WGS84"]))
    assert found.decided == parse_reference("EPSG:32650")
    found = diagnose(SheetEvidence(**evidence, header_words=["国家2000"]))
    assert found.decided is None  # no such plane on that datum


@pytest.mark.parametrize("code", ["EPSG:32651", "EPSG:3857"])
def test_other_planes_need_their_datum_word(code):
    lon, lat = scattered(np.random.default_rng(3))
    x, y = from_cgcs2000(lon, lat, parse_reference(code))
    assert diagnose(SheetEvidence(x=x, y=y)).decided is None
    found = diagnose(
        SheetEvidence(x=x, y=y, survey_dates=np.full(ROWS, np.datetime64("2022-01-01")))
    )
    assert found.decided is None
    found = diagnose(SheetEvidence(x=x, y=y, header_words=["WGS84"]))
    assert found.decided == parse_reference(code)


def test_votes_count_the_rows_that_fit():
    lon, lat = along_the_sides(np.random.default_rng(5))
    x, y = from_cgcs2000(lon, lat, parse_reference("gcj02"))
    found = diagnose(SheetEvidence(x=x, y=y, witnesses=inside_declared(lon, lat)))
    assert found.decided == parse_reference("gcj02")
    assert found.votes["gcj02"] == ROWS
    assert set(found.votes) == {"cgcs2000", "wgs84", "gcj02", "bd09"}
    assert max(found.votes["wgs84"], found.votes["bd09"]) < ROWS


def test_two_rows_at_a_boundary_are_not_enough_however_often_they_are_repeated():
    lon, lat = scattered(np.random.default_rng(5))
    lon[:6], lat[:6] = 119.4 + 0.003, 39.9
    x, y = from_cgcs2000(lon, lat, parse_reference("wgs84"))
    assert diagnose(SheetEvidence(x=x, y=y, witnesses=inside_declared(lon, lat))).decided is None


def test_a_word_against_the_counties_decides_nothing():
    lon, lat = along_the_sides(np.random.default_rng(5))
    x, y = from_cgcs2000(lon, lat, parse_reference("gcj02"))
    inside = inside_declared(lon, lat)
    for words in (["GPS"], ["国家2000"], ["百度"]):
        found = diagnose(SheetEvidence(x=x, y=y, witnesses=inside, header_words=words))
        assert found.decided is None
        assert any("不在所报县区" in reason for reason in found.reasons)
    assert diagnose(SheetEvidence(x=x, y=y, witnesses=inside, header_words=["高德"])).decided


def test_a_legacy_word_is_believed_and_its_error_named():
    lon, lat = scattered(np.random.default_rng(5))
    found = diagnose(
        SheetEvidence(x=lon, y=lat, header_words=["北京54"], witnesses=inside_declared(lon, lat))
    )
    assert found.decided.unshifted
    assert any("60 至 100 米" in reason for reason in found.reasons)


def test_a_declaration_decides_and_reports_what_does_not_fit():
    lon, lat = scattered(np.random.default_rng(5))
    lon[3], lat[3] = 104.0, 30.0
    lon[4] = np.nan
    found = diagnose(
        SheetEvidence(x=lat, y=lon, declared=parse_reference("百度"), header_words=["GPS"])
    )
    assert found.decided == parse_reference("bd09")
    assert found.swapped
    assert found.outliers == (3,)
    assert found.votes == {"bd09": ROWS - 2}
    assert any("1 行不在本市" in reason for reason in found.reasons)


def test_a_declaration_of_a_plane_and_of_packed_degrees():
    lon, lat = scattered(np.random.default_rng(5))
    plane = parse_reference("EPSG:4528")
    x, y = from_cgcs2000(lon, lat, plane)
    found = diagnose(SheetEvidence(x=y, y=x, declared=plane))
    assert (found.decided, found.swapped, found.form) == (plane, True, TextForm.PLANE)
    assert found.outliers == ()
    found = diagnose(SheetEvidence(x=packed(lon), y=packed(lat), declared=parse_reference("wgs84")))
    assert found.form is TextForm.PACKED_DMS
    assert misplaced_m(found, packed(lon), packed(lat), lon, lat) < 3


def test_a_mixed_sheet_is_asked_about():
    lon, lat = scattered(np.random.default_rng(2))
    x, y = lon.copy(), lat.copy()
    x[:4], y[:4] = from_cgcs2000(lon[:4], lat[:4], parse_reference("EPSG:4528"))
    found = diagnose(SheetEvidence(x=x, y=y, header_words=["GPS"]))
    assert found.decided is None
    assert "写法不一" in found.question
    assert found.outliers == (0, 1, 2, 3)


def test_single_rows_that_do_not_fit_are_listed():
    lon, lat = scattered(np.random.default_rng(2))
    x, y = lon.copy(), lat.copy()
    x[7], y[7] = y[7], x[7]
    x[9], y[9] = 0.0, 0.0
    found = diagnose(SheetEvidence(x=x, y=y, header_words=["GPS"]))
    assert found.decided == parse_reference("wgs84")
    assert found.outliers == (7, 9)
    assert any("2 行" in reason for reason in found.reasons)


def test_a_sheet_from_elsewhere_is_undecided():
    found = diagnose(SheetEvidence(x=[104.1, 104.2], y=[30.1, 30.2], header_words=["GPS"]))
    assert found.decided is None
    assert found.outliers == (0, 1)


def test_an_empty_sheet_has_no_answer():
    for x in ([], [np.nan], [np.inf]):
        found = diagnose(SheetEvidence(x=x, y=x))
        assert found.decided is None
        assert "没有可用的坐标" in found.reasons[0]


def test_rows_that_speak_for_themselves_are_left_alone():
    gcj, bd = parse_reference("gcj02"), parse_reference("bd09")
    lon, lat = [119.5, 119.6], [39.9, 39.95]
    found = diagnose(SheetEvidence(x=lon, y=lat, rows_declared=[gcj, gcj]))
    assert found.decided == gcj
    found = diagnose(SheetEvidence(x=lon, y=lat, rows_declared=[gcj, bd]))
    assert found.decided is None
    assert set(found.candidates) == {gcj, bd}
    found = diagnose(SheetEvidence(x=lon, y=lat, rows_declared=[gcj, None], header_words=["百度"]))
    assert found.decided == bd
    assert found.votes["bd09"] == 1


@pytest.mark.parametrize(
    "evidence",
    [
        {"x": [119.5], "y": [39.9, 39.8]},
        {"x": [119.5], "y": [39.9], "rows_declared": [None, None]},
    ],
)
def test_columns_of_different_length_are_refused(evidence):
    with pytest.raises(InvalidInputError, match="长短"):
        diagnose(SheetEvidence(**evidence))


def test_a_date_column_of_another_length_is_refused():
    x, y = from_cgcs2000(119.6, 39.9, parse_reference("EPSG:4549"))
    with pytest.raises(InvalidInputError, match="日期"):
        diagnose(SheetEvidence(x=[x], y=[y], survey_dates=["2020-01-01", "2021-01-01"]))
    found = diagnose(SheetEvidence(x=[x, x], y=[y, y], survey_dates=[date(2020, 1, 1), None]))
    assert found.decided is None


def test_the_vote_is_told_in_one_sentence():
    lon, lat = scattered(np.random.default_rng(5))
    x, y = from_cgcs2000(lon, lat, parse_reference("gcj02"))
    x[7], y[7] = 0.0, 0.0
    found = diagnose(SheetEvidence(x=x, y=y, header_words=["高德"]))
    assert found.vote_text == "12 行中 11 行符合“火星坐标（高德、腾讯）”，1 行未定。"
    assert 480 < found.offsets_m["gcj02"] < 560
    assert 1250 < found.offsets_m["bd09"] < 1400
    assert found.offsets_m["wgs84"] == 0.0
    whole = diagnose(SheetEvidence(x=x[:7], y=y[:7], header_words=["高德"]))
    assert whole.vote_text == "7 行中 7 行符合“火星坐标（高德、腾讯）”。"
    asked = diagnose(SheetEvidence(x=x, y=y))
    assert asked.vote_text.startswith("12 行中符合各种坐标系的：“火星坐标（高德、腾讯）” 11 行，")
    assert diagnose(SheetEvidence(x=[], y=[])).vote_text == ""


def test_a_very_long_sheet_is_settled_by_an_even_sample():
    lon, lat = along_the_sides(np.random.default_rng(5), 30_000)
    x, y = from_cgcs2000(lon, lat, parse_reference("bd09"))
    found = diagnose(SheetEvidence(x=x, y=y, witnesses=inside_declared(lon, lat)))
    assert found.decided == parse_reference("bd09")
    assert found.voters == found.votes["bd09"] == 20_000
    assert any("均匀抽取" in reason for reason in found.reasons)


def test_dear_witnesses_are_called_only_when_words_do_not_settle_it():
    lon, lat = scattered(np.random.default_rng(5))
    called = []

    def further():
        called.append(True)
        return (PlaceWitness(lon, lat),)

    x, y = from_cgcs2000(lon, lat, parse_reference("gcj02"))
    diagnose(SheetEvidence(x=x, y=y, header_words=["高德"], further=further))
    assert not called
    assert diagnose(SheetEvidence(x=x, y=y, further=further)).decided == parse_reference("gcj02")
    assert called


def test_known_places_tell_gauss_117_from_utm_50():
    lon, lat = scattered(np.random.default_rng(5))
    x, y = from_cgcs2000(lon, lat, parse_reference("EPSG:32650"))
    found = diagnose(
        SheetEvidence(x=x, y=y, header_words=["WGS84"], further=lambda: (PlaceWitness(lon, lat),))
    )
    assert found.decided == parse_reference("EPSG:32650")
