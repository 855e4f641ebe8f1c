"""An import without a look: the same register as by preview and commit, and nothing where it fails."""

import json
import re
import threading
from datetime import UTC, date, datetime

import numpy as np
import pytest
from openpyxl import Workbook

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    DatabaseBusyError,
    DatabaseError,
    InvalidInputError,
    JobCancelledError,
    PermissionDeniedError,
    UnreadableFileError,
)
from qhd_riskmap.services import survey_import, survey_straight
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.survey_import import SurveyImport
from qhd_riskmap.services.survey_layout import Layouts, choice_of
from qhd_riskmap.services.survey_updates import NO_UPDATES
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.hazard_load import HazardLoad
from qhd_riskmap.storage.hazard_repository import HazardRepository

ACTOR = Actor(name="张三")
NOW = datetime(2014, 7, 1, 8, tzinfo=UTC)
HEADERS = ["隐患名称", "类别", "县区", "位置坐标（2000坐标）", "编号", "风险等级", "整改措施"]
NAMES = ("东沟滑坡", "东沟滑坡点", "东沟1号滑坡", "西沟老滑坡体", "甲乙管线", "", "北沟崩塌")
KINDS = ("滑坡", "滑坡", "森林火灾", "油气管道", "不知何物")
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TABLES = (
    "hazard", "hazard_version", "assessment", "batch", "batch_file", "batch_row", "batch_change",
    "batch_change_row", "look_alike", "survey_mapping", "sender_datum", "code_sequence", "audit",
    "idx_hazard_geometry",
)  # fmt: skip


def new_register(path):
    return create_register(path, passphrase=None, office=Office(), clock=lambda: NOW)


@pytest.fixture
def register(tmp_path):
    with new_register(tmp_path / "r.qhd") as opened:
        yield opened


@pytest.fixture
def survey(register):
    return SurveyImport(register, ACTOR, date(2014, 7, 1))


@pytest.fixture
def eager(monkeypatch):
    """The writer begins with the first row."""
    monkeypatch.setattr(survey_straight, "WORTH_IT", 1)


def rows(rng, count, file=0, *, mixed=False):
    """Rows that crowd and repeat each other, also in other files where mixed, some to be refused."""
    made = []
    own = "" if mixed else f"{file}-"
    for number in range(count):
        kind = KINDS[rng.integers(len(KINDS))]
        x, y = 118.95 + 0.001 * rng.integers(40), 40.40 + 0.001 * rng.integers(20)
        name = NAMES[rng.integers(len(NAMES))]
        if name and not mixed:
            name = f"{file}号片{name}"
        if rng.random() < 0.5:
            name = f"第{file * 1000 + number}处"
        code = f"QL-2014-{own}{rng.integers(60):04d}" if rng.random() < 0.3 else ""
        if made and rng.random() < 0.15:
            made.append(made[rng.integers(len(made))])
            continue
        level = ("重大", "一般", "", "蓝色")[rng.integers(4)]
        place = f"{x:.6f},{y:.6f}" if rng.random() < 0.95 else ""
        made.append([name, kind, "青龙县", place, code, level, "已设警示牌"[: rng.integers(6)]])
    return made


def workbook(path, lines):
    book = Workbook()
    book.active.title = "排查表"
    for line in (HEADERS, *lines):
        book.active.append(line)
    book.save(path)
    return path


def whole(register):
    """Everything in a register, ids by the order in which they appear; without hashes of ids."""
    known: dict[str, str] = {}
    found = {}
    connection = register.connect_anew()
    try:
        for table in TABLES:
            cursor = connection.execute(f"SELECT * FROM {table} ORDER BY 1")  # noqa: S608
            names = [item[0] for item in cursor.description]
            found[table] = [
                {
                    name: value.hex() if isinstance(value, bytes) else value
                    for name, value in zip(names, row, strict=True)
                    if name not in {"hash", "prev_hash"}
                }
                for row in cursor.fetchall()
            ]
    finally:
        connection.close()
    text = re.sub(
        r'ids_sha256\\": \\"[0-9a-f]{64}|ids_sha256\\":\\"[0-9a-f]{64}', "ids", json.dumps(found)
    )
    return json.loads(UUID_TEXT.sub(lambda m: known.setdefault(m[0], f"id{len(known)}"), text))


def told(outcome):
    """What the command line says, ids by the order in which they appear."""
    known: dict[str, str] = {}
    text = json.dumps([outcome.to_json(), [list(map(str, row)) for row in outcome.rows]])
    codes = [hazard.code for hazard in outcome.hazards]
    return UUID_TEXT.sub(lambda m: known.setdefault(m[0], f"id{len(known)}"), text), codes


def by_turns(tmp_path, imports, update=NO_UPDATES):
    """Outcomes and registers of some imports after each other: previewed first, and straight."""
    results = []
    for name in ("looked", "straight"):
        with new_register(tmp_path / f"{name}.qhd") as register:
            survey = SurveyImport(register, ACTOR, date(2014, 7, 1))
            outcomes = []
            for files in imports:
                if name == "looked":
                    preview = survey.preview(files, datum=None, job=SilentJob())
                    outcome = survey.commit(preview, SilentJob(), update=update)
                else:
                    _preview, outcome = survey.straight(
                        files, datum=None, job=SilentJob(), update=update
                    )
                outcomes.append(told(outcome))
            results.append((outcomes, whole(register)))
    return results


@pytest.mark.parametrize("seed", range(4))
def test_files_are_registered_as_they_are_after_a_preview(tmp_path, monkeypatch, seed):
    ends = []
    ended = survey_straight.WritingAhead.ended
    monkeypatch.setattr(
        survey_straight.WritingAhead,
        "ended",
        lambda self, *given: ends.append(ended(self, *given)) or ends[-1],
    )
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(survey_straight, "WORTH_IT", int(rng.integers(1, 20)))
    files = [
        workbook(tmp_path / f"{n}.xlsx", rows(rng, int(rng.integers(30, 80)), n, mixed=seed > 2))
        for n in range(6)
    ]
    imports = [files[:3], files[2:], files]
    looked, straight = by_turns(tmp_path, imports, update=None if seed % 2 else NO_UPDATES)
    assert straight[0] == looked[0]
    assert straight[1] == looked[1]
    wrote = [outcome is not None for outcome in ends]
    assert wrote[0]
    assert wrote[1] is (seed <= 2)
    assert not wrote[2]


@pytest.fixture
def two_files(tmp_path):
    rng = np.random.default_rng(8)
    plain = [
        [f"{n}处", "滑坡", "青龙县", f"118.{95000 + n},40.4", "", "重大", ""] for n in range(40)
    ]
    return [
        workbook(tmp_path / "甲.xlsx", plain[:20]),
        workbook(tmp_path / "乙.xlsx", plain[20:] + rows(rng, 5, 90)),
    ]


def test_a_file_is_written_while_the_next_is_checked(
    tmp_path, two_files, survey, monkeypatch, eager
):
    begun, checked = threading.Event(), []
    add, check = HazardLoad.add, survey_import.checked_file

    def adding(self, columns, progress=None):
        begun.set()
        return add(self, columns, progress)

    def checking(found, *rest):
        checked.append(found.path.name)
        assert len(checked) == 1 or begun.wait(20), "nothing is written before all is checked"
        return check(found, *rest)

    monkeypatch.setattr(HazardLoad, "add", adding)
    monkeypatch.setattr(survey_import, "checked_file", checking)
    _preview, outcome = survey.straight(two_files, datum=None, job=SilentJob())
    assert checked == ["甲.xlsx", "乙.xlsx"]
    assert outcome.accepted >= 40


def test_what_was_written_and_turns_out_to_repeat_does_not_stay(
    tmp_path, two_files, monkeypatch, eager
):
    monkeypatch.setattr(survey_straight, "exact_repeats", lambda *_given: {})
    twice = workbook(
        tmp_path / "丙.xlsx",
        [["同一处", "滑坡", "青龙县", "118.95,40.41", "", "", ""]] * 3,
    )
    looked, straight = by_turns(tmp_path, [[twice, *two_files]])
    assert straight == looked
    assert len(straight[1]["hazard"]) < 3 + 45


def test_rows_of_a_file_that_repeat_another_file_wait_for_the_preview(tmp_path, two_files, eager):
    files = [
        *two_files,
        workbook(tmp_path / "丁.xlsx", [["3处", "滑坡", "青龙县", "118.95003,40.4", "", "", ""]]),
    ]
    looked, straight = by_turns(tmp_path, [files])
    assert straight == looked
    assert json.loads(straight[0][0][0])[0]["duplicates"] >= 1


class StopAt:
    """A job stopped as soon as it says something."""

    def __init__(self, word):
        self.word = word

    def advance(self, _done, _total, note=""):
        if self.word in note:
            raise JobCancelledError(note)


@pytest.mark.parametrize("word", ["核对 乙", "查重", "写入登记库"])
def test_a_stopped_import_leaves_nothing(register, survey, two_files, word, eager):
    before = whole(register)
    with pytest.raises(JobCancelledError):
        survey.straight(two_files, datum=None, job=StopAt(word))
    assert whole(register) == before
    _preview, outcome = survey.straight(two_files, datum=None, job=SilentJob())
    assert outcome.accepted >= 40


def test_a_wish_to_stop_after_the_commit_comes_too_late(
    register, survey, two_files, monkeypatch, eager
):
    done = threading.Event()
    stored = HazardLoad.stored

    def storing(self, columns):
        done.set()
        return stored(self, columns)

    class Late:
        """Stops once it is permanent."""

        def advance(self, _done, _total, note=""):
            if "写入" in note:
                assert done.wait(20)
                raise JobCancelledError(note)

    monkeypatch.setattr(HazardLoad, "stored", storing)
    _preview, outcome = survey.straight(two_files, datum=None, job=Late())
    assert outcome.batch_id is not None
    assert len(whole(register)["hazard"]) == outcome.accepted


def test_a_register_that_cannot_be_written_stops_the_import(
    register, survey, two_files, monkeypatch, eager
):
    def full(self, columns, progress=None):
        raise DatabaseError("磁盘已满")

    before = whole(register)
    monkeypatch.setattr(HazardLoad, "add", full)
    with pytest.raises(DatabaseError, match="磁盘已满"):
        survey.straight(two_files, datum=None, job=SilentJob())
    assert whole(register) == before


def test_another_program_that_writes_is_waited_for_and_then_named(tmp_path, two_files, eager):
    path = tmp_path / "b.qhd"
    with create_register(path, passphrase=None, office=Office(), busy_timeout_s=0.2) as register:
        with register.unit_of_work() as other:
            other.lock()
            survey = SurveyImport(register, ACTOR, date(2014, 7, 1))
            with pytest.raises(DatabaseBusyError):
                survey.straight(two_files, datum=None, job=SilentJob())
        _preview, outcome = survey.straight(two_files, datum=None, job=SilentJob())
        assert outcome.accepted >= 40


def test_with_a_rollback_journal_everything_is_checked_first(
    register, survey, two_files, monkeypatch, eager
):
    register.journal_mode = "delete"
    monkeypatch.setattr(HazardRepository, "loading", lambda *_given: pytest.fail("written ahead"))
    _preview, outcome = survey.straight(two_files, datum=None, job=SilentJob())
    assert outcome.accepted >= 40


class WatchingFiles(SilentJob):
    """Sees which files lie beside the register while its rows are written."""

    def __init__(self, register):
        self.path, self.seen = register.path, set()

    def advance(self, done, total, note=""):
        super().advance(done, total, note)
        if note == "提交":
            folder = self.path.parent.glob(f"{self.path.name}-*")
            self.seen = {path.name.rpartition("-")[2] for path in folder}


def journal_of(register):
    with register.engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA journal_mode").scalar()


def test_who_has_the_register_to_himself_writes_every_page_once(
    register, survey, two_files, monkeypatch
):
    monkeypatch.setattr(survey_import, "MUCH", 1)
    job = WatchingFiles(register)
    _preview, outcome = survey.straight(two_files[:1], datum=None, job=job)
    assert outcome.accepted == 20
    assert job.seen == {"journal"}
    assert journal_of(register) == register.journal_mode == "wal"


def test_beside_another_connection_the_log_is_kept(register, survey, two_files, monkeypatch):
    monkeypatch.setattr(survey_import, "MUCH", 1)
    job = WatchingFiles(register)
    other = register.connect_anew()
    before = other.execute("SELECT count(*) FROM hazard").fetchone()
    _preview, outcome = survey.straight(two_files[:1], datum=None, job=job)
    assert outcome.accepted == 20
    assert "journal" not in job.seen
    assert "wal" in job.seen
    assert before == (0,)
    assert other.execute("SELECT count(*) FROM hazard").fetchone() == (20,)
    other.close()


def test_what_fails_without_the_log_leaves_the_register_as_it_was(
    register, survey, two_files, monkeypatch
):
    def full(self, columns, actor, progress=None):
        raise DatabaseError("磁盘已满")

    monkeypatch.setattr(survey_import, "MUCH", 1)
    before = whole(register)
    with monkeypatch.context() as patch:
        patch.setattr(HazardRepository, "add_columns", full)
        with pytest.raises(DatabaseError, match="磁盘已满"):
            survey.straight(two_files[:1], datum=None, job=SilentJob())
    assert whole(register) == before
    assert journal_of(register) == "wal"


def test_what_cannot_be_read_is_told_and_alone_refused(tmp_path, survey, two_files, eager):
    lost = tmp_path / "没有.xlsx"
    _preview, outcome = survey.straight([lost, *two_files], datum=None, job=SilentJob())
    assert outcome.accepted >= 40
    assert "没有.xlsx" in {issue.path.name for issue in outcome.issues}
    with pytest.raises(UnreadableFileError):
        survey.straight([lost], datum=None, job=SilentJob())


def test_a_demand_no_sheet_can_meet_leaves_nothing(register, survey, two_files, eager):
    before = whole(register)
    with pytest.raises(InvalidInputError):
        survey.straight(
            two_files, datum=None, job=SilentJob(), layouts=Layouts(for_all=choice_of({}, 999))
        )
    assert whole(register) == before


def test_an_import_of_nothing_new_stores_no_batch(register, survey, two_files, eager):
    survey.straight(two_files, datum=None, job=SilentJob())
    before = whole(register)
    _preview, outcome = survey.straight(two_files, datum=None, job=SilentJob())
    assert outcome.batch_id is None
    assert outcome.accepted == 0
    assert whole(register) == before


def test_who_may_not_import_may_not(register, two_files):
    reader = Actor(name="李四", permissions=frozenset())
    assert Permission.IMPORT not in reader.permissions
    with pytest.raises(PermissionDeniedError):
        SurveyImport(register, reader).straight(two_files, datum=None, job=SilentJob())
