"""A register read for the first picture, before the libraries that open it are loaded (ADR 0022)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from qhd_riskmap.errors import RiskMapError

if TYPE_CHECKING:
    from qhd_riskmap.domain.feature_table import FeatureTable

_MOMENT_S = 1.0  # from the prepared map to its picture, and some


class FirstLook:
    """Reads a register on a thread of its own while the window is being loaded.

    The file is read at once; what was read is made into columns when `go_on` says that the libraries
    for it are loaded (``loaded`` says that they are from the beginning). Two threads must not load them
    at the same time.

    Attributes:
        path: The register file.
        passphrase: None for a plain file.
    """

    def __init__(self, path: Path, passphrase: str | None, *, loaded: bool = False) -> None:
        self.path = path
        self.passphrase = passphrase
        self._at_once = loaded
        self._fits: Future[bool] = Future()
        self._table: Future[FeatureTable | None] = Future()
        self._loaded = threading.Event()
        self._closing = threading.Event()
        self._follow: Callable[[FeatureTable], object] = bool
        self._thread = threading.Thread(target=self._read, name="register-first", daemon=True)
        self._thread.start()

    def go_on(self, follow: Callable[[FeatureTable], object] = bool) -> None:
        """The libraries are loaded: make the columns, then do ``follow`` with them beside the window."""
        self._follow = follow
        self._loaded.set()

    def fits(self) -> bool:
        """Waits for the file; False where the register must be opened properly to say why."""
        return self._fits.result()

    def table(self) -> FeatureTable | None:
        """Waits for the columns and hands them over; None where only the open register can tell.

        None, too, from the second time on: what was read at the start is not kept.
        """
        self._loaded.set()
        table, self._table = self._table.result(), Future()
        self._table.set_result(None)
        return table

    def close(self) -> None:
        """Wait until the thread is gone."""
        self._loaded.set()
        self._closing.set()
        self._thread.join()

    def _read(self) -> None:
        try:
            table = self._columns()
            self._table.set_result(table)
        except BaseException as error:  # whoever waits must hear of it
            for waited in (self._fits, self._table):
                if not waited.done():
                    waited.set_exception(error)
            return
        self._loaded.wait()
        if table is not None:
            self._follow(table)
            # Whoever fills a list asks for the texts; at the latest the file is let go a moment later.
            self._closing.wait(_MOMENT_S)
            with suppress(RiskMapError):
                _ = table.ids

    def _columns(self) -> FeatureTable | None:
        from qhd_riskmap.storage.first_look import (  # noqa: PLC0415
            columns_of,
            first_rows,
            first_table,
        )

        if self._at_once:
            with ThreadPoolExecutor(1, thread_name_prefix="register-beside") as beside:
                table = first_table(self.path, self.passphrase, beside)
            self._fits.set_result(table is not None)
            return table
        rows = first_rows(self.path, self.passphrase)
        self._fits.set_result(rows is not None)
        self._loaded.wait()
        return columns_of(rows)
