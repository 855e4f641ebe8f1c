"""Photos and files on the form: dragged in, looked at, saved, removed and put back."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from PySide6.QtCore import QMimeData, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.ui.map.attachment_panel import AttachmentPanel
from qhd_riskmap.ui.map.photo_viewer import read_photo
from tests.desk.conftest import hazard_id


def dms(value):
    degrees, rest = divmod(abs(value) * 3600, 3600)
    minutes, seconds = divmod(rest, 60)
    return (
        IFDRational(int(degrees)),
        IFDRational(int(minutes)),
        IFDRational(round(seconds * 100), 100),
    )


def photo(lon=119.05, lat=39.9505, *, size=(800, 600), colour="#557733") -> bytes:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: dms(lat), 3: "E", 4: dms(lon)})
    exif.get_ifd(0x8769)[0x9003] = "2026:05:01 08:30:00"
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "现场"
    folder.mkdir()
    (folder / "近.jpg").write_bytes(photo())
    (folder / "远.jpg").write_bytes(photo(119.20, 39.95, colour="#334455"))
    (folder / "记录.txt").write_text("现场记录", encoding="utf-8")
    (folder / "网页.jpg").write_text("<html><script>", encoding="utf-8")
    return folder


@pytest.fixture
def detail(map_page, desk, settled):
    settled()
    desk.selection.set([hazard_id(1)])
    settled()
    return map_page.detail


@pytest.fixture
def panel(detail):
    return detail.attachments


def drop(widget, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)
    return event.isAccepted()


def shown(panel):
    return [panel.list.item(row).text() for row in range(panel.list.count())]


def choose(panel, name):
    panel.list.setCurrentRow(shown(panel).index(name))


def test_files_dropped_on_the_form_are_kept(detail, panel, files, app, settled):
    assert "拖到这里" in panel.empty.text()
    assert drop(detail, files / "近.jpg", files / "记录.txt")
    settled()
    assert shown(panel) == ["近.jpg", "记录.txt"]
    assert not panel.list.item(0).icon().isNull()
    assert not panel.empty.isVisible()
    assert len(app.attachments.attachments_of(detail.hazard.id)) == 2


def test_bad_files_are_named_and_the_good_ones_kept(panel, files, window, settled):
    drop(panel, files)  # the whole folder
    settled()
    assert set(shown(panel)) == {"近.jpg", "远.jpg", "记录.txt"}
    assert "网页.jpg" in window.message_bar.text()
    assert "HTML" in window.message_bar.text()


def test_the_place_of_a_photo_stands_beside_the_hazards(panel, files, map_page, settled):
    drop(panel, files / "近.jpg", files / "远.jpg")
    settled()
    choose(panel, "近.jpg")
    assert "距隐患 55" in panel.warning.text()
    assert panel.warning.property("role") == "muted"
    assert "拍摄时间 2026-05-01 08:30" in panel.facts.text()
    choose(panel, "远.jpg")
    assert "相距较远" in panel.warning.text()
    assert "12.8" in panel.warning.text()
    assert panel.warning.property("role") == "warning"
    panel.place_button.click()
    assert map_page.canvas.viewport.centre == pytest.approx((119.20, 39.95), abs=1e-5)


def test_a_text_has_no_place(panel, files, settled):
    drop(panel, files / "记录.txt")
    settled()
    choose(panel, "记录.txt")
    assert not panel.place_button.isEnabled()
    assert panel.warning.text() == ""


def test_a_photo_is_looked_at_without_a_file(qtbot, panel, files, settled):
    drop(panel, files / "近.jpg")
    settled()
    choose(panel, "近.jpg")
    panel.open_button.click()
    settled()
    viewer = panel.dialog
    assert viewer.isVisible()
    assert not viewer.image.isNull()
    viewer.close()


def test_other_files_are_opened_from_a_copy(panel, files, monkeypatch, settled):
    opened = []
    monkeypatch.setattr("qhd_riskmap.ui.map.attachment_panel.open_file", opened.append)
    drop(panel, files / "记录.txt")
    settled()
    choose(panel, "记录.txt")
    panel.open_current()
    settled()
    assert opened[0].name == "记录.txt"
    assert opened[0].read_text(encoding="utf-8") == "现场记录"


def test_a_file_is_saved_as_it_was(panel, files, tmp_path, desk, settled):
    drop(panel, files / "近.jpg")
    settled()
    choose(panel, "近.jpg")
    panel.save(tmp_path / "出" / "照片.jpg")
    settled()
    assert (tmp_path / "出" / "照片.jpg").read_bytes() == (files / "近.jpg").read_bytes()
    panel.save(files)  # a folder
    settled()
    assert "无法写入" in desk.errors[0].message


def test_a_removed_file_comes_back_by_the_button_of_the_message(
    qtbot, panel, files, window, settled
):
    drop(panel, files / "近.jpg")
    settled()
    choose(panel, "近.jpg")
    qtbot.keyClick(panel, Qt.Key.Key_Delete)
    next(b for b in panel.dialog.buttons() if b.objectName() == "confirm-remove-yes").click()
    settled()
    assert shown(panel) == []
    window.message_bar._button.click()
    settled()
    assert shown(panel) == ["近.jpg"]


def test_without_the_permission_nothing_can_be_added(qtbot, desk, detail, files, settled):
    desk.app.actor = Actor(name="只读", permissions=frozenset({Permission.READ}))
    panel = AttachmentPanel(desk, detail.hazard)
    qtbot.addWidget(panel)
    settled()
    assert not panel.add_button.isEnabled()
    assert not drop(panel, files / "近.jpg")


def test_unsaved_edits_stay_when_a_photo_is_added(detail, panel, files, settled):
    detail._record.editor("unit").setText("改了一半")
    detail._edited()
    drop(panel, files / "近.jpg")
    settled()
    assert detail._record.editor("unit").text() == "改了一半"
    assert detail.dirty


def test_a_large_photo_is_decoded_no_larger_than_the_screen(qapp):
    image = read_photo(photo(size=(4000, 3000)), QSize(800, 800))
    assert (image.width(), image.height()) == (800, 600)
    assert read_photo(b"nonsense", QSize(10, 10)).isNull()
