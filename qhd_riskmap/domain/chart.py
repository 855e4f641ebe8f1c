"""What a chart shows: series over categories. How it is drawn is the painter's business."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    """How series stand to each other."""

    STACKED = "stacked"
    GROUPED = "grouped"
    LINES = "lines"
    ACROSS = "across"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One row of numbers.

    Attributes:
        values: One per category; None where there is none.
        rank: Risk level that gives it its colour and digit; None for another series, 0 for ungraded.
    """

    label: str
    values: tuple[float | None, ...]
    rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One chart.

    Attributes:
        unit: Written at the axis of numbers.
        percent: Values are shares, 0.75 is written 75 %.
    """

    key: str
    title: str
    kind: ChartKind
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    percent: bool = False

    def __post_init__(self) -> None:
        if any(len(each.values) != len(self.categories) for each in self.series):
            raise ValueError("every series has a value per category")

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(value for each in self.series for value in each.values)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a number stands in the picture: pixels from the upper left corner.

    Attributes:
        series: Its place among the series.
        category: Its place among the categories.
    """

    left: float
    top: float
    right: float
    bottom: float
    series: int
    category: int

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies on it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom
