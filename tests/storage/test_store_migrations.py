"""The schema that the migrations make is the one the code believes in."""

from __future__ import annotations

import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from qhd_riskmap.errors import NewerSchemaError
from qhd_riskmap.storage import engine, rows, schema_upgrade
from qhd_riskmap.storage.engine import open_register


def test_autogenerate_finds_nothing_to_do(register):
    with register.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "target_metadata": rows.metadata,
                "version_table": rows.VERSION_TABLE,
                "include_name": lambda name, kind, _parents: (
                    kind != "table" or name in rows.metadata.tables
                ),
                "compare_type": True,
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, rows.metadata) == []


def test_the_newest_version_is_the_one_the_code_wants():
    config = alembic.config.Config()
    config.set_main_option("script_location", "qhd_riskmap.storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [rows.SCHEMA_VERSION]
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
        connection.exec_driver_sql("UPDATE schema_version SET version_num = '0002'")

    monkeypatch.setattr(engine, "SCHEMA_VERSION", "0002")
    monkeypatch.setattr(schema_upgrade, "SCHEMA_VERSION", "0002")
    monkeypatch.setattr(schema_upgrade, "upgrade", next_version)
    with open_register(register.path, passphrase=None) as again, again.unit_of_work() as work:
        assert work.hazards.get(stored.id) == stored
        assert sql(again, "SELECT later FROM hazard") == [(None,)]
    assert ran == ["0001"]
    open_register(register.path, passphrase=None).close()
    assert ran == ["0001"]


def test_a_failing_upgrade_leaves_the_register_as_it_was(register, monkeypatch):
    register.close()
    before = register.path.read_bytes()

    def fails(connection):
        connection.exec_driver_sql("ALTER TABLE hazard ADD COLUMN later TEXT")
        raise RuntimeError("power cut")

    monkeypatch.setattr(engine, "SCHEMA_VERSION", "0002")
    monkeypatch.setattr(schema_upgrade, "SCHEMA_VERSION", "0002")
    monkeypatch.setattr(schema_upgrade, "upgrade", fails)
    with pytest.raises(RuntimeError, match="power cut"):
        open_register(register.path, passphrase=None)
    assert register.path.read_bytes() == before


@pytest.mark.parametrize("version", ["0002", "9999", "abc", ""])
def test_unknown_versions_are_newer(version):
    with pytest.raises(NewerSchemaError):
        schema_upgrade.refuse_newer(version, "库")


def test_a_file_without_a_version_has_none(register):
    with register.engine.connect() as connection:
        assert schema_upgrade.current_version(connection) == "0001"
        connection.exec_driver_sql("DELETE FROM schema_version")
        assert schema_upgrade.current_version(connection) is None
        connection.exec_driver_sql("DROP TABLE schema_version")
        assert schema_upgrade.current_version(connection) is None
