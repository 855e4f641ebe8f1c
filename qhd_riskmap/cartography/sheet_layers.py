"""Added layers on a sheet: opened by whichever process paints it, tiles from what is kept on disk."""

from __future__ import annotations

from pathlib import Path

from qhd_riskmap.cartography.layer_painter import LayerStack, open_all
from qhd_riskmap.cartography.page_model import SheetLayer
from qhd_riskmap.domain.map_layer import LayerKind
from qhd_riskmap.formats.tile_cache import TileCache


class KeptTiles:
    """The tiles of a service that are on disk; a `TileSupply` that never goes online."""

    def __init__(self, folder: Path, service: str) -> None:
        self._cache = TileCache(folder, limit_bytes=0, days=0)
        self._service = service

    def tile(self, zoom: int, column: int, row: int) -> bytes | None:
        """A tile, however old."""
        found = self._cache.get(self._service, zoom, column, row)
        return found[0] if found is not None else None


def opened_layers(layers: tuple[SheetLayer, ...]) -> LayerStack:
    """The content of the layers; one that cannot be opened any more is left out."""
    links = []
    for each in layers:
        tiles = each.layer.kind is LayerKind.TILES
        supply = KeptTiles(Path(each.cache), each.layer.source) if tiles else None
        links.append((each.layer, Path(each.path) if each.path else None, supply))
    return open_all(links)[0]
