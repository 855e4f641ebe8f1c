"""Bookmarks of the map: kept in the register, so that the whole office has them."""

from __future__ import annotations

import math
from typing import Final
from uuid import UUID

from qhd_riskmap.domain.access import Actor, Permission
from qhd_riskmap.domain.bookmark import Bookmark
from qhd_riskmap.domain.hazard_filter import BoundingBox
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.storage.engine import Register

LONGEST_NAME: Final = 40


class BookmarkService:
    """Use cases on bookmarks, for one actor."""

    def __init__(self, register: Register, actor: Actor) -> None:
        self._register = register
        self._actor = actor

    def all(self) -> list[Bookmark]:
        """All bookmarks in order of making."""
        self._actor.require(Permission.READ)
        with self._register.unit_of_work() as work:
            return work.bookmarks.all()

    def add(self, name: str, bounds: BoundingBox) -> tuple[Bookmark, Changes]:
        """Keep a piece of the map under a name.

        Raises:
            InvalidInputError: The name is blank or too long, or the bounds are no place.
            ConflictError: The name is taken.
        """
        self._actor.require(Permission.EDIT)
        plain = " ".join(name.split())
        if not 0 < len(plain) <= LONGEST_NAME:
            raise InvalidInputError(
                _("书签名称不能为空，也不能超过 {limit} 个字。").format(limit=LONGEST_NAME)
            )
        west, south, east, north = bounds
        if not (all(map(math.isfinite, bounds)) and west <= east and south <= north):
            raise InvalidInputError(_("这个范围不能保存为书签。"))
        with self._register.unit_of_work() as work:
            made = work.bookmarks.add(plain, bounds, self._actor)
            work.commit()
        return made, Changes(bookmarks=True)

    def remove(self, bookmark_id: UUID) -> Changes:
        """Delete a bookmark.

        Raises:
            NotFoundError: It is gone already.
        """
        self._actor.require(Permission.EDIT)
        with self._register.unit_of_work() as work:
            work.bookmarks.remove(bookmark_id, self._actor)
            work.commit()
        return Changes(bookmarks=True)
