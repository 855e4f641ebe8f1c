"""The columns of a record table: what each shows, sorts by and may be filtered and edited by.

Columns of the shared `FeatureTable` are there at once. The others name a stored column of the
register; its texts are read when an officer shows it, so nobody pays for what he does not look at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.cartography.symbols import level_label, type_label
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable
from qhd_riskmap.domain.hazard import HazardStatus, Secrecy
from qhd_riskmap.domain.region import regions
from qhd_riskmap.errors import NotFoundError
from qhd_riskmap.i18n import N_, _

_COORDINATE_DIGITS: Final = 6
Values = npt.NDArray[Any]


def _as_it_is(value: Any) -> str:
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of the table.

    Attributes:
        key: Stable key, for layouts.
        title: ``N_()`` text; "" where `heading_of` makes it.
        heading_of: Makes the title in the language in force.
        values: The column's values out of the shared table; None where `stored` names them.
        stored: Name of the register's column that holds the values.
        label: Text shown for a value.
        order: Numbers to sort values by; None sorts by label.
        field: Key of the field that may be edited in place; "" for none.
        types: Keys of the hazard types that have it; empty for all.
        typed: What an editor of the cell begins with, as it would be typed.
        number: Right-aligned, filtered by a range.
        width: First width, in pixels at 96 dpi.
        shown: Whether it is visible before the officer chooses.
    """

    key: str
    title: str
    values: Callable[[FeatureTable], Values] | None = None
    stored: str = ""
    label: Callable[[Any], str] = _as_it_is
    order: Callable[[Values], Values] | None = None
    field: str = ""
    number: bool = False
    width: int = 100
    shown: bool = True
    heading_of: Callable[[], str] | None = None
    types: frozenset[str] = frozenset()
    typed: Callable[[Any], str] = _as_it_is

    @property
    def heading(self) -> str:
        """The title in the language in force."""
        return self.heading_of() if self.heading_of is not None else _(self.title)


def county_label(code: str) -> str:
    """Name of a division; the code itself where it is unknown."""
    try:
        return regions().get(code).name
    except NotFoundError:
        return code


def shape_label(geometry: Any) -> str:
    """点, 线 or 面."""
    return _dimension_label(shapely.get_dimensions(geometry))


def _dimension_label(dimension: Any) -> str:
    return (_("点"), _("线"), _("面"))[max(0, int(dimension))]


def _level_label(rank: Any) -> str:
    return level_label(int(rank))


def _degrees(value: Any) -> str:
    return f"{value:.{_COORDINATE_DIGITS}f}"


def _graded_first(levels: Values) -> Values:
    return np.where(levels == NO_LEVEL, np.int8(9), levels)


def _status_label(value: str) -> str:
    return _(HazardStatus(value).label) if value else ""


def _secrecy_label(value: str) -> str:
    return _(Secrecy(value).label) if value else ""


@lru_cache(maxsize=4096)
def _local_time(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M") if text else ""


COLUMNS: Final = (
    Column(key="code", title=N_("编号"), values=lambda t: t.codes, width=150),
    Column(key="name", title=N_("名称"), values=lambda t: t.names, field="name", width=210),
    Column(key="type", title=N_("类型"), values=lambda t: t.type_keys, label=type_label, width=112),
    Column(
        key="level",
        title=N_("风险等级"),
        values=lambda t: t.levels,
        label=_level_label,
        order=_graded_first,
        width=100,
    ),
    Column(
        key="county",
        title=N_("县区"),
        values=lambda t: t.counties,
        label=county_label,
        field="county",
        width=118,
    ),
    Column(
        key="township",
        title=N_("乡镇（街道）"),
        values=lambda t: t.townships,
        field="township",
        width=104,
    ),
    Column(key="unit", title=N_("责任单位"), values=lambda t: t.units, field="unit", width=190),
    Column(
        key="shape",
        title=N_("图形"),
        values=lambda t: t.dimensions,
        label=_dimension_label,
        width=48,
    ),
    Column(
        key="lon",
        title=N_("经度"),
        values=lambda t: t.anchors[:, 0],
        label=_degrees,
        number=True,
        width=90,
    ),
    Column(
        key="lat",
        title=N_("纬度"),
        values=lambda t: t.anchors[:, 1],
        label=_degrees,
        number=True,
        width=84,
    ),
    Column(
        key="revision",
        title=N_("修订次数"),
        values=lambda t: t.revisions,
        number=True,
        width=84,
        shown=False,
    ),
    Column(key="sub_kind", title=N_("小类"), stored="sub_kind", shown=False),
    Column(
        key="address",
        title=N_("详细位置"),
        stored="address",
        field="address",
        width=180,
        shown=False,
    ),
    Column(
        key="regulator",
        title=N_("监管部门"),
        stored="regulator",
        field="regulator",
        width=130,
        shown=False,
    ),
    Column(key="contact", title=N_("联系人"), stored="contact", field="contact", shown=False),
    Column(
        key="phone", title=N_("联系电话"), stored="phone", field="phone", width=120, shown=False
    ),
    Column(key="found_on", title=N_("发现日期"), stored="found_on", field="found_on", shown=False),
    Column(
        key="status",
        title=N_("状态"),
        stored="status",
        label=_status_label,
        field="status",
        width=84,
        shown=False,
    ),
    Column(
        key="secrecy",
        title=N_("公开属性"),
        stored="secrecy",
        label=_secrecy_label,
        field="secrecy",
        width=84,
        shown=False,
    ),
    Column(key="notes", title=N_("备注"), stored="notes", field="notes", width=180, shown=False),
    Column(
        key="updated_at",
        title=N_("最近修改"),
        stored="updated_at",
        label=_local_time,
        width=130,
        shown=False,
    ),
    Column(key="updated_by", title=N_("修改人"), stored="updated_by", width=90, shown=False),
)
