"""What the tables of an import are called: by file and sheet, and by their corner where a sheet has several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_rows import SheetReading


def table_names(readings: Sequence[SheetReading]) -> list[str]:
    """A name for each table that no other one has."""
    counts = Counter((reading.sheet.file, reading.sheet.name) for reading in readings)
    names = []
    for reading in readings:
        sheet = reading.sheet
        name = " · ".join(part for part in (sheet.file.name, sheet.name) if part)
        if counts[sheet.file, sheet.name] > 1:
            name = _("{sheet}（{cell} 起）").format(sheet=name, cell=sheet.address(0, 0))
        names.append(name)
    return names
