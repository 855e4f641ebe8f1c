"""Settles the reference system of every row of a sheet, and tells why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.angle_form import ASK_ANGLES, AngleEvidence, AngleVerdict, angle_form
from qhd_riskmap.geo.angle_text import TextForm
from qhd_riskmap.geo.coordinate_doctor import UNSHIFTED, Diagnosis, SheetEvidence, diagnose
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.geo.datum_words import named_datums, said_of_coordinates
from qhd_riskmap.geo.datums import to_cgcs2000
from qhd_riskmap.geo.diagnosis import NOBODY
from qhd_riskmap.geo.references import CGCS2000, Reference, parse_reference
from qhd_riskmap.geo.sheet_frames import GEOGRAPHIC
from qhd_riskmap.geo.witnesses import Witness
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import IssueLog, error, warning
from qhd_riskmap.services.survey_positions import Positions
from qhd_riskmap.services.survey_sender import sender_of
from qhd_riskmap.services.survey_values import Texts

FloatArray = npt.NDArray[np.float64]
_HALF: Final = 0.5
_LEAST_WITH_ZONE: Final = 10_000_000.0  # an easting with the number of its zone before it
# What a sheet of metres means when it only names the datum: the doctor finds the projection.
_DATUM_WORDS: Final = {
    "cgcs2000": "CGCS2000",
    "wgs84": "WGS84",
    "EPSG:4610": "西安80坐标",
    "EPSG:4214": "北京54坐标",
    "EPSG:4555": "新北京54坐标",
}


@dataclass(frozen=True, slots=True, eq=False)
class SheetPlaces:
    """The first coordinate of each data row, as numbers.

    Attributes:
        x: Longitude or easting.
        y: Latitude or northing.
        of_row: What each row was understood as; None where it is open.
    """

    x: FloatArray
    y: FloatArray
    of_row: Sequence[Reference | None]

    def read_as(self, notation: str) -> tuple[FloatArray, FloatArray]:
        """CGCS2000 degrees of all rows if the numbers were of a reference; NaN where they cannot be."""
        return to_cgcs2000(self.x, self.y, parse_reference(notation))

    def before(self) -> tuple[FloatArray, FloatArray]:
        """The numbers taken for CGCS2000 degrees, NaN for metres."""
        return self.read_as(CGCS2000.text)

    def after(self) -> tuple[FloatArray, FloatArray]:
        """The rows as they were understood, NaN where they are open."""
        lon, lat = np.full(len(self.x), np.nan), np.full(len(self.x), np.nan)
        groups: dict[str, list[int]] = {}
        known = {r.text: r for r in self.of_row if r is not None}
        for row, reference in enumerate(self.of_row):
            if reference is not None:
                groups.setdefault(reference.text, []).append(row)
        for text, rows in groups.items():
            lon[rows], lat[rows] = to_cgcs2000(self.x[rows], self.y[rows], known[text])
        return lon, lat


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumDecision:
    """How the coordinates of one sheet were understood.

    Attributes:
        columns: Headers of the columns the coordinates stand in.
        decided: Notation of the reference (`geo.references.parse_reference`), several joined by
            ``+`` where rows differ, None where it stays 未定.
        votes: Hypothesis → rows that fit it.
        reasons: Chinese sentences.
        question: What to ask the sender; "" when nothing is open.
        candidates: Notations that the evidence leaves open.
        vote: The vote in one Chinese sentence.
        offsets_m: Notation → metres that it moves the numbers taken as CGCS2000 degrees.
        sender: The office the sheet comes from; "" where it does not say.
        plane: Whether the numbers are metres.
        suggestion: Notation that this sender answered last time; a suggestion, never a default.
        said: Notation that the user gave for this sheet, to be remembered for the sender.
        angles: How plain degrees were read: ``decimal``, ``packed`` (度.分秒), "" where that is open or
            no question.
        asks: What `question` is about: ``datum``, ``angles``, or "".
        angles_said: How the user says that they are to be read, to be remembered likewise.
        places: The numbers themselves, for showing the rows before and after conversion.
    """

    columns: tuple[str, ...]
    decided: str | None
    votes: dict[str, int]
    reasons: tuple[str, ...]
    question: str
    candidates: tuple[str, ...]
    vote: str = ""
    offsets_m: Mapping[str, float] = field(default_factory=dict)
    sender: str = ""
    plane: bool = False
    suggestion: str = ""
    said: str = ""
    angles: str = ""
    asks: str = ""
    angles_said: str = ""
    places: SheetPlaces | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class RowReferences:
    """The decision, and per data row the reference that holds for it; None is undecided."""

    decision: DatumDecision
    of_row: list[Reference | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatumEvidence:
    """What speaks for a reference besides the numbers.

    Attributes:
        headers: Headers of the coordinate columns.
        words: Titles, notes, sheet and file name.
        declared: What the user said of the whole import.
        row_words: The 坐标系 column, cleaned.
        row_remarks: What remarks of single rows say of their coordinates.
        days: Survey dates by row.
        witnesses: What else knows where the rows are.
        further: Called for witnesses that are dear to find.
        answered: What the user said of this sheet when asked.
        row_answers: What the user said of single data rows; goes before everything.
        shifts: The office's own parameters, by notation of the old datum.
        sender: Office the files come from; "" takes what the sheet says.
        answers: Looks up what a sender said before: whether metres → notation.
        angles: How the user says that plain degrees are to be read.
        drawn: The numbers come from a drawing or a vector file; nobody typed them.
        angle_answers: Looks up how a sender said that before.
    """

    headers: tuple[str, ...]
    words: Sequence[str]
    declared: Reference | None
    row_words: Texts | None
    row_remarks: Texts | None = None
    days: Sequence[date | None] | None
    witnesses: Sequence[Witness] = NOBODY
    further: Callable[[], Sequence[Witness]] = lambda: NOBODY
    answered: Reference | None = None
    row_answers: Mapping[int, Reference] = field(default_factory=dict)
    shifts: Mapping[str, DatumShift] = field(default_factory=dict)
    sender: str = ""
    answers: Callable[[str], Mapping[bool, str]] = lambda _sender: {}
    angles: TextForm | None = None
    drawn: bool = False
    angle_answers: Callable[[str], str] = lambda _sender: ""


def said_by_remarks(remarks: Texts | None) -> Texts | None:
    """What the remarks of rows say of their coordinates; None where none does."""
    known = {text: said_of_coordinates(text) or None for text in set(remarks or ()) if text}
    if remarks is None or not any(known.values()):
        return None
    return [known[text] if text else None for text in remarks]


def settle(positions: Positions, evidence: DatumEvidence, log: IssueLog) -> RowReferences:
    """Decide for the sheet; single rows may speak for themselves unless the user has spoken."""
    rows = len(positions.x)
    verdict = _angles(positions, evidence, log)
    if verdict.form is None:
        return _open_angles(positions, evidence, verdict)
    own = _row_references(evidence, rows, log)
    plane = positions.plane
    declared = evidence.declared
    if declared is not None:
        own = [declared] * rows
    elif evidence.answered is not None:
        own = [mine or evidence.answered for mine in own]
    for row, answer in evidence.row_answers.items():
        own[row] = answer
    # A datum that is named for metres leaves the projection open.
    resolved = _with_projection(positions, plane, own, evidence)
    diagnosis = _diagnosis(positions, resolved, evidence, keep_open=declared is None)
    of_row = _shifted(
        [mine if mine is not None else diagnosis.decided for mine in resolved], evidence.shifts
    )
    found = positions.found
    for row in range(rows):
        reference = of_row[row]
        if reference is not None and reference.projected != bool(plane[row]):
            of_row[row] = None
            if declared is None and own[row] is not None and found[row]:
                _say_mismatch(row, reference, log)
    used = {r.text for r, there in zip(of_row, found, strict=True) if r and there}
    decision = _decision(positions, evidence, diagnosis, used, of_row)
    if verdict.reason or evidence.angles is not None:
        reasons = (*filter(None, (verdict.reason,)), *decision.reasons)
        decision = replace(decision, reasons=reasons, angles=verdict.form.value)
    return RowReferences(decision, of_row)


def _say_mismatch(row: int, reference: Reference, log: IssueLog) -> None:
    """Says that a row's own word is of metres and its numbers of degrees, or the reverse."""
    message = _("坐标系写的是“{name}”，这一行的数字却是经纬度，对不上，没有入库，请核对。")
    if not reference.projected:
        message = _(
            "坐标系写的是“{name}”，这一行的数字却是以米为单位的，对不上，没有入库，请核对。"
        )
    log.on_row(row, warning("datum", "datum-mismatch", message.format(name=reference.label)))


def _angles(positions: Positions, evidence: DatumEvidence, log: IssueLog) -> AngleVerdict:
    """How plain degrees are to be read; 度.分秒 are turned into degrees here, once for all that follows."""
    if evidence.drawn:
        return AngleVerdict(form=TextForm.DECIMAL)
    if evidence.angles is not None:
        message = _("按您的说明，度数是{form}。").format(form=evidence.angles.label)
        verdict = AngleVerdict(form=evidence.angles, reason=message)
    else:
        case = AngleEvidence(
            x=positions.x,
            y=positions.y,
            bare=positions.bare,
            words=(*evidence.headers, *evidence.words),
            witnesses=evidence.witnesses,
        )
        verdict = angle_form(case)
    if verdict.form is TextForm.PACKED_FRACTION:
        for row in positions.unpack():
            message = _("“{text}”的分或秒不小于 60，与本表 度.分秒 的写法不符，请核对。")
            text = message.format(text=positions.texts[row][:60])
            log.on_row(row, error("lon", "bad-coordinate", text))
    return verdict


def _open_angles(
    positions: Positions, evidence: DatumEvidence, verdict: AngleVerdict
) -> RowReferences:
    """Nothing is decided before it is known how the numbers are to be read."""
    nothing: list[Reference | None] = [None] * len(positions.x)
    asked = Diagnosis(
        decided=None, swapped=False, votes={}, reasons=(verdict.reason,), candidates=(),
        question=_(ASK_ANGLES),
    )  # fmt: skip
    decision = _decision(positions, evidence, asked, set(), nothing)
    suggestion = evidence.angle_answers(decision.sender) if decision.sender else ""
    return RowReferences(replace(decision, asks="angles", suggestion=suggestion), nothing)


def _decision(
    positions: Positions,
    evidence: DatumEvidence,
    diagnosis: Diagnosis,
    used: set[str],
    of_row: list[Reference | None],
) -> DatumDecision:
    metres = positions.plane[positions.found]
    plane = bool(metres.size and metres.mean() > _HALF)
    sender = evidence.sender or sender_of(evidence.words)
    said = evidence.answered or evidence.declared
    reasons = list(diagnosis.reasons)
    if any(r is not None and r.shift is not None for r in of_row):
        if all(r is None or r.shift is not None for r in of_row):
            reasons = [reason for reason in reasons if reason != _(UNSHIFTED)]
        reasons.append(_("旧坐标系已按本单位的转换参数改正。"))
    if _(UNSHIFTED) not in reasons and any(r is not None and r.unshifted for r in of_row):
        reasons.append(_(UNSHIFTED))
    suggestion = ""
    if diagnosis.question and sender:
        suggestion = evidence.answers(sender).get(plane, "")
    return DatumDecision(
        columns=evidence.headers,
        decided="+".join(sorted(used)) or None,
        votes=dict(diagnosis.votes),
        reasons=tuple(reasons),
        question=diagnosis.question,
        candidates=tuple(c.text for c in diagnosis.candidates),
        vote=diagnosis.vote_text,
        offsets_m=dict(diagnosis.offsets_m),
        sender=sender,
        plane=plane,
        suggestion=suggestion,
        said=said.text if said is not None else "",
        asks="datum" if diagnosis.question else "",
        angles_said=evidence.angles.value if evidence.angles is not None else "",
        places=SheetPlaces(positions.x, positions.y, of_row),
    )


def _shifted(
    of_row: list[Reference | None], shifts: Mapping[str, DatumShift]
) -> list[Reference | None]:
    """Old datums with the office's own parameters, where it has some."""
    if not shifts:
        return of_row
    known = {r.text: r.shifted_by(shifts) for r in of_row if r is not None}
    return [known[r.text] if r is not None else None for r in of_row]


def _row_references(evidence: DatumEvidence, rows: int, log: IssueLog) -> list[Reference | None]:
    known: dict[str, Reference | None] = {}
    found: list[Reference | None] = []
    for row, text in enumerate(_row_words(evidence) or [None] * rows):
        if text is None:
            found.append(None)
            continue
        if text not in known:
            known[text] = _reference(text)
        found.append(known[text])
        if known[text] is None:
            message = _("不认识坐标系“{text}”，请写国家2000、WGS84、高德或百度。")
            log.on_row(row, warning("datum", "unknown-datum", message.format(text=text[:40])))
    return found


def _row_words(evidence: DatumEvidence) -> Texts | None:
    """What each row says of its reference; where its own column is silent, what its remark says."""
    words, remarks = evidence.row_words, evidence.row_remarks
    if words is None or remarks is None:
        return words if remarks is None else remarks
    return [word or remark for word, remark in zip(words, remarks, strict=True)]


def _reference(text: str) -> Reference | None:
    """What a row names: a reference, or a datum among other words (西安80 3度带, 高德地图拾取)."""
    try:
        return parse_reference(text)
    except InvalidInputError:
        datum = named_datums([text]).only
        return parse_reference(GEOGRAPHIC.codes[datum]) if datum is not None else None


def _with_projection(
    positions: Positions,
    plane: npt.NDArray[np.bool_],
    own: list[Reference | None],
    evidence: DatumEvidence,
) -> list[Reference | None]:
    """Replace "国家2000" on rows of metres by the projection that numbers and words show."""
    resolved = list(own)
    wanting: dict[tuple[str, str, bool], list[int]] = {}
    written = _row_words(evidence)
    for row, reference in enumerate(own):
        if reference is not None and plane[row] and not reference.projected:
            said = (written[row] if written is not None else None) or ""
            zoned = max(positions.x[row], positions.y[row]) > _LEAST_WITH_ZONE
            wanting.setdefault((reference.text, said, zoned), []).append(row)
    for (text, said, _zoned), rows in wanting.items():
        x, y = np.full(len(own), np.nan), np.full(len(own), np.nan)
        x[rows], y[rows] = positions.x[rows], positions.y[rows]
        word = _DATUM_WORDS.get(text)
        found = None
        if word is not None:
            case = SheetEvidence(x=x, y=y, header_words=(word, said), witnesses=evidence.witnesses)
            found = diagnose(case).decided
        for row in rows:
            resolved[row] = found if found is not None and found.projected else own[row]
    return resolved


def _diagnosis(
    positions: Positions,
    own: list[Reference | None],
    evidence: DatumEvidence,
    *,
    keep_open: bool,
) -> Diagnosis:
    """The doctor on the rows that do not speak for themselves.

    A declaration that all rows share is handed over as the sheet's own, so that its fit is counted.
    """
    spoken = {r.text for r in own if r is not None}
    whole = own[0] if len(spoken) == 1 and all(r is not None for r in own) else None
    return diagnose(
        SheetEvidence(
            x=positions.x,
            y=positions.y,
            header_words=(*evidence.headers, *evidence.words) if keep_open else (),
            declared=whole,
            rows_declared=own if whole is None and spoken else None,
            witnesses=evidence.witnesses if keep_open or whole is None else NOBODY,
            further=evidence.further,
            survey_dates=_dates(evidence.days) if evidence.days is not None else None,
        )
    )


def _dates(days: Sequence[date | None]) -> npt.NDArray[np.datetime64]:
    # A few thousand days at most, whatever the number of rows.
    distinct = list(dict.fromkeys(days))
    at = {day: place for place, day in enumerate(distinct)}
    known = np.array([day or "NaT" for day in distinct], dtype="datetime64[D]")
    return known[np.fromiter(map(at.__getitem__, days), np.intp, len(days))]
