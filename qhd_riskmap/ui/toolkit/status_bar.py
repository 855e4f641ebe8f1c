"""The status bar: where the cursor is, at what scale, in which register, who works, what runs."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar, QToolButton, QWidget

from qhd_riskmap.geo.coordinate_text import format_decimal, format_dms, format_gk
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.job_runner import JobHandle

COORDINATE_FORMS: Final = ("dms", "decimal", "gk")
_FORMATTERS: Final = {"dms": format_dms, "decimal": format_decimal, "gk": format_gk}
_WIDEST: Final = "119°59′59.99″E 39°59′59.99″N  "
_PROGRESS_WIDTH: Final = 140
_NOTE_WIDTH: Final = 260


class DeskStatusBar(QStatusBar):
    """What is always in sight below the pages.

    Signals:
        form_chosen: The officer clicked to another coordinate form (one of `COORDINATE_FORMS`).
        backup_wanted: The officer clicked on the last backup.
    """

    form_chosen = Signal(str)
    backup_wanted = Signal()

    def __init__(self, coordinate_form: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status-bar")
        self.setSizeGripEnabled(False)
        self._form = coordinate_form
        self._place = (math.nan, math.nan)
        self._jobs: list[JobHandle] = []
        self._make_job_widgets()
        self.coordinate = _flat_button("status-coordinate", _("光标坐标"))
        self.coordinate.setToolTip(_("光标处的坐标；点一下换一种写法：度分秒、十进制度、高斯坐标"))
        self.coordinate.setMinimumWidth(QFontMetrics(self.font()).horizontalAdvance(_WIDEST))
        self.coordinate.clicked.connect(self._next_form)
        self.scale = _label("status-scale", _("比例尺"))
        self.scale.setMinimumWidth(QFontMetrics(self.font()).horizontalAdvance("1:10,000,000"))
        datum = _label("status-datum", _("坐标系"))
        datum.setText("CGCS2000")
        datum.setToolTip(_("2000 国家大地坐标系（EPSG:4490）"))
        self.lock = QLabel()
        self.lock.setObjectName("status-lock")
        self.register = _label("status-register", _("登记库"))
        self.backup = _flat_button("status-backup", _("上次备份"))
        self.backup.clicked.connect(self.backup_wanted)
        self.actor = _label("status-actor", _("经办人"))
        for widget in (self.coordinate, self.scale, datum, self.lock, self.register, self.backup, self.actor):  # fmt: skip
            self.addPermanentWidget(widget)
        self._show_place()

    def show_register(self, name: str, path: str, *, encrypted: bool, actor: str) -> None:
        """Say which register is open and who works."""
        glyph = "lock-outline" if encrypted else "lock-open-variant-outline"
        words = _("已加密") if encrypted else _("未加密")
        self.lock.setPixmap(icon(glyph, colour="muted").pixmap(16, 16))
        self.lock.setToolTip(words)
        self.lock.setAccessibleName(words)
        self.register.setText(name)
        self.register.setToolTip(f"{path}（{words}）")
        self.actor.setText(_("经办人：{name}").format(name=actor))

    def show_backup(self, text: str, explanation: str) -> None:
        """Say when the register was last backed up."""
        self.backup.setText(text)
        self.backup.setToolTip(explanation)

    def show_place(self, lon: float, lat: float) -> None:
        """The cursor's place in CGCS2000 degrees; NaN when it left the map."""
        self._place = (lon, lat)
        self._show_place()

    def show_scale(self, denominator: float) -> None:
        """The map's scale 1:n."""
        # Three figures: more would pretend an exactness that a screen does not have.
        step = 10 ** max(0, math.floor(math.log10(max(denominator, 1))) - 2)
        self.scale.setText(f"1:{round(denominator / step) * step:,}")

    def watch(self, handle: JobHandle) -> None:
        """Show a running job; of several, the one started last."""
        self._jobs.append(handle)
        handle.progressed.connect(self._progress)
        handle.finished.connect(self._unwatch)
        self._show_job()

    def _make_job_widgets(self) -> None:
        self.job_text = _label("status-job", _("正在进行的工作"))
        self.job_text.setMaximumWidth(_NOTE_WIDTH)
        self.progress = QProgressBar()
        self.progress.setObjectName("status-progress")
        self.progress.setFixedWidth(_PROGRESS_WIDTH)
        self.progress.setAccessibleName(_("进度"))
        self.cancel = QPushButton(_("取消"))
        self.cancel.setObjectName("status-cancel")
        self.cancel.setToolTip(_("停止正在进行的工作，已做的部分会退回"))
        self.cancel.clicked.connect(self._cancel)
        for widget in (self.job_text, self.progress, self.cancel):
            self.addWidget(widget)
            widget.hide()

    def _show_job(self) -> None:
        running = bool(self._jobs)
        for widget in (self.job_text, self.progress, self.cancel):
            widget.setVisible(running)
        if running:
            self.job_text.setText(self._jobs[-1].title)
            self.progress.setRange(0, 0)
            self.cancel.setEnabled(not self._jobs[-1].cancelling)

    def _progress(self, done: int, total: int, note: str) -> None:
        if not self._jobs or self.sender() is not self._jobs[-1]:
            return
        self.progress.setRange(0, total)
        self.progress.setValue(done)
        # What is counted differs from job to job (rows, bytes): the note and the page say it.
        self.progress.setFormat(f"{done * 100 // total}%" if total else "")
        words = f"{self._jobs[-1].title} {note}".strip()
        metrics = QFontMetrics(self.font())
        self.job_text.setText(
            metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, _NOTE_WIDTH - 8)
        )

    def _unwatch(self) -> None:
        self._jobs = [handle for handle in self._jobs if not handle.done]
        self._show_job()

    def _cancel(self) -> None:
        if self._jobs:
            self._jobs[-1].cancel()
            self.cancel.setEnabled(False)
            self.job_text.setText(_("正在停止…"))

    def _next_form(self) -> None:
        after = COORDINATE_FORMS.index(self._form) + 1
        self._form = COORDINATE_FORMS[after % len(COORDINATE_FORMS)]
        self._show_place()
        self.form_chosen.emit(self._form)

    def _show_place(self) -> None:
        lon, lat = self._place
        known = math.isfinite(lon) and math.isfinite(lat)
        self.coordinate.setText(_FORMATTERS[self._form](lon, lat) if known else "—")


def _label(name: str, accessible: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAccessibleName(accessible)
    label.setContentsMargins(6, 0, 6, 0)
    return label


def _flat_button(name: str, accessible: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setAccessibleName(accessible)
    button.setAutoRaise(True)
    return button
