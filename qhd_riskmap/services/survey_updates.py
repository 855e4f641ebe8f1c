"""Rows that bring news of a record: offered as an update with every difference, applied by choice."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.domain.credit_code import credit_codes
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.import_rules import severity_of
from qhd_riskmap.domain.schema import Severity
from qhd_riskmap.errors import ConflictError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.candidate_columns import Candidates
from qhd_riskmap.services.record_comparison import FieldPair, changes_by, updated_by
from qhd_riskmap.services.survey_issues import RowIssue, RowKey
from qhd_riskmap.services.survey_matching import CreditCodes, Matches, Suspicion, row_codes
from qhd_riskmap.storage.batch_change_repository import BatchChangeKind
from qhd_riskmap.storage.look_alike_repository import FoundPair
from qhd_riskmap.storage.unit_of_work import UnitOfWork

NO_UPDATES: Final[frozenset[RowKey]] = frozenset()
# Every offer is compared in full; a register sent back as a whole is no news.
_MOST_OFFERS: Final = 20_000
OFFERED: Final = "update-offered"
_MOST_NAMED: Final = 5
_AT_ONCE: Final = 1000


def _unseen(_done: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOffer:
    """A row with the code of a record that it says something else of.

    Attributes:
        key: File, sheet and row number.
        cell: The sender's own address of the row's name.
        hazard_id: The record.
        revision: The revision it was compared with.
        code: Its permanent code.
        changes: What the row says otherwise.
        row: What the row says.
        row_hash: By which the row is known again.
    """

    key: RowKey
    cell: str
    hazard_id: UUID
    revision: int
    code: str
    name: str
    changes: tuple[FieldPair, ...]
    row: Hazard
    row_hash: str

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        path, sheet, number = self.key
        return {
            "file": path.name,
            "sheet": sheet,
            "row": number,
            "code": self.code,
            "name": self.name,
            "changes": [change.to_json() for change in self.changes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectPair:
    """A row that would be registered though it may be the same as something else.

    Attributes:
        key: File, sheet and row number.
        hazard_id: Identity the row gets in the register.
        suspicion: What it may be the same as, and why.
    """

    key: RowKey
    hazard_id: UUID
    name: str
    suspicion: Suspicion

    def to_json(self) -> dict[str, Any]:
        """The object of the command-line contract."""
        path, sheet, number = self.key
        return {
            "file": path.name,
            "sheet": sheet,
            "row": number,
            "id": str(self.hazard_id),
            "name": self.name,
            "other": self.suspicion.label,
            "other_id": str(self.suspicion.other_id),
            "reason": self.suspicion.likeness.value,
            "metres": self.suspicion.metres,
        }


def offers(work: UnitOfWork, candidates: Candidates, found: Matches) -> tuple[UpdateOffer, ...]:
    """The rows that would change the record whose code they have."""
    rows = dict(list(found.same_code.items())[:_MOST_OFFERS])
    stored = {hazard.id: hazard for hazard in work.batch_hazards.load(list(set(rows.values())))}
    made = []
    for index, hazard_id in rows.items():
        candidate, hazard = candidates[index], stored[hazard_id]
        changes = changes_by(hazard, candidate.hazard)
        if changes:
            made.append(
                UpdateOffer(
                    key=row_key(candidates, index),
                    cell=_cell(candidates, index),
                    hazard_id=hazard_id,
                    revision=hazard.revision,
                    code=hazard.code,
                    name=hazard.name,
                    changes=changes,
                    row=candidate.hazard,
                    row_hash=candidate.row_hash,
                )
            )
    return tuple(made)


def offered(offer: UpdateOffer) -> RowIssue:
    """Says that a row may update a record."""
    return _told(offer, OFFERED, _("与已登记的 {code} 编号相同，但{fields}不同；可选择更新该条。"))


def issues_after(
    issues: Sequence[RowIssue], given: Sequence[UpdateOffer], applied: Collection[RowKey]
) -> tuple[RowIssue, ...]:
    """The issues once some of the offers are applied; each of the others was passed by."""
    offer_of = {offer.key: offer for offer in given}
    return tuple(
        issue
        if issue.code != OFFERED or (offer := offer_of.get(issue.key)) is None
        else _told(offer, "updated", _("已更新 {code} 的{fields}。"))
        if offer.key in applied
        else _told(offer, OFFERED, _("与已登记的 {code} 编号相同，但{fields}不同；这次没有更新。"))
        for issue in issues
    )


def _told(offer: UpdateOffer, code: str, message: str) -> RowIssue:
    path, sheet, row = offer.key
    fields = "、".join(change.label for change in offer.changes)
    return RowIssue(
        path=path,
        sheet=sheet,
        cell=offer.cell,
        row=row,
        code=code,
        severity=severity_of(code, Severity.INFO),
        message=message.format(code=offer.code, fields=fields),
    )


def suspects(candidates: Candidates, found: Matches) -> tuple[SuspectPair, ...]:
    """The rows to be looked at side by side with what they resemble."""
    ids, names = candidates.hazards.facts["id"], candidates.hazards.facts["name"]
    return tuple(
        SuspectPair(
            key=row_key(candidates, index),
            hazard_id=UUID(ids[index]),
            name=names[index],
            suspicion=suspicion,
        )
        for index, suspicion in sorted(found.suspects.items())
    )


def found_pairs(
    given: Sequence[SuspectPair], stored: Collection[str], apart: Collection[RowKey]
) -> list[FoundPair]:
    """The suspicions whose two sides are in the register now.

    Args:
        given: The suspicions of a preview.
        stored: Ids of the rows that were registered.
        apart: Rows of which the officer says that they are something else.
    """
    return [
        FoundPair(
            first=pair.hazard_id,
            second=pair.suspicion.other_id,
            likeness=pair.suspicion.likeness.value,
            metres=pair.suspicion.metres,
            apart=pair.key in apart,
        )
        for pair in given
        if str(pair.hazard_id) in stored
        and (pair.suspicion.registered or str(pair.suspicion.other_id) in stored)
    ]


def chosen_offers(
    given: Sequence[UpdateOffer], wanted: Collection[RowKey] | None
) -> tuple[UpdateOffer, ...]:
    """The offers to apply, the last of several for one record; None wants all."""
    picked = {offer.hazard_id: offer for offer in given if wanted is None or offer.key in wanted}
    return tuple(picked.values())


def apply_offers(
    work: UnitOfWork,
    given: Sequence[UpdateOffer],
    batch_id: UUID,
    actor: Actor,
    progress: Callable[[int], None] = _unseen,
) -> None:
    """Store the updates as a change of the batch.

    Args:
        work: The unit of work.
        given: The updates.
        batch_id: The batch that brings them.
        actor: Who imports.
        progress: Told how many are stored; may raise to stop.

    Raises:
        ConflictError: A record was saved since it was compared; nobody has seen the differences.
    """
    stored = {h.id: h for h in work.batch_hazards.load([offer.hazard_id for offer in given])}
    stale = [offer for offer in given if stored[offer.hazard_id].revision != offer.revision]
    if stale:
        shown = "、".join(f"{offer.name}（{offer.code}）" for offer in stale[:_MOST_NAMED])
        raise ConflictError(
            _("有 {n} 条要更新的记录在预览之后被人改过：{names}。").format(
                n=len(stale), names=shown
            ),
            hint=_("请重新检查，核对新的差别后再提交。"),
        )
    made: list[tuple[UUID, int]] = []
    for start in range(0, len(given), _AT_ONCE):
        progress(start)
        part = given[start : start + _AT_ONCE]
        states = [updated_by(stored[offer.hazard_id], offer.row) for offer in part]
        saved = work.batch_hazards.restate(states, actor, str(batch_id))
        made += [(hazard.id, hazard.revision) for hazard in saved]
    if made:
        work.batch_changes.add(batch_id, BatchChangeKind.UPDATE, made, actor)


def credit_of(work: UnitOfWork, candidates: Candidates) -> CreditCodes:
    """Credit codes of the rows, and the records that hold one in their attributes or unknown columns."""
    own = row_codes(candidates)
    return CreditCodes(own=own, holders=_holders(work, own) if own else {})


def _holders(work: UnitOfWork, own: Mapping[int, frozenset[str]]) -> Mapping[UUID, frozenset[str]]:
    wanted = frozenset().union(*own.values())
    found = {}
    for hazard_id, text in work.known_places.loose_texts():
        codes = credit_codes(text) & wanted
        if codes:
            found[hazard_id] = codes
    return found


def row_key(candidates: Candidates, index: int) -> RowKey:
    """By which a row is named all over an import."""
    sheet, row, _column = candidates.source(index)
    return sheet.file, sheet.name, row


def _cell(candidates: Candidates, index: int) -> str:
    sheet, row, column = candidates.source(index)
    return sheet.address(row - sheet.first_row, column)
