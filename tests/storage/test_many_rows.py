"""Many rows by few statements: the same rows, all or none, and the connection as it was."""

from __future__ import annotations

import threading

import pytest

from qhd_riskmap.errors import JobCancelledError
from qhd_riskmap.storage.made_ahead import made_ahead
from qhd_riskmap.storage.many_rows import AT_ONCE, fixed_columns, insert_many


def test_rows_are_the_same_whatever_the_number_of_statements(register):
    texts = [f"{n}'; \0 {n}" for n in range(2 * AT_ONCE + 7)]
    with register.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TEMP TABLE t (a TEXT, n INTEGER, b BLOB, c TEXT, d REAL)"
        )
        insert_many(
            connection,
            "t",
            {"c": "'x'", "d": "NULL"},
            lambda start, stop: {
                "n": range(start, stop),
                "a": texts[start:stop],
                "b": [bytes([n % 256]) for n in range(start, stop)],
            },
            len(texts),
        )
        rows = connection.exec_driver_sql("SELECT a, n, b, c, d FROM t ORDER BY rowid").all()
        connection.exec_driver_sql("DROP TABLE t")
    assert [tuple(row) for row in rows] == [
        (text, n, bytes([n % 256]), "x", None) for n, text in enumerate(texts)
    ]


def test_who_stops_it_stops_it_between_two_statements(register, many_hazards, actor):
    told = []

    def stop(done: int) -> None:
        told.append(done)
        if len(told) == 2:
            raise JobCancelledError("停")

    with register.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE t (n INTEGER)")
        with pytest.raises(JobCancelledError):
            insert_many(connection, "t", {}, lambda a, b: {"n": range(a, b)}, 5 * AT_ONCE, stop)
        count = connection.exec_driver_sql("SELECT count(*) FROM t").scalar()
        connection.exec_driver_sql("DROP TABLE t")
    assert told == [AT_ONCE, 2 * AT_ONCE]
    assert count == 2 * AT_ONCE


def test_only_what_is_the_same_in_all_rows_and_plain_becomes_a_literal():
    columns = {
        "same": ["o'k", "o'k"],
        "other": ["a", "b"],
        "control": ["a\n", "a\n"],
        "long": ["x" * 200] * 2,
        "number": [4, 4],
        "none": [None, None],
        "blob": [b"x", b"x"],
    }
    assert fixed_columns(columns) == {"same": "'o''k'", "number": "4", "none": "NULL"}


def test_the_next_is_made_by_another_thread_and_its_error_is_raised_here():
    threads = set()

    def make(number: int) -> int:
        threads.add(threading.current_thread().name)
        if number == 3:
            raise ValueError(number)
        return number

    found = []
    with pytest.raises(ValueError, match="3"):
        found.extend(made_ahead(make, [1, 2, 3, 4]))
    assert threads.isdisjoint({threading.current_thread().name})
    assert list(made_ahead(make, [7])) == [7]
    assert threading.current_thread().name in threads


def test_the_cache_is_as_before_after_a_large_load(register):
    with register.unit_of_work() as work:
        before = work.audit._transaction.reading().exec_driver_sql("PRAGMA cache_size").scalar()
        work.lock_for_much()
        during = work.audit._transaction.reading().exec_driver_sql("PRAGMA cache_size").scalar()
    with register.unit_of_work() as work:
        after = work.audit._transaction.reading().exec_driver_sql("PRAGMA cache_size").scalar()
    assert before == after
    assert abs(during) < abs(before)
