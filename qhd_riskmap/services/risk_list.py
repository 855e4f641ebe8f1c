"""The list of risk points: written for other offices, and read back when they send it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.risk_list import (
    RISK_COLUMNS,
    RiskAnswer,
    RiskFilter,
    RiskRow,
    risk_cells,
    risk_changes,
    with_changes,
)
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.ledger_file import RISK_SHEET, write_ledger
from qhd_riskmap.formats.survey_sheet import read_survey
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.export_record import record_export, refuse_register
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.unit_of_work import UnitOfWork

ALL_RISKS = RiskFilter()


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskReading:
    """What a list that came back says.

    Attributes:
        answers: Row by row.
        updated: Hazards that were changed.
    """

    answers: tuple[RiskAnswer, ...]
    updated: int = 0

    @property
    def unchanged(self) -> int:
        """Rows that say what the register says."""
        return sum(answer.hazard is not None and not answer.changes for answer in self.answers)

    @property
    def unknown(self) -> int:
        """Rows with a code of no hazard."""
        return sum(answer.hazard is None for answer in self.answers)

    def to_json(self) -> dict[str, Any]:
        """The document of the command-line contract."""
        return {
            "rows": len(self.answers),
            "unchanged": self.unchanged,
            "unknown": self.unknown,
            "updated": self.updated,
            "changes": [
                {
                    "sheet": answer.sheet, "row": answer.row, "code": answer.code,
                    "fields": [
                        {"key": c.key, "label": c.label, "before": c.before, "after": c.after,
                         "refusal": c.refusal}
                        for c in answer.changes
                    ],
                }
                for answer in self.answers
                if answer.changes or answer.hazard is None
            ],
        }  # fmt: skip


class RiskListService:
    """Use cases of the list, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def export(self, path: Path, wanted: RiskFilter = ALL_RISKS) -> int:
        """Write the list of the hazards that a filter lets through; how many there were.

        Raises:
            OutputFileError: The file cannot be written, or it is the register itself.
        """
        self._actor.require(Permission.EXPORT)
        refuse_register(self._register, path)
        with self._register.unit_of_work() as work:
            rows = _rows(work, wanted)
        write_ledger(
            path,
            [[column.value(row) for column in RISK_COLUMNS] for row in rows],
            columns=RISK_COLUMNS,
            title=RISK_SHEET,
        )
        with self._register.unit_of_work() as work:
            record_export(
                work, self._actor, [path], name=path.name, kind="risk-list", count=len(rows)
            )
        return len(rows)

    def read(self, path: Path) -> RiskReading:
        """Compare a list that came back with the register; nothing is stored.

        Raises:
            UnreadableFileError: The file cannot be read, or holds no such list.
        """
        self._actor.require(Permission.READ)
        sheets = [
            (sheet.name, cells)
            for sheet in read_survey(path)
            if (cells := risk_cells(sheet)) is not None
        ]
        if not sheets:
            raise UnreadableFileError(
                _("“{name}”里没有风险点清单。").format(name=path.name),
                hint=_("清单的表头应有风险点编号、风险点名称、主要危险因素。"),
            )
        with self._register.unit_of_work() as work:
            known = {row.hazard.code: row for row in _rows(work, ALL_RISKS)}
        answers = []
        for name, cells in sheets:
            for number, texts in cells:
                row = known.get(texts["code"].strip())
                answers.append(
                    RiskAnswer(
                        sheet=name,
                        row=number,
                        code=texts["code"].strip(),
                        hazard=row.hazard if row is not None else None,
                        changes=risk_changes(row, texts) if row is not None else (),
                    )
                )
        return RiskReading(answers=tuple(answers))

    def update(self, path: Path) -> tuple[RiskReading, Changes]:
        """Take over what a list that came back says otherwise, in one transaction.

        Raises:
            UnreadableFileError: The file cannot be read, or holds no such list.
            ConflictError: Somebody saved one of the hazards meanwhile.
        """
        self._actor.require(Permission.EDIT)
        reading = self.read(path)
        touched = []
        with self._register.unit_of_work() as work:
            work.lock()
            for answer in reading.answers:
                if answer.hazard is not None and _takes_any(answer):
                    now = work.hazards.require(answer.code)
                    work.hazards.save(with_changes(now, answer.changes), self._actor)
                    touched.append(now.id)
            work.commit()
        done = RiskReading(answers=reading.answers, updated=len(touched))
        return done, Changes(hazards=bool(touched), hazard_ids=tuple(touched))


def _takes_any(answer: RiskAnswer) -> bool:
    return any(not change.refusal for change in answer.changes)


def _rows(work: UnitOfWork, wanted: RiskFilter) -> Sequence[RiskRow]:
    newest = work.assessments.newest()
    chosen = [hazard for hazard in work.hazards.find() if wanted.takes(hazard)]
    return [
        RiskRow(number=number, hazard=hazard, assessment=newest.get(hazard.id))
        for number, hazard in enumerate(chosen, start=1)
    ]
