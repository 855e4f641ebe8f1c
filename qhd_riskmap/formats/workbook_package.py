"""An xlsx or xlsm as a package of parts, of which a few are changed and all others kept byte for byte.

Writers that load a workbook and save it again lose what they do not know: pictures, charts, controls,
macros, custom parts. Here nothing is loaded that is not changed.
"""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path
from typing import Any, Final

from lxml import etree

from qhd_riskmap.formats.sheet_guard import GuardedArchive, damaged, refuse_entities

RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_MAIN: Final = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_STRICT_OFFICE: Final = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_WORKBOOK: Final = "xl/workbook.xml"
_TYPES_PART: Final = "[Content_Types].xml"
_LARGEST_XML: Final = 64 * 2**20


class WorkbookPackage:
    """The parts of a workbook; changed ones are kept here until `save`.

    Attributes:
        main: Namespace of the sheets in this package.
        office: Namespace of relations in this package.
    """

    def __init__(self, archive: GuardedArchive, name: str) -> None:
        self._archive = archive
        self._name = name
        self._trees: dict[str, Any] = {}
        self._contents: dict[str, bytes] = {}
        self.main = str(etree.QName(self.xml(_WORKBOOK)).namespace)
        self.office = _STRICT_OFFICE if self.main == _STRICT_MAIN else _OFFICE

    def __contains__(self, part: object) -> bool:
        return part in self._trees or part in self._contents or part in self._archive

    def tag(self, name: str) -> str:
        """The name of an element of the sheets' namespace."""
        return f"{{{self.main}}}{name}"

    def read(self, part: str, limit: int = _LARGEST_XML) -> bytes:
        """The bytes of a part."""
        return self._contents[part] if part in self._contents else self._archive.read(part, limit)

    def write(self, part: str, content: bytes) -> None:
        """Replace or add a part."""
        self._contents[part] = content

    def xml(self, part: str) -> Any:
        """The root of an XML part, for changing; it is written back by `save`.

        Raises:
            UnreadableFileError: No such part, not well-formed, or with an entity declaration.
        """
        if part not in self._trees:
            self._trees[part] = self.parse(self.read(part))
        return self._trees[part]

    def parse(self, content: bytes) -> Any:
        """The root of an XML text.

        Raises:
            UnreadableFileError: Not well-formed, or with an entity declaration.
        """
        refuse_entities(content, self._name, first=True)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(content, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise damaged(self._name, str(error)) from error

    def add_xml(self, part: str, root: Any, content_type: str) -> None:
        """Add an XML part of a content type."""
        self._trees[part] = root
        types = self.xml(_TYPES_PART)
        etree.SubElement(
            types, f"{{{TYPES}}}Override", PartName=f"/{part}", ContentType=content_type
        )

    def default_type(self, extension: str, content_type: str) -> None:
        """See that all parts with an ending have a content type."""
        types = self.xml(_TYPES_PART)
        for item in types.iter(f"{{{TYPES}}}Default"):
            if (item.get("Extension") or "").lower() == extension:
                return
        item = etree.Element(f"{{{TYPES}}}Default", Extension=extension, ContentType=content_type)
        types.insert(0, item)

    def relations(self, part: str) -> Any:
        """The relations of a part, made where it has none."""
        rels = f"{posixpath.dirname(part)}/_rels/{posixpath.basename(part)}.rels"
        if rels not in self:
            self._trees[rels] = etree.Element(
                f"{{{RELATIONS}}}Relationships", nsmap={None: RELATIONS}
            )
        return self.xml(rels)

    def related(self, part: str, kind: str) -> dict[str, str]:
        """Relation id → part, of the relations of one kind, e.g. ``comments``."""
        return {
            item.get("Id") or "": _resolved(part, item.get("Target") or "")
            for item in self.relations(part)
            if (item.get("Type") or "").endswith(f"/{kind}")
            and item.get("TargetMode") != "External"
        }

    def relate(self, part: str, kind: str, target: str) -> str:
        """Add a relation; returns its id."""
        relations = self.relations(part)
        taken = {item.get("Id") for item in relations}
        number = next(n for n in range(1, len(taken) + 2) if f"rIdQhd{n}" not in taken)
        etree.SubElement(
            relations,
            f"{{{RELATIONS}}}Relationship",
            Id=f"rIdQhd{number}",
            Type=f"{self.office}/{kind}",
            Target=f"/{target}",
        )
        return f"rIdQhd{number}"

    def free_part(self, pattern: str) -> str:
        """A part name that is not taken; ``pattern`` holds ``{}``."""
        return next(part for n in range(1, 100_000) if (part := pattern.format(n)) not in self)

    def save(self, path: Path) -> None:
        """Write the package; parts never asked for are copied in pieces."""
        changed = {
            part: etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            for part, root in self._trees.items()
        }
        changed.update(self._contents)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for part in self._archive.parts:
                if part in changed:
                    target.writestr(part, changed.pop(part))
                    continue
                with target.open(part, "w") as copy:
                    for piece in self._archive.pieces(part):
                        copy.write(piece)
            for part, content in changed.items():
                target.writestr(part, content)


def _resolved(part: str, target: str) -> str:
    if target.startswith("/"):
        return posixpath.normpath(target).lstrip("/")
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
