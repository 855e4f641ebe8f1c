"""mod_spatialite brings the system's PROJ, GEOS and SQLite into the process; ours keep their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_OPEN = """
import sys
from pathlib import Path
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.engine import create_register
assert "pyproj" not in sys.modules
register = create_register(Path(sys.argv[1]), passphrase=None, office=Office())
"""
_PROJ = """
import pyproj
assert pyproj.proj_version_str == pyproj.__proj_compiled_version__, pyproj.proj_version_str
there = pyproj.Transformer.from_crs(4490, 4549, always_xy=True).transform(119.6, 39.935)
assert abs(there[0] - 465810.042) < 0.001, there  # DOMAIN 4.3
assert pyproj.CRS.from_epsg(4610).name == "Xian 1980"
"""
_LATE = {
    "pyproj": _PROJ,
    "geopandas": "import geopandas\n" + _PROJ,
    "rasterio": (
        "from qhd_riskmap.gdal_library import bind_raster_gdal\nbind_raster_gdal()\n"
        "import rasterio\nassert rasterio.crs.CRS.from_epsg(4490).to_epsg() == 4490\n" + _PROJ
    ),
    "pyogrio": "import pyogrio.raw\nassert 'w' in pyogrio.list_drivers()['GPKG']\n" + _PROJ,
}


@pytest.mark.parametrize("library", _LATE)
def test_libraries_loaded_after_a_register_compute_with_their_own_and_end_well(tmp_path, library):
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", _OPEN + _LATE[library], str(tmp_path / "a.qhd")],
        env={**os.environ, "PYTHONPATH": str(ROOT), "QHD_RISKMAP_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
