"""The sheets of an xlsx and the archive parts they stand in."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from qhd_riskmap.formats.sheet_guard import GuardedArchive, damaged, refuse_entities

_RELATION_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID: Final = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_WORKBOOK: Final = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of the workbook; chart sheets have no cells and are left out."""

    name: str
    hidden: bool
    part: str


def sheet_parts(archive: GuardedArchive, name: str) -> list[SheetPart]:
    """The worksheets in the workbook's order.

    Raises:
        UnreadableFileError: The workbook part is missing or malformed.
    """
    parts = worksheets_by_id(archive, "xl/_rels/workbook.xml.rels", name)
    found = []
    for element in _xml(archive, _WORKBOOK, name).iter():
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        relation = element.get(_RELATION_ID) or element.get(_STRICT_ID)
        part = parts.get(relation or "")
        if part is None:
            continue
        if part not in archive:
            raise damaged(name, f"sheet part {part} is missing")
        hidden = (element.get("state") or "visible") != "visible"
        found.append(SheetPart(element.get("name") or "", hidden, part))
    return found


def worksheets_by_id(archive: GuardedArchive, relations: str, name: str) -> dict[str, str]:
    """Relation id → archive part of every worksheet that a workbook refers to.

    Raises:
        UnreadableFileError: The part ``relations`` is missing or malformed.
    """
    targets = {
        item.get("Id") or "": item.get("Target") or ""
        for item in _xml(archive, relations, name)
        if item.get("TargetMode") != "External" and "worksheet" in (item.get("Type") or "")
    }
    return {
        key: posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
        for key, target in targets.items()
    }


def _xml(archive: GuardedArchive, part: str, name: str) -> Any:
    content = archive.read(part)
    refuse_entities(content, name, first=True)
    try:
        return ElementTree.fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise damaged(name, f"{part}: {error}") from error
