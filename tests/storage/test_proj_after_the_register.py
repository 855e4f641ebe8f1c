"""PROJ is loaded after mod_spatialite, which brings its own, and the process still ends in peace."""

import subprocess
import sys

CODE = """
import sys
from pathlib import Path
from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.engine import create_register
with create_register(Path(sys.argv[1]), passphrase=None, office=Office()):
    assert "pyproj" not in sys.modules
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
print(round(float(to_cgcs2000(40465810.042, 4422388.430, parse_reference("EPSG:4528"))[0]), 6))
"""


def test_a_process_that_opens_a_register_before_it_projects_ends_well(tmp_path):
    command = [sys.executable, "-c", CODE, str(tmp_path / "r.qhd")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "119.6"), done.stderr
