"""Internal exports: every field of the register in the formats other programs open.

Coordinates are CGCS2000 (EPSG:4490) longitude and latitude. These files hold everything, contacts and
secrets included; public products are made elsewhere, from redacted values only.
"""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.errors import InvalidInputError, OutputFileError
from qhd_riskmap.formats.cell_text import csv_text, put_text
from qhd_riskmap.formats.output_file import replacing
from qhd_riskmap.formats.register_columns import COLUMNS, PLACE_COLUMNS, table
from qhd_riskmap.i18n import _

LAYER: Final = "hazards"
_CRS: Final = "EPSG:4490"
_KML_CRS: Final = "EPSG:4326"  # the only one KML knows; within decimetres of CGCS2000
_DECIMALS: Final = 8
_SHAPE_TEXT_BYTES: Final = 254
_KINDS: Final = (("点", "Point", 0), ("线", "MultiLineString", 1), ("面", "MultiPolygon", 2))


def export_register(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    """Write hazards with all their fields; the ending of ``path`` chooses the format.

    Args:
        hazards: What to write.
        path: Ends with gpkg, geojson, shp, kml, xlsx or csv. A shapefile cannot mix kinds of
            geometry: there is one per kind, with 点, 线 or 面 added to the name.

    Returns:
        The files written.

    Raises:
        InvalidInputError: Unknown ending.
        OutputFileError: A file cannot be written.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise InvalidInputError(
            _("不能导出为“{suffix}”格式。").format(suffix=path.suffix or path.name),
            hint=_("可用：{suffixes}。").format(suffixes="、".join(_WRITERS)),
        )
    return writer(hazards, path)


def _write_gpkg(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    with replacing(path) as unfinished:
        # GeoPackage 1.2, which the GIS of any office reads without a warning.
        version = {"VERSION": "1.2"}
        _write_layer(
            unfinished, hazards, "GPKG", "Unknown", crs=_CRS, layer=LAYER, dataset_options=version
        )
    return [path]


def _write_kml(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    with replacing(path) as unfinished:
        _write_layer(unfinished, hazards, "KML", "Unknown", crs=_KML_CRS)
    return [path]


def _write_shapefiles(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    kinds = [
        (name, kind, [h for h in hazards if shapely.get_dimensions(h.geometry) == dimension])
        for name, kind, dimension in _KINDS
    ]
    present = [(name, kind, chosen) for name, kind, chosen in kinds if chosen] or [
        ("点", "Point", [])
    ]
    written: list[Path] = []
    for name, kind, chosen in present:
        target = path if len(present) == 1 else path.with_name(f"{path.stem}_{name}{path.suffix}")
        if kind == "Point" and any(h.geometry.geom_type != "Point" for h in chosen):
            kind = "MultiPoint"  # noqa: PLW2901
        written += _write_shapefile(chosen, target, kind)
    return written


def _write_shapefile(hazards: Sequence[Hazard], path: Path, kind: str) -> list[Path]:
    with replacing(path) as unfinished:
        _write_layer(
            unfinished, hazards, "ESRI Shapefile", kind, crs=_CRS, longest=_SHAPE_TEXT_BYTES
        )  # fmt: skip
        others = [p for p in sorted(unfinished.parent.iterdir()) if p.suffix != unfinished.suffix]
        parts = [part.replace(path.with_suffix(part.suffix)) for part in others]
    return [path, *parts]


def _write_layer(
    path: Path,
    hazards: Sequence[Hazard],
    driver: str,
    kind: str,
    *,
    crs: str,
    longest: int | None = None,
    **options: Any,
) -> None:
    import pyogrio.raw  # noqa: PLC0415 - GDAL loads in 100 ms

    data = [
        np.array([_cut(text, longest) for text in column], dtype=object)
        for column in table(hazards, COLUMNS)
    ]
    shapes = [hazard.geometry for hazard in hazards]
    if kind.startswith("Multi"):
        shapes = [_as_multi(shape) for shape in shapes]
    with warnings.catch_warnings():
        # Dates of creation and widened text columns are of no concern to the user.
        warnings.simplefilter("ignore")
        try:
            pyogrio.raw.write(
                path,
                geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
                field_data=data,
                fields=np.array([column.key for column in COLUMNS], dtype=object),
                geometry_type=kind,
                crs=crs,
                driver=driver,
                encoding="UTF-8",
                **options,
            )
        except RuntimeError as error:  # what pyogrio makes of GDAL's refusals
            raise OutputFileError(
                _("无法写入“{name}”。").format(name=path.name),
                hint=_("请检查该位置是否可写、磁盘是否已满。"),
                detail=str(error),
            ) from error


def _cut(text: str, longest: int | None) -> str:
    if longest is None or len(encoded := text.encode("utf-8")) <= longest:
        return text
    return encoded[:longest].decode("utf-8", "ignore")


def _as_multi(shape: Any) -> Any:
    makers: Mapping[str, Callable[[list[Any]], Any]] = {
        "Point": shapely.MultiPoint,
        "LineString": shapely.MultiLineString,
        "Polygon": shapely.MultiPolygon,
    }
    make = makers.get(shape.geom_type)
    return make([shape]) if make is not None else shape


def _write_geojson(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    """RFC 7946, but for the datum: CGCS2000, which a ``crs`` member may no longer say."""
    columns = table(hazards, COLUMNS)
    keys = [column.key for column in COLUMNS]
    with (
        replacing(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="\n") as file,
    ):
        file.write('{"type":"FeatureCollection","features":[')
        for number, hazard in enumerate(hazards):
            feature = {
                "type": "Feature",
                "id": str(hazard.id),
                "geometry": _rounded(
                    shapely.geometry.mapping(shapely.orient_polygons(hazard.geometry))
                ),
                "properties": {
                    key: texts[number] for key, texts in zip(keys, columns, strict=True)
                },
            }
            file.write((",\n" if number else "\n") + json.dumps(feature, ensure_ascii=False))
        file.write("\n]}\n")
    return [path]


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, _DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def _write_xlsx(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    columns = (*COLUMNS, *PLACE_COLUMNS)
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet(_("隐患登记库"))
    sheet.freeze_panes = "A2"

    def cells(texts: Sequence[str]) -> list[Any]:
        made = []
        for text in texts:
            cell = WriteOnlyCell(sheet)
            if text:
                put_text(cell, text)
            made.append(cell)
        return made

    sheet.append(cells([_(column.title) for column in columns]))
    for row in zip(*table(hazards, columns), strict=True):
        sheet.append(cells(row))
    with replacing(path) as unfinished:
        book.save(unfinished)
    return [path]


def _write_csv(hazards: Sequence[Hazard], path: Path) -> list[Path]:
    columns = (*COLUMNS, *PLACE_COLUMNS)
    # The mark in front makes Excel read UTF-8.
    with replacing(path) as unfinished, unfinished.open("w", encoding="utf-8-sig", newline="") as f:
        writer = csv.writer(f)
        writer.writerow([_(column.title) for column in columns])
        for row in zip(*table(hazards, columns), strict=True):
            writer.writerow([csv_text(text) for text in row])
    return [path]


_WRITERS: Final[Mapping[str, Callable[[Sequence[Hazard], Path], list[Path]]]] = {
    ".gpkg": _write_gpkg,
    ".geojson": _write_geojson,
    ".shp": _write_shapefiles,
    ".kml": _write_kml,
    ".xlsx": _write_xlsx,
    ".csv": _write_csv,
}
EXPORT_SUFFIXES: Final = tuple(_WRITERS)
