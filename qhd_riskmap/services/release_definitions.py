"""Saved release definitions: what an office releases again and again, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.sheet_design import design_from_json
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.services.release_order import ProductFormat, ReleaseOrder, SmallCells
from qhd_riskmap.storage.engine import Register
from qhd_riskmap.storage.release_definition_repository import SavedDefinition

LONGEST_NAME: Final = 40
_TEXTS: Final = (
    "title", "unit", "publisher", "source", "approval_no", "prepared_by", "reviewed_by",
    "secrecy_reviewed_by", "purpose",
)  # fmt: skip
_DATES: Final = ("data_date", "approval_date")


def definition_of(order: ReleaseOrder) -> dict[str, Any]:
    """An order as JSON values; folders and the release it replaces belong to one time only."""
    return {
        **{key: getattr(order, key) for key in _TEXTS},
        **{key: day.isoformat() if (day := getattr(order, key)) else "" for key in _DATES},
        "formats": [product.value for product in order.formats],
        "county": order.county or "",
        "draft": order.draft,
        "emergency": order.emergency,
        "small_cells": order.small_cells.value,
        "sheet": order.sheet.to_json() if order.sheet else None,
    }


def ordered(content: Mapping[str, Any], out_dir: Path) -> ReleaseOrder:
    """The order of a definition.

    Raises:
        InvalidInputError: It was made by another version and cannot be read.
    """
    try:
        texts: dict[str, Any] = {key: str(content[key]) for key in _TEXTS}
        days: dict[str, Any] = {
            key: date.fromisoformat(content[key]) if content[key] else None for key in _DATES
        }
        return ReleaseOrder(
            out_dir=out_dir,
            formats=tuple(ProductFormat(name) for name in content["formats"]),
            county=content["county"] or None,
            draft=bool(content["draft"]),
            emergency=bool(content["emergency"]),
            small_cells=SmallCells(content["small_cells"]),
            sheet=design_from_json(content["sheet"]) if content.get("sheet") else None,
            **texts,
            **days,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInputError(
            _("这个发布方案由别的版本存下，读不出来。"),
            hint=_("请重新填写并保存。"),
            detail=str(error),
        ) from error


class ReleaseDefinitions:
    """Use cases of saved definitions, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def all(self) -> Sequence[SavedDefinition]:
        """All definitions, by name."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.release_definitions.all()

    def order(self, name: str, out_dir: Path) -> ReleaseOrder:
        """The order of a definition.

        Raises:
            NotFoundError: There is none of that name.
            InvalidInputError: It cannot be read.
        """
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            saved = work.release_definitions.named(name)
        return ordered(saved.content, out_dir)

    def save(self, name: str, order: ReleaseOrder) -> Changes:
        """Keep an order under a name, in place of one of the same name.

        Raises:
            InvalidInputError: No name, or too long a one.
        """
        self._actor.require(Permission.RELEASE)
        plain = " ".join(name.split())
        if not 0 < len(plain) <= LONGEST_NAME:
            raise InvalidInputError(_("方案名称应为 1 到 {n} 个字。").format(n=LONGEST_NAME))
        with self._register.unit_of_work() as work:
            work.release_definitions.put(plain, definition_of(order), self._actor)
            work.commit()
        return Changes(releases=True)

    def remove(self, name: str) -> Changes:
        """Forget a definition.

        Raises:
            NotFoundError: There is none of that name.
        """
        self._actor.require(Permission.RELEASE)
        with self._register.unit_of_work() as work:
            work.release_definitions.remove(name, self._actor)
            work.commit()
        return Changes(releases=True)


def overridden(order: ReleaseOrder, given: Mapping[str, Any]) -> ReleaseOrder:
    """An order with what was said anew; what was left out stays as saved."""
    return replace(order, **{key: value for key, value in given.items() if value not in (None, "")})
