"""Typed and constrained steps while drawing: a length, a direction, a right angle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qhd_riskmap.geo.geodesy import azimuth_deg, destination, distance_m
from qhd_riskmap.geo.outline import Place


@dataclass(frozen=True, slots=True)
class Constraint:
    """What is fixed about the next step.

    Attributes:
        length_m: Its length on the ground, or None.
        azimuth_deg: Its direction, degrees clockwise from north, or None.
        square: Only at multiples of 90° to the step before (to north for the first one).
    """

    length_m: float | None = None
    azimuth_deg: float | None = None
    square: bool = False

    def __bool__(self) -> bool:
        return self.length_m is not None or self.azimuth_deg is not None or self.square


FREE = Constraint()


def heading(start: Place, end: Place) -> tuple[float, float]:
    """Direction (degrees clockwise from north) and length (metres) of a step.

    >>> direction, length = heading((119.6, 39.9), (119.6, 39.909006))
    >>> f"{direction:.1f} {length:.1f}"
    '0.0 1000.0'
    """
    return float(azimuth_deg(*start, *end)), float(distance_m(*start, *end))


def constrained(before: Place | None, start: Place, wish: Place, constraint: Constraint) -> Place:
    """The place nearest to ``wish`` that keeps to the constraint of a step from ``start``.

    A fixed direction keeps the part of the step that lies along it; backwards is no direction.

    Args:
        before: The vertex before ``start``, which gives the direction right angles refer to.
        start: Where the step begins.
        wish: Where the mouse is.
        constraint: What is fixed.
    """
    if not constraint:
        return wish
    azimuth, length = heading(start, wish)
    kept = constraint.azimuth_deg
    if kept is None and constraint.square:
        reference = heading(before, start)[0] if before is not None else 0.0
        kept = reference + 90.0 * round((azimuth - reference) / 90.0)
    if kept is not None:
        length *= max(0.0, math.cos(math.radians(azimuth - kept)))
        azimuth = kept
    if constraint.length_m is not None:
        length = constraint.length_m
    return destination(*start, azimuth, length)
