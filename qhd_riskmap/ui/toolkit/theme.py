"""Every colour, distance and font of the window in one place.

Risk colours are not here: red, orange, yellow and blue mean risk and nothing else, so they come from
the map symbols. The accent is a teal, the colour of errors a brick, both far from the four.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from qhd_riskmap.domain.levels import RiskLevel

SPACE_XS: Final = 4
SPACE_S: Final = 8
SPACE_M: Final = 12
SPACE_L: Final = 16
RADIUS: Final = 4

FONT_FAMILIES: Final = (
    "Microsoft YaHei UI",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "WenQuanYi Micro Hei",
)
FONT_POINTS: Final = 9.5
_LINEAR_KNEE: Final = 0.04045  # WCAG 2.1, definition of relative luminance


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours of one scheme, as ``#rrggbb``.

    Attributes:
        window: Background of the shell.
        surface: Background of panels, tables and editors.
        raised: Background of the rail, headers and chips.
        text: Ordinary text.
        muted: Secondary text; still WCAG AA on all three backgrounds.
        line: Hairlines between areas.
        accent: Focus, selection, links, the current page.
        accent_text: Text on the accent.
        selected: Background of selected rows.
        error: Text and frame of what must be mended.
        warning: Text of what should be looked at.
        success: Text of what went well.
    """

    dark: bool
    window: str
    surface: str
    raised: str
    text: str
    muted: str
    line: str
    border: str
    accent: str
    accent_text: str
    selected: str
    error: str
    warning: str
    success: str


LIGHT: Final = Theme(
    dark=False,
    window="#f3f5f5",
    surface="#ffffff",
    raised="#e7ecec",
    text="#1c2424",
    muted="#4d5b5b",
    line="#d3dbdb",
    border="#7f8d8d",
    accent="#00695c",
    accent_text="#ffffff",
    selected="#cce8e3",
    error="#a3241c",
    warning="#7a4d00",
    success="#1f6b2c",
)
DARK: Final = Theme(
    dark=True,
    window="#1b2021",
    surface="#232a2b",
    raised="#2d3637",
    text="#e8eeee",
    muted="#aebbbb",
    line="#3a4546",
    border="#7d8c8d",
    accent="#5fc9b8",
    accent_text="#06231f",
    selected="#1f4a45",
    error="#ff9d94",
    warning="#f0c069",
    success="#8fd49b",
)

# Fill of a level chip and the text that is legible on it.
LEVEL_FILLS: Final = {
    RiskLevel.RED: ("#E60000", "#ffffff"),
    RiskLevel.ORANGE: ("#FF7F00", "#1c1200"),
    RiskLevel.YELLOW: ("#FFE600", "#1c1a00"),
    RiskLevel.BLUE: ("#0070FF", "#ffffff"),
}


@dataclass(slots=True)
class _Active:
    theme: Theme


_active = _Active(LIGHT)


def theme() -> Theme:
    """The scheme in force."""
    return _active.theme


def apply_theme(application: QApplication, choice: str) -> Theme:
    """Dress the application.

    Args:
        application: The one QApplication.
        choice: ``system``, ``light`` or ``dark`` (`settings.Settings.theme`).

    Returns:
        The scheme chosen.
    """
    if choice == "system":
        hints = QGuiApplication.styleHints()
        chosen = DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT
    else:
        chosen = DARK if choice == "dark" else LIGHT
    _active.theme = chosen
    application.setStyle("Fusion")
    application.setPalette(_palette(chosen))
    application.setFont(window_font())
    # The indicators are drawn with the icon font, whose colours are read here.
    from qhd_riskmap.ui.toolkit.indicators import indicator_sheet  # noqa: PLC0415

    application.setStyleSheet(_style_sheet(chosen) + indicator_sheet(chosen))
    return chosen


def window_font(points: float = FONT_POINTS) -> QFont:
    """The window's font: the first family the desk has; never a bitmap one."""
    font = QFont(list(FONT_FAMILIES))
    font.setPointSizeF(points)
    font.setStyleStrategy(QFont.StyleStrategy.PreferOutline)
    return font


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1, section 1.4.3).

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    lights = sorted((_luminance(first), _luminance(second)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    shade = QColor(colour)
    red, green, blue = (
        part / 12.92 if part <= _LINEAR_KNEE else ((part + 0.055) / 1.055) ** 2.4
        for part in (shade.redF(), shade.greenF(), shade.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _palette(chosen: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for part, colour in {
        role.Window: chosen.window,
        role.WindowText: chosen.text,
        role.Base: chosen.surface,
        role.AlternateBase: chosen.window,
        role.Text: chosen.text,
        role.Button: chosen.raised,
        role.ButtonText: chosen.text,
        role.BrightText: chosen.error,
        role.Highlight: chosen.accent,
        role.HighlightedText: chosen.accent_text,
        role.Accent: chosen.accent,
        role.Link: chosen.accent,
        role.LinkVisited: chosen.accent,
        role.ToolTipBase: chosen.raised,
        role.ToolTipText: chosen.text,
        role.PlaceholderText: chosen.muted,
        role.Light: chosen.surface,
        role.Midlight: chosen.raised,
        role.Mid: chosen.line,
        role.Dark: chosen.border,
        role.Shadow: chosen.border,
    }.items():
        palette.setColor(part, QColor(colour))
    for part in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, part, QColor(chosen.border))
    return palette


def _style_sheet(chosen: Theme) -> str:
    return _controls(chosen) + _views(chosen) + _menus_and_bars(chosen)


def _controls(t: Theme) -> str:
    return f"""
    QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border};
                padding: {SPACE_XS}px; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QLineEdit, QPlainTextEdit, QTextEdit {{
        background: {t.surface}; color: {t.text}; border: 1px solid {t.border};
        border-radius: {RADIUS}px; padding: 3px 6px; min-height: 20px; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{
        border: 2px solid {t.accent}; padding: 2px 5px; }}
    QLineEdit[bad="true"], QPlainTextEdit[bad="true"] {{
        border: 2px solid {t.error}; padding: 2px 5px; }}
    QLineEdit:read-only {{ background: {t.window}; border-color: {t.line}; }}
    QComboBox {{ min-height: 26px; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.border};
        selection-background-color: {t.accent}; selection-color: {t.accent_text}; }}
    QPushButton {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.border};
        border-radius: {RADIUS}px; padding: 4px {SPACE_M}px; min-height: 20px; }}
    QPushButton:hover {{ border-color: {t.accent}; }}
    QPushButton:focus {{ border: 2px solid {t.accent}; padding: 3px 11px; }}
    QPushButton:pressed {{ background: {t.line}; }}
    QPushButton:disabled {{ color: {t.border}; border-color: {t.line}; }}
    QPushButton[primary="true"] {{ background: {t.accent}; color: {t.accent_text};
        border-color: {t.accent}; font-weight: 600; }}
    QPushButton[primary="true"]:disabled {{ background: {t.raised}; color: {t.border};
        border-color: {t.line}; }}
    QPushButton[primary="true"]:focus {{ border: 2px solid {t.text}; }}
    QToolButton {{ background: transparent; color: {t.text}; border: 1px solid transparent;
        border-radius: {RADIUS}px; padding: {SPACE_XS}px; }}
    QToolButton:hover {{ background: {t.raised}; border-color: {t.line}; }}
    QToolButton:checked {{ background: {t.selected}; border-color: {t.accent}; }}
    QToolButton:focus {{ border-color: {t.accent}; }}
    QFrame#map-toolbar QToolButton {{ padding: {SPACE_XS}px 2px; }}
    QToolButton[rail="true"] {{ padding: {SPACE_S}px {SPACE_XS}px; border-radius: {RADIUS}px; }}
    QGroupBox {{ border: none; margin-top: 22px; font-weight: 600; }}
    QGroupBox::title {{ subcontrol-origin: margin; left: 0; top: 2px; color: {t.muted}; }}
    """


def _views(t: Theme) -> str:
    return f"""
    QTableView, QTreeView, QListView {{ background: {t.surface}; alternate-background-color: {t.window};
        border: 1px solid {t.line}; gridline-color: {t.line};
        selection-background-color: {t.selected}; selection-color: {t.text}; }}
    QTableView:focus, QListView:focus, QTreeView:focus {{ border-color: {t.accent}; }}
    QHeaderView::section {{ background: {t.raised}; color: {t.text}; border: none;
        border-right: 1px solid {t.line}; border-bottom: 1px solid {t.line};
        padding: {SPACE_XS}px {SPACE_S}px; font-weight: 600; }}
    QTableView::item {{ padding: 0 6px; }}
    QListWidget[flat="true"] {{ background: transparent; border: none; }}
    QSplitter::handle {{ background: {t.line}; }}
    QSplitter::handle:hover {{ background: {t.accent}; }}
    QScrollArea, QScrollArea > QWidget#qt_scrollarea_viewport, QWidget#scroll-body {{
        border: none; background: transparent; }}
    """


def _menus_and_bars(t: Theme) -> str:
    return f"""
    QMenuBar {{ background: {t.window}; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.accent};
        color: {t.accent_text}; }}
    QMenu {{ background: {t.surface}; border: 1px solid {t.border}; padding: {SPACE_XS}px; }}
    QMenu::item {{ padding: 5px 24px 5px 28px; border-radius: {RADIUS}px; }}
    QMenu::item:disabled {{ color: {t.border}; }}
    QMenu::separator {{ height: 1px; background: {t.line}; margin: {SPACE_XS}px; }}
    QStatusBar {{ background: {t.raised}; border-top: 1px solid {t.line}; }}
    QStatusBar::item {{ border: none; }}
    QProgressBar {{ border: 1px solid {t.border}; border-radius: {RADIUS}px; text-align: center;
        background: {t.surface}; color: {t.text}; min-height: 14px; }}
    QProgressBar::chunk {{ background: {t.selected}; border-radius: 3px; }}
    QTabBar::tab:selected {{ color: {t.accent}; }}
    QFrame#panel, QWidget#panel {{ background: {t.surface}; }}
    QFrame#legend-plate {{ background: {t.surface}; border: 1px solid {t.line};
        border-radius: {RADIUS}px; }}
    QFrame#legend-plate QToolButton {{ border: none; padding: {SPACE_XS}px {SPACE_S}px;
        background: {t.surface}; color: {t.text}; font-weight: bold; }}
    QFrame#legend-plate QToolButton:hover {{ background: {t.raised}; }}
    QFrame#time-slider {{ background: {t.surface}; border-bottom: 1px solid {t.line}; }}
    QFrame#rail {{ background: {t.raised}; border-right: 1px solid {t.line}; }}
    QLabel[role="title"] {{ font-size: 13pt; font-weight: 600; }}
    QLabel[role="section"] {{ color: {t.muted}; font-weight: 600; }}
    QLabel[role="muted"] {{ color: {t.muted}; }}
    QLabel[role="error"] {{ color: {t.error}; }}
    QLabel[role="warning"] {{ color: {t.warning}; }}
    QLabel[role="success"] {{ color: {t.success}; }}
    """
