"""Data products other programs open; and the checker finds what a GIS leaves behind in one."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import struct
import subprocess
import zipfile
from contextlib import closing

import numpy as np
import pyogrio
import pytest
import shapely
from planting import changed_archive, changed_database

from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.geo.grid import snap_to_grid
from qhd_riskmap.services.release import edition_of, secrets_for
from qhd_riskmap.services.release_checker import check_bytes
from qhd_riskmap.services.release_dbase import dbase
from qhd_riskmap.services.release_order import ProductFormat
from qhd_riskmap.services.release_sqlite import sqlite_content

FIELDS = [
    "id", "name", "type", "type_name", "sub_kind", "level", "level_name", "cnty_name", "county",
    "township", "advice", "unit", "cell_m",
]  # fmt: skip
VECTOR = (ProductFormat.GPKG, ProductFormat.SHP, ProductFormat.KML)


@pytest.fixture(scope="module")
def secrets(county):
    case = county.service._read(county.order())
    return secrets_for(case.all_hazards, case.public, edition_of(case.order))


@pytest.fixture(scope="module")
def features(released):
    """What the GeoJSON publishes: id → (name, geometry, cell)."""
    document = json.loads(released[ProductFormat.GEOJSON].read_text(encoding="utf-8"))
    return {
        f["id"]: (
            f["properties"]["name"],
            shapely.from_geojson(json.dumps(f["geometry"])),
            f["properties"]["cell_m"],
        )
        for f in document["features"]
    }


def layers(path):
    return [name for name, kind in pyogrio.list_layers(path) if kind is not None]


def read_all(path):
    """Rows of all layers with geometry: id → (fields, geometry)."""
    found = {}
    for layer in layers(path):
        meta, _fids, shapes, values = pyogrio.raw.read(path, layer=layer)
        fields = list(meta["fields"])
        for row, shape in enumerate(shapely.from_wkb(shapes)):
            texts = ("" if column[row] is None else column[row] for column in values)
            record = dict(zip(fields, texts, strict=True))
            if "public_id" in record:  # KML has an id and a name of its own
                record.update(id=record.pop("public_id"), name=record.pop("public_name"))
            found[record["id"]] = (record, shape)
    return found


@pytest.mark.parametrize("product", VECTOR)
def test_a_gis_reads_the_same_hazards_from_every_data_product(released, features, product):
    found = read_all(released[product])
    assert found.keys() == features.keys()
    for key, (record, shape) in found.items():
        name, published, cell_m = features[key]
        assert record["name"] == name
        assert shape.equals(published)
        lonlat = shapely.get_coordinates(shape)
        assert np.array_equal(lonlat, np.column_stack(snap_to_grid(*lonlat.T, cell_m)))


@pytest.mark.parametrize("product", VECTOR)
def test_only_listed_fields_are_there(released, product):
    for record, _shape in read_all(released[product]).values():
        own = {"Name", "description", "Description", "altitudeMode", "tessellate", "extrude",
               "visibility", "drawOrder", "icon", "timestamp", "begin", "end", "snippet"}  # fmt: skip
        assert set(record) - own == set(FIELDS)


def test_ogr_of_the_system_opens_geopackage_and_shapefile(released, features):
    for product in (ProductFormat.GPKG, ProductFormat.SHP):
        done = subprocess.run(
            ["ogrinfo", "-so", "-al", str(released[product])], check=True, capture_output=True
        )
        counts = re.findall(
            rb"Layer name: (hazards\w*)\n.*?Feature Count: (\d+)", done.stdout, re.S
        )
        assert sum(int(n) for _name, n in counts) == len(features)
        assert b"China_Geodetic" in done.stdout or b"China Geodetic" in done.stdout


def test_the_geopackage_tells_numbers_and_what_it_is(released):
    document = json.loads(released[ProductFormat.GEOJSON].read_text(encoding="utf-8"))
    with closing(sqlite3.connect(released[ProductFormat.GPKG])) as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert base.execute("SELECT sum(count) FROM counts").fetchone() == (
            sum(c["count"] for c in document["counts"]),
        )
        about = dict(base.execute("SELECT item, text FROM about").fetchall())
        changed = {row[0] for row in base.execute("SELECT last_change FROM gpkg_contents")}
    assert about["审图"] == "审图号：冀S(2026)012号"
    assert about["资料截止日期"] == "2026-10-31"
    assert changed == {"2000-01-01T00:00:00.000Z"}


def test_the_shapefile_says_its_encoding_and_carries_its_tables(released):
    with zipfile.ZipFile(released[ProductFormat.SHP]) as archive:
        names = set(archive.namelist())
        for kind in ("point", "line", "polygon"):
            assert {
                f"hazards_{kind}.{part}" for part in ("shp", "shx", "dbf", "prj", "cpg")
            } <= names
            assert archive.read(f"hazards_{kind}.cpg") == b"UTF-8"
            assert archive.read(f"hazards_{kind}.dbf")[1:4] == bytes([100, 1, 1])
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "公开清单.csv" in names


def test_the_advice_of_every_type_fits_a_shapefile():
    assert max(len(text.encode()) for text in release_rules().advice.values()) <= 254


def test_the_tables_open_in_a_spreadsheet_and_add_up(released, features):
    with zipfile.ZipFile(released[ProductFormat.CSV]) as archive:
        tables = {
            name: list(csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))
            for name in archive.namelist()
        }
    assert set(tables) == {"公开清单.csv", "数量统计.csv", "排查情况.csv", "说明.csv"}
    listing = tables["公开清单.csv"]
    assert {row[0] for row in listing[1:]} == features.keys()
    assert listing[0][-2:] == ["经度", "纬度"]
    for row in listing[1:]:
        assert features[row[0]][1].distance(shapely.Point(float(row[-2]), float(row[-1]))) < 1e-9
    assert ["审图", "审图号：冀S(2026)012号"] in tables["说明.csv"]


def test_an_empty_register_gives_data_products_that_open(office):
    products = (*VECTOR, ProductFormat.CSV)
    files = office.service.release(office.order(formats=products)).files
    assert len(files) == len(products)
    for path in files[:2]:
        assert read_all(path) == {}


# -- what a GIS leaves behind is found ------------------------------------------------------------------


def kinds_in(data, released, product, secrets):
    return {(leak.kind, leak.value) for leak in check_bytes(data, released[product], secrets)}


def secret_name(county):
    return next(h.name for h in county.hazards if h.type_key == "terror")


def test_a_deleted_row_of_a_geopackage_is_found(county, released, secrets):
    name = secret_name(county)
    data = changed_database(
        released[ProductFormat.GPKG].read_bytes(),
        ("PRAGMA secure_delete = OFF", ()),
        ("INSERT INTO about (item, text) VALUES (?, ?)", ("备注", name * 2000)),
        ("DELETE FROM about WHERE item = '备注'", ()),
    )
    assert name.encode() in data
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(data)
        assert base.execute("PRAGMA freelist_count").fetchone()[0] > 0
    assert ("name", name) in kinds_in(data, released, ProductFormat.GPKG, secrets)


@pytest.mark.parametrize("before", range(3900, 4100, 13))
def test_a_name_that_is_cut_by_the_end_of_a_page_is_found(county, released, secrets, before):
    name = secret_name(county)
    data = changed_database(
        released[ProductFormat.GPKG].read_bytes(),
        ("INSERT INTO about (item, text) VALUES (?, ?)", ("备注", "x" * before + name + "y" * 50)),
    )
    assert ("name", name) in kinds_in(data, released, ProductFormat.GPKG, secrets)


def test_a_true_place_in_the_geometry_of_a_geopackage_is_found(county, released, secrets):
    true = next(h for h in county.hazards if h.type_key == "ammonia_storage")
    blob = b"GP\x00\x01" + struct.pack("<i", 4490) + shapely.to_wkb(shapely.Point(true.anchor()))
    data = changed_database(
        released[ProductFormat.GPKG].read_bytes(),
        ("INSERT INTO hazards (geom, name) VALUES (?, '')", (blob,)),
    )
    kinds = {kind for kind, _value in kinds_in(data, released, ProductFormat.GPKG, secrets)}
    assert kinds == {"position"}


def test_a_true_place_in_two_columns_of_a_geopackage_is_found(county, released, secrets):
    lon, lat = next(h for h in county.hazards if h.type_key == "ammonia_storage").anchor()
    data = changed_database(
        released[ProductFormat.GPKG].read_bytes(),
        ("CREATE TABLE other (x REAL, note TEXT, y REAL)", ()),
        ("INSERT INTO other VALUES (?, '备注', ?)", (lon, lat)),
    )
    kinds = {kind for kind, _value in kinds_in(data, released, ProductFormat.GPKG, secrets)}
    assert "position" in kinds


def test_a_true_place_in_a_shapefile_is_found(county, released, secrets):
    hidden = next(h for h in county.hazards if h.type_key == "oil_gas_pipeline")
    true = struct.pack("<2d", *hidden.anchor())
    data = changed_archive(
        released[ProductFormat.SHP].read_bytes(),
        "hazards_point.shp",
        lambda body: body[:112] + true + body[128:],
    )
    kinds = {kind for kind, _value in kinds_in(data, released, ProductFormat.SHP, secrets)}
    assert "position" in kinds


def test_a_deleted_record_and_a_tail_of_a_shape_table_are_found(county, released, secrets):
    name = secret_name(county)

    def marked(table):
        head = struct.unpack_from("<H", table, 8)[0]
        at = head + 1 + 12  # behind the public id
        raw = name.encode()
        return table[:head] + b"*" + table[head + 1 : at] + raw + table[at + len(raw) :]

    original = released[ProductFormat.SHP].read_bytes()
    for change in (marked, lambda table: table + name.encode()):
        data = changed_archive(original, "hazards_point.dbf", change)
        assert ("name", name) in kinds_in(data, released, ProductFormat.SHP, secrets)


def test_neighbouring_fields_of_one_record_are_no_address(office):
    """海港区 and 海港镇 stand side by side in a table; 海港区海港镇 may be somebody's address."""
    from test_release_gate import hazard  # noqa: PLC0415 - shared by the release tests

    shown = hazard(township="海港镇")
    hidden = hazard("terror", name="某处", address="海港区海港镇")
    office.add([shown, hidden])
    assert len(office.service.release(office.order(formats=tuple(ProductFormat))).files) == len(
        ProductFormat
    )


def test_a_geopackage_that_is_none_is_not_cleared(released, secrets):
    data = released[ProductFormat.GPKG].read_bytes()
    assert "hidden" in {
        k for k, _ in kinds_in(data + b"tail", released, ProductFormat.GPKG, secrets)
    }
    assert "hidden" in {
        k for k, _ in kinds_in(b"no database", released, ProductFormat.GPKG, secrets)
    }


# -- the readers themselves -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
@pytest.mark.parametrize("page", [512, 1024, 4096, 65536])
def test_every_value_of_every_database_comes_back(encoding, page):
    rows = [
        (n, "字" * (n * 37 % 3000), bytes([n % 251]) * (n * 53 % 2000), n * 1.25 - 7, None, -(2**n % 2**50))
        for n in range(60)
    ]  # fmt: skip
    with closing(sqlite3.connect(":memory:")) as base:
        base.execute(f"PRAGMA encoding = '{encoding}'")
        base.execute(f"PRAGMA page_size = {page}")
        base.execute("CREATE TABLE t (a, b TEXT, c BLOB, d REAL, e, f)")
        base.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows)
        base.execute("CREATE INDEX i ON t (b)")
        base.execute("CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID")
        base.executemany(
            "INSERT INTO w VALUES (?, ?)", [("键" * 900 + str(n), n) for n in range(20)]
        )
        base.commit()
        content = sqlite_content(base.serialize())
    assert content.sound
    found = {tuple(row) for row in content.rows}
    assert {row for row in rows if row not in found} == set()
    assert {("键" * 900 + str(n), n) for n in range(20)} <= found


def test_damaged_databases_and_tables_are_read_as_bytes(released):
    data = released[ProductFormat.GPKG].read_bytes()
    generator = np.random.default_rng(20261125)
    for _ in range(40):
        broken = bytearray(data)
        for at in generator.integers(16, len(data), 60):
            broken[at] = generator.integers(256)
        sqlite_content(bytes(broken))
        dbase(b"\x03" + bytes(broken[1:400]))
    assert not sqlite_content(data[:300]).sound
    assert dbase(b"\x03" * 20) is None
