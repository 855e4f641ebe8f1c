"""Imports the same files again and again in one process and prints what memory is resident after each round.

python repeat_imports.py ROUNDS
"""

from __future__ import annotations

import json
import sys
import tempfile
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from file_mutations import seeds

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register


def main() -> None:
    """Import a file of every kind ``ROUNDS`` times."""
    resident: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = seeds(folder)
        with create_register(folder / "r.qhd", passphrase=None, office=Office()) as register:
            survey = SurveyImport(register, Actor(name="a"), date(2014, 7, 1))
            for _ in range(int(sys.argv[1])):
                for file, content in files.items():
                    path = folder / file
                    path.write_bytes(content)
                    preview = survey.preview([path], datum=None, job=SilentJob())
                    survey.commit(preview, SilentJob())
                resident.append(_megabytes("VmRSS"))
    print(
        json.dumps({"files": len(files), "resident_mb": resident, "peak_mb": _megabytes("VmHWM")})
    )


def _megabytes(key: str) -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{key}:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
