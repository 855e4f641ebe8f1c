"""Other readings of a text for the release checker: escapes resolved, what was cut apart joined.

Each reading is of the whole text, so that a name spelled half this way and half that way is read too.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import sys
import urllib.parse
from collections.abc import Iterator
from itertools import chain
from uuid import UUID

_ROUNDS = 4  # escapes of escapes
_SCRIPT_ESCAPE = re.compile(
    r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\[ux]\{([0-9A-Fa-f]{1,6})\}|\\U([0-9A-Fa-f]{8})"
)
# As style sheets spell a character: \79D8 and a space that belongs to it.
_STYLE_ESCAPE = re.compile(r"\\([0-9A-Fa-f]{4,6})[ ]?")
_OCTAL = re.compile(r"(?:\\[0-3][0-7]{2}){2,}")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}(?:%[0-9A-Fa-f]{2})*")
_HIGH_PERCENT = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_QUOTED = re.compile(r"=[0-9A-F]{2}(?:=\r?\n)?(?:=[0-9A-F]{2}(?:=\r?\n)?){2,}")
_SOFT_BREAK = re.compile(r"=\r?\n")
_LATIN = re.compile(r"[\x80-\xff]{4,}")
_JOINED = re.compile(r"""(["'])\s*(?:\+|&(?:amp;)?)\s*["']""")
_MARKED = re.compile(r"(?<=[\u3400-\u9fff])[·・•‧∙*_~\-—–.](?=[\u3400-\u9fff])")
_LONGEST_LIST = 65_536
_WHOLE_NUMBERS = re.compile(r"\d(?<![\d.]\d)\d{0,5}(?:\s*,\s*\d{1,6}){2,}(?![\d.])")
_PAIRED_HEX = re.compile(
    r"[0-9A-Fa-f](?<!\w\w)(?:(?<=0)[xX][0-9A-Fa-f]{2}|[0-9A-Fa-f])(?:[\s,:;]{1,3}(?:0[xX])?[0-9A-Fa-f]{2}){5,}\b"
)
_PUNYCODE = re.compile(r"xn--([A-Za-z0-9-]{4,})")
# Degrees of the region and whole parts of them; others are colours and masks.
_HEX_NUMBER = re.compile(
    r"0(?<!\w0)[xX](?:1\.[0-9A-Fa-f]{5,13}[pP]\+?[56]|[0-9A-Fa-f]{6,8})(?![0-9A-Fa-f])"
)
_BYTE, _FIRST_WIDE = 0xFF, 0x3000


def readings(text: str) -> Iterator[str]:
    """Every reading that differs from the text."""
    told = {text}
    for reading in (*_resolved_once(text), _resolved(text), *_numbered(text)):
        for each in (reading, *_latin(reading)):
            if each and each not in told:
                told.add(each)
                yield each
    whole = _JOINED.sub("", text)
    if not text.isascii():
        whole = _MARKED.sub("", whole)
    if whole not in told:
        yield whole
    for each in _latin(text):
        if each not in told:
            yield each


def _resolved_once(text: str) -> Iterator[str]:
    """One kind of escape at a time: what is no escape in one kind may be one in another."""
    if "\\u" in text or "\\x" in text or "\\U" in text:
        yield _SCRIPT_ESCAPE.sub(_escaped_character, text)
    if _STYLE_ESCAPE.search(text):
        yield _STYLE_ESCAPE.sub(_escaped_character, text)
    if "&" in text and ";" in text:
        yield html.unescape(text)
    if _PERCENT.search(text):
        yield _PERCENT.sub(_unquoted, text)
        if _HIGH_PERCENT.search(text):
            yield urllib.parse.unquote(text, encoding="gb18030", errors="ignore")
    if _QUOTED.search(text):
        yield _QUOTED.sub(_quoted, text)


def _resolved(text: str) -> str:
    """All kinds, as often as there are any."""
    for _round in range(_ROUNDS):
        before = text
        if "\\" in text:
            text = _OCTAL.sub(_octal, _SCRIPT_ESCAPE.sub(_escaped_character, text))
        if "&" in text:
            text = html.unescape(text)
        if "%" in text:
            text = _PERCENT.sub(_unquoted, text)
        if text == before:
            break
    return text


def _escaped_character(match: re.Match[str]) -> str:
    code = int(next(filter(None, match.groups())), 16)
    return chr(code) if code <= sys.maxunicode else ""


def _unquoted(match: re.Match[str]) -> str:
    """As `urllib.parse.unquote`, which takes seconds for bytes that happen to read as text."""
    return bytes.fromhex(match.group().replace("%", "")).decode("utf-8", errors="ignore")


def _octal(match: re.Match[str]) -> str:
    return _decoded(bytes(int(code, 8) for code in match.group().split("\\")[1:]))


def _quoted(match: re.Match[str]) -> str:
    """As mail spells bytes."""
    return _decoded(bytes.fromhex(_SOFT_BREAK.sub("", match.group()).replace("=", "")))


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="ignore")


def _latin(text: str) -> Iterator[str]:
    """Bytes of UTF-8 or GB 18030 that somebody read as Latin letters."""
    if not text.isascii() and _LATIN.search(text):
        yield _LATIN.sub(lambda match: _decoded(match.group().encode("latin-1")), text)


def _numbered(text: str) -> Iterator[str]:
    """Characters and bytes that are written as lists of numbers."""
    found = [_of_numbers(match.group()) for match in _WHOLE_NUMBERS.finditer(text)]
    in_hex = (_together(pairs)[: 2 * _LONGEST_LIST] for pairs in _PAIRED_HEX.findall(text))
    found += [_decoded(bytes.fromhex(digits)) for digits in in_hex]
    found += [_of_punycode(match[1]) for match in _PUNYCODE.finditer(text)]
    found.append(" ".join(_of_hex(match.group()) for match in _HEX_NUMBER.finditer(text)))
    yield "\n".join(filter(None, found))


def _of_punycode(text: str) -> str:
    """As addresses of the web spell characters beyond ASCII."""
    try:
        return text.encode("ascii").decode("punycode")
    except UnicodeError:
        return ""


def _of_hex(text: str) -> str:
    """A number as programs print it: 0x1.de2c8p+6, 0x72014b3."""
    return f"{float.fromhex(text):.7f}" if "." in text else str(int(text, 16))


def _of_numbers(text: str) -> str:
    numbers = [int(number) for number in re.findall(r"\d+", text)[:_LONGEST_LIST]]
    if max(numbers) <= _BYTE:
        return _decoded(bytes(numbers))
    if max(numbers) < _FIRST_WIDE:
        return ""
    return "".join(chr(number) for number in numbers if number <= sys.maxunicode)


# -- encodings of bytes -------------------------------------------------------------------------------

# Mail and editors break long runs into lines.
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]+)*={0,2}")
_LONG_WORD = re.compile(r"[A-Za-z0-9](?<![A-Za-z0-9][A-Za-z0-9])[A-Za-z0-9]{15,}")
_BASE32_RUN = re.compile(r"[A-Z2-7]{16,}|[a-z2-7]{16,}")
_BASE32HEX_RUN = re.compile(r"[0-9A-V]{16,}|[0-9a-v]{16,}")
_HEX_RUN = re.compile(r"[0-9A-Fa-f]{2}(?:[0-9A-Fa-f]{2}){7,}")
_UUID = re.compile(
    r"[0-9A-Fa-f](?<![0-9A-Fa-f-][0-9A-Fa-f])[0-9A-Fa-f]{7}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f-])"
)
_SHORT_RUN = 65_536
_GLUED_RUN = 4096  # a word may stand before a short one
_GROUP = 4  # characters that hold three bytes
_OCTET = 8


def encoded_bytes(text: str) -> Iterator[tuple[str, bytes]]:
    """``(encoding, bytes)`` of every run that may be encoded bytes."""
    for match in _BASE64_RUN.finditer(text):
        run = re.sub(r"\s", "", match.group().rstrip("="))
        run = run.replace("-", "+").replace("_", "/")
        shifts = range(_GROUP if len(run) <= _GLUED_RUN else 1)
        for shift in shifts:
            data = _base64(run[shift:])
            if data and (len(run) <= _SHORT_RUN or worth_reading(data)):
                yield "base64", data
    yield from _base32(text)
    for run in chain(_HEX_RUN.findall(text), map(_together, _PAIRED_HEX.findall(text))):
        data = bytes.fromhex(run)
        if len(data) <= _SHORT_RUN or worth_reading(data):
            yield "hex", data
    for run in _UUID.findall(text):
        # The first three groups are whole numbers, which some programs store the other way round.
        yield "uuid", UUID(run).bytes
        yield "uuid", UUID(run).bytes_le


def _together(pairs: str) -> str:
    return "".join(re.findall(r"[0-9A-Fa-f]{2}(?![xX])", pairs))


def _base32(text: str) -> Iterator[tuple[str, bytes]]:
    alphabets = ((_BASE32_RUN, base64.b32decode), (_BASE32HEX_RUN, base64.b32hexdecode))
    for word in _LONG_WORD.findall(text):
        for pattern, decode in alphabets:
            match = pattern.match(word)
            if match is None:
                continue
            run = match.group().upper()
            try:
                yield "base32", decode(run + "=" * (-len(run) % _OCTET))
            except (binascii.Error, ValueError):
                continue


def _base64(run: str) -> bytes:
    try:
        return base64.b64decode(run + "=" * (-len(run) % _GROUP))
    except (binascii.Error, ValueError):
        # One character too many: of a word that stands behind the run.
        return base64.b64decode(run[: len(run) // _GROUP * _GROUP])


def worth_reading(data: bytes) -> bool:
    """Whether bytes that may be a font or a picture are something people could read."""
    if data[:4] in (b"%PDF", b"\x89PNG", b"PK\x03\x04") or data[:2] in (
        b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\xff\xd8", b"\xff\xfe", b"\xfe\xff",
    ):  # fmt: skip
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
