"""Registers hazards that come piece by piece as one addition, and numbers those that come at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import shapely

from qhd_riskmap.errors import ConflictError
from qhd_riskmap.i18n import _
from qhd_riskmap.storage import bulk_load
from qhd_riskmap.storage.failures import integrity_error
from qhd_riskmap.storage.hazard_columns import HazardColumns, StoredHazards
from qhd_riskmap.storage.permanent_codes import codes_for
from qhd_riskmap.storage.spatial_blob import checked

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.exc import IntegrityError

    from qhd_riskmap.storage.many_rows import Progress


def numbered(
    connection: Connection, columns: HazardColumns, now: datetime, actor: str
) -> StoredHazards:
    """Hazards with the keys and codes they will be registered by."""
    facts = columns.facts
    return StoredHazards(
        columns=columns,
        codes=codes_for(connection, facts["code"], facts["county"], facts["type_key"], now.year),
        first_fid=bulk_load.first_free(connection),
        now=now,
        actor=actor,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the audit says of an addition.

    Attributes:
        ids: UUID texts, in order.
        codes: Permanent codes, in order.
        batches: Batches that brought them.
    """

    ids: Sequence[str]
    codes: Sequence[str]
    batches: Collection[str | None]


class HazardLoad:
    """Pieces of one addition; the guards are lifted and the boxes wait until it ends.

    Made by `HazardRepository.loading`.
    """

    def __init__(self, connection: Connection, now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor
        self._pieces: list[StoredHazards] = []

    def add(self, columns: HazardColumns, progress: Progress | None = None) -> StoredHazards:
        """Write the next hazards.

        Args:
            columns: At least one.
            progress: Called with the number of rows written so far; may raise to stop.

        Raises:
            ConflictError: An id or code is already registered, or occurs twice.
            InvalidInputError: A geometry cannot be stored.
        """
        stored = numbered(self._connection, columns, self._now, self._actor)
        geometries = checked(columns.geometries)
        try:
            bulk_load.insert_rows(self._connection, stored, geometries, progress)
        except integrity_error() as error:
            raise taken(stored.codes, error) from error
        self._pieces.append(stored)
        return stored

    def index(self) -> None:
        """Put what was written into the spatial index."""
        if self._pieces:
            boxes = [shapely.bounds(piece.columns.geometries) for piece in self._pieces]
            fids = range(self._pieces[0].first_fid, self._pieces[-1].first_fid + len(boxes[-1]))
            bulk_load.index_rows(self._connection, fids, np.concatenate(boxes))

    def written(self) -> Written:
        """What the audit says of them all."""
        return Written(
            ids=[key for piece in self._pieces for key in piece.columns.facts["id"]],
            codes=self._codes(),
            batches={key for piece in self._pieces for key in piece.columns.facts["batch_id"]},
        )

    def stored(self, columns: HazardColumns) -> StoredHazards:
        """Everything written; ``columns`` are the pieces after each other."""
        return StoredHazards(
            columns=columns,
            codes=self._codes(),
            first_fid=self._pieces[0].first_fid if self._pieces else 0,
            now=self._now,
            actor=self._actor,
        )

    def _codes(self) -> list[str]:
        return [code for piece in self._pieces for code in piece.codes]


def taken(codes: Sequence[str], error: IntegrityError) -> Exception:
    """What to raise where a row could not be written because another is like it."""
    text = str(error.orig)
    if "hazard.code" in text:
        which = codes[0] if len(codes) == 1 else ""
        return ConflictError(
            _("隐患编号 {code} 已被使用。").format(code=which).replace("  ", " "),
            hint=_("编号不能重复；留空则由程序编号。"),
            detail=text,
        )
    if "hazard.id" in text:
        return ConflictError(_("这条记录已在登记库中。"), detail=text)
    return error
