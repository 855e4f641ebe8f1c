"""``desk``: decides which register the window opens on."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from qhd_riskmap.bootstrap import actor
from qhd_riskmap.cli.access import passphrase
from qhd_riskmap.cli.output import Output
from qhd_riskmap.i18n import _
from qhd_riskmap.services.first_look import FirstLook
from qhd_riskmap.settings import data_dir, load_settings

# (register or None for the first-start wizard, passphrase, actor name, look at it) → exit code
DeskOpener = Callable[[Path | None, str | None, str, FirstLook | None], int]


def open_desk(options: argparse.Namespace, output: Output, opener: DeskOpener) -> int:
    """Open the desk on a register, on the sample county, or with the first-start wizard."""
    path: Path | None = options.db
    word = passphrase(options)
    who = actor(options.actor or load_settings().actor)
    if options.sample:
        # Building the sample imports sheets; opening a register must not wait for what that takes.
        from qhd_riskmap.services.jobs import SilentJob  # noqa: PLC0415
        from qhd_riskmap.services.sample_county import (  # noqa: PLC0415
            SAMPLE_PASSPHRASE,
            ensure_sample_register,
        )

        path, word = sample_path(), SAMPLE_PASSPHRASE
        if not path.exists():
            output.note(_("正在建立示例登记库……"))
        ensure_sample_register(path, who, SilentJob())
    # Begun here, so that the file is read while the window is being loaded.
    look = FirstLook(path, word) if path is not None else None
    try:
        return opener(path, word, who.name, look)
    finally:
        # A window that could not open must not leave its reader waiting.
        if look is not None:
            look.close()


def sample_path() -> Path:
    """Where the sample register lives."""
    return data_dir() / "示例县.qhd"
