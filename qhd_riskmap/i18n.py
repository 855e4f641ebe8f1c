"""Translation of everything people read.

Simplified Chinese sentences are the message ids, so Chinese is complete by construction and English
is a catalogue. `N_` marks a text for extraction where it is declared; `_` translates where it is
shown, never at import time, because the language may change while the program runs.
"""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Final

CHINESE: Final = "zh_CN"
ENGLISH: Final = "en"
LANGUAGES: Final = (CHINESE, ENGLISH)
_DOMAIN: Final = "qhd_riskmap"

_active: gettext.NullTranslations = gettext.NullTranslations()
_language: str = CHINESE


def set_language(language: str, catalogues: Path | None = None) -> None:
    """Switch what `_` returns; unknown languages fall back to Chinese.

    Args:
        language: ``zh_CN`` or ``en``.
        catalogues: Folder of the gettext catalogues (`resources.activate_language` knows it).
    """
    global _active, _language  # noqa: PLW0603 - one language per process, like gettext itself
    _language = language if language in LANGUAGES else CHINESE
    if _language == CHINESE:
        _active = gettext.NullTranslations()
        return
    _active = gettext.translation(_DOMAIN, catalogues, languages=[_language], fallback=True)


def language() -> str:
    """The language in force: ``zh_CN`` or ``en``."""
    return _language


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool looks for
    """Mark ``message`` for the catalogue; returns it unchanged."""
    return message


def _(message: str) -> str:
    """The text of ``message`` in the language in force; fill placeholders by ``.format()`` after."""
    return _active.gettext(message) if message else ""


def text_in(language: str, message: str, catalogues: Path) -> str:
    """``message`` in a language that is not in force: a page may carry both.

    Args:
        language: ``zh_CN`` or ``en``.
        message: The Chinese text.
        catalogues: Folder of the gettext catalogues.
    """
    if language == CHINESE or not message:
        return message
    # gettext keeps what it has read.
    return gettext.translation(_DOMAIN, catalogues, languages=[language], fallback=True).gettext(
        message
    )
