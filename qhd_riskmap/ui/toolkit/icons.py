"""Icons of the window: glyphs of one icon font, drawn at the size and in the colour of the moment.

A glyph is an outline, so it is crisp at every scaling, and an engine that asks the theme when it
paints needs no second set for the dark scheme. Only the one font of the icon package is loaded;
importing the package itself would read a dozen fonts at every start.
"""

from __future__ import annotations

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from qhd_riskmap.errors import ResourceMissingError
from qhd_riskmap.i18n import _
from qhd_riskmap.ui.toolkit.theme import theme

_FONT_STEM: Final = "materialdesignicons6-webfont"


def icon(name: str, *, colour: str = "text") -> QIcon:
    """The icon ``name`` of the Material Design set.

    Args:
        name: Glyph name, e.g. ``map-outline``.
        colour: Name of a `Theme` colour; read anew at every painting.

    Raises:
        ResourceMissingError: The icon font is not installed.
        KeyError: The set has no such glyph.
    """
    return QIcon(_GlyphEngine(_characters()[name], colour))


class _GlyphEngine(QIconEngine):
    def __init__(self, character: str, colour: str) -> None:
        super().__init__()
        self._character = character
        self._colour = colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        shown = theme()
        colour = QColor(getattr(shown, self._colour))
        if mode is QIcon.Mode.Disabled:
            colour = QColor(shown.border)
        elif state is QIcon.State.On and self._colour == "text":
            colour = QColor(shown.accent)
        font = QFont(_family())
        font.setPixelSize(max(1, round(rect.height())))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        painter.setPen(colour)
        painter.drawText(QRectF(rect), int(Qt.AlignmentFlag.AlignCenter), self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._character, self._colour)


@cache
def _font_folder() -> Path:
    package = importlib.util.find_spec("qtawesome")
    if package is None or not package.submodule_search_locations:
        raise ResourceMissingError(_("缺少图标字体。"), hint=_("请重新安装程序。"))
    return Path(package.submodule_search_locations[0]) / "fonts"


@cache
def _family() -> str:
    number = QFontDatabase.addApplicationFont(str(_one_file(f"{_FONT_STEM}-[0-9]*.ttf")))
    families = QFontDatabase.applicationFontFamilies(number)
    if not families:
        raise ResourceMissingError(_("图标字体无法使用。"), hint=_("请重新安装程序。"))
    return families[0]


@cache
def _characters() -> dict[str, str]:
    raw = json.loads(_one_file(f"{_FONT_STEM}-charmap-*.json").read_text(encoding="utf-8"))
    return {name: chr(int(point, 16)) for name, point in raw.items()}


def _one_file(pattern: str) -> Path:
    found = sorted(_font_folder().glob(pattern))
    if not found:
        raise ResourceMissingError(
            _("缺少图标字体。"), hint=_("请重新安装程序。"), detail=str(_font_folder() / pattern)
        )
    return found[-1]
