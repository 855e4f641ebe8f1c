"""``coords``: one coordinate from one reference into another."""

from __future__ import annotations

import argparse
import math

from qhd_riskmap.cli.output import Output
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.geo.coordinate_text import CoordinateTextError, parse_point
from qhd_riskmap.geo.datums import from_cgcs2000, parse_reference, to_cgcs2000
from qhd_riskmap.i18n import _


def convert(options: argparse.Namespace, output: Output) -> int:
    """Answer {lon, lat}, or {east, north} in metres for a projected target."""
    source, target = parse_reference(options.source), parse_reference(options.target)
    try:
        point = parse_point(options.text)
    except CoordinateTextError as error:
        raise InvalidInputError(
            str(error), hint=_("请写成一对坐标，如 119.59,39.93 或 E119°35′24″ N39°56′06″。")
        ) from error
    for reference in (source, target):
        if reference.unshifted:
            output.note(
                _("{name} 没有公开的转换参数，结果未作基准改正。").format(name=reference.text)
            )
    lon, lat = to_cgcs2000(point.x, point.y, source)
    x, y = from_cgcs2000(lon, lat, target)
    first, second = float(x), float(y)
    if not (math.isfinite(first) and math.isfinite(second)):
        raise InvalidInputError(
            _("坐标“{text}”不在 {source} 或 {target} 的适用范围内，无法换算。").format(
                text=options.text, source=source.text, target=target.text
            ),
            hint=_("请核对 --from 和 --to：经纬度不能当作投影坐标（米），也不能反过来。"),
        )
    if target.projected:
        output.result(
            {"east": first, "north": second},
            [_("X（北）= {north:.3f}  Y（东）= {east:.3f}").format(east=first, north=second)],
        )
    else:
        output.result({"lon": first, "lat": second}, [f"{first:.8f}, {second:.8f}"])
    return 0
