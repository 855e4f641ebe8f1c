"""What remains to be done after imports: pairs to be merged, whole imports, photos."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.photo_matching import PhotoSource
from qhd_riskmap.ui.map.look_alikes_dialog import open_look_alikes
from qhd_riskmap.ui.pages.survey_import.batches_dialog import BatchesDialog
from qhd_riskmap.ui.pages.survey_import.photos_dialog import PhotosDialog
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.page_parts import push_button
from qhd_riskmap.ui.toolkit.renewal import Renewal
from qhd_riskmap.ui.toolkit.theme import SPACE_S


class AfterStrip(QWidget):
    """A row of buttons; each opens a window of its own, so that a preview stays as it is."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._renewal = Renewal(self._count, self)
        self.dialog: QDialog | None = None
        self.look_alikes = push_button(
            _("待合并"), "import-look-alikes", self.open_look_alikes, glyph="compare"
        )
        self.batches = push_button(
            _("导入记录"), "import-batches", self.open_batches, glyph="history"
        )
        self.photos = push_button(
            _("照片"), "import-photos", self._choose_photos, glyph="image-multiple-outline"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.look_alikes)
        row.addWidget(self.batches)
        row.addWidget(self.photos)
        desk.changed.connect(self._changed)

    def refresh(self) -> None:
        """Count what waits."""
        self._renewal.ask()

    def _count(self) -> JobHandle:
        service = self._desk.app.look_alikes
        return self._desk.run(
            lambda _job: service.count_open(),
            title=_("正在读取待合并的隐患…"),
            on_success=self._show_count,
            quiet=True,
        )

    def open_look_alikes(self) -> None:
        """The pairs that may be one thing."""
        self.dialog = open_look_alikes(self._desk, self)

    def open_batches(self) -> None:
        """Every import so far."""
        self._open(BatchesDialog(self._desk, self.window()))

    def _choose_photos(self) -> None:
        self.open_photos()

    def open_photos(self, source: PhotoSource | None = None) -> None:
        """A folder of photos, hung on the hazards they show."""
        self._open(PhotosDialog(self._desk, source, self.window()))

    def _open(self, dialog: QDialog) -> None:
        self.dialog = dialog
        dialog.open()

    def _show_count(self, count: int) -> None:
        text = _("待合并 {n}").format(n=f"{count:,}") if count else _("待合并")
        self.look_alikes.setText(text)

    def _changed(self, changes: Changes) -> None:
        if changes.hazards or changes.look_alikes:
            self.refresh()
