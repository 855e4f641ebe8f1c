"""What stands on the paper of a round: the way, and the sheet of each stop."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable, feature_table
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.checklist import Question
from qhd_riskmap.domain.inspection.planned_round import PlannedRound, sheet_mark


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetStop:
    """One stop of a round.

    Attributes:
        number: Place in the round, from 1.
        sheet: Identity of its sheet.
        hazard: As it is in the register now.
        questions: What is asked there.
        leg_m: Metres from the stop before, straight.
        last: When somebody was there last, None where nobody was.
        due: Until when it is due, and "" or what of a season asks for it.
    """

    number: int
    sheet: str
    hazard: Hazard
    questions: tuple[Question, ...]
    leg_m: float
    last: date | None
    due: date
    season: str = ""

    @property
    def mark(self) -> str:
        """What its QR code says: permanent code and sheet, nothing else."""
        return sheet_mark(self.hazard.code, self.sheet)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPaper:
    """A round as it is printed.

    Attributes:
        office: Name of the office.
        checklist: Version of the check lists.
    """

    planned: PlannedRound
    office: str
    checklist: str
    stops: tuple[SheetStop, ...]

    def features(self) -> FeatureTable:
        """The hazards of the round, to be drawn."""
        return hazard_features(stop.hazard for stop in self.stops)


def hazard_features(hazards: Iterable[Hazard]) -> FeatureTable:
    """Some hazards as columns."""
    found = list(hazards)
    geometries: Any = np.empty(len(found), dtype=object)
    geometries[:] = [each.geometry for each in found]
    return feature_table(
        ids=[str(each.id) for each in found],
        codes=[each.code for each in found],
        names=[each.name for each in found],
        type_keys=[each.type_key for each in found],
        levels=[each.level.rank if each.level else NO_LEVEL for each in found],
        counties=[each.county for each in found],
        units=[each.unit for each in found],
        townships=[each.township for each in found],
        revisions=[each.revision for each in found],
        geometries=shapely.force_2d(geometries),
        sub_kinds=[each.sub_kind for each in found],
    )
