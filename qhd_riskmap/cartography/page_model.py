"""What goes onto a printed sheet, and where it ended up.

Neutral about its data: the caller decides what may be shown (for the public: `public_sheet`).
Everything can be pickled, so that a sheet can be exported by a child process. Page coordinates are
millimetres from the top left corner, y downwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np

from qhd_riskmap.cartography.coverage_hatch import HatchedArea
from qhd_riskmap.cartography.legend import LegendEntry
from qhd_riskmap.cartography.projection import Projection
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.map_layer import MapLayer

UNITS_PER_MM: Final = 100.0  # whole font sizes stay precise and layouts equal on every device
Box = tuple[float, float, float, float]


_MILLIMETRES: Final = {
    "A4": (297.0, 210.0), "A3": (420.0, 297.0), "A2": (594.0, 420.0), "A1": (841.0, 594.0),
    "A0": (1189.0, 841.0),
}  # fmt: skip
# Large sheets are read from further away and have the room; letters of the margin grow by this.
_GROWTH: Final = {"A4": 1.0, "A3": 1.2, "A2": 1.5, "A1": 1.9, "A0": 2.4}


class PageSize(StrEnum):
    """Paper sizes (ISO 216); the value is what settings and the command line use."""

    A4_LANDSCAPE = "A4-landscape"
    A4_PORTRAIT = "A4-portrait"
    A3_LANDSCAPE = "A3-landscape"
    A3_PORTRAIT = "A3-portrait"
    A2_LANDSCAPE = "A2-landscape"
    A2_PORTRAIT = "A2-portrait"
    A1_LANDSCAPE = "A1-landscape"
    A1_PORTRAIT = "A1-portrait"
    A0_LANDSCAPE = "A0-landscape"
    A0_PORTRAIT = "A0-portrait"

    @property
    def millimetres(self) -> tuple[float, float]:
        """Width and height."""
        long, short = _MILLIMETRES[self.name[:2]]
        return (long, short) if self.landscape else (short, long)

    @property
    def growth(self) -> float:
        """How much larger than on A4 the letters of the margin are."""
        return _GROWTH[self.name[:2]]

    @property
    def sign_growth(self) -> float:
        """How much larger than on A3 signs, lines and names of the map are; never smaller.

        About the square root of the ratio of the areas, less on A1 and A0: a map that is twice as
        wide shall also show more.
        """
        return max(1.0, self.growth / _GROWTH["A3"])

    @property
    def landscape(self) -> bool:
        """Whether the page is wider than high."""
        return self.value.endswith("landscape")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLabel:
    """A number that stands for an area, e.g. 液氨储罐 3; labels of one place are stacked.

    Attributes:
        lon: Degrees, a place inside the area.
        lat: Degrees.
        text: The full text.
        type_key: Type whose symbol stands before the text, or "".
        level: Level the symbol is coloured in; 0 neutral.
    """

    lon: float
    lat: float
    text: str
    type_key: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLook:
    """What an officer chose on the screen, for sheets that show the same.

    Attributes:
        crowd: ``clusters``, ``density`` or ``all``: what stands for many symbols.
        crowd_above: Symbols on the map above which that begins.
        graticule: Meridians and parallels.
        hatch: Polygons hatched by type.
        basemap: Land, sea and divisions.
    """

    crowd: str = "all"
    crowd_above: int = 1_500
    graticule: bool = False
    hatch: bool = True
    basemap: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLayer:
    """An added layer on a sheet; opened anew by the process that paints it.

    Attributes:
        layer: The link.
        path: Its file, or "" for a tile service.
        cache: Folder of the kept tiles; nothing is fetched while painting.
    """

    layer: MapLayer
    path: str = ""
    cache: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTable:
    """A small table beside the map.

    Attributes:
        caption: Its heading.
        heads: One per column.
        rows: As many texts as heads; the first column is set left, the others right.
        total: The last row is the sum of the others.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCircle:
    """A place and how far was looked around it.

    Attributes:
        lon: Degrees.
        lat: Degrees.
        radius_m: Metres on the ground.
        text: Name of the place.
    """

    lon: float
    lat: float
    radius_m: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetContent:
    """Everything on a sheet.

    Attributes:
        title: 图名.
        features: What is drawn.
        subtitle: Second line, e.g. area and year.
        counts: Numbers by area.
        legend: Entries; None derives them from ``features`` and ``counts``.
        notes: Paragraphs under 说明.
        unit: 编制单位.
        publisher: 发布单位.
        source: 数据来源.
        data_date: 资料截止日期 as printed.
        approval_line: The whole line with the 审图号, or "".
        disclaimer: Sentence about boundaries.
        mark: Words in a frame at the upper right, e.g. 内部资料, or "".
        layers: Added layers, the lowest first.
        look: How the map looks.
        watermark: Text across the map of a draft, or "".
        extent: West, south, east, north in degrees; None shows the whole city and all features.
        scale: The n of 1:n around the middle of ``extent``; None takes the largest that shows it all.
        projection: Plane of the map.
        names: Whether hazards are named on the map.
        anchor_symbols: Whether lines and polygons carry their type's symbol.
        language: BCP 47 tag of the texts.
        north: Whether there is a north arrow.
        margin_grid: Meridians and parallels, named in the margin; never finer than a minute.
        overview: Whether a small map shows where the sheet lies in the city.
        overview_of: Division that is tinted on it, or None.
        table: A table beside the map, or None.
        hatched: Divisions that were not surveyed.
        logo: A PNG before the title, or b"".
        circle: A place and the ground around it, or None.
        large_text: Rather a smaller map than small letters.
    """

    title: str
    features: FeatureTable
    subtitle: str = ""
    counts: tuple[CountLabel, ...] = ()
    legend: tuple[LegendEntry, ...] | None = None
    notes: tuple[str, ...] = ()
    unit: str = ""
    publisher: str = ""
    source: str = ""
    data_date: str = ""
    approval_line: str = ""
    disclaimer: str = ""
    mark: str = ""
    layers: tuple[SheetLayer, ...] = ()
    look: SheetLook = SheetLook()
    watermark: str = ""
    extent: Bounds | None = None
    scale: float | None = None
    projection: Projection = Projection.GK
    names: bool = True
    anchor_symbols: bool = True
    language: str = "zh-CN"
    north: bool = True
    margin_grid: bool = False
    overview: bool = False
    overview_of: str | None = None
    table: SheetTable | None = None
    hatched: tuple[HatchedArea, ...] = ()
    logo: bytes = b""
    circle: SheetCircle | None = None
    large_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedItem:
    """One thing on the page.

    Attributes:
        kind: ``title subtitle mark logo neatline map legend legend_entry scale north overview table
            table_row notes imprint approval disclaimer watermark division_name hazard_name count
            symbol anchor_symbol grid_label circle``.
        box: Left, top, width, height in millimetres.
        text: What is written, or the type key of a symbol.
        lonlat: Position in degrees of things that belong to the ground.
        row: Row of the feature table, or -1.
    """

    kind: str
    box: Box
    text: str = ""
    lonlat: tuple[float, float] | None = None
    row: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMap:
    """The map frame and its transform between degrees and millimetres on the page.

    Attributes:
        frame: Left, top, width, height of the neat line, millimetres.
        viewport: The map inside the frame; its pixels are hundredths of a millimetre.
        scale: The n of 1:n, as printed.
    """

    frame: Box
    viewport: Viewport
    scale: float

    def lonlat_to_page(self, lon: float, lat: float) -> tuple[float, float]:
        """Degrees to millimetres from the top left corner of the page."""
        x, y = self.viewport.to_screen(lon, lat)
        return self.frame[0] + float(x) / UNITS_PER_MM, self.frame[1] + float(y) / UNITS_PER_MM

    def page_to_lonlat(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Millimetres on the page to degrees; inverse of `lonlat_to_page`."""
        lon, lat = self.viewport.to_lonlat(
            np.float64((x_mm - self.frame[0]) * UNITS_PER_MM),
            np.float64((y_mm - self.frame[1]) * UNITS_PER_MM),
        )
        return float(lon), float(lat)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSheet:
    """A painted sheet: what is where.

    Attributes:
        page: Paper.
        items: Everything placed, in painting order.
        map: The map and its transform.
        insets: Small maps beside it, each with its own transform.
    """

    page: PageSize
    items: tuple[PlacedItem, ...]
    map: SheetMap
    insets: tuple[SheetMap, ...] = ()

    def of_kind(self, kind: str) -> tuple[PlacedItem, ...]:
        """The items of one kind."""
        return tuple(item for item in self.items if item.kind == kind)

    def ground(self, x_mm: float, y_mm: float) -> tuple[float, float] | None:
        """Degrees of a place on the page, None where there is no map."""
        for each in (*self.insets, self.map):
            left, top, width, height = each.frame
            if left <= x_mm <= left + width and top <= y_mm <= top + height:
                return each.page_to_lonlat(x_mm, y_mm)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """One file to write.

    Attributes:
        content: The sheet.
        path: Target; its ending is not looked at.
        format: ``pdf``, ``png``, ``jpg`` or ``svg``.
        page: Paper.
        made_on: The date written into the PDF.
        dpi: Resolution of a PNG or JPEG.
    """

    content: SheetContent
    path: str
    format: str
    page: PageSize = PageSize.A3_LANDSCAPE
    made_on: date = date(2000, 1, 1)
    dpi: int = 300
