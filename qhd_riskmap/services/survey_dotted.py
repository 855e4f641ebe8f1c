"""Columns of coordinates written 118.57.30, read as degrees, minutes and seconds where the sheet shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.geo.dotted_angles import dotted_pairs, dotted_places, signed
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_issues import IssueLog
from qhd_riskmap.services.survey_values import Texts

_PAIRS: Final = (("lon", "lat"), ("start_lon", "start_lat"), ("end_lon", "end_lat"))
_PLACES: Final = ("coordinates", "vertices")


def spelled_out(columns: Mapping[str, Texts], log: IssueLog) -> Mapping[str, Texts]:
    """The columns with such angles written out; the same object where there are none.

    Args:
        columns: Texts of the position columns by field key.
        log: Is told what was read so.
    """
    found: dict[str, list[int]] = {}
    for first, second in _PAIRS:
        if first in columns and second in columns:
            rows = dotted_pairs(columns[first], columns[second])
            found |= {first: rows, second: rows}
    found |= {key: dotted_places(columns[key]) for key in _PLACES if key in columns}
    if not any(found.values()):
        return columns
    changed = {key: list(columns[key]) for key, rows in found.items() if rows}
    for key, texts in changed.items():
        for row in found[key]:
            texts[row] = signed(texts[row] or "")
    key, rows = next((key, rows) for key, rows in found.items() if rows)
    message = _("“{text}”等 {count} 行按度.分.秒读作“{read}”，请核对。").format(
        text=(columns[key][rows[0]] or "")[:40],
        count=len({row for rows in found.values() for row in rows}),
        read=(changed[key][rows[0]] or "")[:40],
    )
    log.on_sheet("dotted-angles", Severity.WARNING, message)
    return {**columns, **changed}


def restore(texts: list[str], given: Mapping[str, Texts], read: Mapping[str, Texts]) -> None:
    """Bring back what the sender wrote into the places as they were read, for the record."""
    for key, column in read.items():
        if column is given[key]:
            continue
        for row, (before, after) in enumerate(zip(given[key], column, strict=True)):
            if before and after and before != after:
                texts[row] = texts[row].replace(after, before)
