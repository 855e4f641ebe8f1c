"""What may be chosen about how a map looks; lengths in painter units (logical pixels on screen)."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours of the background."""

    sea: str = "#D6E6F2"
    land: str = "#FCFBF7"
    neighbour: str = "#EFEEEA"
    boundary: str = "#8C8577"
    city_boundary: str = "#5E574A"
    neighbour_boundary: str = "#C9C4B8"
    coastline: str = "#5B8DB8"
    division_text: str = "#6A6355"
    sea_text: str = "#4D7EA8"
    label_text: str = "#1F1F1F"
    label_halo: str = "#FFFFFF"


LIGHT = Palette()
DARK = Palette(
    sea="#17222C", land="#262A2E", neighbour="#1F2226", boundary="#7C8590",
    city_boundary="#AEB7C2", neighbour_boundary="#3C434B", coastline="#4F7FA8",
    division_text="#B9C0C8", sea_text="#6F9BC2", label_text="#F2F2F2", label_halo="#1B1E21",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOptions:
    """Options of one painting.

    Attributes:
        symbol_size: Side of a symbol.
        line_width: Width of line hazards; drawn one unit wide where there are very many.
        outline_width: Width of polygon outlines.
        hatch: Hatch polygons by type.
        dashes: Dash and edge lines by type.
        anchor_symbols: Put the type's symbol on lines and polygons too.
        cluster: Group symbols when more than `cluster_threshold` are in view.
        density: Paint a surface instead of grouping, above the same number.
        graticule: Paint meridians and parallels.
        cluster_threshold: Marks in view above which grouping begins.
        cluster_cell: Side of the grouping grid.
        labels: Write names.
        label_threshold: No names when more marks than this are in view.
        label_size: Height of the letters' body.
        basemap: Paint sea, divisions and their names.
        division_size: Height of division names.
        units_per_inch: Painter units per inch of what is looked at; tells the scale.
        vector: Paint symbols as paths (paper) instead of copying pictures (screen).
        detail: Painter units within which vertices may be dropped, relative to screen pixels.
        palette: Colours of the background.
    """

    symbol_size: float = 18.0
    line_width: float = 2.5
    outline_width: float = 1.0
    hatch: bool = True
    dashes: bool = True
    anchor_symbols: bool = True
    cluster: bool = True
    density: bool = False
    graticule: bool = False
    cluster_threshold: int = 1_500
    cluster_cell: float = 56.0
    labels: bool = True
    label_threshold: int = 400
    label_size: float = 12.0
    basemap: bool = True
    division_size: float = 15.0
    units_per_inch: float = 96.0
    vector: bool = False
    detail: float = 1.0
    palette: Palette = LIGHT

    def scaled(self, factor: float) -> MapOptions:
        """The same look with all lengths multiplied (paper units instead of pixels)."""
        return replace(
            self,
            symbol_size=self.symbol_size * factor,
            line_width=self.line_width * factor,
            outline_width=self.outline_width * factor,
            cluster_cell=self.cluster_cell * factor,
            label_size=self.label_size * factor,
            division_size=self.division_size * factor,
            detail=self.detail * factor,
        )
