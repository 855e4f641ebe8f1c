"""One test for every trap found in SpatiaLite, SQLCipher and SQLAlchemy."""

from __future__ import annotations

import time

import pytest
import shapely
import sqlcipher3.dbapi2 as driver
from sqlalchemy.exc import DBAPIError, IntegrityError

from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import DatabaseBusyError
from qhd_riskmap.storage import spatialite
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.schema_number import SPATIAL_TABLES
from qhd_riskmap.storage.spatial_blob import to_blobs
from qhd_riskmap.storage.transaction import Transaction, utc_now

COPY_ROW = (
    "INSERT INTO hazard SELECT NULL, 'other-id', 'other-code', name, type_key, sub_kind, level,"
    " status, secrecy, county, township, address, unit, regulator, contact, phone, found_on,"
    " batch_id, attributes, extras, notes, alias_codes, original_text, declared_reference,"
    " location_method, accuracy, revision, action, created_at, created_by, updated_at, updated_by,"
    " deleted_at, search_text, {geometry} FROM hazard LIMIT 1"
)


@pytest.mark.parametrize(
    "geometry",
    [
        "MakePoint(119.5, 39.9, 4326)",
        "MakePointZ(119.5, 39.9, 3, 4490)",
        "x'00'",
        "NULL",
        "'POINT(119 39)'",
    ],
)
def test_one_bad_geometry_costs_only_itself(register, hazard_maker, actor, geometry):
    """SpatiaLite's own guards would roll back everything and let the commit report success."""
    with register.unit_of_work() as work:
        first = work.hazards.add(hazard_maker(), actor)
        connection = work.hazards._transaction.writing()
        with pytest.raises((IntegrityError, DBAPIError)), connection.begin_nested():
            connection.exec_driver_sql(COPY_ROW.format(geometry=geometry))
        second = work.hazards.add(hazard_maker(), actor)
        work.commit()
    with register.unit_of_work() as work:
        assert [hazard.id for hazard in work.hazards.find()] == [first.id, second.id]


def test_a_bad_update_of_a_geometry_costs_only_itself(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add(hazard_maker(), actor)
        connection = work.hazards._transaction.writing()
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.exec_driver_sql("UPDATE hazard SET geometry = MakePoint(1, 2, 4326)")
        work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.get(stored.id).geometry.equals(stored.geometry)


def test_guards_of_every_spatial_table_only_abort(register, sql):
    guards = sql(register, "SELECT name, sql FROM sqlite_master WHERE name GLOB 'gg[iu]_*'")
    assert len(guards) == 2 * len(SPATIAL_TABLES)
    assert all("RAISE(ABORT" in text and "ROLLBACK" not in text for _name, text in guards)


def test_the_header_check_holds_without_the_guards(register, hazard_maker, actor):
    with register.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        connection = work.hazards._transaction.writing()
        connection.exec_driver_sql("DROP TRIGGER ggi_hazard_geometry")
        with pytest.raises(IntegrityError, match="CHECK"):
            connection.exec_driver_sql(COPY_ROW.format(geometry="MakePoint(119.5, 39.9, 4326)"))
        blob = to_blobs(shapely.points([[119.5, 39.9]]))[0]
        connection.exec_driver_sql(COPY_ROW.format(geometry="?"), (blob,))


def test_changes_of_the_schema_are_rolled_back_too(register, sql):
    with register.unit_of_work() as work:
        connection = work.hazards._transaction.writing()
        connection.exec_driver_sql("CREATE TABLE half_made (a)")
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
    names = {name for (name,) in sql(register, "SELECT name FROM sqlite_master")}
    assert "half_made" not in names
    assert "audit_no_delete" in names


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM KNN WHERE f_table_name = 'hazard' AND ref_geometry = MakePoint(1, 1, 4490)",
        "SELECT count(*) FROM knn",
        "CREATE VIRTUAL TABLE nearest USING VirtualKNN()",
        "CREATE VIRTUAL TABLE nearest USING virtualknn2()",
    ],
)
def test_the_crashing_virtual_table_can_be_neither_read_nor_made(register, sql, statement):
    with pytest.raises(driver.DatabaseError, match=r"no such table|not authorized|prohibited"):
        sql(register, statement)


def test_the_crashing_table_of_a_foreign_file_is_not_read(register, sql):
    """A file laid out by another program may hold it."""
    raw = register.connect_anew()
    raw.set_authorizer(None)
    raw.execute("CREATE VIRTUAL TABLE KNN USING VirtualKNN()")
    raw.close()
    with pytest.raises(driver.DatabaseError, match="prohibited"):
        sql(register, "SELECT * FROM knn WHERE f_table_name = 'hazard'")


def test_metadata_is_whole_and_quick(tmp_path, sql):
    started = time.process_time()
    with create_register(tmp_path / "库.qrm", passphrase=None, office=Office()) as register:
        assert time.process_time() - started < 5  # row by row it takes 9 to 77 seconds
        srids = {row[0] for row in sql(register, "SELECT srid FROM spatial_ref_sys")}
        assert set(spatialite.SRIDS) <= srids
        assert sql(register, "SELECT CheckSpatialMetaData()")[0][0] == 3
        assert sql(register, "SELECT count(*) FROM spatial_ref_sys_all")[0][0] == len(srids)


def test_unfit_spatialite_is_said(register, monkeypatch):
    with register.unit_of_work() as work:
        connection = work.hazards._transaction.writing()
        with pytest.raises(spatialite.MissingSpatialiteError):
            spatialite.lay_metadata(connection)  # there already: SpatiaLite answers 0
        with pytest.raises(spatialite.MissingSpatialiteError):
            spatialite.add_geometry(connection, "office")


def test_checks_of_words_are_or_chains(register, sql):
    (text,) = sql(register, "SELECT sql FROM sqlite_master WHERE name = 'hazard'")[0]
    assert " IN (" not in text.upper()
    assert "status = 'registered' OR" in text


def test_native_alter_keeps_index_and_guards(register, many_hazards, actor, sql):
    with register.unit_of_work() as work:
        work.hazards.add_many(many_hazards(300), actor)
        connection = work.hazards._transaction.writing()
        connection.exec_driver_sql("ALTER TABLE hazard ADD COLUMN risk TEXT")
        connection.exec_driver_sql("ALTER TABLE hazard DROP COLUMN notes")
        connection.exec_driver_sql("ALTER TABLE hazard RENAME COLUMN address TO place")
        work.commit()
    assert sql(register, "SELECT rtreecheck('idx_hazard_geometry')") == [("ok",)]
    assert sql(register, "SELECT CheckSpatialIndex('hazard', 'geometry')") == [(1,)]
    assert len(sql(register, "SELECT 1 FROM sqlite_master WHERE name GLOB 'g??_hazard_*'")) == 5


def test_a_write_error_that_is_caught_leaves_nothing_of_its_step(register, hazard_maker, actor):
    """Also the lifted guards of a bulk load come back."""
    taken = hazard_maker(code="130302-DZ-2026-0007")
    with register.unit_of_work() as work:
        work.hazards.add(taken, actor)
        doubled = [hazard_maker() for _ in range(400)] + [hazard_maker(code=taken.code)]
        with pytest.raises(Exception, match="已被使用"):
            work.hazards.add_many(doubled, actor)
        work.commit()
    with register.unit_of_work() as work:
        assert work.hazards.count() == 1
        names = work.hazards._transaction.reading().exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'hazard'"
        )
        assert {"ggi_hazard_geometry", "gii_hazard_geometry"} <= set(names.scalars())


def test_a_second_writer_is_told_that_the_register_is_busy(register):
    first, second = (Transaction(register.engine, utc_now) for _ in range(2))
    try:
        first.writing()
        second.reading().exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(DatabaseBusyError):
            second.writing()
        first.rollback()
        assert second.writing()
    finally:
        second.close()
        first.close()
