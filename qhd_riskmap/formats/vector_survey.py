"""Vector files as surveys: every layer is a sheet, its attributes columns, its geometries text.

GDAL reads a private copy, so that it neither writes beside the sender's file nor follows names that the
file chose. What a file says of its reference system comes along; what it does not say is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.domain.survey_sheet import SurveySheet
from qhd_riskmap.errors import InvalidInputError, UnreadableFileError
from qhd_riskmap.formats.kml_survey import read_kml
from qhd_riskmap.formats.shapefile_text import BYTEWISE, decoded, table_encoding
from qhd_riskmap.formats.sheet_guard import (
    MAX_COLUMNS,
    MAX_FILE_BYTES,
    MAX_ROWS,
    GuardedArchive,
    damaged,
    refuse_filled,
    too_large,
)
from qhd_riskmap.formats.value_text import value_text
from qhd_riskmap.formats.vector_guard import VIEW
from qhd_riskmap.geo.references import KNOWN_BASES, epsg_reference, parse_reference
from qhd_riskmap.i18n import _

VECTOR_SUFFIXES: Final = (".shp", ".zip", ".gpkg", ".geojson", ".json", ".kml", ".kmz", ".dxf")
_SHP: Final = b"\x00\x00\x27\x0a"
_SQLITE: Final = b"SQLite format 3\x00"
_DXF: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*(?:AutoCAD Binary DXF|(?:0|999)\s*\r?\n)")
_KML: Final = re.compile(rb"<(?:\w+:)?kml[\s>]")
_CRS_MEMBER: Final = re.compile(rb'"crs"\s*:\s*\{')
# Words by which GDAL would take a text for one of its own pointers to other data.
_POINTERS: Final = re.compile(rb"<OGR\w|<VRTDataset|<GDAL_|<WFS|/vsi", re.IGNORECASE)
_SIBLINGS: Final = (".shp", ".dbf", ".shx", ".prj", ".cpg")
_LARGEST_CODE: Final = 1071
_LAYERS_OF_ONE_FILE: Final = 200
_HEAD: Final = 65_536
_TEXT_ENTITY: Final = re.compile(r"AcDbM?Text|AcDbAttribute")
# What drivers add of their own; no sender wrote it.
_DRIVERS_OWN: Final = {
    ".kml": frozenset(
        {"id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility",
         "drawOrder", "icon", "snippet"}
    ),
    ".dxf": frozenset({"PaperSpace", "SubClasses", "Linetype", "EntityHandle"}),
}  # fmt: skip
_RENAMED: Final = {".dxf": {"Layer": "图层", "Text": "名称"}}
Column = list[str | None]


def is_vector(path: Path, content: bytes) -> str:
    """The ending that fits the content of a vector file; "" for everything else."""
    head = content[:_HEAD]
    suffix = path.suffix.lower()
    if head.startswith(_SHP):
        return ".shp"
    if head.startswith(_SQLITE):
        return ".gpkg"
    if suffix == ".dxf" and _DXF.match(head):
        return ".dxf"
    if suffix == ".kml" and _KML.search(head):
        return ".kml"
    if suffix in {".geojson", ".json"} and head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return ".geojson"
    return ""


def read_vector(path: Path, content: bytes, kind: str) -> list[SurveySheet]:
    """Read every layer of a single vector file.

    Args:
        path: The file; the parts of a shapefile are looked for beside it.
        content: Its bytes.
        kind: What `is_vector` says.

    Raises:
        UnreadableFileError: Damaged, hostile, too large, or in a reference system that cannot be
            brought to CGCS2000.
    """
    parts = {kind: content}
    if kind == ".shp":
        parts = {".shp": content, **_siblings(path)}
    return _read_parts(path, path.stem, parts)


def read_vector_archive(path: Path, archive: GuardedArchive) -> list[SurveySheet] | None:
    """Read the vector files in a zip archive; None where it holds none.

    Raises:
        UnreadableFileError: As for `read_vector`.
    """
    groups: dict[str, dict[str, bytes]] = {}
    for part in archive.parts:
        stem, dot, ending = part.rpartition(".")
        suffix = f".{ending.lower()}" if dot else ""
        if suffix in _SIBLINGS:
            groups.setdefault(stem, {})[suffix] = archive.read(part, MAX_FILE_BYTES)
        elif suffix in {".kml", ".gpkg", ".geojson", ".dxf"}:
            groups[part] = {suffix: archive.read(part, MAX_FILE_BYTES)}
    found = [(stem, parts) for stem, parts in groups.items() if parts.keys() != {".prj"}]
    if not any(parts.keys() - set(_SIBLINGS[1:]) for _stem, parts in found):
        return None
    sheets: list[SurveySheet] = []
    for stem, parts in found[:_LAYERS_OF_ONE_FILE]:
        if parts.keys() - set(_SIBLINGS[1:]):
            name = stem.rpartition("/")[2]
            sheets += _read_parts(path, name if name != "doc.kml" else path.stem, parts)
    return sheets


def _siblings(path: Path) -> dict[str, bytes]:
    """The other parts of a shapefile, whatever the case of their endings."""
    found: dict[str, bytes] = {}
    try:
        for item in path.parent.iterdir():
            suffix = item.suffix.lower()
            if suffix in _SIBLINGS[1:] and item.stem == path.stem and item.is_file():
                if item.stat().st_size > MAX_FILE_BYTES:
                    raise too_large(path.name)
                found[suffix] = item.read_bytes()
    except OSError as error:
        raise damaged(path.name, str(error)) from error
    return found


def _read_parts(path: Path, name: str, parts: Mapping[str, bytes]) -> list[SurveySheet]:
    kind = next(suffix for suffix in parts if suffix not in _SIBLINGS[1:])
    if kind == ".kml":
        return read_kml(path, name, parts[kind])
    _refuse_hostile(path.name, kind, parts[kind])
    if kind == ".shp" and ".dbf" not in parts:
        raise UnreadableFileError(
            _("“{name}”缺少同名的 .dbf 文件，没有属性，无法读取。").format(name=path.name),
            hint=_("请把 .shp、.dbf、.shx、.prj 放在一起，或压缩成一个 zip 再导入。"),
        )
    with TemporaryDirectory(prefix="qhd-", ignore_cleanup_errors=True) as folder:
        source = Path(folder) / f"layer{kind}"
        for suffix, content in parts.items():
            source.with_suffix(suffix).write_bytes(content)
        try:
            return _read_layers(path, name, source, parts)
        except UnreadableFileError:
            raise
        except Exception as error:
            # Whatever pyogrio makes of it, bugs of its own included, means the file is bad.
            raise damaged(path.name, str(error)) from error


def _refuse_hostile(name: str, kind: str, content: bytes) -> None:
    if kind in {".geojson", ".dxf"} and _POINTERS.search(content[:_HEAD]):
        raise damaged(name, "points at other data")
    if kind == ".dxf" and not _is_whole_drawing(content):
        raise damaged(name, "drawing without its end, or in binary")
    if kind == ".gpkg" and VIEW.search(content):
        raise UnreadableFileError(
            _("“{name}”里有查询视图，可能有害，已拒绝读取。").format(name=name),
            hint=_("请在 GIS 软件中把图层导出为新的 GeoPackage 再导入。"),
        )


def _is_whole_drawing(content: bytes) -> bool:
    """Whether a drawing is pairs of a code and a value up to its end: on others GDAL may never return."""
    lines = content.removeprefix(b"\xef\xbb\xbf").splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) % 2 or len(lines) < 4 or lines[-1].strip() != b"EOF":  # noqa: PLR2004
        return False
    try:
        return all(-5 <= int(code) <= _LARGEST_CODE for code in lines[::2])  # noqa: PLR2004
    except ValueError:
        return False


def _read_layers(
    path: Path, name: str, source: Path, parts: Mapping[str, bytes]
) -> list[SurveySheet]:
    import pyogrio  # noqa: PLC0415 - GDAL loads in 100 ms

    kind = source.suffix
    if kind == ".dxf":
        # Blocks inside blocks inside blocks would multiply without end.
        pyogrio.set_gdal_config_options({"DXF_INLINE_BLOCKS": "FALSE"})
    encoding = _encoding(parts)
    layers = [str(layer) for layer, _type in pyogrio.list_layers(source)][:_LAYERS_OF_ONE_FILE]
    sheets = []
    for layer in layers:
        if kind == ".dxf" and layer != "entities":
            continue
        info = pyogrio.read_info(source, layer=layer, encoding=BYTEWISE if encoding else None)
        if info["features"] > MAX_ROWS or len(info["fields"]) >= MAX_COLUMNS:
            raise too_large(path.name)
        refuse_filled(info["features"] * (len(info["fields"]) + 2), path.name)
        title = layer if len(layers) > 1 and kind != ".dxf" else name
        found = _sheet(path, title, source, layer=layer, encoding=encoding, content=parts[kind])
        sheets.append(found)
    return sheets


def _encoding(parts: Mapping[str, bytes]) -> str | None:
    """Of the texts of a shapefile; wrong letters show where there is none that fits."""
    if ".dbf" not in parts:
        return None
    found = table_encoding(parts[".dbf"], parts.get(".cpg", b"")[:64])
    return found if found != BYTEWISE else "GB18030"


def _sheet(
    path: Path,
    title: str,
    source: Path,
    *,
    layer: str,
    encoding: str | None,
    content: bytes,
) -> SurveySheet:
    import pyogrio.raw  # noqa: PLC0415

    bytewise = BYTEWISE if encoding else None
    options = {"layer": layer, "encoding": bytewise, "datetime_as_string": True}
    meta, _fids, wkb, values = pyogrio.raw.read(
        source, force_2d=True, max_features=MAX_ROWS + 1, **options
    )
    kind = source.suffix
    declared = _declared(path.name, meta["crs"], kind, content)
    names = [str(field) for field in meta["fields"]]
    columns: dict[str, Column] = {}
    for number, (field, column) in enumerate(zip(names, values, strict=True)):
        if field in _DRIVERS_OWN.get(kind, ()):
            continue
        if meta["ogr_types"][number] == "OFTInteger64" and column.dtype.kind == "f":
            column = _whole_numbers(source, field, len(column), options)  # noqa: PLW2901
        header = _RENAMED.get(kind, {}).get(field, decoded(field, encoding))
        texts = (decoded(v, encoding) if isinstance(v, str) else v for v in column.tolist())
        columns.setdefault(header, [value_text(value) or None for value in texts])
    shapes = _shapes(wkb, sum(map(len, columns.values())) // max(len(columns), 1))
    if kind == ".dxf":
        shapes = _named_by_texts(shapes, columns, values[names.index("SubClasses")].tolist())
    placed = _place_columns(shapes, declared)
    table = [[header, *column] for header, column in (*placed, *columns.items())]
    return SurveySheet(file=path, name=title, columns=tuple(table), header_row=1, declared=declared)


def _whole_numbers(
    source: Path, field: str, count: int, options: Mapping[str, Any]
) -> npt.NDArray[Any]:
    """A column of long whole numbers with gaps, which as floats would lose digits."""
    import pyogrio.raw  # noqa: PLC0415

    quoted = field.replace('"', '""')
    _meta, fids, _wkb, values = pyogrio.raw.read(
        source,
        columns=[field],
        read_geometry=False,
        where=f'"{quoted}" IS NOT NULL',
        return_fids=True,
        **options,
    )
    everything = pyogrio.raw.read(
        source, columns=[], read_geometry=False, return_fids=True, **options
    )[1]
    whole: npt.NDArray[Any] = np.full(count, None, dtype=object)
    whole[np.isin(everything, fids)] = values[0].tolist()
    return whole


def _declared(name: str, crs: str | None, kind: str, content: bytes) -> str:
    """Notation of the reference system; "" where the file leaves it open."""
    if kind == ".geojson" and not _CRS_MEMBER.search(content):
        # The standard says WGS84; the map services of this country say nothing and mean GCJ-02.
        return ""
    if not crs:
        return ""
    from pyproj import CRS  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        system = CRS.from_user_input(crs)
        code = system.to_epsg(min_confidence=25)
        base = system.geodetic_crs.to_epsg(min_confidence=25) if system.geodetic_crs else None
        if code is None and system.is_geographic and base in KNOWN_BASES:
            code = base
        if code is not None:
            return epsg_reference(code).text
    except CRSError as error:
        raise damaged(name, str(error)) from error
    except InvalidInputError as error:
        raise UnreadableFileError(
            _("“{name}”的坐标系不能用：{reason}").format(name=name, reason=error),
            hint=error.hint,
        ) from error
    raise UnreadableFileError(
        _("“{name}”的坐标系“{crs}”不是标准坐标系，无法换算。").format(name=name, crs=system.name),
        hint=_("请在 GIS 软件中转换为国家2000（EPSG:4490）后再导入。"),
    )


def _shapes(wkb: Any, count: int) -> npt.NDArray[Any]:
    """Geometries, None where there is none or none that can be understood; lone parts unpacked."""
    if wkb is None:
        return np.full(count, None, dtype=object)
    with np.errstate(invalid="ignore", over="ignore"):
        shapes: npt.NDArray[Any] = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
        # Bounds of a shape with a number that is none are none too.
        shapes[shapely.is_empty(shapes) | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)] = None
    lone = (shapely.get_type_id(shapes) >= shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(shapes) == 1
    )
    shapes[lone] = shapely.get_geometry(shapes[lone], 0)
    return shapes


def _place_columns(shapes: npt.NDArray[Any], declared: str) -> list[tuple[str, Column]]:
    """Two columns of numbers where all are points, else one of WKT."""
    present = np.array([shape is not None for shape in shapes], dtype=bool)
    if present.any() and (shapely.get_type_id(shapes[present]) == 0).all():
        x, y = shapely.get_x(shapes), shapely.get_y(shapes)
        plane = bool(np.nanmax(np.abs([x[present], y[present]])) > 180.0)  # noqa: PLR2004
        heads = ("横坐标 Y", "纵坐标 X") if plane else ("经度", "纬度")
        return [
            (head, [value_text(v) if there else None for v, there in zip(c, present, strict=True)])
            for head, c in zip(heads, (x.tolist(), y.tolist()), strict=True)
        ]
    precision = 4 if declared and parse_reference(declared).projected else 9
    texts = shapely.to_wkt(shapes, rounding_precision=precision)
    return [("拐点坐标", [text or None for text in texts.tolist()])]


def _named_by_texts(
    shapes: npt.NDArray[Any], columns: dict[str, Column], classes: Sequence[str | None]
) -> npt.NDArray[Any]:
    """Give each closed shape of a drawing the one text that stands in it; the text is used up."""
    names = columns.setdefault("名称", [None] * len(shapes))
    kept = np.ones(len(shapes), dtype=bool)
    closed = shapely.is_closed(shapes) & (shapely.get_type_id(shapes) == 1)
    shapes[closed] = (
        shapely.polygons([shapely.get_coordinates(s) for s in shapes[closed]])
        if closed.any()
        else shapes[closed]
    )
    texts = [
        i
        for i, (name, kind) in enumerate(zip(names, classes, strict=True))
        if name and shapes[i] is not None and _TEXT_ENTITY.search(kind or "")
    ]
    tree = shapely.STRtree(shapes[texts])
    for index in np.flatnonzero(shapely.get_dimensions(shapes) == 2).tolist():  # noqa: PLR2004
        inside = tree.query(shapes[index], predicate="contains").tolist()
        if len(inside) == 1 and not names[index]:
            names[index] = names[texts[inside[0]]]
            kept[texts[inside[0]]] = False
    for header, column in columns.items():
        columns[header] = [text for text, keep in zip(column, kept.tolist(), strict=True) if keep]
    return shapes[kept]
