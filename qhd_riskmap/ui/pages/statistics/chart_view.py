"""A chart on the page: drawn to its size and theme, each bar and point opens the rows behind it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QToolTip, QVBoxLayout, QWidget

from qhd_riskmap.domain.chart import Mark
from qhd_riskmap.formats.charts import ChartLook, DrawnChart, chart_png
from qhd_riskmap.i18n import _
from qhd_riskmap.services.figure_charts import FigureChart
from qhd_riskmap.services.figure_tables import Target
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, push_button
from qhd_riskmap.ui.toolkit.theme import SPACE_S, theme

_PAUSE_MS: Final = 150
_LEAST: Final = QSize(320, 220)


class ChartPicture(QWidget):
    """Shows a drawn chart.

    Signals:
        resized: It is to be drawn in another size.
        opened: A bar or a point was clicked (`Mark`).
    """

    resized = Signal()
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chart-picture")
        self.setMinimumSize(_LEAST)
        self.setMouseTracking(True)
        self._pixmap = QPixmap()
        self._marks: tuple[Mark, ...] = ()
        self._tips: dict[tuple[int, int], str] = {}

    def show_chart(self, drawn: DrawnChart, ratio: float, tips: dict[tuple[int, int], str]) -> None:
        """Show another picture."""
        self._pixmap = QPixmap()
        self._pixmap.loadFromData(drawn.content)
        self._pixmap.setDevicePixelRatio(ratio)
        self._marks, self._tips = drawn.marks, tips
        self.update()

    def marks(self) -> tuple[Mark, ...]:
        """Where the numbers stand, in dots of the picture."""
        return self._marks

    def mark_at(self, place: QPointF) -> Mark | None:
        """What stands at a place of the widget."""
        ratio = self._pixmap.devicePixelRatio()
        x, y = place.x() * ratio, place.y() * ratio
        return next((mark for mark in self._marks if mark.holds(x, y)), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture on the ground of the theme."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().surface)
        if not self._pixmap.isNull():
            painter.drawPixmap(0, 0, self._pixmap)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drawn anew in the new size."""
        super().resizeEvent(event)
        self.resized.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A number under the cursor says what it is."""
        mark = self.mark_at(event.position())
        hand = Qt.CursorShape.PointingHandCursor if mark else Qt.CursorShape.ArrowCursor
        self.setCursor(hand)
        if mark is not None:
            said = self._tips.get((mark.series, mark.category), "")
            QToolTip.showText(event.globalPosition().toPoint(), plain_tip(said), self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click opens the rows behind a number."""
        mark = self.mark_at(event.position())
        if mark is not None and event.button() is Qt.MouseButton.LeftButton:
            self.opened.emit(mark)

    def leaveEvent(self, event: QEvent) -> None:
        """No number under the cursor."""
        super().leaveEvent(event)
        self.unsetCursor()


class ChartView(QWidget):
    """Chooses a chart, draws it beside the window, writes it to a file.

    Signals:
        opened: The rows behind a number are wanted (`Target`).
    """

    opened = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("statistics-charts")
        self._desk = desk
        self.charts: Sequence[FigureChart] = ()
        self.choice = QComboBox()
        self.choice.setObjectName("chart-choice")
        self.choice.setAccessibleName(_("图"))
        self.choice.currentIndexChanged.connect(self.draw)
        self.save_button = push_button(
            _("保存图片…"), "chart-save", self._ask_save, glyph="image-outline"
        )
        self.picture = ChartPicture()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.draw)
        self.picture.resized.connect(self._timer.start)
        self.picture.opened.connect(self._open)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.choice)
        head.addStretch(1)
        head.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self.picture, 1)

    def show_charts(self, charts: Sequence[FigureChart]) -> None:
        """Show other numbers."""
        self.charts = charts
        at = max(0, self.choice.currentIndex())
        self.choice.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.choice.clear()
        self.choice.addItems([each.chart.title for each in charts])
        self.choice.setCurrentIndex(min(at, len(charts) - 1))
        self.choice.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self.draw()

    def shown(self) -> FigureChart | None:
        """The chart in front."""
        at = self.choice.currentIndex()
        return self.charts[at] if 0 <= at < len(self.charts) else None

    def draw(self) -> None:
        """Draw the chart in front, if anybody can see it."""
        chosen = self.shown()
        if chosen is None or not self.picture.isVisible():
            return
        size, ratio, colours = self.picture.size(), self.devicePixelRatioF(), theme()
        look = ChartLook(ground=colours.surface, text=colours.text, line=colours.line)
        self._desk.run(
            lambda _job: chart_png(
                chosen.chart, size.width(), size.height(), look=look, ratio=ratio
            ),
            title=_("正在画图…"),
            on_success=partial(self._drawn, chosen, ratio),
            database=False,
            quiet=True,
        )

    def close_down(self) -> None:
        """Nothing is drawn any more."""
        self._timer.stop()

    def _drawn(self, chosen: FigureChart, ratio: float, drawn: DrawnChart) -> None:
        if chosen is not self.shown():
            return
        tips = {}
        for key, target in chosen.targets.items():
            series, category = key
            value = chosen.chart.series[series].values[category]
            tips[key] = f"{target.title} {_number(value, percent=chosen.chart.percent)}"
        self.picture.show_chart(drawn, ratio, tips)

    def _open(self, mark: Mark) -> None:
        chosen = self.shown()
        target = chosen.targets.get((mark.series, mark.category)) if chosen else None
        if isinstance(target, Target):
            self.opened.emit(target)

    def _ask_save(self) -> None:
        chosen = self.shown()
        if chosen is None:
            return
        name, _kind = QFileDialog.getSaveFileName(
            self, _("保存图片"), f"{chosen.chart.title}.png", _("图片 (*.png);;矢量图 (*.svg)")
        )
        if name:
            path = Path(name)
            self.save(path if path.suffix else path.with_suffix(".png"))

    def save(self, path: Path) -> None:
        """Write the chart in front as PNG or SVG."""
        chosen, service = self.shown(), self._desk.app.chart_files
        if chosen is not None:
            self._desk.run(
                lambda _job: service.write(chosen.chart, path),
                title=_("正在保存图片…"),
                on_success=self._saved,
            )

    def _saved(self, path: Path) -> None:
        self._desk.notify(_("已保存“{name}”。").format(name=path.name), "success")


def _number(value: float | None, *, percent: bool) -> str:
    if value is None:
        return "—"
    return f"{value * 100:.1f} %" if percent else f"{value:,.0f}"
