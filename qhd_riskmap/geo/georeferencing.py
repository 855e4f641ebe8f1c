"""Lays a scanned map on the ground by points whose true position is known.

Two or three points give a Helmert transform (shift, turn, one scale); four and more an affine one, by
least squares. Pixels count rightwards and downwards, plane coordinates east and north, in metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

FloatArray = NDArray[np.float64]

FEWEST_POINTS: Final = 2
MOST_POINTS: Final = 6
_AFFINE_FROM: Final = 4
_SAME_PLACE: Final = 1e-6  # metres or pixels
_FLAT: Final = 1e-3  # shortest over longest spread of the points, below which they are a line


@dataclass(frozen=True, slots=True)
class PlaneFit:
    """x = a·column + b·row + c, y = d·column + e·row + f, and how well it fits.

    Attributes:
        coefficients: a, b, c, d, e, f.
        residuals_m: Distance on the plane from each given place to the fitted one, metres.
    """

    coefficients: tuple[float, float, float, float, float, float]
    residuals_m: tuple[float, ...]

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals, metres."""
        return float(np.sqrt(np.mean(np.square(self.residuals_m))))

    def to_plane(self, pixels: FloatArray) -> FloatArray:
        """(n, 2) columns and rows to (n, 2) plane metres."""
        a, b, c, d, e, f = self.coefficients
        x, y = pixels[:, 0], pixels[:, 1]
        return np.column_stack((a * x + b * y + c, d * x + e * y + f))

    def to_pixels(self, plane: FloatArray) -> FloatArray:
        """Inverse of `to_plane`."""
        a, b, c, d, e, f = self.coefficients
        x, y = plane[:, 0] - c, plane[:, 1] - f
        area = a * e - b * d
        return np.column_stack(((e * x - b * y) / area, (a * y - d * x) / area))


def fit_plane(
    pixels: Sequence[tuple[float, float]], plane: Sequence[tuple[float, float]]
) -> PlaneFit:
    """The transform that brings ``pixels`` closest to ``plane``.

    Raises:
        InvalidInputError: Fewer than two or more than six points, or points that lie on one place
            or, for an affine fit, on one line.

    >>> fit = fit_plane([(0, 0), (100, 0)], [(1000, 2000), (1200, 2000)])
    >>> fit.to_plane(np.array([[50.0, 50.0]])).round(6).tolist()
    [[1100.0, 1900.0]]
    """
    count = len(pixels)
    if count != len(plane) or not FEWEST_POINTS <= count <= MOST_POINTS:
        raise InvalidInputError(
            _("定位一张扫描图需要 {low} 到 {high} 个对应点。").format(
                low=FEWEST_POINTS, high=MOST_POINTS
            )
        )
    source, target = np.asarray(pixels, np.float64), np.asarray(plane, np.float64)
    _refuse_degenerate(source, count)
    _refuse_degenerate(target, count)
    # About the middle of the points: millions of metres would cost digits.
    middle, goal = source.mean(axis=0), target.mean(axis=0)
    solve = _affine if count >= _AFFINE_FROM else _helmert
    a, b, d, e = solve(source - middle, target - goal)
    c = goal[0] - a * middle[0] - b * middle[1]
    f = goal[1] - d * middle[0] - e * middle[1]
    rough = PlaneFit((a, b, float(c), d, e, float(f)), ())
    off = np.hypot(*(rough.to_plane(source) - target).T)
    return PlaneFit(rough.coefficients, tuple(off.tolist()))


def _helmert(source: FloatArray, target: FloatArray) -> tuple[float, float, float, float]:
    """Scale and turn; rows count down while north counts up, hence the mirror."""
    column, row = source[:, 0], -source[:, 1]
    x, y = target[:, 0], target[:, 1]
    size = float(np.sum(column**2 + row**2))
    p = float(np.sum(column * x + row * y)) / size
    q = float(np.sum(column * y - row * x)) / size
    return p, q, q, -p


def _affine(source: FloatArray, target: FloatArray) -> tuple[float, float, float, float]:
    found = np.linalg.lstsq(source, target, rcond=None)[0]
    a, d, b, e = found.ravel().tolist()
    return a, b, d, e


def _refuse_degenerate(places: FloatArray, count: int) -> None:
    finite = np.isfinite(places).all()
    spread = places - places.mean(axis=0) if finite else np.zeros_like(places)
    spreads = np.linalg.svd(spread, compute_uv=False)
    if spreads[0] < _SAME_PLACE:
        raise InvalidInputError(
            _("对应点重合，无法定位。"), hint=_("请选相距较远的点，最好靠近图的四角。")
        )
    if count >= _AFFINE_FROM and spreads[1] < _FLAT * spreads[0]:
        raise InvalidInputError(
            _("对应点在一条直线上，无法定位。"), hint=_("请在直线之外再选一点，最好靠近图的四角。")
        )
