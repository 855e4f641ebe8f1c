"""The schema that the migrations make is the one the code believes in."""

from __future__ import annotations

import lzma
from pathlib import Path
from uuid import UUID

import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from qhd_riskmap.errors import NewerSchemaError
from qhd_riskmap.storage import engine, rows, schema_number, schema_upgrade
from qhd_riskmap.storage.engine import open_register
from qhd_riskmap.storage.verify import verify

NEXT = f"{int(schema_number.SCHEMA_VERSION) + 1:04d}"
# One register per version ever released, as the program of that time wrote it: 12 hazards of many
# shapes, one of them deleted, and a full one that was changed once.
OLD_REGISTERS = sorted((Path(__file__).parent / "registers").glob("v*.qrm.xz"))


def differences(register):
    with register.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "target_metadata": rows.metadata,
                "version_table": schema_number.VERSION_TABLE,
                "include_name": lambda name, kind, _parents: (
                    kind != "table" or name in rows.metadata.tables
                ),
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        return compare_metadata(context, rows.metadata)


def test_autogenerate_finds_nothing_to_do(register):
    assert differences(register) == []


@pytest.mark.parametrize("packed", OLD_REGISTERS, ids=lambda path: path.name[:5])
def test_a_register_of_every_older_version_opens_whole(packed, tmp_path):
    path = tmp_path / packed.stem
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    with open_register(path, passphrase=None) as register:
        assert differences(register) == []
        assert verify(register) == []
        with register.unit_of_work() as work:
            assert work.hazards.count() == 12
            versions = work.hazards.history(UUID(int=1))
    assert [version.action for version in versions] == ["add", "save"]
    assert [version.hazard.notes for version in versions] == ["备注", "改过"]


def test_there_is_a_register_of_the_first_version():
    assert OLD_REGISTERS[0].name == "v0001.qrm.xz"


def test_the_newest_version_is_the_one_the_code_wants():
    config = alembic.config.Config()
    config.set_main_option("script_location", "qhd_riskmap.storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema_number.SCHEMA_VERSION]
    assert all(script.revision.isdigit() for script in scripts.walk_revisions())


def test_an_older_register_is_brought_up_to_date_on_opening(
    register, hazard_maker, actor, monkeypatch, sql
):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        work.commit()
    register.close()
    ran = []

    def next_version(connection):
        ran.append(schema_upgrade.current_version(connection))
        connection.exec_driver_sql("ALTER TABLE hazard ADD COLUMN later TEXT")
        connection.exec_driver_sql("UPDATE schema_version SET version_num = ?", (NEXT,))

    monkeypatch.setattr(engine, "SCHEMA_VERSION", NEXT)
    monkeypatch.setattr(schema_upgrade, "SCHEMA_VERSION", NEXT)
    monkeypatch.setattr(schema_upgrade, "upgrade", next_version)
    with open_register(register.path, passphrase=None) as again, again.unit_of_work() as work:
        assert work.hazards.get(stored.id) == stored
        assert sql(again, "SELECT later FROM hazard") == [(None,)]
    assert ran == [schema_number.SCHEMA_VERSION]
    open_register(register.path, passphrase=None).close()
    assert ran == [schema_number.SCHEMA_VERSION]


def test_a_failing_upgrade_leaves_the_register_as_it_was(register, monkeypatch):
    register.close()
    before = register.path.read_bytes()

    def fails(connection):
        connection.exec_driver_sql("ALTER TABLE hazard ADD COLUMN later TEXT")
        raise RuntimeError("power cut")

    monkeypatch.setattr(engine, "SCHEMA_VERSION", NEXT)
    monkeypatch.setattr(schema_upgrade, "SCHEMA_VERSION", NEXT)
    monkeypatch.setattr(schema_upgrade, "upgrade", fails)
    with pytest.raises(RuntimeError, match="power cut"):
        open_register(register.path, passphrase=None)
    assert register.path.read_bytes() == before


@pytest.mark.parametrize("version", [NEXT, "9999", "abc", ""])
def test_unknown_versions_are_newer(version):
    with pytest.raises(NewerSchemaError):
        schema_upgrade.refuse_newer(version, "库")


def test_a_file_without_a_version_has_none(register):
    with register.engine.connect() as connection:
        assert schema_upgrade.current_version(connection) == schema_number.SCHEMA_VERSION
        connection.exec_driver_sql("DELETE FROM schema_version")
        assert schema_upgrade.current_version(connection) is None
        connection.exec_driver_sql("DROP TABLE schema_version")
        assert schema_upgrade.current_version(connection) is None
