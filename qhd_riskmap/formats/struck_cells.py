"""Cells of an xlsx that the sender has struck through: on paper that says "no longer valid".

Readers of values do not tell; a cancelled hazard would come in like any other.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.sheet_guard import GuardedArchive

# Enough to tell the sender; a hostile sheet could hold tens of millions.
MOST_TOLD: Final = 200_000
_STYLES: Final = "xl/styles.xml"
_LONGEST_TAG: Final = 1024
_PLACE: Final = re.compile(rb"\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_OFF: Final = frozenset({"0", "false"})


def struck_styles(archive: GuardedArchive) -> frozenset[int]:
    """The cell styles whose letters are struck through; a table that cannot be read has none."""
    if _STYLES not in archive:
        return frozenset()
    try:
        content = archive.read(_STYLES)
        if b"strike" not in content:
            return frozenset()
        root = ElementTree.fromstring(content, forbid_dtd=True)
    except (UnreadableFileError, ParseError, DefusedXmlException, ValueError, LookupError):
        return frozenset()
    fonts = {n for n, font in enumerate(_children(root, "fonts")) if _strikes(font)}
    formats = enumerate(_children(root, "cellXfs"))
    return frozenset(n for n, style in formats if _number(style.get("fontId")) in fonts)


def struck_cells(
    archive: GuardedArchive, part: str, styles: frozenset[int]
) -> frozenset[tuple[int, int]]:
    """Row and column, from 1, of the cells of a worksheet part that have one of the styles."""
    if not styles:
        return frozenset()
    numbers = b"|".join(str(number).encode() for number in sorted(styles))
    cell = re.compile(rb"<(?:\w+:)?c\b([^<>]*?\ss=[\"'](?:" + numbers + rb")[\"'][^<>]*)>")
    found: set[tuple[int, int]] = set()
    tail = b""
    for piece in archive.pieces(part):
        block = tail + piece
        cut = block.rfind(b"<")
        cut = cut if len(block) - cut <= _LONGEST_TAG else len(block)
        for tag in cell.finditer(block[:cut]):
            place = _PLACE.search(tag[1])
            if place is not None:
                found.add((int(place[2]), column_number(place[1].decode())))
        if len(found) >= MOST_TOLD:
            break
        tail = block[cut:]
    return frozenset(found)


def _children(root: Any, name: str) -> list[Any]:
    return [child for part in root if _name(part) == name for child in part]


def _strikes(font: Any) -> bool:
    return any(
        _name(item) == "strike" and (item.get("val") or "1").lower() not in _OFF for item in font
    )


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isascii() and text.isdecimal() else -1
