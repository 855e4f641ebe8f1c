"""Search in what the columns hold: any part of any text, and pinyin initials.

A substring search over joined lower-case texts finds two-character Chinese words, which full-text
indexes of trigrams do not. ``qhdya`` finds 秦皇岛液氨… by the first letters of the readings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pypinyin import Style, pinyin

from qhd_riskmap.cartography.symbols import type_label
from qhd_riskmap.domain.feature_table import FeatureTable
from qhd_riskmap.ui.toolkit.record_table import county_label

_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """One lower-case text per row, and its initials."""

    texts: tuple[str, ...]
    initials: tuple[str, ...]

    @classmethod
    def of(cls, table: FeatureTable) -> SearchIndex:
        """Index ``table``; a fraction of a second for 100,000 rows, so off the GUI thread."""
        names = table.names.tolist()
        units = table.units.tolist()
        types = {key: type_label(key) for key in set(table.type_keys.tolist())}
        counties = {code: county_label(code) for code in set(table.counties.tolist())}
        texts = tuple(
            _SEPARATOR.join((name, code, unit, township, types[kind], counties[county])).casefold()
            for name, code, unit, township, kind, county in zip(
                names,
                table.codes.tolist(),
                units,
                table.townships.tolist(),
                table.type_keys.tolist(),
                table.counties.tolist(),
                strict=True,
            )
        )
        readings = _initials_table({*names, *units})
        initials = tuple(
            f"{name}{_SEPARATOR}{unit}".translate(readings).casefold()
            for name, unit in zip(names, units, strict=True)
        )
        return cls(texts, initials)

    def mask(self, wanted: str) -> npt.NDArray[np.bool_]:
        """Rows that hold every word of ``wanted`` (words are parted by blanks)."""
        passed = np.ones(len(self.texts), dtype=bool)
        for word in wanted.casefold().split():
            found = [word in text for text in self.texts]
            if word.isascii() and word.isalnum():
                found = [
                    hit or word in first for hit, first in zip(found, self.initials, strict=True)
                ]
            passed &= np.array(found, dtype=bool)
        return passed


def _initials_table(texts: set[str]) -> dict[int, str]:
    """Character → first letter of its most common reading, for every Chinese character used."""
    characters = sorted({c for text in texts for c in text if not c.isascii()})
    readings = (pinyin(c, style=Style.FIRST_LETTER, errors="ignore") for c in characters)
    return {
        ord(c): reading[0][0] if reading and reading[0] else ""
        for c, reading in zip(characters, readings, strict=True)
    }
