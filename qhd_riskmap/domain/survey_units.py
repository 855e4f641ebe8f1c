"""Units written in a sheet's headers, turned into the register's own where that is safe."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from qhd_riskmap.domain.schema import Field

_IN_BRACKETS: Final = re.compile(r"[(\[【](.*?)[)\]】]")
_BETWEEN: Final = re.compile(r"^单位:?")
# Size of each unit in the first unit of its family.
_FAMILIES: Final[tuple[Mapping[str, float], ...]] = tuple(
    MappingProxyType({name: size for names, size in family for name in names.split()})
    for family in (
        (("m 米", 1.0), ("km 公里 千米", 1000.0), ("cm 厘米", 0.01), ("mm 毫米", 0.001)),
        (
            ("公顷 ha hm2 hm^2", 1.0),
            ("亩", 1 / 15),
            ("万亩", 10_000 / 15),
            ("km2 平方公里 平方千米", 100.0),
            ("m2 平方米", 0.0001),
        ),
        (("t 吨", 1.0), ("kg 千克 公斤", 0.001), ("万吨", 10_000.0)),
        (("万元", 1.0), ("元", 0.0001), ("亿元", 10_000.0)),
        (("mpa 兆帕", 1.0), ("kpa 千帕", 0.001), ("bar", 0.1)),
        (("m3 立方米 方", 1.0), ("万m3 万立方米 万方", 10_000.0), ("亿m3 亿立方米", 1e8)),
        (("人 口", 1.0), ("万人", 10_000.0)),
        (("户", 1.0), ("万户", 10_000.0)),
    )
)


def unit_in(header: str) -> str:
    """The unit a header names in brackets, or "" where the brackets hold something else.

    >>> unit_in("管线长度（公里）"), unit_in("经度（高德）")
    ('公里', '')
    """
    plain = unicodedata.normalize("NFKC", header)
    for inside in _IN_BRACKETS.findall(plain):
        unit = _BETWEEN.sub("", "".join(inside.split())).casefold()
        if any(unit in family for family in _FAMILIES):
            return unit
    return ""


def factor_to(field: Field, unit: str) -> float | None:
    """What to multiply a number in ``unit`` with to get the field's unit; None if they do not match.

    >>> from qhd_riskmap.domain.schema import FieldKind
    >>> factor_to(Field(key="d", label="管径", kind=FieldKind.NUMBER, unit="mm"), "米")
    1000.0
    """
    own = unicodedata.normalize("NFKC", field.unit).casefold()
    for family in _FAMILIES:
        if own in family and unit in family:
            return family[unit] / family[own]
    return None
