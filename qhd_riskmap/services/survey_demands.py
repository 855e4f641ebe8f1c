"""What an officer asked of a whole import and the sheets cannot give: said at once, never passed over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.references import Reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_rows import SheetReading


def require_possible(
    readings: Sequence[SheetReading], *, header_row: int, datum: Reference | None
) -> None:
    """Refuse what can hold for no sheet; where it holds for some, the others tell their own issues.

    Args:
        readings: The sheets as read.
        header_row: Row number the officer gave for the header of every sheet, 0 for none.
        datum: Reference the officer gave for every sheet.

    Raises:
        InvalidInputError: No sheet has such a row, or no row of any sheet can be of such a reference.
    """
    if header_row and readings and not any(_has_row(reading, header_row) for reading in readings):
        last = max(r.sheet.first_row + r.sheet.height - 1 for r in readings)
        raise InvalidInputError(
            _("没有第 {row} 行：各表最后一行是第 {last} 行。").format(row=header_row, last=last),
            hint=_("请核对表头所在的行号，或不写行号，由程序识别。"),
        )
    if datum is not None:
        _require_datum(readings, datum)


def _has_row(reading: SheetReading, row: int) -> bool:
    sheet = reading.sheet
    return sheet.first_row <= row < sheet.first_row + sheet.height


def _require_datum(readings: Sequence[SheetReading], datum: Reference) -> None:
    settled = [
        r.decision for r in readings if r.decision is not None and r.decision.asks != "angles"
    ]
    numbers = [decision.places for decision in settled if decision.places is not None]
    located = [np.isfinite(places.x) & np.isfinite(places.y) for places in numbers]
    if not any(rows.any() for rows in located):
        return
    for places, rows in zip(numbers, located, strict=True):
        if any(places.of_row[row] is not None for row in np.flatnonzero(rows).tolist()):
            return
    if datum.projected:
        raise InvalidInputError(
            _("表里的坐标是经纬度，不是平面坐标“{name}”。").format(name=datum.label),
            hint=_("请改写经纬度的坐标系，如 cgcs2000、wgs84、gcj02、bd09。"),
        )
    raise InvalidInputError(
        _("表里的坐标是平面坐标（米），只说“{name}”定不出投影。").format(name=datum.label),
        hint=_("请写出投影的代码，如 EPSG:4549、EPSG:4528、EPSG:32650。"),
    )
