"""Reads the columns of all hazards in few steps, without an object per row.

SQLite itself joins each column into one long value (``json_group_array``, ``group_concat``), some ten
thousand rows at a time. That is one step for the driver, outside the interpreter lock, and it leaves
texts as they are until somebody wants them. Needs neither SpatiaLite nor SQLAlchemy, so that a register
can be read before either is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from qhd_riskmap.domain.late_value import Late

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable, TextColumn
    from qhd_riskmap.domain.flat_shapes import FlatShapes, FloatArray, IntArray

_ROWS_AT_ONCE: Final = 8_000
_BYTES_AT_ONCE: Final = 3_000_000  # taken apart in a few milliseconds, once the last rows are read
_KINDS: Final = {"type_keys": "type_key", "sub_kinds": "sub_kind"}
_WORDS: Final = {
    "ids": "id", "codes": "code", "names": "name", "counties": "county", "units": "unit",
    "townships": "township",
}  # fmt: skip


def _arrays(columns: dict[str, str]) -> str:
    return ", ".join(f"json_group_array(CAST({each} AS TEXT))" for each in columns.values())


# Inside the CAST the blobs count as texts; SQLite joins them by their length, zero bytes included.
_SHAPES: Final = f"""CAST(group_concat(geometry, '') AS BLOB), group_concat(length(geometry)),
    group_concat(level), group_concat(revision), {_arrays(_KINDS)}"""
_JOINED: Final = f"""
SELECT max(fid), count(*), {{wanted}}
FROM (
    SELECT fid, geometry, level, revision, {", ".join((_KINDS | _WORDS).values())}
    FROM hazard WHERE {{where}} AND fid > ? ORDER BY fid LIMIT ?
)"""  # noqa: S608 - constants of this module
Words = tuple[str, ...]
"""A JSON array per text column, in the order of `_WORDS`."""


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """What the map shows of some rows, as SQLite joined them.

    Attributes:
        count: Rows.
        levels: Levels, by commas.
        revisions: Revisions, by commas.
        shapes: The geometries as arrays and their anchors, made when asked for.
        kinds: The columns `_KINDS`, made when asked for.
    """

    count: int
    levels: str
    revisions: str
    shapes: Late[tuple[FlatShapes, FloatArray]]
    kinds: Late[list[TextColumn]]

    @classmethod
    def of(cls, answer: tuple[Any, ...]) -> JoinedRows:
        """The rows of an answer of SQLite's."""
        count, blob, lengths, levels, revisions, *kinds = answer
        shapes = Late(partial(_shapes, blob, lengths))
        return cls(count, levels, revisions, shapes, Late(partial(_kinds, kinds)))

    def make(self) -> None:
        """Take the answer apart, ahead of the question."""
        self.shapes.get()
        self.kinds.get()


@dataclass(frozen=True, slots=True)
class Reading:
    """All rows that match a condition, in order of registration, some thousand at a time.

    Attributes:
        cursor: Of the driver.
        where: A condition made of constants.
        parameters: Its values.
    """

    cursor: Any
    where: str = "deleted_at IS NULL"
    parameters: tuple[Any, ...] = ()

    def whole(self) -> tuple[list[JoinedRows], list[Words]]:
        """What the map shows, and all texts."""
        answers = list(self._pieces(f"{_SHAPES}, {_arrays(_WORDS)}"))
        first = len(_WORDS)
        return (
            [JoinedRows.of(answer[:-first]) for answer in answers],
            [answer[-first:] for answer in answers],
        )

    def shapes(self, came: Callable[[JoinedRows], object]) -> list[JoinedRows]:
        """What the map shows.

        Args:
            came: Told of every piece as soon as it is read.
        """
        pieces = []
        for answer in self._pieces(_SHAPES):
            pieces.append(JoinedRows.of(answer))
            came(pieces[-1])
        return pieces

    def words(self) -> list[Words]:
        """All texts."""
        return [answer[1:] for answer in self._pieces(_arrays(_WORDS))]

    def _pieces(self, wanted: str) -> Iterator[tuple[Any, ...]]:
        """Count and columns of some rows after the other; fewer rows where the first column is large."""
        statement = _JOINED.format(where=self.where, wanted=wanted)
        last, limit = -(2**63), _ROWS_AT_ONCE
        while True:
            self.cursor.execute(statement, (*self.parameters, last, limit))
            last, count, *columns = self.cursor.fetchone()
            if count:
                yield (count, *columns)
            if count < limit:
                return
            limit = min(_ROWS_AT_ONCE, max(1, count * _BYTES_AT_ONCE // len(columns[0])))


def _shapes(blob: bytes, lengths: str) -> tuple[FlatShapes, FloatArray]:
    # A first read begins before these are loaded.
    import numpy as np  # noqa: PLC0415

    from qhd_riskmap.storage.flat_blobs import flat_shapes  # noqa: PLC0415

    flat = flat_shapes(blob, np.fromstring(lengths, dtype=np.int64, sep=","))
    return flat, flat.anchors()


def _kinds(arrays: list[str]) -> list[TextColumn]:
    from qhd_riskmap.domain.feature_table import texts  # noqa: PLC0415 - see _shapes

    return [texts(_each_once(json.loads(each), {})) for each in arrays]


def table_of(pieces: list[JoinedRows], words: Callable[[], list[Words]]) -> FeatureTable:
    """The columns of the rows.

    Args:
        pieces: What the map shows.
        words: What gives the texts of the same rows.

    Raises:
        UnusualBlobError: A geometry has to be read with SpatiaLite's help.
    """
    import numpy as np  # noqa: PLC0415 - see _shapes

    from qhd_riskmap.domain.feature_table import empty_table, table_of_arrays  # noqa: PLC0415
    from qhd_riskmap.storage.flat_blobs import joined_shapes  # noqa: PLC0415

    if not pieces:
        return empty_table()
    made = [each.shapes.get() for each in pieces]
    return table_of_arrays(
        levels=_numbers(pieces, "levels").astype(np.int8),
        revisions=_numbers(pieces, "revisions"),
        flat=joined_shapes([flat for flat, _anchors in made]),
        anchors=np.concatenate([anchors for _flat, anchors in made]),
        columns=_text_columns(pieces, words),
    )


def table_with(
    pieces: list[JoinedRows], words: Callable[[], list[Words]], geometries: Any
) -> FeatureTable:
    """The columns of the rows, with geometries that were read otherwise."""
    from qhd_riskmap.domain.feature_table import feature_table  # noqa: PLC0415 - see _shapes

    columns = {name: make() for name, make in _text_columns(pieces, words).items()}
    return feature_table(
        levels=_numbers(pieces, "levels"), revisions=_numbers(pieces, "revisions"),
        geometries=geometries, **columns,
    )  # fmt: skip


def _numbers(pieces: list[JoinedRows], name: str) -> IntArray:
    import numpy as np  # noqa: PLC0415 - see _shapes

    columns = [np.fromstring(getattr(each, name), dtype=np.int64, sep=",") for each in pieces]
    return np.concatenate(columns)


def _text_columns(
    pieces: list[JoinedRows], words: Callable[[], list[Words]]
) -> dict[str, Callable[[], TextColumn]]:
    """What makes each text column when it is wanted."""
    return {
        **{name: partial(_kinds_of, pieces, number) for number, name in enumerate(_KINDS)},
        **{name: partial(_texts_of, words, number) for number, name in enumerate(_WORDS)},
    }


def _kinds_of(pieces: list[JoinedRows], number: int) -> TextColumn:
    import numpy as np  # noqa: PLC0415 - see _shapes

    return np.concatenate([piece.kinds.get()[number] for piece in pieces])


def _texts_of(words: Callable[[], list[Words]], number: int) -> TextColumn:
    from qhd_riskmap.domain.feature_table import texts  # noqa: PLC0415 - see _shapes

    known: dict[str, str] = {}
    return texts(
        [text for piece in words() for text in _each_once(json.loads(piece[number]), known)]
    )


def _each_once(column: list[str], known: dict[str, str]) -> list[str]:
    """The column with equal texts being one object: townships and units come back a thousand times."""
    return [known.setdefault(text, text) for text in column]
