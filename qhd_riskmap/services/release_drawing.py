"""Compares a finished sheet with one drawn again from the public values alone.

A symbol at a true place is no text that a search could find. But every mark of a sheet follows from
the public values: what a file draws beyond a fresh drawing came from somewhere else. Each such mark is
named with the place on the ground it points at, found through the page↔map transform of the sheet.
"""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import numpy as np
import numpy.typing as npt
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image, UnidentifiedImageError

from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_checker import Leak
from qhd_riskmap.services.release_pdf import pdf_contents

DRAWING = "drawing"
DRAWN_ENDINGS = (".pdf", ".png", ".svg", ".jpg", ".jpeg")
_LOSSY = (".jpg", ".jpeg")
_LOSS = 24  # of 255: what a second compression may change; a sign differs by far more
_MM_PER_POINT = 25.4 / 72
_MOST = 20  # marks told of one file; the first says enough
_BLOCK_MM = 2.0  # differing pixels this near belong to one mark
Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Place = tuple[int, Point]  # page and millimetres
Ground = Callable[[float, float], Point | None]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FreshSheet:
    """A sheet, or a book of sheets, as it must look.

    Attributes:
        data: The file drawn again.
        grounds: Per page: millimetres from its top left corner → degrees; None off its maps.
        size_mm: Width and height of every page.
    """

    data: bytes
    grounds: Sequence[Ground]
    size_mm: tuple[float, float]

    def ground_of(self, page: int) -> Ground:
        """The transform of a page; of none, that answers None everywhere."""
        return self.grounds[page] if 0 <= page < len(self.grounds) else off_the_map


def off_the_map(x_mm: float, y_mm: float) -> Point | None:
    """The transform of a page without a map."""
    del x_mm, y_mm
    return None


@dataclass(frozen=True, slots=True)
class _Mark:
    """One drawn thing: what tells it from others, the middle of it on the page in mm, and the page."""

    sign: Any
    at: Point
    page: int = 0


def foreign_marks(path: Path, data: bytes, fresh: FreshSheet) -> list[Leak]:
    """Everything a file draws that a fresh drawing does not.

    Args:
        path: The file, for its ending and for the report.
        data: Its content.
        fresh: The same product drawn from public values.
    """
    if data == fresh.data:
        return []
    ending = path.suffix.lower()
    if ending == ".png":
        places = _other_pixels(data, fresh)
    elif ending in _LOSSY:
        places = _other_pixels(data, fresh, tolerance=_LOSS)
    else:
        marks_of = _pdf_marks if ending == ".pdf" else _svg_marks
        places = _beyond(marks_of(data, fresh), marks_of(fresh.data, fresh))
    return [_leak(path, place, fresh) for place in places[:_MOST]]


def differs(path: Path) -> Leak:
    """What is said of a file without drawing that does not follow from the public values."""
    value = _("与按公开内容重新生成的不同")
    return Leak(file=str(path), kind=DRAWING, value=value, where="file")


def _leak(path: Path, place: Place | None, fresh: FreshSheet) -> Leak:
    if place is None:
        return Leak(file=str(path), kind=DRAWING, value=_("图面无法核对"), where="file")
    page, (x, y) = place
    ground = fresh.ground_of(page)(x, y)
    value = f"{ground[0]:.5f},{ground[1]:.5f}" if ground else _("图廓外")
    where = _("图面 {x:.1f} mm, {y:.1f} mm").format(x=x, y=y)
    if len(fresh.grounds) > 1:
        where = _("第 {n} 页").format(n=page + 1) + where
    return Leak(file=str(path), kind=DRAWING, value=value, where=where)


def _beyond(found: list[_Mark] | None, expected: list[_Mark] | None) -> list[Place | None]:
    if found is None or expected is None:
        return [None]
    left = Counter((mark.page, mark.sign) for mark in expected)
    places: list[Place | None] = []
    for mark in found:
        if left[mark.page, mark.sign] > 0:
            left[mark.page, mark.sign] -= 1
        else:
            places.append((mark.page, mark.at))
    return places


# -- pictures -----------------------------------------------------------------------------------------


def _other_pixels(data: bytes, fresh: FreshSheet, *, tolerance: int = 0) -> list[Place | None]:
    one, other = _pixels(data), _pixels(fresh.data)
    if one is None or other is None or one.shape != other.shape:
        return [None]
    height, width = one.shape[:2]
    # Not the difference itself: unsigned bytes would wrap around.
    apart = np.maximum(one, other) - np.minimum(one, other)
    rows, columns = np.nonzero((apart > tolerance).any(axis=2))
    x = (columns + 0.5) / width * fresh.size_mm[0]
    y = (rows + 0.5) / height * fresh.size_mm[1]
    return [(0, group) for group in _groups(x, y)]


def _pixels(data: bytes) -> npt.NDArray[np.uint8] | None:
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            return np.asarray(image.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return None


def _groups(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Iterator[Point]:
    """The middle of every group of points whose blocks touch."""
    blocks = np.column_stack((x // _BLOCK_MM, y // _BLOCK_MM)).astype(np.int64)
    members: dict[tuple[int, int], list[int]] = {}
    for index, (column, row) in enumerate(blocks.tolist()):
        members.setdefault((column, row), []).append(index)
    while members:
        waiting, group = [next(iter(members))], []
        while waiting:
            column, row = waiting.pop()
            group += members.pop((column, row), [])
            waiting += [
                near
                for step in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
                if (near := (column + step[0], row + step[1])) in members
            ]
        yield _middle([(float(x[i]), float(y[i])) for i in group])


def _middle(points: list[Point]) -> Point:
    """Middle of the box around some points."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


def _applied(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """First ``inner``, then ``outer``."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j,
        e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


# -- PDF ------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    rb"(?P<string>\((?:\\.|[^\\()])*\)|<[0-9A-Fa-f\s]*>)|(?P<name>/[^\s/<>\[\]()]*)"
    rb"|(?P<number>[-+]?(?:\d+\.?\d*|\.\d+))|(?P<operator>[A-Za-z'\"][A-Za-z0-9*'\"]*)",
    re.DOTALL,
)
_PAINT = frozenset({b"f", b"F", b"f*", b"S", b"s", b"B", b"B*", b"b", b"b*", b"sh", b"Do", b"EI"})
_SHOW = frozenset({b"Tj", b"TJ", b"'", b'"'})
_COORDINATES = {b"m": 2, b"l": 2, b"c": 6, b"v": 4, b"y": 4}


def _pdf_marks(data: bytes, fresh: FreshSheet) -> list[_Mark] | None:
    try:
        contents = list(pdf_contents(data))
    except zlib.error:
        return None
    height = fresh.size_mm[1]
    marks: list[_Mark] = []
    for page, stream in contents:
        marks += _ContentReader(height, page).marks(stream)
    return marks


class _ContentReader:
    """Follows a page's operators and notes what each painting one puts where."""

    def __init__(self, height_mm: float, page: int) -> None:
        self._height = height_mm
        self._page = page
        self._matrix = _IDENTITY
        self._saved: list[Matrix] = []
        self._text = _IDENTITY
        self._path: list[Point] = []

    def marks(self, stream: bytes) -> Iterator[_Mark]:
        numbers: list[float] = []
        words: list[bytes] = []
        for match in _TOKEN.finditer(stream):
            kind, token = match.lastgroup, match.group()
            if kind == "number":
                numbers.append(float(token))
            elif kind != "operator":
                words.append(token)
            else:
                yield from self._operate(token, numbers, words)
                numbers, words = [], []

    def _operate(self, operator: bytes, n: list[float], words: list[bytes]) -> Iterator[_Mark]:
        if operator in _COORDINATES and len(n) == _COORDINATES[operator]:
            self._path += [self._on_page(x, y) for x, y in zip(n[::2], n[1::2], strict=True)]
        elif operator == b"re" and len(n) == 4:  # noqa: PLR2004 - x y width height
            x, y, width, height = n
            self._path += [self._on_page(x, y), self._on_page(x + width, y + height)]
        elif operator in _PAINT:
            yield self._mark(operator, words, self._path or [self._on_page(0.5, 0.5)])
            self._path = []
        elif operator in _SHOW:
            x, y = _applied(_times(self._text, self._matrix), 0.0, 0.0)
            yield self._mark(operator, words, [self._millimetres(x, y)])
        elif operator == b"n":
            self._path = []
        else:
            self._set(operator, n)

    def _set(self, operator: bytes, n: list[float]) -> None:
        six = len(n) == 6  # noqa: PLR2004 - a matrix
        if operator == b"q":
            self._saved.append(self._matrix)
        elif operator == b"Q" and self._saved:
            self._matrix = self._saved.pop()
        elif operator == b"cm" and six:
            self._matrix = _times((n[0], n[1], n[2], n[3], n[4], n[5]), self._matrix)
        elif operator == b"Tm" and six:
            self._text = (n[0], n[1], n[2], n[3], n[4], n[5])
        elif operator in (b"Td", b"TD") and len(n) == 2:  # noqa: PLR2004 - an offset
            self._text = _times((1.0, 0.0, 0.0, 1.0, n[0], n[1]), self._text)
        elif operator == b"BT":
            self._text = _IDENTITY

    def _mark(self, operator: bytes, words: list[bytes], points: list[Point]) -> _Mark:
        shape = tuple((round(x, 2), round(y, 2)) for x, y in points)
        return _Mark((operator, tuple(words), shape), _middle(points), self._page)

    def _on_page(self, x: float, y: float) -> Point:
        return self._millimetres(*_applied(self._matrix, x, y))

    def _millimetres(self, x: float, y: float) -> Point:
        return x * _MM_PER_POINT, self._height - y * _MM_PER_POINT


# -- SVG ------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate)\s*\(([^)]*)\)")
_GROUPS = frozenset({"svg", "g", "defs", "style", "title", "desc", "metadata"})
_PAIRED = ("points", "d")
_PLACES = (("x", "y"), ("cx", "cy"), ("x1", "y1"), ("x2", "y2"))


def _svg_marks(data: bytes, fresh: FreshSheet) -> list[_Mark] | None:
    try:
        root = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    box = [float(v) for v in _NUMBER.findall(root.get("viewBox", ""))]
    if len(box) != 4 or not box[2]:  # noqa: PLR2004 - x y width height
        return None
    scale = fresh.size_mm[0] / box[2]
    return list(_svg_walk(root, (scale, 0.0, 0.0, scale, -box[0] * scale, -box[1] * scale)))


def _svg_walk(element: Element, outer: Matrix) -> Iterator[_Mark]:
    matrix = _times(_transform(element.get("transform", "")), outer)
    tag = element.tag.rsplit("}", 1)[-1]
    if tag not in _GROUPS:
        points = [_applied(matrix, x, y) for x, y in _svg_points(element)]
        text = "".join(element.itertext()).strip()
        rounded = tuple(round(v, 4) for v in matrix)
        yield _Mark((tag, tuple(sorted(element.items())), text, rounded), _middle(points))
    for child in element:
        yield from _svg_walk(child, matrix)


def _svg_points(element: Element) -> list[Point]:
    points: list[Point] = []
    for name in _PAIRED:
        numbers = [float(v) for v in _NUMBER.findall(element.get(name, ""))]
        points += list(zip(numbers[::2], numbers[1::2], strict=False))
    for across, down in _PLACES:
        x, y = (_NUMBER.match(element.get(name, "")) for name in (across, down))
        if x and y:
            points.append((float(x.group()), float(y.group())))
    return points or [(0.0, 0.0)]


def _transform(text: str) -> Matrix:
    matrix = _IDENTITY
    for name, arguments in _TRANSFORM.findall(text):
        n = [float(v) for v in _NUMBER.findall(arguments)]
        if name == "matrix" and len(n) == 6:  # noqa: PLR2004 - a matrix
            one: Matrix = (n[0], n[1], n[2], n[3], n[4], n[5])
        elif name == "translate" and n:
            one = (1.0, 0.0, 0.0, 1.0, n[0], n[1] if len(n) > 1 else 0.0)
        elif name == "scale" and n:
            one = (n[0], 0.0, 0.0, n[-1], 0.0, 0.0)
        elif name == "rotate" and n:
            turn = np.deg2rad(n[0])
            sine, cosine = float(np.sin(turn)), float(np.cos(turn))
            one = (cosine, sine, -sine, cosine, 0.0, 0.0)
        else:
            continue
        matrix = _times(one, matrix)
    return matrix
