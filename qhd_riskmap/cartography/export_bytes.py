"""Takes what varies or tells too much out of finished files, without touching the drawing."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Final

_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
# What a picture needs; tEXt, iTXt, zTXt, tIME, eXIf and private chunks are left out.
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"sRGB", b"gAMA"})
_SVG_FALLBACKS: Final = "Noto Sans CJK SC, Microsoft YaHei, sans-serif"
_PIXELS_PER_METRE: Final = 1 / 0.0254


def fixed_pdf(raw: bytes, made_on: date, language: str) -> bytes:
    """Fix dates, producer and file identifiers of a PDF written by Qt, and name its language.

    Identifiers and the producer are overwritten with texts of the same length; the language is added
    by an incremental update with a second catalogue (ISO 32000-1, 7.5.6).

    Raises:
        ValueError: ``raw`` is no PDF of the form that Qt writes.
    """
    stamp = f"{made_on:%Y%m%d}000000"
    out = _pdf_dates(raw, stamp)
    out = _xmp_dates(out, f"{made_on:%Y-%m-%d}T00:00:00")
    out = re.sub(
        rb"(/Producer\s*)(\([^)]*\)|<[0-9A-Fa-f]*>)",
        lambda m: m[1] + _blank_string(m[2]),
        out,
    )
    out = re.sub(
        rb"(pdf:Producer(?:=\"|>))([^<\"]*)([<\"])", lambda m: m[1] + b" " * len(m[2]) + m[3], out
    )
    out = re.sub(rb"/ID\s*\[\s*<[0-9A-Fa-f]*>\s*<[0-9A-Fa-f]*>\s*\]", _zero_hex, out)
    return _with_language(out, language)


def _pdf_dates(raw: bytes, stamp: str) -> bytes:
    """Write all dates as ``stamp`` in UTC and move the cross-reference table along.

    Qt writes the desk's offset from UTC, as ``Z`` or as six characters, so lengths change.
    """
    wanted = f"D:{stamp}Z".encode()
    changes: list[tuple[int, int]] = []
    parts: list[bytes] = []
    done = 0
    for match in re.finditer(rb"/(?:CreationDate|ModDate)\s*\((D:[^)]*)\)", raw):
        parts += [raw[done : match.start(1)], wanted]
        done = match.end(1)
        changes.append((match.end(1), len(wanted) - (match.end(1) - match.start(1))))
    parts.append(raw[done:])
    return _moved_table(b"".join(parts), changes)


def _moved_table(raw: bytes, changes: list[tuple[int, int]]) -> bytes:
    """Correct the offsets of the (one, classical) cross-reference table after changes of length.

    Args:
        raw: The changed file.
        changes: (old position, growth) of every change.
    """

    def moved(offset: int) -> int:
        return offset + sum(growth for position, growth in changes if position <= offset)

    tail = re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", raw)
    if tail is None:
        raise ValueError("not a PDF with a classical cross-reference table")
    table = moved(int(tail[1]))
    entries = re.sub(
        rb"(\d{10})( \d{5} n)",
        lambda m: f"{moved(int(m[1])):010d}".encode() + m[2],
        raw[table : tail.start()],
    )
    return raw[:table] + entries + b"startxref\n" + str(table).encode() + b"\n%%EOF\n"


def _xmp_dates(raw: bytes, moment: str) -> bytes:
    pattern = rb"(xmp:(?:CreateDate|ModifyDate|MetadataDate)(?:=\"|>))([^<\"]*)([<\"])"

    def fixed(match: re.Match[bytes]) -> bytes:
        size = len(match[2])
        text = moment.encode()[:size]
        rest = size - len(text)
        zone = b"+00:00"[:rest].ljust(rest) if rest > 1 else b"Z"[:rest]
        return match[1] + text + zone + match[3]

    return re.sub(pattern, fixed, raw)


def _blank_string(text: bytes) -> bytes:
    if text.startswith(b"<"):
        return b"<" + (b"0020" * len(text))[: len(text) - 2] + b">"
    return b"(" + b" " * (len(text) - 2) + b")"


def _zero_hex(match: re.Match[bytes]) -> bytes:
    found: bytes = match[0]
    return re.sub(rb"<[0-9A-Fa-f]*>", lambda m: b"<" + b"0" * (len(m[0]) - 2) + b">", found)


def _with_language(raw: bytes, language: str) -> bytes:
    """Append the catalogue once more with /Lang, as an incremental update."""
    root = re.search(rb"/Root\s+(\d+)\s+0\s+R", raw)
    size = re.search(rb"/Size\s+(\d+)", raw)
    previous = re.findall(rb"startxref\s+(\d+)", raw)
    if root is None or size is None or not previous:
        return raw
    number = root[1]
    catalogue = re.search(rb"(?<!\d)" + number + rb" 0 obj\s*<<(.*?)>>\s*endobj", raw, re.DOTALL)
    if catalogue is None or b"/Lang" in catalogue[1]:
        return raw
    trailer = re.search(rb"trailer\s*<<(.*?)>>\s*startxref", raw, re.DOTALL)
    if trailer is None:
        return raw
    offset = len(raw)
    body = (
        number + b" 0 obj\n<<" + catalogue[1] + b"/Lang (" + language.encode() + b")\n>>\nendobj\n"
    )
    kept = re.sub(rb"/Prev\s+\d+", b"", trailer[1]).strip()
    table = (
        b"xref\n" + number + b" 1\n" + f"{offset:010d} 00000 n \n".encode()
        + b"trailer\n<<\n" + kept + b"\n/Prev " + previous[-1] + b"\n>>\nstartxref\n"
        + str(offset + len(body)).encode() + b"\n%%EOF\n"
    )  # fmt: skip
    updated: bytes = raw + body + table
    return updated


def fixed_png(raw: bytes, dpi: int) -> bytes:
    """Keep only the chunks of the picture itself and state the resolution.

    Raises:
        ValueError: ``raw`` is no PNG.
    """
    if not raw.startswith(_PNG_SIGNATURE):
        raise ValueError("not a PNG")
    per_metre = round(dpi * _PIXELS_PER_METRE)
    resolution = _png_chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    parts = [_PNG_SIGNATURE]
    for kind, body in _png_chunks(raw):
        if kind not in _PNG_KEPT:
            continue
        parts.append(_png_chunk(kind, body))
        if kind == b"IHDR":
            parts.append(resolution)
    return b"".join(parts)


def _png_chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG_SIGNATURE)
    while position < len(raw):
        (length,) = struct.unpack_from(">I", raw, position)
        kind = raw[position + 4 : position + 8]
        yield kind, raw[position + 8 : position + 8 + length]
        position += 12 + length


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def fixed_svg(raw: bytes, millimetres: tuple[float, float], language: str) -> bytes:
    """Drop titles, descriptions and comments, state the paper size and the language."""
    text = raw.decode("utf-8").replace("\r\n", "\n")
    text = re.sub(r"<title>.*?</title>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<desc>.*?</desc>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    width, height = millimetres
    text = re.sub(
        r'<svg width="[^"]*" height="[^"]*"',
        f'<svg xml:lang="{language}" width="{width:g}mm" height="{height:g}mm"',
        text,
        count=1,
    )
    # A desk without the sheet font still shows a clean Chinese one.
    text = re.sub(r'font-family="([^"]*)"', rf'font-family="\1, {_SVG_FALLBACKS}"', text)
    return text.encode("utf-8")
