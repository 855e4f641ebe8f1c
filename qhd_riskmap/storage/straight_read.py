"""Reads the columns of all hazards in few steps, without an object per row.

SQLite itself joins each column into one long value (``json_group_array``, ``group_concat``), some ten
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

from qhd_riskmap.domain.late_value import Late

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable, TextColumn
    from qhd_riskmap.domain.flat_shapes import FlatShapes, FloatArray

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
        shapes: The geometries as arrays and their anchors, made when asked for.
    """

    count: int
    blob: bytes
    lengths: str
    levels: str
    revisions: str
    texts: tuple[str, ...]
    shapes: Late[tuple[FlatShapes, FloatArray]]


def joined_rows(
    cursor: Any,
    where: str = "deleted_at IS NULL",
    parameters: tuple[Any, ...] = (),
    came: Callable[[JoinedRows], object] = bool,
) -> list[JoinedRows]:
    """All rows that match, in order of registration.

    Args:
        cursor: Of the driver.
        where: A condition made of constants.
        parameters: Its values.
        came: Told of every piece as soon as it is read.
    """
    statement = _JOINED.format(where=where)
    pieces: list[JoinedRows] = []
    last = -(2**63)
    while True:
        cursor.execute(statement, (*parameters, last, _ROWS_AT_ONCE))
        highest, count, blob, lengths, levels, revisions, *texts = cursor.fetchone()
        if count:
            late = Late(partial(_shapes, blob, lengths))
            pieces.append(JoinedRows(count, blob, lengths, levels, revisions, tuple(texts), late))
            came(pieces[-1])
            last = highest
        if count < _ROWS_AT_ONCE:
            return pieces


def _shapes(blob: bytes, lengths: str) -> tuple[FlatShapes, FloatArray]:
    # A first read begins before these are loaded.
    import numpy as np  # noqa: PLC0415

    from qhd_riskmap.storage.flat_blobs import flat_shapes  # noqa: PLC0415

    flat = flat_shapes(blob, np.fromstring(lengths, dtype=np.int64, sep=","))
    return flat, flat.anchors()


def table_of(pieces: list[JoinedRows]) -> FeatureTable:
    """The columns of the rows.

    Raises:
        UnusualBlobError: A geometry has to be read with SpatiaLite's help.
    """
    import numpy as np  # noqa: PLC0415 - see _shapes

    from qhd_riskmap.domain.feature_table import empty_table, table_of_arrays  # noqa: PLC0415
    from qhd_riskmap.storage.flat_blobs import joined_shapes  # noqa: PLC0415

    if not pieces:
        return empty_table()

    def numbers(text: str) -> Any:
        return np.fromstring(text, dtype=np.int64, sep=",")

    made = [each.shapes.get() for each in pieces]
    levels = np.concatenate([numbers(each.levels) for each in pieces])
    return table_of_arrays(
        levels=levels.astype(np.int8),
        revisions=np.concatenate([numbers(each.revisions) for each in pieces]),
        flat=joined_shapes([flat for flat, _anchors in made]),
        anchors=np.concatenate([anchors for _flat, anchors in made]),
        columns=text_columns(pieces),
    )


def table_with(pieces: list[JoinedRows], geometries: Any) -> FeatureTable:
    """The columns of the rows, with geometries that were read otherwise."""
    import numpy as np  # noqa: PLC0415 - see _shapes

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
    from qhd_riskmap.domain.feature_table import texts  # noqa: PLC0415 - see _shapes

    return texts([text for array in arrays for text in json.loads(array)])
