"""Reads what stands around the hazards: townships, receptors and emergency resources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.boundaries import boundaries
from qhd_riskmap.domain.receptor import Receptor, kind_of
from qhd_riskmap.domain.region import regions
from qhd_riskmap.domain.schema import Field, FieldKind
from qhd_riskmap.domain.survey_columns import recognise_header
from qhd_riskmap.domain.survey_header_rows import find_header
from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import UnreadableFileError
from qhd_riskmap.formats.survey_sheet import file_content, read_survey
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, parse_angle
from qhd_riskmap.geo.datum_words import named_datums
from qhd_riskmap.geo.datums import to_cgcs2000
from qhd_riskmap.geo.references import CGCS2000, parse_reference
from qhd_riskmap.i18n import _
from qhd_riskmap.services.survey_values import cleaned
from qhd_riskmap.storage.place_repository import EmergencyResource, Township

# The same place read again keeps its identity, so a new list replaces the old one.
PLACES_NAMESPACE: Final = UUID("5b1c7a52-6a0e-4f0e-9f57-2c9a3d1be201")
_OUTLINES: Final = frozenset({".geojson", ".json"})
_AREAS: Final = frozenset({"Polygon", "MultiPolygon"})


def _field(key: str, label: str, aliases: str, kind: FieldKind = FieldKind.TEXT) -> Field:
    return Field(key=key, label=label, kind=kind, aliases=tuple(aliases.split()))


PLACE_FIELDS: Final = (
    _field(
        "name", "名称", "单位名称 场所名称 资源名称 保护对象 村庄名称 学校名称 队伍名称 物资名称"
    ),
    _field("kind", "类别", "类型 种类 场所类型 资源类型 资源类别 对象类别 对象类型"),
    _field("people", "人数", "人口 常住人口 总人数 师生人数 床位数 容纳人数", FieldKind.NUMBER),
    _field("households", "户数", "总户数 住户数 居民户数", FieldKind.NUMBER),
    _field("quantity", "数量", "资源数量 库存数量 规模 人员数量", FieldKind.NUMBER),
    _field("unit_of_measure", "计量单位", "单位 数量单位"),
    _field("owner", "所属单位", "权属单位 管理单位 主管单位 责任单位"),
    _field("county", "县区", "所属县区 区县 所在县区"),
    _field("township", "乡镇", "乡镇（街道） 乡镇街道 所属乡镇"),
    _field("address", "地址", "详细位置 位置 地点 详细地址 存放地点"),
    _field("lon", "经度", "东经 lon lng"),
    _field("lat", "纬度", "北纬 lat"),
    _field("contact", "联系人", "负责人"),
    _field("phone", "联系电话", "电话 手机"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What one file held."""

    townships: tuple[Township, ...] = ()
    receptors: tuple[Receptor, ...] = ()
    resources: tuple[EmergencyResource, ...] = ()


def read_places(path: Path) -> Places:
    """Read a file of places; outlines are townships, sheets receptors or resources by their columns.

    Coordinates are CGCS2000 unless header or sheet name tell another datum.

    Raises:
        UnreadableFileError: The file cannot be read, or a row has no usable place.
    """
    if path.suffix.lower() in _OUTLINES:
        return Places(townships=_townships(path))
    for sheet in read_survey(path):
        header = find_header(sheet, PLACE_FIELDS)
        if header is None:
            continue
        columns: dict[str, Sequence[str | None]] = {}
        extras: dict[str, Sequence[str | None]] = {}
        for index, names in enumerate(header.names):
            field = next((f for n in names if (f := recognise_header(n, PLACE_FIELDS))), None)
            texts = cleaned(sheet.columns[index][header.bottom + 1 :])
            if field is not None and field.key not in columns:
                columns[field.key] = texts
            elif names:
                extras[names[0]] = texts
        if {"name", "lon", "lat"} <= columns.keys():
            words = (sheet.name, *(header.header(i) for i in range(sheet.width)))
            return _of_rows(sheet, header.bottom + 1, columns, extras, words)
    raise _no_places(path)


def _of_rows(
    sheet: SurveySheet,
    start: int,
    columns: Mapping[str, Sequence[str | None]],
    extras: Mapping[str, Sequence[str | None]],
    words: Sequence[str],
) -> Places:
    rows = [row for row, name in enumerate(columns["name"]) if name]
    points = _points(sheet, start, columns, rows, words)
    receptors, resources = [], []
    for row, point in zip(rows, points, strict=True):
        facts = {key: texts[row] or "" for key, texts in columns.items()}
        common: dict[str, Any] = {
            "name": facts["name"],
            "kind": facts.get("kind", ""),
            "geometry": point,
            "county": _county(facts.get("county", ""), point),
            "address": facts.get("address", ""),
            "contact": facts.get("contact", ""),
            "phone": facts.get("phone", ""),
            "extras": {h: text for h, texts in extras.items() if (text := texts[row])},
        }
        identity = f"{common['name']}|{common['kind']}|{common['county']}"
        if "people" in columns:
            people, problem = _people(facts, common["kind"])
            if problem:
                raise UnreadableFileError(
                    _("“{name}”第 {row} 行的人数有误：{why}").format(
                        name=sheet.file.name, row=sheet.first_row + start + row, why=problem
                    ),
                    hint=_("请改正后再导入。"),
                )
            receptors.append(
                Receptor(
                    id=uuid5(PLACES_NAMESPACE, f"receptor|{identity}"),
                    people=people,
                    households=_count(facts.get("households", "")),
                    township=facts.get("township", ""),
                    **common,
                )
            )
        else:
            resources.append(
                EmergencyResource(
                    id=uuid5(PLACES_NAMESPACE, f"resource|{identity}"),
                    quantity=_number(facts.get("quantity", "")),
                    unit_of_measure=facts.get("unit_of_measure", ""),
                    owner=facts.get("owner", ""),
                    **common,
                )
            )
    return Places(receptors=tuple(receptors), resources=tuple(resources))


def _points(
    sheet: SurveySheet,
    start: int,
    columns: Mapping[str, Sequence[str | None]],
    rows: Sequence[int],
    words: Sequence[str],
) -> list[BaseGeometry]:
    named = named_datums(words).only
    reference = parse_reference(named.value) if named is not None else CGCS2000
    lon, lat = np.empty(len(rows)), np.empty(len(rows))
    for place, row in enumerate(rows):
        try:
            lon[place] = parse_angle(columns["lon"][row] or "")
            lat[place] = parse_angle(columns["lat"][row] or "")
        except CoordinateTextError as error:
            raise UnreadableFileError(
                _("“{name}”第 {row} 行的坐标有误：{reason}").format(
                    name=sheet.file.name, row=sheet.first_row + start + row, reason=error
                ),
                hint=_("请改正后再导入。"),
            ) from error
    return list(shapely.points(*to_cgcs2000(lon, lat, reference)))


def _county(text: str, point: Any) -> str:
    found = regions().recognise(text) if text else None
    present = {region.code for region in regions().current()}
    if found is not None and found.code in present:
        return found.code
    return boundaries().county_at(point.x, point.y) or ""


def _people(facts: Mapping[str, str], kind: str) -> tuple[int, str]:
    """How many people, or what is wrong with what is said of them."""
    people = _count(facts.get("people", ""))
    if people is not None:
        return people, ""
    text = facts.get("people", "").strip()
    if text:
        return 0, _("“{text}”不是整数。").format(text=text[:20])
    return 0, _("没有填。") if kind_of(kind).peopled else ""


def _count(text: str) -> int | None:
    """A whole number of people or households; None where nothing is said, or nothing readable."""
    tidy = text.replace(",", "").removesuffix("人").removesuffix("户").strip()
    return int(tidy) if tidy.isdecimal() and len(tidy) <= 9 else None  # noqa: PLR2004 - a billion


def _number(text: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return 0.0


def _townships(path: Path) -> tuple[Township, ...]:
    try:
        document = json.loads(file_content(path).decode("utf-8-sig"))
        found = []
        for feature in document["features"]:
            facts = feature.get("properties") or {}
            geometry = shapely.geometry.shape(feature["geometry"])
            if geometry.geom_type not in _AREAS:
                raise _no_places(path)
            anchor = geometry.representative_point()
            county = _county(str(facts.get("county") or facts.get("县区") or ""), anchor)
            found.append(
                Township(
                    code=str(facts.get("code") or facts.get("代码") or facts["name"]),
                    name=str(facts.get("name") or facts["名称"]),
                    county=county,
                    geometry=shapely.make_valid(geometry),
                    source=str(facts.get("source") or path.name),
                )
            )
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError) as error:
        raise UnreadableFileError(
            _("“{name}”不是可用的乡镇界线文件。").format(name=path.name),
            hint=_("需要 GeoJSON 面要素，属性含 name 和 code。"),
            detail=repr(error),
        ) from error
    return tuple(found)


def _no_places(path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        _("“{name}”里没有找到名称和坐标列。").format(name=path.name),
        hint=_(
            "保护对象表需要名称、类别、人数、经度、纬度；应急资源表需要名称、类别、数量、经度、纬度。"
        ),
    )
