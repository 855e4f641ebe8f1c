"""Releases that were broken off: killed, stopped, refused; and what is taken up again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from release_county import ACTOR, TITLE
from test_release_gate import hazard

from qhd_riskmap.cli.application import run
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    ConflictError,
    JobCancelledError,
    MoveRefusedError,
    OutputFileError,
    ReleaseBlockedError,
)
from qhd_riskmap.formats.folder_lock import locked
from qhd_riskmap.services import release_making, release_workshop
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.release_child import ReleaseProcess
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.services.release_workshop import work_folder
from qhd_riskmap.storage.engine import create_register

FORMATS = (ProductFormat.GEOJSON, ProductFormat.XLSX)


class Killed(BaseException):
    """The process ends here; nothing may clean up."""


@pytest.fixture
def broken_off(office, monkeypatch):
    """A release that died after its first file was checked, and how often files were written since."""
    office.add([hazard()])
    proper, written, deaths = release_making.write_product, [], [Killed]

    def write(product, public, edition, path):
        written.append(product)
        if product is ProductFormat.XLSX and deaths:
            path.write_bytes(b"half")
            raise deaths.pop()
        proper(product, public, edition, path)

    monkeypatch.setattr(release_making, "write_product", write)
    order = office.order(formats=FORMATS)
    with monkeypatch.context() as death:
        death.setattr(release_workshop.Workshop, "leave", lambda _shop: None)
        with pytest.raises(Killed):
            office.service.release(order)
    written.clear()
    return written


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(os, "fork"), reason="dies in forks")
def test_killed_at_any_moment_a_release_is_taken_up_to_the_same_bytes(tmp_path, soak):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment["PYTHONPATH"] = os.pathsep.join(
        [str(Path(__file__).parents[2]), str(Path(__file__).parent)]
    )
    done = subprocess.run(
        [sys.executable, "-X", "utf8", str(Path(__file__).with_name("killed_release.py")), str(tmp_path),
         "1" if soak else "7"],
        capture_output=True, text=True, encoding="utf-8", env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    wanted, old = told["wanted"], f"{TITLE}.geojson"
    assert told["moments"] > 40
    for number, each in enumerate(told["runs"], start=2):
        assert each["died"], each
        unfamiliar = {name for name, digest in each["after"].items() if digest != wanted[name]}
        assert unfamiliar <= {old}, (
            each
        )  # what lay there before, or a checked product: nothing else
        assert each["files"] == wanted, each
        assert each["there"] == sorted(wanted), each
        assert each["litter"] == [], each
        assert each["records"] == number, each  # one entry for the one that died and was taken up
    assert {each["made"] for each in told["runs"]} >= {0, len(wanted)}


def test_what_was_checked_is_not_made_again(office, broken_off):
    outcome = office.service.release(office.order(formats=FORMATS))
    assert broken_off == [ProductFormat.XLSX]
    again = office.service.release(office.order(formats=FORMATS, out_dir=office.folder / "再"))
    assert [p.read_bytes() for p in again.files] == [p.read_bytes() for p in outcome.files]
    assert not list(office.folder.glob(".release-*"))


def test_signatures_may_change_before_it_is_taken_up(office, broken_off):
    office.service.release(office.order(formats=FORMATS, reviewed_by="审核丁", purpose="汛前"))
    assert broken_off == [ProductFormat.XLSX]
    assert office.service.past()[0].sign_offs["reviewed_by"] == "审核丁"


@pytest.mark.parametrize("change", ["secret", "content", "title", "file"])
def test_what_does_not_fit_any_more_is_made_again(office, broken_off, change):
    order = office.order(formats=FORMATS)
    if change == "secret":  # the content is the same, but more is protected
        office.add([hazard("terror", name="新增的秘密点")])
    elif change == "content":
        office.add([hazard(name="南沟滑坡", at=(119.61, 39.99))])
    elif change == "title":
        order = office.order(formats=FORMATS, title="另一张图")
    else:
        (made,) = (work_folder(order.out_dir) / "made").glob("*.geojson")
        made.write_bytes(made.read_bytes() + b" ")
    office.service.release(order)
    assert broken_off == [ProductFormat.GEOJSON, ProductFormat.XLSX]


@pytest.mark.parametrize("journal", ["forged", "broken", "leading elsewhere", "none"])
def test_a_file_laid_into_the_work_folder_is_not_taken_for_a_checked_one(
    office, monkeypatch, journal
):
    office.add([hazard()])
    order = office.order(formats=FORMATS)
    folder = work_folder(order.out_dir)
    (folder / "made").mkdir(parents=True)
    planted = folder / "made" / f"{TITLE}.geojson"
    planted.write_text("13812345678 秘密", encoding="utf-8")
    told = {
        "release": "00000000-0000-0000-0000-000000000001", "order": "", "moving": {},
        "vouched": {planted.name: "0" * 64},
    }  # fmt: skip
    if journal == "leading elsewhere":
        told["moving"] = {"../test.qhd": "0" * 64}
    if journal != "none":
        text = "{" if journal == "broken" else json.dumps(told)
        (folder / "journal.json").write_text(text, encoding="utf-8")
    outcome = office.service.release(order)
    assert "13812345678" not in outcome.files[0].read_text(encoding="utf-8")
    assert office.register.path.exists()


def test_a_refused_product_does_not_wait_to_be_taken_up(office, monkeypatch):
    secret = hazard("terror", name="秘密场所甲")
    office.add([hazard(), secret])

    def leaking(product, public, edition, path):
        del product, public, edition
        path.write_text(secret.name, encoding="utf-8")

    monkeypatch.setattr(release_making, "write_product", leaking)
    with pytest.raises(ReleaseBlockedError):
        office.service.release(office.order(formats=FORMATS))
    assert not work_folder(office.order().out_dir).exists()


def test_a_file_open_elsewhere_costs_no_second_making(office, monkeypatch):
    office.add([hazard()])
    order = office.order(formats=FORMATS)
    (order.out_dir / f"{TITLE}.xlsx").mkdir(parents=True)
    with pytest.raises(OutputFileError, match="无法写入"):
        office.service.release(order)
    (order.out_dir / f"{TITLE}.xlsx").rmdir()
    monkeypatch.setattr(release_making, "write_product", None)  # would fail
    outcome = office.service.release(order)
    assert len(outcome.files) == 2
    assert not work_folder(order.out_dir).exists()


def test_the_former_sheet_stands_where_a_later_release_failed(office):
    office.add([hazard()])
    (old,) = office.service.release(office.order()).files
    before = old.read_bytes()
    office.edit(office.service.past() and hazard_id(office), name="另一名字滑坡")
    (old.parent / f"{TITLE}.xlsx").mkdir()
    with pytest.raises(OutputFileError):
        office.service.release(office.order(formats=FORMATS, approval_no="冀S(2026)099号"))
    assert old.read_bytes() == before


def hazard_id(office):
    with office.register.unit_of_work() as work:
        return work.hazards.find()[0].id


def test_two_programs_do_not_work_in_one_folder(office, monkeypatch):
    office.add([hazard()])
    order = office.order()
    monkeypatch.setattr(release_workshop, "_PATIENCE_S", 0.1)
    with locked(work_folder(order.out_dir), 1.0), pytest.raises(ConflictError, match="另一个窗口"):
        office.service.release(order)
    assert office.service.release(order).files


def test_the_command_line_tells_each_product_on_stderr(office, tmp_path, capsys):
    office.add([hazard()])
    words = [
        "release", str(office.register.path), str(tmp_path / "出"), "--title", TITLE, "--format", "csv,geojson",
        "--data-date", "2026-10-31", "--approval-no", "冀S(2026)012号", "--prepared-by", "甲", "--reviewed-by", "乙",
        "--secrecy-reviewed-by", "丙", "--json",
    ]  # fmt: skip
    assert run(words, lambda *_: 0) == 0
    told = capsys.readouterr()
    assert len(json.loads(told.out)["files"]) == 2
    assert [line.split("，约剩")[0] for line in told.err.splitlines()] == [
        f"第 1 个，共 2 个：{TITLE}.csv.zip",
        f"第 2 个，共 2 个：{TITLE}.geojson",
        "正在登记并移入成果文件夹",
    ]


# -- in a process of its own ------------------------------------------------------------------------


class Watched(SilentJob):
    """Notes what is told; stops after a while."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.notes: list[str] = []
        self.steps: list[tuple[int, int]] = []
        self.stop = threading.Event()
        self._stop_at = stop_at

    def advance(self, done: int, total: int, note: str = "") -> None:
        self.notes.append(note)
        self.steps.append((done, total))
        if self._stop_at is not None and done >= self._stop_at and total:
            self.stop.set()
        if self.stop.is_set():
            raise JobCancelledError("stop")


def test_a_release_in_a_child_is_told_counted_and_the_same(office):
    office.add([hazard()])
    job = Watched()
    order = office.order(formats=FORMATS, out_dir=office.folder / "子")
    outcome = ReleaseProcess(office.register, ACTOR).release(order, job)
    here = office.service.release(office.order(formats=FORMATS))
    assert [p.read_bytes() for p in outcome.files] == [p.read_bytes() for p in here.files]
    counted = list(dict.fromkeys(note.split("，约剩")[0] for note in job.notes))
    assert f"第 1 个，共 2 个：{TITLE}.geojson" in counted
    assert f"第 2 个，共 2 个：{TITLE}.xlsx" in counted
    assert [step[0] for step in job.steps] == sorted(step[0] for step in job.steps)


def test_what_the_gate_says_comes_out_of_the_child(office):
    office.add([hazard()])
    with pytest.raises(ReleaseBlockedError) as refused:
        ReleaseProcess(office.register, ACTOR).release(office.order(approval_no=""), Watched())
    assert {rule for rule, _message in refused.value.findings} == {"PM01"}
    assert "PM01" in refused.value.lines[0]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_it_is_stopped_at_once_and_the_passphrase_shown_to_nobody(tmp_path):
    from release_county import GateOffice  # noqa: PLC0415

    from qhd_riskmap.services.release import ReleaseService  # noqa: PLC0415

    word = "极密口令七八九"
    register = create_register(
        tmp_path / "密.qhd",
        passphrase=word,
        office=Office(unit="局", publisher="府", source="各乡镇"),
    )
    office = GateOffice(register, ReleaseService(register, ACTOR), tmp_path)
    office.add([hazard()])
    job, ended = Watched(stop_at=6), []
    order = office.order(formats=(ProductFormat.PDF, ProductFormat.PNG, ProductFormat.JPG))

    def publish():
        try:
            ReleaseProcess(register, ACTOR).release(order, job)
        except JobCancelledError:
            ended.append(time.monotonic())

    thread = threading.Thread(target=publish)
    thread.start()
    seen = set()
    while thread.is_alive() and not job.stop.is_set():
        seen |= shown_of_children()
        time.sleep(0.05)
    begun = time.monotonic()
    thread.join(20)
    assert seen
    assert not [text for text in seen if word in text]
    print(f"stopped after {ended[0] - begun:.2f} s")
    assert ended[0] - begun < 5.0  # a second, where nothing else runs
    assert not order.out_dir.exists()
    assert not list(tmp_path.glob(".release-*"))
    assert register.unit_of_work().__enter__().releases.list() == []
    register.close()


def shown_of_children() -> set[str]:
    """Command lines and environments of the processes this one started."""
    found = set()
    for child in Path(f"/proc/{os.getpid()}/task").glob("*/children"):
        for pid in child.read_text().split():
            for name in ("cmdline", "environ"):
                try:
                    found.add(Path(f"/proc/{pid}/{name}").read_bytes().decode("utf-8", "replace"))
                except OSError:
                    continue
    return found


def test_stopped_too_late_a_release_is_told_as_made(office):
    office.add([hazard()])
    order = office.order(formats=FORMATS)
    made = office.service.release(order)
    # As a process leaves it that was ended after it had recorded the release.
    (record,) = office.service.past()
    folder = work_folder(order.out_dir)
    (folder / "made").mkdir(parents=True)
    (folder / "journal.json").write_text(
        json.dumps({
            "release": str(record.id), "order": "", "vouched": {},
            "moving": {p.name: p.sha256 for p in record.products},
        }),
        encoding="utf-8",
    )  # fmt: skip
    outcome = office.service.recovery.give_up(order)
    assert outcome is not None
    assert outcome.files == made.files
    assert outcome.control_files == made.control_files
    assert all(path.exists() for path in (*outcome.files, *outcome.control_files))
    assert office.service.recovery.give_up(order) is None


def test_errors_travel_between_processes_with_all_they_say():
    import pickle  # noqa: PLC0415

    blocked = ReleaseBlockedError("不行", findings=[("PM01", "没有审图号")], hint="去填")
    refused = MoveRefusedError("不能", reasons=["没有期限"])
    for error in (blocked, refused):
        back = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert type(back) is type(error)
        assert (str(back), back.lines, back.detail) == (str(error), error.lines, error.detail)


def test_what_a_killed_release_left_is_tidied_without_releasing(office, broken_off):
    out = office.order().out_dir
    made = work_folder(out) / "made"
    assert sorted(path.suffix for path in made.iterdir()) == [".geojson", ".xlsx"]
    assert office.service.recovery.tidy(out) == 1
    assert [path.suffix for path in made.iterdir()] == [".geojson"]  # the half-written one is gone
    office.service.release(office.order(formats=FORMATS))
    assert broken_off == [ProductFormat.XLSX]
    assert office.service.recovery.tidy(out) == 0
    assert office.service.recovery.tidy(office.folder / "没有") == 0
    assert not (office.folder / "没有").exists()


def test_tidying_takes_back_a_move_nobody_recorded(office, monkeypatch):
    office.add([hazard()])
    order = office.order(formats=FORMATS)
    with monkeypatch.context() as death:
        death.setattr(release_workshop.Workshop, "leave", lambda _shop: None)
        death.setattr(release_workshop.Workshop, "_take_back", lambda _shop: None)
        death.setattr("qhd_riskmap.storage.unit_of_work.UnitOfWork.commit", raising)
        with pytest.raises(Killed):
            office.service.release(order)
    assert len(list(order.out_dir.iterdir())) == 2  # moved, not recorded
    assert office.service.recovery.tidy(order.out_dir) == 2
    assert list(order.out_dir.iterdir()) == []


def raising(_work):
    raise Killed
