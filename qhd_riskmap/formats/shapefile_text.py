"""Texts of shapefiles, whose tables do not say how they are written, or say it wrongly.

GDAL stops at a letter that is cut in the middle by the width of its field, as every longer Chinese name
of a field is: ten bytes hold three and a third of its letters in UTF-8. So texts are taken from it byte
by byte, as `BYTEWISE`, and read here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

BYTEWISE: Final = "ISO-8859-1"
_SAMPLE: Final = 4 * 2**20
_LONGEST_LETTER: Final = 4


def dbf_encoding(path: Path) -> str:
    """The encoding in which the texts beside a shapefile can be read without a wrong letter.

    Args:
        path: The shapefile; of its table the first megabytes are looked at.
    """
    dbf = next((p for end in (".dbf", ".DBF") if (p := path.with_suffix(end)).exists()), None)
    if dbf is None:
        return "UTF-8"
    cpg = next((p for end in (".cpg", ".CPG") if (p := path.with_suffix(end)).exists()), None)
    declared = b""
    if cpg is not None:
        with cpg.open("rb") as file:
            declared = file.read(64)
    with dbf.open("rb") as file:
        return table_encoding(file.read(_SAMPLE), declared)


def table_encoding(table: bytes, declared: bytes = b"") -> str:
    """The encoding in which all texts of a dBase table can be read, `BYTEWISE` where there is none.

    Args:
        table: The table, or its beginning.
        declared: Content of the ``.cpg`` beside it, only tried first: many say UTF-8 and hold GBK.
    """
    names, records = _dbf_texts(table)
    texts = [text for text in {*names, *records} if not text.isascii()]
    candidates = [*_known(declared), "UTF-8", "GB18030"]
    for candidate in dict.fromkeys(candidates):
        if all(_decodes(text, candidate) for text in texts):
            return candidate
    return BYTEWISE


def decoded(text: object, encoding: str | None) -> str:
    """A text that was taken byte by byte; a letter cut at its end goes, a wrong one shows as \ufffd."""
    if encoding is None:
        return str(text)
    content = str(text).encode("latin-1", "replace")
    return content.decode(encoding, "ignore" if _decodes(content, encoding) else "replace")


def _known(declared: bytes) -> list[str]:
    word = declared.decode("ascii", "replace").strip().upper()
    known = {
        "UTF-8": "UTF-8", "UTF8": "UTF-8", "65001": "UTF-8", "GBK": "GB18030", "936": "GB18030",
        "CP936": "GB18030", "GB2312": "GB18030", "GB18030": "GB18030", "ANSI 936": "GB18030",
        "BIG5": "BIG5", "950": "BIG5", "CP950": "BIG5",
    }  # fmt: skip
    return [known[word]] if word in known else []


def _dbf_texts(sample: bytes) -> tuple[list[bytes], list[bytes]]:
    """Field names, and the contents of text fields, of as many records as the sample holds."""
    if len(sample) < 33:  # noqa: PLR2004 - header and terminator
        return [], []
    header = int.from_bytes(sample[8:10], "little")
    length = int.from_bytes(sample[10:12], "little")
    names: list[bytes] = []
    fields: list[tuple[int, int]] = []
    place = 1
    for start in range(32, min(header, len(sample)) - 32, 32):
        descriptor = sample[start : start + 32]
        if descriptor[:1] == b"\r":
            break
        names.append(descriptor[:11].split(b"\x00", 1)[0])
        if descriptor[11:12] == b"C":
            fields.append((place, descriptor[16]))
        place += descriptor[16]
    texts = []
    for start in range(header, len(sample) - length + 1, max(length, 1)):
        for offset, width in fields:
            texts.append(sample[start + offset : start + offset + width].rstrip(b" \x00"))
    return names, texts


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError as error:
        # A letter cut in the middle by the width of its field is no sign of another encoding.
        cut = 0 < len(text) - error.start < _LONGEST_LETTER
        return cut and error.start > 0 and error.reason != "invalid start byte"
    return True
