"""A planned round: which hazards on which day in which order, and the sheet of each.

A sheet is known by the round and the number of its stop; with the hazard's permanent code it is all
that its QR code says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.inspection.route import MOST_STOPS, Place

# Letters and digits that are hardly mistaken for one another when they are typed off paper.
ROUND_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
ROUND_LENGTH: Final = 8
_SHEET: Final = re.compile(rf"([{ROUND_LETTERS}]{{{ROUND_LENGTH}}})-([1-9]\d{{0,2}})")
_MARK: Final = re.compile(rf"QHD1/([0-9A-Z-]{{8,40}})/({_SHEET.pattern})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRound:
    """A round as it was planned; never changed.

    Attributes:
        id: Eight letters and digits.
        start: Where it starts and ends.
        stops: Hazards in order.
        route_m: Length of the way, straight from stop to stop and back.
    """

    id: str
    on: date
    start: Place
    stops: tuple[UUID, ...]
    route_m: float
    inspector: str = ""
    phone: str = ""
    made_at: datetime | None = None
    made_by: str = ""

    def sheet(self, number: int) -> str:
        """Identity of the sheet of the ``number``-th stop, from 1."""
        return f"{self.id}-{number}"


def sheet_parts(sheet: str) -> tuple[str, int] | None:
    """Round and number of the stop; None where the text is no sheet's identity.

    >>> sheet_parts(" 7k3q9m2x-12 ")
    ('7K3Q9M2X', 12)
    """
    found = _SHEET.fullmatch(unicodedata.normalize("NFKC", sheet).strip().upper())
    if found is None or int(found[2]) > MOST_STOPS:
        return None
    return found[1], int(found[2])


def sheet_mark(code: str, sheet: str) -> str:
    """What the QR code of a sheet holds.

    >>> sheet_mark("130304-DZ-2026-0001", "7K3Q9M2X-3")
    'QHD1/130304-DZ-2026-0001/7K3Q9M2X-3'
    """
    return f"QHD1/{code}/{sheet}"


def read_mark(text: str) -> tuple[str, str] | None:
    """Code of the hazard and identity of the sheet; None where a QR code is not one of ours."""
    found = _MARK.fullmatch(text)
    return (found[1], found[2]) if found and sheet_parts(found[2]) is not None else None
