"""Kills a release at every moment that matters, takes it up again, and tells what it saw as JSON.

Run as a program: it forks, so that the libraries are loaded once for all the deaths.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
from pathlib import Path

from release_county import make_office
from test_release_gate import hazard

from qhd_riskmap.services import release_making, release_workshop
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.storage.unit_of_work import UnitOfWork

FORMATS = (ProductFormat.GEOJSON, ProductFormat.XLSX, ProductFormat.SVG, ProductFormat.CSV)
OLD = b"what was public before"


class Deaths:
    """Counts moments; dies at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.seen = 0
        self.made = 0
        self._at = at

    def moment(self) -> None:
        if self.seen == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1

    def around(self, function):
        def called(*words, **more):
            self.moment()
            result = function(*words, **more)
            self.moment()
            return result

        return called

    def half(self, function):
        """A writer that can die with half a file written."""

        def called(product, public, edition, path):
            self.made += 1
            path.write_bytes(b"half")
            self.moment()
            function(product, public, edition, path)
            self.moment()

        return called


def install(deaths: Deaths, kept: dict) -> None:
    release_making.write_product = deaths.half(kept["write"])
    release_making.drawn_otherwise = deaths.around(kept["drawn"])
    release_workshop.os.fsync = deaths.around(kept["fsync"])
    release_workshop.Path.replace = deaths.around(kept["replace"])
    UnitOfWork.commit = deaths.around(kept["commit"])


def main(folder: Path, step: int) -> None:
    office = make_office(folder)
    office.add([hazard(), *[hazard("food_safety", name=f"店{n}") for n in range(3)]])
    kept = {
        "write": release_making.write_product, "drawn": release_making.drawn_otherwise,
        "fsync": os.fsync, "replace": Path.replace, "commit": UnitOfWork.commit,
    }  # fmt: skip
    whole = Deaths()
    install(whole, kept)
    order = office.order(formats=FORMATS, out_dir=folder / "整")
    wanted = digests(office.service.release(order).files)
    register = office.register.path
    office.register.close()
    told = {"moments": whole.seen, "wanted": wanted, "runs": []}
    for at in range(0, whole.seen, step):
        told["runs"].append(one_death(folder, register, at, kept))
    print(json.dumps(told))


def one_death(folder: Path, register: Path, at: int, kept: dict) -> dict:
    out = folder / f"死{at}"
    out.mkdir()
    (out / "秦皇岛市风险隐患分布图.geojson").write_bytes(OLD)
    child = os.fork()
    if child == 0:
        install(Deaths(at), kept)
        publish(register, out)
        os._exit(0)
    died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
    after = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
    resumed = Deaths()
    install(resumed, kept)
    files, records = publish(register, out)
    return {
        "at": at, "died": died, "after": after, "made": resumed.made, "records": records,
        "files": digests(files), "there": sorted(path.name for path in out.iterdir()),
        "litter": [path.name for path in folder.glob(".release-*")],
    }  # fmt: skip


def publish(register: Path, out: Path):
    from release_county import ACTOR, TODAY, GateOffice  # noqa: PLC0415

    from qhd_riskmap.services.release import ReleaseService  # noqa: PLC0415
    from qhd_riskmap.storage.engine import open_register  # noqa: PLC0415

    opened = open_register(register, passphrase=None)
    office = GateOffice(opened, ReleaseService(opened, ACTOR, today=lambda: TODAY), out.parent)
    files = office.service.release(office.order(formats=FORMATS, out_dir=out)).files
    records = len(office.service.past())
    opened.close()
    return files, records


def digests(files) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
