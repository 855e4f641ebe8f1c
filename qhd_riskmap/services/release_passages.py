"""Takes a finished file apart into the texts somebody could read out of it.

Knows nothing of the writers: it opens what it is given by its first bytes, follows archives,
compressed streams and encodings inwards, and never believes a file name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qhd_riskmap.services.release_archives import archive_parts, is_archive
from qhd_riskmap.services.release_dbase import Dbase, dbase
from qhd_riskmap.services.release_escapes import encoded_bytes, readings
from qhd_riskmap.services.release_markup import json_values, markup_values, stored_pairs
from qhd_riskmap.services.release_packings import PACKED, UNOPENED, bare_deflate, packed_parts
from qhd_riskmap.services.release_part import Part
from qhd_riskmap.services.release_pdf import pdf_passages, pdf_streams
from qhd_riskmap.services.release_pictures import JPEG_MAGIC, PNG_MAGIC, jpeg_parts, png_parts
from qhd_riskmap.services.release_sqlite import SQLITE_MAGIC, sqlite_content

MAX_DEPTH = 4


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
    elif data.startswith(PNG_MAGIC):
        yield from _parts(png_parts(data), where, depth)
    elif data.startswith(JPEG_MAGIC):
        yield from _parts(jpeg_parts(data), where, depth)
    elif data.startswith(SQLITE_MAGIC):
        yield from _sqlite(data, where, depth)
    elif is_archive(data):
        yield from _parts(archive_parts(data), where, depth)
    elif data.startswith(UNOPENED):
        yield Passage(where=where, text=data[:6].decode("latin-1"), hidden=True)
    else:
        yield from _unnamed(data, where, depth)


def _unnamed(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    """Bytes that do not say what they are."""
    packed = packed_parts(data) if data.startswith(PACKED) else None
    table = dbase(data) if packed is None else None
    if packed is not None:
        yield from _parts(packed, where, depth)
    elif table is not None:
        yield from _dbase(table, where, depth)
    else:
        yield from _text(data, where, depth)
        bare = b"" if data.isascii() or depth >= MAX_DEPTH else bare_deflate(data)
        if bare:
            yield from passages(bare, _inside(where, "inflated"), depth + 1)


def _parts(parts: Iterable[Part], where: str, depth: int) -> Iterator[Passage]:
    for part in parts:
        place = _inside(where, part.place)
        if part.text or part.hidden:
            yield Passage(where=place, text=part.text, whole=part.whole, hidden=part.hidden)
        if part.data:
            yield from passages(part.data, place, depth + 1)


def _pdf(data: bytes, where: str, depth: int) -> Iterator[Passage]:
    for place, text, hidden in pdf_passages(data):
        yield Passage(where=_inside(where, place), text=text, hidden=hidden, whole=True)
    for place, stream in pdf_streams(data):
        yield from passages(stream, _inside(where, place), depth + 1)


def _inside(where: str, place: str) -> str:
    return f"{where} / {place}" if where and place else where or place


# --- Databases and tables -----------------------------------------------------------------------------

_FIELDS_APART = "|"
_PIECES_APART = b"\x00\xc2\xa6\x00"
_OPENED = (b"%PDF", PNG_MAGIC, JPEG_MAGIC, b"PK\x03\x04", SQLITE_MAGIC, *PACKED, *UNOPENED)
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


def decoded(data: bytes) -> Iterator[str]:
    """The texts the bytes can be read as."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield data.decode("utf-16", errors="ignore")
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
        for other in readings(text):
            yield Passage(where=where, text=other)
        if "<!ENTITY" in text:
            yield Passage(where=where, text="<!ENTITY", hidden=True)
        values, flow = _values(text)
        if flow:
            yield Passage(where=where, text=flow)
        for value in values:
            yield Passage(where=where, text=value, whole=True, part=True)
        if depth < MAX_DEPTH:
            yield from _encoded(text, where, depth)


def _encoded(text: str, where: str, depth: int) -> Iterator[Passage]:
    together: list[bytes] = []
    for encoding, data in encoded_bytes(text):
        if data.startswith(_OPENED) or data.isascii() or bare_deflate(data):
            yield from passages(data, _inside(where, encoding), depth + 1)
        else:
            # A library holds thousands of words that could be encoded bytes.
            together.append(data)
    if together:
        yield from _text(_PIECES_APART.join(together), _inside(where, "encoded"), depth + 1)


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
