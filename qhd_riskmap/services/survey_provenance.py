"""What a reference says of how a position came to be and how far it may be trusted."""

from __future__ import annotations

from qhd_riskmap.domain.hazard import AccuracyClass, LocationMethod
from qhd_riskmap.geo.references import Reference


def method_of(reference: Reference) -> LocationMethod:
    """How a position in a reference became a stored one."""
    if reference.digitised:
        return LocationMethod.MOVED
    return LocationMethod.IMPORTED if reference.text == "cgcs2000" else LocationMethod.CONVERTED


def accuracy_of(reference: Reference) -> AccuracyClass:
    """How far a position in a reference may be trusted."""
    for holds, accuracy in (
        (reference.is_gcj02, AccuracyClass.GCJ_CONVERTED),
        (reference.is_bd09, AccuracyClass.BD_CONVERTED),
        (reference.unshifted, AccuracyClass.LEGACY_DATUM_UNSHIFTED),
        (reference.shift is not None, AccuracyClass.LEGACY_DATUM_SHIFTED),
        (reference.digitised, AccuracyClass.DIGITISED),
        (reference.cgcs, AccuracyClass.SURVEYED_CGCS),
        (reference.gnss, AccuracyClass.GNSS_WGS),
    ):
        if holds:
            return accuracy
    return AccuracyClass.UNKNOWN
