"""Starts the desk: Qt, fonts, theme, language; opens registers and their windows."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, Qt, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from qhd_riskmap import __version__
from qhd_riskmap.bootstrap import App, actor, open_app
from qhd_riskmap.cartography.fonts import prepare_fonts
from qhd_riskmap.collector import keep_to_this_thread, look_when_due
from qhd_riskmap.errors import ResourceMissingError, WrongPassphraseError
from qhd_riskmap.i18n import CHINESE, _, language
from qhd_riskmap.logs import start_logging
from qhd_riskmap.resources import activate_language
from qhd_riskmap.services.first_look import FirstLook
from qhd_riskmap.settings import Settings, load_settings, log_dir, save_settings
from qhd_riskmap.ui.main_window import MainWindow
from qhd_riskmap.ui.map.scene import prepare_ahead
from qhd_riskmap.ui.pages.map_page import MapPage
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.error_dialog import ErrorDialog, show_error
from qhd_riskmap.ui.toolkit.icons import icon
from qhd_riskmap.ui.toolkit.job_runner import JobRunner
from qhd_riskmap.ui.toolkit.theme import apply_theme

if TYPE_CHECKING:
    from qhd_riskmap.ui.pages.first_start import FirstStartWizard
    from qhd_riskmap.ui.toolkit.passphrase_dialog import PassphraseDialog

# A worker that paints gives the GUI thread its turn sixteen times as often as Python's default: painting the
# window takes the lock dozens of times, and waits so long each time (measured over 30 s of panning: longest
# stall 20-30 ms instead of up to 274 ms).
_SWITCH_INTERVAL_S: Final = 0.0003
_FIRST_PICTURE_S: Final = 60.0
_COLLECTOR: Final = "collector"
_LOOK_EVERY_MS: Final = 100
_log = logging.getLogger(__name__)


def run_desk(
    path: Path | None,
    passphrase: str | None,
    actor_name: str | None,
    look: FirstLook | None = None,
) -> int:
    """Run the window until it is closed.

    Args:
        path: Register to open; None shows the first-start wizard.
        passphrase: None asks for one where the register is encrypted.
        actor_name: Name recorded with every change; None takes the operating system's user.
        look: A look at the register that has begun already.

    Returns:
        The exit code of the process.
    """
    start_logging(log_dir())
    settings = load_settings()
    activate_language(settings.language)
    application = prepare_application(settings)
    controller = DeskController(settings, actor_name)
    sys.excepthook = controller.unexpected
    if look is not None:
        look.go_on(prepare_ahead)
    controller.start(path, passphrase, look)
    return application.exec()


def open_window_offscreen(app: App) -> str:
    """Open the main window on ``app``, wait for its first map picture, close it (self-check).

    Returns:
        What was seen, for the report.

    Raises:
        ResourceMissingError: No picture appeared.
    """
    settings = Settings()
    application = prepare_application(settings)
    jobs = JobRunner()
    window = MainWindow(Desk(app, jobs, settings))
    pictures: list[object] = []
    for page in window.pages.values():
        if isinstance(page, MapPage):
            page.canvas.shown.connect(pictures.append)
    window.show()
    limit = time.monotonic() + _FIRST_PICTURE_S
    while not (pictures and window.desk.features.loaded) and time.monotonic() < limit:
        application.processEvents()
        time.sleep(0.01)
    window.close()
    jobs.shutdown()
    if not pictures:
        raise ResourceMissingError(_("地图窗口没有画出来。"), hint=_("请重新安装程序。"))
    return _("{pages} 个页面").format(pages=len(window.pages))


def prepare_application(settings: Settings) -> QApplication:
    """The dressed QApplication; the running one if there is one already."""
    running = QApplication.instance()
    application = running if isinstance(running, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("qhd-riskmap")
    application.setApplicationVersion(__version__)
    application.setQuitOnLastWindowClosed(False)
    _install_qt_translation(application)
    prepare_fonts()
    apply_theme(application, settings.theme)
    application.setWindowIcon(icon("map-marker-alert-outline", colour="accent"))
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    _keep_the_collector(application)
    return application


def _keep_the_collector(application: QApplication) -> None:
    """Widgets that are garbage are taken apart in the thread they live in, never in a worker."""
    keep_to_this_thread()
    if application.findChild(QTimer, _COLLECTOR) is not None:
        return
    timer = QTimer(application)
    timer.setObjectName(_COLLECTOR)
    timer.timeout.connect(look_when_due)
    timer.start(_LOOK_EVERY_MS)


def _install_qt_translation(application: QApplication) -> None:
    """Qt's own buttons and menus in Chinese."""
    if language() != CHINESE:
        return
    translator = QTranslator(application)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(CHINESE), "qtbase", "_", folder):
        application.installTranslator(translator)


class DeskController(QObject):
    """Opens registers one after another and quits when the last window closes."""

    def __init__(self, settings: Settings, actor_name: str | None) -> None:
        super().__init__()
        self.settings = settings
        self.jobs = JobRunner(self)
        self.window: MainWindow | None = None
        self.wizard: FirstStartWizard | None = None
        self.desk: Desk | None = None
        self.passphrase_dialog: PassphraseDialog | None = None
        self.error: ErrorDialog | None = None
        self._actor = actor_name
        self._path: Path | None = None
        self._switching = False

    def start(
        self, path: Path | None, passphrase: str | None = None, look: FirstLook | None = None
    ) -> None:
        """Open ``path``, or ask what to open."""
        if path is None:
            self.first_start()
        else:
            self.open(path, passphrase, look)

    def first_start(self) -> None:
        """Nothing is open yet: let the officer choose."""
        if self.wizard is not None:
            self.wizard.raise_()
            return
        from qhd_riskmap.ui.pages.first_start import FirstStartWizard  # noqa: PLC0415 - seldom

        wizard = FirstStartWizard(self.jobs, self._actor, self.window)
        wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wizard.opened.connect(self.show_app)
        wizard.open_wanted.connect(self.open)
        wizard.rejected.connect(self._wizard_left)
        self.wizard = wizard
        wizard.open()

    def open(
        self, path: Path, passphrase: str | None = None, look: FirstLook | None = None
    ) -> None:
        """Open a register beside the window; asks for a passphrase where one is needed."""
        self._path = path
        if look is None:
            look = FirstLook(path, passphrase, loaded=True)
            look.go_on(prepare_ahead)
        self.jobs.start(
            lambda _job: open_app(path, passphrase, self._actor, look),
            title=_("正在打开登记库…"),
            on_success=self.show_app,
            on_failure=self._not_opened,
        )

    def show_app(self, app: App) -> None:
        """Show the window of an opened register; a former one is closed."""
        if self.passphrase_dialog is not None:
            self.passphrase_dialog.accept()
            self.passphrase_dialog = None
        if self.wizard is not None:
            # The name given there is the officer's from now on, also after the next start.
            self._actor = self.settings.actor = app.actor.name
            self.wizard.accept()
            self.wizard = None
        self._leave_current()
        self.settings.remember(app.path)
        save_settings(self.settings)
        self.desk = Desk(app, self.jobs, self.settings)
        self.window = MainWindow(self.desk)
        self.window.open_wanted.connect(self.open)
        self.window.new_wanted.connect(self.first_start)
        self.window.sample_wanted.connect(self.open_sample)
        self.window.closed.connect(self._closed)
        self.window.show()

    def open_sample(self) -> None:
        """Open the sample county; the first time it is built from the shipped sheets."""
        from qhd_riskmap.ui.pages.first_start import opened_sample  # noqa: PLC0415 - seldom

        name = actor(self._actor).name
        self.jobs.start(
            lambda job: opened_sample(name, job),
            title=_("正在准备示例县…"),
            on_success=self.show_app,
            on_failure=self._show_error,
        )

    def _wizard_left(self) -> None:
        self.wizard = None
        if self.window is None and not self.jobs.busy:
            self.quit()

    def unexpected(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """`sys.excepthook`: a bug in a slot is logged and shown, and the window goes on."""
        if issubclass(kind, KeyboardInterrupt):
            self.quit()
            return
        self._show_error(error.with_traceback(trace))

    def quit(self) -> None:
        """End the program; no thread of ours is left."""
        self._shut_down()
        application = QApplication.instance()
        if application is not None:
            application.quit()

    def _leave_current(self) -> None:
        if self.window is None or self.desk is None:
            return
        self._switching = True
        self.window.close()
        self._switching = False
        former = self.desk.app
        self.jobs.start(lambda _job: former.close(), title=_("正在关闭登记库…"), quiet=True)
        self.window.deleteLater()
        self.window = None

    def _closed(self) -> None:
        if not self._switching:
            self.quit()

    def _shut_down(self) -> None:
        self.jobs.shutdown(self.desk.app.close if self.desk is not None else None)
        self.desk = None

    def _not_opened(self, error: BaseException) -> None:
        if isinstance(error, WrongPassphraseError) and self._path is not None:
            self._ask_again(self._path)
            return
        if self.passphrase_dialog is not None:
            self.passphrase_dialog.reject()
            self.passphrase_dialog = None
        self._show_error(error)

    def _ask_again(self, path: Path) -> None:
        if self.passphrase_dialog is not None:
            self.passphrase_dialog.refuse()
            return
        from qhd_riskmap.ui.toolkit.passphrase_dialog import (  # noqa: PLC0415 - seldom
            PassphraseDialog,
        )

        dialog = PassphraseDialog(path, self.window)
        dialog.submitted.connect(self._try_passphrase)
        dialog.rejected.connect(self._passphrase_refused)
        self.passphrase_dialog = dialog
        dialog.open()

    def _try_passphrase(self, passphrase: str) -> None:
        if self._path is not None:
            self.open(self._path, passphrase)

    def _passphrase_refused(self) -> None:
        tries = self.passphrase_dialog.tries if self.passphrase_dialog is not None else 0
        self.passphrase_dialog = None
        _log.info("register not opened after %d passphrases", tries)
        if self.window is None:
            self.quit()

    def _show_error(self, error: BaseException) -> None:
        parent: QWidget | None = self.window
        self.error = show_error(error, parent)
        if self.error is not None and self.window is None:
            # Nothing is open behind the dialog: offer another register afterwards.
            self.error.finished.connect(self.first_start)
