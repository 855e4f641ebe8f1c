"""SpatiaLite geometry blobs made and read as arrays, not one by one.

A blob is ``00 01 srid:i4 minx miny maxx maxy:f8 7C`` + WKB without its byte-order mark + ``FE``
(little-endian). Inside Multi geometries each member starts with 0x69 in place of the byte order.
Source: "SpatiaLite BLOB-Geometry internal format", gaia-gis.it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import GEOMETRY_TYPES
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.spatialite import SRID

_HEADER = np.dtype(
    {
        "names": ["endian", "srid", "box", "mark"],
        "formats": ["u1", "<i4", ("<f8", (4,)), "u1"],
        "offsets": [1, 2, 6, 38],
        "itemsize": 39,
    }
)
_POINT = np.dtype(
    {
        "names": ["endian", "srid", "box", "mark", "kind", "place", "end"],
        "formats": ["u1", "<i4", ("<f8", (4,)), "u1", "<i4", ("<f8", (2,)), "u1"],
        "offsets": [1, 2, 6, 38, 39, 43, 59],
        "itemsize": 60,
    }
)
_ENTITY = b"\x69"
_TYPES = [
    kind.value
    for kind in shapely.GeometryType
    if kind.name in {name.upper() for name in GEOMETRY_TYPES}
]
_MAX_LON, _MAX_LAT = 180.0, 90.0
_COUNT_BYTES = 4


def checked(geometries: Sequence[BaseGeometry] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The geometries as an array of flat ones, fit for the register.

    Raises:
        InvalidInputError: One is empty, of a foreign type, or off the globe.
    """
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    if not np.isin(shapely.get_type_id(array), _TYPES).all():
        raise InvalidInputError(_("图形只能是点、线或面。"))
    array = np.asarray(shapely.force_2d(array), dtype=object)
    box = shapely.bounds(array).reshape(-1, 4)
    # NaN compares false, so empty geometries and missing coordinates fail here too.
    inside = (
        (box[:, 0] >= -_MAX_LON)
        & (box[:, 2] <= _MAX_LON)
        & (box[:, 1] >= -_MAX_LAT)
        & (box[:, 3] <= _MAX_LAT)
    )
    coordinates_finite = np.isfinite(shapely.get_coordinates(array)).all() if len(array) else True
    if not (inside.all() and coordinates_finite):
        raise InvalidInputError(
            _("图形的坐标不是经纬度。"), hint=_("请按 CGCS2000 经纬度（度）填写。")
        )
    return array


def to_blobs(geometries: npt.NDArray[Any]) -> list[bytes]:
    """One blob per geometry."""
    kinds = shapely.get_type_id(geometries)
    blobs = [b""] * len(geometries)
    points = np.flatnonzero(kinds == shapely.GeometryType.POINT.value)
    for row, blob in zip(points.tolist(), _point_blobs(geometries[points]), strict=True):
        blobs[row] = blob
    others = np.flatnonzero(kinds != shapely.GeometryType.POINT.value)
    heads = _headers(geometries[others], _HEADER).tobytes()
    bodies = shapely.to_wkb(geometries[others], byte_order=1).tolist()
    size = _HEADER.itemsize
    multi = (kinds[others] >= shapely.GeometryType.MULTIPOINT.value).tolist()
    for at, (row, body) in enumerate(zip(others.tolist(), bodies, strict=True)):
        tail = _marked(geometries[row]) if multi[at] else body[1:]
        blobs[row] = heads[size * at : size * (at + 1)] + tail + b"\xfe"
    return blobs


def _headers(geometries: npt.NDArray[Any], layout: np.dtype[Any]) -> npt.NDArray[Any]:
    header = np.zeros(len(geometries), dtype=layout)
    header["endian"] = 1
    header["srid"] = SRID
    header["box"] = shapely.bounds(geometries).reshape(-1, 4)
    header["mark"] = 0x7C
    return header


def _point_blobs(points: npt.NDArray[Any]) -> list[bytes]:
    """Blobs of points are all of one size, so one array holds them."""
    whole = _headers(points, _POINT)
    whole["kind"] = 1
    whole["place"] = shapely.get_coordinates(points)
    whole["end"] = 0xFE
    raw, size = whole.tobytes(), _POINT.itemsize
    return [raw[start : start + size] for start in range(0, len(raw), size)]


def from_blobs(blobs: Sequence[bytes]) -> npt.NDArray[Any]:
    """The geometries of WKB blobs (column ``AsBinary(geometry)``)."""
    column = np.empty(len(blobs), dtype=object)
    column[:] = blobs
    return np.asarray(shapely.from_wkb(column), dtype=object)


def _marked(geometry: Any) -> bytes:
    """Type, count and members of a Multi geometry, each member with its entity mark."""
    whole: bytes = shapely.to_wkb(geometry, byte_order=1)
    head = whole[1 : 1 + 2 * _COUNT_BYTES]
    return head + b"".join(
        _ENTITY + shapely.to_wkb(member, byte_order=1)[1:] for member in geometry.geoms
    )
