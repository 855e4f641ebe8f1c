"""Which plane projection the words of a sheet name: 3度带, 中央经线 120°, 40 带, UTM 50N, EPSG codes.

Words never make a plane of numbers that do not fit it; they only part the planes that the ranges of the
numbers leave open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from qhd_riskmap.geo.datum_words import DOUBT, clauses
from qhd_riskmap.geo.sheet_frames import FRAMES

_NARROW: Final = frozenset({"gk120", "gk40", "gk117", "gk39"})
_WIDE: Final = frozenset({"gk117", "gk20"})
_GAUSS: Final = _NARROW | _WIDE
_UTM: Final = frozenset({"utm50", "utm51"})
_MERIDIAN: Final = r"中央(?:经线|子午线|经度)(?:为|是)?[:=]?(?:东经)?E?"
# What each word leaves possible. A zone without a prefix has the plane of its meridian.
_WORDS: Final = (
    (r"UTM[^0-9A-Z]{0,3}(?:ZONE)?50(?!\d)", frozenset({"utm50"})),
    (r"UTM[^0-9A-Z]{0,3}(?:ZONE)?51(?!\d)", frozenset({"utm51"})),
    (r"UTM(?![^0-9A-Z]{0,3}(?:ZONE)?5[01](?!\d))|通用横轴墨卡托", _UTM),
    (r"(?<!横轴)墨卡托", frozenset({"mercator"})),
    (r"高斯|GAUSS", _GAUSS),
    (r"(?<!\d)[3三](?:°|度)分?带", _NARROW),
    (r"(?<!\d)[6六](?:°|度)分?带", _WIDE),
    (_MERIDIAN + r"120", frozenset({"gk120", "gk40"})),
    (_MERIDIAN + r"117", frozenset({"gk117", "gk39", "gk20"})),
    (r"(?<![\d.])40(?:带|号带|度带)|带号[:=为]?40(?!\d)|[3三](?:°|度)分?带[^0-9]{0,2}40(?!\d)",
     frozenset({"gk120", "gk40"})),
    (r"(?<![\d.])39(?:带|号带)|带号[:=为]?39(?!\d)|[3三](?:°|度)分?带[^0-9]{0,2}39(?!\d)",
     frozenset({"gk117", "gk39"})),
    (r"(?<![\d.])20(?:带|号带)|带号[:=为]?20(?!\d)|[6六](?:°|度)分?带[^0-9]{0,2}20(?!\d)", _WIDE),
)  # fmt: skip
_COMPILED: Final = tuple((re.compile(pattern), frames) for pattern, frames in _WORDS)
_CODE: Final = re.compile(r"EPSG[^0-9A-Z]{0,2}(\d{4,5})(?!\d)")
_FRAME_OF_CODE: Final = {
    code: frame.key for frame in FRAMES for code in frame.codes.values() if code.startswith("EPSG")
}


@dataclass(frozen=True, slots=True)
class NamedProjection:
    """What the words leave possible.

    Attributes:
        frames: Keys of `sheet_frames.FRAMES`; empty where the words contradict each other.
        words: The words found, in reading order.
        codes: EPSG notations that stand there.
        doubtful: A negation or a conversion stands in the same clause as one of them.
    """

    frames: frozenset[str]
    words: tuple[str, ...]
    codes: tuple[str, ...] = ()
    doubtful: bool = False

    @property
    def spoken(self) -> bool:
        """Whether words say anything that can be relied on."""
        return bool(self.words) and not self.doubtful


def named_projection(texts: Iterable[str]) -> NamedProjection:
    """Read every text of a sheet that stands outside its rows.

    >>> sorted(named_projection(["WGS84 UTM 50N"]).frames)
    ['utm50']
    >>> sorted(named_projection(["CGCS2000 3度带 40"]).frames)
    ['gk120', 'gk40']
    """
    left = frozenset(frame.key for frame in FRAMES[1:])
    words: list[str] = []
    codes: list[str] = []
    doubtful = False
    for clause in clauses(texts):
        found = [(match[0], frames) for p, frames in _COMPILED for match in p.finditer(clause)]
        for match in _CODE.finditer(clause):
            notation = f"EPSG:{match[1]}"
            codes.append(notation)
            key = _FRAME_OF_CODE.get(notation)
            if key is not None:
                found.append((match[0], frozenset({key})))
        for word, frames in found:
            left &= frames
            if word not in words:
                words.append(word)
        doubtful = doubtful or (bool(found) and DOUBT.search(clause) is not None)
    return NamedProjection(left, tuple(words), tuple(dict.fromkeys(codes)), doubtful)
