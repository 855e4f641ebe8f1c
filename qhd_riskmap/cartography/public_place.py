"""The public place report: one A4 with a small map, the nearest public risks and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from qhd_riskmap.cartography.page_export import export_pdf, sheet_image
from qhd_riskmap.cartography.page_model import PageSize, SheetCircle, SheetContent, SheetTable
from qhd_riskmap.cartography.public_sheet import UNDATED, sheet_content
from qhd_riskmap.domain.place_report import PlaceReport, distance_text
from qhd_riskmap.domain.public_edition import POSITION_NOTE, Edition
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.geodesy import metres_per_degree
from qhd_riskmap.i18n import _

_PAGE = PageSize.A4_PORTRAIT
_MOST_ROWS = (16, 12, 8, 5, 3)
_COARSEST_DPI = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSheet:
    """A report and the release it is taken from.

    Attributes:
        edition: Masthead of the release.
        number: Its number in the release register.
    """

    report: PlaceReport
    edition: Edition
    number: str


def write_place_report(sheet: PlaceSheet, path: Path) -> None:
    """Write the report as a vector PDF dated by the data of the release.

    Raises:
        InvalidInputError: The texts do not fit the page.
    """
    made_on = sheet.edition.data_date or UNDATED
    export_pdf(_fitting(sheet), path, _PAGE, made_on)


def _fitting(sheet: PlaceSheet) -> SheetContent:
    """With as many rows as one page holds."""
    for rows in _MOST_ROWS[:-1]:
        content = place_content(sheet, rows)
        try:
            sheet_image(content, _PAGE, _COARSEST_DPI)
        except InvalidInputError:
            continue
        return content
    return place_content(sheet, _MOST_ROWS[-1])


def place_content(sheet: PlaceSheet, rows: int) -> SheetContent:
    """What the page shows; a function of its arguments alone."""
    report = sheet.report
    shown = PublicSet(hazards=tuple(each.hazard for each in report.near), counts=())
    base = sheet_content(shown, replace(sheet.edition, county=report.county))
    kilometres = f"{report.radius_m / 1000:g}"
    return replace(
        base,
        title=_("{place}周边风险隐患告知单").format(place=report.name),
        subtitle=_("半径 {n} 公里　资料截止 {day}").format(
            n=kilometres, day=sheet.edition.date_text
        ),
        notes=tuple(_notes(report, rows)),
        extent=_around(report),
        circle=SheetCircle(
            lon=report.lonlat[0], lat=report.lonlat[1], radius_m=report.radius_m, text=report.name
        ),
        table=_table(report, rows),
        names=True,
        north=True,
        margin_grid=False,
        overview=False,
        large_text=True,
        logo=sheet.edition.sheet.logo,
        approval_line=_("摘自 {number} 号发布　{approval}").format(
            number=sheet.number, approval=sheet.edition.approval_line
        ),
    )


def _table(report: PlaceReport, rows: int) -> SheetTable:
    return SheetTable(
        caption=_("周边隐患（由近到远）"),
        heads=(_("名称"), _("类型"), _("等级"), _("距离")),
        rows=tuple(
            (
                each.hazard.label,
                _(taxonomy().get(each.hazard.type_key).label),
                _(each.hazard.level.label) if each.hazard.level else _("未评级"),
                distance_text(each),
            )
            for each in report.near[:rows]
        ),
        total=False,
    )


def _notes(report: PlaceReport, rows: int) -> Iterator[str]:
    if not report.near:
        yield _("半径内没有公开的隐患点；没有列出不等于没有风险，请留意当地提示。")
    if len(report.near) > rows:
        yield _("另有 {n} 处较远的没有列出，见图。").format(n=len(report.near) - rows)
    advice = {each.hazard.type_key: each.hazard.advice for each in report.near}
    for key, text in advice.items():
        if text:
            yield _("{type}：{advice}").format(type=_(taxonomy().get(key).label), advice=text)
    if report.counts:
        listed = _("、").join(
            _("{type} {n} 处").format(type=_(taxonomy().get(c.type_key).label), n=c.n)
            for c in report.counts
        )
        name = _(regions().get(report.county).name)
        yield _("{area}另有只公布数量的：{counts}。").format(area=name, counts=listed)
    yield _(POSITION_NOTE) + _("；距离量到公布的位置，按网格取整。")


def _around(report: PlaceReport) -> tuple[float, float, float, float]:
    lon, lat = report.lonlat
    east, north = metres_per_degree(lat)
    dx, dy = report.radius_m / east, report.radius_m / north
    return lon - dx, lat - dy, lon + dx, lat + dy
