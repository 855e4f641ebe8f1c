"""The office's own datum shifts: in encrypted registers only, never in a log, an audit row or a copy.

Transformation parameters are classified in China. So the numbers appear in no repr, no audit detail and
no message; `backup` strips the table from every plain copy and refuses to decrypt a register that holds
any.
"""

from __future__ import annotations

import json

from qhd_riskmap.domain.access import Actor
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.geo.datum_shift import DatumShift
from qhd_riskmap.i18n import _
from qhd_riskmap.storage.audit_log import AuditLog
from qhd_riskmap.storage.transaction import Transaction


class DatumParameterRepository:
    """Writes and reads table ``datum_parameters``."""

    def __init__(self, transaction: Transaction, audit: AuditLog, *, encrypted: bool) -> None:
        self._transaction = transaction
        self._audit = audit
        self._encrypted = encrypted

    def put(self, shift: DatumShift, actor: Actor) -> None:
        """Store a set; it replaces the one for the same datum.

        Raises:
            InvalidInputError: The register is not encrypted.
        """
        if not self._encrypted:
            raise InvalidInputError(
                _("转换参数只能存放在加密的登记库里。"),
                hint=_("请先给登记库设置口令，再录入参数。"),
            )
        with self._transaction.step() as connection:
            connection.exec_driver_sql(
                "DELETE FROM datum_parameters WHERE datum = ? OR name = ?",
                (shift.datum, shift.name),
            )
            connection.exec_driver_sql(
                "INSERT INTO datum_parameters (name, datum, numbers, entered_at, entered_by)"
                " VALUES (?, ?, ?, ?, ?)",
                (
                    shift.name,
                    shift.datum,
                    json.dumps(shift.numbers),
                    self._transaction.now().isoformat(),
                    actor.name,
                ),
            )
            self._audit.record(actor, "datum-parameters.put", shift.datum, {"name": shift.name})

    def remove(self, datum: str, actor: Actor) -> None:
        """Forget the set for a datum.

        Raises:
            NotFoundError: There is none.
        """
        with self._transaction.step() as connection:
            gone = connection.exec_driver_sql(
                "DELETE FROM datum_parameters WHERE datum = ?", (datum,)
            ).rowcount
            if not gone:
                raise NotFoundError(_("没有录入这个坐标系的转换参数。"))
            self._audit.record(actor, "datum-parameters.remove", datum, {})

    def all(self) -> list[DatumShift]:
        """Every set, by datum."""
        found = self._transaction.reading().exec_driver_sql(
            "SELECT name, datum, numbers FROM datum_parameters ORDER BY datum"
        )
        return [
            DatumShift(name=name, datum=datum, numbers=tuple(json.loads(numbers)))
            for name, datum, numbers in found
        ]
