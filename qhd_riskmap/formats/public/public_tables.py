"""The public content as tables: the one allow-list of fields that every data product writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from qhd_riskmap.domain.coverage import Standing
from qhd_riskmap.domain.public_coverage import AreaState, coverage_notes
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.formats.public.masthead import masthead
from qhd_riskmap.i18n import N_, _

Value = str | int | float


@dataclass(frozen=True, slots=True)
class PublicColumn:
    """One field that may go out.

    Attributes:
        key: Language-neutral name, ten characters at most as shapefiles want.
        title: Chinese heading.
        value: Reads it from a public hazard.
    """

    key: str
    title: str
    value: Callable[[PublicHazard], Value]


def level_name(hazard: PublicHazard) -> str:
    """The level written out."""
    return _(hazard.level.label) if hazard.level else _("未评级")


# Neighbouring texts run together in the pages of a GeoPackage: county and township, read as one,
# could be somebody's address.
HAZARD_COLUMNS: Final = (
    PublicColumn("id", N_("公开标识"), lambda h: h.public_id),
    PublicColumn("name", N_("名称"), lambda h: h.name),
    PublicColumn("type", N_("类型代码"), lambda h: h.type_key),
    PublicColumn("type_name", N_("隐患类型"), lambda h: _(taxonomy().get(h.type_key).label)),
    PublicColumn("sub_kind", N_("小类"), lambda h: h.sub_kind),
    PublicColumn("level", N_("等级代码"), lambda h: h.level.value if h.level else ""),
    PublicColumn("level_name", N_("风险等级"), level_name),
    PublicColumn("cnty_name", N_("县区"), lambda h: regions().get(h.county).name),
    PublicColumn("county", N_("区划代码"), lambda h: h.county),
    PublicColumn("township", N_("乡镇"), lambda h: h.township),
    PublicColumn("advice", N_("避险提示"), lambda h: h.advice),
    PublicColumn("unit", N_("防范责任单位"), lambda h: h.unit),
    PublicColumn("cell_m", N_("位置网格（米）"), lambda h: round(h.cell_m)),
)
COUNT_TITLES: Final = (
    N_("区域"),
    N_("区划代码"),
    N_("隐患类型"),
    N_("类型代码"),
    N_("数量"),
    N_("合并统计"),
)
COUNT_KEYS: Final = ("area", "area_code", "type_name", "type", "count", "merged")
COVERAGE_TITLES: Final = (
    N_("区域"),
    N_("区划代码"),
    N_("所属县区"),
    N_("隐患类型"),
    N_("类型代码"),
    N_("排查情况"),
    N_("排查日期"),
)
COVERAGE_KEYS: Final = (
    "area", "area_code", "county", "type_name", "type", "standing", "surveyed_on",
)  # fmt: skip
ABOUT_TITLES: Final = (N_("项目"), N_("内容"))
ABOUT_KEYS: Final = ("item", "text")
_ABOUT_LABELS: Final = {
    "title": N_("图名"),
    "unit": N_("编制单位"),
    "publisher": N_("发布单位"),
    "source": N_("数据来源"),
    "data_date": N_("资料截止日期"),
    "approval": N_("审图"),
    "notes": N_("说明"),
    "crs": N_("坐标系"),
}
SMALL_CELLS_NOTE: Final = N_("数量过少的区域已合并统计。")
PLACES: Final = (N_("经度"), N_("纬度"))


def count_rows(public: PublicSet) -> Iterator[tuple[str, str, str, str, int, str]]:
    """The printed numbers, in the order of `COUNT_KEYS`."""
    for count in public.counts:
        area = count.area_name
        if count.merged:
            area = _("{area}其余区域合计").format(area=count.area_name)
        label = _(taxonomy().get(count.type_key).label)
        merged = _("是") if count.merged else ""
        yield (area, count.area_code, label, count.type_key, count.n, merged)


def coverage_rows(public: PublicSet) -> Iterator[tuple[str, str, str, str, str, str, str]]:
    """Where has been surveyed for what, in the order of `COVERAGE_KEYS`."""
    for cell in public.coverage:
        yield (
            _(cell.area_name), cell.area_code, cell.county,
            _(taxonomy().get(cell.type_key).label), cell.type_key, _(cell.standing.label),
            cell.surveyed_on,
        )  # fmt: skip


def about_rows(public: PublicSet, edition: Edition) -> Iterator[tuple[str, str]]:
    """The masthead and what has to be known of the data, label and text."""
    for key, text in masthead(edition).items():
        yield _(_ABOUT_LABELS[key]), text
    yield _("说明"), _(SMALL_CELLS_NOTE)
    yield from ((_("说明"), note + _("。")) for note in coverage_notes(public.coverage))


def table_words() -> Iterator[str]:
    """Every heading and fixed text of the data products; no secret of any record."""
    yield from (_(column.title) for column in HAZARD_COLUMNS)
    yield from map(
        _, (*COUNT_TITLES, *COVERAGE_TITLES, *ABOUT_TITLES, *_ABOUT_LABELS.values(), *PLACES)
    )
    yield from (column.key for column in HAZARD_COLUMNS)
    yield from (*COUNT_KEYS, *COVERAGE_KEYS, *ABOUT_KEYS, _(SMALL_CELLS_NOTE))
    yield from (_(standing.label) for standing in Standing)
    yield from (state.label for state in AreaState)
