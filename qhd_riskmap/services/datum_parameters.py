"""The office's own datum shifts: put in, named, taken out; the numbers never come out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.geo.datum_shift import SEVEN, DatumShift
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.engine import Register


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredShift:
    """What may be shown of a set.

    Attributes:
        datum: Notation of the old datum.
        label: Its Chinese name.
        name: What the office calls the set.
        kind: 七参数 or 四参数.
    """

    datum: str
    label: str
    name: str
    kind: str

    def to_json(self) -> dict[str, str]:
        """The object of the command-line contract."""
        return {"datum": self.datum, "name": self.name, "kind": self.kind}


class DatumParameterService:
    """Use cases on datum shifts, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def all(self) -> Sequence[StoredShift]:
        """The sets of the register, without their numbers."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return [_shown(shift) for shift in work.datum_parameters.all()]

    def put(self, shift: DatumShift) -> StoredShift:
        """Keep a set; it replaces the one for the same datum.

        Sheets that are imported from now on are moved by it; earlier batches are read anew where wanted.

        Raises:
            InvalidInputError: The register is not encrypted.
        """
        self._actor.require(Permission.ADMINISTER)
        with self._register.unit_of_work() as work:
            work.datum_parameters.put(shift, self._actor)
            work.commit()
        return _shown(shift)

    def remove(self, datum: str) -> None:
        """Forget the set for a datum.

        Raises:
            NotFoundError: There is none.
        """
        self._actor.require(Permission.ADMINISTER)
        with self._register.unit_of_work() as work:
            work.datum_parameters.remove(datum, self._actor)
            work.commit()


def _shown(shift: DatumShift) -> StoredShift:
    kind = _("七参数") if len(shift.numbers) == SEVEN else _("四参数")
    return StoredShift(datum=shift.datum, label=shift.label, name=shift.name, kind=kind)
