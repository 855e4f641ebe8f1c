"""Entry point: the desk by default, the command line when arguments are given."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qhd_riskmap.services.first_look import FirstLook


def main() -> int:
    """Run the program; returns the exit code."""
    # A frozen child process (PDF export) starts here too and must not open a window.
    multiprocessing.freeze_support()
    if sys.argv[1:] == ["--self-check"]:
        from qhd_riskmap.ui.self_check import run_self_check  # noqa: PLC0415 - frozen builds only

        return run_self_check()
    from qhd_riskmap.cli.application import run  # noqa: PLC0415 - after freeze_support

    return run(sys.argv[1:], _open_desk)


def _open_desk(
    path: Path | None, passphrase: str | None, actor_name: str, look: FirstLook | None
) -> int:
    # Widgets load late: no other command needs them.
    from qhd_riskmap.ui.application import run_desk  # noqa: PLC0415

    return run_desk(path, passphrase, actor_name, look)


if __name__ == "__main__":
    sys.exit(main())
