"""Settles the design of a release: its template, its area, and what part of the content it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import shapely

from qhd_riskmap.domain.public_areas import TownshipOutline
from qhd_riskmap.domain.public_selection import selected, township_extent
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.release_rules import clean_public_text
from qhd_riskmap.domain.sheet_design import SheetDesign, design_of
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.release_history import Position
from qhd_riskmap.services.release_order import ReleaseOrder

_FIRST_TEMPLATE = "general"


def cleaned_design(order: ReleaseOrder) -> SheetDesign:
    """The design of an order with its texts cleaned.

    Raises:
        InvalidInputError: It makes no sense, or not for the area of the order.
    """
    design = order.sheet or design_of(_FIRST_TEMPLATE)
    design = replace(
        design,
        subtitle=clean_public_text(design.subtitle),
        notes=tuple(note for note in map(clean_public_text, design.notes) if note),
        township=clean_public_text(design.township),
        type_keys=_known_types(design.type_keys),
    ).checked()
    if design.township and order.county is None:
        raise InvalidInputError(_("乡镇图要先选定所在县区。"))
    return design


def _known_types(keys: Sequence[str]) -> tuple[str, ...]:
    """In the plan's order, each once."""
    known = [kind.key for kind in taxonomy().types]
    wrong = [key for key in keys if key not in known]
    if wrong:
        raise InvalidInputError(_("没有这个隐患类型：{names}。").format(names="、".join(wrong)))
    return tuple(key for key in known if key in keys)


def designed(
    order: ReleaseOrder, public: PublicSet, townships: Sequence[TownshipOutline]
) -> tuple[ReleaseOrder, PublicSet]:
    """The order with the extent of its sheet, and the content it shows.

    Raises:
        InvalidInputError: Nothing is published in the township, and its outline is not known.
    """
    design = order.sheet
    if design is None:
        return order, public
    shown = selected(public, design, order.county)
    if design.township:
        extent = township_extent(shown.hazards, _outline(design.township, townships))
        if extent is None:
            raise InvalidInputError(
                _("{name}没有可公开的隐患点，也没有导入它的边界，画不出乡镇图。").format(
                    name=design.township
                ),
                hint=_("请核对乡镇名称，或先导入乡镇边界。"),
            )
        design = replace(design, extent=extent)
    return replace(order, sheet=design), shown


def _outline(name: str, townships: Sequence[TownshipOutline]) -> shapely.Geometry | None:
    return next((each.geometry for each in townships if each.name == name), None)


def kept_positions(positions: Mapping[str, Position], public: PublicSet) -> dict[str, Position]:
    """The places of the records that are shown."""
    shown = {
        (hazard.cell_m, shapely.to_wkb(hazard.geometry, hex=True)) for hazard in public.hazards
    }
    return {key: place for key, place in positions.items() if tuple(place) in shown}


def division_today(code: str | None) -> str | None:
    """The division a sheet is for; None for the whole city."""
    if code is None or regions().get(code) == regions().city:
        return None
    if code not in {region.code for region in regions().current()}:
        raise InvalidInputError(
            _("{name}不是现行县区，没有单独的分布图。").format(name=regions().get(code).name),
            hint=_("可用：{codes}。").format(
                codes="、".join(f"{r.code} {r.name}" for r in regions().current())
            ),
        )
    return code
