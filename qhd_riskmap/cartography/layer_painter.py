"""The added layers in their order: one painter for screen and paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qhd_riskmap.cartography.canvas import Canvas, saved
from qhd_riskmap.cartography.raster_source import RasterSource, open_raster, open_scan
from qhd_riskmap.cartography.tile_source import WORLD, TileSource, TileSupply
from qhd_riskmap.cartography.vector_layer import VectorSource
from qhd_riskmap.cartography.viewport import SCREEN_DPI, Bounds, Viewport
from qhd_riskmap.domain.map_layer import LayerKind, MapLayer
from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.formats.vector_reading import read_vector
from qhd_riskmap.storage.tile_archive import TileArchive

GCJ02: Final = "gcj02"
LayerSource = VectorSource | RasterSource | TileSource


@dataclass(frozen=True, slots=True)
class OpenLayer:
    """A layer whose content is at hand.

    Attributes:
        layer: Its link, with its look.
        source: Its content.
    """

    layer: MapLayer
    source: LayerSource

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north in degrees."""
        return self.source.bounds


@dataclass(frozen=True, slots=True)
class LayerStack:
    """Layers in painting order, the lowest first; nothing of it changes."""

    layers: tuple[OpenLayer, ...] = ()

    def shown(self, denominator: float) -> Iterator[OpenLayer]:
        """Those painted at 1:``denominator``."""
        return (each for each in self.layers if each.layer.shown_at(denominator))


NO_LAYERS: Final = LayerStack()


def paint_layers(canvas: Canvas, stack: LayerStack) -> None:
    """Paint the layers that are shown at this scale, in their order.

    Raises:
        JobCancelledError: The picture is no longer wanted.
    """
    for each in stack.shown(canvas.scale_denominator()):
        canvas.check()
        # A file torn away while painting leaves a gap; the panel tells, the map goes on.
        with suppress(UnreadableFileError):
            _paint(canvas, each)


def _paint(canvas: Canvas, each: OpenLayer) -> None:
    if isinstance(each.source, VectorSource):
        with saved(canvas.painter):
            canvas.painter.setOpacity(each.layer.opacity)
            each.source.paint(canvas, each.layer)
    else:
        each.source.paint(canvas, each.layer.opacity)


def open_layer(layer: MapLayer, path: Path | None, supply: TileSupply | None = None) -> OpenLayer:
    """Open what a link points to; reads files, so beside the window.

    Args:
        layer: The link.
        path: Where its file lies today; None for tile services.
        supply: Where the tiles of a service come from.

    Raises:
        RiskMapError: It cannot be opened; the message says why.
    """
    if layer.kind is LayerKind.TILES:
        if supply is None:
            raise ValueError("tile services need a supply")
        gcj02 = layer.reference == GCJ02
        return OpenLayer(layer, TileSource(supply, zooms=(0, layer.max_zoom), gcj02=gcj02))
    if path is None:
        raise ValueError("files need a path")
    source: LayerSource
    match layer.kind:
        case LayerKind.VECTOR:
            source = VectorSource(
                read_vector(path, layer.part, reference=layer.reference, encoding=layer.encoding)
            )
        case LayerKind.SCAN:
            source = open_scan(path, layer.control)
        case LayerKind.ARCHIVE:
            archive = TileArchive(path)
            source = TileSource(
                archive,
                zooms=(archive.facts.min_zoom, archive.facts.max_zoom),
                gcj02=layer.reference == GCJ02,
                bounds=archive.facts.bounds or WORLD,
                close=archive.close,
            )
        case _:
            source = open_raster(path, layer.reference)
    return OpenLayer(layer, source)


def open_all(
    links: Sequence[tuple[MapLayer, Path | None, TileSupply | None]],
) -> tuple[LayerStack, dict[str, RiskMapError]]:
    """Open several; those that cannot be opened are told by id."""
    opened, failed = [], {}
    for layer, path, supply in links:
        try:
            opened.append(open_layer(layer, path, supply))
        except RiskMapError as error:
            failed[str(layer.id)] = error
    return LayerStack(tuple(opened)), failed


def covers(stack: LayerStack, viewport: Viewport, dpi: float = SCREEN_DPI) -> tuple[OpenLayer, ...]:
    """The layers in view: what a legend and an imprint list.

    Args:
        stack: All layers.
        viewport: On the screen or on paper.
        dpi: Units of the viewport per inch.
    """
    west, south, east, north = viewport.visible_bounds()
    return tuple(
        each
        for each in stack.shown(viewport.scale_denominator(dpi))
        if each.bounds[0] <= east and each.bounds[2] >= west
        and each.bounds[1] <= north and each.bounds[3] >= south
    )  # fmt: skip
