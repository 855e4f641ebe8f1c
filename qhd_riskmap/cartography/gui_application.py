"""The one `QGuiApplication` that fonts and painters need."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

_kept: list[QGuiApplication] = []


def ensure_gui_application() -> QGuiApplication:
    """The running application, or a new one that needs no display.

    Never makes a second one: the window's `QApplication` is a `QGuiApplication` too. Must first be
    called on the main thread of a process.

    Raises:
        RuntimeError: A bare `QCoreApplication` runs, which cannot load fonts.
    """
    running = QCoreApplication.instance()
    if isinstance(running, QGuiApplication):
        return running
    if running is not None:
        raise RuntimeError(
            "a QCoreApplication without a GUI is running; fonts need a QGuiApplication"
        )
    # An explicit -platform beats the environment variable without changing it for child programs.
    arguments = [sys.argv[0] if sys.argv else "qhd-riskmap"]
    if "QT_QPA_PLATFORM" not in os.environ:
        arguments += ["-platform", "offscreen"]
    application = QGuiApplication(arguments)
    _kept.append(application)
    return application
