"""Which datum the words of a sheet name: headers, notes, sheet and file names.

Only words that stand for one datum count. A bare "2000" (a year, a scale, a distance) does not, and
a word in one clause with a negation or a conversion (非高德, 由百度转换) names nothing for sure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Datum(StrEnum):
    """The datums a sheet of this region can be on."""

    CGCS2000 = "cgcs2000"
    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    XIAN80 = "xian80"
    BEIJING54 = "beijing54"
    NEW_BEIJING54 = "new_beijing54"


@dataclass(frozen=True, slots=True)
class NamedDatums:
    """What the words say.

    Attributes:
        named: Every datum that a word names.
        words: The words found, in reading order.
        doubtful: A negation or a conversion stands in the same clause as one of them.
    """

    named: frozenset[Datum]
    words: tuple[str, ...]
    doubtful: bool

    @property
    def only(self) -> Datum | None:
        """The one datum named without doubt, or None.

        CGCS2000 measured by GPS is CGCS2000: the two are decimetres apart.
        """
        named = self.named - {Datum.WGS84} if Datum.CGCS2000 in self.named else self.named
        return next(iter(named)) if len(named) == 1 and not self.doubtful else None


_PATTERNS: Final = (
    # 火星 alone or with what it is of; it begins names of other things, too (火星一号).
    (Datum.GCJ02, r"高德|腾讯|火星(?=坐标|系|加密|地图|经|纬|[^\u4e00-\u9fff]|$)|GCJ"),
    (Datum.BD09, r"百度|BD-?09"),
    (Datum.WGS84, r"WGS|GPS|手持机|EPSG:?4326"),
    (
        Datum.CGCS2000,
        r"CGCS|(?:国家|大地|中国)2000|2000(?:国家|中国|坐标|大地|系)|\(2000\)|国家大地坐标|EPSG:?4490",
    ),
    (Datum.XIAN80, r"西安(?:19)?80|(?<!\d)(?:19)?80(?:年)?西安|80坐标|80系|XI'?AN(?:19)?80"),
    (Datum.NEW_BEIJING54, r"新北京(?:19)?54|新54"),
    (
        Datum.BEIJING54,
        r"(?<!新)北京(?:19)?54|(?<!\d)(?:19)?54(?:年)?北京|(?<!新)54坐标|54系|BEIJING(?:19)?54|BJ-?54",
    ),
)
_COMPILED: Final = tuple((datum, re.compile(pattern)) for datum, pattern in _PATTERNS)
DOUBT: Final = re.compile(r"非(?!煤)|不(?!稳|良)|勿|禁|无|没|转(?!移)|换算|变换|纠偏|还是|\?")
_CLAUSE: Final = re.compile(r"[。;!,]")
_SPACE: Final = re.compile(r"\s+")
_LONGEST_TEXT: Final = 2000
# A clause with one of these speaks of where its numbers come from, not of anything else by that name.
_OF_COORDINATES: Final = re.compile(r"坐标|经纬度|定位|拾取")


def clauses(texts: Iterable[str]) -> Iterator[str]:
    """The clauses of texts, without blanks, in capitals and plain forms of letters.

    >>> list(clauses(["坐标系：国家 2000；ＧＰＳ"]))
    ['坐标系:国家2000', 'GPS']
    """
    for text in texts:
        plain = _SPACE.sub("", unicodedata.normalize("NFKC", text[:_LONGEST_TEXT])).upper()
        yield from _CLAUSE.split(plain)


def named_datums(texts: Iterable[str]) -> NamedDatums:
    """Read every text of a sheet that stands outside its rows.

    >>> named_datums(["经度（高德）", "纬度（高德）"]).only
    <Datum.GCJ02: 'gcj02'>
    >>> named_datums(["非百度坐标"]).only is None
    True
    """
    named: set[Datum] = set()
    words: list[str] = []
    doubtful = False
    for clause in clauses(texts):
        found = [(datum, match[0]) for datum, p in _COMPILED for match in p.finditer(clause)]
        named.update(datum for datum, _word in found)
        words += [word for _datum, word in found if word not in words]
        doubtful = doubtful or (bool(found) and DOUBT.search(clause) is not None)
    return NamedDatums(frozenset(named), tuple(words), doubtful)


def said_of_coordinates(text: str) -> str:
    """The clause of a remark that says what its row's coordinates are, "" where none does without doubt.

    >>> said_of_coordinates("雨季须巡查。坐标取自高德地图")
    '坐标取自高德地图'
    >>> said_of_coordinates("百度地图上可查")
    ''
    """
    found = [clause for clause in clauses([text]) if _OF_COORDINATES.search(clause)]
    named = [clause for clause in found if named_datums([clause]).named]
    return named[0] if named and named_datums(named).only is not None else ""
