"""Takes PNG and JPEG apart for the release checker: everything in them that is no picture.

Every byte is accounted for: what is longer than the picture needs, or stands where a viewer does not
look, is handed on and named.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from qhd_riskmap.services.release_part import Part, hidden

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
JPEG_MAGIC = b"\xff\xd8\xff"
_STEP = 1 << 24

# Chunks that hold the picture and its size, and how long each may be.
_SIZES = {
    b"IHDR": 13, b"PLTE": 768, b"IEND": 0, b"pHYs": 9, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32,
    b"tRNS": 256, b"sBIT": 4, b"bKGD": 6,
}  # fmt: skip
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
# Of an interlaced picture: first column, first row, step across, step down.
_PASSES = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
)  # fmt: skip


def png_parts(data: bytes) -> Iterator[Part]:
    """Chunks that are no picture, and what is behind the picture."""
    offset = len(PNG_MAGIC)
    header = b""
    picture = bytearray()
    while offset + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        body = data[offset + 8 : offset + 8 + length]
        offset += 12 + length
        if kind == b"IDAT":
            picture += body
        elif kind in _SIZES and len(body) <= _SIZES[kind]:
            # A palette is long enough for a word.
            yield Part(place=kind.decode("ascii"), data=body)
        else:
            yield from _strange(kind, body)
        if kind == b"IHDR":
            header = body
        if kind == b"IEND":
            break
    if offset < len(data):
        yield _behind("", data[offset:])
    yield from _rows(bytes(picture), header)


def _strange(kind: bytes, body: bytes) -> Iterator[Part]:
    name = kind.decode("latin-1")
    yield hidden(name, name, body)
    # What follows the keyword and its flags of a text chunk may be compressed.
    for match in re.finditer(rb"\x00+\x01?\x00?", body):
        rest = body[match.end() :]
        if rest[:1] == b"\x78":
            yield Part(place=name, data=rest)


def _behind(place: str, data: bytes) -> Part:
    where = f"{place} / trailing" if place else "trailing"
    return hidden(where, f"{len(data)} bytes", data)


def _rows(packed: bytes, header: bytes) -> Iterator[Part]:
    """What the compressed picture holds beyond its rows, and behind itself."""
    unpacker = zlib.decompressobj()
    expected = _bytes_of_rows(header)
    count, surplus = 0, bytearray()
    try:
        while packed and not unpacker.eof:
            rows = unpacker.decompress(packed, _STEP)
            count += len(rows)
            if expected is not None and count > expected and len(surplus) < _STEP:
                surplus += rows[max(0, len(rows) - (count - expected)) :]
            packed = unpacker.unconsumed_tail
    except zlib.error:
        yield _behind("IDAT", packed)
        return
    for rest in (unpacker.unused_data, bytes(surplus)):
        if rest:
            yield _behind("IDAT", rest)


def _bytes_of_rows(header: bytes) -> int | None:
    """Length of the unpacked picture; None where the header is none."""
    if len(header) != _SIZES[b"IHDR"]:
        return None
    width, height, depth, colour, _packing, _filter, interlaced = struct.unpack(">2I5B", header)
    bits = depth * _SAMPLES.get(colour, 4)
    if not interlaced:
        return int(height * (1 + (width * bits + 7) // 8))
    total = 0
    for column, row, across, down in _PASSES:
        columns = (width - column + across - 1) // across
        rows = (height - row + down - 1) // down
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


_MARK = 0xFF
_END, _SCAN, _COMMENT = 0xD9, 0xDA, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a body
_AFTER_SCAN = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
_JFIF = 14  # bytes of its header without a small picture


def jpeg_parts(data: bytes) -> Iterator[Part]:
    """Segments that are no picture, those between and behind the scans too."""
    offset = 2
    while True:
        if data[offset : offset + 1] != b"\xff":
            yield hidden("segments", f"{len(data) - offset} bytes", data[offset:])
            return
        while data[offset + 1 : offset + 2] == b"\xff":
            offset += 1  # markers may be filled up
        marker = int.from_bytes(data[offset + 1 : offset + 2], "big")
        offset += 2
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[offset : offset + 2], "big")
        yield _segment(marker, data[offset + 2 : offset + length])
        offset += max(length, 2)
        if marker == _SCAN:
            following = _AFTER_SCAN.search(data, offset)
            offset = following.end() - 2 if following else len(data)
    if offset < len(data):
        yield _behind("", data[offset:])


def _segment(marker: int, body: bytes) -> Part:
    name = f"segment {marker:02X}"
    plain = (
        marker == _APPLICATION.start
        and body.startswith(b"JFIF\x00")
        and len(body) == _JFIF
        and body.endswith(b"\x00\x00")
    )
    if marker == _COMMENT or (marker in _APPLICATION and not plain):
        return hidden(name, name, body)
    return Part(place=name, data=body)
