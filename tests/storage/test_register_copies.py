"""Backups, passphrase changes and plain exports."""

from __future__ import annotations

import json
import subprocess

import pytest

from qhd_riskmap.errors import (
    DatabaseBusyError,
    DatabaseError,
    InvalidInputError,
    OutputFileError,
    WrongPassphraseError,
)
from qhd_riskmap.storage import backup as backup_module
from qhd_riskmap.storage.backup import backup, export_plain, set_passphrase
from qhd_riskmap.storage.engine import open_register
from qhd_riskmap.storage.verify import verify


@pytest.fixture
def filled(encrypted, many_hazards, actor):
    with encrypted.unit_of_work() as work:
        work.hazards.add_many(many_hazards(300), actor)
        work.commit()
    return encrypted


def _everything(register):
    with register.unit_of_work() as work:
        return work.hazards.find(), work.audit.recent(1000), work.office.load()


def test_a_backup_is_whole_and_keeps_the_passphrase(filled, tmp_path, passphrase, sql):
    target = tmp_path / "备份 2026.qrm"
    before = _everything(filled)
    backup(filled, target)
    assert sorted(p.name for p in tmp_path.glob("备份*")) == [target.name]
    with pytest.raises(WrongPassphraseError):
        open_register(target, passphrase=None)
    with open_register(target, passphrase=passphrase) as copy:
        assert _everything(copy) == before
        assert verify(copy) == []


def test_a_backup_sees_what_was_committed_while_others_work(
    filled, tmp_path, passphrase, actor, hazard_maker
):
    with filled.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        backup(filled, tmp_path / "b.qrm")
        work.commit()
    with open_register(tmp_path / "b.qrm", passphrase=passphrase) as copy:
        assert len(_everything(copy)[0]) == 300


def test_a_failing_backup_keeps_the_old_one(filled, tmp_path, monkeypatch):
    target = tmp_path / "b.qrm"
    backup(filled, target)
    old = target.read_bytes()

    def broken(*_given):
        raise DatabaseError("副本不完整")

    monkeypatch.setattr(backup_module, "_require_whole", broken)
    with pytest.raises(DatabaseError, match="不完整"):
        backup(filled, target)
    assert target.read_bytes() == old
    assert [p.name for p in tmp_path.glob("b.qrm*")] == ["b.qrm"]


def test_a_copy_that_differs_is_rejected(filled, tmp_path, monkeypatch, sql):
    export = backup_module._export

    def lossy(source, target, passphrase):
        export(source, target, passphrase)
        raw = backup_module.connect(target, passphrase)
        raw.execute("DROP TRIGGER hazard_no_delete")
        raw.execute("DELETE FROM hazard WHERE fid = 5")
        raw.close()

    monkeypatch.setattr(backup_module, "_export", lossy)
    with pytest.raises(DatabaseError, match="不完整"):
        export_plain(filled, tmp_path / "plain.sqlite")
    assert list(tmp_path.glob("plain*")) == []


def test_impossible_targets_are_said(filled, tmp_path):
    with pytest.raises(InvalidInputError):
        backup(filled, filled.path)
    with pytest.raises(OutputFileError):
        backup(filled, tmp_path / "无" / "b.qrm")


def test_a_target_held_by_another_program_is_tried_again_and_then_said(
    filled, tmp_path, monkeypatch
):
    tries = []

    def refuse(_source, _target):
        tries.append(1)
        raise PermissionError(13, "sharing violation")

    monkeypatch.setattr(backup_module.os, "replace", refuse)
    monkeypatch.setattr(backup_module, "_REPLACE_PAUSE_S", 0.001)
    with pytest.raises(OutputFileError, match="另一个程序"):
        backup(filled, tmp_path / "b.qrm")
    assert len(tries) > 1


def test_a_plain_export_opens_in_gdal_with_every_layer(filled, tmp_path):
    target = tmp_path / "明文.sqlite"
    export_plain(filled, target)
    answer = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(target), "hazard", "-spat",
         "119", "39.5", "119.4", "40"],
        capture_output=True, check=True,
    )  # fmt: skip
    by_gdal = {f["properties"]["code"] for f in json.loads(answer.stdout)["features"]}
    with open_register(target, passphrase=None) as plain:
        assert verify(plain) == []
        assert _everything(plain) == _everything(filled)
        with plain.unit_of_work() as work:
            table = work.hazards.features()
    box = table.bounds
    overlap = (box[:, 0] <= 119.4) & (box[:, 2] >= 119) & (box[:, 1] <= 40) & (box[:, 3] >= 39.5)
    assert by_gdal == set(table.codes[overlap].tolist())
    assert 0 < len(by_gdal) < 300


def test_guards_of_an_exported_copy_still_only_abort(filled, tmp_path, hazard_maker, actor):
    target = tmp_path / "明文.sqlite"
    export_plain(filled, target)
    with open_register(target, passphrase=None) as plain:
        with plain.unit_of_work() as work:
            work.hazards.add(hazard_maker(), actor)
            connection = work.hazards._transaction.writing()
            with pytest.raises(Exception, match="violates Geometry"), connection.begin_nested():
                connection.exec_driver_sql(
                    "UPDATE hazard SET geometry = MakePoint(1, 2, 4326) WHERE fid = 1"
                )
            work.commit()
        assert verify(plain) == []
        assert len(_everything(plain)[0]) == 301


@pytest.mark.parametrize("new", ["新口令 'x'", None])
def test_the_passphrase_can_be_changed_and_removed(filled, passphrase, new, actor, hazard_maker):
    before = _everything(filled)
    set_passphrase(filled, new)
    assert filled.encrypted is (new is not None)
    assert _everything(filled) == before
    with filled.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        work.commit()
    filled.close()
    with pytest.raises(WrongPassphraseError):
        open_register(filled.path, passphrase=passphrase)
    with open_register(filled.path, passphrase=new) as again:
        assert verify(again) == []
        assert len(_everything(again)[0]) == 301
        assert again.journal_mode == "wal"
    assert [p.name for p in filled.path.parent.glob("加密*")] == [filled.path.name]


def test_a_plain_register_can_be_encrypted(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(name="不可外传"), actor)
        work.commit()
    set_passphrase(register, "口令")
    register.close()
    assert "不可外传".encode() not in register.path.read_bytes()
    with open_register(register.path, passphrase="口令") as again:
        assert verify(again) == []


def test_the_passphrase_is_not_changed_while_another_program_has_the_file(
    filled, passphrase, python_process
):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from qhd_riskmap.storage.engine import open_register\n"
        "with open_register(Path(sys.argv[1]), passphrase=sys.argv[2]) as r:\n"
        "    with r.unit_of_work() as work:\n"
        "        work.hazards.count(); print('open', flush=True); sys.stdin.readline()\n"
    )
    other = python_process(code, str(filled.path), passphrase)
    assert other.stdout.readline().strip() == "open"
    filled._busy_timeout_s = 0.1
    with pytest.raises(DatabaseBusyError):
        set_passphrase(filled, "新")
    other.communicate("go\n", timeout=30)
    assert len(_everything(filled)[0]) == 300
    assert filled.journal_mode == "wal"
    with pytest.raises(InvalidInputError):
        set_passphrase(filled, "")
    with open_register(filled.path, passphrase=passphrase) as again:
        assert verify(again) == []
