"""Figures that may be given out: what no public map may show, no public number may give away.

Hazards go through `domain.redaction`, which leaves suppressed records out, judges every position where it
is published and merges small cells, with regard to all earlier releases. Tasks are counted by the same
statements as on the page and merged by the same machinery.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.figures import FIGURES, FigureScope
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_areas import TownshipOutline, public_areas
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.redaction import PublicAreas, PublicSet, redact, release_class
from qhd_riskmap.domain.release_decision import decisions_in_force
from qhd_riskmap.domain.release_rules import release_rules
from qhd_riskmap.domain.taxonomy import ReleaseClass
from qhd_riskmap.services.figures import utc_offset
from qhd_riskmap.services.release_history import past_of
from qhd_riskmap.services.release_remedies import safe_remedies
from qhd_riskmap.storage.engine import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFigures:
    """Numbers fit to print.

    Attributes:
        hazards: By county, type and, where positions of the type are public, level.
        tasks: By county; the type key is a figure of `domain.public_remedies.PARTS`.
        withheld: Members of no printed number, because even the city has too few.
        excluded: Hazards that may not be counted in public at all.
        k: The bound below which cells were merged.
    """

    hazards: tuple[PublicCount, ...]
    tasks: tuple[PublicCount, ...]
    withheld: int
    excluded: int
    k: int


class PublicFigureService:
    """Use cases of public figures, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def table(self, scope: FigureScope) -> PublicFigures:
        """Public numbers of the whole city on a day.

        A part of the city, a type or a period would be told by the difference to the whole, so of the
        scope only the day counts.
        """
        self._actor.require(Permission.RELEASE)
        day = FigureScope(on=scope.on)
        with self._register.unit_of_work() as work:
            members = set(work.figures.members(FIGURES["hazards"], day, {}, utc_offset()))
            hazards = [each for each in work.hazards.find() if str(each.id) in members]
            townships = [
                TownshipOutline(name=each.name, geometry=each.geometry)
                for each in work.places.townships()
            ]
            rules, areas = release_rules(), public_areas(townships)
            past = past_of(work.releases.list(), None)
            decided = decisions_in_force(work.release_decisions.all(), hazards)
            public = redact(
                hazards, rules=rules, areas=areas, earlier=past.disclosures, decided=decided
            )
            kept = [h for h in hazards if release_class(h, decided) is not ReleaseClass.NEVER]
            tasks, _found = safe_remedies(
                work, hazards, decided, on=scope.on, earlier=past.remedies
            )
        return PublicFigures(
            hazards=tuple(_shown(public, areas)) + public.counts,
            tasks=tasks.counts,
            withheld=public.excluded.get("too_few", 0) + tasks.withheld,
            excluded=len(hazards) - len(kept),
            k=rules.small_cell_k,
        )


def _shown(public: PublicSet, areas: PublicAreas) -> list[PublicCount]:
    """Numbers of what is public one by one, counted where it is published."""
    counted: Counter[tuple[str, str, RiskLevel | None]] = Counter(
        (each.county, each.type_key, each.level) for each in public.hazards
    )
    return [
        PublicCount(
            area_code=county, area_name=areas.county_names.get(county, county), type_key=type_key,
            level=level, n=n,
        )
        for (county, type_key, level), n in sorted(
            counted.items(), key=lambda item: (*item[0][:2], item[0][2].rank if item[0][2] else 9)
        )
    ]  # fmt: skip
