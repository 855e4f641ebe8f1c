"""Verification finds what is broken and says nothing about what is sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qhd_riskmap.storage.verify import verify

WRONG_SRID = (
    "PRAGMA ignore_check_constraints = ON; DROP TRIGGER ggu_hazard_geometry; "
    "UPDATE hazard SET geometry = SetSrid(geometry, 4326) WHERE fid = 9"
)


@pytest.fixture
def filled(register, many_hazards, actor):
    with register.unit_of_work() as work:
        stored = work.hazards.add_many(many_hazards(300), actor)
        work.hazards.save(replace(stored[0], name="改名"), actor)
        work.commit()
    return register


def test_a_sound_register_has_no_problems(filled, encrypted, hazard_maker, actor):
    assert verify(filled) == []
    with encrypted.unit_of_work() as work:
        work.hazards.add(hazard_maker(), actor)
        work.commit()
    assert verify(encrypted) == []


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ("DELETE FROM idx_hazard_geometry WHERE pkid = 7", "空间索引与记录不一致"),
        ("UPDATE idx_hazard_geometry SET xmin = xmin - 0.01 WHERE pkid = 7", "空间索引位置不对"),
        ("UPDATE idx_hazard_geometry SET ymax = ymin WHERE pkid = 8", "空间索引位置不对"),
        (
            "UPDATE idx_hazard_geometry_rowid SET nodeno = 99 WHERE rowid = 7",
            "空间索引损坏",
        ),
        ("UPDATE hazard SET batch_id = 'x' WHERE fid = 3", "引用的 batch 记录不存在"),
        ("UPDATE hazard SET attributes = '{' WHERE fid = 3", "属性不能读取"),
        ("UPDATE hazard SET revision = 5 WHERE fid = 3", "历史不完整"),
        ("UPDATE code_sequence SET next_number = 2", "会被重复使用"),
        ("UPDATE geometry_columns SET srid = 4326 WHERE f_table_name = 'hazard'", "登记不正确"),
        ("DROP TRIGGER gii_hazard_geometry", "缺少空间触发器 gii"),
        (
            "CREATE TRIGGER x BEFORE INSERT ON hazard BEGIN SELECT RAISE(ROLLBACK, 'x'); END",
            "撤销整个事务",
        ),
        (
            "DROP TRIGGER audit_no_update; UPDATE audit SET actor = '别人' WHERE seq = 2",
            "第 2 条被改动",
        ),
        ("DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE seq = 2", "第 3 条被改动"),
        (
            "DROP TRIGGER audit_no_delete; DELETE FROM audit ORDER BY seq DESC LIMIT 1",
            "末尾有缺失",
        ),
        (WRONG_SRID, "图形不合规定"),
    ],
)
def test_each_kind_of_damage_is_named(filled, damage, word):
    connection = filled.connect_anew()
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in damage.split("; "):
        if statement.startswith(("CREATE TRIGGER", " SELECT", "END")):
            connection.execute(damage)
            break
        connection.execute(statement)
    connection.close()
    problems = verify(filled)
    assert any(word in problem for problem in problems), problems


def test_duplicate_codes_are_found_without_their_index(filled):
    connection = filled.connect_anew()
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'code TEXT NOT NULL UNIQUE',"
        " 'code TEXT NOT NULL') WHERE name = 'hazard'"
    )
    connection.execute("DELETE FROM sqlite_master WHERE name = 'sqlite_autoindex_hazard_2'")
    connection.close()
    filled.close()
    connection = filled.connect_anew()
    connection.execute(
        "UPDATE hazard SET code = (SELECT code FROM hazard WHERE fid = 1) WHERE fid = 2"
    )
    connection.close()
    assert any("出现 2 次" in problem for problem in verify(filled))


def test_damaged_pages_are_problems_and_not_a_crash(encrypted, many_hazards, actor, passphrase):
    with encrypted.unit_of_work() as work:
        work.hazards.add_many(many_hazards(2000), actor)
        work.commit()
    encrypted.close()
    content = bytearray(encrypted.path.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 100] = bytes(100)
    encrypted.path.write_bytes(content)
    problems = verify(encrypted)
    assert any("加密页校验失败" in problem or "损坏" in problem for problem in problems), problems
