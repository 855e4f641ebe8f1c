"""What the coordinate doctor is given and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.offset_datums import FloatArray
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.geo.witnesses import Witness
from qhd_riskmap.i18n import _

Box = tuple[float, float, float, float]
NOBODY: Final[Sequence[Witness]] = ()
# Qinhuangdao and a strip of its neighbours: longitude 118-120.5, latitude 39-41.
NEIGHBOURHOOD: Final[Box] = (118.0, 39.0, 120.5, 41.0)


def _nobody() -> Sequence[Witness]:
    return NOBODY


@dataclass(frozen=True, kw_only=True, eq=False)
class SheetEvidence:
    """What is known about one pair of coordinate columns.

    Attributes:
        x: First column as numbers, in the order of the sheet; NaN where there is none.
        y: Second column.
        header_words: Headers, notes, sheet and file name.
        declared: What the sender said of the whole sheet.
        rows_declared: What single rows say of themselves; None entries follow the sheet.
        witnesses: What else knows where the rows are.
        further: Called for witnesses that are dear to find, when the rest does not settle it.
        survey_dates: One date per row (`datetime64`, `date`, or None).
        region: West, south, east, north of the area the sheet must be about, degrees.
    """

    x: ArrayLike
    y: ArrayLike
    header_words: Sequence[str] = ()
    declared: Reference | None = None
    rows_declared: Sequence[Reference | None] | None = None
    witnesses: Sequence[Witness] = NOBODY
    further: Callable[[], Sequence[Witness]] = _nobody
    survey_dates: ArrayLike | None = None
    region: Box = NEIGHBOURHOOD

    def columns(self) -> tuple[FloatArray, FloatArray]:
        """Both columns as arrays.

        Raises:
            InvalidInputError: They differ in length.
        """
        x = np.asarray(self.x, np.float64).ravel()
        y = np.asarray(self.y, np.float64).ravel()
        rows = len(self.rows_declared) if self.rows_declared is not None else x.size
        if x.size != y.size or rows != x.size:
            raise InvalidInputError(_("坐标的两列长短不一。"))
        return x, y

    def dates(self, rows: int) -> NDArray[np.datetime64]:
        """Survey dates; NaT where there is none.

        Raises:
            InvalidInputError: There are more or fewer than rows.
        """
        if self.survey_dates is None:
            return np.full(rows, np.datetime64("NaT", "D"))
        dates: Any = np.asarray(self.survey_dates, dtype="datetime64[D]").ravel()
        if dates.size != rows:
            raise InvalidInputError(_("日期列与坐标列长短不一。"))
        return np.asarray(dates, dtype="datetime64[D]")


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
        voters: Rows that were asked: all with numbers, of very long sheets an even sample.
        offsets_m: Hypothesis → metres (median) between the place it gives and the numbers taken as
            CGCS2000 degrees; empty for metres.
    """

    decided: Reference | None
    swapped: bool
    votes: dict[str, int]
    reasons: tuple[str, ...]
    candidates: tuple[Reference, ...]
    question: str
    form: TextForm = TextForm.DECIMAL
    outliers: tuple[int, ...] = ()
    voters: int = 0
    offsets_m: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def vote_text(self) -> str:
        """The vote in one Chinese sentence; "" where nobody voted.

        >>> from qhd_riskmap.geo.references import GCJ02
        >>> Diagnosis(decided=GCJ02, swapped=False, votes={"gcj02": 183}, reasons=(),
        ...           candidates=(GCJ02,), question="", voters=190).vote_text
        '190 行中 183 行符合“火星坐标（高德、腾讯）”，7 行未定。'
        """
        if not self.votes or not self.voters:
            return ""
        if self.decided is None or self.decided.text not in self.votes:
            shares = "，".join(
                _("“{name}” {count} 行").format(name=parse_reference(text).label, count=count)
                for text, count in self.votes.items()
            )
            return _("{total} 行中符合各种坐标系的：{shares}。").format(
                total=self.voters, shares=shares
            )
        count = self.votes[self.decided.text]
        fit = _("{total} 行中 {count} 行符合“{name}”").format(
            total=self.voters, count=count, name=self.decided.label
        )
        if count >= self.voters:
            return fit + _("。")
        return fit + _("，{rest} 行未定。").format(rest=self.voters - count)
