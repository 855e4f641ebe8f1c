"""What a list, a map or an export asks the register for."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from qhd_riskmap.domain.levels import RiskLevel

BoundingBox = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardFilter:
    """All conditions must hold; an empty one does not restrict.

    Attributes:
        levels: Any of these; ``ungraded`` adds hazards without a level.
        bbox: West, south, east, north in CGCS2000 degrees; geometries that intersect it.
        text: Part of name, code, old code, unit, address, township or phone; any length, so
            two-character Chinese words work.
        batch_id: Only what this import batch brought.
        ids: Only these records; None lets all through.
        deleted: True lists soft-deleted records instead of live ones.
    """

    levels: frozenset[RiskLevel] = frozenset()
    ungraded: bool = False
    type_keys: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    bbox: BoundingBox | None = None
    text: str = ""
    batch_id: UUID | None = None
    ids: frozenset[UUID] | None = None
    deleted: bool = False


EVERYTHING = HazardFilter()
