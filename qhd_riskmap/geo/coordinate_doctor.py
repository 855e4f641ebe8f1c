"""Which reference system a sheet's coordinates are in; never a guess.

The evidence, strongest first: what the sender declared; the ranges of the numbers (which tell
degrees from metres, the projection, the zone and the order of the columns, but never a plane datum);
words that name one datum; for plane coordinates, survey dates after 1 July 2018, when CGCS2000
became the only lawful system; and the counties the rows declare, where they separate. What these do
not settle stays undecided, and the diagnosis carries the one question to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.containment import (
    BoolArray,
    InsideTest,
    Places,
    contradicted,
    inside_rows,
    separated,
)
from qhd_riskmap.geo.datum_words import Datum, NamedDatums, named_datums
from qhd_riskmap.geo.datums import FloatArray, to_cgcs2000
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.geo.sheet_frames import GEOGRAPHIC, Fit, Frame, fits_of, unpacked
from qhd_riskmap.i18n import N_, _

Box = tuple[float, float, float, float]

# Qinhuangdao and a strip of its neighbours: longitude 118-120.5, latitude 39-41.
NEIGHBOURHOOD: Final[Box] = (118.0, 39.0, 120.5, 41.0)
# 自然资源部 2018: from 1 July 2018 on, CGCS2000 is the only system of surveying products.
ONLY_CGCS_SINCE: Final = np.datetime64("2018-07-01")
_TOLERATED_MIX: Final = 0.1
_OVERLAP: Final = 0.5

_ASK_DEGREES: Final = N_("坐标从哪里来的？高德/腾讯地图 · 百度地图 · GPS 手持机或测绘单位 · 不清楚")
_ASK_PLANE: Final = N_("这些平面坐标是哪个坐标系？国家2000 · 西安80 · 北京54 · 不清楚")
_ASK_PROJECTION: Final = N_("这些平面坐标用的是哪种投影？高斯投影（117°） · UTM 50 带 · 不清楚")
_ASK_FORM: Final = N_("这些数怎么读？十进制度（119.3524°） · 度.分秒（119°35′24″） · 不清楚")
_ASK_MIXED: Final = N_("表里的坐标写法不一，各行分别是什么坐标？请分表或逐行注明。")


@dataclass(frozen=True, kw_only=True, eq=False)
class SheetEvidence:
    """What is known about one pair of coordinate columns.

    Attributes:
        x: First column as numbers, in the order of the sheet; NaN where there is none.
        y: Second column.
        header_words: Headers, notes, sheet and file name.
        declared: What the sender said of the whole sheet.
        rows_declared: What single rows say of themselves; None entries follow the sheet.
        inside: Takes CGCS2000 longitudes and latitudes of all rows (degrees; 0, 0 where a row has
            no place) and tells which lie in the county that their row declares.
        survey_dates: One date per row (`datetime64`, `date`, or None).
        region: West, south, east, north of the area the sheet must be about, degrees.
    """

    x: ArrayLike
    y: ArrayLike
    header_words: Sequence[str] = ()
    declared: Reference | None = None
    rows_declared: Sequence[Reference | None] | None = None
    inside: InsideTest | None = None
    survey_dates: ArrayLike | None = None
    region: Box = NEIGHBOURHOOD


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The doctor's answer.

    Attributes:
        decided: The reference of the sheet; None is 未定 (or every row speaks for itself).
        swapped: The first column holds latitudes or northings.
        votes: Hypothesis (`Reference.text`) → rows that fit it.
        reasons: Chinese sentences.
        candidates: References that the evidence leaves open; the decided one alone when decided.
        question: What to ask the sender; "" when nothing is open.
        form: How the numbers are to be read: degrees, packed degrees, or plane metres.
        outliers: Rows (from 0) with numbers that do not fit the reading chosen.
    """

    decided: Reference | None
    swapped: bool
    votes: dict[str, int]
    reasons: tuple[str, ...]
    candidates: tuple[Reference, ...]
    question: str
    form: TextForm = TextForm.DECIMAL
    outliers: tuple[int, ...] = ()


def diagnose(evidence: SheetEvidence) -> Diagnosis:
    """Weigh the evidence of one sheet.

    Raises:
        InvalidInputError: The columns differ in length.
    """
    return _Case(evidence).diagnosis()


class _Case:
    """One sheet under examination: collects votes and reasons while the question narrows."""

    def __init__(self, evidence: SheetEvidence) -> None:
        self.evidence = evidence
        self.x, self.y = _columns(evidence)
        self.words: NamedDatums = named_datums(evidence.header_words)
        self.reasons: list[str] = []
        self.votes: dict[str, int] = {}
        rows = np.isfinite(self.x) & np.isfinite(self.y)
        own = evidence.rows_declared
        self.self_declared = tuple({r for r in own or () if r is not None})
        spoken = np.array([r is not None for r in own], np.bool_) if own is not None else None
        self.open_rows: BoolArray = rows & ~spoken if spoken is not None else rows
        self.total = int(self.open_rows.sum())

    def diagnosis(self) -> Diagnosis:
        if self.self_declared:
            self.reasons.append(_("部分或全部行自带坐标系说明，按各行说明处理。"))
        if self.total == 0:
            return self._nothing_open()
        if self.evidence.declared is not None:
            return self._declared(self.evidence.declared)
        fits = fits_of(self.x, self.y, self.open_rows, self.evidence.region)
        best = max(fits, key=lambda fit: fit.count)
        if best.count * 2 <= self.total:
            self.reasons.append(
                _("{total} 行里只有 {count} 行按常见坐标系落在本市一带。").format(
                    total=self.total, count=best.count
                )
            )
            return self._undecided(best, (), _(_ASK_DEGREES))
        self._describe(best)
        strangers = self.open_rows & ~best.rows & _any_rows(fits)
        if int(strangers.sum()) > _TOLERATED_MIX * self.total:
            self.reasons.append(_("另有 {count} 行是别的写法。").format(count=int(strangers.sum())))
            return self._undecided(best, (), _(_ASK_MIXED))
        if best.frame is GEOGRAPHIC:
            return self._degrees(best)
        return self._plane(best, fits)

    def _nothing_open(self) -> Diagnosis:
        only = self.self_declared[0] if len(self.self_declared) == 1 else None
        if not self.self_declared:
            self.reasons.append(_("没有可用的坐标。"))
        return Diagnosis(
            decided=only,
            swapped=False,
            votes={},
            reasons=tuple(self.reasons),
            candidates=self.self_declared,
            question="",
        )

    def _declared(self, declared: Reference) -> Diagnosis:
        """A declared reference decides; rows that do not fit it are reported."""
        fit = max(self._declared_fits(declared), key=lambda one: one.count)
        count = fit.count
        self.votes[declared.text] = count
        self.reasons.append(_("坐标系由报送单位说明：{name}。").format(name=declared.label))
        self._describe_reading(fit)
        if not declared.projected and _looks_packed(
            np.concatenate([fit.x, fit.y])[np.tile(fit.rows, 2)]
        ):
            self.reasons.append(_("小数部分都像“分秒”，请核对是否为 度.分秒 的写法。"))
        if count < self.total:
            self.reasons.append(
                _("按此说明有 {count} 行不在本市一带，请核对。").format(count=self.total - count)
            )
        return self._decided(fit, declared)

    def _declared_fits(self, declared: Reference) -> Iterator[Fit]:
        plane, degrees = (TextForm.PLANE,), (TextForm.DECIMAL, TextForm.PACKED_DMS, TextForm.NMEA)
        for form in plane if declared.projected else degrees:
            for swapped in (False, True):
                pair = (self.y, self.x) if swapped else (self.x, self.y)
                x, y = (unpacked(values, form) for values in pair)
                rows = self._in_region(to_cgcs2000(x, y, declared))
                yield Fit(GEOGRAPHIC, form, rows, swapped, x, y)

    def _in_region(self, places: Places) -> BoolArray:
        west, south, east, north = self.evidence.region
        lon, lat = places
        inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        return np.asarray(inside & self.open_rows, np.bool_)

    def _describe(self, best: Fit) -> None:
        self.reasons.append(
            _("{total} 行里有 {count} 行的数值符合“{frame}”。").format(
                total=self.total, count=best.count, frame=best.frame.label
            )
        )
        self._describe_reading(best)

    def _describe_reading(self, fit: Fit) -> None:
        if fit.swapped:
            self.reasons.append(_("第一列是纬度或北坐标，两列已对调。"))
        if fit.form in {TextForm.NMEA, TextForm.PACKED_DMS}:
            self.reasons.append(_("数字是{form}。").format(form=fit.form.label))

    # Degrees -------------------------------------------------------------------------------------

    def _degrees(self, best: Fit) -> Diagnosis:
        candidates = tuple(
            parse_reference(GEOGRAPHIC.codes[datum])
            for datum in (Datum.GCJ02, Datum.BD09, Datum.WGS84, Datum.CGCS2000)
        )
        readings = {c.text: to_cgcs2000(best.x, best.y, c) for c in candidates}
        self._vote(readings, best)
        if best.form is TextForm.DECIMAL and self._may_be_packed(best):
            self.reasons.append(_("小数部分都像“分秒”，可能是 度.分秒 的写法。"))
            return self._undecided(best, candidates, _(_ASK_FORM))
        places = {name: p for name, p in readings.items() if name != Datum.CGCS2000}
        if self.words.named:
            return self._degrees_by_words(best, candidates, places)
        inside = self.evidence.inside
        found = separated(places, inside) if inside is not None else None
        if found is None:
            self.reasons.append(_("没有坐标系说明，所报县区也分不开。"))
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        winner = parse_reference(found)
        self.reasons.append(_("只有按“{name}”，各行才落在所报县区。").format(name=winner.label))
        if winner.gnss:
            self.reasons.append(_("WGS84 与国家2000在此相差不到 1 米，按精度较低的记。"))
        return self._decided(best, winner)

    def _degrees_by_words(
        self, best: Fit, candidates: tuple[Reference, ...], places: dict[str, Places]
    ) -> Diagnosis:
        datum = self.words.only
        if datum is None:
            self._say_words_unclear()
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        winner = parse_reference(GEOGRAPHIC.codes[datum])
        key = winner.text if winner.text in places else Datum.WGS84.value
        inside = self.evidence.inside
        if inside is not None and contradicted(key, places, inside):
            self.reasons.append(
                _("表中写着“{words}”，但按它换算后多行不在所报县区。").format(
                    words="、".join(self.words.words)
                )
            )
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        self.votes.setdefault(winner.text, best.count)
        self._say_words(winner)
        return self._decided(best, winner)

    def _may_be_packed(self, best: Fit) -> bool:
        """Whether every row may be dd.mmss, and the counties do not speak for true decimals."""
        rows = best.rows
        both = np.concatenate([best.x[rows], best.y[rows]])
        if not _looks_packed(both):
            return False
        inside = self.evidence.inside
        if inside is None:
            return True
        lon, lat = (_from_packed_fraction(values) for values in (best.x, best.y))
        readings = {"decimal": (best.x, best.y), "packed": (lon, lat)}
        return separated(readings, inside) != "decimal"

    # Metres --------------------------------------------------------------------------------------

    def _plane(self, best: Fit, fits: list[Fit]) -> Diagnosis:
        rivals = [
            fit
            for fit in fits
            if fit.swapped == best.swapped
            and int((fit.rows & best.rows).sum()) > _OVERLAP * best.count
        ]
        frames = [fit.frame for fit in rivals]
        candidates = tuple(parse_reference(code) for f in frames for code in f.codes.values())
        readings = {f.key: to_cgcs2000(best.x, best.y, f.any_reference) for f in frames}
        self._vote({f.any_reference.text: readings[f.key] for f in frames}, best)
        frame = best.frame
        if len(frames) > 1:
            inside = self.evidence.inside
            found = separated(readings, inside) if inside is not None else None
            if found is None:
                self.reasons.append(_("高斯 117° 与 UTM 50 带数值相近，只差约 1.8 千米，分不开。"))
                return self._undecided(best, candidates, _(_ASK_PROJECTION))
            frame = next(f for f in frames if f.key == found)
            self.reasons.append(_("只有按“{name}”，各行才落在所报县区。").format(name=frame.label))
        return self._plane_datum(best, frame)

    def _plane_datum(self, best: Fit, frame: Frame) -> Diagnosis:
        candidates = tuple(parse_reference(code) for code in frame.codes.values())
        if self.words.named:
            datum = self.words.only
            if datum is None or datum not in frame.codes:
                self._say_words_unclear()
                return self._undecided(best, candidates, _(_ASK_PLANE))
            winner = parse_reference(frame.codes[datum])
            self._say_words(winner)
            return self._decided(best, winner)
        if Datum.CGCS2000 in frame.codes and self._surveyed_since():
            self.reasons.append(_("按日期推定为国家2000：全部排查日期都在 2018 年 7 月 1 日之后。"))
            return self._decided(best, parse_reference(frame.codes[Datum.CGCS2000]))
        self.reasons.append(_("数值只说明投影，不说明坐标系。"))
        return self._undecided(best, candidates, _(_ASK_PLANE))

    def _surveyed_since(self) -> bool:
        if self.evidence.survey_dates is None:
            return False
        dates = _dates(self.evidence.survey_dates, self.x.size)[self.open_rows]
        return bool(np.all(dates > ONLY_CGCS_SINCE))  # NaT compares false

    # The answer ----------------------------------------------------------------------------------

    def _vote(self, readings: dict[str, Places], best: Fit) -> None:
        inside = self.evidence.inside
        for name, places in readings.items():
            rows = best.rows & self._in_region(places)
            if inside is not None:
                rows = rows & inside_rows(places, inside)
            self.votes[name] = int(rows.sum())

    def _say_words(self, winner: Reference) -> None:
        self.reasons.append(
            _("表中写明“{words}”，定为{name}。").format(
                words="、".join(self.words.words), name=winner.label
            )
        )
        if winner.unshifted:
            self.reasons.append(
                _("旧坐标系在本地没有公开参数，未改正，位置可能相差 60 至 100 米。")
            )

    def _say_words_unclear(self) -> None:
        self.reasons.append(
            _("表中的“{words}”说不清是哪个坐标系。").format(words="、".join(self.words.words))
        )

    def _decided(self, fit: Fit, winner: Reference) -> Diagnosis:
        return self._answer(fit, winner, (winner,), "")

    def _undecided(self, fit: Fit, candidates: tuple[Reference, ...], question: str) -> Diagnosis:
        return self._answer(fit, None, candidates, question)

    def _answer(
        self,
        fit: Fit,
        winner: Reference | None,
        candidates: tuple[Reference, ...],
        question: str,
    ) -> Diagnosis:
        outliers = np.flatnonzero(self.open_rows & ~fit.rows)
        if outliers.size and winner is not None and self.evidence.declared is None:
            self.reasons.append(
                _("有 {count} 行与其余各行写法或位置不合，请逐行核对。").format(count=outliers.size)
            )
        return Diagnosis(
            decided=winner,
            swapped=fit.swapped,
            votes=self.votes,
            reasons=tuple(self.reasons),
            candidates=candidates,
            question=question,
            form=fit.form,
            outliers=tuple(int(row) for row in outliers),
        )


def _columns(evidence: SheetEvidence) -> tuple[FloatArray, FloatArray]:
    x = np.asarray(evidence.x, np.float64).ravel()
    y = np.asarray(evidence.y, np.float64).ravel()
    rows = len(evidence.rows_declared) if evidence.rows_declared is not None else x.size
    if x.size != y.size or rows != x.size:
        raise InvalidInputError(_("坐标的两列长短不一。"))
    return x, y


def _dates(values: ArrayLike, rows: int) -> NDArray[np.datetime64]:
    dates: Any = np.asarray(values, dtype="datetime64[D]").ravel()
    if dates.size != rows:
        raise InvalidInputError(_("日期列与坐标列长短不一。"))
    return np.asarray(dates, dtype="datetime64[D]")


def _any_rows(fits: list[Fit]) -> BoolArray:
    return np.asarray(np.any(np.stack([fit.rows for fit in fits]), axis=0), np.bool_)


def _looks_packed(values: FloatArray) -> bool:
    """Whether all values may be dd.mmss: both pairs of decimals below 60, and not by chance.

    Values of four decimals are suspect in any number, longer ones from eight on (a true decimal
    fits with probability 0.36), shorter ones never.
    """
    decimals = np.round(np.abs(values) * 1e8) % 10**8  # eight of them, as a whole number
    minutes, seconds = decimals // 10**6, decimals // 10**4 % 100
    if np.any(minutes >= 60) or np.any(seconds >= 60) or not np.any(seconds > 0):  # noqa: PLR2004
        return False
    return bool(np.all(decimals % 10**4 == 0)) or values.size >= 16  # noqa: PLR2004


def _from_packed_fraction(values: FloatArray) -> FloatArray:
    """119.3524 read as 119°35′24″, in degrees."""
    total = np.round(values * 1e8)
    degrees, rest = total // 10**8, total % 10**8
    return np.asarray(degrees + (rest // 10**6) / 60.0 + (rest % 10**6) / 1e4 / 3600.0, np.float64)
