"""Takes a finished file apart into the texts somebody could read out of it.

Knows nothing of the writers: it opens what it is given by its first bytes, follows archives,
compressed streams and encodings inwards, and never believes a file name.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import re
import struct
import sys
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from qhd_riskmap.services.release_dbase import Dbase, dbase
from qhd_riskmap.services.release_markup import json_values, markup_values, stored_pairs
from qhd_riskmap.services.release_pdf import pdf_passages, pdf_streams
from qhd_riskmap.services.release_sqlite import SQLITE_MAGIC, sqlite_content

MAX_INFLATED = 256 * 1024 * 1024  # a bomb is no product of ours
MAX_DEPTH = 4
_MAX_MEMBERS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A readable piece of a file.

    Attributes:
        where: Place in the file, for the officer.
        text: The text.
        whole: It is one field, cell, property or label by itself.
        part: The same characters are in a longer passage already given.
        hidden: The piece has no business in a public product (metadata, trailing bytes…).
    """

    where: str
    text: str
    whole: bool = False
    hidden: bool = False
    part: bool = False


def passages(data: bytes, where: str = "", depth: int = 0) -> Iterator[Passage]:
    """Every readable piece of ``data``, containers opened down to `MAX_DEPTH`."""
    if depth > MAX_DEPTH:
        yield Passage(where=where, text="", hidden=True)
        return
    if data.startswith(b"%PDF"):
        yield from _pdf(data, where, depth)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(data, where, depth)
    elif data.startswith(b"\xff\xd8\xff"):
        yield from _jpeg(data, where)
    elif data.startswith(b"PK\x03\x04"):
        yield from _archive(data, where, depth)
    elif data.startswith(SQLITE_MAGIC):
        yield from _sqlite(data, where, depth)
    elif data.startswith(_UNOPENED):
        yield Passage(where=where, text=data[:6].decode("latin-1"), hidden=True)
    else:
        inflated = _inflate(data) if data.startswith(_DEFLATED) else None
        table = dbase(data) if inflated is None else None
        if inflated is not None:
            yield from passages(inflated, _inside(where, "inflated"), depth + 1)
        elif table is not None:
            yield from _dbase(table, where, depth)
        else:
            yield from _text(data, where, depth)


def _pdf(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    for place, text, hidden in pdf_passages(data):
        yield Passage(where=_inside(where, place), text=text, hidden=hidden, whole=True)
    for place, stream in pdf_streams(data):
        yield from passages(stream, _inside(where, place), depth + 1)


_DEFLATED = (
    b"\x1f\x8b", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"BZh", b"\xfd7zXZ",
)  # fmt: skip
# 7z, rar, zstd: nothing here opens them, so they are not cleared.
_UNOPENED = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd")


def _inside(where: str, place: str) -> str:
    return f"{where} / {place}" if where and place else where or place


def _inflate(data: bytes) -> bytes | None:
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                return stream.read(MAX_INFLATED)
        if data.startswith(b"BZh"):
            return bz2.BZ2Decompressor().decompress(data, MAX_INFLATED)
        if data.startswith(b"\xfd7zXZ"):
            return lzma.LZMADecompressor().decompress(data, MAX_INFLATED)
        return zlib.decompressobj().decompress(data, MAX_INFLATED)
    except (zlib.error, lzma.LZMAError, OSError, EOFError):
        return None


# --- PNG and JPEG -----------------------------------------------------------------------------------

_PICTURE_STEP = 1 << 24
# Chunks that hold the picture and its size, and nothing a person could have written.
_PICTURE_CHUNKS = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"pHYs", b"sRGB", b"gAMA", b"cHRM", b"tRNS", b"sBIT",
    b"bKGD",
}  # fmt: skip


def _png(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    offset = 8
    picture = bytearray()
    while offset + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, offset)
        body = data[offset + 8 : offset + 8 + length]
        offset += 12 + length
        if kind == b"IDAT":
            picture += body
        if kind not in _PICTURE_CHUNKS:
            name = kind.decode("latin-1")
            yield Passage(where=_inside(where, name), text=name, hidden=True)
            for piece in (body, *_after_nul(body)):
                yield from passages(piece, _inside(where, name), depth + 1)
        if kind == b"IEND":
            break
    if offset < len(data):
        yield from _trailing(data[offset:], where, depth)
    behind = _behind(bytes(picture))
    if behind:
        yield from _trailing(behind, _inside(where, "IDAT"), depth)


def _behind(packed: bytes) -> bytes:
    """What follows the compressed picture inside its own chunks."""
    unpacker = zlib.decompressobj()
    try:
        while packed and not unpacker.eof:
            unpacker.decompress(packed, _PICTURE_STEP)
            packed = unpacker.unconsumed_tail
    except zlib.error:
        return packed
    return unpacker.unused_data


def _after_nul(body: bytes) -> Iterator[bytes]:
    """Contents of a PNG text chunk: what follows the keyword and its flags may be compressed."""
    for match in re.finditer(rb"\x00+\x01?\x00?", body):
        rest = body[match.end() :]
        if rest[:1] == b"\x78":
            yield rest


def _trailing(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    place = _inside(where, "trailing")
    yield Passage(where=place, text=f"{len(data)} bytes", hidden=True)
    yield from passages(data, place, depth + 1)


_JPEG_MARK = 0xFF
_JPEG_SCAN = 0xDA  # the picture itself begins
_JPEG_COMMENT = 0xFE
_JPEG_APPLICATION = range(0xE0, 0xF0)


def _jpeg(data: bytes, where: str) -> Iterator[Passage]:
    offset = 2
    while offset + 4 <= len(data):
        mark, marker, length = struct.unpack_from(">BBH", data, offset)
        if mark != _JPEG_MARK or marker == _JPEG_SCAN:
            break
        body = data[offset + 4 : offset + 2 + length]
        plain = marker == _JPEG_APPLICATION.start and body.startswith(b"JFIF")
        if marker == _JPEG_COMMENT or (marker in _JPEG_APPLICATION and not plain):
            name = f"segment {marker:02X}"
            yield Passage(where=_inside(where, name), text=name, hidden=True)
            yield from _text(body, _inside(where, name), MAX_DEPTH)
        offset += 2 + length
    end = data.rfind(b"\xff\xd9")
    if 0 <= end < len(data) - 2:
        yield from _trailing(data[end + 2 :], where, MAX_DEPTH - 1)


# --- Archives -----------------------------------------------------------------------------------------

_PROPERTY_PARTS = ("docProps/", "customXml/", "xl/comments", "xl/externalLinks", "word/comments")


def _archive(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if archive.comment:
                comment = archive.comment.decode("utf-8", errors="replace")
                yield Passage(where=_inside(where, "comment"), text=comment, hidden=True)
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS or sum(m.file_size for m in members) > MAX_INFLATED:
                yield Passage(where=where, text="zip", hidden=True)
                return
            for member in members:
                place = _inside(where, member.filename)
                yield Passage(where=place, text=member.filename, whole=True)
                if member.extra or member.comment:
                    yield from _text(member.extra + member.comment, place, MAX_DEPTH)
                body = archive.read(member)
                yield from passages(body, place, depth + 1)
                yield from _workbook_hiding(member.filename, body, place)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        # Encrypted or damaged members cannot be judged, so the file cannot be cleared.
        yield Passage(where=where, text=str(error), hidden=True)


_HIDDEN_STATE = re.compile(rb'<(?:\w+:)?sheet\b[^>]*\bstate="(?:very)?hidden"', re.IGNORECASE)
_HIDDEN_CELLS = re.compile(rb'<(?:\w+:)?(?:row|col)\b[^>]*\bhidden="(?:1|true)"', re.IGNORECASE)
_VANISHED = re.compile(rb"<w:vanish\b", re.IGNORECASE)


def _workbook_hiding(name: str, body: bytes, where: str) -> Iterator[Passage]:
    for pattern in (_HIDDEN_STATE, _HIDDEN_CELLS, _VANISHED):
        match = pattern.search(body)
        if match:
            text = match.group().decode("utf-8", errors="replace")
            yield Passage(where=where, text=text, hidden=True)
    if name.startswith(_PROPERTY_PARTS) and not name.startswith("docProps/"):
        yield Passage(where=where, text=name, hidden=True)


# --- Databases and tables -----------------------------------------------------------------------------

_FIELDS_APART = "|"
_PIECES_APART = b"\x00\xc2\xa6\x00"
_PACKED = (b"%PDF", b"\x89PNG", b"PK\x03\x04", b"\xff\xd8\xff", b"\x1f\x8b", b"\x78")


def _sqlite(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    content = sqlite_content(data)
    if not content.sound:
        yield Passage(where=_inside(where, "trailing"), text=f"{len(data)} bytes", hidden=True)
    lines: list[str] = []
    blobs: list[bytes] = []
    for row in content.rows:
        texts = [value for value in row if isinstance(value, str)]
        for text in texts:
            yield Passage(where=_inside(where, "row"), text=text, whole=True, part=True)
        told = (value for value in row if value is not None and not isinstance(value, bytes))
        lines.append(_FIELDS_APART.join(map(str, told)))
        blobs += [value for value in row if isinstance(value, bytes) and value]
    yield from _text("\n".join(lines).encode("utf-8", "replace"), _inside(where, "rows"), depth)
    for blob in blobs:
        if blob.startswith(_PACKED):
            yield from passages(blob, _inside(where, "value"), depth + 1)
    for pieces, name in ((blobs, "values"), (content.slack, "slack")):
        yield from _text(_PIECES_APART.join(pieces), _inside(where, name), depth)


def _dbase(table: Dbase, where: str, depth: int) -> Iterator[Passage]:
    between = _FIELDS_APART.encode()
    rows = b"\n".join(between.join(row) for row in table.rows)
    yield from _text(rows, _inside(where, "rows"), depth)
    yield from _text(table.rest, _inside(where, "header"), depth)


# --- Text -----------------------------------------------------------------------------------------------

# Mail and editors break long runs into lines.
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{16,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}")
_SHORT_RUN = 65_536
_HEX_RUN = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")


def decoded(data: bytes) -> Iterator[str]:
    """The texts the bytes can be read as."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield data.decode("utf-16", errors="ignore")
        return
    try:
        yield data.decode("utf-8-sig")
    except UnicodeDecodeError:
        for encoding in ("utf-8", "gb18030"):
            yield data.decode(encoding, errors="ignore")
    else:
        if 0 not in data:
            return
    for shifted in (data, data[1:]):  # the text may begin at an odd byte
        yield shifted.decode("utf-16-le", errors="ignore")
        yield shifted.decode("utf-16-be", errors="ignore")


def _text(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    pairs = stored_pairs(data)
    if pairs:
        yield Passage(where=_inside(where, "binary"), text=pairs)
    for text in decoded(data):
        yield Passage(where=where, text=text)
        for other in _unescaped(text):
            yield Passage(where=where, text=other)
        values, flow = _values(text)
        if flow:
            yield Passage(where=where, text=flow)
        for value in values:
            yield Passage(where=where, text=value, whole=True, part=True)
        if depth < MAX_DEPTH:
            yield from _encoded(text, where, depth)


def _unescaped(text: str) -> Iterator[str]:
    """The text with each kind of escape resolved, where that changes it."""
    if "\\u" in text or "\\x" in text:
        yield _SCRIPT_ESCAPE.sub(_escaped_character, text)
    if _STYLE_ESCAPE.search(text):
        yield _STYLE_ESCAPE.sub(_escaped_character, text)
    if "&" in text and ";" in text:
        yield html.unescape(text)
    if re.search(r"%[0-9A-Fa-f]{2}", text):
        yield urllib.parse.unquote(text, errors="ignore")


_SCRIPT_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\u\{([0-9A-Fa-f]{1,6})\}")
# As style sheets spell a character: \79D8 and a space that belongs to it.
_STYLE_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{4,6})[ ]?")


def _escaped_character(match: re.Match[str]) -> str:
    code = int(next(filter(None, match.groups())), 16)
    return chr(code) if code <= sys.maxunicode else ""


def _encoded(text: str, where: str, depth: int) -> Iterator[Passage]:
    for match in _BASE64_RUN.finditer(text):
        run = re.sub(r"\s", "", match.group().rstrip("="))
        run = run.replace("-", "+").replace("_", "/")
        try:
            data = base64.b64decode(run + "=" * (-len(run) % 4))
        except (binascii.Error, ValueError):
            continue
        if len(run) <= _SHORT_RUN or _worth_reading(data):
            yield from passages(data, _inside(where, "base64"), depth + 1)
    for match in _HEX_RUN.finditer(text):
        data = bytes.fromhex(match.group())
        if len(data) <= _SHORT_RUN or _worth_reading(data):
            yield from passages(data, _inside(where, "hex"), depth + 1)


def _worth_reading(data: bytes) -> bool:
    if data[:4] in (b"%PDF", b"\x89PNG", b"PK\x03\x04") or data[:2] in (
        b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\xff\xd8", b"\xff\xfe", b"\xfe\xff",
    ):  # fmt: skip
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _values(text: str) -> tuple[Iterator[str], str]:
    """Single values of JSON, markup and delimited text, and what markup reads as without tags."""
    start = text.lstrip()[:1]
    if start in {"{", "["}:
        try:
            return json_values(json.loads(text)), ""
        except (ValueError, RecursionError):
            return _lines(text), ""
    if start == "<":
        return markup_values(text)
    return _lines(text), ""


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (cell.strip(" \"'") for cell in re.split(r"[,;\t|]", line))
