"""What the form tells of a hazard without letting it be edited: place, assessments, register."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from qhd_riskmap.domain.hazard import Assessment, Hazard
from qhd_riskmap.geo.coordinate_text import format_decimal, format_dms, format_gk
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.record_columns import county_label, shape_label
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_ANYWHERE: Final = (119.6, 39.9)  # in the city


def section(words: str) -> QLabel:
    """A heading inside the form."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "section")
    label.setContentsMargins(0, SPACE_S, 0, 0)
    return label


def facts(lines: Sequence[str], name: str) -> QLabel:
    """Lines of text that can be copied."""
    label = QLabel("\n".join(lines))
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    # A word without end from somebody's sheet must not push the form out of its panel.
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.setToolTip(escape("\n".join(lines)).replace("\n", "<br>"))
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def load_form_parts() -> None:
    """Load what the first form would otherwise wait for; beside the window."""
    from qhd_riskmap.ui.map import exposure_facts  # noqa: PLC0415 - not at the start

    del exposure_facts
    format_gk(*_ANYWHERE)


def location_lines(hazard: Hazard) -> list[str]:
    """Where the hazard is and how that is known."""
    lon, lat = hazard.anchor()
    source = hazard.provenance
    return [
        _("图形：{shape}").format(shape=shape_label(hazard.geometry)),
        format_dms(lon, lat),
        format_decimal(lon, lat),
        format_gk(lon, lat),
        _("来源坐标：{text}（{datum}）").format(
            text=_shortened(source.original_text), datum=source.declared_reference
        ),
        _("取得方式：{method}；精度：{accuracy}").format(
            method=_(source.method.label), accuracy=_(source.accuracy.label)
        ),
    ]


def history_lines(history: Sequence[Assessment]) -> list[str]:
    """The assessments, newest first."""
    if not history:
        return [_("还没有评估。点“评估…”选择方法和因素。")]
    return [
        _("{day}　{level}　{method}{score}　{assessor}").format(
            day=each.assessed_on.isoformat(),
            level=_(each.level.label),
            method=each.method.upper() if each.method != "declared" else _("上报等级"),
            score="" if each.score is None else f" {each.score:g}",
            assessor=each.assessor,
        )
        for each in history
    ]


def record_lines(hazard: Hazard) -> list[str]:
    """County, former codes, last change."""
    lines = [_("县区：{county}").format(county=county_label(hazard.county))]
    if hazard.alias_codes:
        lines.append(_("原编号：{codes}").format(codes="、".join(hazard.alias_codes)))
    if hazard.updated_at is not None:
        lines.append(
            _("最近修改：{day} {who}，第 {revision} 版").format(
                day=hazard.updated_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                who=hazard.updated_by,
                revision=hazard.revision,
            )
        )
    return lines


def _shortened(text: str) -> str:
    limit = 80
    text = "; ".join(part.strip() for part in text.split(";"))  # so that the line can be broken
    return text if len(text) <= limit else text[:limit] + "…"
