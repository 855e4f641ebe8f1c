"""Check boxes and radio buttons that can be seen in both schemes.

Fusion outlines its boxes in a shade darker than the window, which vanishes on a dark one. The style
sheet takes pictures from files only, so glyphs of the icon font are written to a folder of this run.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.theme import Theme

_PIXELS: Final = 54  # three times the size shown: crisp at 300 %
_SHOWN: Final = 18
_GLYPHS: Final = (
    ("unchecked", "checkbox-blank-outline", "border"),
    ("checked", "checkbox-marked", "accent"),
    ("indeterminate", "minus-box", "accent"),
)
_RADIO_GLYPHS: Final = (
    ("unchecked", "radiobox-blank", "border"),
    ("checked", "radiobox-marked", "accent"),
)


def indicator_sheet(chosen: Theme) -> str:
    """Style-sheet rules for the indicators of one scheme; ``chosen`` must be in force."""
    rules = [
        (
            "QCheckBox::indicator, QRadioButton::indicator, QListView::indicator, "
            f"QTreeView::indicator, QTableView::indicator {{ width: {_SHOWN}px; height: {_SHOWN}px; }}"
        ),
    ]
    for state, glyph, colour in _GLYPHS:
        picture = _picture(glyph, colour, chosen).as_posix()
        rules.append(
            f"QCheckBox::indicator:{state}, QListView::indicator:{state},"
            f" QTreeView::indicator:{state}, QTableView::indicator:{state}"
            f' {{ image: url("{picture}"); }}'
        )
    for state, glyph, colour in _RADIO_GLYPHS:
        picture = _picture(glyph, colour, chosen).as_posix()
        rules.append(f'QRadioButton::indicator:{state} {{ image: url("{picture}"); }}')
    return "\n".join(rules)


@cache
def _folder() -> TemporaryDirectory[str]:
    # Kept until the interpreter ends, which removes it.
    return TemporaryDirectory(prefix="qhd-riskmap-", ignore_cleanup_errors=True)


def _picture(glyph: str, colour: str, chosen: Theme) -> Path:
    path = Path(_folder().name) / f"{glyph}-{'dark' if chosen.dark else 'light'}.png"
    if not path.exists():
        icon(glyph, colour=colour).pixmap(_PIXELS, _PIXELS).save(str(path))
    return path
