"""Numbers of signs: which sign a hazard has, and the order in which signs are painted.

A sign stands for a type, or for a sub-kind that has a pictogram of its own; a style is a sign at a level.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from qhd_riskmap.cartography.sub_kind_shapes import SUB_KIND_SHAPES
from qhd_riskmap.cartography.symbol_shapes import SHAPES
from qhd_riskmap.domain.feature_table import NO_LEVEL
from qhd_riskmap.domain.taxonomy import taxonomy

TYPE_KEYS: Final = tuple(SHAPES)
OTHER: Final = "other"
GRADES: Final = (1, 2, 3, 4)
LEVEL_COUNT: Final = 5


def _with_sub_kinds(type_key: str) -> tuple[str, ...]:
    subs = (key for key, shape in SUB_KIND_SHAPES.items() if shape.type_key == type_key)
    return type_key, *subs


SIGN_KEYS: Final = tuple(sign for key in TYPE_KEYS for sign in _with_sub_kinds(key))
STYLE_COUNT: Final = LEVEL_COUNT * len(SIGN_KEYS)
_INDEX: Final = {key: index for index, key in enumerate(SIGN_KEYS)}


class _OrOther(dict[str, int]):
    """Numbers by type; unknown types count as `OTHER`. Asked 100,000 times at once, hence no function."""

    def __missing__(self, key: str) -> int:
        return self[OTHER]


_TYPES: Final = _OrOther({key: _INDEX[key] for key in TYPE_KEYS})


def type_of(sign: str) -> str:
    """The type a sign belongs to; `OTHER` for unknown ones."""
    shape = SUB_KIND_SHAPES.get(sign)
    if shape is not None:
        return shape.type_key
    return sign if sign in SHAPES else OTHER


def sign_of(type_key: str, sub_kind: str = "") -> str:
    """The sign of a hazard: its sub-kind's, where that has one, otherwise its type's.

    >>> sign_of("geological", "泥石流"), sign_of("geological", "地裂缝"), sign_of("unknown")
    ('debris_flow', 'geological', 'other')
    """
    return _signs_of(type_key).get(sub_kind) or type_of(type_key)


@cache
def _signs_of(type_key: str) -> dict[str, str]:
    found = (each.sub_kind_symbols for each in taxonomy().types if each.key == type_key)
    return dict(next(found, {}))


def sub_kinds_of(sign: str) -> tuple[str, ...]:
    """The sub-kinds a sign stands for; none for the sign of a whole type."""
    words = _signs_of(type_of(sign)).items()
    return tuple(word for word, symbol in words if symbol == sign)


def style_number(sign: str, level: int) -> int:
    """Number that sorts by importance: ungraded first, blue, yellow, orange, red last (on top)."""
    band = 0 if level == NO_LEVEL else LEVEL_COUNT - level
    return band * len(SIGN_KEYS) + _INDEX.get(sign, _INDEX[OTHER])


def style_numbers(
    type_keys: npt.NDArray[np.object_],
    levels: npt.NDArray[np.int8],
    sub_kinds: npt.NDArray[np.object_] | None = None,
) -> npt.NDArray[np.int64]:
    """`style_number` for columns; unknown types count as `OTHER`, levels outside 1…4 as ungraded."""
    index = np.fromiter(map(_TYPES.__getitem__, type_keys.tolist()), np.int64, len(type_keys))
    if sub_kinds is not None:
        _refine(index, sub_kinds)
    graded = np.isin(levels, GRADES)
    band = np.where(graded, LEVEL_COUNT - levels.astype(np.int64), 0)
    return band * len(SIGN_KEYS) + index


def _refine(index: npt.NDArray[np.int64], sub_kinds: npt.NDArray[np.object_]) -> None:
    """Put the signs of sub-kinds in the place of their types'."""
    known = np.flatnonzero(sub_kinds.astype(bool))
    of_known = index[known]
    for type_key in {shape.type_key for shape in SUB_KIND_SHAPES.values()}:
        plain = _INDEX[type_key]
        rows = known[of_known == plain]
        numbers = {word: _INDEX[sign] for word, sign in _signs_of(type_key).items()}
        words = sub_kinds[rows].tolist()
        index[rows] = np.fromiter((numbers.get(word, plain) for word in words), np.int64, len(rows))


def style_parts(style: int) -> tuple[str, int]:
    """Sign and level (0 ungraded) of a style number."""
    band, index = divmod(style, len(SIGN_KEYS))
    return SIGN_KEYS[index], NO_LEVEL if band == 0 else LEVEL_COUNT - band
