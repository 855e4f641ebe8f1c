"""What the desk loads before the map is drawn; every library here once cost the officer a wait."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
import shapely

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.schema_number import SCHEMA_VERSION

ROOT = Path(__file__).parents[2]
HEAVY = (
    "alembic", "branca", "docx", "docxtpl", "fastexcel", "folium", "geoalchemy2", "geopandas", "jinja2",
    "lxml", "matplotlib", "openpyxl", "pandas", "polars", "pyogrio", "pypinyin", "pyproj", "python_calamine",
    "pypdf", "rapidfuzz", "rasterio", "sqlalchemy", "asyncio", "zxingcpp",
)  # fmt: skip
SCRIPT = """
import sys
from qhd_riskmap import __main__ as program

def watched(*arguments):
    from qhd_riskmap.ui import application
    from qhd_riskmap.ui.map.canvas import MapCanvas
    paint = MapCanvas.paintEvent

    def paint_and_tell(canvas, event):
        paint(canvas, event)
        if canvas.frame is not None and len(canvas.frame.scene.table):
            names = {name.partition(".")[0] for name in sys.modules}
            own = {name for name in sys.modules if name.startswith("qhd_riskmap.")}
            print("LOADED", *sorted(names | own), flush=True)
            canvas.window().close()

    MapCanvas.paintEvent = paint_and_tell
    return application.run_desk(*arguments)

program._open_desk = watched
sys.argv[1:] = ["desk", sys.argv[1]]
sys.exit(program.main())
"""


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "县.qhd"
    source = Provenance(
        original_text="", declared_reference="cgcs2000", method=LocationMethod.TYPED,
        accuracy=AccuracyClass.DIGITISED,
    )  # fmt: skip
    shape = shapely.box(119.5, 39.8, 119.6, 39.9)
    hazard = Hazard(
        id=UUID(int=1), name="甲", type_key="flood", geometry=shape, provenance=source,
        county="130302",
    )  # fmt: skip
    with create_app(path, None, Office(), "测试员") as app:
        app.registry.create(hazard)
    return path


def test_the_map_is_drawn_before_anything_heavy_is_loaded(register, tmp_path):
    place = {
        **os.environ, "QT_QPA_PLATFORM": "offscreen", "QHD_RISKMAP_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", SCRIPT, str(register)],
        capture_output=True, text=True, timeout=120, env=place, encoding="utf-8", check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    line = next(line for line in ran.stdout.splitlines() if line.startswith("LOADED"))
    loaded = set(line.split())
    assert {"numpy", "shapely", "sqlcipher3", "PySide6"} <= loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))
    rules = {name for name in loaded if name.startswith("qhd_riskmap.domain.grading")}
    assert not rules, sorted(rules)  # and none of the profiles they read


def test_the_newest_schema_is_the_one_a_first_look_knows():
    versions = ROOT / "qhd_riskmap" / "storage" / "migrations" / "versions"
    newest = max(path.stem[1:5] for path in versions.glob("v*.py"))
    assert newest == SCHEMA_VERSION
