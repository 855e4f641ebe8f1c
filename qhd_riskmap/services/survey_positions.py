"""Where the rows of a sheet say they are, as numbers: before any datum is known."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.survey_headers import POSITION_KEYS, START_KEYS
from qhd_riskmap.geo.angle_form import written_bare
from qhd_riskmap.geo.angle_text import TextForm, carries_sixty
from qhd_riskmap.geo.coordinate_text import (
    CoordinateTextError,
    ParsedPoint,
    parse_point,
    parse_wkt,
    read_angle,
    read_vertices,
)
from qhd_riskmap.geo.plain_lists import read_plain_lists
from qhd_riskmap.geo.sheet_frames import from_packed_fraction, unpacked
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_dotted import restore, spelled_out
from qhd_riskmap.services.survey_issues import IssueLog, error, warning
from qhd_riskmap.services.survey_values import Texts, clean

FloatArray = npt.NDArray[np.float64]
Vertices = FloatArray  # (n, 2)
_NO_TURN: Final = 180.0
_LONGITUDES: Final = (73.0, 136.0)
_LATITUDES: Final = (3.0, 54.0)
_NORTHINGS: Final = (1.9e6, 7.2e6)
_PLAIN: Final = frozenset("0123456789.-")


@dataclass(slots=True, eq=False)
class Positions:
    """Positions of n data rows; x is always the longitude or easting.

    Attributes:
        x: First coordinate of each row, NaN where there is none.
        y: Its partner.
        parts: Vertices of the rows that have more than one point, one list per part.
        shapes: Geometries of the rows that wrote WKT.
        texts: Coordinates as written, for the record.
        swapped: Rows whose numbers were turned round.
    """

    x: FloatArray
    y: FloatArray
    parts: dict[int, list[Vertices]] = field(default_factory=dict)
    shapes: dict[int, BaseGeometry] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    swapped: set[int] = field(default_factory=set)

    @property
    def found(self) -> npt.NDArray[np.bool_]:
        """Rows with a position."""
        return np.isfinite(self.x) & np.isfinite(self.y)

    @property
    def plane(self) -> npt.NDArray[np.bool_]:
        """Rows whose numbers are metres."""
        with np.errstate(invalid="ignore"):
            return np.asarray((np.abs(self.x) > _NO_TURN) | (np.abs(self.y) > _NO_TURN))

    def flat_parts(self, rows: Sequence[int] | None = None) -> FlatParts:
        """The vertex lists of all rows, or of some, after each other."""
        chosen = list(self.parts) if rows is None else rows
        lists = [(row, part) for row in chosen for part in self.parts[row]]
        counts = np.array([len(part) for _row, part in lists], dtype=np.intp)
        return FlatParts(
            rows=np.array([row for row, _part in lists], dtype=np.intp),
            ends=np.cumsum(counts),
            xy=np.concatenate([part for _row, part in lists]) if lists else np.empty((0, 2)),
        )

    def bare(self) -> npt.NDArray[np.bool_]:
        """Rows written as plain numbers of degrees, without signs or words."""
        return np.fromiter(map(written_bare, self.texts), np.bool_, len(self.texts))

    def unpack(self) -> list[int]:
        """Read the plain numbers as 度.分秒; the rows whose numbers cannot be that lose their place."""
        rows = np.flatnonzero(self.found & ~self.plane & self.bare())
        self.x[rows], self.y[rows] = map(from_packed_fraction, (self.x[rows], self.y[rows]))
        lost = rows[~(np.isfinite(self.x[rows]) & np.isfinite(self.y[rows]))]
        for row in rows.tolist():
            if row in self.parts:
                self.parts[row] = [from_packed_fraction(part) for part in self.parts[row]]
            if row in self.shapes:
                self.shapes[row] = shapely.transform(self.shapes[row], from_packed_fraction)
        self.x[lost] = self.y[lost] = np.nan
        return [int(row) for row in lost]

    def place(self, row: int, x: float, y: float, text: str) -> None:
        """Set the first coordinate of a row."""
        self.x[row], self.y[row], self.texts[row] = x, y, text


@dataclass(frozen=True, slots=True, eq=False)
class FlatParts:
    """Vertex lists of several rows after each other.

    Attributes:
        rows: Row of each list.
        ends: Where the vertices of each end in `xy`.
        xy: (n, 2) vertices.
    """

    rows: npt.NDArray[np.intp]
    ends: npt.NDArray[np.intp]
    xy: FloatArray

    @property
    def counts(self) -> npt.NDArray[np.intp]:
        """Number of vertices of each."""
        return np.diff(self.ends, prepend=0)

    @property
    def closed(self) -> npt.NDArray[np.bool_]:
        """Lists that end where they begin."""
        if not len(self.ends):
            return np.empty(0, dtype=bool)
        first, last = self.xy[self.ends - self.counts], self.xy[self.ends - 1]
        return np.asarray((first == last).all(axis=1))


def read_positions(columns: Mapping[str, Texts], rows: int, log: IssueLog) -> Positions:
    """Read every position column; what cannot be read becomes an issue.

    Args:
        columns: Raw texts by field key; of `survey_headers.POSITION_KEYS` those the sheet has.
        rows: Number of data rows.
        log: Takes the issues: an error where the row has no other position, a warning where it has.
    """
    found = Positions(np.full(rows, np.nan), np.full(rows, np.nan), texts=[""] * rows)
    problems: list[tuple[int, str, str]] = []
    given, columns = columns, spelled_out(columns, log)
    for x_key, y_key in (("lon", "lat"), ("y_east", "x_north")):
        if x_key in columns and y_key in columns:
            _read_pair(columns, x_key, y_key, found, problems)
    if "coordinates" in columns:
        _read_points(columns["coordinates"], found, problems)
    if all(key in columns for key in START_KEYS):
        _read_ends(columns, found, problems)
    if "vertices" in columns:
        _read_vertices(columns["vertices"], found, problems)
    _drop_zeros(found, problems)
    if columns is not given:
        restore(found.texts, given, columns)
    _report(found, problems, log)
    return found


def _drop_zeros(found: Positions, problems: list[tuple[int, str, str]]) -> None:
    """Two zeros are a form left blank; as a place in the ocean they would speak against the others."""
    for row in np.flatnonzero((found.x == 0.0) & (found.y == 0.0)).tolist():
        if row not in found.parts and row not in found.shapes:
            found.place(row, math.nan, math.nan, found.texts[row])
            problems.append((row, "lon", _("坐标填的是 0，等于没有填，请补填。")))


def _read_pair(
    columns: Mapping[str, Texts],
    x_key: str,
    y_key: str,
    found: Positions,
    problems: list[tuple[int, str, str]],
) -> None:
    raw_x, raw_y = columns[x_key], columns[y_key]
    x, y = _angles(raw_x, x_key, problems), _angles(raw_y, y_key, problems)
    _unpack_partners(x, y)
    blank = np.isnan(found.x)
    have_x, have_y = ~np.isnan(x), ~np.isnan(y)
    for row in np.flatnonzero(blank & (have_x ^ have_y)).tolist():
        lacking = y_key if have_x[row] else x_key
        if not any(r == row and key == lacking for r, key, _m in problems[-2:]):
            problems.append((row, lacking, _("只有一个坐标值，缺少另一个。")))
    turned = _turned(x, y) & blank
    x[turned], y[turned] = y[turned], x[turned]
    found.swapped.update(np.flatnonzero(turned).tolist())
    take = blank & have_x & have_y
    found.x[take], found.y[take] = x[take], y[take]
    for row in np.flatnonzero(take).tolist():
        found.texts[row] = f"{raw_x[row]}, {raw_y[row]}"


def _unpack_partners(x: FloatArray, y: FloatArray) -> None:
    """Read 395708.85 beside a longitude as 39°57′08.85″: alone it might be an easting."""
    for angle, partner in ((x, y), (y, x)):
        with np.errstate(invalid="ignore"):
            packed = (np.abs(angle) <= _NO_TURN) & (partner >= 1e5) & (partner < 1e6)  # noqa: PLR2004
        if packed.any():
            partner[packed] = unpacked(partner[packed], TextForm.PACKED_DMS)


def _turned(x: FloatArray, y: FloatArray) -> npt.NDArray[np.bool_]:
    """Rows whose x is certainly a latitude or northing and whose y is not one."""

    def within(values: FloatArray, limits: tuple[float, float]) -> Any:
        return (values >= limits[0]) & (values <= limits[1])

    with np.errstate(invalid="ignore"):
        degrees = within(x, _LATITUDES) & within(y, _LONGITUDES)
        metres = within(x, _NORTHINGS) & (y > _NO_TURN) & ~within(y, _NORTHINGS)
    return np.asarray(degrees | metres)


def _angles(column: Texts, key: str, problems: list[tuple[int, str, str]]) -> FloatArray:
    values = _plain_angles(column)
    if values is not None:
        return values
    values = np.full(len(column), np.nan)
    for row, text in enumerate(column):
        if not text:
            continue
        try:
            # A minus further in parts degrees from minutes: 119-35-24.5.
            if _PLAIN.issuperset(text) and "-" not in text[1:]:
                values[row] = _bare(text)
            else:
                values[row] = _angle(text)
        except CoordinateTextError as problem:
            problems.append((row, key, str(problem)))
    return values


def _plain_angles(column: Texts) -> FloatArray | None:
    """Values of a column of bare numbers that need no second look; None: go one by one."""
    filled = [row for row, text in enumerate(column) if text]
    texts = [text for text in column if text]
    if not _PLAIN.issuperset("".join(texts)):
        return None
    try:
        numbers = np.array(list(map(float, texts)), dtype=np.float64)
    except ValueError:
        return None
    if not (np.abs(numbers) <= _NO_TURN).all():
        return None
    values = np.full(len(column), np.nan)
    values[filled] = numbers
    return values


def _is_plain(number: float) -> bool:
    """Degrees, or a plane coordinate of at least six digits and a belt."""
    size = abs(number)
    return size <= _NO_TURN or 1e5 <= size < 1e6 or _NORTHINGS[0] <= size < 4.7e7  # noqa: PLR2004


def _bare(text: str) -> float:
    """An angle of digits and points alone; two points make no number."""
    try:
        number = float(text)
    except ValueError:
        return read_angle(text).degrees
    return number if _is_plain(number) else read_angle(text).degrees


def _angle(text: str) -> float:
    if clean(text) is None:
        return math.nan
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("m").removesuffix("米")
    try:
        number = float(plain.replace(",", "") if "." in plain else plain)
    except ValueError:
        return read_angle(text).degrees
    return number if math.isfinite(number) and _is_plain(number) else read_angle(text).degrees


def _read_points(column: Texts, found: Positions, problems: list[tuple[int, str, str]]) -> None:
    for row, text in enumerate(column):
        if not text or not math.isnan(found.x[row]) or clean(text) is None:
            continue
        try:
            point = _point(text)
        except CoordinateTextError as problem:
            try:
                _take_vertices(row, text, found)
            except CoordinateTextError:
                problems.append((row, "coordinates", str(problem)))
            continue
        found.place(row, point.x, point.y, text)
        if point.swapped:
            found.swapped.add(row)


def _point(text: str) -> ParsedPoint:
    return parse_point(text)


def _read_ends(
    columns: Mapping[str, Texts], found: Positions, problems: list[tuple[int, str, str]]
) -> None:
    ends = [_angles(columns[key], key, problems) for key in START_KEYS]
    for row in range(len(found.x)):
        start_x, start_y, end_x, end_y = (float(values[row]) for values in ends)
        if any(math.isnan(value) for value in (start_x, start_y, end_x, end_y)):
            continue
        text = "; ".join(f"{columns[x][row]}, {columns[y][row]}" for x, y in _END_PAIRS)
        found.parts[row] = [np.array([(start_x, start_y), (end_x, end_y)])]
        found.place(row, start_x, start_y, text)


_END_PAIRS: Final = (("start_lon", "start_lat"), ("end_lon", "end_lat"))


def _read_vertices(column: Texts, found: Positions, problems: list[tuple[int, str, str]]) -> None:
    filled = [row for row, text in enumerate(column) if text]
    texts = [text for text in column if text]
    plain = _take_plain_lists(filled, texts, found)
    for at in np.flatnonzero(~plain).tolist():
        row, text = filled[at], texts[at]
        if clean(text) is None:
            continue
        try:
            _take_vertices(row, text, found)
        except CoordinateTextError as problem:
            problems.append((row, "vertices", str(problem)))


def _take_plain_lists(
    rows: Sequence[int], texts: Sequence[str], found: Positions
) -> npt.NDArray[np.bool_]:
    """Take the texts in the commonest form, all at once; which of them."""
    lists = read_plain_lists(texts)
    begins = [0, *lists.ends[:-1].tolist()]
    for at, begin, end in zip(lists.which.tolist(), begins, lists.ends.tolist(), strict=False):
        row = rows[at]
        found.parts[row] = [lists.xy[begin:end]]
        found.texts[row] = texts[at]
    taken = np.zeros(len(texts), dtype=bool)
    taken[lists.which] = True
    where = np.asarray(rows, dtype=np.intp)[lists.which]
    if len(where):
        found.x[where], found.y[where] = lists.xy[begins].T
        found.swapped.update(where[lists.swapped].tolist())
    return taken


def _take_vertices(row: int, text: str, found: Positions) -> None:
    shape = parse_wkt(text) if text.lstrip()[:1].isalpha() else None
    if shape is not None:
        x, y = next(iter(_coordinates(shape)))
        found.shapes[row] = shape
        found.parts.pop(row, None)
        found.place(row, x, y, text)
        return
    vertices = read_vertices(text)
    found.parts[row] = [np.array(part) for part in vertices.parts]
    found.place(row, *vertices.parts[0][0], text)
    if vertices.swapped:
        found.swapped.add(row)


def _coordinates(shape: BaseGeometry) -> Sequence[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(shape)]


def _report(found: Positions, problems: list[tuple[int, str, str]], log: IssueLog) -> None:
    located = found.found
    for row, key, message in problems:
        if (row, key) in log.noted:
            continue
        make = warning if located[row] else error
        log.on_row(row, make(key, "bad-coordinate", message))
    told = {row for row, key in log.noted if key in POSITION_KEYS or key in START_KEYS}
    for row in np.flatnonzero(~located).tolist():
        if row not in told:
            log.on_row(row, error("lon", "no-geometry", _("没有坐标，请补填。")))
    for row in sorted(found.swapped):
        message = _("经纬度（或 X、Y）写反了，已对调，请核对。")
        log.on_row(row, warning("lon", "swapped", message))
    for row, text in enumerate(found.texts):
        if located[row] and carries_sixty(text):
            message = _("“{text}”里的 60 按满六十进一读，请核对。").format(text=text[:60])
            log.on_row(row, warning("lon", "sixty-carried", message))
