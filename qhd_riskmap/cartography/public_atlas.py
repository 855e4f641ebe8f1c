"""The public atlas: an index, then a sheet and a list for every county, township or type.

Every public record stands in exactly one list, and so does every printed number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qhd_riskmap.cartography.page_book import Book, Part, export_book
from qhd_riskmap.cartography.page_list import SheetList
from qhd_riskmap.cartography.page_model import CountLabel, PlacedSheet, SheetContent
from qhd_riskmap.cartography.public_sheet import UNDATED, county_centre, sheet_content, sheet_page
from qhd_riskmap.domain.feature_table import empty_table
from qhd_riskmap.domain.public_edition import DRAFT_MARK, Edition
from qhd_riskmap.domain.public_selection import (
    of_county,
    of_no_township,
    selected,
    township_extent,
)
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.sheet_design import AtlasUnit
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import _

# Division and township do not stand side by side: read as one they could be somebody's address.
_LIST_WEIGHTS = (0.5, 2.2, 1.3, 1.6, 1.2, 1.1, 2.2, 3.6)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Section:
    """One sheet of the atlas.

    Attributes:
        label: What the contents call it.
        public: What it shows.
        edition: Its masthead.
        place: Where the index marks it, or None.
    """

    label: str
    public: PublicSet
    edition: Edition
    place: tuple[float, float] | None = None


def write_atlas(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the atlas as one vector PDF dated by its data."""
    export_book(atlas_book(public, edition), path, edition.data_date or UNDATED)


def atlas_grounds(public: PublicSet, edition: Edition, path: Path) -> list[PlacedSheet | None]:
    """What stands where on every page of the atlas; written once more, to ``path``."""
    return export_book(atlas_book(public, edition), path, edition.data_date or UNDATED)


def atlas_book(public: PublicSet, edition: Edition) -> Book:
    """The pages of the atlas; a function of its arguments alone."""
    sections = tuple(_sections(public, edition))
    index = _index(public, edition, sections)
    bodies: list[list[Part]] = [list(_body(section)) for section in sections]
    tail: list[Part] = [_count_list(public)] if public.counts else []
    places = _starts(bodies)

    def parts(pages: Sequence[int]) -> Sequence[Part]:
        begins = [pages[2 + place] for place in places]
        contents = _contents(edition, sections, begins)
        return [index, contents, *(part for body in bodies for part in body), *tail]

    return Book(
        title=_("{title}（图集）").format(title=edition.title),
        page=sheet_page(edition.sheet),
        parts=parts,
        count=2 + sum(map(len, bodies)) + len(tail),
        watermark=_(DRAFT_MARK) if edition.draft else "",
        footer="　".join(
            text for text in (edition.title, edition.unit, edition.approval_line) if text
        ),
    )


def _starts(bodies: Sequence[Sequence[Part]]) -> list[int]:
    """Number of the first part of each body."""
    starts, done = [], 0
    for body in bodies:
        starts.append(done)
        done += len(body)
    return starts


# -- sections -----------------------------------------------------------------------------------------


def _sections(public: PublicSet, edition: Edition) -> Iterator[_Section]:
    match edition.sheet.unit:
        case AtlasUnit.TYPE:
            yield from _by_type(public, edition)
        case AtlasUnit.TOWNSHIP:
            for code in _counties(edition):
                yield from _by_township(of_county(public, code), edition, code)
        case AtlasUnit.COUNTY:
            yield from (
                _county(of_county(public, code), edition, code) for code in _counties(edition)
            )


def _counties(edition: Edition) -> Sequence[str]:
    return [edition.county] if edition.county else [region.code for region in regions().current()]


def _county(public: PublicSet, edition: Edition, code: str) -> _Section:
    label = _(regions().get(code).name)
    return _Section(
        label=label,
        public=public,
        edition=replace(edition, county=code, title=_titled(edition, label)),
        place=county_centre(code),
    )


def _by_township(public: PublicSet, edition: Edition, code: str) -> Iterator[_Section]:
    county = _(regions().get(code).name)
    for name in sorted({hazard.township for hazard in public.hazards} - {""}):
        design = replace(edition.sheet, township=name)
        here = selected(public, design, code)
        extent = township_extent(here.hazards, None)
        # Not the division first: together they could be what somebody's address says.
        label = _("{township}（{county}）").format(township=name, county=county)
        yield _Section(
            label=label,
            public=here,
            edition=replace(
                edition, county=code, title=_titled(edition, label),
                sheet=replace(design, extent=extent),
            ),
            place=_middle(extent),
        )  # fmt: skip
    nowhere = of_no_township(public)
    if nowhere.hazards:
        label = _("{county}（未注明乡镇）").format(county=county)
        yield _Section(
            label=label,
            public=nowhere,
            edition=replace(edition, county=code, title=_titled(edition, label)),
        )


def _by_type(public: PublicSet, edition: Edition) -> Iterator[_Section]:
    present = {hazard.type_key for hazard in public.hazards}
    present |= {count.type_key for count in public.counts}
    for kind in taxonomy().types:
        if kind.key in present:
            design = replace(edition.sheet, type_keys=(kind.key,))
            label = _(kind.label)
            yield _Section(
                label=label,
                public=selected(public, design, edition.county),
                edition=replace(edition, title=_titled(edition, label), sheet=design),
            )


def _titled(edition: Edition, label: str) -> str:
    return _("{title}：{part}").format(title=edition.title, part=label)


def _middle(extent: tuple[float, float, float, float] | None) -> tuple[float, float] | None:
    if extent is None:
        return None
    return (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2


# -- pages --------------------------------------------------------------------------------------------


def _index(public: PublicSet, edition: Edition, sections: Sequence[_Section]) -> SheetContent:
    """The whole area with the number of each sheet at its place; by type, everything drawn."""
    sheet = sheet_content(public, edition)
    labels = tuple(
        CountLabel(lon=section.place[0], lat=section.place[1], text=_("图 {n}").format(n=number))
        for number, section in enumerate(sections, start=1)
        if section.place is not None
    )
    title = _("{title}：索引").format(title=edition.title)
    if not labels:
        return replace(sheet, title=title)
    return replace(sheet, title=title, features=empty_table(), counts=labels, legend=())


def _contents(edition: Edition, sections: Sequence[_Section], begins: Sequence[int]) -> SheetList:
    rows = tuple(
        (
            _("图 {n}").format(n=number), section.label, str(len(section.public.hazards)),
            str(sum(count.n for count in section.public.counts)), str(page),
        )
        for number, (section, page) in enumerate(zip(sections, begins, strict=True), start=1)
    )  # fmt: skip
    return SheetList(
        title=_("{title}：目录").format(title=edition.title),
        heads=(_("图号"), _("图幅"), _("上图（处）"), _("只计数（处）"), _("页码")),
        weights=(1.0, 4.0, 1.2, 1.4, 1.0),
        rows=rows,
    )


def _body(section: _Section) -> Iterator[Part]:
    yield sheet_content(section.public, section.edition)
    if section.public.hazards:
        yield hazard_list(section.public.hazards, _("{part}：清单").format(part=section.label))


def hazard_list(hazards: Sequence[PublicHazard], title: str) -> SheetList:
    """Public records as rows, in the order of the public content."""
    return SheetList(
        title=title,
        heads=(
            _("序"), _("名称"), _("县区"), _("隐患类型"), _("乡镇"), _("风险等级"),
            _("防范责任单位"), _("避险提示"),
        ),
        weights=_LIST_WEIGHTS,
        rows=tuple(_row(number, hazard) for number, hazard in enumerate(hazards, start=1)),
        note=_("位置经综合处理。没有列出的地方不等于没有风险。"),
    )  # fmt: skip


def _row(number: int, hazard: PublicHazard) -> tuple[str, ...]:
    return (
        str(number), hazard.label, _(regions().get(hazard.county).name),
        _(taxonomy().get(hazard.type_key).label), hazard.township,
        _(hazard.level.label) if hazard.level else _("未评级"), hazard.unit, hazard.advice,
    )  # fmt: skip


def _count_list(public: PublicSet) -> SheetList:
    rows = tuple(
        (
            str(number),
            _("{area}其余区域合计").format(area=count.area_name)
            if count.merged
            else count.area_name,
            _(taxonomy().get(count.type_key).label),
            str(count.n),
        )
        for number, count in enumerate(public.counts, start=1)
    )
    return SheetList(
        title=_("只公布数量的类型"),
        heads=(_("序"), _("区域"), _("隐患类型"), _("数量（处）")),
        weights=(0.5, 2.5, 2.5, 1.0),
        rows=rows,
        note=_("这些类型不公布位置；数量过少的区域已合并统计。"),
    )
