"""The order in which a day's round visits its places: nearest neighbour, then 2-opt, by geodesics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import distance_m
from qhd_riskmap.i18n import _

Place = tuple[float, float]
MOST_STOPS: Final = 200
_GAIN_M: Final = 1e-6  # a smaller gain is rounding, and would turn a loop round for ever


def distances(places: Sequence[Place]) -> NDArray[np.float64]:
    """Metres between all places (longitude, latitude in degrees)."""
    points = np.asarray(places, dtype=np.float64).reshape(-1, 2)
    lon, lat = points[:, 0], points[:, 1]
    return distance_m(lon[:, None], lat[:, None], lon[None, :], lat[None, :])


def length_m(order: Sequence[int], metres: NDArray[np.float64]) -> float:
    """Length of the round that visits places in an order and comes back to the first."""
    return float(sum(metres[a, b] for a, b in zip(order, (*order[1:], *order[:1]), strict=True)))


def nearest_neighbour(metres: NDArray[np.float64]) -> list[int]:
    """From the first place always to the nearest one left; of equals to the first named."""
    left, order = list(range(1, len(metres))), [0]
    while left:
        order.append(min(left, key=lambda place: (metres[order[-1], place], place)))
        left.remove(order[-1])
    return order


def two_opt(order: Sequence[int], metres: NDArray[np.float64]) -> list[int]:
    """The round with stretches turned over as long as that makes it shorter."""
    found, better = list(order), True
    while better:
        better = False
        for i in range(1, len(found) - 1):
            for j in range(i + 1, len(found)):
                a, b, c = found[i - 1], found[i], found[j]
                d = found[(j + 1) % len(found)]
                if metres[a, c] + metres[b, d] < metres[a, b] + metres[c, d] - _GAIN_M:
                    found[i : j + 1] = reversed(found[i : j + 1])
                    better = True
    return found


def day_round(start: Place, stops: Sequence[Place]) -> tuple[list[int], float]:
    """Indices of the stops in the order of the round from ``start`` and back, and its metres.

    Raises:
        InvalidInputError: There are more stops than a round can have.
    """
    if len(stops) > MOST_STOPS:
        raise InvalidInputError(
            _("一天的路线最多 {n} 处，现有 {found} 处。").format(n=MOST_STOPS, found=len(stops)),
            hint=_("请按县区、类型或等级缩小范围。"),
        )
    metres = distances([start, *stops])
    order = two_opt(nearest_neighbour(metres), metres)
    return [place - 1 for place in order[1:]], length_m(order, metres)
