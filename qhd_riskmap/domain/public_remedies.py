"""How far remediation is, as the public may know it: numbers of tasks by division, small cells merged.

Two parts that do not overlap are counted apart, finished and open; a share is taken only where both are
printed, so that no third number follows that was merged away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_edition import Translator
from qhd_riskmap.domain.region import regions
from qhd_riskmap.i18n import N_, _

FINISHED, OPEN = "finished", "open"
PARTS = (FINISHED, OPEN)
ELSEWHERE = N_("未单列的县区合计")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemedyRow:
    """One line of the table.

    Attributes:
        label: Division, the sum of those that are not printed apart, or the whole.
        finished: None where the number stands in the sum of several divisions, or is kept back.
        open: Likewise.
    """

    label: str
    finished: int | None
    open: int | None
    shared: bool = False

    @property
    def rate(self) -> float | None:
        """Finished among all; None where one of the two is not printed.

        >>> RemedyRow(label="甲", finished=3, open=1).rate
        0.75
        """
        if self.shared or self.finished is None or self.open is None:
            return None
        return self.finished / (self.finished + self.open)


def remedies_of_scope(counts: Sequence[PublicCount], county: str | None) -> tuple[PublicCount, ...]:
    """What a product of one division prints of the city's numbers: its own, where it is printed apart."""
    if county is None:
        return tuple(counts)
    return tuple(c for c in counts if c.area_code == county and not c.merged)


def remedy_rows(counts: Sequence[PublicCount], tr: Translator = _) -> tuple[RemedyRow, ...]:
    """One line per division, then what is printed for several together, then the whole.

    The whole is told where both parts are: a missing one is too small to print, not zero.
    """
    city = regions().city.code
    apart = {(c.area_code, c.type_key): c.n for c in counts if c.area_code != city}
    together = {c.type_key: c.n for c in counts if c.area_code == city}
    rows = [
        RemedyRow(
            label=tr(region.name),
            finished=apart.get((region.code, FINISHED)),
            open=apart.get((region.code, OPEN)),
        )
        for region in regions().current()
        if any((region.code, part) in apart for part in PARTS)
    ]
    if together and rows:
        rest = [together.get(part) for part in PARTS]
        rows.append(RemedyRow(label=tr(ELSEWHERE), finished=rest[0], open=rest[1], shared=True))
    done, left = (sum(c.n for c in counts if c.type_key == part) or None for part in PARTS)
    if len(rows) != 1 and (done or left):
        rows.append(RemedyRow(label=tr(N_("合计")), finished=done, open=left))
    return tuple(rows)
