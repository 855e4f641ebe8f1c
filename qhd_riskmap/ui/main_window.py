"""The window: navigation rail, menus, pages, message bar, status bar."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QMessageBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap import __version__
from qhd_riskmap.domain.access import ALL_PERMISSIONS, Permission
from qhd_riskmap.i18n import CHINESE, ENGLISH, N_, _
from qhd_riskmap.resources import activate_language
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.settings import data_dir, save_settings
from qhd_riskmap.ui.map.detail_facts import load_form_parts
from qhd_riskmap.ui.pages.map_page import MapPage
from qhd_riskmap.ui.toolkit.actions import CommandRegistry
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.drop_area import dropped_files, dropped_photos, has_files
from qhd_riskmap.ui.toolkit.due_notice import DueNotice
from qhd_riskmap.ui.toolkit.error_dialog import ErrorDialog, show_error
from qhd_riskmap.ui.toolkit.figures_ahead import FiguresAhead
from qhd_riskmap.ui.toolkit.manual_window import ManualWindow
from qhd_riskmap.ui.toolkit.message_bar import MessageBar
from qhd_riskmap.ui.toolkit.page import Page, PageEntry
from qhd_riskmap.ui.toolkit.page_shelf import PageShelf
from qhd_riskmap.ui.toolkit.rail import NavigationRail
from qhd_riskmap.ui.toolkit.register_backup import REGISTER_FILES, RegisterBackup, backup_words
from qhd_riskmap.ui.toolkit.status_bar import DeskStatusBar
from qhd_riskmap.ui.toolkit.theme import apply_theme
from qhd_riskmap.ui.toolkit.window_commands import COMMANDS, MENUS

if TYPE_CHECKING:
    from qhd_riskmap.services.integrity import Backup

# The order of the rail; a page stands here from the day it is built.
PAGES: Final = (
    PageEntry("map", N_("地图"), "map-outline", "map_page", "MapPage"),
    PageEntry("register", N_("台账"), "table-large", "register_page", "RegisterPage"),
    PageEntry("import", N_("导入"), "file-upload-outline", "survey_import", "SurveyImportPage"),
    PageEntry("assessment", N_("评估"), "scale-balance", "assessment", "AssessmentPage"),
    PageEntry(
        "remediation", N_("整改"), "clipboard-check-outline", "remediation", "RemediationPage"
    ),
    PageEntry("inspection", N_("检查"), "clipboard-search-outline", "inspection", "InspectionPage"),
    PageEntry("release", N_("发布"), "publish", "release", "ReleasePage"),
    PageEntry("statistics", N_("统计"), "chart-bar", "statistics", "StatisticsPage"),
)

# What rows are, and the page that lists them.
_ROWS_ON: Final = {"hazard": "register", "task": "remediation", "inspection": "inspection"}
_LAYOUT_KEY: Final = "main_window"
_FIRST_SIZE: Final = (1280, 720)
_SMALLEST: Final = (800, 480)


class MainWindow(QMainWindow):
    """One open register.

    Signals:
        new_wanted: The officer asked for a new register.
        sample_wanted: The officer asked for the sample county.
        open_wanted: The officer asked for another register (its path).
        closed: The window is gone; the register can be closed.
    """

    new_wanted = Signal()
    sample_wanted = Signal()
    open_wanted = Signal(object)
    closed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.desk = desk
        self.manual: ManualWindow | None = None
        self.error: ErrorDialog | None = None
        self.pages = PageShelf(PAGES, self._build_page)
        self._page_actions: dict[str, list[QAction]] = {}
        self.setMinimumSize(*_SMALLEST)
        self.setAcceptDrops(True)
        self.backup = RegisterBackup(desk, self)
        self.backup.known.connect(self._show_backup)
        self.due = DueNotice(desk, self)
        self.figures_ahead = FiguresAhead(desk, self)
        self._build()
        self._restore_geometry()
        desk.changed.connect(self._changed)
        desk.page_wanted.connect(self.go_to)
        desk.place_wanted.connect(self._show_place)
        desk.rows_wanted.connect(self._show_rows)
        desk.history.changed.connect(self._name_steps)
        desk.noticed.connect(self._notice)
        desk.troubled.connect(self._trouble)
        desk.jobs.started.connect(self._watch)
        desk.jobs.unhandled.connect(self._trouble)
        desk.pointed.connect(self._point)
        desk.scaled.connect(self._scale)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_scheme_changed)
        # The map comes first; what it does not need waits until it is there.
        desk.drawn.connect(self._load_rest, Qt.ConnectionType.SingleShotConnection)
        desk.features.reload()

    # -- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self.setWindowTitle(
            _("{register} — 秦皇岛市突发事件风险隐患分布图").format(
                register=self.desk.app.path.stem
            )
        )
        self.registry = CommandRegistry(COMMANDS, self)
        self._bind()
        self.message_bar = MessageBar(self)
        self.stack = QStackedWidget()
        self.pages = PageShelf(PAGES, self._build_page)
        self._page_actions = {}
        self.rail = NavigationRail(PAGES)
        self.rail.chosen.connect(self.go_to)
        self._add_number_shortcuts()
        self.registry.allow(self.desk.app.actor.permissions)
        self._fill_menus()
        self._name_steps()
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stack, 1)
        centre = QWidget()
        row = QHBoxLayout(centre)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(column, 1)
        self.setCentralWidget(centre)
        self._make_status_bar()
        self.go_to(PAGES[0].key)

    def _load_rest(self) -> None:
        """The map is drawn: have at hand what the officer may want next."""
        self.backup.look_up()
        self.due.look_up()
        self.desk.run(
            lambda _job: _load_ahead(),
            title=_("正在准备…"),
            database=False,
            quiet=True,
        )

    def _bind(self) -> None:
        bind = self.registry.bind
        bind("file.new", self.new_wanted.emit)
        bind("file.open", self._ask_for_register)
        bind("file.sample", self.sample_wanted.emit)
        bind("file.backup", self.backup.ask)
        bind("file.quit", self.close)
        bind("edit.undo", self.desk.history.undo)
        bind("edit.redo", self.desk.history.redo)
        bind("edit.find", lambda: self.current_page().start_search())
        bind("view.refresh", lambda: self.desk.announce(Changes(hazards=True)))
        for choice in ("system", "light", "dark"):
            bind(f"view.theme.{choice}", partial(self.set_theme, choice))
        for tongue in (CHINESE, ENGLISH):
            bind(f"view.language.{tongue}", partial(self.set_language, tongue))
        bind("help.manual", self.show_manual)
        bind("help.shortcuts", self.show_shortcuts)
        bind("help.about", self.show_about)
        settings = self.desk.settings
        self.registry.action(f"view.theme.{settings.theme}").setChecked(True)
        self.registry.action(f"view.language.{settings.language}").setChecked(True)

    def _build_page(self, entry: PageEntry) -> Page:
        """Build a page that is wanted for the first time, with its commands."""
        page = entry.load()(self.desk)
        self.stack.addWidget(page)
        actions = self._page_actions[entry.key] = []
        for command, callback in page.commands():
            actions.append(self.registry.add(command))
            self.registry.bind(command.id, callback)
        for action in actions:
            action.setVisible(False)
        self.registry.allow(self.desk.app.actor.permissions)
        self._fill_menus()
        self._name_steps()
        return page

    def _add_number_shortcuts(self) -> None:
        for number, page in enumerate(PAGES, start=1):
            action = QAction(_(page.title), self)
            action.setObjectName(f"go-{page.key}")
            action.setShortcut(QKeySequence(f"Ctrl+{number % 10}"))
            action.triggered.connect(lambda _on=False, key=page.key: self.go_to(key))
            self.addAction(action)

    def _fill_menus(self) -> None:
        bar = self.menuBar()
        bar.clear()
        for key, title in MENUS:
            menu = bar.addMenu(_(title))
            menu.setObjectName(f"menu-{key}")
            # Otherwise the tips would only repeat the entries.
            menu.setToolTipsVisible(not self.desk.app.actor.permissions >= ALL_PERMISSIONS)
            for command in self.registry.in_menu(key):
                if command.separator:
                    menu.addSeparator()
                menu.addAction(self.registry.action(command.id))
                if command.id == "file.sample":
                    self._add_recent(menu)
            if key == "view":
                self._add_page_entries(menu)
        # Shortcuts of commands without a menu work through the window itself.
        self.addActions(
            [self.registry.action(c.id) for c in self.registry.commands() if not c.menu]
        )

    def _add_recent(self, menu: QMenu) -> None:
        recent = menu.addMenu(_("最近打开(&R)"))
        recent.setObjectName("menu-recent")
        for text in self.desk.settings.recent:
            path = Path(text)
            action = recent.addAction(f"{path.name}   {path.parent}")
            action.triggered.connect(lambda _on=False, path=path: self.open_wanted.emit(path))
        recent.setEnabled(bool(self.desk.settings.recent))

    def _add_page_entries(self, menu: QMenu) -> None:
        menu.addSeparator()
        for action in self.actions():
            if action.objectName().startswith("go-"):
                menu.addAction(action)

    def _make_status_bar(self) -> None:
        app = self.desk.app
        self.status = DeskStatusBar(self.desk.settings.coordinate_format)
        self.status.show_register(
            app.path.name, str(app.path), encrypted=app.encrypted, actor=app.actor.name
        )
        self.status.form_chosen.connect(self._remember_form)
        self.status.backup_wanted.connect(self.registry.action("file.backup").trigger)
        self._show_backup(self.backup.last)
        self.setStatusBar(self.status)

    # -- pages ----------------------------------------------------------------------------------

    def current_page(self) -> Page:
        """The page in front."""
        page = self.stack.currentWidget()
        if not isinstance(page, Page):
            raise TypeError("the stack holds pages only")
        return page

    def go_to(self, key: str) -> None:
        """Bring the page ``key`` to front."""
        page = self.pages[key]
        before = self.current_page()
        if page is not before:
            before.deactivate()
            self.message_bar.page_changed()
        self.stack.setCurrentWidget(page)
        self.rail.show_current(key)
        for owner, actions in self._page_actions.items():
            for action in actions:
                action.setVisible(owner == key)
        page.activate()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files may be dropped anywhere on the window."""
        if has_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Bring the page to front that takes the files."""
        photos = dropped_photos(event.mimeData())
        if photos is not None:
            event.acceptProposedAction()
            self.go_to("import")
            self.current_page().take_photos(photos)
            return
        files = dropped_files(event.mimeData())
        taker = next((key for key, page in self.pages.items() if page.take_files(files)), None)
        if taker is not None:
            event.acceptProposedAction()
            self.go_to(taker)

    def _show_place(self, text: str) -> None:
        self.go_to("map")
        page = self.current_page()
        if isinstance(page, MapPage):
            page.ask_place(text)

    def _show_rows(self, population: str, keys: tuple[str, ...], title: str) -> None:
        self.go_to(_ROWS_ON[population])
        self.current_page().show_rows(title, keys)

    def _name_steps(self) -> None:
        """Undo and redo say what they would do; with nothing to do they are grey."""
        history, allowed = self.desk.history, self.desk.app.actor.permissions
        for command, words, text in (
            ("edit.undo", _("撤销(&U)"), history.undo_text),
            ("edit.redo", _("重做(&R)"), history.redo_text),
        ):
            action = self.registry.action(command)
            action.setText(f"{words} {text.replace('&', '&&')}".strip())
            action.setEnabled(bool(text) and Permission.EDIT in allowed)

    def _changed(self, changes: Changes) -> None:
        for page in self.pages.built():
            page.changes(changes)

    # -- language and theme ---------------------------------------------------------------------

    def set_language(self, language: str) -> None:
        """Build everything anew in another language; register and selection stay open."""
        if language == self.desk.settings.language:
            return
        self.desk.settings.language = language
        save_settings(self.desk.settings)
        activate_language(language)
        # A tenth of a second and more, all of it building widgets: the cursor says so.
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            self._build_anew()
        finally:
            QGuiApplication.restoreOverrideCursor()

    def _build_anew(self) -> None:
        current = self.current_page().key
        kept = {page.key: page.keep() for page in self.pages.built()}
        for page in self.pages.built():
            page.close_down()
        for action in self.actions():
            self.removeAction(action)
        if self.manual is not None:
            self.manual.close()
            self.manual = None
        old_registry = self.registry
        self._build()
        old_registry.deleteLater()
        for key, state in kept.items():
            self.pages[key].resume(state)
        self.go_to(current)

    def set_theme(self, choice: str) -> None:
        """Change the theme: ``system``, ``light`` or ``dark``."""
        self.desk.settings.theme = choice
        save_settings(self.desk.settings)
        self._restyle()

    def _system_scheme_changed(self) -> None:
        if self.desk.settings.theme == "system":
            self._restyle()

    def _restyle(self) -> None:
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply_theme(application, self.desk.settings.theme)
        self.message_bar.restyle()
        self._make_status_bar()
        for page in self.pages.built():
            page.restyle()

    # -- messages -------------------------------------------------------------------------------

    def _notice(self, text: str, severity: str, action: str, callback: object) -> None:
        self.message_bar.show_message(
            text, severity, action=action, callback=callback if callable(callback) else None
        )

    def _trouble(self, error: BaseException) -> None:
        self.error = show_error(error, self)

    def _watch(self, handle: object) -> None:
        self.status.watch(handle)  # type: ignore[arg-type]  # Signal(object) carries a JobHandle

    def _point(self, lon: float, lat: float) -> None:
        self.status.show_place(lon, lat)

    def _scale(self, denominator: float) -> None:
        self.status.show_scale(denominator)

    def _show_backup(self, last: Backup | None) -> None:
        self.status.show_backup(*backup_words(last))

    def _remember_form(self, form: str) -> None:
        self.desk.settings.coordinate_format = form
        save_settings(self.desk.settings)

    # -- commands -------------------------------------------------------------------------------

    def _ask_for_register(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(
            self, _("打开登记库"), str(data_dir()), _(REGISTER_FILES)
        )
        if chosen:
            self.open_wanted.emit(Path(chosen))

    def show_manual(self) -> None:
        """F1: the manual at the page of the screen in front."""
        if self.manual is None:
            self.manual = ManualWindow()
        self.manual.show_page(self.current_page().help_page)

    def show_shortcuts(self) -> QMessageBox:
        """A table of all shortcuts, read from the declarations."""
        for key in self.pages:
            _page = self.pages[key]  # built, so that its commands are known
        rows = [
            (_(c.title).split("(&")[0].rstrip("…"), c.shortcut)
            for c in self.registry.commands()
            if c.shortcut
        ]
        rows += [(_(p.title), f"Ctrl+{n}") for n, p in enumerate(PAGES, start=1)]
        cells = "".join(f"<tr><td>{t}&nbsp;&nbsp;&nbsp;</td><td>{k}</td></tr>" for t, k in rows)
        return self._inform(_("快捷键"), f"<table cellpadding=3>{cells}</table>")

    def show_about(self) -> QMessageBox:
        """Name, version and licence."""
        words = _(
            "秦皇岛市突发事件风险隐患分布图\n版本 {version}\n按 Apache-2.0 许可发布。"
        ).format(version=__version__)
        return self._inform(_("关于"), words)

    def _inform(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(QMessageBox.Icon.NoIcon, title, text, parent=self)
        box.setObjectName("information")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.addButton(_("关闭"), QMessageBox.ButtonRole.AcceptRole)
        box.open()
        return box

    # -- end ------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask once about unsaved edits, then stop everything."""
        unsaved = [words for page in self.pages.built() if (words := page.unsaved())]
        if unsaved and not self.confirm_loss("\n".join(unsaved)):
            event.ignore()
            return
        self._save_geometry()
        self.due.close_down()
        self.figures_ahead.close_down()
        for page in self.pages.built():
            page.close_down()
        if self.manual is not None:
            self.manual.close()
        event.accept()
        self.closed.emit()

    def confirm_loss(self, words: str) -> bool:
        """Ask whether unsaved edits may be lost."""
        box = QMessageBox(QMessageBox.Icon.Warning, _("有未保存的修改"), words, parent=self)
        box.setObjectName("confirm-loss")
        leave = box.addButton(_("放弃修改并关闭"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(_("返回"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.exec()
        return box.clickedButton() is leave

    def _restore_geometry(self) -> None:
        self.resize(*_FIRST_SIZE)
        saved = self.desk.settings.layouts.get(_LAYOUT_KEY, "")
        if saved:
            self.restoreGeometry(QByteArray.fromBase64(saved.encode("ascii", "replace")))

    def _save_geometry(self) -> None:
        state = self.saveGeometry().toBase64().data()
        self.desk.settings.layouts[_LAYOUT_KEY] = bytes(state).decode("ascii")
        save_settings(self.desk.settings)


def _load_ahead() -> None:
    load_form_parts()
    for entry in PAGES:
        entry.load()
