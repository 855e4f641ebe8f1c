"""Lengths and areas in the units an officer thinks in."""

from __future__ import annotations

from typing import Final

from qhd_riskmap.i18n import _

_KILOMETRE: Final = 1000.0
_HECTARE: Final = 10_000.0
_SQUARE_KILOMETRE: Final = 1_000_000.0
# 15 亩 are a hectare (国发〔1984〕28号, 统一我国法定计量单位).
_MU: Final = _HECTARE / 15


def length_text(metres: float) -> str:
    """A length for people.

    >>> length_text(12.34), length_text(12345.6)
    ('12.3 m', '12.346 km')
    """
    return f"{metres:.1f} m" if metres < _KILOMETRE else f"{metres / _KILOMETRE:.3f} km"


def area_text(square_metres: float) -> str:
    """An area for people: square metres, hectares or square kilometres, and 亩.

    >>> area_text(250.0), area_text(45_000.0), area_text(3_000_000.0)
    ('250 m²（0.38 亩）', '4.50 ha（67.5 亩）', '3.00 km²（4,500 亩）')
    """
    if square_metres < _HECTARE:
        metric = f"{square_metres:,.0f} m²"
    elif square_metres < _SQUARE_KILOMETRE:
        metric = f"{square_metres / _HECTARE:.2f} ha"
    else:
        metric = f"{square_metres / _SQUARE_KILOMETRE:,.2f} km²"
    return f"{metric}（{_mu_text(square_metres / _MU)}）"


def _mu_text(mu: float) -> str:
    digits = 2 if mu < 10 else 1 if mu < 1000 else 0  # noqa: PLR2004 - three figures or more
    return _("{number} 亩").format(number=f"{mu:,.{digits}f}")
