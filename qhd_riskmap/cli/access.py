"""Opens the register a command names, with the passphrase it was given."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from qhd_riskmap.bootstrap import App, open_app
from qhd_riskmap.errors import InvalidInputError
from qhd_riskmap.i18n import _

PASSPHRASE_VARIABLE = "QHD_RISKMAP_PASSPHRASE"  # noqa: S105 - the name, not the word


def passphrase(options: argparse.Namespace) -> str | None:
    """The passphrase from ``--passphrase-file`` or the environment; None means a plain register.

    Raises:
        InvalidInputError: The file cannot be read or is empty.
    """
    path: Path | None = options.passphrase_file
    if path is None:
        return os.environ.get(PASSPHRASE_VARIABLE) or None
    try:
        first_line = path.read_text(encoding="utf-8-sig").splitlines()[:1]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(
            _("读不了口令文件 {path}。").format(path=path),
            hint=_("请核对路径；口令文件应是 UTF-8 文本。"),
            detail=str(error),
        ) from error
    if not first_line or not first_line[0]:
        raise InvalidInputError(
            _("口令文件 {path} 是空的。").format(path=path), hint=_("请把口令写在第一行。")
        )
    return first_line[0]


def open_register_app(options: argparse.Namespace) -> App:
    """The services around the register the command names."""
    return open_app(options.db, passphrase(options), options.actor)
