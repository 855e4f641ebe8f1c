"""What speaks for and against a release, worst first, each with the way to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from qhd_riskmap.domain.release_rules import Severity
from qhd_riskmap.i18n import N_, _
from qhd_riskmap.ui.toolkit.page_parts import glyph_label, push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, theme

_LOOKS: Final = {
    Severity.BLOCK: ("close-octagon-outline", "error", N_("须解决")),
    Severity.WARN: ("alert-circle-outline", "warning", N_("请核对")),
    Severity.INFO: ("information-outline", "muted", N_("说明")),
}
_GLYPH: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the panel.

    Attributes:
        rule: Id of the rule, or "" for the form itself.
        basis: Instruments the rule rests on.
        action: Word of the button, or "".
        target: What the button hands over (`FindingsPanel.wanted`).
    """

    rule: str
    severity: Severity
    message: str
    basis: str = ""
    action: str = ""
    target: tuple[str, str] = ("", "")


class FindingsPanel(QWidget):
    """The list of findings.

    Signals:
        wanted: A button was pressed: what kind of place (``field`` or ``hazard``), and which.
    """

    wanted = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findings")
        self.verdict = words(role="title", name="findings-verdict")
        self._verdict_glyph = glyph_label("information-outline", 24, colour="muted")
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self._verdict_glyph)
        head.addWidget(self.verdict, 1)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("findings-scroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addWidget(self._scroll, 1)
        self.lines: tuple[Line, ...] = ()
        self._draft = False

    def blocking(self) -> int:
        """How many findings stand against the release."""
        return sum(line.severity is Severity.BLOCK for line in self.lines)

    def wait(self) -> None:
        """Say that the judgement is being made."""
        self.verdict.setText(_("正在预检…"))

    def show_lines(self, lines: Sequence[Line], *, draft: bool = False) -> None:
        """Show the findings and what they come to, for a release or a draft."""
        self.lines = tuple(lines)
        self._draft = draft
        against = self.blocking()
        if against:
            refused = _("还不能制作：{n} 项须先解决") if draft else _("还不能发布：{n} 项须先解决")
            self.verdict.setText(refused.format(n=against))
            look = ("close-octagon-outline", "error")
        else:
            doubts = sum(line.severity is Severity.WARN for line in lines)
            text = _("可以制作送审样图") if draft else _("可以发布")
            if doubts:
                text = _("{what}，{n} 项请核对").format(what=text, n=doubts)
            self.verdict.setText(text)
            look = ("check-circle-outline", "success")
        self._show_glyph(*look)
        place = self._scroll.verticalScrollBar().value()
        self._scroll.setWidget(self._rows())
        self._scroll.verticalScrollBar().setValue(place)

    def restyle(self) -> None:
        """Take the colours of the theme in force."""
        if self.lines:
            self.show_lines(self.lines, draft=self._draft)

    def _show_glyph(self, name: str, colour: str) -> None:
        self._verdict_glyph.setPixmap(glyph_label(name, 24, colour=colour).pixmap())

    def _rows(self) -> QWidget:
        rows = QWidget()
        rows.setObjectName("panel")
        column = QVBoxLayout(rows)
        column.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        column.setSpacing(SPACE_S)
        for number, line in enumerate(self.lines):
            column.addWidget(self._row(line, number))
        column.addStretch(1)
        return rows

    def _row(self, line: Line, number: int) -> QFrame:
        glyph, role, severity = _LOOKS[line.severity]
        frame = QFrame()
        frame.setObjectName(f"finding-{number}")
        frame.setAccessibleName(f"{_(severity)} {line.message}")
        frame.setStyleSheet(
            f"QFrame#finding-{number} {{ border: none; border-bottom: 1px solid {theme().line}; }}"
        )
        text = QVBoxLayout()
        text.setSpacing(SPACE_XS)
        message = words(line.message, role=role if line.severity is Severity.BLOCK else "")
        message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.addWidget(message)
        under = " · ".join(part for part in (_(severity), line.rule, line.basis) if part)
        text.addWidget(words(under, role="muted"))
        row = QHBoxLayout(frame)
        row.setContentsMargins(0, SPACE_XS, 0, SPACE_S)
        row.setSpacing(SPACE_M)
        row.addWidget(glyph_label(glyph, _GLYPH, colour=role), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        if line.action:
            button = push_button(line.action, f"finding-go-{number}", lambda: None)
            button.clicked.connect(lambda: self.wanted.emit(*line.target))
            button.setMinimumWidth(SPACE_L * 5)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        return frame
