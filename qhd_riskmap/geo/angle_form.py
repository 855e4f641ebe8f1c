"""Whether numbers such as 119.3524 are decimal degrees, or 度.分秒: 119°35′24″; never a guess.

Both lie in this region and some twenty kilometres apart. Evidence is what the sender said, words (度.分秒,
十进制), the counties the rows declare, and the digits: minutes and seconds stay below 60, true decimals do
so in six of ten pairs. What these leave open is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.datum_words import DOUBT, clauses
from qhd_riskmap.geo.datums import FloatArray
from qhd_riskmap.geo.diagnosis import NEIGHBOURHOOD, NOBODY, Box
from qhd_riskmap.geo.references import WGS84
from qhd_riskmap.geo.sheet_frames import from_packed_fraction
from qhd_riskmap.geo.witnesses import BoolArray, Hearing, Reading, Witness
from qhd_riskmap.i18n import N_, _

ASK_ANGLES: Final = N_("这些数怎么读？十进制度（119.3524°） · 度.分秒（119°35′24″） · 不清楚")
_HALF_TURN: Final = 180.0
_SIXTY: Final = 60
# A millimetre; what is longer was computed, say from 119°35′24.5″.
_WRITTEN: Final = 10**8
_MANY_ROWS: Final = 20
_TOLERATED: Final = 0.05
# Of true decimals 36 % of the rows fit where the minutes do not vary.
_BEYOND_CHANCE: Final = 0.42
# Chance for true decimals: 0.6 ** 28 < 1e-6; decimals on a grid repeat few seconds.
_DIFFERENT: Final = 28
_DIFFERENT_SECONDS: Final = 15
_MOST_VOTERS: Final = 5000
_PACKED: Final = re.compile(r"度[.、]?分[.、]?秒|D{1,3}\.MM\.?SS|D\.MS")
_DECIMAL: Final = re.compile(r"十进制|小数度|D{1,3}\.D{2,}|度的小数")
_BARE: Final = re.compile(r"\d+(?:\.\d+)?")
_MARKED: Final = re.compile(r"[°º˚度分秒′″'\":：‘’“”]|\d-\d|\.\d+\.")
_LONGEST_DEGREES: Final = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class AngleEvidence:
    """What is known of the coordinates of one sheet, as numbers.

    Attributes:
        x: Longitude of each row as its number stands, NaN where there is none.
        y: Latitude.
        bare: Tells which rows are written as numbers with a point and nothing else; asked only where
            it matters.
        words: Headers, titles and notes.
        witnesses: What else knows where the rows are.
        region: West, south, east, north of the area the sheet must be about, degrees.
    """

    x: FloatArray
    y: FloatArray
    bare: Callable[[], BoolArray]
    words: Sequence[str] = ()
    witnesses: Sequence[Witness] = NOBODY
    region: Box = NEIGHBOURHOOD


@dataclass(frozen=True, kw_only=True)
class AngleVerdict:
    """How the numbers are to be read.

    Attributes:
        form: `TextForm.DECIMAL`, `TextForm.PACKED_FRACTION`, or None: ask.
        reason: Chinese sentence; "" where nothing is remarkable.
    """

    form: TextForm | None
    reason: str = ""


_PLAIN: Final = AngleVerdict(form=TextForm.DECIMAL)


def angle_form(evidence: AngleEvidence) -> AngleVerdict:
    """Weigh the evidence."""
    rows = _suspect_rows(evidence)
    if rows is None:
        return _PLAIN
    said = _form_in_words(evidence.words)
    if said is not None:
        message = _("表中写明是{form}，照此读。")
        return AngleVerdict(form=said, reason=message.format(form=said.label))
    x, y = evidence.x[rows], evidence.y[rows]
    lon, lat = from_packed_fraction(x), from_packed_fraction(y)
    readings = [Reading("decimal", WGS84, x, y), Reading("packed", WGS84, lon, lat)]
    hearing = Hearing(readings, evidence.witnesses, rows)
    found = hearing.verdict()
    if found == "decimal" or _inside(lon, lat, evidence.region) * 2 <= len(rows):
        reason = _("小数部分都像“分秒”，但按 度.分秒 读，各行不在所报的地方；按十进制度读。")
        return AngleVerdict(form=TextForm.DECIMAL, reason=reason)
    if found == "packed":
        reason = _("只有按 度.分秒 读（119.3524 即 119°35′24″），各行才落在所报的地方。")
        return AngleVerdict(form=TextForm.PACKED_FRACTION, reason=reason)
    count = _different(np.concatenate([x, y]))
    if count >= _DIFFERENT and not hearing.against("packed"):
        reason = _(
            "{count} 个不同的数，小数部分的“分”和“秒”都小于 60，十进制度不会如此；"
            "按 度.分秒 读（119.3524 即 119°35′24″）。"
        )
        return AngleVerdict(form=TextForm.PACKED_FRACTION, reason=reason.format(count=count))
    return AngleVerdict(form=None, reason=_("小数部分都像“分秒”，可能是 度.分秒 的写法。"))


def written_bare(text: str) -> bool:
    """Whether coordinates are written as numbers of degrees with a point, without any sign.

    >>> written_bare("119.3524, 39.5708"), written_bare("119°35′24″, 39.95")
    (True, False)
    """
    if _MARKED.search(text):
        return False
    numbers = _BARE.findall(text)
    whole = [number.partition(".")[0] for number in numbers]
    pointed = len(numbers) == 2 or all("." in number for number in numbers)  # noqa: PLR2004
    return bool(numbers) and pointed and max(map(len, whole)) <= _LONGEST_DEGREES


def _suspect_rows(evidence: AngleEvidence) -> Any:
    """Indices of the rows that look packed, where the sheet as a whole does; None for decimals."""
    x, y = evidence.x, evidence.y
    with np.errstate(invalid="ignore"):
        there = (np.abs(x) <= _HALF_TURN) & (np.abs(y) <= _HALF_TURN)
    first, second = _decimals(x), _decimals(y)
    there &= (first % 10 == 0) & (second % 10 == 0)
    fit = there & _fits(first) & _fits(second)
    if not fit.any() or fit.sum() < _BEYOND_CHANCE * there.sum():
        return None
    bare = evidence.bare()
    there, fit = there & bare, fit & bare
    strangers, count = int((there & ~fit).sum()), int(there.sum())
    if not fit.any() or strangers > (_TOLERATED * count if count >= _MANY_ROWS else 0):
        return None
    both = np.concatenate([first[fit], second[fit]])
    if not np.any(both // 10**5 % 100 > 0):
        return None  # 119.35: as two decimals and as minutes nothing is known of seconds
    rows = np.flatnonzero(fit)
    if len(rows) > _MOST_VOTERS:
        rows = rows[np.linspace(0, len(rows) - 1, _MOST_VOTERS).astype(np.intp)]
    return rows


def _decimals(values: FloatArray) -> Any:
    """Eight decimals as a whole number, and a ninth digit that is 0 where there are no more."""
    size = np.abs(np.where(np.isfinite(values), values, 0.0)) * _WRITTEN
    longer = np.abs(size - np.round(size)) > 1e-2  # noqa: PLR2004 - far above what floats err
    return (np.round(size) % _WRITTEN).astype(np.int64) * 10 + longer


def _fits(decimals: Any) -> Any:
    return (decimals // 10**7 < _SIXTY) & (decimals // 10**5 % 100 < _SIXTY)


def _different(values: FloatArray) -> int:
    """How many different numbers of minutes and seconds there are, 0 where they repeat few seconds."""
    pairs = _decimals(values) // 10**5
    if len(np.unique(pairs % 100)) < _DIFFERENT_SECONDS:
        return 0
    return len(np.unique(pairs))


def _inside(lon: FloatArray, lat: FloatArray, region: Box) -> int:
    west, south, east, north = region
    return int(((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)).sum())


def _form_in_words(texts: Sequence[str]) -> TextForm | None:
    named = set()
    for clause in clauses(texts):
        found = {
            form
            for form, words in ((TextForm.PACKED_FRACTION, _PACKED), (TextForm.DECIMAL, _DECIMAL))
            if words.search(clause)
        }
        if found and DOUBT.search(clause):
            return None
        named |= found
    return named.pop() if len(named) == 1 else None
