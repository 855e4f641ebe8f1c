"""The ellipsoid of CGCS2000 (GB 22021-2008)."""

from __future__ import annotations

from typing import Final

SEMI_MAJOR_M: Final = 6378137.0
INVERSE_FLATTENING: Final = 298.257222101
_FLATTENING: Final = 1.0 / INVERSE_FLATTENING
ECCENTRICITY_SQUARED: Final = _FLATTENING * (2.0 - _FLATTENING)
