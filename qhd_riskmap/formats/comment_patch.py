"""Adds comments to a worksheet: their texts, and the frames that spreadsheet programs show them in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from lxml import etree

from qhd_riskmap.domain.survey_sheet import column_number
from qhd_riskmap.formats.cell_text import storable
from qhd_riskmap.formats.sheet_patch import SheetPatch
from qhd_riskmap.formats.workbook_package import WorkbookPackage

_AUTHOR: Final = "QHD RiskMap"
_COMMENTS_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_SHAPE_ID: Final = re.compile(rb"_x0000_s(\d{1,9})")
_LINE_LETTERS: Final = 24
_NAMESPACES: Final = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_DRAWING: Final = (
    f"<xml {_NAMESPACES}>"
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_SHAPE_TYPE: Final = (
    f'<v:shapetype {_NAMESPACES} id="_x0000_t202qhd" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE: Final = (
    '<v:shape {namespaces} id="_x0000_s{id}" type="#_x0000_t202qhd" style=\'position:absolute;'
    "margin-left:60pt;margin-top:2pt;width:210pt;height:{height}pt;z-index:1;visibility:hidden'"
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    "<v:textbox style='mso-direction-alt:auto'><div style='text-align:left'></div></v:textbox>"
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 1</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)


def add_comments(
    package: WorkbookPackage, part: str, sheet: SheetPatch, texts: Mapping[str, str]
) -> None:
    """Add comments by cell address; a cell that has one keeps it, with ours below."""
    if not texts:
        return
    drawing = _drawing(package, part, sheet)
    closing = package.read(drawing).rfind(b"</xml>")
    if closing < 0:
        return  # not a drawing that comments can stand in; the summary tells everything too
    comments = _comments(package, part)
    author = _author(package, comments)
    there = {item.get("ref"): item for item in comments.iter(package.tag("comment"))}
    fresh = {}
    for address, text in texts.items():
        if address in there:
            _extend(package, there[address], text)
        else:
            fresh[address] = text
    listed = comments.find(package.tag("commentList"))
    for address, text in fresh.items():
        made = etree.SubElement(listed, package.tag("comment"), ref=address, authorId=str(author))
        _run(package, etree.SubElement(made, package.tag("text")), text)
    _add_frames(package, drawing, closing, fresh)


def _comments(package: WorkbookPackage, part: str) -> Any:
    found = next(iter(package.related(part, "comments").values()), "")
    if found in package:
        root = package.xml(found)
    else:
        found = package.free_part("xl/commentsQhd{}.xml")
        root = etree.Element(package.tag("comments"), nsmap={None: package.main})
        package.add_xml(found, root, _COMMENTS_TYPE)
        package.relate(part, "comments", found)
    for name in ("authors", "commentList"):
        if root.find(package.tag(name)) is None:
            etree.SubElement(root, package.tag(name))
    return root


def _author(package: WorkbookPackage, comments: Any) -> int:
    authors = comments.find(package.tag("authors"))
    made = etree.SubElement(authors, package.tag("author"))
    made.text = _AUTHOR
    return len(authors) - 1


def _extend(package: WorkbookPackage, comment: Any, text: str) -> None:
    place = comment.find(package.tag("text"))
    if place is None:
        place = etree.SubElement(comment, package.tag("text"))
    lone = place.find(package.tag("t"))
    runs = place.findall(package.tag("r"))
    if lone is not None and not runs:
        # A text without runs shows nothing of runs behind it in some programs.
        kept = lone.text or ""
        place.remove(lone)
        _run(package, place, kept)
    _run(package, place, f"\n{text}")


def _run(package: WorkbookPackage, place: Any, text: str) -> None:
    run = etree.Element(package.tag("r"))
    made = etree.SubElement(run, package.tag("t"))
    made.text = storable(text)
    made.set(_SPACE, "preserve")
    last = [item for item in place if item.tag in {package.tag("r"), package.tag("t")}]
    place.insert(place.index(last[-1]) + 1 if last else 0, run)


def _drawing(package: WorkbookPackage, part: str, sheet: SheetPatch) -> str:
    relation = sheet.legacy_drawing()
    found = package.related(part, "vmlDrawing").get(relation, "")
    if found in package:
        return found
    made = package.free_part("xl/drawings/vmlDrawingQhd{}.vml")
    package.write(made, _DRAWING.encode())
    package.default_type("vml", _DRAWING_TYPE)
    sheet.set_legacy_drawing(package.relate(part, "vmlDrawing", made))
    return made


def _add_frames(
    package: WorkbookPackage, drawing: str, closing: int, texts: Mapping[str, str]
) -> None:
    content = package.read(drawing)
    taken = [int(number) for number in _SHAPE_ID.findall(content)]
    number = max([1024, *taken]) + 1
    frames = [_SHAPE_TYPE]
    for index, (address, text) in enumerate(texts.items()):
        place = _ADDRESS.fullmatch(address)
        if place is None:
            continue
        column, row = column_number(place[1]) - 1, int(place[2]) - 1
        lines = sum(1 + len(line) // _LINE_LETTERS for line in text.split("\n"))
        frames.append(
            _SHAPE.format(
                namespaces=_NAMESPACES,
                id=number + index,
                height=20 + 14 * lines,
                left=column + 1,
                right=column + 4,
                top=max(row - 1, 0),
                bottom=row + 1 + lines,
                row=row,
                column=column,
            )
        )
    shapes = "".join(frames).encode()
    package.write(drawing, content[:closing] + shapes + content[closing:])
