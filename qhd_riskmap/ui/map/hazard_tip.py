"""What the tool tip of the map says of the hazards under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qhd_riskmap.cartography.styles import GRADES
from qhd_riskmap.cartography.symbols import level_label, type_label
from qhd_riskmap.domain.feature_table import NO_LEVEL, FeatureTable
from qhd_riskmap.i18n import _


def cluster_html(by_level: Sequence[int]) -> str:
    """How many of each level a cluster holds, the worst first, as HTML."""
    lines = [f"<b>{escape(_('此处共 {number} 处隐患').format(number=sum(by_level)))}</b>"]
    lines += [
        f"{escape(level_label(level))} {by_level[level]}"
        for level in (*GRADES, NO_LEVEL)
        if by_level[level]
    ]
    return "<br>".join(lines)


def tip_html(table: FeatureTable, hits: Sequence[str]) -> str:
    """Name, type, level and code of the first hit as HTML, and how many there are; "" for none."""
    row = table.row_of(hits[0]) if hits else None
    if row is None:
        return ""
    level = level_label(int(table.levels[row]))
    lines = [
        f"<b>{escape(str(table.names[row]))}</b>",
        f"{escape(type_label(table.type_keys[row]))} · {escape(level)}",
        escape(str(table.codes[row])),
    ]
    if len(hits) > 1:
        lines.append(_("此处共 {number} 条，连续点击可逐条选中").format(number=len(hits)))
    return "<br>".join(lines)
