"""Reads the columns of all hazards in few steps, without an object per row.

SQLite itself joins each column into one long value (``json_group_array``, ``group_concat``), a few ten
thousand rows at a time. That is one step for the driver, outside the interpreter lock, and it leaves
texts as they are until somebody wants them. Needs neither SpatiaLite nor SQLAlchemy, so that a register
can be read before either is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable, TextColumn

_ROWS_AT_ONCE: Final = 25_000
_TEXTS: Final = {
    "ids": "id", "codes": "code", "names": "name", "type_keys": "type_key", "counties": "county",
    "units": "unit", "townships": "township",
}  # fmt: skip
_COLUMNS: Final = ", ".join(_TEXTS.values())
_ARRAYS: Final = ", ".join(f"json_group_array(CAST({each} AS TEXT))" for each in _TEXTS.values())
# Inside the CAST the blobs count as texts; SQLite joins them by their length, zero bytes included.
_JOINED: Final = f"""
SELECT max(fid), count(*), CAST(group_concat(geometry, '') AS BLOB), group_concat(length(geometry)),
    group_concat(level), group_concat(revision), {_ARRAYS}
FROM (
    SELECT fid, geometry, level, revision, {_COLUMNS}
    FROM hazard WHERE {{where}} AND fid > ? ORDER BY fid LIMIT ?
)"""  # noqa: S608 - constants of this module


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """Some rows as SQLite joined them.

    Attributes:
        count: Rows.
        blob: Geometries, one after the other.
        lengths: Their lengths, by commas.
        levels: Levels, by commas.
        revisions: Revisions, by commas.
        texts: A JSON array per text column, in the order of `_TEXTS`.
    """

    count: int
    blob: bytes
    lengths: str
    levels: str
    revisions: str
    texts: tuple[str, ...]


def joined_rows(
    cursor: Any, where: str = "deleted_at IS NULL", parameters: tuple[Any, ...] = ()
) -> list[JoinedRows]:
    """All rows that match, in order of registration; ``where`` is made of constants."""
    statement = _JOINED.format(where=where)
    pieces: list[JoinedRows] = []
    last = -(2**63)
    while True:
        cursor.execute(statement, (*parameters, last, _ROWS_AT_ONCE))
        highest, count, blob, lengths, levels, revisions, *texts = cursor.fetchone()
        if count:
            pieces.append(JoinedRows(count, blob, lengths, levels, revisions, tuple(texts)))
            last = highest
        if count < _ROWS_AT_ONCE:
            return pieces


def table_of(pieces: list[JoinedRows]) -> FeatureTable:
    """The columns of the rows.

    Raises:
        UnusualBlobError: A geometry has to be read with SpatiaLite's help.
    """
    # A first read begins before these are loaded.
    import numpy as np  # noqa: PLC0415

    from qhd_riskmap.domain.feature_table import empty_table, table_of_arrays  # noqa: PLC0415
    from qhd_riskmap.storage.flat_blobs import flat_shapes, joined_shapes  # noqa: PLC0415

    if not pieces:
        return empty_table()

    def numbers(text: str) -> Any:
        return np.fromstring(text, dtype=np.int64, sep=",")

    shapes = joined_shapes([flat_shapes(each.blob, numbers(each.lengths)) for each in pieces])
    levels = np.concatenate([numbers(each.levels) for each in pieces])
    return table_of_arrays(
        levels=levels.astype(np.int8),
        revisions=np.concatenate([numbers(each.revisions) for each in pieces]),
        flat=shapes,
        columns=text_columns(pieces),
    )


def table_with(pieces: list[JoinedRows], geometries: Any) -> FeatureTable:
    """The columns of the rows, with geometries that were read otherwise."""
    import numpy as np  # noqa: PLC0415 - see table_of

    from qhd_riskmap.domain.feature_table import feature_table  # noqa: PLC0415

    def numbers(name: str) -> Any:
        return np.concatenate(
            [np.fromstring(getattr(each, name), dtype=np.int64, sep=",") for each in pieces]
        )

    columns = {name: make() for name, make in text_columns(pieces).items()}
    return feature_table(
        levels=numbers("levels"), revisions=numbers("revisions"), geometries=geometries, **columns
    )


def text_columns(pieces: list[JoinedRows]) -> dict[str, Callable[[], TextColumn]]:
    """What makes each text column when it is wanted."""
    return {
        name: partial(_texts, [piece.texts[number] for piece in pieces])
        for number, name in enumerate(_TEXTS)
    }


def _texts(arrays: list[str]) -> TextColumn:
    from qhd_riskmap.domain.feature_table import texts  # noqa: PLC0415 - see table_of

    return texts([text for array in arrays for text in json.loads(array)])
