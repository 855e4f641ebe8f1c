"""A month of deadlines: each day with how many are due, the worst colour first."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolButton, QVBoxLayout, QWidget

from qhd_riskmap.domain.remediation.lateness import worst
from qhd_riskmap.domain.remediation.overview import TaskLine
from qhd_riskmap.domain.remediation.workdays import WorkCalendar, shipped_calendar
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.late_colours import late_colour
from qhd_riskmap.ui.toolkit.page_parts import words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS, theme

_WEEKDAYS: Final = (
    N_("周一"),
    N_("周二"),
    N_("周三"),
    N_("周四"),
    N_("周五"),
    N_("周六"),
    N_("周日"),
)
_WEEKS: Final = 6
_HEAD: Final = 24
_NAMES_FROM: Final = 72  # room for names below the number of the day
_DAY_CHOICES: Final = (
    ("work", N_("{day} 上班")),
    ("off", N_("{day} 放假")),
    ("default", N_("{day} 按国务院安排")),
)
_STEPS: Final = {
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Right: 1,
    Qt.Key.Key_Up: -7,
    Qt.Key.Key_Down: 7,
}


class MonthGrid(QWidget):
    """Six weeks as cells.

    Signals:
        picked: A day was clicked or reached by the keys.
        day_set: The officer said whether a day is worked: the day, ``work``, ``off`` or ``default``.
    """

    picked = Signal(object)
    day_set = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("month-grid")
        self.setAccessibleName(_("整改时限日历"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(420, 260)
        self.first = date(2026, 1, 1)
        self.today = self.first
        self.day: date | None = None
        self.days: dict[date, list[TaskLine]] = {}
        self.work: WorkCalendar = shipped_calendar()
        self.editable = False

    def start(self) -> date:
        """The Monday in the upper left corner."""
        return self.first - timedelta(days=self.first.weekday())

    def cell(self, number: int) -> QRect:
        """The place of one of the 42 days."""
        week, weekday = divmod(number, 7)
        width, height = self.width() / 7, (self.height() - _HEAD) / _WEEKS
        left, top = round(weekday * width), round(_HEAD + week * height)
        right, bottom = round((weekday + 1) * width), round(_HEAD + (week + 1) * height)
        return QRect(left, top, right - left - 1, bottom - top - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a day."""
        day = self.day_at(event.position().toPoint())
        if day is not None and event.button() is Qt.MouseButton.LeftButton:
            self._pick(day)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The office's own working days."""
        day = self.day_at(event.pos())
        if day is not None and self.editable:
            self.day_menu(day).popup(event.globalPos())

    def day_at(self, place: QPoint) -> date | None:
        """The day at a place."""
        for number in range(_WEEKS * 7):
            if self.cell(number).contains(place):
                return self.start() + timedelta(days=number)
        return None

    def day_menu(self, day: date) -> QMenu:
        """What may be said of a day."""
        menu = QMenu(self)
        menu.setObjectName("day-menu")
        for choice, text in _DAY_CHOICES:
            action = menu.addAction(_(text).format(day=day.isoformat()))
            action.setObjectName(f"day-{choice}")
            action.triggered.connect(
                lambda _on=False, choice=choice: self.day_set.emit(day, choice)
            )
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows walk through the days."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._pick((self.day or self.today) + timedelta(days=step))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the month."""
        del event
        painter = QPainter(self)
        shown = theme()
        painter.fillRect(self.rect(), QColor(shown.surface))
        painter.setPen(QColor(shown.muted))
        for weekday, name in enumerate(_WEEKDAYS):
            place = QRect(self.cell(weekday).left(), 0, self.cell(weekday).width(), _HEAD)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), _(name))
        for number in range(_WEEKS * 7):
            self._paint_day(painter, self.cell(number), self.start() + timedelta(days=number))
        painter.end()

    def _pick(self, day: date) -> None:
        self.day = day
        self.picked.emit(day)
        self.update()

    def _paint_day(self, painter: QPainter, box: QRect, day: date) -> None:
        shown = theme()
        here = day.month == self.first.month
        working = self.work.is_working(day)
        painter.fillRect(box, QColor(shown.surface if working else shown.window))
        painter.setPen(QPen(QColor(shown.line), 1))
        painter.drawRect(box)
        if day == self.day or (day == self.today and self.day is None):
            painter.setPen(QPen(QColor(shown.accent), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        metrics = painter.fontMetrics()
        inner = box.adjusted(SPACE_XS + 2, SPACE_XS, -SPACE_XS - 2, -2)
        painter.setPen(QColor(shown.text if here else shown.border))
        number = _("今天 {n}").format(n=day.day) if day == self.today else str(day.day)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), number)
        lines = self.days.get(day, [])
        if not lines:
            return
        painter.setPen(late_colour(worst(line.late for line in lines).stage))
        count = _("{n} 项").format(n=len(lines))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), count)
        if box.height() < _NAMES_FROM:
            return
        top = inner.top() + metrics.height()
        for line in lines:
            if top + metrics.height() > inner.bottom():
                break
            painter.setPen(late_colour(line.late.stage))
            place = QRect(inner.left(), top, inner.width(), metrics.height())
            name = metrics.elidedText(line.name, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), name)
            top += metrics.height()


class MonthView(QWidget):
    """The grid with its month and the buttons to turn the pages.

    Signals:
        picked: A day was picked.
        day_set: The officer said whether a day is worked; see `MonthGrid`.
    """

    picked = Signal(object)
    day_set = Signal(object, str)

    def __init__(self, *, editable: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("month-view")
        self.grid = MonthGrid()
        self.grid.editable = editable
        self.grid.picked.connect(self._picked)
        self.grid.day_set.connect(self.day_set)
        self.title = QLabel()
        self.title.setObjectName("month-title")
        self.title.setProperty("role", "section")
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        for name, glyph, tip, step in (
            ("month-before", "chevron-left", _("上个月"), -1),
            ("month-after", "chevron-right", _("下个月"), 1),
        ):
            button = QToolButton()
            button.setObjectName(name)
            button.setIcon(icon(glyph))
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.clicked.connect(lambda _on=False, step=step: self.turn(step))
            row.addWidget(button)
        back = QToolButton()
        back.setObjectName("month-today")
        back.setText(_("本月"))
        back.clicked.connect(lambda: self.show_month(self.grid.today))
        row.addWidget(back)
        row.addSpacing(SPACE_S)
        row.addWidget(self.title)
        row.addStretch(1)
        hint = _("灰底为休息日；右键改写本单位的上班和放假") if editable else _("灰底为休息日")
        row.addWidget(words(hint, role="muted", name="month-hint", wrap=False))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(row)
        layout.addWidget(self.grid, 1)

    def show_lines(self, lines: Sequence[TaskLine], today: date, work: WorkCalendar) -> None:
        """Show the deadlines of some tasks."""
        first_time = self.grid.today == self.grid.first
        self.grid.today, self.grid.work = today, work
        self.grid.days = {}
        for line in sorted(lines, key=lambda each: each.late.urgency, reverse=True):
            if line.task.deadline is not None:
                self.grid.days.setdefault(line.task.deadline, []).append(line)
        if first_time:
            self.show_month(today)
        self.grid.update()

    def show_month(self, day: date) -> None:
        """Turn to the month of a day."""
        self.grid.first = day.replace(day=1)
        self.title.setText(_("{year} 年 {month} 月").format(year=day.year, month=day.month))
        self.grid.update()

    def turn(self, months: int) -> None:
        """Turn some pages."""
        first = self.grid.first
        last = calendar.monthrange(first.year, first.month)[1]
        self.show_month(first + timedelta(days=last if months > 0 else -1))

    def _picked(self, day: date) -> None:
        if day.month != self.grid.first.month:
            self.show_month(day)
        self.picked.emit(day)
