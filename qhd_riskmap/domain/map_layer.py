"""Layers an office adds to its map: links to files and tile services, never copies of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import numpy as np
import numpy.typing as npt

from qhd_riskmap.i18n import N_, _

LONGEST_NAME: Final = 120
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_WIDEST_LINE: Final = 20.0
CLOSEST_ZOOM: Final = 22


class LayerKind(StrEnum):
    """Where the content of a layer comes from; values are stored."""

    VECTOR = "vector"
    RASTER = "raster"
    SCAN = "scan"
    ARCHIVE = "archive"
    TILES = "tiles"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _(_KIND_LABELS[self])

    @property
    def is_file(self) -> bool:
        """Whether the layer is a file, which may be missing."""
        return self is not LayerKind.TILES

    @property
    def is_ground(self) -> bool:
        """Whether it is a picture of the ground, which must carry a 审图号 to be published."""
        return self is not LayerKind.VECTOR


_KIND_LABELS: Final = {
    LayerKind.VECTOR: N_("矢量文件"),
    LayerKind.RASTER: N_("影像或栅格"),
    LayerKind.SCAN: N_("扫描图"),
    LayerKind.ARCHIVE: N_("离线瓦片包"),
    LayerKind.TILES: N_("在线瓦片"),
}


class Comparison(StrEnum):
    """How a filter compares; values are stored and shown."""

    EQUAL = "="
    UNEQUAL = "≠"
    LESS = "<"
    AT_MOST = "≤"
    MORE = ">"
    AT_LEAST = "≥"
    CONTAINS = "包含"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFilter:
    """One condition on an attribute, e.g. 等级 ≥ 2.

    Attributes:
        attribute: Name of the attribute.
        comparison: How to compare.
        value: What with, as typed.
    """

    attribute: str
    comparison: Comparison
    value: str

    def matches(self, values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Which of the attribute's values meet the condition.

        Numbers are compared as numbers where both sides are some, texts as texts without regard to
        case. A missing value meets no condition but "≠".
        """
        texts = np.array([text_of(value) for value in values.tolist()], dtype=object)
        wanted = self.value.strip().casefold()
        if self.comparison is Comparison.CONTAINS:
            return np.array([wanted in text for text in texts], dtype=bool)
        limit = _number(wanted)
        numbers = np.array([_number(text) for text in texts], dtype=np.float64)
        if np.isnan(limit):
            orders = np.array([(text > wanted) - (text < wanted) for text in texts], np.float64)
            orders[texts == ""] = np.nan
        else:
            orders = np.where(
                np.isnan(numbers),
                np.where(texts == wanted, 0.0, np.nan),
                np.sign(numbers - limit),
            )
        return _by_order(orders, self.comparison)


def _by_order(orders: npt.NDArray[np.float64], comparison: Comparison) -> npt.NDArray[np.bool_]:
    """Compare by -1, 0, 1 or NaN for what cannot be compared."""
    met = {
        Comparison.EQUAL: orders == 0,
        Comparison.UNEQUAL: orders != 0,
        Comparison.LESS: orders < 0,
        Comparison.AT_MOST: orders <= 0,
        Comparison.MORE: orders > 0,
        Comparison.AT_LEAST: orders >= 0,
    }
    return np.asarray(met[comparison], dtype=bool)


def text_of(value: object) -> str:
    """What an attribute of a file says, for comparing; "" for nothing."""
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT are unequal to themselves
        return ""
    return str(value).strip().casefold()


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStyle:
    """How the features of a vector layer look.

    Attributes:
        colour: Of lines, outlines and dots, ``#RRGGBB``. Not one of the risk colours by default.
        width: Of lines, logical pixels.
        fill: Of areas, ``#RRGGBB``, or "" for none.
        fill_opacity: 0 … 1.
        label: Attribute written beside the features, or "".
    """

    colour: str = "#7A3FA0"
    width: float = 1.6
    fill: str = "#7A3FA0"
    fill_opacity: float = 0.15
    label: str = ""

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour) or not (
            self.fill == "" or _COLOUR.fullmatch(self.fill)
        ):
            raise ValueError("colours are written #RRGGBB")
        if not 0 < self.width <= _WIDEST_LINE or not 0 <= self.fill_opacity <= 1:
            raise ValueError("width or opacity out of range")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """A place on a scanned map whose true position is known.

    Attributes:
        column: Pixels from the left edge.
        row: Pixels from the upper edge.
        lon: Longitude, CGCS2000 degrees.
        lat: Latitude.
    """

    column: float
    row: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLayer:
    """One added layer.

    Attributes:
        source: Absolute path of the file, or a URL template with ``{x} {y} {z}`` (``{-y}`` for TMS,
            ``{s}`` for mirrors, ``{key}`` for the office's key, which is kept elsewhere).
        relative: Path of the file from the register's folder with ``/``, or "" where there is none:
            the pair is still found after the folder was moved.
        part: Layer inside the file, or "" for the first.
        reference: Reference system the office declared (`geo.references`), or "" as the file says.
        encoding: Of texts in a shapefile, or "" as the file says or is recognised.
        position: Order on the map; the lowest is painted first.
        visible: Whether it is painted.
        opacity: 0 … 1.
        closest: Not painted at scales closer than 1:``closest``; 0 for no limit.
        farthest: Not painted beyond 1:``farthest``; 0 for no limit.
        style: Look of a vector layer.
        condition: Only features that meet it are painted.
        control: Control points of a scanned map.
        max_zoom: Deepest level a tile service has.
        provider: Who made it, as printed on products.
        approval_no: Its 审图号, or "" where it has none.
    """

    id: UUID
    kind: LayerKind
    name: str
    source: str
    relative: str = ""
    part: str = ""
    reference: str = ""
    encoding: str = ""
    position: int = 0
    visible: bool = True
    opacity: float = 1.0
    closest: float = 0.0
    farthest: float = 0.0
    style: LayerStyle = field(default_factory=LayerStyle)
    condition: LayerFilter | None = None
    control: tuple[ControlPoint, ...] = ()
    max_zoom: int = 18
    provider: str = ""
    approval_no: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME or not self.source:
            raise ValueError("a layer has a name and a source")
        if not 0 <= self.opacity <= 1 or not 0 <= self.max_zoom <= CLOSEST_ZOOM:
            raise ValueError("opacity or zoom out of range")
        if self.closest < 0 or self.farthest < 0:
            raise ValueError("scales are positive")

    def shown_at(self, denominator: float) -> bool:
        """Whether the layer is painted at 1:``denominator``.

        >>> from uuid import UUID
        >>> layer = MapLayer(id=UUID(int=1), kind=LayerKind.VECTOR, name="村界", source="a.shp",
        ...                  farthest=100_000)
        >>> layer.shown_at(50_000), layer.shown_at(250_000)
        (True, False)
        """
        if not self.visible or self.opacity == 0:
            return False
        return denominator >= self.closest and (not self.farthest or denominator <= self.farthest)

    @property
    def lacks_approval(self) -> bool:
        """Whether it is a picture of the ground without a 审图号."""
        return self.kind.is_ground and not self.approval_no.strip()


def unapproved_ground(layers: Iterable[MapLayer]) -> tuple[MapLayer, ...]:
    """Pictures of the ground that are shown and carry no 审图号: what rule PM03 is about."""
    return tuple(layer for layer in layers if layer.visible and layer.lacks_approval)
