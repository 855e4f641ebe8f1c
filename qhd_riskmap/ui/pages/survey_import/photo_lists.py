"""The lists of a batch of photos: what each column says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.map.measures import length_text
from qhd_riskmap.ui.toolkit.list_table import ListColumn


@dataclass(frozen=True, slots=True)
class UnnamedFile:
    """A file of no hazard."""

    path: str


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that cannot be kept."""

    path: str
    reason: str


def _place(point: tuple[float, float] | None) -> str:
    """Degrees to a metre, short enough for a column."""
    return f"{point[0]:.5f}, {point[1]:.5f}" if point is not None else ""


MATCH_COLUMNS: Final = (
    ListColumn(title=N_("文件"), text=lambda m: m.path, width=0),
    ListColumn(title=N_("隐患"), text=lambda m: m.name, width=150),
    ListColumn(title=N_("编号"), text=lambda m: m.code, width=156),
    ListColumn(title=N_("按什么对上"), text=lambda m: m.by.label, width=120),
    ListColumn(
        title=N_("相距"),
        text=lambda m: length_text(m.metres) if m.metres is not None else "",
        key=lambda m: -1.0 if m.metres is None else m.metres,
        width=84,
        right=True,
    ),
    ListColumn(title=N_("现状"), text=lambda m: _("已挂着") if m.there else "", width=72),
)
FAR_COLUMNS: Final = (
    ListColumn(title=N_("文件"), text=lambda m: m.path, width=0),
    ListColumn(title=N_("隐患"), text=lambda m: m.name, width=130),
    ListColumn(title=N_("拍摄于"), text=lambda m: _place(m.taken_at), width=150),
    ListColumn(title=N_("隐患位于"), text=lambda m: _place(m.hazard_at), width=150),
    ListColumn(
        title=N_("相距"),
        text=lambda m: length_text(m.metres or 0.0),
        key=lambda m: m.metres,
        width=84,
        right=True,
    ),
)
MISSING_COLUMNS: Final = (
    ListColumn(title=N_("表里写的文件名"), text=lambda m: m.file, width=0),
    ListColumn(title=N_("隐患"), text=lambda m: m.name, width=220),
    ListColumn(title=N_("编号"), text=lambda m: m.code, width=170),
)
UNNAMED_COLUMNS: Final = (ListColumn(title=N_("文件"), text=lambda u: u.path, width=0),)
REFUSED_COLUMNS: Final = (
    ListColumn(title=N_("文件"), text=lambda r: r.path, width=300),
    ListColumn(title=N_("原因"), text=lambda r: r.reason, width=0),
)
