"""A day that may be empty: typed in any usual form, or picked from a calendar."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QDate, QLocale, QPoint, Qt, Signal
from PySide6.QtWidgets import QCalendarWidget, QHBoxLayout, QLineEdit, QToolButton, QWidget

from qhd_riskmap.domain.schema import parse_date
from qhd_riskmap.i18n import CHINESE, _, language
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.page_parts import set_look
from qhd_riskmap.ui.toolkit.theme import SPACE_XS


class DateField(QWidget):
    """Shows and takes one day.

    Signals:
        edited: The day is another one.
    """

    edited = Signal()

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setObjectName(name)
        self.line.setAccessibleName(label)
        self.line.setPlaceholderText(_("例如：2026-11-23"))
        self.line.textChanged.connect(self._typed)
        self.line.editingFinished.connect(self._tidy)
        self.button = QToolButton()
        self.button.setObjectName(f"{name}-calendar")
        self.button.setIcon(icon("calendar-month-outline"))
        self.button.setToolTip(_("从日历中选择"))
        self.button.setAccessibleName(_("从日历中选择"))
        self.button.clicked.connect(self.show_calendar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self.line, 1)
        row.addWidget(self.button)
        self.setFocusProxy(self.line)

    def day(self) -> date | None:
        """The day, or None where none or no date is typed."""
        return parse_date(self.line.text())

    def set_day(self, day: date | None) -> None:
        """Show a day, or nothing."""
        self.line.setText(day.isoformat() if day else "")

    def bad(self) -> bool:
        """Whether something is typed that is no date."""
        return bool(self.line.text().strip()) and self.day() is None

    def show_calendar(self) -> QCalendarWidget:
        """Open a calendar below the line."""
        calendar = QCalendarWidget(self)
        calendar.setObjectName("calendar")
        calendar.setWindowFlags(Qt.WindowType.Popup)
        calendar.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        calendar.setLocale(QLocale(language() if language() == CHINESE else "en"))
        calendar.setGridVisible(False)
        day = self.day()
        if day is not None:
            calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        calendar.clicked.connect(self._pick)
        calendar.clicked.connect(calendar.close)
        calendar.move(self.mapToGlobal(QPoint(0, self.height())))
        calendar.show()
        return calendar

    def _pick(self, day: QDate) -> None:
        self.set_day(date(day.year(), day.month(), day.day()))

    def _typed(self) -> None:
        set_look(self.line, "bad", self.bad())
        self.edited.emit()

    def _tidy(self) -> None:
        day = self.day()
        if day is not None and self.line.text() != day.isoformat():
            self.set_day(day)
