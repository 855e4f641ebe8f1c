"""Windows that are garbage are taken apart in the thread they live in."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtWidgets import QLabel

from qhd_riskmap.collector import (
    _Keeper,
    collector_paused,
    keep_to_this_thread,
    leave_to_all_threads,
    look_over,
    look_when_due,
)
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.application import prepare_application


class Panel(QLabel):
    """A widget that holds itself, as many do through their slots."""

    def __init__(self, taken_apart_in):
        super().__init__()
        self.held = [self]
        weakref.finalize(self, lambda: taken_apart_in.append(threading.get_ident()))


def rows():
    return [{"row": number} for number in range(20_000)]


def makes_much(kept):
    """As a worker does that reads a sheet: the collector is due many times."""
    kept += rows()
    look_over()


def in_a_worker(work, *given):
    worker = threading.Thread(target=work, args=given)
    worker.start()
    worker.join()


def test_a_worker_takes_no_window_apart(qtbot, dressed):
    threads, kept = [], []
    gc.collect()
    panel = Panel(threads)
    del panel
    in_a_worker(makes_much, kept)
    assert threads == []
    qtbot.waitUntil(lambda: bool(threads))
    assert threads == [threading.get_ident()]


def test_without_a_keeper_a_worker_would(qtbot):
    leave_to_all_threads()
    threads, kept = [], []
    gc.collect()
    panel = Panel(threads)
    del panel
    in_a_worker(makes_much, kept)
    keep_to_this_thread()
    assert threads
    assert threads != [threading.get_ident()]


def test_a_pause_in_a_worker_does_not_let_the_collector_go(dressed):
    with collector_paused():
        pass
    assert not gc.isenabled()


def test_only_the_keeper_looks(dressed):
    gc.collect()
    kept = [{"row": number} for number in range(2_000)]
    before = gc.get_count()[0]
    in_a_worker(look_when_due)
    assert gc.get_count()[0] >= before
    look_when_due()
    assert gc.get_count()[0] < before
    assert kept


def test_the_application_has_one_clock_for_it(dressed):
    clocks = [each for each in dressed.children() if each.objectName() == "collector"]
    assert prepare_application(Settings()) is dressed
    assert [each for each in dressed.children() if each.objectName() == "collector"] == clocks
    assert len(clocks) == 1


def test_old_garbage_goes_too(dressed, monkeypatch):
    """What lived through several looks is looked at again in the end."""
    monkeypatch.setattr(_Keeper, "full_look", -1e9)
    threads, kept = [], []
    panel = Panel(threads)
    gc.collect(0)
    gc.collect(1)
    del panel
    for _round in range(200):
        kept += [{"row": number} for number in range(1_000)]
        look_when_due()
    assert threads == [threading.get_ident()]
