"""What every test gets: private folders, Chinese, and no surprise warnings in the log."""

from __future__ import annotations

import logging
import os

import pytest

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
