"""Filter choices with their counts, computed from the columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.cartography.styles import TYPE_KEYS
from qhd_riskmap.cartography.symbols import level_label, type_label
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable
from qhd_riskmap.domain.region import regions
from qhd_riskmap.i18n import N_
from qhd_riskmap.ui.toolkit.record_columns import county_label

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One way to divide the hazards.

    Attributes:
        key: Stable key.
        title: ``N_()`` text.
        column: Texts of all rows.
        label: Text shown for a value.
        order: Values in display order; others follow.
    """

    key: str
    title: str
    column: Callable[[FeatureTable], npt.NDArray[Any]]
    label: Callable[[str], str]
    order: Callable[[], tuple[str, ...]]


FACETS: Final = (
    Facet(
        key="level",
        title=N_("风险等级"),
        column=lambda t: t.levels,
        label=lambda value: level_label(int(value)),
        order=lambda: ("1", "2", "3", "4", str(NO_LEVEL)),
    ),
    Facet(
        key="county",
        title=N_("县区"),
        column=lambda t: t.counties,
        label=county_label,
        order=lambda: tuple(region.code for region in regions().current()),
    ),
    Facet(
        key="type",
        title=N_("类型"),
        column=lambda t: t.type_keys,
        label=type_label,
        order=lambda: tuple(TYPE_KEYS),
    ),
)


@dataclass(slots=True)
class FacetIndex:
    """Row numbers of a table by facet value; answers masks and counts without Python loops."""

    size: int
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: FeatureTable) -> FacetIndex:
        """Index the rows of ``table``."""
        index = cls(len(table))
        for facet in FACETS:
            numbers = {value: number for number, value in enumerate(facet.order())}
            texts = map(str, facet.column(table).tolist())
            index.places[facet.key] = np.fromiter(
                (numbers.setdefault(text, len(numbers)) for text in texts),
                dtype=np.int64,
                count=len(table),
            )
            index.values[facet.key] = tuple(numbers)
        return index

    def mask(self, wanted: Mapping[str, frozenset[str]], *, but: str = "") -> Mask:
        """Rows that pass all facets; an empty or missing choice does not restrict.

        Args:
            wanted: Chosen values by facet key.
            but: A facet to leave out, for its own counts.
        """
        passed = np.ones(self.size, dtype=bool)
        for key, chosen in wanted.items():
            if chosen and key != but:
                allowed = np.array([value in chosen for value in self.values[key]], dtype=bool)
                passed &= allowed[self.places[key]]
        return passed

    def counts(
        self, key: str, wanted: Mapping[str, frozenset[str]], also: Mask | None = None
    ) -> dict[str, int]:
        """How many rows each value of one facet would show under the other facets."""
        passed = self.mask(wanted, but=key)
        if also is not None:
            passed &= also
        numbers = np.bincount(self.places[key][passed], minlength=len(self.values[key]))
        return dict(zip(self.values[key], numbers.tolist(), strict=True))
