"""Another program holds the register: it is said, nothing is lost, and the second try succeeds."""

from __future__ import annotations

from contextlib import contextmanager
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from qhd_riskmap.errors import DatabaseBusyError
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.storage.engine import open_register
from qhd_riskmap.storage.look_alike_repository import FoundPair
from qhd_riskmap.ui.map.look_alikes_dialog import LookAlikesDialog
from qhd_riskmap.ui.map.record_merge_dialog import RecordMergeDialog
from qhd_riskmap.ui.pages.survey_import.batches_dialog import BatchesDialog
from tests.desk.conftest import SHEET_HEADERS

ROW = ("北沟滑坡", "地质灾害", "卢龙县", "119.05", "39.95", "国家2000", "重大", "13903350001")
TWIN = ("北沟滑坡点", "地质灾害", "卢龙县", "119.0505", "39.95", "国家2000", "重大", "")


@pytest.fixture
def impatient(app):
    """The desk waits a moment only, so that the test need not."""
    app.register.engine.dispose()
    app.register._busy_timeout_s = 0.2
    return app


@contextmanager
def held(app):
    """Another desk is writing."""
    with open_register(app.path, passphrase=None) as other, other.unit_of_work() as work:
        work.lock()
        yield


@pytest.fixture
def imported(impatient, make_sheet):
    sheet = make_sheet("表.xlsx", ROW, TWIN, headers=SHEET_HEADERS)
    found = impatient.survey_import.preview([sheet], datum=None, job=SilentJob())
    return impatient.survey_import.commit(found, SilentJob())


def keep(qtbot, dialog, settled):
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.show()
    settled()
    return dialog


def press(qtbot, owner, name):
    button = owner.findChild(QPushButton, name)
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def told(desk):
    found, desk.errors[:] = list(desk.errors), []
    return [type(error) for error in found]


def test_a_merge_waits_for_the_second_try(qtbot, desk, imported, settled):
    app = desk.app
    one, two = (hazard.id for hazard in imported.hazards)
    dialog = keep(qtbot, RecordMergeDialog(desk, one, two), settled)
    with held(app):
        press(qtbot, dialog, "merge-yes")
        settled()
        assert told(desk) == [DatabaseBusyError]
        assert dialog.isVisible()
    settled()
    press(qtbot, dialog, "merge-yes")
    settled()
    assert told(desk) == []
    assert not dialog.isVisible()
    assert len([h for h in app.registry.find() if h.name.startswith("北沟")]) == 1


def test_telling_apart_waits_for_the_second_try(qtbot, desk, imported, settled):
    app = desk.app
    with app.register.unit_of_work() as work:
        pair = FoundPair(first=UUID(int=1), second=UUID(int=2), likeness="name", metres=1.0)
        work.look_alikes.add_many([pair], app.actor, "x")
        work.commit()
    dialog = keep(qtbot, LookAlikesDialog(desk), settled)
    before = app.look_alikes.count_open()
    with held(app):
        press(qtbot, dialog, "look-alikes-part")
        settled()
        assert told(desk) == [DatabaseBusyError]
        assert app.look_alikes.count_open() == before
    press(qtbot, dialog, "look-alikes-part")
    settled()
    assert app.look_alikes.count_open() == before - 1


def test_an_undo_waits_for_the_second_try(qtbot, desk, imported, settled):
    app = desk.app
    dialog = keep(qtbot, BatchesDialog(desk), settled)
    press(qtbot, dialog, "batch-undo")
    dialog.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    settled()
    with held(app):
        press(qtbot, dialog.dialog, "undo-yes")
        settled()
        assert told(desk) == [DatabaseBusyError]
        assert len(app.registry.find()) == 7
    press(qtbot, dialog.dialog, "undo-yes")
    settled()
    assert len(app.registry.find()) == 5


def test_a_commit_waits_for_the_second_try_with_its_choices(
    qtbot, import_page, impatient, done, make_sheet
):
    import_page.take_files([make_sheet("表.xlsx", ROW, TWIN)])
    done()
    with held(impatient):
        press(qtbot, import_page, "import-commit")
        done()
        assert told(import_page.desk) == [DatabaseBusyError]
        assert import_page.preview is not None
    press(qtbot, import_page, "import-commit")
    done()
    assert import_page.result.accepted == 2
