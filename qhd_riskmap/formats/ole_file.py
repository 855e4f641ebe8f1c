"""Streams of an OLE compound file ([MS-CFB]), with limits: old workbooks are such files."""

from __future__ import annotations

import struct
from typing import Final

from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.sheet_guard import damaged

_END: Final = 0xFFFFFFFA  # this and above are marks, not sectors
_HEADER: Final = 512
_IN_HEADER: Final = 109
_ENTRY: Final = 128
_STREAM, _ROOT = 2, 5
_SECTOR_SHIFTS: Final = (9, 12)


class OleFile:
    """Reads streams by name.

    Raises:
        UnreadableFileError: The tables of the file do not hold together.
    """

    def __init__(self, content: bytes, name: str) -> None:
        self._content = content
        self._name = name
        try:
            self._open()
        except (struct.error, IndexError) as error:
            raise damaged(name, f"compound file: {error}") from error

    def stream(self, *names: str) -> bytes | None:
        """The first stream of one of these names, or None."""
        for name in names:
            if name in self._entries:
                start, size = self._entries[name]
                try:
                    return self._read(start, size)
                except IndexError as error:
                    raise damaged(self._name, f"stream {name}: {error}") from error
        return None

    def _open(self) -> None:
        content = self._content
        (shift,) = struct.unpack_from("<H", content, 30)
        if shift not in _SECTOR_SHIFTS:
            raise self._broken(f"sector shift {shift}")
        self._size = 1 << shift
        self._cutoff, first_mini, _minis, next_table, tables = struct.unpack_from(
            "<5I", content, 56
        )
        (directory,) = struct.unpack_from("<I", content, 48)
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", content, 76))
        most = len(content) // self._size + 1
        for _ in range(min(tables, most)):
            if next_table >= _END:
                break
            *more, next_table = self._numbers(next_table)
            places += more
        self._table: list[int] = []
        for place in places:
            if place < _END and len(self._table) <= most:
                self._table += self._numbers(place)
        self._entries: dict[str, tuple[int, int]] = {}
        self._mini_table: list[int] = []
        self._mini = b""
        listing = self._chain(directory)
        for at in range(0, len(listing) - _ENTRY + 1, _ENTRY):
            self._take(listing[at : at + _ENTRY])
        if first_mini < _END:
            table = self._chain(first_mini)
            self._mini_table = list(struct.unpack(f"<{len(table) // 4}I", table))

    def _take(self, entry: bytes) -> None:
        length, kind = struct.unpack_from("<HB", entry, 64)
        start, size = struct.unpack_from("<II", entry, 116)
        name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        if kind == _ROOT:
            self._mini = self._chain(start) if start < _END else b""
        elif kind == _STREAM:
            self._entries.setdefault(name, (start, size))

    def _read(self, start: int, size: int) -> bytes:
        if size >= self._cutoff:
            return self._chain(start)[:size]
        pieces, seen = [], 0
        while start < _END and seen <= len(self._mini_table):
            pieces.append(self._mini[start * 64 : start * 64 + 64])
            start, seen = self._mini_table[start], seen + 1
        return b"".join(pieces)[:size]

    def _chain(self, start: int) -> bytes:
        pieces, seen = [], 0
        while start < _END:
            if seen > len(self._table):
                raise self._broken("a chain without end")
            pieces.append(self._sector(start))
            start, seen = self._table[start], seen + 1
        return b"".join(pieces)

    def _numbers(self, sector: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self._size // 4}I", self._sector(sector))

    def _sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        piece = self._content[begin : begin + self._size]
        # The last sector of a file may be cut short.
        return piece + bytes(self._size - len(piece)) if piece else bytes(self._size)

    def _broken(self, detail: str) -> UnreadableFileError:
        return damaged(self._name, f"compound file: {detail}")
