"""A folder of photos on the desk: reconciled, chosen, hung; nothing is stored before."""

from __future__ import annotations

import io
import threading
import zipfile

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.services.jobs import SilentJob
from qhd_riskmap.ui.pages.survey_import.photos_dialog import PhotosDialog

HEADERS = ("隐患名称", "类别", "县区", "经度(GPS)", "纬度(GPS)", "编号", "现场照片")
ROWS = (
    ("东沟滑坡", "滑坡", "青龙县", 118.95, 40.40, "QL-0001", "IMG_1001.jpg；IMG_1002.jpg"),
    ("西沟滑坡", "滑坡", "青龙县", 118.97, 40.42, "QL-0012", ""),
)


def dms(value):
    degrees, rest = divmod(value, 1)
    minutes, rest = divmod(rest * 60, 1)
    return (
        IFDRational(int(degrees)),
        IFDRational(int(minutes)),
        IFDRational(round(rest * 60_000), 1000),
    )


def picture(colour="red", place=None):
    exif = Image.Exif()
    if place is not None:
        exif.get_ifd(0x8825).update({1: "N", 2: dms(place[1]), 3: "E", 4: dms(place[0])})
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


FILES = {
    "IMG_1001.jpg": picture("red"),
    "QL-0012 近景.jpg": picture("green"),
    "QL-0001.jpg": picture("cyan", place=(118.99, 40.43)),
    "DSC_78.jpg": picture("black", place=(119.3, 40.1)),
    "说明.exe": b"MZ",
}


@pytest.fixture
def registered(app, make_sheet):
    sheet = make_sheet("表.xlsx", *ROWS, headers=HEADERS)
    found = app.survey_import.preview([sheet], datum=None, job=SilentJob())
    outcome = app.survey_import.commit(found, SilentJob())
    return {hazard.name: hazard for hazard in outcome.hazards}


@pytest.fixture(params=["folder", "zip"])
def source(request, tmp_path):
    if request.param == "zip":
        path = tmp_path / "现场.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in FILES.items():
                archive.writestr(name, content)
        return path
    return folder(tmp_path / "现场")


def folder(path):
    path.mkdir()
    for name, content in FILES.items():
        (path / name).write_bytes(content)
    return path


@pytest.fixture
def dialog(qtbot, desk, registered, settled):
    shown = PhotosDialog(desk)
    shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    settled()
    yield shown
    shown.close()


def press(qtbot, owner, name, kind=QPushButton):
    button = owner.findChild(kind, name)
    assert button is not None, name
    assert button.isEnabled(), name
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def column(table, number):
    model = table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def names_on(app, hazard):
    return sorted(entry.name for entry in app.attachments.attachments_of(hazard.id))


def drop(target, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = QPointF(target.rect().center())
    for kind in (QDragEnterEvent, QDropEvent):
        at = place.toPoint() if kind is QDragEnterEvent else place
        event = kind(
            at,
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(target, event)
    return event.isAccepted()


def test_photos_are_reconciled_in_five_lists_and_nothing_is_stored(
    dialog, source, settled, app, registered
):
    dialog.take(source)
    settled()
    matches, far, missing, unnamed, refused = dialog.lists
    assert column(matches, 0) == ["IMG_1001.jpg", "QL-0012 近景.jpg"]
    assert column(matches, 1) == ["东沟滑坡", "西沟滑坡"]
    assert column(matches, 3) == ["表中所列文件名", "编号"]
    assert column(far, 0) == ["QL-0001.jpg"]
    assert column(far, 2) == ["118.99000, 40.43000"]
    assert column(far, 3) == ["118.95000, 40.40000"]
    assert float(column(far, 4)[0].split()[0]) > 3
    assert column(missing, 0) == ["IMG_1002.jpg"]
    assert column(missing, 1) == ["东沟滑坡"]
    assert column(unnamed, 0) == ["DSC_78.jpg"]
    assert column(refused, 0) == ["说明.exe"]
    assert column(refused, 1)[0]
    assert dialog.attach_button.text() == "挂上 2 个文件"
    assert app.attachments.counts() == {}
    assert not dialog.detail.picture.pixmap().isNull()


def test_only_what_is_ticked_is_hung_and_again_nothing_is_left_to_do(
    qtbot, dialog, source, settled, registered
):
    desk, app = dialog._desk, dialog._desk.app
    changes = []
    desk.changed.connect(changes.append)
    dialog.take(source)
    settled()
    model = dialog.lists[0].list_model
    model.setData(model.index(1, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    press(qtbot, dialog, "photos-show-far", QToolButton)
    far = dialog.lists[1].list_model
    far.setData(far.index(0, 0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert dialog.attach_button.text() == "挂上 2 个文件"
    press(qtbot, dialog, "photos-attach")
    settled()
    assert names_on(app, registered["东沟滑坡"]) == ["IMG_1001.jpg", "QL-0001.jpg"]
    assert names_on(app, registered["西沟滑坡"]) == []
    assert [each.attachments for each in changes] == [True]
    assert column(dialog.lists[0], 5) == ["已挂着", ""]
    assert dialog.attach_button.text() == "挂上 0 个文件"
    dialog.take(source)
    settled()
    assert column(dialog.lists[0], 5) == ["已挂着", ""]
    assert dialog.attach_button.text() == "挂上 1 个文件"


def test_a_photo_of_nobody_knows_whom_is_assigned_by_its_code(
    qtbot, dialog, source, settled, registered
):
    desk, app = dialog._desk, dialog._desk.app
    dialog.take(source)
    settled()
    press(qtbot, dialog, "photos-show-unnamed", QToolButton)
    dialog.code.setFocus()
    qtbot.keyClicks(dialog.code, "QL-0012")
    qtbot.keyClick(dialog.code, Qt.Key.Key_Return)
    settled()
    assert "DSC_78.jpg" in column(dialog.lists[1], 0)  # taken far away, and said to be right
    assert dialog.lists[3].model().rowCount() == 0
    assert dialog.attach_button.text() == "挂上 3 个文件"
    press(qtbot, dialog, "photos-attach")
    settled()
    assert names_on(app, registered["西沟滑坡"]) == ["DSC_78.jpg", "QL-0012 近景.jpg"]
    assert not desk.errors


def test_an_unknown_code_is_said_and_changes_nothing(qtbot, dialog, source, settled, desk):
    dialog.take(source)
    settled()
    press(qtbot, dialog, "photos-show-unnamed", QToolButton)
    qtbot.keyClicks(dialog.code, "XX-9999")
    press(qtbot, dialog, "photos-assign")
    settled()
    assert "XX-9999" in str(desk.errors[0])
    assert column(dialog.lists[3], 0) == ["DSC_78.jpg"]


def test_both_places_of_a_far_photo_are_on_the_map(qtbot, dialog, source, settled):
    dialog.take(source)
    settled()
    press(qtbot, dialog, "photos-show-far", QToolButton)
    settled()
    assert dialog.detail.map.isVisible()
    assert dialog.detail.map.after[0] == pytest.approx((118.99, 40.43), abs=1e-4)
    assert dialog.detail.map.before[0] == pytest.approx((118.95, 40.40), abs=1e-6)
    assert "km" in dialog.findChild(QLabel, "photos-facts").text()
    press(qtbot, dialog, "photos-show-matches", QToolButton)
    settled()
    assert not dialog.detail.map.isVisible()


def test_stopping_leaves_the_register_as_it_was(qtbot, dialog, tmp_path, settled, monkeypatch):
    app, go_on = dialog._desk.app, threading.Event()
    dialog.take(folder(tmp_path / "p"))
    settled()
    attach = app.photo_matching.attach

    def slow(plan, job, leave):
        assert go_on.wait(10)
        return attach(plan, job, leave)

    monkeypatch.setattr(app.photo_matching, "attach", slow)
    press(qtbot, dialog, "photos-attach")
    assert not dialog.attach_button.isEnabled()
    press(qtbot, dialog, "job-cancel")
    go_on.set()
    settled()
    assert app.attachments.counts() == {}
    assert dialog.attach_button.isEnabled()


@pytest.mark.parametrize("source", ["folder"], indirect=True)
def test_a_folder_dropped_on_the_window_opens_the_list(qtbot, source, window, settled):
    settled()
    assert drop(window, source)
    settled()
    assert window.current_page() is window.pages["import"]
    dialog = window.pages["import"].after.dialog
    assert isinstance(dialog, PhotosDialog)
    assert dialog.plan.unnamed  # these hazards are none of the register's
    assert str(source) in dialog.source.text()
    dialog.close()


def test_single_photos_and_archives_are_taken_and_a_sheet_is_not(
    qtbot, dialog, tmp_path, settled, desk
):
    place = folder(tmp_path / "几张")
    assert drop(dialog, place / "IMG_1001.jpg", place / "DSC_78.jpg")
    settled()
    assert column(dialog.lists[0], 0) == ["IMG_1001.jpg"]
    assert column(dialog.lists[3], 0) == ["DSC_78.jpg"]
    said = []
    desk.noticed.connect(lambda *words: said.append(words))
    sheet = tmp_path / "表2.xlsx"
    sheet.write_bytes(b"PK")
    drop(dialog, sheet)
    assert "只收照片" in said[0][0]


def test_an_archive_made_to_do_harm_is_refused_with_the_reason(dialog, tmp_path, settled, desk):
    path = tmp_path / "坏.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.jpg", picture())
    dialog.take(path)
    settled()
    assert "可能有害" in str(desk.errors[0])
    assert dialog.plan is None


def test_a_reader_looks_and_hangs_nothing(dialog, source, settled, app):
    app.actor = Actor(name="查阅员", permissions=frozenset({Permission.READ}))
    dialog.take(source)
    settled()
    assert not dialog.attach_button.isEnabled()
