"""The progress of one job where the officer is looking: bar, count, speed, time left, cancel."""

from __future__ import annotations

import time
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.job_runner import JobHandle
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_SPEED_AFTER_S: Final = 1.0  # a speed measured over less is noise
_MINUTE: Final = 60


class JobProgress(QWidget):
    """Follows a `JobHandle`; hidden while nothing runs.

    Args:
        paced: The jobs tell count, speed and time left themselves (`services.pace.Pace`).
        parent: Owner.
    """

    def __init__(self, parent: QWidget | None = None, *, paced: bool = False) -> None:
        super().__init__(parent)
        self._paced = paced
        self.setObjectName("job-progress")
        self._handle: JobHandle | None = None
        self._started = 0.0
        self.title = words(name="job-title", wrap=False)
        self.note = words(role="muted", name="job-note", wrap=False)
        self.bar = QProgressBar()
        self.bar.setObjectName("job-bar")
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("进度"))
        self.cancel = push_button(_("取消"), "job-cancel", self.stop)
        self.cancel.setToolTip(_("停止正在进行的工作，已做的部分会退回"))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.title)
        column.addLayout(row)
        column.addWidget(self.note)
        self.hide()

    @property
    def running(self) -> bool:
        """Whether a job is being followed."""
        return self._handle is not None

    def follow(self, handle: JobHandle) -> None:
        """Show ``handle`` until it ends."""
        self._handle = handle
        self._started = time.monotonic()
        self.title.setText(handle.title)
        self.note.setText("")
        self.bar.setRange(0, 0)
        self.cancel.setEnabled(True)
        handle.progressed.connect(self._progress)
        handle.finished.connect(self._finish)
        self.show()

    def _progress(self, done: int, total: int, note: str) -> None:
        if self._handle is None or self._handle.cancelling:
            return
        # Before the first part is done nothing is known of the rest.
        self.bar.setRange(0, total if done else 0)
        self.bar.setValue(done)
        spent = time.monotonic() - self._started
        parts = [note]
        if self._paced:
            parts += [f"{done * 100 // total}%"] if total and done else []
        elif total:
            parts.append(f"{done:,} / {total:,}")
        if not self._paced and total and done and spent > _SPEED_AFTER_S:
            parts.append(_("剩余约 {time}").format(time=_spelt((total - done) * spent / done)))
        text = " · ".join(part for part in parts if part)
        width = max(self.width(), 120)
        self.note.setText(
            self.note.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, width)
        )

    def stop(self) -> None:
        """Ask the job to stop."""
        if self._handle is not None:
            self._handle.cancel()
            self.cancel.setEnabled(False)
            self.bar.setRange(0, 0)
            self.note.setText(_("正在停止，已做的部分会退回…"))

    def _finish(self) -> None:
        self._handle = None
        self.hide()


def _spelt(seconds: float) -> str:
    if seconds < _MINUTE:
        return _("{n} 秒").format(n=max(1, round(seconds)))
    return _("{n} 分钟").format(n=round(seconds / _MINUTE))
