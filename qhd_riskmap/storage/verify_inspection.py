"""Whether inspections are whole: known words, days that exist, sheets of rounds that were planned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from qhd_riskmap.domain.inspection.planned_round import sheet_parts
from qhd_riskmap.domain.inspection.record import InspectionFileKind, InspectionResult, Verdict
from qhd_riskmap.i18n import _

if TYPE_CHECKING:
    from sqlalchemy import Connection

SHOWN: Final = 20
_RESULTS: Final = frozenset(InspectionResult)
_VERDICTS: Final = frozenset(Verdict)
_KINDS: Final = frozenset(InspectionFileKind)


def inspection_problems(connection: Connection) -> Iterator[str]:
    """Every problem found, one Chinese sentence each."""
    stops: dict[str, list[str]] = {}
    for identity, text in connection.exec_driver_sql("SELECT id, stops FROM inspection_round"):
        found = _list(text)
        if not found or sheet_parts(f"{identity}-{len(found)}") is None:
            yield _("检查路线 {id} 不能读取。").format(id=identity)
        else:
            stops[identity] = found
    yield from _unknown_stops(connection, stops)
    yield from _inspections(connection, stops)
    kinds = connection.exec_driver_sql("SELECT DISTINCT kind FROM inspection_file")
    for (kind,) in kinds.all():
        if kind not in _KINDS:
            yield _("检查附件的种类“{kind}”不认识。").format(kind=kind)


def _unknown_stops(connection: Connection, stops: dict[str, list[str]]) -> Iterator[str]:
    known = {row[0] for row in connection.exec_driver_sql("SELECT id FROM hazard")}
    for identity, hazards in stops.items():
        if not known.issuperset(hazards):
            yield _("检查路线 {id} 里有登记库没有的隐患。").format(id=identity)


def _inspections(connection: Connection, stops: dict[str, list[str]]) -> Iterator[str]:
    rows = connection.exec_driver_sql(
        "SELECT h.code, i.inspected_on, i.result, i.answers, i.sheet FROM inspection i"
        " JOIN hazard h ON h.fid = i.hazard_fid ORDER BY i.seq"
    )
    shown = 0
    for code, on, result, answers, sheet in rows:
        if _is_day(on) and result in _RESULTS and _are_answers(answers) and _known(sheet, stops):
            continue
        shown += 1
        if shown <= SHOWN:
            yield _("隐患 {code} 在 {on} 的检查记录不能读取。").format(code=code, on=on)


def _known(sheet: str, stops: dict[str, list[str]]) -> bool:
    parts = sheet_parts(sheet)
    return not sheet or (parts is not None and parts[1] <= len(stops.get(parts[0], [])))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _are_answers(text: str) -> bool:
    found = _list(text)
    return found is not None and all(
        isinstance(each, dict)
        and each.get("verdict") in _VERDICTS
        and all(isinstance(each.get(key), str) for key in ("key", "question", "note"))
        for each in found
    )


def _list(text: str) -> list[Any] | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if isinstance(found, list) else None
