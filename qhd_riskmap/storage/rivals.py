"""Finds the records that rows of a sheet may repeat, by indexes, without reading the others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

import numpy as np
import numpy.typing as npt

from qhd_riskmap.storage.hazard_rows import to_json
from qhd_riskmap.storage.packed_rtree import leaf_boxes
from qhd_riskmap.storage.transaction import Transaction

Keys = npt.NDArray[np.int64]
_NAMES = """
SELECT json_group_array(h.fid), json_group_array(h.name) FROM json_each(?) AS wanted
CROSS JOIN hazard AS h INDEXED BY ix_hazard_names ON h.fid = wanted.value AND h.type_key = ?"""
_OF_CODES = """
SELECT h.fid FROM json_each(?) AS wanted CROSS JOIN hazard AS h ON h.code = wanted.value"""
_OF_ONE_ALIAS = """
SELECT h.fid FROM json_each(?) AS wanted
CROSS JOIN hazard AS h INDEXED BY ix_hazard_alias
ON h.alias_codes = wanted.value AND h.alias_codes <> '[]'"""
_OF_SEVERAL_ALIASES = """
SELECT h.fid FROM hazard AS h INDEXED BY ix_hazard_aliases CROSS JOIN json_each(h.alias_codes) AS one
WHERE instr(h.alias_codes, '","') > 0 AND one.value IN (SELECT value FROM json_each(?))"""
_OF_IDS = "SELECT h.fid FROM json_each(?) AS wanted CROSS JOIN hazard AS h ON h.id = wanted.value"


class Rivals:
    """Looks records up by type, code, id and box; what it gives are keys of the table."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def none(self) -> bool:
        """Whether the register has no hazard at all."""
        row = self._transaction.reading().exec_driver_sql("SELECT 1 FROM hazard LIMIT 1").first()
        return row is None

    def boxes(self) -> tuple[Keys, npt.NDArray[np.float64]]:
        """Keys in order, and boxes (west, south, east, north, rounded outwards) of all hazards."""
        return leaf_boxes(self._transaction.reading(), "idx_hazard_geometry")

    def names(self, type_key: str, keys: Iterable[int]) -> tuple[Keys, list[str]]:
        """Those of some keys whose hazards are of a type, and the names; deleted ones included."""
        wanted = json.dumps(list(keys))
        joined = self._transaction.reading().exec_driver_sql(_NAMES, (wanted, type_key))
        numbers, names = joined.one()
        return np.array(json.loads(numbers), np.int64), json.loads(names)

    def of_codes(self, codes: Iterable[str]) -> set[int]:
        """Keys of the hazards that have, or had elsewhere, one of some codes; deleted ones included."""
        wanted = sorted(filter(None, set(codes)))
        if not wanted:
            return set()
        plain, alone = to_json(wanted), to_json([to_json([code]) for code in wanted])
        return {
            key
            for statement, given in (
                (_OF_CODES, plain),
                (_OF_ONE_ALIAS, alone),
                (_OF_SEVERAL_ALIASES, plain),
            )
            for key in self._transaction.reading().exec_driver_sql(statement, (given,)).scalars()
        }

    def of_ids(self, ids: Iterable[UUID]) -> set[int]:
        """Keys of hazards by their ids."""
        wanted = json.dumps([str(each) for each in ids])
        return set(self._transaction.reading().exec_driver_sql(_OF_IDS, (wanted,)).scalars())
