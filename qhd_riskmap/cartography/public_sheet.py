"""Public sheets as PDF, PNG, JPEG and SVG, composed from public values only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from PySide6.QtCore import QBuffer, QIODevice

from qhd_riskmap.cartography.coverage_hatch import HatchedArea
from qhd_riskmap.cartography.page_export import (
    export_jpeg,
    export_pdf,
    export_png,
    export_svg,
    sheet_image,
)
from qhd_riskmap.cartography.page_model import CountLabel, PageSize, SheetContent, SheetTable
from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable, feature_table
from qhd_riskmap.domain.public_counts import PublicCount
from qhd_riskmap.domain.public_coverage import area_states, coverage_notes
from qhd_riskmap.domain.public_edition import (
    BOUNDARY_NOTE,
    COAST_CREDIT,
    DRAFT_MARK,
    POSITION_NOTE,
    Edition,
)
from qhd_riskmap.domain.public_selection import area_extent
from qhd_riskmap.domain.public_statistics import cells_of, numbers_by_county, numbers_by_type
from qhd_riskmap.domain.redaction import PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.sheet_design import SheetDesign, SheetElement
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _

UNDATED = date(2000, 1, 1)
_COARSEST_DPI = 30  # only the layout is wanted
_COVERAGE_NOTE = N_("图上没有标注的地方不等于没有风险，请留意当地提示")
_COUNT_NOTE = N_("危险化学品、管线、液氨和食品安全等类型只公布数量")


def write_pdf(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the sheet as a vector PDF dated by its data."""
    made_on = edition.data_date or UNDATED
    export_pdf(sheet_content(public, edition), path, sheet_page(edition.sheet), made_on)


def write_png(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the sheet as a picture of 300 dpi."""
    export_png(sheet_content(public, edition), path, page=sheet_page(edition.sheet))


def write_jpeg(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the sheet as a JPEG of 300 dpi, for papers and posts that take no PNG."""
    export_jpeg(sheet_content(public, edition), path, page=sheet_page(edition.sheet))


def write_svg(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the sheet as an SVG."""
    export_svg(sheet_content(public, edition), path, sheet_page(edition.sheet))


def preview_png(public: PublicSet, edition: Edition, dpi: int) -> bytes:
    """The sheet as a small picture for the screen, in memory only.

    Raises:
        InvalidInputError: ``dpi`` is outside 30…1200, or the texts do not fit the page.
    """
    image, _placed = sheet_image(sheet_content(public, edition), sheet_page(edition.sheet), dpi)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # stubs type the format as bytes only
    return bytes(buffer.data().data())


def sheet_page(design: SheetDesign) -> PageSize:
    """Its paper."""
    return PageSize(f"{design.paper}-{'landscape' if design.landscape else 'portrait'}")


def sheet_ground(
    public: PublicSet, edition: Edition
) -> tuple[Callable[[float, float], tuple[float, float] | None], tuple[float, float]]:
    """The page↔map transform of a sheet, its small map included.

    Returns:
        A function from millimetres on the page to longitude and latitude, None off the maps; and the
        size of the page in millimetres.
    """
    page = sheet_page(edition.sheet)
    _image, placed = sheet_image(sheet_content(public, edition), page, _COARSEST_DPI)
    return placed.ground, page.millimetres


def sheet_scale(public: PublicSet, edition: Edition) -> float:
    """The n of 1:n of its map."""
    content, page = sheet_content(public, edition), sheet_page(edition.sheet)
    return sheet_image(content, page, _COARSEST_DPI)[1].map.scale


def sheet_content(public: PublicSet, edition: Edition) -> SheetContent:
    """What the sheet shows; a function of its arguments alone."""
    design = edition.sheet
    return SheetContent(
        title=edition.title,
        subtitle=design.subtitle,
        features=_features(public),
        counts=tuple(_count_labels(public.counts)),
        notes=(*_notes(public), *_narrower(design), *design.notes),
        unit=edition.unit,
        publisher=edition.publisher,
        source=edition.source,
        data_date=edition.date_text,
        approval_line=edition.approval_line,
        disclaimer=_(BOUNDARY_NOTE),
        watermark=_(DRAFT_MARK) if edition.draft else "",
        extent=design.extent or area_extent(edition.county),
        names=SheetElement.NAMES in design,
        north=SheetElement.NORTH in design,
        margin_grid=SheetElement.GRATICULE in design,
        overview=SheetElement.OVERVIEW in design,
        overview_of=edition.county,
        table=statistics_table(public, edition) if SheetElement.STATISTICS in design else None,
        hatched=tuple(
            HatchedArea(code, state) for code, state in area_states(public.coverage).items()
        ),
        large_text=design.paper == "A4" and not design.landscape,
        logo=design.logo if SheetElement.LOGO in design else b"",
    )


def _narrower(design: SheetDesign) -> Iterator[str]:
    """What a sheet says that shows less than the whole: nobody shall take it for everything."""
    if design.type_keys:
        yield _("本图只表示图例所列类型，其他类型见总图") + _("。")
    if design.township:
        yield _("只公布数量的类型按县区公布，见县区图") + _("。")


def statistics_table(public: PublicSet, edition: Edition) -> SheetTable:
    """Numbers by division on a sheet of the city, else by type."""
    by_county = edition.county is None
    rows = numbers_by_county(public) if by_county else numbers_by_type(public)
    heads, texts = cells_of(rows)
    first = _("县区") if by_county else _("类型")
    return SheetTable(
        caption=_("数量统计（处）"), heads=(first, *heads[1:]), rows=tuple(texts) if rows else ()
    )


def _features(public: PublicSet) -> FeatureTable:
    hazards = public.hazards
    nothing = [""] * len(hazards)
    geometries = np.empty(len(hazards), dtype=object)
    geometries[:] = [hazard.geometry for hazard in hazards]
    return feature_table(
        ids=[hazard.public_id for hazard in hazards],
        codes=nothing,
        names=[hazard.name for hazard in hazards],
        type_keys=[hazard.type_key for hazard in hazards],
        levels=[hazard.level.rank if hazard.level else NO_LEVEL for hazard in hazards],
        counties=[hazard.county for hazard in hazards],
        units=nothing,
        townships=nothing,
        revisions=[0] * len(hazards),
        geometries=geometries,
    )


def _count_labels(counts: tuple[PublicCount, ...]) -> Iterator[CountLabel]:
    for count in counts:
        if _on_map(count):
            lon, lat = county_centre(count.area_code)
            yield CountLabel(lon=lon, lat=lat, text=_counted(count), type_key=count.type_key)


def _on_map(count: PublicCount) -> bool:
    return not count.merged and count.area_code in boundaries().counties


def _area_label(count: PublicCount) -> str:
    if count.area_code == regions().city.code:
        return _("其他县区合计") if count.merged else _("全市合计")
    if count.merged:
        return _("{area}其他乡镇合计").format(area=count.area_name)
    return count.area_name


def _counted(count: PublicCount) -> str:
    label = _(taxonomy().get(count.type_key).label)
    return _("{type} {n} 处").format(type=label, n=count.n)


@cache
def county_centre(code: str) -> tuple[float, float]:
    """The middle of the largest circle inside the division: room for a box of numbers."""
    line = shapely.maximum_inscribed_circle(boundaries().counties[code])
    lon, lat = shapely.get_coordinates(line)[0].tolist()
    return lon, lat


def _notes(public: PublicSet) -> Iterator[str]:
    yield _(POSITION_NOTE) + _("。")
    if public.counts:
        yield _(_COUNT_NOTE) + _("。")
    unplaced: dict[str, list[str]] = {}
    for count in public.counts:
        if not _on_map(count):
            unplaced.setdefault(_area_label(count), []).append(_counted(count))
    for area, texts in unplaced.items():
        yield _("{area}：{counts}。").format(area=area, counts=_("，").join(texts))
    yield from (note + _("。") for note in coverage_notes(public.coverage))
    yield _(_COVERAGE_NOTE) + _("。")
    yield _(COAST_CREDIT) + _("。")
