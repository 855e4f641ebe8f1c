"""kill -9 in the middle of an import: the register before or after, nothing between."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = 1500  # two sheets are enough for the writer to begin before the end
HEADER = ["隐患名称", "隐患类别", "经度", "纬度", "坐标系", "风险等级"]


@pytest.fixture(scope="module")
def big_sheet(tmp_path_factory):
    return sheet_of(tmp_path_factory.mktemp("big") / "大表.xlsx", "虚构点", seed=7)


@pytest.fixture(scope="module")
def another_sheet(tmp_path_factory):
    return sheet_of(tmp_path_factory.mktemp("big") / "又一表.xlsx", "又一点", seed=8)


def sheet_of(path, name, seed):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("隐患")
    sheet.append(HEADER)
    spread = random.Random(seed)
    for number in range(ROWS):
        place = (119.56 + spread.random() * 0.06, 39.92 + spread.random() * 0.03)
        sheet.append([f"{name}{number}", "滑坡", *place, "CGCS2000", "蓝色"])
    book.save(path)
    return path


# Large files are written without the write-ahead log. Small ones stand for them here: the files of a test are small.
UNLOGGED = (
    "import sys; from qhd_riskmap.services import survey_import; survey_import.MUCH = 1000; "
    "from qhd_riskmap.__main__ import main; sys.exit(main())"
)


def program(*arguments, home, start=("-m", "qhd_riskmap")):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QHD_RISKMAP_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-X", "utf8", *start, *map(str, arguments)],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_killed_import_leaves_the_register_before_or_after(
    tmp_path, big_sheet, another_sheet, answer, soak
):
    rounds, spread = (200 if soak else 10), random.Random(20141120)
    outcomes, hit = set(), 0
    whole = tmp_path / "一次.qhd"
    answer("init", whole)
    began = time.perf_counter()
    assert program("import", whole, big_sheet, home=tmp_path / "home").wait() == 0
    took = time.perf_counter() - began
    for number in range(rounds):
        register = tmp_path / f"{number}.qhd"
        answer("init", register)
        # Of two files the first is written before the second is checked.
        sheets = [big_sheet, another_sheet][: 1 + number % 3 % 2]
        rows = ROWS * len(sheets)
        start = ("-c", UNLOGGED) if number % 4 < 2 else ("-m", "qhd_riskmap")
        running = program("import", register, *sheets, home=tmp_path / "home", start=start)
        if number % 2:
            # Into the commit itself: the first page has just reached the disk.
            wait_for_first_write(register, running)
            time.sleep(spread.random() * 0.02)
        else:
            time.sleep(spread.random() * took)
        running.send_signal(signal.SIGKILL)
        hit += running.wait() == -signal.SIGKILL
        assert answer("verify", register)["ok"]
        count = len(answer("list", register))
        assert count in {0, rows}
        outcomes.add(count)
        again = answer("import", register, *sheets)
        assert again["accepted"] + again["duplicates"] == rows
        assert len(answer("list", register)) == rows
        register.unlink()
    assert hit, "every import had ended before it was killed"
    assert 0 in outcomes


def wait_for_first_write(register: Path, running: subprocess.Popen) -> None:
    """Until pages reach the log, or the file itself where one writes without a log."""
    before = written(register)
    while running.poll() is None and written(register) < before + 100_000:
        time.sleep(0.002)


def written(register: Path) -> int:
    log = register.with_name(register.name + "-wal")
    size = register.stat().st_size
    try:
        return size + log.stat().st_size
    except FileNotFoundError:
        return size


@pytest.fixture(scope="module")
def imported(big_sheet, tmp_path_factory):
    """A register with the sheet in it, in one file."""
    folder = tmp_path_factory.mktemp("imported")
    register = folder / "r.qhd"
    for command in (("init", register), ("import", register, big_sheet)):
        assert program(*command, home=folder / "home").wait() == 0
    return register


CHANGES = {
    "undo-batch": ((), len),
    "reinterpret": (
        ("--datum", "bd09"),
        lambda rows: sorted({(row["lon"], row["lat"]) for row in rows}),
    ),
}


@pytest.mark.soak
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", CHANGES)
def test_a_killed_change_of_a_batch_happened_wholly_or_not_at_all(
    name, tmp_path, imported, answer, soak
):
    more, state_of = CHANGES[name]
    rounds, spread = (200 if soak else 5), random.Random(20180701)
    (batch,) = answer("batches", imported)
    command = (name, batch["id"], *more)
    before = state_of(answer("list", imported))
    whole = shutil.copy(imported, tmp_path / "whole.qhd")
    start = time.perf_counter()
    assert program(name, whole, *command[1:], home=tmp_path / "home").wait() == 0
    took = time.perf_counter() - start
    after = state_of(answer("list", whole))
    assert before != after
    hit = 0
    for number in range(rounds):
        register = tmp_path / f"{number}.qhd"
        shutil.copy(imported, register)
        running = program(name, register, *command[1:], home=tmp_path / "home")
        if number % 2:
            wait_for_first_write(register, running)
            time.sleep(spread.random() * 0.02)
        else:
            time.sleep(spread.random() * took)
        running.send_signal(signal.SIGKILL)
        hit += running.wait() == -signal.SIGKILL
        assert answer("verify", register)["ok"]
        found = state_of(answer("list", register))
        assert found in (before, after)
        (batch,) = answer("batches", register)
        # What is told of the batch agrees with what happened to its records.
        assert bool(batch["changes"]) is (found == after)
        if found == before:
            answer(name, register, *command[1:])
            assert state_of(answer("list", register)) == after
        register.unlink()
    assert hit, "every command had ended before it was killed"
