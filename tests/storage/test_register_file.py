"""Creating and opening register files, and every way in which that fails."""

from __future__ import annotations

import os
import resource
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
import sqlcipher3.dbapi2 as driver

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import (
    DatabaseBusyError,
    DatabaseError,
    DiskFullError,
    InvalidInputError,
    MissingSpatialiteError,
    NewerSchemaError,
    NotADatabaseError,
    NotFoundError,
    OutputFileError,
    WrongPassphraseError,
)
from qhd_riskmap.storage import connection, engine, spatialite
from qhd_riskmap.storage.engine import create_register, open_register, spatialite_version
from qhd_riskmap.storage.failures import failure_of


def test_a_plain_register_is_an_sqlite_file_and_opens_again(register, reopened):
    assert register.path.read_bytes().startswith(b"SQLite format 3")
    again = reopened(register)
    assert not again.encrypted
    with again.unit_of_work() as work:
        assert work.office.load() == Office(unit="应急局")


def test_an_encrypted_register_shows_nothing_and_opens_with_its_passphrase(
    encrypted, hazard_maker, actor, passphrase, reopened
):
    with encrypted.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(name="绝密名称滑坡"), actor)
        work.commit()
    again = reopened(encrypted, passphrase)
    again.close()
    content = again.path.read_bytes()
    assert "绝密名称滑坡".encode() not in content
    assert b"CREATE TABLE" not in content
    again = reopened(encrypted, passphrase)
    assert again.encrypted
    with again.unit_of_work() as work:
        assert work.hazards.get(stored.id) == stored


@pytest.mark.parametrize("given", ["错", "王's", None])
def test_wrong_or_missing_passphrase_is_its_own_error(encrypted, given, capfd):
    encrypted.close()
    with pytest.raises(WrongPassphraseError):
        open_register(encrypted.path, passphrase=given)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("word", ["a'b", '"', "x'00'", "密" * 400, " 空格 ", "😀", "a;b--"])
def test_passphrases_of_all_kinds_open_only_with_themselves(tmp_path, word):
    path = tmp_path / "库.qrm"
    create_register(path, passphrase=word, office=Office()).close()
    open_register(path, passphrase=word).close()
    with pytest.raises(WrongPassphraseError):
        open_register(path, passphrase=word + "x")


@pytest.mark.parametrize("word", ["", "a\0b", "\ud800"])
def test_impossible_passphrases_are_refused_before_a_file_is_made(tmp_path, word):
    path = tmp_path / "库.qrm"
    with pytest.raises(InvalidInputError):
        create_register(path, passphrase=word, office=Office())
    assert not path.exists()


def test_a_passphrase_for_a_plain_register_is_refused(register):
    register.close()
    with pytest.raises(WrongPassphraseError, match="没有加密"):
        open_register(register.path, passphrase="x")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04" * 2000, b"\0" * 8192, "登记库".encode() * 3000, os.urandom(5000)]
)
@pytest.mark.parametrize("given", [None, "口令"])
def test_other_files_are_not_registers(tmp_path, content, given):
    path = tmp_path / "别的.qrm"
    path.write_bytes(content)
    with pytest.raises(NotADatabaseError):
        open_register(path, passphrase=given)
    assert path.read_bytes() == content


def test_a_foreign_sqlite_database_is_not_a_register(tmp_path):
    path = tmp_path / "foreign.sqlite"
    foreign = driver.connect(str(path))
    foreign.execute("CREATE TABLE hazard (id)")
    foreign.commit()
    foreign.close()
    with pytest.raises(NotADatabaseError):
        open_register(path, passphrase=None)


def test_a_missing_file_is_not_created_by_opening_it(tmp_path):
    path = tmp_path / "没有.qrm"
    with pytest.raises(NotFoundError):
        open_register(path, passphrase=None)
    with pytest.raises(NotFoundError):
        open_register(tmp_path, passphrase=None)
    assert not path.exists()


def test_an_existing_file_is_never_overwritten(register):
    before = register.path.read_bytes()
    with pytest.raises(OutputFileError):
        create_register(register.path, passphrase=None, office=Office())
    assert register.path.read_bytes() == before


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(OutputFileError):
        create_register(tmp_path / "无" / "库.qrm", passphrase=None, office=Office())


def test_a_newer_schema_is_refused_and_left_alone(register, sql):
    sql(register, "UPDATE schema_version SET version_num = '9999'")
    register.close()
    with pytest.raises(NewerSchemaError):
        open_register(register.path, passphrase=None)
    with pytest.raises(NewerSchemaError):
        open_register(register.path, passphrase=None)


def test_missing_spatialite_is_said_and_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(spatialite, "_SYSTEM_NAMES", ("/nowhere/mod_spatialite",))
    monkeypatch.setattr(spatialite, "bundled_library", lambda: None)
    with pytest.raises(MissingSpatialiteError) as caught:
        create_register(tmp_path / "库.qrm", passphrase=None, office=Office())
    assert "/nowhere/mod_spatialite" in caught.value.detail
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_library_comes_first_by_absolute_path_without_suffix(tmp_path, monkeypatch):
    folder = tmp_path / "spatialite" / "bin"
    folder.mkdir(parents=True)
    monkeypatch.setattr(spatialite, "resources_dir", lambda: tmp_path)
    spatialite.bundled_library.cache_clear()
    try:
        assert spatialite.bundled_library() is None
        spatialite.bundled_library.cache_clear()
        (folder / "mod_spatialite.so").symlink_to("/usr/lib/x86_64-linux-gnu/mod_spatialite.so")
        found = spatialite.bundled_library()
        assert found is not None
        assert found.is_absolute()
        assert found.suffix != ".dll"
        assert spatialite_version().startswith("5.")
    finally:
        spatialite.bundled_library.cache_clear()


def test_extensions_cannot_be_loaded_afterwards(register, sql):
    with pytest.raises(driver.OperationalError, match="not authorized"):
        sql(register, "SELECT load_extension('mod_spatialite')")


def test_local_files_use_wal_and_network_files_do_not(register, tmp_path, monkeypatch):
    assert register.journal_mode == "wal"
    monkeypatch.setattr(connection, "on_network_drive", lambda _path: True)
    with create_register(tmp_path / "网络.qrm", passphrase=None, office=Office()) as remote:
        assert remote.journal_mode == "delete"
        with remote.unit_of_work() as work:
            assert work.office.load() == Office()
    assert sorted(path.name for path in tmp_path.glob("网络*")) == ["网络.qrm"]


def test_who_opens_a_register_that_is_written_without_the_log_waits(register):
    opened = []

    def opening():
        with open_register(register.path, passphrase=None) as other:
            opened.append(other.journal_mode)

    other = threading.Thread(target=opening)
    with register.undisturbed(), register.unit_of_work() as work:
        work.lock()
        other.start()
        other.join(0.3)
        waits = other.is_alive()
        work.office.save(Office(unit="新"), Actor(name="张三"))
        work.commit()
    other.join(20)
    assert (waits, opened) == (True, ["wal"])
    with register.engine.connect() as own:
        assert own.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_where_the_file_is_open_elsewhere_the_log_is_kept(register):
    with closing(register.connect_anew()) as other:
        other.execute("SELECT count(*) FROM hazard").fetchall()
        with register.undisturbed():
            assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_who_comes_in_between_does_not_stop_the_writer(register):
    with register.undisturbed():
        reader = register.connect_anew()
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM hazard").fetchall()
    assert reader.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    reader.close()
    register.close()
    with open_register(register.path, passphrase=None) as again:
        assert again.journal_mode == "wal"


def test_closing_leaves_one_file_that_can_be_moved(register, hazard_maker, actor, tmp_path):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        work.commit()
    register.close()
    assert [path.name for path in register.path.parent.iterdir()] == ["登记库.qrm"]
    moved = register.path.rename(tmp_path / "搬走.qrm")
    with open_register(moved, passphrase=None) as again, again.unit_of_work() as work:
        assert work.hazards.get(stored.id) == stored


def test_no_file_handle_stays_open_after_close(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        work.commit()
    register.close()
    # Windows refuses to replace a file that somebody holds; Linux can only be asked.
    handles = Path("/proc/self/fd").iterdir()
    held = [str(handle.readlink()) for handle in handles if handle.is_symlink()]
    assert not [name for name in held if register.path.name in name]


def test_a_full_disk_is_said_and_nothing_is_kept(register, many_hazards, actor):
    with register.engine.connect() as raw:
        pages = raw.exec_driver_sql("PRAGMA page_count").scalar()
        raw.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    with register.unit_of_work() as work:
        with pytest.raises(DiskFullError):
            work.hazards.add_many(many_hazards(3000), actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.count() == 0
        assert work.hazards.add_many(many_hazards(3), actor)


def test_where_a_full_disk_undid_everything_a_commit_does_not_claim_success(
    register, hazard_maker, actor
):
    with register.engine.connect() as raw:
        pages = raw.exec_driver_sql("PRAGMA page_count").scalar()
        raw.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        with pytest.raises(DiskFullError):
            work.audit.record(actor, "note", "register", {"text": "x" * 500_000})
        with pytest.raises(DatabaseError, match="没有保存"):
            work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.count() == 0


def test_a_file_size_limit_of_the_system_is_a_full_disk(register, python_process):
    limit = register.path.stat().st_size + 300_000
    register.close()
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, 'tests/storage')\n"
        "from conftest import many\n"
        "from qhd_riskmap.domain.access import Actor\n"
        "from qhd_riskmap.errors import DiskFullError\n"
        "from qhd_riskmap.storage.engine import open_register\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "with open_register(Path(sys.argv[1]), passphrase=None) as register:\n"
        "    try:\n"
        "        with register.unit_of_work() as work:\n"
        "            work.hazards.add_many(many(20000), Actor(name='x'))\n"
        "            work.commit()\n"
        "    except DiskFullError as error:\n"
        "        print('full', error, error.detail)\n"
    )
    out, err = python_process(code, str(register.path)).communicate(timeout=120)
    assert out.startswith("full"), err
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
    with open_register(register.path, passphrase=None) as again, again.unit_of_work() as work:
        assert work.hazards.count() == 0


def test_a_register_locked_by_another_program_is_busy(
    register, python_process, actor, hazard_maker
):
    code = (
        "import sys, sqlcipher3.dbapi2 as d\n"
        "c = d.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.readline()\n"
    )
    other = python_process(code, str(register.path))
    assert other.stdout.readline().strip() == "locked"
    with open_register(register.path, passphrase=None, busy_timeout_s=0.1) as impatient:
        with impatient.unit_of_work() as work:
            assert work.hazards.count() == 0  # reading goes on
            begin = time.monotonic()
            with pytest.raises(DatabaseBusyError):
                work.hazards.add(hazard_maker(), actor)
            assert time.monotonic() - begin < 3  # a waiting time of the extension's is 5 s
        other.communicate("go\n", timeout=20)
        with impatient.unit_of_work() as work:
            work.hazards.add(hazard_maker(), actor)
            work.commit()


def test_a_read_only_file_can_be_read_but_says_so_on_writing(
    register, python_process, hazard_maker, actor
):
    register.close()
    if os.geteuid() == 0:
        # The superuser may write anything: SQLite itself must refuse.
        failure = failure_of(_error(driver.SQLITE_READONLY, "SQLITE_READONLY"), register.path)
        assert isinstance(failure, DiskFullError)
        return
    register.path.chmod(0o444)
    with (
        open_register(register.path, passphrase=None) as again,
        again.unit_of_work() as work,
        pytest.raises(DiskFullError),
    ):
        work.hazards.add(hazard_maker(), actor)


def _error(code: int, name: str) -> driver.OperationalError:
    error = driver.OperationalError(name)
    error.sqlite_errorcode = code
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        (driver.SQLITE_BUSY, "SQLITE_BUSY", DatabaseBusyError),
        (driver.SQLITE_BUSY | (2 << 8), "SQLITE_BUSY_SNAPSHOT", DatabaseBusyError),
        (driver.SQLITE_FULL, "SQLITE_FULL", DiskFullError),
        (driver.SQLITE_IOERR | (1 << 8), "SQLITE_IOERR_READ", DatabaseError),
        (driver.SQLITE_CORRUPT, "SQLITE_CORRUPT", DatabaseError),
        (driver.SQLITE_CANTOPEN, "SQLITE_CANTOPEN", DatabaseError),
    ],
)
def test_each_driver_error_has_its_own_meaning(register, code, name, kind):
    failure = failure_of(_error(code, name), register.path)
    assert type(failure) is kind
    assert failure.hint
    assert register.path.name in failure.message


def test_an_io_error_during_a_write_means_that_nothing_was_kept(register):
    error = _error(driver.SQLITE_IOERR, "SQLITE_IOERR")
    assert isinstance(failure_of(error, register.path, writing=True), DiskFullError)


def test_a_file_that_turns_out_not_to_be_a_database_is_no_register(tmp_path):
    path = tmp_path / "x.qrm"
    path.write_bytes(b"abc")
    failure = failure_of(_error(driver.SQLITE_NOTADB, "SQLITE_NOTADB"), path)
    assert isinstance(failure, NotADatabaseError)


def test_driver_errors_about_a_vanished_file_name_it_missing(tmp_path):
    failure = failure_of(_error(driver.SQLITE_CANTOPEN, "SQLITE_CANTOPEN"), tmp_path / "x.qrm")
    assert isinstance(failure, NotFoundError)


def test_bugs_of_ours_are_not_dressed_up(register):
    assert failure_of(ValueError("x"), register.path) is None
    with register.unit_of_work() as work, pytest.raises(Exception, match="no such column"):
        work.audit._entries(" WHERE nonsense = ?", (1,))


def test_a_corrupt_register_is_said_to_be_corrupt(register, many_hazards, actor):
    with register.unit_of_work() as work:
        work.hazards.add_many(many_hazards(500), actor)
        work.commit()
    register.close()
    content = bytearray(register.path.read_bytes())
    for page in range(4, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    register.path.write_bytes(content)
    with pytest.raises(DatabaseError):
        _read_all(register.path)


def _read_all(path):
    with open_register(path, passphrase=None) as again, again.unit_of_work() as work:
        work.hazards.find()


def test_a_failure_while_founding_leaves_no_file(tmp_path, monkeypatch):
    def fail(_connection):
        raise RuntimeError("power cut")

    monkeypatch.setattr(engine.schema_upgrade, "upgrade", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        create_register(tmp_path / "库.qrm", passphrase=None, office=Office())
    assert list(tmp_path.iterdir()) == []


def test_ogrinfo_opens_the_plain_register(register, many_hazards, actor):
    with register.unit_of_work() as work:
        work.hazards.add_many(many_hazards(50), actor)
        work.commit()
    register.close()
    answer = subprocess.run(
        ["ogrinfo", "-so", str(register.path), "hazard"],
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert "Feature Count: 50" in answer.stdout
    assert 'ID["EPSG",4490]' in answer.stdout
    assert "Geometry Column NOT NULL = geometry" in answer.stdout
    assert "FID Column = fid" in answer.stdout
