"""Public shapefiles, one per kind of geometry, with the tables that say what they are, in one archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import shapely

from qhd_riskmap.domain.public_edition import Edition
from qhd_riskmap.domain.redaction import PublicHazard, PublicSet
from qhd_riskmap.formats.public.csv_files import csv_members
from qhd_riskmap.formats.public.fixed_archive import fixed_archive
from qhd_riskmap.formats.public.public_tables import HAZARD_COLUMNS, Value
from qhd_riskmap.formats.public.vector_layers import write_layer

_LONGEST: Final = 254  # bytes of a text field
_DAY: Final = "2000-01-01"  # the header of a table wants one
_KINDS: Final = (
    ("hazards_point", "MultiPoint", 0, shapely.MultiPoint),
    ("hazards_line", "MultiLineString", 1, shapely.MultiLineString),
    ("hazards_polygon", "MultiPolygon", 2, shapely.MultiPolygon),
)


def write_shape_file(public: PublicSet, edition: Edition, path: Path) -> None:
    """Write the archive; GDAL and QGIS open it by its double ending as it is.

    The texts are UTF-8, as each .cpg says. A text longer than a shapefile holds is cut there and whole
    in 公开清单.csv beside it.
    """
    members = csv_members(public, edition)
    with TemporaryDirectory(dir=path.parent, prefix=".qhd-") as folder:
        for name, kind, dimension, many in _KINDS:
            chosen = [h for h in public.hazards if _dimension(h) == dimension]
            if chosen or (dimension == 0 and not public.hazards):
                _write_shapes(Path(folder) / f"{name}.shp", chosen, kind, many)
        members |= {part.name: part.read_bytes() for part in Path(folder).iterdir()}
    path.write_bytes(fixed_archive(members))


def _dimension(hazard: PublicHazard) -> int:
    return int(shapely.get_dimensions(hazard.geometry))


def _write_shapes(path: Path, hazards: Sequence[PublicHazard], kind: str, many: Any) -> None:
    single = all(hazard.geometry.geom_type == "Point" for hazard in hazards)
    shapes = [h.geometry if single else _as_many(h.geometry, many) for h in hazards]
    write_layer(
        path,
        {column.key: [_cut(column.value(h)) for h in hazards] for column in HAZARD_COLUMNS},
        driver="ESRI Shapefile",
        layer=path.stem,
        shapes=shapes,
        kind="Point" if single else kind,
        layer_options={"DBF_DATE_LAST_UPDATE": _DAY},
    )


def _as_many(shape: Any, many: Any) -> Any:
    return many(list(getattr(shape, "geoms", (shape,))))


def _cut(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    return value.encode("utf-8")[:_LONGEST].decode("utf-8", errors="ignore")
