"""Takes an SQLite file apart page by page for the release checker, deleted rows and slack included.

Needs no database library: a GeoPackage is judged by other code than the one that wrote it, and pages
that no table owns any more are read as well.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

SQLITE_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_LEAF_TABLE, _INNER_TABLE, _LEAF_INDEX, _INNER_INDEX = 0x0D, 0x05, 0x0A, 0x02
_SMALLEST_PAGE = 512
_LARGEST_PAGE = 65_536
_CONTINUES = 0x80
_ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_WHOLE_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}  # of whole numbers, by serial type
_REAL, _ZERO, _ONE, _FIRST_BLOB = 7, 8, 9, 12
Value = str | bytes | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteContent:
    """Everything in the file.

    Attributes:
        rows: Each record of each page, values in order.
        slack: Bytes that belong to no record: free pages, unused space.
        sound: Whether the pages fill the file; what is behind them is in ``slack``.
    """

    rows: list[list[Value]] = field(default_factory=list)
    slack: list[bytes] = field(default_factory=list)
    sound: bool = True


def sqlite_content(data: bytes) -> SqliteContent:
    """Read a whole database; never fails, what is no record is slack."""
    size = int.from_bytes(data[16:18], "big")
    size = _LARGEST_PAGE if size == 1 else size
    if size < _SMALLEST_PAGE or len(data) < size:
        return SqliteContent(slack=[data], sound=False)
    reader = _Pages(data, size)
    content = SqliteContent(sound=len(data) % size == 0)
    for number in range(1, len(data) // size + 1):
        content.rows.extend(reader.records(number))
    content.slack.extend(reader.slack())
    return content


class _Pages:
    def __init__(self, data: bytes, size: int) -> None:
        self._data = data
        self._size = size
        self._usable = size - data[20]
        self._encoding = _ENCODINGS.get(int.from_bytes(data[56:60], "big"), "utf-8")
        self._read = bytearray(len(data))  # 1 where a record or the page's own order lies
        self._read[:_HEADER] = b"\x01" * _HEADER

    def records(self, number: int) -> Iterator[list[Value]]:
        """Records of a page, none where it is no page of a tree."""
        start = (number - 1) * self._size
        head = start + (_HEADER if number == 1 else 0)
        kind = self._data[head]
        if kind not in {_LEAF_TABLE, _INNER_TABLE, _LEAF_INDEX, _INNER_INDEX} or self._read[head]:
            return
        inner = kind in {_INNER_TABLE, _INNER_INDEX}
        count = int.from_bytes(self._data[head + 3 : head + 5], "big")
        first = head + (12 if inner else 8)
        if first + 2 * count > start + self._size:
            return
        self._mark(head, first + 2 * count)
        for cell in struct.unpack_from(f">{count}H", self._data, first):
            try:
                record = self._cell(start, start + cell, kind)
            except (IndexError, ValueError, struct.error):
                continue  # its bytes stay slack and are read as they are
            if record is not None:
                yield record

    def slack(self) -> Iterator[bytes]:
        """Runs of bytes that nothing above has read."""
        at, end = 0, len(self._read)
        while at < end:
            begin = self._read.find(0, at)
            if begin < 0:
                return
            at = self._read.find(1, begin)
            at = end if at < 0 else at
            piece = self._data[begin:at].strip(b"\x00")
            if piece:
                yield piece

    def _cell(self, start: int, at: int, kind: int) -> list[Value] | None:
        begin = at
        if kind in {_INNER_TABLE, _INNER_INDEX}:
            at += 4  # the child page
        if kind == _INNER_TABLE:
            _row, at = self._varint(at)
            self._mark(begin, at)
            return None
        length, at = self._varint(at)
        if kind == _LEAF_TABLE:
            _row, at = self._varint(at)
        local = self._local(length, table=kind == _LEAF_TABLE)
        if length > len(self._data) or at + local > start + self._size:
            raise ValueError("a cell beyond its page")
        payload = self._data[at : at + local]
        marks = [(begin, at + local)]
        if local < length:
            more, links = self._overflow(at + local, length - local)
            payload += more
            marks += links
        record = self._record(payload)
        for mark in marks:
            self._mark(*mark)
        return record

    def _local(self, length: int, *, table: bool) -> int:
        usable = self._usable
        most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return length
        least = (usable - 12) * 32 // 255 - 23
        kept = least + (length - least) % (usable - 4)
        return kept if kept <= most else least

    def _overflow(self, at: int, length: int) -> tuple[bytes, list[tuple[int, int]]]:
        """The rest of a payload from its chain of pages."""
        marks = [(at, at + 4)]
        pieces: list[bytes] = []
        page = int.from_bytes(self._data[at : at + 4], "big")
        while length > 0:
            begin = (page - 1) * self._size
            if page < 1 or begin + self._size > len(self._data) or len(marks) * self._size > len(self._data) + self._size:  # fmt: skip
                raise ValueError("a chain that leads nowhere")
            taken = min(length, self._usable - 4)
            pieces.append(self._data[begin + 4 : begin + 4 + taken])
            marks.append((begin, begin + 4 + taken))
            page = int.from_bytes(self._data[begin : begin + 4], "big")
            length -= taken
        return b"".join(pieces), marks

    def _record(self, payload: bytes) -> list[Value]:
        head, at = _varint(payload, 0)
        kinds = []
        while at < head:
            kind, at = _varint(payload, at)
            kinds.append(kind)
        values: list[Value] = []
        for kind in kinds:
            value, at = self._value(payload, at, kind)
            values.append(value)
        if at != len(payload):
            raise ValueError("a record of another length")
        return values

    def _value(self, payload: bytes, at: int, kind: int) -> tuple[Value, int]:
        if kind >= _FIRST_BLOB:
            end = at + (kind - _FIRST_BLOB) // 2
            piece = payload[at:end]
            if len(piece) != end - at:
                raise ValueError("a value beyond its record")
            return (piece.decode(self._encoding, errors="replace") if kind % 2 else piece), end
        if kind in _WHOLE_BYTES:
            end = at + _WHOLE_BYTES[kind]
            return int.from_bytes(payload[at:end], "big", signed=True), end
        if kind == _REAL:
            return struct.unpack_from(">d", payload, at)[0], at + 8
        return {_ZERO: 0, _ONE: 1}.get(kind), at

    def _varint(self, at: int) -> tuple[int, int]:
        return _varint(self._data, at)

    def _mark(self, begin: int, end: int) -> None:
        self._read[begin:end] = b"\x01" * (end - begin)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if not byte & _CONTINUES:
            return value, at
    return value << 8 | data[at], at + 1
