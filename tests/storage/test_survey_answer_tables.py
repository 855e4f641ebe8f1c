"""Changes of batches, answers of senders, and the office's own datum shifts."""

from __future__ import annotations

import dataclasses
from uuid import uuid4

import pytest

from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.storage.backup import backup, export_plain, set_passphrase
from qhd_riskmap.storage.batch_change_repository import BatchChangeKind
from qhd_riskmap.storage.batch_repository import Batch
from qhd_riskmap.storage.engine import open_register
from qhd_riskmap.storage.verify import verify

SECRETS = (15.8125, -154.4375, -82.3125, 0.2109375, -0.3515625, 0.4765625, 4.2578125)
SHIFT = DatumShift(name="市测绘院", datum="EPSG:4610", numbers=SECRETS)


def test_the_newest_answer_of_a_sender_counts(register, actor):
    with register.unit_of_work() as work:
        work.senders.remember("示例局", "gcj02", actor, plane=False)
        work.senders.remember("示例局", "EPSG:4549", actor, plane=True)
        work.senders.remember("示例局", "bd09", actor, plane=False)
        work.senders.remember("别的局", "wgs84", actor, plane=False)
        work.commit()
    with register.unit_of_work() as work:
        found = work.senders.answers(["示例局", "", "没有的"])
        assert work.senders.answers([]) == []
        assert work.audit.of("别的局")[0].action == "sender.datum"
    assert [(a.plane, a.reference) for a in found] == [(False, "bd09"), (True, "EPSG:4549")]
    assert found[0].answered_by == actor.name


def test_how_a_sender_writes_degrees_is_kept_beside_what_they_are(register, actor):
    with register.unit_of_work() as work:
        work.senders.remember("示例局", "", actor, plane=False, angles="packed")
        work.senders.remember("示例局", "gcj02", actor, plane=False)
        work.senders.remember("别的局", "wgs84", actor, plane=False, angles="decimal")
        work.senders.remember("别的局", "", actor, plane=False, angles="packed")
        work.commit()
    with register.unit_of_work() as work:
        found = work.senders.answers(["示例局", "别的局"])
    assert [(a.reference, a.angles) for a in found] == [("gcj02", "packed"), ("wgs84", "packed")]


def test_a_change_of_a_batch_is_kept_with_its_rows(register, actor):
    batch = Batch(id=uuid4(), files=())
    rows = [(uuid4(), 2), (uuid4(), 5)]
    with register.unit_of_work() as work:
        work.batches.add(batch, actor)
        change = work.batch_changes.add(
            batch.id, BatchChangeKind.REINTERPRET, rows, actor, reference="bd09"
        )
        work.batch_changes.add(batch.id, BatchChangeKind.UNDO, [], actor)
        work.commit()
    with register.unit_of_work() as work:
        work.batch_changes.revert(change.id, actor)
        work.commit()
    with register.unit_of_work() as work:
        first, second = work.batch_changes.of_batch(batch.id)
        assert [c.id for c in work.batch_changes.all()] == [first.id, second.id]
        assert [e.action for e in work.audit.of(str(change.id))] == [
            "batch.reinterpret",
            "batch.take_back",
        ]
    assert first.rows == tuple(rows)
    assert dataclasses.replace(first, reverted_at=None) == change
    assert first.reverted_at is not None
    assert second.reverted_at is None


def put(register, actor):
    with register.unit_of_work() as work:
        work.datum_parameters.put(SHIFT, actor)
        work.commit()


def test_a_plain_register_takes_no_datum_shifts(register, actor):
    with pytest.raises(InvalidInputError, match="加密"):
        put(register, actor)


def test_an_encrypted_register_keeps_replaces_and_forgets_them(encrypted, actor):
    put(encrypted, actor)
    with encrypted.unit_of_work() as work:
        assert work.datum_parameters.all() == [SHIFT]
        other = dataclasses.replace(SHIFT, name="省院")
        work.datum_parameters.put(other, actor)
        assert work.datum_parameters.all() == [other]
        work.datum_parameters.remove("EPSG:4610", actor)
        with pytest.raises(NotFoundError):
            work.datum_parameters.remove("EPSG:4610", actor)
        audit = str(work.audit.recent(20))
    assert "datum-parameters.put" in audit
    assert not any(str(number) in audit for number in SECRETS)


def bytes_of(number):
    return str(number).encode()


def test_no_plain_copy_holds_a_datum_shift(encrypted, actor, tmp_path, passphrase):
    put(encrypted, actor)
    target = tmp_path / "plain.sqlite"
    export_plain(encrypted, target)
    content = target.read_bytes()
    assert not any(bytes_of(number) in content for number in SECRETS)
    assert sorted(path.name for path in tmp_path.glob("plain*")) == ["plain.sqlite"]
    with open_register(target, passphrase=None) as plain, plain.unit_of_work() as work:
        assert verify(plain) == []
        assert work.datum_parameters.all() == []
    backup(encrypted, tmp_path / "b.qrm")
    with (
        open_register(tmp_path / "b.qrm", passphrase=passphrase) as copy,
        copy.unit_of_work() as work,
    ):
        assert work.datum_parameters.all() == [SHIFT]


def test_a_register_with_datum_shifts_is_never_decrypted(encrypted, actor):
    put(encrypted, actor)
    before = encrypted.path.read_bytes()
    with pytest.raises(InvalidInputError, match="转换参数"):
        set_passphrase(encrypted, None)
    assert encrypted.path.read_bytes() == before
    set_passphrase(encrypted, "另一个口令")
    with encrypted.unit_of_work() as work:
        assert work.datum_parameters.all() == [SHIFT]
        work.datum_parameters.remove("EPSG:4610", actor)
        work.commit()
    set_passphrase(encrypted, None)
    assert not encrypted.encrypted
