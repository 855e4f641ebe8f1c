"""Bookmarks of the map: keep the present view, go to one, delete one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QMenu

from qhd_riskmap.cartography.viewport import Viewport
from qhd_riskmap.domain.access import Permission
from qhd_riskmap.domain.bookmark import Bookmark
from qhd_riskmap.domain.hazard_filter import BoundingBox
from qhd_riskmap.i18n import _
from qhd_riskmap.services.bookmarks import LONGEST_NAME
from qhd_riskmap.services.changes import Changes
from qhd_riskmap.ui.map.canvas import MapCanvas
from qhd_riskmap.ui.toolkit.desk import Desk
from qhd_riskmap.ui.toolkit.icons import icon


class BookmarkMenu(QObject):
    """Fills a menu with the bookmarks of the register."""

    def __init__(self, desk: Desk, canvas: MapCanvas) -> None:
        super().__init__(canvas)
        self._desk = desk
        self._canvas = canvas
        self._bookmarks: tuple[Bookmark, ...] = ()
        self.dialog: QInputDialog | None = None
        self.menu = QMenu()
        self.menu.setObjectName("bookmarks")
        self.menu.aboutToShow.connect(self._fill)
        desk.changed.connect(self._changed)
        self._fill()

    @property
    def bookmarks(self) -> tuple[Bookmark, ...]:
        """The bookmarks read last."""
        return self._bookmarks

    def read(self) -> None:
        """Read the bookmarks beside the window."""
        service = self._desk.app.bookmarks
        self._desk.run(
            lambda _job: service.all(), title=_("正在读取书签…"), on_success=self._take, quiet=True
        )

    def ask_name(self) -> None:
        """Ask how the present view is to be called."""
        dialog = QInputDialog(self._canvas)
        dialog.setObjectName("bookmark-name")
        dialog.setWindowTitle(_("添加书签"))
        dialog.setLabelText(
            _("给当前地图范围取个名字（最多 {limit} 个字）").format(limit=LONGEST_NAME)
        )
        dialog.textValueSelected.connect(self.add)
        self.dialog = dialog
        dialog.open()

    def add(self, name: str) -> None:
        """Keep the present view under a name."""
        service, bounds = self._desk.app.bookmarks, _cross(self._canvas.viewport)
        self._desk.run(
            lambda _job: service.add(name, bounds),
            title=_("正在保存书签…"),
            on_success=self._added,
            quiet=True,
        )

    def go(self, bookmark: Bookmark) -> None:
        """Show the ground of a bookmark, exactly."""
        west, south, east, north = bookmark.bounds
        middle = ((west + east) / 2, (south + north) / 2)
        self._canvas.centre_on(*middle)
        view = self._canvas.viewport
        seen_west, seen_south, seen_east, seen_north = _cross(view)
        wide = (east - west) / (seen_east - seen_west)
        high = (north - south) / (seen_north - seen_south)
        self._canvas.centre_on(*middle, view.scale_denominator() * max(wide, high))
        self._canvas.setFocus()

    def remove(self, bookmark: Bookmark) -> None:
        """Delete a bookmark."""
        service = self._desk.app.bookmarks
        self._desk.run(
            lambda _job: service.remove(bookmark.id),
            title=_("正在删除书签…"),
            on_success=self._desk.announce,
            quiet=True,
        )

    def _added(self, result: tuple[Bookmark, Changes]) -> None:
        made, changes = result
        self._desk.notify(_("已添加书签“{name}”。").format(name=made.name), "success")
        self._desk.announce(changes)

    def _changed(self, changes: Changes) -> None:
        if changes.bookmarks:
            self.read()

    def _take(self, found: Sequence[Bookmark]) -> None:
        self._bookmarks = tuple(found)
        self._fill()

    def _fill(self) -> None:
        menu = self.menu
        menu.clear()
        add = menu.addAction(icon("bookmark-plus-outline"), _("把当前范围存为书签…"))
        add.setObjectName("bookmark-add")
        add.setEnabled(Permission.EDIT in self._desk.app.actor.permissions)
        add.triggered.connect(lambda _on=False: self.ask_name())
        if not self._bookmarks:
            return
        menu.addSeparator()
        for each in self._bookmarks:
            action = menu.addAction(icon("bookmark-outline"), each.name.replace("&", "&&"))
            action.setObjectName(f"bookmark-{each.id}")
            action.triggered.connect(partial(lambda mark, _on=False: self.go(mark), each))
        gone = menu.addMenu(_("删除书签"))
        gone.setObjectName("bookmark-remove")
        for each in self._bookmarks:
            action = gone.addAction(each.name.replace("&", "&&"))
            action.triggered.connect(partial(lambda mark, _on=False: self.remove(mark), each))


def _cross(view: Viewport) -> BoundingBox:
    """West and east on the middle line, south and north on the middle column.

    Unlike the box around everything visible it does not grow where the plane is turned.
    """
    lon, _lat = view.to_lonlat([0, view.width], [view.height / 2] * 2)
    _lon, lat = view.to_lonlat([view.width / 2] * 2, [view.height, 0])
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])
