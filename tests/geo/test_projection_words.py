"""Words that name a projection, and what they make of the planes that numbers leave open."""

import numpy as np
import pytest

from qhd_riskmap.geo.coordinate_doctor import SheetEvidence, diagnose
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference
from qhd_riskmap.geo.projection_words import named_projection
from qhd_riskmap.geo.witnesses import AreaWitness

LON = np.array([118.951, 118.973, 118.997, 119.014, 119.038])
LAT = np.array([40.407, 40.425, 40.443, 40.461, 40.479])


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("WGS84 UTM 50N", {"utm50"}),
        ("UTM Zone 51N", {"utm51"}),
        ("UTM投影", {"utm50", "utm51"}),
        ("通用横轴墨卡托", {"utm50", "utm51"}),
        ("Web墨卡托", {"mercator"}),
        ("CGCS2000 3度带 40", {"gk40", "gk120"}),
        ("国家2000，３°分带，第40带", {"gk40", "gk120"}),
        ("中央经线120", {"gk40", "gk120"}),
        ("中央子午线：东经117°", {"gk117", "gk39", "gk20"}),
        ("西安80 3度带 带号39", {"gk39", "gk117"}),
        ("北京54 六度带 20带", {"gk20", "gk117"}),
        ("高斯-克吕格投影", {"gk120", "gk40", "gk117", "gk39", "gk20"}),
        ("EPSG:4528", {"gk40"}),
        ("3度带；中央经线117", {"gk117", "gk39"}),
    ],
)
def test_words_leave_these_planes(text, frames):
    found = named_projection([text])
    assert (found.spoken, set(found.frames)) == (True, frames)


@pytest.mark.parametrize("text", ["", "国家2000坐标", "2013年度带队排查", "第120号", "墙高40米"])
def test_other_words_say_nothing(text):
    assert not named_projection([text]).spoken


def test_a_negation_or_a_conversion_makes_words_doubtful():
    assert not named_projection(["由UTM 50N转换"]).spoken
    assert named_projection(["中央经线120", "中央经线117"]).frames == frozenset()


def test_words_said_twice_count_once_and_foreign_codes_name_no_plane():
    found = named_projection(["中央经线120", "中央经线120", "EPSG:4326"])
    assert (found.words, found.codes) == (("中央经线120",), ("EPSG:4326",))
    assert not named_projection(["EPSG:4326"]).spoken


def decided(code, *words, **more):
    x, y = from_cgcs2000(LON, LAT, parse_reference(code))
    return diagnose(SheetEvidence(x=x, y=y, header_words=words, **more))


@pytest.mark.parametrize(
    ("code", "words", "reference"),
    [
        ("EPSG:32650", "WGS84 UTM 50N", "EPSG:32650"),
        ("EPSG:32650", "UTM 50带", "EPSG:32650"),
        ("EPSG:4528", "CGCS2000 3度带 40", "EPSG:4528"),
        ("EPSG:4548", "国家2000 中央经线117", "EPSG:4548"),
        ("EPSG:2384", "西安80 3度带", "EPSG:2384"),
        ("EPSG:2436", "北京54", "EPSG:2436"),
        ("EPSG:4549", "EPSG:4549", "EPSG:4549"),
        ("EPSG:4548", "WGS84坐标 高斯投影 3度带", "EPSG:4548"),
    ],
)
def test_word_and_range_decide_together(code, words, reference):
    found = decided(code, words)
    assert (found.decided, found.question) == (parse_reference(reference), "")
    assert found.votes[reference] == len(LON)
    assert "5 行中 5 行符合" in found.vote_text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("EPSG:4549", "国家2000 UTM 50N"),  # no such numbers on that plane
        ("EPSG:4549", "中央经线120"),  # the projection, not the datum
        ("EPSG:4548", "WGS84"),  # Gauss or UTM
        ("EPSG:4548", "GPS手持机 3度带"),  # receivers are set up in old datums too
        ("EPSG:4549", "西安80 EPSG:4549"),  # contradict each other
        ("EPSG:4548", "国家2000 由高斯投影转换"),
        ("EPSG:3857", "EPSG:3857 国家2000"),
        ("EPSG:4528", "由EPSG:4528转换"),
    ],
)
def test_words_that_do_not_fit_leave_it_open(code, words):
    found = decided(code, words)
    assert found.decided is None
    assert found.question


def test_a_plane_of_one_datum_is_asked_for_by_its_name():
    found = decided("EPSG:3857")
    assert (found.decided, found.candidates) == (None, (parse_reference("EPSG:3857"),))
    assert found.question.startswith("这些数是“网络墨卡托”坐标吗？")


def test_counties_refute_a_word():
    # Each row lies 300 m from the border of its county: 1.8 km away it is in another one.
    lon = 118.9 + np.arange(8) * 0.02
    lat = np.where(np.arange(8) % 2, 40.4027, 40.3973)
    x, y = from_cgcs2000(lon, lat, parse_reference("EPSG:32650"))
    north = lat > 40.4
    inside = (AreaWitness(lambda _lon, there, rows: (there > 40.4) == north[rows]),)
    found = diagnose(SheetEvidence(x=x, y=y, header_words=["西安80 高斯"], witnesses=inside))
    assert found.decided is None
    assert any("多行不在所报县区" in reason for reason in found.reasons)
