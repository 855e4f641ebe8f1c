"""Blobs, packed R-tree, search text and network drives on their own."""

from __future__ import annotations

import doctest
import gc
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from qhd_riskmap.collector import collector_paused
from qhd_riskmap.domain.office import Office
from qhd_riskmap.domain.text_search import folded
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.storage import network_drive, packed_rtree, search_text
from qhd_riskmap.storage.engine import create_register
from qhd_riskmap.storage.network_drive import file_system_of, is_unc, on_network_drive
from qhd_riskmap.storage.packed_rtree import leaf_boxes, replace_index, stored_boxes
from qhd_riskmap.storage.search_text import initials
from qhd_riskmap.storage.spatial_blob import checked, from_blobs, to_blobs

SHAPES = [
    shapely.Point(119.5, 39.9),
    shapely.LineString([(119, 39), (120, 40), (119, 40)]),
    shapely.Polygon([(0, 0), (9, 0), (9, 9)], [[(2, 1), (3, 1), (3, 2)]]),
    shapely.MultiPoint([(1, 2), (3, 4)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3), (4, 2)]]),
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
]


def test_blobs_are_those_spatialite_makes(register):
    blobs = to_blobs(checked(SHAPES))
    with register.engine.connect() as connection:
        for shape, blob in zip(SHAPES, blobs, strict=True):
            theirs = connection.exec_driver_sql(
                "SELECT GeomFromWKB(?, 4490), AsBinary(?)", (shape.wkb, blob)
            ).one()
            assert blob == theirs[0]
            assert from_blobs([theirs[1]])[0].equals_exact(shape, 0)


def test_only_flat_points_lines_and_areas_pass():
    assert len(checked([])) == 0
    assert not checked([shapely.Point(1, 2, 3)])[0].has_z
    for bad in (
        shapely.GeometryCollection([SHAPES[0]]),
        shapely.LinearRing([(0, 0), (1, 0), (1, 1)]),
    ):
        with pytest.raises(InvalidInputError):
            checked([bad])


BOX = st.tuples(st.floats(-179, 179), st.floats(-89, 89), st.floats(0, 0.9), st.floats(0, 0.9)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=60, deadline=None)
@given(boxes=st.lists(BOX, max_size=300), copies=st.sampled_from([1, 12]))
def test_a_packed_tree_is_the_tree_sqlite_would_hold(boxes, copies, tree_connection):
    """Same boxes to the last bit as inserting them one by one, and sound by SQLite's own check."""
    boxes = np.array(boxes * copies, dtype=float).reshape(-1, 4)
    ids = np.arange(1, len(boxes) + 1, dtype=np.int64) * 3
    run = tree_connection.exec_driver_sql
    run("DELETE FROM plain")
    if len(boxes):
        run(
            "INSERT INTO plain (pkid, xmin, ymin, xmax, ymax) VALUES (?, ?, ?, ?, ?)",
            [(int(i), *b) for i, b in zip(ids, boxes.tolist(), strict=True)],
        )
    replace_index(tree_connection, "packed", ids, boxes)
    assert run("SELECT rtreecheck('packed')").scalar() == "ok"
    assert sorted(run("SELECT * FROM packed").all()) == sorted(run("SELECT * FROM plain").all())
    window = (-20.0, 40.0, -30.0, 30.0)
    query = "SELECT pkid FROM {} WHERE xmax >= ? AND xmin <= ? AND ymax >= ? AND ymin <= ?"
    assert sorted(run(query.format("packed"), window).scalars()) == sorted(
        run(query.format("plain"), window).scalars()
    )
    # It goes on living like any other.
    run("INSERT INTO packed (pkid, xmin, xmax, ymin, ymax) VALUES (1, 0, 1, 0, 1)")
    run("DELETE FROM packed WHERE pkid = 3")
    assert run("SELECT rtreecheck('packed')").scalar() == "ok"


@pytest.fixture(scope="module")
def tree_connection(tmp_path_factory):
    path = tmp_path_factory.mktemp("tree") / "库.qrm"
    with (
        create_register(path, passphrase=None, office=Office()) as register,
        register.engine.connect() as connection,
    ):
        for name in ("plain", "packed"):
            connection.exec_driver_sql(
                f"CREATE VIRTUAL TABLE {name} USING rtree(pkid, xmin, xmax, ymin, ymax)"
            )
        yield connection


@pytest.mark.parametrize("count", [1, 51, 52, 3000])
@pytest.mark.parametrize("packed", [True, False])
def test_boxes_read_from_the_nodes_are_those_of_the_tree(tree_connection, count, packed):
    run = tree_connection.exec_driver_sql
    rng = np.random.default_rng(count)
    low = rng.uniform(-170, 80, (count, 2))
    ids, boxes = rng.permutation(10 * count)[:count] - count, np.hstack([low, low + 0.1])
    replace_index(tree_connection, "packed", np.empty(0, dtype=np.int64), np.empty((0, 4)))
    if packed:
        replace_index(tree_connection, "packed", ids, boxes)
    else:
        for key, box in zip(ids.tolist(), boxes[:, [0, 2, 1, 3]].tolist(), strict=True):
            run("INSERT INTO packed VALUES (?, ?, ?, ?, ?)", (key, *box))
    known, wanted = stored_boxes(tree_connection, "packed")
    found, read = leaf_boxes(tree_connection, "packed")
    order = np.argsort(known)
    assert found.tolist() == sorted(ids.tolist())
    assert np.array_equal(read, wanted[order])


def test_a_branch_that_is_missing_is_left_out(tree_connection):
    ids = np.arange(200)
    replace_index(tree_connection, "packed", ids, np.zeros((200, 4)) + ids[:, None])
    run = tree_connection.exec_driver_sql
    run("DELETE FROM packed_node WHERE nodeno = 3")
    found, _boxes = leaf_boxes(tree_connection, "packed")
    replace_index(tree_connection, "packed", ids[:0], np.empty((0, 4)))
    assert 0 < len(found) < 200


def test_boxes_of_an_empty_tree(tree_connection):
    replace_index(tree_connection, "packed", np.empty(0, dtype=np.int64), np.empty((0, 4)))
    ids, boxes = stored_boxes(tree_connection, "packed")
    assert (len(ids), boxes.shape) == (0, (0, 4))
    ids, boxes = leaf_boxes(tree_connection, "packed")
    assert (len(ids), boxes.shape) == (0, (0, 4))
    assert packed_rtree._rounded(np.array([[0.1, 0.1, 0.1, 0.1]])).dtype == np.float32


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("ABC 12", ""),
        ("秦皇岛", "qhd"),
        ("液氨罐3号（东）", "yag3h（d）"),
        ("𠮷林", "𠮷l"),
    ],
)
def test_initials(text, expected):
    assert initials(text).split("\x1f")[0] == expected


def test_characters_of_several_readings_are_read_by_their_neighbours():
    assert "cqs" in initials("重庆市").split("\x1f")
    assert "zlj" in initials("重量级").split("\x1f")
    assert "ccx" in initials("长城乡").split("\x1f")
    assert "xz12" in initials("校长12").split("\x1f")


def test_folding_makes_writing_habits_equal():
    assert folded(" ＡＢＣ１２ ") == folded("abc12")
    assert folded("a\x1fb") == "a b"


@pytest.mark.parametrize("module", [search_text, network_drive])
def test_examples_in_the_documentation_hold(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("path", "unc"),
    [
        (r"\\server\share\库.qrm", True),
        (r"\\?\UNC\server\share\库.qrm", True),
        (r"\\?\C:\库.qrm", False),
        (r"D:\数据\库.qrm", False),
        ("Z:/库.qrm", False),
    ],
)
def test_windows_shares_are_told_by_their_name(path, unc):
    assert is_unc(path) is unc


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
//server/share /mnt/共享\\040盘 cifs rw 0 0
server:/export /mnt/nfs nfs4 rw 0 0
/dev/sdb1 /mnt/nfs/local ext4 rw 0 0
tmpfs /mnt/over tmpfs rw 0 0
//s/x /mnt/over cifs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a/库.qrm", "ext4"),
        ("/mnt/共享 盘/库.qrm", "cifs"),
        ("/mnt/nfs/x/库.qrm", "nfs4"),
        ("/mnt/nfs/local/库.qrm", "ext4"),
        ("/mnt/over/库.qrm", "cifs"),
        ("/mnt/nfsx/库.qrm", "ext4"),
    ],
)
def test_linux_shares_are_told_by_their_mount(path, kind, tmp_path, monkeypatch):
    assert file_system_of(Path(path), MOUNTS) == kind
    table = tmp_path / "mounts"
    table.write_text(MOUNTS, encoding="utf-8")
    monkeypatch.setattr(network_drive, "_MOUNTS", table)
    assert on_network_drive(Path(path)) is (kind in {"cifs", "nfs4"})


def test_without_a_mount_table_a_drive_counts_as_local(tmp_path, monkeypatch):
    monkeypatch.setattr(network_drive, "_MOUNTS", tmp_path / "none")
    assert not on_network_drive(tmp_path)


def test_the_collector_is_switched_on_again():
    assert gc.isenabled()
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
