"""Unpacks compressed bytes for the release checker, with whatever stands behind them."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Iterator

from qhd_riskmap.services.release_archives import MAX_INFLATED
from qhd_riskmap.services.release_part import Part, hidden

PACKED = (
    b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"BZh", b"\xfd7zXZ",
)  # fmt: skip
# 7z, RAR, zstd, old Office files, CAB, LZ4, compress, lzip, Parquet: nothing here opens them, so they
# are not cleared.
UNOPENED = (
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"MSCF", b"\x04\x22\x4d\x18", b"\x1f\x9d\x90", b"LZIP", b"PAR1",
)  # fmt: skip
_HEAD = 4096  # a name may stand before the packed bytes of gzip
_BARE_MOST = 1 << 20
_BARE_LEAST = 12


def packed_parts(data: bytes) -> list[Part] | None:
    """What is packed in the bytes and what is behind it; None where they are no packing."""
    try:
        unpacker = _unpacker(data)
        content = unpacker.decompress(data, MAX_INFLATED)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return None
    return list(_parts(data, content, unpacker.unused_data))


def _unpacker(
    data: bytes,
) -> zlib._Decompress | bz2.BZ2Decompressor | lzma.LZMADecompressor:
    if data.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31)
    if data.startswith(b"BZh"):
        return bz2.BZ2Decompressor()
    if data.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor()
    return zlib.decompressobj()


def _parts(data: bytes, content: bytes, rest: bytes) -> Iterator[Part]:
    if len(content) >= MAX_INFLATED:
        yield hidden("inflated", f"{len(content)} bytes")
        return
    yield Part(place="inflated", data=content)
    if data.startswith(b"\x1f\x8b"):
        # Not as gzip again: only what can be read in its head.
        yield Part(place="head", data=b"\n" + data[10:_HEAD])
    if rest.strip(b"\x00"):
        yield Part(place="behind", data=rest)


def bare_deflate(data: bytes) -> bytes:
    """What is packed without any head (drawing programs do so); b"" where that is not it."""
    if len(data) < _BARE_LEAST:
        return b""
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        content = unpacker.decompress(data, _BARE_MOST)
    except zlib.error:
        return b""
    return content if unpacker.eof and not unpacker.unused_data else b""
