"""Runs inside Debian's python3-qgis: the synthetic set as a GeoPackage, opened and measured.

    /usr/bin/python3 benchmarks/qgis_project.py make FOLDER REPEATS WEST SOUTH EAST NORTH
    /usr/bin/python3 benchmarks/qgis_project.py open FOLDER REPEATS WEST SOUTH EAST NORTH
    /usr/bin/python3 benchmarks/qgis_project.py pick FOLDER REPEATS WEST SOUTH EAST NORTH

``make`` turns the WKB lists that `qgis_process` leaves into ``hazards.gpkg`` and ``hazards.qgs``;
``open`` prints seconds from opening the file to the first full picture; ``pick`` those of selecting
by the polygon and at the places of ``pick.json``.
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
    QgsFeatureRequest,
    QgsGeometry,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
from qgis_symbols import KINDS, layer, styled


def make(folder: Path, mercator: Any, extent: Any) -> None:
    """Write the GeoPackage and a project that shows its layers."""
    package = folder / "hazards.gpkg"
    package.unlink(missing_ok=True)
    project = QgsProject.instance()
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    for number, kind in enumerate(KINDS):
        options.layerName = kind
        if number:
            options.actionOnExistingFile = QgsVectorFileWriter.CreateOrOverwriteLayer
        done = QgsVectorFileWriter.writeAsVectorFormatV2(
            layer(kind, folder), str(package), project.transformContext(), options
        )
        if done[0] != QgsVectorFileWriter.NoError:
            raise SystemExit(f"GeoPackage not written: {done}")
    project.setCrs(mercator)
    for kind in reversed(KINDS):
        project.addMapLayer(opened(kind, folder))
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(extent, mercator))
    if not project.write(str(folder / "hazards.qgs")):
        raise SystemExit("project not written")


def opened(kind: str, folder: Path) -> Any:
    """A styled layer of the GeoPackage."""
    return styled(QgsVectorLayer(f"{folder / 'hazards.gpkg'}|layername={kind}", kind, "ogr"), kind)


def open_and_draw(folder: Path, mercator: Any, extent: Any) -> float:
    """Seconds from opening the file to the full picture."""
    started = time.perf_counter()
    layers = [opened(kind, folder) for kind in KINDS]
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(mercator)
    settings.setOutputSize(QSize(1280, 800))
    settings.setExtent(extent)
    settings.setBackgroundColor(QColor("white"))
    settings.setFlag(QgsMapSettings.Antialiasing)
    settings.setFlag(QgsMapSettings.UseRenderingOptimization)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage()
    return time.perf_counter() - started


def select(layers: list[Any], corners: list[list[float]]) -> tuple[float, int]:
    """Seconds to find what meets a polygon, and how many those are."""
    started = time.perf_counter()
    area = QgsGeometry.fromPolygonXY([[QgsPointXY(*corner) for corner in corners]])
    engine = QgsGeometry.createGeometryEngine(area.constGet())
    engine.prepareGeometry()
    found = 0
    for each in layers:
        request = QgsFeatureRequest(area.boundingBox()).setSubsetOfAttributes([])
        chosen = [
            f.id() for f in each.getFeatures(request) if engine.intersects(f.geometry().constGet())
        ]
        each.selectByIds(chosen)
        found += len(chosen)
    return time.perf_counter() - started, found


def identify(layers: list[Any], places: list[list[float]], reach: float) -> tuple[float, int]:
    """Seconds per place to find what lies within ``reach`` degrees of it, and how many in all."""
    started = time.perf_counter()
    found = 0
    for lon, lat in places:
        box = QgsRectangle(lon - reach, lat - reach, lon + reach, lat + reach)
        request = QgsFeatureRequest(box).setFlags(QgsFeatureRequest.ExactIntersect)
        found += sum(1 for each in layers for _ in each.getFeatures(request))
    return (time.perf_counter() - started) / len(places), found


def pick(folder: Path, repeats: int) -> dict[str, Any]:
    """Selecting and identifying, each the quickest of ``repeats``."""
    wanted = json.loads((folder / "pick.json").read_text(encoding="ascii"))
    answer = {}
    for source, layers in (
        ("memory", [layer(kind, folder) for kind in KINDS]),
        ("package", [opened(kind, folder) for kind in KINDS]),
    ):
        polygon = min(select(layers, wanted["polygon"]) for _ in range(repeats))
        places = min(identify(layers, wanted["places"], wanted["reach"]) for _ in range(repeats))
        answer[source] = {"select": polygon, "identify": places}
    return answer


def main() -> None:
    """Print {"version": …, …}."""
    what, name, repeats, *box = sys.argv[1:]
    folder = Path(name)
    application = QgsApplication([], False)  # noqa: FBT003 - a C++ signature without names
    application.initQgis()
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    to_plane = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance()
    )
    extent = to_plane.transformBoundingBox(QgsRectangle(*map(float, box)))
    answer: dict[str, Any] = {"version": Qgis.QGIS_VERSION}
    if what == "make":
        make(folder, mercator, extent)
    elif what == "open":
        answer["seconds"] = sorted(
            open_and_draw(folder, mercator, extent) for _ in range(int(repeats))
        )
    else:
        answer.update(pick(folder, int(repeats)))
    print(json.dumps(answer))
    sys.stdout.flush()
    os._exit(0)  # QGIS 3.22 crashes while it tidies up


main()
