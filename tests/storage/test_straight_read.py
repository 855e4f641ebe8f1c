"""The columns read in few steps are those of the hazards read one by one."""

import struct
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import numpy as np
import pytest
import shapely
import sqlcipher3.dbapi2 as driver
from hypothesis import given, settings
from hypothesis import strategies as st

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.hazard import AccuracyClass, Hazard, LocationMethod, Provenance
from qhd_riskmap.domain.hazard_filter import HazardFilter
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.errors import DatabaseError
from qhd_riskmap.storage import first_look as first_look_module
from qhd_riskmap.storage import straight_read
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.first_look import columns_of, first_rows, first_table
from qhd_riskmap.storage.flat_blobs import flat_shapes
from qhd_riskmap.storage.flat_errors import UnusualBlobError
from qhd_riskmap.storage.spatial_blob import to_blobs

ACTOR = Actor(name="测试员")
RING = [(119.0, 39.9), (119.2, 39.9), (119.2, 40.1), (119.0, 40.1)]
HOLE = [(119.05, 39.95), (119.1, 39.95), (119.1, 40.0)]
SHAPES = (
    shapely.Point(119.6, 39.9),
    shapely.LineString([(119.1, 39.9), (119.3, 39.8), (119.4, 39.9)]),
    shapely.Polygon(RING),
    shapely.Polygon(RING, [HOLE]),
    shapely.MultiPoint([(119.1, 39.9), (119.2, 39.8)]),
    shapely.MultiLineString([[(119.1, 39.9), (119.2, 39.8)], [(119.3, 39.9), (119.4, 39.7)]]),
    shapely.MultiPolygon([shapely.box(119, 39.8, 119.1, 39.9), shapely.Polygon(RING, [HOLE])]),
    shapely.Point(118.9, 40.3),
)
NAMES = ("甲", "", "引号\"和'", "逗,号|\x1f\n\t", "😀 \\u0000", "[1, 2]", "NULL", "末")


def hazard(row, **others):
    return Hazard(
        id=UUID(int=row + 1),
        name=NAMES[row] or "无",
        type_key=("flood", "geological")[row % 2],
        geometry=SHAPES[row],
        provenance=Provenance(
            original_text="", declared_reference="cgcs2000",
            method=LocationMethod.TYPED, accuracy=AccuracyClass.DIGITISED,
        ),
        county="130302",
        unit=NAMES[-row - 1],
        level=(None, *RiskLevel)[row % 5],
        **others,
    )  # fmt: skip


@pytest.fixture(params=[None, "口令 'x'"], ids=["plain", "encrypted"])
def passphrase(request):
    return request.param


@pytest.fixture
def register(tmp_path, passphrase):
    with create_register(tmp_path / "县.qhd", passphrase=passphrase, office=Office()) as made:
        with made.unit_of_work() as work:
            work.hazards.add_many([hazard(row) for row in range(len(SHAPES))], ACTOR)
            work.commit()
        yield made


def first_look(path, passphrase):
    return columns_of(first_rows(path, passphrase))


def texts_of(table):
    return {
        "ids": table.ids.tolist(), "codes": table.codes.tolist(), "names": table.names.tolist(),
        "types": table.type_keys.tolist(), "levels": table.levels.tolist(),
        "counties": table.counties.tolist(), "units": table.units.tolist(),
        "townships": table.townships.tolist(), "revisions": table.revisions.tolist(),
        "shapes": shapely.to_wkb(table.geometries).tolist(), "bounds": table.bounds.tolist(),
    }  # fmt: skip


def expected(hazards):
    shapes = np.array([each.geometry for each in hazards], dtype=object)
    return {
        "ids": [str(each.id) for each in hazards], "codes": [each.code for each in hazards],
        "names": [each.name for each in hazards], "types": [each.type_key for each in hazards],
        "levels": [each.level.rank if each.level else 0 for each in hazards],
        "counties": [each.county for each in hazards], "units": [each.unit for each in hazards],
        "townships": [each.township for each in hazards],
        "revisions": [each.revision for each in hazards],
        "shapes": shapely.to_wkb(shapes).tolist(), "bounds": shapely.bounds(shapes).tolist(),
    }  # fmt: skip


@pytest.mark.parametrize("at_once", [1, 3, 8, 25_000])
def test_columns_are_those_of_the_hazards(register, monkeypatch, at_once):
    monkeypatch.setattr(straight_read, "_ROWS_AT_ONCE", at_once)
    with register.unit_of_work() as work:
        assert texts_of(work.hazards.features()) == expected(work.hazards.find())


def test_filters_hold(register):
    with register.unit_of_work() as work:
        work.hazards.soft_delete(UUID(int=3), ACTOR, 1)
        work.commit()
        for wanted in (
            HazardFilter(),
            HazardFilter(levels=frozenset({RiskLevel.RED}), ungraded=True),
            HazardFilter(bbox=(119.09, 39.79, 119.11, 39.91)),
            HazardFilter(deleted=True),
            HazardFilter(text="找不到的字"),
        ):
            table = work.hazards.features(wanted)
            assert texts_of(table) == expected(work.hazards.find(wanted))


def test_what_only_spatialite_understands_is_read_by_it(register):
    raw = register.connect_anew()
    raw.execute("PRAGMA ignore_check_constraints = ON")
    raw.execute("UPDATE hazard SET geometry = CompressGeometry(geometry) WHERE fid IN (2, 3)")
    raw.close()
    with register.unit_of_work() as work:
        found, wanted = work.hazards.features(), work.hazards.find()
        assert texts_of(found) == expected(wanted)
    assert first_look(register.path, register.passphrase) is None


def test_the_first_look_sees_the_same_and_keeps_nothing(register):
    before = sorted(each.name for each in register.path.parent.iterdir())
    with register.unit_of_work() as work:
        wanted = texts_of(work.hazards.features())
    assert texts_of(first_look(register.path, register.passphrase)) == wanted
    with ThreadPoolExecutor(1) as beside:
        assert texts_of(first_table(register.path, register.passphrase, beside)) == wanted
    assert sorted(each.name for each in register.path.parent.iterdir()) == before


def test_the_first_look_sees_what_was_written_last(register):
    with register.unit_of_work() as work:
        stored = work.hazards.require(str(UUID(int=1)))
        work.hazards.soft_delete(stored.id, ACTOR, stored.revision)
        work.commit()
    assert str(UUID(int=1)) not in first_look(register.path, register.passphrase).ids


class Later:
    """A worker that never comes to it."""

    def submit(self, task):
        pass


def test_texts_read_after_the_map_are_of_the_same_state_of_the_file(register):
    with register.unit_of_work() as work:
        wanted = texts_of(work.hazards.features())
    table = first_table(register.path, register.passphrase, Later())
    assert table.type_keys.tolist() == wanted["types"]
    with register.unit_of_work() as work:
        for number in (1, 4):
            stored = work.hazards.require(str(UUID(int=number)))
            work.hazards.soft_delete(stored.id, ACTOR, stored.revision)
        work.commit()
    assert texts_of(table) == wanted


@pytest.mark.parametrize("at_once", [1, 200, 1_000_000])
def test_pieces_are_cut_by_their_bytes_too(register, monkeypatch, at_once):
    monkeypatch.setattr(straight_read, "_BYTES_AT_ONCE", at_once)
    monkeypatch.setattr(straight_read, "_ROWS_AT_ONCE", 2)
    with register.unit_of_work() as work:
        wanted = expected(work.hazards.find())
    table = first_table(register.path, register.passphrase, Later())
    assert texts_of(table) == wanted


def test_texts_that_cannot_be_read_any_more_are_told_as_an_error_of_the_file(register, monkeypatch):
    table = first_table(register.path, register.passphrase, Later())

    def broken(_reading):
        error = driver.OperationalError("disk I/O error")
        error.sqlite_errorcode = driver.SQLITE_IOERR
        raise error

    monkeypatch.setattr(straight_read.Reading, "words", broken)
    for _question in range(2):
        with pytest.raises(DatabaseError):
            _ = table.names


def test_the_first_table_leaves_everything_unusual_to_opening_too(register, tmp_path, monkeypatch):
    path, word = register.path, register.passphrase
    assert first_table(tmp_path / "没有.qhd", word, Later()) is None
    assert first_table(path, "不对的口令", Later()) is None
    monkeypatch.setattr(first_look_module, "SCHEMA_VERSION", "9999")
    assert first_table(path, word, Later()) is None
    monkeypatch.undo()
    raw = register.connect_anew()
    raw.execute("PRAGMA ignore_check_constraints = ON")
    raw.execute("UPDATE hazard SET geometry = CompressGeometry(geometry) WHERE fid = 2")
    raw.close()
    assert first_table(path, word, Later()) is None


def test_an_empty_register_has_an_empty_table(tmp_path):
    path = tmp_path / "空.qhd"
    create_register(path, passphrase=None, office=Office()).close()
    assert len(first_look(path, None)) == 0


def test_the_first_look_leaves_everything_unusual_to_opening(register, tmp_path, monkeypatch):
    path, word = register.path, register.passphrase
    text = tmp_path / "纸.txt"
    text.write_text("不是登记库", encoding="utf-8")
    other = tmp_path / "别的.sqlite"
    foreign = driver.connect(str(other))
    foreign.execute("CREATE TABLE t (x)")
    foreign.commit()
    foreign.close()
    assert first_look(tmp_path / "没有.qhd", word) is None
    assert first_look(text, None) is None
    assert first_look(other, None) is None
    assert first_look(path, "不对的口令") is None
    assert (first_look(path, None) is None) == (word is not None)
    monkeypatch.setattr(first_look_module, "SCHEMA_VERSION", "9999")
    assert first_look(path, word) is None


def blobs_of(shapes):
    blobs = to_blobs(np.array(shapes, dtype=object))
    return b"".join(blobs), np.array([len(each) for each in blobs], np.int64)


coordinates = st.tuples(st.floats(-180, 180), st.floats(-90, 90))
points = coordinates.map(shapely.Point)
lines = st.lists(coordinates, min_size=2, max_size=9).map(shapely.LineString)
polygons = st.lists(coordinates, min_size=3, max_size=9).map(shapely.Polygon)
holed = st.tuples(polygons, polygons).map(
    lambda both: shapely.Polygon(both[0].exterior, [both[1].exterior])
)
simple = st.one_of(points, lines, polygons, holed)
several = st.one_of(
    st.lists(points, min_size=1, max_size=3).map(shapely.MultiPoint),
    st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    st.lists(st.one_of(polygons, holed), min_size=1, max_size=3).map(shapely.MultiPolygon),
)


@settings(deadline=None)
@given(st.lists(st.one_of(simple, several), min_size=1, max_size=12))
def test_any_mixture_of_blobs_is_taken_apart(shapes):
    flat = flat_shapes(*blobs_of(shapes))
    given_shapes = np.array(shapes, dtype=object)
    assert shapely.equals_exact(flat.geometries(), given_shapes, 0.0).all()
    assert flat.bounds.tolist() == shapely.bounds(given_shapes).tolist()


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(simple, several), min_size=1, max_size=3), st.data())
def test_damaged_blobs_are_refused_or_read_never_a_crash(shapes, data):
    blob, lengths = blobs_of(shapes)
    damaged = bytearray(blob)
    for _time in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    try:
        flat = flat_shapes(bytes(damaged), lengths)
    except UnusualBlobError:
        return
    assert flat.size == len(shapes)


@pytest.mark.parametrize("lengths", [[5], [3, 2], [60, 61]])
def test_lengths_that_do_not_fit_are_refused(lengths):
    with pytest.raises(UnusualBlobError):
        flat_shapes(b"\0" * 60, np.array(lengths, np.int64))


def test_a_multi_geometry_that_promises_too_much_is_refused():
    blob, lengths = blobs_of([SHAPES[4]])
    damaged = bytearray(blob)
    struct.pack_into("<I", damaged, 43, 2_000_000_000)
    with pytest.raises(UnusualBlobError):
        flat_shapes(bytes(damaged), lengths)
