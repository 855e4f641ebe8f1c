"""Takes ZIP archives apart for the release checker: members, names, and every byte between them.

A list of contents may leave members out, and a member may hold more than the list tells. So the file is
walked from its first byte to its last, and what no entry explains is named.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from qhd_riskmap.services.release_part import Part, hidden

MAX_INFLATED = 256 * 1024 * 1024  # a bomb is no product of ours
_MAX_MEMBERS = 10_000
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_DESCRIPTOR, _WIDE_END = b"PK\x07\x08", b"PK\x06\x06"
_LOCAL_SIZE, _CENTRAL_SIZE, _END_SIZE = 30, 46, 22
_LONGEST_END = 65_535 + _END_SIZE
_ENCRYPTED, _FOLLOWED, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED

# Parts of documents that any product may have; whatever else is in one was left there.
_OFFICE = "[Content_Types].xml"
_OFFICE_FOLDERS = ("docProps/", "customXml/", "xl/", "word/")
_OFFICE_PARTS = re.compile(
    r"""\[Content_Types\]\.xml | _rels/\.rels | docProps/(?:app|core)\.xml
    | xl/(?:workbook|styles|sharedStrings|calcChain)\.xml | xl/_rels/workbook\.xml\.rels
    | xl/worksheets/(?:_rels/)?sheet\d+\.xml(?:\.rels)? | xl/theme/theme\d+\.xml
    | xl/(?:drawings|charts)/(?:_rels/)?[\w-]+\.xml(?:\.rels)? | xl/tables/table\d+\.xml
    | (?:xl|word)/media/[\w-]+\.(?:png|jpe?g)
    | word/(?:document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering
        |footnotes|endnotes|header\d*|footer\d*)\.xml
    | word/_rels/\w+\.xml\.rels | word/theme/theme\d+\.xml""",
    re.VERBOSE,
)
_HIDDEN_STATE = re.compile(rb'<(?:\w+:)?sheet\b[^>]*\bstate="(?:very)?hidden"', re.IGNORECASE)
_HIDDEN_CELLS = re.compile(rb'<(?:\w+:)?(?:row|col)\b[^>]*\bhidden="(?:1|true)"', re.IGNORECASE)
_VANISHED = re.compile(rb"<w:vanish\b", re.IGNORECASE)


def is_archive(data: bytes) -> bool:
    """Whether there is an archive in the bytes, at their end too: programs open it from there."""
    return data.startswith((_LOCAL, _END, _DESCRIPTOR)) or _END in data[-_LONGEST_END:]


def archive_parts(data: bytes) -> Iterator[Part]:
    """Every member, every name, and what stands between the members."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MAX_MEMBERS or sum(m.file_size for m in members) > MAX_INFLATED:
                yield hidden("", "zip")
                return
            if archive.comment:
                comment = archive.comment.decode("utf-8", errors="replace")
                yield hidden("comment", comment, archive.comment)
            yield from _members(data, archive)
            yield from _unexplained(data, archive)
    except (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, NotImplementedError, EOFError) as error:  # fmt: skip
        # Encrypted or damaged members cannot be judged, so the file cannot be cleared.
        yield hidden("", str(error))


def _members(data: bytes, archive: zipfile.ZipFile) -> Iterator[Part]:
    office = _OFFICE in archive.namelist()
    for member in archive.infolist():
        place = member.filename
        yield from _names(data, member)
        if member.extra or member.comment:
            yield Part(place=place, data=member.extra + b"\n" + member.comment)
        kept = office or place.startswith(_OFFICE_FOLDERS)
        if kept and not _OFFICE_PARTS.fullmatch(place):
            yield hidden(place, member.filename)
        body, rest = _body(data, archive, member)
        yield Part(place=place, data=body)
        if rest:
            yield hidden(place, f"{len(rest)} bytes", rest)
        for pattern in (_HIDDEN_STATE, _HIDDEN_CELLS, _VANISHED):
            match = pattern.search(body)
            if match:
                yield hidden(place, match.group().decode("utf-8", errors="replace"))


def _names(data: bytes, member: zipfile.ZipInfo) -> Iterator[Part]:
    """The name by the list, as other programs read it, and the one before the member itself."""
    place = member.filename
    yield Part(place=place, text=place, whole=True)
    for folder in place.split("/"):
        yield Part(place=place, text=folder, whole=True)
    if not member.flag_bits & _UTF8 and not place.isascii():
        raw = member.orig_filename.encode("cp437", errors="ignore")
        for encoding in ("utf-8", "gb18030"):
            yield Part(place=place, text=raw.decode(encoding, errors="ignore"), whole=True)
    name, extra = _local_lengths(data, member)
    begin = member.header_offset + _LOCAL_SIZE
    own = data[begin : begin + name]
    if own.decode("utf-8", errors="replace") != place:
        yield Part(place=place, data=own)
    if extra:
        yield Part(place=place, data=data[begin + name : begin + name + extra])


def _local_lengths(data: bytes, member: zipfile.ZipInfo) -> tuple[int, int]:
    if not data.startswith(_LOCAL, member.header_offset):
        raise zipfile.BadZipFile(member.filename)
    name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
    return name, extra


def _begin(data: bytes, member: zipfile.ZipInfo) -> int:
    return member.header_offset + _LOCAL_SIZE + sum(_local_lengths(data, member))


def _body(data: bytes, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[bytes, bytes]:
    """Content of a member, and what it holds beyond the length that the list tells."""
    if member.flag_bits & _ENCRYPTED:
        raise zipfile.BadZipFile(f"{member.filename} is encrypted")
    begin = _begin(data, member)
    raw = data[begin : begin + member.compress_size]
    if member.compress_type == _STORED:
        return raw, b""
    if member.compress_type != _DEFLATED:
        return archive.read(member), b""
    unpacker = zlib.decompressobj(wbits=-15)
    content = unpacker.decompress(raw, MAX_INFLATED)
    if not unpacker.eof and len(content) < member.file_size:
        raise zipfile.BadZipFile(member.filename)
    return content, content[member.file_size :] + unpacker.unused_data


def _unexplained(data: bytes, archive: zipfile.ZipFile) -> Iterator[Part]:
    """Bytes that belong to no member and no list."""
    at = 0
    for member in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        yield from _gap(data[at : member.header_offset])
        at = _begin(data, member) + member.compress_size
        if member.flag_bits & _FOLLOWED:
            at += _descriptor(data, at)
    directory = archive.start_dir
    yield from _gap(data[at:directory])
    at = directory
    while data.startswith(_CENTRAL, at):
        at += _CENTRAL_SIZE + sum(struct.unpack_from("<HHH", data, at + 28))
    end = data.rfind(_END)
    between = data[at:end]
    if not (between.startswith(_WIDE_END) and len(between) == 56 + 20):
        yield from _gap(between)
    (comment,) = struct.unpack_from("<H", data, end + 20)
    yield from _gap(data[end + _END_SIZE + comment :])


def _descriptor(data: bytes, at: int) -> int:
    """Length of the sizes that follow a member written without knowing them."""
    signed = 4 if data.startswith(_DESCRIPTOR, at) else 0
    for sizes in (12, 20):
        after = data[at + signed + sizes : at + signed + sizes + 4]
        if after in (_LOCAL, _CENTRAL):
            return signed + sizes
    return signed + 12


def _gap(data: bytes) -> Iterator[Part]:
    if data:
        yield hidden("between members", f"{len(data)} bytes", data)
