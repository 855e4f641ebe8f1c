"""The offline manual: one page per screen, shown by F1."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from qhd_riskmap.i18n import ENGLISH, _, language
from qhd_riskmap.resources import resource
from qhd_riskmap.ui.toolkit.theme import SPACE_S

_SIZE: Final = (760, 640)


class ManualWindow(QWidget):
    """A window of its own, so that the manual can stay open beside the work."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("manual-window")
        self.setWindowTitle(_("使用手册"))
        self.resize(*_SIZE)
        self.browser = QTextBrowser()
        self.browser.setObjectName("manual-browser")
        self.browser.setAccessibleName(_("使用手册"))
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        layout.addWidget(self.browser)
        QShortcut(QKeySequence("Esc"), self, self.close)

    def show_page(self, name: str) -> None:
        """Show the page ``name`` (without suffix).

        Raises:
            ResourceMissingError: The manual has no such page.
        """
        path = resource("manual", f"{name}.md")
        translated = path.parent / "en" / path.name
        if language() == ENGLISH and translated.is_file():
            path = translated
        self.browser.document().setBaseUrl(QUrl.fromLocalFile(str(path)))
        self.browser.setMarkdown(path.read_text(encoding="utf-8"))
        self.show()
        self.raise_()
        self.activateWindow()

    def _follow(self, target: QUrl) -> None:
        if target.scheme() in {"http", "https", "mailto"}:
            QDesktopServices.openUrl(target)
        elif target.fileName().endswith(".md"):
            self.show_page(target.fileName().removesuffix(".md"))
