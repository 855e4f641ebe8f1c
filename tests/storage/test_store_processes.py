"""Several processes on one register, and processes that die in the middle."""

from __future__ import annotations

import random
import time

import pytest

from qhd_riskmap.domain.office import Office
from qhd_riskmap.storage.engine import create_register, open_register
from qhd_riskmap.storage.verify import verify

HEAD = (
    "import sys\n"
    "from pathlib import Path\n"
    "sys.path.insert(0, 'tests/storage')\n"
    "from conftest import a_hazard, many\n"
    "from qhd_riskmap.domain.access import Actor\n"
    "from qhd_riskmap.storage.engine import open_register\n"
    "path, passphrase, count = Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3])\n"
)
BULK = HEAD + (
    "hazards = many(count, seed=11)\n"
    "with open_register(path, passphrase=passphrase) as register:\n"
    "    with register.unit_of_work() as work:\n"
    "        work._transaction().writing().exec_driver_sql('PRAGMA cache_size = 50')\n"
    "        print('ready', flush=True); sys.stdin.readline()\n"
    "        work.hazards.add_many(hazards, Actor(name='x'))\n"
    "        work.commit()\n"
    "    print('done', flush=True)\n"
)
ONE_BY_ONE = HEAD + (
    "with open_register(path, passphrase=passphrase) as register:\n"
    "    print('ready', flush=True); sys.stdin.readline()\n"
    "    for _ in range(count):\n"
    "        with register.unit_of_work() as work:\n"
    "            print(work.hazards.add(a_hazard(), Actor(name='x')).code)\n"
    "            work.commit()\n"
)


def _new(path, word, hazards, actor):
    with (
        create_register(path, passphrase=word, office=Office()) as made,
        made.unit_of_work() as work,
    ):
        work.hazards.add_many(hazards, actor)
        work.commit()


@pytest.mark.soak
@pytest.mark.parametrize("word", [None, "口令"])
def test_a_killed_bulk_load_leaves_all_or_nothing(tmp_path, word, python_process, request):
    """kill -9 at random moments: the register before or after, nothing between, and sound."""
    many, actor = request.getfixturevalue("many_hazards"), request.getfixturevalue("actor")
    rounds = 100 if request.getfixturevalue("soak") else 5
    count, kept = 2000, 0
    rng = random.Random(f"kill {word}")
    for number in range(rounds):
        path = tmp_path / f"库 {number}.qrm"
        _new(path, word, many(300), actor)
        process = python_process(BULK, str(path), word or "", str(count))
        assert process.stdout.readline().strip() == "ready"
        process.stdin.write("go\n")
        process.stdin.flush()
        time.sleep(rng.uniform(0.0, 0.2))
        process.kill()
        process.wait()
        with open_register(path, passphrase=word) as again:
            assert verify(again) == []
            with again.unit_of_work() as work:
                found = work.hazards.count()
                assert found in {300, 300 + count}
                kept += found > 300
                work.hazards.add_many(many(2100)[2000:], actor)
                work.commit()
    assert kept < rounds, "no process was killed before its commit"


def test_two_processes_never_draw_the_same_code(register, python_process):
    count = 40
    running = [python_process(ONE_BY_ONE, str(register.path), "", str(count)) for _ in range(2)]
    for process in running:
        assert process.stdout.readline().strip() == "ready"
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    codes = []
    for process in running:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        codes += out.split()
    assert sorted(codes) == [f"130304-DZ-2026-{n:04d}" for n in range(1, 2 * count + 1)]
    assert verify(register) == []
