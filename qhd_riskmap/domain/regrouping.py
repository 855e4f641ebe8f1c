"""What becomes of the records when a hazard is split or several are merged (docs/adr/0013).

Splitting: the largest piece keeps the record, its code and its history; the others are new records
that start with all it says and name its code as a former one. Merging: the worst graded record
survives (among equals the largest, then the lowest code) unless an officer names another; the survivor
takes the worst level of all, so that none is ever lowered by a merge; the others are deleted softly and
their codes become former codes of the survivor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.hazard import Hazard, HazardStatus, Provenance, Secrecy
from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.outline import kind_of
from qhd_riskmap.geo.shape_operations import size_of
from qhd_riskmap.i18n import _

_UNGRADED: Final = 9
_STRICTNESS: Final = (Secrecy.PUBLIC, Secrecy.INTERNAL, Secrecy.SECRET)


def part_of(
    whole: Hazard, piece: BaseGeometry, *, number: int, new_id: UUID, provenance: Provenance
) -> Hazard:
    """A new record for a piece that was split off; it has no code and no county yet.

    Args:
        whole: The hazard as it was.
        piece: The ground of the new one.
        number: 2 for the first piece split off, counted up for the name.
        new_id: Identity of the new record.
        provenance: Where the piece's coordinates came from.
    """
    return replace(
        whole,
        id=new_id,
        code="",
        name=_("{name}（{number}）").format(name=whole.name, number=number),
        geometry=piece,
        provenance=provenance,
        county="",
        alias_codes=_codes(whole.code, *whole.alias_codes),
        notes=_noted(whole.notes, _("由 {code}（{name}）分割而来。").format(
            code=whole.code, name=whole.name
        )),
        revision=0,
        created_at=None,
        created_by="",
        updated_at=None,
        updated_by="",
    )  # fmt: skip


def kept_of_split(
    whole: Hazard, piece: BaseGeometry, parts: Sequence[Hazard], provenance: Provenance
) -> Hazard:
    """The record that was split, on the ground that is left to it.

    Args:
        whole: The hazard as it was.
        piece: The largest piece.
        parts: The records split off, registered already.
        provenance: Where the piece's coordinates came from.
    """
    words = _("已分割，分出：{codes}。").format(codes="、".join(part.code for part in parts))
    return replace(whole, geometry=piece, provenance=provenance, notes=_noted(whole.notes, words))


def in_order_of_survival(hazards: Sequence[Hazard], *, one_shape: bool = True) -> list[Hazard]:
    """The record that survives a merge first, then the absorbed ones.

    Args:
        hazards: The records.
        one_shape: Their shapes are to become one, so they must be of one kind.

    Raises:
        InvalidInputError: There are fewer than two, or they are of different types or kinds.
    """
    if len({hazard.id for hazard in hazards}) < 2:  # noqa: PLR2004 - one is no merge
        raise InvalidInputError(_("合并需要至少选中两处隐患。"))
    if len({hazard.type_key for hazard in hazards}) > 1:
        raise InvalidInputError(
            _("类型不同的隐患不能合并。"), hint=_("请只选同一类型的隐患；类型登记错了请先改正。")
        )
    if one_shape and len({kind_of(hazard.geometry) for hazard in hazards}) > 1:
        raise InvalidInputError(_("点、线、面不能互相合并。"), hint=_("请只选同一种图形的隐患。"))
    return sorted(hazards, key=_survival)


def _survival(hazard: Hazard) -> tuple[int, float, str]:
    rank = hazard.level.rank if hazard.level is not None else _UNGRADED
    return rank, -size_of(hazard.geometry), hazard.code


def survivor_of(
    ordered: Sequence[Hazard], geometry: BaseGeometry, provenance: Provenance
) -> Hazard:
    """The surviving record with the ground and the codes of all.

    It is as secret as the most secret of them, graded as the worst, and open while one of them is open.
    """
    kept, absorbed = ordered[0], ordered[1:]
    level = worst_level(ordered)
    codes = [code for hazard in absorbed for code in (hazard.code, *hazard.alias_codes)]
    names = "、".join(f"{hazard.code}（{hazard.name}）" for hazard in absorbed)
    return replace(
        kept,
        geometry=geometry,
        provenance=provenance,
        alias_codes=tuple(code for code in _codes(*kept.alias_codes, *codes) if code != kept.code),
        notes=_noted(kept.notes, _("并入：{names}。").format(names=names)),
        secrecy=max((hazard.secrecy for hazard in ordered), key=_STRICTNESS.index),
        level=level,
        status=_status(ordered, level),
    )


def worst_level(hazards: Sequence[Hazard]) -> RiskLevel | None:
    """The worst level among some hazards, None where none is graded."""
    levels = [hazard.level for hazard in hazards if hazard.level is not None]
    return min(levels, key=lambda level: level.rank, default=None)


def absorbed_into(hazard: Hazard, survivor: Hazard) -> Hazard:
    """An absorbed record with a note where it went; it is still to be deleted."""
    words = _("已并入 {code}（{name}）。").format(code=survivor.code, name=survivor.name)
    return replace(hazard, notes=_noted(hazard.notes, words))


def _status(ordered: Sequence[Hazard], level: RiskLevel | None) -> HazardStatus:
    kept = ordered[0]
    open_ones = [each for each in ordered if each.status is not HazardStatus.CLOSED]
    as_it_was = kept.status is not HazardStatus.CLOSED and kept.level is level
    if as_it_was or not open_ones:
        return kept.status
    return HazardStatus.ASSESSED if level is not None else HazardStatus.REGISTERED


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))


def _noted(notes: str, words: str) -> str:
    return f"{notes}\n{words}" if notes else words
