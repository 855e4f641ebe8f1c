"""Runs inside Debian's python3-qgis: draws or exports the synthetic set and prints seconds as JSON.

    /usr/bin/python3 benchmarks/qgis_rival.py draw|pdf FOLDER

Started by `bench_canvas` and `bench_pdf`, which leave ``points.csv`` etc. as WKB lists in FOLDER.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
sys.path.insert(0, str(Path(__file__).resolve().parent))

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsLayoutExporter,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPrintLayout,
    QgsProject,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QRectF, QSize
from qgis.PyQt.QtGui import QColor
from qgis_symbols import KINDS, layer


def draw(layers: list[Any], extent: Any, mercator: Any, fraction: float) -> float:
    """Seconds of one parallel rendering."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(mercator)
    settings.setOutputSize(QSize(1280, 800))
    box = QgsRectangle(extent)
    box.scale(fraction)
    settings.setExtent(box)
    settings.setBackgroundColor(QColor("white"))
    settings.setFlag(QgsMapSettings.Antialiasing)
    settings.setFlag(QgsMapSettings.UseRenderingOptimization)
    started = time.perf_counter()
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage()
    return time.perf_counter() - started


def pdf(layers: list[Any], extent: Any, mercator: Any, folder: Path) -> float:
    """Seconds of one A3 layout export."""
    project = QgsProject.instance()
    project.setCrs(mercator)
    project.addMapLayers(layers)
    layout = QgsPrintLayout(project)
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize("A3", QgsLayoutItemPage.Landscape)
    item = QgsLayoutItemMap(layout)
    item.attemptSetSceneRect(QRectF(10, 25, 400, 262))
    item.setLayers(layers)
    item.zoomToExtent(extent)
    layout.addLayoutItem(item)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = 300
    settings.forceVectorOutput = True
    started = time.perf_counter()
    result = QgsLayoutExporter(layout).exportToPdf(str(folder / "qgis.pdf"), settings)
    if result != QgsLayoutExporter.Success:
        raise SystemExit(f"QGIS export failed: {result}")
    return time.perf_counter() - started


def main() -> None:
    """Print {"version": …, "seconds": {…}}."""
    what, name, repeats, *box = sys.argv[1:]
    folder = Path(name)
    application = QgsApplication([], False)  # noqa: FBT003 - a C++ signature without names
    application.initQgis()
    layers = [layer(kind, folder) for kind in KINDS]
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    to_plane = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance()
    )
    extent = to_plane.transformBoundingBox(QgsRectangle(*map(float, box)))
    if what == "draw":
        seconds = {
            str(zoom): sorted(draw(layers, extent, mercator, 1 / zoom) for _ in range(int(repeats)))
            for zoom in (1, 4, 16)
        }
    else:
        seconds = {
            "pdf": sorted(pdf(layers, extent, mercator, folder) for _ in range(int(repeats)))
        }
    print(json.dumps({"version": Qgis.QGIS_VERSION, "seconds": seconds}))
    sys.stdout.flush()
    os._exit(0)  # QGIS 3.22 crashes while it tidies up


main()
