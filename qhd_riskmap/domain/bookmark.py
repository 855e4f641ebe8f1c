"""Places of the map that officers come back to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """A named piece of the map.

    Attributes:
        name: Unique in the register.
        bounds: West, south, east, north; CGCS2000 degrees.
    """

    id: UUID
    name: str
    bounds: tuple[float, float, float, float]
    created_at: datetime
    created_by: str
