"""The commonest vertex lists, ``x,y;x,y`` in decimal degrees, read thousands at a time.

What is not written exactly so is left to `vertex_text.read_vertices`, which reads these the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LINE: Final = "\x1e"
_EXPECTED: Final = np.frombuffer(b".,.;", dtype=np.uint8)
_END: Final = ord(_LINE)
_FEWEST_DIGITS: Final = 1
_MOST_DIGITS: Final = np.array([3, 20, 3, 20])
_PER_VERTEX: Final = 4
_LONGITUDES: Final = (73.0, 136.0)
_LATITUDES: Final = (3.0, 54.0)


# Texts; nobody else can run while their numbers are read.
_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True, eq=False)
class PlainLists:
    """The lists that were read.

    Attributes:
        which: Place of each among the texts given, ascending.
        ends: Where the vertices of each end in `xy`.
        xy: (n, 2) longitude and latitude of all vertices.
        swapped: Lists that were written latitude first.
    """

    which: NDArray[np.intp]
    ends: NDArray[np.intp]
    xy: NDArray[np.float64]
    swapped: NDArray[np.bool_]


_NONE: Final = PlainLists(
    np.empty(0, np.intp), np.empty(0, np.intp), np.empty((0, 2)), np.empty(0, np.bool_)
)


def read_plain_lists(texts: Sequence[str]) -> PlainLists:
    """Read those of the texts that are plain lists of places in China.

    >>> found = read_plain_lists(["119.5,39.9;119.6,39.8", "J1 119.5"])
    >>> found.which.tolist(), found.xy.tolist()
    ([0], [[119.5, 39.9], [119.6, 39.8]])
    """
    parts = [_read(texts[at : at + _AT_ONCE]) for at in range(0, len(texts), _AT_ONCE)]
    if len(parts) <= 1:
        return parts[0] if parts else _NONE
    before = np.cumsum([0, *[len(part.xy) for part in parts[:-1]]])
    starts = range(0, len(texts), _AT_ONCE)
    return PlainLists(
        np.concatenate([part.which + at for part, at in zip(parts, starts, strict=True)]),
        np.concatenate([part.ends + at for part, at in zip(parts, before, strict=True)]),
        np.concatenate([part.xy for part in parts]),
        np.concatenate([part.swapped for part in parts]),
    )


def _read(texts: Sequence[str]) -> PlainLists:
    whole = _LINE.join([*texts, ""])
    if whole.count(_LINE) != len(texts):
        return _NONE
    plain = _plain(np.frombuffer(whole.encode("ascii", "replace"), np.uint8), len(texts))
    which = np.flatnonzero(plain)
    numbers = ";".join([texts[place] for place in which.tolist()]).replace(";", ",")
    values = np.fromstring(numbers, sep=",")  # rounds as `float` does
    counts = np.array([texts[place].count(",") for place in which.tolist()], dtype=np.intp)
    return _chosen(which, np.cumsum(counts), values.reshape(-1, 2))


def _plain(codes: NDArray[np.uint8], texts: int) -> NDArray[np.bool_]:
    """Which texts are nothing but numbers of the right length and the signs between them in order."""
    signs = np.flatnonzero((codes < ord("0")) | (codes > ord("9")))
    chars = codes[signs]
    ends = np.flatnonzero(chars == _END)
    begins = np.concatenate([[0], ends[:-1] + 1])
    owner = np.repeat(np.arange(texts), ends - begins + 1)
    place = (np.arange(len(signs)) - begins[owner]) % _PER_VERTEX
    last = chars == _END
    good = np.where(last, place == _PER_VERTEX - 1, chars == _EXPECTED[place])
    digits = np.diff(signs, prepend=-1) - 1
    good &= (digits >= _FEWEST_DIGITS) & (digits <= _MOST_DIGITS[place])
    return np.asarray(np.bincount(owner, ~good, minlength=texts) == 0)


def _chosen(which: NDArray[np.intp], ends: NDArray[np.intp], xy: NDArray[np.float64]) -> PlainLists:
    """Those lists that lie in China, longitude first or latitude first as a whole."""
    if not len(which):
        return _NONE
    begins = np.concatenate([[0], ends[:-1]])
    straight = _all_within(xy, begins)
    swapped = ~straight & _all_within(xy[:, ::-1], begins)
    kept = straight | swapped
    counts = ends - begins
    xy = np.where(np.repeat(swapped, counts)[:, None], xy[:, ::-1], xy)
    return PlainLists(
        which[kept], np.cumsum(counts[kept]), xy[np.repeat(kept, counts)], swapped[kept]
    )


def _all_within(xy: NDArray[np.float64], begins: NDArray[np.intp]) -> NDArray[np.bool_]:
    x, y = xy[:, 0], xy[:, 1]
    within = (x >= _LONGITUDES[0]) & (x <= _LONGITUDES[1])
    within &= (y >= _LATITUDES[0]) & (y <= _LATITUDES[1])
    return np.asarray(np.logical_and.reduceat(within, begins))
