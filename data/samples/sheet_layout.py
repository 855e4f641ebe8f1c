"""How each department lays its sheets out: titles, headers, datum, notation, order of columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely
from invented_hazards import Record
from invented_places import county_name, short_name
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.geo.datums import from_cgcs2000
from qhd_riskmap.geo.references import parse_reference

Row = dict[str, Any]
REGULATORS = {"forest_fire": "林业站", "terror": "公安分局", "explosion": "公安分局"}
LEVEL_WORDS = {
    "risk": lambda level: level.label,
    "colour": lambda level: level.colour_name.removesuffix("色"),
    "short": lambda level: level.label.removesuffix("风险"),
    "roman": lambda level: "ⅠⅡⅢⅣ"[level.rank - 1] + "级",
}


@dataclass(frozen=True)
class Layout:
    """One sheet.

    Attributes:
        file: File name.
        sheet: Sheet name.
        titles: Lines above the header.
        types: Type keys of its rows, in order.
        columns: (header, key) pairs.
        datum: Reference of the coordinates, as `parse_reference` reads it.
        notation: ``decimal``, ``dms``, ``words`` (东经…度), ``pair`` or ``metres``.
        datum_word: Content of a 坐标系 column.
        level_words: Key of `LEVEL_WORDS`.
        groups: Header groups over columns: (first key, last key, text); makes a two-row header.
        dates: How days are written: ``cell``, ``dots``, ``words`` or ``packed``.
        merge: Key of a column whose equal neighbours are merged into one cell.
        total: Whether a 合计 row closes the sheet.
        category_words: Type key → what the department calls it; "" writes the sub-kind.
    """

    file: str
    sheet: str
    titles: tuple[str, ...]
    types: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    datum: str = "cgcs2000"
    notation: str = "decimal"
    datum_word: str = ""
    level_words: str = "risk"
    groups: tuple[tuple[str, str, str], ...] = ()
    dates: str = "cell"
    merge: str = ""
    total: bool = False
    category_words: dict[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """Column keys in order."""
        return [key for _header, key in self.columns]


def row_of(record: Record, layout: Layout) -> Row:
    """What a department writes about a record in this layout, by column key."""
    row: Row = {
        "name": record.name,
        "category": layout.category_words.get(record.type.key, record.type.label)
        or record.sub_kind,
        "sub_kind": record.sub_kind,
        "kind_of_road": record.sub_kind,
        "regulator": f"示例{short_name(record.township.county)}{REGULATORS.get(record.type.key, '监管所')}",
        "secrecy": "内部" if record.type.event_class == "social_security" else "公开",
        "county": county_name(record.township.county),
        "township": record.township.name,
        "datum": layout.datum_word,
        "geometry_kind": {"Point": "点", "LineString": "线", "Polygon": "面"}[
            record.geometry.geom_type
        ],
        **record.values,
        **_position(record.geometry, layout),
        **_grading(record, layout),
    }
    return {key: _day(value, layout.dates) for key, value in row.items()}


def _position(geometry: BaseGeometry, layout: Layout) -> Row:
    reference = parse_reference(layout.datum)
    shown = shapely.transform(
        geometry, lambda points: shapely.get_coordinates(_pairs(points, reference))
    )
    if geometry.geom_type != "Point":
        ring = shown.exterior if geometry.geom_type == "Polygon" else shown
        digits = 2 if reference.projected else 6
        text = ";".join(f"{x:.{digits}f},{y:.{digits}f}" for x, y in ring.coords)
        return {"vertices": text}
    x, y = shown.x, shown.y
    if reference.projected:
        return {"x_north": round(y, 2), "y_east": round(x, 2)}
    if layout.notation == "pair":
        return {"coordinates": f"{x:.6f},{y:.6f}"}
    write: Callable[[float], Any] = NOTATIONS[layout.notation]
    return {"lon": write(x), "lat": write(y)}


def _pairs(points: Any, reference: Any) -> Any:
    return shapely.points(*from_cgcs2000(points[:, 0], points[:, 1], reference))


def _dms(degrees: float) -> str:
    whole, minutes, seconds = _sexagesimal(degrees)
    return f"{whole}°{minutes:02d}′{seconds:04.1f}″"


def _words(degrees: float) -> str:
    whole, minutes, seconds = _sexagesimal(degrees)
    return f"{whole}度{minutes}分{seconds:.1f}秒"


def _sexagesimal(degrees: float) -> tuple[int, int, float]:
    tenths = round(degrees * 36_000)
    return tenths // 36_000, tenths // 600 % 60, tenths % 600 / 10


NOTATIONS: dict[str, Callable[[float], Any]] = {
    "decimal": lambda degrees: round(degrees, 6),
    "dms": _dms,
    "words": _words,
}


def _grading(record: Record, layout: Layout) -> Row:
    keys = set(layout.keys)
    match record.grading:
        case ("declared", rank):
            return {"risk_level": LEVEL_WORDS[layout.level_words](RiskLevel.from_rank(rank))}
        case ("ls", likelihood, severity) if "ls_l" in keys:
            return {"ls_l": likelihood, "ls_s": severity}
        case ("lec", likelihood, exposure, consequence) if "lec_l" in keys:
            return {"lec_l": likelihood, "lec_e": exposure, "lec_c": consequence}
        case _:
            return {}


def _day(value: Any, style: str) -> Any:
    if not isinstance(value, date) or style == "cell":
        return value
    return {
        "dots": f"{value.year}.{value.month}.{value.day}",
        "words": f"{value.year}年{value.month}月{value.day}日",
        "packed": f"{value:%Y%m%d}",
        "iso": value.isoformat(),
    }[style]
