"""What every test gets: private folders, Chinese, and no surprise warnings in the log."""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from qhd_riskmap.storage import engine

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SOAK = os.environ.get("QHD_RISKMAP_SOAK") == "1"


SOAK_LIMIT_S = 7200  # as `tasks.py soak` gives; a test's own limit stays


def pytest_collection_modifyitems(items):
    """A soak at full count takes longer than the limit of a test, however it is started."""
    for item in items:
        if SOAK and item.get_closest_marker("soak") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SOAK_LIMIT_S))


@pytest.fixture
def soak(request) -> bool:
    """True when the full counts are wanted (`tasks.py soak`, which picks tests by their mark)."""
    assert request.node.get_closest_marker("soak"), "mark the test soak, or it never runs in full"
    return SOAK


@pytest.fixture(scope="session", autouse=True)
def one_application(qapp):
    """One full QApplication per process, whichever test comes first: Qt allows no second one.

    Otherwise a sheet painted by a command would leave a QGuiApplication that has no widgets.
    """
    return qapp


@pytest.fixture(scope="session")
def laid_schema(tmp_path_factory):
    """A plain file with the schema of a register and nothing in it, as the program lays it."""
    path = tmp_path_factory.mktemp("schema") / "register.sqlite"
    register = engine.Register(path, None, engine.utc_now, engine.BUSY_TIMEOUT_S)
    engine._lay_schema(register)
    register.close()
    return path


@pytest.fixture(autouse=True)
def schema_laid_once(laid_schema, monkeypatch, request):
    """Plain registers of a test begin with a copy: a fifth of a second each, thousands of times.

    The tests of the storage, which are about founding too, and of child processes do without.
    """
    if request.path.is_relative_to(Path(__file__).parent / "storage"):
        return
    lay = engine._lay_schema

    def copy_or_lay(register):
        if register.encrypted:
            lay(register)
            return
        shutil.copyfile(laid_schema, register.path)
        with closing(engine.driver.connect(register.path)) as connection, connection:
            own = "UPDATE meta SET value = ? WHERE key = 'register_id'"
            connection.execute(own, (str(uuid4()),))

    monkeypatch.setattr(engine, "_lay_schema", copy_or_lay)


@pytest.fixture(autouse=True)
def private_home(tmp_path_factory, monkeypatch):
    """Preferences, data and logs of the program go to a folder of this test's own."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("QHD_RISKMAP_HOME", str(home))
    monkeypatch.delenv("QHD_RISKMAP_PASSPHRASE", raising=False)
    return home


@pytest.fixture(autouse=True)
def no_unexpected_log(caplog, request):
    """Fail a test that makes the program log a warning it does not expect.

    A test that provokes one says so with ``@pytest.mark.expects_log``.
    """
    yield
    if request.node.get_closest_marker("expects_log"):
        return
    loud = [
        record
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING and record.name.startswith("qhd_riskmap")
    ]
    assert not loud, [record.getMessage() for record in loud]
