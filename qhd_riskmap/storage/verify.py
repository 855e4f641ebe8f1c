"""Asks a register whether it is whole: file, references, geometry, spatial index, history, audit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from qhd_riskmap.domain.hazard import GEOMETRY_TYPES
from qhd_riskmap.errors import DatabaseError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import GENESIS, chain_hash
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.failures import dbapi_error
from qhd_riskmap.storage.packed_rtree import stored_boxes
from qhd_riskmap.storage.schema_number import SPATIAL_TABLES
from qhd_riskmap.storage.spatial_blob import from_blobs
from qhd_riskmap.storage.spatialite import SRID
from qhd_riskmap.storage.verify_inspection import inspection_problems
from qhd_riskmap.storage.verify_remediation import remediation_problems

if TYPE_CHECKING:
    from sqlalchemy import Connection

Problems = Iterator[str]
_SHOWN = 20  # problems of one kind that are spelt out
# The index keeps 32-bit floats rounded outwards: 2**-16 degrees is twice their step at 180.
_INDEX_TOLERANCE = 2.0**-15
_DIGEST_SHOWN = 12
_CHUNK = 5000


def verify(register: Register) -> list[str]:
    """Every problem found, one Chinese sentence each; empty when the register is whole."""
    checks: list[Callable[[Connection], Problems]] = [
        _pages,
        _cipher_pages if register.encrypted else _nothing,
        _references,
        _registration,
        _geometries,
        _spatial_index,
        _codes,
        _history,
        _documents,
        _attachments,
        remediation_problems,
        inspection_problems,
        _audit_chain,
    ]
    problems: list[str] = []
    with register.engine.connect() as connection:
        for check in checks:
            try:
                problems.extend(check(connection))
            except (DatabaseError, dbapi_error()) as error:
                problems.append(_("检查中断：{error}").format(error=error))
    return problems


def _nothing(_connection: Connection) -> Problems:
    return iter(())


def _pages(connection: Connection) -> Problems:
    for (line,) in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})").all():
        if line != "ok":
            yield _("数据库文件损坏：{line}。").format(line=line)


def _cipher_pages(connection: Connection) -> Problems:
    for (line,) in connection.exec_driver_sql("PRAGMA cipher_integrity_check").all()[:_SHOWN]:
        yield _("加密页校验失败：{line}。").format(line=line)


def _references(connection: Connection) -> Problems:
    for table, row, parent, _number in connection.exec_driver_sql("PRAGMA foreign_key_check").all()[
        :_SHOWN
    ]:
        yield _("表 {table} 第 {row} 行引用的 {parent} 记录不存在。").format(
            table=table, row=row, parent=parent
        )


def _registration(connection: Connection) -> Problems:
    """Geometry columns known to SpatiaLite, with R-tree and with guards that abort."""
    for table in SPATIAL_TABLES:
        found = connection.exec_driver_sql(
            "SELECT srid, spatial_index_enabled FROM geometry_columns"
            " WHERE f_table_name = ? AND f_geometry_column = 'geometry'",
            (table,),
        ).one_or_none()
        if found is None or tuple(found) != (SRID, 1):
            yield _("表 {table} 的空间字段登记不正确。").format(table=table)
        rows = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
        )
        guards: dict[str, str] = {row[0]: row[1] for row in rows}
        for kind in ("ggi", "ggu", "gii", "giu", "gid"):
            if f"{kind}_{table}_geometry" not in guards:
                yield _("表 {table} 缺少空间触发器 {kind}。").format(table=table, kind=kind)
        if any("RAISE(ROLLBACK" in sql for sql in guards.values()):
            yield _("表 {table} 的空间触发器会撤销整个事务。").format(table=table)


def _geometries(connection: Connection) -> Problems:
    allowed = {name.upper() for name in GEOMETRY_TYPES}
    for table in SPATIAL_TABLES:
        for kind, srid, count in connection.exec_driver_sql(
            f"SELECT GeometryType(geometry), Srid(geometry), count(*) FROM {table} GROUP BY 1, 2"  # noqa: S608 - own names
        ).all():
            if kind not in allowed or srid != SRID:
                yield _("表 {table} 有 {count} 个图形不合规定（{kind}，{srid}）。").format(
                    table=table, count=count, kind=kind, srid=srid
                )


def _spatial_index(connection: Connection) -> Problems:
    """Compare every box with its geometry.

    SpatiaLite's own CheckSpatialIndex is no help: it calls sound indexes broken.
    """
    for table in SPATIAL_TABLES:
        index = f"idx_{table}_geometry"
        structure = connection.exec_driver_sql("SELECT rtreecheck(?)", (index,)).scalar()
        if structure != "ok":
            yield _("表 {table} 的空间索引损坏：{line}。").format(table=table, line=structure)
            continue
        ids, boxes = stored_boxes(connection, index)
        order = np.argsort(ids)
        fids, bounds = _bounds(connection, table)
        if not np.array_equal(ids[order], fids):
            yield _("表 {table} 的空间索引与记录不一致。").format(table=table)
            continue
        difference = bounds - boxes[order]
        inside = np.concatenate([difference[:, :2], -difference[:, 2:]], axis=1)
        # Negated, so that a missing number counts as wrong.
        wrong = ~((inside >= 0) & (inside <= _INDEX_TOLERANCE)).all(axis=1)
        if wrong.any():
            yield _("表 {table} 有 {count} 条记录的空间索引位置不对。").format(
                table=table, count=int(wrong.sum())
            )


def _bounds(connection: Connection, table: str) -> tuple[Any, Any]:
    fids: list[int] = []
    parts = [np.empty((0, 4))]
    result = connection.exec_driver_sql(
        f"SELECT fid, AsBinary(geometry) FROM {table} ORDER BY fid"  # noqa: S608 - own names
    )
    for rows in result.partitions(_CHUNK):
        fids.extend(row[0] for row in rows)
        parts.append(shapely.bounds(from_blobs([row[1] for row in rows])).reshape(-1, 4))
    return np.array(fids, dtype=np.int64), np.concatenate(parts)


def _codes(connection: Connection) -> Problems:
    for code, count in connection.exec_driver_sql(
        "SELECT code, count(*) FROM hazard GROUP BY code HAVING count(*) > 1"
    ).all()[:_SHOWN]:
        yield _("隐患编号 {code} 出现 {count} 次。").format(code=code, count=count)
    ahead = connection.exec_driver_sql(
        "SELECT h.code FROM hazard h JOIN code_sequence s"
        " ON h.code GLOB s.division || '-' || s.type_code || '-' || s.year || '-[0-9]*'"
        " AND CAST(substr(h.code, 16) AS INTEGER) >= s.next_number"
    ).all()
    for (code,) in ahead[:_SHOWN]:
        yield _("隐患编号 {code} 超出了编号序列，会被重复使用。").format(code=code)


def _history(connection: Connection) -> Problems:
    """Every hazard has exactly the revisions before its present one."""
    for code, revision, kept in connection.exec_driver_sql(
        "SELECT h.code, h.revision, count(v.seq) FROM hazard h"
        " LEFT JOIN hazard_version v ON v.hazard_fid = h.fid AND v.revision < h.revision"
        " GROUP BY h.fid HAVING count(v.seq) <> h.revision - 1"
    ).all()[:_SHOWN]:
        yield _("隐患 {code} 的历史不完整：第 {revision} 版之前只有 {kept} 版。").format(
            code=code, revision=revision, kept=kept
        )


def _documents(connection: Connection) -> Problems:
    for (code,) in connection.exec_driver_sql(
        "SELECT code FROM hazard WHERE NOT"
        " (json_valid(attributes) AND json_valid(extras) AND json_valid(alias_codes))"
    ).all()[:_SHOWN]:
        yield _("隐患 {code} 的属性不能读取。").format(code=code)


def _attachments(connection: Connection) -> Problems:
    """Every file is still the one that was added."""
    for digest, content in connection.exec_driver_sql("SELECT sha256, content FROM attachment"):
        if hashlib.sha256(content).hexdigest() != digest:
            yield _("附件 {digest} 的内容被改动。").format(digest=digest[:_DIGEST_SHOWN])


def _audit_chain(connection: Connection) -> Problems:
    previous, expected = GENESIS, 1
    for row in connection.exec_driver_sql(
        "SELECT seq, at, actor, action, subject, detail, prev_hash, hash FROM audit ORDER BY seq"
    ):
        *entry, digest = row
        if row[0] != expected or row[6] != previous or chain_hash(entry) != digest:
            yield _("操作记录第 {seq} 条被改动，或其前有缺失。").format(seq=row[0])
            return
        previous, expected = digest, expected + 1
    last: int = connection.exec_driver_sql(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)"
    ).scalar_one()
    if last != expected - 1:
        yield _("操作记录末尾有缺失：应有 {last} 条。").format(last=last)
