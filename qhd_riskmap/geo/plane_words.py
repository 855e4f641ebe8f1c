"""What the words of a sheet make of plane coordinates: which projection, and which datum on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from qhd_riskmap.geo.datum_words import Datum, NamedDatums
from qhd_riskmap.geo.projection_words import NamedProjection
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.geo.sheet_frames import Frame
from qhd_riskmap.i18n import _

# These were only ever published on Gauss planes, so their name tells the projection.
_ON_GAUSS_ONLY: Final = frozenset({Datum.XIAN80, Datum.BEIJING54, Datum.NEW_BEIJING54})
# 网络墨卡托 may carry GCJ-02; UTM of this region is WGS84.
_OF_ONE_DATUM: Final = frozenset({"utm50", "utm51"})


@dataclass(frozen=True, slots=True)
class PlaneWords:
    """Words that name datums and projections.

    Attributes:
        datums: The datums named.
        projection: The projections named.
    """

    datums: NamedDatums
    projection: NamedProjection

    @property
    def quoted(self) -> tuple[str, ...]:
        """The words, for a sentence."""
        return self.projection.words or self.datums.words

    def frames(self, fitting: Sequence[Frame]) -> tuple[list[Frame] | None, str]:
        """Those of the planes that fit the numbers which the words leave, and a Chinese sentence.

        None where the words say nothing, an empty list where they name none of these planes.
        """
        if self.projection.spoken:
            named = [frame for frame in fitting if frame.key in self.projection.frames]
            if named:
                message = _("表中写明投影“{words}”，与数值相符。")
            else:
                message = _("表中写的投影“{words}”与数值不符。")
            return named, message.format(words="、".join(self.projection.words))
        if len(fitting) > 1 and self.datums.only in _ON_GAUSS_ONLY:
            return [frame for frame in fitting if self.datums.only in frame.codes], ""
        return None, ""

    def silent(self, frame: Frame) -> bool:
        """Whether the words say nothing of the datum of a plane."""
        alone = self.projection.spoken and frame.key in _OF_ONE_DATUM
        return not (self.datums.named or self._codes(frame) or alone)

    def reference(self, frame: Frame) -> tuple[Reference | None, str]:
        """What the words make of a plane, with a Chinese sentence where that is not obvious."""
        datum, codes = self.datums.only, self._codes(frame)
        by_word = frame.codes.get(datum, "") if datum is not None else ""
        if codes:
            agreed = len(codes) == 1 and (not self.datums.named or by_word == codes[0])
            return (parse_reference(codes[0]) if agreed else None), ""
        if by_word:
            return parse_reference(by_word), ""
        if not self.datums.named:
            return parse_reference(next(iter(frame.codes.values()))), ""
        explicit = any("WGS" in word for word in self.datums.words)
        if datum is Datum.WGS84 and explicit and self.projection.spoken:
            # 4326 as a receiver gives it, on a Gauss plane that somebody set up in it.
            reason = _("WGS84 与国家2000在此相差不到 1 米，按国家2000的同一投影记。")
            return parse_reference(frame.codes[Datum.CGCS2000]), reason
        return None, ""

    def _codes(self, frame: Frame) -> list[str]:
        """The EPSG codes of a plane that stand in the sheet."""
        if self.projection.doubtful:
            return []
        return [code for code in self.projection.codes if code in frame.codes.values()]
