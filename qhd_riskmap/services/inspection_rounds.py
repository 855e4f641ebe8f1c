"""Rounds of inspections: planned in the order of the way, printed, filled in, read back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from qhd_riskmap.cartography.inspection_pages import write_round_pdf
from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.inspection.planned_round import (
    ROUND_LENGTH,
    ROUND_LETTERS,
    PlannedRound,
)
from qhd_riskmap.domain.inspection.route import Place, day_round, distances
from qhd_riskmap.domain.inspection.sheet import RoundPaper, SheetStop
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.formats.inspection_workbook import write_round_workbook
from qhd_riskmap.formats.output_file import require_document_path
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.services.inspection import checklists_in_force, last_day, rules_in_force
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

SUFFIXES: Final = (".pdf", ".xlsx")


class RoundService:
    """Use cases of rounds, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    def plan(
        self,
        hazards: Sequence[str],
        *,
        start: Place,
        on: date,
        inspector: str = "",
        phone: str = "",
    ) -> tuple[PlannedRound, Changes]:
        """Plan a round over some hazards, by id or code, in the order of the shortest way found.

        Raises:
            NotFoundError: One is not there.
            InvalidInputError: There are none, or too many for a day.
        """
        self._actor.require(Permission.REMEDY)
        with self._register.unit_of_work() as work:
            work.lock()
            found = {h.id: h for h in map(work.hazards.require, hazards)}
            if not found:
                raise InvalidInputError(_("没有选隐患，不能排路线。"))
            chosen = list(found.values())
            order, metres = day_round(start, [each.anchor() for each in chosen])
            planned = work.rounds.add(
                PlannedRound(
                    id=_fresh(work), on=on, start=start, route_m=metres,
                    stops=tuple(chosen[index].id for index in order),
                    inspector=inspector.strip(), phone=phone.strip(),
                ),
                self._actor,
            )  # fmt: skip
            work.commit()
        return planned, Changes(inspections=True)

    def rounds(self) -> list[PlannedRound]:
        """All rounds, the newest first."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.rounds.every()[::-1]

    def paper(self, round_id: str) -> RoundPaper:
        """What the paper of a round says; a record that was merged is the one that stands for it.

        Raises:
            NotFoundError: No such round, or all its hazards are deleted.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return round_paper(work, work.rounds.require(round_id))

    def write(self, round_id: str, path: Path) -> int:
        """Write the sheets of a round as PDF to be printed, or as workbook to be filled in.

        Returns:
            How many stops there are.

        Raises:
            NotFoundError: No such round.
            OutputFileError: Another ending, or the file cannot be written.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, path)
        require_document_path(path, SUFFIXES)
        paper = self.paper(round_id)
        if path.suffix.lower() == ".pdf":
            write_round_pdf(path, paper, self._today())
        else:
            write_round_workbook(path, paper)
        with self._register.unit_of_work() as work:
            record_export(
                work, self._actor, [path], name=path.name, kind="inspection", count=len(paper.stops)
            )
        return len(paper.stops)


def round_paper(work: UnitOfWork, planned: PlannedRound) -> RoundPaper:
    """What the paper of a round says."""
    hazards = stops_of(work, planned)
    if not hazards:
        raise NotFoundError(_("路线 {id} 的隐患都已删除。").format(id=planned.id))
    asked, known = checklists_in_force(work), rules_in_force(work)
    inspected, assessed = work.inspections.last_days(planned.on), work.assessments.newest()
    places = [planned.start, *(hazard.anchor() for hazard in hazards.values())]
    metres = distances(places)
    stops = []
    for at, (number, hazard) in enumerate(hazards.items(), start=1):
        due, season = known.next_due(
            hazard.type_key, hazard.level, last_day(hazard, planned.on, inspected, assessed)
        )
        stops.append(
            SheetStop(
                number=number, sheet=planned.sheet(number), hazard=hazard,
                questions=asked.of(hazard.type_key), leg_m=float(metres[at - 1, at]),
                last=inspected.get(hazard.id), due=due, season=season,
            )
        )  # fmt: skip
    return RoundPaper(
        planned=planned, office=work.office.load().unit, checklist=asked.version, stops=tuple(stops)
    )


def stops_of(work: UnitOfWork, planned: PlannedRound) -> Mapping[int, Hazard]:
    """Number of the stop → the hazard there now; deleted ones are left out."""
    found: dict[int, Hazard] = {}
    for number, hazard_id in enumerate(planned.stops, start=1):
        hazard = _living(work, hazard_id)
        if hazard is not None:
            found[number] = hazard
    return found


def _living(work: UnitOfWork, hazard_id: UUID) -> Hazard | None:
    stored = work.hazards.get(hazard_id)
    if stored is None:
        return None
    try:
        return work.hazards.require(stored.code)
    except NotFoundError:
        return None


def _fresh(work: UnitOfWork) -> str:
    """An identity that no round has; it tells nothing and cannot be guessed from another."""
    while True:
        found = "".join(secrets.choice(ROUND_LETTERS) for _each in range(ROUND_LENGTH))
        if work.rounds.get(found) is None:
            return found
