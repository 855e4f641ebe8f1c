"""Long imports tell how far they are, and stop when asked."""

import time
from datetime import date

import pytest

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import JobCancelledError, UnreadableFileError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.pace import Pace, duration
from qhd_riskmap.services.survey_ahead import read_ahead
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.storage.engine import create_register

LINES = "隐患名称,类别,县区,经度(GPS),纬度(GPS),风险等级\n"


class Job:
    """Notes every report; raises at one that says what it waits for."""

    def __init__(self, stop_at=None):
        self.reports, self.stop_at = [], stop_at

    def advance(self, done, total, note=""):
        self.reports.append((done, total, note))
        if self.stop_at is not None and self.stop_at in note:
            raise JobCancelledError("stopped")


def csv(path, count):
    rows = [
        f"示例村{n}号滑坡,滑坡,青龙县,{118.9 + n * 1e-5:.6f},40.407,重大\n" for n in range(count)
    ]
    path.write_text(LINES + "".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def survey(tmp_path):
    with create_register(tmp_path / "r.qhd", passphrase=None, office=Office()) as opened:
        yield SurveyImport(opened, Actor(name="甲"), date(2026, 3, 1))


def test_a_pace_tells_speed_and_remaining_time_once_it_knows():
    now = iter([0.0, 0.1, 2.0, 2.0])
    job = Job()
    pace = Pace(job, 400, clock=lambda: next(now))
    pace.report(10, 5, "写入")
    pace.report(100, 50, "写入")
    pace.pulse()
    pace.report(500, 500, "写入")
    pace.finish("完成")
    assert job.reports == [
        (10, 400, "写入"),
        (100, 400, "写入：50 行，每秒 25 行，约剩 6 秒"),
        (100, 400, "写入：50 行，每秒 25 行，约剩 6 秒"),
        (400, 400, "写入：500 行，每秒 250 行，约剩 1 秒"),
        (400, 400, "完成"),
    ]


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 秒"), (99, "99 秒"), (100, "2 分钟")])
def test_durations_are_said_in_seconds_or_minutes(seconds, text):
    assert duration(seconds) == text


def test_files_come_in_order_and_a_bad_one_does_not_stop_the_next(tmp_path):
    good, other = csv(tmp_path / "a.csv", 3), csv(tmp_path / "b.csv", 4)
    found = list(read_ahead([good, tmp_path / "none.csv", other], lambda: None))
    assert [len(item.sheets[0].columns[0]) for item in found[::2]] == [4, 5]
    assert isinstance(found[1], UnreadableFileError)
    assert found[0].size == good.stat().st_size
    assert list(read_ahead([], lambda: None)) == []


def test_reports_grow_to_the_end_and_name_the_step(survey, tmp_path):
    job = Job()
    preview = survey.preview([csv(tmp_path / "a.csv", 300), csv(tmp_path / "b.csv", 9)], None, job)
    done = [item[0] for item in job.reports]
    assert done == sorted(done)
    assert job.reports[-1][0] == job.reports[-1][1]
    assert any("b.csv" in note for _done, _total, note in job.reports)
    writing = Job()
    survey.commit(preview, writing)
    notes = [note.split("：")[0] for _done, _total, note in writing.reports]
    assert list(dict.fromkeys(notes)) == ["写入登记库", "写入评估", "提交"]


@pytest.mark.parametrize("step", ["写入登记库", "写入评估", "提交"])
def test_an_import_stopped_at_any_step_leaves_nothing(survey, tmp_path, step):
    preview = survey.preview([csv(tmp_path / "a.csv", 300)], None, SilentJob())
    with pytest.raises(JobCancelledError):
        survey.commit(preview, Job(stop_at=step))
    assert survey.commit(preview, SilentJob()).accepted == preview.accepted > 0


def test_a_preview_stops_while_its_file_is_still_read(survey, tmp_path, monkeypatch):
    def slow(_path):
        time.sleep(3.0)
        raise AssertionError("nobody waits for it")

    monkeypatch.setattr("qhd_riskmap.services.survey_ahead.read_survey", slow)
    calls = []

    class Impatient:
        def advance(self, done, total, note=""):
            calls.append(note)
            if len(calls) > 2:
                raise JobCancelledError("stopped")

    begin = time.monotonic()
    with pytest.raises(JobCancelledError):
        survey.preview([csv(tmp_path / "a.csv", 3)], None, Impatient())
    assert time.monotonic() - begin < 2.5
