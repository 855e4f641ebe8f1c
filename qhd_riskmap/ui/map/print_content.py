"""Makes a sheet of what the map shows now."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from qhd_riskmap.cartography.layer_painter import covers
from qhd_riskmap.cartography.page import sheet_view
from qhd_riskmap.cartography.page_model import PageSize, SheetContent, SheetLayer, SheetLook
from qhd_riskmap.cartography.sheet_map import paper_options
from qhd_riskmap.cartography.tile_source import TileSource
from qhd_riskmap.domain.map_layer import LayerKind
from qhd_riskmap.i18n import _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.map_layers import LinkedLayer, MapLayerService
from qhd_riskmap.settings import cache_dir
from qhd_riskmap.ui.map.canvas import MapCanvas

_AROUND = 1.0  # of the view: the frame on paper has other proportions than the window


def sheet_of_view(
    canvas: MapCanvas, linked: Iterable[LinkedLayer], *, title: str, unit: str, mark: str
) -> SheetContent:
    """The sheet of the view: what is on it, its legend, its layers and their sources.

    Args:
        canvas: The map.
        linked: The added layers, for the places of their files.
        title: 图名.
        unit: 编制单位.
        mark: 内部资料, or "".
    """
    view, options = canvas.viewport, canvas.options
    west, south, east, north = view.visible_bounds()
    wide, high = (east - west) * _AROUND, (north - south) * _AROUND
    table = canvas.table
    bounds = table.bounds
    near = (bounds[:, 0] <= east + wide) & (bounds[:, 2] >= west - wide)
    near &= (bounds[:, 1] <= north + high) & (bounds[:, 3] >= south - high)
    paths = {each.layer.id: each.path for each in linked}
    shown = covers(canvas.layers, view)
    return SheetContent(
        title=title,
        # Only what is near goes to the other process.
        features=table.take(np.nonzero(near)[0]) if not near.all() else table,
        legend=canvas.legend,
        unit=unit,
        source=_sources(each.layer.provider for each in shown),
        approval_line=_sources(each.layer.approval_no for each in shown),
        extent=(west, south, east, north),
        projection=view.projection,
        names=options.labels,
        mark=mark,
        layers=tuple(
            SheetLayer(
                layer=each.layer,
                path=str(paths.get(each.layer.id) or ""),
                cache=str(cache_dir() / "tiles"),
            )
            for each in canvas.layers.layers
        ),
        look=SheetLook(
            crowd="density" if options.density else "clusters" if options.cluster else "all",
            crowd_above=options.cluster_threshold,
            graticule=options.graticule,
            hatch=options.hatch,
            basemap=options.basemap,
        ),
    )


def fetch_for_paper(
    content: SheetContent,
    page: PageSize,
    canvas_layers: Iterable[tuple[SheetLayer, TileSource]],
    service: MapLayerService,
    job: JobContext,
) -> int:
    """Get the tiles the paper needs onto the disk; how many could not be had.

    Raises:
        JobCancelledError: The officer stopped it.
    """
    view, options = sheet_view(content, page), paper_options(content)
    missing = 0
    for each, source in canvas_layers:
        if each.layer.kind is not LayerKind.TILES:
            continue
        if not each.layer.shown_at(view.scale_denominator(options.units_per_inch)):
            continue
        supply = service.supply_of(each.layer)
        if supply is not None:
            missing += supply.fetch_all(source.tiles_in_view(view, options), job)
    return missing


def default_title() -> str:
    """What stands on top until the officer says otherwise."""
    return _("风险隐患分布图")


def with_pdf_suffix(name: str) -> Path:
    """The name chosen for a PDF, with its ending."""
    path = Path(name)
    return path if path.suffix.lower() == ".pdf" else path.with_name(path.name + ".pdf")


def _sources(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(text for text in texts if text))
