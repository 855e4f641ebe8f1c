"""The values of one column, told apart once: for sorting, filtering and counting without row loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.domain.late_value import Late
from qhd_riskmap.i18n import language

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnFilter:
    """What the officer wants to see of one column; empty parts do not restrict.

    Attributes:
        labels: Texts to show; None shows all.
        contains: Part of the text, any case.
        lowest: Least number shown.
        highest: Greatest number shown.
    """

    labels: frozenset[str] | None = None
    contains: str = ""
    lowest: float = -math.inf
    highest: float = math.inf

    @property
    def restricts(self) -> bool:
        """Whether it hides anything at all."""
        return (
            self.labels is not None
            or bool(self.contains.strip())
            or self.lowest > -math.inf
            or self.highest < math.inf
        )


@dataclass(frozen=True, slots=True)
class ColumnValues:
    """Distinct texts of a column and, for every row, the number of its text.

    Attributes:
        labels: Distinct texts, in order of first appearance.
        places: For every row, the place of its text in `labels`.
    """

    labels: list[str]
    places: npt.NDArray[np.int32]
    _order: Late[npt.NDArray[np.intp]]

    @classmethod
    def of(cls, values: npt.NDArray[Any], label: Callable[[Any], str]) -> ColumnValues:
        """Tell the values of a column apart by what they show."""
        numbers: dict[Any, int] = {}
        keys = np.fromiter(
            (numbers.setdefault(value, len(numbers)) for value in values.tolist()),
            dtype=np.int32,
            count=len(values),
        )
        texts: dict[str, int] = {}
        merged = np.array(
            [texts.setdefault(label(value), len(texts)) for value in numbers], dtype=np.int32
        )
        labels = list(texts)
        places = merged[keys] if len(keys) else keys
        return cls(labels, places, Late(lambda: _sorted_places(labels)))

    def make_order(self) -> None:
        """Sort the texts ahead of the question."""
        self._order.get()

    def ranks(self) -> npt.NDArray[np.int32]:
        """Numbers that sort the rows as Excel and WPS do."""
        order = self._order.get()
        ranks = np.empty(len(order), dtype=np.int32)
        ranks[order] = np.arange(len(order), dtype=np.int32)
        return ranks[self.places] if len(self.places) else self.places

    def counts(self, passed: Mask | None = None) -> dict[str, int]:
        """How many rows show each text, in the order of sorting; those without any are left out."""
        places = self.places if passed is None else self.places[passed]
        numbers = np.bincount(places, minlength=len(self.labels))
        order = self._order.get()
        order = order[numbers[order] > 0]
        labels = self.labels
        return {
            labels[place]: count
            for place, count in zip(order.tolist(), numbers[order].tolist(), strict=True)
        }

    def mask(self, wanted: ColumnFilter) -> Mask:
        """Rows whose text passes; ranges of numbers are `number_mask`'s."""
        part = wanted.contains.strip().casefold()
        allowed = np.array(
            [
                (wanted.labels is None or label in wanted.labels) and part in label.casefold()
                for label in self.labels
            ],
            dtype=bool,
        )
        return allowed[self.places] if len(self.places) else np.zeros(0, dtype=bool)


def _sorted_places(labels: list[str]) -> npt.NDArray[np.intp]:
    # GB 18030 orders the everyday characters by pinyin.
    encoded = np.array([text.encode("gb18030", "replace") for text in labels], dtype=bytes)
    return np.argsort(encoded, kind="stable")


class TableValues:
    """The `ColumnValues` of one table, made once for all views of it; any thread may ask."""

    _known: ClassVar[WeakKeyDictionary[FeatureTable, TableValues]] = WeakKeyDictionary()

    def __init__(self) -> None:
        self._columns: dict[tuple[str, str], Late[ColumnValues]] = {}

    @classmethod
    def of(cls, table: FeatureTable) -> TableValues:
        """Those of ``table``; they go with it."""
        return cls._known.setdefault(table, cls())

    def told(self, key: str, make: Callable[[], ColumnValues]) -> ColumnValues:
        """The values of the column ``key`` in the language in force."""
        return self._columns.setdefault((language(), key), Late(make)).get()


def number_mask(values: npt.NDArray[Any], wanted: ColumnFilter) -> Mask:
    """Rows whose number lies in the range."""
    return np.asarray((values >= wanted.lowest) & (values <= wanted.highest), dtype=bool)


def numbers_of(texts: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The numbers that stored texts stand for; NaN where there is none."""
    return np.fromiter((_number(text) for text in texts.tolist()), np.float64, len(texts))


def _number(text: str) -> float:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return math.nan
