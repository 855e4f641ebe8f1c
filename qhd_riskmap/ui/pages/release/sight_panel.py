"""What the public will see: a small picture of the sheet, and how many records become what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.domain.taxonomy import taxonomy
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.services.release_sight import ReleaseSight
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S, SPACE_XS, theme

_PICTURE: Final = QSize(424, 300)  # A3 landscape
_SMALLEST: Final = QSize(212, 150)
_REASONS: Final = {
    "social_security": N_("社会安全类，按规定不公开"),
    "secrecy": N_("内部或涉密"),
    "closed": N_("已销号"),
    "deleted": N_("已删除"),
    "elsewhere": N_("不在所选范围"),
    "decided": N_("经决定不公开"),
    "too_few": N_("数量过少"),
}


class SheetPicture(QLabel):
    """The sheet, scaled to the room there is and sharp on every screen."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("sight-picture")
        self.setAccessibleName(_("公开分布图预览"))
        self.setMinimumSize(_SMALLEST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sheet = QPixmap()

    def sizeHint(self) -> QSize:
        """A3 landscape, small."""
        return _PICTURE

    def show_sheet(self, sheet: QPixmap) -> None:
        """Show another sheet; an empty one shows nothing."""
        self._sheet = sheet
        self._scale()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Scale anew."""
        super().resizeEvent(event)
        self._scale()

    def _scale(self) -> None:
        if self._sheet.isNull():
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        shown = self._sheet.scaled(
            self.contentsRect().size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)


class SightPanel(QFrame):
    """Picture and numbers beside each other."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.picture = SheetPicture()
        self.numbers = QVBoxLayout()
        self.numbers.setSpacing(SPACE_XS)
        self._labels: list[QLabel] = []
        told = QWidget()
        told.setObjectName("panel")
        inside = QVBoxLayout(told)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(self.numbers)
        inside.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("sight-scroll")
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(told)
        right = QVBoxLayout()
        right.setSpacing(SPACE_S)
        self.decisions = push_button(_("逐条决定…"), "release-decisions-open", lambda: None)
        self.decisions.setToolTip(_("哪些记录没有按类型公开：从严的、放宽的，谁决定的"))
        head = QHBoxLayout()
        head.addWidget(words(_("公众将看到"), role="section"), 1)
        head.addWidget(self.decisions)
        right.addLayout(head)
        right.addWidget(scroll, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        row.setSpacing(SPACE_L)
        row.addWidget(self.picture, 3)
        row.addLayout(right, 2)

    def show_sight(self, sight: ReleaseSight) -> None:
        """Show what a release would publish."""
        sheet = QPixmap()
        if sight.picture:
            sheet.loadFromData(sight.picture, "PNG")
        self.picture.show_sheet(sheet)
        self._clear()
        shown, counted = sum(sight.shown.values()), sum(sight.counted.values())
        left_out = sum(sight.excluded.values())
        self._line(_("图上标出 {n} 处").format(n=shown), strong=True)
        self._line(_("位置归到网格，不是真实位置"))
        self._line(_types(sight.shown))
        self._line(_("只公布数量 {n} 处").format(n=counted), strong=True)
        self._line(_types(sight.counted))
        self._line(_("不公开 {n} 条").format(n=left_out), strong=True)
        for reason, n in sight.excluded.items():
            self._line(_("{reason} {n} 条").format(reason=_(_REASONS[reason]), n=n))

    def numbers_text(self) -> str:
        """All lines shown beside the picture."""
        return "\n".join(label.text() for label in self._labels)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        self.picture.setStyleSheet(f"border: 1px solid {theme().line};")

    def _clear(self) -> None:
        for label in self._labels:
            self.numbers.removeWidget(label)
            label.deleteLater()
        self._labels = []

    def _line(self, text: str, *, strong: bool = False) -> None:
        if not text:
            return
        label = words(text, role="" if strong else "muted")
        if strong:
            label.setContentsMargins(0, SPACE_XS, 0, 0)
        self._labels.append(label)
        self.numbers.addWidget(label)


def _types(counts: Mapping[str, int]) -> str:
    return _("、").join(f"{_(taxonomy().get(key).label)} {n}" for key, n in counts.items())
