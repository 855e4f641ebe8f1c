"""Tiles kept on this computer: how much room they take and may take, how long they serve, away with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QMessageBox,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from qhd_riskmap.i18n import _
from qhd_riskmap.settings import TILE_DAYS_RANGE, TILE_MB_RANGE, Settings, save_settings
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.page_parts import push_button, words
from qhd_riskmap.ui.toolkit.theme import SPACE_L, SPACE_S

_MEGABYTE: Final = 1024 * 1024
_WIDTH: Final = 420
_STEP_MB: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TileRules:
    """What the officer wants."""

    megabytes: int
    days: int
    online: bool


class TileCacheDialog(QDialog):
    """Shows the room the tiles take; changes the rules.

    Signals:
        confirmed: Keep these rules (`TileRules`).
        clear_wanted: Delete all tiles.
    """

    confirmed = Signal(object)
    clear_wanted = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tile-cache-dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("瓦片缓存"))
        self.setMinimumWidth(_WIDTH)
        self.size_label = words(_("正在统计…"), name="tile-cache-size", wrap=False)
        self.clear_button = push_button(_("清空"), "tile-cache-clear", self._ask_clear)
        self.clear_button.setEnabled(False)
        self.megabytes = _spin("tile-cache-limit", _("最多占用"), TILE_MB_RANGE, _(" MB"))
        self.megabytes.setSingleStep(_STEP_MB)
        self.megabytes.setValue(settings.tile_cache_mb)
        self.days = _spin("tile-cache-days", _("多久更新一次"), TILE_DAYS_RANGE, _(" 天"))
        self.days.setValue(settings.tile_cache_days)
        self.online = QCheckBox(_("允许本机联网取瓦片"))
        self.online.setObjectName("tile-cache-online")
        self.online.setChecked(settings.online_tiles)
        self.question: QMessageBox | None = None
        self._lay_out()

    def show_size(self, size: int) -> None:
        """Say how much there is."""
        self.size_label.setText(_("{megabytes:,.1f} MB").format(megabytes=size / _MEGABYTE))
        self.clear_button.setEnabled(size > 0)

    def _lay_out(self) -> None:
        used = QHBoxLayout()
        used.addWidget(self.size_label, 1)
        used.addWidget(self.clear_button)
        form = QFormLayout()
        form.setSpacing(SPACE_S)
        form.addRow(_("已占用"), used)
        form.addRow(_("最多占用"), self.megabytes)
        form.addRow(_("多久更新一次"), self.days)
        form.addRow("", self.online)
        note = _("超过上限时先删最旧的。过期的瓦片在断网时仍会显示。只影响这台电脑。")
        form.addRow("", words(note, role="muted"))
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(push_button(_("确定"), "tile-cache-ok", self._confirm, primary=True))
        row.addWidget(push_button(_("取消"), "tile-cache-cancel", self.reject))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_L)
        column.addLayout(form)
        column.addLayout(row)

    def _ask_clear(self) -> None:
        """Without a network cleared tiles cannot be had again: ask."""
        box = QMessageBox(self)
        box.setObjectName("tile-cache-question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_("瓦片缓存"))
        box.setText(_("清空后，断网时在线底图将是空白，联网后重新下载。确定清空吗？"))
        clear = box.addButton(_("清空"), QMessageBox.ButtonRole.AcceptRole)
        clear.setObjectName("tile-cache-clear-yes")
        box.addButton(_("取消"), QMessageBox.ButtonRole.RejectRole)
        clear.clicked.connect(self.clear_wanted)
        self.question = box
        box.open()

    def _confirm(self) -> None:
        rules = TileRules(
            megabytes=self.megabytes.value(),
            days=self.days.value(),
            online=self.online.isChecked(),
        )
        self.confirmed.emit(rules)
        self.accept()


class TileKeeping(QObject):
    """Opens the dialog and does what it says.

    Signals:
        changed: The rules or the tiles are others.
    """

    changed = Signal()

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.dialog: TileCacheDialog | None = None

    def ask(self) -> None:
        """Show the dialog."""
        dialog = TileCacheDialog(self._desk.settings, self._window)
        dialog.confirmed.connect(self._keep)
        dialog.clear_wanted.connect(self._clear)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()
        self._measure()

    def _measure(self) -> None:
        cache = self._desk.app.layers.tiles.cache
        self._desk.run(
            lambda _job: cache.size(),
            title=_("正在统计瓦片缓存…"),
            on_success=self._measured,
            database=False,
            quiet=True,
        )

    def _measured(self, size: int) -> None:
        if self.dialog is not None:
            self.dialog.show_size(size)

    def _clear(self) -> None:
        cache = self._desk.app.layers.tiles.cache

        def cleared(_nothing: object) -> None:
            self._measured(0)
            self._desk.notify(_("瓦片缓存已清空。"), "success")
            self.changed.emit()

        self._desk.run(
            lambda _job: cache.clear(),
            title=_("正在清空瓦片缓存…"),
            on_success=cleared,
            database=False,
        )

    def _keep(self, rules: TileRules) -> None:
        settings = self._desk.settings
        settings.tile_cache_mb, settings.tile_cache_days = rules.megabytes, rules.days
        settings.online_tiles = rules.online
        save_settings(settings)
        self._desk.app.layers.use(settings)
        self.changed.emit()

    def _closed(self) -> None:
        self.dialog = None


def _spin(name: str, title: str, limits: tuple[int, int], suffix: str) -> QSpinBox:
    box = QSpinBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setRange(*limits)
    box.setSuffix(suffix)
    box.setGroupSeparatorShown(True)
    return box
