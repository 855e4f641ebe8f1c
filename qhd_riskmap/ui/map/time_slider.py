"""The levels of all hazards on a past day, under a slider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from PySide6.QtCore import QDate, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDateEdit,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QToolButton,
    QWidget,
)

from qhd_riskmap.cartography.symbols import level_label
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable
from qhd_riskmap.i18n import _
from qhd_riskmap.services.history import PastOfAll
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_PAUSE_MS: Final = 40
_FRAME_MS: Final = 400
_FRAMES: Final = 60  # the whole past is played in about half a minute
_SLIDER_WIDTH: Final = 120
_NOT_GRADED: Final = "–"
Wanted = Mapping[str, frozenset[str]]


class TimeSlider(QFrame):
    """A bar above the map, covering none of it; while it is open the map shows the past.

    Signals:
        past_wanted: Show this table of a past day (`FeatureTable`).
        closed: The map shows the present again.
    """

    past_wanted = Signal(object)
    closed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("time-slider")
        self._desk = desk
        self._past: PastOfAll | None = None
        self._first = date.today()  # noqa: DTZ011 - replaced when the past is read
        self._wanted: Wanted = {}
        self.active = False
        self._timer = _timer(self, _PAUSE_MS, single=True)
        self._timer.timeout.connect(self._show_day)
        self._player = _timer(self, _FRAME_MS, single=False)
        self._player.timeout.connect(self._step)
        self._build()
        desk.features.replaced.connect(self._reread)
        self.hide()

    def _build(self) -> None:
        self.play_button = self._tool("time-play", "play", _("播放"), self._toggle_play)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setObjectName("time-position")
        self.slider.setAccessibleName(_("日期"))
        self.slider.setMinimumWidth(_SLIDER_WIDTH)
        self.slider.setPageStep(30)
        self.slider.valueChanged.connect(self._slid)
        self.edit = QDateEdit()
        self.edit.setObjectName("time-date")
        self.edit.setAccessibleName(_("日期"))
        self.edit.setDisplayFormat("yyyy-MM-dd")
        self.edit.setCalendarPopup(True)
        self.edit.dateChanged.connect(self._dated)
        self.counts = QLabel()
        self.counts.setObjectName("time-counts")
        self.counts.setTextFormat(Qt.TextFormat.PlainText)
        # Counts must not hold the window wide; where the names find no room, the numbers of the
        # levels stand for them.
        self.counts.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._count_words = ("", "")
        close = self._tool("time-close", "close", _("回到现在（Esc）"), self.close_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, SPACE_XS, SPACE_XS, SPACE_XS)
        row.setSpacing(SPACE_S)
        for widget, share in (
            (self.play_button, 0),
            (self.slider, 1),
            (self.edit, 0),
            (self.counts, 2),
            (close, 0),
        ):
            row.addWidget(widget, share)

    def _tool(self, name: str, icon_name: str, words: str, deed: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setIcon(icon(icon_name))
        button.setToolTip(words)
        button.setAccessibleName(words)
        button.clicked.connect(deed)
        return button

    # -- opening and closing --------------------------------------------------------------------

    def open_bar(self) -> None:
        """Read the past and show it, beginning today."""
        self.active = True
        self._read()

    def close_bar(self) -> None:
        """Show the present again."""
        self._player.stop()
        self.active = False
        self._past = None
        self.hide()
        self.closed.emit()

    def set_filter(self, wanted: Wanted) -> None:
        """Show only hazards that pass the filters of the map."""
        self._wanted = wanted
        if self.active and self._past is not None:
            self._timer.start()

    def day(self) -> date:
        """The day shown."""
        return self._first + timedelta(days=self.slider.value())

    def _read(self) -> None:
        service = self._desk.app.history
        self._desk.run(
            lambda _job: service.past(),
            title=_("正在读取历史…"),
            on_success=self._take,
            on_failure=self._not_read,
        )

    def _reread(self) -> None:
        if self.active:
            self._read()

    def _not_read(self, error: BaseException) -> None:
        self.close_bar()
        self._desk.show_error(error)

    def _take(self, past: PastOfAll) -> None:
        if not self.active:
            return
        anew = self._past is None
        shown = self.day()
        self._past = past
        today = datetime.now(UTC).astimezone().date()
        self._first = min(past.timeline.first_day or today, today)
        last = (today - self._first).days
        with QSignalBlocker(self.slider), QSignalBlocker(self.edit):
            self.slider.setRange(0, last)
            self.slider.setValue(last if anew else (shown - self._first).days)
            self.edit.setDateRange(_qdate(self._first), _qdate(today))
        self._slid()
        self._show_day()
        self.show()

    # -- showing --------------------------------------------------------------------------------

    def _slid(self) -> None:
        with QSignalBlocker(self.edit):
            self.edit.setDate(_qdate(self.day()))
        self._timer.start()

    def _dated(self, day: QDate) -> None:
        self.slider.setValue((date(day.year(), day.month(), day.day()) - self._first).days)

    def _show_day(self) -> None:
        self._timer.stop()
        if self._past is None:
            return
        table = table_of_day(self._past, self.day(), self._wanted)
        self._count_words = _counts(table)
        self.counts.setToolTip(self._count_words[0])
        self.counts.setAccessibleName(self._count_words[0])
        self._fit_counts()
        self.past_wanted.emit(table)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names of levels as long as they fit."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._fit_counts)  # when the row has been laid out

    def _fit_counts(self) -> None:
        full, short = self._count_words
        fits = self.counts.fontMetrics().horizontalAdvance(full) <= self.counts.width()
        self.counts.setText(full if fits else short)

    # -- playing --------------------------------------------------------------------------------

    def _toggle_play(self) -> None:
        if self._player.isActive():
            self._pause()
            return
        if self.slider.value() >= self.slider.maximum():
            self.slider.setValue(0)
        self.play_button.setIcon(icon("pause"))
        self._player.start()

    def _pause(self) -> None:
        self._player.stop()
        self.play_button.setIcon(icon("play"))

    def _step(self) -> None:
        stride = max(1, self.slider.maximum() // _FRAMES)
        self.slider.setValue(min(self.slider.value() + stride, self.slider.maximum()))
        if self.slider.value() >= self.slider.maximum():
            self._pause()


def table_of_day(past: PastOfAll, day: date, wanted: Wanted) -> FeatureTable:
    """The hazards there were on a day, with the levels of that day, as far as filters let them."""
    present, levels = past.timeline.at(day)
    table = past.table
    for key, column in (("county", table.counties), ("type", table.type_keys)):
        if wanted.get(key):
            present &= np.isin(column.astype(str), list(wanted[key]))
    if wanted.get("level"):
        present &= np.isin(levels, [int(value) for value in wanted["level"]])
    return replace(table.take(present), levels=levels[present])


def _counts(table: FeatureTable) -> tuple[str, str]:
    """How many of each level, with their names and with their numbers."""
    numbers = np.bincount(table.levels, minlength=5).tolist()
    order = [rank for rank in (*range(1, len(numbers)), NO_LEVEL) if numbers[rank]]
    if not order:
        nothing = _("这一天还没有隐患")
        return nothing, nothing
    full = (f"{level_label(rank)} {numbers[rank]:,}" for rank in order)
    short = (f"{rank or _NOT_GRADED}:{numbers[rank]:,}" for rank in order)
    return "　".join(full), "  ".join(short)


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)


def _timer(parent: QFrame, interval: int, *, single: bool) -> QTimer:
    timer = QTimer(parent)
    timer.setSingleShot(single)
    timer.setInterval(interval)
    return timer
