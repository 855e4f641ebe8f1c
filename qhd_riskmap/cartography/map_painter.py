"""One pure painter for screen, paper, thumbnails and legend.

(features, viewport, options, cancel) → `QImage` or any `QPainter`. No state is kept apart from caches
of pictures, so a worker thread may paint while the window shows the last picture.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from qhd_riskmap.cartography.basemap_painter import (
    NameKind,
    PreparedBasemap,
    paint_ground,
    paint_outlines,
)
from qhd_riskmap.cartography.canvas import Cancelled, Canvas, never_cancelled, saved
from qhd_riskmap.cartography.clusters import Clusters, cluster_marks, merge_overlapping, within
from qhd_riskmap.cartography.density import density_margin, paint_density
from qhd_riskmap.cartography.geometry_arrays import IntArray
from qhd_riskmap.cartography.graticule import paint_graticule
from qhd_riskmap.cartography.labels import (
    Label,
    LabelStyle,
    OccupiedGround,
    PlacedLabel,
    paint_label,
    place_labels,
)
from qhd_riskmap.cartography.layer_painter import NO_LAYERS, LayerStack, paint_layers
from qhd_riskmap.cartography.map_options import MapOptions
from qhd_riskmap.cartography.path_layer import PathLayer
from qhd_riskmap.cartography.path_painter import needs_few, paint_lines, paint_polygons, runs
from qhd_riskmap.cartography.prepared import PreparedFeatures
from qhd_riskmap.cartography.projection import FloatArray
from qhd_riskmap.cartography.styles import style_parts
from qhd_riskmap.cartography.symbol_atlas import cluster_image, symbol_atlas
from qhd_riskmap.cartography.symbols import (
    DIGIT_FROM_PX,
    cluster_text,
    level_colour,
    level_shares,
    outline_pen,
    paint_cluster,
    paint_symbol,
    shape_of,
)
from qhd_riskmap.cartography.viewport import Viewport

_CALLS_BETWEEN_CHECKS: Final = 200
_PLAIN_MARKS: Final = 10_000
_WORTH_A_THREAD: Final = 1_000
# Joining overlapping groups may pass on from neighbour to neighbour; so many cells around the window
# are grouped too, that nothing changes while panning.
_CELLS_AROUND: Final = 5
_OUTSIDE_LINES: Final = 3.0
# The badge of a cluster's level beside its disc: middle and diameter, by the disc's.
_BADGE_AT: Final = 0.31
_BADGE: Final = 0.4
_SHORT_NAMES_ABOVE: Final = 900_000.0  # 1:n beyond which divisions are named by their short names


def render_image(
    prepared: PreparedFeatures | None,
    basemap: PreparedBasemap | None,
    viewport: Viewport,
    options: MapOptions | None = None,
    cancelled: Cancelled = never_cancelled,
    *,
    layers: LayerStack = NO_LAYERS,
) -> QImage:
    """Paint a map into a new image of the viewport's size, premultiplied, with its pixel ratio.

    Raises:
        JobCancelledError: ``cancelled`` became true.
    """
    options = options or MapOptions()
    ratio = viewport.device_pixel_ratio
    image = QImage(
        max(1, round(viewport.width * ratio)), max(1, round(viewport.height * ratio)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )  # fmt: skip
    image.fill(QColor(options.palette.neighbour if options.basemap else "#FFFFFF"))
    painter = QPainter(image)
    try:
        painter.scale(ratio, ratio)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing
        )
        paint_map(painter, prepared, viewport, options, cancelled, basemap=basemap, layers=layers)
    finally:
        painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def paint_map(
    painter: QPainter,
    prepared: PreparedFeatures | None,
    viewport: Viewport,
    options: MapOptions,
    cancelled: Cancelled = never_cancelled,
    *,
    basemap: PreparedBasemap | None = None,
    layers: LayerStack = NO_LAYERS,
) -> None:
    """Paint ground, areas, lines, symbols and names with any painter.

    Args:
        painter: Its coordinates are those of the viewport, scaled by nothing but the pixel ratio
            unless ``options.vector``.
        prepared: The hazards, or None for the ground alone; same projection as the viewport.
        viewport: What to show.
        options: How.
        cancelled: Asked between drawing calls.
        basemap: The ground.
        layers: What the office added, between the ground and its outlines.

    Raises:
        JobCancelledError: ``cancelled`` became true; what is painted so far stays.
        ValueError: Something was prepared for another projection.
    """
    _same_plane(prepared, basemap, viewport)
    canvas = Canvas(painter, viewport, options, cancelled)
    with saved(painter):
        grounded = basemap if options.basemap else None
        if grounded is not None:
            paint_ground(canvas, grounded)
        paint_layers(canvas, layers)
        if grounded is not None:
            paint_outlines(canvas, grounded)
        if prepared is not None:
            marks = visible_marks(prepared, viewport, options)
            crowded = is_density(marks, options)
            if crowded:
                paint_density(canvas, _marks_around(prepared, viewport, options))
            with _thinned_beside(canvas, prepared.lines):
                paint_polygons(canvas, prepared.polygons)
            paint_lines(canvas, prepared.lines)
            if not crowded:
                clusters = clusters_in_view(prepared, viewport, options)
                _paint_marks(canvas, prepared, marks, clusters)
        if options.graticule:
            paint_graticule(canvas)
        for placed in names_in_view(prepared, basemap, viewport, options):
            canvas.check()
            paint_label(painter, placed, vector=options.vector)


@contextmanager
def _thinned_beside(canvas: Canvas, layer: PathLayer) -> Iterator[None]:
    """Thin many lines for a far view while something else is painted: shapely leaves the interpreter free."""
    resolution = canvas.viewport.resolution * canvas.options.detail
    if (
        len(layer) < _WORTH_A_THREAD
        or layer.is_thinned(resolution)
        or needs_few(layer, layer.visible(canvas.viewport.plane_bounds()))
    ):
        yield
        return
    canvas.check()
    helper = threading.Thread(target=layer.at_resolution, args=(resolution,), name="thin")
    helper.start()
    try:
        yield
    finally:
        helper.join()


def visible_marks(prepared: PreparedFeatures, viewport: Viewport, options: MapOptions) -> IntArray:
    """Indices into ``prepared.marks`` of the symbols in view, in painting order."""
    west, south, east, north = viewport.plane_bounds(options.symbol_size)
    x, y = prepared.marks.xy[:, 0], prepared.marks.xy[:, 1]
    # Close views drop nearly all by the first pair of questions, and ask the others of the rest only.
    near = np.nonzero((x >= west) & (x <= east))[0]
    y = y[near]
    inside = (y >= south) & (y <= north)
    if not options.anchor_symbols:
        inside &= prepared.marks.is_point[near]
    return near[inside]


def clusters_in_view(
    prepared: PreparedFeatures, viewport: Viewport, options: MapOptions
) -> Clusters | None:
    """The groups that would be painted, or None where every symbol stands for itself.

    Members are indices into ``prepared.marks``. Whole grid cells are counted, also where they reach
    out of the window, so that a number never changes while panning. Discs do not overlap.
    """
    if not options.cluster or options.density:
        return None
    if len(visible_marks(prepared, viewport, options)) <= options.cluster_threshold:
        return None
    cell = options.cluster_cell * viewport.resolution
    around = viewport.plane_bounds(_CELLS_AROUND * options.cluster_cell)
    west, south, east, north = np.floor(np.array(around) / cell) * cell
    xy = prepared.marks.xy
    inside = (xy[:, 0] >= west) & (xy[:, 0] < east + cell)
    inside &= (xy[:, 1] >= south) & (xy[:, 1] < north + cell)
    if not options.anchor_symbols:
        inside &= prepared.marks.is_point
    indices = np.nonzero(inside)[0]
    groups = cluster_marks(xy[indices], prepared.marks.styles[indices], cell, indices)
    joined = merge_overlapping(
        groups, lambda counts: _disc_sizes(counts, options) * viewport.resolution
    )
    return within(joined, viewport.plane_bounds(options.cluster_cell))


def is_density(marks: IntArray, options: MapOptions) -> bool:
    """Whether a surface stands for these marks in view."""
    return options.density and len(marks) > options.cluster_threshold


def _marks_around(
    prepared: PreparedFeatures, viewport: Viewport, options: MapOptions
) -> FloatArray:
    """Places of the marks that shade the window, those just outside too."""
    west, south, east, north = viewport.plane_bounds(density_margin() * options.detail)
    xy = prepared.marks.xy
    inside = (xy[:, 0] >= west) & (xy[:, 0] <= east) & (xy[:, 1] >= south) & (xy[:, 1] <= north)
    if not options.anchor_symbols:
        inside &= prepared.marks.is_point
    return xy[inside]


def _same_plane(
    prepared: PreparedFeatures | None, basemap: PreparedBasemap | None, viewport: Viewport
) -> None:
    for part in (prepared, basemap):
        if part is not None and part.projection is not viewport.projection:
            raise ValueError(
                f"prepared for {part.projection}, viewport shows {viewport.projection}"
            )


def _paint_marks(
    canvas: Canvas, prepared: PreparedFeatures, marks: IntArray, clusters: Clusters | None
) -> None:
    painter, viewport, options = canvas.painter, canvas.viewport, canvas.options
    if clusters is not None:
        single = clusters.counts == 1
        marks = np.sort(clusters.members[clusters.offsets[:-1][single]])
    xy = viewport.plane_to_screen(prepared.marks.xy[marks])
    styles = prepared.marks.styles[marks]
    if options.vector:
        _vector_marks(canvas, xy, styles)
    elif len(xy):
        ratio = viewport.device_pixel_ratio
        with saved(painter):
            painter.resetTransform()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
            symbol_atlas(options.symbol_size, ratio).draw(painter, xy * ratio, styles, canvas.check)
    if clusters is not None:
        _paint_clusters(canvas, clusters)


def _vector_marks(canvas: Canvas, xy: FloatArray, styles: IntArray) -> None:
    options = canvas.options
    if len(xy) > _PLAIN_MARKS:
        _silhouettes(canvas, xy, styles)
        return
    digit = options.symbol_size / options.detail >= DIGIT_FROM_PX
    columns = zip(xy.tolist(), styles.tolist(), strict=True)
    for index, ((x, y), style) in enumerate(columns):
        if index % _CALLS_BETWEEN_CHECKS == 0:
            canvas.check()
        sign, level = style_parts(style)
        paint_symbol(canvas.painter, sign, level, (x, y), options.symbol_size, digit=digit)


def _silhouettes(canvas: Canvas, xy: FloatArray, styles: IntArray) -> None:
    """Outlines in the level's colour only: in such a crowd pictograms would just be megabytes."""
    painter, size = canvas.painter, canvas.options.symbol_size
    for style, first, end in runs(styles):
        sign, level = style_parts(style)
        outline = QTransform.fromScale(size / 2, size / 2).map(shape_of(sign).outline())
        painter.setPen(outline_pen(size))
        painter.setBrush(level_colour(level))
        for index, (x, y) in enumerate(xy[first:end].tolist()):
            if index % _CALLS_BETWEEN_CHECKS == 0:
                canvas.check()
            painter.drawPath(outline.translated(x, y))


def cluster_size(count: int, options: MapOptions) -> float:
    """Diameter of a cluster's disc, painter units: grows slowly with the count."""
    return float(_disc_sizes(np.array([max(count, 2)]), options)[0])


def _disc_sizes(counts: IntArray, options: MapOptions) -> FloatArray:
    """Diameters of many discs, painter units; a single symbol has its own size."""
    discs = options.symbol_size * (1.45 + 0.22 * np.log10(np.maximum(counts, 1)))
    return np.where(counts > 1, discs, options.symbol_size)


def _paint_clusters(canvas: Canvas, clusters: Clusters) -> None:
    painter, viewport, options = canvas.painter, canvas.viewport, canvas.options
    xy = viewport.plane_to_screen(clusters.xy)
    # Worse levels are painted later and lie on top; ungraded groups lowest.
    order = np.argsort(np.where(clusters.worst == 0, -5, -clusters.worst), kind="stable")
    with saved(painter):
        if not options.vector:
            painter.resetTransform()
        for index in order.tolist():
            canvas.check()
            count, level = int(clusters.counts[index]), int(clusters.worst[index])
            if count > 1:
                by_level = clusters.by_level[index].tolist()
                _paint_cluster(canvas, level, by_level, xy[index].tolist())


def _paint_cluster(canvas: Canvas, level: int, by_level: list[int], at: list[float]) -> None:
    count = sum(by_level)
    painter, ratio = canvas.painter, canvas.viewport.device_pixel_ratio
    size = cluster_size(count, canvas.options)
    x, y = at
    if canvas.options.vector:
        shares = level_shares(by_level)
        paint_cluster(painter, level, shares, cluster_text(count), (x, y, size))
        return
    image = cluster_image(count, level, by_level, size * ratio)
    half = image.width() / 2
    painter.drawImage(round(x * ratio - half), round(y * ratio - half), image)


# -- names ------------------------------------------------------------------------------------------


def names_in_view(
    prepared: PreparedFeatures | None,
    basemap: PreparedBasemap | None,
    viewport: Viewport,
    options: MapOptions,
) -> list[PlacedLabel]:
    """The names that find room: divisions first, then hazards by level, worst first."""
    ground = OccupiedGround(viewport.width, viewport.height, max(options.label_size / 4, 0.01))
    shunned = None
    marks: IntArray = np.empty(0, np.int64)
    xy: FloatArray = np.empty((0, 2))
    clusters = None
    # Where no name depends on the symbols they are not looked for a second time.
    if prepared is not None and (options.labels or options.cluster):
        marks = visible_marks(prepared, viewport, options)
        clusters = clusters_in_view(prepared, viewport, options)
        places = prepared.marks.xy[marks] if clusters is None else clusters.xy
        xy = viewport.plane_to_screen(places)
        if clusters is not None:
            shunned = ground.copy()
            block_clusters(shunned, clusters, viewport, options)
    placed: list[PlacedLabel] = []
    if basemap is not None and options.basemap:
        placed += place_labels(division_labels(basemap, viewport, options), ground, shunned)
    if prepared is None or not options.labels or clusters is not None:
        return placed
    if len(marks) > options.label_threshold:
        return placed
    ground.block_marks(xy, options.symbol_size / 2)
    return placed + place_labels(hazard_labels(prepared, marks, xy, options), ground)


def block_clusters(
    ground: OccupiedGround, clusters: Clusters, viewport: Viewport, options: MapOptions
) -> None:
    """Take what groups cover, their badges too."""
    xy, sizes = viewport.plane_to_screen(clusters.xy), _disc_sizes(clusters.counts, options)
    ground.block_discs(xy, sizes)
    ground.block_discs(xy + sizes[:, None] * _BADGE_AT, sizes * _BADGE)


def hazard_labels(
    prepared: PreparedFeatures, marks: IntArray, xy: FloatArray, options: MapOptions
) -> Iterator[Label]:
    """Wishes for the names of hazards, worst level first."""
    style = LabelStyle(options.label_size, options.palette.label_text, options.palette.label_halo)
    # Styles ascend to the worst level, so backwards is by priority; MULTIPOINTs are named once.
    seen: set[int] = set()
    for index in range(len(marks) - 1, -1, -1):
        row = int(prepared.marks.rows[marks[index]])
        if row in seen:
            continue
        seen.add(row)
        x, y = xy[index].tolist()
        yield Label(str(prepared.table.names[row]), x, y, options.symbol_size * 0.72, style)


def division_labels(
    basemap: PreparedBasemap, viewport: Viewport, options: MapOptions
) -> Iterator[Label]:
    """Wishes for the names of divisions and neighbours."""
    size, colours = options.division_size, options.palette
    # Spaced letters would be torn apart by the text search of a PDF.
    spacing = 0.0 if options.vector else size * 0.12
    inside = LabelStyle(size, colours.division_text, colours.land, bold=True, spacing=spacing)
    outside = LabelStyle(size * 0.8, colours.boundary, colours.neighbour, spacing=spacing)
    sea = LabelStyle(size * 0.9, colours.sea_text, colours.sea, spacing=spacing)
    styles = {NameKind.DIVISION: inside, NameKind.NEIGHBOUR: outside, NameKind.SEA: sea}
    xy = viewport.plane_to_screen(basemap.name_xy)
    # Paper names divisions in full.
    crowded = not options.vector and viewport.scale_denominator() > _SHORT_NAMES_ABOVE
    # Names of small divisions may move out a little, as they do on printed maps.
    reach = np.maximum(basemap.name_reach / viewport.resolution, _OUTSIDE_LINES * size)
    columns = zip(basemap.names, xy.tolist(), reach.tolist(), strict=True)
    for name, (x, y), room in columns:
        text = name.short_name if crowded and name.kind is NameKind.DIVISION else name.name
        yield Label(text, x, y, 0.0, styles[name.kind], room)
