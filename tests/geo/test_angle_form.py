"""119.3524 is read as 度.分秒 only on evidence, and asked about where there is none."""

import numpy as np
import pytest

from qhd_riskmap.geo.angle_form import AngleEvidence, _decimals, _fits, angle_form, written_bare
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.sheet_frames import from_packed_fraction
from qhd_riskmap.geo.witnesses import AreaWitness

PACKED, DECIMAL = TextForm.PACKED_FRACTION, TextForm.DECIMAL


def packed(degrees, digits=0):
    """119.59 → 119.3524, seconds with some decimals."""
    total = np.round(np.asarray(degrees) * 3600 * 10**digits)
    per_degree, per_minute = 3600 * 10**digits, 60 * 10**digits
    whole, rest = total // per_degree, total % per_degree
    text = [
        f"{d:.0f}.{r // per_minute:02.0f}{r % per_minute:0{2 + digits}.0f}"
        for d, r in zip(whole, rest, strict=True)
    ]
    return np.array(text, float)


def places(rows, seed=1):
    rng = np.random.default_rng(seed)
    return 119.5 + rng.uniform(0, 0.09, rows), 39.9 + rng.uniform(0, 0.09, rows)


def verdict(x, y, bare=None, **more):
    told = np.ones(len(x), bool) if bare is None else bare
    return angle_form(AngleEvidence(x=np.asarray(x), y=np.asarray(y), bare=lambda: told, **more))


@pytest.mark.parametrize("rows", [1, 2, 5, 9])
@pytest.mark.parametrize("digits", [0, 1, 3])
def test_a_few_rows_that_look_packed_are_asked_about(rows, digits):
    lon, lat = places(rows)
    found = verdict(packed(lon, digits), packed(lat, digits))
    assert (found.form, "分秒" in found.reason) == (None, True)


def test_many_different_minutes_and_seconds_below_sixty_are_evidence():
    lon, lat = places(30)
    found = verdict(packed(lon), packed(lat))
    assert found.form is PACKED
    assert "个不同的数" in found.reason


def test_the_same_few_numbers_over_and_over_are_not():
    lon, lat = places(4)
    found = verdict(np.tile(packed(lon), 10), np.tile(packed(lat), 10))
    assert found.form is None


def test_decimals_on_a_grid_are_not():
    lon = np.tile(119.3 + np.arange(30) * 0.005, 1)
    assert verdict(np.round(lon, 4), np.round(lon - 80 + 0.05, 4)).form is not PACKED


@pytest.mark.parametrize("seed", range(40))
def test_true_decimals_are_never_taken_for_packed(seed):
    rng = np.random.default_rng(seed)
    rows = int(rng.integers(1, 200))
    lon, lat = places(rows, seed)
    digits = int(rng.integers(4, 8))
    found = verdict(np.round(lon, digits), np.round(lat, digits))
    assert found.form is not PACKED
    assert found.form is DECIMAL or rows < 4


def test_one_wrong_row_in_many_does_not_hide_the_rest():
    lon, lat = places(40)
    x = packed(lon)
    x[7] = 119.9999
    assert verdict(x, packed(lat)).form is PACKED
    few = verdict(x[5:12], packed(lat)[5:12])
    assert few.form is DECIMAL  # of seven rows one is too many


@pytest.mark.parametrize(
    ("words", "form"),
    [
        ("坐标格式：度.分秒", PACKED),
        ("经度（DD.MMSS）", PACKED),
        ("经度（度分秒）", PACKED),
        ("十进制度", DECIMAL),
        ("格式为 DDD.DDDDDD", DECIMAL),
        ("不要填度分秒", None),
        ("十进制或度分秒", None),
        ("高德", None),
    ],
)
def test_words_tell(words, form):
    lon, lat = places(3)
    assert verdict(packed(lon), packed(lat), words=[words]).form is form


def county_of(lon, lat):
    return np.floor(np.asarray(lon) / 0.02) * 1000 + np.floor(np.asarray(lat) / 0.02)


def declared(lon, lat):
    own = county_of(lon, lat)
    return (AreaWitness(lambda x, y, rows: county_of(x, y) == own[rows]),)


def test_counties_tell_either_way():
    lon, lat = places(8, seed=3)
    lon, lat = np.floor(lon / 0.02) * 0.02 + 0.01, np.floor(lat / 0.02) * 0.02 + 0.01
    x, y = packed(lon), packed(lat)
    found = verdict(x, y, witnesses=declared(lon, lat))
    assert (found.form, "才落在" in found.reason) == (PACKED, True)
    found = verdict(x, y, witnesses=declared(x, y))
    assert (found.form, "十进制度" in found.reason) == (DECIMAL, True)


def test_a_reading_out_of_the_region_is_none():
    lon, lat = places(3)
    x, y = packed(lon), packed(lat)
    found = verdict(x, y, region=(119.2, 39.4, 119.45, 39.7))
    assert found.form is DECIMAL


def test_only_rows_written_as_numbers_count():
    lon, lat = places(6)
    x, y = packed(lon), packed(lat)
    x[:3], y[:3] = 119.61, 39.95  # 119°36′36″ as it was computed
    bare = np.array([False] * 3 + [True] * 3)
    assert verdict(x, y, bare=bare).form is None
    assert verdict(x, y).form is DECIMAL
    assert verdict(x, y, bare=np.zeros(6, bool)).form is DECIMAL


def test_metres_two_decimals_and_nothing_are_no_question():
    assert verdict([4422388.43], [465810.04]).form is DECIMAL
    assert verdict([119.35], [39.57]).form is DECIMAL
    assert verdict([np.nan], [np.nan]).form is DECIMAL
    assert verdict([], []).form is DECIMAL


def test_very_many_rows_are_weighed_by_a_sample():
    lon, lat = places(20_000)
    assert verdict(packed(lon), packed(lat)).form is PACKED


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("119.3524, 39.5708", True),
        ("119, 39.5708", True),
        ("119.3524,39.5708;119.3525,39.5709", True),
        ("POINT (119.3524 39.5708)", True),
        ("E119.3524 N39.5708", True),
        ("119°35′24″, 39°57′08″", False),
        ("119-35-24, 39-57-08", False),
        ("119 35 24, 39 57 08", False),
        ("119:35:24, 39:57:08", False),
        ("1193524, 395708", False),
        ("119度35分24秒", False),
        ("", False),
    ],
)
def test_what_is_written_bare(text, bare):
    assert written_bare(text) is bare


def test_unpacking_refuses_minutes_and_seconds_of_sixty():
    values = np.array([119.3524, 119.6, 119.0060, 119.595999, -39.3, np.nan])
    found = from_packed_fraction(values)
    assert found[[0, 4]] == pytest.approx([119.59, -39.5])
    assert found[3] == pytest.approx(119 + 59 / 60 + 59.99 / 3600)
    assert np.isnan(found[[1, 2, 5]]).all()
    assert _fits(_decimals(values)).tolist() == [True, False, False, True, True, True]
