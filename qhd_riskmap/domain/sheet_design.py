"""How a public sheet is laid out: template, paper, and which parts it has; data, not drawing.

A design is kept with the release it was used for, so that the sheet can be made again bit for bit.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Any, Final

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.resources import rules

PAPERS: Final = ("A4", "A3", "A2", "A1", "A0")
_PLAIN: Final = "plain"
_LONGEST_TEXT: Final = 60
_LONGEST_NOTE: Final = 200
_MOST_NOTES: Final = 6


class SheetElement(StrEnum):
    """A part of a sheet that may be left out; the value is what the command line takes."""

    NORTH = "north"
    GRATICULE = "graticule"
    OVERVIEW = "overview"
    STATISTICS = "statistics"
    NAMES = "names"
    LOGO = "logo"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _ELEMENT_LABELS[self]


_ELEMENT_LABELS: Final = {
    SheetElement.NORTH: N_("指北针"),
    SheetElement.GRATICULE: N_("经纬网"),
    SheetElement.OVERVIEW: N_("位置示意图"),
    SheetElement.STATISTICS: N_("统计表"),
    SheetElement.NAMES: N_("隐患名称"),
    SheetElement.LOGO: N_("标志"),
}


class AtlasUnit(StrEnum):
    """What an atlas has one sheet for."""

    COUNTY = "county"
    TOWNSHIP = "township"
    TYPE = "type"

    @property
    def label(self) -> str:
        """Chinese name."""
        return _UNIT_LABELS[self]


_UNIT_LABELS: Final = {
    AtlasUnit.COUNTY: N_("每个县区一张"),
    AtlasUnit.TOWNSHIP: N_("每个乡镇一张"),
    AtlasUnit.TYPE: N_("每个类型一张"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetTemplate:
    """A design to start from.

    Attributes:
        key: What settings, registers and the command line call it.
        label: Chinese name.
        help: What it is for, one sentence.
        needs: The choice it makes no sense without: ``types``, ``township`` or "".
        title: 图名 with the places ``{place}``, ``{types}`` and ``{township}``.
    """

    key: str
    label: str
    help: str
    paper: str
    landscape: bool
    needs: str
    elements: frozenset[SheetElement]
    title: str

    def title_for(self, place: str, types: str = "", township: str = "") -> str:
        """The 图名 this template proposes."""
        return _(self.title).format(place=place, types=types, township=township)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetDesign:
    """One sheet as designed; the sheets of an atlas follow it too.

    Attributes:
        template: Key of the template it started from.
        paper: ``A4`` … ``A0``.
        elements: Parts it has besides those that every public sheet has.
        township: Only hazards published in this township of the release's county, or "".
        type_keys: Only these types; empty for all.
        extent: West, south, east, north in degrees; None shows the whole area of the release.
        subtitle: Second line of the title.
        notes: Paragraphs of the office's own under 说明.
        logo: The office's picture, a PNG as `formats.logo_picture` made it, or b"".
        unit: What an atlas has one sheet for.
    """

    template: str = _PLAIN
    paper: str = "A3"
    landscape: bool = True
    elements: frozenset[SheetElement] = frozenset({SheetElement.NORTH, SheetElement.NAMES})
    township: str = ""
    type_keys: tuple[str, ...] = ()
    extent: tuple[float, float, float, float] | None = None
    subtitle: str = ""
    notes: tuple[str, ...] = ()
    logo: bytes = b""
    unit: AtlasUnit = AtlasUnit.COUNTY

    def __contains__(self, element: SheetElement) -> bool:
        return element in self.elements

    def to_json(self) -> dict[str, Any]:
        """As the release register keeps it."""
        return {
            "template": self.template,
            "paper": self.paper,
            "landscape": self.landscape,
            "elements": sorted(self.elements),
            "township": self.township,
            "type_keys": list(self.type_keys),
            "extent": list(self.extent) if self.extent else None,
            "subtitle": self.subtitle,
            "notes": list(self.notes),
            "logo": base64.b64encode(self.logo).decode("ascii"),
            "unit": self.unit.value,
        }

    def checked(self) -> SheetDesign:
        """The same design, or what is wrong with it.

        Raises:
            InvalidInputError: A choice is missing or does not fit another one.
        """
        template = templates().get(self.template)
        if template is None or self.paper not in PAPERS:
            raise InvalidInputError(
                _("没有这样的版式：{name} {paper}。").format(name=self.template, paper=self.paper),
                hint=_("版式可用：{names}；纸张可用：{papers}。").format(
                    names="、".join(templates()), papers="、".join(PAPERS)
                ),
            )
        if template.needs == "types" and not self.type_keys:
            raise InvalidInputError(_("分类图要先选定类型。"))
        if template.needs == "township" and not self.township:
            raise InvalidInputError(_("乡镇图要先选定乡镇。"))
        if not self.elements & {SheetElement.NORTH, SheetElement.GRATICULE}:
            raise InvalidInputError(_("指北针和经纬网至少要有一样。"))
        if len(self.subtitle) > _LONGEST_TEXT or len(self.notes) > _MOST_NOTES:
            raise InvalidInputError(
                _("副标题不超过 {n} 字，说明不超过 {m} 条。").format(n=_LONGEST_TEXT, m=_MOST_NOTES)
            )
        if any(len(note) > _LONGEST_NOTE for note in self.notes):
            raise InvalidInputError(_("每条说明不超过 {n} 字。").format(n=_LONGEST_NOTE))
        return self


# What a release made before sheets could be designed looks like.
PLAIN_SHEET: Final = SheetDesign()


def design_of(key: str, **chosen: Any) -> SheetDesign:
    """The design a template proposes, with what was chosen in its place.

    Raises:
        InvalidInputError: There is no such template.
    """
    template = templates().get(key)
    if template is None:
        return SheetDesign(template=key).checked()
    design = SheetDesign(
        template=template.key,
        paper=template.paper,
        landscape=template.landscape,
        elements=template.elements,
    )
    return replace(design, **chosen)


def design_from_json(stored: Mapping[str, Any] | None) -> SheetDesign:
    """A design as `SheetDesign.to_json` wrote it; the plain sheet where there is none.

    Raises:
        ValueError: It is not what `SheetDesign.to_json` writes.
    """
    if not stored:
        return PLAIN_SHEET
    try:
        west, south, east, north = stored["extent"] or (0.0, 0.0, 0.0, 0.0)
        return SheetDesign(
            template=str(stored["template"]),
            paper=str(stored["paper"]),
            landscape=bool(stored["landscape"]),
            elements=frozenset(SheetElement(name) for name in stored["elements"]),
            township=str(stored["township"]),
            type_keys=tuple(stored["type_keys"]),
            extent=(west, south, east, north) if stored["extent"] else None,
            subtitle=str(stored["subtitle"]),
            notes=tuple(stored["notes"]),
            logo=base64.b64decode(stored["logo"], validate=True),
            unit=AtlasUnit(stored["unit"]),
        )
    except (KeyError, TypeError, binascii.Error) as error:
        raise ValueError("not a stored sheet design") from error


@cache
def templates() -> Mapping[str, SheetTemplate]:
    """The shipped templates by key, in the order they are offered."""
    entries = rules("sheet_templates")["templates"]
    return {
        entry["key"]: SheetTemplate(
            key=entry["key"],
            label=entry["label"],
            help=entry["help"],
            paper=entry["paper"],
            landscape=entry["landscape"],
            needs=entry["needs"],
            elements=frozenset(SheetElement(name) for name in entry["elements"]),
            title=entry["title"],
        )
        for entry in entries
    }
