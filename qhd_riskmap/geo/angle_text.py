"""One angle written by a person: every spelling of degrees, minutes and seconds.

DOMAIN reference §4.6 lists the forms. Texts are first brought to one alphabet (`normalised`): ASCII
digits, ``° ' "``, and single capital letters for direction words. All patterns are anchored, have no
nested repetition, and run on texts of at most `LONGEST_ANGLE` characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qhd_riskmap.i18n import N_, _

LONGEST_ANGLE: Final = 64


class CoordinateTextError(ValueError):
    """A text is no coordinate; the message is one Chinese sentence for the user."""


class TextForm(StrEnum):
    """How a coordinate was written."""

    DECIMAL = "decimal"
    DMS = "dms"
    DECIMAL_MINUTES = "decimal_minutes"
    NMEA = "nmea"
    PACKED_DMS = "packed_dms"
    PACKED_FRACTION = "packed"
    DECIMAL_COMMA = "decimal_comma"
    PLANE = "plane"
    WKT = "wkt"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _(_FORM_LABELS[self])


_FORM_LABELS: Final = {
    TextForm.DECIMAL: N_("十进制度"),
    TextForm.DMS: N_("度分秒"),
    TextForm.DECIMAL_MINUTES: N_("度与十进制分"),
    TextForm.NMEA: N_("度分连写（dddmm.mmm）"),
    TextForm.PACKED_DMS: N_("度分秒连写（dddmmss）"),
    TextForm.PACKED_FRACTION: N_("度.分秒（119.3524 即 119°35′24″）"),
    TextForm.DECIMAL_COMMA: N_("逗号作小数点"),
    TextForm.PLANE: N_("平面坐标"),
    TextForm.WKT: N_("WKT"),
}


@dataclass(frozen=True, slots=True)
class ParsedAngle:
    """One angle.

    Attributes:
        degrees: Decimal degrees, south and west negative.
        form: How it was written.
        axis: ``lon`` or ``lat`` where a direction word told, else "".
        ambiguous: The same text may mean another angle (119.3524 can be 119°35′24″): ask.
    """

    degrees: float
    form: TextForm
    axis: str = ""
    ambiguous: bool = False


# Signs that NFKC would take apart into a space and a combining mark, or turn into a letter.
_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u00ba\u02da\u1d52\u2070\u309c\uff9f°度", "°"),
        **dict.fromkeys("\u2032\u2018\u2019\u00b4\u02b9\u02bc\u02ca\u02cb\uff07`分", "'"),
        **dict.fromkeys("\u2033\u201c\u201d\u02ba\u3003\u301d\u301e\uff02秒", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d\ufe63", "-"),
        **dict.fromkeys("、，\ufe50", ","),
        **dict.fromkeys("；\ufe54", ";"),
        **dict.fromkeys("：\ufe55", ":"),
        **dict.fromkeys("（【［｛[{〔", "("),
        **dict.fromkeys("）】］｝]}〕", ")"),
        "\u200b": "",
        "\ufeff": "",
        "\t": " ",
        "\r": "\n",
    }
)
# Longest first. L and B (大地经纬度 L, B) are axis words without a direction of their own. Words
# that hold a sign character (经度) come before the signs are read.
_WORDS: Final = (
    ("经度", "L"), ("纬度", "B"), ("东经", "E"), ("西经", "W"), ("北纬", "N"), ("南纬", "S"),
    ("東經", "E"), ("北緯", "N"), ("纵坐标", "X"), ("横坐标", "Y"), ("北坐标", "X"), ("东坐标", "Y"),
    ("LONGITUDE", "L"), ("LATITUDE", "B"), ("LONG", "L"), ("LON", "L"), ("LNG", "L"), ("LAT", "B"),
    ("东", "E"), ("東", "E"), ("西", "W"), ("北", "N"), ("南", "S"), ("米", ""),
)  # fmt: skip
_DOUBLED_WORD: Final = re.compile(r"([LB])[:=]? ?(?=[EWNS])")
_ONE_SPACE: Final = re.compile(r"[ \u3000]+")
_LON_WORDS: Final = "EWL"
_NEGATIVE_WORDS: Final = "WS"
_ANGLE_WORDS: Final = "EWNSLB"

_DECIMAL: Final = re.compile(r"(\d{1,3}(?:\.\d{0,20})?|\.\d{1,20}) ?°?")
_COMMA: Final = re.compile(r"(\d{1,3}),(\d{1,20}) ?°?")
_MARKED: Final = re.compile(
    r"(\d{1,3}) ?° ?(\d{1,2}(?:\.\d{0,20})?) ?(?:'|$) ?(?:(\d{1,2}(?:\.\d{0,20})?) ?\"?)?"
)
_SEPARATED: Final = re.compile(
    r"(\d{1,3})(?: ?([-:]) ?| )(\d{1,2}(?:\.\d{1,20})?)(?:(?: ?([-:]) ?| )(\d{1,2}(?:\.\d{1,20})?))?"
)
_TWO_DOTS: Final = re.compile(r"\d{2,3}(?:\.\d{1,2}){2}(?:\.\d{1,20})?")
_RUN_TOGETHER: Final = re.compile(r"(\d{4,7})(\.\d{0,20})?")
# January 1900 is where spreadsheets begin to count days; nobody writes it as a coordinate.
_ELAPSED: Final = re.compile(
    r"(?:1900-01-0(?P<date>\d) |(?P<days>\d) days?, )(?P<clock>\d{1,2}:\d\d:\d\d(?:\.\d{1,9})?)"
    r"|PT(?P<h>\d{1,3})H(?P<m>\d{1,2})M(?P<s>\d{1,2}(?:\.\d{1,9})?)S"
)
_COMMON: Final = re.compile(
    r"(\d{1,3}\.\d{0,20})|(\d{1,3})[°度](\d{1,2})[\u2032'分](\d{1,2}(?:\.\d{0,20})?)[\u2033\"秒]"
)
_PACKED_FRACTION: Final = re.compile(r"\d{2,3}\.(\d\d)(\d\d)\d*")
_SEXAGESIMAL: Final = 60.0
# What rounding makes of 59.996″; in a normalised text, after degrees or after degrees and minutes.
_SIXTY: Final = re.compile(r"\d{1,3} ?[-°: ] ?(?:\d{1,2} ?[-': ] ?)?60(?:\.0*)?(?![\d.])")
_MAYBE_SIXTY: Final = re.compile(r"(?<![\d.])60(?:\.0*)?(?![\d.])")
_NMEA_DIGITS: Final = (4, 5)
_EASTING_DIGITS: Final = 6
_HALF_TURN: Final = 180.0
_RIGHT_ANGLE: Final = 90.0


def normalised(text: str) -> str:
    """Bring signs, digits, brackets and direction words to the alphabet of the patterns."""
    plain = text.upper().replace("\r\n", "\n")
    for word, letter in _WORDS:
        if word in plain:
            plain = plain.replace(word, letter)
    plain = unicodedata.normalize("NFKC", plain.translate(_SIGNS)).translate(_SIGNS)
    plain = plain.replace("''", '"').upper()
    plain = _ONE_SPACE.sub(" ", plain)
    return _DOUBLED_WORD.sub("", plain).strip(" \n")


def parse_angle(text: str) -> float:
    """Decimal degrees of one angle in any form of DOMAIN reference §4.6; south and west negative.

    Raises:
        CoordinateTextError: No angle, or one with a decimal comma, which may as well be two numbers.

    >>> parse_angle("东经119度36分"), parse_angle("39°57′S")
    (119.6, -39.95)
    """
    angle = read_angle(text)
    if angle.form is TextForm.DECIMAL_COMMA:
        raise CoordinateTextError(
            _("“{text}”里的逗号可能是小数点，也可能隔开两个数，请改写。").format(text=shown(text))
        )
    return angle.degrees


def read_angle(text: str) -> ParsedAngle:
    """Like `parse_angle`, with the form it was written in and whether that is ambiguous.

    Raises:
        CoordinateTextError: No angle.
    """
    if len(text) > LONGEST_ANGLE:
        raise CoordinateTextError(_("坐标文字太长：“{text}”。").format(text=shown(text)))
    found = _COMMON.fullmatch(text)
    if found is None:
        return _elapsed(text) or angle_of(normalised(text), text)
    # The two commonest spellings, four times faster; same outcome, as a test shows.
    if found[1] is not None:
        return _checked(
            ParsedAngle(float(found[1]), TextForm.DECIMAL, "", could_be_packed_fraction(found[1])),
            text,
        )
    degrees, form, ambiguous = _sexagesimal(found[2], found[3], found[4], text)
    return _checked(ParsedAngle(degrees, form, "", ambiguous), text)


def _elapsed(text: str) -> ParsedAngle | None:
    """118:57:00 that a spreadsheet took for hours, minutes and seconds, as the formats write such a time."""
    found = _ELAPSED.fullmatch(text.strip())
    if found is None:
        return None
    days = int(found["date"] or found["days"] or 0)
    hours, minutes, seconds = (
        found["clock"].split(":") if found["clock"] else found.group("h", "m", "s")
    )
    _refuse_sixty(text, minutes, seconds)
    degrees, form, ambiguous = _sexagesimal(str(days * 24 + int(hours)), minutes, seconds, text)
    return _checked(ParsedAngle(degrees, form, "", ambiguous), text)


def _checked(angle: ParsedAngle, text: str) -> ParsedAngle:
    limit = _RIGHT_ANGLE if angle.axis == "lat" else _HALF_TURN
    if abs(angle.degrees) > limit:
        raise CoordinateTextError(_("“{text}”超出了经纬度的范围。").format(text=shown(text)))
    return angle


def shown(text: str) -> str:
    """``text`` short enough for a message."""
    flat = " ".join(text[:200].split())
    return flat if len(flat) <= 40 else flat[:39] + "…"  # noqa: PLR2004


def angle_of(plain: str, text: str) -> ParsedAngle:
    """Read a `normalised` angle; ``text`` is what the message quotes.

    Raises:
        CoordinateTextError: No angle.
    """
    word, sign, body = _unwrapped(plain, text)
    degrees, form, ambiguous = _body_value(body, text)
    axis = "" if not word else "lon" if word in _LON_WORDS else "lat"
    return _checked(ParsedAngle(sign * degrees, form, axis, ambiguous), text)


def _unwrapped(plain: str, text: str) -> tuple[str, float, str]:
    """Split off direction word and sign: (word, ±1, what is left)."""
    body = plain.strip(" ,;()")
    if body[:1] in {"X", "Y"}:  # column names of map programs, no direction
        body = body[1:].lstrip(" :=")
    before = body[:1] if body[:1] in tuple(_ANGLE_WORDS) else ""
    if before:
        body = body[1:].lstrip(" :=")
    after = body[-1:] if body[-1:] in tuple(_ANGLE_WORDS) else ""
    if after:
        body = body[:-1].rstrip(" ")
    sign = -1.0 if body.startswith("-") else 1.0
    signed = body.startswith(("-", "+"))
    body = body[1:].lstrip(" ") if signed else body
    word = before or after
    directed = word in tuple("EWNS")
    if (before and after and before != after) or (signed and directed):
        raise CoordinateTextError(_("“{text}”里的方向前后矛盾。").format(text=shown(text)))
    if word in tuple(_NEGATIVE_WORDS):
        sign = -1.0
    return word, sign, body


def _body_value(body: str, text: str) -> tuple[float, TextForm, bool]:
    found = _DECIMAL.fullmatch(body)
    if found is not None:
        return float(found[1]), TextForm.DECIMAL, could_be_packed_fraction(found[1])
    found = _COMMA.fullmatch(body)
    if found is not None:
        return float(f"{found[1]}.{found[2]}"), TextForm.DECIMAL_COMMA, True
    found = _RUN_TOGETHER.fullmatch(body)
    if found is not None:
        return _run_together(found[1], found[2] or "", text)
    found = _MARKED.fullmatch(body)
    if found is not None:
        return _sexagesimal(found[1], found[2], found[3], text)
    found = _SEPARATED.fullmatch(body)
    if found is not None and (found[5] is None or found[2] == found[4]):
        return _sexagesimal(found[1], found[3], found[5], text)
    if _TWO_DOTS.fullmatch(body):
        message = _(
            "“{text}”有两个点，可能是度分秒，也可能是写错的小数，请改写成 118°57′30″ 这样。"
        )
        raise CoordinateTextError(message.format(text=shown(text)))
    raise CoordinateTextError(_("看不懂坐标“{text}”。").format(text=shown(text)))


def _sexagesimal(
    degrees: str, minutes: str, seconds: str | None, text: str
) -> tuple[float, TextForm, bool]:
    if seconds is not None and "." in minutes:
        raise CoordinateTextError(_("“{text}”的分已有小数，不能再有秒。").format(text=shown(text)))
    m, s = float(minutes), float(seconds or 0.0)
    # Exactly 60 is a carry that rounding left behind: 39°54′59.996″ printed as 39°54′60.0″.
    if s > _SEXAGESIMAL or m > _SEXAGESIMAL or (m == _SEXAGESIMAL and s > 0.0):
        raise CoordinateTextError(_("“{text}”的分或秒大于 60。").format(text=shown(text)))
    form = TextForm.DMS if seconds is not None else TextForm.DECIMAL_MINUTES
    # One division each, so that 119°36′ is the same double as 119.6.
    return float(degrees) + (m * _SEXAGESIMAL + s) / 3600.0, form, False


def carries_sixty(text: str) -> bool:
    """Whether an angle in ``text`` has minutes or seconds of exactly 60, which count as one more.

    >>> carries_sixty("39°54′60.0″"), carries_sixty("39°54′06″"), carries_sixty("119.60, 39.9")
    (True, False, False)
    """
    return _MAYBE_SIXTY.search(text) is not None and _SIXTY.search(normalised(text)) is not None


def _run_together(digits: str, fraction: str, text: str) -> tuple[float, TextForm, bool]:
    """NMEA (d)ddmm.mmm with 4-5 digits, packed (d)ddmmss.s with 6-7 digits before the point."""
    if len(digits) in _NMEA_DIGITS:
        degrees, minutes = digits[:-2], digits[-2:] + fraction
        _refuse_sixty(text, minutes)
        value, _form, _ambiguous = _sexagesimal(degrees, minutes, None, text)
        return value, TextForm.NMEA, not fraction
    degrees, minutes, seconds = digits[:-4], digits[-4:-2], digits[-2:] + fraction
    _refuse_sixty(text, minutes, seconds)
    value, _form, _ambiguous = _sexagesimal(degrees, minutes, seconds, text)
    # Six digits alone may as well be an easting of this region (395606 m).
    return value, TextForm.PACKED_DMS, len(digits) == _EASTING_DIGITS


def _refuse_sixty(text: str, *parts: str) -> None:
    """Digits without any sign are an angle only while they look like nothing else."""
    if any(float(part) >= _SEXAGESIMAL for part in parts):
        raise CoordinateTextError(_("“{text}”的分或秒不小于 60。").format(text=shown(text)))


def could_be_packed_fraction(number: str) -> bool:
    """Whether a decimal may be dd.mmss instead: exactly four decimals, 00-59 twice.

    >>> could_be_packed_fraction("119.3524"), could_be_packed_fraction("119.59")
    (True, False)
    """
    found = _PACKED_FRACTION.fullmatch(number)
    return found is not None and len(number) - number.index(".") == 5 and _fits(found)  # noqa: PLR2004


def _fits(found: re.Match[str]) -> bool:
    return int(found[1]) < _SEXAGESIMAL and int(found[2]) < _SEXAGESIMAL
