"""Reads vector files of other programs as arrays: geometries in CGCS2000 and their attributes."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from qhd_riskmap.errors import InvalidInputError, UnreadableFileError
from qhd_riskmap.formats.shapefile_text import BYTEWISE, dbf_encoding, decoded
from qhd_riskmap.formats.vector_guard import CheckedFile, broken, check_vector_file, too_large
from qhd_riskmap.geo.datums import parse_reference, to_cgcs2000
from qhd_riskmap.i18n import _

MAX_FEATURES: Final = 2_000_000
MAX_VERTICES: Final = 20_000_000
MAX_PARTS: Final = 200
_NO_AREAS: Final = ("Point", "LineString")  # of any dimension, single or many
_MAX_FIELDS: Final = 500
_SURE_PERCENT: Final = 70  # pyproj's confidence that a WKT is a coded system
_KML_SUFFIXES: Final = (".kml", ".kmz")


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorPart:
    """One layer inside a file.

    Attributes:
        name: Its name; "" stands for all of a KML.
        features: How many.
        reference: Reference system the file declares (canonical text), or "" where it does not.
        fields: Names of the attributes.
        areas: Whether there may be areas in it; a file that does not say may hold some.
    """

    name: str
    features: int
    reference: str
    fields: tuple[str, ...]
    areas: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorContent:
    """What stands in one layer.

    Attributes:
        geometries: (n) shapely geometries, CGCS2000 degrees.
        attributes: (n) values by name.
        skipped: Features without a usable place.
        encoding: Of the texts, where the format leaves it open.
    """

    geometries: npt.NDArray[Any]
    attributes: Mapping[str, npt.NDArray[Any]]
    skipped: int = 0
    encoding: str = ""

    def __len__(self) -> int:
        return len(self.geometries)


def vector_parts(path: Path) -> tuple[VectorPart, ...]:
    """The layers with geometries in a file.

    Raises:
        UnreadableFileError: Broken, harmful, too large, or without any.
    """
    checked = check_vector_file(path)
    encoding = dbf_encoding(path) if path.suffix.lower() == ".shp" else None
    names = _layer_names(checked)
    parts = [_part(checked, name, encoding) for name in names]
    if path.suffix.lower() in _KML_SUFFIXES:
        parts = [_all_of(parts)]
    usable = tuple(part for part in parts if part.features)
    if not usable:
        raise UnreadableFileError(
            _("“{name}”里没有可以显示的图形。").format(name=path.name),
            hint=_("请在原来的软件里确认该文件有点、线或面。"),
        )
    if sum(part.features for part in usable) > MAX_FEATURES:
        raise too_large(path.name)
    return usable


def read_vector(
    path: Path, part: str = "", *, reference: str = "", encoding: str = ""
) -> VectorContent:
    """All features of one layer, brought to CGCS2000.

    Args:
        path: The file.
        part: Name of the layer; "" for the first, of a KML for all.
        reference: What the office says its coordinates are; "" trusts the file.
        encoding: Of a shapefile's texts; "" recognises it.

    Raises:
        UnreadableFileError: Broken, harmful or too large, or its reference system is unknown.
        InvalidInputError: ``reference`` is none.
    """
    checked = check_vector_file(path)
    shapefile = path.suffix.lower() == ".shp"
    encoding = (encoding or dbf_encoding(path)) if shapefile else ""
    names: list[str | int] = [part] if part else _layer_names(checked)
    if path.suffix.lower() not in _KML_SUFFIXES:
        names = names[:1]
    pieces = []
    for name in names:
        facts = _part(checked, name, encoding or None)
        declared = reference or facts.reference
        if not declared:
            raise UnreadableFileError(
                _("“{name}”没有注明坐标系，无法定位。").format(name=path.name),
                hint=_("请在图层的属性里选定它的坐标系。"),
            )
        pieces.append(_read(checked, name, declared, encoding or None))
    joined = pieces[0] if len(pieces) == 1 else _joined(pieces)
    return VectorContent(
        geometries=joined.geometries,
        attributes=joined.attributes,
        skipped=joined.skipped,
        encoding=encoding,
    )


def _layer_names(checked: CheckedFile) -> list[str | int]:
    """Names of the layers, or their numbers in a KML, whose unnamed ones are named anew every time."""
    import pyogrio  # noqa: PLC0415 - GDAL loads in 100 ms

    with _gdal_errors(checked.name), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        listed = pyogrio.list_layers(checked.source)
    numbered = isinstance(checked.source, bytes)
    names: list[str | int] = [
        number if numbered else str(name)
        for number, (name, kind) in enumerate(listed)
        if kind is not None
    ]
    if not names or len(names) > MAX_PARTS:
        raise broken(checked.name, f"{len(listed)} layers, {len(names)} with geometries")
    return names


def _part(checked: CheckedFile, name: str | int, encoding: str | None) -> VectorPart:
    import pyogrio  # noqa: PLC0415

    with _gdal_errors(checked.name), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        info = pyogrio.read_info(
            checked.source,
            layer=name,
            encoding=BYTEWISE if encoding else None,
            force_feature_count=True,
        )
    if info["driver"] not in checked.drivers:
        raise broken(checked.name, f"GDAL takes it for {info['driver']}")
    if info["features"] > MAX_FEATURES or len(info["fields"]) > _MAX_FIELDS:
        raise too_large(checked.name)
    return VectorPart(
        name=str(name),
        features=int(info["features"]),
        reference=declared_reference(info["crs"]),
        fields=tuple(_true_name(checked, field, encoding) for field in info["fields"]),
        areas=not any(kind in str(info["geometry_type"]) for kind in _NO_AREAS),
    )


def declared_reference(crs: str | None) -> str:
    """Canonical text of a system that a file names by code or WKT, or "" where it is none of ours."""
    if not crs:
        return ""
    try:
        return parse_reference("wgs84" if crs.upper() == "OGC:CRS84" else crs).text
    except InvalidInputError:
        pass
    from pyproj import CRS  # noqa: PLC0415
    from pyproj.exceptions import CRSError  # noqa: PLC0415

    try:
        code = CRS.from_user_input(crs).to_epsg(min_confidence=_SURE_PERCENT)
        return parse_reference(f"EPSG:{code}").text if code is not None else ""
    except (CRSError, InvalidInputError):
        return ""


def _all_of(parts: list[VectorPart]) -> VectorPart:
    fields = dict.fromkeys(field for part in parts for field in part.fields)
    features = sum(part.features for part in parts)
    return VectorPart(
        name="",
        features=features,
        reference=parts[0].reference,
        fields=tuple(fields),
        areas=any(part.areas for part in parts),
    )


def _read(
    checked: CheckedFile, name: str | int, declared: str, encoding: str | None
) -> VectorContent:
    import pyogrio.raw  # noqa: PLC0415

    system = parse_reference(declared)
    if "DXF" in checked.drivers:
        # Blocks inside blocks inside blocks would multiply without end.
        pyogrio.set_gdal_config_options({"DXF_INLINE_BLOCKS": "FALSE"})
    with _gdal_errors(checked.name), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        meta, _fids, wkb, columns = pyogrio.raw.read(
            checked.source, layer=name, encoding=BYTEWISE if encoding else None, force_2d=True
        )
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    if int(shapely.get_num_coordinates(shapes).sum()) > MAX_VERTICES:
        raise too_large(checked.name)
    shapes, rows = _simple_parts(shapes)
    shapes = shapely.transform(
        shapes, lambda xy: np.column_stack(to_cgcs2000(xy[:, 0], xy[:, 1], system))
    )
    usable = np.isfinite(shapely.bounds(shapes)).all(axis=1)
    kept = rows[usable]
    attributes = {
        _true_name(checked, field, encoding): _decoded_column(column[kept], encoding)
        for field, column in zip(meta["fields"], columns, strict=True)
    }
    skipped = len(wkb) - len(np.unique(kept))
    return VectorContent(geometries=shapes[usable], attributes=attributes, skipped=skipped)


def _true_name(checked: CheckedFile, name: object, encoding: str | None) -> str:
    text = decoded(name, encoding)
    return checked.names.get(text, text)


def _decoded_column(column: npt.NDArray[Any], encoding: str | None) -> npt.NDArray[Any]:
    if encoding is None or column.dtype != object:
        return column
    texts = [decoded(v, encoding) if isinstance(v, str) else v for v in column.tolist()]
    told = np.empty(len(texts), dtype=object)
    told[:] = texts
    return told


def _simple_parts(shapes: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Collections taken apart, nothing and emptiness left out; and the row every shape came from."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    rows = np.nonzero(there)[0]
    shapes = shapes[there]
    while (mixed := shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        parts, owner = shapely.get_parts(shapes[mixed], return_index=True)
        rows = np.concatenate((rows[~mixed], rows[mixed][owner]))
        shapes = np.concatenate((shapes[~mixed], parts))
    return shapes, rows.astype(np.int64)


def _joined(pieces: list[VectorContent]) -> VectorContent:
    names = dict.fromkeys(name for piece in pieces for name in piece.attributes)
    attributes = {}
    for name in names:
        columns = [
            np.asarray(piece.attributes[name], dtype=object)
            if name in piece.attributes
            else np.full(len(piece), None, dtype=object)
            for piece in pieces
        ]
        attributes[name] = np.concatenate(columns)
    return VectorContent(
        geometries=np.concatenate([piece.geometries for piece in pieces]),
        attributes=attributes,
        skipped=sum(piece.skipped for piece in pieces),
    )


class _gdal_errors:  # noqa: N801 - reads as the statement it is
    """Turns GDAL's refusals, and texts it cannot decode, into a sentence."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        # pyogrio raises its own classes derived from RuntimeError and ValueError.
        if isinstance(error, (RuntimeError, ValueError, UnicodeError, MemoryError)):
            raise broken(self._name, f"{type(error).__name__}: {error}") from error
