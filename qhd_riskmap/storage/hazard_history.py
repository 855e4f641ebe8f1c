"""Every revision a hazard ever had.

A revision enters the history when the next one replaces it; until then the row itself is the
record. So registering 100,000 hazards writes them once, and nothing is ever lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import shapely

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.storage.hazard_rows import (
    COLUMNS,
    RECORD_LAYOUT,
    hazard_of,
    values_of_record,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

ADD = "add"
SAVE = "save"
ASSESS = "assess"
DELETE = "delete"
RESTORE = "restore"

# Made from the row itself, in SQL: it cannot differ from what was stored.
_STATE = (
    "SELECT fid, revision, action, updated_at, updated_by,"  # noqa: S608 - constants
    f" json_array({RECORD_LAYOUT}, {', '.join(COLUMNS)}), AsBinary(geometry)"
    " FROM hazard WHERE id = ?"
)
_KEEP = (
    "INSERT INTO hazard_version"
    " (hazard_fid, revision, action, changed_at, changed_by, record, wkb) " + _STATE
)
_PAST = (
    "SELECT hazard_fid, revision, action, changed_at, changed_by, record, wkb FROM hazard_version"
    " WHERE hazard_fid = (SELECT fid FROM hazard WHERE id = ?) ORDER BY revision"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardVersion:
    """One revision of a hazard as it was.

    Attributes:
        action: What made it: `ADD`, `SAVE`, `ASSESS`, `DELETE` or `RESTORE`.
        hazard: The whole record at that revision.
    """

    revision: int
    action: str
    changed_at: datetime
    changed_by: str
    hazard: Hazard


def keep(connection: Connection, hazard_id: str) -> None:
    """Put the present state of a hazard into its history, just before it is replaced."""
    connection.exec_driver_sql(_KEEP, (hazard_id,))


def keep_many_sql(condition: str) -> str:
    """Like `keep` for all hazards that meet an SQL condition of the storage package's own making."""
    return _KEEP.removesuffix("id = ?") + condition


def history(connection: Connection, hazard_id: str) -> list[HazardVersion]:
    """All revisions of a hazard, oldest first, the present one last."""
    past = connection.exec_driver_sql(_PAST, (hazard_id,)).all()
    present = connection.exec_driver_sql(_STATE, (hazard_id,)).all()
    return [_version(row) for row in (*past, *present)]


def _version(row: Sequence[Any]) -> HazardVersion:
    _fid, revision, action, changed_at, changed_by, record, wkb = row
    return HazardVersion(
        revision=revision,
        action=action,
        changed_at=datetime.fromisoformat(changed_at),
        changed_by=changed_by,
        hazard=hazard_of(values_of_record(record), shapely.from_wkb(wkb)),
    )
