"""Who stands inside a hazard's effect zone: choose the zone, count, list, show on the map."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.effect_zones import Wind
from qhd_riskmap.domain.hazard import Hazard
from qhd_riskmap.domain.zone_rules import ZoneRules, zone_rules
from qhd_riskmap.errors import RiskMapError
from qhd_riskmap.i18n import _
from qhd_riskmap.services.exposure import Exposure
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import plain_tip, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_S, SPACE_XS

_DEFAULT: Final = "default"
_ROWS: Final = 6


class ExposureFacts(QFrame):
    """Zone and count of the hazard in hand.

    Signals:
        counted: What stands inside the zone now (`Exposure`), to be drawn; None takes it off.
    """

    counted = Signal(object)

    def __init__(self, desk: Desk, hazard: Hazard, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exposure-facts")
        self._desk, self._hazard = desk, hazard
        self.exposure: Exposure | None = None
        self.kind = QComboBox()
        self.kind.setObjectName("exposure-kind")
        self.kind.setAccessibleName(_("影响范围"))
        self.kind.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._fill_kinds(zone_rules())
        self.extent = QLineEdit()
        self.extent.setObjectName("exposure-size")
        self.extent.setAccessibleName(_("范围大小"))
        self.night = QCheckBox(_("夜间"))
        self.wind = QComboBox()
        self.wind.setAccessibleName(_("风速"))
        for wind in Wind:
            self.wind.addItem(_("风速{label}").format(label=_(wind.label)), wind.value)
        self.blows = QCheckBox(_("风从"))
        self.blows.setObjectName("exposure-blows")
        self.from_deg = QSpinBox()
        self.from_deg.setObjectName("exposure-from")
        self.from_deg.setRange(0, 359)
        self.from_deg.setSingleStep(15)
        self.from_deg.setWrapping(True)
        self.from_deg.setSuffix("°")
        self.from_deg.setAccessibleName(_("风的来向，正北为 0"))
        self.count_button = push_button(
            _("统计"), "exposure-count", self.count, glyph="account-group-outline"
        )
        self.summary = words(name="exposure-summary")
        self.list = QTreeWidget()
        self.list.setObjectName("exposure-list")
        self.list.setRootIsDecorated(False)
        self.list.setHeaderLabels([_("名称"), _("人数"), _("距离")])
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setStretchLastSection(False)
        self.list.setFixedHeight(self.fontMetrics().lineSpacing() * (_ROWS + 2) + SPACE_S)
        self.list.hide()
        self._lay_out()
        self.kind.currentIndexChanged.connect(self._turn)
        self._turn()
        service = desk.app.exposure
        desk.run(
            lambda _job: service.zone_rules(), title=_("正在读取规则…"), on_success=self._offer,
            quiet=True,
        )  # fmt: skip

    def zone(self) -> str | None:
        """Words for the zone chosen; None for the one that is taken where nobody says another."""
        word = str(self.kind.currentData())
        if word == _DEFAULT:
            return None
        if word.startswith("erg"):
            times = "night" if self.night.isChecked() else "day"
            return f"{word}:{times}:{self.wind.currentData()}"
        size = f":{self.extent.text().strip()}" if word in {"radius", "band", "bleve"} else ""
        return f"{word}{size}"

    def _offer(self, known: ZoneRules) -> None:
        """Offer the office's own rows where it has rules of its own."""
        if known is not zone_rules():
            chosen = self.kind.currentData()
            self._fill_kinds(known)
            self.kind.setCurrentIndex(max(0, self.kind.findData(chosen)))

    def count(self) -> None:
        """Count beside the window."""
        zone, service, hazard_id = self.zone(), self._desk.app.exposure, str(self._hazard.id)
        blown = float(self.from_deg.value()) if self.blows.isChecked() else None
        self._desk.run(
            lambda _job: service.count(hazard_id, zone, blown),
            title=_("正在统计影响范围…"),
            on_success=self._take,
            on_failure=self._failed,
            quiet=True,
        )

    def _failed(self, error: BaseException) -> None:
        """A zone that cannot be is said where it was chosen."""
        if isinstance(error, RiskMapError):
            self.summary.setText(str(error))
        else:
            self._desk.show_error(error)

    def _take(self, exposure: Exposure) -> None:
        self.exposure = exposure
        zone = exposure.zone
        lines = [zone.label + (f"（{zone.note}）" if zone.note else "")]
        if exposure.registered:
            lines.append(
                _("{n} 处受体、{people} 人").format(n=len(exposure.inside), people=exposure.people)
            )
            lines += [f"{kind} {n}（{people}）" for kind, n, people in exposure.by_kind]
        else:
            lines.append(_("还没有录入受体，在“评估”页导入名单后即可统计。"))
        self.summary.setText("\n".join(lines))
        self.summary.setToolTip(plain_tip(_("依据：{source}").format(source=zone.citation.text)))
        self.list.clear()
        for each in exposure.inside:
            receptor = each.receptor
            item = QTreeWidgetItem(
                [receptor.name, str(receptor.people), f"{each.distance_m:.0f} m"]
            )
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(0, plain_tip(f"{receptor.kind} {receptor.address}".strip()))
            self.list.addTopLevelItem(item)
        self.list.setVisible(bool(exposure.inside))
        self.counted.emit(exposure)

    def _fill_kinds(self, known: ZoneRules) -> None:
        self.kind.clear()
        self.kind.addItem(_("默认范围"), _DEFAULT)
        for label, word in (
            (_("固定半径"), "radius"), (_("管线两侧"), "band"), (_("图形本身"), "itself"),
            (_("潜在影响半径"), "pir"), (_("液化气储罐 BLEVE"), "bleve"),
        ):  # fmt: skip
            self.kind.addItem(label, word)
        names = {row["un"]: row["name"] for row in known["small"]}
        for row in known["small"]:
            self.kind.addItem(
                _("ERG {name} 小泄漏").format(name=row["name"]), f"erg:{row['un']}:small"
            )
        for row in known["large"]:
            label = _("ERG {name} {container}").format(
                name=names.get(row["un"], row["un"]), container=row["label"]
            )
            self.kind.addItem(label, f"erg:{row['un']}:{row['container']}")

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setSpacing(SPACE_XS)
        grid.addWidget(self.kind, 0, 0, 1, 3)
        grid.addWidget(self.extent, 1, 0, 1, 3)
        grid.addWidget(self.night, 2, 0)
        grid.addWidget(self.wind, 2, 1, 1, 2)
        grid.addWidget(self.blows, 3, 0)
        grid.addWidget(self.from_deg, 3, 1)
        grid.setColumnStretch(2, 1)
        row = QHBoxLayout()
        row.addWidget(self.count_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(grid)
        layout.addLayout(row)
        layout.addWidget(self.summary)
        layout.addWidget(self.list)

    def _turn(self) -> None:
        word = str(self.kind.currentData())
        sized = {"radius": _("米"), "band": _("米"), "bleve": _("升")}
        self.extent.setVisible(word in sized)
        self.extent.setPlaceholderText(sized.get(word, ""))
        for widget in (self.night, self.wind, self.blows, self.from_deg):
            widget.setVisible(word.startswith("erg"))
