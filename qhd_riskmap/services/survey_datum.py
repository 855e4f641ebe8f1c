"""Settles the reference system of every row of a sheet, and tells why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_doctor import Diagnosis, SheetEvidence, diagnose
from qhd_riskmap.geo.references import Reference, parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import IssueLog, warning
from qhd_riskmap.services.survey_positions import Positions
from qhd_riskmap.services.survey_values import Texts

InsideTest = Callable[[Any, Any], npt.NDArray[np.bool_]]
# What a sheet of metres means when it only names the datum: the doctor finds the projection.
_DATUM_WORDS: Final = {
    "cgcs2000": "CGCS2000",
    "wgs84": "WGS84",
    "EPSG:4610": "西安80坐标",
    "EPSG:4214": "北京54坐标",
    "EPSG:4555": "新北京54坐标",
}


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
    """

    columns: tuple[str, ...]
    decided: str | None
    votes: dict[str, int]
    reasons: tuple[str, ...]
    question: str
    candidates: tuple[str, ...]


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
        days: Survey dates by row.
        inside: Tells which rows lie in the county they declare.
        answered: What the user said of this sheet when asked.
    """

    headers: tuple[str, ...]
    words: Sequence[str]
    declared: Reference | None
    row_words: Texts | None
    days: Sequence[date | None] | None
    inside: InsideTest | None
    answered: Reference | None = None


def settle(positions: Positions, evidence: DatumEvidence, log: IssueLog) -> RowReferences:
    """Decide for the sheet; single rows may speak for themselves unless the user has spoken."""
    rows = len(positions.x)
    own = _row_references(evidence, rows, log)
    plane = positions.plane
    declared = evidence.declared
    if declared is not None:
        own = [declared] * rows
    elif evidence.answered is not None:
        own = [mine or evidence.answered for mine in own]
    # A datum that is named for metres leaves the projection open.
    resolved = _with_projection(positions, plane, own, evidence)
    diagnosis = _diagnosis(positions, resolved, evidence, keep_open=declared is None)
    of_row = [mine if mine is not None else diagnosis.decided for mine in resolved]
    for row in range(rows):
        reference = of_row[row]
        if reference is not None and reference.projected != bool(plane[row]):
            of_row[row] = None
    used = {r.text for r, there in zip(of_row, positions.found, strict=True) if r and there}
    decision = DatumDecision(
        columns=evidence.headers,
        decided="+".join(sorted(used)) or None,
        votes=dict(diagnosis.votes),
        reasons=diagnosis.reasons,
        question=diagnosis.question,
        candidates=tuple(c.text for c in diagnosis.candidates),
    )
    return RowReferences(decision, of_row)


def _row_references(evidence: DatumEvidence, rows: int, log: IssueLog) -> list[Reference | None]:
    if evidence.row_words is None:
        return [None] * rows
    known: dict[str, Reference | None] = {}
    found: list[Reference | None] = []
    for row, text in enumerate(evidence.row_words):
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


def _reference(text: str) -> Reference | None:
    try:
        return parse_reference(text)
    except InvalidInputError:
        return None


def _with_projection(
    positions: Positions,
    plane: npt.NDArray[np.bool_],
    own: list[Reference | None],
    evidence: DatumEvidence,
) -> list[Reference | None]:
    """Replace "国家2000" on rows of metres by the projection that the numbers show."""
    resolved = list(own)
    wanting: dict[str, list[int]] = {}
    for row, reference in enumerate(own):
        if reference is not None and plane[row] and not reference.projected:
            wanting.setdefault(reference.text, []).append(row)
    for text, rows in wanting.items():
        x, y = np.full(len(own), np.nan), np.full(len(own), np.nan)
        x[rows], y[rows] = positions.x[rows], positions.y[rows]
        word = _DATUM_WORDS.get(text)
        found = None
        if word is not None:
            case = SheetEvidence(x=x, y=y, header_words=(word,), inside=evidence.inside)
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
            inside=evidence.inside if keep_open or whole is None else None,
            survey_dates=_dates(evidence.days) if evidence.days is not None else None,
        )
    )


def _dates(days: Sequence[date | None]) -> npt.NDArray[np.datetime64]:
    return np.array([day or "NaT" for day in days], dtype="datetime64[D]")
