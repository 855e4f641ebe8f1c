"""Which reference system a sheet's coordinates are in; never a guess.

The evidence, strongest first: what the sender declared; the ranges of the numbers (which tell
degrees from metres, the projection, the zone and the order of the columns, but never a plane datum);
words that name one datum; for plane coordinates, survey dates after 1 July 2018, when CGCS2000
became the only lawful system; and the counties the rows declare, where they separate. What these do
not settle stays undecided, and the diagnosis carries the one question to ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.datum_words import Datum, NamedDatums, named_datums
from qhd_riskmap.geo.datums import FloatArray, to_cgcs2000
from qhd_riskmap.geo.diagnosis import NEIGHBOURHOOD, Diagnosis, SheetEvidence
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.geo.plane_words import PlaneWords
from qhd_riskmap.geo.projection_words import named_projection
from qhd_riskmap.geo.references import (
    BD09,
    CGCS2000,
    GCJ02,
    WGS84,
    Reference,
    parse_reference,
)
from qhd_riskmap.geo.sheet_frames import (
    GEOGRAPHIC,
    Fit,
    fits_of,
    unpacked,
)
from qhd_riskmap.geo.witnesses import BoolArray, Hearing, IndexArray, Reading, Witness
from qhd_riskmap.i18n import N_, _

__all__ = ["NEIGHBOURHOOD", "Diagnosis", "SheetEvidence", "diagnose"]

# 自然资源部 2018: from 1 July 2018 on, CGCS2000 is the only system of surveying products.
ONLY_CGCS_SINCE: Final = np.datetime64("2018-07-01")
_TOLERATED_MIX: Final = 0.1
_OVERLAP: Final = 0.5
_LATITUDE: Final = 40.0
# Evidence enough, and a tenth of the time that 100,000 rows would take.
_MOST_VOTERS: Final = 20_000
# 西安80 and 北京54 lie some 30-100 m off here; receivers and repeated surveys less.
_LEGACY_DRIFT_M: Final = 20.0
_DEGREES: Final = (Datum.GCJ02, Datum.BD09, Datum.WGS84, Datum.CGCS2000)

UNSHIFTED: Final = N_("旧坐标系在本地没有公开参数，未改正，位置可能相差 60 至 100 米。")
_ASK_DEGREES: Final = N_("坐标从哪里来的？高德/腾讯地图 · 百度地图 · GPS 手持机或测绘单位 · 不清楚")
_ASK_PLANE: Final = N_("这些平面坐标是哪个坐标系？国家2000 · 西安80 · 北京54 · 不清楚")
_ASK_PROJECTION: Final = N_("这些平面坐标用的是哪种投影？高斯投影（117°） · UTM 50 带 · 不清楚")
_ASK_SINGLE: Final = N_("这些数是“{name}”坐标吗？是 · 不清楚")
_ASK_MIXED: Final = N_("表里的坐标写法不一，各行分别是什么坐标？请分表或逐行注明。")


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
        self.x, self.y = evidence.columns()
        self.words: NamedDatums = named_datums(evidence.header_words)
        self.plane_words = PlaneWords(self.words, named_projection(evidence.header_words))
        self.reasons: list[str] = []
        self.votes: dict[str, int] = {}
        rows = np.isfinite(self.x) & np.isfinite(self.y)
        own = evidence.rows_declared
        self.self_declared = tuple({r for r in own or () if r is not None})
        spoken = np.array([r is not None for r in own], np.bool_) if own is not None else None
        self.open_rows: BoolArray = rows & ~spoken if spoken is not None else rows
        self.total = int(self.open_rows.sum())
        self.voters = _sample(self.open_rows)
        self.offsets: dict[str, float] = {}

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
        if not declared.projected:
            reading = self._reading(declared.text, declared, fit.x, fit.y, fit)
            self.offsets[declared.text] = _offset_m(reading, fit, self.voters)
        self.reasons.append(_("坐标系由报送单位说明：{name}。").format(name=declared.label))
        self._describe_reading(fit)
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

    def _in_region(self, places: tuple[FloatArray, FloatArray]) -> BoolArray:
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
            for datum in (*_DEGREES, Datum.XIAN80, Datum.BEIJING54)
        )
        # CGCS2000 and the old datums lie within a hundred metres of WGS84: no witness parts them.
        apart = candidates[:3]
        readings = [self._reading(c.text, c, best.x, best.y, best) for c in apart]
        hearing = self._heard(readings, further=not self.words.named)
        self.votes[CGCS2000.text] = self.votes[WGS84.text]
        self.offsets = {**{r.name: _offset_m(r, best, self.voters) for r in readings}}
        self.offsets[CGCS2000.text] = self.offsets[WGS84.text]
        if self.words.named:
            return self._degrees_by_words(best, candidates, hearing)
        found = hearing.verdict()
        if found is None:
            self.reasons.append(_("没有坐标系说明，所报县区和已知地点也分不开。"))
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        winner = parse_reference(found)
        self._say_borne_out(hearing, found, winner.label)
        drift = hearing.drift_m(found)
        if winner.gnss and drift > _LEGACY_DRIFT_M:
            self.reasons.append(
                _("但与已知地点都朝同一方向差约 {metres:.0f} 米，可能是旧坐标系的经纬度。").format(
                    metres=drift
                )
            )
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        if winner.gnss:
            self.reasons.append(
                _(
                    "WGS84 与国家2000在此相差不到 1 米，按精度较低的记；"
                    "旧坐标系的经纬度与此只差几十米，位置分不出。"
                )
            )
        return self._decided(best, winner)

    def _degrees_by_words(
        self, best: Fit, candidates: tuple[Reference, ...], hearing: Hearing
    ) -> Diagnosis:
        datum = self.words.only
        if datum is None:
            self._say_words_unclear()
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        winner = parse_reference(GEOGRAPHIC.codes[datum])
        apart = {GCJ02.text, BD09.text}
        if hearing.against(winner.text if winner.text in apart else WGS84.text):
            self._say_words_refuted(self.words.words)
            return self._undecided(best, candidates, _(_ASK_DEGREES))
        self.votes.setdefault(winner.text, self.votes[WGS84.text])
        self.offsets.setdefault(winner.text, 0.0)
        self._say_words(winner)
        return self._decided(best, winner)

    # Witnesses -----------------------------------------------------------------------------------

    def _reading(
        self, name: str, reference: Reference, x: FloatArray, y: FloatArray, fit: Fit
    ) -> Reading:
        """The voters' places if the numbers are of ``reference``; rows of another form have none."""
        sound = fit.rows[self.voters]
        lon, lat = to_cgcs2000(
            np.where(sound, x[self.voters], np.nan),
            np.where(sound, y[self.voters], np.nan),
            reference,
        )
        return Reading(name, reference, lon, lat)

    def _heard(self, readings: Sequence[Reading], *, further: bool) -> Hearing:
        """Hear the witnesses, the dear ones only where asked for, and count the votes."""
        witnesses: list[Witness] = list(self.evidence.witnesses)
        if further:
            witnesses += self.evidence.further()
        hearing = Hearing(readings, witnesses, self.voters)
        west, south, east, north = self.evidence.region
        for one in readings:
            here = (one.lon >= west) & (one.lon <= east) & (one.lat >= south) & (one.lat <= north)
            self.votes[one.reference.text] = int((here & hearing.not_against(one.name)).sum())
        return hearing

    def _say_borne_out(self, hearing: Hearing, found: str, label: str) -> None:
        for sentence, count in hearing.sentences(found):
            self.reasons.append(_(sentence).format(name=label, count=count))

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
        readings = [self._reading(f.key, f.any_reference, best.x, best.y, best) for f in frames]
        named, sentence = self.plane_words.frames(frames)
        self.reasons += [sentence] if sentence else []
        if named is not None and not named:
            return self._undecided(best, candidates, _(_ASK_PROJECTION))
        told = named[0] if named is not None and len(named) == 1 else None
        hearing = self._heard(readings, further=len(frames) > 1 and told is None)
        if told is not None:
            if hearing.against(told.key):
                self._say_words_refuted(self.plane_words.quoted)
                return self._undecided(best, candidates, _(_ASK_PROJECTION))
            best = next(fit for fit in rivals if fit.frame is told)
        elif len(frames) > 1:
            found = hearing.verdict()
            if found is None:
                self.reasons.append(_("高斯 117° 与 UTM 50 带数值相近，只差约 1.8 千米，分不开。"))
                return self._undecided(best, candidates, _(_ASK_PROJECTION))
            best = next(fit for fit in rivals if fit.frame.key == found)
            self._say_borne_out(hearing, found, best.frame.label)
        return self._plane_datum(best)

    def _plane_datum(self, best: Fit) -> Diagnosis:
        codes = best.frame.codes
        candidates = tuple(parse_reference(code) for code in codes.values())
        if not self.plane_words.silent(best.frame):
            winner, sentence = self.plane_words.reference(best.frame)
            if winner is None:
                self._say_words_unclear()
                return self._undecided(best, candidates, _(_ASK_PLANE))
            self.reasons += [sentence] if sentence else []
            self._say_words(winner)
            self.votes.setdefault(winner.text, self.votes[best.frame.any_reference.text])
            return self._decided(best, winner)
        if Datum.CGCS2000 in codes and self._surveyed_since():
            self.reasons.append(_("按日期推定为国家2000：全部排查日期都在 2018 年 7 月 1 日之后。"))
            return self._decided(best, parse_reference(codes[Datum.CGCS2000]))
        self.reasons.append(_("数值只说明投影，不说明坐标系。"))
        if len(candidates) == 1:
            question = _(_ASK_SINGLE).format(name=candidates[0].label)
            return self._undecided(best, candidates, question)
        return self._undecided(best, candidates, _(_ASK_PLANE))

    def _surveyed_since(self) -> bool:
        dates = self.evidence.dates(self.x.size)[self.open_rows]
        return bool(np.all(dates > ONLY_CGCS_SINCE))  # NaT compares false

    # The answer ----------------------------------------------------------------------------------

    def _say_words(self, winner: Reference) -> None:
        words = "、".join(self.words.words or self.plane_words.quoted)
        self.reasons.append(
            _("表中写明“{words}”，定为{name}。").format(words=words, name=winner.label)
        )
        if winner.unshifted:
            self.reasons.append(_(UNSHIFTED))

    def _say_words_refuted(self, words: Sequence[str]) -> None:
        message = _("表中写着“{words}”，但按它换算后多行不在所报县区。")
        self.reasons.append(message.format(words="、".join(words)))

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
        declared = self.evidence.declared is not None
        if self.voters.size < self.total and not declared:
            self.reasons.append(
                _("表有 {total} 行，均匀抽取 {count} 行投票。").format(
                    total=self.total, count=self.voters.size
                )
            )
        if outliers.size and winner is not None and not declared:
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
            voters=self.total if declared else self.voters.size,
            offsets_m=self.offsets,
        )


def _any_rows(fits: list[Fit]) -> BoolArray:
    return np.asarray(np.any(np.stack([fit.rows for fit in fits]), axis=0), np.bool_)


def _sample(rows: BoolArray) -> IndexArray:
    """The rows that vote: all, or of very many an even sample."""
    found = np.flatnonzero(rows)
    if found.size <= _MOST_VOTERS:
        return found
    return found[np.linspace(0, found.size - 1, _MOST_VOTERS).astype(np.intp)]


def _offset_m(reading: Reading, fit: Fit, voters: IndexArray) -> float:
    """Metres (median) that a reading moves the numbers, taken as CGCS2000 degrees; 0 without any."""
    per_lon, per_lat = metres_per_degree(_LATITUDE)
    away = np.hypot(
        (reading.lon - fit.x[voters]) * per_lon, (reading.lat - fit.y[voters]) * per_lat
    )
    away = away[np.isfinite(away)]
    return round(float(np.median(away)), 1) if away.size else 0.0
