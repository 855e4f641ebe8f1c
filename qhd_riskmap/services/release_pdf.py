"""Reads the texts of a PDF for the release checker: text layer, strings, metadata, attachments.

A reader of its own rather than the writer's library, and one that looks at every object of the file,
reachable or not: an object that no page refers to is still in the file.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(\d+)\s+\d+\s+obj\b")
_STREAM = re.compile(rb"stream\r?\n")
_MAX_STREAM = 256 * 1024 * 1024
_EMBEDDED = (
    b"/EmbeddedFile", b"/Filespec", b"/EF", b"/OCG", b"/JavaScript", b"/JS", b"/Annot", b"/AcroForm",
    b"/XFA",
)  # fmt: skip

# What this reader cannot look into has no business in a public product.
_UNREAD = (
    b"/Encrypt", b"/LZWDecode", b"/ASCII85Decode", b"/ASCIIHexDecode", b"/RunLengthDecode",
    b"/JBIG2Decode", b"/JPXDecode", b"/CCITTFaxDecode",
)  # fmt: skip
UNREADABLE = b"\x00unreadable\x00"

Found = tuple[str, str, bool]  # place, text, hidden


def pdf_passages(data: bytes) -> Iterator[Found]:
    """``(place, text, hidden)`` of every readable piece of the file."""
    objects = dict(_objects(data))
    if not objects:
        yield "file", "no object", True
    yield from (("file", marker.decode("ascii"), True) for marker in _UNREAD if marker in data)
    yield from _outside(data, objects)
    bodies = {number: _split(body) for number, body in objects.items()}
    fonts = _fonts(bodies, _character_maps(bodies))
    for number, (head, stream) in bodies.items():
        place = f"object {number}"
        yield from _described(place, head)
        if stream is UNREADABLE:
            yield place, "stream", True
        elif stream is not None:
            yield from _streamed(place, head, stream, fonts)


def _outside(data: bytes, objects: dict[int, bytes]) -> Iterator[Found]:
    """What stands before, between and behind the objects."""
    for number, body in objects.items():
        after = _after_stream(body)
        yield f"object {number}", _plain(after), False
        yield from ((f"object {number}", text, False) for text in _strings(after))
    end = data.rfind(b"%%EOF")
    trailing = data[end + 5 :].strip() if end >= 0 else b""
    if trailing:
        yield "trailing", _plain(trailing), True


def _described(place: str, head: bytes) -> Iterator[Found]:
    """The dictionary of an object."""
    head = _named(head)
    yield from ((place, marker.decode("ascii"), True) for marker in _UNREAD if marker in head)
    for marker in _EMBEDDED:
        if re.search(re.escape(marker) + rb"\b", head):
            yield place, marker.decode("ascii"), True
    if _PREDICTED.search(head) and not _is_picture(head):
        yield place, "/Predictor", True
    yield place, _plain(head), False
    yield from ((place, text, False) for text in _strings(head))


def _streamed(
    place: str, head: bytes, stream: bytes, fonts: dict[bytes, CharacterMap]
) -> Iterator[Found]:
    if _is_content(stream):
        yield place, _shown(stream, fonts), False
        yield from ((place, text, False) for text in _comments(stream))
        yield place, "\n".join(_beside_text(stream)), False
    elif not _is_binary(head):
        yield place, _plain(stream), False
        yield from ((place, text, False) for text in _strings(stream))


# Text stored as differences between rows.
_PREDICTED = re.compile(rb"/Predictor\s+(?:[2-9]|1\d)")


def pdf_streams(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Place and bytes of the header and of every stream that is no page, font or picture."""
    yield "header", data[len(b"%PDF") : _first_object(data)]
    for number, body in _objects(data):
        head, stream = _split(body)
        if not stream or stream is UNREADABLE or _is_content(stream):
            continue
        if not _is_binary(head):
            yield f"object {number}", stream
        elif not _is_pixels(head, stream):
            yield f"object {number}", b"".join(_readable(stream))


NO_PAGE = -1


def pdf_contents(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Page (from 0) and decoded operators of every stream that may draw, reachable or not.

    What no page names as its content has `NO_PAGE`.
    """
    pages = _content_pages(data)
    for _serial, body in _objects(data):
        number = int(body.split(b" ", 1)[0])
        head, stream = _split(body)
        if (
            stream
            and stream is not UNREADABLE
            and not _is_picture(head)
            and b"begincmap" not in stream
        ):
            yield pages.get(number, NO_PAGE), stream


_CONTENTS = re.compile(rb"/Contents\s*(\[[^\]]*\]|\d+\s+\d+\s+R)")
_KIDS = re.compile(rb"/Kids\s*\[([^\]]*)\]")
_REFERENCE = re.compile(rb"(\d+)\s+\d+\s+R")


def _content_pages(data: bytes) -> dict[int, int]:
    """Object number of a content stream → its page, in the order in which the pages are turned."""
    contents: dict[int, list[int]] = {}
    order: list[int] = []
    for _serial, body in _objects(data):
        head = _split(body)[0]
        named = _CONTENTS.search(head)
        if named:
            streams = [int(number) for number in _REFERENCE.findall(named.group(1))]
            contents[int(head.split(b" ", 1)[0])] = streams
        for kids in _KIDS.findall(head):
            order += [int(number) for number in _REFERENCE.findall(kids)]
    turned = [number for number in order if number in contents]
    turned += [number for number in contents if number not in turned]
    return {stream: page for page, number in enumerate(turned) for stream in contents[number]}


_NAME_ESCAPE = re.compile(rb"#[0-9A-Fa-f]{2}")


def _named(head: bytes) -> bytes:
    """A dictionary with the escapes of its names resolved."""
    return _NAME_ESCAPE.sub(lambda match: bytes.fromhex(match.group()[1:].decode("ascii")), head)


def _is_picture(head: bytes) -> bool:
    # A table of offsets holds no text either.
    return _is_binary(head) or bool(re.search(rb"/XRef\b", head))


def _first_object(data: bytes) -> int:
    match = _OBJECT.search(data)
    return match.start() if match else len(data)


def _after_stream(body: bytes) -> bytes:
    """What stands between the end of an object's stream and the next object."""
    end = body.rfind(b"endstream")
    return body[end + 9 :] if end >= 0 else b""


def _objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    starts = list(_OBJECT.finditer(data))
    for serial, match in enumerate(starts):
        end = starts[serial + 1].start() if serial + 1 < len(starts) else len(data)
        yield serial, match.group(1) + b" " + data[match.end() : end]


def _split(body: bytes) -> tuple[bytes, bytes | None]:
    """Dictionary part and decoded stream of an object."""
    match = _STREAM.search(body)
    if not match:
        return body, None
    head, raw = body[: match.start()], body[match.end() :]
    raw = raw[: raw.rfind(b"endstream")] if b"endstream" in raw else raw
    try:
        for _filter in re.findall(rb"/FlateDecode\b", _named(head)):
            raw = _inflated(raw)
    except zlib.error:
        return head, UNREADABLE
    return head, raw


def _inflated(raw: bytes) -> bytes:
    """The unpacked stream, and behind it whatever stands behind the packed one."""
    unpacker = zlib.decompressobj()
    content = unpacker.decompress(raw, _MAX_STREAM)
    rest = unpacker.unused_data.strip()
    return content + b"\n" + rest if rest else content


def _is_binary(head: bytes) -> bool:
    return bool(re.search(rb"/(?:FontFile\d?|Length1|DCTDecode|Image\b|ICCBased)", head))


_SIZE_OF_PICTURE = re.compile(rb"/(Width|Height|BitsPerComponent)\s+(\d+)")
_COMPONENTS = (1, 3, 4)


def _is_pixels(head: bytes, stream: bytes) -> bool:
    """Whether a stream is a picture and as long as its pixels, so that it holds nothing else."""
    told = {name: int(size) for name, size in _SIZE_OF_PICTURE.findall(head)}
    width, height = told.get(b"Width", 0), told.get(b"Height", 0)
    bits = told.get(b"BitsPerComponent", 1)
    lengths = {height * ((width * parts * bits + 7) // 8) for parts in _COMPONENTS}
    return len(stream) in lengths


_PHOTOGRAPH = b"\xff\xd8\xff"
_READABLE = re.compile(rb"(?:[\x20-\x7e]|[\xc2-\xf4][\x80-\xbf]{1,3}){6,}")
_WIDE = re.compile(rb"(?:[\x4e-\x9f][\x00-\xff]){3,}|(?:[\x00-\xff][\x4e-\x9f]){3,}")


def _readable(stream: bytes) -> Iterator[bytes]:
    """What of a font, a profile or a picture could be read; their numbers make no words."""
    if stream.startswith(_PHOTOGRAPH):
        yield stream
        return
    for run in _READABLE.findall(stream):
        yield run + b"\n"
    for run in _WIDE.findall(stream):
        yield (run.decode("utf-16-be", "ignore") + "\n" + run.decode("utf-16-le", "ignore")).encode(
            "utf-8", "ignore"
        ) + b"\n"


def _is_content(stream: bytes) -> bool:
    return bool(re.search(rb"\bBT\b.*?\bET\b", stream[:4_000_000], re.DOTALL))


def _plain(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


# --- Fonts ------------------------------------------------------------------------------------------------

CharacterMap = dict[int, str]
_RANGE_BLOCK = re.compile(rb"beginbfrange(.*?)endbfrange", re.DOTALL)
_CHAR_BLOCK = re.compile(rb"beginbfchar(.*?)endbfchar", re.DOTALL)
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f]+>|\[[^\]]*\])")
_CHAR = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


def _character_maps(bodies: dict[int, tuple[bytes, bytes | None]]) -> dict[bytes, CharacterMap]:
    """Object number → ToUnicode map."""
    maps: dict[bytes, CharacterMap] = {}
    for head, stream in bodies.values():
        if stream is not None and b"begincmap" in stream:
            maps[head.split(b" ", 1)[0]] = _character_map(stream)
    return maps


def _character_map(stream: bytes) -> CharacterMap:
    table: CharacterMap = {}
    for block in _CHAR_BLOCK.findall(stream):
        for code, target in _CHAR.findall(block):
            table[int(code, 16)] = _utf16(target)
    for block in _RANGE_BLOCK.findall(stream):
        for first, last, target in _RANGE.findall(block):
            _fill(table, int(first, 16), int(last, 16), target)
    return table


def _fill(table: CharacterMap, first: int, last: int, target: bytes) -> None:
    span = range(first, min(last, first + 0xFFFF) + 1)
    if target.startswith(b"["):
        for code, text in zip(span, re.findall(rb"<([0-9A-Fa-f]+)>", target), strict=False):
            table[code] = _utf16(text)
        return
    start = int(target.strip(b"<>"), 16)
    for step, code in enumerate(span):
        if start + step <= sys.maxunicode:
            table[code] = chr(start + step)


def _utf16(code: bytes) -> str:
    return bytes.fromhex(code.decode("ascii")).decode("utf-16-be", errors="ignore")


def _fonts(
    bodies: dict[int, tuple[bytes, bytes | None]], maps: dict[bytes, CharacterMap]
) -> dict[bytes, CharacterMap]:
    """Resource name → ToUnicode map."""
    by_object: dict[bytes, CharacterMap] = {}
    for head, _ in bodies.values():
        reference = re.search(rb"/ToUnicode\s+(\d+)\s", head)
        if reference and reference.group(1) in maps:
            by_object[head.split(b" ", 1)[0]] = maps[reference.group(1)]
    named: dict[bytes, CharacterMap] = {}
    for head, _ in bodies.values():
        for name, number in re.findall(rb"/([^\s/<>\[\]()]+)\s+(\d+)\s+0\s+R", head):
            if number in by_object:
                named[name] = by_object[number]
    return named


# --- Content -------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    rb"/([^\s/<>\[\]()]+)\s+[-+.\d]+\s+Tf"  # font
    rb"|<([0-9A-Fa-f\s]+)>"  # hexadecimal string
    rb"|(\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\))"  # literal string
    rb"|\b(ET|T\*|Td|TD|Tm)\b",
    re.DOTALL,
)


def _shown(stream: bytes, fonts: dict[bytes, CharacterMap]) -> str:
    """The text the page shows, in drawing order, one line per placement."""
    table: CharacterMap = {}
    pieces: list[str] = []
    for font, code, literal, break_ in _TOKEN.findall(stream):
        if font:
            table = fonts.get(font, {})
        elif code:
            pieces.append(_decoded(_from_hex(code), table))
        elif literal:
            pieces.append(_decoded(_unescaped(literal), table))
        elif break_:
            pieces.append("\n")
    return "".join(pieces)


def _from_hex(code: bytes) -> bytes:
    compact = re.sub(rb"\s", b"", code).decode("ascii")
    return bytes.fromhex(compact + "0" * (len(compact) % 2))


def _decoded(raw: bytes, table: CharacterMap) -> str:
    if not table:
        return _text_string(raw)
    wide = max(table) >= _ONE_BYTE or len(raw) % 2 == 0
    step = 2 if wide else 1
    codes = (int.from_bytes(raw[i : i + step], "big") for i in range(0, len(raw), step))
    return "".join(table.get(code, "") for code in codes)


_ONE_BYTE = 0x100
_LITERAL = re.compile(rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)", re.DOTALL)
_HEX = re.compile(rb"(?<!<)<([0-9A-Fa-f\s]{4,})>(?!>)")


def _strings(data: bytes) -> Iterator[str]:
    """String objects outside page contents: metadata, outlines, annotations, file names."""
    for literal in _LITERAL.findall(data):
        yield _text_string(_unescaped(literal))
    for code in _HEX.findall(data):
        yield _text_string(_from_hex(code))


_ESCAPES = {b"\n": b"", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(literal: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        code = match.group(1)
        # 8 and 9 are no octal digits: the backslash before them says nothing.
        if code[0] in b"01234567":
            return bytes([int(code, 8) & 0xFF])
        return _ESCAPES.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, literal[1:-1], flags=re.DOTALL)


def _text_string(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", errors="ignore")
    return _plain(raw)


_NAMES = re.compile(rb"/[^\s/<>\[\](){}%]*(?:#|[\x80-\xff])[^\s/<>\[\](){}%]*")
_SMALL_PICTURE = re.compile(rb"\bID\s(.*?)\bEI\b", re.DOTALL)


def _beside_text(stream: bytes) -> Iterator[str]:
    """Names, small pictures and other words among the operators of a page."""
    yield from (_plain(_named(name)) for name in _NAMES.findall(stream))
    yield from (_plain(body) for body in _SMALL_PICTURE.findall(stream))
    for literal in _LITERAL.findall(stream) if b"(" in stream else ():
        raw = _unescaped(literal)
        if raw.startswith(b"\xfe\xff"):
            yield _text_string(raw)
    for code in _WIDE_HEX.findall(stream):
        yield _text_string(_from_hex(code))


_WIDE_HEX = re.compile(rb"<([Ff][Ee][Ff][Ff][0-9A-Fa-f\s]+)>")


def _comments(stream: bytes) -> Iterator[str]:
    for comment in re.findall(rb"(?m)^%(.*)$", stream):
        yield _plain(comment)
