"""Reads the attribute table of a shapefile for the release checker, field by field."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_VERSIONS = {0x02, 0x03, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B}
_HEADER = 32
_DESCRIPTOR = 32
_END = 0x0D
_FILE_END = b"\x1a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dbase:
    """A table.

    Attributes:
        rows: The fields of every record as bytes, deleted records too; first its deletion mark.
        rest: Header and whatever is behind the records.
    """

    rows: list[list[bytes]]
    rest: bytes


def dbase(data: bytes) -> Dbase | None:
    """The table that ``data`` is, or None where anything does not fit."""
    if len(data) <= _HEADER or data[0] not in _VERSIONS:
        return None
    count, head, length = struct.unpack_from("<IHH", data, 4)
    end = head + count * length
    if end > len(data):
        return None
    fields = list(_widths(data[:head]))
    if not fields or sum(fields) + 1 != length:
        return None
    return Dbase(
        rows=[_fields(data, head + row * length, fields) for row in range(count)],
        rest=data[:head] + b"\x00" * 8 + data[end:].removesuffix(_FILE_END),
    )


def _widths(header: bytes) -> Iterator[int]:
    at = _HEADER
    while at + _DESCRIPTOR < len(header) and header[at] != _END:
        yield header[at + 16]
        at += _DESCRIPTOR


def _fields(data: bytes, at: int, widths: list[int]) -> list[bytes]:
    values = [data[at : at + 1]]
    at += 1
    for width in widths:
        values.append(data[at : at + width].strip(b" \x00"))
        at += width
    return values
