"""Makes a sheet of what the map shows now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import numpy as np

from qhd_riskmap.cartography.layer_painter import LayerStack, covers
from qhd_riskmap.cartography.legend import LegendEntry, density_entry, layer_entry, legend_entries
from qhd_riskmap.cartography.map_painter import is_density, visible_marks
from qhd_riskmap.cartography.page_layout import sheet_view
from qhd_riskmap.cartography.page_model import PageSize, SheetContent, SheetLayer, SheetLook
from qhd_riskmap.cartography.prepared import prepare
from qhd_riskmap.cartography.sheet_map import paper_options
from qhd_riskmap.cartography.tile_source import TileSource
from qhd_riskmap.cartography.viewport import Bounds, Viewport
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.map_layer import LayerKind
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.jobs import JobContext
from qhd_riskmap.services.map_layers import LinkedLayer, MapLayerService
from qhd_riskmap.settings import cache_dir
from qhd_riskmap.ui.map.canvas import CITY_BOUNDS, MapCanvas

# Degrees: a single point still gets a kilometre of ground around it.
_AIR = 0.01


class Ground(StrEnum):
    """What part of the ground goes onto the sheet."""

    VIEW = "view"
    CITY = "city"
    SELECTION = "selection"

    @property
    def label(self) -> str:
        """Its Chinese name."""
        return _GROUND_LABELS[self]


_GROUND_LABELS = {
    Ground.VIEW: N_("当前视野"),
    Ground.CITY: N_("全市"),
    Ground.SELECTION: N_("选中的隐患"),
}


def grounds(canvas: MapCanvas) -> dict[Ground, Bounds]:
    """West, south, east, north of the parts that can be printed now."""
    found: dict[Ground, Bounds] = {
        Ground.VIEW: canvas.viewport.visible_bounds(),
        Ground.CITY: CITY_BOUNDS,
    }
    chosen = canvas.selection_bounds()
    if chosen is not None:
        west, south, east, north = chosen
        wide, high = max((east - west) / 10, _AIR), max((north - south) / 10, _AIR)
        found[Ground.SELECTION] = (west - wide, south - high, east + wide, north + high)
    return found


def sheet_of_view(
    canvas: MapCanvas, linked: Iterable[LinkedLayer], *, title: str, unit: str, mark: str
) -> SheetContent:
    """The sheet of the view with everything the map shows; `on_paper` leaves what the paper needs.

    Args:
        canvas: The map.
        linked: The added layers, for the places of their files.
        title: 图名.
        unit: 编制单位.
        mark: 内部资料, or "".
    """
    view, options = canvas.viewport, canvas.options
    paths = {each.layer.id: each.path for each in linked}
    return SheetContent(
        title=title,
        features=canvas.table,
        legend=canvas.legend,
        unit=unit,
        extent=view.visible_bounds(),
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


def on_paper(content: SheetContent, page: PageSize, stack: LayerStack) -> SheetContent:
    """The sheet with its legend, hazards and sources cut to what stands inside the frame.

    The frame has other proportions than the window: it shows ground the screen did not.

    Raises:
        InvalidInputError: The texts do not fit the page.
    """
    everything = content.features
    dpi = paper_options(content, page).units_per_inch
    # The legend takes room from the map: with the longest the map is smallest. The second round
    # sees what the shorter legend of the first lets in.
    longest = replace(content, legend=legend_entries(everything))
    return _cut(_cut(longest, everything, page, stack, dpi), everything, page, stack, dpi)


def _cut(
    content: SheetContent, everything: FeatureTable, page: PageSize, stack: LayerStack, dpi: float
) -> SheetContent:
    view = sheet_view(content, page)
    inside, shown = _inside(everything, view), covers(stack, view, dpi)
    return replace(
        content,
        legend=_legend(content, inside, page, view)
        + tuple(layer_entry(each.layer) for each in shown),
        features=inside,
        source=_sources(each.layer.provider for each in shown),
        approval_line=_sources(each.layer.approval_no for each in shown),
    )


def _inside(table: FeatureTable, view: Viewport) -> FeatureTable:
    west, south, east, north = view.visible_bounds()
    bounds = table.bounds
    near = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    near &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    return table if near.all() else table.take(np.nonzero(near)[0])


def _legend(
    content: SheetContent, inside: FeatureTable, page: PageSize, view: Viewport
) -> tuple[LegendEntry, ...]:
    entries = legend_entries(inside)
    if content.look.crowd != "density":
        return entries
    options = paper_options(content, page)
    marks = visible_marks(prepare(inside, content.projection), view, options)
    return (*entries, density_entry()) if is_density(marks, options) else entries


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
    view, options = sheet_view(content, page), paper_options(content, page)
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
