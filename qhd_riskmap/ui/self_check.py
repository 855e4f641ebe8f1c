"""``--self-check``: does this installation hold together?

A frozen build runs it after being built and an officer may be asked to run it on the telephone: it loads
every library, opens an encrypted register, converts a coordinate, paints a page to PDF and opens the main
window offscreen.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from qhd_riskmap.bootstrap import App, create_app
from qhd_riskmap.domain.figures import FigureScope
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.i18n import _
from qhd_riskmap.services.figure_charts import figure_charts
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder
from qhd_riskmap.services.sample_county import SAMPLE_DATE, fill_sample_register
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.application import open_window_offscreen, prepare_application

# DOMAIN vector: GCJ-02 119.60577090, 39.93610810 is CGCS2000 119.6, 39.935.
_GCJ = (119.60577090, 39.93610810)
_TRUE = (119.6, 39.935)
_TOLERANCE_DEG = 1e-7

# By then the first deadlines of the sample have passed: one notice shows as much as hundreds.
_NOTICED_ON = SAMPLE_DATE - timedelta(days=120)

# Project on the package index → module that must load. Most are imported at first use only, so a frozen build
# that forgot one would fail on somebody's desk. The build collects from this list; a test compares it
# with the dependencies of the project.
COMPONENTS: Final = {
    "PySide6-Essentials": "PySide6.QtSvg",
    "sqlcipher3": "sqlcipher3.dbapi2",
    "SQLAlchemy": "sqlalchemy.dialects.sqlite",
    "GeoAlchemy2": "geoalchemy2",
    "alembic": "alembic.operations",
    "numpy": "numpy",
    "shapely": "shapely",
    "pyproj": "pyproj",
    "geopandas": "geopandas",
    "pyogrio": "pyogrio.raw",
    "polars": "polars",
    "fastexcel": "fastexcel",
    "python-calamine": "python_calamine",
    "openpyxl": "openpyxl",
    "defusedxml": "defusedxml.ElementTree",
    "folium": "folium",
    "branca": "branca",
    "XStatic-Leaflet": "xstatic.pkg.leaflet",
    "rapidfuzz": "rapidfuzz.fuzz",
    "pypinyin": "pypinyin",
    "qtawesome": "qtawesome",
    "platformdirs": "platformdirs",
    "pillow": "PIL.Image",
    "rasterio": "rasterio",
    "python-docx": "docx",
    "docxtpl": "docxtpl",
    "lxml": "lxml.etree",
    "zxing-cpp": "zxingcpp",
    "matplotlib": "matplotlib",
    "pypdf": "pypdf",
}


def run_self_check() -> int:
    """Run every check; prints one line each and returns 0 when all passed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    # Before anything paints: Qt allows one application object, and the window needs the full one.
    prepare_application(Settings())
    failures = _run(_("组件"), _check_components)
    with tempfile.TemporaryDirectory(prefix="qhd-check-") as folder:
        register = Path(folder) / "自检 register.qhd"
        with create_app(register, "自检 'pass\"phrase", Office(), "self-check") as app:
            checks: tuple[tuple[str, Callable[[], str]], ...] = (
                (_("加密登记库"), lambda: _check_register(app)),
                (_("坐标换算"), _check_coordinates),
                (_("绘制 PDF"), lambda: _check_page(app, Path(folder))),
                (_("统计图"), lambda: _check_charts(app, Path(folder))),
                (_("通知文书"), lambda: _check_notices(app, Path(folder))),
                (_("主窗口"), lambda: _check_window(app)),
            )
            for name, check in checks:
                failures += _run(name, check)
    return 1 if failures else 0


def _run(name: str, check: Callable[[], str]) -> int:
    try:
        outcome = check()
    except (RiskMapError, AssertionError, ImportError, OSError) as error:
        _say(f"✗ {name}: {error}")
        return 1
    _say(f"✓ {name}: {outcome}")
    return 0


def _say(line: str) -> None:
    # A windowed Windows build has no stdout.
    if sys.stdout is not None:
        sys.stdout.write(line + "\n")


def _check_components() -> str:
    for module in COMPONENTS.values():
        importlib.import_module(module)
    return _("{n} 个").format(n=len(COMPONENTS))


def _check_register(app: App) -> str:
    sample = fill_sample_register(app.register, app.actor, SilentJob())
    header = app.path.read_bytes()[:16]
    if header.startswith(b"SQLite format"):
        raise RiskMapError(_("登记库没有加密。"))
    return _("导入 {n} 处隐患").format(n=sample.outcome.accepted)


def _check_coordinates() -> str:
    lon, lat = to_cgcs2000(*_GCJ, parse_reference("gcj02"))
    if abs(float(lon) - _TRUE[0]) > _TOLERANCE_DEG or abs(float(lat) - _TRUE[1]) > _TOLERANCE_DEG:
        raise RiskMapError(_("坐标换算结果不对：{lon}, {lat}").format(lon=lon, lat=lat))
    return f"{float(lon):.7f}, {float(lat):.7f}"


def _check_page(app: App, folder: Path) -> str:
    word = _("自检")
    order = ReleaseOrder(
        title=word,
        formats=(ProductFormat.PDF,),
        data_date=SAMPLE_DATE,
        unit=word,
        publisher=word,
        source=word,
        prepared_by="A",
        reviewed_by="B",
        secrecy_reviewed_by="C",
        draft=True,
        out_dir=folder / "public",
        control_dir=folder / "control",
    )
    (path,) = app.release.release(order, SilentJob()).files
    return _("{n} 字节").format(n=path.stat().st_size)


def _check_charts(app: App, folder: Path) -> str:
    overview = app.figures.overview(FigureScope(on=SAMPLE_DATE))
    # Both endings: a frozen build finds the drawing of each by name only.
    written = [
        app.chart_files.write(each.chart, folder / f"chart{number}{ending}")
        for number, each in enumerate(figure_charts(overview))
        for ending in (".png", ".svg")
    ]
    return _("{n} 个").format(n=len(written))


def _check_notices(app: App, folder: Path) -> str:
    files = app.notices.make(_NOTICED_ON, folder / "notices").files
    return _("{n} 个").format(n=len(files))


def _check_window(app: App) -> str:
    return open_window_offscreen(app)
