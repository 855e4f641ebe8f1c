"""Adds fills and text styles to a workbook's style table; no style that is there changes."""

from __future__ import annotations

import copy
from typing import Any, Final

from lxml import etree

from qhd_riskmap.formats.workbook_package import WorkbookPackage

_WORKBOOK: Final = "xl/workbook.xml"
_TEXT_FORMAT: Final = "49"  # @


class StylePatch:
    """The style table of one workbook; without one, every style is the plain one."""

    def __init__(self, package: WorkbookPackage) -> None:
        self._package = package
        part = next(iter(package.related(_WORKBOOK, "styles").values()), "")
        self._root: Any = package.xml(part) if part in package else None
        self._known: dict[tuple[object, ...], int] = {}
        self._fills: dict[str, int] = {}

    def coloured(self, style: int, colour: str) -> int:
        """The style ``style`` with another background; ``colour`` is RRGGBB."""
        return self._derived(("colour", style, colour), style, {}, colour)

    def text(self, *, colour: str = "", bold: bool = False, quoted: bool = False) -> int:
        """A style for texts of ours."""
        changes = {"numFmtId": _TEXT_FORMAT, "applyNumberFormat": "1"}
        if bold:
            changes |= {"fontId": str(self._bold()), "applyFont": "1"}
        if quoted:
            changes["quotePrefix"] = "1"
        return self._derived(("text", colour, bold, quoted), None, changes, colour)

    def _derived(
        self, key: tuple[object, ...], style: int | None, changes: dict[str, str], colour: str
    ) -> int:
        if key in self._known or self._root is None:
            return self._known.get(key, style or 0)
        formats = self._section("cellXfs", "fonts", "fills", "borders", "cellStyleXfs")
        if style is not None and style < len(formats):
            made = copy.deepcopy(formats[style])
        else:
            made = etree.Element(
                self._package.tag("xf"),
                numFmtId="0",
                fontId="0",
                fillId="0",
                borderId="0",
                xfId="0",
            )
        for name, value in changes.items():
            made.set(name, value)
        if colour:
            made.set("fillId", str(self._fill(colour)))
            made.set("applyFill", "1")
        self._known[key] = _appended(formats, made)
        return self._known[key]

    def _fill(self, colour: str) -> int:
        if colour not in self._fills:
            tag = self._package.tag
            fill = etree.Element(tag("fill"))
            pattern = etree.SubElement(fill, tag("patternFill"), patternType="solid")
            etree.SubElement(pattern, tag("fgColor"), rgb=f"FF{colour}")
            etree.SubElement(pattern, tag("bgColor"), indexed="64")
            self._fills[colour] = _appended(self._section("fills", "fonts", "numFmts"), fill)
        return self._fills[colour]

    def _bold(self) -> int:
        fonts = self._section("fonts", "numFmts")
        tag = self._package.tag
        font = copy.deepcopy(fonts[0]) if len(fonts) else etree.Element(tag("font"))
        if font.find(tag("b")) is None:
            font.insert(0, etree.Element(tag("b")))
        return _appended(fonts, font)

    def _section(self, name: str, *before: str) -> Any:
        """A section of the table, made behind those that stand before it."""
        found = self._root.find(self._package.tag(name))
        if found is None:
            found = etree.Element(self._package.tag(name), count="0")
            others = {self._package.tag(other) for other in before}
            index = sum(1 for item in self._root if item.tag in others)
            self._root.insert(index, found)
        return found


def _appended(section: Any, element: Any) -> int:
    section.append(element)
    section.set("count", str(len(section)))
    return len(section) - 1
