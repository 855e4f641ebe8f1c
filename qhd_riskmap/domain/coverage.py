"""Where has been looked for what: a blank on the map is either "nothing there" or "nobody looked".

An area and a hazard type make a cell. Officers record what was done there; whether that is still good
today, and what the register holds, is worked out anew each time.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.resources import rules

_MONTHS_A_YEAR = 12


class CoverageState(StrEnum):
    """What an officer records of a cell."""

    SURVEYED = "surveyed"
    NONE_FOUND = "none"
    NOT_SURVEYED = "not_surveyed"


class Standing(StrEnum):
    """How a cell stands on a day.

    `UNKNOWN`: nobody has recorded anything, which is no statement in either direction. `STALE`:
    surveyed, but longer ago than the rules allow. `PARTLY`: the townships of a county differ.
    """

    UNKNOWN = "unknown"
    SURVEYED = "surveyed"
    NONE_FOUND = "none"
    NOT_SURVEYED = "not_surveyed"
    STALE = "stale"
    PARTLY = "partly"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _STANDING_LABELS[self]


_STANDING_LABELS = {
    Standing.UNKNOWN: N_("未登记"),
    Standing.SURVEYED: N_("已排查"),
    Standing.NONE_FOUND: N_("已排查，未发现"),
    Standing.NOT_SURVEYED: N_("未排查"),
    Standing.STALE: N_("排查已过期"),
    Standing.PARTLY: N_("各乡镇不一"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRules:
    """When a survey is too old.

    Attributes:
        stale_after_months: A survey counts this long.
        basis: What that rests on.
    """

    version: str
    stale_after_months: int
    basis: str

    def good_until(self, surveyed_on: date) -> date:
        """The last day a survey counts; the 31st becomes the last day of a shorter month."""
        months = surveyed_on.month - 1 + self.stale_after_months
        year, month = surveyed_on.year + months // _MONTHS_A_YEAR, months % _MONTHS_A_YEAR + 1
        last = calendar.monthrange(year, month)[1]
        return date(year, month, min(surveyed_on.day, last))


@cache
def coverage_rules() -> CoverageRules:
    """The shipped rules."""
    raw = rules("coverage")
    return CoverageRules(
        version=raw["version"],
        stale_after_months=int(raw["stale_after_months"]),
        basis=raw["basis"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageArea:
    """A row of the matrix.

    Attributes:
        code: Division code, or the township's own.
        county: Code of the division a township lies in, "" for a division.
    """

    code: str
    name: str
    county: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageEntry:
    """What an officer recorded of a cell; never changed afterwards, only followed by another.

    Attributes:
        area: Code of the division or township.
        surveyed_on: Day of the survey; None where there was none.
        surveyed_by: Who looked; for "nothing found" the person who signs for it.
        recorded_at: When it was entered; None before it is stored.
        recorded_by: Who entered it.
    """

    area: str
    type_key: str
    state: CoverageState
    surveyed_on: date | None = None
    surveyed_by: str = ""
    note: str = ""
    recorded_at: datetime | None = None
    recorded_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCell:
    """One area and type as they stand.

    Attributes:
        entry: What counts for it: its own or its county's, whichever is newer.
        found: Live records of the register there.
    """

    area: CoverageArea
    type_key: str
    standing: Standing
    entry: CoverageEntry | None
    found: int

    @property
    def contradicted(self) -> bool:
        """Whether the register holds what a survey says is not there."""
        return bool(
            self.found and self.entry and self.entry.state is CoverageState.NONE_FOUND
        )  # also when that survey is stale by now


def checked_entry(entry: CoverageEntry, today: date) -> CoverageEntry:
    """The entry, if it says what its state needs to be believed.

    Raises:
        InvalidInputError: A survey without day or surveyor, a day in the future, or a day and a
            surveyor where nobody surveyed.
    """
    if entry.state is CoverageState.NOT_SURVEYED:
        if entry.surveyed_on or entry.surveyed_by:
            raise InvalidInputError(
                _("“未排查”不能带排查日期或排查人。"), hint=_("要说明原因，请写在备注里。")
            )
        return entry
    if entry.surveyed_on is None:
        raise InvalidInputError(_("请填写排查日期。"))
    if entry.surveyed_on > today:
        raise InvalidInputError(
            _("排查日期 {day} 在将来。").format(day=entry.surveyed_on.isoformat())
        )
    if not entry.surveyed_by:
        raise InvalidInputError(_("请填写排查人。"), hint=_("“未发现”须有人签字负责。"))
    return entry


def standing_of(entry: CoverageEntry | None, today: date, known: CoverageRules) -> Standing:
    """How a cell with that entry stands on a day."""
    if entry is None:
        return Standing.UNKNOWN
    if entry.surveyed_on is not None and today > known.good_until(entry.surveyed_on):
        return Standing.STALE
    return Standing(entry.state.value)


def coverage_matrix(
    areas: Sequence[CoverageArea],
    type_keys: Sequence[str],
    entries: Iterable[CoverageEntry],
    found: Mapping[tuple[str, str], int],
    *,
    today: date,
    known: CoverageRules,
) -> list[list[CoverageCell]]:
    """The whole matrix, one list of cells per area.

    A county with townships stands as they do. What is recorded of the county counts for each of its
    townships until something newer is recorded of that township.

    Args:
        areas: Rows in their order.
        type_keys: Columns in their order.
        entries: Everything recorded, oldest first.
        found: (area code, type key) → live records.
        today: The day the matrix is for.
        known: When a survey is stale.
    """
    newest = {(e.area, e.type_key): (at, e) for at, e in enumerate(entries)}

    def cell(area: CoverageArea, key: str) -> CoverageCell:
        own = [newest[code, key] for code in (area.code, area.county) if (code, key) in newest]
        entry = max(own, key=lambda pair: pair[0])[1] if own else None
        standing = standing_of(entry, today, known)
        below = {
            cell(each, key).standing for each in areas if each.county and each.county == area.code
        }
        if below:
            standing = below.pop() if len(below) == 1 else Standing.PARTLY
        return CoverageCell(
            area=area, type_key=key, standing=standing, entry=entry,
            found=found.get((area.code, key), 0),
        )  # fmt: skip

    return [[cell(area, key) for key in type_keys] for area in areas]
