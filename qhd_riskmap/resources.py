"""Finds the files that ship with the program.

One lookup serves a checkout, an installed wheel and a frozen build: no caller knows which it runs in.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from qhd_riskmap.errors import ResourceMissingError
from qhd_riskmap.i18n import ENGLISH, _, set_language, text_in

_PACKAGE = Path(__file__).resolve().parent


@cache
def resources_dir() -> Path:
    """The folder ``resources/``.

    Raises:
        ResourceMissingError: The installation is incomplete.
    """
    return _first_existing("resources", Path("resources"), Path("_bundled/resources"))


@cache
def samples_dir() -> Path:
    """The folder with the invented sample county (``data/samples/``)."""
    return _first_existing("samples", Path("data/samples"), Path("_bundled/samples"))


def resource(*parts: str) -> Path:
    """Path of one shipped file; it must exist.

    Raises:
        ResourceMissingError: The file is not there.
    """
    path = resources_dir().joinpath(*parts)
    if not path.exists():
        raise ResourceMissingError(
            _("程序文件缺失：{name}。").format(name="/".join(parts)),
            hint=_("请重新安装程序。"),
            detail=str(path),
        )
    return path


def rules(name: str) -> Any:
    """Parsed content of ``resources/rules/<name>.json``."""
    return json.loads(resource("rules", f"{name}.json").read_text(encoding="utf-8"))


def _first_existing(name: str, in_checkout: Path, in_package: Path) -> Path:
    frozen_root = getattr(sys, "_MEIPASS", None)
    candidates = [_PACKAGE / in_package, _PACKAGE.parent / in_checkout]
    if frozen_root:
        candidates.insert(0, Path(frozen_root) / in_checkout)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise ResourceMissingError(
        _("程序文件夹缺失：{name}。").format(name=name),
        hint=_("请重新安装程序。"),
        detail="; ".join(map(str, candidates)),
    )


def activate_language(language: str) -> None:
    """Switch the language of the program, with the shipped catalogues."""
    set_language(language, resources_dir() / "locale")


def in_english(message: str) -> str:
    """The English of a Chinese text of the program, whatever language is in force."""
    return text_in(ENGLISH, message, resources_dir() / "locale")
