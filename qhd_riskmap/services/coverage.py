"""Where has been surveyed for what: the matrix, and recording one cell of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.coverage import (
    CoverageArea,
    CoverageCell,
    CoverageEntry,
    CoverageState,
    checked_entry,
    coverage_matrix,
    coverage_rules,
)
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError, NotFoundError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.place_repository import Township
from qhd_riskmap.storage.unit_of_work import UnitOfWork

LONGEST_NAME: Final = 40
LONGEST_NOTE: Final = 200


class CoverageService:
    """Use cases on survey coverage, for one actor."""

    def __init__(
        self, register: Register, actor: Actor, *, today: Callable[[], date] = date.today
    ) -> None:
        self._register = register
        self._actor = actor
        self._today = today

    def matrix(self) -> list[list[CoverageCell]]:
        """Divisions (each followed by its townships, where loaded) by hazard types, as of today."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return matrix_on(work, self._today())

    def record(
        self,
        area: str,
        type_key: str,
        state: CoverageState,
        *,
        on: date | None = None,
        by: str = "",
        note: str = "",
    ) -> Changes:
        """Record what was done in an area about a type; what was recorded before stays on file.

        Raises:
            NotFoundError: No such area or type.
            InvalidInputError: The entry cannot be believed as it stands, or a text is too long.
        """
        self._actor.require(Permission.EDIT)
        entry = CoverageEntry(
            area=area,
            type_key=taxonomy().get(type_key).key,
            state=state,
            surveyed_on=on,
            surveyed_by=_text(by, LONGEST_NAME),
            note=_text(note, LONGEST_NOTE),
        )
        checked = checked_entry(entry, self._today())
        with self._register.unit_of_work() as work:
            known = _areas(work.places.townships())
            if area not in {each.code for each in known}:
                raise NotFoundError(
                    _("没有区划代码 {code}。").format(code=area),
                    hint=_("可用：{codes}。").format(
                        codes="、".join(f"{each.code} {each.name}" for each in known)
                    ),
                )
            work.coverage.add(checked, self._actor)
            work.commit()
        return Changes(coverage=True)


def matrix_on(work: UnitOfWork, day: date) -> list[list[CoverageCell]]:
    """The whole matrix as it stands on a day."""
    townships = work.places.townships()
    return coverage_matrix(
        _areas(townships),
        [hazard_type.key for hazard_type in taxonomy().types],
        work.coverage.entries(),
        _found(work.coverage.counts(), townships),
        today=day,
        known=coverage_rules(),
    )


def _text(text: str, longest: int) -> str:
    plain = " ".join(text.split())
    if len(plain) > longest:
        raise InvalidInputError(_("“{text}…”超过 {n} 字。").format(text=plain[:10], n=longest))
    return plain


def _areas(townships: Sequence[Township]) -> list[CoverageArea]:
    areas = []
    for region in regions().current():
        areas.append(CoverageArea(code=region.code, name=region.name))
        areas += [
            CoverageArea(code=township.code, name=township.name, county=region.code)
            for township in sorted(townships, key=lambda each: each.code)
            if township.county == region.code and township.code != region.code
        ]
    return areas


def _found(
    counts: Mapping[tuple[str, str, str], int], townships: Sequence[Township]
) -> dict[tuple[str, str], int]:
    """Records by area and type; those of a township also count for its county."""
    codes = {(township.county, township.name): township.code for township in townships}
    found: Counter[tuple[str, str]] = Counter()
    for (county, township, key), n in counts.items():
        found[county, key] += n
        code = codes.get((county, township))
        if code is not None:
            found[code, key] += n
    return dict(found)
