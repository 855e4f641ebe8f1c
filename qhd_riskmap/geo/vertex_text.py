"""Lists of vertices in one text: cells, notes, WKT.

Vertices are parted by ``;``, newlines, ``|`` or brackets, parts of a multi-geometry by a blank line
(or by ``|`` where ``;`` parts the vertices). Numbers in front of the vertices (1: 2: …) are dropped
when they count. Latitude-first lists are turned round as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.geo.angle_text import (
    CoordinateTextError,
    TextForm,
    could_be_packed_fraction,
    normalised,
    shown,
)
from qhd_riskmap.geo.point_text import (
    LONGEST_POINT,
    ParsedPoint,
    point_of,
)
from qhd_riskmap.i18n import _

LONGEST_LIST: Final = 1_000_000

Vertices = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class ParsedVertices:
    """The vertices of one feature.

    Attributes:
        parts: One list of (x, y) per part; for WKT polygons one per ring, outer ring first.
        form: How they were written (that of the first vertex in a list).
        swapped: All pairs were turned round on the evidence of the numbers.
        ambiguous: The text has a second reading: ask.
    """

    parts: list[Vertices]
    form: TextForm
    swapped: bool
    ambiguous: bool


# Bounded blanks: two unbounded ones side by side would take quadratic time to fail.
_WKT: Final = re.compile(
    r"(?:SRID=\d{1,6};\s{0,9})?(MULTI)?(POINT|LINESTRING|POLYGON)\s{0,9}(?:ZM|Z|M)?\s{0,9}\(",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"[Jj]?(\d{1,5})(?: ?[:,.)] ?| +)")
_BLANK_LINE: Final = re.compile(r"\n[ \n]*\n")
_CLOSING: Final = re.compile(r"\)[ ,;\n]*\(?")
_FULL_WIDTH: Final = str.maketrans("，；", ",;")
_PLAIN_SIGNS: Final = frozenset("0123456789.,; \n")
_PLAIN_DECIMAL: Final = re.compile(r" ?\d{1,3}\.\d{1,20} ?")


def parse_vertices(text: str) -> list[Vertices]:
    """The parts of `read_vertices`.

    Raises:
        CoordinateTextError: No list of places.

    >>> parse_vertices("1:119.5,39.9；2:119.6,39.9")
    [[(119.5, 39.9), (119.6, 39.9)]]
    """
    return read_vertices(text).parts


def read_vertices(text: str) -> ParsedVertices:
    """Read a list of places, or WKT.

    Raises:
        CoordinateTextError: No list of places, one vertex is unreadable (its number is named), or
            the vertices do not agree on their order.
    """
    if len(text) > LONGEST_LIST:
        raise CoordinateTextError(_("坐标串太长：“{text}”。").format(text=shown(text)))
    plain_list = _plain_list(text)
    if plain_list is not None:
        return plain_list
    geometry = parse_wkt(text)
    if geometry is not None:
        return ParsedVertices(_rings(geometry), TextForm.WKT, swapped=False, ambiguous=False)
    parts = [_part(piece) for piece in _split_parts(normalised(text))]
    points = [point for part in parts for point in part]
    if not points:
        raise CoordinateTextError(_("“{text}”里没有坐标。").format(text=shown(text)))
    _require_agreement(points, text)
    return ParsedVertices(
        [[(point.x, point.y) for point in part] for part in parts if part],
        points[0].form,
        swapped=points[0].swapped,
        ambiguous=all(point.ambiguous for point in points),
    )


def parse_wkt(text: str) -> BaseGeometry | None:
    """The geometry of a WKT point, line or polygon (also multi), flattened to 2-D; None for other text.

    Collections are refused before GEOS sees them: nested brackets would exhaust its stack.

    Raises:
        CoordinateTextError: It starts like WKT and is none, or is empty.
    """
    if len(text) > LONGEST_LIST:
        raise CoordinateTextError(_("坐标串太长：“{text}”。").format(text=shown(text)))
    text = text.strip()
    start = _WKT.match(text)
    if start is None:
        return None
    try:
        with np.errstate(invalid="ignore", over="ignore"):
            geometry: Any = shapely.from_wkt(text[start.start(1) if start[1] else start.start(2) :])
    except GEOSException as error:
        raise CoordinateTextError(
            _("WKT 写得不完整：“{text}”。").format(text=shown(text))
        ) from error
    flat: BaseGeometry = shapely.force_2d(geometry)
    if flat.is_empty or not np.isfinite(shapely.get_coordinates(flat)).all():
        raise CoordinateTextError(_("WKT 里没有坐标：“{text}”。").format(text=shown(text)))
    return flat


def _rings(geometry: Any) -> list[Vertices]:
    parts: list[Vertices] = []
    for single in getattr(geometry, "geoms", [geometry]):
        rings = [single.exterior, *single.interiors] if single.geom_type == "Polygon" else [single]
        parts += [[(float(x), float(y)) for x, y in ring.coords] for ring in rings]
    return parts


def _plain_list(text: str) -> ParsedVertices | None:
    """The commonest lists, ``x,y;x,y`` and ``x y,x y`` of decimals, ten times faster than by patterns."""
    plain = text.translate(_FULL_WIDTH).strip("; \n")
    if not _PLAIN_SIGNS.issuperset(plain) or "\n\n" in plain:
        return None
    plain = plain.replace(";\n", ";").replace("\n", ";")
    joint, inner = (";", ",") if ";" in plain else (",", None)
    vertices: Vertices = []
    doubtful = True
    for piece in plain.split(joint):
        pair = piece.split(inner)
        if len(pair) != 2 or not all(_PLAIN_DECIMAL.fullmatch(number) for number in pair):  # noqa: PLR2004
            return None
        vertices.append((float(pair[0]), float(pair[1])))
        doubtful = doubtful and all(could_be_packed_fraction(number.strip()) for number in pair)
    return _plain_degrees(vertices, ambiguous=doubtful)


def _plain_degrees(vertices: Vertices, *, ambiguous: bool) -> ParsedVertices | None:
    """Longitude-first or latitude-first degrees of China; everything else takes the careful way."""
    for swapped in (False, True):
        turned = [(y, x) for x, y in vertices] if swapped else vertices
        if all(73.0 <= x <= 136.0 and 3.0 <= y <= 54.0 for x, y in turned):  # noqa: PLR2004
            return ParsedVertices([turned], TextForm.DECIMAL, swapped, ambiguous)
    return None


def _split_parts(plain: str) -> list[str]:
    if _BLANK_LINE.search(plain):
        return _BLANK_LINE.split(plain)
    if ";" in plain and "|" in plain:
        return plain.split("|")
    return [plain]


def _part(plain: str) -> list[ParsedPoint]:
    pieces = _unnumbered(_split_vertices(plain))
    points = []
    for number, piece in enumerate(pieces, start=1):
        try:
            points.append(_vertex(piece))
        except CoordinateTextError as error:
            if len(pieces) == 1:
                raise
            raise CoordinateTextError(
                _("第 {number} 个拐点有误：{reason}").format(number=number, reason=error)
            ) from error
    return points


def _vertex(piece: str) -> ParsedPoint:
    if len(piece) > LONGEST_POINT:
        raise CoordinateTextError(_("坐标文字太长：“{text}”。").format(text=shown(piece)))
    return point_of(piece, piece)


def _split_vertices(plain: str) -> list[str]:
    body = plain.strip(" \n;|")
    if any(sign in body for sign in ";|\n"):
        pieces = re.split(r"[;|\n]+", body)
    elif body.count("(") > 1:
        pieces = _CLOSING.split(body)
    else:
        pieces = _flat_pieces(body)
    cleaned = (piece.strip(" ,()\n") for piece in pieces)
    return [piece for piece in cleaned if piece]


def _flat_pieces(body: str) -> list[str]:
    """``x y, x y`` or ``x,y,x,y`` of plain decimals; otherwise one vertex."""
    pieces = [piece.split() for piece in body.strip("()").split(",")]
    decimal = all("." in number for piece in pieces for number in piece)
    if decimal and len(pieces) > 1 and all(len(piece) == 2 for piece in pieces):  # noqa: PLR2004
        return [" ".join(piece) for piece in pieces]
    flat = [number for piece in pieces for number in piece]
    if decimal and len(flat) > 2 and len(flat) % 2 == 0:  # noqa: PLR2004
        return [f"{x},{y}" for x, y in zip(flat[::2], flat[1::2], strict=True)]
    return [body]


def _unnumbered(pieces: list[str]) -> list[str]:
    """Drop counters in front of vertices, if they count up from 0 or 1 (and may close with the first)."""
    found = [_NUMBER.match(piece) for piece in pieces]
    numbers = [int(match[1]) for match in found if match is not None]
    if len(numbers) != len(pieces) or not pieces or numbers[0] not in {0, 1}:
        return pieces
    counted = list(range(numbers[0], numbers[0] + len(numbers)))
    closed = [*counted[:-1], numbers[0]]
    if numbers not in (counted, closed):
        return pieces
    return [piece[match.end() :] for piece, match in zip(pieces, found, strict=True) if match]


def _require_agreement(points: list[ParsedPoint], text: str) -> None:
    if len({(point.swapped, point.projected) for point in points}) > 1:
        raise CoordinateTextError(_("各拐点的写法前后不一致：“{text}”。").format(text=shown(text)))
