"""A real register, a real desk, a real window; and no thread may outlive its test."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest
import shapely
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication

from qhd_riskmap.bootstrap import create_app
from qhd_riskmap.collector import keep_to_this_thread, leave_to_all_threads, look_when_due
from qhd_riskmap.domain.hazard import (
    AccuracyClass,
    Hazard,
    LocationMethod,
    Provenance,
)
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.office import Office
from qhd_riskmap.i18n import CHINESE
from qhd_riskmap.resources import activate_language
from qhd_riskmap.settings import Settings
from qhd_riskmap.ui.application import prepare_application
from qhd_riskmap.ui.main_window import MainWindow
from qhd_riskmap.ui.pages.survey_import import SurveyImportPage
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobRunner
from qhd_riskmap.ui.toolkit.theme import LIGHT, theme

OUR_THREADS = ("register", "computing", "map")


def make_hazard(number, *, name, type_key, geometry, county, level=None, **others):
    point = geometry.representative_point()
    return Hazard(
        id=UUID(int=number),
        name=name,
        type_key=type_key,
        geometry=geometry,
        county=county,
        level=level,
        provenance=Provenance(
            original_text=f"{point.x},{point.y}",
            declared_reference="cgcs2000",
            method=LocationMethod.IMPORTED,
            accuracy=AccuracyClass.SURVEYED_CGCS,
        ),
        **others,
    )


SAMPLES = (
    make_hazard(
        1,
        name="石门泥石流",
        type_key="geological",
        sub_kind="泥石流",
        geometry=shapely.Point(119.05, 39.95),
        county="130324",
        township="石门镇",
        unit="石门镇人民政府",
        phone="13903350001",
        found_on=date(2014, 3, 5),
        level=RiskLevel.RED,
    ),
    make_hazard(
        2,
        name="海港液氨库",
        type_key="ammonia_storage",
        geometry=shapely.Point(119.55, 39.95),
        county="130302",
        township="文化路街道",
        unit="海港冷链公司",
        level=RiskLevel.ORANGE,
    ),
    make_hazard(
        3,
        name="北戴河输油管线",
        type_key="oil_gas_pipeline",
        geometry=shapely.LineString([(119.40, 39.85), (119.45, 39.84), (119.48, 39.86)]),
        county="130304",
        unit="输油公司",
        level=RiskLevel.YELLOW,
    ),
    make_hazard(
        4,
        name="昌黎林区",
        type_key="forest_fire",
        geometry=shapely.box(119.05, 39.70, 119.12, 39.76),
        county="130322",
        unit="林业局",
        level=RiskLevel.BLUE,
    ),
    make_hazard(
        5,
        name="抚宁山洪沟",
        type_key="flood",
        geometry=shapely.Point(119.25, 39.95),
        county="130306",
        unit="水务局",
    ),
)


def pytest_collection_modifyitems(items):
    # The offscreen platform says so of dialogs and tool tips; real platforms do it.
    ignored = pytest.mark.qt_log_ignore(
        "This plugin does not support (propagateSizeHints|raise|grabbing)"
    )
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(ignored)


@pytest.fixture(autouse=True)
def no_thread_left():
    """Our workers end with the test."""
    yield
    left = [t.name for t in threading.enumerate() if t.name.startswith(OUR_THREADS)]
    assert not left


@pytest.fixture(autouse=True)
def collector_of_this_thread():
    """As in the program: no worker takes a window apart."""
    keep_to_this_thread()
    yield
    look_when_due()
    leave_to_all_threads()


@pytest.fixture(autouse=True)
def no_window_left():
    """Closed windows go at once: each would be dressed anew by every later test."""
    yield
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def chinese():
    """Whatever a test switches to, the next begins in Chinese."""
    activate_language(CHINESE)
    yield
    activate_language(CHINESE)


@pytest.fixture
def settings():
    return Settings(theme="light")


@pytest.fixture
def dressed(qapp, settings):
    """The QApplication as the program dresses it."""
    if qapp.styleSheet() and theme() is LIGHT:
        return qapp  # dressed by an earlier test
    return prepare_application(settings)


@pytest.fixture
def jobs(qtbot):
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def app(tmp_path):
    """Services on a real plain register with five hazards."""
    opened = create_app(tmp_path / "县.sqlite", None, Office(unit="示例局"), "测试员")
    with opened.register.unit_of_work() as work:
        work.hazards.add_many([replace(hazard) for hazard in SAMPLES], opened.actor)
        work.commit()
    yield opened
    opened.close()


@pytest.fixture
def desk(dressed, app, jobs, settings):
    made = Desk(app, jobs, settings)
    made.errors = []
    made.troubled.connect(made.errors.append)
    yield made
    # Connections keep what was connected, and that keeps the desk: it would stay with its pages for good.
    made.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def window(qtbot, desk):
    """The main window, shown, with its first picture and its table filled."""
    shown = MainWindow(desk)
    shown.resize(1366, 768)
    shown.confirm_loss = lambda _words: True
    with qtbot.waitExposed(shown):
        shown.show()
    canvas = shown.pages["map"].canvas
    qtbot.waitUntil(
        lambda: canvas.scene is not None and len(canvas.scene.table) == len(SAMPLES), timeout=10000
    )
    # What the first picture went before: texts, layers, the last backup.
    qtbot.waitUntil(lambda: desk.features.complete and not desk.jobs.busy, timeout=20000)
    yield shown
    shown.close()
    desk.jobs.shutdown()
    shown.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def map_page(window):
    return window.pages["map"]


@pytest.fixture
def register_page(window):
    window.go_to("register")
    return window.pages["register"]


@pytest.fixture
def settled(qtbot, desk):
    """Wait until nothing runs: no job, no painting."""

    def wait(canvas=None):
        qtbot.waitUntil(lambda: not desk.jobs.busy, timeout=10000)
        if canvas is not None:
            qtbot.wait(30)
            qtbot.waitUntil(lambda: not canvas.renderer.busy, timeout=10000)
            qtbot.waitUntil(
                lambda: canvas.frame is not None and canvas.frame.viewport == canvas.viewport,
                timeout=10000,
            )

    return wait


def type_text(widget, text):
    """Type as an input method does; `qtbot.keyClicks` knows ASCII only."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)


def hazard_id(number):
    return str(UUID(int=number))


SHEET_HEADERS = ("隐患名称", "类别", "县区", "经度", "纬度", "坐标系", "风险等级", "联系电话")


@pytest.fixture
def make_sheet(tmp_path):
    def make(name, *rows, headers=SHEET_HEADERS):
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "排查表"
        for row in (headers, *rows):
            sheet.append(row)
        path = tmp_path / name
        book.save(path)
        book.close()
        return path

    return make


@pytest.fixture
def import_page(qtbot, desk):
    shown = SurveyImportPage(desk)
    qtbot.addWidget(shown)
    shown.resize(1290, 660)
    shown.notices = []
    desk.noticed.connect(lambda *said: shown.notices.append(said))
    with qtbot.waitExposed(shown):
        shown.show()
    yield shown
    shown.close_down()


@pytest.fixture
def done(qtbot, import_page):
    def wait():
        qtbot.waitUntil(lambda: not import_page.progress.running, timeout=60000)

    return wait
