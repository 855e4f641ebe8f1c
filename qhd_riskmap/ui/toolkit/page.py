"""The page protocol: what the main window expects of every page, and what a page may count on.

**Writing a page.** Subclass `Page` in ``ui/pages/<name>.py``, set the class attributes, build the
widgets in ``__init__(self, desk)`` and add a `PageEntry` to ``main_window.PAGES`` (its place there is
its place in the rail and its Ctrl+number). That is all; the window makes the rail button and the
shortcut from the entry. The page's module is loaded and the page built when it is first shown.

**What a page gets.** One `Desk`:

* ``desk.app``: the services (`bootstrap.App`); never import storage.
* ``desk.run(work, title=…, on_success=…)``: everything that may take over 0.1 s. ``work(job)`` runs
  on the register's worker, ``on_success(result)`` back on the GUI thread. Failures without an
  ``on_failure`` are shown by the window. Hand over *bound methods of the page* as callbacks: Qt
  drops them when the page is destroyed, which a lambda is not.
* ``desk.announce(changes)``: after every mutating service call, with the `Changes` it returned. The
  window refreshes the shared features and calls `Page.changes` of every page, the caller included.
* ``desk.selection``, ``desk.features``: the shared selection and columns of the register.
* ``desk.go_to("map")``: show another page; pages do not know each other.
* ``desk.notify(text)``, ``desk.show_error(error)``: message bar; error dialog.
* ``desk.settings``: preferences; the window saves them.

**Language and theme.** Read texts with ``_()`` while building. When the language changes the window
builds all pages anew (`Page.keep` and `Page.resume` carry a page's state over); when only the theme
changes it calls `Page.restyle`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.toolkit.actions import Command
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.icons import icon


@dataclass(frozen=True, slots=True)
class PageEntry:
    """What the rail shows of a page before it is loaded.

    Attributes:
        key: The page's stable key.
        title: Word in the rail, ``N_("…")``; two or four characters.
        icon_name: Glyph of `icons.icon`.
        module: Where the page is written, below ``ui.pages``.
        name: Its class there.
    """

    key: str
    title: str
    icon_name: str
    module: str
    name: str

    def icon(self) -> QIcon:
        """The rail's icon."""
        return icon(self.icon_name)

    def load(self) -> type[Page]:
        """The class of the page; also beside the window, to have it at hand."""
        module = importlib.import_module(f"qhd_riskmap.ui.pages.{self.module}")
        page: type[Page] = getattr(module, self.name)
        return page


class Page(QWidget):
    """One page of the window.

    Attributes:
        key: Stable key, also for `Desk.go_to` and the object name (``page-<key>``).
        help_page: Name of the manual page without suffix, shown by F1.
        desk: What the page may count on.
    """

    key: ClassVar[str]
    help_page: ClassVar[str] = "index"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName(f"page-{self.key}")

    def activate(self) -> None:
        """The page was brought to front."""

    def deactivate(self) -> None:
        """Another page was brought to front."""

    def changes(self, changes: Changes) -> None:
        """Something was changed by this or another page; decide whether to reload."""

    def commands(self) -> tuple[tuple[Command, Callable[[], object]], ...]:
        """The page's own commands with what they do; in force while the page is in front."""
        return ()

    def start_search(self) -> None:
        """Ctrl+F: put the cursor into the page's search box, if it has one."""

    def unsaved(self) -> str:
        """What would be lost by closing now, as one sentence; "" if nothing."""
        return ""

    def keep(self) -> dict[str, object]:
        """State to carry over when the page is built anew in another language."""
        return {}

    def resume(self, state: dict[str, object]) -> None:
        """Take over what `keep` of the former page returned."""

    def take_files(self, paths: Sequence[Path]) -> bool:
        """Files were dropped on the window; True when the page takes them."""
        del paths
        return False

    def take_photos(self, source: Path | tuple[Path, ...]) -> None:
        """A folder, an archive or files with nothing but photos were dropped on the window."""

    def show_rows(self, title: str, keys: Collection[str]) -> None:
        """Show exactly these rows, told by id or number."""
        del title, keys

    def restyle(self) -> None:
        """The theme changed: renew what the style sheet and the icons do not reach."""

    def close_down(self) -> None:
        """The page is about to be destroyed: stop threads and timers."""
