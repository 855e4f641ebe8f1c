"""Draws charts with matplotlib, without a window: PNG and SVG, in the program's own font.

Matplotlib is loaded when the first chart is wanted: it takes half a second. Colours are never alone:
levels have their digit and a pattern, other series a pattern or a sign, so a grey print can be read.
"""

from __future__ import annotations

import io
import os
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.domain.chart import Chart, ChartKind, Mark, Series
from qhd_riskmap.errors import ResourceMissingError
from qhd_riskmap.resources import resources_dir
from qhd_riskmap.settings import data_dir

_FONT: Final = "QhdSheetSans-Regular.otf"
_LEVEL_FILLS: Final = {1: "#E60000", 2: "#FF7F00", 3: "#FFE600", 4: "#0070FF", 0: "#9AA5A5"}
_LEVEL_HATCHES: Final = {1: "", 2: "//", 3: "..", 4: "\\\\", 0: "xx"}
# Teal, brick, slate: no risk colours.
_FILLS: Final = ("#2A9D8F", "#B5651D", "#5C6B73", "#8E6C8A")
_HATCHES: Final = ("", "///", "...", "xx")
_SIGNS: Final = ("o", "s", "^", "D")
_STROKES: Final = ("-", "--", "-.", ":")
_POINTS: Final = 9.0
_TITLE_POINTS: Final = 11.0
_LEAST_FOR_DIGIT: Final = 0.045  # of the axis: a smaller piece has no room for its digit
_LONGEST_NAME: Final = 16
_SIGN_PX: Final = 8.0
_ROOM: Final = 1.15  # above the highest mark
_INCH_MM: Final = 25.4
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartLook:
    """Colours around the marks, ``#rrggbb``."""

    ground: str = "#FFFFFF"
    text: str = "#1C2424"
    line: str = "#D3DBDB"


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnChart:
    """A finished picture.

    Attributes:
        content: PNG or SVG.
        marks: Where its numbers stand, in pixels; empty for SVG.
    """

    content: bytes
    marks: tuple[Mark, ...] = ()


PAPER: Final = ChartLook()


def chart_png(
    chart: Chart, width: int, height: int, *, look: ChartLook = PAPER, ratio: float = 1.0
) -> DrawnChart:
    """The chart as a picture of a screen.

    Args:
        chart: What to draw.
        width: In pixels of 1/96 inch.
        height: Likewise.
        look: Colours of the theme in force.
        ratio: Dots per pixel.
    """
    return _drawn(chart, (width / 96, height / 96), look, "png", 96 * ratio)


def chart_file(chart: Chart, width_mm: float, height_mm: float, kind: str) -> bytes:
    """The chart for paper.

    Args:
        chart: What to draw.
        width_mm: As wide as it is to stand on the paper.
        height_mm: As high.
        kind: ``png`` (200 dots per inch) or ``svg``.
    """
    size = (width_mm / _INCH_MM, height_mm / _INCH_MM)
    return _drawn(chart, size, PAPER, kind, 200).content


def _drawn(
    chart: Chart, size: tuple[float, float], look: ChartLook, kind: str, dpi: float
) -> DrawnChart:
    with _one_at_a_time:
        library = _library()
        with library.matplotlib.rc_context(
            {"svg.hashsalt": "qhd", "hatch.linewidth": 0.6, "hatch.color": look.text}
        ):
            return _Drawing(library, chart, size, look).saved(kind, dpi)


@dataclass(frozen=True, slots=True)
class _Library:
    matplotlib: Any
    figure: Any
    canvas: Any
    font: Any


@cache
def _library() -> _Library:
    """Matplotlib, with its list of fonts in the program's own folder."""
    os.environ.setdefault("MPLCONFIGDIR", str(data_dir() / "charts"))
    import matplotlib as mpl  # noqa: PLC0415 - half a second that a start need not pay
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415

    path = _font_path()
    font = FontProperties(fname=str(path)) if path is not None else FontProperties()
    return _Library(mpl, Figure, FigureCanvasAgg, font)


def _font_path() -> Path | None:
    try:
        path = resources_dir() / "fonts" / _FONT
    except ResourceMissingError:
        return None
    return path if path.is_file() else None


class _Drawing:
    """One chart while it is drawn."""

    def __init__(
        self, library: _Library, chart: Chart, size: tuple[float, float], look: ChartLook
    ) -> None:
        self._library, self._chart, self._look = library, chart, look
        self._figure = library.figure(figsize=size, layout="constrained", facecolor=look.ground)
        self._canvas = library.canvas(self._figure)
        self._axes = self._figure.add_subplot(facecolor=look.ground)
        self._bars: list[tuple[Any, int, int]] = []
        self._points: list[tuple[float, float, int, int]] = []
        self._draw()

    def saved(self, kind: str, dpi: float) -> DrawnChart:
        target = io.BytesIO()
        self._figure.savefig(
            target, format=kind, dpi=dpi, facecolor=self._look.ground,
            metadata={"Date": None} if kind == "svg" else {"Software": None},
        )  # fmt: skip
        marks = () if kind == "svg" else tuple(self._marks(dpi))
        return DrawnChart(content=target.getvalue(), marks=marks)

    def _draw(self) -> None:
        chart, axes = self._chart, self._axes
        painters = {
            ChartKind.STACKED: self._stacked,
            ChartKind.GROUPED: self._grouped,
            ChartKind.LINES: self._lines,
            ChartKind.ACROSS: self._across,
        }
        painters[chart.kind]()
        self._dress()
        if chart.empty:
            axes.text(0.5, 0.5, "—", transform=axes.transAxes, ha="center", va="center",
                      color=self._look.text, fontproperties=self._font(_TITLE_POINTS))  # fmt: skip

    def _stacked(self) -> None:
        below = [0.0] * len(self._chart.categories)
        highest = max(
            (sum(s.values[at] or 0 for s in self._chart.series) for at in range(len(below))),
            default=0.0,
        )
        for number, series in enumerate(self._chart.series):
            values = _numbers(series)
            bars = self._axes.bar(
                range(len(values)),
                values,
                bottom=below,
                width=0.66,
                **self._dress_of(number, series),
            )
            for place, (bar, value) in enumerate(zip(bars, values, strict=True)):
                if value:
                    self._bars.append((bar, number, place))
                if series.rank is not None and value > highest * _LEAST_FOR_DIGIT:
                    self._digit(place, below[place] + value / 2, f"{value:.0f}", series)
            below = [low + value for low, value in zip(below, values, strict=True)]

    def _digit(self, x: float, y: float, text: str, series: Series) -> None:
        """The number of a piece, on a plate that its pattern does not cross."""
        fill = _LEVEL_FILLS[series.rank or 0]
        ink = "#FFFFFF" if series.rank in {1, 4} else "#1C1200"
        self._axes.text(
            x, y, text, ha="center", va="center", color=ink, fontproperties=self._font(_POINTS),
            bbox={"boxstyle": "square,pad=0.12", "facecolor": fill, "edgecolor": "none"},
        )  # fmt: skip

    def _grouped(self) -> None:
        count = max(1, len(self._chart.series))
        width = 0.76 / count
        for number, series in enumerate(self._chart.series):
            at = [place + (number - (count - 1) / 2) * width for place in range(len(series.values))]
            values = _numbers(series)
            bars = self._axes.bar(at, values, width=width * 0.94, **self._dress_of(number, series))
            for place, bar in enumerate(bars):
                if series.values[place] is not None:
                    self._bars.append((bar, number, place))
                    self._axes.annotate(
                        self._written(values[place]), (at[place], values[place]), ha="center",
                        va="bottom", xytext=(0, 1), textcoords="offset points",
                        color=self._look.text, fontproperties=self._font(_POINTS - 1.5),
                    )  # fmt: skip

    def _lines(self) -> None:
        for number, series in enumerate(self._chart.series):
            colour = _FILLS[number % len(_FILLS)]
            kept = [(at, v) for at, v in enumerate(series.values) if v is not None]
            self._axes.plot(
                [at for at, _v in kept], [v for _at, v in kept], color=colour, linewidth=2,
                marker=_SIGNS[number % len(_SIGNS)], linestyle=_STROKES[number % len(_STROKES)],
                label=series.label,
            )  # fmt: skip
            self._points += [(at, value, number, at) for at, value in kept]

    def _across(self) -> None:
        names = [_shortened(name) for name in self._chart.categories]
        for number, series in enumerate(self._chart.series):
            height = 0.72 if number == 0 else 0.36  # the part lies upon its whole
            bars = self._axes.barh(
                range(len(names)), _numbers(series), height=height, zorder=2 + number,
                **self._dress_of(number, series),
            )  # fmt: skip
            for place, bar in enumerate(bars):
                if series.values[place]:
                    self._bars.append((bar, number, place))
        self._axes.invert_yaxis()

    def _dress_of(self, number: int, series: Series) -> dict[str, Any]:
        if series.rank is not None:
            fill, hatch = _LEVEL_FILLS[series.rank], _LEVEL_HATCHES[series.rank]
            label = f"{series.rank} {series.label}" if series.rank else series.label
        else:
            fill, hatch = _FILLS[number % len(_FILLS)], _HATCHES[number % len(_HATCHES)]
            label = series.label
        return {
            "color": fill, "hatch": hatch, "label": label, "edgecolor": self._look.text,
            "linewidth": 0.5,
        }  # fmt: skip

    def _dress(self) -> None:
        chart, axes, look = self._chart, self._axes, self._look
        axes.set_title(chart.title, color=look.text, fontproperties=self._font(_TITLE_POINTS))
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(look.line)
        across = chart.kind is ChartKind.ACROSS
        numbers, names = (axes.xaxis, axes.yaxis) if across else (axes.yaxis, axes.xaxis)
        axes.grid(axis="x" if across else "y", color=look.line, linewidth=0.6)
        axes.set_axisbelow(True)
        self._scale(numbers, across=across)
        labels = [_shortened(name) for name in chart.categories]
        names.set_ticks(range(len(labels)), labels)
        for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
            label.set_fontproperties(self._font(_POINTS))
            label.set_color(look.text)
        axes.tick_params(colors=look.text, length=0)
        if chart.unit:
            place = axes.set_xlabel if across else axes.set_ylabel
            place(chart.unit, color=look.text, fontproperties=self._font(_POINTS))
        if chart.series and not chart.empty:
            legend = axes.legend(
                prop=self._font(_POINTS), labelcolor=look.text, frameon=False, ncols=5,
                loc="upper center", bbox_to_anchor=(0.5, -0.1 if not across else -0.12),
            )  # fmt: skip
            legend.set_in_layout(True)

    def _scale(self, numbers: Any, *, across: bool) -> None:
        """From zero upwards, in whole numbers or percents."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415

        limits = self._axes.set_xlim if across else self._axes.set_ylim
        low, high = self._axes.get_xlim() if across else self._axes.get_ylim()
        del low
        top = 1.0 if self._chart.percent else max(high, 1.0)
        limits(0, top * (_ROOM if self._chart.kind is not ChartKind.STACKED else 1.02))
        numbers.set_major_locator(MaxNLocator(nbins=6, integer=not self._chart.percent))
        numbers.set_major_formatter(FuncFormatter(lambda value, _at: self._written(value)))

    def _written(self, value: float) -> str:
        if self._chart.percent:
            return f"{value * 100:.0f}%" if value <= 1 else ""
        return f"{value:,.0f}"

    def _font(self, points: float) -> Any:
        font = self._library.font.copy()
        font.set_size(points)
        return font

    def _marks(self, dpi: float) -> list[Mark]:
        """Where the numbers came to stand when the picture was drawn."""
        scale = dpi / self._figure.dpi
        height = self._figure.bbox.height * scale
        found = []
        for bar, series, category in self._bars:
            box = bar.get_window_extent()
            found.append(
                Mark(box.x0 * scale, height - box.y1 * scale, box.x1 * scale,
                     height - box.y0 * scale, series, category)
            )  # fmt: skip
        reach = _SIGN_PX * dpi / 96
        for x, y, series, category in self._points:
            across, up = self._axes.transData.transform((x, y))
            px, py = across * scale, height - up * scale
            found.append(Mark(px - reach, py - reach, px + reach, py + reach, series, category))
        return found[::-1]  # what lies above comes first


def _numbers(series: Series) -> list[float]:
    return [value or 0.0 for value in series.values]


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
