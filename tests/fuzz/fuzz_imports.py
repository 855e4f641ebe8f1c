"""Imports spoilt files one after the other, in a process of its own that a crash or a hang may end.

    python fuzz_imports.py FIRST COUNT

Prints the number of each file before it is tried, and at the end what came of them.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from file_mutations import mutated, seeds

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import RiskMapError, UnreadableFileError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import Register, create_register

LONGEST_S = 10  # of processor time, which the load of the machine does not change
LONGEST_WAIT_S = 120
MOST_MEMORY = 3 * 2**30
HARD = resource.getrlimit(resource.RLIMIT_CPU)[1]
COMMITTED = 5  # every so manieth file is committed too


def main() -> None:
    """Try ``COUNT`` files from number ``FIRST`` on."""
    first, count = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY * 2, MOST_MEMORY * 2))
    results: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = seeds(folder)
        with create_register(folder / "r.qhd", passphrase=None, office=Office()) as register:
            survey = SurveyImport(register, Actor(name="a"), date(2014, 7, 1))
            incoming = folder / "incoming"
            incoming.mkdir()
            for number in range(first, first + count):
                print(number, flush=True)
                used = time.process_time()
                resource.setrlimit(resource.RLIMIT_CPU, (int(used) + 1 + LONGEST_S, HARD))
                faulthandler.dump_traceback_later(LONGEST_WAIT_S, exit=True)
                results[_try(number, files, incoming, survey, register)] += 1
                faulthandler.cancel_dump_traceback_later()
    # Not ru_maxrss: a child starts with its parent's, and a test worker grows large.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) // 1024
    print(json.dumps({"results": results, "peak_mb": peak}))


def _try(
    number: int, files: dict[str, bytes], folder: Path, survey: SurveyImport, register: Register
) -> str:
    name, content = mutated(files, number)
    path = folder / f"{number}-{name}"
    path.write_bytes(content)
    try:
        preview = survey.preview([path], datum=None, job=SilentJob())
    except UnreadableFileError:
        return "refused"
    except RiskMapError as error:
        return f"other refusal: {error.code}"
    finally:
        path.unlink()
    if any(folder.iterdir()):
        raise AssertionError(f"{number}: something was written beside the sender's file")
    if number % COMMITTED == 0 and preview.candidates:
        had = _count(register)
        outcome = survey.commit(preview, SilentJob())
        if _count(register) - had != outcome.accepted:
            raise AssertionError(
                f"{number}: {outcome.accepted} told, {_count(register) - had} stored"
            )
    return "read"


def _count(register: Register) -> int:
    with register.unit_of_work() as work:
        return work.hazards.count(HazardFilter())


if __name__ == "__main__":
    main()
