"""Takes apart a whole column of SpatiaLite blobs at once, into arrays.

The layout is told in `spatial_blob`. Single points, lines and polygons of one ring never become
objects here; everything else does, one by one.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.flat_shapes import FlatShapes
from qhd_riskmap.storage.flat_errors import UnusualBlobError

IntArray = npt.NDArray[np.int64]

_BOX: Final = 6
_TYPE: Final = 39
_BODY: Final = 43
_POINT_BYTES: Final = 16
_END: Final = 1  # the closing mark
_POINT, _LINE, _POLYGON = 1, 2, 3
_MULTI: Final = (4, 5, 6)
_LITTLE_ENDIAN: Final = 1
_POINT_LENGTH: Final = _BODY + _POINT_BYTES + _END
_HEAD_OF_LINE: Final = _BODY + 4
_HEAD_OF_RING: Final = _BODY + 8
_SHORTEST: Final = _BODY + 4 + _END


def flat_shapes(blob: bytes, lengths: IntArray) -> FlatShapes:
    """The geometries of blobs that stand one after the other.

    Args:
        blob: All of them.
        lengths: Bytes of each.

    Raises:
        UnusualBlobError: One is compressed, big-endian, has heights or is damaged.
    """
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    if offsets[-1] != len(blob) or (len(lengths) and lengths.min() < _SHORTEST):
        raise UnusualBlobError
    starts = offsets[:-1]
    flat = np.frombuffer(blob, np.uint8)
    kinds = _numbers(flat, starts + _TYPE)
    if not (flat[starts + 1] == _LITTLE_ENDIAN).all() or not np.isin(kinds, range(1, 7)).all():
        raise UnusualBlobError
    point_rows = _rows((kinds == _POINT) & (lengths == _POINT_LENGTH))
    counts = np.zeros(len(lengths), np.int64)
    countable = _rows(kinds != _POINT)
    counts[countable] = _numbers(flat, starts[countable] + _BODY)
    is_line = (kinds == _LINE) & (counts > 1)
    is_line &= lengths == _HEAD_OF_LINE + counts * _POINT_BYTES + _END
    is_ring = (kinds == _POLYGON) & (counts == 1)
    candidates = _rows(is_ring)
    ring_counts = np.zeros(len(lengths), np.int64)
    ring_counts[candidates] = _numbers(flat, starts[candidates] + _HEAD_OF_LINE)
    is_ring &= ring_counts > 3  # noqa: PLR2004 - a closed ring
    is_ring &= lengths == _HEAD_OF_RING + ring_counts * _POINT_BYTES + _END
    line_rows, ring_rows = _rows(is_line), _rows(is_ring)
    known = is_line | is_ring
    known[point_rows] = True
    other_rows = _rows(~known)
    points = _pairs(_pieces(flat, starts[point_rows] + _BODY, _POINT_BYTES))
    bounds = np.empty((len(lengths), 4))
    shaped = _rows(known & (kinds != _POINT))
    bounds[shaped] = _pieces(flat, starts[shaped] + _BOX, 32).view("<f8").reshape(-1, 4)
    bounds[point_rows] = np.column_stack((points, points))
    others = _geometries(blob, offsets, other_rows)
    bounds[other_rows] = shapely.bounds(others).reshape(-1, 4)
    return FlatShapes(
        size=len(lengths),
        point_rows=point_rows,
        points=points,
        line_rows=line_rows,
        lines=_vertices(blob, offsets, line_rows, _HEAD_OF_LINE),
        line_offsets=_ends(counts[line_rows]),
        ring_rows=ring_rows,
        rings=_vertices(blob, offsets, ring_rows, _HEAD_OF_RING),
        ring_offsets=_ends(ring_counts[ring_rows]),
        other_rows=other_rows,
        others=others,
        bounds=bounds,
    )


def joined_shapes(parts: list[FlatShapes]) -> FlatShapes:
    """Several pieces of one column as one."""
    if len(parts) == 1:
        return parts[0]
    first = np.cumsum([0, *(part.size for part in parts)])

    def rows(name: str) -> IntArray:
        pieces = zip(parts, first.tolist(), strict=False)
        return np.concatenate([getattr(part, name) + start for part, start in pieces])

    def stacked(name: str) -> npt.NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in parts])

    def ends(name: str) -> IntArray:
        return _ends(np.concatenate([np.diff(getattr(part, name)) for part in parts]))

    known = set.intersection(*(set(part.made) for part in parts))
    return FlatShapes(
        made={kind: np.concatenate([part.made[kind] for part in parts]) for kind in known},
        size=int(first[-1]),
        point_rows=rows("point_rows"),
        points=stacked("points"),
        line_rows=rows("line_rows"),
        lines=stacked("lines"),
        line_offsets=ends("line_offsets"),
        ring_rows=rows("ring_rows"),
        rings=stacked("rings"),
        ring_offsets=ends("ring_offsets"),
        other_rows=rows("other_rows"),
        others=stacked("others"),
        bounds=stacked("bounds"),
    )


def _rows(mask: npt.NDArray[np.bool_]) -> IntArray:
    return np.nonzero(mask)[0]


def _ends(counts: IntArray) -> IntArray:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _pieces(flat: npt.NDArray[np.uint8], starts: IntArray, length: int) -> npt.NDArray[np.uint8]:
    """(k, length) bytes from each of k places."""
    if not len(starts):
        return np.empty((0, length), np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(flat, length)
    return np.ascontiguousarray(windows[starts])


def _numbers(flat: npt.NDArray[np.uint8], starts: IntArray) -> IntArray:
    """The 32-bit numbers that begin at each of the places."""
    return _pieces(flat, starts, 4).view("<u4").ravel().astype(np.int64)


def _pairs(pieces: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    return pieces.view("<f8").reshape(-1, 2)


def _vertices(blob: bytes, offsets: IntArray, rows: IntArray, head: int) -> npt.NDArray[np.float64]:
    starts = (offsets[rows] + head).tolist()
    ends = (offsets[rows + 1] - _END).tolist()
    view = memoryview(blob)
    body = b"".join([view[start:end] for start, end in zip(starts, ends, strict=True)])
    return np.frombuffer(body, "<f8").reshape(-1, 2)


def _geometries(blob: bytes, offsets: IntArray, rows: IntArray) -> npt.NDArray[Any]:
    """What is left, by way of well-known binary."""
    bodies = np.empty(len(rows), dtype=object)
    bodies[:] = [
        well_known(blob[offsets[row] + _TYPE : offsets[row + 1] - _END]) for row in rows.tolist()
    ]
    try:
        return np.asarray(shapely.from_wkb(bodies), dtype=object)
    except shapely.errors.ShapelyError as error:
        raise UnusualBlobError from error


def well_known(body: bytes) -> bytes:
    """Well-known binary of a blob without its header and closing mark.

    Raises:
        UnusualBlobError: It ends too early.
    """
    try:
        kind, count = struct.unpack_from("<II", body)
        if kind not in _MULTI:
            return b"\x01" + body
        pieces, place = [b"\x01", body[:8]], 8
        for _member in range(count):
            end = _end_of_member(body, place + 1)
            pieces += [b"\x01", body[place + 1 : end]]
            place = end
        return b"".join(pieces)
    except struct.error as error:
        raise UnusualBlobError from error


def _end_of_member(body: bytes, place: int) -> int:
    """Where the point, line or polygon that begins at ``place`` ends."""
    (kind,) = struct.unpack_from("<I", body, place)
    place += 4
    if kind == _POINT:
        return place + _POINT_BYTES
    (count,) = struct.unpack_from("<I", body, place)
    place += 4
    if kind == _LINE:
        return int(place + count * _POINT_BYTES)
    for _ring in range(count):
        (vertices,) = struct.unpack_from("<I", body, place)
        place += 4 + vertices * _POINT_BYTES
    return place
