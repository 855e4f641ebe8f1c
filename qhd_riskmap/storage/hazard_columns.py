"""Hazards by column, as an import makes them and the register takes them in.

A hundred thousand `Hazard` values take longer to make and to take apart again than to store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.storage.hazard_rows import COLUMNS, hazard_of, instant_text, record_of
from qhd_riskmap.storage.json_columns import lists_of_texts
from qhd_riskmap.storage.search_text import search_texts

# What the sender's row says; what follows in `COLUMNS` are the stamps of the register.
FACTS = COLUMNS[: COLUMNS.index("revision")]
STAMPS = COLUMNS[len(FACTS) :]
_UNSTAMPED = (0, None, "", None, "", None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HazardColumns(Sequence[Hazard]):
    """Hazards that are not registered yet; as a sequence it makes them when they are looked at.

    Attributes:
        facts: The values of `FACTS` as table ``hazard`` holds them, each of one length.
        geometries: CGCS2000.
    """

    facts: Mapping[str, Sequence[Any]]
    geometries: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.geometries)

    @overload
    def __getitem__(self, index: int) -> Hazard: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hazard, ...]: ...
    def __getitem__(self, index: int | slice) -> Hazard | tuple[Hazard, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(*index.indices(len(self))))
        values = [self.facts[name][index] for name in FACTS]
        return hazard_of((*values, *_UNSTAMPED), self.geometries[index])

    def taken(self, rows: Sequence[int]) -> HazardColumns:
        """Those of some rows, in their order."""
        facts = {name: [column[row] for row in rows] for name, column in self.facts.items()}
        return HazardColumns(facts=facts, geometries=self.geometries[np.asarray(rows, np.intp)])

    def part(self, start: int, stop: int) -> HazardColumns:
        """Those from row ``start`` up to row ``stop``."""
        facts = {name: column[start:stop] for name, column in self.facts.items()}
        return HazardColumns(facts=facts, geometries=self.geometries[start:stop])

    def search_texts(self, codes: Sequence[str]) -> list[str]:
        """What a search looks through, once the hazards have codes."""
        facts = self.facts
        return search_texts(
            names=facts["name"],
            codes=codes,
            units=facts["unit"],
            addresses=facts["address"],
            townships=facts["township"],
            phones=facts["phone"],
            aliases=lists_of_texts(facts["alias_codes"]),
        )


def columns_of(hazards: Sequence[Hazard]) -> HazardColumns:
    """The columns of some hazards."""
    rows = [record_of(hazard) for hazard in hazards]
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    geometries = np.empty(len(hazards), dtype=object)
    geometries[:] = [hazard.geometry for hazard in hazards]
    return HazardColumns(
        facts=dict(zip(FACTS, columns[: len(FACTS)], strict=True)), geometries=geometries
    )


def chained(parts: Sequence[HazardColumns]) -> HazardColumns:
    """Several after each other."""
    if len(parts) == 1:
        return parts[0]
    facts = {name: [value for part in parts for value in part.facts[name]] for name in FACTS}
    geometries = [part.geometries for part in parts] or [np.empty(0, dtype=object)]
    return HazardColumns(facts=facts, geometries=np.concatenate(geometries))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredHazards(Sequence[Hazard]):
    """Hazards just registered, with their codes and stamps; each is made when it is looked at.

    Attributes:
        columns: What was registered.
        codes: Their permanent codes.
        first_fid: Key of the first in table ``hazard``; the others follow.
        now: When.
        actor: By whom.
    """

    columns: HazardColumns
    codes: Sequence[str]
    first_fid: int
    now: datetime
    actor: str

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Hazard: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Hazard, ...]: ...
    def __getitem__(self, index: int | slice) -> Hazard | tuple[Hazard, ...]:
        if isinstance(index, slice):
            return tuple(self[row] for row in range(*index.indices(len(self))))
        facts = self.columns.facts
        values = [facts[name][index] for name in FACTS]
        values[_CODE] = self.codes[index]
        return hazard_of((*values, *self.stamps), self.columns.geometries[index])

    @property
    def stamps(self) -> tuple[Any, ...]:
        """The values of `STAMPS`, the same for all."""
        instant = instant_text(self.now)
        return (1, instant, self.actor, instant, self.actor, None)

    def written(self, start: int, stop: int) -> dict[str, Sequence[Any]]:
        """The columns of table ``hazard`` that differ, of the rows from ``start`` up to ``stop``."""
        part = self.columns.part(start, stop)
        codes = self.codes[start:stop]
        return {
            "fid": range(self.first_fid + start, self.first_fid + start + len(part)),
            **part.facts,
            "code": codes,
            "search_text": part.search_texts(codes),
        }


_CODE = FACTS.index("code")
