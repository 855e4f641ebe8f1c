"""Public KML: placemarks on the release grid with allow-listed fields, readable without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.domain.levels import RiskLevel
from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.formats.public.public_tables import (
    HAZARD_COLUMNS,
    about_rows,
    count_rows,
)
from qhd_riskmap.i18n import _

# KML writes colours as alpha, blue, green, red.
_COLOURS: Final = {
    RiskLevel.RED: "0000e6", RiskLevel.ORANGE: "007fff", RiskLevel.YELLOW: "00e6ff",
    RiskLevel.BLUE: "ff7000", None: "808080",
}  # fmt: skip
_LINE_WIDTH: Final = 2
# KML has an id and a name of its own; readers would rename ours to id2 and name2.
_OWN_NAMES: Final = {"id": "public_id", "name": "public_name"}


def write_kml(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write one folder per type. Longitude and latitude are those of CGCS2000, decimetres from WGS 84."""
    lines = (
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{escape(edition.title)}</name>",
        f"<description>{escape(_description(public, edition))}</description>",
        *_styles(),
        *_folders(public),
        "</Document></kml>",
    )
    path.write_bytes(("\n".join(lines) + "\n").encode("utf-8"))


def _description(public: PublicSet, edition: Edition) -> str:
    lines = [
        _("{label}：{text}").format(label=label, text=text)
        for label, text in about_rows(public, edition)
    ]
    lines += [
        _("{area} {type} {n} 处").format(area=area, type=label, n=n)
        for area, _code, label, _key, n, _merged in count_rows(public)
    ]
    return "\n".join(lines)


def _styles() -> Iterator[str]:
    for level, colour in _COLOURS.items():
        yield (
            f'<Style id="{_style(level)}"><IconStyle><color>ff{colour}</color></IconStyle>'
            f"<LineStyle><color>ff{colour}</color><width>{_LINE_WIDTH}</width></LineStyle>"
            f"<PolyStyle><color>80{colour}</color></PolyStyle></Style>"
        )


def _style(level: RiskLevel | None) -> str:
    return f"level-{level.value if level else 'none'}"


def _folders(public: PublicSet) -> Iterator[str]:
    for hazard_type in taxonomy().types:
        chosen = [hazard for hazard in public.hazards if hazard.type_key == hazard_type.key]
        if chosen:
            yield f"<Folder><name>{escape(_(hazard_type.label))}</name>"
            yield from map(_placemark, chosen)
            yield "</Folder>"


def _placemark(hazard: PublicHazard) -> str:
    fields = "".join(
        f"<Data name={quoteattr(_OWN_NAMES.get(column.key, column.key))}><displayName>{escape(_(column.title))}</displayName>"
        f"<value>{escape(str(column.value(hazard)))}</value></Data>"
        for column in HAZARD_COLUMNS
    )
    return (
        f"<Placemark><name>{escape(hazard.label)}</name>"
        f"<styleUrl>#{_style(hazard.level)}</styleUrl>"
        f"<ExtendedData>{fields}</ExtendedData>{_shape(hazard.geometry)}</Placemark>"
    )


def _shape(geometry: BaseGeometry) -> str:
    parts = list(getattr(geometry, "geoms", ()))
    if parts:
        return f"<MultiGeometry>{''.join(map(_shape, parts))}</MultiGeometry>"
    match geometry.geom_type:
        case "Point":
            return f"<Point>{_coordinates(geometry)}</Point>"
        case "LineString":
            return f"<LineString>{_coordinates(geometry)}</LineString>"
        case _:
            return f"<Polygon>{''.join(_rings(geometry))}</Polygon>"


def _rings(polygon: BaseGeometry) -> Iterator[str]:
    # KML wants the outer ring counter-clockwise.
    rings = shapely.get_rings(shapely.orient_polygons(polygon))
    for number, ring in enumerate(rings):
        side = "innerBoundaryIs" if number else "outerBoundaryIs"
        yield f"<{side}><LinearRing>{_coordinates(ring)}</LinearRing></{side}>"


def _coordinates(line: BaseGeometry) -> str:
    pairs = " ".join(f"{lon!r},{lat!r}" for lon, lat in shapely.get_coordinates(line).tolist())
    return f"<coordinates>{pairs}</coordinates>"
