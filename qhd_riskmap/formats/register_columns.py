"""The columns of an internal export: one row per hazard, every fact as text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import shapely

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.survey_columns import COMMON_FIELDS
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _

_COORDINATE_DECIMALS: Final = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One exported fact.

    Attributes:
        key: English key of at most ten letters, also the shapefile's.
        title: Chinese title (gettext message id).
        value: Reads it from a hazard.
    """

    key: str
    title: str
    value: Callable[[Hazard], str]


def _label(hazard: Hazard) -> str:
    return _(taxonomy().get(hazard.type_key).label)


def _county(hazard: Hazard) -> str:
    return _(regions().get(hazard.county).name) if hazard.county else ""


def _lon(hazard: Hazard) -> str:
    return f"{hazard.anchor()[0]:.{_COORDINATE_DECIMALS}f}"


def _lat(hazard: Hazard) -> str:
    return f"{hazard.anchor()[1]:.{_COORDINATE_DECIMALS}f}"


def _outline(hazard: Hazard) -> str:
    """WKT of lines and areas; points have their own columns."""
    if hazard.geometry.geom_type == "Point":
        return ""
    return str(shapely.to_wkt(hazard.geometry, rounding_precision=_COORDINATE_DECIMALS))


_TITLES: Final = {field.key: field.label for field in COMMON_FIELDS}
COLUMNS: Final = (
    Column("id", N_("标识"), lambda h: str(h.id)),
    Column("code", _TITLES["code"], lambda h: h.code),
    Column("name", _TITLES["name"], lambda h: h.name),
    Column("type_label", _TITLES["category"], _label),
    Column("type", N_("类别代号"), lambda h: h.type_key),
    Column("sub_kind", _TITLES["sub_kind"], lambda h: h.sub_kind),
    Column("level", N_("等级代号"), lambda h: h.level.value if h.level else ""),
    Column("level_name", _TITLES["risk_level"], lambda h: _(h.level.label) if h.level else ""),
    Column("county", N_("县区代码"), lambda h: h.county),
    Column("county_nam", _TITLES["county"], _county),
    Column("township", _TITLES["township"], lambda h: h.township),
    Column("address", _TITLES["address"], lambda h: h.address),
    Column("unit", _TITLES["unit"], lambda h: h.unit),
    Column("regulator", _TITLES["regulator"], lambda h: h.regulator),
    Column("contact", _TITLES["contact"], lambda h: h.contact),
    Column("phone", _TITLES["phone"], lambda h: h.phone),
    Column(
        "found_on", _TITLES["found_date"], lambda h: h.found_on.isoformat() if h.found_on else ""
    ),
    Column("status", N_("状态"), lambda h: _(h.status.label)),
    Column("secrecy", _TITLES["secrecy"], lambda h: _(h.secrecy.label)),
    Column("notes", _TITLES["remark"], lambda h: h.notes),
    Column("alias_code", N_("曾用编号"), lambda h: "；".join(h.alias_codes)),
    Column("orig_text", N_("原始坐标"), lambda h: h.provenance.original_text),
    Column("orig_ref", N_("原坐标系"), lambda h: h.provenance.declared_reference),
    Column("accuracy", N_("精度类别"), lambda h: h.provenance.accuracy.value),
    Column("attributes", N_("专项属性"), lambda h: _json(dict(h.attributes))),
    Column("extras", N_("附加信息"), lambda h: _json(dict(h.extras))),
    Column("revision", N_("修订号"), lambda h: str(h.revision)),
)
# In tables the place stands in columns that the import reads back.
PLACE_COLUMNS: Final = (
    Column("lon", _TITLES["lon"], _lon),
    Column("lat", _TITLES["lat"], _lat),
    Column("vertices", _TITLES["vertices"], _outline),
    Column("datum", _TITLES["datum"], lambda _hazard: "国家2000"),
)


def _json(values: dict[str, object]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else ""


def table(hazards: Sequence[Hazard], columns: Sequence[Column]) -> list[list[str]]:
    """One list of texts per column."""
    return [[column.value(hazard) for hazard in hazards] for column in columns]
