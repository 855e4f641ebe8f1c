"""Writes layers of public values through GDAL, without anything of the day or the desk."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from qhd_riskmap.errors import OutputFileError
from qhd_riskmap.i18n import _

CRS: Final = "EPSG:4490"
_CLOCK: Final = "OGR_CURRENT_DATE"
_one_at_a_time = threading.Lock()  # the option is one for the whole process


@contextmanager
def stopped_clock() -> Iterator[None]:
    """GDAL writes one fixed day into a GeoPackage instead of the day it is made."""
    import pyogrio  # noqa: PLC0415 - GDAL loads in 100 ms

    with _one_at_a_time:
        pyogrio.set_gdal_config_options({_CLOCK: "2000-01-01T00:00:00.000Z"})
        try:
            yield
        finally:
            pyogrio.set_gdal_config_options({_CLOCK: None})


def write_layer(
    path: Path,
    columns: Mapping[str, Sequence[str | int | float]],
    *,
    driver: str,
    layer: str,
    shapes: Sequence[BaseGeometry] | None = None,
    kind: str | None = None,
    **options: Any,
) -> None:
    """Write one layer, or a table where there are no shapes; adds to an existing GeoPackage.

    Raises:
        OutputFileError: GDAL refuses.
    """
    import pyogrio.raw  # noqa: PLC0415

    geometry = None
    if shapes is not None:
        geometry = shapely.to_wkb(np.array(list(shapes), dtype=object)).reshape(-1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # widened text columns are of no concern to the user
        try:
            pyogrio.raw.write(
                path,
                geometry=geometry,
                field_data=[_column(values) for values in columns.values()],
                fields=np.array(list(columns), dtype=object),
                geometry_type=kind,
                crs=CRS if shapes is not None else None,
                driver=driver,
                layer=layer,
                encoding="UTF-8",
                **options,
            )
        except RuntimeError as error:  # what pyogrio makes of GDAL's refusals
            raise OutputFileError(
                _("无法写入“{name}”。").format(name=path.name),
                hint=_("请检查该位置是否可写、磁盘是否已满。"),
                detail=str(error),
            ) from error


def _column(values: Sequence[str | int | float]) -> Any:
    numbers = values and all(isinstance(value, int) for value in values)
    return np.array(values, dtype=np.int64 if numbers else object)
