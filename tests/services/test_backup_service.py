"""Backups: recorded, told of, cancelled without a trace, and never in the place of anything else."""

import shutil
from datetime import UTC, datetime

import pytest

from qhd_riskmap.bootstrap import create_app, open_app
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import JobCancelledError, OutputFileError, WrongPassphraseError
from qhd_riskmap.services.integrity import IntegrityService
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.services.sample_county import fill_sample_register
from qhd_riskmap.storage import backup as storage_backup

PASSPHRASE = "口令 'x' 2014"


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    path = tmp_path_factory.mktemp("backup") / "县.qhd"
    with create_app(path, PASSPHRASE, Office(), "张三") as app:
        fill_sample_register(app.register, app.actor, SilentJob())
    return path


@pytest.fixture
def app(county, tmp_path):
    shutil.copy(county, tmp_path / "县.qhd")
    with open_app(tmp_path / "县.qhd", PASSPHRASE, "张三") as opened:
        yield opened


@pytest.fixture
def integrity(app):
    return IntegrityService(app.register, app.actor)


class Listener:
    """Keeps what a job reports; stops it at the given report."""

    def __init__(self, stop_at=None):
        self.reports, self._stop_at = [], stop_at

    def advance(self, done, total, note=""):
        self.reports.append((done, total, note))
        if self._stop_at is not None and len(self.reports) >= self._stop_at:
            raise JobCancelledError("停")


def test_the_register_remembers_its_last_backup(integrity, app, tmp_path):
    assert integrity.last_backup() is None
    made = integrity.back_up(tmp_path / "副本.qhd", SilentJob())
    assert (made.path, made.actor, made.hazards) == (tmp_path / "副本.qhd", "张三", 376)
    assert made.size == (tmp_path / "副本.qhd").stat().st_size
    assert abs((datetime.now(UTC) - made.at).total_seconds()) < 60
    second = integrity.back_up(tmp_path / "二.qhd", SilentJob())
    app.close()
    with open_app(app.path, PASSPHRASE) as again:
        assert IntegrityService(again.register, again.actor).last_backup() == second
        assert IntegrityService(again.register, again.actor).problems() == []


def test_a_copy_of_an_encrypted_register_is_encrypted_alike(integrity, app, tmp_path):
    made = integrity.back_up(tmp_path / "副本.qhd", SilentJob())
    with pytest.raises(WrongPassphraseError):
        open_app(made.path, None)
    with open_app(made.path, PASSPHRASE) as copy:
        assert copy.registry.find() == app.registry.find()


def test_into_a_folder_the_copy_gets_a_name_with_the_day(integrity, tmp_path):
    folder = tmp_path / "备份 盘"
    folder.mkdir()
    made = integrity.back_up(folder, SilentJob())
    assert made.path.parent == folder
    assert made.path.name.startswith("县-2")
    assert made.path.suffix == ".qhd"
    assert list(folder.iterdir()) == [made.path]


def test_progress_is_told_up_to_the_end(integrity, tmp_path, monkeypatch):
    monkeypatch.setattr(storage_backup, "_PIECE_PAGES", 50)
    listener = Listener()
    integrity.back_up(tmp_path / "副本.qhd", listener)
    done = [report[0] for report in listener.reports]
    assert len(done) > 5
    assert done == sorted(done)
    assert listener.reports[-1][:2] == (listener.reports[0][1],) * 2
    assert "核对" in listener.reports[-1][2]


@pytest.mark.parametrize("stop_at", [1, 3])
def test_a_cancelled_backup_leaves_nothing_and_is_not_recorded(
    integrity, tmp_path, monkeypatch, stop_at
):
    monkeypatch.setattr(storage_backup, "_PIECE_PAGES", 50)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(JobCancelledError):
        integrity.back_up(tmp_path / "副本.qhd", Listener(stop_at))
    assert sorted(tmp_path.iterdir()) == before
    assert integrity.last_backup() is None


def test_others_may_write_meanwhile_and_the_copy_is_of_one_moment(
    integrity, app, tmp_path, monkeypatch
):
    monkeypatch.setattr(storage_backup, "_PIECE_PAGES", 50)
    first = app.registry.find()[0]

    class Colleague(Listener):
        def advance(self, done, total, note=""):
            super().advance(done, total, note)
            if len(self.reports) == 2:
                with open_app(app.path, PASSPHRASE, "李四") as other:
                    other.registry.move(first.code, lon=119.5, lat=39.95)

    made = integrity.back_up(tmp_path / "副本.qhd", Colleague())
    with open_app(made.path, PASSPHRASE) as copy:
        assert copy.registry.get(first.code).revision == first.revision
        assert IntegrityService(copy.register, copy.actor).problems() == []
    assert app.registry.get(first.code).revision == first.revision + 1


def test_an_older_backup_of_the_same_register_is_replaced(integrity, app, tmp_path):
    target = tmp_path / "副本.qhd"
    integrity.back_up(target, SilentJob())
    hazard = app.registry.find()[0]
    app.registry.move(hazard.code, lon=119.5, lat=39.95)
    integrity.back_up(target, SilentJob())
    with open_app(target, PASSPHRASE) as copy:
        assert copy.registry.get(hazard.code).revision == hazard.revision + 1


def test_no_other_file_is_ever_replaced(integrity, tmp_path):
    (tmp_path / "材料.docx").write_bytes(b"PK\x03\x04 precious")
    (tmp_path / "空.qhd").write_bytes(b"")
    with create_app(tmp_path / "邻县.qhd", PASSPHRASE, Office(), "王五"):
        pass
    with create_app(tmp_path / "明文.qhd", None, Office(), "王五"):
        pass
    for name in ("材料.docx", "空.qhd", "邻县.qhd", "明文.qhd"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(OutputFileError, match="没有覆盖"):
            integrity.back_up(tmp_path / name, SilentJob())
        assert (tmp_path / name).read_bytes() == before
    assert not list(tmp_path.glob("*.partial*"))
    assert integrity.last_backup() is None


def test_a_copy_in_which_someone_has_worked_is_never_replaced(integrity, tmp_path):
    target = tmp_path / "副本.qhd"
    integrity.back_up(target, SilentJob())
    with open_app(target, PASSPHRASE, "李四") as copy:
        copy.registry.move(copy.registry.find()[0].code, lon=119.5, lat=39.95)
    with pytest.raises(OutputFileError, match="没有覆盖"):
        integrity.back_up(target, SilentJob())
