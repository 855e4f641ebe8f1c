"""One angle in every spelling."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qhd_riskmap.geo.angle_text import angle_of, carries_sixty, normalised
from qhd_riskmap.geo.coordinate_text import (
    CoordinateTextError,
    TextForm,
    format_dms,
    parse_angle,
    read_angle,
)

LON = 119.59013888888889
FORMS = [
    ("119°35′24.5″E", LON, TextForm.DMS),
    ("39°56′06.3″N", 39.93508333333333, TextForm.DMS),
    ("E119°35'24.5\"", LON, TextForm.DMS),
    ("东经119度35分24.5秒", LON, TextForm.DMS),
    ("１１９°３５′２４．５″", LON, TextForm.DMS),
    ("119º35’24.5”", LON, TextForm.DMS),
    ("119˚35´24.5´´", LON, TextForm.DMS),
    ("119°35'24.5''", LON, TextForm.DMS),
    ("119\u00a0° 35 ′ 24.5 ″ 东", LON, TextForm.DMS),
    ("119゜35ˊ24.5〞", LON, TextForm.DMS),
    ("119-35-24.5", LON, TextForm.DMS),
    ("119－35－24.5", LON, TextForm.DMS),
    ("119 35 24.5", LON, TextForm.DMS),
    ("119　35　24.5", LON, TextForm.DMS),
    ("119:35:24.5", LON, TextForm.DMS),
    ("119：35：24.5", LON, TextForm.DMS),
    ("经度：东经119°35′24.5″", LON, TextForm.DMS),
    ("東經119度35分24.5秒", LON, TextForm.DMS),
    ("119°35.408′", 119.59013333333333, TextForm.DECIMAL_MINUTES),
    ("119 35.408", 119.59013333333333, TextForm.DECIMAL_MINUTES),
    ("119度36分", 119.6, TextForm.DECIMAL_MINUTES),
    ("N39°56′", 39.93333333333333, TextForm.DECIMAL_MINUTES),
    ("119°36", 119.6, TextForm.DECIMAL_MINUTES),
    ("119.59", 119.59, TextForm.DECIMAL),
    ("119.59°", 119.59, TextForm.DECIMAL),
    ("119", 119.0, TextForm.DECIMAL),
    (".5", 0.5, TextForm.DECIMAL),
    ("+119.59", 119.59, TextForm.DECIMAL),
    ("-119.59", -119.59, TextForm.DECIMAL),
    ("119.59W", -119.59, TextForm.DECIMAL),
    ("南纬39.9", -39.9, TextForm.DECIMAL),
    ("lon=-119.59", -119.59, TextForm.DECIMAL),
    ("Latitude: 39.9", 39.9, TextForm.DECIMAL),
    ("X=119.59", 119.59, TextForm.DECIMAL),
    ("11935.408", 119.59013333333333, TextForm.NMEA),
    ("3956.105", 39.93508333333333, TextForm.NMEA),
    ("1193524.5", LON, TextForm.PACKED_DMS),
    ("395606.3", 39.93508333333333, TextForm.PACKED_DMS),
]


@pytest.mark.parametrize(("text", "degrees", "form"), FORMS)
def test_every_spelling_is_read(text, degrees, form):
    angle = read_angle(text)
    assert angle.degrees == pytest.approx(degrees, abs=1e-12)
    assert angle.form is form
    assert parse_angle(text) == angle.degrees
    assert angle.form.label


def test_direction_words_tell_the_axis():
    assert read_angle("E119.5").axis == "lon"
    assert read_angle("39.9北").axis == "lat"
    assert read_angle("B=39.9").axis == "lat"
    assert read_angle("119.5").axis == ""


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [
        ("119.3524", True),  # or 119°35′24″
        ("119.3564", False),
        ("119.59", False),
        ("119.352400", False),
        ("395606.3", True),  # or an easting
        ("1193524.5", False),
        ("11935", True),
        ("11935.0", False),
    ],
)
def test_a_second_reading_is_flagged(text, ambiguous):
    assert read_angle(text).ambiguous is ambiguous


def test_a_decimal_comma_is_never_read_in_silence():
    angle = read_angle("119,59")
    assert angle.form is TextForm.DECIMAL_COMMA
    assert angle.ambiguous
    assert angle.degrees == 119.59
    with pytest.raises(CoordinateTextError, match="小数点"):
        parse_angle("119,59")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "看不懂"),
        ("abc", "看不懂"),
        ("119°61′", "60"),
        ("119°60.01′", "60"),
        ("119°60′30″", "60"),
        ("119°60′60″", "60"),
        ("119°35′60.01″", "60"),
        ("119°35′61″", "60"),
        ("179°59′61″", "60"),
        ("180°00′60″", "范围"),
        ("119-35-99", "60"),
        ("1196000", "60"),
        ("11960.5", "60"),
        ("11960", "60"),
        ("1193560.0", "60"),
        ("119°35.5′24″", "小数"),
        ("119-35:24", "看不懂"),
        ("119.5°35′", "看不懂"),
        ("200", "范围"),
        ("18100.5", "范围"),
        ("N119", "范围"),
        ("E39W", "矛盾"),
        ("-39S", "矛盾"),
        ("1.19E+02", "看不懂"),
        ("12345678", "看不懂"),
        ("nan", "看不懂"),
        ("inf", "看不懂"),
        ("=119+1", "看不懂"),
        ("1" * 65, "太长"),
    ],
)
def test_bad_text_is_refused_in_chinese(text, word):
    with pytest.raises(CoordinateTextError, match=word):
        parse_angle(text)


@given(st.text(max_size=64))
def test_any_text_is_read_or_refused(text):
    try:
        degrees = parse_angle(text)
    except CoordinateTextError:
        return
    assert -180 <= degrees <= 180


@given(
    st.integers(0, 179),
    st.integers(0, 59),
    st.integers(0, 599),
    st.sampled_from(
        [
            "{d}°{m}′{s}″",
            "{d}度{m}分{s}秒",
            "{d}-{m}-{s}",
            "{d}:{m}:{s}",
            "{d} {m} {s}",
            "E{d}°{m}'{s}\"",
            "{d}°{m:02d}'{s}''东",
            "{d:03d}{m:02d}{s:04.1f}",
        ]
    ),
)
def test_spellings_of_one_angle_agree(d, m, tenths, spelling):
    text = spelling.format(d=d, m=m, s=tenths / 10)
    assert parse_angle(text) == pytest.approx(d + m / 60 + tenths / 36000, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("39°54′60″", 39 + 55 / 60),
        ("39°54'60.00\"", 39 + 55 / 60),
        ("39度54分60秒", 39 + 55 / 60),
        ("39-54-60", 39 + 55 / 60),
        ("39 54 60.0", 39 + 55 / 60),
        ("北纬39°59′60.0″", 40.0),
        ("119°60′", 120.0),
        ("119°60′00″", 120.0),
        ("-39°54′60″", -39 - 55 / 60),
    ],
)
def test_exactly_sixty_is_one_more_of_the_next(text, degrees):
    """Rounding prints 59.996″ as 60.00″; the place is 0.1 m off, not in doubt."""
    assert parse_angle(text) == pytest.approx(degrees, abs=1e-12)
    assert carries_sixty(text)


@pytest.mark.parametrize(
    "text",
    [
        "119.60, 39.60",
        "119°06′06″",
        "119°35′6.60″",
        "119°35′59.99″",
        "60",
        "119.5,39.5;160",
        "编号60",
    ],
)
def test_other_sixties_are_no_carry(text):
    assert not carries_sixty(text)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_seconds_never_show_sixty(lon, lat):
    for angle in format_dms(lon, lat).split():
        _degrees, minutes, seconds, _side = re.split("[°′″]", angle)
        assert int(minutes) < 60
        assert float(seconds) < 60


@given(
    st.integers(0, 200),
    st.integers(0, 70),
    st.integers(0, 700),
    st.sampled_from(
        ["{d}°{m}′{s}″", "{d}度{m}分{s}秒", "{d}.{m:02d}{s:03.0f}", "{d}.{m:02d}{m:02d}"]
    ),
)
def test_the_short_cut_reads_what_the_long_way_reads(d, m, tenths, spelling):
    text = spelling.format(d=d, m=m, s=tenths / 10)
    try:
        long_way = angle_of(normalised(text), text)
    except CoordinateTextError:
        with pytest.raises(CoordinateTextError):
            read_angle(text)
    else:
        assert read_angle(text) == long_way


@pytest.mark.parametrize("text", ["4.3.5", "119.35.24", "119.61.24", "119.35.24.5", "2014.03.05"])
def test_two_dots_are_never_taken_for_signs_of_degrees(text):
    """A slip of 119.3524 and 119°35′24″ lie ten kilometres apart: the officer decides."""
    with pytest.raises(CoordinateTextError):
        parse_angle(text)


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("1900-01-04 22:57:00", 118.95),
        ("1900-01-01 16:24:25.2", 40.407),
        ("4 days, 22:57:00", 118.95),
        ("1 day, 16:24:25.2", 40.407),
        ("PT118H57M00S", 118.95),
        ("PT40H24M25.2S", 40.407),
    ],
)
def test_degrees_that_a_spreadsheet_took_for_hours_come_back(text, degrees):
    assert parse_angle(text) == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize("text", ["2014-03-05 12:00:00", "1900-01-09 22:57:00", "PT118H60M00S"])
def test_other_times_are_no_degrees(text):
    with pytest.raises(CoordinateTextError):
        parse_angle(text)
