"""The job runner: results, failures, cancelling, shutting down."""

from __future__ import annotations

import gc
import threading
import time
import types

import pytest

from qhd_riskmap.errors import ConflictError
from qhd_riskmap.ui.toolkit.job_runner import JobHandle, JobRunner
from qhd_riskmap.ui.toolkit.status_bar import DeskStatusBar


def test_a_result_arrives_on_the_gui_thread(qtbot, jobs):
    got = []

    def keep(value):
        got.append((value, threading.current_thread() is threading.main_thread()))

    handle = jobs.start(lambda _job: threading.current_thread().name, title="读", on_success=keep)
    with qtbot.waitSignal(handle.finished, timeout=3000):
        pass
    ((name, in_gui),) = got
    assert name.startswith("register")
    assert in_gui


def test_database_jobs_run_one_after_another(qtbot, jobs):
    active, most = [], []

    def work(_job):
        active.append(1)
        most.append(len(active))
        time.sleep(0.02)
        active.pop()

    handles = [jobs.start(work, title=str(n)) for n in range(5)]
    with qtbot.waitSignal(jobs.idle, timeout=5000):
        pass
    assert max(most) == 1
    assert all(handle.done for handle in handles)


def test_a_failure_goes_to_its_handler(qtbot, jobs):
    def fail(_job):
        raise ConflictError("甲已被修改。")

    got = []
    jobs.start(fail, title="写", on_success=pytest.fail, on_failure=got.append)
    with qtbot.waitSignal(jobs.idle, timeout=3000):
        pass
    assert isinstance(got[0], ConflictError)


def test_a_failure_without_handler_is_announced(qtbot, jobs):
    with qtbot.waitSignal(jobs.unhandled, timeout=3000) as caught:
        jobs.start(lambda _job: 1 / 0, title="错")
    assert isinstance(caught.args[0], ZeroDivisionError)


def test_cancelling_stops_the_work_at_its_next_report(qtbot, jobs):
    started, go = threading.Event(), threading.Event()
    steps = []

    def work(job):
        started.set()
        go.wait(3)
        for number in range(100):
            job.advance(number, 100)
            steps.append(number)

    cancelled = []
    handle = jobs.start(
        work,
        title="长",
        on_success=pytest.fail,
        on_failure=pytest.fail,
        on_cancel=lambda: cancelled.append(True),
    )
    assert started.wait(3)
    handle.cancel()
    assert handle.cancelling
    with qtbot.waitSignal(handle.finished, timeout=3000):
        go.set()
    assert cancelled == [True]
    assert steps == []


def test_a_cancelled_transaction_leaves_nothing(qtbot, jobs, app):
    started, go = threading.Event(), threading.Event()
    hazard_id = app.registry.features().ids[0]

    def work(job):
        with app.register.unit_of_work() as unit:
            stored = unit.hazards.require(hazard_id)
            unit.hazards.soft_delete(stored.id, app.actor, stored.revision)
            started.set()
            go.wait(3)
            job.advance(1, 2)
            unit.commit()

    handle = jobs.start(work, title="删", on_success=pytest.fail, on_failure=pytest.fail)
    assert started.wait(3)
    handle.cancel()
    with qtbot.waitSignal(handle.cancelled, timeout=3000):
        go.set()
    assert hazard_id in app.registry.features().ids


def reachable(start):
    """Everything that can be reached from an object by references, modules and classes left out."""
    seen, waiting = {}, [start]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, (types.ModuleType, type, JobRunner)):
            continue
        seen[id(each)] = each
        waiting += gc.get_referents(each)
    return list(seen.values())


def test_the_worker_holds_no_handle_that_the_window_may_delete_meanwhile(qtbot, jobs):
    # The window deletes a handle as soon as its end is told, while the worker may still be telling it.
    kept = []
    handle = jobs.start(lambda job: kept.append(job) or job.advance(1, 1), title="读")
    ((_handle, future),) = jobs._running.values()
    callbacks = list(future._done_callbacks)
    with qtbot.waitSignal(handle.finished, timeout=3000):
        pass
    assert kept
    held = [each for start in (*kept, *callbacks) for each in reachable(start)]
    assert not [each for each in held if isinstance(each, JobHandle)]


def test_progress_is_throttled_but_its_end_is_told(qtbot, jobs):
    reports = []

    def work(job):
        for number in range(5000):
            job.advance(number + 1, 5000, "行")

    handle = jobs.start(work, title="多")
    handle.progressed.connect(lambda done, total, note: reports.append((done, total, note)))
    with qtbot.waitSignal(handle.finished, timeout=5000):
        pass
    assert len(reports) < 200
    assert reports[-1] == (5000, 5000, "行")


def test_shutting_down_cancels_waits_and_runs_the_last_word(qtbot):
    runner = JobRunner()
    started = threading.Event()
    order = []

    def work(job):
        started.set()
        for number in range(10_000):
            job.advance(number, 10_000)
            time.sleep(0.001)
        order.append("never")

    runner.start(work, title="长")
    runner.start(lambda _job: order.append("waiting"), title="等")
    assert started.wait(3)
    runner.shutdown(lambda: order.append("closed"))
    assert order == ["closed"]
    with pytest.raises(RuntimeError):
        runner.start(lambda _job: None, title="迟")
    runner.shutdown()  # twice does no harm


def test_the_status_bar_shows_a_job_and_cancels_it(qtbot, jobs, dressed):
    bar = DeskStatusBar("dms")
    qtbot.addWidget(bar)
    bar.show()
    jobs.started.connect(bar.watch)
    half, go = threading.Event(), threading.Event()

    def work(job):
        job.advance(5, 10, "石门镇")
        half.set()
        go.wait(3)
        job.advance(6, 10)

    handle = jobs.start(work, title="正在导入…")
    assert half.wait(3)
    qtbot.waitUntil(lambda: bar.progress.value() == 5, timeout=3000)
    assert bar.progress.maximum() == 10
    assert "石门镇" in bar.job_text.text()
    bar.cancel.click()
    assert not bar.cancel.isEnabled()
    with qtbot.waitSignal(handle.cancelled, timeout=3000):
        go.set()
    qtbot.waitUntil(lambda: not bar.progress.isVisible(), timeout=3000)


def test_a_click_changes_the_coordinate_form(qtbot, dressed):
    bar = DeskStatusBar("dms")
    qtbot.addWidget(bar)
    bar.show_place(119.6, 39.93)
    seen = [bar.coordinate.text()]
    for form in ("decimal", "gk", "dms"):
        with qtbot.waitSignal(bar.form_chosen) as chosen:
            bar.coordinate.click()
        assert chosen.args == [form]
        seen.append(bar.coordinate.text())
    assert "°" in seen[0]
    assert seen[1].startswith("119.6")
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]


def test_the_scale_is_rounded_to_three_figures(qtbot, dressed):
    bar = DeskStatusBar("dms")
    qtbot.addWidget(bar)
    bar.show_scale(1_163_208.4)
    assert bar.scale.text() == "1:1,160,000"
    bar.show_scale(4_999.6)
    assert bar.scale.text() == "1:5,000"
