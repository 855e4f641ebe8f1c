"""The font of maps and sheets.

Sheets use a family of our own, made at set-up (``resources/build_fonts.py``), because the stock CJK
fonts make PDFs unsearchable (docs/adr/0011) and because a sheet must look the same on every desk.
"""

from __future__ import annotations

import logging
import os
import sys
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from qhd_riskmap.cartography.gui_application import ensure_gui_application
from qhd_riskmap.errors import ResourceMissingError
from qhd_riskmap.i18n import _
from qhd_riskmap.resources import resources_dir

SHEET_FAMILY: Final = "QHD Sheet Sans"
_FALLBACKS: Final = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "Microsoft YaHei UI",
    "WenQuanYi Micro Hei", "SimHei",
)  # fmt: skip
# Far above what the program opens, below the 1,024 a process may have.
_FIRST_DESCRIPTOR: Final = 900
_log = logging.getLogger(__name__)


@cache
def sheet_font_family() -> tuple[str, bool]:
    """Family for maps and sheets, and whether it is the one that ships with the program.

    Call `prepare_fonts` on the main thread first; later calls are safe anywhere.
    """
    ensure_gui_application()
    for n, path in enumerate(_shipped_fonts()):
        QFontDatabase.addApplicationFont(_same_everywhere(path, _FIRST_DESCRIPTOR + n))
    families = set(QFontDatabase.families())
    if SHEET_FAMILY in families:
        return SHEET_FAMILY, True
    family = next((name for name in _FALLBACKS if name in families), "")
    _log.info("sheet font missing, using %r", family or "the system's default")
    return family or QFont().family(), False


def prepare_fonts() -> None:
    """Load the fonts; on the main thread, before a worker paints."""
    sheet_font_family()


def font_pixels(size: float) -> int:
    """The whole pixels a size in painter units becomes: fonts know no others."""
    return max(1, round(size))


def sheet_font(pixel_size: float, *, bold: bool = False) -> QFont:
    """A font of the sheet family, sized in painter units."""
    font = QFont(sheet_font_family()[0])
    font.setPixelSize(font_pixels(pixel_size))
    if bold:
        font.setWeight(QFont.Weight.Bold)
    # Hinted advances differ between devices and would move words between screen and paper.
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def missing_font_notice() -> str:
    """Sentence for people when the shipped font is missing, or ""."""
    family, ours = sheet_font_family()
    if ours:
        return ""
    return _("未找到随程序提供的制图字体，暂用“{family}”；导出的 PDF 可能无法按文字检索。").format(
        family=family
    )


def _shipped_fonts() -> list[str]:
    try:
        folder = resources_dir() / "fonts"
    except ResourceMissingError:
        return []
    return sorted(str(p) for p in folder.glob("*") if p.suffix.lower() in {".ttf", ".otf"})


def _same_everywhere(path: str, descriptor: int) -> str:
    """A name of the file that does not tell where the program lies.

    On Linux Qt writes the fonts of a PDF in an order that follows from their file names, so two
    installations made different bytes of one sheet. A fixed open file is a fixed name, still mapped and
    not copied, which a Qt resource would be: twice, 35 MB. Elsewhere Qt knows fonts by their own name.
    """
    if sys.platform != "linux":
        return path
    name = f"/proc/self/fd/{descriptor}"
    try:
        if not Path(name).exists():
            with Path(path).open("rb") as opened:
                os.dup2(opened.fileno(), descriptor, inheritable=False)
        return name if Path(name).samefile(path) else path
    except OSError:
        return path
