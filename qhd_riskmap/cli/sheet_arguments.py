"""Arguments that lay out the sheets of a release, and the design they make."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Final

from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.sheet_design import (
    PAPERS,
    AtlasUnit,
    SheetDesign,
    SheetElement,
    design_of,
    templates,
)
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.formats.logo_picture import read_logo
from qhd_riskmap.i18n import _

_AREA_PARTS: Final = "/"
_FIRST: Final = "general"
_OF_DESIGN: Final = (
    "paper", "landscape", "portrait", "types", "without", "subtitle", "note", "logo", "atlas_by",
)  # fmt: skip


def add_sheet_options(parser: argparse.ArgumentParser) -> None:
    """What a sheet shows and how."""
    group = parser.add_argument_group(_("版式"))
    group.add_argument(
        "--sheet", choices=tuple(templates()),
        help=_("版式：{names}").format(
            names="、".join(f"{each.key} {_(each.label)}" for each in templates().values())
        ),
    )  # fmt: skip
    group.add_argument("--paper", choices=PAPERS, help=_("纸张，默认随版式"))
    turned = group.add_mutually_exclusive_group()
    turned.add_argument("--landscape", action="store_true", default=None, help=_("横向"))
    turned.add_argument("--portrait", action="store_true", help=_("纵向"))
    group.add_argument(
        "--area", metavar=_("区划[/乡镇]"), help=_("县区代码或名称，可再加乡镇，例如 130321/祖山镇")
    )
    group.add_argument(
        "--type", action="append", default=[], dest="types", metavar=_("类型"),
        help=_("只公开这些类型，可多次给出"),
    )  # fmt: skip
    group.add_argument(
        "--without", action="append", default=[], choices=[each.value for each in SheetElement],
        help=_("不要哪一部分，可多次给出"),
    )  # fmt: skip
    group.add_argument("--subtitle", default="", metavar=_("文字"), help=_("图名下的第二行"))
    group.add_argument(
        "--note", action="append", default=[], metavar=_("文字"), help=_("补充说明，可多次给出")
    )
    group.add_argument("--logo", type=Path, metavar=_("图片"), help=_("印在图名左边的标志"))
    group.add_argument(
        "--atlas-by", choices=[each.value for each in AtlasUnit],
        help=_("图集（--format atlas）按什么分幅"),
    )  # fmt: skip


def sheet_design(options: argparse.Namespace) -> SheetDesign:
    """The design asked for.

    Raises:
        InvalidInputError: A type or an area is not known, or the logo is no picture.
        UnreadableFileError: The logo cannot be read.
    """
    design = design_of(options.sheet or _FIRST)
    landscape = design.landscape
    if options.landscape or options.portrait:
        landscape = bool(options.landscape)
    return replace(
        design,
        paper=options.paper or design.paper,
        landscape=landscape,
        elements=design.elements - {SheetElement(name) for name in options.without},
        township=_area(options)[1],
        type_keys=tuple(_type_key(text) for text in options.types),
        subtitle=options.subtitle,
        notes=tuple(options.note),
        logo=read_logo(options.logo) if options.logo else b"",
        unit=AtlasUnit(options.atlas_by or AtlasUnit.COUNTY.value),
    )


def designs_anew(options: argparse.Namespace) -> bool:
    """Whether options lay the sheet out anew instead of as a saved definition says.

    Raises:
        InvalidInputError: They change single parts of a layout without saying which.
    """
    if options.sheet:
        return True
    if any(getattr(options, key) for key in _OF_DESIGN):
        raise InvalidInputError(_("要改方案的版式，请同时用 --sheet 写出是哪一种。"))
    return False


def sheet_county(options: argparse.Namespace) -> str | None:
    """Division code of ``--area``, else of ``--county``.

    Raises:
        InvalidInputError: Both are given and differ, or the area is no division.
    """
    county: str | None = options.county
    area = _area(options)[0]
    if area and county and area != county:
        raise InvalidInputError(_("--area 与 --county 不一致，只给一个。"))
    return area or county


def _area(options: argparse.Namespace) -> tuple[str, str]:
    """Division code and township of ``--area``; both may be empty."""
    if not options.area:
        return "", ""
    division, _slash, township = options.area.partition(_AREA_PARTS)
    known = (*regions().current(), regions().city)
    found = next((region for region in known if region == regions().recognise(division)), None)
    if found is None or (found == regions().city and township):
        raise InvalidInputError(
            _("没有这个县区：{name}。").format(name=division),
            hint=_("可用：{codes}。").format(
                codes="、".join(f"{r.code} {r.name}" for r in regions().current())
            ),
        )
    return ("" if found == regions().city else found.code), township.strip()


def _type_key(text: str) -> str:
    """A type by key or Chinese name."""
    for kind in taxonomy().types:
        if text in (kind.key, kind.label):
            return kind.key
    raise InvalidInputError(
        _("没有这个隐患类型：{names}。").format(names=text),
        hint=_("可用：{codes}。").format(
            codes="、".join(f"{kind.key} {_(kind.label)}" for kind in taxonomy().types)
        ),
    )
